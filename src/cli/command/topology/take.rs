//! `regather topology PROJECT --take FILE`: what operators have, put into the model.

use super::{Args, write};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::Printer;
use crate::cli::source::{Project, Source};
use crate::fleet::import::take::{TakeError, Taken, take};
use crate::fleet::import::{self, Format, Imported};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};
use std::ffi::OsStr;

/// Puts a file into a project. Without `-o` it only says what would change.
pub(super) fn run(args: &Args, file: &OsStr, from: &OsStr, printer: &Printer) -> Result<Exit, CommandError> {
    let project = Project::load(file)?;
    let source = Source::of(from)?;
    let shown = source.shown();
    let text = source.text()?;
    let Some(format) = import::recognise(&shown, &text) else {
        let formats: Vec<&str> = Format::ALL.into_iter().map(Format::label).collect();
        let what = format!("This is no file of a cluster that is known, so nothing was taken: {shown}.");
        return Err(CommandError::input(what).hint(format!("Known are: {}.", formats.join(", "))));
    };
    let imported = import::read(format, &text);
    let name = shown.rsplit(['/', '\\']).next().unwrap_or(&shown);
    let taken = take(&project.file, &imported, &args.things, name).map_err(|error| match error {
        TakeError::Unknown(..) => CommandError::usage(format!("{error}.")),
        _ => CommandError::input(format!("{error}.")),
    })?;
    let told = if args.json { None } else { Some(said(&shown, &taken, &imported)) };
    let output = Output::of(args.output.as_deref());
    if args.output.is_some() {
        write(args, &output, taken.file.text(), printer)?;
    }
    match (told, &output) {
        (None, Output::Stdout) if args.output.is_some() => {}
        (None, _) => printer.json(&json(&shown, &taken, &imported))?,
        (Some(told), Output::Stdout) if args.output.is_some() => printer.note(&told),
        (Some(told), Output::File(path)) => {
            let path = path.to_string_lossy();
            printer.text(&told)?;
            printer.note(&format!("Written: {path}. Check it with `regather validate {path}`."));
        }
        (Some(told), Output::Stdout) => {
            printer.text(&told)?;
            printer.note("Nothing was written: give a file after -o.");
        }
    }
    Ok(Exit::Done)
}

/// Returns what was taken as text.
fn said(shown: &str, taken: &Taken, imported: &Imported) -> String {
    let (same, changed): (Vec<_>, Vec<_>) = taken.changes.iter().partition(|change| change.is_same());
    let mut text = String::new();
    line(&mut text, format_args!("{shown}: {}", imported.format.label()));
    for change in &changed {
        let (address, before) = (&change.address, change.human_before());
        let what = format!("{address}: {before} → {} (line {}, {})", change.human, change.line, change.said);
        text.push_str(&wrap("  ", &what));
    }
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    line(&mut text, format_args!("{} changed, {} as before", count(changed.len(), "setting"), same.len()));
    for (at, what) in &taken.left {
        text.push_str(&wrap("  ", &format!("line {at}: {what}")));
    }
    for finding in imported.findings.iter().filter(|finding| matches!(finding.code, "O001" | "O002")) {
        text.push_str(&wrap("  ", &format!("line {}: {}", finding.line, finding.what)));
    }
    text
}

/// Returns what was taken as JSON.
fn json(shown: &str, taken: &Taken, imported: &Imported) -> Value {
    let changes = taken.changes.iter().map(|change| {
        json!({
            "address": change.address,
            "before": change.before,
            "after": change.after,
            "human": change.human,
            "same": change.is_same(),
            "line": change.line,
            "said": change.said,
        })
    });
    let lost = imported.findings.iter().filter(|finding| matches!(finding.code, "O001" | "O002"));
    let left = taken.left.iter().map(|(line, what)| json!({"line": line, "what": what}));
    json!({
        "schema": "regather/taken/1",
        "file": shown,
        "format": imported.format.word(),
        "changes": changes.collect::<Vec<_>>(),
        "not_taken": left.collect::<Vec<_>>(),
        "not_understood": lost.collect::<Vec<_>>(),
    })
}
