//! What is wrong with an input, where, why it matters and what to do.
//!
//! The window, the command line and the JSON output show the same [`Finding`]s, so that an engineer
//! reads one sentence wherever it appears. All findings of a document are collected, not only the first.

use serde::Serialize;
use std::fmt;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Works, but will hurt in the outage that is planned for.
    Warning,
    /// Cannot work, or cannot be simulated. Exit code 3 unless silenced with a reason.
    Error,
}

impl Severity {
    /// The word shown to people and written to JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A change of the document that resolves a finding: a new value at one address.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fix {
    /// Address of the input, a JSON pointer into the project (`/groups/pumps/connect_retries`).
    pub pointer: String,
    /// The value to write there, in the file's own unit.
    pub value: serde_json::Value,
    /// What the button says, for example `Set 60 s`.
    pub label: String,
}

/// One thing that is wrong, or worth knowing, about an input.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Stable code, for example `F012`: silencing and documentation refer to it.
    pub code: &'static str,
    /// Address in the document as a JSON pointer; empty for the whole document.
    pub pointer: String,
    /// Line in the file, counted from 1; 0 where no line is known.
    pub line: usize,
    /// Column in the file in characters, counted from 1; 0 where no line is known.
    pub column: usize,
    /// What is wrong, with the value in question.
    pub what: String,
    /// Why it matters, with its source where it has one.
    pub why: String,
    /// What to do about it, in words.
    pub fix: String,
    /// The same as a change that can be applied, where one exists.
    pub patch: Option<Fix>,
    /// Reason given in the file for accepting this finding; a silenced finding does not fail a check.
    pub silenced: Option<String>,
}

impl Finding {
    /// Returns a finding of the given severity at a JSON pointer, without line, reason or fix yet.
    pub fn new(
        severity: Severity,
        code: &'static str,
        pointer: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code,
            pointer: pointer.into(),
            line: 0,
            column: 0,
            what: what.into(),
            why: String::new(),
            fix: String::new(),
            patch: None,
            silenced: None,
        }
    }

    /// Returns an error finding.
    pub fn error(code: &'static str, pointer: impl Into<String>, what: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, pointer, what)
    }

    /// Returns a warning.
    pub fn warning(code: &'static str, pointer: impl Into<String>, what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, pointer, what)
    }

    /// Adds why it matters.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Adds a change that can be applied.
    #[must_use]
    pub fn patch(
        mut self,
        pointer: impl Into<String>,
        value: impl Into<serde_json::Value>,
        label: impl Into<String>,
    ) -> Self {
        self.patch = Some(Fix { pointer: pointer.into(), value: value.into(), label: label.into() });
        self
    }

    /// Adds the place in the file (both counted from 1).
    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.line = line;
        self.column = column;
        self
    }

    /// Returns whether it makes a check fail: an error that nobody silenced.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error && self.silenced.is_none()
    }
}

impl fmt::Display for Finding {
    /// Writes `error F012 line 14 /groups/pumps/devices: what. why fix` on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.severity.word(), self.code)?;
        if self.line > 0 {
            write!(f, " line {}", self.line)?;
        }
        if !self.pointer.is_empty() {
            write!(f, " {}", self.pointer)?;
        }
        write!(f, ": {}", self.what)?;
        for part in [&self.why, &self.fix] {
            if !part.is_empty() {
                write!(f, " {part}")?;
            }
        }
        if let Some(reason) = &self.silenced {
            write!(f, " (silenced: {reason})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Finding {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_one_line_with_what_why_and_fix() {
        let finding = Finding::error("F012", "/groups/pumps/devices", "`-3` is not a number of devices.")
            .why("A group needs at least one device.")
            .fix("Give a whole number from 1.")
            .at(14, 18);
        assert_eq!(
            finding.to_string(),
            "error F012 line 14 /groups/pumps/devices: `-3` is not a number of devices. \
             A group needs at least one device. Give a whole number from 1."
        );
        assert!(finding.blocks());
        assert!(!Finding { silenced: Some("known".into()), ..finding }.blocks());
    }
}
