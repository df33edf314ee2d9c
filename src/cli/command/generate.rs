//! `regather generate`: writes the files that agents read, for folders, archives and deployment tools.

use crate::base::file::{self, MAX_PROJECT_BYTES};
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::files::devices::List;
use crate::cli::files::{FilesArgs, Prepared};
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::config::bundle::waves::Waves;
use crate::config::bundle::{
    BundleError, Devices, Facts, Item, Order, PathTemplate, Paths, Plan, Target, Written, deliver,
    fleet_hash, items,
};
use crate::config::secret::SystemVault;
use crate::config::{AgentFile, GroupFiles};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Arguments of `regather generate`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather generate fleet.json --out agents --dry-run
  regather generate fleet.json --out agents.zip --scenario what-if
  regather generate fleet.json --has collected/ --out new     keep what devices have
  regather generate fleet.json --devices things.csv --to ansible --out play
  regather generate fleet.json --devices things.csv --to scm --waves 10,10%,rest --out scm

Texts may hold ${thing}, ${host}, ${port:number} and other columns of the list
of devices; ${app_key:secret} is fetched from env:NAME, file:PATH or
keyring:SERVICE/USER while the file is written, and stands nowhere else.")]
pub struct Args {
    #[command(flatten)]
    files: FilesArgs,
    /// Folder to write to, or the archive; folders are made where they are missing
    #[arg(short, long, value_name = "PATH")]
    out: PathBuf,
    /// Where the files go: folder, zip, ansible, configmap or scm; without it a zip bundle for a name
    /// that ends so, else a folder
    #[arg(long, value_name = "TARGET")]
    to: Option<String>,
    /// Folder or archive with the files that devices have, by group: everything else in them is kept
    #[arg(long, value_name = "FOLDER|ARCHIVE")]
    has: Option<PathBuf>,
    /// List of devices (CSV or JSON): each gets its own files
    #[arg(long, value_name = "FILE")]
    devices: Option<PathBuf>,
    /// Where each file stands, such as {site}/{thing}/{file}
    #[arg(long, value_name = "TEMPLATE")]
    path: Option<String>,
    /// Waves for ansible and scm, such as 10,10%,40%,rest
    #[arg(long, value_name = "WAVES")]
    waves: Option<String>,
    /// Decides which devices come in which wave
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Say what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Print what was written, and errors, as JSON
    #[arg(long)]
    json: bool,
}

/// What happened, or would.
#[derive(Default)]
struct Done {
    written: Vec<PathBuf>,
    unchanged: Vec<PathBuf>,
    /// Files that were left alone where only their number is known.
    unchanged_more: usize,
    skipped: Vec<String>,
    notes: Vec<String>,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let target = target(args)?;
    let template = template(args)?;
    let waves = args.waves.as_deref().map(str::parse::<Waves>).transpose();
    let waves = waves.map_err(|error| CommandError::usage(error.to_string()))?;
    let prepared = Prepared::load(&args.files, args.has.as_ref())?;
    let list = List::load(args.devices.as_deref(), &prepared)?;
    let inventory = list.devices().count() > 0;
    let paths = template.map_or_else(Paths::default, |template| Paths::of(template, inventory));
    let things = list.things();
    prepared.all_known(&|owner| things.contains(owner))?;
    let groups = prepared.groups();
    usable(&groups)?;
    let (mut files, skipped) = items(&groups);
    let own = list.own_files(&prepared);
    files.extend(own.items());
    let hash = fleet_hash(prepared.project.file.text());
    let scenario = prepared.project.file.scenario_name(prepared.scenario.as_deref());
    let facts = Facts { fleet_hash: &hash, scenario: &scenario, version: env!("CARGO_PKG_VERSION") };
    let order = Order { target, paths: &paths, waves: waves.as_ref(), seed: args.seed, facts };
    let mut done = if args.dry_run {
        planned(&files, list.devices(), &order, &args.out)?
    } else {
        written(&files, list.devices(), &order, &args.out, printer)?
    };
    done.skipped = skipped;
    done.notes.splice(0..0, notes(&groups));
    done.notes.extend(list.notes().iter().cloned());
    if args.json {
        printer.json(&json(args, target, &prepared, &done))?;
    } else {
        printer.text(&text(args, &done))?;
        let open = prepared.findings.iter().filter(|finding| finding.silenced.is_none()).count();
        if open > 0 {
            let summary = findings::summary(&prepared.findings);
            printer.note(&format!("{summary}: see `regather validate {}`.", prepared.project.shown));
        }
    }
    Ok(Exit::Done)
}

/// Returns the target that the arguments name.
fn target(args: &Args) -> Result<Target, CommandError> {
    let Some(word) = args.to.as_deref() else {
        let zip = args.out.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
        return Ok(if zip { Target::Zip } else { Target::Folder });
    };
    Target::from_word(word).ok_or_else(|| {
        let words = Target::ALL.map(Target::word);
        CommandError::usage(format!("There is no target `{word}`."))
            .did_you_mean(word, words)
            .hint(format!("The targets are {}.", words.join(", ")))
    })
}

/// Returns the template for the places of files.
fn template(args: &Args) -> Result<Option<PathTemplate>, CommandError> {
    let template = args.path.as_deref().map(PathTemplate::parse).transpose();
    template.map_err(|error| {
        CommandError::usage(format!("The template for paths is wrong: {error}"))
            .hint("Write it like {group}/{thing}/{file}.")
    })
}

/// Returns the error where a file cannot be written as planned: nothing is written then.
pub(super) fn usable(groups: &[GroupFiles]) -> Result<(), CommandError> {
    for group in groups {
        if let Some(file) = group.blocked() {
            let name = format!("{}/{}", group.group, file.device_name);
            let what =
                format!("What the devices have cannot be written over, so nothing was written: {name}.");
            return Err(CommandError::input(what)
                .findings(&name, file.findings.clone())
                .hint("Correct that file, or take it out of the folder after --has."));
        }
    }
    Ok(())
}

/// Writes everything.
fn written(
    files: &[Item<'_>],
    devices: &dyn Devices,
    order: &Order<'_>,
    out: &Path,
    printer: &Printer,
) -> Result<Done, CommandError> {
    let environment = |name: &str| std::env::var(name).ok();
    let vault = SystemVault::new(&environment);
    let mut progress = |done: usize, all: usize| {
        if done.is_multiple_of(1_000) {
            printer.progress(&format!("{done} of {all} files"));
        }
        true
    };
    let result = deliver(files, devices, order, out, &vault, &mut progress);
    printer.progress("");
    let Written { written, unchanged, mut notes } = result.map_err(|error| refused(&error))?;
    notes.extend(vault.warnings());
    Ok(Done { written, unchanged_more: unchanged, notes, ..Done::default() })
}

/// Returns what would be written, without touching a file.
fn planned(
    files: &[Item<'_>],
    devices: &dyn Devices,
    order: &Order<'_>,
    out: &Path,
) -> Result<Done, CommandError> {
    let plan = Plan::new(files, devices, order.facts, order.paths).map_err(|error| refused(&error))?;
    let mut done = Done { notes: plan.notes().to_vec(), ..Done::default() };
    if order.target != Target::Folder {
        done.written.push(out.to_owned());
        done.notes.push(format!("{} files go into it.", plan.len()));
        return Ok(done);
    }
    for at in 0..plan.len() {
        let (Some(path), text) = (plan.path(at), plan.preview(at).map_err(|error| refused(&error))?) else {
            continue;
        };
        let path = out.join(path);
        let same = file::read_text(&path, MAX_PROJECT_BYTES).is_ok_and(|old| old == text);
        if same { done.unchanged.push(path) } else { done.written.push(path) }
    }
    Ok(done)
}

/// Returns the error of a delivery.
fn refused(error: &BundleError) -> CommandError {
    match error {
        BundleError::Write { .. } => CommandError::new(Kind::Output, error.to_string())
            .hint("Make room or choose another folder after --out; repeating the command is safe."),
        _ => CommandError::input(error.to_string()),
    }
}

/// Returns the notes of all files, each once.
fn notes(groups: &[GroupFiles]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let files: Vec<&AgentFile> = groups.iter().flat_map(GroupFiles::files).collect();
    for note in files.iter().flat_map(|file| &file.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    notes
}

/// Returns what was done as text.
fn text(args: &Args, done: &Done) -> String {
    let written = if args.dry_run { "would write" } else { "written" };
    let mut text = String::new();
    for (word, paths) in [(written, &done.written), ("unchanged", &done.unchanged)] {
        for path in paths {
            line(&mut text, format_args!("{word:<11}  {}", path.display()));
        }
    }
    if done.unchanged_more > 0 {
        line(&mut text, format_args!("unchanged    {} files", done.unchanged_more));
    }
    for reason in &done.skipped {
        text.push_str(&wrap("skipped      ", reason));
    }
    for note in &done.notes {
        text.push_str(&wrap("note         ", note));
    }
    text
}

/// Returns what was done as JSON.
fn json(args: &Args, target: Target, prepared: &Prepared, done: &Done) -> Value {
    let paths =
        |paths: &[PathBuf]| -> Vec<String> { paths.iter().map(|path| path.display().to_string()).collect() };
    json!({
        "schema": "regather/generated/2",
        "dry_run": args.dry_run,
        "target": target.word(),
        "scenario": prepared.scenario,
        "written": paths(&done.written),
        "unchanged": done.unchanged.len() + done.unchanged_more,
        "skipped": done.skipped,
        "notes": done.notes,
    })
}
