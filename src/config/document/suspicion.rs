//! Whether a number looks as if it were given in another unit than its key holds.
//!
//! The mistake that strands fleets is seconds typed into a key of milliseconds, and the other way round. A
//! number is suspicious where it makes no sense in its own unit and the thousandfold (for keys in milliseconds)
//! or the thousandth part (for keys in seconds) does. Two rules, both from the setting's row alone:
//!
//! 1. It lies outside the accepted range, and converted it lies inside.
//! 2. It lies beyond the usual values by [`MARGIN`] or more, and converted it lies among them. Usual is what
//!    the slider covers; without a slider the default and [`AROUND`] times more or less; where the slider
//!    starts at zero it counts from the default. A row without default and slider has no usual values.
//!
//! Seconds were typed as milliseconds only where the result is a whole number of seconds, and a whole number
//! of days in seconds is what it says. Nothing here converts anything: the finding is a question.

use crate::base::units;
use crate::fleet::setting::{Setting, Unit};

/// How far beyond the usual values a number is suspicious: half a power of ten.
const MARGIN: f64 = 3.0;
/// Usual values around a default without a slider.
const AROUND: f64 = 3.0;
/// One day \[s\].
const DAY: f64 = 86_400.0;

/// A number that was probably given in another unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspicion {
    /// What to multiply with: 1000 for seconds in a key of milliseconds, 0.001 the other way round.
    pub factor: f64,
    /// What was probably meant, in the unit of the key.
    pub proposed: f64,
    /// Why, in a sentence.
    pub why: String,
}

/// Returns what a value was probably meant to be where it looks as if it were given in another unit.
///
/// `value` is in the setting's own unit. Special values, the default, and settings that are no durations are
/// never suspicious.
pub fn suspicion(setting: &Setting, value: f64) -> Option<Suspicion> {
    let (factor, proposed, given, holds) = match setting.unit {
        Unit::Milliseconds => (1_000.0, value * 1_000.0, "seconds", "milliseconds"),
        Unit::Seconds => (0.001, value / 1_000.0, "milliseconds", "seconds"),
        _ => return None,
    };
    let special = setting.special.is_some_and(|(special, _)| special == value);
    if !(value.is_finite() && value > 0.0) || special || setting.default_number() == Some(value) {
        return None;
    }
    if !(setting.range.0..=setting.range.1).contains(&proposed) {
        return None;
    }
    if factor < 1.0 && (proposed.fract() != 0.0 || value % DAY == 0.0) {
        return None;
    }
    let out_of_range = if factor > 1.0 { value < setting.range.0 } else { value > setting.range.1 };
    if !out_of_range && !unusual(setting, value, proposed) {
        return None;
    }
    let why = format!(
        "{} is {}; the file holds {holds} here, and as {given} it would be {}.",
        setting.name(),
        units::duration(value * setting.unit.seconds()?),
        units::duration(proposed * setting.unit.seconds()?),
    );
    Some(Suspicion { factor, proposed, why })
}

/// Returns whether a value lies far beyond the usual ones and the converted one among them.
fn unusual(setting: &Setting, value: f64, proposed: f64) -> bool {
    let Some((low, high)) = usual(setting) else { return false };
    let beyond = if proposed > value { value * MARGIN <= low } else { value >= high * MARGIN };
    beyond && (low..=high).contains(&proposed)
}

/// Returns the usual values of a setting in its own unit.
fn usual(setting: &Setting) -> Option<(f64, f64)> {
    let default = setting.default_number().filter(|&default| default > 0.0);
    match (setting.slider, default) {
        (Some((low, high)), Some(default)) => {
            Some((if low > 0.0 { low.min(default) } else { default }, high.max(default)))
        }
        (Some((low, high)), None) => (low > 0.0).then_some((low, high)),
        (None, Some(default)) => Some((default / AROUND, default * AROUND)),
        (None, None) => None,
    }
}
