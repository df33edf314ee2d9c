//! Plans how a fleet of connected devices comes back after an outage.

pub mod agent;
pub mod base;
pub mod check;
pub mod config;
pub mod desk;
pub mod fleet;
pub mod plan;
pub mod report;
pub mod sim;
#[cfg(feature = "gui")]
pub mod ui;
