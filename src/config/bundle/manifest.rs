//! The list of what a bundle holds, so that it can be checked on the way and on the devices.
//!
//! It names no time and no machine: the same bundle has the same manifest. It is written piece by piece,
//! after the files, because only then their hashes are known.

use super::item::Item;
use super::plan::Plan;
use crate::base::hash::{Hash, hex, sha256};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Name of the manifest in a folder.
pub const FOLDER_MANIFEST: &str = "regather-manifest.json";

/// Name of the manifest in an archive, where it is the last file.
pub const ZIP_MANIFEST: &str = "manifest.json";

/// What is known of a file when it has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    sha256: Hash,
    bytes: u64,
}

impl Record {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { sha256: sha256(bytes), bytes: bytes.len() as u64 }
    }
}

/// Returns a file's hash in digits, and its size \[bytes\].
pub(super) fn hex_of(record: &Record) -> (String, u64) {
    (hex(&record.sha256), record.bytes)
}

/// Returns what every artefact says about where it came from.
pub(super) fn origin(plan: &Plan<'_>) -> Map<String, Value> {
    let mut origin = Map::new();
    let mut put = |key: &str, value: &str| drop(origin.insert(key.into(), value.into()));
    put("format", "regather-bundle/1");
    put("program", "regather");
    put("version", plan.facts.version);
    put("fleet_sha256", plan.facts.fleet_hash);
    put("scenario", plan.facts.scenario);
    origin
}

/// Writes the manifest: where the bundle came from, then one line per file in the order of `records`.
pub(super) fn write(out: &mut dyn Write, plan: &Plan<'_>, records: &[Record]) -> io::Result<()> {
    let head = Value::Object(origin(plan)).to_string();
    writeln!(out, "{},", head.trim_end_matches('}'))?;
    write!(out, "\"files\":[")?;
    for (at, (entry, record)) in plan.entries.iter().zip(records).enumerate() {
        let item = plan.item(entry);
        let mut line = json!({ "path": &*entry.path, "sha256": hex(&record.sha256), "bytes": record.bytes });
        describe(&mut line, item, entry.device.and_then(|_| plan.value(item, entry.device, "thing")));
        write!(out, "{}\n{line}", if at == 0 { "" } else { "," })?;
    }
    writeln!(out, "\n]}}")
}

/// Adds what a file is to its line.
fn describe(line: &mut Value, item: &Item<'_>, thing: Option<&str>) {
    let Value::Object(line) = line else { return };
    line.insert("file".into(), item.file.into());
    line.insert("kind".into(), item.kind.word().into());
    line.insert("group".into(), item.group.into());
    if let Some(thing) = thing {
        line.insert("thing".into(), thing.into());
    }
    if !item.deliverable {
        line.insert("needs_firmware_build".into(), true.into());
    }
}
