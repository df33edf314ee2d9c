//! Thing names seen so far: which stand twice, and which differ only by case.

use super::{Fault, shown};
use crate::base::Severity;
use std::collections::HashMap;

/// The names of an inventory while it is read; looked up only, never listed.
#[derive(Debug, Default)]
pub(in super::super) struct Names {
    /// Name without case → where it stands first, and how it is written there where that is not plain lower case.
    folded: HashMap<Box<str>, (u32, Option<Box<str>>)>,
    /// Further names that are there in another case, as they are written.
    variants: HashMap<Box<str>, u32>,
}

/// A name that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Clash<'n> {
    name: &'n str,
    /// Where the other one stands.
    pub first: u32,
    /// Whether the two differ by case.
    case_only: bool,
}

impl Names {
    /// Adds a name that stands at a place (a row or a line).
    pub(in super::super) fn add<'n>(&mut self, name: &'n str, place: u32) -> Option<Clash<'n>> {
        let lower = name.to_lowercase().into_boxed_str();
        let written = (*lower != *name).then(|| Box::from(name));
        let Some((first, known)) = self.folded.get(&lower) else {
            self.folded.insert(lower, (place, written));
            return None;
        };
        if known.as_deref().unwrap_or(&lower) == name {
            return Some(Clash { name, first: *first, case_only: false });
        }
        if let Some(first) = self.variants.get(name) {
            return Some(Clash { name, first: *first, case_only: false });
        }
        self.variants.insert(Box::from(name), place);
        Some(Clash { name, first: *first, case_only: true })
    }
}

impl Clash<'_> {
    /// Returns how much it weighs.
    pub(in super::super) fn severity(&self) -> Severity {
        if self.case_only { Severity::Warning } else { Severity::Error }
    }

    /// Returns the fault, with the line in which the other name stands.
    pub(in super::super) fn fault(&self, line: usize) -> Fault {
        let name = shown(self.name);
        if self.case_only {
            let what = format!("`{name}` differs from the thing name in line {line} by case only.");
            let why =
                "Windows and macOS take both for one file, so the files of one overwrite those of the other.";
            let fault = Fault::error("I005", what, why).fix("Rename one of them, or use paths that differ.");
            Fault { severity: Severity::Warning, ..fault }
        } else {
            let why = "The platform knows a thing once; two devices of one name throw each other out.";
            Fault::error("I004", format!("`{name}` stands in line {line} already."), why)
                .fix("Delete one of the lines, or rename the thing.")
        }
    }
}
