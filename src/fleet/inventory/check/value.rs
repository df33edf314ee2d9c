//! A device's own value of a setting: what a cell means, and whether it can be meant.
//!
//! A bare number is in the unit of the agent's file. Seconds where milliseconds belong are the mistake
//! that strands fleets; they are recognised by their size and asked about, never converted.

use super::{Fault, guarded, nearest};
use crate::base::units;
use crate::fleet::AgentKind;
use crate::fleet::file::Value;
use crate::fleet::setting::{Setting, Unit};
use crate::fleet::settings::group_setting;
use crate::fleet::settings::suspicion::{converted, suspicion};

/// Checks the device's own value of a setting.
pub(super) fn own_setting(key: &'static str, text: &str, kind: Option<AgentKind>) -> Option<Fault> {
    let kind = kind?;
    let Some(setting) = group_setting(kind, key) else {
        let what = format!("{} has no setting `{key}`.", kind.label());
        let why = "The value has no effect and is written to no file of the device.";
        return Some(Fault::warning("I012", what, why).fix("Clear it, or move the device to another group."));
    };
    match own_value(setting, text) {
        Ok(Value::Number(number)) => implausible(setting, number),
        Ok(_) => None,
        Err(fault) => Some(*fault),
    }
}

/// Returns the value that a text gives to a setting, in the unit of the agent's file; durations may carry
/// their own unit (`10 s`).
pub(in super::super) fn own_value(setting: &'static Setting, text: &str) -> Result<Value, Box<Fault>> {
    let fault = |what: String, fix: String| Box::new(Fault::error("I011", what, setting.meaning).fix(fix));
    let range = || format!("Give {}.", setting.range_text());
    match setting.unit {
        Unit::Choice(choices) => {
            if let Some(choice) = choices.iter().find(|choice| choice.is_meant_by(text)) {
                return Ok(Value::Word(choice.value.to_owned()));
            }
            let near = nearest(text, choices.iter().map(|choice| choice.value));
            let fix = near.map_or_else(range, |near| format!("Did you mean `{near}`?"));
            Err(fault(format!("`{}` is not known for `{}`.", guarded(text), setting.name()), fix))
        }
        Unit::Moment | Unit::Groups | Unit::Text => Ok(Value::Word(text.to_owned())),
        unit => {
            let Some(number) = number(unit, text) else {
                return Err(fault(
                    format!("`{}` is no number for `{}`.", guarded(text), setting.name()),
                    range(),
                ));
            };
            if setting.accepts(number) {
                return Ok(Value::Number(number));
            }
            let meant = meant(setting, number).map(|meant| format!("; did you mean {meant}?"));
            let name = setting.name();
            let what = format!(
                "`{name}` is {}{}",
                in_file(setting, number),
                meant.unwrap_or_else(|| ".".to_owned())
            );
            Err(fault(what, range()))
        }
    }
}

/// Returns the number a text names in a unit; a duration may carry its own.
pub(in super::super) fn number(unit: Unit, text: &str) -> Option<f64> {
    let bare = units::parse_number(text);
    bare.or_else(|| {
        let value = units::parse_duration(text)? / unit.seconds()?;
        // Dividing by the unit leaves its traces in the last bits.
        let nearest = value.round();
        Some(if (value - nearest).abs() <= 1e-9 * nearest.abs().max(1.0) { nearest } else { value })
    })
}

/// Returns a number with the sign of the file's unit: `10 ms`, unlike [`Setting::human`] never converted.
fn in_file(setting: &Setting, number: f64) -> String {
    format!("{} {}", units::significant(number), setting.unit.sign()).trim_end().to_owned()
}

/// Warns of a number that is accepted but looks as if it were given in seconds instead of milliseconds, or
/// the other way round.
fn implausible(setting: &'static Setting, number: f64) -> Option<Fault> {
    let meant = setting.human(suspicion(setting, number)?.proposed);
    let what = format!("`{}` is {}; did you mean {meant}?", setting.name(), in_file(setting, number));
    let why = "The unit of a setting is the one of the agent's file; nothing is converted silently.";
    Some(Fault::warning("I015", what, why).fix(format!("Check it; accepted is {}.", setting.range_text())))
}

/// Returns what was probably meant by a number that is refused: in the other unit it is accepted.
fn meant(setting: &Setting, number: f64) -> Option<String> {
    let likely = suspicion(setting, number).map(|odd| odd.proposed);
    let accepted = || converted(setting, number).filter(|other| setting.accepts(*other));
    likely.or_else(accepted).map(|other| setting.human(other))
}
