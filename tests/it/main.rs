//! Tests that need the whole crate or the whole repository; one binary, because each one links everything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]
/// The size and place of files, the words in them, and the planner that opens no socket.
mod house;
/// The modules of `src` import only downwards, and name only the crates granted to them.
mod layers;
/// The files of this repository, for the tests that read them.
mod repository;
