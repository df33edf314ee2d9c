//! Devices with equal files, and packages of them for the platform's own software distribution.
//!
//! The instructions that a package needs on the device (where the files go, what is restarted, how to return) belong
//! to the site and are added to the archive there; no public description of their form is complete enough to write
//! them here. The service knows no waves: each list is given to it after the one before has succeeded.

use super::super::zip::Archive;
use super::out::{Out, RolloutExportError, Sink};
use super::{Rollout, Texts, made, number, plain};
use crate::base::hash::{Hash, hex};
use crate::config::secret::Secret;
use crate::fleet::inventory::quoted;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most different sets of files of one group.
const MOST: usize = 100;

/// Devices of one group with equal files.
pub(super) struct Alike {
    /// A name of its own: the group's, with a number behind it where there are several.
    pub(super) name: String,
    pub(super) group: String,
    /// Places of the devices, in the order in which they are served.
    pub(super) devices: Vec<usize>,
    /// Their texts.
    pub(super) texts: Vec<Secret>,
}

/// A group, and paths with hashes.
type Set<'a> = (&'a str, Vec<(&'a str, Hash)>);

/// Returns devices by their files. Devices in no wave are left out.
pub(super) fn alike(
    rollout: &Rollout,
    texts: &mut dyn Texts,
    form: &'static str,
) -> Result<Vec<Alike>, RolloutExportError> {
    let mut sets: BTreeMap<Set<'_>, Vec<usize>> = BTreeMap::new();
    let mut count = BTreeMap::<&str, usize>::new();
    for (device, served) in rollout.devices.iter().enumerate().filter(|(_, served)| served.wave.is_some()) {
        if texts.has_secret(device) {
            return Err(RolloutExportError::Secret { thing: served.thing.clone(), form });
        }
        let files = served.files.iter().map(|file| (file.path.as_str(), file.want)).collect();
        let devices = sets.entry((served.group.as_str(), files)).or_default();
        if devices.is_empty() {
            let sets = count.entry(&served.group).or_default();
            *sets += 1;
            if *sets > MOST {
                let group = served.group.clone();
                return Err(RolloutExportError::TooDifferent { group, limit: MOST, form });
            }
        }
        devices.push(device);
    }
    // The set of whoever is served first comes first, whatever its hashes are.
    let mut sets: Vec<_> = sets.into_iter().map(|((group, _), devices)| (group, devices)).collect();
    sets.sort_by(|a, b| (a.0, a.1[0]).cmp(&(b.0, b.1[0])));
    let mut numbers = BTreeMap::<String, usize>::new();
    let mut all = Vec::new();
    for (group, devices) in sets {
        let texts = made(&rollout.devices[devices[0]], devices[0], texts)?;
        let name = plain(group);
        let number = numbers.entry(name.to_lowercase()).or_default();
        *number += 1;
        let name = if *number == 1 { name } else { format!("{name}-{number}") };
        all.push(Alike { name, group: group.into(), devices, texts });
    }
    Ok(all)
}

/// Writes `packages/NAME.zip` and `waves/01/NAME.csv`.
pub(super) fn packages<S: Sink>(
    rollout: &Rollout,
    texts: &mut dyn Texts,
    out: &mut Out<S>,
) -> Result<(), RolloutExportError> {
    for set in alike(rollout, texts, "a package")? {
        out.put(&format!("packages/{}.zip", set.name), &package(rollout, &set), false)?;
        let mut lists = BTreeMap::<u32, String>::new();
        for &device in &set.devices {
            let served = &rollout.devices[device];
            let Some(wave) = served.wave else { continue };
            let list = lists.entry(wave).or_insert_with(|| "thing\n".into());
            list.push_str(&quoted(&served.thing));
            list.push('\n');
        }
        for (wave, list) in lists {
            let path = format!("waves/{}/{}.csv", number(rollout, wave), set.name);
            out.put(&path, list.as_bytes(), false)?;
        }
    }
    Ok(())
}

/// Returns the archive of equal files, each under its path on the device, and last a list of them.
fn package(rollout: &Rollout, set: &Alike) -> Vec<u8> {
    let files = &rollout.devices[set.devices[0]].files;
    let named: Vec<Value> = files
        .iter()
        .zip(&set.texts)
        .map(|(file, text)| {
            let (path, bytes) = (super::below(&file.path), text.expose().len());
            json!({"path": path, "on_device": file.path, "sha256": hex(&file.want), "bytes": bytes})
        })
        .collect();
    let manifest = json!({
        "format": "regather-rollout-package/1", "plan": rollout.plan, "group": set.group, "files": named,
    });
    let manifest = format!("{manifest:#}\n");
    let mut archive = Archive::new(Vec::new(), true);
    for (file, text) in files.iter().zip(&set.texts) {
        // Writing to memory fails for files of 4 GiB, and the texts of files come from 16 MB at most.
        drop(archive.add(&super::below(&file.path), text.expose().as_bytes(), false));
    }
    drop(archive.add("manifest.json", manifest.as_bytes(), false));
    archive.finish().unwrap_or_default()
}
