//! Agents' files on their way in: compared with, tried, and made into a project.

use crate::base::file::{self, MAX_PROJECT_BYTES};
use crate::base::{Severity, units};
use crate::config::document::MAX_AGENT_FILE_BYTES;
use crate::config::import::{CollectError, Found, Imported, Unread, collect_while, group, is_archive};
use crate::config::trial::assume;
use crate::config::{Collected, Mapping};
use crate::desk::agents::{self, Compared, Owners, Tried};
use crate::desk::command::UserCommand;
use crate::desk::saved::Saved;
use crate::desk::transfer::Work;
use crate::desk::{Desk, inbox};
use crate::fleet::FleetFile;
use crate::fleet::file::address;
use std::path::Path;
use std::sync::Arc;

/// Names that a notice tells; of the others only the number.
const TOLD: usize = 3;

impl Desk {
    /// Compares with this from now on.
    pub(super) fn compare_with(&mut self, compared: Option<Compared>) {
        self.project.agents.compared = compared;
        self.project.agents.revision += 1;
    }

    /// Compares with the files that devices have.
    pub(super) fn compare(&mut self, from: &Path) {
        let document = &self.project.document;
        let file = document.file().clone();
        let owners = Owners {
            mapping: agents::mapping(&file),
            fleet: self.derived.fleet.clone(),
            list: document.devices().cloned(),
            file,
        };
        let from = from.to_owned();
        self.begin(Work::Compare, move |reins| {
            let found = collect_while(&from, &owners.mapping, &|files| reins.going(files as u64, None));
            let found = found.map(|found| (owners.of(&found.collected), found));
            Box::new(move |desk| desk.compared(&from, found))
        });
    }

    /// Takes in the files that devices have.
    fn compared(&mut self, from: &Path, found: Result<((usize, Vec<String>), Found), CollectError>) {
        let ((used, strangers), found) = match found {
            Ok(found) => found,
            Err(error) => return self.say(Severity::Error, error.to_string(), None),
        };
        let document = &self.project.document;
        let ids = document.file().group_ids().collect::<Vec<_>>().join(", ");
        let (place, other) = match document.devices() {
            Some(_) => ("a group or a device", " and no device of the list that name"),
            None => ("a group", ""),
        };
        let shown = Self::shown(from);
        if used == 0 {
            let text = format!(
                "Nothing to compare: no file in it is one that {place} of this project has. Name each folder after its group ({ids}): {shown}"
            );
            return self.say(Severity::Error, text, Some(UserCommand::Compare));
        }
        if !strangers.is_empty() {
            let text = format!(
                "No group has the id {}{other}, so these files are compared with nothing. Name each folder after its group ({ids}): {shown}",
                listed(strangers.iter().map(|name| format!("`{name}`")).collect())
            );
            self.say(Severity::Warning, text, None);
        }
        let word = if used == 1 { "file" } else { "files" };
        let text = format!("Compared with {} {word} of devices: {shown}", units::count(used as u64));
        self.say(Severity::Info, text, None);
        let collected = Arc::new(found.collected);
        self.compare_with(Some(Compared { from: from.to_owned(), used, strangers, collected }));
    }

    /// Opens a project made from the files that devices have.
    pub(super) fn import(&mut self, from: &Path) {
        let (from, file) = (from.to_owned(), self.project.document.file().clone());
        self.begin(Work::Import, move |reins| {
            let mapping = agents::mapping(&file);
            let found = collect_while(&from, &mapping, &|files| reins.going(files as u64, None));
            let read = found.map(|found| {
                let imported = group(&found.collected, &mapping);
                let stem =
                    from.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
                let name = if stem.is_empty() { "Imported fleet".to_owned() } else { stem };
                let text = with_mapping(imported.project(&name), &file, &mapping);
                Read { skipped: Found { collected: Collected::default(), ..found }, imported, name, text }
            });
            Box::new(move |desk| desk.imported(&from, read))
        });
    }

    /// Opens the project that was made.
    fn imported(&mut self, from: &Path, read: Result<Read, CollectError>) {
        let Read { skipped, imported, name, text } = match read {
            Ok(read) => read,
            Err(error) => return self.say(Severity::Error, error.to_string(), None),
        };
        let shown = Self::shown(from);
        if imported.groups.is_empty() {
            self.say_unread(&imported);
            let text = format!(
                "Nothing was imported: no device was found. Each device's files lie in a folder with its name, such as `pump-7/config.json`: {shown}"
            );
            return self.say(Severity::Error, text, None);
        }
        self.open(inbox::text(&name, &text).map(|mut project| {
            // It stands nowhere yet, so it is kept until it is saved.
            project.document.mark_saved(Saved::Unknown);
            project
        }));
        self.say_unread(&imported);
        self.say_outliers(&imported);
        self.say_skipped(&skipped);
        let (devices, groups) = (units::count(imported.devices() as u64), imported.groups.len());
        let word = if groups == 1 { "group" } else { "groups" };
        let text = format!(
            "Imported {devices} devices in {groups} {word} of equal settings. Platform and outage stand in until yours are set: {shown}"
        );
        self.say(Severity::Info, text, Some(UserCommand::SaveAs));
    }

    /// Says which files could not be used, and which are odd.
    fn say_unread(&mut self, imported: &Imported) {
        let told = |list: &[Unread]| {
            let one = |one: &Unread| format!("{}/{}: {}", one.device, one.file, one.finding.what);
            let rest = list.len().saturating_sub(TOLD);
            let mut lines: Vec<String> = list.iter().take(TOLD).map(one).collect();
            lines.extend((rest > 0).then(|| format!("and {} more.", units::count(rest as u64))));
            lines.join(" ")
        };
        if !imported.unread.is_empty() {
            let count = units::count(imported.unread.len() as u64);
            let text = format!(
                "{count} unreadable, and their devices are in no group. Correct the files and import again. {}",
                told(&imported.unread)
            );
            self.say(Severity::Warning, text, None);
        }
        if !imported.odd.is_empty() {
            self.say(Severity::Warning, format!("Odd values. {}", told(&imported.odd)), None);
        }
    }

    /// Says which groups are few devices that differ from many.
    fn say_outliers(&mut self, imported: &Imported) {
        for group in &imported.groups {
            let Some(outlier) = &group.outlier else { continue };
            let like = imported.groups.get(outlier.like).map_or("", |group| group.name.as_str());
            let differs: Vec<String> = outlier
                .differs
                .iter()
                .map(|(key, own, usual)| format!("{key} {own} instead of {usual}"))
                .collect();
            let text = format!(
                "Outliers: {} differ from {like} in {}.",
                listed(group.devices.clone()),
                listed(differs)
            );
            self.say(Severity::Warning, text, None);
        }
    }

    /// Says how many files were no agent's.
    fn say_skipped(&mut self, found: &Found) {
        let count = found.skipped.len() + found.skipped_more;
        if count > 0 {
            let names: Vec<String> = found.skipped.iter().map(|one| format!("`{}`", one.name)).collect();
            let text =
                format!("{} other files were left out: {}.", units::count(count as u64), listed(names));
            self.say(Severity::Info, text, None);
        }
    }

    /// Tries the agent's file at a path.
    pub(super) fn try_path(&mut self, path: &Path) {
        match file::read_text(path, MAX_AGENT_FILE_BYTES as u64) {
            Ok(text) => self.try_text(&path.to_string_lossy(), text),
            Err(error) => self.say(Severity::Error, error.to_string(), None),
        }
    }

    /// Tries the text of an agent's file.
    pub(super) fn try_text(&mut self, name: &str, text: String) {
        if text.len() > MAX_AGENT_FILE_BYTES {
            let limit = units::count(MAX_AGENT_FILE_BYTES as u64);
            let text = format!("No agent's file is larger than {limit} B, so it was not tried: `{name}`");
            return self.say(Severity::Error, text, None);
        }
        let mapping = agents::mapping(self.project.document.file());
        if let Some(tried) = Tried::of(name, text.into(), &mapping) {
            self.tried(tried);
        } else {
            let text = format!(
                "This is no agent's file: it holds no setting that is known, so there is nothing to try. Check that it is whole; map its keys where they have other names: `{name}`"
            );
            self.say(Severity::Error, text, None);
        }
    }

    /// Shows a file that was tried.
    fn tried(&mut self, mut tried: Tried) {
        tried.number = self.project.agents.tried.as_ref().map_or(1, |before| before.number + 1);
        self.say(Severity::Info, format!("Read {}", tried.name), None);
        self.project.agents.tried = Some(tried);
    }

    /// Takes in what was dropped onto the window.
    pub(super) fn take_in(&mut self, path: &Path) {
        if path.is_dir() || is_archive(path) {
            return self.compare(path);
        }
        let project = inbox::open(path);
        if project.is_err()
            && let Ok(text) = file::read_text(path, MAX_PROJECT_BYTES)
        {
            let mapping = agents::mapping(self.project.document.file());
            if let Some(tried) = Tried::of(&path.to_string_lossy(), text.into(), &mapping) {
                return self.tried(tried);
            }
        }
        self.open(project);
    }

    /// Adds a scenario in which a group has what the tried file says.
    pub(super) fn with_file(&mut self, group: &str) {
        let Some(tried) = &self.project.agents.tried else {
            return self.say(Severity::Warning, "No file was tried, so there is nothing to simulate.", None);
        };
        let document = &mut self.project.document;
        let (file, mapping) = (document.file(), agents::mapping(document.file()));
        let kind = address::kind_of(&file.view(document.active()), group);
        let linted = kind.and_then(|kind| tried.as_kind(kind, &mapping));
        let Some(linted) = linted.filter(|linted| !linted.read.blocked()) else {
            let text = format!(
                "The group's agents cannot read this file, so it was not simulated. Choose a group of its kind, or correct the file: `{}`",
                tried.name
            );
            return self.say(Severity::Warning, text, None);
        };
        let result = document.add_scenario(&format!("With {}", tried.name), |file, id| {
            assume(file, Some(id), group, &linted.read.readings)
        });
        self.unless_refused(result);
    }
}

/// What an import has read.
struct Read {
    /// What was left out; the files themselves are in the groups.
    skipped: Found,
    imported: Imported,
    name: String,
    /// The project.
    text: String,
}

/// Returns a project with the mapping that its files were read with.
fn with_mapping(text: String, from: &FleetFile, mapping: &Mapping) -> String {
    let own = from.tree().value(Mapping::ADDRESS);
    match (own, FleetFile::parse(&text)) {
        (Some(own), Ok(file)) if !mapping.is_empty() => {
            file.with(Mapping::ADDRESS, &own).map_or(text, |file| file.text().to_owned())
        }
        _ => text,
    }
}

/// Returns the first of some names with the number of the others.
fn listed(names: Vec<String>) -> String {
    let rest = names.len().saturating_sub(TOLD);
    let shown = names.into_iter().take(TOLD).collect::<Vec<_>>().join(", ");
    if rest > 0 { format!("{shown} and {} more", units::count(rest as u64)) } else { shown }
}
