//! Orders that somebody has to carry out: by the process that drives already, or by one that is started for it.

use super::order::give;
use super::reach::{Keys, from_reach};
use super::{Which, from_journal, from_plan, shown};
use crate::base::units;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::desk::rollout::reach;
use crate::desk::rollout::standing::{Picture, is_count, way_back};
use crate::push::journal::Journal;
use crate::push::machine::{Order, Scope};
use crate::push::plan::Plan;
use crate::push::state::{State, Status};
use std::io::{IsTerminal as _, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often the process in the foreground looks at the journal.
const LOOK: Duration = Duration::from_millis(250);

/// Arguments of `rollout start`.
#[derive(Debug, clap::Args)]
pub struct StartArgs {
    #[command(flatten)]
    which: Which,
    /// Start without asking for the number of devices
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    keys: Keys,
}

/// Arguments of `rollout resume` and `rollout stop`.
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    keys: Keys,
}

/// Arguments of `rollout retry`.
#[derive(Debug, clap::Args)]
pub struct RetryArgs {
    #[command(flatten)]
    which: Which,
    /// Only devices with this class of trouble, such as refused; can be repeated
    #[arg(long, value_name = "CLASS")]
    class: Vec<String>,
    #[command(flatten)]
    keys: Keys,
}

/// Arguments of `rollout rollback`.
#[derive(Debug, clap::Args)]
pub struct RollbackArgs {
    #[command(flatten)]
    which: Which,
    /// Only this wave, counted from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "device")]
    wave: Option<u32>,
    /// Only this device, by the name of its thing
    #[arg(long, value_name = "THING")]
    device: Option<String>,
    /// Outside maintenance windows too
    #[arg(long)]
    urgent: bool,
    /// Begin without asking for the number of devices
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    keys: Keys,
}

/// Arguments of `rollout look`.
#[derive(Debug, clap::Args)]
pub struct LookArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    keys: Keys,
}

/// Arguments of `rollout restart`.
#[derive(Debug, clap::Args)]
pub struct RestartArgs {
    #[command(flatten)]
    which: Which,
    /// The device, by the name of its thing
    #[arg(value_name = "THING")]
    device: String,
    /// Restart without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    keys: Keys,
}

/// Arguments of the process that drives.
#[derive(Debug, clap::Args)]
pub struct DriveArgs {
    #[command(flatten)]
    which: Which,
    /// What is done first, as JSON
    #[arg(long)]
    order: String,
    #[command(flatten)]
    keys: Keys,
}

/// Begins a roll-out.
pub fn start(args: &StartArgs, printer: &Printer) -> Result<Exit, CommandError> {
    let plan = Plan::read(&args.which.plan).map_err(|error| {
        from_plan(&error).hint("`rollout start` takes the plan; `rollout resume` goes on with its journal.")
    })?;
    plan.may_start().map_err(|error| from_plan(&error))?;
    let (who, needed) = (args.which.who()?, plan.request().approvals);
    // Whoever declines leaves nothing behind.
    let begun = args.which.place().journal().exists().then(|| args.which.open()).transpose()?;
    let approved = begun.map_or(Ok(0), |journal| journal.approvals(&plan, &who));
    let approved = approved.map_err(|error| from_journal(&error))?;
    if approved < needed {
        let missing = units::count((needed - approved).into());
        return Err(CommandError::input(format!(
            "Approvals that are missing before the plan starts: {missing}, none of them by who starts it ({who})."
        ))
        .hint(format!("They read it and run: regather rollout approve PLAN --hash {}", plan.name())));
    }
    printer.stderr(&shown::plan(&plan));
    confirm(args.yes, plan.sizes().iter().sum(), printer)?;
    carry_out(&args.which, args.which.open_or_create()?, &Order::Start, &args.keys, printer)
}

/// Goes on.
pub fn resume(args: &ResumeArgs, printer: &Printer) -> Result<Exit, CommandError> {
    carry_out(&args.which, args.which.open()?, &Order::Resume, &args.keys, printer)
}

/// Stops for good.
pub fn stop(args: &ResumeArgs, printer: &Printer) -> Result<Exit, CommandError> {
    let journal = args.which.open()?;
    let ended = carry_out(&args.which, journal, &Order::Stop, &args.keys, printer)?;
    // What was asked for is done, however many devices are left.
    Ok(if matches!(ended, Exit::Partly | Exit::Stopped) { Exit::Done } else { ended })
}

/// Serves those again that were not.
pub fn retry(args: &RetryArgs, printer: &Printer) -> Result<Exit, CommandError> {
    let order = Order::Retry { classes: args.class.clone() };
    carry_out(&args.which, args.which.open()?, &order, &args.keys, printer)
}

/// Brings previous files back.
pub fn roll_back(args: &RollbackArgs, printer: &Printer) -> Result<Exit, CommandError> {
    let journal = args.which.open()?;
    let scope = match (&args.device, args.wave) {
        (Some(thing), _) => Scope::Device(place_of(&journal, thing)?),
        (None, Some(wave)) => Scope::Wave(wave - 1),
        (None, None) => Scope::All,
    };
    let picture = Picture::of(&journal).map_err(|error| from_journal(&error))?;
    let waves = picture.plan.sizes().len();
    if let Some(wave) = args.wave.filter(|wave| *wave as usize > waves) {
        return Err(CommandError::usage(format!(
            "There is no wave {wave} in this roll-out; it has {waves}."
        )));
    }
    if let Some(sentence) = way_back(&picture.plan) {
        printer.note(&sentence);
    }
    confirm(args.yes, picture.touched(scope), printer)?;
    let order = Order::RollBack { scope, urgent: args.urgent };
    carry_out(&args.which, journal, &order, &args.keys, printer)
}

/// Reads devices back that are in doubt or whose restart failed.
pub fn look(args: &LookArgs, printer: &Printer) -> Result<Exit, CommandError> {
    carry_out(&args.which, args.which.open()?, &Order::Look, &args.keys, printer)
}

/// Restarts a device that is in doubt or whose restart failed.
pub fn restart(args: &RestartArgs, printer: &Printer) -> Result<Exit, CommandError> {
    let journal = args.which.open()?;
    let device = place_of(&journal, &args.device)?;
    confirm(args.yes, 1, printer)?;
    carry_out(&args.which, journal, &Order::Restart { device }, &args.keys, printer)
}

/// Returns the place of a device in the plan.
fn place_of(journal: &Journal, thing: &str) -> Result<u32, CommandError> {
    let place = journal.place(thing).map_err(|error| from_journal(&error))?;
    place.ok_or_else(|| {
        CommandError::usage(format!("There is no device `{thing}` in this roll-out."))
            .hint("`rollout status --devices` lists them.")
    })
}

/// Asks for the number of devices, unless that was waived.
fn confirm(yes: bool, devices: u32, printer: &Printer) -> Result<(), CommandError> {
    if yes {
        return Ok(());
    }
    let unasked = || {
        CommandError::usage("Devices are restarted, and nobody can be asked here, so nothing was done.")
            .hint("Add --yes, or run it in a terminal.")
    };
    if !std::io::stdin().is_terminal() {
        return Err(unasked());
    }
    let who = match devices {
        1 => "One device is restarted. Type 1 to begin: ".to_owned(),
        n => format!("Up to {} devices are restarted. Type their number to begin: ", units::count(n.into())),
    };
    printer.stderr(&who);
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed).map_err(|_| unasked())?;
    if is_count(&typed, devices) {
        return Ok(());
    }
    Err(CommandError::usage("That is not the number of devices, so nothing was done."))
}

/// Has an order carried out, and waits for the end where this command drives.
fn carry_out(
    which: &Which,
    mut journal: Journal,
    order: &Order,
    keys: &Keys,
    printer: &Printer,
) -> Result<Exit, CommandError> {
    let who = which.who()?;
    if journal.is_driven().map_err(|error| from_journal(&error))? {
        give(&mut journal, order, &who)?;
        shown::standing(&journal, which.json, printer)?;
        return Ok(Exit::Done);
    }
    let mut child = spawn(which, &who, order, keys)?;
    let ended = watch(&mut child, &journal, printer)?;
    if ended != Exit::Done {
        // The process that drove has said why.
        return Ok(ended);
    }
    shown::standing(&journal, which.json, printer)?;
    shown::exit(&journal, matches!(order, Order::RollBack { .. }))
}

/// Starts the process that drives, out of reach of Ctrl+C; it leaves when its standard input ends.
fn spawn(which: &Which, who: &str, order: &Order, keys: &Keys) -> Result<Child, CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::new(Kind::Output, format!("The process that drives cannot be started: {error}."))
            .hint("End other programs, or allow more processes; nothing was done.")
    };
    let order = serde_json::to_string(order)
        .map_err(|error| CommandError::new(Kind::Bug, format!("An order is no JSON: {error}.")))?;
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.args(["rollout", "drive"]).arg(which.place().journal()).args(["--as", who, "--order", &order]);
    command.args(keys.arguments()).args(which.json.then_some("--json"));
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, NEW_GROUP);
    command.spawn().map_err(failed)
}

/// `CREATE_NEW_PROCESS_GROUP`: Ctrl+C does not reach the process.
#[cfg(windows)]
const NEW_GROUP: u32 = 0x200;

/// Waits for the process that drives, and tells meanwhile where it stands.
fn watch(child: &mut Child, journal: &Journal, printer: &Printer) -> Result<Exit, CommandError> {
    let mut told = None;
    loop {
        let ended = child.try_wait().map_err(|error| {
            CommandError::new(Kind::Bug, format!("The process that drives is lost: {error}."))
        })?;
        if let Some(status) = ended {
            printer.progress("");
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            let known = code.and_then(|code| Exit::ALL.into_iter().find(|exit| exit.code() == code));
            return known.ok_or_else(|| {
                CommandError::new(Kind::Bug, format!("The process that drives ended oddly: {status}.")).hint(
                    "Nothing is lost: `rollout status` shows where it stands, `rollout resume` goes on.",
                )
            });
        }
        std::thread::sleep(LOOK);
        // While the other process writes, a look may fail; the next one comes soon.
        let Ok(standing) = journal.standing() else { continue };
        let done = journal.tally().unwrap_or_default();
        let count = |state| done.get(&state).copied().unwrap_or_default();
        printer.progress(&format!(
            "{}, wave {}: {} of {} confirmed",
            standing.status.word(),
            standing.wave + 1,
            units::count(count(State::Verified)),
            units::count(done.values().sum::<u64>() - count(State::Skipped)),
        ));
        if told.as_ref() != Some(&standing.status) {
            if standing.status == Status::Paused {
                printer.progress("");
                printer.note(&format!(
                    "{}. `regather rollout resume` from another terminal goes on; Ctrl+C leaves it paused.",
                    standing.cause
                ));
            }
            told = Some(standing.status);
        }
    }
}

/// Drives; what it prints on standard output nobody reads.
pub fn drive(args: &DriveArgs) -> Result<Exit, CommandError> {
    let order: Order = serde_json::from_str(&args.order)
        .map_err(|error| CommandError::usage(format!("This is no order: {error}.")))?;
    let journal = args.which.open()?;
    let leave = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&leave);
    let wait = move || {
        // Whatever comes, and however it ends: whoever was in the foreground is gone.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        ended.store(true, Ordering::Relaxed);
    };
    std::thread::Builder::new().name("foreground".into()).spawn(wait).map_err(|error| {
        CommandError::new(Kind::Output, format!("The system gives no thread to work with: {error}."))
    })?;
    let driven = reach::drive(journal, &args.which.who()?, Some(order), &args.keys.keys(), &leave);
    driven.map(|_| Exit::Done).map_err(|error| from_reach(&error))
}
