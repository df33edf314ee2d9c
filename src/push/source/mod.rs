//! The files of a roll-out, made of a project and its list of devices when they are sent.
//!
//! A [`Files`] knows what every device gets and where. It makes the list for a plan, with the hash of every text,
//! and later, device after device, the texts themselves. Secrets are fetched for one device at a time, leave with
//! its text, and are kept by nobody.

use super::driver::Source;
use super::plan::{Candidate, CandidateFile, Now, Pauses, Plan, PlannedDevice, Way};
use super::target::restart_command;
use crate::base::hash::{hex, sha256};
use crate::config::bundle::rollout::{Rollout, Served, ServedFile, Texts};
use crate::config::bundle::{BundleError, Devices, Item, PathError, PathTemplate, items, path_for, text_for};
use crate::config::secret::{Secret, SecretError, SecretRef, SystemVault, Vault, is_secret_name};
use crate::config::{AgentFile, GroupFiles, Listed, OwnFiles};
use crate::fleet::settings::files::Delivery;
use std::collections::BTreeMap;
use thiserror::Error;

/// Columns that may hold the time zone of a device, in the order in which they are looked for.
const ZONES: [&str; 3] = ["zone", "time_zone", "timezone"];

/// Columns that may name the Connection Server of a device.
const SERVERS: [&str; 3] = ["connection_server", "cxserver", "server_id"];

/// Columns that may name the jump host of a device.
const JUMPS: [&str; 3] = ["jump_host", "proxy_jump", "jump"];

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
    jump: Jump,
}

/// Through which jump host devices are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Jump {
    /// None.
    Direct,
    /// The one in a column of the list that is called like it, if any.
    Column,
    /// This template.
    Template(String),
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
            jump: Jump::Direct,
        })
    }

    /// Returns the same places behind jump hosts: a template such as `ops@{site}.gate.example:22`, or without one
    /// what the columns `jump_host`, `proxy_jump` or `jump` of the list hold. A device without a value is reached
    /// directly.
    #[must_use]
    pub fn behind(self, jump: Option<&str>) -> Self {
        Self { jump: jump.map_or(Jump::Column, |template| Jump::Template(template.into())), ..self }
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
                address: self.address(places, device)?,
                zone: first(&ZONES),
                files,
            });
            if !progress(candidates.len()) {
                break;
            }
        }
        Ok(candidates)
    }

    /// Returns where a device is reached.
    fn address(&self, places: &Places, device: usize) -> Result<String, SourceError> {
        let address = self.filled(&places.address, device)?.map_err(|name| {
            let thing = self.listed.value(device, "thing").unwrap_or_default();
            let why = format!("device {thing} has no such value");
            SourceError::Address { name: name.into(), why }
        })?;
        let jump = match &places.jump {
            Jump::Direct => None,
            Jump::Column => {
                let own = |name: &&str| self.listed.value(device, name).filter(|value| !value.is_empty());
                JUMPS.iter().find_map(own).map(str::to_owned)
            }
            Jump::Template(template) => self.filled(template, device)?.ok(),
        };
        Ok(jump.map_or_else(|| address.clone(), |jump| format!("{address} via {jump}")))
    }

    /// Fills a template over the columns of the list; inside, the name of a column without a value.
    fn filled<'a>(&self, template: &'a str, device: usize) -> Result<Result<String, &'a str>, SourceError> {
        let wrong = |name: &str, why: &str| SourceError::Address { name: name.into(), why: why.into() };
        let (mut filled, mut rest) = (String::new(), template);
        while let Some((text, behind)) = rest.split_once('{') {
            filled.push_str(text);
            let (name, behind) =
                behind.split_once('}').ok_or_else(|| wrong(behind, "the brace stays open"))?;
            if is_secret_name(name) {
                return Err(wrong(name, "it holds a secret or leads to one"));
            }
            match self.listed.value(device, name).filter(|value| !value.is_empty()) {
                Some(known) => filled.push_str(known),
                None => return Ok(Err(name)),
            }
            rest = behind;
        }
        filled.push_str(rest);
        Ok(Ok(filled))
    }
}

impl Files {
    fn texts_with(&self, thing: &str, vault: &dyn Vault) -> Result<Vec<Secret>, TextsError> {
        let at = *self.by_thing.get(thing).ok_or(TextsError::Gone)?;
        let made: Result<_, BundleError> =
            self.items(at).iter().map(|item| text_for(item, &self.listed, at, vault)).collect();
        Ok(made?)
    }
}

/// Why the texts of a device cannot be made.
#[derive(Debug, Error)]
enum TextsError {
    #[error("The list no longer holds this device. Take the list of the plan again")]
    Gone,
    #[error("{0}")]
    Bundle(#[from] BundleError),
}

/// Knows no secret: whoever asks for one has a place for it.
struct NoSecrets;

impl Vault for NoSecrets {
    fn resolve(&self, _: &SecretRef) -> Result<Secret, SecretError> {
        Err(SecretError::NoReference)
    }
}

impl Source for Files {
    fn texts(&self, device: &PlannedDevice) -> Result<Vec<Secret>, String> {
        let environment = |name: &str| std::env::var(name).ok();
        let vault = SystemVault::new(&environment);
        self.texts_with(&device.thing, &vault).map_err(|error| error.to_string())
    }
}

/// The texts of a plan's devices, for an export.
pub struct Exported<'a> {
    plan: &'a Plan,
    files: &'a Files,
}

impl Texts for Exported<'_> {
    fn texts(&mut self, device: usize) -> Result<Vec<Secret>, String> {
        Source::texts(self.files, &self.plan.devices()[device])
    }

    fn has_secret(&mut self, device: usize) -> bool {
        let made = self.files.texts_with(&self.plan.devices()[device].thing, &NoSecrets);
        matches!(made, Err(TextsError::Bundle(BundleError::Secret { .. })))
    }
}

/// Returns a plan as it is exported, and what makes its texts.
pub fn exported<'a>(plan: &'a Plan, files: &'a Files) -> (Rollout, Exported<'a>) {
    let request = plan.request();
    let (user, restart) = match &request.way {
        Way::Ssh { user, restart, .. } => (user.clone(), Some(restart.as_str())),
        Way::Folder | Way::Platform { .. } => (String::new(), None),
    };
    let before = |now: &Now| match now {
        Now::Unknown => None,
        Now::Absent => Some(None),
        Now::Is(hash) => Some(Some(*hash)),
    };
    let served = |device: &PlannedDevice| Served {
        thing: device.thing.to_string(),
        group: request.groups[usize::from(device.group)].id.clone(),
        site: device.site.to_string(),
        address: device.address.to_string(),
        wave: device.wave,
        restart: restart.map(|restart| restart_command(plan, device, restart)).unwrap_or_default(),
        files: device
            .files
            .iter()
            .map(|file| ServedFile {
                path: file.path.to_string(),
                before: before(&file.now),
                want: file.want,
            })
            .collect(),
    };
    let pauses = (1..=plan.sizes().len() as u32).map(|wave| match &request.pauses {
        Pauses::Never => false,
        Pauses::Each => true,
        Pauses::After(waves) => waves.contains(&wave),
    });
    let rollout = Rollout {
        plan: hex(plan.hash()),
        scenario: request.scenario.clone(),
        devices: plan.devices().iter().map(served).collect(),
        pauses: pauses.collect(),
        is_ssh: matches!(request.way, Way::Ssh { .. }),
        is_folder: request.way == Way::Folder,
        user,
        restarts_per_s: request.pace.activations_per_s,
    };
    (rollout, Exported { plan, files })
}

#[cfg(test)]
mod tests;
