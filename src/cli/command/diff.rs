//! `regather diff`: what devices have, what they will get, and what that changes in the outage.

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files::devices::List;
use crate::cli::files::{FilesArgs, Prepared};
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::cli::study::Order;
use crate::config::document::diff::{Kind, hunks, lines};
use crate::config::secret::mask;
use crate::config::trial::as_is;
use crate::config::{AgentFile, Change, FileRow, GroupFiles};
use crate::plan::Outcome;
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// Unchanged lines around a change.
const CONTEXT: usize = 2;

/// Arguments of `regather diff`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather diff fleet.json --has collected/ --scenario what-if
  regather diff fleet.json --has collected/ --no-effect --json

The files lie in folders named after groups, or with --devices after devices:
collected/pumps/config.json, collected/pump-7/config.json.")]
pub struct Args {
    #[command(flatten)]
    files: FilesArgs,
    /// Folder or archive with the files that devices have now
    #[arg(long, value_name = "FOLDER|ARCHIVE")]
    has: PathBuf,
    /// List of devices (CSV or JSON): files in folders named after devices are compared too
    #[arg(long, value_name = "FILE")]
    devices: Option<PathBuf>,
    /// Do not simulate what the change brings
    #[arg(long)]
    no_effect: bool,
    /// Print as JSON, errors too
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let prepared = Prepared::load(&args.files, Some(&args.has))?;
    let list = List::load(args.devices.as_deref(), &prepared)?;
    let things = list.things();
    prepared.all_known(&|owner| things.contains(owner))?;
    if prepared.collected.is_empty() {
        return Err(CommandError::input(
            "There is no file of an agent in it, so there is nothing to compare.",
        )
        .hint("`regather reference files` lists the files of each kind; --mapping names yours."));
    }
    let groups = prepared.groups();
    let own = list.own_files(&prepared);
    let things: Vec<(&str, &GroupFiles)> =
        own.devices().map(|(at, files)| (list.devices().value(at, "thing").unwrap_or(""), files)).collect();
    let effect = if args.no_effect { None } else { effect(&prepared, printer)? };
    let mut all = groups.iter().chain(things.iter().map(|(_, files)| *files));
    let blocked = all.any(|group| group.blocked().is_some());
    if args.json {
        printer.json(&json(&groups, &things, effect.as_ref()))?;
    } else {
        printer.text(&text(&groups, &things, effect.as_ref()))?;
    }
    Ok(if blocked { Exit::Invalid } else { Exit::Done })
}

/// What the fleet does with the files that it has, and with those that it gets.
struct Effect {
    has: Outcome,
    gets: Outcome,
}

/// Simulates both; `None` where no group's files are known.
fn effect(prepared: &Prepared, printer: &Printer) -> Result<Option<Effect>, CommandError> {
    let Prepared { project, scenario, fleet, mapping, collected, .. } = prepared;
    let known = as_is(&project.file, scenario.as_deref(), fleet, mapping, collected);
    let Some(file) = known.map_err(|error| CommandError::input(error.to_string()))? else { return Ok(None) };
    let checked = file.check(scenario.as_deref());
    let Some(before) = checked.fleet else {
        return Err(CommandError::input("What the devices have cannot be simulated.")
            .findings("the devices' files", checked.findings)
            .hint("Put --no-effect to compare the files only."));
    };
    let order = Order::usual(printer);
    let has = order.outcome("With the files that devices have".into(), Arc::new(before), printer)?;
    let gets = order.outcome("With the new files".into(), Arc::new(fleet.clone()), printer)?;
    Ok(Some(Effect { has, gets }))
}

/// Returns the comparison as text.
fn text(groups: &[GroupFiles], things: &[(&str, &GroupFiles)], effect: Option<&Effect>) -> String {
    let mut text = String::new();
    for (thing, group) in things {
        for file in group.files().iter().filter(|file| file.before.is_some()) {
            one(&mut text, &format!("{}/{thing}/{}", group.group, file.device_name), file);
        }
    }
    for group in groups {
        for file in group.files().iter().filter(|file| file.before.is_some()) {
            one(&mut text, &format!("{}/{}", group.group, file.device_name), file);
        }
        let unknown: Vec<&str> = group
            .files()
            .iter()
            .filter(|file| file.before.is_none())
            .map(|file| file.device_name.as_str())
            .collect();
        if !unknown.is_empty() {
            text.push_str(&wrap("", &format!("{}: not collected: {}", group.group, unknown.join(", "))));
        }
    }
    if let Some(effect) = effect {
        text.push('\n');
        for outcome in [&effect.has, &effect.gets] {
            text.push_str(&wrap("", &format!("{}: {}", outcome.scenario, outcome.headline())));
        }
    }
    text
}

/// Adds one file.
fn one(text: &mut String, name: &str, file: &AgentFile) {
    if file.is_unchanged() && !file.blocked() {
        line(text, format_args!("{name}: no change"));
    } else {
        line(text, format_args!("{name}"));
        let before = file.before.as_deref().unwrap_or_default();
        let (before, after) = (mask(before, file.format), mask(&file.text, file.format));
        for hunk in hunks(&lines(&before, &after), CONTEXT) {
            for part in hunk.lines {
                let sign = match part.kind {
                    Kind::Removed => '-',
                    Kind::Added => '+',
                    Kind::Same => ' ',
                };
                line(text, format_args!("  {sign} {}", part.text.trim_end()));
            }
        }
        for row in file.rows.iter().filter(|row| matches!(row.change, Change::Changed | Change::Added)) {
            text.push_str(&wrap("    ", &format!("{}: {}", row.key, step(row))));
        }
    }
    for finding in &file.findings {
        text.push_str(&findings::text(name, finding));
    }
}

/// Returns what becomes of a setting: `5 s → 10 s`.
fn step(row: &FileRow) -> String {
    let human = |shown: &Option<crate::config::Shown>| {
        shown.as_ref().map_or_else(|| "not given".to_owned(), |shown| shown.human.clone())
    };
    format!("{} → {}", human(&row.has), human(&row.gets))
}

/// Returns the comparison as JSON.
fn json(groups: &[GroupFiles], things: &[(&str, &GroupFiles)], effect: Option<&Effect>) -> Value {
    let shown = |shown: &Option<crate::config::Shown>| {
        shown.as_ref().map(|shown| json!({"file": shown.file, "human": shown.human}))
    };
    let file = |file: &AgentFile| {
        let rows: Vec<Value> = file
            .rows
            .iter()
            .map(|row| {
                json!({
                    "key": row.key,
                    "setting": row.setting.key,
                    "change": row.change.word(),
                    "has": shown(&row.has),
                    "gets": shown(&row.gets),
                })
            })
            .collect();
        json!({
            "file": file.device_name,
            "known": file.before.is_some(),
            "changes": file.before.is_some() && !file.is_unchanged(),
            "settings": rows,
            "kept": file.kept,
            "findings": file.findings,
        })
    };
    let groups: Vec<Value> = groups
        .iter()
        .map(|group| {
            let files: Vec<Value> = group.files().iter().map(file).collect();
            json!({"group": group.group, "agent": group.kind.word(), "devices": group.devices, "files": files})
        })
        .collect();
    let devices: Vec<Value> = things
        .iter()
        .map(|(thing, group)| {
            let files: Vec<Value> = group.files().iter().map(file).collect();
            json!({"thing": thing, "group": group.group, "files": files})
        })
        .collect();
    let outcome =
        |outcome: &Outcome| json!({"headline": outcome.headline(), "verdict": outcome.verdict().word()});
    json!({
        "schema": "regather/diff/1",
        "groups": groups,
        "devices": devices,
        "effect": effect.map(|effect| json!({"has": outcome(&effect.has), "gets": outcome(&effect.gets)})),
    })
}
