//! `regather rehearse`: the outage of a project with real agents, measured against the simulation.

mod host;
mod picture;
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
use crate::live::herd::preflight::{Host, Need, Preflight};
use crate::live::rehearsal::{self, Scaled, away, chosen, scale};
use crate::plan::Fit;
use picture::Picture;
use std::ffi::OsString;
use std::sync::Arc;

/// Arguments of `regather rehearse`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather rehearse fleet.json
  regather rehearse fleet.json --scenario night --agents 200 --json
  regather rehearse fleet.json --set random_delay=10s --until 2min \\
      --picture dots.svg
  regather rehearse fleet.json --host wss://test.example --key env:APP_KEY \\
      --confirm test.example --agents 5",
    after_help = "\
Everything stays on this computer: agents connect to a test platform on
loopback whose capacity is that of the project, smaller by as much as the
agents are fewer. Only the return is measured, in real time: a longer outage
is played for --outage. --until ends the watch sooner; targets are not judged.
With --host the agents return to a platform that is up; --outage counts not.
Another computer takes --confirm, 10 agents and 2 connections/s, unless more
is allowed, and ends with exit code 7 where a stop condition says so.
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
    #[command(flatten)]
    host: host::HostArgs,
    /// Draw what was measured on the simulated band into this file: .png, .svg, or .csv for the numbers
    #[arg(long, value_name = "FILE")]
    picture: Option<OsString>,
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
    let picture = args.picture.as_deref().map(|file| Picture::of(file, &args.played.file)).transpose()?;
    let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    // Not an assignment: targets beyond the watch are no error here, because none is judged.
    let until = args.played.until.as_deref().map(live::length).transpose();
    let until = until.map_err(|error| CommandError::usage(format!("--until: {error}.")))?;
    let planned = Planned::of(&project, scenario, &args.played.inputs())?;
    let mut whole = (*planned.fleet).clone();
    whole.outage.watch = until.unwrap_or(whole.outage.watch);
    let order = args.played.order(printer);
    if let Some(address) = args.host.address() {
        let picture = picture.as_ref();
        let task = host::Task { args, project: &project, planned: &planned, whole: &whole, order, picture };
        let (text, exit) = host::run(address, &task, printer)?;
        write(&output, &text, printer)?;
        return Ok(exit);
    }
    let agents = args.agents.unwrap_or_else(|| chosen(&whole));
    let mut scaled =
        scale(&whole, agents, args.outage).map_err(|error| CommandError::usage(format!("{error}.")))?;
    fits(&scaled, &Host::look().check(Need { embedded: true, tls: scaled.tls }))?;
    let fleet = Arc::new(scaled.fleet.clone());
    let outcome = order.outcome(planned.name.clone(), fleet, printer)?;
    let of_all = order.outcome(planned.name.clone(), Arc::new(whole), printer)?;
    scaled.notes.push(host::whole_fleet(&scaled, &of_all));
    printer.note(&format!(
        "Rehearsing {} with {} agents; it takes {} at most.",
        planned.name,
        count(away(&scaled)),
        duration(scaled.fleet.outage.horizon().secs()),
    ));
    let engine = live::engine(printer.environment().processors)?;
    let interrupt = live::interrupt(&engine)?;
    let rehearsed = engine
        .finishes_unless(&interrupt, rehearsal::run(&scaled, order.seed))
        .ok_or_else(live::interrupted)?
        .map_err(|error| live::not_connected(&error))?;
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
    write(&output, &text, printer)?;
    if let Some(picture) = &picture {
        picture.write(&outcome, &rehearsed.agents, away(&scaled))?;
    }
    if !rehearsed.agrees() {
        return Err(miscounted());
    }
    Ok(if told.proves() || args.played.exit_zero { Exit::Done } else { Exit::Missed })
}

/// Writes the result; a reader that has enough changes nothing about the verdict.
fn write(output: &Output, text: &str, printer: &Printer) -> Result<(), CommandError> {
    match output.write(printer, text) {
        Err(error) if error.kind == Kind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Returns the error for accounts that do not add up.
fn miscounted() -> CommandError {
    CommandError::new(
        Kind::Bug,
        "The agents and the platform do not count alike, so the result cannot be trusted.",
    )
    .hint("Please report it with the project file and the result.")
}

/// Returns an error where this computer does not hold so many agents, with the number that it does.
fn fits(scaled: &Scaled, preflight: &Preflight) -> Result<(), CommandError> {
    let Some(words) = preflight.refuses(away(scaled)) else { return Ok(()) };
    let most = preflight.fits.unwrap_or_default();
    Err(CommandError::usage(format!(
        "So many agents do not fit on this computer, so none was started: {words}."
    ))
    .hint(format!("Rehearse with --agents {most} or fewer.")))
}
