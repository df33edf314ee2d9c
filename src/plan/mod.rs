//! From runs to answers: the verdict against the targets, the key figures, and how two scenarios
//! differ.
//!
//! Nothing is simulated here; a [`Study`](crate::sim::Study) comes in, sentences and rows go out. The
//! window, the command line and the JSON output take their words and numbers from here, so that they
//! cannot disagree.

mod compare;
pub mod explain;
mod figure;
mod influence;
mod outcome;
mod preview;
mod verdict;

#[cfg(test)]
mod tests;

pub use compare::{Change, Difference, changes, compare};
pub use explain::{Cause, Reason, explain};
pub use figure::{Figure, FigureUnit};
pub use influence::{FEWEST_RUNS, Influence};
pub use outcome::Outcome;
pub use preview::Preview;
pub use verdict::{TargetResult, Verdict};
