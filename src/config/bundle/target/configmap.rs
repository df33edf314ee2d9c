//! A Kubernetes `ConfigMap` per group.
//!
//! Everybody who may read a `ConfigMap` may read what is in it, so it never holds a secret: a file with one is
//! refused. Its pods share one text, so the devices of a group must not differ in theirs.

use super::names::{CONFIG_KEY, KUBERNETES, Names};
use super::yaml::{Yaml, quoted};
use super::{Artefact, Shared, shared_texts};
use crate::config::bundle::error::BundleError;
use crate::config::bundle::plan::Plan;

/// Most that the names and texts of one `ConfigMap` may have \[bytes\]; documented by Kubernetes.
pub const MAX_BYTES: u64 = 1024 * 1024;

const TARGET: Shared = Shared {
    name: "a ConfigMap",
    advice: "Keep the value in a Secret of the cluster and give it to the container as a variable or file, \
             and let the agent's settings refer to that",
};

/// Returns `<name>.configmap.yaml` for each group, and what the user should know.
///
/// # Errors
/// [`BundleError`] for files with secrets, files that differ between the devices of a group, and groups of more
/// than [`MAX_BYTES`].
pub fn artefacts(plan: &Plan<'_>) -> Result<(Vec<Artefact>, Vec<String>), BundleError> {
    let mut notes = plan.notes().to_vec();
    let mut names = Names::default();
    let mut artefacts = Vec::new();
    for group in shared_texts(plan, &TARGET, &mut notes)? {
        let name = names.give(&format!("regather-{}", group.group), &KUBERNETES);
        let mut keys = Names::default();
        let files: Vec<(String, &str)> = group
            .files
            .iter()
            .map(|(item, text)| (keys.give(item.file, &CONFIG_KEY), text.as_str()))
            .collect();
        let bytes: usize = files.iter().map(|(key, text)| key.len() + text.len()).sum();
        if bytes as u64 > MAX_BYTES {
            return Err(BundleError::TooLarge {
                group: group.group.into(),
                bytes: bytes as u64,
                limit: MAX_BYTES,
            });
        }
        let mut yaml = Yaml::new(&["Written by regather; holds no secrets."]);
        yaml.line(0, "apiVersion: v1");
        yaml.line(0, "kind: ConfigMap");
        yaml.line(0, "metadata:");
        yaml.line(1, &format!("name: {}", quoted(&name)));
        yaml.line(1, "labels:");
        yaml.text(2, "app.kubernetes.io/managed-by", "regather");
        yaml.line(1, "annotations:");
        let name_of_group = group.files.first().map_or("", |(item, _)| item.group_name);
        yaml.text(2, "regather/group", group.group);
        yaml.text(2, "regather/group-name", name_of_group);
        yaml.text(2, "regather/scenario", plan.facts.scenario);
        yaml.text(2, "regather/fleet-sha256", plan.facts.fleet_hash);
        yaml.text(2, "regather/version", plan.facts.version);
        yaml.line(0, "data:");
        for (key, text) in files {
            yaml.text(1, &key, text);
        }
        artefacts.push(Artefact::text(format!("{name}.configmap.yaml"), yaml.finish()));
    }
    Ok((artefacts, notes))
}
