//! Tests that need the whole crate or the whole repository; one binary, because each one links everything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]

/// The files of agents: read, compared, imported, written for every target.
mod agent_files;
/// Grids and answers: sweep, solve and recommend.
mod answers;
/// Files, numbers and disks that are not what they should be.
mod bad_input;
/// The lines for load balancers, tried with the real ones.
mod balancer;
/// The command line as scripts and people see it.
mod cli;
/// Files of clusters: recognised, checked, taken into a project.
mod cluster_files;
/// The shipped fleets, and the broken ones.
mod fleets;
/// The size and place of files, the words in them, and the planner that opens no socket.
mod house;
/// Programs that are interrupted.
#[cfg(unix)]
#[cfg(feature = "live")]
mod interrupt;
/// The modules of `src` import only downwards, and name only the crates granted to them.
mod layers;
/// Agents and the test platform as commands.
#[cfg(feature = "live")]
mod live;
/// Runs the built program.
mod program;
/// Reports of the window and of the command line.
mod reports;
/// The files of this repository, for the tests that read them.
mod repository;
/// Roll-outs from a project to devices and back.
#[cfg(feature = "push")]
mod rollout;
/// Machines and what runs on them: layouts, pictures, rules.
mod topology;
