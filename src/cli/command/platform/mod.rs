//! `regather platform`: the embedded test platform on the command line.

mod control;
mod serve;
mod settings;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;

/// Arguments of `regather platform`.
#[derive(Debug, clap::Args)]
#[command(
    disable_help_subcommand = true,
    before_help = "\
Examples:
  regather platform serve     on this computer, port 8443 or the next free one
  regather platform serve --fleet fleet.json --scenario small --json"
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What the test platform does.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Serve agents until it is told to stop; outages are caused by lines on stdin
    Serve(settings::Args),
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    match &args.what {
        What::Serve(args) => serve::run(args, printer),
    }
}
