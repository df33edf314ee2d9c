//! A platform whose services are slower for a while: during an outage, and while it warms up.
//!
//! A service that starts while the tier has the share c of its capacity takes 1/c times as long. So work
//! has a clock of its own that runs at c, and a queue that is so much work ends when this clock says so.

/// Share of the full speed over the time since the return: constant before it, then rising evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Before the return, above 0.
    pub before: f64,
    /// Right after it, above 0.
    pub from: f64,
    /// Time until it is 1 [s].
    pub ramp_s: f64,
}

impl Pace {
    /// Returns the same with its time in steps of this length [s].
    pub(super) fn in_steps(self, step_s: f64) -> Self {
        Self { ramp_s: self.ramp_s / step_s, ..self }
    }

    /// Returns the time from which on the speed is 1.
    pub(super) fn ends(&self) -> f64 {
        self.ramp_s
    }

    /// Returns the work that a full tier does in `length` from `now` on, in time at full speed.
    pub(super) fn work(&self, now: f64, length: f64) -> f64 {
        if length.is_infinite() { f64::INFINITY } else { self.clock(now + length) - self.clock(now) }
    }

    /// Returns how long it takes from `now` on to do so much work.
    pub(super) fn until(&self, now: f64, work: f64) -> f64 {
        // Rounding must not make a wait negative.
        (self.at(self.clock(now) + work) - now).max(0.0)
    }

    /// Returns the clock of the work, 0 at the return.
    fn clock(&self, at: f64) -> f64 {
        if at <= 0.0 {
            return self.before * at;
        }
        let rising = at.min(self.ramp_s);
        let slope = if self.ramp_s > 0.0 { (1.0 - self.from) / self.ramp_s } else { 0.0 };
        rising * (self.from + 0.5 * slope * rising) + (at - rising)
    }

    /// Returns when the clock says that.
    fn at(&self, clock: f64) -> f64 {
        if clock <= 0.0 {
            return clock / self.before;
        }
        let risen = self.clock(self.ramp_s.max(0.0));
        if clock >= risen {
            return self.ramp_s + (clock - risen);
        }
        let slope = (1.0 - self.from) / self.ramp_s;
        // Solves from·t + slope·t²/2 = clock without the difference of two nearly equal numbers.
        2.0 * clock / (self.from + (self.from * self.from + 2.0 * slope * clock).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_the_work_runs_both_ways() {
        let paces = [
            Pace { before: 0.5, from: 0.2, ramp_s: 60.0 },
            Pace { before: 0.25, from: 1.0, ramp_s: 0.0 },
            Pace { before: 1.0, from: 0.1, ramp_s: 10.0 },
        ];
        for pace in paces {
            for now in [-100.0, -3.0, 0.0, 5.0, 59.0, 200.0] {
                for length in [0.0, 0.5, 4.0, 150.0] {
                    let work = pace.work(now, length);
                    assert!((pace.until(now, work) - length).abs() < 1e-9, "{pace:?} {now} {length}");
                }
            }
        }
    }

    #[test]
    fn slow_services_do_less() {
        let pace = Pace { before: 0.5, from: 0.2, ramp_s: 60.0 };
        for (now, length, work) in [(-10.0, 10.0, 5.0), (0.0, 60.0, 36.0), (60.0, 7.0, 7.0)] {
            assert!((pace.work(now, length) - work).abs() < 1e-9, "{now}");
        }
    }
}
