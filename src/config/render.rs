//! From a fleet to the text of its agents' files.
//!
//! Keys, units and order come from the registry of settings; this module only decides which file a
//! kind has and how a flat object is written.

use super::{AgentFile, FileRow, GroupFiles, Part};
use crate::base::json;
use crate::fleet::file::{self as project, View, address};
use crate::fleet::setting::Unit;
use crate::fleet::settings::Area;
use crate::fleet::{AgentKind, Certainty, Fleet, Group};
use serde_json::{Map, Value};

/// Files of the ExampleAgent, in the order in which they are shown.
const EXAMPLE_AGENT_FILES: [&str; 2] = ["ws_connection.json", "agent_config.json"];

/// Returns the files of every group of a checked fleet, with the values of the view it was read from.
pub fn render(fleet: &Fleet, view: &View<'_>) -> Vec<GroupFiles> {
    fleet
        .groups
        .iter()
        .map(|group| GroupFiles {
            group: group.id.clone(),
            name: group.name.clone(),
            kind: group.agent.kind(),
            devices: group.devices,
            part: part(group, view),
        })
        .collect()
}

/// Returns what a group gets.
fn part(group: &Group, view: &View<'_>) -> Part {
    match group.agent.kind() {
        AgentKind::ExampleAgent => {
            Part::Files(EXAMPLE_AGENT_FILES.into_iter().map(|name| file(name, group, view)).collect())
        }
        AgentKind::Ems => Part::Files(vec![ems(group, view)]),
        AgentKind::CSdk => Part::None(format!(
            "{} uses the C SDK directly: its settings are compiled into the firmware (twConfig.h), so no file is written.",
            group.name
        )),
        kind @ (AgentKind::JavaSdk | AgentKind::DotNetSdk | AgentKind::Generic) => Part::None(format!(
            "{}: no file is written for {} groups yet; set the values in the application.",
            group.name,
            kind.label()
        )),
    }
}

/// Returns one file of the ExampleAgent: a flat object with the rows that belong into it.
fn file(name: &'static str, group: &Group, view: &View<'_>) -> AgentFile {
    let (object, rows) = members(name, group, view);
    AgentFile {
        name,
        text: text(&object),
        // No public copy of either file exists: the flat object is a conclusion, whatever its keys are.
        certainty: Certainty::Inferred,
        notes: vec![
            "Inferred: no public copy of this file exists. Compare it with the file on one device before you use it."
                .to_owned(),
            "The ExampleAgent is a sample that is delivered as it is, not a supported product.".to_owned(),
        ],
        rows,
    }
}

/// Returns the part of the EMS's `config.json` that this program plans: its group `ws_connection`.
///
/// It has a name of its own, because a whole `config.json` holds servers and keys of each device, and copying
/// this part over it would cut the device off.
fn ems(group: &Group, view: &View<'_>) -> AgentFile {
    let (object, rows) = members("config.json", group, view);
    let whole = Map::from_iter([("ws_connection".to_owned(), Value::Object(object))]);
    AgentFile {
        name: "config.ws_connection.json",
        text: text(&whole),
        certainty: Certainty::Documented,
        notes: vec![
            "This is one group of the EMS's config.json, not the whole file: put its values into the group \
             ws_connection of each gateway's config.json and keep everything else."
                .to_owned(),
        ],
        rows,
    }
}

/// Returns an object as the text of a file.
fn text(object: &Map<String, Value>) -> String {
    let mut text = serde_json::to_string_pretty(object).unwrap_or_default();
    text.push('\n');
    text
}

/// Returns the members of a file with what people read about them.
fn members(name: &str, group: &Group, view: &View<'_>) -> (Map<String, Value>, Vec<FileRow>) {
    let base = json::join("/groups", &group.id);
    let mut object = Map::new();
    let mut rows = Vec::new();
    let own = Area::Agent(group.agent.kind()).settings().iter();
    for setting in own.filter(|setting| setting.file == Some(name)) {
        let Ok(project::Value::Number(number)) = view.value(&address::join(&base, setting), setting) else {
            continue; // A checked fleet has a number for every setting that stands in a file.
        };
        let value = setting.json(number);
        rows.push(FileRow {
            key: setting.name(),
            file: value.to_string(),
            human: match setting.unit {
                Unit::Count(word) if number >= 0.0 => {
                    let word = if number == 1.0 { word.trim_end_matches('s') } else { word };
                    format!("{} {word}", setting.human(number))
                }
                _ => setting.human(number),
            },
            meaning: setting.meaning,
        });
        object.insert(setting.name().to_owned(), value);
    }
    (object, rows)
}
