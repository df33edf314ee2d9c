//! From runs to answers: the verdict against the targets, the key figures, and how two scenarios
//! differ.
//!
//! For a verdict nothing is simulated here; a [`Study`](crate::sim::Study) comes in, sentences and rows go
//! out. The window, the command line and the JSON output take their words and numbers from here, so that
//! they cannot disagree. [`mod@sweep`] tries the cells of a grid; [`mod@solve`] looks for settings that
//! meet the targets; both work on any thread, report progress and can be stopped.

pub mod compare;
pub mod cost;
pub mod explain;
mod figure;
mod fit;
mod influence;
pub mod layouts;
pub mod neighbours;
mod outcome;
mod preview;
pub mod solve;
pub mod sweep;
pub mod timeline;
mod trial;
mod verdict;

#[cfg(test)]
mod tests;

pub use compare::{Change, Difference, changes, compare};
pub use cost::Costs;
pub use explain::{Cause, Reason, explain};
pub use figure::{Figure, FigureUnit};
pub use fit::Fit;
pub use influence::{FEWEST_RUNS, Influence};
pub use outcome::Outcome;
pub use preview::Preview;
pub use trial::goal::{Aim, Goal, capacity_per_s};
pub use trial::lever::{Assignment, CAPACITY, Lever, LeverError, assign, fleet_with};
pub use trial::{Figures, Goals, Held, State, Trial};
pub use verdict::{TargetResult, Verdict};
