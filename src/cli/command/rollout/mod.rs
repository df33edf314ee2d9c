//! `regather rollout`: files reach devices in waves, and whatever happens it can be looked at, stopped and taken back.
//!
//! Every subcommand names the plan; the journal stands beside it under the same name with the end `db`, and is
//! all that the processes share. The one that drives runs as a process of its own, out of reach of Ctrl+C: when the
//! one in the foreground ends, in whatever way, it ends what is being done to a device, pauses, and ends too.

mod drive;
mod export;
mod order;
mod plan;
mod reach;
mod schema;
mod shown;
mod status;

pub(super) use schema::{plan_file_schema, plan_schema, rollout_schema};

use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::desk::rollout::place::{Place, PlaceError};
use crate::desk::rollout::reach::user;
use crate::push::driver::DriveError;
use crate::push::journal::{Journal, JournalError};
use crate::push::plan::PlanError;
use std::path::{Path, PathBuf};

/// Arguments of `regather rollout`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather rollout plan fleet.json --devices things.csv --has collected/ \\
    --over ssh --at {ssh}:22 --path '/opt/agent/{file}' \\
    --restart 'systemctl restart agent' --waves 10,10%,rest -o night.json
  regather rollout approve night.json --hash 3f9a...  (a second person)
  regather rollout start night.json            asks for the number of devices
  regather rollout status night.json
  regather rollout pause night.json            from any other terminal
  regather rollout resume night.json
  regather rollout rollback night.json --wave 2
  regather rollout export night.json --as ansible --out playbook/

The plan is simulated before it is written: each restart is a reconnect. Secrets
are fetched while a device is written and stand in no plan and no journal.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What is done.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Freeze who gets what in which wave, simulate it, and write it as a file
    Plan(Box<plan::Args>),
    /// Approve a plan by its hash, as a second person
    Approve(order::ApproveArgs),
    /// Begin: asks for the number of devices, then serves them wave by wave
    Start(drive::StartArgs),
    /// Show where it stands, by wave and by device
    Status(status::Args),
    /// Begin nothing new; what is being done to a device is ended
    Pause(order::Args),
    /// Go on after a pause or an interruption
    Resume(drive::ResumeArgs),
    /// Stop for good; what is being done to a device is ended
    Stop(drive::ResumeArgs),
    /// Serve those again that failed or were not reached
    Retry(drive::RetryArgs),
    /// Bring back the previous files of a wave, of a device, or of all; waves that were not begun are not served then
    Rollback(drive::RollbackArgs),
    /// Read the devices back that are in doubt or whose restart failed; nobody is restarted for it
    Look(drive::LookArgs),
    /// Restart one device that is in doubt or whose restart failed; it alone where the roll-out stopped
    Restart(drive::RestartArgs),
    /// Write the plan for other tools, with its waves and hashes
    Export(export::Args),
    /// Check the audit log and write it out, one JSON object per line
    Log(status::LogArgs),
    /// Drives, as a process of its own
    #[command(hide = true)]
    Drive(drive::DriveArgs),
}

/// Which roll-out, and who asks.
#[derive(Clone, Debug, clap::Args)]
struct Which {
    /// Plan, as `rollout plan` wrote it, or its journal
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Your name for the log; without it that of this system's user
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
    /// Print JSON, and errors as JSON too
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    match &args.what {
        What::Plan(args) => plan::run(args, printer),
        What::Approve(args) => order::approve(args, printer),
        What::Start(args) => drive::start(args, printer),
        What::Status(args) => status::run(args, printer),
        What::Pause(args) => order::pause(args, printer),
        What::Resume(args) => drive::resume(args, printer),
        What::Stop(args) => drive::stop(args, printer),
        What::Retry(args) => drive::retry(args, printer),
        What::Rollback(args) => drive::roll_back(args, printer),
        What::Look(args) => drive::look(args, printer),
        What::Restart(args) => drive::restart(args, printer),
        What::Export(args) => export::run(args, printer),
        What::Log(args) => status::log(args, printer),
        What::Drive(args) => drive::drive(args),
    }
}

impl Which {
    /// Returns where the files of the roll-out stand.
    fn place(&self) -> Place {
        Place::new(&self.plan)
    }

    /// Returns who asks.
    ///
    /// # Errors
    /// A usage error where nobody says so: the log would name nobody.
    fn who(&self) -> Result<String, CommandError> {
        self.who.clone().or_else(user).filter(|name| !name.trim().is_empty()).ok_or_else(|| {
            CommandError::usage("This system does not say who you are, and the log names who ordered what.")
                .hint("Give your name with --as.")
        })
    }

    /// Opens the journal of a roll-out that somebody approved or started.
    ///
    /// # Errors
    /// Where there is none, or it belongs to another plan than the one named.
    fn open(&self) -> Result<Journal, CommandError> {
        self.place().open().map_err(|error| from_place(&error))
    }

    /// Opens the journal, or creates it for the plan.
    ///
    /// # Errors
    /// As [`Which::open`], and where the plan cannot be read.
    fn open_or_create(&self) -> Result<Journal, CommandError> {
        self.place().open_or_create(&self.who()?).map_err(|error| from_place(&error))
    }
}

fn from_place(error: &PlaceError) -> CommandError {
    let said = CommandError::input(error.to_string());
    match error {
        PlaceError::NotBegun { .. } => said.hint("`regather rollout start` begins."),
        PlaceError::Missing { .. } => {
            said.hint("Check the name, or make a plan with `regather rollout plan`.")
        }
        PlaceError::OtherPlan { .. } => said.hint(
            "Name the journal itself to look at the other roll-out, or give the new plan another name.",
        ),
        PlaceError::Plan(error) => from_plan(error),
        PlaceError::Journal(error) => from_journal(error),
    }
}

fn from_journal(error: &JournalError) -> CommandError {
    let kind = match error {
        JournalError::Full { .. } | JournalError::Exists { .. } => Kind::Output,
        _ => Kind::Input,
    };
    CommandError::new(kind, error.to_string())
}

fn from_plan(error: &PlanError) -> CommandError {
    CommandError::input(error.to_string())
}

fn from_drive(error: &DriveError) -> CommandError {
    match error {
        DriveError::Journal(error) => from_journal(error),
        other => CommandError::input(other.to_string()),
    }
}

/// Returns a path as every process finds it.
fn absolute(path: &Path) -> Result<String, CommandError> {
    let found = std::fs::canonicalize(path)
        .map_err(|error| CommandError::input(format!("This cannot be read: {error}: {}.", path.display())))?;
    found.into_os_string().into_string().map_err(|_| {
        CommandError::usage(format!(
            "The plan would have to name a path that is no text: {}.",
            path.display()
        ))
    })
}
