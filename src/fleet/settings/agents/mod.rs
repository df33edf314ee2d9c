//! The settings of each agent kind, one file per kind.
//!
//! Every kind has the same few questions to answer: what spreads its attempts, how many there are, what a
//! timeout bounds, how a dead connection is noticed. Where nothing is known of a kind, the measured
//! default of the C SDK stands in and is called assumed.

mod csdk;
mod dotnet;
mod ems;
mod example_agent;
mod generic;
mod java;
mod link;

pub use csdk::{C_SDK, DELAY_LAWS};
pub use dotnet::DOTNET_SDK;
pub use ems::EMS;
pub use example_agent::EXAMPLE_AGENT;
pub use generic::{BACKOFF_LAWS, GENERIC};
pub use java::JAVA_SDK;
pub use link::TIMEOUT_LAWS;

/// What is said of a number that stands in for one that nobody has published.
const STAND_IN: &str = "Not published for this kind: the default measured with C SDK 2.2.1 stands in";
