//! Simulates how a fleet comes back: events in virtual time, exact and repeatable.
//!
//! [`run`] plays one outage once, [`replicate`] plays it with many seeds on several threads, and
//! [`Study`] sums those runs up. The engine stands behind `run` alone and can be replaced; the
//! normative model is below, and [`mod@reference`] holds the published reference model `storm-1`, which is
//! the special case of one group, one attempt per call and no other waits.
//!
//! # The model, one tier
//!
//! Time is whole microseconds. At 0 every device loses its connection; the platform cannot be reached
//! before `outage.length` (D) and the run ends at the horizon H = D + `outage.watch`: only what happens
//! before H counts. Devices are numbered through the groups in the order of the file. When they attempt
//! is the business of [`crate::agent`].
//!
//! *Before D* an attempt fails at once (refused, HTTP 503: counted *turned away*), or meets a black hole:
//! the device's kernel repeats the SYN after [`SYN_RETRANSMISSIONS`]. The first repetition at or
//! after D arrives at the platform in that moment; where none is left, the attempt fails
//! [`SYN_GIVES_UP`] after it began (counted *unanswered*). `connect_timeout` bounds neither; it
//! starts when the SYN got through.
//!
//! *From D on* an attempt that arrives starts its service if one of the workers is idle, else joins the
//! first-in-first-out queue if there is room, else is refused and fails at once. The device gives up
//! `connect_timeout` after the arrival, but its request stays where it is, is served in full and counts
//! as *wasted*. Where the platform has a `sign_in_timeout`, a request that has waited that long leaves
//! the queue unserved (*closed*); its device sees a failure then, unless it has given up before. A
//! service that ends exactly at the time-out still connects.
//!
//! Events at one tick happen in the order: completions, closings by the platform, time-outs of devices,
//! attempts by device number (an attempt that follows at the same tick keeps its device's place).
//!
//! A service takes the mean, or `max(1, round(−ln(u) · mean))` where it is exponential, with `u` drawn
//! for the device and the number of its attempt. Draws depend on nothing else, see
//! [`crate::base::draws`]; the logarithm is pinned to `libm`.

mod engine;
mod error;
mod estimate;
mod many;
pub mod reference;
mod run;
mod station;
mod study;

pub use crate::fleet::outage::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};
pub use engine::run;
pub use error::{Fits, Needs, SimError};
pub use estimate::{ATTEMPT_BUDGET, BYTE_BUDGET, Estimate, estimate};
pub use many::replicate;
pub use run::{Curves, GroupRun, Run, Times, Totals};
pub use study::{Band, Bands, GroupStudy, Measure, Metric, Study};

#[cfg(test)]
mod tests;
