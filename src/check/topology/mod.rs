//! Rules over a topology: what is wrong with a cluster before anything fails.
//!
//! One registry: each rule says what it looks for, how much it weighs, why it matters and where that is from,
//! and what to do. A rule finds places; the text around a place comes from the registry, so that the window,
//! the command line and the reference say the same. Rules that only need numbers of the platform (T016, T017,
//! T027, T028, T050, T051, T052) stand beside, in [`super::rules`]: they look at a platform without a topology
//! as well, and their findings are led back to the thing from which the number follows.

mod data;
mod front;
mod look;
mod plans;
mod servers;
#[cfg(test)]
mod tests;
mod zookeeper;

pub use look::Look;

use crate::base::{Finding, Severity};
use crate::fleet::file::View;
use crate::fleet::{Certainty, Fleet, Topology};

/// One rule over a topology.
pub struct Rule {
    /// Stable code, for example `T001`.
    pub code: &'static str,
    /// How much a finding weighs; a few places weigh less.
    pub severity: Severity,
    /// What it looks for, in a few words.
    pub title: &'static str,
    /// Why it matters, in a sentence.
    pub why: &'static str,
    /// How sure we are of that.
    pub certainty: Certainty,
    /// Where that is from.
    pub source: &'static str,
    /// What to do, in a sentence.
    pub advice: &'static str,
    /// Adds the places.
    pub run: fn(&Look<'_>, &mut Places),
}

/// A place at which a rule fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Address of the input, or of the thing.
    pub pointer: String,
    /// What is wrong there, with the values in question.
    pub what: String,
    /// How much it weighs, where it is not what the rule says.
    pub severity: Option<Severity>,
    /// A change that resolves it: address, value, what the button says.
    pub patch: Option<(String, serde_json::Value, String)>,
}

/// The places that a rule has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places(Vec<Place>);

impl Places {
    /// Adds a place.
    pub fn add(&mut self, pointer: impl Into<String>, what: impl Into<String>) -> &mut Place {
        self.0.push(Place { pointer: pointer.into(), what: what.into(), severity: None, patch: None });
        let last = self.0.len() - 1;
        &mut self.0[last]
    }
}

impl Place {
    /// Adds a change at the place itself.
    pub fn set(&mut self, value: impl Into<serde_json::Value>, label: impl Into<String>) -> &mut Self {
        let pointer = self.pointer.clone();
        self.set_at(pointer, value, label)
    }

    /// Adds a change somewhere else.
    pub fn set_at(
        &mut self,
        pointer: impl Into<String>,
        value: impl Into<serde_json::Value>,
        label: impl Into<String>,
    ) -> &mut Self {
        self.patch = Some((pointer.into(), value.into(), label.into()));
        self
    }

    /// Says how much this place weighs.
    pub fn weighs(&mut self, severity: Severity) -> &mut Self {
        self.severity = Some(severity);
        self
    }
}

/// Every rule, in the order of its code.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let mut rules: Vec<&Rule> = [zookeeper::RULES, servers::RULES, front::RULES, data::RULES, plans::RULES]
        .into_iter()
        .flatten()
        .collect();
    rules.sort_by_key(|rule| rule.code);
    rules.into_iter()
}

/// Returns what all rules find in a topology, without places in a file.
pub fn run(topology: &Topology, fleet: &Fleet, view: &View<'_>) -> Vec<Finding> {
    let look = Look::new(topology, fleet, view);
    let mut findings = Vec::new();
    for rule in rules() {
        let mut places = Places::default();
        (rule.run)(&look, &mut places);
        findings.extend(places.0.into_iter().map(|place| rule.finding(place)));
    }
    findings
}

impl Rule {
    /// Returns why it matters, with how sure that is and where it is from.
    pub fn reason(&self) -> String {
        format!("{} ({}: {})", self.why, self.certainty.word(), self.source)
    }

    /// Returns the finding for a place.
    fn finding(&self, place: Place) -> Finding {
        let severity = place.severity.unwrap_or(self.severity);
        let finding =
            Finding::new(severity, self.code, place.pointer, place.what).why(self.reason()).fix(self.advice);
        match place.patch {
            Some((pointer, value, label)) => finding.patch(pointer, value, label),
            None => finding,
        }
    }
}
