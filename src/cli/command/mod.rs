//! The subcommands, one file each, and what they ask the binary to do.

#[cfg(feature = "live")]
pub mod agent;
pub mod diff;
pub mod example;
pub mod generate;
pub mod import;
pub mod manual;
pub mod open;
#[cfg(feature = "live")]
pub mod platform;
pub mod reference;
#[cfg(feature = "live")]
pub mod rehearse;
pub mod report;
#[cfg(feature = "push")]
pub mod rollout;
pub mod schema;
pub mod screenshot;
pub mod simulate;
pub mod topology;
pub mod validate;
pub mod whatif;

use super::error::CommandError;
use super::exit::Exit;
use super::printer::Printer;
use crate::fleet::example::Example;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the binary does next.
#[derive(Debug)]
pub enum Action {
    /// Everything is done: end with this code.
    Done(ExitCode),
    /// Open the window.
    Window(WindowArgs),
    /// Make a picture of a screen.
    Screenshot(screenshot::ScreenshotArgs),
}

impl From<Exit> for Action {
    fn from(exit: Exit) -> Self {
        Self::Done(exit.into())
    }
}

/// What the window opens with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowArgs {
    /// Project to open.
    pub file: Option<PathBuf>,
    /// Shipped example to open as a new project, where no file is named.
    pub example: Option<Example>,
    /// Whether to say, once it is closed, when the first frames were drawn.
    pub timings: bool,
}

/// A subcommand with its arguments.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Simulate the outage and judge the result against the targets
    Simulate(simulate::Args),
    /// Try a grid over one or two inputs and show where the targets are met
    Sweep(whatif::sweep::Args),
    /// Find the smallest changes that meet the targets
    Solve(whatif::solve::Args),
    /// Recommend settings: at most three answers, best first
    Recommend(whatif::solve::RecommendArgs),
    /// Play the clusters of a project at the same time: what one costs the others
    Clusters(whatif::clusters::Args),
    /// Compare scenarios: what differs in the inputs, and what that changes
    Compare(whatif::compare::Args),
    /// Show what one device does in the outage, for each agent side by side
    Timeline(whatif::timeline::Args),
    /// Write the result as a page, as Markdown for a change, or as charts
    Report(report::Args),
    /// Check project files or agents' files and list everything that is wrong
    Validate(validate::Args),
    /// Show a cluster, what follows from it and its picture, or start from a layout
    Topology(topology::Args),
    /// Write the configuration files of the agents, one folder per group
    Generate(generate::Args),
    /// Bring the files to devices in waves, simulated before it begins, and take them back
    #[cfg(feature = "push")]
    Rollout(rollout::Args),
    /// Compare what devices have with what they will get
    Diff(diff::Args),
    /// Make a project from the files that devices have
    Import(import::Args),
    /// Rehearse the outage with real agents and measure them against the simulation
    #[cfg(feature = "live")]
    Rehearse(rehearse::Args),
    /// Connect one agent, time every step and say why one fails
    #[cfg(feature = "live")]
    Agent(agent::Args),
    /// Run the test platform for agents
    #[cfg(feature = "live")]
    Platform(platform::Args),
    /// Write a shipped example project
    Example(example::Args),
    /// Print the JSON Schema of a file format
    Schema(schema::Args),
    /// Look up inputs, rules and codes, or run the reference model
    Reference(reference::Args),
    /// Print what a shell needs to complete this command line
    Completions(manual::CompletionsArgs),
    /// Print the manual page
    Man(manual::ManArgs),
    /// Make a picture of a screen without a display
    Screenshot(screenshot::Args),
}

impl Command {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// What could not be done, with the exit code in its kind.
    pub(super) fn run(&self, printer: &Printer) -> Result<Action, CommandError> {
        match self {
            Self::Simulate(args) => simulate::run(args, printer).map(Action::from),
            Self::Sweep(args) => whatif::sweep::run(args, printer).map(Action::from),
            Self::Solve(args) => whatif::solve::run(args, printer).map(Action::from),
            Self::Recommend(args) => whatif::solve::recommend(args, printer).map(Action::from),
            Self::Clusters(args) => whatif::clusters::run(args, printer).map(Action::from),
            Self::Compare(args) => whatif::compare::run(args, printer).map(Action::from),
            Self::Timeline(args) => whatif::timeline::run(args, printer).map(Action::from),
            Self::Report(args) => report::run(args, printer).map(Action::from),
            Self::Validate(args) => validate::run(args, printer).map(Action::from),
            Self::Topology(args) => topology::run(args, printer).map(Action::from),
            Self::Generate(args) => generate::run(args, printer).map(Action::from),
            #[cfg(feature = "push")]
            Self::Rollout(args) => rollout::run(args, printer).map(Action::from),
            Self::Diff(args) => diff::run(args, printer).map(Action::from),
            Self::Import(args) => import::run(args, printer).map(Action::from),
            #[cfg(feature = "live")]
            Self::Rehearse(args) => rehearse::run(args, printer).map(Action::from),
            #[cfg(feature = "live")]
            Self::Agent(args) => agent::run(args, printer).map(Action::from),
            #[cfg(feature = "live")]
            Self::Platform(args) => platform::run(args, printer).map(Action::from),
            Self::Example(args) => example::run(args, printer).map(Action::from),
            Self::Schema(args) => schema::run(args, printer).map(Action::from),
            Self::Reference(args) => reference::run(args, printer).map(Action::from),
            Self::Completions(args) => manual::completions(args, printer).map(Action::from),
            Self::Man(args) => manual::man(args, printer).map(Action::from),
            Self::Screenshot(args) => screenshot::run(args),
        }
    }
}
