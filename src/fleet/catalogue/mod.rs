//! What is known in advance: kinds of outage, and platforms of a usual size.
//!
//! Both are tables of defaults with where they come from. A file names a row by its word; what the file
//! says itself wins. They are no inputs themselves: those stand in [`crate::fleet::settings`].

pub mod outages;
pub mod platforms;
