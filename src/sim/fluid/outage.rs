//! The outage: every source by itself, and long ones in part.
//!
//! While the platform is down devices do not meet each other, so each source walks through the outage
//! alone. What happens repeats itself: fixed retry intervals are periodic, and random delays forget
//! their beginning (renewal theory; U(0, R) settles at two attempts per R). So once a source has been
//! through its cycle often enough, a whole number of mean cycles is left out. That is exact where waits
//! are fixed, and off by less than 10⁻⁵ where they are random; the attempts left out are added as a
//! constant rate between what was played and the return.

use super::flow::Flow;
use super::model::{Model, Source, Stage, Then, Wall};
use super::record::Record;

/// Cycles of random waits until the beginning is forgotten: at least, and as many as are played.
const CYCLES: [f64; 2] = [5.0, 40.0];
/// What is left of it then.
const FORGOTTEN: f64 = 1e-5;

/// What a source does in the outage, before it is played.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Time that is played [s]; the end of it is the end of the outage.
    pub(super) played_s: f64,
    /// Attempts of each device in the time left out.
    left_out: f64,
}

/// The part of the graph that repeats.
struct Cycle {
    /// Longest time until a device is in it, and through it once [s].
    enters_s: f64,
    /// Mean length [s]; infinite where devices give up instead.
    mean_s: f64,
    longest_s: f64,
    attempts: f64,
    /// What is left of a ripple after one cycle, 0..1.
    ripple: f64,
}

/// Returns how a source is played through the outage, in about `most_s` where less would do.
pub(super) fn plan(model: &Model, source: &Source, most_s: f64) -> Plan {
    if model.meets == Wall::Served {
        return Plan { played_s: 0.0, left_out: 0.0 };
    }
    let outage = (model.outage_s - source.skipped_s).max(0.0);
    let hold = match &model.meets {
        Wall::Served | Wall::FailsAtOnce => 0.0,
        Wall::BlackHole { gives_up_s, .. } => *gives_up_s,
    };
    let whole = Plan { played_s: outage, left_out: source.skipped_attempts };
    let cycle = cycle(source, hold);
    if !cycle.mean_s.is_finite() {
        // Everybody has given up by then.
        return Plan { played_s: outage.min(cycle.enters_s), ..whole };
    }
    let cycles = if cycle.ripple > 1.0 - 1e-9 {
        1.0
    } else {
        (FORGOTTEN.ln() / cycle.ripple.max(1e-12).ln()).clamp(CYCLES[0], CYCLES[1])
    };
    let needs = (cycle.enters_s + cycles * cycle.longest_s).min(most_s.max(cycle.enters_s));
    if outage <= needs + cycle.mean_s || cycle.mean_s <= 0.0 {
        return whole;
    }
    let skipped = ((outage - needs) / cycle.mean_s).floor();
    Plan { played_s: outage - skipped * cycle.mean_s, left_out: whole.left_out + skipped * cycle.attempts }
}

/// Returns the shortest time from a failed attempt to the next one [s]; infinite where none follows.
pub(super) fn shortest_retry_s(source: &Source) -> f64 {
    let until_next = |mut stage: usize| {
        let mut wait = 0.0;
        // No more waits than stages: a graph of waits alone would go round for ever.
        for _ in &source.stages {
            let Stage { to_s, then, .. } = source.stages[stage];
            wait += to_s;
            match then {
                Then::Wait(next) => stage = next,
                Then::Attempt { .. } => return wait,
                Then::Strand => break,
            }
        }
        f64::INFINITY
    };
    let failed = source.stages.iter().filter_map(|stage| match stage.then {
        Then::Attempt { failed } => Some(until_next(failed)),
        _ => None,
    });
    failed.fold(f64::INFINITY, f64::min)
}

/// Returns the longest time until a device attempts again while it fails [s].
pub(super) fn longest_cycle_s(source: &Source) -> f64 {
    let cycle = cycle(source, 0.0);
    if cycle.mean_s.is_finite() { cycle.longest_s } else { cycle.enters_s }
}

/// Follows a device whose attempts all fail, each after `hold` [s].
fn cycle(source: &Source, hold: f64) -> Cycle {
    let stages = &source.stages;
    let (mut seen, mut path, mut at) = (vec![None; stages.len()], Vec::new(), Some(0));
    while let Some(stage) = at.filter(|&stage| seen[stage].is_none()) {
        seen[stage] = Some(path.len());
        path.push(stage);
        at = match stages[stage].then {
            Then::Wait(next) | Then::Attempt { failed: next } => Some(next),
            Then::Strand => None,
        };
    }
    let held = |&stage: &usize| if matches!(stages[stage].then, Then::Attempt { .. }) { hold } else { 0.0 };
    let longest = |path: &[usize]| path.iter().map(|stage| stages[*stage].to_s + held(stage)).sum::<f64>();
    let Some(begin) = at.and_then(|stage| seen[stage]) else {
        let enters_s = longest(&path);
        return Cycle { enters_s, mean_s: f64::INFINITY, longest_s: enters_s, attempts: 0.0, ripple: 1.0 };
    };
    let around = &path[begin..];
    let mean_s: f64 = around.iter().map(|stage| stages[*stage].mean_s() + held(stage)).sum();
    // Characteristic function of the uniform parts at the frequency of the cycle.
    let ripple = around.iter().map(|&stage| {
        let angle = std::f64::consts::PI * (stages[stage].to_s - stages[stage].from_s) / mean_s;
        if angle > 1e-9 { (angle.sin() / angle).abs() } else { 1.0 }
    });
    let attempts = around.iter().filter(|&&stage| matches!(stages[stage].then, Then::Attempt { .. })).count();
    Cycle {
        enters_s: longest(&path),
        mean_s,
        longest_s: longest(around),
        attempts: attempts as f64,
        ripple: ripple.product(),
    }
}

/// Plays the outage of one source; returns it as it is at the return.
pub(super) fn play(model: &Model, source: &Source, plan: Plan, record: &mut Record) -> Flow {
    let step_s = record.step_s();
    let steps = (plan.played_s / step_s - 1e-9).ceil().max(0.0);
    let begin = plan.played_s - steps * step_s;
    let mut flow = Flow::new(source, model.tier.patience_s, &model.meets, step_s, begin);
    for step in 0..steps as usize {
        let moved = flow.advance();
        let from = begin + step as f64 * step_s;
        record.outage([from.max(0.0), from + step_s], &moved);
        flow.during(&model.meets, (steps - 1.0 - step as f64) * step_s);
    }
    flow.platform_returns();
    if model.meets != Wall::Served {
        record.left_out([plan.played_s, model.outage_s], source.devices * plan.left_out);
    }
    flow
}
