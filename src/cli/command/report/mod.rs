//! `regather report`: a result as files that can be handed on.

use crate::base::file;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::output::{Output, write_file};
use crate::cli::printer::Printer;
use crate::cli::source::Project;
use crate::cli::study::{self, Planned, Played};
use crate::plan::Outcome;
use crate::report::draw::Size;
use crate::report::files::{self, FilesError, Said};
use crate::report::page::{self, Sheet};
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

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
    #[command(flatten)]
    played: Played,
    /// Scenario to report, by id or name; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// What is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Html)]
    format: Format,
    /// Number of the change, for the head of html and md
    #[arg(long, value_name = "NUMBER")]
    ticket: Option<String>,
    /// Size of svg and png, in points; a png has two dots per point
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    size: Option<Size>,
    /// Replace charts that are in the folder already
    #[arg(short, long)]
    force: bool,
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
    let project = Project::load(&args.played.file)?;
    let output = Output::of(args.output.as_deref());
    let folder = folder(args, &output)?;
    output.differs_from(&args.played.file)?;
    let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    let planned = [Planned::of(&project, scenario, &args.played.assignments())?];
    let order = args.played.order(printer);
    let outcomes = [order.outcome(planned[0].name.clone(), Arc::clone(&planned[0].fleet), printer)?];
    let baseline = match args.format {
        Format::Json => None,
        _ => study::baseline(&project, &planned, &outcomes, order, printer)?,
    };
    let outcome = &outcomes[0];
    match folder {
        Some(folder) => {
            let format = args.format.into();
            let charts = files::charts(format, outcome, baseline.as_ref());
            if !args.force {
                are_free(folder, charts.iter().map(|(name, _)| name.as_str()))?;
            }
            // Everything is drawn before anything is written.
            let drawn =
                charts.iter().map(|(name, chart)| Ok((name, files::chart(format, chart, args.size)?)));
            let drawn =
                drawn.collect::<Result<Vec<_>, _>>().map_err(|error| CommandError::drawing(&error))?;
            for (name, bytes) in drawn {
                write_file(&folder.join(name), &bytes)?;
            }
        }
        None => {
            match output
                .write(printer, &text(args, &project, (&planned[0], outcome, baseline.as_ref()), printer)?)
            {
                // A reader that has enough changes nothing about the verdict.
                Err(error) if error.kind == Kind::BrokenPipe => {}
                written => written?,
            }
        }
    }
    Ok(match study::exit(&project, &planned, &outcomes, printer) {
        Exit::Missed if args.played.exit_zero => Exit::Done,
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

/// Returns an error where files stand in the way, before any of them is replaced.
fn are_free<'a>(folder: &Path, names: impl Iterator<Item = &'a str>) -> Result<(), CommandError> {
    let taken: Vec<&str> =
        names.filter(|name| std::fs::symlink_metadata(folder.join(name)).is_ok()).collect();
    if taken.is_empty() {
        return Ok(());
    }
    let what = format!(
        "These are in the folder already, and their content would be lost, so nothing was written: {} in {}.",
        taken.join(", "),
        folder.display()
    );
    Err(CommandError::new(Kind::Output, what)
        .hint("Name another folder after -o, or add --force to replace them."))
}

/// Returns the size that is meant by `1200x400`.
fn size(text: &str) -> Result<Size, String> {
    let parts = text.split_once(['x', 'X', '×']);
    let number = |part: &str| part.trim().parse::<u32>().ok();
    let size =
        parts.and_then(|(width, height)| Some(Size { width: number(width)?, height: number(height)? }));
    size.ok_or_else(|| format!("`{text}` is no size. Write width and height in points, such as 1200x400."))
}

/// Returns what is one file.
fn text(
    args: &Args,
    project: &Project,
    (planned, outcome, baseline): (&Planned, &Outcome, Option<&Outcome>),
    printer: &Printer,
) -> Result<String, CommandError> {
    let changes = if planned.differs() { planned.changes(project) } else { Vec::new() };
    let command = command(args);
    let told = planned.told(outcome, baseline, &changes);
    let format = files::Format::from(args.format);
    let region = format.has_region().then(|| {
        let progress = |done: usize, all: usize| printer.progress(&format!("Safe region: {done} of {all}"));
        let threads = args.played.order(printer).jobs;
        let region = page::region(&told, threads, (&AtomicBool::new(false), &progress));
        printer.progress("");
        region
    });
    let sheet = Sheet {
        told,
        file: &project.shown,
        text: project.file.text(),
        command: &command,
        ticket: args.ticket.as_deref(),
        region: region.as_ref().and_then(Option::as_ref),
    };
    files::text(format, &sheet).map_err(|error| match error {
        FilesError::Draw(error) => CommandError::drawing(&error),
        FilesError::Json(_) => CommandError::new(Kind::Bug, error.to_string()),
    })
}

/// Returns the command line that makes a report again, with everything that its content depends on.
fn command(args: &Args) -> String {
    let set: Vec<(String, String)> =
        args.played.inputs().into_iter().map(|one| (one.name, one.value)).collect();
    Said {
        file: &args.played.file.to_string_lossy(),
        scenario: args.scenario.as_deref(),
        set: &set,
        runs: args.played.runs,
        seed: args.played.seed,
        format: args.format.into(),
        ticket: args.ticket.as_deref(),
        until: args.played.until.as_deref(),
        size: args.size,
    }
    .command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_whole_numbers() {
        assert_eq!(size("1200x400"), Ok(Size { width: 1_200, height: 400 }));
        for wrong in ["1200", "1200x", "x400", "-3x4", "1.5x2", "1200x400x2"] {
            assert!(size(wrong).unwrap_err().contains("1200x400"), "{wrong}");
        }
    }

    #[test]
    fn charts_that_are_there_are_named_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["back.svg", "queue.svg"].into_iter();
        assert_eq!(are_free(folder.path(), names.clone()), Ok(()));
        write_file(&folder.path().join("queue.svg"), b"mine").unwrap();
        let error = are_free(folder.path(), names).unwrap_err();
        assert!(error.message.contains("queue.svg in ") && !error.message.contains("back.svg"), "{error:?}");
        assert!(error.hints[0].contains("--force"));
    }
}
