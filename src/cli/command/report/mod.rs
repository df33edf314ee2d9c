//! `regather report`: a result as files that can be handed on.

use crate::base::file;
use crate::cli::assign::Assignment;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::output::{Output, write_file};
use crate::cli::printer::Printer;
use crate::cli::source::Project;
use crate::cli::study::{self, Order, Planned};
use crate::plan::Outcome;
use crate::report::draw::DrawError;
use crate::report::files::{self, FilesError, Said};
use crate::report::page::Sheet;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

/// Arguments of `regather report`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather report fleet.json -o report.html
  regather report fleet.json --scenario what-if --format md --ticket CHG-1042
  regather report fleet.json --format png -o charts",
    after_help = "\
html is one page with everything in it; md is for the board that decides on a
change: what changes, when what is expected, when to call it off, how to go
back. svg, png and csv write one file per chart into the folder after -o. The
same file, seed and version give the same bytes. Exit code 4: a target is
missed or uncertain; the report is written all the same."
)]
pub struct Args {
    /// Project file; `-` is stdin, `example:NAME` a shipped one
    file: OsString,
    /// Scenario to report, by id or name; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Set an input for this report only
    #[arg(long, value_name = "ADDRESS_OR_LEVER=VALUE")]
    set: Vec<Assignment>,
    /// Number of runs; an interval needs 6
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    runs: u32,
    /// Seed of the draws; the same seed gives the same report on every machine
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// What is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Html)]
    format: Format,
    /// Number of the change, for the head of html and md
    #[arg(long, value_name = "NUMBER")]
    ticket: Option<String>,
    /// Runs that are simulated at the same time; without it one per processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    jobs: Option<u16>,
    /// End with 0 even where a target is missed
    #[arg(long)]
    exit_zero: bool,
    /// File to write, or folder for svg, png and csv; `-` is stdout
    #[arg(short, long, value_name = "FILE_OR_FOLDER")]
    output: Option<OsString>,
}

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One page with everything in it
    Html,
    /// Markdown for the board that decides on a change
    Md,
    /// Charts as vector graphics
    Svg,
    /// Charts as pictures
    Png,
    /// Charts as numbers
    Csv,
    /// The result as `simulate --json` prints it
    Json,
}

impl From<Format> for files::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Html => Self::Html,
            Format::Md => Self::Md,
            Format::Svg => Self::Svg,
            Format::Png => Self::Png,
            Format::Csv => Self::Csv,
            Format::Json => Self::Json,
        }
    }
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let project = Project::load(&args.file)?;
    let output = Output::of(args.output.as_deref());
    let folder = folder(args, &output)?;
    output.differs_from(&args.file)?;
    let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    let planned = [Planned::of(&project, scenario, &args.set)?];
    let mut order = Order::usual(printer);
    (order.seed, order.runs) = (args.seed, args.runs);
    order.jobs = args.jobs.map_or(order.jobs, usize::from);
    let outcomes = [order.outcome(planned[0].name.clone(), Arc::clone(&planned[0].fleet), printer)?];
    let baseline = match args.format {
        Format::Json => None,
        _ => study::baseline(&project, &planned, &outcomes, order, printer)?,
    };
    let outcome = &outcomes[0];
    match folder {
        Some(folder) => {
            let format = args.format.into();
            for (name, chart) in files::charts(format, outcome, baseline.as_ref()) {
                let bytes = files::chart(format, &chart).map_err(|error| undrawn(&error))?;
                write_file(&folder.join(name), &bytes)?;
            }
        }
        None => {
            match output.write(printer, &text(args, &project, &planned[0], outcome, baseline.as_ref())?) {
                // A reader that has enough changes nothing about the verdict.
                Err(error) if error.kind == Kind::BrokenPipe => {}
                written => written?,
            }
        }
    }
    Ok(match study::exit(&project, &planned, &outcomes, printer) {
        Exit::Missed if args.exit_zero => Exit::Done,
        end => end,
    })
}

/// Returns the folder for charts, made where it is missing; `None` for what is one file.
fn folder<'a>(args: &Args, output: &'a Output) -> Result<Option<&'a Path>, CommandError> {
    let format = files::Format::from(args.format);
    if !format.per_chart() {
        return Ok(None);
    }
    let Output::File(path) = output else {
        return Err(CommandError::usage(format!(
            "`--format {}` writes one file per chart, which needs a folder; nothing was simulated.",
            format.word()
        ))
        .hint("Name the folder after -o; it is made where it is missing."));
    };
    let folder = Path::new(path);
    file::create_dir_all(folder).map_err(|error| CommandError::writing(&error))?;
    Ok(Some(folder))
}

/// Returns what is one file.
fn text(
    args: &Args,
    project: &Project,
    planned: &Planned,
    outcome: &Outcome,
    baseline: Option<&Outcome>,
) -> Result<String, CommandError> {
    let changes = if planned.differs() { planned.changes(project) } else { Vec::new() };
    let command = command(args);
    let sheet = Sheet {
        told: planned.told(outcome, baseline, &changes),
        file: &project.shown,
        text: project.file.text(),
        command: &command,
        ticket: args.ticket.as_deref(),
    };
    files::text(args.format.into(), &sheet).map_err(|error| match error {
        FilesError::Draw(error) => undrawn(&error),
        FilesError::Json(_) => CommandError::new(Kind::Bug, error.to_string()),
    })
}

fn undrawn(error: &DrawError) -> CommandError {
    let kind = if matches!(error, DrawError::Size { .. }) { Kind::Usage } else { Kind::Bug };
    CommandError::new(kind, error.to_string())
}

/// Returns the command line that makes a report again, with everything that its content depends on.
fn command(args: &Args) -> String {
    let set: Vec<(String, String)> =
        args.set.iter().map(|one| (one.name.clone(), one.value.clone())).collect();
    Said {
        file: &args.file.to_string_lossy(),
        scenario: args.scenario.as_deref(),
        set: &set,
        runs: args.runs,
        seed: args.seed,
        format: args.format.into(),
        ticket: args.ticket.as_deref(),
    }
    .command()
}
