//! What an input is worth: the project file seen through one scenario.
//!
//! A scenario is a list of assignments over the baseline. Reading an address therefore looks into the
//! scenario first and then at the address itself; both are places in the same file, so that a finding
//! points at the line that really decides.

use crate::base::json::{self, Kind, Node, Tree};
use crate::base::{Finding, units};
use crate::fleet::cluster::derive::Derivation;
use crate::fleet::cluster::{self, Read, Topology};
use crate::fleet::setting::{Absent, Setting, Unit};
use crate::fleet::unknown::Unknown;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A value of one input, in the file's unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number in the file's unit.
    Number(f64),
    /// A word of a choice, a moment as text, or ids of groups with commas between them.
    Word(String),
    /// An optional input that is not given.
    Nothing,
    /// Nobody knows it; these are its bounds.
    Unknown(Unknown),
}

impl Value {
    /// Returns the number, where it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the value that stands in for an unknown one, and any other as it is.
    #[must_use]
    pub fn stated(self, setting: &Setting) -> Self {
        match self {
            Self::Unknown(unknown) => unknown.stated(setting),
            known => known,
        }
    }

    /// Returns the value as people read it.
    pub fn human(&self, setting: &Setting) -> String {
        match (self, setting.unit) {
            (Self::Number(number), _) => setting.human(*number),
            (Self::Word(word), Unit::Choice(choices)) => choices
                .iter()
                .find(|choice| choice.value == word)
                .map_or_else(|| word.clone(), |choice| choice.label.to_owned()),
            (Self::Word(word), Unit::Groups) => word.replace(',', ", "),
            (Self::Word(word), _) => word.clone(),
            (Self::Nothing, _) => "–".to_owned(),
            (Self::Unknown(unknown), _) => format!("unknown, {}", unknown.bounds(setting)),
        }
    }

    /// Returns the value as it is written to the file.
    pub fn json(&self, setting: &Setting) -> serde_json::Value {
        match self {
            Self::Number(number) => setting.json(*number),
            Self::Word(word) if setting.unit == Unit::Groups => word.split(',').collect(),
            Self::Word(word) => serde_json::Value::from(word.as_str()),
            Self::Nothing => serde_json::Value::Null,
            Self::Unknown(unknown) => unknown.json(setting),
        }
    }
}

/// What a view has read of the topology and what follows from it, to be passed on to other views of the same file
/// through the same scenario: reading it is most of the cost of a view.
#[derive(Clone, Debug, Default)]
pub struct Known {
    cluster: Arc<Read>,
    derived: Arc<Derivation>,
}

/// A project file seen through one scenario, or through none for the baseline.
#[derive(Clone, Debug)]
pub struct View<'a> {
    tree: &'a Tree,
    /// Address → pointer of the assignment that decides it.
    assigned: BTreeMap<String, String>,
    /// Address → what a run has drawn for it, instead of unknown.
    drawn: Option<&'a BTreeMap<String, Value>>,
    /// The topology, read when it is first asked for.
    cluster: OnceLock<Arc<Read>>,
    /// What follows from it for the platform.
    derived: OnceLock<Arc<Derivation>>,
    /// Id of the cluster that is played, whatever the file says; `None` for the one that it says.
    focus: Option<&'a str>,
}

impl<'a> View<'a> {
    /// Returns the file seen through the scenario with this id; `None` or an unknown id is the baseline.
    pub fn new(tree: &'a Tree, scenario: Option<&str>) -> Self {
        let mut assigned = BTreeMap::new();
        if let Some(id) = scenario {
            let base = format!("{}/set", json::join("/scenarios", id));
            for member in tree.get(&base).map(Node::members).unwrap_or_default() {
                assigned.insert(member.key.to_string(), json::join(&base, &member.key));
            }
        }
        Self { tree, assigned, drawn: None, cluster: OnceLock::new(), derived: OnceLock::new(), focus: None }
    }

    /// Returns the view in which the cluster with this id is played.
    pub(super) fn focused(self, cluster: &'a str) -> Self {
        Self { focus: Some(cluster), cluster: OnceLock::new(), derived: OnceLock::new(), ..self }
    }

    /// Returns the id of the cluster that is played; `None` for the first one.
    pub(in crate::fleet) fn focus(&self) -> Option<&'a str> {
        let said = || self.lookup(cluster::PLAYED)?.0.as_str().map(str::trim);
        self.focus.or_else(said)
    }

    /// Returns the view with what a run has drawn instead of what is unknown.
    pub(super) fn with_drawn(self, drawn: &'a BTreeMap<String, Value>) -> Self {
        Self { drawn: Some(drawn), cluster: OnceLock::new(), derived: OnceLock::new(), ..self }
    }

    /// Returns what reading the topology gives.
    pub(in crate::fleet) fn cluster(&self) -> &Arc<Read> {
        self.cluster.get_or_init(|| Arc::new(cluster::read(self)))
    }

    /// Returns the topology, where the file has one that can be used.
    pub fn topology(&self) -> Option<&Topology> {
        self.cluster().topology.as_ref()
    }

    /// Returns the topology for a picture of it: one with errors too, as long as every thing can be read.
    /// Nothing may be derived from it.
    pub fn drawable(&self) -> Option<&Topology> {
        let read = self.cluster();
        read.topology.as_ref().or(read.drawn.as_ref())
    }

    /// Returns what follows from the topology for the platform; nothing without one.
    pub fn derivation(&self) -> &Derivation {
        self.derived.get_or_init(|| {
            let derived = self.topology().map(|topology| Derivation::of(topology, self));
            Arc::new(derived.unwrap_or_default())
        })
    }

    /// Returns what is read of the topology, read now where it was not yet.
    pub fn known(&self) -> Known {
        self.derivation();
        let derived = self.derived.get().cloned().unwrap_or_default();
        Known { cluster: Arc::clone(self.cluster()), derived }
    }

    /// Returns the view with what another one of the same file and scenario has read.
    #[must_use]
    pub fn knowing(self, known: &Known) -> Self {
        let Known { cluster, derived } = known.clone();
        Self { cluster: OnceLock::from(cluster), derived: OnceLock::from(derived), ..self }
    }

    /// Returns the tree behind the view.
    pub fn tree(&self) -> &'a Tree {
        self.tree
    }

    /// Returns the addresses that the scenario assigns, sorted, each with the pointer of its assignment.
    pub fn assigned(&self) -> &BTreeMap<String, String> {
        &self.assigned
    }

    /// Returns the node that decides an address, and the pointer at which it stands.
    pub fn lookup(&self, address: &str) -> Option<(&'a Node, String)> {
        let pointer = self.assigned.get(address).map_or(address, String::as_str);
        self.tree.get(pointer).map(|node| (node, pointer.to_owned()))
    }

    /// Returns the value of an input like [`View::value`], the stated one where it is unknown.
    ///
    /// # Errors
    /// As [`View::value`].
    pub fn stated(&self, address: &str, setting: &Setting) -> Result<Value, Finding> {
        Ok(self.value(address, setting)?.stated(setting))
    }

    /// Returns the value of an input, its default where the file does not give it.
    ///
    /// # Errors
    /// A finding with line, reason and a proposed value where the file's value cannot be used.
    pub fn value(&self, address: &str, setting: &Setting) -> Result<Value, Finding> {
        self.value_at(self.lookup(address), address, setting)
    }

    /// Returns the value like [`View::value`], where the node that decides is already found.
    ///
    /// # Errors
    /// As [`View::value`].
    pub(in crate::fleet) fn value_at(
        &self,
        found: Option<(&'a Node, String)>,
        address: &str,
        setting: &Setting,
    ) -> Result<Value, Finding> {
        match found {
            Some((node, pointer)) => {
                let (line, column) = self.tree.place(node);
                let value =
                    read(node, setting).map_err(|fault| fault.finding(&pointer, setting).at(line, column))?;
                Ok(match (&value, self.drawn.and_then(|drawn| drawn.get(address))) {
                    (Value::Unknown(_), Some(drawn)) => drawn.clone(),
                    _ => value,
                })
            }
            None => self.absent(address, setting),
        }
    }

    /// Returns the value of an input that the file does not give.
    fn absent(&self, address: &str, setting: &Setting) -> Result<Value, Finding> {
        match self.supplied(address, setting) {
            Some(supplied) => Ok(supplied.value),
            None => match setting.absent {
                Absent::Number(number) => Ok(Value::Number(number)),
                Absent::Word(word) => Ok(Value::Word(word.to_owned())),
                Absent::Nothing => Ok(Value::Nothing),
                Absent::Required => {
                    let (line, column) = self.tree.place_of(address);
                    Err(Finding::error("F012", address, format!("`{}` is missing.", setting.name()))
                        .why(setting.meaning)
                        .fix(format!("Add it: {}.", setting.range_text()))
                        .at(line, column))
                }
            },
        }
    }
}

/// Why a node is not a value of an input.
#[derive(Clone, Debug, PartialEq)]
enum Fault {
    /// Another JSON type is needed.
    Type(String),
    /// A text that is no duration.
    NotADuration(String),
    /// A number that the input does not accept.
    Range(f64),
    /// A word that is not in the list.
    UnknownWord(String),
    /// A text that is no moment.
    NotAMoment(String),
    /// Bounds that cannot be used.
    Bounds(Unknown),
    /// No bounds, or too many.
    NoBounds,
}

/// Returns the value that a node gives to an input.
fn read(node: &Node, setting: &Setting) -> Result<Value, Fault> {
    match (setting.unit, &node.kind) {
        (_, Kind::Null) if setting.absent == Absent::Nothing => Ok(Value::Nothing),
        (_, Kind::Object(_)) if node.get("unknown").is_some() => unknown(node, setting),
        (Unit::Choice(choices), Kind::String(word)) => match choices.iter().find(|c| c.is_meant_by(word)) {
            Some(choice) => Ok(Value::Word(choice.value.to_owned())),
            None => Err(Fault::UnknownWord(word.to_string())),
        },
        (Unit::Moment, Kind::String(text)) => match moment(text) {
            Some(_) => Ok(Value::Word(text.to_string())),
            None => Err(Fault::NotAMoment(text.to_string())),
        },
        (Unit::Text, Kind::String(text)) if !text.trim().is_empty() => {
            Ok(Value::Word(text.trim().to_owned()))
        }
        (Unit::Text, Kind::String(_)) => Err(Fault::Type("an empty text".to_owned())),
        (Unit::Text, Kind::Array(items)) => {
            match items.iter().map(Node::as_str).collect::<Option<Vec<_>>>() {
                Some(texts) if !texts.is_empty() => Ok(Value::Word(texts.join(", "))),
                _ => Err(Fault::Type("a list of something else".to_owned())),
            }
        }
        (Unit::Groups, Kind::String(text)) => groups(text.split(',')),
        (Unit::Groups, Kind::Array(items)) => {
            match items.iter().map(Node::as_str).collect::<Option<Vec<_>>>() {
                Some(ids) => groups(ids.into_iter()),
                None => Err(Fault::Type("a list of something else".to_owned())),
            }
        }
        (Unit::Choice(_) | Unit::Moment | Unit::Groups | Unit::Text, _) => {
            Err(Fault::Type(node.type_word().to_owned()))
        }
        (unit, Kind::String(text)) => match (unit.seconds(), units::parse_duration(text)) {
            (Some(length), Some(seconds)) => accept(round_to_unit(seconds / length), setting),
            (Some(_), None) => Err(Fault::NotADuration(text.to_string())),
            (None, _) => Err(Fault::Type(node.type_word().to_owned())),
        },
        (_, Kind::Number(raw)) => accept(node.as_f64().unwrap_or_else(|| infinite(raw)), setting),
        _ => Err(Fault::Type(node.type_word().to_owned())),
    }
}

/// Returns what a node says of an input that nobody knows.
fn unknown(node: &Node, setting: &Setting) -> Result<Value, Fault> {
    let bounds = match node.get("unknown").map(|bounds| &bounds.kind) {
        Some(Kind::Array(bounds)) if node.members().len() == 1 => bounds,
        _ => return Err(Fault::NoBounds),
    };
    if setting.settled().is_some() {
        return Err(Fault::Bounds(Unknown::OneOf(Vec::new())));
    }
    let unknown = if matches!(setting.unit, Unit::Choice(_)) {
        let words: Option<Vec<String>> = bounds.iter().map(|bound| choice(bound, setting)).collect();
        Unknown::OneOf(words.ok_or(Fault::NoBounds)?)
    } else {
        let [low, high] = bounds.as_slice() else { return Err(Fault::NoBounds) };
        Unknown::Between(bound(low, setting)?, bound(high, setting)?)
    };
    match unknown.fault(setting) {
        Some(_) => Err(Fault::Bounds(unknown)),
        None => Ok(Value::Unknown(unknown)),
    }
}

/// Returns the word that a node gives to a choice, as it is written today where it is known.
fn choice(node: &Node, setting: &Setting) -> Option<String> {
    match read(node, setting) {
        Ok(Value::Word(word)) | Err(Fault::UnknownWord(word)) => Some(word),
        _ => None,
    }
}

/// Returns the number that a node gives to a bound, inside the range or not.
fn bound(node: &Node, setting: &Setting) -> Result<f64, Fault> {
    match read(node, setting) {
        Ok(Value::Number(number)) | Err(Fault::Range(number)) if number.is_finite() => Ok(number),
        Err(Fault::NotADuration(text)) => Err(Fault::NotADuration(text)),
        _ => Err(Fault::NoBounds),
    }
}

/// Returns ids of groups, in order and without blanks.
fn groups<'i>(ids: impl Iterator<Item = &'i str>) -> Result<Value, Fault> {
    match group_list(ids) {
        Some(list) => Ok(Value::Word(list)),
        None => Err(Fault::Type("an empty list".to_owned())),
    }
}

/// Returns ids of groups with commas between them; `None` where there is none.
pub(super) fn group_list<'i>(ids: impl Iterator<Item = &'i str>) -> Option<String> {
    let ids: Vec<&str> = ids.map(str::trim).filter(|id| !id.is_empty()).collect();
    (!ids.is_empty()).then(|| ids.join(","))
}

/// Returns infinity with the sign of a number that is too large to be one.
fn infinite(raw: &str) -> f64 {
    if raw.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }
}

/// Returns the number without the last bits that dividing a duration by its unit leaves behind.
pub(crate) fn round_to_unit(value: f64) -> f64 {
    let nearest = value.round();
    if (value - nearest).abs() <= 1e-9 * nearest.abs().max(1.0) { nearest } else { value }
}

/// Returns the number if the input accepts it.
fn accept(value: f64, setting: &Setting) -> Result<Value, Fault> {
    if setting.accepts(value) { Ok(Value::Number(value)) } else { Err(Fault::Range(value)) }
}

/// Returns the moment that a text names, `2026-12-05T02:00:00+01:00`.
pub fn moment(text: &str) -> Option<jiff::Zoned> {
    let pieces = jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text).ok()?;
    let offset = pieces.to_numeric_offset()?;
    let date_time = pieces.date().to_datetime(pieces.time()?);
    offset.to_timestamp(date_time).ok().map(|at| at.to_zoned(jiff::tz::TimeZone::fixed(offset)))
}

impl Fault {
    /// Returns the fault as a finding at the pointer.
    fn finding(self, pointer: &str, setting: &Setting) -> Finding {
        let name = setting.name();
        let range = format!("Give {}.", setting.range_text());
        match self {
            Self::Type(found) => {
                Finding::error("F013", pointer, format!("`{name}` is {found}, not {}.", wanted(setting)))
                    .why(setting.meaning)
                    .fix(match setting.unit {
                        Unit::Choice(choices) => one_of(choices),
                        _ => range,
                    })
            }
            Self::NotADuration(text) => {
                Finding::error("F015", pointer, format!("`{text}` is not a duration."))
                    .why(setting.meaning)
                    .fix("Try `90s` or `2 min`.")
            }
            Self::Range(value) => Self::range(value, pointer, setting).why(setting.meaning),
            Self::UnknownWord(word) => {
                let Unit::Choice(choices) = setting.unit else {
                    return Finding::error("F016", pointer, format!("`{word}` is not known."));
                };
                Finding::error("F016", pointer, format!("`{word}` is not known for `{name}`."))
                    .why(setting.meaning)
                    .fix(one_of(choices))
            }
            Self::NotAMoment(text) => {
                Finding::error("F021", pointer, format!("`{text}` is not a moment with an offset."))
                    .why(setting.meaning)
                    .fix("Write it like 2026-12-05T02:00:00+01:00.")
            }
            Self::Bounds(unknown) => Self::bounds(&unknown, pointer, setting),
            Self::NoBounds => {
                let form = match setting.unit {
                    Unit::Choice(_) => "{\"unknown\": [\"word\", \"word\"]}",
                    _ => "{\"unknown\": [low, high]}",
                };
                Finding::error("F031", pointer, format!("What `{name}` may be is not said in two bounds."))
                    .why("Runs draw what is unknown between its bounds.")
                    .fix(format!("Write {form} and nothing beside it."))
            }
        }
    }

    /// Returns the finding for bounds that cannot be used, with the right ones as a patch where they are clear.
    fn bounds(unknown: &Unknown, pointer: &str, setting: &Setting) -> Finding {
        let code = if setting.settled().is_some() { "F032" } else { "F031" };
        let (what, fix) = unknown.fault(setting).unwrap_or_default();
        let finding =
            Finding::error(code, pointer, what).why("Runs draw what is unknown between its bounds.").fix(fix);
        match unknown {
            Unknown::Between(low, high) if low == high && setting.accepts(*low) => {
                finding.patch(pointer, setting.json(*low), format!("Set {}", setting.human(*low)))
            }
            Unknown::Between(low, high) if low > high => {
                let right = Unknown::Between(*high, *low);
                match right.fault(setting) {
                    None => finding.patch(pointer, right.json(setting), "Swap the bounds"),
                    Some(_) => finding,
                }
            }
            _ => finding,
        }
    }

    /// Returns the finding for a number outside the range, with the nearest accepted one as a patch.
    fn range(value: f64, pointer: &str, setting: &Setting) -> Finding {
        let name = setting.name();
        let within = (setting.range.0..=setting.range.1).contains(&value);
        let (code, what) = if within {
            ("F023", format!("`{name}` is {value}; only whole numbers are accepted."))
        } else if !value.is_finite() {
            ("F014", format!("`{name}` is too large to be a number."))
        } else {
            ("F014", format!("`{name}` is {value}; accepted is {}.", setting.range_text()))
        };
        let proposed = if setting.whole { value.round() } else { value };
        let proposed = proposed.clamp(setting.range.0, setting.range.1);
        let nearest = setting.human(proposed);
        Finding::error(code, pointer, what)
            .fix(format!("Give {}; the nearest is {nearest}.", setting.range_text()))
            .patch(pointer, setting.json(proposed), format!("Set {nearest}"))
    }
}

/// Returns what kind of JSON value an input wants, in words.
fn wanted(setting: &Setting) -> &'static str {
    match setting.unit {
        Unit::Choice(_) => "one of its words",
        Unit::Moment => "a moment in text",
        Unit::Groups => "a list of ids of groups",
        Unit::Text => "a text",
        unit if unit.seconds().is_some() => "a number or a duration such as `90s`",
        _ => "a number",
    }
}

/// Returns the sentence that lists the words of a choice.
fn one_of(choices: &[crate::fleet::setting::Choice]) -> String {
    let words: Vec<_> = choices.iter().map(|choice| format!("`{}`", choice.value)).collect();
    format!("Use one of {}.", words.join(", "))
}
