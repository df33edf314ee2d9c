//! What is wrong with one agent's file, before any project knows of it.
//!
//! The file is read for itself, and then lived through: a stand-in project with one group that has the
//! file's settings is checked by the same rules as every fleet, and what they say about a setting of the
//! file is told at the file's line.

pub mod trial;

use super::layout::{FileLayout, Layout, Mapping};
use super::read::{Read, read, recognise};
use crate::base::json::join;
use crate::base::{Finding, Severity};
use crate::check;
use crate::fleet::AgentKind;
use crate::fleet::file::address;
use std::sync::Arc;
use trial::{GROUP, stand_in};

/// A file of an agent with everything there is to say about it.
#[derive(Clone, Debug)]
pub struct Linted {
    /// The agents that read it.
    pub kind: AgentKind,
    /// Other kinds that have a file of this name with the same keys.
    pub others: Vec<AgentKind>,
    /// Which file it is.
    pub layout: FileLayout,
    /// What it says.
    pub read: Read,
    /// What is wrong with it, in the order of the file.
    pub findings: Vec<Finding>,
}

/// Checks an agent's file; `None` where it holds no key of any agent, or none of the kind that is named.
///
/// # Errors
/// A finding with line and column where the text cannot be read at all.
pub fn lint(
    name: &str,
    text: &Arc<str>,
    kind: Option<AgentKind>,
    mapping: &Mapping,
) -> Result<Option<Linted>, Finding> {
    let mut found = recognise(name, text, mapping);
    found.retain(|found| kind.is_none_or(|kind| kind == found.kind));
    let (kind, layout, others) = match found.first() {
        Some(best) => {
            let alike = found.iter().skip(1).filter(|other| other.kind != best.kind);
            let mut others: Vec<AgentKind> =
                alike.filter(|other| other.matches >= best.matches).map(|other| other.kind).collect();
            others.dedup();
            (best.kind, best.layout.clone(), others)
        }
        // A text that nobody can read is told as the file that its name says it is.
        None => match named(name, kind, mapping) {
            Some((kind, layout)) => (kind, layout, Vec::new()),
            None => return Ok(None),
        },
    };
    let read = read(&layout, text.clone())?;
    if read.readings.is_empty() && read.findings.is_empty() {
        return Ok(None);
    }
    let mut findings = read.findings.clone();
    findings.extend(lived(kind, &read));
    findings.sort_by_key(|finding| (finding.line, finding.column));
    Ok(Some(Linted { kind, others, layout, read, findings }))
}

/// Returns the file that a name alone stands for.
fn named(name: &str, kind: Option<AgentKind>, mapping: &Mapping) -> Option<(AgentKind, FileLayout)> {
    let bare = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let kinds = AgentKind::ALL.into_iter().filter(|own| kind.is_none_or(|kind| kind == *own));
    kinds
        .flat_map(|kind| Layout::of(kind, mapping).files.into_iter().map(move |file| (kind, file)))
        .find(|(_, file)| file.is_read() && file.name.eq_ignore_ascii_case(bare))
}

/// Returns what the rules say about the settings of a file.
fn lived(kind: AgentKind, read: &Read) -> Vec<Finding> {
    let base = join("/groups", GROUP);
    let Ok(file) = stand_in(kind, &read.readings) else { return Vec::new() };
    let mut findings = Vec::new();
    for finding in check::file(&file, None).findings {
        let reading =
            read.readings.iter().find(|reading| finding.pointer == address::join(&base, reading.setting));
        // What rests on a default of the stand-in says nothing about this file.
        let Some(reading) = reading.filter(|_| finding.severity >= Severity::Warning) else { continue };
        let mut own = finding.at(reading.line, 1);
        own.pointer = format!("/{}", reading.path);
        own.what = own.what.replace("Devices of this file: ", "");
        own.patch = own.patch.map(|patch| crate::base::Fix { pointer: own.pointer.clone(), ..patch });
        findings.push(own);
    }
    findings
}
