//! `regather schema`: prints the JSON Schema of a file format.

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::fleet::file;
use crate::report::result;

/// Arguments of `regather schema`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather schema > project.schema.json      for editors that complete and check
  regather schema result                     what `simulate --json` prints")]
pub struct Args {
    /// Which format
    #[arg(value_enum, default_value = "project")]
    format: Format,
    /// Print errors as JSON too
    #[arg(long)]
    json: bool,
}

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Project files
    Project,
    /// Results of `simulate --json`
    Result,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    printer.json(&match args.format {
        Format::Project => file::schema(),
        Format::Result => result::result_schema(),
    })?;
    Ok(Exit::Done)
}
