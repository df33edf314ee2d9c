//! From the text of an agent's file to the settings that it holds, with everything that is odd about it.
//!
//! What a file holds beyond the registry's keys is neither an error nor lost: it is listed as kept, because
//! a writer leaves it as it is. Nothing is converted: a value that looks like seconds where the key takes
//! milliseconds is a question to the reader, with the line.

use super::document::{Document, Entry};
use super::layout::{FileLayout, Key, Layout, Mapping};
use super::value::{Misfit, understood};
use crate::base::Finding;
use crate::fleet::AgentKind;
use crate::fleet::file::Value;
use crate::fleet::setting::Setting;
use crate::fleet::settings::suspicion::suspicion;
use std::sync::Arc;

/// One setting that a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The setting.
    pub setting: &'static Setting,
    /// Names on the way to the value in the file, joined by `/`.
    pub path: String,
    /// Its value in the key's own unit.
    pub value: Value,
    /// The value as it is written.
    pub raw: String,
    /// Line in the file, counted from 1.
    pub line: usize,
}

/// What a file says.
#[derive(Clone, Debug)]
pub struct Read {
    /// The document, for writing over it.
    pub document: Document,
    /// The settings that it holds, in the order of the registry.
    pub readings: Vec<Reading>,
    /// Paths of what is not in the registry, in the order of the file; it is kept as it is.
    pub kept: Vec<String>,
    /// What is wrong or odd, in the order of the file; addresses are those of the file.
    pub findings: Vec<Finding>,
}

impl Read {
    /// Returns whether a value could not be understood, so that the file must not be used as it is.
    pub fn blocked(&self) -> bool {
        self.findings.iter().any(Finding::blocks)
    }
}

/// Reads a file of this layout.
///
/// # Errors
/// A finding with line and column where the text is not of the file's format.
pub fn read(layout: &FileLayout, text: impl Into<Arc<str>>) -> Result<Read, Finding> {
    let Some(format) = layout.format() else {
        let what = format!("{} is source of a program, which is not read.", layout.name);
        return Err(Finding::error("A011", "", what).fix("Set its values in the project by hand."));
    };
    let document = Document::parse(format, text)?;
    let mut findings = document.duplicates();
    let mut readings = Vec::new();
    for key in &layout.keys {
        let Some(entry) = document.get(&key.path) else { continue };
        match understood(&entry, key.setting, key.form) {
            Ok(value) => {
                if let Some(odd) = doubt(&entry, key, &value) {
                    findings.push(odd);
                }
                readings.push(Reading {
                    setting: key.setting,
                    path: key.path.clone(),
                    value,
                    raw: entry.raw.to_owned(),
                    line: entry.line,
                });
            }
            Err(misfit) => findings.push(refuse(&entry, key, &misfit)),
        }
    }
    let kept = document.keys().into_iter().map(|(path, _)| path);
    let kept = kept.filter(|path| !layout.keys.iter().any(|key| key.path == *path)).collect();
    findings.sort_by_key(|finding| (finding.line, finding.column));
    Ok(Read { document, readings, kept, findings })
}

/// Returns the address of a key in its file.
fn address(key: &Key) -> String {
    format!("/{}", key.path)
}

/// Returns the question whether a value is in the unit that the key takes.
fn doubt(entry: &Entry<'_>, key: &Key, value: &Value) -> Option<Finding> {
    let number = value.number()?;
    let odd = suspicion(key.setting, number)?;
    let setting = key.setting;
    let name = key.path.rsplit('/').next().unwrap_or(&key.path);
    let what = format!("`{name}` is {}, which looks like a number in another unit.", entry.raw);
    let proposed = setting.json(odd.proposed);
    let fix = format!("If {} is meant, write {proposed}.", setting.human(odd.proposed));
    Some(
        Finding::warning("A015", address(key), what)
            .why(odd.why)
            .fix(fix)
            .patch(address(key), proposed, format!("Write {}", setting.human(odd.proposed)))
            .at(entry.line, entry.column),
    )
}

/// Returns the error about a value that cannot be understood.
fn refuse(entry: &Entry<'_>, key: &Key, misfit: &Misfit) -> Finding {
    let name = key.path.rsplit('/').next().unwrap_or(&key.path);
    let setting = key.setting;
    let (code, what) = match misfit {
        Misfit::Type(found, needed) => ("A013", format!("`{name}` is {found}; it takes {needed}.")),
        Misfit::Range => ("A014", format!("`{name}` is {}, outside what is accepted.", entry.raw)),
        Misfit::Word(word) => ("A013", format!("`{name}` is `{word}`, which is not known.")),
    };
    let odd = match (misfit, entry.number()) {
        (Misfit::Range, Some(number)) => suspicion(setting, number),
        _ => None,
    };
    let fix = match odd {
        Some(odd) => format!(
            "Write {}. If {} is meant, that is {}.",
            setting.range_text(),
            setting.human(odd.proposed),
            setting.json(odd.proposed)
        ),
        None => format!("Write {}.", setting.range_text()),
    };
    Finding::error(code, address(key), what).why(setting.meaning).fix(fix).at(entry.line, entry.column)
}

/// Which file of which kind a text is, and how sure that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Recognised {
    /// The agent kind.
    pub kind: AgentKind,
    /// The file.
    pub layout: FileLayout,
    /// Settings that the text holds.
    pub matches: usize,
}

/// Returns which agents' file a text is: the files of that name first, then those with the most settings in it.
///
/// Empty where it holds no key of any file; the first is the best. `name` is the file's name, perhaps with
/// folders before it.
pub fn recognise(name: &str, text: &Arc<str>, mapping: &Mapping) -> Vec<Recognised> {
    let bare = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let mut found: Vec<(bool, Recognised)> = Vec::new();
    for kind in AgentKind::ALL {
        for layout in Layout::of(kind, mapping).files {
            let document = layout.format().and_then(|format| Document::parse(format, text.clone()).ok());
            let Some(document) = document else { continue };
            let matches = layout.keys.iter().filter(|key| document.get(&key.path).is_some()).count();
            let named = layout.name.eq_ignore_ascii_case(bare)
                || layout.spec.part.is_some_and(|part| part.eq_ignore_ascii_case(bare));
            if matches > 0 {
                found.push((named, Recognised { kind, layout, matches }));
            }
        }
    }
    found.sort_by_key(|(named, found)| (!named, std::cmp::Reverse(found.matches)));
    found.into_iter().map(|(_, found)| found).collect()
}
