//! The subcommands that try many settings, `clusters`, `compare`, `sweep`, `solve` and `recommend`,
//! and `timeline`, which tries many agents.

pub mod clusters;
pub mod compare;
pub mod solve;
pub mod sweep;
pub mod timeline;

use crate::base::Finding;
use crate::check;
use crate::cli::assign::{self, Assigned, Assignment};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::cli::source::Project;
use crate::cli::study;
use crate::fleet::{Fleet, FleetFile};
use crate::plan::{Goal, Goals, LeverError};
use crate::report::answers::{Asked, Source};
use serde_json::Value;
use std::ffi::OsString;

/// What all of them begin with.
#[derive(Debug, clap::Args)]
pub struct Begin {
    /// Project file; `-` is stdin, `example:NAME` a shipped one
    file: OsString,
    /// Scenario to begin with, by id or name; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Set an input before anything is tried
    #[arg(long, value_name = "ADDRESS_OR_LEVER=VALUE")]
    set: Vec<Assignment>,
    /// Cluster to simulate where the project has several, by id or name
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// What has to hold, such as `t95<5min` or `peak_util<80%`; without it the targets of the project
    #[arg(long, value_name = "FIGURE<LIMIT")]
    target: Vec<Goal>,
    /// Percentage of the runs that has to meet all targets; without it the medians are judged
    #[arg(long, value_name = "PCT", value_parser = clap::value_parser!(u32).range(1..=100))]
    chance: Option<u32>,
    /// Seed of the draws, the same for everything that is tried
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Parts that are worked on at the same time; without it one per processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    jobs: Option<u16>,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// A project that is ready to be tried.
struct Ground {
    project: Project,
    scenario: Option<String>,
    /// The file with what was set.
    file: FleetFile,
    set: Vec<(String, Value)>,
    fleet: Fleet,
    goals: Goals,
    threads: usize,
    /// Whether rules find an error.
    errors: bool,
}

impl Begin {
    /// Reads the project and everything that was said about it.
    fn ground(&self, printer: &Printer) -> Result<Ground, CommandError> {
        let project = Project::load(&self.file)?;
        let scenario = match &self.scenario {
            Some(name) => project.scenario(name)?,
            None => None,
        };
        let set: Vec<Assignment> =
            study::played(self.cluster.as_deref()).into_iter().chain(self.set.iter().cloned()).collect();
        let changed = assign::apply(&project.file, scenario.as_deref(), &set)?;
        let checked = check::file(&changed.file, scenario.as_deref());
        let Some(fleet) = checked.fleet else {
            let summary = findings::summary(&checked.findings);
            let blocking = checked.findings.into_iter().filter(Finding::blocks).collect();
            return Err(CommandError::input(format!("Nothing was tried: {summary} in {}.", project.shown))
                .findings(&project.shown, blocking)
                .hint(format!("`regather validate {}` lists everything.", project.shown)));
        };
        let errors = checked.findings.iter().any(Finding::blocks);
        let list =
            if self.target.is_empty() { Goal::of_targets(&fleet.targets) } else { self.target.clone() };
        let threads = self.jobs.map_or(printer.environment().processors, usize::from);
        let set = changed.set.into_iter().map(|Assigned { address, value, .. }| (address, value)).collect();
        let goals = Goals { list, chance_pct: self.chance };
        Ok(Ground { project, scenario, file: changed.file, set, fleet, goals, threads, errors })
    }
}

impl Ground {
    /// Returns where the search began, for its report.
    fn asked(&self) -> Asked<'_> {
        Asked {
            source: Source {
                name: &self.project.shown,
                text: self.project.file.text(),
                scenario: self.scenario.as_deref(),
                set: &self.set,
            },
            project: &self.fleet.name,
            devices: self.fleet.devices(),
        }
    }

    /// Returns how the command ends, and says so where an error stands against the fleet, as `simulate` does.
    fn ends(&self, exit: Exit, printer: &Printer) -> Exit {
        if !self.errors {
            return exit;
        }
        printer.note(&format!(
            "The result stands, but rules find an error in this fleet, which an answer may or may not correct: see \
             `regather validate {}`.",
            self.project.shown
        ));
        Exit::Invalid
    }

    /// Returns the error for a lever that cannot be turned, with what the file has and what else the command knows.
    fn lever(&self, error: &LeverError, also: &[&'static str]) -> CommandError {
        let refused = CommandError::usage(error.to_string());
        let LeverError::Unknown { name } = error else { return refused };
        let scenario = self.scenario.as_deref();
        let mut levers = crate::fleet::file::address::levers(&self.file, &self.file.view(scenario));
        levers.extend(also.iter().copied().chain([crate::plan::CAPACITY]));
        let inputs = self.file.inputs(scenario);
        let addresses = inputs.iter().map(|input| input.address.as_str());
        refused
            .did_you_mean(name, levers.iter().copied().chain(addresses))
            .hint(format!("The levers are: {}.", levers.join(", ")))
    }
}
