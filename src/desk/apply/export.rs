//! Agents' files on their way out: to folders, archives and deployment tools.

use crate::base::{Severity, units};
use crate::config::bundle::{Facts, Order, Paths, Target, Written, deliver, items};
use crate::config::secret::SystemVault;
use crate::config::{Collected, GroupFiles, Listed, OwnFiles, Writer};
use crate::desk::Desk;
use crate::desk::agents;
use crate::desk::saved::Digest;
use crate::fleet::inventory::{Groups, Inventory, Named};
use std::path::Path;

/// Decides which devices come in which wave.
const WAVES_SEED: u64 = 42;

impl Desk {
    /// Writes the agents' files of the active scenario to a target.
    pub(super) fn export(&mut self, path: &Path, target: Target) {
        let mut path = path.to_owned();
        if target == Target::Zip && path.extension().is_none() && path.file_name().is_some() {
            path.set_extension("zip");
        }
        match self.exported(&path, target) {
            Ok((done, skipped)) => {
                for note in done.notes.iter().chain(&skipped) {
                    self.say(Severity::Info, note.clone(), None);
                }
                self.say(Severity::Info, summary(&done, target, &path), None);
            }
            Err(sentence) => self.say(Severity::Error, sentence, None),
        }
    }

    /// Writes the files; returns what was written and why groups have none.
    fn exported(&self, path: &Path, target: Target) -> Result<(Written, Vec<String>), String> {
        let groups = &self.derived.agent_files;
        let Some(fleet) = self.derived.fleet.as_ref().filter(|_| !self.derived.checked.blocked()) else {
            let text = "Nothing was exported: the project has errors, and agents must not get them. Correct them first.";
            return Err(text.to_owned());
        };
        usable(groups)?;
        let document = &self.project.document;
        let (file, active) = (document.file(), document.active());
        let (view, mapping, nothing) = (file.view(active), agents::mapping(file), Collected::default());
        let collected =
            self.project.agents.compared.as_ref().map_or(&nothing, |compared| &compared.collected);
        let list = self.list()?;
        let listed = list.map(Listed::of).unwrap_or_default();
        let writer = Writer { fleet, view: &view, mapping: &mapping, collected };
        let own = list.map(|list| OwnFiles::of(&writer, list)).unwrap_or_default();
        let (mut files, skipped) = items(groups);
        files.extend(own.items());
        let (hash, scenario) = (Digest::of(file.text()), file.scenario_name(active));
        let facts =
            Facts { fleet_hash: hash.digits(), scenario: &scenario, version: env!("CARGO_PKG_VERSION") };
        let paths = Paths::default();
        let order = Order { target, paths: &paths, waves: None, seed: WAVES_SEED, facts };
        let environment = |name: &str| std::env::var(name).ok();
        let vault = SystemVault::new(&environment);
        let mut done = deliver(&files, &listed, &order, path, &vault, &mut |_, _| true)
            .map_err(|error| error.to_string())?;
        done.notes.extend(vault.warnings());
        Ok((done, skipped))
    }

    /// Returns the project's list of devices as it stands on the screen; `None` where it has none.
    fn list(&self) -> Result<Option<&Inventory>, String> {
        let document = &self.project.document;
        let Some(list) = document.devices() else {
            let named = !matches!(Named::of(document.file()), Ok(None));
            let text = "Nothing was exported: the list of devices that the project names could not be read, and without it each group would get one file for all.";
            return if named { Err(text.to_owned()) } else { Ok(None) };
        };
        // A device that is passed over in silence would keep its old settings.
        let refuse = |what: &str| {
            Err(format!("Nothing was exported: {what} Correct these lines, or take them out of the list."))
        };
        if !list.bad_rows_text().is_empty() {
            return refuse("lines of the list of devices could not be taken.");
        }
        let faults = list.check(Some(&Groups::of(&document.file().view(document.active()))));
        match faults.list.iter().find(|fault| fault.severity == Severity::Error) {
            Some(fault) => refuse(&fault.finding().what),
            None => Ok(Some(list)),
        }
    }
}

/// Refuses what cannot be written as planned.
fn usable(groups: &[GroupFiles]) -> Result<(), String> {
    for group in groups {
        let Some(file) = group.blocked() else { continue };
        let finding = file.findings.iter().find(|finding| finding.blocks());
        let what = finding.map_or_else(String::new, |f| format!("Line {}: {} ", f.line, f.what));
        return Err(format!(
            "Nothing was exported: what the devices have cannot be written over. {what}Correct that file, or stop comparing: `{}/{}`",
            group.group, file.device_name
        ));
    }
    Ok(())
}

/// Returns what was written in a sentence.
fn summary(done: &Written, target: Target, path: &Path) -> String {
    let shown = Desk::shown(path);
    if target == Target::Zip {
        return format!("Exported the zip bundle to {shown}");
    }
    let all = done.written.len() + done.unchanged;
    let files = if all == 1 { "file" } else { "files" };
    let all = units::count(all as u64);
    let same = match done.unchanged {
        0 => String::new(),
        same => format!(", {} of them unchanged", units::count(same as u64)),
    };
    let of = match target {
        Target::Folder | Target::Zip => String::new(),
        target => format!(" for {}", target.label()),
    };
    format!("Exported {all} {files}{of} to {shown}{same}")
}
