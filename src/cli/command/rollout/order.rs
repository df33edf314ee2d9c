//! Orders to whoever drives, and approvals.

use super::{Which, from_journal, shown};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::desk::rollout::reach::wall_ms;
use crate::push::journal::Journal;
use crate::push::machine::Order;
use serde_json::json;
use std::time::Duration;

/// Longest time in which whoever drives answers an order, and how often it is looked for.
const LOOKS: u32 = 100;
const LOOK: Duration = Duration::from_millis(50);

/// Arguments of an order.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

/// Arguments of `rollout approve`.
#[derive(Debug, clap::Args)]
pub struct ApproveArgs {
    #[command(flatten)]
    which: Which,
    /// Hash of the plan that you read, or its first 16 digits
    #[arg(long, value_name = "HASH")]
    hash: String,
}

/// Approves a plan.
pub fn approve(args: &ApproveArgs, printer: &Printer) -> Result<Exit, CommandError> {
    let mut journal = args.which.open_or_create()?;
    let who = args.which.who()?;
    journal.approve(&args.hash, &who, wall_ms()).map_err(|error| from_journal(&error))?;
    let plan = journal.plan().map_err(|error| from_journal(&error))?;
    if args.which.json {
        let value = json!({"schema": "regather/rollout-approval/1", "plan": plan.name(), "approved_by": who});
        printer.json(&value)?;
    } else {
        printer.text(&format!("Plan {} is approved by {who}.\n", plan.name()))?;
    }
    Ok(Exit::Done)
}

/// Pauses.
pub fn pause(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let mut journal = args.which.open()?;
    if journal.is_driven().map_err(|error| from_journal(&error))? {
        give(&mut journal, &Order::Pause, &args.which.who()?)?;
    } else {
        printer.note("No program drives this roll-out, so nothing is begun anyway.");
    }
    shown::standing(&journal, args.which.json, printer)?;
    Ok(Exit::Done)
}

/// Gives an order to whoever drives, and waits for the answer.
///
/// # Errors
/// The answer, where the order was refused; and where nobody answers.
pub fn give(journal: &mut Journal, order: &Order, who: &str) -> Result<(), CommandError> {
    let seq = journal.give(order, who, wall_ms()).map_err(|error| from_journal(&error))?;
    for _ in 0..LOOKS {
        match journal.answer_to(seq).map_err(|error| from_journal(&error))? {
            Some(answer) if answer.is_empty() => return Ok(()),
            Some(answer) => return Err(CommandError::input(answer)),
            None => std::thread::sleep(LOOK),
        }
    }
    Err(CommandError::input(
        "The program that drives this roll-out did not answer within 5 s; the order stands.",
    )
    .hint("Look at `regather rollout status`; the order is taken as soon as somebody drives."))
}
