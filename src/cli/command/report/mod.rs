//! `regather report`: a result as files that can be handed on.

use crate::base::file;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::output::{Output, write_file};
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::cli::study::{self, Planned, Played};
use crate::plan::Outcome;
use crate::report::chart::Chart;
use crate::report::draw::{self, Size};
use crate::report::page::{self, Sheet};
use crate::report::result::ResultFile;
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

impl Format {
    fn word(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Md => "md",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// Returns whether it is one file per chart.
    fn per_chart(self) -> bool {
        matches!(self, Self::Svg | Self::Png | Self::Csv)
    }
}

/// Dots per point of a picture: sharp on paper and on fine screens.
const RATIO: u32 = 2;

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
            let charts = page::charts(outcome, baseline.as_ref());
            let names: Vec<String> =
                charts.iter().map(|chart| format!("{}.{}", chart.id, args.format.word())).collect();
            if !args.force {
                are_free(folder, &names)?;
            }
            // Everything is drawn before anything is written.
            let drawn = charts.iter().map(|chart| bytes(chart, args)).collect::<Result<Vec<_>, _>>()?;
            for (name, bytes) in names.iter().zip(&drawn) {
                write_file(&folder.join(name), bytes)?;
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
        Exit::Missed if args.played.exit_zero => Exit::Done,
        end => end,
    })
}

/// Returns the folder for charts, made where it is missing; `None` for what is one file.
fn folder<'a>(args: &Args, output: &'a Output) -> Result<Option<&'a Path>, CommandError> {
    if !args.format.per_chart() {
        return Ok(None);
    }
    let Output::File(path) = output else {
        return Err(CommandError::usage(format!(
            "`--format {}` writes one file per chart, which needs a folder; nothing was simulated.",
            args.format.word()
        ))
        .hint("Name the folder after -o; it is made where it is missing."));
    };
    let folder = Path::new(path);
    file::create_dir_all(folder).map_err(|error| CommandError::writing(&error))?;
    Ok(Some(folder))
}

/// Returns an error where files stand in the way, before any of them is replaced.
fn are_free(folder: &Path, names: &[String]) -> Result<(), CommandError> {
    let taken = |name: &&String| std::fs::symlink_metadata(folder.join(name)).is_ok();
    let taken: Vec<&str> = names.iter().filter(taken).map(String::as_str).collect();
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

/// Returns a chart as a file.
fn bytes(chart: &Chart, args: &Args) -> Result<Vec<u8>, CommandError> {
    let size = args.size.unwrap_or(Size::PAGE);
    match args.format {
        Format::Png => draw::png(chart, size, RATIO).map_err(|error| CommandError::drawing(&error)),
        Format::Csv => Ok(draw::csv(chart).into_bytes()),
        _ => draw::svg(chart, size).map(String::into_bytes).map_err(|error| CommandError::drawing(&error)),
    }
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
    match args.format {
        Format::Json => json_text(&ResultFile::of(&planned.origin(project), outcome, false)),
        Format::Md => Ok(page::board(&sheet)),
        _ => page::page(&sheet).map_err(|error| CommandError::drawing(&error)),
    }
}

/// Returns the command line that makes a report again, with everything that its content depends on.
fn command(args: &Args) -> String {
    let mut words =
        vec!["regather".to_owned(), "report".to_owned(), quoted(&args.played.file.to_string_lossy())];
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
    if let Some(scenario) = &args.scenario {
        option("--scenario", scenario);
    }
    for assignment in &args.played.set {
        option("--set", &format!("{}={}", assignment.name, assignment.value));
    }
    if let Some(until) = &args.played.until {
        option("--until", until);
    }
    option("--runs", &args.played.runs.to_string());
    option("--seed", &args.played.seed.to_string());
    option("--format", args.format.word());
    if let Some(size) = args.size {
        option("--size", &format!("{}x{}", size.width, size.height));
    }
    if let Some(ticket) = &args.ticket {
        option("--ticket", ticket);
    }
    words.join(" ")
}

/// Returns a word as a shell reads it as one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=%+,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
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
        let names = ["back.svg".to_owned(), "queue.svg".to_owned()];
        assert_eq!(are_free(folder.path(), &names), Ok(()));
        write_file(&folder.path().join("queue.svg"), b"mine").unwrap();
        let error = are_free(folder.path(), &names).unwrap_err();
        assert!(error.message.contains("queue.svg in ") && !error.message.contains("back.svg"), "{error:?}");
        assert!(error.hints[0].contains("--force"));
    }

    #[test]
    fn words_stay_words_in_a_shell() {
        assert_eq!(quoted("random_delay=5min"), "random_delay=5min");
        assert_eq!(quoted("night shift"), "'night shift'");
        assert_eq!(quoted("it's; rm"), "'it'\\''s; rm'");
        assert_eq!(quoted(""), "''");
    }
}
