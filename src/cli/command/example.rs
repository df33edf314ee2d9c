//! `regather example`: writes a shipped project to start from.

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::Printer;
use crate::cli::source::find_example;
use crate::fleet::example::EXAMPLES;
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};
use std::ffi::OsString;

/// Arguments of `regather example`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather example -o fleet.json            the fleet that the window opens
  regather example hundred-thousand-pumps   print another one
  regather example --list                   what there is")]
pub struct Args {
    /// Name of the example
    #[arg(default_value = "connected-products")]
    name: String,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
    /// List the examples instead
    #[arg(long, conflicts_with = "output")]
    list: bool,
    /// Replace an existing file
    #[arg(short, long)]
    force: bool,
    /// Print the list, and errors, as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    if args.list {
        return list(args.json, printer);
    }
    let example = find_example(&args.name)?;
    let output = Output::of(args.output.as_deref());
    if !args.force {
        output.is_free()?;
    }
    output.write(printer, example.text)?;
    if let Output::File(path) = &output {
        let path = path.to_string_lossy();
        printer.note(&format!("Written: {path}. Simulate it with `regather simulate {path}`."));
    }
    Ok(Exit::Done)
}

/// Prints what examples there are.
fn list(json: bool, printer: &Printer) -> Result<Exit, CommandError> {
    let mut text = String::new();
    let mut rows: Vec<Value> = Vec::new();
    for example in EXAMPLES {
        // A shipped file that could not be read would still be listed by its name.
        let (name, why) = example
            .file()
            .map_or_else(|_| (String::new(), String::new()), |f| (f.name().to_owned(), f.why().to_owned()));
        line(&mut text, format_args!("{}", example.name));
        text.push_str(&wrap("    ", &format!("{name}. {why}")));
        rows.push(json!({"name": example.name, "title": name, "why": why}));
    }
    if json {
        printer.json(&json!({"schema": "regather/examples/1", "examples": rows}))?;
    } else {
        printer.text(&text)?;
    }
    Ok(Exit::Done)
}
