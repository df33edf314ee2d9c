//! Why a command could not be carried out: a sentence, hints, and the kind that decides the exit code.
//!
//! Errors of the modules below come in as values and are mapped here, once. A target that is missed is
//! no error: the command has done what it was asked for.

use super::exit::Exit;
use crate::base::Finding;
use crate::base::file::FileError;
use crate::report::draw::DrawError;
use serde_json::json;

/// What kind of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line asks for something that does not exist or contradicts itself.
    Usage,
    /// The output cannot be written.
    Output,
    /// The input cannot be read or used.
    Input,
    /// The window cannot be opened.
    NoWindow,
    /// A connection failed, or what it was for; the way to end says at which step.
    NotConnected(Exit),
    /// Nobody reads the output any more; nothing is said and nothing is wrong.
    BrokenPipe,
    /// A mistake in the program.
    Bug,
}

impl Kind {
    /// Returns how a command of this kind of trouble ends.
    pub fn exit(self) -> Exit {
        match self {
            Self::Usage | Self::Output => Exit::Usage,
            Self::Input => Exit::Invalid,
            Self::NoWindow => Exit::NoWindow,
            Self::NotConnected(exit) => exit,
            Self::BrokenPipe => Exit::Done,
            Self::Bug => Exit::Bug,
        }
    }

    /// The word in JSON.
    fn word(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Output => "output",
            Self::Input => "input",
            Self::NoWindow => "no-window",
            Self::NotConnected(_) => "not-connected",
            Self::BrokenPipe => "broken-pipe",
            Self::Bug => "bug",
        }
    }
}

/// Why a command could not be carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandError {
    /// What kind of trouble it is.
    pub kind: Kind,
    /// What is wrong and why it matters; path last.
    pub message: String,
    /// What to do, most likely first.
    pub hints: Vec<String>,
    /// The findings behind it, with the file they were found in.
    pub findings: Option<(String, Vec<Finding>)>,
}

impl CommandError {
    /// Returns an error of the given kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        let mut message = message.into();
        // Some sentences come with their full stop, others get one.
        if message.ends_with("..") && !message.ends_with("...") {
            message.pop();
        }
        Self { kind, message, hints: Vec::new(), findings: None }
    }

    /// Returns an error in the command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Returns an error in the input.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// Returns an error about a file that was to be read.
    pub fn reading(error: &FileError) -> Self {
        Self::input(error.to_string())
    }

    /// Returns an error about a file that was to be written.
    pub fn writing(error: &FileError) -> Self {
        Self::new(Kind::Output, error.to_string())
    }

    /// Returns an error about a drawing that could not be made.
    pub fn drawing(error: &DrawError) -> Self {
        let kind = if matches!(error, DrawError::Size { .. }) { Kind::Usage } else { Kind::Bug };
        Self::new(kind, error.to_string())
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds "Did you mean …?" where one of the known names is a few typing errors away.
    #[must_use]
    pub fn did_you_mean<'k>(self, name: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        match nearest(name, known) {
            Some(known) => self.hint(format!("Did you mean `{known}`?")),
            None => self,
        }
    }

    /// Adds the findings behind it.
    #[must_use]
    pub fn findings(mut self, file: &str, findings: Vec<Finding>) -> Self {
        self.findings = Some((file.to_owned(), findings));
        self
    }

    /// Returns the error as one JSON object.
    pub fn json(&self) -> serde_json::Value {
        let mut error = json!({
            "kind": self.kind.word(),
            "message": self.message,
            "hints": self.hints,
            "exit_code": self.kind.exit().code(),
        });
        if let Some((file, findings)) = &self.findings {
            error["file"] = file.as_str().into();
            error["findings"] = serde_json::to_value(findings).unwrap_or_default();
        }
        json!({"schema": "regather/error/1", "error": error})
    }
}

/// Returns the known name that is at most a third of its letters away.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, known)| *distance <= (known.chars().count() / 3).max(1))
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposes_only_what_is_near() {
        let known = ["random_delay", "connect_timeout"];
        assert_eq!(nearest("randm_delay", known), Some("random_delay"));
        assert_eq!(nearest("colour", known), None);
        let error = CommandError::usage("No.").did_you_mean("conect_timeout", known);
        assert_eq!(error.hints, ["Did you mean `connect_timeout`?"]);
        assert_eq!(error.json()["error"]["exit_code"], 2);
    }
}
