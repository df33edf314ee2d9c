//! `regather rehearse`: the outage of a project with real agents, measured against the simulation.

mod schema;
mod told;

pub(super) use schema::rehearsal_schema;

use crate::base::Micros;
use crate::base::units::{count, duration};
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::live;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::cli::study::{Planned, Played};
use crate::desk::live::MOST_GAP;
use crate::live::herd::preflight::{Host, Need};
use crate::live::rehearsal::{self, Scaled, away, chosen, scale};
use crate::plan::Fit;
use std::ffi::OsString;
use std::sync::Arc;

/// Arguments of `regather rehearse`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather rehearse fleet.json
  regather rehearse fleet.json --scenario night --agents 200 --json -o rehearsal.json
  regather rehearse fleet.json --set random_delay=10s --until 2min",
    after_help = "\
Everything stays on this computer: agents connect to a test platform on
loopback whose capacity is that of the project, smaller by as much as the
agents are fewer. Only the return is measured, in real time: a longer outage
is played for --outage. --until ends the watch sooner; targets are not judged.
Exit code 4: the measured return differs from the simulated one by more than
--most-gap, or this computer was too slow to tell."
)]
pub struct Args {
    #[command(flatten)]
    played: Played,
    /// Scenario to rehearse, by id or name; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Agents, as many as there are devices at most; without it 50, or where that keeps sign-ins as they are fewer, or
    /// where 50 would have to wait too long for them more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    agents: Option<u32>,
    /// Longest time that the platform is away; a shorter outage is played as it is
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = live::length)]
    outage: Micros,
    /// Largest difference between the measured and the simulated share of devices that are back [%]
    #[arg(long, value_name = "PERCENT", default_value_t = MOST_GAP, value_parser = percent)]
    most_gap: f64,
    /// Print the result, and errors, as JSON
    #[arg(long)]
    json: bool,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// Reads a share \[%\].
fn percent(text: &str) -> Result<f64, String> {
    let share = crate::base::units::parse_number(text.trim_end_matches('%'));
    share.filter(|share| (0.0..=100.0).contains(share)).ok_or_else(|| "a share is 0 to 100".to_owned())
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let project = Project::load(&args.played.file)?;
    let output = Output::of(args.output.as_deref());
    output.differs_from(&args.played.file)?;
    let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    // Not an assignment: targets beyond the watch are no error here, because none is judged.
    let until = args.played.until.as_deref().map(live::length).transpose();
    let until = until.map_err(|error| CommandError::usage(format!("--until: {error}.")))?;
    let planned = Planned::of(&project, scenario, &args.played.set)?;
    let mut whole = (*planned.fleet).clone();
    whole.outage.watch = until.unwrap_or(whole.outage.watch);
    let agents = args.agents.unwrap_or_else(|| chosen(&whole));
    let scaled =
        scale(&whole, agents, args.outage).map_err(|error| CommandError::usage(format!("{error}.")))?;
    fits(&scaled)?;
    let order = args.played.order(printer);
    let fleet = Arc::new(scaled.fleet.clone());
    let outcome = order.outcome(planned.name.clone(), fleet, printer)?;
    printer.note(&format!(
        "Rehearsing {} with {} agents; it takes {} at most.",
        planned.name,
        count(away(&scaled)),
        duration(scaled.fleet.outage.horizon().secs()),
    ));
    let engine = live::engine(printer.environment().processors)?;
    let rehearsed =
        engine.finishes(rehearsal::run(&scaled, order.seed)).map_err(|error| live::not_connected(&error))?;
    let told = told::Told {
        project: &project,
        planned: &planned,
        scaled: &scaled,
        order,
        outcome: &outcome,
        fit: Fit::of(&outcome.study, away(&scaled), &rehearsed.agents.back_at),
        rehearsed: &rehearsed,
        most_gap: args.most_gap,
    };
    let text = if args.json { json_text(&told.json())? } else { printer.shown(&told.text()) };
    match output.write(printer, &text) {
        Err(error) if error.kind == Kind::BrokenPipe => {}
        written => written?,
    }
    if !rehearsed.agrees() {
        return Err(CommandError::new(
            Kind::Bug,
            "The agents and the platform do not count alike, so the result cannot be trusted.",
        )
        .hint("Please report it with the project file and the result."));
    }
    Ok(if told.proves() || args.played.exit_zero { Exit::Done } else { Exit::Missed })
}

/// Returns an error where this computer does not hold so many agents, with the number that it does.
fn fits(scaled: &Scaled) -> Result<(), CommandError> {
    let preflight = Host::look().check(Need { embedded: true, tls: scaled.tls });
    let Some(words) = preflight.refuses(away(scaled)) else { return Ok(()) };
    let most = preflight.fits.unwrap_or_default();
    Err(CommandError::usage(format!(
        "So many agents do not fit on this computer, so none was started: {words}."
    ))
    .hint(format!("Rehearse with --agents {most} or fewer.")))
}
