//! `regather sweep`: a grid over one or two inputs.

use super::{Begin, Ground};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::plan::sweep::{
    Axis, AxisError, Method, Progress, Range, Sweep, SweepError, Tornado, confirm, sweep, tornado,
};
use crate::report::answers::{csv, render_sweep, render_tornado, sweep_json, tornado_json};
use std::sync::atomic::AtomicBool;

/// Arguments of `regather sweep`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather sweep fleet.json --vary random_delay=30s..10min/16
  regather sweep fleet.json --vary random_delay=10s..20min/24 \\
      --vary capacity=25..400/16
  regather sweep fleet.json --vary /platform/workers=2..12/11lin --exact --csv
  regather sweep fleet.json --vary random_delay=10s..20min/24 \\
      --vary capacity=25..400/16 --confirm     its edge in runs
  regather sweep fleet.json --tornado          which inputs matter",
    after_help = "\
Steps have equal ratios; `lin` behind their number makes equal differences, and
`random_delay=30s,1min,2min` lists them. `capacity` is that of the sign-in tier
in sign-ins/s. Each cell meets the targets, is an overload (too many at once),
too slow, or never recovers. Two ranges print a map with the project's place and
its margins; --csv and --json hold every number. Exit code 0 says that all cells
were tried, whatever they give; 3: rules find an error in the fleet."
)]
pub struct Args {
    #[command(flatten)]
    begin: Begin,
    /// Input or lever with its values, FROM..TO/STEPS; once or twice
    #[arg(long, value_name = "NAME=VALUES", required_unless_present = "tornado")]
    vary: Vec<Range>,
    /// Change every input by a fifth instead and show what that does to t95
    #[arg(long, conflicts_with_all = ["vary", "csv"])]
    tornado: bool,
    /// Simulate each cell instead of estimating it
    #[arg(long, group = "in_runs")]
    exact: bool,
    /// Estimate all cells and simulate those at the edge of what meets the targets
    #[arg(long, conflicts_with_all = ["exact", "tornado"], group = "in_runs")]
    confirm: bool,
    /// Runs of each simulated cell; an interval needs 6
    #[arg(long, value_name = "N", default_value_t = 10, requires = "in_runs", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: u32,
    /// Print one line of comma-separated values per cell
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print the grid, and errors, as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(in crate::cli::command) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let output = Output::of(args.begin.output.as_deref());
    output.differs_from(&args.begin.file)?;
    let ground = args.begin.ground(printer)?;
    let charset = printer.environment().charset;
    let text = if args.tornado {
        let made = matters(args, &ground, printer)?;
        if args.json {
            json_text(&tornado_json(&ground.asked(), &made))?
        } else {
            render_tornado(&made, charset)
        }
    } else {
        let made = grid(args, &ground, printer)?;
        match (args.csv, args.json) {
            (true, _) => csv(&made),
            (false, true) => json_text(&sweep_json(&ground.asked(), &made))?,
            (false, false) => render_sweep(&made, charset),
        }
    };
    output.write(printer, &text)?;
    Ok(ground.ends(Exit::Done, printer))
}

/// Tries all cells.
fn grid(args: &Args, ground: &Ground, printer: &Printer) -> Result<Sweep, CommandError> {
    let scenario = ground.scenario.as_deref();
    let axes = args.vary.iter().map(|range| Axis::of(&ground.file, scenario, range));
    let axes = axes.collect::<Result<Vec<_>, _>>().map_err(|error| match error {
        AxisError::Lever(error) => ground.lever(&error, &[]),
        error @ AxisError::Value { .. } => CommandError::usage(error.to_string()),
    })?;
    let progress = |done: usize, all: usize| printer.progress(&format!("{done} of {all} cells"));
    let stop = AtomicBool::new(false);
    let watch: (&AtomicBool, Progress<'_>) = (&stop, &progress);
    let file = (&ground.file, scenario);
    let mut made = sweep(file, axes, &ground.goals, method(args), ground.threads, watch);
    if let (true, Ok(estimated)) = (args.confirm, &made) {
        let runs = (args.begin.seed, args.runs);
        let confirmed = confirm(file, estimated.clone(), runs, ground.threads, watch);
        made = confirmed.map(|confirmed| confirmed.sweep);
    }
    printer.progress("");
    made.map_err(|error| refused(ground, &error))
}

/// Returns how cells are tried.
fn method(args: &Args) -> Method {
    if args.exact { Method::Exact { seed: args.begin.seed, runs: args.runs } } else { Method::Estimate }
}

/// Changes every input by a fifth.
fn matters(args: &Args, ground: &Ground, printer: &Printer) -> Result<Tornado, CommandError> {
    let progress = |done: usize, all: usize| printer.progress(&format!("{done} of {all} inputs"));
    let stop = AtomicBool::new(false);
    let file = (&ground.file, ground.scenario.as_deref());
    let made = tornado(file, method(args), ground.threads, (&stop, &progress));
    printer.progress("");
    made.map_err(|error| refused(ground, &error))
}

/// Returns the error for a grid that was not made.
fn refused(ground: &Ground, error: &SweepError) -> CommandError {
    match error {
        SweepError::Lever(error) => ground.lever(error, &[]),
        SweepError::TooMany { .. } | SweepError::Axes(_) | SweepError::Same(_) => {
            CommandError::usage(error.to_string())
        }
        SweepError::NoFleet { .. } | SweepError::Sim(_) => CommandError::input(error.to_string()),
    }
}
