//! Prints figures.

fn main() {}
