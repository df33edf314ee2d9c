//! One source on the move: its stages as [`Line`]s, and what comes of its attempts.
//!
//! A step has two halves, because all sources meet at the tier: first everybody whose wait ends moves
//! on, which yields the attempts of the step; then the tier's answer sends those that failed into their
//! next wait, at once, at their time-out or when the platform closes them.

use super::line::Line;
use super::model::{Source, Stage, Then, Wall};
use super::tier::Fate;

/// What one source does in one step [devices].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moved {
    /// Attempts begun.
    pub(super) attempts: f64,
    /// Attempts that reach the platform.
    pub(super) arrivals: f64,
    /// Attempts given up by their device.
    pub(super) timed_out: f64,
    /// Devices given up.
    pub(super) stranded: f64,
}

impl Moved {
    /// Adds `times` such steps.
    pub(super) fn add(&mut self, other: &Self, times: f64) {
        self.attempts += times * other.attempts;
        self.arrivals += times * other.arrivals;
        self.timed_out += times * other.timed_out;
        self.stranded += times * other.stranded;
    }
}

/// The waits of attempts that do not fail at once, one set per stage that attempts.
struct Holds {
    /// Until the device's time-out.
    late: Line,
    /// Until the platform closes it.
    closed: Line,
    /// Until the kernel gives up.
    unanswered: Line,
    /// Nobody is in any of them.
    resting: bool,
}

impl Holds {
    /// Ends the step, in which these entered [devices].
    #[inline]
    fn settle(&mut self, late: f64, closed: f64, unanswered: f64) {
        if self.resting && late == 0.0 && closed == 0.0 && unanswered == 0.0 {
            return;
        }
        self.late.settle(late);
        self.closed.settle(closed);
        self.unanswered.settle(unanswered);
        self.resting = self.late.is_resting() && self.closed.is_resting() && self.unanswered.is_resting();
    }
}

/// A source during a run.
pub(super) struct Flow<'a> {
    source: &'a Source,
    /// All devices do the same within one step.
    bursts: bool,
    /// The platform closes a request before its device gives it up.
    closes_first: bool,
    step_s: f64,
    timeout: f64,
    lines: Vec<Line>,
    holds: Vec<Option<Holds>>,
    /// Enter each stage in the current step [devices].
    inflow: Vec<f64>,
    /// Leave each stage in the current step [devices].
    outflow: Vec<f64>,
    /// Of the last inflow, what came from attempts that failed at once: the guess for this step's.
    at_once: Vec<f64>,
    /// Devices at the loss, as far as they count: their first wait is known in closed form.
    lost: f64,
    /// Of these, who has not left stage 0 yet.
    first: f64,
    /// Time since the loss at the end of the last step [s].
    clock: f64,
    /// Attempts that will arrive by a repeated SYN, per stage and step after the return.
    repeated: Vec<Vec<f64>>,
    /// Steps since the return.
    step: usize,
}

impl<'a> Flow<'a> {
    /// Returns the source at its loss, its clock at `clock` [s, at most 0].
    pub(super) fn new(source: &'a Source, patience_s: f64, wall: &Wall, step_s: f64, clock: f64) -> Self {
        let bursts = source.stages.iter().all(|stage| stage.to_s - stage.from_s < step_s);
        let steps = |wait: f64| wait / step_s;
        // Whole steps keep together what comes together.
        let whole = |wait: f64| if bursts { steps(wait).round() } else { steps(wait) };
        let fixed = |wait: f64| Line::new(whole(wait), whole(wait));
        let line = |stage: &Stage| {
            if bursts { fixed(stage.mean_s()) } else { Line::new(steps(stage.from_s), steps(stage.to_s)) }
        };
        let gives_up = match wall {
            Wall::FailsAtOnce => 0.0,
            Wall::BlackHole { gives_up_s, .. } => *gives_up_s,
        };
        let closes = if patience_s.is_finite() { patience_s.min(source.timeout_s) } else { 0.0 };
        let holds = |stage: &Stage| {
            matches!(stage.then, Then::Attempt { .. }).then(|| Holds {
                late: fixed(source.timeout_s),
                closed: fixed(closes),
                unanswered: fixed(gives_up),
                resting: true,
            })
        };
        let zeros = vec![0.0; source.stages.len()];
        Self {
            source,
            bursts,
            closes_first: closes < source.timeout_s,
            step_s,
            timeout: source.timeout_s / step_s,
            lines: source.stages.iter().map(line).collect(),
            holds: source.stages.iter().map(holds).collect(),
            inflow: zeros.clone(),
            outflow: zeros.clone(),
            at_once: zeros,
            lost: source.devices,
            first: source.devices,
            clock,
            repeated: vec![Vec::new(); source.stages.len()],
            step: 0,
        }
    }

    /// Returns whether all devices do the same within one step.
    pub(super) fn bursts(&self) -> bool {
        self.bursts
    }

    /// Returns the device's time-out [steps].
    pub(super) fn timeout(&self) -> f64 {
        self.timeout
    }

    /// Moves everybody on whose wait ends in this step.
    pub(super) fn advance(&mut self) -> Moved {
        let source = self.source;
        self.clock += self.step_s;
        let mut moved = Moved::default();
        self.inflow.fill(0.0);
        for (index, stage) in source.stages.iter().enumerate() {
            let (Then::Attempt { failed }, Some(holds)) = (stage.then, &mut self.holds[index]) else {
                continue;
            };
            // What enters a hold in this step leaves it in this one only where the hold is shorter.
            if holds.resting {
                continue;
            }
            let out = [holds.late.pass(0.0), holds.closed.pass(0.0), holds.unanswered.pass(0.0)];
            self.inflow[failed] += out[0] + out[1] + out[2];
            moved.timed_out += if self.closes_first { out[0] } else { out[0] + out[1] };
        }
        for (index, stage) in source.stages.iter().enumerate() {
            let mut out = self.lines[index].pass(self.inflow[index] + self.at_once[index]);
            if index == 0 && self.first > 0.0 {
                out += self.leave_first(stage);
            }
            self.outflow[index] = out;
            match stage.then {
                Then::Wait(next) => self.inflow[next] += out,
                Then::Attempt { .. } => {
                    moved.attempts += out;
                    moved.arrivals += out + self.repeated[index].get(self.step).copied().unwrap_or(0.0);
                }
                Then::Strand => moved.stranded += out,
            }
        }
        moved
    }

    /// Returns who ends the very first wait in this step.
    fn leave_first(&mut self, stage: &Stage) -> f64 {
        let width = stage.to_s - stage.from_s;
        let stay = if self.clock >= stage.to_s {
            0.0
        } else if width > 0.0 {
            self.lost * ((stage.to_s - self.clock) / width).min(1.0)
        } else {
            self.lost
        };
        let out = self.first - stay;
        self.first = stay;
        out
    }

    /// Ends a step after the return, in which arrivals met this fate and `late` of the served will be
    /// too late.
    pub(super) fn after(&mut self, fate: &Fate, late: f64) {
        let source = self.source;
        self.at_once.fill(0.0);
        for (index, stage) in source.stages.iter().enumerate() {
            let (Then::Attempt { failed }, Some(holds)) = (stage.then, &mut self.holds[index]) else {
                continue;
            };
            let repeated = self.repeated[index].get(self.step).copied().unwrap_or(0.0);
            let arrivals = self.outflow[index] + repeated;
            let refused = arrivals * fate.refused;
            self.inflow[failed] += refused;
            self.at_once[failed] += refused;
            holds.settle(arrivals * fate.served * late, arrivals * fate.closed, 0.0);
        }
        self.step += 1;
        self.settle();
    }

    /// Ends a step of the outage that ends `left_s` before the return.
    pub(super) fn during(&mut self, wall: &Wall, left_s: f64) {
        let source = self.source;
        self.at_once.fill(0.0);
        for (index, stage) in source.stages.iter().enumerate() {
            let (Then::Attempt { failed }, Some(holds)) = (stage.then, &mut self.holds[index]) else {
                continue;
            };
            let attempts = self.outflow[index];
            match wall {
                Wall::FailsAtOnce => {
                    self.inflow[failed] += attempts;
                    self.at_once[failed] += attempts;
                }
                Wall::BlackHole { repeats_s, .. } => {
                    let span = [left_s, left_s + self.step_s];
                    let rest = if attempts > 0.0 {
                        repeat(&mut self.repeated[index], repeats_s, span, attempts, self.step_s)
                    } else {
                        0.0
                    };
                    holds.settle(0.0, 0.0, rest);
                }
            }
        }
        self.settle();
    }

    fn settle(&mut self) {
        for (line, &inflow) in self.lines.iter_mut().zip(&self.inflow) {
            line.settle(inflow);
        }
    }

    /// Returns everybody who is neither back, stranded nor about to be served in time.
    pub(super) fn inside(&self) -> f64 {
        let holds = self.holds.iter().flatten();
        let held: f64 = holds.map(|h| h.late.inside() + h.closed.inside() + h.unanswered.inside()).sum();
        let slots = self.repeated.iter().flat_map(|slots| slots.iter().skip(self.step));
        self.first + held + slots.sum::<f64>() + self.lines.iter().map(Line::inside).sum::<f64>()
    }

    /// Returns whether the outage has left no trace: every device has failed after the return at least
    /// once, or waits to try.
    pub(super) fn has_forgotten(&self) -> bool {
        self.first <= 0.0
            && self.repeated.iter().all(|slots| slots.len() <= self.step)
            && self.holds.iter().flatten().all(|holds| holds.unanswered.is_resting())
    }

    /// Multiplies the population.
    pub(super) fn scale(&mut self, factor: f64) {
        self.lost *= factor;
        self.first *= factor;
        self.lines.iter_mut().for_each(|line| line.scale(factor));
        for holds in self.holds.iter_mut().flatten() {
            for line in [&mut holds.late, &mut holds.closed, &mut holds.unanswered] {
                line.scale(factor);
            }
        }
    }
}

/// Notes when attempts that begin evenly while `span` [s] is left until the return get through by a
/// repeated SYN; returns how many have no repetition left.
fn repeat(slots: &mut Vec<f64>, repeats_s: &[f64], span: [f64; 2], attempts: f64, step_s: f64) -> f64 {
    let density = attempts / (span[1] - span[0]);
    let (mut before, mut rest) = (0.0, attempts);
    for &repeat in repeats_s {
        let (from, to) = (span[0].max(before), span[1].min(repeat));
        if to > from {
            let mass = density * (to - from);
            spread(slots, (repeat - to) / step_s, (repeat - from) / step_s, mass);
            rest -= mass;
        }
        before = repeat;
    }
    rest.max(0.0)
}

/// Spreads a mass evenly over the slots from `from` to `to`.
pub(super) fn spread(slots: &mut Vec<f64>, from: f64, to: f64, mass: f64) {
    let last = (to.ceil() as usize).max(from as usize + 1);
    if slots.len() < last {
        slots.resize(last, 0.0);
    }
    if to - from < 1e-9 {
        slots[from as usize] += mass;
        return;
    }
    for (slot, sum) in slots.iter_mut().enumerate().take(last).skip(from as usize) {
        let part = (to.min(slot as f64 + 1.0) - from.max(slot as f64)).max(0.0);
        *sum += mass * part / (to - from);
    }
}
