//! Topologies read, refused and derived.

mod derived;
mod failed;
mod played;
mod reading;
