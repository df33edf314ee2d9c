//! A report of the active scenario as files, made and written in the background.
//!
//! The same function as that of the command line makes it, from the same runs: for a saved project both write the
//! same bytes. What is not simulated yet is simulated here.

use super::{Reins, Work};
use crate::base::file;
use crate::base::{Severity, units};
use crate::check;
use crate::desk::{Desk, is_taken};
use crate::fleet::{Fleet, FleetFile};
use crate::plan::Outcome;
use crate::plan::compare::changes_of;
use crate::plan::sweep::{Progress, SweepError};
use crate::report::files::{self, Format, Said};
use crate::report::page::{self, Sheet};
use crate::report::text::Told;
use crate::sim::{SimError, Study, replicate};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a report is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportOptions {
    /// What is written.
    pub format: Format,
    /// Number of the change, for the head; empty for none.
    pub ticket: String,
}

impl ReportOptions {
    /// Returns the number of the change, where there is one and the format has it in its head.
    pub fn ticket(&self) -> Option<&str> {
        Some(self.ticket.trim()).filter(|ticket| !ticket.is_empty() && self.format.has_ticket())
    }
}

/// What a report is made from, taken along to the thread.
struct Cargo {
    file: FleetFile,
    scenario: Option<String>,
    fleet: Arc<Fleet>,
    /// The project on the command line.
    shown: String,
    seed: u64,
    runs: u32,
    threads: usize,
    options: ReportOptions,
    /// The result, where it is there.
    outcome: Option<Arc<Outcome>>,
}

/// Why nothing, or not everything, was written.
enum Refused {
    /// Something stands against it.
    Sentence(String),
    /// The user stopped it; this many files were written before.
    Stopped(usize),
}

impl Desk {
    /// Makes a report and writes it to a file, for charts to a folder.
    pub(in crate::desk) fn report(&mut self, path: &Path, options: ReportOptions) {
        let format = options.format;
        match self.report_path(path, format).and_then(|path| Ok((path, self.report_cargo(options)?))) {
            Err(sentence) => {
                let text = format!("No report was written. {sentence}");
                self.say(Severity::Error, text, None);
            }
            Ok((path, cargo)) => self.begin(Work::Report, move |reins| {
                let result = cargo.written(&path, reins);
                Box::new(move |desk| desk.reported(result, &path))
            }),
        }
    }

    /// Returns where a report is written, with the ending of its format.
    fn report_path(&self, path: &Path, format: Format) -> Result<PathBuf, String> {
        let mut path = path.to_owned();
        if format.per_chart() {
            return Ok(path);
        }
        if path.extension().is_none() && path.file_name().is_some() {
            path.set_extension(format.word());
            // The dialog asked about the name without its ending only.
            if is_taken(&path) {
                let shown = path.display();
                return Err(format!(
                    "This file exists already. Choose it with its ending to replace it: `{shown}`"
                ));
            }
        }
        let canonical = |path: &Path| std::fs::canonicalize(path).ok();
        let own = self.project.path.as_deref().and_then(canonical);
        if own.is_some() && own == canonical(&path) {
            let shown = path.display();
            return Err(format!("It would replace the project itself. Choose another file: `{shown}`"));
        }
        Ok(path)
    }

    fn report_cargo(&self, options: ReportOptions) -> Result<Cargo, String> {
        let fleet = self.derived.fleet.as_ref();
        let fleet = fleet.ok_or("The project has errors. Correct them first.")?;
        let document = &self.project.document;
        let whole = |outcome: &&Arc<Outcome>| self.outcome_current && outcome.runs() == self.settings.runs;
        Ok(Cargo {
            file: document.file().clone(),
            scenario: document.active().map(str::to_owned),
            fleet: Arc::clone(fleet),
            shown: self.project.on_the_command_line(),
            seed: self.seed,
            runs: self.settings.runs,
            threads: self.threads,
            options,
            outcome: self.outcome.as_ref().filter(whole).cloned(),
        })
    }

    /// Says what was written.
    fn reported(&mut self, result: Result<usize, Refused>, path: &Path) {
        let shown = path.display();
        match result {
            Ok(1) => self.say(Severity::Info, format!("Wrote the report to `{shown}`"), None),
            Ok(count) => {
                let count = units::count(count as u64);
                self.say(Severity::Info, format!("Wrote {count} files of the report to `{shown}`"), None);
            }
            Err(Refused::Stopped(0)) => {
                self.say(Severity::Warning, "Report cancelled; nothing was written.", None);
            }
            Err(Refused::Stopped(count)) => {
                let text = format!("Report cancelled; {count} files were written before: `{shown}`");
                self.say(Severity::Warning, text, None);
            }
            Err(Refused::Sentence(sentence)) => {
                let text = format!("No report was written. {sentence}");
                self.say(Severity::Error, text, None);
            }
        }
    }
}

impl Cargo {
    /// Makes the report and writes it; returns how many files that were.
    fn written(&self, path: &Path, reins: &Reins) -> Result<usize, Refused> {
        let differs = self.scenario.is_some();
        let all = u64::from(self.runs) * if differs && self.outcome.is_none() { 2 } else { 1 };
        let mut done = 0;
        let mut simulated = |scenario: Option<&str>, fleet: &Arc<Fleet>| {
            let begun = done;
            let progress = |run: u32| {
                reins.going(begun + u64::from(run), Some(all));
            };
            let name = self.file.scenario_name(scenario);
            let runs = replicate(fleet, self.seed, 0..self.runs, self.threads, reins.stop_flag(), &progress);
            let runs = runs.map_err(|error| match error {
                SimError::Cancelled => Refused::Stopped(0),
                other => Refused::Sentence(other.to_string()),
            })?;
            done += u64::from(self.runs);
            let study = Study::of(fleet, self.seed, runs.into_iter().map(Arc::new).collect());
            Ok(Arc::new(Outcome::of(name, Arc::clone(fleet), study, self.runs)))
        };
        let outcome = match &self.outcome {
            Some(outcome) => Arc::clone(outcome),
            None => simulated(self.scenario.as_deref(), &self.fleet)?,
        };
        // A baseline that cannot be simulated is nothing to compare with; JSON is of one scenario.
        let compared = differs && self.options.format != Format::Json;
        let baseline = compared.then(|| self.file.check(None).fleet).flatten();
        let baseline = baseline.map(|fleet| simulated(None, &Arc::new(fleet))).transpose()?;
        self.deliver(path, &outcome, baseline.as_deref(), reins)
    }

    /// Writes what was simulated.
    fn deliver(
        &self,
        path: &Path,
        outcome: &Outcome,
        baseline: Option<&Outcome>,
        reins: &Reins,
    ) -> Result<usize, Refused> {
        let format = self.options.format;
        let write = |path: &Path, bytes: &[u8]| {
            file::write_atomic(path, bytes).map_err(|error| Refused::Sentence(error.to_string()))
        };
        if format.per_chart() {
            let charts = files::charts(format, outcome, baseline);
            free(path, &charts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())?;
            file::create_dir_all(path).map_err(|error| Refused::Sentence(error.to_string()))?;
            for (count, (name, chart)) in charts.iter().enumerate() {
                if !reins.going(count as u64, Some(charts.len() as u64)) {
                    return Err(Refused::Stopped(count));
                }
                let bytes = files::chart(format, chart, None);
                let bytes = bytes.map_err(|error| Refused::Sentence(error.to_string()))?;
                write(&path.join(name), &bytes)?;
            }
            return Ok(charts.len());
        }
        let scenario = self.scenario.as_deref();
        let changes = changes_of(&self.file, scenario);
        let findings = check::file(&self.file, scenario).findings;
        let ticket = self.options.ticket();
        let said = Said::plain((&self.shown, scenario), (self.runs, self.seed), (format, ticket));
        let command = said.command();
        let told = Told::plain((&self.file, scenario), (outcome, baseline), (&changes, &findings));
        // Part of a second, so that only whether it goes on is asked.
        let watched: (_, Progress<'_>) = (reins.stop_flag(), &|_, _| ());
        let region = format.has_region().then(|| page::region(&told, self.threads, watched)).flatten();
        if matches!(region, Some(Err(SweepError::Sim(SimError::Cancelled)))) {
            return Err(Refused::Stopped(0));
        }
        let (text, region) = (self.file.text(), region.as_ref());
        let sheet = Sheet { told, file: &self.shown, text, command: &command, ticket, region };
        let text = files::text(format, &sheet).map_err(|error| Refused::Sentence(error.to_string()))?;
        if !reins.going(0, None) {
            return Err(Refused::Stopped(0));
        }
        write(path, text.as_bytes()).map(|()| 1)
    }
}

/// Refuses a folder in which one of these files exists: nobody was asked about them.
fn free(folder: &Path, names: &[&str]) -> Result<(), Refused> {
    match names.iter().map(|name| folder.join(name)).find(|path| is_taken(path)) {
        None => Ok(()),
        Some(taken) => Err(Refused::Sentence(format!(
            "A file of this name exists already and would be replaced. Choose another folder: `{}`",
            taken.display()
        ))),
    }
}
