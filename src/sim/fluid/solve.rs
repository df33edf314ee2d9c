//! One pass: length of the steps, the outages, the return, and leaps through what hardly changes.
//!
//! A step is a fraction of the shortest time that matters, and not shorter than the budget of work
//! allows. A recovery that is still not over when the budget is used up has become slow compared with
//! the waits of its devices: everything follows from how many are away. So the engine measures the
//! rates over a cycle, lets that many come back at once, and plays on until waits and queue have
//! settled again (projective integration).

use super::flow::Flow;
use super::model::{Model, Source};
use super::outage::{self, Plan, longest_cycle_s, plan, shortest_retry_s};
use super::record::{Record, Step};
use super::tier::Tier;
use super::{Curves, Mean, MeanTimes, Peak};

/// Work of one pass; a unit is one look at one stage.
const BUDGET: f64 = 22_000.0;
/// Work of the tier in one step.
const TIER: f64 = 8.0;
/// Nothing more happens with fewer devices than this.
const NOBODY: f64 = 1e-4;
/// Steps longer than this part of the shortest time are a doubt.
const COARSE: f64 = 0.25;
/// Waits shorter than this are not resolved [s].
const SHORT: f64 = 0.05;
/// As many windows like the one before are a steady state.
const STEADY: u32 = 2;
/// Fewest and most leaps through a long recovery.
const LEAPS: [f64; 2] = [6.0, 50.0];
/// Longest window between leaps when the budget is used up [steps].
const LONGEST_WINDOW: f64 = 400.0;
/// Part of the devices that is left after all leaps that the budget has room for.
const REST: f64 = 0.02;

/// What one pass yields.
pub(super) struct Pass {
    pub(super) curves: Curves,
    pub(super) totals: Mean,
    pub(super) times: MeanTimes,
    pub(super) peaks: [Peak; 2],
    pub(super) step_s: f64,
    /// Longest wait of an arrival [s].
    pub(super) longest_wait_s: f64,
    /// Whether the budget of work made the steps longer than the shortest waits allow.
    pub(super) coarse: bool,
}

/// Plays the model once.
///
/// `effort` is 1, or less for a question that needs less accuracy.
pub(super) fn pass(model: &Model, effort: f64) -> Pass {
    let budget = BUDGET * effort;
    let wanted = wanted_step(model);
    // The outage may take half of the budget at twice the step that is wanted.
    let most_s = budget * wanted / (weight(model) - TIER).max(1.0);
    let plans: Vec<_> = model.sources.iter().map(|source| plan(model, source, most_s)).collect();
    let step_s = step_length(model, &plans, wanted / effort, budget);
    let coarse = step_s > COARSE * shortest_time(model);
    let played = plans.iter().map(|plan| plan.played_s).fold(0.0, f64::max);
    let devices = model.sources.iter().map(|source| source.devices).sum();
    let mut record = Record::new(step_s, devices, model.outage_s, played);
    let flows = model.sources.iter().zip(&plans);
    let flows: Vec<Flow> =
        flows.map(|(source, plan)| outage::play(model, source, *plan, &mut record)).collect();
    let mut returning = Returning {
        model,
        budget,
        flows,
        tier: Tier::new(&model.tier, step_s),
        record,
        arrived: vec![0.0; model.sources.len()],
        longest_wait: 0.0,
    };
    returning.play();
    let Returning { record, longest_wait, .. } = returning;
    let (curves, totals, times, peaks) = record.finish();
    Pass { curves, totals, times, peaks, step_s, longest_wait_s: longest_wait * step_s, coarse }
}

/// Returns the work of one step.
fn weight(model: &Model) -> f64 {
    TIER + model.sources.iter().map(source_weight).sum::<f64>()
}

/// Returns what one source adds to it.
fn source_weight(source: &Source) -> f64 {
    2.0 + 2.0 * source.stages.len() as f64
}

/// Returns the shortest time in which anything changes [s].
fn shortest_time(model: &Model) -> f64 {
    let times = model.sources.iter().map(|source| source.timeout_s.min(shortest_retry_s(source)));
    times.filter(|time| *time > SHORT).fold(f64::INFINITY, f64::min)
}

/// Returns the length of a step if work did not count [s].
fn wanted_step(model: &Model) -> f64 {
    let fills = model.tier.room / model.tier.capacity_per_s();
    let wanted = (recovery(model) / 200.0).min(shortest_time(model) / 10.0).min((fills / 4.0).max(0.25));
    wanted.clamp(0.02, 60.0)
}

/// Returns about how long the recovery takes [s].
fn recovery(model: &Model) -> f64 {
    let devices: f64 = model.sources.iter().map(|source| source.devices).sum();
    let widest = model.sources.iter().map(longest_cycle_s).fold(1.0, f64::max);
    widest.max(devices / model.tier.capacity_per_s())
}

/// Returns the length of a step [s]: a whole number of steps is a second, or of seconds a step.
fn step_length(model: &Model, plans: &[Plan], wanted: f64, budget: f64) -> f64 {
    let sources = model.sources.iter().zip(plans);
    let outage: f64 = sources.map(|(source, plan)| plan.played_s * source_weight(source)).sum();
    let widest = model.sources.iter().map(longest_cycle_s).fold(0.0, f64::max);
    let after = ((2.0 * recovery(model)).min(30.0 * widest) + widest).min(model.watch_s) * weight(model);
    let step = wanted.max((2.0 * outage).max(after) / budget);
    if step < 1.0 { 1.0 / (1.0 / step).ceil() } else { step.floor() }
}

/// The time after the return.
struct Returning<'a> {
    model: &'a Model,
    budget: f64,
    flows: Vec<Flow<'a>>,
    tier: Tier,
    record: Record,
    /// Arrivals of each source in the current step.
    arrived: Vec<f64>,
    longest_wait: f64,
}

impl Returning<'_> {
    fn play(&mut self) {
        let step_s = self.record.step_s();
        let weight = weight(self.model);
        let budget = self.budget;
        let in_budget = (budget / weight) as usize;
        let cycle = self.flows.iter().zip(&self.model.sources);
        let cycle = cycle.map(|(flow, source)| longest_cycle_s(source) / step_s + flow.timeout());
        let cycle = cycle.fold(8.0, f64::max).ceil();
        let short = cycle.min(LONGEST_WINDOW);
        let leaps = (0.5 * budget / (2.0 * short * weight)).clamp(LEAPS[0], LEAPS[1]);
        let part = 1.0 - REST.powf(1.0 / leaps);
        // Rates of the window before, and of the current one.
        let (mut before, mut rates) = (Step::default(), Step::default());
        let (mut played, mut in_window, mut windows, mut alike) = (0, 0.0, 0, 0);
        while self.record.now_s() + 0.5 * step_s < self.model.watch_s && self.record.away() > NOBODY {
            let step = self.step();
            self.record.after(&step, 1.0, self.tier.waiting());
            rates.add(&step, 1.0);
            (played, in_window) = (played + 1, in_window + 1.0);
            let over = played > in_budget;
            if in_window < if over { short } else { cycle } {
                continue;
            }
            windows += 1;
            rates = rates.per(in_window);
            // After a leap one window settles, and the next one is measured.
            alike = if rates.is_like(&before) { alike + 1 } else { 0 };
            if alike == STEADY || (over && windows > 1) {
                self.leap(&rates, short, part);
                (windows, alike) = (0, 0);
            }
            (before, rates, in_window) = (rates, Step::default(), 0.0);
        }
    }

    fn step(&mut self) -> Step {
        let mut step = Step::default();
        // Of flows that arrive evenly, and of those that arrive in bursts.
        let mut arrivals = [0.0; 2];
        for (flow, arrived) in self.flows.iter_mut().zip(&mut self.arrived) {
            let moved = flow.advance();
            step.moved.add(&moved, 1.0);
            arrivals[usize::from(flow.bursts())] += moved.arrivals;
            *arrived = moved.arrivals;
        }
        let fates = self.tier.take(arrivals);
        self.longest_wait = self.longest_wait.max(self.tier.wait());
        let (mut good, mut late) = ([0.0; 2], [0.0; 2]);
        // Equal time-outs have equal answers, and most fleets have only one.
        let mut answers: [Option<(f64, f64)>; 2] = [None; 2];
        for (flow, &arrived) in self.flows.iter_mut().zip(&self.arrived) {
            let kind = usize::from(flow.bursts());
            let (fate, timeout) = (&fates[kind], flow.timeout());
            let share = match answers[kind] {
                Some((known, share)) if known == timeout => share,
                _ => self.tier.late(fate, timeout),
            };
            answers[kind] = Some((timeout, share));
            late[kind] += arrived * fate.served * share;
            good[kind] += arrived * fate.served * (1.0 - share);
            flow.after(fate, share);
        }
        for (fate, arrivals) in fates.iter().zip(arrivals) {
            step.refused += arrivals * fate.refused;
            step.closed += arrivals * fate.closed;
        }
        [step.back, step.wasted] = self.tier.serve(good, late);
        step
    }

    /// Lets the recovery go on at these rates per step until `part` of the devices are back.
    ///
    /// The platform goes on as before; the attempts become fewer with the devices that make them.
    fn leap(&mut self, rates: &Step, least: f64, part: f64) {
        let gone = rates.back + rates.moved.stranded;
        let rest = (self.model.watch_s - self.record.now_s()) / self.record.step_s();
        let inside: f64 = self.flows.iter().map(Flow::inside).sum();
        let steps = if gone > 0.0 { (part * inside / gone).min(rest) } else { rest };
        if steps < least || inside <= NOBODY || !self.flows.iter().all(Flow::has_forgotten) {
            return;
        }
        let factor = 1.0 - steps * gone / inside;
        let mut rates = *rates;
        let fewer = 0.5 * (1.0 - factor) * rates.moved.arrivals.min(rates.refused);
        rates.moved.attempts -= fewer;
        rates.moved.arrivals -= fewer;
        rates.refused -= fewer;
        self.record.close();
        self.record.after(&rates, steps, self.tier.waiting());
        self.record.close();
        for flow in &mut self.flows {
            flow.scale(factor);
        }
    }
}
