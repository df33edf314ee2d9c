//! One pass: length of the steps, the outages, the return, and leaps through what hardly changes.
//!
//! A step is a fraction of the shortest time that matters, and not shorter than the budget of work
//! allows. A recovery that is still not over when the budget is used up has become slow compared with
//! the waits of its devices: everything follows from how many are away. So the engine measures the
//! rates over a cycle, lets that many come back at once, and plays on until waits and queue have
//! settled again (projective integration).

use super::flow::Flow;
use super::model::{self, Model, Source, Wall};
use super::outage::{self, Plan, longest_cycle_s, plan, shortest_retry_s};
use super::record::{Ledger, Record, Step};
use super::tier::Tier;
use super::{Curves, Groups, Mean, MeanTimes, Peak};

/// Work of one pass; a unit is one look at one stage.
const BUDGET: f64 = 20_000.0;
/// Work of the tier in one step.
const TIER: f64 = 8.0;
/// Nothing more happens with fewer devices than this.
const NOBODY: f64 = 1e-4;
/// Steps longer than this part of the shortest time are a doubt.
const COARSE: f64 = 0.25;
/// As many times the budget may be used where that saves a result from this doubt.
const STRETCH: f64 = 1.8;
/// Steps of a second and more are a multiple of this [s].
const GRAIN_S: f64 = 0.25;
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
/// Part of a source's devices that one leap may take at most, and of the whole fleet, from which on a
/// source counts for that.
const TAKES: f64 = 0.6;
const COUNTS: f64 = 0.01;
/// Part of a queue that it loses in a window at least where it drains, and how much longer than all
/// devices wait for their answer its wait must stay for nothing else to change.
const DRAINS: f64 = 0.01;
const TOO_LONG: f64 = 1.2;
/// Part of the capacity that is taken away and added to find a cliff.
const NUDGE: f64 = 0.05;
/// Change of a time that a nudge may cause, as a part of it: twice what the capacity alone explains.
const STEEP: f64 = 0.10;
/// Work of a pass that only answers whether a nudge matters, as a part of the budget.
const GLANCE: f64 = 0.4;

/// What one pass yields.
pub(super) struct Pass {
    pub(super) curves: Curves,
    pub(super) groups: Groups,
    pub(super) totals: Mean,
    pub(super) times: MeanTimes,
    pub(super) peaks: [Peak; 2],
    pub(super) step_s: f64,
    /// Longest wait of an arrival [s].
    pub(super) longest_wait_s: f64,
    /// Whether the budget of work made the steps longer than the shortest waits allow.
    pub(super) coarse: bool,
}

/// The fleet at the return.
pub(super) struct Start {
    flows: Vec<Flow>,
    record: Record,
    coarse: bool,
}

impl Start {
    /// Plays the outage.
    pub(super) fn of(model: &Model) -> Self {
        let wanted = wanted_step(model);
        // The outage may take half of the budget at twice the step that is wanted.
        let most_s = BUDGET * wanted / (weight(model) - TIER).max(1.0);
        let plans: Vec<_> = model.sources.iter().map(|source| plan(model, source, most_s)).collect();
        let step_s = step_length(model, &plans, wanted);
        let played = plans.iter().map(|plan| plan.played_s).fold(0.0, f64::max);
        let devices = model.sources.iter().map(|source| source.devices).sum();
        let mut record = match model.meets {
            Wall::Served => Record::served(step_s, devices, model.outage_s),
            _ => Record::new(step_s, devices, model.outage_s, played),
        };
        let sources = model.sources.iter().zip(&plans);
        let flows = sources.map(|(source, plan)| outage::play(model, source, *plan, &mut record)).collect();
        Self { flows, record, coarse: step_s > COARSE * shortest_time(model) }
    }

    /// Plays the time after the return.
    pub(super) fn play(&self, model: &Model) -> Pass {
        let mut returning = Returning {
            model,
            until: None,
            tier: Tier::new(&model.tier, self.record.now_s(), self.record.step_s()),
            flows: self.flows.clone(),
            ledger: Ledger::new(model.sources.len()),
            record: self.record.clone(),
            seen: vec![Seen::default(); model.sources.len()],
            longest_wait: 0.0,
        };
        returning.play(BUDGET);
        let Returning { record, ledger, longest_wait, .. } = returning;
        let step_s = record.step_s();
        let groups = ledger.groups(model, &record);
        let (curves, totals, times, peaks) = record.finish();
        let longest_wait_s = longest_wait * step_s;
        Pass { curves, groups, totals, times, peaks, step_s, longest_wait_s, coarse: self.coarse }
    }

    /// Returns whether a little more or less capacity changes these times by much.
    pub(super) fn finds_cliff(mut self, model: &Model, times: &MeanTimes) -> bool {
        self.flows.iter_mut().for_each(Flow::coarsen);
        self.record = self.record.coarser();
        // What never recovers does so with less capacity no sooner.
        let never = times.t50.is_none() && times.t95.is_none();
        let factors = if never { &[1.0 + NUDGE][..] } else { &[1.0 - NUDGE, 1.0 + NUDGE][..] };
        factors.iter().any(|factor| {
            let nudged = model::Tier { service_s: model.tier.service_s / factor, ..model.tier };
            let mut returning = Returning {
                model,
                until: Some(*times),
                tier: Tier::new(&nudged, self.record.now_s(), self.record.step_s()),
                flows: self.flows.clone(),
                ledger: Ledger::new(0),
                record: self.record.clone(),
                seen: vec![Seen::default(); model.sources.len()],
                longest_wait: 0.0,
            };
            returning.play(GLANCE * BUDGET);
            differ(times, &returning.record.times(), f64::INFINITY).unwrap_or(false)
        })
    }
}

/// Returns whether times differ by much from those of a run that has come this far [s], if that is known.
fn differ(base: &MeanTimes, times: &MeanTimes, now_s: f64) -> Option<bool> {
    let pairs = [(base.t50, times.t50), (base.t95, times.t95)];
    let pairs = pairs.map(|pair| match pair {
        (Some(a), Some(b)) => Some((a - b).abs() > (STEEP * a).max(1.0)),
        (Some(a), None) => (now_s > a + (STEEP * a).max(1.0)).then_some(true),
        (None, Some(_)) => Some(true),
        (None, None) => None,
    });
    match pairs {
        [Some(true), _] | [_, Some(true)] => Some(true),
        [Some(false), Some(false)] => Some(false),
        _ => None,
    }
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
    let slowest = match model.tier.pace {
        Some(pace) if model.meets == Wall::Served => pace.before.min(1.0),
        _ => 1.0,
    };
    widest.max(devices / (slowest * model.tier.capacity_per_s()))
}

/// Returns the length of a step [s]: a whole number of steps is a second, or of quarters of one a step.
fn step_length(model: &Model, plans: &[Plan], wanted: f64) -> f64 {
    let sources = model.sources.iter().zip(plans);
    let outage: f64 = sources.map(|(source, plan)| plan.played_s * source_weight(source)).sum();
    let widest = model.sources.iter().map(longest_cycle_s).fold(0.0, f64::max);
    let after = ((2.0 * recovery(model)).min(30.0 * widest) + widest).min(model.open_s()) * weight(model);
    let step = wanted.max((2.0 * outage).max(after) / BUDGET);
    let finest = COARSE * shortest_time(model);
    if step > finest && step < STRETCH * finest {
        return whole(finest, f64::floor);
    }
    whole(step, f64::ceil)
}

/// Returns a length that fits seconds [s], rounded this way where it is a second or more.
fn whole(step: f64, round: fn(f64) -> f64) -> f64 {
    if step < 1.0 { 1.0 / (1.0 / step).ceil() } else { round(step / GRAIN_S) * GRAIN_S }
}

/// What one source does after the return [devices].
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Arrivals in the current step.
    arrived: f64,
    /// Will be served in time, of all since the return.
    good: f64,
    /// Of these and of those that gave up, since the begin of the window.
    good_in_window: f64,
    stranded_in_window: f64,
}

/// The time after the return.
struct Returning<'a> {
    model: &'a Model,
    /// Times of which it only has to say whether its own differ.
    until: Option<MeanTimes>,
    flows: Vec<Flow>,
    tier: Tier,
    ledger: Ledger,
    record: Record,
    seen: Vec<Seen>,
    longest_wait: f64,
}

impl Returning<'_> {
    fn play(&mut self, budget: f64) {
        let step_s = self.record.step_s();
        let weight = weight(self.model);
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
        let mut queue = self.tier.waiting();
        while self.goes_on() {
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
            let drained = (queue - self.tier.waiting()) / in_window;
            // After a leap one window settles, and the next one is measured.
            alike = if rates.is_like(&before) { alike + 1 } else { 0 };
            if alike == STEADY || (over && windows > 1) {
                self.leap(&rates, in_window, drained, [short, part]);
                (windows, alike) = (0, 0);
            }
            for seen in &mut self.seen {
                (seen.good_in_window, seen.stranded_in_window) = (0.0, 0.0);
            }
            (before, rates, in_window) = (rates, Step::default(), 0.0);
            queue = self.tier.waiting();
        }
        let now_s = self.record.now_s();
        if now_s < 0.0 && self.until.is_none() {
            // Everybody is back before the outage ends.
            self.record.close();
            self.record.after(&Step::default(), -now_s / step_s, 0.0);
            self.record.close();
        }
    }

    fn goes_on(&self) -> bool {
        let now_s = self.record.now_s();
        let decided = |times: MeanTimes| differ(&times, &self.record.times(), now_s).is_some();
        now_s + 0.5 * self.record.step_s() < self.model.watch_s
            && self.record.away() > NOBODY
            && !self.until.is_some_and(decided)
    }

    fn step(&mut self) -> Step {
        let mut step = Step::default();
        // Of flows that arrive evenly, and of those that arrive in bursts.
        let mut arrivals = [0.0; 2];
        for (flow, seen) in self.flows.iter_mut().zip(&mut self.seen) {
            let moved = flow.advance();
            step.moved.add(&moved, 1.0);
            arrivals[usize::from(flow.bursts())] += moved.arrivals;
            seen.arrived = moved.arrivals;
            seen.stranded_in_window += moved.stranded;
        }
        let fates = self.tier.take(arrivals);
        self.longest_wait = self.longest_wait.max(self.tier.wait());
        let (mut good, mut late) = ([0.0; 2], [0.0; 2]);
        // Equal time-outs have equal answers, and most fleets have only one.
        let mut answers: [Option<(f64, f64)>; 2] = [None; 2];
        for (flow, seen) in self.flows.iter_mut().zip(&mut self.seen) {
            let kind = usize::from(flow.bursts());
            let (fate, timeout) = (&fates[kind], flow.timeout());
            let share = match answers[kind] {
                Some((known, share)) if known == timeout => share,
                _ => self.tier.late(fate, timeout),
            };
            answers[kind] = Some((timeout, share));
            let served = seen.arrived * fate.served;
            late[kind] += served * share;
            good[kind] += served * (1.0 - share);
            seen.good += served * (1.0 - share);
            seen.good_in_window += served * (1.0 - share);
            flow.after(fate, share);
        }
        for (fate, arrivals) in fates.iter().zip(arrivals) {
            step.refused += arrivals * fate.refused;
            step.closed += arrivals * fate.closed;
        }
        [step.back, step.wasted] = self.tier.serve(good, late);
        self.ledger.note(self.seen.iter().map(|seen| seen.good));
        step
    }

    /// Lets the recovery go on at these rates per step, measured in a window of so many, until `part` of
    /// the devices are back.
    ///
    /// The platform goes on as before; the attempts become fewer with the devices that make them. A queue
    /// that has become too long for everybody but drains (`drained` per step) goes on draining.
    fn leap(&mut self, rates: &Step, window: f64, drained: f64, [least, part]: [f64; 2]) {
        let now_s = self.record.now_s();
        // Not beyond what changes the capacity.
        let end_s = match self.model.tier.pace {
            Some(_) if now_s < 0.0 => 0.0,
            Some(pace) if now_s < pace.ramp_s => now_s,
            _ => self.model.watch_s,
        };
        let rest = (end_s - now_s) / self.record.step_s();
        let inside: Vec<f64> = self.flows.iter().map(Flow::inside).collect();
        let all: f64 = inside.iter().sum();
        // Who comes back was in the queue before: what has entered it is only as much on the average.
        let good: f64 = self.seen.iter().map(|seen| seen.good_in_window).sum();
        let scale = if good > 0.0 { rates.back / good } else { 0.0 };
        let goes = |seen: &Seen| [scale * seen.good_in_window, seen.stranded_in_window / window];
        let gone = rates.back + rates.moved.stranded;
        let mut steps = if gone > 0.0 { (part * all / gone).min(rest) } else { rest };
        let drains = drained * window > DRAINS * self.tier.waiting() && gone * rest < 1.0;
        if drains {
            let longest = self.flows.iter().map(Flow::timeout).fold(0.0, f64::max);
            steps = steps.min(self.tier.beyond(TOO_LONG * longest) / drained);
        }
        for (seen, &inside) in self.seen.iter().zip(&inside) {
            let gone: f64 = goes(seen).iter().sum();
            if inside > COUNTS * all && gone > 0.0 {
                steps = steps.min(TAKES * inside / gone);
            }
        }
        if steps < least || all <= NOBODY || !self.flows.iter().all(Flow::has_forgotten) {
            return;
        }
        if drains {
            self.tier.drain(drained * steps);
        }
        let (mut back, mut stranded) = (0.0, 0.0);
        for ((flow, seen), &inside) in self.flows.iter_mut().zip(&mut self.seen).zip(&inside) {
            let [good, given_up] = goes(seen).map(|rate| rate * steps);
            if good + given_up <= 0.0 {
                continue;
            }
            let taken = (good + given_up).min(TAKES * inside) / (good + given_up);
            flow.scale(if inside > 0.0 { 1.0 - taken * (good + given_up) / inside } else { 1.0 });
            seen.good += taken * good;
            back += taken * good;
            stranded += taken * given_up;
        }
        let mut rates = *rates;
        (rates.back, rates.moved.stranded) = (back / steps, stranded / steps);
        let fewer = 0.5 * (back + stranded) / all * rates.moved.arrivals.min(rates.refused);
        rates.moved.attempts -= fewer;
        rates.moved.arrivals -= fewer;
        rates.refused -= fewer;
        self.ledger.note(self.seen.iter().map(|seen| seen.good));
        self.record.close();
        self.record.after(&rates, steps, self.tier.waiting());
        self.record.close();
    }
}
