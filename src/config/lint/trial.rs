//! Projects that have what files say: to see what a file does in an outage, and what a change of it brings.

use crate::base::json::{EditError, join};
use crate::config::read::{Reading, read};
use crate::config::{Collected, Layout, Mapping};
use crate::fleet::file::address;
use crate::fleet::setting::Absent;
use crate::fleet::settings::group_settings;
use crate::fleet::{AgentKind, Fleet, FleetFile};
use serde_json::{Value as Json, json};

/// Id of the group in the stand-in project.
pub(super) const GROUP: &str = "file";
/// Devices of that group: enough that a herd is one.
const DEVICES: u32 = 10_000;

/// Returns a project with one group that has the settings of a file; everything else stands in.
///
/// # Errors
/// [`EditError`] never for readings of a file; the rows of the registry are members of objects.
pub fn stand_in(kind: AgentKind, readings: &[Reading]) -> Result<FleetFile, EditError> {
    let mut group = json!({ "name": "Devices of this file", "devices": DEVICES, "agent": kind.word() });
    for setting in group_settings(kind).filter(|row| row.absent == Absent::Required) {
        if group.get(setting.key).is_none() {
            group[setting.key] =
                setting.json(setting.slider.map_or(setting.range.0, |(low, _)| low.max(30.0)));
        }
    }
    let project = json!({
        "regather": 1,
        "name": "Devices of one file",
        "groups": { GROUP: group },
        "platform": { "preset": "medium" },
        "outage": { "kind": "planned-restart", "length_s": 900, "watch_s": 3600 },
        "targets": { "t95_s": 600 },
    });
    let text = serde_json::to_string_pretty(&project).unwrap_or_default();
    match FleetFile::parse(&text) {
        Ok(file) => assume(&file, None, GROUP, readings),
        Err(_) => Err(EditError::Whole),
    }
}

/// Returns a project in which a group has what a file says, in a scenario or, for `None`, in its baseline.
///
/// # Errors
/// [`EditError`] where the project has no such group.
pub fn assume(
    file: &FleetFile,
    scenario: Option<&str>,
    group: &str,
    readings: &[Reading],
) -> Result<FleetFile, EditError> {
    let base = join("/groups", group);
    let mut file = file.clone();
    for reading in readings {
        let value: Json = reading.value.json(reading.setting);
        file = file.assign(scenario, &address::join(&base, reading.setting), &value)?;
    }
    Ok(file)
}

/// Returns a project in which every group has what its devices' files say, as far as they were collected and
/// can be read; `None` where no group's were.
///
/// # Errors
/// [`EditError`] as [`assume`].
pub fn as_is(
    file: &FleetFile,
    scenario: Option<&str>,
    fleet: &Fleet,
    mapping: &Mapping,
    collected: &Collected,
) -> Result<Option<FleetFile>, EditError> {
    let mut known = None;
    for group in fleet.everybody() {
        for layout in Layout::of(group.agent.kind(), mapping).files.iter().filter(|layout| layout.is_read()) {
            let Some(text) = collected.get(&group.id, &layout.name) else { continue };
            let Ok(read) = read(layout, text.clone()) else { continue };
            let before = known.as_ref().unwrap_or(file);
            known = Some(assume(before, scenario, &group.id, &read.readings)?);
        }
    }
    Ok(known)
}
