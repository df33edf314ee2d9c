//! What the engine notes down while it runs: bins, totals, times and peaks.

mod groups;

use super::flow::Moved;
use super::tier::normal;
use super::{Curves, Mean, MeanTimes, Peak};
pub(super) use groups::Ledger;

/// Most bins of the outage.
const OUTAGE_BINS: f64 = 2_000.0;
/// Bins for the part of a long outage that is left out.
const WIDE_BINS: usize = 8;
/// Rates that differ by less are equal.
const STEADY: f64 = 2e-3;
/// Below this many devices the share of runs in which everybody is back exceeds a half.
const LAST: f64 = std::f64::consts::LN_2;

/// What the tier and the sources did in one step after the return [devices].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    /// What the sources did.
    pub(super) moved: Moved,
    pub(super) back: f64,
    pub(super) wasted: f64,
    pub(super) refused: f64,
    pub(super) closed: f64,
}

impl Step {
    /// Adds `times` such steps.
    pub(super) fn add(&mut self, other: &Self, times: f64) {
        self.moved.add(&other.moved, times);
        self.back += times * other.back;
        self.wasted += times * other.wasted;
        self.refused += times * other.refused;
        self.closed += times * other.closed;
    }
}

impl Step {
    /// Returns the mean of a sum of so many steps.
    pub(super) fn per(&self, steps: f64) -> Self {
        let mut mean = Self::default();
        mean.add(self, 1.0 / steps);
        mean
    }

    /// Returns whether the same happens in both, nearly.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let like = |a: f64, b: f64| (a - b).abs() <= STEADY * a.max(b) + 1e-9;
        self.moved.attempts > 0.0
            && like(self.moved.attempts, other.moved.attempts)
            && like(self.refused, other.refused)
            && like(self.back + self.wasted, other.back + other.wasted)
            && like(self.back, other.back)
            && like(self.moved.timed_out, other.moved.timed_out)
    }
}

/// The notes of one run.
#[derive(Clone)]
pub(super) struct Record {
    step_s: f64,
    devices: f64,
    outage_s: f64,
    /// Attempts are served all the time.
    served: bool,
    /// Width of the bins of the outage [s].
    width_s: f64,
    curves: Curves,
    totals: Mean,
    times: MeanTimes,
    /// Integral of the probability that somebody is not back [s].
    last_s: f64,
    /// Bin after the return that is being filled: sums, queue, and when it began [s].
    bin: Step,
    deepest: f64,
    began_s: f64,
    now_s: f64,
}

impl Record {
    /// Returns empty notes; at most the first `played_s` of the outage are played.
    pub(super) fn new(step_s: f64, devices: f64, outage_s: f64, played_s: f64) -> Self {
        let played_s = played_s.min(outage_s);
        let width_s = (played_s / OUTAGE_BINS).ceil().max(1.0).max(step_s);
        let mut edges = vec![-outage_s];
        while edges.len() as f64 * width_s < played_s - 1e-9 {
            edges.push(edges.len() as f64 * width_s - outage_s);
        }
        if outage_s > 0.0 {
            let last = (edges.len() as f64 * width_s).min(outage_s);
            edges.push(last - outage_s);
            if outage_s - last > 1e-9 {
                let wide = (outage_s - last) / WIDE_BINS as f64;
                edges.extend((1..=WIDE_BINS).map(|bin| (WIDE_BINS - bin) as f64 * -wide));
            }
        }
        let bins = edges.len() - 1;
        let zeros = || vec![0.0; bins];
        let curves = Curves {
            edges_s: edges,
            share_back: zeros(),
            attempts: zeros(),
            arrivals: zeros(),
            back: zeros(),
            refused: zeros(),
            timed_out: zeros(),
            queue: zeros(),
        };
        Self {
            step_s,
            devices,
            outage_s,
            served: false,
            width_s,
            curves,
            totals: Mean::default(),
            times: MeanTimes::default(),
            last_s: 0.0,
            bin: Step::default(),
            deepest: 0.0,
            began_s: 0.0,
            now_s: 0.0,
        }
    }

    /// Returns empty notes that begin at the loss, because attempts are served all the time.
    pub(super) fn served(step_s: f64, devices: f64, outage_s: f64) -> Self {
        let mut record = Self::new(step_s, devices, 0.0, 0.0);
        (record.now_s, record.began_s, record.outage_s) = (-outage_s, -outage_s, outage_s);
        (record.curves.edges_s[0], record.served) = (-outage_s, true);
        record
    }

    /// Returns notes that go on from here in steps of twice the length, without curves.
    pub(super) fn coarser(&self) -> Self {
        let totals = self.totals;
        let step_s = 2.0 * self.step_s;
        let outage_s = if self.served { self.outage_s } else { 0.0 };
        Self { totals, served: self.served, ..Self::served(step_s, self.devices, outage_s) }
    }

    /// Returns the times that have been reached.
    pub(super) fn times(&self) -> MeanTimes {
        self.times
    }

    /// Returns the ends of the bins after the return [s] and the devices that were back then.
    pub(super) fn back_by(&self) -> impl Iterator<Item = (f64, f64)> {
        let curves = &self.curves;
        let bins = curves.edges_s[1..].iter().zip(&curves.share_back);
        let from_s = if self.served { -self.outage_s } else { 0.0 };
        let after = bins.filter(move |(edge, _)| **edge > from_s);
        std::iter::once((from_s, 0.0)).chain(after.map(|(edge, share)| (*edge, share * self.devices)))
    }

    /// Returns the length of a step [s].
    pub(super) fn step_s(&self) -> f64 {
        self.step_s
    }

    /// Returns the time since the return [s].
    pub(super) fn now_s(&self) -> f64 {
        self.now_s
    }

    /// Returns the devices that are neither back nor stranded.
    pub(super) fn away(&self) -> f64 {
        self.devices - self.totals.back - self.totals.stranded
    }

    /// Notes a step of the outage of one source, at this time since the loss [s].
    pub(super) fn outage(&mut self, span: [f64; 2], moved: &Moved) {
        self.totals.attempts += moved.attempts;
        self.totals.attempts_in_outage += moved.attempts;
        self.totals.stranded += moved.stranded;
        if moved.attempts > 0.0 {
            let bin = ((span[0] / self.width_s) as usize).min(self.curves.attempts.len().saturating_sub(1));
            self.spread(bin, span, moved.attempts);
        }
    }

    /// Notes attempts of the part of the outage that is left out.
    pub(super) fn left_out(&mut self, span: [f64; 2], attempts: f64) {
        self.totals.attempts += attempts;
        self.totals.attempts_in_outage += attempts;
        if attempts > 0.0 && span[1] > span[0] {
            self.spread(0, span, attempts);
        }
    }

    /// Spreads attempts over the bins from `bin` on [s since the loss].
    fn spread(&mut self, bin: usize, span: [f64; 2], attempts: f64) {
        let density = attempts / (span[1] - span[0]);
        let [from, to] = span.map(|at| at - self.outage_s);
        let edges = &self.curves.edges_s;
        for (pair, sum) in edges.windows(2).zip(&mut self.curves.attempts).skip(bin) {
            if pair[0] >= to {
                break;
            }
            *sum += density * (pair[1].min(to) - pair[0].max(from)).max(0.0);
        }
    }

    /// Notes `steps` equal steps after the return, at the end of which `queue` wait.
    pub(super) fn after(&mut self, step: &Step, steps: f64, queue: f64) {
        let (length, before) = (steps * self.step_s, self.away());
        let back = self.totals.back;
        let totals = &mut self.totals;
        totals.attempts += steps * step.moved.attempts;
        if self.now_s + 0.5 * length < 0.0 {
            totals.attempts_in_outage += steps * step.moved.attempts;
        }
        totals.arrivals += steps * step.moved.arrivals;
        totals.timed_out += steps * step.moved.timed_out;
        totals.stranded += steps * step.moved.stranded;
        totals.back += steps * step.back;
        totals.wasted += steps * step.wasted;
        totals.refused += steps * step.refused;
        totals.closed += steps * step.closed;
        totals.largest_queue = totals.largest_queue.max(queue);
        self.cross(back, length);
        let somebody = |away: f64| if away > 50.0 { 1.0 } else { 1.0 - (-away.max(0.0)).exp() };
        self.last_s += 0.5 * (somebody(before) + somebody(self.away())) * length;
        self.now_s += length;
        self.bin.add(step, steps);
        self.deepest = self.deepest.max(queue);
        // Half a step is more than rounding and less than a bin.
        if self.now_s - self.began_s > 1.0 - 0.5 * self.step_s.min(1.0) {
            self.close();
        }
    }

    /// Notes the times that were reached in the last `length` [s], at whose beginning `back` were back.
    fn cross(&mut self, back: f64, length: f64) {
        let gained = self.totals.back - back;
        let times = &mut self.times;
        for (share, time) in [(0.5, &mut times.t50), (0.95, &mut times.t95), (0.99, &mut times.t99)] {
            let wanted = share * self.devices;
            if time.is_none() && self.totals.back >= wanted && gained > 0.0 {
                *time = Some(self.now_s + length * ((wanted - back) / gained).clamp(0.0, 1.0));
            }
        }
    }

    /// Closes the bin that is being filled.
    pub(super) fn close(&mut self) {
        let length = self.now_s - self.began_s;
        if length < 1e-9 {
            return;
        }
        let (bin, curves) = (std::mem::take(&mut self.bin), &mut self.curves);
        curves.edges_s.push(self.now_s);
        curves.share_back.push((self.totals.back / self.devices).min(1.0));
        curves.attempts.push(bin.moved.attempts / length);
        curves.arrivals.push(bin.moved.arrivals / length);
        curves.back.push(bin.back / length);
        curves.refused.push(bin.refused / length);
        curves.timed_out.push(bin.moved.timed_out / length);
        curves.queue.push(std::mem::take(&mut self.deepest));
        self.began_s = self.now_s;
    }

    /// Ends the notes.
    pub(super) fn finish(mut self) -> (Curves, Mean, MeanTimes, [Peak; 2]) {
        // A burst in a bin cut short would be a rate that no second has.
        if self.now_s - self.began_s > 1e-9 {
            self.now_s = self.now_s.max(self.began_s + 1.0);
        }
        self.close();
        let outage = self.curves.edges_s.windows(2).take_while(|pair| pair[0] < -1e-9);
        let widths: Vec<f64> = outage.map(|pair| pair[1] - pair[0]).collect();
        let down = widths.len();
        if !self.served {
            for (rate, width) in self.curves.attempts.iter_mut().zip(widths) {
                *rate /= width;
            }
        }
        let never = self.devices - self.totals.back;
        let before_s = if self.served { self.outage_s } else { 0.0 };
        self.times.t100 = (self.devices > 0.0 && never < LAST).then_some(self.last_s - before_s);
        for time in [&mut self.times.t50, &mut self.times.t95, &mut self.times.t99, &mut self.times.t100] {
            *time = time.map(|time| time.max(0.0));
        }
        let peaks =
            [&self.curves.attempts[..], &self.curves.arrivals[down..]].map(|rates| peak(rates, self.devices));
        (self.curves, self.totals, self.times, peaks)
    }
}

/// Estimates the largest of the numbers that vary around these means like counts of independent
/// devices (variance m(1 − m/N), normal).
///
/// The mean of the largest is where e^(−γ) of the numbers are expected beyond it (Gumbel's law); for
/// many equal means m it approaches m + √(2 m ln bins).
fn peak(rates: &[f64], devices: f64) -> Peak {
    const CLASSES: usize = 24;
    /// Classes per standard deviation.
    const FINE: f64 = 5.0;
    /// e^(−γ), with Euler's γ.
    const BEYOND: f64 = 0.561_459_483_566_885;
    let mean = rates.iter().copied().fold(0.0, f64::max);
    // All devices in one second is no matter of chance.
    let spread = (mean * (1.0 - mean / devices).max(0.0)).sqrt();
    if spread < 1e-9 {
        return Peak { mean, expected: mean };
    }
    let mut classes = [0_u32; CLASSES];
    for rate in rates {
        if let Some(class) = classes.get_mut(((mean - rate) / spread * FINE) as usize) {
            *class += 1;
        }
    }
    let beyond = |z: f64| {
        let classes = classes.iter().enumerate().filter(|(_, count)| **count > 0);
        let tails = classes.map(|(class, count)| {
            let gap = if class == 0 { 0.0 } else { (class as f64 + 0.5) / FINE };
            f64::from(*count) * (1.0 - normal(z + gap))
        });
        tails.sum::<f64>()
    };
    let (mut low, mut high) = (0.0, 6.0);
    for _ in 0..16 {
        let z = 0.5 * (low + high);
        if beyond(z) > BEYOND { low = z } else { high = z }
    }
    Peak { mean, expected: mean + spread * low }
}
