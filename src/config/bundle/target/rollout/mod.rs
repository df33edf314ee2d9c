//! A whole roll-out for those who carry it out with other tools: its waves, its devices and its hashes.
//!
//! Every form holds `rollout.json` (plan, waves, pace), `devices.csv` (who gets what in which wave, with the hash
//! that stands there and the one that shall) and `SHA256SUMS` over all other files, for `sha256sum -c`.
//!
//! | form | holds besides |
//! |---|---|
//! | folder, zip | `waves/01/00001-PUMP-1/opt/agent/…`: every file of every device, secrets filled in |
//! | Ansible | the same files, an inventory with a group per wave, a playbook with a play per wave |
//! | SCM | one package per group of equal files, one list of things per wave and package |
//! | Kubernetes | one immutable `ConfigMap` per group of equal files, one patch per workload and wave |
//!
//! The last two are read by many, so a file with a secret is refused there. The same plan and secrets give the same
//! bytes. Devices that have every file as wanted stand in the list, and in no wave.

mod ansible;
mod kubernetes;
mod out;
mod shared;

pub use out::RolloutExportError;

use super::super::deliver::Written;
use crate::base::hash::{Hash, hex};
use crate::config::secret::Secret;
use crate::fleet::inventory::quoted;
use out::{Folder, Out, Sink, Zip};
use serde_json::json;
use std::path::Path;

/// What a roll-out is exported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A folder tree with every file of every device.
    Folder,
    /// The same as one archive.
    Zip,
    /// An inventory and a playbook.
    Ansible,
    /// Packages and lists of targets for the platform's own software distribution.
    Scm,
    /// `ConfigMap`s and patches.
    Kubernetes,
    /// The list of devices alone.
    Csv,
}

impl Form {
    /// Returns whether files with secrets may stand in it.
    pub fn holds_secrets(self) -> bool {
        matches!(self, Self::Folder | Self::Zip | Self::Ansible)
    }
}

/// A file of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedFile {
    /// Where it stands on the device.
    pub path: String,
    /// What stands there now, where that is known; inside, `None`: nothing.
    pub before: Option<Option<Hash>>,
    /// Hash of what it will be.
    pub want: Hash,
}

/// A device of a roll-out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Name of its thing.
    pub thing: String,
    /// Id of its group.
    pub group: String,
    /// Its site; empty where unknown.
    pub site: String,
    /// Where it is reached.
    pub address: String,
    /// Its wave, counted from 0; `None` where every file is as wanted.
    pub wave: Option<u32>,
    /// Command that restarts its agent; empty where there is none.
    pub restart: String,
    /// Its files.
    pub files: Vec<ServedFile>,
}

/// A roll-out.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// Hash of its plan, 64 digits.
    pub plan: String,
    /// Name of the scenario whose settings the files hold.
    pub scenario: String,
    /// Devices in the order in which they are served.
    pub devices: Vec<Served>,
    /// Whether somebody has to look, after each wave.
    pub pauses: Vec<bool>,
    /// Whether addresses are `user@host:port`.
    pub is_ssh: bool,
    /// Whether addresses are folders in which the paths of files begin.
    pub is_folder: bool,
    /// User to sign in as, where the address names none; empty where unknown.
    pub user: String,
    /// Restarts per second that the platform bears \[restarts/s\].
    pub restarts_per_s: f64,
}

/// Makes the texts of devices.
pub trait Texts {
    /// Returns the text of each file of a device, a place in [`Rollout::devices`].
    ///
    /// # Errors
    /// Why not, in a sentence without any part of a secret.
    fn texts(&mut self, device: usize) -> Result<Vec<Secret>, String>;

    /// Returns whether a secret stands in one of its files.
    fn has_secret(&mut self, device: usize) -> bool;
}

/// Writes a roll-out in a form: into a folder, which is created where it is missing; as an archive or a list into a
/// file. Files that may hold secrets are readable by their owner alone.
///
/// # Errors
/// [`RolloutExportError`].
pub fn export(
    rollout: &Rollout,
    form: Form,
    texts: &mut dyn Texts,
    to: &Path,
) -> Result<Written, RolloutExportError> {
    match form {
        Form::Csv => {
            let mut sink = Folder::of_file(to);
            let name = to.file_name().and_then(|name| name.to_str()).unwrap_or("devices.csv");
            sink.put(name, list(rollout).as_bytes(), false)?;
            Ok(sink.done)
        }
        Form::Zip => {
            let mut out = Out::new(Zip::create(to)?);
            tree(rollout, texts, &mut out, "")?;
            facts(rollout, &mut out)?;
            out.finish()?.commit()
        }
        Form::Folder | Form::Ansible | Form::Scm | Form::Kubernetes => {
            let mut out = Out::new(Folder::new(to));
            match form {
                Form::Ansible => ansible::write(rollout, texts, &mut out)?,
                Form::Scm => shared::packages(rollout, texts, &mut out)?,
                Form::Kubernetes => kubernetes::write(rollout, texts, &mut out)?,
                _ => tree(rollout, texts, &mut out, "")?,
            }
            facts(rollout, &mut out)?;
            Ok(out.finish()?.done)
        }
    }
}

/// Returns the number of a wave as it stands in names, counted from 1.
fn number(rollout: &Rollout, wave: u32) -> String {
    let width = rollout.pauses.len().to_string().len().max(2);
    format!("{:0width$}", wave + 1)
}

/// Returns the folder of a device's files; `None` where it is in no wave.
fn folder(rollout: &Rollout, device: usize) -> Option<String> {
    let served = &rollout.devices[device];
    let wave = number(rollout, served.wave?);
    Some(format!("waves/{wave}/{:05}-{}", device + 1, plain(&served.thing)))
}

/// Returns a name that every file system takes.
fn plain(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = name.chars().take(60).map(|c| if fits(c) { c } else { '_' }).collect();
    match name.trim_end_matches('.') {
        "" => "_".into(),
        name => name.into(),
    }
}

/// Returns a path on a device as one below a folder.
fn below(path: &str) -> String {
    path.split(['/', '\\']).filter(|part| !part.is_empty()).map(plain).collect::<Vec<_>>().join("/")
}

/// Writes every file of every device that is in a wave.
fn tree<S: Sink>(
    rollout: &Rollout,
    texts: &mut dyn Texts,
    out: &mut Out<S>,
    prefix: &str,
) -> Result<(), RolloutExportError> {
    for (device, served) in rollout.devices.iter().enumerate() {
        let Some(folder) = folder(rollout, device) else { continue };
        for (file, text) in served.files.iter().zip(made(served, device, texts)?) {
            let path = format!("{prefix}{folder}/{}", below(&file.path));
            out.put(&path, text.expose().as_bytes(), true)?;
        }
    }
    Ok(())
}

/// Returns the texts of a device, which must be those of the plan.
fn made(served: &Served, device: usize, texts: &mut dyn Texts) -> Result<Vec<Secret>, RolloutExportError> {
    let refused = |reason: String| RolloutExportError::Text { thing: served.thing.clone(), reason };
    let made = texts.texts(device).map_err(refused)?;
    let same = made.len() == served.files.len()
        && made
            .iter()
            .zip(&served.files)
            .all(|(text, file)| crate::base::hash::sha256(text.expose().as_bytes()) == file.want);
    if same {
        return Ok(made);
    }
    Err(refused("it is not what was planned: the project or a secret changed. Make the plan again".into()))
}

/// Writes what every form holds.
fn facts<S: Sink>(rollout: &Rollout, out: &mut Out<S>) -> Result<(), RolloutExportError> {
    let count = |wave: u32| rollout.devices.iter().filter(|served| served.wave == Some(wave)).count();
    let waves: Vec<_> = rollout
        .pauses
        .iter()
        .zip(0..)
        .map(|(pause, wave)| json!({"wave": wave + 1, "devices": count(wave), "pause_after": pause}))
        .collect();
    let facts = json!({
        "format": "regather-rollout-export/1",
        "plan": rollout.plan,
        "scenario": rollout.scenario,
        "restarts_per_s": rollout.restarts_per_s,
        "waves": waves,
    });
    out.put("rollout.json", format!("{facts:#}\n").as_bytes(), false)?;
    out.put("devices.csv", list(rollout).as_bytes(), false)
}

/// Returns the list of devices and files.
fn list(rollout: &Rollout) -> String {
    let mut text = String::from("thing,wave,group,site,address,path,sha256_before,sha256\n");
    for served in &rollout.devices {
        let wave = served.wave.map(|wave| (wave + 1).to_string()).unwrap_or_default();
        for file in &served.files {
            let before = match &file.before {
                None => String::new(),
                Some(None) => "absent".into(),
                Some(Some(hash)) => hex(hash),
            };
            let want = hex(&file.want);
            let [thing, group, site, address, path] =
                [&served.thing, &served.group, &served.site, &served.address, &file.path]
                    .map(|text| quoted(text));
            let row = [&*thing, &wave, &group, &site, &address, &path, &before, &want].join(",");
            text.push_str(&row);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests;
