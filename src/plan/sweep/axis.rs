//! The steps of one input: `random_delay=30s..10min/16`.

use super::super::trial::lever::{Lever, LeverError};
use crate::base::units;
use crate::fleet::FleetFile;
use std::str::FromStr;

/// Steps where none are given.
const STEPS: u32 = 16;
/// Most steps of one axis.
const MOST: u32 = 1_000;

/// A range as it was typed: name, values and how many.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// Lever or address.
    pub name: String,
    values: Values,
}

#[derive(Clone, Debug, PartialEq)]
enum Values {
    /// From, to, steps, and whether by equal differences instead of equal ratios.
    Span { from: String, to: String, steps: u32, linear: bool },
    /// One by one.
    List(Vec<String>),
}

impl Range {
    /// Returns the range from one value to another, both as people type them, by equal ratios.
    pub fn span(name: impl Into<String>, from: impl Into<String>, to: impl Into<String>, steps: u32) -> Self {
        let values = Values::Span { from: from.into(), to: to.into(), steps, linear: false };
        Self { name: name.into(), values }
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form =
            || "write `random_delay=30s..10min/16`, `…/16lin` or `random_delay=30s,1min,2min`".to_owned();
        let (name, rest) = text.split_once('=').ok_or_else(form)?;
        let (name, rest) = (name.trim().to_owned(), rest.trim());
        if name.is_empty() || rest.is_empty() {
            return Err(form());
        }
        let Some((from, to)) = rest.split_once("..") else {
            let values = rest.split(',').map(|value| value.trim().to_owned()).collect();
            return Ok(Self { name, values: Values::List(values) });
        };
        let (to, steps) = to.split_once('/').map_or((to, None), |(to, steps)| (to, Some(steps.trim())));
        let linear = steps.is_some_and(|steps| steps.ends_with("lin"));
        let steps = match steps.map(|steps| steps.trim_end_matches("lin").trim()) {
            None | Some("") => STEPS,
            Some(number) => number
                .parse()
                .ok()
                .filter(|steps| (2..=MOST).contains(steps))
                .ok_or_else(|| format!("`{number}` is no number of steps from 2 to {MOST}"))?,
        };
        let values = Values::Span { from: from.trim().to_owned(), to: to.trim().to_owned(), steps, linear };
        Ok(Self { name, values })
    }
}

/// A lever and the values that it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What is turned.
    pub lever: Lever,
    /// Its values in the lever's base unit, ascending where a range was asked for.
    pub values: Vec<f64>,
}

/// Why a range gives no axis.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AxisError {
    /// There is no such lever, or it does not take a value.
    #[error(transparent)]
    Lever(#[from] LeverError),
    /// A value cannot be read.
    #[error("`{text}` was refused for `{name}`. {reason}")]
    Value {
        /// Lever or address.
        name: String,
        /// What was typed.
        text: String,
        /// What is wrong and what to write.
        reason: String,
    },
}

impl Axis {
    /// Returns the axis of a range in a file.
    ///
    /// # Errors
    /// [`AxisError`] where the file has no such lever or a value is not accepted.
    pub fn of(file: &FleetFile, scenario: Option<&str>, range: &Range) -> Result<Self, AxisError> {
        let lever = Lever::find(file, scenario, &range.name)?;
        let read = |text: &str| typed(&lever, text);
        let mut values = match &range.values {
            Values::List(texts) => texts.iter().map(|text| read(text)).collect::<Result<Vec<_>, _>>()?,
            Values::Span { from, to, steps, linear } => {
                let (from, to) = (read(from)?, read(to)?);
                if !linear && from.min(to) <= 0.0 {
                    return Err(AxisError::Value {
                        name: range.name.clone(),
                        text: lever.text(from.min(to)),
                        reason: "Equal ratios begin above 0; write `lin` behind the number of steps.".into(),
                    });
                }
                steps_between(from, to, *steps, *linear)
            }
        };
        for value in &mut values {
            *value = lever.round(*value);
        }
        // Rounding may make neighbours equal: each value is tried once.
        values.dedup();
        Ok(Self { lever, values })
    }
}

/// Returns `steps` values from one to another, by equal differences or equal ratios.
pub(in crate::plan) fn steps_between(from: f64, to: f64, steps: u32, linear: bool) -> Vec<f64> {
    let last = f64::from(steps.max(2) - 1);
    let at = |step: u32| {
        let share = f64::from(step) / last;
        match step {
            0 => from,
            _ if f64::from(step) == last => to,
            _ if linear => from + (to - from) * share,
            _ => from * (to / from).powf(share),
        }
    };
    (0..steps.max(2)).map(at).collect()
}

/// Returns a value of a lever that was typed, in its base unit.
fn typed(lever: &Lever, text: &str) -> Result<f64, AxisError> {
    let refused =
        |reason: String| AxisError::Value { name: lever.name.clone(), text: text.to_owned(), reason };
    let number = units::parse_number(text.trim_end_matches("/s").trim_end());
    let value = match (lever.is_duration(), number) {
        (true, Some(_)) if !text.trim_start().starts_with('0') || number != Some(0.0) => {
            return Err(refused(format!("It has no unit: write `{text}s`, `{text}ms` or `{text}min`.")));
        }
        (true, Some(_)) => 0.0,
        (true, None) => units::parse_duration(text)
            .ok_or_else(|| refused("It is not a duration: try `90s` or `2 min`.".to_owned()))?,
        (false, Some(number)) => number,
        (false, None) => return Err(refused("It is not a number.".to_owned())),
    };
    let (low, high) = lever.range();
    if value < low || value > high {
        let range = format!("Accepted is {} to {}.", lever.text(low), lever.text(high));
        return Err(refused(range));
    }
    Ok(value)
}
