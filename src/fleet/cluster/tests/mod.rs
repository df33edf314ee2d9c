//! Topologies read, refused and derived.

mod derived;
mod reading;
