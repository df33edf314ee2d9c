//! The list of devices: importing, looking, editing.

use crate::base::Severity;
use crate::base::file::{self, write_atomic};
use crate::base::units::count;
use crate::desk::Desk;
use crate::desk::command::DeviceCommand;
use crate::desk::devices::{Importing, column};
use crate::desk::inbox;
use crate::fleet::FleetFile;
use crate::fleet::inventory::{EditError, Groups, Inventory, MAX_BYTES, Role, named};
use serde_json::{Map, Value, json};
use std::path::Path;

impl Desk {
    pub(super) fn apply_devices(&mut self, command: DeviceCommand) {
        match command {
            DeviceCommand::ImportText { name, text } => self.import_list(name, text),
            DeviceCommand::ImportPath(path) => match file::read_text(&inbox::absolute(&path), MAX_BYTES) {
                Ok(text) => self.import_list(file_name(&path), text),
                Err(error) => self.say(Severity::Error, error.to_string(), None),
            },
            DeviceCommand::SetMapping { header, role } => {
                if let Some(importing) = &mut self.project.devices.importing {
                    importing.map(&header, role, &self.wake);
                }
            }
            DeviceCommand::TakeGood => self.take_good(),
            DeviceCommand::CancelImport => self.project.devices.importing = None,
            DeviceCommand::Filter(text) => self.project.devices.look.filter(text),
            DeviceCommand::SortBy(sort) => self.project.devices.look.sort(sort),
            DeviceCommand::Select(select) => self.project.devices.look.select(select),
            DeviceCommand::PreviewEdit { field, value } => {
                self.project.devices.look.edit(Some((field, value)));
            }
            DeviceCommand::ApplyEdit => self.apply_edit(),
            DeviceCommand::ClearEdit => self.project.devices.look.edit(None),
            DeviceCommand::RemoveSelected => self.remove_selected(),
            DeviceCommand::ExportBadLines(path) => self.export_bad_lines(&inbox::absolute(&path)),
        }
    }

    /// Looks at a table.
    fn import_list(&mut self, name: String, text: String) {
        let document = &self.project.document;
        let groups = Groups::of(&document.file().view(document.active()));
        self.project.devices.importing = Some(Importing::new(name, text, groups, &self.wake));
    }

    /// Makes the good lines of the table that is looked at the list of the project.
    fn take_good(&mut self) {
        let Some(mut importing) = self.project.devices.importing.take() else { return };
        importing.wait(&self.wake);
        let mapping = importing.mapping();
        let Some(Ok(import)) = &importing.pending.read else {
            // Why not stands in the preview, which stays.
            self.project.devices.importing = Some(importing);
            return;
        };
        if import.inventory.is_empty() {
            let text = "No line of the table is a device, so nothing was taken. Correct the lines, or say what the columns hold.";
            self.say(Severity::Warning, text, None);
            self.project.devices.importing = Some(importing);
            return;
        }
        let (list, bad) = (import.inventory.without_bad_rows(), import.bad_rows);
        let left = (bad > 0).then(|| {
            let head = import.inventory.pieces().next().unwrap_or_default();
            [head, &import.inventory.bad_rows_text()].concat()
        });
        let file = match self.naming(Some(&mapping)) {
            Ok(file) => file,
            Err(sentence) => return self.say(Severity::Error, sentence, None),
        };
        self.project.devices.source.forget();
        self.project.devices.left = left;
        let (taken, name) = (number(list.len()), &importing.pending.name);
        let text = match bad {
            0 => format!("Took {taken} from {name}"),
            1 => format!("Took {taken} from {name}; 1 line was left out"),
            bad => format!("Took {taken} from {name}; {} lines were left out", count(bad)),
        };
        self.project.document.set_devices(format!("Import {taken}"), Some(list), file);
        self.say(Severity::Info, text, None);
    }

    /// Makes the edit that is prepared.
    fn apply_edit(&mut self) {
        let Some(edit) = self.project.devices.look.prepared() else { return };
        let (field, value) = (edit.field.clone(), edit.value.clone());
        let rows = self.project.devices.look.selected().to_vec();
        let document = &self.project.document;
        let Some(list) = document.devices().filter(|_| !rows.is_empty()) else {
            let text = "No device is selected, so nothing was changed. Select the devices first.";
            return self.say(Severity::Warning, text, None);
        };
        let groups = Groups::of(&document.file().view(document.active()));
        let edited = || -> Result<(Inventory, u64), EditError> {
            let (list, at) = column(list, &field)?;
            let changed = list.preview(&rows, at, &value, Some(&groups))?.changed;
            Ok((list.with_value(&rows, at, &value, Some(&groups))?, changed))
        };
        match edited() {
            Ok((_, 0)) => self.say(Severity::Info, "The selected devices have this value already", None),
            Ok((edited, changed)) => {
                let verb = if value.trim().is_empty() { "Clear" } else { "Set" };
                let devices = if changed == 1 { "device" } else { "devices" };
                let name = format!("{verb} {field} on {} {devices}", count(changed));
                self.change_list(name, edited);
                self.project.devices.look.edit(None);
            }
            Err(error) => self.say(Severity::Warning, error.to_string(), None),
        }
    }

    /// Takes the selected devices out of the list.
    fn remove_selected(&mut self) {
        let rows = self.project.devices.look.selected();
        let Some(list) = self.project.document.devices().filter(|_| !rows.is_empty()) else { return };
        let name = format!("Remove {}", number(rows.len() as u32));
        let list = list.without(rows);
        self.change_list(name, list);
    }

    /// Changes the list of the project by one step.
    fn change_list(&mut self, name: String, list: Inventory) {
        match self.naming(None) {
            Ok(file) => self.project.document.set_devices(name, Some(list), file),
            Err(sentence) => self.say(Severity::Error, sentence, None),
        }
    }

    /// Returns the project with the name of its list in it and, for another list, with what its columns hold.
    fn naming(&self, mapping: Option<&[(String, Role)]>) -> Result<FleetFile, String> {
        let file = self.project.document.file();
        let before = named::Named::of(file).ok().flatten();
        // A list is written as a table, whatever it was read from.
        let kept = before.as_ref().map(|named| named.file.clone()).filter(|name| !ends_with_json(name));
        let name = kept.unwrap_or_else(|| self.list_name());
        let refused = |error: crate::base::json::EditError| error.to_string();
        let mut section = Map::new();
        section.insert("file".into(), json!(name));
        let Some(mapping) = mapping else {
            return match before {
                Some(before) if before.file == name => Ok(file.clone()),
                Some(_) => file.with(named::FILE, &json!(name)).map_err(refused),
                None => file.with(named::SECTION, &Value::Object(section)).map_err(refused),
            };
        };
        if !mapping.is_empty() {
            let columns = mapping.iter().map(|(header, role)| (header.clone(), json!(role.word())));
            section.insert("columns".into(), Value::Object(columns.collect()));
        }
        let section = Value::Object(section);
        if file.tree().value(named::SECTION).as_ref() == Some(&section) {
            return Ok(file.clone());
        }
        file.with(named::SECTION, &section).map_err(refused)
    }

    /// Returns the name that is proposed for the list's file: that of the project.
    fn list_name(&self) -> String {
        let stem = self.project.path.as_deref().and_then(Path::file_stem).map_or_else(
            || self.project.document.file().name().to_lowercase(),
            |stem| stem.to_string_lossy().into_owned(),
        );
        let stem: String =
            stem.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
        let stem = stem.trim_matches(['-', '.']);
        format!("{}.devices.csv", if stem.is_empty() { "fleet" } else { stem })
    }

    /// Writes the lines that are no devices to a file.
    fn export_bad_lines(&mut self, path: &Path) {
        let devices = &self.project.devices;
        let pending = devices.importing.as_ref().and_then(|importing| match &importing.pending.read {
            Some(Ok(import)) if import.bad_rows > 0 => Some(&import.inventory),
            _ => None,
        });
        let lines = |list: &Inventory| {
            let text = list.bad_rows_text();
            let head = list.pieces().next().unwrap_or_default();
            (!text.is_empty()).then(|| [head, &text].concat())
        };
        let text = match (pending, &devices.left) {
            (Some(list), _) => lines(list),
            (None, Some(left)) => Some(left.clone()),
            (None, None) => self.project.document.devices().and_then(lines),
        };
        match text.map(|text| write_atomic(path, text.as_bytes())) {
            None => self.say(Severity::Info, "Every line is a device, so there is nothing to save", None),
            Some(Ok(())) => {
                let text = format!("Saved the lines that are no devices to {}", Self::shown(path));
                self.say(Severity::Info, text, None);
            }
            Some(Err(error)) => self.say(Severity::Error, error.to_string(), None),
        }
    }
}

fn ends_with_json(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Returns a number of devices in words: `1 device`, `3 100 devices`.
fn number(devices: u32) -> String {
    format!("{} {}", count(devices.into()), if devices == 1 { "device" } else { "devices" })
}
