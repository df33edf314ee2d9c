//! What every other module stands on: units, virtual time, draws, curves, quantiles, the normal distribution, hashes,
//! findings, lossless JSON and safe files.
//!
//! Nothing here knows what an agent or a platform is.

pub mod draws;
pub mod fifo;
pub mod file;
pub mod finding;
pub mod hash;
pub mod json;
pub mod looks;
pub mod normal;
pub mod stats;
pub mod units;

pub use draws::Draws;
pub use finding::{Finding, Fix, Severity};
pub use units::Micros;
