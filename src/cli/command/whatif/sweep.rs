//! `regather sweep`: a grid over one or two inputs.

use super::{Begin, Ground};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::plan::sweep::{Axis, AxisError, Method, Range, Sweep, SweepError, sweep};
use crate::report::answers::{csv, render_sweep, sweep_json};
use std::sync::atomic::AtomicBool;

/// Arguments of `regather sweep`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather sweep fleet.json --vary random_delay=30s..10min/16
  regather sweep fleet.json --vary random_delay=10s..20min/24 \\
      --vary capacity=25..400/16
  regather sweep fleet.json --vary /platform/workers=2..12/11lin --exact --csv",
    after_help = "\
Steps have equal ratios; `lin` behind their number makes equal differences, and
`random_delay=30s,1min,2min` lists them. `capacity` is that of the sign-in tier
in sign-ins/s. Each cell meets the targets, is an overload (too many at once),
too slow, or never recovers. Two ranges print a map with the project's place and
its margins; --csv and --json hold every number. Exit code 0 says that all cells
were tried, whatever they give."
)]
pub struct Args {
    #[command(flatten)]
    begin: Begin,
    /// Input or lever with its values, FROM..TO/STEPS; once or twice
    #[arg(long, value_name = "NAME=VALUES", required = true)]
    vary: Vec<Range>,
    /// Simulate each cell instead of estimating it
    #[arg(long)]
    exact: bool,
    /// Runs of each cell; an interval needs 6
    #[arg(long, value_name = "N", default_value_t = 10, requires = "exact", value_parser = clap::value_parser!(u32).range(1..=10_000))]
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
    let made = grid(args, &ground, printer)?;
    let text = if args.csv {
        csv(&made)
    } else if args.json {
        json_text(&sweep_json(&ground.asked(), &made))?
    } else {
        render_sweep(&made, printer.environment().charset)
    };
    output.write(printer, &text)?;
    Ok(Exit::Done)
}

/// Tries all cells.
fn grid(args: &Args, ground: &Ground, printer: &Printer) -> Result<Sweep, CommandError> {
    let scenario = ground.scenario.as_deref();
    let axes = args.vary.iter().map(|range| Axis::of(&ground.file, scenario, range));
    let axes = axes.collect::<Result<Vec<_>, _>>().map_err(|error| match error {
        AxisError::Lever(error) => ground.lever(&error),
        error @ AxisError::Value { .. } => CommandError::usage(error.to_string()),
    })?;
    let method =
        if args.exact { Method::Exact { seed: args.begin.seed, runs: args.runs } } else { Method::Estimate };
    let progress = |done: usize, all: usize| printer.progress(&format!("{done} of {all} cells"));
    let stop = AtomicBool::new(false);
    let made =
        sweep((&ground.file, scenario), axes, &ground.goals, method, ground.threads, (&stop, &progress));
    printer.progress("");
    made.map_err(|error| match error {
        SweepError::Lever(error) => ground.lever(&error),
        SweepError::TooMany { .. } | SweepError::Axes(_) | SweepError::Same(_) => {
            CommandError::usage(error.to_string())
        }
        SweepError::NoFleet { .. } | SweepError::Sim(_) => CommandError::input(error.to_string()),
    })
}
