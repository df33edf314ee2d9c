//! The levers of *Simulate* as plain rows: text, values and the addresses they move.
//!
//! A lever such as the random delay moves the same input in every selected group, each in its own
//! unit; a plain field moves one address. Nothing here draws.

use crate::fleet::file::{Input, Value, View, address};
use crate::fleet::setting::{Choice, Setting, Unit};
use crate::fleet::settings::{Area, OUTAGE, PLATFORM, TARGETS};
use crate::fleet::{Certainty, FleetFile};
use std::collections::BTreeSet;

/// One row: a number that can be dragged or typed, or a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct LeverRow {
    /// Stable name of the row, unique on the screen.
    pub id: &'static str,
    /// Plain name.
    pub label: &'static str,
    /// Exact key in the files, the name that engineers search for.
    pub key: &'static str,
    /// Help: meaning, effect, range, default, source.
    pub help: String,
    /// What is shown and edited.
    pub kind: RowKind,
    /// Inputs that the row moves.
    pub inputs: Vec<Input>,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq)]
pub enum RowKind {
    /// A number.
    Number {
        /// The number in `unit`; where groups differ, that of the most devices.
        value: f64,
        /// Unit in which it is shown and typed.
        unit: Unit,
        /// Accepted numbers, in `unit`.
        range: (f64, f64),
        /// Whether only whole numbers are accepted, in `unit`.
        whole: bool,
        /// Number with a meaning of its own, and that meaning.
        special: Option<(f64, &'static str)>,
        /// Ends of the slider, in `unit`.
        slider: Option<(f64, f64)>,
        /// What the files hold, or how the groups differ; empty where it adds nothing.
        echo: String,
    },
    /// One word out of a list.
    Choice {
        /// The word in the file.
        value: String,
        /// All words.
        choices: &'static [Choice],
    },
}

/// Rows under one heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Heading.
    pub title: &'static str,
    /// Rows in order.
    pub rows: Vec<LeverRow>,
}

/// Levers of the section *Delay settings*, in order: name, label.
///
/// What is seldom changed for a what-if (attempts per call, the SDK's own delay) is edited on *Fleet*.
const LEVERS: [(&str, &str); 3] = [
    ("random_delay", "Random delay"),
    ("connect_retry_interval", "Retry interval"),
    ("connect_timeout", "Connect timeout"),
];

/// Returns all rows of the screen for the selected groups (empty: all).
pub fn sections(file: &FleetFile, scenario: Option<&str>, selected: &BTreeSet<String>) -> Vec<Section> {
    let view = file.view(scenario);
    let inputs: Vec<Input> = file
        .inputs(scenario)
        .into_iter()
        .filter(|input| match &input.group {
            Some(group) => selected.is_empty() || selected.contains(group),
            None => true,
        })
        .collect();
    let delays = LEVERS
        .iter()
        .filter_map(|(lever, label)| {
            let moved: Vec<Input> =
                inputs.iter().filter(|input| input.setting.lever == Some(*lever)).cloned().collect();
            lever_row(file, &view, lever, label, moved)
        })
        .collect();
    let field = |base: &str, rows: &'static [Setting], keys: &[&str]| -> Vec<LeverRow> {
        keys.iter()
            .filter_map(|key| rows.iter().find(|row| row.key == *key))
            .filter_map(|row| field_row(&view, base, row))
            .collect()
    };
    let mut platform: Vec<LeverRow> =
        field("/platform", PLATFORM, &["workers", "service_time_ms", "accept_queue"]);
    // One lever of each section that is modelled.
    for (area, key) in [
        (Area::Balancer, "limit_per_s"),
        (Area::ConnectionServers, "servers"),
        (Area::Writes, "writes_per_s"),
    ] {
        if view.present(area) {
            platform.extend(field(area.base(), area.settings(), &[key]));
        }
    }
    vec![
        Section { title: "Delay settings", rows: delays },
        Section { title: "Outage", rows: field("/outage", OUTAGE, &["length_s", "kind"]) },
        Section { title: "Platform", rows: platform },
        Section { title: "Target", rows: field("/targets", TARGETS, &["t95_s"]) },
    ]
}

/// Returns the row of a single input; `None` where it has no readable value.
fn field_row(view: &View<'_>, base: &str, setting: &'static Setting) -> Option<LeverRow> {
    let address = address::join(base, setting);
    let value = view.value(&address, setting).ok()?;
    let echo = match &value {
        Value::Unknown(_) => value.human(setting),
        _ => String::new(),
    };
    let value = value.stated(setting);
    let kind = match (setting.unit, &value) {
        (Unit::Choice(choices), Value::Word(word)) => RowKind::Choice { value: word.clone(), choices },
        (unit, Value::Number(number)) => RowKind::Number {
            value: *number,
            unit,
            range: setting.range,
            whole: setting.whole,
            special: setting.special,
            slider: setting.slider,
            echo,
        },
        _ => return None,
    };
    let inputs = vec![Input { address, group: None, setting }];
    Some(LeverRow {
        id: setting.key,
        label: setting.label,
        key: setting.name(),
        help: help(setting),
        kind,
        inputs,
    })
}

/// Returns the row of a lever over several groups; `None` where no group has it.
fn lever_row(
    file: &FleetFile,
    view: &View<'_>,
    lever: &'static str,
    label: &'static str,
    inputs: Vec<Input>,
) -> Option<LeverRow> {
    let first = inputs.first()?.setting;
    // Times are shown in seconds whatever unit the files use: groups of different kinds share the row.
    let unit = if first.unit.seconds().is_some() { Unit::Seconds } else { first.unit };
    let scale = |setting: &Setting| setting.unit.seconds().unwrap_or(1.0);
    let (mut values, mut unknown) = (Vec::new(), 0);
    for input in &inputs {
        let value = view.value(&input.address, input.setting).ok()?;
        unknown += usize::from(matches!(value, Value::Unknown(_)));
        let number = value.stated(input.setting).number()?;
        values.push((number * scale(input.setting), devices(view, input), input, number));
    }
    let (value, ..) = *values.iter().max_by_key(|(_, devices, ..)| *devices)?;
    let low = inputs.iter().map(|input| input.setting.range.0 * scale(input.setting)).fold(0.0, f64::max);
    let high =
        inputs.iter().map(|input| input.setting.range.1 * scale(input.setting)).fold(f64::MAX, f64::min);
    let special = inputs.iter().find_map(|input| input.setting.special);
    Some(LeverRow {
        id: lever,
        label,
        key: if inputs.iter().all(|input| input.setting.key == first.key) { first.name() } else { lever },
        help: inputs_help(file, &inputs),
        kind: RowKind::Number {
            value,
            unit,
            range: (low, high),
            // A whole number of seconds fits every kind; files in milliseconds could hold more.
            whole: inputs.iter().any(|input| input.setting.whole && scale(input.setting) >= 1.0),
            special,
            slider: slider(&inputs, scale),
            echo: match (unknown, inputs.as_slice()) {
                (0, _) => echo(&values, first),
                (_, [one]) => view.value(&one.address, one.setting).ok()?.human(one.setting),
                (unknown, _) => format!("unknown in {unknown} of {} groups", inputs.len()),
            },
        },
        inputs,
    })
}

/// Returns the part of the sliders that all inputs share, in the row's unit.
fn slider(inputs: &[Input], scale: impl Fn(&Setting) -> f64) -> Option<(f64, f64)> {
    inputs
        .iter()
        .filter_map(|input| {
            let (from, to) = input.setting.slider?;
            Some((from * scale(input.setting), to * scale(input.setting)))
        })
        .reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
        .filter(|(from, to)| from < to)
}

/// Returns what stands under the field: how groups differ, or what the file holds.
fn echo(values: &[(f64, u64, &Input, f64)], first: &Setting) -> String {
    let least = values.iter().map(|v| v.0).fold(f64::MAX, f64::min);
    let most = values.iter().map(|v| v.0).fold(f64::MIN, f64::max);
    if least != most {
        let unit = if first.unit.seconds().is_some() { Unit::Seconds } else { first.unit };
        return format!("{} to {} in {} groups", unit.human(least), unit.human(most), values.len());
    }
    match values {
        [(_, _, input, number)] if input.setting.unit == Unit::Milliseconds => format!("file: {number}"),
        _ => String::new(),
    }
}

/// Returns the number of devices behind an input.
fn devices(view: &View<'_>, input: &Input) -> u64 {
    let Some(group) = &input.group else { return 0 };
    let base = crate::base::json::join("/groups", group);
    view.lookup(&format!("{base}/devices")).and_then(|(node, _)| node.as_f64()).unwrap_or(0.0) as u64
}

/// Returns the help of one setting: meaning, effect, range, default and how sure we are.
pub fn help(setting: &Setting) -> String {
    let default = match setting.absent {
        crate::fleet::setting::Absent::Number(number) => format!(" Default {}.", setting.human(number)),
        _ => String::new(),
    };
    let range = match setting.unit {
        Unit::Choice(_) | Unit::Moment | Unit::Groups | Unit::Text => String::new(),
        _ => format!(" Range {}.", setting.range_text()),
    };
    format!(
        "{} {}{range}{default} {}: {}.",
        setting.meaning,
        setting.effect,
        sentence(setting.certainty),
        setting.source
    )
}

/// Returns a certainty as the first word of a sentence.
fn sentence(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Documented => "Documented",
        Certainty::Measured => "Measured",
        Certainty::Inferred => "Inferred",
        Certainty::Assumed => "Assumed",
    }
}

/// Returns the help of a lever: each kind's key and meaning once, and the groups it moves.
fn inputs_help(file: &FleetFile, inputs: &[Input]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for input in inputs {
        let part = format!("{}: {}", input.setting.name(), help(input.setting));
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let groups: Vec<&str> =
        inputs.iter().filter_map(|input| input.group.as_deref()).map(|id| file.group_name(id)).collect();
    format!("Moves {}.\n{}", groups.join(", "), parts.join("\n"))
}

/// Returns the edits that give a row a new number, each in its input's own unit.
pub fn edits(row: &LeverRow, value: f64) -> Vec<(String, Value)> {
    let RowKind::Number { unit, special, .. } = &row.kind else { return Vec::new() };
    spread(row.inputs.iter(), *unit, *special, value)
}

/// Returns the edits that give inputs a number of this unit, each in its own unit; what is special is the same in
/// all of them.
pub fn spread<'a>(
    inputs: impl Iterator<Item = &'a Input>,
    unit: Unit,
    special: Option<(f64, &'static str)>,
    value: f64,
) -> Vec<(String, Value)> {
    let own = |input: &Input| match (unit.seconds(), input.setting.unit.seconds()) {
        _ if special.is_some_and(|(special, _)| special == value) => value,
        (Some(shown), Some(stored)) => {
            let exact = value * shown / stored;
            if input.setting.whole { exact.round() } else { exact }
        }
        _ => value,
    };
    inputs.map(|input| (input.address.clone(), Value::Number(own(input)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> FleetFile {
        crate::fleet::example::EXAMPLES[0].file().unwrap()
    }

    fn row(sections: &[Section], id: &str) -> LeverRow {
        sections.iter().flat_map(|section| &section.rows).find(|row| row.id == id).unwrap().clone()
    }

    #[test]
    fn the_random_delay_moves_every_group_in_its_own_unit() {
        let sections = sections(&example(), Some("what-if"), &BTreeSet::new());
        let delay = row(&sections, "random_delay");
        let RowKind::Number { value, unit, echo, .. } = &delay.kind else { panic!() };
        assert_eq!((*value, *unit), (30.0, Unit::Seconds));
        assert_eq!(echo, "20 s to 1 min in 4 groups");
        let edits = edits(&delay, 300.0);
        assert_eq!(edits[0], ("/groups/pumps/reconnect_random_delay_seconds".into(), Value::Number(300.0)));
        assert_eq!(edits[3], ("/groups/gateways/max_connect_delay".into(), Value::Number(300_000.0)));
    }

    #[test]
    fn selected_groups_limit_a_lever_and_single_groups_show_the_files_number() {
        let selected = BTreeSet::from(["gateways".to_owned()]);
        let sections = sections(&example(), None, &selected);
        let interval = row(&sections, "connect_retry_interval");
        assert_eq!(interval.inputs.len(), 1);
        let RowKind::Number { value, echo, .. } = &interval.kind else { panic!() };
        assert_eq!((*value, echo.as_str()), (30.0, "file: 30000"));
    }

    #[test]
    fn every_row_of_every_example_has_help_and_an_address() {
        for example in crate::fleet::example::EXAMPLES {
            for section in sections(&example.file().unwrap(), None, &BTreeSet::new()) {
                assert!(!section.rows.is_empty(), "{}", section.title);
                for row in section.rows {
                    assert!(!row.help.is_empty() && !row.inputs.is_empty(), "{}", row.id);
                }
            }
        }
    }
}
