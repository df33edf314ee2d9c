//! The command line: subcommands over the same modules that the window uses.
//!
//! [`run`] reads the arguments, does the work and returns an [`Action`]: mostly the exit code, or the
//! wish for a window or a picture, which the binary hands on to the window's module, so that this module
//! never names a toolkit. Data goes to stdout, messages to stderr, and every way to end has a code in
//! [`exit::Exit`].
//!
//! One file per subcommand stands in [`command`]; each has its arguments, whose docs are the help, and a
//! function that returns how it ended or a [`error::CommandError`].

mod assign;
pub mod command;
mod environment;
pub mod error;
pub mod exit;
mod files;
mod findings;
#[cfg(feature = "live")]
mod live;
mod output;
mod printer;
mod source;
mod study;

pub use command::screenshot::ScreenshotArgs;
pub use command::{Action, WindowArgs};
pub use environment::Environment;
pub use output::write_file;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};
use command::{Command, open};
use error::{CommandError, Kind};
use exit::Exit;
use printer::Printer;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

/// How the help is laid out: what it is, examples first, then usage.
const HELP: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// Examples at the top of the help.
const EXAMPLES: &str = "\
Examples:
  regather                                  open the window with an example
  regather example -o fleet.json            write a fleet to start from
  regather simulate fleet.json --set random_delay=300s
  regather generate fleet.json --out agents

Without a display the first one prints the result instead.";

/// Plans how a fleet of connected devices comes back after an outage.
#[derive(Debug, Parser)]
#[command(
    name = "regather",
    version,
    help_template = HELP,
    before_help = EXAMPLES,
    after_help = exit::help(),
    term_width = 80,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
)]
struct Arguments {
    #[command(flatten)]
    open: open::Args,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Returns the command line, the help of all subcommands laid out alike.
fn command() -> clap::Command {
    let pages =
        |page: clap::Command| page.help_template(HELP).mut_subcommands(|page| page.help_template(HELP));
    Arguments::command().mut_subcommands(pages)
}

/// Reads the arguments of the process, the program's name first, and does what they ask for.
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: Environment) -> Action {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let printer = Printer::new(environment, wants_json(&arguments));
    let parsed =
        command().try_get_matches_from(arguments).and_then(|parsed| Arguments::from_arg_matches(&parsed));
    let done = match parsed {
        Ok(arguments) => match arguments.command {
            Some(command) => command.run(&printer),
            None => open::run(&arguments.open, &printer),
        },
        Err(error) => explain(&error, &printer).map(Action::from),
    };
    done.unwrap_or_else(|error| Action::Done(fail(&error, &printer)))
}

/// Returns whether JSON is asked for; errors are then JSON too, even where the rest is not understood.
fn wants_json(arguments: &[OsString]) -> bool {
    arguments.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "--json")
}

/// Runs the program and turns a panic, which is a mistake in the program, into a sentence and exit code 1.
pub fn guard(environment: Environment, program: impl FnOnce() -> ExitCode) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let printer = Printer::new(environment, wants_json(&arguments));
    std::panic::set_hook(Box::new(move |panic| {
        let place =
            panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let what = panic.payload_as_str().unwrap_or("no reason given");
        let message = format!("Regather {} has a mistake{place}: {what}.", env!("CARGO_PKG_VERSION"));
        let error = CommandError::new(Kind::Bug, message);
        printer.error(
            &error.hint(
                "Please report it with the command and the project file; no file was left half written.",
            ),
        );
    }));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(program)).unwrap_or_else(|_| Exit::Bug.into())
}

/// Returns the exit code for a window or picture that could not be made, after saying why.
pub fn no_window(reason: &str, environment: Environment, json: bool) -> ExitCode {
    let error = CommandError::new(Kind::NoWindow, reason)
        .hint("`regather simulate FILE` and all other subcommands need no display; see `regather --help`.");
    fail(&error, &Printer::new(environment, json))
}

/// Prints when the window drew its first frames; returns the exit code of a window that was closed.
pub fn timings(frame: Option<Duration>, verdict: Option<Duration>, environment: Environment) -> ExitCode {
    let printer = Printer::new(environment, false);
    for (what, when) in [("first frame", frame), ("first frame with a verdict", verdict)] {
        let when = when.map_or_else(|| "never".to_owned(), |at| format!("after {:.3} s", at.as_secs_f64()));
        printer.note(&format!("{what} {when}"));
    }
    Exit::Done.into()
}

/// Returns the exit code of an output that could not be written, after saying why.
pub fn failed(error: &CommandError, environment: Environment, json: bool) -> ExitCode {
    fail(error, &Printer::new(environment, json))
}

/// Says what went wrong; returns the exit code.
fn fail(error: &CommandError, printer: &Printer) -> ExitCode {
    printer.error(error);
    error.kind.exit().into()
}

/// Prints help, version or a mistake in the arguments.
fn explain(error: &clap::Error, printer: &Printer) -> Result<Exit, CommandError> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            printer.text(&error.to_string())?;
            Ok(Exit::Done)
        }
        _ => {
            let text = error.to_string();
            let mut parts =
                text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
            let message = parts.next().unwrap_or_default();
            let mistake = CommandError::usage(message.strip_prefix("error: ").unwrap_or(&message));
            // A number below 0 is taken for an option, and no option here takes one.
            let below_0 = |tip: &str| tip.starts_with("tip: to pass '-");
            let parts = parts.filter(|part| !part.is_empty()).map(|part| match part.strip_prefix("tip: ") {
                Some(_) if below_0(&part) => {
                    "Nothing here takes a value that begins with a minus sign.".to_owned()
                }
                Some(tip) => format!("Tip: {tip}"),
                None => part,
            });
            Err(parts.fold(mistake, CommandError::hint))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    #[cfg(feature = "live")]
    fn what_stands_around_the_help_of_real_connections_is_laid_out_for_80_columns() {
        let whole = command();
        for name in ["agent", "platform", "rehearse"] {
            let page = whole.find_subcommand(name).expect("a page");
            let texts: Vec<String> = [page.get_before_help(), page.get_after_help()]
                .into_iter()
                .flatten()
                .map(ToString::to_string)
                .collect();
            assert!(!texts.is_empty(), "{name}");
            for line in texts.iter().flat_map(|text| text.lines()) {
                assert!(line.chars().count() <= 80, "{name}: {line}");
            }
        }
    }

    #[test]
    fn a_mistake_in_the_program_ends_with_1() {
        let environment = Environment::of_process();
        let usual = std::panic::take_hook();
        let code = guard(environment, || panic!("made up"));
        std::panic::set_hook(usual);
        assert_eq!(code, ExitCode::from(1));
    }
}
