//! `regather validate`: everything that is wrong with project files, with line and column.
//!
//! Each file is read as its baseline and through each of its scenarios; a finding that several of them
//! share is told once.

use crate::base::{Finding, Severity};
use crate::check;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::cli::source::Source;
use crate::fleet::{FleetFile, file};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};
use std::ffi::OsString;

/// Arguments of `regather validate`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather validate fleet.json
  regather validate fleets/*.json --json    for a build that fails on code 3")]
pub struct Args {
    /// Project files; `-` is stdin, `example:NAME` a shipped one
    #[arg(required = true, value_name = "FILE")]
    files: Vec<OsString>,
    /// Print findings, and errors, as JSON
    #[arg(long)]
    json: bool,
}

/// What is wrong with one file.
struct Checked {
    shown: String,
    findings: Vec<Finding>,
    /// Why it could not even be read.
    error: Option<CommandError>,
}

impl Checked {
    /// Returns whether something stands against using the file.
    fn blocked(&self) -> bool {
        self.error.is_some() || self.findings.iter().any(Finding::blocks)
    }
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let checked: Vec<Checked> = args.files.iter().map(|file| check_one(file)).collect::<Result<_, _>>()?;
    if args.json {
        printer.json(&json(&checked))?;
    } else {
        for checked in &checked {
            printer.text(&text(checked))?;
        }
    }
    Ok(if checked.iter().any(Checked::blocked) { Exit::Invalid } else { Exit::Done })
}

/// Checks one file; what cannot be read is part of the answer.
fn check_one(argument: &std::ffi::OsStr) -> Result<Checked, CommandError> {
    let source = Source::of(argument)?;
    let mut checked = Checked { shown: source.shown(), findings: Vec::new(), error: None };
    match source.text() {
        Ok(text) => match FleetFile::parse(&text) {
            Ok(file) => checked.findings = all(&file),
            Err(finding) => checked.findings.push(finding),
        },
        Err(error) if error.kind == Kind::Input => checked.error = Some(error),
        Err(error) => return Err(error),
    }
    Ok(checked)
}

/// Returns the findings of the baseline and of every scenario, each once, in the order of the file.
fn all(file: &FleetFile) -> Vec<Finding> {
    let mut findings = check::file(file, None).findings;
    for scenario in file.scenarios() {
        for mut finding in check::file(file, Some(&scenario.id)).findings {
            let known = findings.iter().any(|known| {
                (known.code, &known.pointer, known.line) == (finding.code, &finding.pointer, finding.line)
            });
            if !known {
                finding.what = format!("In scenario `{}`: {}", scenario.id, finding.what);
                findings.push(finding);
            }
        }
    }
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings
}

/// Returns what is wrong with a file as text, its summary last.
fn text(checked: &Checked) -> String {
    let mut text = String::new();
    if let Some(error) = &checked.error {
        return wrap("error: ", &error.message);
    }
    for finding in &checked.findings {
        text.push_str(&findings::text(&checked.shown, finding));
    }
    line(&mut text, format_args!("{}: {}", checked.shown, findings::summary(&checked.findings)));
    text
}

/// Returns what is wrong with all files as JSON.
fn json(checked: &[Checked]) -> Value {
    let files: Vec<Value> = checked
        .iter()
        .map(|checked| {
            let count = |severity| file::count(&checked.findings, severity);
            json!({
                "file": checked.shown,
                "valid": !checked.blocked(),
                "errors": count(Severity::Error) + usize::from(checked.error.is_some()),
                "warnings": count(Severity::Warning),
                "notes": count(Severity::Info),
                "silenced": checked.findings.iter().filter(|finding| finding.silenced.is_some()).count(),
                "unreadable": checked.error.as_ref().map(|error| &error.message),
                "findings": checked.findings,
            })
        })
        .collect();
    json!({
        "schema": "regather/findings/1",
        "valid": !checked.iter().any(Checked::blocked),
        "files": files,
    })
}
