//! Where a roll-out stands, and its log.

use super::{Which, from_journal, shown};
use crate::base::hash::hex;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::Printer;
use crate::push::state::State;
use std::ffi::OsString;

/// Arguments of `rollout status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// List the devices too
    #[arg(long)]
    devices: bool,
    /// List only devices in this state, such as failed; can be repeated
    #[arg(long, value_name = "STATE")]
    state: Vec<String>,
    /// Print the devices as CSV, one line each
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// Arguments of `rollout log`.
#[derive(Debug, clap::Args)]
pub struct LogArgs {
    #[command(flatten)]
    which: Which,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// Shows where a roll-out stands.
pub fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let mut states = Vec::new();
    for word in &args.state {
        let words: Vec<&str> = State::ALL.iter().map(|state| state.word()).collect();
        states.push(State::from_word(word).ok_or_else(|| {
            CommandError::usage(format!("There is no state `{word}`."))
                .did_you_mean(word, words.iter().copied())
                .hint(format!("The states are {}.", words.join(", ")))
        })?);
    }
    let journal = args.which.open()?;
    let all = if states.is_empty() { State::ALL } else { &states };
    if args.csv {
        return shown::csv(&journal, all, printer).map(|()| Exit::Done);
    }
    let devices = args.devices || !states.is_empty();
    shown::all(&journal, devices.then_some(all), args.which.json, printer)?;
    Ok(Exit::Done)
}

/// Checks the log and writes it.
pub fn log(args: &LogArgs, printer: &Printer) -> Result<Exit, CommandError> {
    let journal = args.which.open()?;
    let mut text = Vec::new();
    let head = journal.export_log(&mut text).map_err(|error| from_journal(&error))?;
    let text = String::from_utf8_lossy(&text);
    Output::of(args.output.as_deref()).write(printer, &text)?;
    printer.note(&format!(
        "{} entries, none changed. Keep the last hash elsewhere: {}",
        crate::base::units::count(head.entries),
        hex(&head.hash)
    ));
    Ok(Exit::Done)
}
