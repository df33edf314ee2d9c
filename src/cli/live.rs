//! What commands with real connections share: threads, secrets by reference, and events on stdout.

use super::error::{CommandError, Kind};
use super::exit::Exit;
use super::printer::Printer;
use crate::base::Micros;
use crate::base::file;
use crate::base::units::parse_duration;
use crate::config::secret::{Secret, SecretRef, SystemVault, Vault};
use crate::live::connect::Step;
use crate::live::engine::Engine;
use crate::live::interrupt::Interrupt;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::path::Path;

/// Longest certificate file \[bytes\].
const LONGEST_PEM: u64 = 1 << 20;

/// Starts the threads of real connections.
///
/// # Errors
/// The system gives none.
pub fn engine(threads: usize) -> Result<Engine, CommandError> {
    Engine::start(threads).map_err(|error| not_connected(&error))
}

/// Watches for Ctrl-C and its like: the first one ends a command in order, the second one at once.
///
/// # Errors
/// The system gives no way to hear of it.
pub fn interrupt(engine: &Engine) -> Result<Interrupt, CommandError> {
    engine.interrupt().map_err(|error| not_connected(&error))
}

/// Returns the error of a command that was interrupted before it had a result.
pub fn interrupted() -> CommandError {
    CommandError::new(
        Kind::NotConnected(Exit::Interrupted),
        "Interrupted, so there is no result; all connections of the run are closed.",
    )
}

/// Returns the error for a connection that did not come about for another reason than one of its steps.
pub fn not_connected(error: &dyn std::error::Error) -> CommandError {
    CommandError::new(Kind::NotConnected(Exit::NotConnected), format!("{error}."))
}

/// Returns how a command ends whose connection failed at a step.
pub fn exit_of(step: Step) -> Exit {
    match step {
        Step::Name => Exit::NoName,
        Step::Tcp => Exit::NoTcp,
        Step::Proxy => Exit::NoProxy,
        Step::Tls => Exit::NoTls,
        Step::Upgrade => Exit::NoUpgrade,
        Step::Auth => Exit::NoAuth,
        Step::Bind => Exit::NoBind,
    }
}

/// Fetches what a reference on the command line leads to.
///
/// # Errors
/// A usage error where the text is no reference; an input error where it leads to nothing.
pub fn secret(option: &str, reference: &str, printer: &Printer) -> Result<Secret, CommandError> {
    let reference: SecretRef =
        reference.parse().map_err(|error| CommandError::usage(format!("{option}: {error}.")))?;
    let environment = |name: &str| std::env::var(name).ok();
    let vault = SystemVault::new(&environment);
    let found = vault.resolve(&reference).map_err(|error| CommandError::input(format!("{option}: {error}.")));
    vault.warnings().iter().for_each(|warning| printer.note(warning));
    found
}

/// Reads a file with certificates.
///
/// # Errors
/// It cannot be read.
pub fn pem(path: &OsStr) -> Result<String, CommandError> {
    file::read_text(Path::new(path), LONGEST_PEM).map_err(|error| CommandError::reading(&error))
}

/// Reads a length of time of an option, such as `30s`.
///
/// # Errors
/// It is none, or negative.
pub fn length(text: &str) -> Result<Micros, String> {
    parse_duration(text)
        .filter(|&s| s >= 0.0)
        .and_then(Micros::from_secs_f64)
        .ok_or_else(|| "a duration has its unit and is not negative, such as 500ms, 90s or 1h30m".to_owned())
}

/// Writes events: a line for people, or one JSON object per line.
#[derive(Clone, Copy, Debug)]
pub struct Events<'a> {
    /// Where to.
    pub printer: &'a Printer,
    /// Name and version of the format.
    pub schema: &'static str,
    /// Whether they are JSON.
    pub json: bool,
}

impl Events<'_> {
    /// Writes an event; people see `text` where it is not empty, programs see everything.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub fn tell(
        &self,
        at: Micros,
        event: &str,
        fields: Value,
        text: impl FnOnce() -> String,
    ) -> Result<(), CommandError> {
        if !self.json {
            let text = text();
            return if text.is_empty() { Ok(()) } else { self.printer.text(&format!("{text}\n")) };
        }
        let mut line = json!({"schema": self.schema, "at_s": at.secs(), "event": event});
        if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields) {
            line.extend(fields);
        }
        self.printer.data(&format!("{line}\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_its_own_way_to_end() {
        let codes: Vec<u8> = Step::ALL.into_iter().map(|step| exit_of(step).code()).collect();
        assert_eq!(codes, [51, 52, 53, 54, 55, 56, 57]);
    }

    #[test]
    fn lengths_have_units() {
        assert_eq!(length("1m30s"), Ok(Micros::from_secs(90)));
        for wrong in ["5", "-1s", "", "fast"] {
            length(wrong).expect_err(wrong);
        }
    }
}
