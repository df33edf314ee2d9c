//! The list of devices that a command is given, or that its project names.

use super::Prepared;
use crate::base::file;
use crate::cli::error::CommandError;
use crate::config::bundle::Devices;
use crate::config::{Listed, OwnFiles, Writer};
use crate::fleet::inventory::{self, BadRow, Groups, Inventory, MAX_BYTES, Named, Options};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

/// Devices of a list; none without one.
#[derive(Debug, Default)]
pub struct List {
    inventory: Option<Inventory>,
    listed: Listed,
    notes: Vec<String>,
}

/// Reads a list of `what`, such as devices; `done` is what did not happen where a row cannot be used.
///
/// # Errors
/// Where it cannot be read, or a row of it cannot be used; each such row is a finding.
pub fn read(
    path: &Path,
    options: &Options<'_>,
    (what, done): (&str, &str),
) -> Result<Inventory, CommandError> {
    let text = file::read_text(path, MAX_BYTES).map_err(|error| CommandError::reading(&error))?;
    let shown = path.display().to_string();
    let import = inventory::read(&text, options).map_err(|error| {
        CommandError::input(format!("The list of {what} cannot be read. {error}: {shown}"))
    })?;
    if import.bad_rows > 0 {
        let what = format!("{}, so nothing was {done}: {shown}.", import.summary());
        return Err(CommandError::input(what)
            .findings(&shown, import.bad.list.iter().map(BadRow::finding).collect())
            .hint("Correct these lines, or take them out of the list."));
    }
    Ok(import.inventory)
}

impl List {
    /// Reads the list that is named, or else the one of the project.
    ///
    /// # Errors
    /// Where it cannot be read, or a row of it cannot be used: a device that is passed over in silence would
    /// keep its old settings.
    pub fn load(named: Option<&Path>, prepared: &Prepared) -> Result<Self, CommandError> {
        let own =
            Named::of(&prepared.project.file).map_err(|error| CommandError::input(error.to_string()))?;
        let (path, roles) = match (named, own) {
            // The columns of another list than the project's are its own.
            (Some(path), _) => (path.to_owned(), Vec::new()),
            (None, Some(own)) => (own.path(Path::new(&prepared.project.shown)), own.roles),
            (None, None) => return Ok(Self::default()),
        };
        let view = prepared.project.file.view(prepared.scenario.as_deref());
        let groups = Groups::of(&view);
        let options = Options { groups: Some(&groups), roles: &roles, ..Options::default() };
        let inventory = read(&path, &options, ("devices", "written"))?;
        let notes = inventory.compare(&view).into_iter().map(|finding| finding.what).collect();
        Ok(Self { listed: Listed::of(&inventory), inventory: Some(inventory), notes })
    }

    /// Returns the devices as a bundle needs them.
    pub fn devices(&self) -> &dyn Devices {
        &self.listed
    }

    /// Returns the devices, to be kept.
    #[cfg(feature = "push")]
    pub fn listed(&self) -> &Listed {
        &self.listed
    }

    /// Returns the files of devices that differ from their group.
    pub fn own_files(&self, prepared: &Prepared) -> OwnFiles {
        let Some(inventory) = &self.inventory else { return OwnFiles::default() };
        let view = prepared.project.file.view(prepared.scenario.as_deref());
        let Prepared { fleet, mapping, collected, .. } = prepared;
        OwnFiles::of(&Writer { fleet, view: &view, mapping, collected }, inventory)
    }

    /// Returns the names of the devices in the list.
    pub fn things(&self) -> BTreeSet<Cow<'_, str>> {
        self.inventory.iter().flat_map(Inventory::devices).map(|device| device.thing()).collect()
    }

    /// Returns what the user should know.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}
