//! The trail of a derivation: which inputs were used, how sure they are, where they come from.

use super::super::Node;
use super::Derived;
use crate::base::json::Node as Json;
use crate::fleet::Certainty;
use crate::fleet::file::{Value, View};
use std::collections::BTreeSet;

/// What is said of a number that the file gives without a source.
const NO_SOURCE: &str = "given in the file without a source";

/// Collects the inputs of one number.
pub struct Trace<'v, 'a> {
    view: &'v View<'a>,
    from: Vec<String>,
    /// The same inputs, for finding one quickly.
    seen: BTreeSet<String>,
    /// Whether anything is remembered.
    kept: bool,
    certainty: Certainty,
    sources: Vec<(Certainty, String)>,
}

impl<'v, 'a> Trace<'v, 'a> {
    /// Returns an empty trail.
    pub fn new(view: &'v View<'a>) -> Self {
        Self {
            view,
            from: Vec::new(),
            seen: BTreeSet::new(),
            kept: true,
            certainty: Certainty::Documented,
            sources: Vec::new(),
        }
    }

    /// Returns a trail on which nothing is remembered, for numbers that nobody asks about.
    pub fn forgetful(view: &'v View<'a>) -> Self {
        Self { kept: false, ..Self::new(view) }
    }

    /// Returns a number of a thing and remembers it; `None` where it is not given and has no default.
    pub fn optional(&mut self, node: &Node, key: &str) -> Option<f64> {
        let value = node.optional(key)?;
        self.used(node, key);
        Some(value)
    }

    /// Returns a number of a thing and remembers it; 0 where there is none.
    pub fn number(&mut self, node: &Node, key: &str) -> f64 {
        self.optional(node, key).unwrap_or_default()
    }

    /// Remembers that a setting of a thing was used.
    pub fn used(&mut self, node: &Node, key: &str) {
        if !self.kept {
            return;
        }
        let address = node.address(key);
        if self.seen.contains(&address) {
            return;
        }
        let Some(row) = node.kind.settings().iter().find(|row| row.key == key) else { return };
        let (certainty, source) = match (self.stated(&address), node.says(key)) {
            (Some(stated), _) => stated,
            // What a person says of the own deployment, without a source, is taken as an assumption.
            (None, true) => (Certainty::Assumed, NO_SOURCE.to_owned()),
            (None, false) => (row.certainty, row.source.to_owned()),
        };
        self.add(address, certainty, source);
    }

    /// Remembers an input beside the topology.
    pub fn add(&mut self, address: String, certainty: Certainty, source: String) {
        if !self.kept {
            return;
        }
        self.seen.insert(address.clone());
        self.from.push(address);
        if certainty as u8 > self.certainty as u8 {
            self.certainty = certainty;
        }
        if !self.sources.contains(&(certainty, source.clone())) {
            self.sources.push((certainty, source));
        }
    }

    /// Returns what the file says about the source of an address.
    fn stated(&self, address: &str) -> Option<(Certainty, String)> {
        if self.view.assigned().contains_key(address) {
            return None;
        }
        let entry = self.view.tree().get("/sources")?.get(address)?;
        let certainty = Certainty::from_word(entry.get("certainty")?.as_str()?)?;
        let source = entry.get("source").and_then(Json::as_str).unwrap_or_default();
        Some((certainty, source.to_owned()))
    }

    /// Returns the number with its sentence.
    pub fn derived(self, address: &'static str, value: Value, sentence: String) -> Derived {
        let worst = self.certainty;
        let sources: Vec<String> =
            self.sources.into_iter().filter(|(c, s)| *c == worst && !s.is_empty()).map(|(_, s)| s).collect();
        let certainty = worst;
        Derived { address, value, certainty, sentence, source: sources.join("; "), from: self.from }
    }
}
