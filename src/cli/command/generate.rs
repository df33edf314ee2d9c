//! `regather generate`: writes the files that agents read, one folder per group.

use crate::base::file::{self, MAX_PROJECT_BYTES};
use crate::check;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::cli::source::Project;
use crate::config::{self, ExportError, Exported, GroupFiles, Part};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Arguments of `regather generate`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather generate fleet.json --out agents --dry-run
  regather generate fleet.json --out agents --scenario what-if")]
pub struct Args {
    /// Project file; `-` is stdin, `example:NAME` a shipped one
    file: OsString,
    /// Folder to write to; it is made where it is missing
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Scenario whose settings are written, by id or name; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Say what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Print what was written, and errors, as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let project = Project::load(&args.file)?;
    let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    let checked = check::file(&project.file, scenario.as_deref());
    let fleet = match &checked.fleet {
        Some(fleet) if !checked.blocked() => fleet,
        _ => {
            let what = format!(
                "No file was written: {} in {}.",
                findings::summary(&checked.findings),
                project.shown
            );
            let blocking = checked.findings.iter().filter(|finding| finding.blocks()).cloned().collect();
            return Err(CommandError::input(what).findings(&project.shown, blocking).hint(
                "Resolve the errors, or silence a rule in the file with the reason for accepting it.",
            ));
        }
    };
    let groups = config::render(fleet, &project.file.view(scenario.as_deref()));
    let exported = if args.dry_run { plan(&groups, &args.out) } else { config::export(&groups, &args.out) };
    let exported = exported.map_err(|error| refused(&error))?;
    if args.json {
        printer.json(&json(args, &groups, &exported))?;
    } else {
        printer.text(&text(args, &groups, &exported))?;
        let open = checked.findings.iter().filter(|finding| finding.silenced.is_none()).count();
        if open > 0 {
            let summary = findings::summary(&checked.findings);
            printer.note(&format!("{summary}: see `regather validate {}`.", project.shown));
        }
    }
    Ok(Exit::Done)
}

/// Returns what an export would do, without touching a file.
fn plan(groups: &[GroupFiles], out: &Path) -> Result<Exported, ExportError> {
    let mut exported = Exported::default();
    for (path, text) in config::plan(groups, out) {
        let same = file::read_text(&path, MAX_PROJECT_BYTES).is_ok_and(|old| old == text);
        if same { exported.unchanged.push(path) } else { exported.written.push(path) }
    }
    if exported.written.is_empty() && exported.unchanged.is_empty() {
        return Err(ExportError::Nothing);
    }
    exported.skipped = groups
        .iter()
        .filter_map(|group| match &group.part {
            Part::None(reason) => Some(reason.clone()),
            Part::Files(_) => None,
        })
        .collect();
    Ok(exported)
}

/// Returns the error of an export.
fn refused(error: &ExportError) -> CommandError {
    match error {
        ExportError::Nothing => CommandError::input(error.to_string()),
        ExportError::Write { .. } => CommandError::new(Kind::Output, error.to_string())
            .hint("Make room or choose another folder after --out; repeating the command is safe."),
    }
}

/// Returns the notes of all files, each once.
fn notes(groups: &[GroupFiles]) -> Vec<&str> {
    let mut notes = Vec::new();
    for group in groups {
        if let Part::Files(files) = &group.part {
            for note in files.iter().flat_map(|file| &file.notes) {
                if !notes.contains(&note.as_str()) {
                    notes.push(note);
                }
            }
        }
    }
    notes
}

/// Returns what was done as text.
fn text(args: &Args, groups: &[GroupFiles], exported: &Exported) -> String {
    let written = if args.dry_run { "would write" } else { "written" };
    let mut text = String::new();
    for (word, paths) in [(written, &exported.written), ("unchanged", &exported.unchanged)] {
        for path in paths {
            line(&mut text, format_args!("{word:<11}  {}", path.display()));
        }
    }
    for reason in &exported.skipped {
        text.push_str(&wrap("skipped      ", reason));
    }
    for note in notes(groups) {
        text.push_str(&wrap("note         ", note));
    }
    text
}

/// Returns what was done as JSON.
fn json(args: &Args, groups: &[GroupFiles], exported: &Exported) -> Value {
    let paths =
        |paths: &[PathBuf]| -> Vec<String> { paths.iter().map(|path| path.display().to_string()).collect() };
    json!({
        "schema": "regather/generated/1",
        "dry_run": args.dry_run,
        "scenario": args.scenario,
        "written": paths(&exported.written),
        "unchanged": paths(&exported.unchanged),
        "skipped": exported.skipped,
        "notes": notes(groups),
    })
}
