//! Packages and target lists for the platform's own software distribution (ThingWorx SCM).
//!
//! Per group one archive with its files, which all its devices get, and per wave one list of thing names, because
//! that service knows no waves of its own. The instructions that a package needs on the device (where the files
//! go, what is restarted, how to return) belong to the site and are added to the archive there; no public
//! description of their form is complete enough to write them here. Devices take what is in a package, so a file
//! with a secret is refused.

use super::waves::{Waves, order};
use super::zip::Archive;
use super::{Artefact, Shared, shared_texts};
use crate::config::bundle::error::BundleError;
use crate::config::bundle::manifest::{Record, ZIP_MANIFEST, hex_of, origin};
use crate::config::bundle::path::{check_part, folded};
use crate::config::bundle::plan::Plan;
use crate::fleet::inventory::quoted;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TARGET: Shared = Shared {
    name: "a package for software distribution",
    advice: "Every device of the group would get it. Use the folder, zip or Ansible target for this file",
};

/// Returns `packages/<group>.zip` for each group and `waves/<number>/<group>.csv` for each wave, and what the user
/// should know. Without an inventory there are no lists.
///
/// Waves are cut from all devices together, in an order that depends on `seed` and their names alone.
///
/// # Errors
/// [`BundleError`] for files with secrets, files that differ between the devices of a group, groups whose names
/// are no names of files, devices without a name, and waves that leave devices out.
pub fn artefacts(
    plan: &Plan<'_>,
    waves: &Waves,
    seed: u64,
) -> Result<(Vec<Artefact>, Vec<String>), BundleError> {
    let mut notes = plan.notes().to_vec();
    let mut artefacts = Vec::new();
    let mut seen = BTreeSet::new();
    let groups = shared_texts(plan, &TARGET, &mut notes)?;
    for group in &groups {
        let file = format!("{}.zip", group.group);
        check_part(&file).map_err(|source| BundleError::Path {
            file: file.clone(),
            owner: format!("group {}", group.group),
            source,
        })?;
        if !seen.insert(folded(&file)) {
            return Err(BundleError::Collision {
                first: format!("The package of group {}", group.group),
                second: "that of another group".into(),
                how: ", because only case tells their names apart",
                path: format!("packages/{file}"),
                other: format!("packages/{}", file.to_lowercase()),
            });
        }
        let mut files: Vec<(&str, &str)> =
            group.files.iter().map(|(item, text)| (item.file, text.as_str())).collect();
        files.sort_unstable();
        artefacts
            .push(Artefact { path: format!("packages/{file}"), bytes: package(plan, group.group, &files) });
    }
    if plan.devices.count() == 0 {
        notes.push(
            "Without an inventory nobody knows the names of things, so no lists of waves were made".into(),
        );
        return Ok((artefacts, notes));
    }
    let named: BTreeSet<&str> = groups.iter().map(|group| group.group).collect();
    lists(plan, waves, seed, &named, &mut artefacts)?;
    Ok((artefacts, notes))
}

/// Returns the archive of one group: its files, then the manifest.
fn package(plan: &Plan<'_>, group: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let mut manifest = origin(plan);
    manifest.insert("group".into(), group.into());
    let list: Vec<Value> = files
        .iter()
        .map(|(file, text)| {
            let (sha256, bytes) = hex_of(&Record::of(text.as_bytes()));
            json!({ "path": file, "sha256": sha256, "bytes": bytes })
        })
        .collect();
    manifest.insert("files".into(), list.into());
    let manifest = format!("{:#}\n", Value::Object(manifest));
    let mut archive = Archive::new(Vec::new(), true);
    let all = files.iter().copied().chain([(ZIP_MANIFEST, manifest.as_str())]);
    for (name, text) in all {
        // Writing to memory fails for files of 4 GiB, and the texts of files come from 16 MB at most.
        drop(archive.add(name, text.as_bytes(), false));
    }
    archive.finish().unwrap_or_default()
}

/// Adds the lists of the waves.
fn lists(
    plan: &Plan<'_>,
    waves: &Waves,
    seed: u64,
    groups: &BTreeSet<&str>,
    artefacts: &mut Vec<Artefact>,
) -> Result<(), BundleError> {
    let mut things: Vec<(&str, &str)> = Vec::new();
    for (&group, members) in plan.members.iter().filter(|(group, _)| groups.contains(*group)) {
        for &device in members {
            let thing = plan.devices.value(device as usize, "thing").filter(|thing| !thing.is_empty());
            let thing = thing.ok_or_else(|| {
                BundleError::Nothing(format!(
                    "device {} of the inventory has no thing name, and lists of targets are made of those",
                    device + 1
                ))
            })?;
            things.push((thing, group));
        }
    }
    let sizes = waves.sizes(things.len())?;
    let width = sizes.len().to_string().len().max(2);
    let mut order = order(things.iter().map(|(thing, _)| *thing), seed).into_iter();
    for (number, size) in (1..).zip(sizes) {
        let mut wave: BTreeMap<&str, String> = BTreeMap::new();
        for place in order.by_ref().take(size) {
            let (thing, group) = things[place];
            let list = wave.entry(group).or_insert_with(|| "thing\n".into());
            list.push_str(&quoted(thing));
            list.push('\n');
        }
        for (group, list) in wave {
            artefacts.push(Artefact::text(format!("waves/{number:0width$}/{group}.csv"), list));
        }
    }
    Ok(())
}
