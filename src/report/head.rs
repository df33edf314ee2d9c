//! The head of a JSON file: its format, the program that wrote it, and what it was made from.

use super::result::{object, text_schema};
use crate::base::hash::{hex, sha256};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The program.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    /// This program.
    pub(super) const THIS: Self = Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

    /// Returns its schema.
    pub(super) fn schema() -> Value {
        object(&[("name", text_schema("")), ("version", text_schema("Version of the program."))])
    }
}

/// One assignment.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Set<'a> {
    address: &'a str,
    value: &'a Value,
}

impl<'a> Set<'a> {
    /// Returns what was set, in the file's units.
    pub(super) fn all(set: &'a [(String, Value)]) -> Vec<Self> {
        set.iter().map(|(address, value)| Self { address, value }).collect()
    }

    /// Returns the schema of a list of them.
    pub(super) fn schema() -> Value {
        json!({"type": "array", "items": object(&[
            ("address", text_schema("JSON pointer of the input.")),
            ("value", json!({"description": "In the unit of the file."})),
        ])})
    }
}

/// Returns the hash of the text of a file, as a head shows it.
pub(super) fn hash(text: &str) -> String {
    hex(&sha256(text.as_bytes()))
}

/// Where something comes from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Name of the file as it was given.
    pub name: &'a str,
    /// Text of the file as it was read, before anything was set.
    pub text: &'a str,
    /// Scenario; `None` for the baseline.
    pub scenario: Option<&'a str>,
    /// What was set: address and value in the file's unit.
    pub set: &'a [(String, Value)],
}

/// What a search, a comparison or a timeline was made from.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Where it comes from.
    pub source: Source<'a>,
    /// Name of the project.
    pub project: &'a str,
    /// Devices in all groups.
    pub devices: u64,
}

impl Asked<'_> {
    /// Returns the head of a JSON file of this format.
    pub(super) fn head(&self, schema: &str) -> Map<String, Value> {
        let mut head = Map::new();
        let Source { name, text, scenario, set } = self.source;
        head.insert("schema".into(), schema.into());
        head.insert("tool".into(), json!(Tool::THIS));
        head.insert(
            "input".into(),
            json!({
                "file": name,
                "sha256": hash(text),
                "project": self.project,
                "scenario": scenario,
                "set": Set::all(set),
                "devices": self.devices,
            }),
        );
        head
    }
}

/// Returns the schema of the head.
pub(super) fn head_schema(schema: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("schema", json!({"const": schema})),
        ("tool", Tool::schema()),
        (
            "input",
            object(&[
                ("file", text_schema("As it was given.")),
                ("sha256", text_schema("Of the file as it was read.")),
                ("project", text_schema("")),
                ("scenario", json!({"type": ["string", "null"], "description": "Null for the baseline."})),
                ("set", Set::schema()),
                ("devices", json!({"type": "integer", "minimum": 1})),
            ]),
        ),
    ]
}
