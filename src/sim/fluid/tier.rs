//! Workers behind a first-in-first-out queue, as a flow.
//!
//! Like the exact [`station`](crate::sim), it knows at the arrival what becomes of a request: with q
//! requests in front of it the service starts q/μ later, where μ is the capacity. What will be too late
//! for its device is work all the same. The queue never holds more than the room; where the platform
//! closes requests that have waited too long, the wait never grows beyond that.
//!
//! Exponential service makes the wait itself random: q services take q/μ ± √q/μ, so the time-out is no
//! sharp edge. The other noise, that of the arrivals, is left out; it fades with the size of the fleet.

use super::line::Line;
use super::model::Tier as Settings;
use super::pace::Pace;
use std::collections::VecDeque;

/// What becomes of the arrivals of one step; the shares add up to 1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fate {
    /// Share that finds no room.
    pub(super) refused: f64,
    /// Share that the platform will close in the queue.
    pub(super) closed: f64,
    /// Share that will be served.
    pub(super) served: f64,
    /// Wait of the first and the last of them [steps].
    wait: [f64; 2],
}

/// A point of the two running sums of services, at the time they start.
#[derive(Clone, Copy, Debug, Default)]
struct Point {
    /// Start of the service [steps].
    at: f64,
    /// Services for devices that still wait when they end, before this one.
    good: f64,
    /// Services for devices that have given up by then.
    late: f64,
}

impl Point {
    /// Returns the sums at a time on the way to a later point.
    fn towards(&self, later: &Self, at: f64) -> Self {
        let part = if at < self.at {
            0.0
        } else if later.at > self.at {
            ((at - self.at) / (later.at - self.at)).min(1.0)
        } else {
            1.0
        };
        Self {
            at,
            good: self.good + part * (later.good - self.good),
            late: self.late + part * (later.late - self.late),
        }
    }
}

/// The tier during a run; time is counted in steps since the return.
pub(super) struct Tier {
    exponential: bool,
    workers: f64,
    /// Speed of the services, where it changes.
    pace: Option<Pace>,
    /// Mean service at full speed, and now [steps].
    full: f64,
    service: f64,
    /// Services per step at full work.
    capacity: f64,
    /// Parts of exponential services that are still under way a step later: of those under way, and of
    /// those that start in the step.
    stay: f64,
    begun: f64,
    room: f64,
    /// Longest wait [steps].
    patience: f64,
    now: f64,
    /// Requests that wait for their service.
    queue: f64,
    /// Wait of the last of a burst in the current step [steps].
    after_burst: f64,
    /// Requests that wait to be closed.
    closing: Line,
    /// Fixed services under way, where they are longer than a step.
    working: Option<Line>,
    /// Exponential services under way.
    at_work: f64,
    /// Of the services that end, those that have started, of both kinds.
    busy: [f64; 2],
    starts: VecDeque<Point>,
    /// Services completed: good, late.
    done: Point,
}

impl Tier {
    /// Returns the idle tier at a time after the return [s], in steps of this length [s].
    pub(super) fn new(settings: &Settings, now_s: f64, step_s: f64) -> Self {
        let service = settings.service_s / step_s;
        let patience = settings.patience_s / step_s;
        let stay = (-1.0 / service).exp();
        Self {
            exponential: settings.exponential,
            workers: settings.workers,
            pace: settings.pace.map(|pace| pace.in_steps(step_s)),
            full: service,
            service,
            capacity: settings.workers / service,
            stay,
            begun: (1.0 - stay) * service,
            room: settings.room,
            patience,
            now: now_s / step_s,
            queue: 0.0,
            after_burst: 0.0,
            closing: if patience.is_finite() { Line::new(patience, patience) } else { Line::new(0.0, 0.0) },
            working: (!settings.exponential && service > 1.0 && settings.pace.is_none())
                .then(|| Line::new(service, service)),
            at_work: 0.0,
            busy: [0.0; 2],
            starts: VecDeque::from([Point { at: now_s / step_s, ..Point::default() }]),
            done: Point::default(),
        }
    }

    /// Returns the requests that wait, also those that will be closed.
    pub(super) fn waiting(&self) -> f64 {
        self.queue + self.closing.inside()
    }

    /// Returns the longest wait that an arrival has now [steps].
    pub(super) fn wait(&self) -> f64 {
        let work = self.queue / self.capacity;
        self.pace.as_ref().map_or(work, |pace| pace.until(self.now, work))
    }

    /// Returns the requests that wait beyond those that are served within so many steps.
    pub(super) fn beyond(&self, steps: f64) -> f64 {
        (self.queue - self.capacity * steps).max(0.0)
    }

    /// Takes so many requests out of the queue, as if their services were over.
    pub(super) fn drain(&mut self, requests: f64) {
        if self.queue <= 0.0 {
            return;
        }
        let rest = (1.0 - requests / self.queue).max(0.0);
        self.queue *= rest;
        let Some(next) = self.starts.iter().position(|point| point.at > self.now) else { return };
        let now = match next.checked_sub(1) {
            Some(before) => self.starts[before].towards(&self.starts[next], self.now),
            None => Point { at: self.now, ..self.starts[0] },
        };
        for point in self.starts.iter_mut().skip(next) {
            point.at = now.at + (point.at - now.at) * rest;
            point.good = now.good + (point.good - now.good) * rest;
            point.late = now.late + (point.late - now.late) * rest;
        }
        self.starts.insert(next, now);
    }

    /// Takes on the speed of the current step.
    fn keep_pace(&mut self) {
        let Some(pace) = &self.pace else { return };
        if self.now > pace.ends() {
            self.pace = None;
        }
        let speed = self.pace.as_ref().map_or(1.0, |pace| pace.work(self.now, 1.0));
        self.service = self.full / speed;
        self.stay = (-1.0 / self.service).exp();
        self.begun = (1.0 - self.stay) * self.service;
    }

    /// Takes the arrivals of one step and says what becomes of them: first of those spread over the
    /// step, then of a burst at its beginning.
    pub(super) fn take(&mut self, arrivals: [f64; 2]) -> [Fate; 2] {
        self.keep_pace();
        let leaves = self.closing.due(0.0);
        let mut closing = self.closing.inside() - leaves;
        let mut can_start = self.can_start();
        let [even, burst] = arrivals;
        let mut burst_fate = Fate::default();
        let mut started = 0.0;
        if burst > 0.0 {
            // Idle workers take a part at once.
            started = if self.queue > 0.0 { 0.0 } else { can_start.min(self.workers).min(burst) };
            can_start -= started;
            burst_fate = self.admit(burst, started, &mut closing);
        }
        let begin = can_start.min(self.queue + even);
        let fate = self.admit(even, begin, &mut closing);
        started += begin;
        self.closing.leave(leaves);
        self.closing.settle((closing - self.closing.inside() + leaves).max(0.0));
        if let Some(working) = &mut self.working {
            working.pass(started);
            working.settle(started);
        }
        self.at_work = self.at_work * self.stay + started * self.begun;
        self.after_burst = burst_fate.wait[1];
        [fate, burst_fate]
    }

    /// Lets arrivals join the queue, of which and of the queue `started` start their service.
    fn admit(&mut self, arrivals: f64, started: f64, closing: &mut f64) -> Fate {
        let before = self.wait();
        let mut queue = (self.queue + arrivals - started).max(0.0);
        let within = self.pace.as_ref().map_or(self.patience, |pace| pace.work(self.now, self.patience));
        let mut closed = (queue - self.capacity * within).max(0.0);
        queue -= closed;
        let refused = (queue + closed + *closing - self.room).clamp(0.0, arrivals);
        let spared = refused.min(closed);
        closed -= spared;
        self.queue = (queue - (refused - spared)).max(0.0);
        *closing += closed;
        let wait = [before, self.wait()];
        if arrivals <= 0.0 {
            return Fate { served: 1.0, wait, ..Fate::default() };
        }
        let (refused, closed) = (refused / arrivals, closed / arrivals);
        Fate { refused, closed, served: (1.0 - refused - closed).max(0.0), wait }
    }

    /// Returns how many services can start in a step.
    fn can_start(&self) -> f64 {
        if let Some(working) = &self.working {
            return (self.workers - working.inside() + working.due(0.0)).max(0.0);
        }
        if self.exponential {
            return ((self.workers - self.at_work * self.stay) / self.begun).max(0.0);
        }
        self.workers / self.service
    }

    /// Returns the share of the served whose service ends later than `timeout` [steps] after the arrival.
    pub(super) fn late(&self, fate: &Fate, timeout: f64) -> f64 {
        let [first, last] = fate.wait;
        if !self.exponential {
            return above(first, last, timeout - self.service);
        }
        // Noise of the wait: sqrt(q)/μ.
        let spread = (0.5 * (first + last) * self.service / self.workers).sqrt();
        let middle = |wait: f64| self.late_exponential(timeout - wait, spread);
        if (last - first).abs() < 0.2 * spread.max(self.service) {
            return middle(0.5 * (first + last));
        }
        // Simpson's rule over the step.
        (middle(first) + 4.0 * middle(0.5 * (first + last)) + middle(last)) / 6.0
    }

    /// Returns the probability that a normal wait around 0 and an exponential service last beyond `rest`.
    fn late_exponential(&self, rest: f64, spread: f64) -> f64 {
        let service = self.service;
        if spread > 3.0 * service {
            return 1.0 - normal((rest - service) / (spread * spread + service * service).sqrt());
        }
        if spread < 1e-3 * service {
            return if rest > 0.0 { (-rest / service).exp() } else { 1.0 };
        }
        let ratio = spread / service;
        let z = rest / spread;
        let tail = (0.5 * ratio * ratio - rest / service).exp() * normal(z - ratio);
        (1.0 - normal(z) + tail).clamp(0.0, 1.0)
    }

    /// Queues the services of the current step, of both kinds of arrivals, for devices that will wait long
    /// enough and for those that will not; returns how many of both kinds end in this step.
    pub(super) fn serve(&mut self, good: [f64; 2], late: [f64; 2]) -> [f64; 2] {
        if good[1] + late[1] > 0.0 {
            self.start(self.now + self.after_burst, good[1], late[1]);
        }
        self.now += 1.0;
        self.start(self.now + self.wait(), good[0], late[0]);
        if self.exponential {
            let now = self.started_by(self.now);
            let flow = [now.good - self.done.good, now.late - self.done.late];
            let begun = [flow[0] - self.busy[0], flow[1] - self.busy[1]];
            let mut out = [0.0; 2];
            for kind in 0..2 {
                let stays = self.busy[kind] * self.stay + begun[kind] * self.begun;
                out[kind] = flow[kind] - stays;
                self.busy[kind] = stays;
            }
            self.done.good += out[0];
            self.done.late += out[1];
            return out;
        }
        let mut ended = self.started_by(self.now - self.service);
        // What slows down ends no sooner than what was there before.
        if ended.good + ended.late < self.done.good + self.done.late {
            ended = self.done;
        }
        let out = [ended.good - self.done.good, ended.late - self.done.late];
        self.done = ended;
        out
    }

    /// Notes that these services start until then, after all others.
    fn start(&mut self, at: f64, good: f64, late: f64) {
        let last = self.starts.back().copied().unwrap_or_default();
        self.starts.push_back(Point { at: at.max(last.at), good: last.good + good, late: last.late + late });
    }

    /// Returns the running sums of the services that have started by then [steps].
    fn started_by(&mut self, at: f64) -> Point {
        while self.starts.len() > 2 && self.starts[1].at <= at {
            self.starts.pop_front();
        }
        let first = self.starts[0];
        let Some(second) = self.starts.get(1) else { return first };
        first.towards(second, at)
    }
}

/// Returns the share of the way from `first` to `last` that lies above an edge.
fn above(first: f64, last: f64, edge: f64) -> f64 {
    let (low, high) = (first.min(last), first.max(last));
    if low > edge {
        1.0
    } else if high <= edge {
        0.0
    } else {
        (high - edge) / (high - low)
    }
}

/// Returns the normal distribution function.
pub(super) fn normal(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            workers: 4.0,
            service_s: 0.02,
            exponential: false,
            room: 200.0,
            patience_s: f64::INFINITY,
            pace: None,
        }
    }

    #[test]
    fn a_full_queue_refuses_what_is_beyond_capacity() {
        let mut tier = Tier::new(&settings(), 0.0, 0.25);
        let fates: Vec<Fate> = (0..40)
            .map(|_| {
                let [fate, _] = tier.take([100.0, 0.0]);
                tier.serve([100.0 * fate.served, 0.0], [0.0; 2]);
                fate
            })
            .collect();
        assert_eq!((fates[0].refused, tier.waiting()), (0.0, 200.0));
        assert!((fates[39].refused - 0.5).abs() < 1e-12, "{:?}", fates[39]);
        assert!((tier.wait() * 0.25 - 1.0).abs() < 1e-12, "200 of 200/s wait 1 s");
    }

    #[test]
    fn a_burst_finds_the_room_as_it_is() {
        let mut tier = Tier::new(&settings(), 0.0, 0.25);
        let [_, fate] = tier.take([0.0, 1_000.0]);
        // 4 start and 200 wait; spread over the step, 50 would have been served meanwhile.
        assert!((1_000.0 * fate.served - 204.0).abs() < 1e-9, "{fate:?}");
        let served: f64 = (0..10)
            .map(|step| {
                if step > 0 {
                    tier.take([0.0; 2]);
                }
                tier.serve([0.0, if step == 0 { 204.0 } else { 0.0 }], [0.0; 2])[0]
            })
            .sum();
        assert!((served - 204.0).abs() < 1e-9, "{served}");
    }

    #[test]
    fn the_platform_closes_what_waits_too_long() {
        let mut tier = Tier::new(&Settings { patience_s: 0.5, ..settings() }, 0.0, 0.25);
        let mut fate = Fate::default();
        for _ in 0..40 {
            [fate, _] = tier.take([75.0, 0.0]);
            tier.serve([75.0 * fate.served, 0.0], [0.0; 2]);
        }
        // 50 of 75 are served, 25 closed after two steps.
        assert!((fate.closed - 1.0 / 3.0).abs() < 1e-9 && fate.refused == 0.0, "{fate:?}");
        assert!((tier.waiting() - 150.0).abs() < 1e-6, "{}", tier.waiting());
    }

    #[test]
    fn services_end_in_the_order_of_arrival() {
        for exponential in [false, true] {
            let mut tier = Tier::new(&Settings { exponential, ..settings() }, 0.0, 0.25);
            let mut ends = Vec::new();
            for step in 0..60 {
                let arrivals = if step < 4 { 100.0 } else { 0.0 };
                tier.take([arrivals, 0.0]);
                ends.push(tier.serve([arrivals, 0.0], [0.0; 2])[0]);
            }
            assert!((ends.iter().sum::<f64>() - 400.0).abs() < 1e-6, "{ends:?}");
            assert!((ends[3] - 50.0).abs() < 1e-6 && ends[20] < 1e-6, "{ends:?}");
        }
    }

    #[test]
    fn long_services_keep_their_workers() {
        for exponential in [false, true] {
            let settings = Settings { workers: 100.0, service_s: 10.0, exponential, ..settings() };
            let mut tier = Tier::new(&settings, 0.0, 0.25);
            let mut ends = 0.0;
            for _ in 0..800 {
                let [fate, _] = tier.take([10.0, 0.0]);
                ends += tier.serve([10.0 * fate.served, 0.0], [0.0; 2])[0];
            }
            // 10 services/s over 200 s; with fixed service the last 10 s are still under way.
            assert!((1_890.0..=2_001.0).contains(&ends), "{exponential}: {ends}");
        }
    }

    #[test]
    fn the_time_out_is_an_edge_for_fixed_and_a_slope_for_exponential_service() {
        let fixed = Tier::new(&settings(), 0.0, 0.25);
        let fate = Fate { wait: [39.0, 41.0], served: 1.0, ..Fate::default() };
        assert!((fixed.late(&fate, 40.08) - 0.5).abs() < 1e-9);
        let random = Tier::new(&Settings { exponential: true, ..settings() }, 0.0, 0.25);
        let late = |wait| random.late(&Fate { wait: [wait, wait], ..fate }, 40.08);
        assert!(late(36.0) < 1e-3 && (late(40.0) - 0.5).abs() < 0.01 && late(44.0) > 0.999);
        assert!((late(0.0) - (-501.0_f64).exp()).abs() < 1e-12);
    }
}
