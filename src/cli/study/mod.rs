//! Runs the simulation behind a result, with progress on the terminal.

mod args;
mod planned;

pub use args::{Played, played, watch};
pub use planned::{Planned, baseline, exit};

use super::error::CommandError;
use super::printer::Printer;
use crate::fleet::Fleet;
use crate::plan::Outcome;
use crate::sim::{self, Study};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// How a fleet is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Seed that all runs come from.
    pub seed: u64,
    /// Number of runs, at least 1.
    pub runs: u32,
    /// Threads that work at the same time, at least 1.
    pub jobs: usize,
}

impl Order {
    /// Returns what is simulated where nothing else is said: 50 runs of seed 42 on all processors.
    pub fn usual(printer: &Printer) -> Self {
        Self { seed: 42, runs: 50, jobs: printer.environment().processors }
    }

    /// Simulates a fleet and sums it up.
    ///
    /// # Errors
    /// An input error where the fleet is too large for one simulation.
    pub fn outcome(
        self,
        name: String,
        fleet: Arc<Fleet>,
        printer: &Printer,
    ) -> Result<Outcome, CommandError> {
        let progress = |done: u32| {
            printer.progress(&format!("{name}: {done} of {} runs", self.runs));
        };
        progress(0);
        let stop = AtomicBool::new(false);
        let runs = sim::replicate(&fleet, self.seed, 0..self.runs, self.jobs, &stop, &progress);
        printer.progress("");
        let runs = runs.map_err(|error| CommandError::input(error.to_string()))?;
        let study = Study::of(&fleet, self.seed, runs.into_iter().map(Arc::new).collect());
        Ok(Outcome::of(name, fleet, study, self.runs))
    }
}
