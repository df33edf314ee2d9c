//! The registry's row type: everything the product knows about one input.
//!
//! One row feeds the editor, the reader and its findings, the JSON Schema, `regather reference`, the
//! writers of agent files and the help text, so that they cannot drift apart. The rows themselves
//! stand in [`crate::fleet::settings`], one file per area.

use crate::base::units::{self, THIN};
use serde::Serialize;

/// How sure we are of a number or a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Written in a vendor's or standard's document.
    Documented,
    /// Seen on a running client or platform.
    Measured,
    /// Concluded from documents and measurements, not confirmed.
    Inferred,
    /// A guess that stands in until somebody measures.
    Assumed,
}

impl Certainty {
    /// All of them, surest first.
    pub const ALL: [Self; 4] = [Self::Documented, Self::Measured, Self::Inferred, Self::Assumed];

    /// The word shown to people and written in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Measured => "measured",
            Self::Inferred => "inferred",
            Self::Assumed => "assumed",
        }
    }

    /// Returns the certainty with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|certainty| certainty.word() == word)
    }
}

/// The unit in which a file holds a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds [ms].
    Milliseconds,
    /// Seconds [s].
    Seconds,
    /// A plain number of things; the word names them (`devices`).
    Count(&'static str),
    /// Bytes [B].
    Bytes,
    /// Sign-in attempts per second [attempts/s].
    PerSecond,
    /// One word out of a list.
    Choice(&'static [Choice]),
    /// A point in time as text (RFC 3339 with offset).
    Moment,
    /// Ids of groups of this file, a list.
    Groups,
    /// A text, or several with commas between them.
    Text,
}

/// Why an input that gives others their defaults cannot be unknown.
pub const GIVES_DEFAULTS: &str = "It decides which other inputs there are and what their defaults are.";

/// Why a time on the axis of the result cannot be unknown.
pub const SETS_THE_AXIS: &str =
    "The time axis of all runs is laid out by it: compare scenarios with different values instead.";

/// Why a target cannot be unknown.
pub const IS_DECIDED: &str = "A target is what you decide, and results are judged by it.";

/// One word that an input may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The word in the file.
    pub value: &'static str,
    /// What people read.
    pub label: &'static str,
    /// What it means for the devices.
    pub meaning: &'static str,
}

/// Words that earlier versions wrote for a choice, and what they write now. No list has both.
const FORMER_WORDS: [(&str, &str); 2] = [("on", "given-up"), ("off", "never")];

impl Choice {
    /// Returns whether a word in a file means this choice: its value, or what earlier versions wrote for it.
    pub fn is_meant_by(&self, word: &str) -> bool {
        self.words().any(|own| own == word)
    }

    /// Returns all words that mean this choice, the one to write first.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        let value = self.value;
        let former = FORMER_WORDS.into_iter().filter(move |(_, now)| *now == value).map(|(word, _)| word);
        std::iter::once(value).chain(former)
    }
}

impl Unit {
    /// Returns the length of one unit [s] for durations, `None` for everything else.
    pub fn seconds(self) -> Option<f64> {
        match self {
            Self::Milliseconds => Some(1e-3),
            Self::Seconds => Some(1.0),
            _ => None,
        }
    }

    /// Returns the unit's sign beside a number in the file's unit; empty where there is none.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Count(word) => word,
            Self::Bytes => "B",
            Self::PerSecond => "/s",
            Self::Choice(_) | Self::Moment | Self::Groups | Self::Text => "",
        }
    }

    /// Returns a number in the file's unit as people read it: 60000 ms as `1 min`, 16384 B as `16 384 B`.
    pub fn human(self, value: f64) -> String {
        if let Some(length) = self.seconds() {
            return units::duration(value * length);
        }
        match self {
            Self::PerSecond => format!("{}{THIN}/s", units::significant(value)),
            Self::Bytes => format!("{} B", units::count(value as u64)),
            Self::Count("%") => format!("{} %", units::significant(value)),
            Self::Count(_) if value.fract() == 0.0 && value >= 0.0 => units::count(value as u64),
            _ => units::significant(value),
        }
    }
}

/// What an input is when the file does not mention it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Absent {
    /// This number, in the file's unit.
    Number(f64),
    /// This word of a [`Unit::Choice`].
    Word(&'static str),
    /// Nothing: the input is optional and has no effect unless it is given.
    Nothing,
    /// An error: the file must say it.
    Required,
}

/// One input of the project file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// Path below its area, tokens joined by `/`: `connect_timeout`, `telemetry/interval_s`.
    pub key: &'static str,
    /// Plain name, shown beside the key.
    pub label: &'static str,
    /// Unit in the file.
    pub unit: Unit,
    /// Smallest and largest accepted number, in the file's unit.
    pub range: (f64, f64),
    /// Whether only whole numbers are accepted in the file's unit.
    pub whole: bool,
    /// A number outside the range with a meaning of its own, and that meaning (`-1`, "for ever").
    pub special: Option<(f64, &'static str)>,
    /// What it is when the file does not mention it.
    pub absent: Absent,
    /// Key of the row beside it that has to be given before this one counts (its own, where the default
    /// switches something off): until then nothing rests on the default.
    pub needs: Option<&'static str>,
    /// Why it cannot be unknown, in a sentence; `None` where bounds may stand instead of a value.
    pub settled: Option<&'static str>,
    /// Name of the lever that moves this input in every group that has it.
    pub lever: Option<&'static str>,
    /// Range of the slider in the file's unit, where dragging is worth while.
    pub slider: Option<(f64, f64)>,
    /// How sure we are of the default and the meaning.
    pub certainty: Certainty,
    /// Where default and meaning come from.
    pub source: &'static str,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    /// What it does in the simulation, in one sentence.
    pub effect: &'static str,
}

impl Setting {
    /// A row with the most common traits; areas override what differs.
    pub const BLANK: Self = Self {
        key: "",
        label: "",
        unit: Unit::Count(""),
        range: (0.0, 1e9),
        whole: true,
        special: None,
        absent: Absent::Required,
        needs: None,
        settled: None,
        lever: None,
        slider: None,
        certainty: Certainty::Assumed,
        source: "",
        meaning: "",
        effect: "",
    };

    /// Returns the key's last token, the name that stands in an agent's file.
    pub fn name(&self) -> &'static str {
        self.key.rsplit('/').next().unwrap_or(self.key)
    }

    /// Returns a value in the file's unit as people read it, special values by their meaning.
    pub fn human(&self, value: f64) -> String {
        match self.special {
            Some((special, meaning)) if special == value => meaning.to_owned(),
            _ => self.unit.human(value),
        }
    }

    /// Returns the accepted range as people read it: `1 ms to 1 h`, `−1 (for ever) or 0 to 32 767`.
    ///
    /// For a choice it is its words, for a moment its form.
    pub fn range_text(&self) -> String {
        match self.unit {
            Unit::Choice(choices) => {
                let words: Vec<String> = choices.iter().map(|choice| format!("`{}`", choice.value)).collect();
                return format!("one of {}", words.join(", "));
            }
            Unit::Moment => return "a moment like 2026-12-05T02:00:00+01:00".to_owned(),
            Unit::Groups => return "ids of groups such as `pumps, cooling`".to_owned(),
            Unit::Text => return "a text".to_owned(),
            _ => {}
        }
        let span = format!("{} to {}", self.unit.human(self.range.0), self.unit.human(self.range.1));
        match self.special {
            Some((special, meaning)) => {
                format!("{} ({meaning}) or {span}", units::significant(special))
            }
            None => span,
        }
    }

    /// Returns why the input cannot be unknown, `None` where it can.
    pub fn settled(&self) -> Option<&'static str> {
        match self.unit {
            Unit::Moment | Unit::Groups | Unit::Text => Some("Only numbers and choices have bounds."),
            _ => self.settled,
        }
    }

    /// Returns whether a number may stand in the file for this input.
    pub fn accepts(&self, value: f64) -> bool {
        self.special.is_some_and(|(special, _)| special == value)
            || value.is_finite()
                && (self.range.0..=self.range.1).contains(&value)
                && (!self.whole || value.fract() == 0.0)
    }

    /// Returns the default number, where the input has one.
    pub fn default_number(&self) -> Option<f64> {
        match self.absent {
            Absent::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Returns a number as it is written to JSON: whole numbers without a fraction.
    pub fn json(&self, value: f64) -> serde_json::Value {
        if value.fract() == 0.0 && value.abs() < 9e15 {
            serde_json::Value::from(value as i64)
        } else {
            serde_json::Value::from(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRIES: Setting = Setting {
        range: (0.0, 32_767.0),
        special: Some((-1.0, "for ever")),
        unit: Unit::Count("attempts"),
        ..Setting::BLANK
    };

    #[test]
    fn accepts_its_range_and_its_special_value_only() {
        for value in [-1.0, 0.0, 32_767.0] {
            assert!(RETRIES.accepts(value), "{value}");
        }
        for value in [-2.0, 0.5, 32_768.0, f64::NAN, f64::INFINITY] {
            assert!(!RETRIES.accepts(value), "{value}");
        }
        assert_eq!(RETRIES.human(-1.0), "for ever");
        assert_eq!(RETRIES.range_text(), "−1 (for ever) or 0 to 32\u{2009}767");
    }

    #[test]
    fn human_units_differ_from_the_files() {
        assert_eq!(Unit::Milliseconds.human(60_000.0), "1 min");
        assert_eq!(Unit::Bytes.human(16_384.0), "16\u{2009}384 B");
        assert_eq!(Certainty::from_word("measured"), Some(Certainty::Measured));
    }
}
