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

/// A stage that ends in an attempt, and the waits of attempts that do not fail at once.
#[derive(Clone)]
struct Attempting {
    stage: usize,
    /// Stage of those whose attempt failed.
    failed: usize,
    /// Until the device's time-out.
    late: Line,
    /// Until the platform closes it.
    closed: Line,
    /// Until the kernel gives up.
    unanswered: Line,
    /// Nobody is in any of them.
    resting: bool,
    /// Attempts that will arrive by a repeated SYN, per step after the return.
    repeated: Vec<f64>,
}

impl Attempting {
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

    fn lines(&mut self) -> [&mut Line; 3] {
        [&mut self.late, &mut self.closed, &mut self.unanswered]
    }

    /// Returns who arrives in this step after the return by a repeated SYN.
    #[inline]
    fn repeated(&self, step: usize) -> f64 {
        self.repeated.get(step).copied().unwrap_or(0.0)
    }
}

/// A wait and what is known of it in the current step.
#[derive(Clone)]
struct Waiting {
    line: Line,
    then: Then,
    /// Enter in the current step [devices].
    inflow: f64,
    /// Leave in the current step [devices].
    outflow: f64,
    /// Of the last inflow, what came from attempts that failed at once: the guess for this step's.
    at_once: f64,
}

/// A source during a run.
#[derive(Clone)]
pub(super) struct Flow {
    /// The first wait [s], whose end is known in closed form.
    first_wait: Stage,
    /// All devices do the same within one step.
    bursts: bool,
    /// The platform closes a request before its device gives it up.
    closes_first: bool,
    /// Attempts of the outage can arrive by a repeated SYN.
    repeats: bool,
    step_s: f64,
    timeout: f64,
    waits: Vec<Waiting>,
    attempting: Vec<Attempting>,
    /// Devices at the loss, as far as they count.
    lost: f64,
    /// Of these, who has not left stage 0 yet.
    first: f64,
    /// Time since the loss at the end of the last step [s].
    clock: f64,
    /// Steps since the return.
    step: usize,
}

impl Flow {
    /// Returns the source at its loss, its clock at `clock` [s, at most 0].
    pub(super) fn new(source: &Source, patience_s: f64, wall: &Wall, step_s: f64, clock: f64) -> Self {
        let bursts = source.stages.iter().all(|stage| stage.to_s - stage.from_s < step_s);
        let steps = |wait: f64| wait / step_s;
        // Whole steps keep together what comes together.
        let whole = |wait: f64| if bursts { steps(wait).round() } else { steps(wait) };
        let fixed = |wait: f64| Line::new(whole(wait), whole(wait));
        let line = |stage: &Stage| {
            if bursts { fixed(stage.mean_s()) } else { Line::new(steps(stage.from_s), steps(stage.to_s)) }
        };
        let gives_up = match wall {
            Wall::Served | Wall::FailsAtOnce => 0.0,
            Wall::BlackHole { gives_up_s, .. } => *gives_up_s,
        };
        let closes = if patience_s.is_finite() { patience_s.min(source.timeout_s) } else { 0.0 };
        let waiting = |stage: &Stage| Waiting {
            line: line(stage),
            then: stage.then,
            inflow: 0.0,
            outflow: 0.0,
            at_once: 0.0,
        };
        let attempting = |(stage, then): (usize, Then)| match then {
            Then::Attempt { failed } => Some(Attempting {
                stage,
                failed,
                late: fixed(source.timeout_s),
                closed: fixed(closes),
                unanswered: fixed(gives_up),
                resting: true,
                repeated: Vec::new(),
            }),
            _ => None,
        };
        let stages = source.stages.iter().map(|stage| stage.then).enumerate();
        Self {
            first_wait: source.stages[0],
            bursts,
            closes_first: closes < source.timeout_s,
            repeats: matches!(wall, Wall::BlackHole { .. }),
            step_s,
            timeout: source.timeout_s / step_s,
            waits: source.stages.iter().map(waiting).collect(),
            attempting: stages.filter_map(attempting).collect(),
            lost: source.devices,
            first: source.devices,
            clock,
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
        self.clock += self.step_s;
        let mut moved = Moved::default();
        // What enters a hold in this step leaves it in this one only where the hold is shorter.
        for holds in self.attempting.iter_mut().filter(|holds| !holds.resting) {
            let out = [holds.late.pass(0.0), holds.closed.pass(0.0), holds.unanswered.pass(0.0)];
            self.waits[holds.failed].inflow += out[0] + out[1] + out[2];
            moved.timed_out += if self.closes_first { out[0] } else { out[0] + out[1] };
        }
        let mut first = if self.first > 0.0 { self.leave_first() } else { 0.0 };
        for index in 0..self.waits.len() {
            let wait = &mut self.waits[index];
            let guess = wait.inflow + std::mem::take(&mut wait.at_once);
            let out = wait.line.pass(guess) + std::mem::take(&mut first);
            wait.outflow = out;
            match wait.then {
                Then::Wait(next) => self.waits[next].inflow += out,
                Then::Attempt { .. } => moved.attempts += out,
                Then::Strand => moved.stranded += out,
            }
        }
        moved.arrivals = moved.attempts;
        if self.repeats {
            let repeated = self.attempting.iter().map(|holds| holds.repeated(self.step));
            moved.arrivals += repeated.sum::<f64>();
        }
        moved
    }

    /// Returns who ends the very first wait in this step.
    fn leave_first(&mut self) -> f64 {
        let stage = &self.first_wait;
        let width = stage.to_s - stage.from_s;
        // What ends with a step belongs to the next one: at the return itself the platform is there.
        let ended = if width > 0.0 { self.clock >= stage.to_s } else { self.clock > stage.to_s + 1e-9 };
        let stay = if ended {
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
        for holds in &mut self.attempting {
            let arrivals = self.waits[holds.stage].outflow + holds.repeated(self.step);
            let failed = &mut self.waits[holds.failed];
            let refused = arrivals * fate.refused;
            failed.inflow += refused;
            failed.at_once += refused;
            holds.settle(arrivals * fate.served * late, arrivals * fate.closed, 0.0);
        }
        self.step += 1;
        self.settle();
    }

    /// Ends a step of the outage that ends `left_s` before the return.
    pub(super) fn during(&mut self, wall: &Wall, left_s: f64) {
        for holds in &mut self.attempting {
            let attempts = self.waits[holds.stage].outflow;
            match wall {
                Wall::Served | Wall::FailsAtOnce => {
                    let failed = &mut self.waits[holds.failed];
                    failed.inflow += attempts;
                    failed.at_once += attempts;
                }
                Wall::BlackHole { repeats_s, .. } => {
                    let span = [left_s, left_s + self.step_s];
                    let rest = if attempts > 0.0 {
                        repeat(&mut holds.repeated, repeats_s, span, attempts, self.step_s)
                    } else {
                        0.0
                    };
                    holds.settle(0.0, 0.0, rest);
                }
            }
        }
        self.settle();
    }

    /// Ends the outage: who fails at once no longer says who will.
    ///
    /// Where a step is longer than a retry interval that guess would let devices attempt twice in the
    /// first step, and come back twice.
    pub(super) fn platform_returns(&mut self) {
        self.waits.iter_mut().for_each(|wait| wait.at_once = 0.0);
    }

    #[inline]
    fn settle(&mut self) {
        self.waits.iter_mut().for_each(|wait| wait.line.settle(std::mem::take(&mut wait.inflow)));
    }

    /// Returns everybody who is neither back, stranded nor about to be served in time.
    pub(super) fn inside(&self) -> f64 {
        let held = self.attempting.iter().map(|holds| {
            let lines = holds.late.inside() + holds.closed.inside() + holds.unanswered.inside();
            lines + holds.repeated.iter().skip(self.step).sum::<f64>()
        });
        self.first + held.sum::<f64>() + self.waits.iter().map(|wait| wait.line.inside()).sum::<f64>()
    }

    /// Returns whether the outage has left no trace: every device has failed after the return at least
    /// once, or waits to try.
    pub(super) fn has_forgotten(&self) -> bool {
        self.first <= 0.0
            && self.attempting.iter().all(|a| a.repeated.len() <= self.step && a.unanswered.is_resting())
    }

    /// Multiplies the population.
    pub(super) fn scale(&mut self, factor: f64) {
        self.lost *= factor;
        self.first *= factor;
        self.waits.iter_mut().for_each(|wait| wait.line.scale(factor));
        for line in self.attempting.iter_mut().flat_map(Attempting::lines) {
            line.scale(factor);
        }
    }

    /// Makes the steps twice as long; possible at the return only.
    pub(super) fn coarsen(&mut self) {
        let whole = self.bursts;
        self.step_s *= 2.0;
        self.timeout *= 0.5;
        for wait in &mut self.waits {
            wait.line.coarsen(whole);
        }
        for attempting in &mut self.attempting {
            attempting.repeated = attempting.repeated.chunks(2).map(|pair| pair.iter().sum()).collect();
            for line in attempting.lines() {
                line.coarsen(whole);
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
