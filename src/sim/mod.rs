//! Simulates how a fleet comes back: events in virtual time, exact and repeatable.
//!
//! [`run`] plays one outage once, [`replicate`] plays it with many seeds on several threads, and
//! [`Study`] sums those runs up. [`Run::stability`] and [`Run::bottleneck`] say what a run means.
//!
//! Two texts are normative. [`storm1`] is the published reference model: one tier, one kind of agent, and
//! hashes that any implementation must reproduce. [`storm2`] is the full model: six kinds of agents, a
//! balancer, Connection Servers and the sign-in tier in series, the flood of stored values behind them,
//! and a timeline of outages. The first is the special case of the second with everything else switched off.
//!
//! Draws depend on seed, device and number alone (see [`crate::base::draws`]), time is whole microseconds and
//! logarithms are pinned, so a result is the same on every machine and with any number of threads. The
//! rules of door, limits and queues stand in [`crate::admission`], those of the devices in [`crate::agent`].

mod calendar;
mod diagnosis;
mod engine;
mod error;
mod estimate;
pub mod fluid;
mod many;
pub mod reference;
mod run;
mod store;
pub mod storm1;
pub mod storm2;
mod study;
pub mod theory;
pub mod wheel;

pub use crate::fleet::outage::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};
pub use diagnosis::{Bottleneck, Stability};
pub use error::{Fits, Needs, SimError};
pub use estimate::{ATTEMPT_BUDGET, BYTE_BUDGET, Estimate, estimate};
pub use many::{on_threads, replicate, run, run_in};
pub use run::{Curves, GroupRun, Returns, Run, StationName, StationRun, Times, Totals, WritesRun};
pub use study::{Band, Bands, Count, Curve, Flow, GroupStudy, Measure, Metric, Study};
pub use wheel::Arena;

#[cfg(test)]
mod tests;
