//! `regather compare`: several scenarios in one table of differences.

use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::cli::study::{self, Planned, Played};
use crate::plan::Outcome;
use crate::report::compared::{Compared, compared_json, render};
use std::ffi::OsString;
use std::sync::Arc;

/// Arguments of `regather compare`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather compare fleet.json --scenario what-if
  regather compare fleet.json --scenario a --scenario b --baseline a
  regather compare fleet.json --scenario what-if --json -o differences.json",
    after_help = "\
Every scenario is played with the same seed, so that what differs comes from the
inputs and not from the draws. Exit code 4: a scenario that is compared misses a
target or is uncertain; the baseline is what it is measured against and does not
count."
)]
pub struct Args {
    #[command(flatten)]
    played: Played,
    /// Scenario to compare, by id or name; several are possible
    #[arg(long, value_name = "NAME", required = true)]
    scenario: Vec<String>,
    /// Scenario that the others are measured against; without it the baseline of the file
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// Print the differences, and errors, as JSON
    #[arg(long)]
    json: bool,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// Runs the subcommand.
pub(in crate::cli::command) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let project = Project::load(&args.played.file)?;
    let output = Output::of(args.output.as_deref());
    output.differs_from(&args.played.file)?;
    let assignments = args.played.assignments();
    // Everything is checked before anything is simulated.
    let planned = scenarios(args, &project)?
        .into_iter()
        .map(|scenario| Planned::of(&project, scenario, &assignments))
        .collect::<Result<Vec<_>, _>>()?;
    let order = args.played.order(printer);
    let outcomes = planned
        .iter()
        .map(|planned| order.outcome(planned.name.clone(), Arc::clone(&planned.fleet), printer))
        .collect::<Result<Vec<_>, _>>()?;
    match output.write(printer, &text(args, &project, &planned, &outcomes, printer)?) {
        // A reader that has enough changes nothing about the verdict.
        Err(error) if error.kind == Kind::BrokenPipe => {}
        written => written?,
    }
    Ok(match study::exit(&project, &planned, &outcomes[1..], printer) {
        Exit::Missed if args.played.exit_zero => Exit::Done,
        end => end,
    })
}

/// Returns the scenarios to play, the one that the others are measured against first.
fn scenarios(args: &Args, project: &Project) -> Result<Vec<Option<String>>, CommandError> {
    let baseline = args.baseline.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    let mut all = vec![baseline];
    for name in &args.scenario {
        let scenario = project.scenario(name)?;
        if !all.contains(&scenario) {
            all.push(scenario);
        }
    }
    if all.len() < 2 {
        return Err(CommandError::usage(
            "A scenario compared with itself differs in nothing, so nothing was simulated.",
        )
        .hint("Name another one with --scenario, or another --baseline."));
    }
    Ok(all)
}

fn text(
    args: &Args,
    project: &Project,
    planned: &[Planned],
    outcomes: &[Outcome],
    printer: &Printer,
) -> Result<String, CommandError> {
    let sides: Vec<_> = planned.iter().map(|planned| (&planned.file, planned.scenario.as_deref())).collect();
    let compared = Compared::of(&sides, &outcomes.iter().collect::<Vec<_>>(), 0);
    if !args.json {
        return Ok(render(&compared, printer.environment().charset));
    }
    let first = &planned[0];
    let asked = first.asked(project, first.fleet.devices());
    json_text(&compared_json(&asked, &compared))
}
