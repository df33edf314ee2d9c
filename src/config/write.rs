//! From a fleet to the text of its agents' files: new ones, or the devices' own with new values in them.
//!
//! Where a device's file is known, only the bytes of planned values change; keys that nobody planned keep
//! the device's own value, and the reader is told where the simulation assumes another. Where it is not
//! known, the settings of the agent's connection are written with everything else that the project gives.

use super::collected::Collected;
use super::document::{Document, Format, Scalar};
use super::layout::{FileLayout, Key, Layout, Mapping};
use super::read::{Read, read};
use super::value::{literal, understood, written};
use super::{AgentFile, Change, FileRow, GroupFiles, Part, Shown};
use crate::base::{Finding, json};
use crate::fleet::file::{Value, View, address};
use crate::fleet::setting::{Certainty, Setting, Unit};
use crate::fleet::settings::Area;
use crate::fleet::settings::files::AgentFile as Spec;
use crate::fleet::{AgentKind, Fleet, Group};
use std::sync::Arc;

/// A device's own value of a setting, where the inventory has one.
pub type Own<'a> = &'a dyn Fn(&'static Setting) -> Option<Value>;

/// Writes the files of a fleet.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    /// The checked fleet.
    pub fleet: &'a Fleet,
    /// The project through the scenario whose values are written.
    pub view: &'a View<'a>,
    /// Where the settings stand in this deployment's files.
    pub mapping: &'a Mapping,
    /// What the devices have now, as far as it is known.
    pub collected: &'a Collected,
}

/// A planned value of one key.
struct Planned<'a> {
    key: &'a Key,
    /// Address of the setting in the project.
    address: String,
    value: Value,
    /// Whether the project or the inventory says it, rather than a default.
    given: bool,
}

impl Planned<'_> {
    /// Returns whether nobody knows the value.
    fn is_unknown(&self) -> bool {
        matches!(self.value, Value::Unknown(_))
    }

    /// Returns the error about a value that nobody knows and no device's own file gives.
    fn undecided(&self) -> Finding {
        let name = self.key.setting.name();
        let what = format!("`{name}` is unknown ({}) and cannot be written.", self.address);
        Finding::error("A017", format!("/{}", self.key.path), what)
            .why("A file needs one value, and the devices' own files are not known.")
            .fix("Decide a value in the project, or give the files of the devices: they then keep their own.")
    }
}

impl Writer<'_> {
    /// Returns the files of every group.
    pub fn groups(&self) -> Vec<GroupFiles> {
        let group = |group: &Group| GroupFiles {
            group: group.id.clone(),
            name: group.name.clone(),
            kind: group.agent.kind(),
            devices: group.devices,
            part: self.part(group),
        };
        self.fleet.everybody().map(group).collect()
    }

    /// Returns what a group gets.
    fn part(&self, group: &Group) -> Part {
        let files = self.files(group, None, &|_| None);
        if files.is_empty() {
            let kind = group.agent.kind();
            return Part::None(format!(
                "{}: nothing is known of the files of {} groups; set the values in the application, or map the keys.",
                group.name,
                kind.label()
            ));
        }
        Part::Files(files)
    }

    /// Returns the files of a group, or of one of its devices with its own values and its own files.
    pub fn files(&self, group: &Group, device: Option<&str>, own: Own<'_>) -> Vec<AgentFile> {
        let kind = group.agent.kind();
        let layout = Layout::of(kind, self.mapping);
        let file = |file: &FileLayout| {
            let planned = self.planned(&group.id, kind, file, own);
            let before = self.collected.of(&group.id, device, &file.name);
            Self::file(file, &planned, before)
        };
        layout.files.iter().map(file).collect()
    }

    /// Returns what is planned for the keys of a file.
    fn planned<'k>(
        &self,
        group: &str,
        kind: AgentKind,
        file: &'k FileLayout,
        own: Own<'_>,
    ) -> Vec<Planned<'k>> {
        let base = json::join("/groups", group);
        let of = |key: &'k Key| {
            let setting = key.setting;
            let address = address::join(&base, setting);
            let (value, given) = match own(setting) {
                Some(value) => (value, true),
                // A checked fleet has a value for every setting that it gives or assumes.
                None => (self.view.value(&address, setting).ok()?, self.view.lookup(&address).is_some()),
            };
            let connects = Area::Agent(kind).settings().iter().any(|row| row.key == setting.key);
            (value != Value::Nothing && (given || connects)).then_some(Planned { key, address, value, given })
        };
        // What an optional part needs is what switches it on: until that is given, the rest has no effect.
        let needed = |planned: &Planned<'_>| {
            planned.key.setting.needs.is_none_or(|needs| own_or_given(self.view, &base, needs, own, kind))
        };
        file.keys.iter().filter_map(of).filter(needed).collect()
    }

    /// Returns one file.
    fn file(file: &FileLayout, planned: &[Planned<'_>], before: Option<&Arc<str>>) -> AgentFile {
        let Some(format) = file.format() else { return code(file, planned) };
        match before.map(|text| (text, read(file, text.clone()))) {
            Some((text, Ok(read))) => over(file, planned, text, read),
            Some((text, Err(finding))) => AgentFile {
                before: Some(text.clone()),
                findings: vec![finding],
                ..blank(file, file.name.clone(), text.to_string())
            },
            None => fresh(file, format, planned),
        }
    }
}

/// Returns whether the project or the device gives the setting that switches an optional part on.
fn own_or_given(view: &View<'_>, base: &str, needs: &str, own: Own<'_>, kind: AgentKind) -> bool {
    let given = view.lookup(&format!("{base}/{needs}")).is_some();
    given || crate::fleet::settings::group_setting(kind, needs).is_some_and(|setting| own(setting).is_some())
}

/// Returns a file without rows and findings yet.
fn blank(file: &FileLayout, name: String, text: String) -> AgentFile {
    let spec = file.spec;
    let delivery = spec.delivery.note();
    let notes = Some(delivery).filter(|note| !note.is_empty()).into_iter();
    AgentFile {
        name,
        device_name: file.name.clone(),
        format: spec.format,
        delivery: spec.delivery,
        certainty: file.certainty,
        notes: notes.map(str::to_owned).collect(),
        rows: Vec::new(),
        kept: Vec::new(),
        findings: Vec::new(),
        before: None,
        text,
    }
}

/// Returns the notes about a file that was made without a device's own.
fn caution(file: &FileLayout, notes: &mut Vec<String>) {
    let mapped = file.certainty != file.spec.certainty || file.certainty == Certainty::Measured;
    let inferred = |note: &str| note.starts_with("Inferred") && mapped;
    notes.extend(file.spec.notes.iter().filter(|note| !inferred(note)).map(|note| (*note).to_owned()));
}

/// Returns a file for devices whose own is not known.
fn fresh(file: &FileLayout, format: Format, planned: &[Planned<'_>]) -> AgentFile {
    let spec: &Spec = file.spec;
    let intro: &[&str] = match format {
        Format::Header => {
            &["Needs a firmware build: include it where twcfg is set up, before twApi_Initialize."]
        }
        Format::Properties => &["Written by Regather."],
        Format::Json => &[],
    };
    let mut document = Document::empty(format, intro);
    let mut made = blank(file, spec.part.unwrap_or(&file.name).to_owned(), String::new());
    caution(file, &mut made.notes);
    for planned in planned {
        if planned.is_unknown() {
            made.findings.push(planned.undecided());
        }
        let Some(scalar) = written(&planned.value, planned.key.setting, planned.key.form) else { continue };
        match document.set(&planned.key.path, &scalar) {
            Ok(next) => {
                document = next;
                made.rows.push(row(planned.key, None, Some(shown(planned, &scalar)), Change::Added));
            }
            Err(error) => made.findings.push(refused(planned.key, &error.to_string())),
        }
    }
    document.text().clone_into(&mut made.text);
    if format == Format::Header {
        told(&mut made);
    }
    made
}

/// Adds to each statement of a new header what people read, for those who build the firmware.
fn told(made: &mut AgentFile) {
    for row in &made.rows {
        let Some(gets) = &row.gets else { continue };
        let statement = format!("{} = {};\n", row.key, gets.file);
        made.text =
            made.text.replace(&statement, &format!("{} /* {} */\n", statement.trim_end(), gets.human));
    }
}

/// Returns a device's own file with the planned values in it.
fn over(file: &FileLayout, planned: &[Planned<'_>], text: &Arc<str>, read: Read) -> AgentFile {
    let mut made = blank(file, file.name.clone(), String::new());
    made.before = Some(text.clone());
    made.kept = read.kept;
    let mut document = read.document;
    for key in &file.keys {
        let entry = document.get(&key.path);
        let has = entry.as_ref().map(|entry| {
            let value = understood(entry, key.setting, key.form).ok();
            let human = value.map_or_else(|| entry.raw.to_owned(), |value| human(key.setting, &value));
            Shown { file: entry.raw.to_owned(), human }
        });
        let plan = planned.iter().find(|planned| planned.key.path == key.path);
        // What nobody knows stays as the device has it.
        let Some(plan) = plan.filter(|plan| plan.given && !plan.is_unknown()) else {
            if let Some(has) = has {
                made.findings.extend(plan.and_then(|plan| assumed(&document, plan)));
                made.rows.push(row(key, Some(has), None, Change::Kept));
            }
            continue;
        };
        let Some(scalar) = written(&plan.value, key.setting, key.form) else { continue };
        let next = match document.set(&key.path, &scalar) {
            Ok(next) => next,
            Err(error) => {
                made.findings.push(refused(key, &error.to_string()));
                continue;
            }
        };
        let change = match &has {
            None => Change::Added,
            Some(_) if next.text() == document.text() => Change::Same,
            Some(_) => Change::Changed,
        };
        made.rows.push(row(key, has, Some(shown(plan, &scalar)), change));
        document = next;
    }
    let replaced = |finding: &Finding| {
        let fixed = made
            .rows
            .iter()
            .any(|row| row.change == Change::Changed && finding.pointer == format!("/{}", row.key));
        !fixed
    };
    made.findings.extend(read.findings.into_iter().filter(replaced));
    made.findings.sort_by_key(|finding| (finding.line, finding.column));
    document.text().clone_into(&mut made.text);
    made
}

/// Returns the lines of a program that set the planned values.
fn code(file: &FileLayout, planned: &[Planned<'_>]) -> AgentFile {
    let mut made = blank(file, file.spec.part.unwrap_or(&file.name).to_owned(), String::new());
    caution(file, &mut made.notes);
    for planned in planned {
        if planned.is_unknown() {
            made.findings.push(planned.undecided());
        }
        let Some(scalar) = written(&planned.value, planned.key.setting, planned.key.form) else { continue };
        let literal = literal(&scalar);
        let about = human(planned.key.setting, &planned.value);
        made.text.extend([&*planned.key.path.replace("{}", &literal), " // ", &*about, "\n"]);
        made.rows.push(row(planned.key, None, Some(shown(planned, &scalar)), Change::Added));
    }
    made
}

/// Returns a row.
fn row(key: &Key, has: Option<Shown>, gets: Option<Shown>, change: Change) -> FileRow {
    FileRow { key: key.path.clone(), setting: key.setting, has, gets, change }
}

/// Returns a planned value as it is written and as people read it.
fn shown(planned: &Planned<'_>, scalar: &Scalar) -> Shown {
    let human = human(planned.key.setting, &planned.value);
    Shown { file: literal(scalar), human }
}

/// Returns a value as people read it, a count with the name of what is counted.
fn human(setting: &Setting, value: &Value) -> String {
    match (setting.unit, value.number()) {
        (Unit::Count(word), Some(number)) if number >= 0.0 && word != "%" => {
            let word = if number == 1.0 { word.trim_end_matches('s') } else { word };
            format!("{} {word}", setting.human(number))
        }
        _ => value.human(setting),
    }
}

/// Returns the warning that a device's own value is not the one that was simulated.
fn assumed(document: &Document, planned: &Planned<'_>) -> Option<Finding> {
    let key = planned.key;
    let entry = document.get(&key.path)?;
    let has = understood(&entry, key.setting, key.form).ok()?;
    let name = key.path.rsplit('/').next().unwrap_or(&key.path);
    let differs = has != planned.value && !planned.is_unknown();
    differs.then(|| {
        let what = format!(
            "`{name}` stays at {}, and the simulation assumes {}.",
            human(key.setting, &has),
            human(key.setting, &planned.value)
        );
        Finding::warning("A012", format!("/{}", key.path), what)
            .why("The project does not say this setting, so the device keeps its own value.")
            .fix("Import the devices' files into the project, or set the value in the group.")
            .at(entry.line, entry.column)
    })
}

/// Returns the error about a value that could not be written.
fn refused(key: &Key, reason: &str) -> Finding {
    let name = key.path.rsplit('/').next().unwrap_or(&key.path);
    Finding::error("A016", format!("/{}", key.path), format!("`{name}` cannot be written."))
        .why(reason)
        .fix("Set it by hand, or map the setting to another place.")
}
