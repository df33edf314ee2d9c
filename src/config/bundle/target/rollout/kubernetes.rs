//! `ConfigMap`s with equal files, and patches that let workloads take them, wave by wave.
//!
//! A workload is named by the address of its device. Its patch names the `ConfigMap` as the volume `regather` and
//! carries the plan as an annotation of its pods, so that applying it restarts them, and applying it twice does
//! nothing. The map's name holds a hash and the map is immutable: going back is applying the earlier patch.

use super::super::names::{CONFIG_KEY, KUBERNETES, Names};
use super::super::yaml::{Yaml, quoted};
use super::out::{Out, RolloutExportError, Sink};
use super::shared::alike;
use super::{Rollout, Texts, number, plain};
use crate::base::hash::{hex, sha256};
use std::fmt::Write as _;

/// Writes `configmaps/NAME.yaml`, and `waves/01/00001-NAME.patch.yaml` with `waves/01/apply.sh`.
pub(super) fn write<S: Sink>(
    rollout: &Rollout,
    texts: &mut dyn Texts,
    out: &mut Out<S>,
) -> Result<(), RolloutExportError> {
    let mut names = Names::default();
    let mut scripts = vec![String::new(); rollout.pauses.len()];
    for set in alike(rollout, texts, "a ConfigMap")? {
        let files = &rollout.devices[set.devices[0]].files;
        let all: String = files.iter().map(|file| hex(&file.want)).collect();
        let hash = &hex(&sha256(all.as_bytes()))[..8];
        let name = names.give(&format!("regather-{hash}-{}", set.name), &KUBERNETES);
        let mut map = Yaml::new(&["Written by regather; holds no secrets."]);
        map.line(0, "apiVersion: v1");
        map.line(0, "kind: ConfigMap");
        map.line(0, "immutable: true");
        map.line(0, "metadata:");
        map.line(1, &format!("name: {}", quoted(&name)));
        map.line(1, "labels:");
        map.text(2, "app.kubernetes.io/managed-by", "regather");
        map.line(1, "annotations:");
        map.text(2, "regather/plan", &rollout.plan);
        map.text(2, "regather/group", &set.group);
        let mut keys = Names::default();
        let keyed: Vec<String> = files
            .iter()
            .map(|file| keys.give(file.path.rsplit('/').next().unwrap_or_default(), &CONFIG_KEY))
            .collect();
        for (key, file) in keyed.iter().zip(files) {
            map.text(2, &format!("regather/sha256.{}", key.replace('_', "-")), &hex(&file.want));
        }
        map.line(0, "data:");
        for (key, text) in keyed.iter().zip(&set.texts) {
            map.text(1, key, text.expose());
        }
        let path = format!("configmaps/{name}.yaml");
        out.put(&path, map.finish().as_bytes(), false)?;
        for &device in &set.devices {
            let served = &rollout.devices[device];
            let Some(wave) = served.wave else { continue };
            let file = format!("{:05}-{}.patch.yaml", device + 1, plain(&served.thing));
            let at = number(rollout, wave);
            out.put(&format!("waves/{at}/{file}"), patch(rollout, &name).as_bytes(), false)?;
            let workload = quoted_for_shell(&served.address);
            let line = format!("kubectl patch deployment {workload} --patch-file '{file}'\n");
            let script = &mut scripts[wave as usize];
            let apply = format!("kubectl apply -f '../../{path}'\n");
            if !script.contains(&apply) {
                script.insert_str(0, &apply);
            }
            script.push_str(&line);
            let _ = writeln!(script, "kubectl rollout status deployment {workload}");
        }
    }
    for (script, wave) in scripts.iter().zip(0..) {
        let head = "#!/bin/sh\n# Written by regather. One wave; a failure ends it.\nset -eu\ncd -- \"$(dirname -- \"$0\")\"\n";
        let path = format!("waves/{}/apply.sh", number(rollout, wave));
        out.put(&path, format!("{head}{script}").as_bytes(), false)?;
    }
    Ok(())
}

fn patch(rollout: &Rollout, map: &str) -> String {
    let mut patch = Yaml::new(&["Written by regather."]);
    patch.line(0, "spec:");
    patch.line(1, "template:");
    patch.line(2, "metadata:");
    patch.line(3, "annotations:");
    patch.text(4, "regather/plan", &rollout.plan);
    patch.line(2, "spec:");
    patch.line(3, "volumes:");
    patch.line(4, "- name: \"regather\"");
    patch.line(5, "configMap:");
    patch.text(6, "name", map);
    patch.finish()
}

/// Puts a text into quotes that no POSIX shell looks into.
fn quoted_for_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
