//! Grouping devices by equal settings, and the project that follows.

use crate::base::Finding;
use crate::base::json::join;
use crate::config::read::{Read, Recognised, read, recognise};
use crate::config::{Collected, Mapping};
use crate::fleet::file::{Value, address};
use crate::fleet::inventory::quoted;
use crate::fleet::setting::{Absent, Setting};
use crate::fleet::settings::group_settings;
use crate::fleet::{AgentKind, FleetFile, Unknown};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A group with fewer devices than this part of a larger one beside it is an outlier.
const FEW: f64 = 0.05;

/// What is said of the bounds of a setting that no collected file held.
const NOT_COLLECTED: &str =
    "no collected file holds it and nobody publishes usual values: the bounds are those of the slider";

/// Kind and settings as they are written: equal for devices that belong together.
type Alike = (AgentKind, Vec<(&'static str, String)>);
/// Settings by key; two devices are alike where these are equal.
type Settings = BTreeMap<&'static str, (&'static Setting, Value)>;

/// A file that could not be used.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// The device.
    pub device: String,
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub finding: Finding,
}

/// How a group differs from the larger one that it resembles most.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlier {
    /// Position of the larger group.
    pub like: usize,
    /// Keys that differ: what this group has, what the larger one has; `–` where it is not given.
    pub differs: Vec<(&'static str, String, String)>,
}

/// Devices of one kind with equal settings.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedGroup {
    /// Id in the project.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Their kind.
    pub kind: AgentKind,
    /// Their names, sorted.
    pub devices: Vec<String>,
    /// What their files say.
    pub settings: Vec<(&'static Setting, Value)>,
    /// Set where they are few beside many.
    pub outlier: Option<Outlier>,
    /// Whether their files were read; without them what decides their attempts is unknown, and not the default.
    pub collected: bool,
}

/// What a collection of files says about a fleet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// The groups, the largest first.
    pub groups: Vec<ImportedGroup>,
    /// Files that could not be used; their devices are in no group.
    pub unread: Vec<Unread>,
    /// Values that look odd, each with the device and file in which it was met first.
    pub odd: Vec<Unread>,
}

/// Groups the devices of a collection by equal settings.
pub fn group(collected: &Collected, mapping: &Mapping) -> Imported {
    let mut imported = Imported::default();
    let mut devices: BTreeMap<&str, Vec<(&str, &Arc<str>)>> = BTreeMap::new();
    for (owner, file, text) in collected.iter() {
        devices.entry(owner).or_default().push((file, text));
    }
    let mut known = Known::default();
    let mut alike: Vec<(AgentKind, Settings, Vec<String>)> = Vec::new();
    let mut places: BTreeMap<Alike, usize> = BTreeMap::new();
    for (device, files) in devices {
        let Some((kind, settings)) = settings(device, &files, mapping, &mut known, &mut imported) else {
            continue;
        };
        let key: Vec<(&'static str, String)> =
            settings.iter().map(|(key, (setting, value))| (*key, value.json(setting).to_string())).collect();
        let place = *places.entry((kind, key)).or_insert_with(|| {
            alike.push((kind, settings, Vec::new()));
            alike.len() - 1
        });
        alike[place].2.push(device.to_owned());
    }
    // The largest first; of equal ones the first name.
    alike.sort_by(|left, right| right.2.len().cmp(&left.2.len()).then_with(|| left.2.cmp(&right.2)));
    imported.groups = named(&alike);
    imported
}

/// What was found in texts that occurred before: most devices of a group have the same.
#[derive(Default)]
struct Known {
    /// Which files a name and text can be.
    files: BTreeMap<(String, Arc<str>), Vec<Recognised>>,
    /// What they hold as the file of a kind.
    reads: BTreeMap<(AgentKind, String, Arc<str>), Result<Read, Finding>>,
    /// Code, place and words of what was said once; most devices of a group have the same oddities.
    odd: BTreeSet<(&'static str, String, String)>,
}

/// Returns kind and settings of a device, `None` where one of its files cannot be used.
fn settings(
    device: &str,
    files: &[(&str, &Arc<str>)],
    mapping: &Mapping,
    known: &mut Known,
    imported: &mut Imported,
) -> Option<(AgentKind, Settings)> {
    let mut candidates: BTreeMap<AgentKind, usize> = BTreeMap::new();
    for (name, text) in files {
        let key = ((*name).to_owned(), (*text).clone());
        let found = known.files.entry(key).or_insert_with(|| recognise(name, text, mapping));
        let own: Vec<&Recognised> = found.iter().filter(|found| found.layout.name == *name).collect();
        for found in own {
            *candidates.entry(found.kind).or_default() += found.matches;
        }
    }
    let Some((&kind, _)) =
        candidates.iter().max_by_key(|(kind, matches)| (**matches, std::cmp::Reverse(**kind)))
    else {
        let finding = Finding::error("A018", "", "The files of this device hold no setting that is known.")
            .why("Without one nobody can say which agents these are.")
            .fix("Check that the files are whole; map the keys where they have other names.");
        let file = files.first().map_or_else(String::new, |(name, _)| (*name).to_owned());
        imported.unread.push(Unread { device: device.to_owned(), file, finding });
        return None;
    };
    let layout = crate::config::Layout::of(kind, mapping);
    let mut settings = Settings::new();
    for (name, text) in files {
        let Some(file) = layout.file(name) else { continue };
        let unread = |finding| Unread { device: device.to_owned(), file: (*name).to_owned(), finding };
        let key = (kind, (*name).to_owned(), (*text).clone());
        let read = match known.reads.entry(key).or_insert_with(|| read(file, (*text).clone())) {
            Ok(read) => read,
            Err(finding) => {
                imported.unread.push(unread(finding.clone()));
                return None;
            }
        };
        if let Some(finding) = read.findings.iter().find(|finding| finding.blocks()) {
            imported.unread.push(unread(finding.clone()));
            return None;
        }
        for finding in &read.findings {
            if known.odd.insert((finding.code, finding.pointer.clone(), finding.what.clone())) {
                imported.odd.push(unread(finding.clone()));
            }
        }
        settings.extend(
            read.readings
                .iter()
                .map(|reading| (reading.setting.key, (reading.setting, reading.value.clone()))),
        );
    }
    Some((kind, settings))
}

/// Returns the groups with ids, names and what makes outliers of them.
fn named(alike: &[(AgentKind, Settings, Vec<String>)]) -> Vec<ImportedGroup> {
    let mut counts: BTreeMap<AgentKind, usize> = BTreeMap::new();
    let mut groups: Vec<ImportedGroup> = Vec::new();
    for (at, (kind, settings, devices)) in alike.iter().enumerate() {
        let number = counts.entry(*kind).or_default();
        *number += 1;
        // The largest come first, so those that are large enough stand in front.
        let larger = alike[..at]
            .iter()
            .enumerate()
            .take_while(|(_, (_, _, many))| (devices.len() as f64) < FEW * many.len() as f64)
            .filter(|(_, (other, _, _))| other == kind);
        let outlier = larger
            .map(|(like, (_, of, _))| Outlier { like, differs: differences(settings, of) })
            .min_by_key(|outlier| outlier.differs.len());
        let name = match &outlier {
            Some(_) => format!("{} outliers {number}", kind.label()),
            None => format!("{} {number}", kind.label()),
        };
        groups.push(ImportedGroup {
            id: format!("{}-{number}", kind.word()),
            name,
            kind: *kind,
            devices: devices.clone(),
            settings: settings.values().cloned().collect(),
            outlier,
            collected: true,
        });
    }
    groups
}

/// Returns the keys in which two devices differ.
fn differences(left: &Settings, right: &Settings) -> Vec<(&'static str, String, String)> {
    let shown = |settings: &Settings, key: &str| {
        settings.get(key).map_or_else(|| "–".to_owned(), |(setting, value)| value.human(setting))
    };
    let mut keys: Vec<&'static str> = left.keys().chain(right.keys()).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .map(|key| (key, shown(left, key), shown(right, key)))
        .filter(|(_, left, right)| left != right)
        .collect()
}

impl Imported {
    /// Returns the number of devices in all groups.
    pub fn devices(&self) -> usize {
        self.groups.iter().map(|group| group.devices.len()).sum()
    }

    /// Returns a new project with these groups; platform and outage are assumptions to be replaced.
    pub fn project(&self, name: &str) -> String {
        let groups: serde_json::Map<String, Json> =
            self.groups.iter().map(|group| (group.id.clone(), group.json())).collect();
        let collected = self.groups.iter().all(|group| group.collected);
        let from = if collected { "the files of the devices" } else { "a list of things" };
        let mut project = json!({
            "regather": 1,
            "name": name,
            "why": format!("Imported from {from}. Platform, outage and target stand in until yours are known."),
            "groups": groups,
            "platform": { "preset": "medium" },
            "outage": { "kind": "planned-restart", "length_s": 900, "watch_s": 3600 },
            "targets": { "t95_s": 600 },
        });
        for group in &self.groups {
            for (setting, _) in group.unknowns() {
                let address = address::join(&join("/groups", &group.id), setting);
                project["sources"][address] = json!({ "certainty": "assumed", "source": NOT_COLLECTED });
            }
        }
        let mut text = serde_json::to_string_pretty(&project).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Returns a project with these groups beside its own; a group of the same id gets the imported values.
    ///
    /// # Errors
    /// [`crate::base::json::EditError`] where the project's groups are no object.
    pub fn into_project(&self, file: &FleetFile) -> Result<FleetFile, crate::base::json::EditError> {
        let mut file = file.clone();
        for group in &self.groups {
            let base = join("/groups", &group.id);
            if file.tree().get(&base).is_none() {
                file = file.with(&base, &group.json())?;
                continue;
            }
            file = file.with(&join(&base, "devices"), &Json::from(group.devices.len()))?;
            for (setting, value) in &group.settings {
                file = file.with(&address::join(&base, setting), &value.json(setting))?;
            }
        }
        Ok(file)
    }

    /// Returns the list of devices as CSV: thing and group.
    pub fn inventory(&self) -> String {
        let mut rows: Vec<(&str, &str)> = self
            .groups
            .iter()
            .flat_map(|group| group.devices.iter().map(|device| (device.as_str(), group.id.as_str())))
            .collect();
        rows.sort_unstable();
        let mut text = "thing,group\n".to_owned();
        for (thing, group) in rows {
            text.extend([&*quoted(thing), ",", &*quoted(group), "\n"]);
        }
        text
    }
}

impl ImportedGroup {
    /// Returns the group as it stands in a project.
    fn json(&self) -> Json {
        let mut group =
            json!({ "name": self.name, "devices": self.devices.len(), "agent": self.kind.word() });
        let known = self.settings.iter().map(|(setting, value)| (*setting, value.json(setting)));
        let unknown = self.unknowns().into_iter().map(|(setting, bounds)| (setting, bounds.json(setting)));
        for (setting, value) in known.chain(unknown) {
            let mut at = &mut group;
            for token in setting.key.split('/') {
                at = &mut at[token];
            }
            *at = value;
        }
        group
    }

    /// Returns the settings that devices need and nothing tells, with bounds.
    ///
    /// Of a device whose files were read, a setting that has a default is not among them: an agent that is not
    /// told it takes its default. Without files nobody knows what it was told.
    pub fn unknowns(&self) -> Vec<(&'static Setting, Unknown)> {
        let held = |row: &Setting| self.settings.iter().any(|(setting, _)| setting.key == row.key);
        group_settings(self.kind)
            .filter(|row| row.absent == Absent::Required || !self.collected && row.lever.is_some())
            .filter(|row| row.needs.is_none() && row.settled().is_none() && !held(row))
            .filter_map(|row| row.slider.map(|(low, high)| (row, Unknown::Between(low, high))))
            .collect()
    }

    /// Returns the settings of the kind's files that no collected file held: their defaults are assumed.
    pub fn missing(&self, mapping: &Mapping) -> Vec<&'static str> {
        let held = |key: &str| self.settings.iter().any(|(setting, _)| setting.key == key);
        let files = crate::config::Layout::of(self.kind, mapping).files;
        let mut missing: Vec<&'static str> = files
            .iter()
            .filter(|file| file.is_read())
            .flat_map(|file| &file.keys)
            .map(|key| key.setting)
            .filter(|setting| setting.needs.is_none() && !held(setting.key))
            .map(|setting| setting.key)
            .collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }
}
