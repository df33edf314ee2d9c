//! The simulation.

use crate::base::{Severity, units};
use crate::desk::Desk;
use crate::desk::command::RunCommand;
use crate::desk::job::Status;
use crate::desk::settings::{MAX_RUNS, runs_fit};

impl Desk {
    pub(super) fn apply_run(&mut self, command: RunCommand) {
        match command {
            RunCommand::Start => {
                let goes_on = *self.simulation.status() == Status::Cancelled;
                self.simulate(!goes_on);
            }
            RunCommand::Cancel => self.simulation.cancel(),
            RunCommand::SetRuns(runs) if runs_fit(runs) => {
                if self.settings.runs != runs {
                    self.settings.runs = runs;
                    self.baseline = None;
                    self.simulate(false);
                }
            }
            RunCommand::SetRuns(runs) => {
                let text = format!(
                    "A simulation has 1 to {} runs, so their number stays at {}: `{runs}`",
                    units::count(u64::from(MAX_RUNS)),
                    self.settings.runs
                );
                self.say(Severity::Warning, text, None);
            }
            RunCommand::SetSeed(seed) => {
                if self.seed != seed {
                    self.seed = seed;
                    self.baseline = None;
                    self.simulate(false);
                }
            }
        }
    }
}
