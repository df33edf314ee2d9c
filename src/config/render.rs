//! From a fleet to the text of its agents' files.
//!
//! Keys, units and order come from the registry of settings; this module only decides which file a
//! kind has and how a flat object is written.

use super::{AgentFile, FileRow, GroupFiles, Part};
use crate::base::json;
use crate::fleet::file::{Value, View, address};
use crate::fleet::setting::Unit;
use crate::fleet::settings::Area;
use crate::fleet::{AgentKind, Certainty, Fleet, Group};

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
        AgentKind::CSdk => Part::None(format!(
            "{} uses the C SDK directly: its settings are compiled into the firmware (twConfig.h), so no file is written.",
            group.name
        )),
    }
}

/// Returns one file of a group: a flat object with the rows that belong into it.
fn file(name: &'static str, group: &Group, view: &View<'_>) -> AgentFile {
    let base = json::join("/groups", &group.id);
    let mut object = serde_json::Map::new();
    let mut rows = Vec::new();
    let own = Area::Agent(group.agent.kind()).settings().iter();
    for setting in own.filter(|setting| setting.file == Some(name)) {
        let Ok(Value::Number(number)) = view.value(&address::join(&base, setting), setting) else {
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
    let mut text = serde_json::to_string_pretty(&object).unwrap_or_default();
    text.push('\n');
    AgentFile {
        name,
        text,
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
