//! `regather clusters`: the clusters of a project at the same time, and what one costs the others.

use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::cli::study::{self, Planned, Played};
use crate::fleet::cluster::tenants::{Tenant, tenants};
use crate::plan::Outcome;
use crate::plan::neighbours::{Runs, neighbours};
use crate::report::clusters::{clusters_json, render};
use std::ffi::OsString;
use std::sync::atomic::AtomicBool;

/// Arguments of `regather clusters`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather clusters fleet.json
  regather clusters fleet.json --scenario what-if --json -o clusters.json",
    after_help = "\
Every cluster whose `groups` the file names is played, alone and beside the
others. Where clusters write to one database and ask it for more than it writes,
what waits for it takes longer by that factor. Exit code 4: a cluster misses a
target beside the others, or is uncertain."
)]
pub struct Args {
    #[command(flatten)]
    played: Played,
    /// Scenario to play, by id or name; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Print the clusters, and errors, as JSON
    #[arg(long)]
    json: bool,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// Runs the subcommand.
pub(in crate::cli::command) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    if let Some(cluster) = &args.played.cluster {
        let what = format!("`clusters` plays every cluster, so `--cluster {cluster}` says nothing to it.");
        return Err(CommandError::usage(what).hint("`regather simulate` plays one of them."));
    }
    let project = Project::load(&args.played.file)?;
    let output = Output::of(args.output.as_deref());
    output.differs_from(&args.played.file)?;
    let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    let planned = Planned::of(&project, scenario, &args.played.assignments())?;
    let tenants = found(&project, &planned)?;
    let order = args.played.order(printer);
    let runs = Runs { seed: order.seed, runs: order.runs, threads: order.jobs };
    let progress = |done: usize| printer.progress(&format!("{done} clusters played"));
    progress(0);
    let played = neighbours(tenants, runs, &AtomicBool::new(false), &progress);
    printer.progress("");
    let played = played.map_err(|error| CommandError::input(error.to_string()))?;
    let text = if args.json {
        let devices = played.iter().map(|neighbour| neighbour.tenant.fleet.devices()).sum();
        let asked = planned.asked(&project, devices);
        json_text(&clusters_json(&asked, &played))?
    } else {
        render(&played, printer.environment().charset)
    };
    match output.write(printer, &text) {
        // A reader that has enough changes nothing about the verdict.
        Err(error) if error.kind == Kind::BrokenPipe => {}
        written => written?,
    }
    let beside: Vec<Outcome> = played.into_iter().map(|neighbour| neighbour.beside).collect();
    Ok(match study::exit(&project, std::slice::from_ref(&planned), &beside, printer) {
        Exit::Missed if args.played.exit_zero => Exit::Done,
        end => end,
    })
}

/// Returns the clusters that can be played.
fn found(project: &Project, planned: &Planned) -> Result<Vec<Tenant>, CommandError> {
    let tenants = tenants(&planned.file, planned.scenario.as_deref());
    if tenants.is_empty() {
        return Err(CommandError::input(format!("No cluster of this project has groups: {}.", project.shown))
            .hint("Say in `groups` of each cluster which groups sign in to it; `regather topology` shows the clusters."));
    }
    Ok(tenants)
}
