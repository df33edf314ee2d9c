//! `regather topology FILE --compare PATTERN`: the same fleet and outage on several layouts.

use super::{Args, found, write};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::plan::layouts::{Impossible, Layout, on_pattern, own, play};
use crate::plan::neighbours::Runs;
use crate::report::answers::{Asked, Source};
use crate::report::topology::{layouts, layouts_json};
use std::ffi::OsStr;
use std::sync::atomic::AtomicBool;

/// Plays the fleet on every layout that is asked for, the file's own first.
pub(super) fn run(args: &Args, file: &OsStr, printer: &Printer) -> Result<Exit, CommandError> {
    let mut patterns = args.compare.iter().map(|name| found(name)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = Vec::new();
    patterns.retain(|pattern| {
        !seen.contains(&pattern.id) && {
            seen.push(pattern.id);
            true
        }
    });
    let project = Project::load(file)?;
    let output = Output::of(args.output.as_deref());
    output.differs_from(file)?;
    let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    let scenario = scenario.as_deref();
    let wrong = |error: Impossible| {
        CommandError::input(format!("Of {}: {error}.", project.shown))
            .hint(
                "Compare layouts by an outage that names nothing of the topology, such as a planned restart.",
            )
            .findings(&project.shown, error.findings)
    };
    let mut all: Vec<Layout> = own(&project.file, scenario).map_err(wrong)?.into_iter().collect();
    for pattern in patterns {
        all.push(on_pattern(&project.file, scenario, pattern).map_err(wrong)?);
    }
    let count = all.len();
    let progress = |done: usize| printer.progress(&format!("{done} of {count} layouts played"));
    progress(0);
    let runs = Runs { seed: args.seed, runs: args.runs, threads: printer.environment().processors };
    let played = play(all, runs, &AtomicBool::new(false), &progress);
    printer.progress("");
    let played = played.map_err(|error| CommandError::input(error.to_string()))?;
    let text = if args.json {
        let source = Source { name: &project.shown, text: project.file.text(), scenario, set: &[] };
        let devices = played.first().map_or(0, |one| one.layout.fleet.devices());
        json_text(&layouts_json(&Asked { source, project: project.file.name(), devices }, &played))?
    } else {
        layouts(&played, printer.environment().charset)
    };
    match &output {
        Output::File(_) => write(args, &output, &text, printer)?,
        Output::Stdout if args.json => printer.data(&text)?,
        Output::Stdout => printer.text(&text)?,
    }
    Ok(Exit::Done)
}
