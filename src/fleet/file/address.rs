//! One address for every input, and the levers that move several of them together.

use super::supplied::EVENTS;
use super::{FleetFile, Value, View};
use crate::base::json::Node;
use crate::base::{json, units};
use crate::fleet::cluster;
use crate::fleet::kind::AgentKind;
use crate::fleet::setting::{Setting, Unit};
use crate::fleet::settings::{Area, group_setting, group_settings};
use crate::fleet::unknown::Unknown;

/// One input of a file: its row and its address.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// JSON pointer of the input.
    pub address: String,
    /// Group that it belongs to, where it does.
    pub group: Option<String>,
    /// Its row of the registry.
    pub setting: &'static Setting,
}

impl Input {
    /// Returns whether it is part of what a run plays: targets and prices judge what has been played.
    pub fn decides_runs(&self) -> bool {
        !["/targets/", "/costs/"].iter().any(|area| self.address.starts_with(area))
    }
}

/// Returns the address of a setting below the base pointer of its area.
pub fn join(base: &str, setting: &Setting) -> String {
    format!("{base}/{}", setting.key)
}

/// Returns the agent kind of a group, where the file names a known one.
pub fn kind_of(view: &View<'_>, group: &str) -> Option<AgentKind> {
    let (node, _) = view.lookup(&format!("{}/agent", json::join("/groups", group)))?;
    AgentKind::from_word(node.as_str()?)
}

/// Returns every input of a file, groups first.
pub(super) fn inputs(file: &FleetFile, view: &View<'_>) -> Vec<Input> {
    let mut inputs = Vec::new();
    for id in file.group_ids() {
        let base = json::join("/groups", id);
        let rows: Vec<&'static Setting> = match kind_of(view, id) {
            Some(kind) => group_settings(kind).collect(),
            None => Area::Group.settings().iter().collect(),
        };
        inputs.extend(rows.into_iter().map(|setting| Input {
            address: join(&base, setting),
            group: Some(id.to_owned()),
            setting,
        }));
    }
    for area in Area::SINGLE.into_iter().filter(|area| view.present(*area)) {
        inputs.extend(area.settings().iter().map(|setting| Input {
            address: join(area.base(), setting),
            group: None,
            setting,
        }));
        if area == Area::Outage {
            for id in view.event_ids() {
                let base = event_base(&id);
                inputs.extend(Area::Event.settings().iter().map(|setting| Input {
                    address: join(&base, setting),
                    group: None,
                    setting,
                }));
            }
        }
    }
    inputs.extend(things(view));
    inputs
}

/// Returns the inputs of the topology that the file or a scenario gives.
fn things(view: &View<'_>) -> Vec<Input> {
    let input = |address: String, setting| Input { address, group: None, setting };
    let things = view.tree().get(cluster::BASE).map(Node::members).unwrap_or_default();
    let mut inputs = Vec::new();
    for thing in things {
        let Some(kind) = cluster::kind_of(view, &thing.key) else { continue };
        let base = json::join(cluster::BASE, &thing.key);
        for setting in kind.settings() {
            let address = join(&base, setting);
            if thing.value.get(setting.key).is_some() || view.assigned().contains_key(&address) {
                inputs.push(input(address, setting));
            }
        }
    }
    inputs
}

/// Returns the base of the addresses of a further event.
pub fn event_base(id: &str) -> String {
    json::join(EVENTS, id)
}

/// Returns whether the id of a further event can be part of an address that people type.
pub(super) fn is_event_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Returns the id of the further event that an address belongs to.
pub fn event_of(address: &str) -> Option<&str> {
    let (id, _) = address.strip_prefix(EVENTS)?.strip_prefix('/')?.split_once('/')?;
    Some(id)
}

/// Returns the input at an address, or `None` where the file has no such input.
pub fn resolve(view: &View<'_>, address: &str) -> Option<Input> {
    let found = |group: Option<&str>, setting| {
        Some(Input { address: address.to_owned(), group: group.map(str::to_owned), setting })
    };
    if let Some(rest) = address.strip_prefix("/groups/") {
        let (token, key) = rest.split_once('/')?;
        let id = token.replace("~1", "/").replace("~0", "~");
        view.tree().get(&json::join("/groups", &id))?;
        let setting = match kind_of(view, &id) {
            Some(kind) => group_setting(kind, key),
            None => Area::Group.settings().iter().find(|setting| setting.key == key),
        };
        return found(Some(&id), setting?);
    }
    if let Some(id) = event_of(address) {
        // A scenario, or `--set`, may add an event by naming what happens.
        let key = address.strip_prefix(&event_base(id))?.strip_prefix('/')?;
        let setting = Area::Event.settings().iter().find(|setting| setting.key == key)?;
        return if is_event_id(id) { found(None, setting) } else { None };
    }
    if let Some(rest) = address.strip_prefix("/cluster/") {
        let (id, key) = rest.split_once('/')?;
        let setting = cluster::kind_of(view, id)?.settings().iter().find(|setting| setting.key == key)?;
        return found(None, setting);
    }
    // The longest base first: the sections of the platform lie below it.
    for area in Area::SINGLE.into_iter().rev() {
        if let Some(key) = address.strip_prefix(area.base()).and_then(|rest| rest.strip_prefix('/'))
            && let Some(setting) = area.settings().iter().find(|setting| setting.key == key)
        {
            return found(None, setting);
        }
    }
    None
}

/// Returns the section of the platform or the event that an address belongs to, as people call it; empty
/// where it belongs to neither.
pub fn section(address: &str) -> String {
    if let Some(id) = event_of(address) {
        return format!("event {id}");
    }
    if let Some((id, _)) = address.strip_prefix("/cluster/").and_then(|rest| rest.split_once('/')) {
        return id.to_owned();
    }
    let below = |area: &Area| {
        address.strip_prefix(area.base()).is_some_and(|rest| rest.starts_with('/')) && area.is_optional()
    };
    Area::SINGLE.iter().find(|area| below(area)).map_or_else(String::new, |area| area.title().to_owned())
}

/// Returns the inputs that a name moves: one for an address, all that share it for a lever.
///
/// A lever such as `random_delay` means that lever in every group whose agent kind has it. The result
/// is empty where the name is neither an address nor a lever of this file.
pub fn expand(file: &FleetFile, view: &View<'_>, name: &str) -> Vec<Input> {
    if name.starts_with('/') {
        return resolve(view, name).into_iter().collect();
    }
    inputs(file, view).into_iter().filter(|input| input.setting.lever == Some(name)).collect()
}

/// Returns the names of the levers that a file has, in the order of its inputs.
pub fn levers(file: &FleetFile, view: &View<'_>) -> Vec<&'static str> {
    let mut names = Vec::new();
    for lever in inputs(file, view).iter().filter_map(|input| input.setting.lever) {
        if !names.contains(&lever) {
            names.push(lever);
        }
    }
    names
}

/// Returns the value that a person typed for an input: `30s`, or bounds where nobody knows it, `5s..60s`
/// for a number and `on|off` for a choice.
///
/// # Errors
/// A sentence that says what is wrong and what to write instead.
pub fn typed(setting: &Setting, text: &str) -> Result<Value, String> {
    let text = text.trim();
    let text = text.strip_prefix("unknown").map_or(text, |rest| rest.trim_start_matches([',', ' ']));
    let unknown = match setting.unit {
        Unit::Choice(_) if text.contains('|') => {
            let words: Vec<String> = text.split('|').map(|word| word.trim().to_owned()).collect();
            let today = |word: String| match known(setting, &word) {
                Ok(Value::Word(known)) => known,
                _ => word,
            };
            Unknown::OneOf(words.into_iter().map(today).collect())
        }
        Unit::Moment | Unit::Groups | Unit::Text | Unit::Choice(_) => return known(setting, text),
        _ => match text.split_once("..").or_else(|| text.split_once(" to ")) {
            Some((low, high)) => Unknown::Between(bound(setting, low)?, bound(setting, high)?),
            None => return known(setting, text),
        },
    };
    match unknown.fault(setting) {
        None => Ok(Value::Unknown(unknown)),
        Some((what, fix)) => Err(format!("{what} {fix}")),
    }
}

/// Returns the number that a person typed for a bound.
fn bound(setting: &Setting, text: &str) -> Result<f64, String> {
    let value = known(setting, text)?;
    value.number().ok_or_else(|| format!("`{text}` is not a number."))
}

/// Returns the known value that a person typed for an input.
fn known(setting: &Setting, text: &str) -> Result<Value, String> {
    let text = text.trim();
    if let Unit::Choice(choices) = setting.unit {
        return choices
            .iter()
            .find(|choice| choice.is_meant_by(text))
            .map(|choice| Value::Word(choice.value.to_owned()))
            .ok_or_else(|| {
                let words: Vec<_> = choices.iter().map(|choice| format!("`{}`", choice.value)).collect();
                format!("`{text}` is not known for `{}`. Use one of {}.", setting.name(), words.join(", "))
            });
    }
    if setting.unit == Unit::Moment {
        return super::moment(text).map(|_| Value::Word(text.to_owned())).ok_or_else(|| {
            format!("`{text}` is not a moment with an offset. Write it like 2026-12-05T02:00:00+01:00.")
        });
    }
    if setting.unit == Unit::Text {
        return match text {
            "" => Err("Type a text.".to_owned()),
            text => Ok(Value::Word(text.to_owned())),
        };
    }
    if setting.unit == Unit::Groups {
        return super::view::group_list(text.split(','))
            .map(Value::Word)
            .ok_or_else(|| "Name at least one group, such as `pumps, cooling`.".to_owned());
    }
    let number = units::parse_number(text);
    let value = match (setting.special, number, setting.unit.seconds()) {
        (Some((special, meaning)), _, _) if text == meaning || number == Some(special) => special,
        // A bare number could mean the file's unit or seconds: it is not guessed.
        (_, Some(_), Some(_)) => {
            // What is below zero would be refused with a unit too.
            let shown = text.trim_start_matches(['-', '+']);
            return Err(format!("`{text}` has no unit. Write `{shown}s`, `{shown}ms` or `{shown}min`."));
        }
        (_, None, Some(length)) => match units::parse_duration(text) {
            Some(seconds) => super::view::round_to_unit(seconds / length),
            None => return Err(format!("`{text}` is not a duration. Try `90s` or `2 min`.")),
        },
        (_, Some(number), None) => number,
        (_, None, None) => return Err(format!("`{text}` is not a number.")),
    };
    if setting.accepts(value) {
        return Ok(Value::Number(value));
    }
    Err(if setting.whole && value.fract() != 0.0 && setting.accepts(value.round()) {
        format!("`{}` takes whole numbers of {} only.", setting.name(), unit_word(setting.unit))
    } else {
        format!("`{text}` is outside the accepted range of {}.", setting.range_text())
    })
}

/// Returns a unit's name in a sentence.
fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Milliseconds => "milliseconds",
        Unit::Seconds => "seconds",
        Unit::Bytes => "bytes",
        Unit::Count(word) => word,
        _ => "units",
    }
}
