//! `regather reference`: what the program knows, from the same tables that it works with.

mod codes;
mod files;
mod inputs;
mod outages;
mod presets;
mod storm;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;

/// Arguments of `regather reference`.
#[derive(Debug, clap::Args)]
#[command(
    disable_help_subcommand = true,
    before_help = "\
Examples:
  regather reference inputs                 every input: unit, range, source
  regather reference storm-1 --scenario deep --agents 100000 --repeat 5"
)]
pub struct Args {
    #[command(subcommand)]
    page: Option<Page>,
    /// Print as JSON, errors too
    #[arg(long, global = true)]
    json: bool,
}

/// A page of the reference.
#[derive(Debug, clap::Subcommand)]
enum Page {
    /// Every input of a project: key, file, unit, range, default, source, meaning
    Inputs,
    /// Files of agents: which keys stand where, how they are written, how sure that is
    Files,
    /// Kinds of outage: what devices see, whom they touch, how long they usually last
    Outages,
    /// Platforms of a usual size, which a file may name instead of numbers
    Presets,
    /// The rules that look for trouble before anything is simulated
    Rules,
    /// Codes of findings, and exit codes
    Codes,
    /// Run the published reference model and print its hash and figures
    #[command(name = "storm-1")]
    Storm(storm::Args),
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    match (&args.page, args.json) {
        (None | Some(Page::Inputs), true) => printer.json(&inputs::json())?,
        (None | Some(Page::Inputs), false) => printer.text(&inputs::text())?,
        (Some(Page::Files), true) => printer.json(&files::json())?,
        (Some(Page::Files), false) => printer.text(&files::text())?,
        (Some(Page::Outages), true) => printer.json(&outages::json())?,
        (Some(Page::Outages), false) => printer.text(&outages::text())?,
        (Some(Page::Presets), true) => printer.json(&presets::json())?,
        (Some(Page::Presets), false) => printer.text(&presets::text())?,
        (Some(Page::Rules), true) => printer.json(&codes::rules_json())?,
        (Some(Page::Rules), false) => printer.text(&codes::rules_text())?,
        (Some(Page::Codes), true) => printer.json(&codes::json())?,
        (Some(Page::Codes), false) => printer.text(&codes::text())?,
        (Some(Page::Storm(args)), json) => storm::run(args, json, printer)?,
    }
    Ok(Exit::Done)
}
