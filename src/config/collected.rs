//! The files that devices have now, as they were collected: by owner, a device or a group, and name.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Texts of files by owner and name of the file.
///
/// An owner is the name of a device or the id of a group; a device's own file counts before its group's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    files: BTreeMap<(String, String), Arc<str>>,
}

impl Collected {
    /// Adds a file of an owner; returns the one that it replaces.
    pub fn insert(&mut self, owner: &str, file: &str, text: impl Into<Arc<str>>) -> Option<Arc<str>> {
        self.files.insert((owner.to_owned(), file.to_owned()), text.into())
    }

    /// Returns the file of an owner.
    pub fn get(&self, owner: &str, file: &str) -> Option<&Arc<str>> {
        self.files.get(&(owner.to_owned(), file.to_owned()))
    }

    /// Returns the file of a device, its group's where it has none of its own.
    pub fn of(&self, group: &str, device: Option<&str>, file: &str) -> Option<&Arc<str>> {
        device.and_then(|device| self.get(device, file)).or_else(|| self.get(group, file))
    }

    /// Returns whether an owner has any file.
    pub fn has(&self, owner: &str) -> bool {
        let first = (owner.to_owned(), String::new());
        self.files.range(first..).next().is_some_and(|((own, _), _)| own == owner)
    }

    /// Returns the owners that are not known, each once, sorted.
    pub fn owners_beside(&self, known: impl Fn(&str) -> bool) -> Vec<String> {
        let strangers = self.iter().map(|(owner, ..)| owner).filter(|owner| !known(owner));
        let mut strangers: Vec<String> = strangers.map(str::to_owned).collect();
        strangers.dedup();
        strangers
    }

    /// Returns whether nothing was collected.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns the number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Returns every file: its owner, its name and its text, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Arc<str>)> {
        self.files.iter().map(|((owner, file), text)| (owner.as_str(), file.as_str(), text))
    }
}
