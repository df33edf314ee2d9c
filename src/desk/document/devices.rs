//! The list of devices beside the project, as a part of what undo steps through.
//!
//! A list is immutable and shares with others what they have in common, so a step keeps the list before and
//! after it. The list is saved to a file of its own; whether it differs from that is known for itself.

use super::Document;
use crate::fleet::FleetFile;
use crate::fleet::inventory::Inventory;

/// The list now, and the one that is saved.
#[derive(Debug, Default)]
pub(super) struct Devices {
    list: Option<Inventory>,
    saved: Option<Inventory>,
    pub(super) dirty: bool,
    revision: u64,
}

/// The list before and after a step.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) before: Option<Inventory>,
    pub(super) after: Option<Inventory>,
    /// What keeping both costs [bytes].
    pub(super) bytes: usize,
}

impl Devices {
    pub(super) fn go(&mut self, list: Option<Inventory>) {
        self.list = list;
        self.revision += 1;
        self.look();
    }

    fn look(&mut self) {
        // A project without a list has no file of devices to write.
        self.dirty = self.list.is_some() && self.list != self.saved;
    }
}

impl Document {
    /// Returns the list of devices, where there is one.
    pub(in crate::desk) fn devices(&self) -> Option<&Inventory> {
        self.devices.list.as_ref()
    }

    /// Returns a number that grows with every change of the list.
    pub(in crate::desk) fn devices_revision(&self) -> u64 {
        self.devices.revision
    }

    /// Returns whether the list differs from what is saved.
    pub(in crate::desk) fn devices_dirty(&self) -> bool {
        self.devices.dirty
    }

    /// Takes the list in as it was read from its file: no step, nothing to save.
    pub(in crate::desk) fn open_devices(&mut self, list: Inventory) {
        self.devices.saved = Some(list.clone());
        self.devices.go(Some(list));
        self.revision += 1;
    }

    /// Takes the list in as a session kept it: no step, but something to save.
    pub(in crate::desk) fn restore_devices(&mut self, list: Inventory) {
        self.devices.go(Some(list));
        self.revision += 1;
    }

    /// Remembers that the list is saved as it is now.
    pub(in crate::desk) fn mark_devices_saved(&mut self) {
        self.devices.saved.clone_from(&self.devices.list);
        self.devices.dirty = false;
    }

    /// Changes the list, and with it what the project says about it, in one step.
    pub(in crate::desk) fn set_devices(&mut self, name: String, list: Option<Inventory>, file: FleetFile) {
        self.gesture = None;
        let before = self.devices.list.clone();
        let bytes = match (&before, &list) {
            (Some(before), Some(after)) => before.bytes_beside(after),
            (Some(one), None) | (None, Some(one)) => one.resident_bytes(),
            (None, None) => 0,
        };
        let change = (before != list).then_some(Change { before, after: list, bytes });
        self.push_with(name, file, self.active.clone(), change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::inventory::{Options, read};

    fn list(text: &str) -> Inventory {
        read(text, &Options::default()).unwrap().inventory
    }

    #[test]
    fn devices_are_undone_and_redone_with_the_project() {
        let file = crate::fleet::example::EXAMPLES[0].file().unwrap();
        let mut document = Document::new(file.clone());
        let (one, two) = (list("thing\na\n"), list("thing\na\nb\n"));
        document.open_devices(one.clone());
        assert!(!document.dirty() && document.steps() == (None, None));
        let named = file.with("/inventory", &serde_json::json!({"file": "a.csv"})).unwrap();
        document.set_devices("Import".into(), Some(two.clone()), named.clone());
        assert!(document.devices_dirty());
        assert_eq!(document.undo(), Some("Import"));
        assert_eq!((document.devices(), document.file()), (Some(&one), &file));
        assert!(!document.dirty());
        assert_eq!(document.redo(), Some("Import"));
        assert_eq!((document.devices(), document.file()), (Some(&two), &named));
        document.mark_devices_saved();
        assert!(!document.devices_dirty());
        document.set_devices("Nothing".into(), Some(two), named);
        assert_eq!(document.steps().0, Some("Import"), "the same list is no step");
    }
}
