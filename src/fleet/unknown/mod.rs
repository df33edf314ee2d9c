//! Settings that nobody knows: their bounds, and what a run draws from them.
//!
//! A setting in a file can be `{"unknown": [low, high]}`, or a list of the words of a choice. Nothing but
//! the bounds is known then, so every value between them is equally likely. A run draws one value for every
//! unknown; the fleet that it plays is the file read again with those values, so that whatever the reader
//! derives from them fits. What is shown without runs (previews, checks, estimates) takes the middle of the
//! bounds: not because it is likely, but because it is as far as possible from either end.
//!
//! Draws are a pure function of (seed, address, number of the run). Each unknown has a van der Corput
//! sequence in base 2 of its own, scrambled (A. B. Owen, "Randomly permuted (t,m,s)-nets and
//! (t,s)-sequences", 1995) and its index shuffled in the same way, so that two unknowns are paired at random
//! (B. Burley, "Practical hash-based Owen scrambling", JCGT 9, 2020). Of the first 2^k runs, one falls into
//! each of 2^k equal parts of the bounds, and a longer study begins with the runs of a shorter one.

use super::Fleet;
use super::file::{FleetFile, Input, Value};
use super::setting::{Setting, Unit};
use crate::base::Finding;
use crate::base::draws::mix;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a setting whose value is not.
#[derive(Clone, Debug, PartialEq)]
pub enum Unknown {
    /// A number between these, in the file's unit: the lower end is below the upper one.
    Between(f64, f64),
    /// One of these words of a choice, at least two.
    OneOf(Vec<String>),
}

impl Unknown {
    /// Returns the value that stands in where nothing is drawn: the middle, or the first word.
    pub fn stated(&self, setting: &Setting) -> Value {
        match self {
            Self::Between(low, high) => {
                let middle = low + (high - low) / 2.0;
                Value::Number(if setting.whole { middle.floor() } else { middle })
            }
            Self::OneOf(words) => Value::Word(words.first().cloned().unwrap_or_default()),
        }
    }

    /// Returns the value at a place between the bounds, 0..1: every accepted value is equally likely.
    pub fn at(&self, place: f64, setting: &Setting) -> Value {
        match self {
            Self::Between(low, high) if setting.whole => {
                let values = high.floor() - low.ceil() + 1.0;
                Value::Number((low.ceil() + (place * values).floor()).min(high.floor()))
            }
            Self::Between(low, high) => Value::Number(low + place * (high - low)),
            Self::OneOf(words) => {
                let index = (place * words.len() as f64) as usize;
                Value::Word(words.get(index).or(words.last()).cloned().unwrap_or_default())
            }
        }
    }

    /// Returns the bounds as people read them: `5 s to 60 s`, `TLS or Plain`.
    pub fn bounds(&self, setting: &Setting) -> String {
        match (self, setting.unit) {
            (Self::Between(low, high), _) => format!("{} to {}", setting.human(*low), setting.human(*high)),
            (Self::OneOf(words), Unit::Choice(choices)) => {
                let label = |word: &String| {
                    let choice = choices.iter().find(|choice| choice.value == word);
                    choice.map_or(word.as_str(), |choice| choice.label).to_owned()
                };
                words.iter().map(label).collect::<Vec<_>>().join(" or ")
            }
            (Self::OneOf(words), _) => words.join(" or "),
        }
    }

    /// Returns the bounds as they are typed: `5s..60s`, `on|off`.
    pub fn typed(&self, setting: &Setting) -> String {
        match self {
            Self::Between(low, high) => {
                let sign = setting.unit.seconds().map_or("", |_| setting.unit.sign());
                format!("{}{sign}..{}{sign}", setting.json(*low), setting.json(*high))
            }
            Self::OneOf(words) => words.join("|"),
        }
    }

    /// Returns the value as it is written to the file.
    pub fn json(&self, setting: &Setting) -> serde_json::Value {
        match self {
            Self::Between(low, high) => {
                serde_json::json!({"unknown": [setting.json(*low), setting.json(*high)]})
            }
            Self::OneOf(words) => serde_json::json!({ "unknown": words }),
        }
    }

    /// Returns why an input cannot have these bounds, and what to do about it; `None` where it can.
    pub fn fault(&self, setting: &Setting) -> Option<(String, String)> {
        let name = setting.name();
        if let Some(reason) = setting.settled() {
            let what = format!("`{name}` cannot be unknown.");
            return Some((what, format!("Give {}. {reason}", setting.range_text())));
        }
        match (self, setting.unit) {
            (Self::OneOf(words), Unit::Choice(choices)) => {
                let known = |word: &String| choices.iter().any(|choice| choice.value == word);
                let twice = |(at, word): (usize, &String)| words[..at].contains(word);
                let fix =
                    format!("Give at least two of {}.", setting.range_text().trim_start_matches("one of "));
                if let Some(word) = words.iter().find(|word| !known(word)) {
                    Some((format!("`{word}` is not known for `{name}`."), fix))
                } else if words.len() < 2 {
                    Some((format!("What `{name}` may be has fewer than two words."), fix))
                } else if words.iter().enumerate().any(twice) {
                    Some((format!("What `{name}` may be has a word twice."), fix))
                } else {
                    None
                }
            }
            (Self::Between(low, high), unit) if !matches!(unit, Unit::Choice(_)) => {
                between((*low, *high), setting)
            }
            _ => Some((format!("The bounds of `{name}` are of the wrong type."), setting.range_text())),
        }
    }
}

/// Returns why a setting cannot lie between these numbers.
fn between((low, high): (f64, f64), setting: &Setting) -> Option<(String, String)> {
    let name = setting.name();
    let outside = |bound: &f64| !(setting.range.0..=setting.range.1).contains(bound);
    let (from, to) = (setting.unit.human(setting.range.0), setting.unit.human(setting.range.1));
    if let Some(bound) = [low, high].into_iter().find(outside) {
        let what = format!("The bound {} of `{name}` lies outside {from} to {to}.", setting.human(bound));
        return Some((what, "Bounds are ordinary values of the input, no special ones.".to_owned()));
    }
    if setting.whole && (low.fract() != 0.0 || high.fract() != 0.0) {
        return Some((
            format!("The bounds of `{name}` are no whole numbers."),
            "Give whole numbers.".to_owned(),
        ));
    }
    if low > high {
        return Some((
            format!(
                "The bounds of `{name}` are swapped: {} is above {}.",
                setting.human(low),
                setting.human(high)
            ),
            "Write the lower one first.".to_owned(),
        ));
    }
    (low == high).then(|| {
        (
            format!("The bounds of `{name}` are equal, so it is known."),
            format!("Give the value {}, or a wider range.", setting.human(low)),
        )
    })
}

/// One setting of a fleet that nobody knows.
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownInput {
    /// The input.
    pub input: Input,
    /// Name of its group; empty where it belongs to none.
    pub group: String,
    /// What is known.
    pub unknown: Unknown,
}

impl UnknownInput {
    /// Returns what a run draws.
    pub fn drawn(&self, seed: u64, run: u32) -> Value {
        self.unknown.at(place(seed, &self.input.address, run), self.input.setting)
    }

    /// Returns the input in a sentence: `` `connect_timeout` of Pumps ``.
    pub fn name(&self) -> String {
        let section = super::file::address::section(&self.input.address);
        let key = self.input.setting.name();
        match (self.group.as_str(), section.as_str()) {
            ("", "") => format!("`{key}`"),
            ("", section) => format!("`{key}` of {section}"),
            (group, _) => format!("`{key}` of {group}"),
        }
    }
}

/// The unknowns of a fleet, and what it takes to read the fleet with values for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknowns(Option<Arc<Source>>);

#[derive(Clone, Debug)]
struct Source {
    file: FleetFile,
    scenario: Option<String>,
    list: Vec<UnknownInput>,
    /// Every input that decides a run, by address.
    said: Vec<(String, Value)>,
}

impl PartialEq for Source {
    /// Sources are equal where all inputs that decide a run are, however their files are written.
    fn eq(&self, other: &Self) -> bool {
        self.said == other.said
    }
}

impl Unknowns {
    /// Returns the unknowns of a file seen through a scenario.
    pub(super) fn of(file: &FleetFile, scenario: Option<&str>, list: Vec<UnknownInput>) -> Self {
        if list.is_empty() {
            return Self::default();
        }
        let view = file.view(scenario);
        let decides = |input: &Input| input.decides_runs() && input.setting.unit != Unit::Moment;
        let said = file
            .inputs(scenario)
            .into_iter()
            .filter(decides)
            .filter_map(|input| Some((view.value(&input.address, input.setting).ok()?, input.address)))
            .map(|(value, address)| (address, value))
            .collect();
        let scenario = scenario.map(str::to_owned);
        Self(Some(Arc::new(Source { file: file.clone(), scenario, list, said })))
    }

    /// Returns the unknowns in the order in which the file is read.
    pub fn list(&self) -> &[UnknownInput] {
        self.0.as_ref().map_or(&[], |source| &source.list)
    }

    /// Returns whether everything is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl Fleet {
    /// Returns the fleet that a run plays, every unknown drawn; `None` where everything is known.
    ///
    /// It is read from the file anew: what was changed in a fleet by hand is not in it, and who changes one
    /// takes the unknowns out.
    ///
    /// # Errors
    /// The finding that makes a fleet with these values impossible.
    pub fn drawn(&self, seed: u64, run: u32) -> Option<Result<Self, Box<Finding>>> {
        let source = self.unknowns.0.as_ref()?;
        let values: BTreeMap<String, Value> = source
            .list
            .iter()
            .map(|unknown| (unknown.input.address.clone(), unknown.drawn(seed, run)))
            .collect();
        Some(source.file.with_drawn(source.scenario.as_deref(), &values).map(|fleet| Self {
            name: self.name.clone(),
            targets: self.targets,
            prices: self.prices,
            ..fleet
        }))
    }
}

/// Returns the place between the bounds that a run draws for an address, in the open interval (0, 1).
fn place(seed: u64, address: &str, run: u32) -> f64 {
    let key = address.bytes().fold(mix(seed), |key, byte| mix(key ^ u64::from(byte)));
    let shuffled = scrambled(run, key);
    let place = scrambled(shuffled.reverse_bits(), mix(key));
    (f64::from(place) + 0.5) / 4_294_967_296.0
}

/// Returns a number each of whose bits is flipped, or not, by a draw that depends on the bits above it.
fn scrambled(number: u32, key: u64) -> u32 {
    (0..32).fold(0, |made, bit| {
        // A leading 1 tells prefixes of different lengths apart.
        let above = (1_u64 << 32 | u64::from(number)) >> (bit + 1);
        let flip = mix(key ^ mix(above)) as u32 & 1;
        made | (((number >> bit) & 1) ^ flip) << bit
    })
}

#[cfg(test)]
mod tests;
