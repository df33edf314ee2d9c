//! Which inputs matter: each one a fifth less and a fifth more, and what that does to t95.
//!
//! The same setting of several groups counts as one input. All are estimated; those that matter most can
//! be simulated, with the same draws on both sides and in the middle: all of them where that is affordable,
//! the first few elsewhere. Simulated ones stand before the others, each sorted by their own figures. An input
//! without effect is left out.

use super::super::trial::goal::Aim;
use super::super::trial::lever::{Assignment, assign};
use super::super::trial::{Goals, Trial};
use super::{Method, Progress, SweepError};
use crate::base::units;
use crate::fleet::file::{Input, Value, round_to_unit};
use crate::fleet::setting::Unit;
use crate::fleet::{Fleet, FleetFile};
use crate::sim::{SimError, on_threads};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// By how much every input is changed.
pub const SHARE: f64 = 0.2;
/// Inputs that runs confirm at least; more where that takes no longer than [`BUDGET`].
const CONFIRMED: usize = 5;
/// Attempts that confirming may cost beyond those [attempts].
const BUDGET: f64 = 1e8;
/// A smaller change of t95 than this share is no effect.
const EFFECT: f64 = 0.002;

/// One input, a fifth less and a fifth more.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Plain name of the input.
    pub label: &'static str,
    /// Addresses of the inputs that are changed together.
    pub addresses: Vec<String>,
    /// Its values now, in words.
    pub now: String,
    /// t95 with a fifth less [s]; infinite for never, `None` where the input does not accept it.
    pub less_s: Option<f64>,
    /// t95 with a fifth more [s].
    pub more_s: Option<f64>,
    /// Whether runs confirm it.
    pub simulated: bool,
}

impl Bar {
    /// Returns the larger distance from t95 as it is [s]; infinite where one side never recovers.
    pub fn reach(&self, t95_s: f64) -> f64 {
        let apart = |value: f64| if value == t95_s { 0.0 } else { (value - t95_s).abs() };
        [self.less_s, self.more_s].into_iter().flatten().map(apart).fold(0.0, f64::max)
    }
}

/// What matters, the largest effect first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tornado {
    /// t95 as it is [s]; infinite for never. By estimate.
    pub t95_s: f64,
    /// The same in runs, where there were runs [s].
    pub simulated_t95_s: Option<f64>,
    /// The inputs.
    pub bars: Vec<Bar>,
    /// How it was found.
    pub method: Method,
}

impl Tornado {
    /// Returns t95 as it is in the same way as a bar was found, which its sides are compared with [s].
    pub fn middle_s(&self, bar: &Bar) -> f64 {
        self.simulated_t95_s.filter(|_| bar.simulated).unwrap_or(self.t95_s)
    }

    /// Returns what the bars start from, in words: runs where there were runs, else the estimate.
    pub fn standing(&self) -> String {
        let base = self.simulated_t95_s.unwrap_or(self.t95_s);
        if base.is_finite() {
            format!("95 % back after {} as it is", units::duration(base))
        } else {
            "95 % are never back as it is".to_owned()
        }
    }

    /// Returns the sentence where there is no bar.
    pub fn without_effect(&self) -> &'static str {
        if self.t95_s.is_finite() {
            "No input changes it noticeably, a fifth less or a fifth more."
        } else {
            "No single input, a fifth less or a fifth more, brings the fleet back."
        }
    }
}

/// Inputs that are changed together.
struct Family {
    inputs: Vec<(Input, f64)>,
}

impl Family {
    /// Returns the assignments of a multiple of every value; `None` where one is not accepted, or nothing
    /// changes.
    fn times(&self, factor: f64) -> Option<Vec<Assignment>> {
        let each = self.inputs.iter().map(|(input, now)| {
            let value = now * factor;
            let value = if input.setting.whole { value.round() } else { round_to_unit(value) };
            input.setting.accepts(value).then(|| Assignment {
                input: input.clone(),
                group: String::new(),
                from: Some(Value::Number(*now)),
                to: Value::Number(value),
            })
        });
        let all: Vec<Assignment> = each.collect::<Option<_>>()?;
        all.iter().any(|one| one.from.as_ref() != Some(&one.to)).then_some(all)
    }
}

/// Returns the numeric inputs of a file that a simulation uses, the same setting of all groups together.
fn families(file: &FleetFile, scenario: Option<&str>) -> Vec<Family> {
    let view = file.view(scenario);
    let mut all: Vec<Family> = Vec::new();
    for input in file.inputs(scenario) {
        let numeric =
            !matches!(input.setting.unit, Unit::Choice(_) | Unit::Moment | Unit::Groups | Unit::Text);
        let asked = !input.decides_runs() || input.address == "/outage/watch_s";
        if !numeric || asked || view.inert(&input.address, input.setting).is_some() {
            continue;
        }
        let Ok(Value::Number(now)) = view.value(&input.address, input.setting) else { continue };
        if now <= 0.0 {
            continue;
        }
        let same = |family: &&mut Family| {
            let (first, _) = &family.inputs[0];
            first.group.is_some() && input.group.is_some() && first.setting.key == input.setting.key
        };
        match all.iter_mut().find(same) {
            Some(family) => family.inputs.push((input, now)),
            None => all.push(Family { inputs: vec![(input, now)] }),
        }
    }
    all
}

/// Changes every input of a scenario by a fifth, to both sides.
///
/// # Errors
/// [`SweepError`]; [`SimError::Cancelled`] inside of it soon after `stop` was set.
pub fn tornado(
    (file, scenario): (&FleetFile, Option<&str>),
    method: Method,
    threads: usize,
    (stop, progress): (&AtomicBool, Progress<'_>),
) -> Result<Tornado, SweepError> {
    let no_fleet = || SweepError::NoFleet {
        setting: "the settings of the project".to_owned(),
        reason: "No device loses its connection in this outage, or the project has errors.".to_owned(),
    };
    let t95 = |fleet: &Fleet| Trial::estimate(fleet, &NO_GOALS)?.figures.get(Aim::T95);
    let fleet = file.check(scenario).fleet.ok_or_else(no_fleet)?;
    let now = t95(&fleet).ok_or_else(no_fleet)?;
    let families = families(file, scenario);
    let changed = |family: &Family, factor: f64| {
        let assignments = family.times(factor)?;
        assign(file, scenario, &assignments).ok()?.check(scenario).fleet
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(family) = families.get(at).filter(|_| !stop.load(Ordering::Relaxed)) else {
                return made;
            };
            let side = |factor: f64| changed(family, factor).as_ref().and_then(t95);
            made.push((at, (side(1.0 - SHARE), side(1.0 + SHARE))));
        }
    };
    let mut sides = on_threads(threads.min(families.len()).max(1), work);
    if stop.load(Ordering::Relaxed) {
        return Err(SimError::Cancelled.into());
    }
    sides.sort_by_key(|(at, _)| *at);
    let bars = sides.into_iter().map(|(at, (less_s, more_s))| (bar(&families[at], less_s, more_s), at));
    let mut bars: Vec<(Bar, usize)> =
        bars.filter(|(bar, _)| bar.reach(now) > EFFECT * now.min(1e9)).collect();
    bars.sort_by(|a, b| b.0.reach(now).total_cmp(&a.0.reach(now)).then(a.1.cmp(&b.1)));
    let mut simulated_t95_s = None;
    if let Method::Exact { seed, runs } = method {
        let median = |fleet: &Fleet| {
            let trial = Trial::simulate(fleet, &NO_GOALS, (seed, runs), threads, stop)?;
            Ok::<_, SimError>(trial.figures.get(Aim::T95))
        };
        simulated_t95_s = median(&fleet)?;
        let all = affordable(&fleet, runs).min(bars.len());
        for (number, (bar, at)) in bars.iter_mut().take(all).enumerate() {
            progress(number, all);
            let side = |factor: f64| changed(&families[*at], factor).as_ref().map(median).transpose();
            bar.less_s = side(1.0 - SHARE)?.flatten();
            bar.more_s = side(1.0 + SHARE)?.flatten();
            bar.simulated = true;
        }
        progress(all, all);
        if let Some(middle) = simulated_t95_s {
            bars[..all].sort_by(|a, b| b.0.reach(middle).total_cmp(&a.0.reach(middle)).then(a.1.cmp(&b.1)));
        }
    }
    Ok(Tornado { t95_s: now, simulated_t95_s, bars: bars.into_iter().map(|(bar, _)| bar).collect(), method })
}

/// Returns how many inputs can be simulated on both sides.
fn affordable(fleet: &Fleet, runs: u32) -> usize {
    let attempts = Trial::estimate(fleet, &NO_GOALS).map_or(f64::INFINITY, |trial| trial.figures.attempts);
    let each = 2.0 * f64::from(runs) * attempts.max(1.0);
    ((BUDGET / each) as usize).max(CONFIRMED)
}

/// Nothing is judged here.
const NO_GOALS: Goals = Goals { list: Vec::new(), chance_pct: None };

/// Returns the bar of a family.
fn bar(family: &Family, less_s: Option<f64>, more_s: Option<f64>) -> Bar {
    let (first, value) = &family.inputs[0];
    let setting = first.setting;
    let same = family.inputs.iter().all(|(_, other)| other == value);
    let (low, high) = family
        .inputs
        .iter()
        .fold((*value, *value), |(low, high), (_, other)| (low.min(*other), high.max(*other)));
    let now = if same {
        setting.human(*value)
    } else {
        units::unbroken(&format!("{} to {}", setting.human(low), setting.human(high)))
    };
    Bar {
        label: setting.label,
        addresses: family.inputs.iter().map(|(input, _)| input.address.clone()).collect(),
        now,
        less_s,
        more_s,
        simulated: false,
    }
}
