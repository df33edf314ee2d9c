//! `regather rollout plan`: who gets what in which wave, simulated before it is written.

mod terms;

use super::reach::{Keys, files, from_reach, inputs};
use super::{from_plan, shown};
use crate::base::hash::hex;
use crate::base::units;
use crate::check;
use crate::cli::command::generate::usable;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files::devices::List;
use crate::cli::files::{FilesArgs, Prepared};
use crate::cli::output::Output;
use crate::cli::printer::Printer;
use crate::config::bundle::fleet_hash;
use crate::config::secret::SystemVault;
use crate::desk::rollout::making::{PlayError, simulated};
use crate::desk::rollout::reach;
use crate::push::driver::classes;
use crate::push::plan::{Candidate, Pace, Plan, Request, Way};
use crate::push::source::{Places, SourceError};
use serde_json::json;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use terms::{Terms, unreadable};

/// Arguments of `rollout plan`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[command(override_usage = "\
regather rollout plan <FILE> --over <OVER> --at <TEMPLATE>
         --path <TEMPLATE> --output <FILE> [OPTIONS]")]
pub struct Args {
    #[command(flatten)]
    files: FilesArgs,
    /// Folder or archive with the files that devices have, by group: everything else in them is kept
    #[arg(long, value_name = "FOLDER|ARCHIVE")]
    has: Option<PathBuf>,
    /// List of devices (CSV or JSON); without it that of the project
    #[arg(long, value_name = "FILE")]
    devices: Option<PathBuf>,
    /// Where the plan is written
    #[arg(short, long, value_name = "FILE")]
    output: OsString,
    /// Replace an existing file
    #[arg(short, long)]
    force: bool,
    /// How devices are reached
    #[arg(long, value_enum)]
    over: Over,
    /// Address of each device, with columns of the list: {ssh}:22, or a folder
    #[arg(long, value_name = "TEMPLATE")]
    at: String,
    /// Host through which each device is reached, such as ops@{gate}:22; without it what the column `jump_host`
    /// holds; a device without a value is reached directly
    #[arg(long, value_name = "TEMPLATE")]
    jump: Option<String>,
    /// Path of each file on the device, such as /opt/agent/{file}
    #[arg(long, value_name = "TEMPLATE")]
    path: String,
    /// User to sign in as, where the address names none
    #[arg(long, value_name = "USER", default_value = "root")]
    user: String,
    /// Command that restarts the agent, or through a platform the service; `{stamp}` and `{stamp_file}` let it
    /// write the stamp itself
    #[arg(long, value_name = "COMMAND", required_if_eq_any([("over", "ssh"), ("over", "platform")]))]
    restart: Option<String>,
    /// Connections to one host at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    per_host: u32,
    /// Address of the platform, such as `https://plant.example`
    #[arg(long, value_name = "URL", required_if_eq("over", "platform"))]
    platform: Option<String>,
    /// Thing of the platform that is a repository of files
    #[arg(long, value_name = "NAME", default_value = "SystemRepository")]
    repository: String,
    /// Files are as they are generated, although what devices have is not known: anything else in them is lost
    #[arg(long)]
    as_generated: bool,
    /// Read the devices now: who has every file as wanted is left alone, and later changes are seen
    #[arg(long)]
    look: bool,
    #[command(flatten)]
    terms: Terms,
    #[command(flatten)]
    keys: Keys,
    /// Print JSON, and errors as JSON too
    #[arg(long)]
    json: bool,
}

/// How devices are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Over {
    /// Folders of this machine; whoever serves them restarts the agents
    Folder,
    /// SSH with SFTP
    Ssh,
    /// The file transfer of the platform that devices are connected to; an address is the name of a thing
    Platform,
}

/// Makes a plan.
pub fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    if args.over == Over::Folder && args.restart.is_some() {
        return Err(CommandError::usage(
            "Nothing runs in a folder, so --restart would never be carried out, and agents would go on with their old \
             settings.",
        )
        .hint("Leave it out: whoever serves the folder sees the stamp change and restarts the agent.")
        .hint("Or reach the devices with --over ssh."));
    }
    let output = Output::of(Some(&args.output));
    if !args.force {
        output.is_free()?;
    }
    let prepared = Prepared::load(&args.files, args.has.as_ref())?;
    let list = List::load(args.devices.as_deref(), &prepared)?;
    let things = list.things();
    prepared.all_known(&|owner| things.contains(owner))?;
    usable(&prepared.groups())?;
    let mut candidates = candidates(args, &prepared, &list, printer)?;
    let way = way(args);
    if args.look {
        look(args, &way, &mut candidates, printer)?;
    }
    let hash = fleet_hash(prepared.project.file.text());
    let scenario = prepared.project.file.scenario_name(prepared.scenario.as_deref());
    let groups = prepared.fleet.everybody().map(|group| group.id.clone()).collect();
    let terms = args.terms.terms();
    let rate = terms.rate().map_err(|error| unreadable(&error))?;
    let request = terms.request((hash, scenario), groups, candidates.len());
    let mut request = request.map_err(|error| unreadable(&error))?;
    request.way = way;
    request.inputs = inputs(&args.files, &prepared, args.has.as_deref(), args.devices.as_deref())?;
    let plan = played(request, candidates, &prepared, rate, printer)?;
    let mut text = Vec::new();
    plan.write_to(&mut text).map_err(|error| CommandError::input(error.to_string()))?;
    if let Err(error) = plan.may_start() {
        printer.stderr(&shown::plan(&plan));
        return Err(from_plan(&error)
            .hint("Leave out --rate: the rate is then solved from what the platform bears.")
            .hint("Or take it upon yourself: --accept-overload-by NAME."));
    }
    output.write(printer, &String::from_utf8_lossy(&text))?;
    if args.json {
        printer.json(&as_json(&plan))?;
    } else {
        printer.text(&shown::plan(&plan))?;
        list.notes().iter().for_each(|note| printer.note(note));
        if args.keys.are_named() {
            printer.note(
                "A plan names no keys: give the same ones to `rollout start`, and wherever it goes on.",
            );
        }
    }
    Ok(Exit::Done)
}

fn way(args: &Args) -> Way {
    match args.over {
        Over::Folder => Way::Folder,
        Over::Ssh => Way::Ssh {
            user: args.user.clone(),
            restart: args.restart.clone().unwrap_or_default(),
            per_host: args.per_host,
        },
        Over::Platform => Way::Platform {
            url: args.platform.clone().unwrap_or_default(),
            repository: args.repository.clone(),
            restart: args.restart.clone().unwrap_or_default(),
        },
    }
}

/// Returns who gets what.
fn candidates(
    args: &Args,
    prepared: &Prepared,
    list: &List,
    printer: &Printer,
) -> Result<Vec<Candidate>, CommandError> {
    let refused = |error: SourceError| {
        let part = matches!(error, SourceError::Part { .. });
        let error = CommandError::input(error.to_string());
        let all = "Or say that nothing else stands in these files: --as-generated.";
        if part { error.hint(all) } else { error }
    };
    let mut places = Places::new(&args.at, &args.path).map_err(refused)?;
    if args.over == Over::Ssh {
        places = places.behind(args.jump.as_deref());
    }
    if args.as_generated {
        places = places.as_generated();
    }
    let environment = |name: &str| std::env::var(name).ok();
    let vault = SystemVault::new(&environment);
    let mut progress = |done: usize| {
        if done.is_multiple_of(1_000) {
            printer.progress(&format!("{} devices listed", units::count(done as u64)));
        }
        true
    };
    let made = files(prepared, list).candidates(&places, &vault, &mut progress).map_err(refused);
    printer.progress("");
    vault.warnings().iter().for_each(|warning| printer.note(warning));
    made
}

/// Reads what devices have.
fn look(args: &Args, way: &Way, candidates: &mut [Candidate], printer: &Printer) -> Result<(), CommandError> {
    printer.progress("Reading devices…");
    let mut notes = Vec::new();
    let looked = reach::look(&args.keys.keys(), way, candidates, (args.terms.at_once(), &mut notes));
    printer.progress("");
    for note in &notes {
        printer.note(note);
    }
    let missing = looked.map_err(|error| from_reach(&error))?;
    for (class, n) in classes(&missing) {
        let n = units::count(n as u64);
        printer.note(&format!("{n} not read, so what they have is not known: {}.", class.sentence()));
    }
    Ok(())
}

/// Simulates the plan, at the rate that the platform bears where none was chosen.
fn played(
    request: Request,
    candidates: Vec<Candidate>,
    prepared: &Prepared,
    rate: Option<f64>,
    printer: &Printer,
) -> Result<Plan, CommandError> {
    let old = check::file(&prepared.project.file, None).fleet;
    let fleets = (&prepared.fleet, old.as_ref().unwrap_or(&prepared.fleet));
    printer.progress("Simulating the roll-out…");
    let plan = simulated(request, candidates, fleets, rate, &AtomicBool::new(false));
    printer.progress("");
    plan.map_err(|error| match error {
        PlayError::Plan(error) => from_plan(&error),
        other => CommandError::input(format!("{other}.")),
    })
}

fn as_json(plan: &Plan) -> serde_json::Value {
    let Request { pace: Pace { activations_per_s, .. }, prediction, .. } = plan.request();
    json!({
        "schema": "regather/rollout-plan/1",
        "plan": hex(plan.hash()),
        "devices": plan.devices().len() - plan.equal(),
        "equal": plan.equal(),
        "waves": plan.sizes(),
        "restarts_per_s": activations_per_s,
        "prediction": prediction,
    })
}
