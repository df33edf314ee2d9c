//! A population in a uniform wait.
//!
//! Let F(t) be how many have entered by t. Of these, `G(t) = (∫F(t − lo) − ∫F(t − hi)) / (hi − lo)` have
//! left, so a step costs two look-ups in a ring of running sums, however wide the wait is. F is taken
//! as linear within a step, which makes the integrals exact polynomials. What leaves is G minus what
//! has left already, so that an error in the guess of the current step's inflow is repaired by the next
//! one and no device is ever lost.

/// Fewer devices than this in a wait that nobody enters are none [devices].
const DUST: f64 = 1e-9;
/// Waits narrower than this are fixed [steps].
const NARROW: f64 = 1e-3;
/// Turns of the ring until the sums are made small again: rarely, because it costs a turn.
const TURNS: usize = 4;

/// A look-up this far before the end of the current step.
#[derive(Clone, Copy, Debug)]
struct Tap {
    /// Whole steps, rounded up.
    back: usize,
    /// How much too far that is, 0..1 of a step.
    part: f64,
}

impl Tap {
    fn new(steps: f64) -> Self {
        let back = steps.ceil();
        Self { back: back as usize, part: back - steps }
    }

    /// Returns the wait [steps].
    fn steps(self) -> f64 {
        self.back as f64 - self.part
    }
}

/// Running sums at the edge of a step.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// Entered by then [devices].
    entered: f64,
    /// Integral of that [devices · steps].
    area: f64,
}

/// A uniform (or fixed) wait and everybody in it; time is counted in steps.
#[derive(Clone, Debug)]
pub(super) struct Line {
    near: Tap,
    far: Tap,
    /// `1 / (hi − lo)`, 0 for a fixed wait.
    density: f64,
    ring: Vec<Sums>,
    head: usize,
    /// Left by now [devices].
    left: f64,
    /// Leave in the current step [devices].
    leaving: f64,
    /// Nobody is in the wait and the ring is all zeros.
    resting: bool,
}

impl Line {
    /// Returns an empty wait between `lo` and `hi` [steps].
    pub(super) fn new(lo: f64, hi: f64) -> Self {
        let narrow = hi - lo < NARROW;
        let (near, far) = if narrow { (0.5 * (lo + hi), 0.5 * (lo + hi)) } else { (lo, hi) };
        let far = Tap::new(far);
        Self {
            near: Tap::new(near),
            far,
            density: if narrow { 0.0 } else { 1.0 / (hi - lo) },
            // Allocated when somebody enters: most waits for a time-out never see anybody.
            ring: Vec::new(),
            head: 0,
            left: 0.0,
            leaving: 0.0,
            resting: true,
        }
    }

    /// Returns who leaves in the current step if `inflow` enter in it [devices].
    pub(super) fn due(&self, inflow: f64) -> f64 {
        if self.resting {
            if inflow == 0.0 || self.near.back > 1 {
                return 0.0;
            }
            let entered = inflow * self.near.part;
            return match (self.near.back, self.density == 0.0) {
                (0, true) => inflow,
                (_, true) => entered,
                _ => self.leave_rest(inflow),
            };
        }
        let ring = self.ring.as_slice();
        let left = if self.density == 0.0 {
            entered(ring, self.head, self.near, inflow)
        } else {
            let (near, far) =
                (area(ring, self.head, self.near, inflow), area(ring, self.head, self.far, inflow));
            (near - far) * self.density
        };
        (left - self.left).max(0.0)
    }

    /// Returns who leaves in the step in which the first enter.
    fn leave_rest(&self, inflow: f64) -> f64 {
        let ring = [Sums::default(); 1];
        let [near, far] =
            [self.near, self.far].map(|tap| if tap.back > 1 { 0.0 } else { area(&ring, 0, tap, inflow) });
        ((near - far) * self.density).max(0.0)
    }

    /// Lets leave who is due if `inflow` enter in the current step, and returns them [devices].
    #[inline]
    pub(super) fn pass(&mut self, inflow: f64) -> f64 {
        // Most waits for a time-out are empty most of the time.
        if self.resting && inflow == 0.0 {
            return 0.0;
        }
        let out = self.due(inflow);
        self.leaving += out;
        out
    }

    /// Lets these leave in the current step [devices].
    pub(super) fn leave(&mut self, outflow: f64) {
        self.leaving += outflow;
    }

    /// Ends the step, in which these entered [devices].
    #[inline]
    pub(super) fn settle(&mut self, inflow: f64) {
        if !self.resting || inflow != 0.0 || self.leaving != 0.0 {
            self.close_step(inflow);
        }
    }

    fn close_step(&mut self, inflow: f64) {
        let outflow = std::mem::take(&mut self.leaving);
        if self.resting {
            self.wake();
        }
        let mask = self.ring.len() - 1;
        let now = self.ring[self.head & mask];
        self.head = self.head.wrapping_add(1);
        let entered = now.entered + inflow;
        self.ring[self.head & mask] = Sums { entered, area: now.area + now.entered + 0.5 * inflow };
        self.left += outflow;
        if inflow == 0.0 && (entered - self.left).abs() < DUST {
            self.resting = true;
        } else if self.head & (TURNS * self.ring.len() - 1) == 0 {
            self.rebase();
        }
    }

    fn wake(&mut self) {
        let length = (self.far.back + 2).next_power_of_two();
        self.ring.clear();
        self.ring.resize(length, Sums::default());
        self.head = 0;
        self.left = 0.0;
        self.resting = false;
    }

    /// Counts from the oldest edge on, so that the sums stay small and differences of them exact.
    fn rebase(&mut self) {
        let mask = self.ring.len() - 1;
        let Sums { entered, area } = self.ring[(self.head + 1) & mask];
        for age in 0..self.ring.len() {
            let sums = &mut self.ring[(self.head + 1 + age) & mask];
            sums.area -= area + entered * age as f64;
            sums.entered -= entered;
        }
        self.left -= entered;
    }

    /// Returns whether nobody is in the wait.
    #[inline]
    pub(super) fn is_resting(&self) -> bool {
        self.resting
    }

    /// Returns everybody in the wait [devices].
    pub(super) fn inside(&self) -> f64 {
        if self.resting { 0.0 } else { self.ring[self.head & (self.ring.len() - 1)].entered - self.left }
    }

    /// Multiplies the population.
    pub(super) fn scale(&mut self, factor: f64) {
        if self.resting {
            return;
        }
        for sums in &mut self.ring {
            sums.entered *= factor;
            sums.area *= factor;
        }
        self.left *= factor;
    }

    /// Makes the steps twice as long, from the end of a step on; `whole` rounds the wait to whole steps.
    pub(super) fn coarsen(&mut self, whole: bool) {
        let round = |wait: f64| if whole { wait.round() } else { wait };
        let [near, far] = [self.near, self.far].map(|tap| Tap::new(round(0.5 * tap.steps())));
        (self.near, self.far) = (near, far);
        self.density *= 2.0;
        if self.resting {
            return;
        }
        let (length, mask) = ((far.back + 2).next_power_of_two(), self.ring.len() - 1);
        let now = self.ring[self.head & mask];
        // As far back as the old ring reaches; nothing older can still be in the wait.
        let oldest = mask / 2 * 2;
        let edge = |age: usize| {
            let sums = self.ring[self.head.wrapping_sub((2 * age).min(oldest)) & mask];
            Sums { entered: sums.entered, area: 0.5 * sums.area }
        };
        let mut ring = vec![Sums { entered: now.entered, area: 0.5 * now.area }; length];
        for (age, sums) in ring.iter_mut().rev().enumerate() {
            *sums = edge(age);
        }
        (self.ring, self.head) = (ring, length - 1);
    }
}

/// Returns the sums this many steps before the current one.
#[inline]
fn edge(ring: &[Sums], head: usize, back: usize) -> Sums {
    ring[head.wrapping_sub(back) & (ring.len() - 1)]
}

/// Returns how many had entered at the time of a look-up, if `inflow` enter in the current step.
#[inline]
fn entered(ring: &[Sums], head: usize, tap: Tap, inflow: f64) -> f64 {
    match tap.back {
        0 => edge(ring, head, 0).entered + inflow,
        1 => edge(ring, head, 0).entered + inflow * tap.part,
        back => {
            let (from, to) = (edge(ring, head, back - 1).entered, edge(ring, head, back - 2).entered);
            from + (to - from) * tap.part
        }
    }
}

/// Returns the integral of that.
#[inline]
fn area(ring: &[Sums], head: usize, tap: Tap, inflow: f64) -> f64 {
    let (from, inflow) = match tap.back {
        0 => {
            let now = edge(ring, head, 0);
            return now.area + now.entered + 0.5 * inflow;
        }
        1 => (edge(ring, head, 0), inflow),
        back => {
            let from = edge(ring, head, back - 1);
            (from, edge(ring, head, back - 2).entered - from.entered)
        }
    };
    from.area + tap.part * (from.entered + 0.5 * inflow * tap.part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets `inflow` enter, one number per step, and returns who leaves in each of `steps`.
    fn flow(mut line: Line, inflow: &[f64], steps: usize) -> Vec<f64> {
        let step = |index| {
            let enter = inflow.get(index).copied().unwrap_or(0.0);
            let out = line.pass(enter);
            line.settle(enter);
            out
        };
        (0..steps).map(step).collect()
    }

    #[test]
    fn a_fixed_wait_is_a_shift() {
        assert_eq!(flow(Line::new(2.0, 2.0), &[8.0], 5), [0.0, 0.0, 8.0, 0.0, 0.0]);
        assert_eq!(flow(Line::new(2.25, 2.25), &[8.0], 5), [0.0, 0.0, 6.0, 2.0, 0.0]);
        assert_eq!(flow(Line::new(0.0, 0.0), &[8.0, 4.0], 3), [8.0, 4.0, 0.0]);
        assert_eq!(flow(Line::new(0.5, 0.5), &[8.0], 3), [4.0, 4.0, 0.0]);
    }

    #[test]
    fn a_uniform_wait_spreads_and_loses_nobody() {
        let out = flow(Line::new(1.0, 5.0), &[8.0], 8);
        assert_eq!(out, [0.0, 1.0, 2.0, 2.0, 2.0, 1.0, 0.0, 0.0]);
        for (lo, hi) in [(0.0, 3.7), (0.3, 40.2), (7.0, 7.5), (0.0, 0.2)] {
            let inflow: Vec<f64> = (0..500).map(|step| f64::from(step % 7)).collect();
            let out = flow(Line::new(lo, hi), &inflow, 600);
            let (entered, left) = (inflow.iter().sum::<f64>(), out.iter().sum::<f64>());
            assert!((entered - left).abs() < 1e-6, "{lo} {hi}: {entered} {left}");
            let delay =
                |flow: &[f64]| flow.iter().enumerate().map(|(at, mass)| at as f64 * mass).sum::<f64>();
            let mean = (delay(&out) - delay(&inflow)) / entered;
            // Within a step the flow is only nearly even.
            assert!((mean - 0.5 * (lo + hi)).abs() < 0.05, "{lo} {hi}: {mean}");
        }
    }

    #[test]
    fn a_scaled_population_leaves_as_before() {
        let mut line = Line::new(0.0, 4.0);
        line.settle(10.0);
        line.scale(0.5);
        assert_eq!(line.inside(), 5.0);
        let out = flow(line, &[], 6);
        assert!((out.iter().sum::<f64>() - 5.0).abs() < 1e-9, "{out:?}");
    }
}
