//! The files of a roll-out, made of a project and its list of devices when they are sent.
//!
//! A [`Files`] knows what every device gets and where. It makes the list for a plan, with the hash of every text,
//! and later, device after device, the texts themselves. Secrets are fetched for one device at a time, leave with
//! its text, and are kept by nobody.

use super::driver::Source;
use super::plan::{Candidate, CandidateFile, Now, PlannedDevice};
use crate::base::hash::sha256;
use crate::config::bundle::{BundleError, Devices, Item, PathError, PathTemplate, items, path_for, text_for};
use crate::config::secret::{Secret, SystemVault, Vault, is_secret_name};
use crate::config::{AgentFile, GroupFiles, Listed, OwnFiles};
use crate::fleet::settings::files::Delivery;
use std::collections::BTreeMap;
use thiserror::Error;

/// Columns that may hold the time zone of a device, in the order in which they are looked for.
const ZONES: [&str; 3] = ["zone", "time_zone", "timezone"];

/// Columns that may name the Connection Server of a device.
const SERVERS: [&str; 3] = ["connection_server", "cxserver", "server_id"];

/// Why there is no list for a plan.
#[derive(Debug, Error)]
pub enum SourceError {
    /// There is no list.
    #[error(
        "There is no list of devices, so nobody knows whom to reach. Give one, with a column for the address"
    )]
    NoList,
    /// The template for addresses is wrong.
    #[error(
        "The template for addresses is wrong at {{{name}}}: {why}. Use a column of the list, such as {{ssh}}:22"
    )]
    Address {
        /// The variable.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The template for places is wrong.
    #[error("The template for places on the device is wrong: {0}")]
    Place(#[from] PathError),
    /// Only a part of a file is known.
    #[error(
        "Only the settings in {file} are known for {owner}, and they would replace the whole file there, with host and \
         key. Give the files that devices have (--has), so that everything else in them is kept"
    )]
    Part {
        /// The file on the device.
        file: String,
        /// `device PUMP-1`.
        owner: String,
    },
    /// A text or a path cannot be made.
    #[error("{0}")]
    Bundle(#[from] BundleError),
}

/// Where devices and their files are, as templates over the columns of the list.
#[derive(Clone, Debug)]
pub struct Places {
    address: String,
    /// What stands before the first variable of a path, up to its last slash.
    root: String,
    path: PathTemplate,
    as_generated: bool,
}

impl Places {
    /// Reads the templates: an address such as `{ssh}:22`, and a path such as `/opt/agent/{file}`.
    ///
    /// # Errors
    /// [`SourceError::Place`].
    pub fn new(address: &str, path: &str) -> Result<Self, SourceError> {
        let literal = path.find('{').unwrap_or(path.len());
        let cut = path[..literal].rfind('/').map_or(0, |slash| slash + 1);
        Ok(Self {
            address: address.into(),
            root: path[..cut].into(),
            path: PathTemplate::parse(&path[cut..])?,
            as_generated: false,
        })
    }

    /// Returns the same places for files that are as they are generated, although nothing is known of those on the
    /// devices: whatever else stands there is lost.
    #[must_use]
    pub fn as_generated(self) -> Self {
        Self { as_generated: true, ..self }
    }
}

/// What every device gets.
#[derive(Debug)]
pub struct Files {
    groups: Vec<GroupFiles>,
    own: OwnFiles,
    listed: Listed,
    by_thing: BTreeMap<String, usize>,
}

impl Files {
    /// Returns the files of groups, of devices that differ from them, and the devices.
    pub fn new(groups: Vec<GroupFiles>, own: OwnFiles, listed: Listed) -> Self {
        let thing = |at: usize| Some((listed.value(at, "thing")?.to_owned(), at));
        let by_thing = (0..listed.count()).filter_map(thing).collect();
        Self { groups, own, listed, by_thing }
    }

    /// Returns the files of the device with this thing as they were made, places for secrets unfilled; `None` where
    /// it is not in the list, or in no group.
    pub fn files_of(&self, thing: &str) -> Option<&GroupFiles> {
        self.of_device(*self.by_thing.get(thing)?)
    }

    /// Returns a device's own files, else those of its group.
    fn of_device(&self, device: usize) -> Option<&GroupFiles> {
        let group = self.listed.value(device, "group").unwrap_or_default();
        self.own.of_device(device).or_else(|| self.groups.iter().find(|files| files.group == group))
    }

    /// Returns the files of a device, in the order in which the plan lists them.
    fn items(&self, device: usize) -> Vec<Item<'_>> {
        let groups = self.of_device(device).map_or(&[][..], std::slice::from_ref);
        items(groups).0.into_iter().filter(|item| item.deliverable).collect()
    }

    /// Refuses files of which only a part is known.
    fn check_whole(&self, device: usize, as_generated: bool) -> Result<(), SourceError> {
        let files = self.of_device(device);
        let files =
            files.into_iter().flat_map(GroupFiles::files).filter(|file| file.delivery == Delivery::File);
        let part =
            |file: &&AgentFile| file.name != file.device_name || (file.before.is_none() && !as_generated);
        let part = files.into_iter().find(part);
        match part {
            None => Ok(()),
            Some(file) => Err(SourceError::Part {
                file: file.device_name.clone(),
                owner: format!("device {}", self.listed.value(device, "thing").unwrap_or_default()),
            }),
        }
    }

    /// Returns the list for a plan: every device that gets files, with the hashes of what it will have. What it has
    /// is not known. Told after each device how many are done; `false` from it ends the work with what there is.
    ///
    /// # Errors
    /// [`SourceError`], at the first device that cannot be served: a device passed over in silence would keep its
    /// old settings.
    pub fn candidates(
        &self,
        places: &Places,
        vault: &dyn Vault,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Vec<Candidate>, SourceError> {
        if self.listed.count() == 0 {
            return Err(SourceError::NoList);
        }
        let mut candidates = Vec::new();
        for device in 0..self.listed.count() {
            let items = self.items(device);
            if items.is_empty() {
                continue;
            }
            self.check_whole(device, places.as_generated)?;
            let mut files = Vec::with_capacity(items.len());
            for item in &items {
                let text = text_for(item, &self.listed, device, vault)?;
                files.push(CandidateFile {
                    path: format!("{}{}", places.root, path_for(&places.path, item, &self.listed, device)?),
                    now: Now::Unknown,
                    want: sha256(text.expose().as_bytes()),
                });
            }
            let value = |name: &str| self.listed.value(device, name).unwrap_or_default().to_owned();
            let first = |names: &[&str]| names.iter().map(|name| value(name)).find(|own| !own.is_empty());
            candidates.push(Candidate {
                thing: value("thing"),
                group: value("group"),
                site: value("site"),
                server: first(&SERVERS).unwrap_or_default(),
                address: self.address(&places.address, device)?,
                zone: first(&ZONES),
                files,
            });
            if !progress(candidates.len()) {
                break;
            }
        }
        Ok(candidates)
    }

    /// Fills the template for addresses.
    fn address(&self, template: &str, device: usize) -> Result<String, SourceError> {
        let wrong = |name: &str, why: &str| SourceError::Address { name: name.into(), why: why.into() };
        let (mut address, mut rest) = (String::new(), template);
        while let Some((text, behind)) = rest.split_once('{') {
            address.push_str(text);
            let (name, behind) =
                behind.split_once('}').ok_or_else(|| wrong(behind, "the brace stays open"))?;
            if is_secret_name(name) {
                return Err(wrong(name, "it holds a secret or leads to one"));
            }
            let known = self.listed.value(device, name).filter(|value| !value.is_empty());
            let thing = self.listed.value(device, "thing").unwrap_or_default();
            address.push_str(known.ok_or_else(|| wrong(name, &format!("device {thing} has no such value")))?);
            rest = behind;
        }
        address.push_str(rest);
        Ok(address)
    }
}

impl Source for Files {
    fn texts(&self, device: &PlannedDevice) -> Result<Vec<Secret>, String> {
        let at = self.by_thing.get(&*device.thing);
        let at = *at.ok_or("The list no longer holds this device. Take the list of the plan again")?;
        let environment = |name: &str| std::env::var(name).ok();
        let vault = SystemVault::new(&environment);
        let items = self.items(at);
        let made: Result<_, BundleError> =
            items.iter().map(|item| text_for(item, &self.listed, at, &vault)).collect();
        made.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests;
