//! Whether a number looks as if it were given in another unit than its key holds.
//!
//! The mistake that strands fleets is seconds typed into a key of milliseconds, and the other way round. A
//! number is suspicious where it makes no sense in its own unit and the thousandfold (for keys in milliseconds)
//! or the thousandth part (for keys in seconds) does. Two rules, both from the setting's row alone:
//!
//! 1. It lies outside the accepted range, and converted it lies inside.
//! 2. It lies beyond the usual values by `MARGIN` or more, and converted it lies among them. Usual is what
//!    the slider covers; without a slider the default and `AROUND` times more or less; where the slider
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
    let proposed = converted(setting, value)?;
    let (factor, given, holds) = match setting.unit {
        Unit::Milliseconds => (1_000.0, "seconds", "milliseconds"),
        _ => (0.001, "milliseconds", "seconds"),
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

/// Returns a duration converted into the other unit, in the unit of its key; `None` for anything else.
pub fn converted(setting: &Setting, value: f64) -> Option<f64> {
    match setting.unit {
        Unit::Milliseconds => Some(value * 1_000.0),
        Unit::Seconds => Some(value / 1_000.0),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::AgentKind;
    use crate::fleet::settings::{Area, group_setting};

    fn durations() -> impl Iterator<Item = &'static Setting> {
        Area::all().flat_map(Area::settings).filter(|setting| setting.unit.seconds().is_some())
    }

    fn asked(kind: AgentKind, key: &str, value: f64) -> Option<f64> {
        suspicion(group_setting(kind, key).unwrap(), value).map(|suspicion| suspicion.proposed)
    }

    #[test]
    fn no_default_is_suspicious_and_the_same_in_the_other_unit_is() {
        let mut found = 0;
        for setting in durations() {
            let Some(default) = setting.default_number() else { continue };
            assert_eq!(suspicion(setting, default), None, "{}", setting.key);
            let factor = if setting.unit == Unit::Milliseconds { 1_000.0 } else { 0.001 };
            let mistaken = default / factor;
            if default > 0.0 {
                let suspicion =
                    suspicion(setting, mistaken).unwrap_or_else(|| panic!("{} {mistaken}", setting.key));
                assert_eq!(suspicion.factor, factor, "{}", setting.key);
                assert!((suspicion.proposed / default - 1.0).abs() < 1e-9, "{}", setting.key);
                found += 1;
            }
        }
        assert!(found > 15, "{found}");
    }

    #[test]
    fn what_engineers_mistype_is_asked_for() {
        for (kind, key, value, proposed) in [
            (AgentKind::CSdk, "connect_timeout", 10.0, 10_000.0),
            (AgentKind::CSdk, "max_connect_delay", 60.0, 60_000.0),
            (AgentKind::CSdk, "max_connect_delay", 300.0, 300_000.0),
            (AgentKind::CSdk, "connect_retry_interval", 30.0, 30_000.0),
            (AgentKind::CSdk, "ping_rate", 55.0, 55_000.0),
            (AgentKind::Ems, "ping_rate", 120.0, 120_000.0),
            (AgentKind::CSdk, "duty_cycle/period_ms", 600.0, 600_000.0),
            (AgentKind::ExampleAgent, "max_connect_delay", 60.0, 60_000.0),
            (AgentKind::ExampleAgent, "reconnect_random_delay_seconds", 30_000.0, 30.0),
            (AgentKind::ExampleAgent, "reconnect_random_delay_seconds", 600_000.0, 600.0),
            (AgentKind::JavaSdk, "reconnect_interval_s", 15_000.0, 15.0),
            (AgentKind::Generic, "keep_alive_s", 60_000.0, 60.0),
        ] {
            assert_eq!(asked(kind, key, value), Some(proposed), "{key} {value}");
        }
        let why = suspicion(group_setting(AgentKind::CSdk, "connect_timeout").unwrap(), 10.0).unwrap().why;
        assert_eq!(
            why,
            "connect_timeout is 10 ms; the file holds milliseconds here, and as seconds it would be 10 s."
        );
    }

    #[test]
    fn what_makes_sense_is_not_asked_for() {
        for (kind, key, value) in [
            (AgentKind::CSdk, "connect_timeout", 1_000.0),
            (AgentKind::CSdk, "connect_timeout", 500.0),
            (AgentKind::CSdk, "max_connect_delay", 0.0),
            (AgentKind::CSdk, "max_connect_delay", 3_600_000.0),
            (AgentKind::CSdk, "max_connect_delay", -5.0),
            (AgentKind::CSdk, "max_connect_delay", f64::NAN),
            (AgentKind::CSdk, "connect_retries", 3.0),
            (AgentKind::CSdk, "connect_retry_interval", 250.0),
            (AgentKind::CSdk, "duty_cycle/period_ms", 0.0),
            (AgentKind::ExampleAgent, "reconnect_random_delay_seconds", 3_600.0),
            (AgentKind::ExampleAgent, "reconnect_random_delay_seconds", 86_400.0),
            (AgentKind::JavaSdk, "reconnect_interval_s", 600.0),
            (AgentKind::Generic, "backoff/base_ms", 100.0),
        ] {
            assert_eq!(asked(kind, key, value), None, "{key} {value}");
        }
    }

    /// Sliders hold what people drag to, so nothing on them may be questioned.
    #[test]
    fn nothing_on_a_slider_is_suspicious() {
        for setting in durations() {
            let Some((low, high)) = setting.slider else { continue };
            for value in [low, (low * high).sqrt(), high] {
                assert_eq!(suspicion(setting, value), None, "{} {value}", setting.key);
            }
        }
    }
}
