//! `regather [FILE]`: opens the window, or prints the result where there is no display.

use super::{Action, WindowArgs, simulate};
use crate::cli::error::{CommandError, Kind, nearest};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::source::{Project, Source};
use crate::fleet::example::EXAMPLES;
use crate::report::terminal::wrap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Names that a mistyped subcommand may have meant.
const SUBCOMMANDS: [&str; 7] =
    ["simulate", "validate", "generate", "example", "schema", "reference", "screenshot"];

/// Arguments without a subcommand.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Project file to open; `example:NAME` is a shipped one, `-` prints the result of stdin
    file: Option<OsString>,
    /// Insist on the window: end with 8 where it cannot be opened
    #[arg(long)]
    window: bool,
    /// Say on stderr, once the window is closed, when its first frames were drawn
    #[arg(long)]
    timings: bool,
}

/// Opens the window, or prints the result.
///
/// # Errors
/// Where the window is insisted on and impossible, or the file cannot be used.
pub fn run(args: &Args, printer: &Printer) -> Result<Action, CommandError> {
    let source = args.file.as_deref().map(Source::of).transpose()?;
    if let (Some(Source::Path(path)), Some(argument)) = (&source, args.file.as_deref()) {
        exists(Path::new(path), argument)?;
    }
    let missing = missing(printer);
    match (missing, args.window) {
        (Some((what, fix)), true) => Err(CommandError::new(Kind::NoWindow, what)
            .hint(fix)
            .hint("All subcommands work without a window: see `regather --help`.")),
        (None, window) if source != Some(Source::Stdin) || window => {
            window_args(source, args.timings).map(Action::Window)
        }
        (missing, _) => {
            if let Some((what, fix)) = missing {
                let sentence = format!("{what} {fix}");
                // Without a file everything is said to a person; with one, stdout is the result alone.
                match args.file {
                    None => printer.text(&format!("{}\n", wrap("", &sentence)))?,
                    Some(_) => printer.note(&sentence),
                }
            }
            print(args.file.as_deref(), printer).map(Action::from)
        }
    }
}

/// Returns why no window can be opened, and what to do; `None` where it can be tried.
fn missing(printer: &Printer) -> Option<(&'static str, &'static str)> {
    if !cfg!(feature = "gui") {
        return Some((
            "This program was built without its window.",
            "Build it with the feature `gui`, which is on by default, to get one.",
        ));
    }
    (!printer.environment().display).then_some((
        "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set.",
        "On a desktop, or through `ssh -X`, `regather` opens its window.",
    ))
}

/// Returns an error where a named file is not there, which is often a mistyped subcommand.
fn exists(path: &Path, argument: &OsStr) -> Result<(), CommandError> {
    let known = std::fs::metadata(path);
    let Err(error) = known else { return Ok(()) };
    let word = argument.to_string_lossy();
    if let Some(subcommand) = nearest(&word, SUBCOMMANDS) {
        return Err(CommandError::usage(format!("`{word}` is neither a subcommand nor a file."))
            .hint(format!("Did you mean `regather {subcommand}`?")));
    }
    Err(CommandError::input(format!("The project could not be opened: {error}. The path was {word}."))
        .hint("`regather example -o fleet.json` writes a file to start from."))
}

/// Returns what the window opens with.
fn window_args(source: Option<Source>, timings: bool) -> Result<WindowArgs, CommandError> {
    match source {
        None => Ok(WindowArgs { timings, ..WindowArgs::default() }),
        Some(Source::Example(example)) => Ok(WindowArgs { example: Some(example), file: None, timings }),
        Some(Source::Path(path)) => {
            Ok(WindowArgs { file: Some(PathBuf::from(path)), example: None, timings })
        }
        Some(Source::Stdin) => Err(CommandError::usage(
            "The window cannot read a project from standard input, because it could not be saved.",
        )
        .hint("Write it to a file first, or use `regather simulate -`.")),
    }
}

/// Prints the result of a file, or of the first example, which always ends with 0.
fn print(file: Option<&OsStr>, printer: &Printer) -> Result<Exit, CommandError> {
    if let Some(file) = file {
        return simulate::usual(&Project::load(file)?, printer);
    }
    let example = format!("example:{}", EXAMPLES[0].name);
    simulate::usual(&Project::load(OsStr::new(&example))?, printer)?;
    printer.note("This is the shipped example: `regather example -o fleet.json` writes it to a file.");
    Ok(Exit::Done)
}
