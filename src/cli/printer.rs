//! The one place that writes to the terminal.
//!
//! Data goes to stdout, messages and progress to stderr, so that a pipe carries nothing but data. When
//! the reader of the pipe has gone away, the command ends quietly.

use super::environment::Environment;
use super::error::{CommandError, Kind};
use crate::report::terminal::{left, plain, wrap};
use std::io::{ErrorKind, Write};

/// Length of the line in which progress is drawn [characters].
const LINE: usize = 72;

/// Writes to the terminal.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    environment: Environment,
    /// Whether errors are written as JSON.
    json: bool,
}

impl Printer {
    /// Returns a printer; with `json` errors are JSON too.
    pub fn new(environment: Environment, json: bool) -> Self {
        Self { environment, json }
    }

    /// Returns what the printer knows of its process.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Returns a text with the characters that this terminal can show.
    pub fn shown(&self, text: &str) -> String {
        plain(text, self.environment.charset)
    }

    /// Writes text for people to stdout.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub fn text(&self, text: &str) -> Result<(), CommandError> {
        self.data(&self.shown(text))
    }

    /// Writes data to stdout as it is.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    #[expect(clippy::unused_self, reason = "one printer, one way to say where things go")]
    pub fn data(&self, data: &str) -> Result<(), CommandError> {
        let mut stdout = std::io::stdout().lock();
        let written = stdout.write_all(data.as_bytes()).and_then(|()| stdout.flush());
        written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => CommandError::new(Kind::BrokenPipe, "Nobody reads the output any more."),
            _ => CommandError::new(
                Kind::Output,
                format!("The output could not be written, so it is not complete: {error}."),
            )
            .hint("Make room or choose another target, then repeat the command."),
        })
    }

    /// Writes a JSON value to stdout, indented, with a line end.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub fn json(&self, value: &impl serde::Serialize) -> Result<(), CommandError> {
        self.data(&json_text(value)?)
    }

    /// Writes a message to stderr, broken into lines.
    pub fn note(&self, text: &str) {
        self.stderr(&wrap("", text));
    }

    /// Writes a text for people to stderr as it stands.
    pub fn stderr(&self, text: &str) {
        self.raw(&self.shown(text));
    }

    /// Draws progress over the last line, where stderr is a terminal; an empty text wipes the line.
    pub fn progress(&self, text: &str) {
        if self.environment.live {
            self.raw(&format!("\r{}\r{}", " ".repeat(LINE), left(&self.shown(text), LINE).trim_end()));
        }
    }

    /// Writes to stderr. What cannot be written there can be told to nobody.
    #[expect(clippy::unused_self, reason = "one printer, one way to say where things go")]
    fn raw(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }

    /// Writes an error to stderr: findings, message and hints, or one JSON object.
    pub fn error(&self, error: &CommandError) {
        if error.kind == Kind::BrokenPipe {
            return;
        }
        if self.json {
            // One line, as events are.
            return self.raw(&format!("{}\n", error.json()));
        }
        let mut text = String::new();
        if let Some((file, findings)) = &error.findings {
            for finding in findings {
                text.push_str(&super::findings::text(file, finding));
            }
        }
        text.push_str(&wrap("error: ", &error.message));
        for hint in &error.hints {
            text.push_str(&wrap("hint:  ", hint));
        }
        self.stderr(&text);
    }
}

/// Returns a value as indented JSON with a line end.
///
/// # Errors
/// A bug, should a value not be representable.
pub fn json_text(value: &impl serde::Serialize) -> Result<String, CommandError> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| {
        CommandError::new(Kind::Bug, format!("The result could not be written as JSON: {error}."))
    })?;
    text.push('\n');
    Ok(text)
}
