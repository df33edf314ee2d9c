//! `regather import`: a project from the files that devices have.

use crate::base::units;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::findings;
use crate::cli::output::Output;
use crate::cli::printer::Printer;
use crate::cli::source::Project;
use crate::config::Mapping;
use crate::config::import::{CollectError, Found, Imported, collect, group, is_archive, things};
use crate::fleet::FleetFile;
use crate::fleet::inventory::{self, Options};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Lines of skipped and unreadable files that are printed; JSON has all.
const TOLD: usize = 20;

/// Arguments of `regather import`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather import collected/ -o fleet.json --devices devices.csv
  regather import site-7.tar.gz --into fleet.json -o fleet-7.json
  regather import collected/ --json          what is in it, without writing a project
  regather import things.csv --agent ems -o fleet.json

Each device's files lie in a folder with its name: collected/pump-7/config.json.
Devices whose files cannot be collected: `regather import --help-export`.")]
pub struct Args {
    /// Folder or archive (.zip, .tar, .tar.gz, .tgz) with the files that devices have, or a list of things
    #[arg(required_unless_present = "help_export", value_name = "FOLDER|ARCHIVE|LIST")]
    from: Option<PathBuf>,
    /// Project to write; without it only the summary is printed
    #[arg(short, long, value_name = "FILE")]
    out: Option<OsString>,
    /// Project whose groups get the values; without it a new project is made
    #[arg(long, value_name = "FILE")]
    into: Option<OsString>,
    /// List of devices to write, as CSV with thing and group
    #[arg(long, value_name = "FILE")]
    devices: Option<OsString>,
    /// Agent kind of the devices of a list, such as ems; files tell it themselves
    #[arg(long, value_name = "KIND")]
    agent: Option<String>,
    /// Where settings stand in the files of this deployment
    #[arg(long, value_name = "FILE")]
    mapping: Option<OsString>,
    /// Replace files that exist
    #[arg(short, long)]
    force: bool,
    /// Explain how to get a list of things from the platform instead
    #[arg(long)]
    help_export: bool,
    /// Print what was found, and errors, as JSON
    #[arg(long)]
    json: bool,
}

/// How a list of things comes out of the platform.
const EXPORT: &str = "\
Where the files of devices cannot be collected, start from the platform's list:

1. Ask the platform for the things of your agents' template over REST, with the
   application key in a header (appKey), never in the address:
     POST https://PLATFORM/Thingworx/ThingTemplates/TEMPLATE/Services/
          QueryImplementingThings     (Accept: application/json)
   or take the list from any other source. CSV or JSON with one row per thing
   will do; the name of the thing is the only column that is needed. Columns for
   group, site and host help.
2. Make a project of it: `regather import things.csv --agent KIND -o fleet.json`.
   A project that you have already names the list itself:
   \"inventory\": { \"file\": \"things.csv\" }.
3. What such devices are set to is not known: what decides when they try again is
   unknown in the new project, with bounds, and every run draws it. The result
   says what is best, what is worst and which unknown matters most: ask for that
   one first. Collect the files of a few devices per group and import those with
   --into, or replace {\"unknown\": [low, high]} by the value.
";

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let Some(from) = args.from.as_deref().filter(|_| !args.help_export) else {
        printer.text(EXPORT)?;
        return Ok(Exit::Done);
    };
    let project = args.into.as_ref().map(|file| Project::load(file)).transpose()?;
    let mapping = files::mapping(args.mapping.as_deref(), project.as_ref())?;
    let (found, imported) = if is_list(from) {
        (Found::default(), listed(args, from)?)
    } else {
        let found = collect(from, &mapping).map_err(|error| refused(&error))?;
        let imported = group(&found.collected, &mapping);
        (found, imported)
    };
    if imported.groups.is_empty() {
        return Err(nothing(from, &found, &imported));
    }
    let outputs = [(&args.out, "project"), (&args.devices, "list of devices")];
    for (output, _) in outputs {
        let output = Output::of(output.as_deref());
        if !args.force {
            output.is_free()?;
        }
    }
    if let Some(out) = &args.out {
        Output::of(Some(out)).write(printer, &text_of(args, from, project.as_ref(), &imported)?)?;
    }
    if let Some(out) = &args.devices {
        Output::of(Some(out)).write(printer, &imported.inventory())?;
    }
    if args.json {
        printer.json(&json(&found, &imported, &mapping))?;
    } else if args.out.as_deref().is_none_or(|out| out != "-") {
        printer.text(&text(&found, &imported, &mapping))?;
    }
    let whole = imported.unread.is_empty();
    Ok(if whole { Exit::Done } else { Exit::Invalid })
}

/// Returns the groups of a list of things.
fn listed(args: &Args, from: &Path) -> Result<Imported, CommandError> {
    let shown = from.display();
    let Some(kind) = &args.agent else {
        let what =
            format!("A list does not say which agents its things have, so nothing was imported: {shown}");
        return Err(CommandError::usage(what)
            .hint("Add --agent with their kind, such as --agent ems.")
            .hint("An archive of files ends in .zip, .tar, .tar.gz or .tgz; a folder can be named too."));
    };
    let kind = files::kind_of(kind)?;
    let inventory = files::devices::read(from, &Options::default(), ("things", "imported"))?;
    Ok(things(&inventory, kind))
}

/// Returns whether a path is that of a list of things, and not of files of devices.
fn is_list(from: &Path) -> bool {
    from.is_file() && !is_archive(from)
}

/// Returns the text of the project to write.
fn text_of(
    args: &Args,
    from: &Path,
    project: Option<&Project>,
    imported: &Imported,
) -> Result<String, CommandError> {
    let Some(project) = project else {
        let name = from.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let text = imported.project(if name.is_empty() { "Imported fleet" } else { &name });
        return if is_list(from) { naming(&text, from, args.out.as_deref()) } else { Ok(text) };
    };
    if args.out == args.into && !args.force {
        let what = "The project would be replaced by the one with imported values, so nothing was written.";
        return Err(CommandError::usage(what).hint("Give another file after -o, or add --force."));
    }
    let file = imported.into_project(&project.file);
    Ok(file.map_err(|error| CommandError::input(error.to_string()))?.text().to_owned())
}

/// Returns a project that names its list: by its name where both lie in one folder, else by its whole path.
fn naming(project: &str, list: &Path, out: Option<&OsStr>) -> Result<String, CommandError> {
    let failed = |reason: String| CommandError::input(format!("The project was not written: {reason}"));
    let whole = |path: &Path| std::path::absolute(path).map_err(|error| failed(error.to_string()));
    let list = whole(list)?;
    let beside = match out.filter(|out| *out != "-") {
        Some(out) => whole(Path::new(out))?.parent() == list.parent(),
        None => false,
    };
    let named = if beside { list.file_name().map_or(&*list, Path::new) } else { &list };
    let file = FleetFile::parse(project).map_err(|finding| failed(finding.what))?;
    let named = file.with(inventory::named::FILE, &json!(named.to_string_lossy()));
    Ok(named.map_err(|error| failed(error.to_string()))?.text().to_owned())
}

/// Returns the error of a collection that could not be read.
fn refused(error: &CollectError) -> CommandError {
    CommandError::input(error.to_string())
}

/// Returns the error about a collection without any device.
fn nothing(from: &Path, found: &Found, imported: &Imported) -> CommandError {
    let skipped = found.skipped.len() + found.skipped_more;
    let what = format!(
        "No device was found, so nothing was written: {} files of agents, {} of them unreadable, {} other files: {}",
        found.collected.len(),
        imported.unread.len(),
        units::count(skipped as u64),
        from.display()
    );
    let mut error = CommandError::input(what)
        .hint("Each device's files lie in a folder with its name, such as pump-7/config.json.")
        .hint("`regather reference files` lists the files of each kind; --mapping names yours.");
    if let Some(unread) = imported.unread.first() {
        error = error.findings(&format!("{}/{}", unread.device, unread.file), vec![unread.finding.clone()]);
    }
    error
}

/// Returns the summary as text.
fn text(found: &Found, imported: &Imported, mapping: &Mapping) -> String {
    let mut text = String::new();
    let (devices, groups) = (imported.devices() as u64, imported.groups.len());
    let word = if groups == 1 { "group" } else { "groups" };
    line(&mut text, format_args!("{} devices in {groups} {word}", units::count(devices)));
    for group in &imported.groups {
        let count = units::count(group.devices.len() as u64);
        line(&mut text, format_args!("\n{}  {count} devices, {}", group.id, group.kind.label()));
        if let Some(outlier) = &group.outlier {
            let like = imported.groups.get(outlier.like).map_or("", |group| group.id.as_str());
            let names: Vec<&str> = group.devices.iter().take(3).map(String::as_str).collect();
            let more = if group.devices.len() > 3 { ", …" } else { "" };
            text.push_str(&wrap("  ", &format!("differs from {like}: {}{more}", names.join(", "))));
            for (key, own, usual) in &outlier.differs {
                text.push_str(&wrap("    ", &format!("{key}: {own}, there {usual}")));
            }
        } else {
            for (setting, value) in &group.settings {
                text.push_str(&wrap("    ", &format!("{}: {}", setting.key, value.human(setting))));
            }
        }
        let unknowns = group.unknowns();
        for (setting, unknown) in &unknowns {
            let bounds = unknown.bounds(setting);
            text.push_str(&wrap("    ", &format!("{}: unknown, {bounds} assumed", setting.key)));
        }
        let mut missing = group.missing(mapping);
        missing.retain(|key| unknowns.iter().all(|(setting, _)| setting.key != *key));
        if group.collected && !missing.is_empty() {
            text.push_str(&wrap("    ", &format!("not in the files, so assumed: {}", missing.join(", "))));
        }
    }
    for (word, list) in [("unreadable", &imported.unread), ("odd", &imported.odd)] {
        for unread in list.iter().take(TOLD) {
            let file = format!("{word}: {}/{}", unread.device, unread.file);
            text.push_str(&findings::text(&file, &unread.finding));
        }
        if list.len() > TOLD {
            line(&mut text, format_args!("… and {} more {word}; --json lists all", list.len() - TOLD));
        }
    }
    let skipped = found.skipped.len() + found.skipped_more;
    if skipped > 0 {
        line(&mut text, format_args!("\n{} other files were left out:", units::count(skipped as u64)));
        for skipped in found.skipped.iter().take(TOLD) {
            text.push_str(&wrap("  ", &format!("{}: {}", skipped.name, skipped.why)));
        }
    }
    text
}

/// Returns the summary as JSON.
fn json(found: &Found, imported: &Imported, mapping: &Mapping) -> Value {
    let groups: Vec<Value> = imported
        .groups
        .iter()
        .map(|group| {
            let settings: serde_json::Map<String, Value> = group
                .settings
                .iter()
                .map(|(setting, value)| (setting.key.to_owned(), value.json(setting)))
                .collect();
            let outlier = group.outlier.as_ref().map(|outlier| {
                let differs = outlier.differs.iter();
                json!({
                    "like": imported.groups.get(outlier.like).map(|group| &group.id),
                    "differs": differs.map(|(key, own, usual)| json!({"key": key, "own": own, "usual": usual})).collect::<Vec<_>>(),
                })
            });
            json!({
                "id": group.id,
                "name": group.name,
                "agent": group.kind.word(),
                "devices": group.devices,
                "settings": settings,
                "not_in_files": group.missing(mapping),
                "outlier": outlier,
            })
        })
        .collect();
    let unread = |list: &[crate::config::import::Unread]| -> Vec<Value> {
        list.iter()
            .map(|one| json!({"device": one.device, "file": one.file, "finding": one.finding}))
            .collect()
    };
    json!({
        "schema": "regather/imported/1",
        "devices": imported.devices(),
        "groups": groups,
        "unreadable": unread(&imported.unread),
        "odd": unread(&imported.odd),
        "skipped": found.skipped.iter().map(|one| json!({"file": one.name, "why": one.why})).collect::<Vec<_>>(),
        "skipped_more": found.skipped_more,
    })
}
