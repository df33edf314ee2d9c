//! A second, slow implementation of the model, written to be obviously right.
//!
//! It keeps every device and every request in plain lists, looks through all of them for the next
//! event, and steps through ends of services, closings, time-outs and attempts one by one. It shares
//! the draws and the types with the engine, and nothing else: neither the agents' machines nor the
//! delay laws nor the station.

use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::{Agent, DelayLaw, Fleet, Meets, Retries, ServiceLaw};
use crate::sim::{Curves, GroupRun, Run, Times, Totals};

const SECOND: u64 = 1_000_000;

#[derive(Clone, Copy, PartialEq)]
enum Doing {
    /// Attempts at this time.
    Attempts(u64),
    /// Has sent a SYN that arrives at this time.
    Arrives(u64),
    /// Fails at this time: time-out of the device, or of its kernel (`true`).
    Fails(u64, bool),
    /// Gives up for good at this time.
    Strands(u64),
    /// Back or stranded.
    Nothing,
}

struct Device {
    group: usize,
    doing: Doing,
    call: u64,
    failed_in_call: u64,
    attempts: u64,
    back: Option<u64>,
}

struct Request {
    device: usize,
    number: u64,
    arrived: u64,
    /// Start and end of its service.
    service: Option<(u64, u64)>,
    /// The device still waits for it.
    awaited: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Completion,
    Closing,
    TimeOut,
    Attempt,
}

pub(super) struct Oracle<'a> {
    fleet: &'a Fleet,
    draws: Draws,
    horizon: u64,
    devices: Vec<Device>,
    requests: Vec<Request>,
    curves: Curves,
    totals: Totals,
    now: u64,
}

/// Plays one outage.
pub(super) fn run(fleet: &Fleet, seed: u64) -> Run {
    let horizon = fleet.outage.length.0 + fleet.outage.watch.0;
    let bins = (horizon / SECOND + 2) as usize;
    let mut oracle = Oracle {
        fleet,
        draws: Draws::new(seed),
        horizon,
        devices: Vec::new(),
        requests: Vec::new(),
        curves: Curves::new(bins),
        totals: Totals::default(),
        now: 0,
    };
    for (group, of) in fleet.groups.iter().enumerate() {
        for _ in 0..of.devices {
            let device =
                Device { group, doing: Doing::Nothing, call: 0, failed_in_call: 0, attempts: 0, back: None };
            oracle.devices.push(device);
            oracle.call(oracle.devices.len() - 1, 0);
        }
    }
    while let Some((at, kind, index)) = oracle.next_event() {
        if at >= horizon {
            break;
        }
        oracle.sample_queue(at);
        oracle.now = at;
        match kind {
            Kind::Completion => oracle.complete(index),
            Kind::Closing => oracle.close(index),
            Kind::TimeOut => oracle.time_out(index),
            Kind::Attempt => oracle.attempt(index),
        }
    }
    oracle.sample_queue(horizon);
    oracle.result(seed)
}

impl Oracle<'_> {
    fn next_event(&self) -> Option<(u64, Kind, usize)> {
        let patience = self.fleet.platform.sign_in_timeout;
        let requests =
            self.requests.iter().enumerate().filter_map(|(index, request)| match request.service {
                Some((_, end)) => Some((end, Kind::Completion, index)),
                None => patience.map(|patience| (request.arrived + patience.0, Kind::Closing, index)),
            });
        let devices = self.devices.iter().enumerate().filter_map(|(index, device)| match device.doing {
            Doing::Attempts(at) | Doing::Arrives(at) => Some((at, Kind::Attempt, index)),
            Doing::Fails(at, _) | Doing::Strands(at) => Some((at, Kind::TimeOut, index)),
            Doing::Nothing => None,
        });
        requests.chain(devices).min()
    }

    fn waiting(&self) -> u32 {
        self.requests.iter().filter(|request| request.service.is_none()).count() as u32
    }

    /// Notes the depth of the queue when time is about to go on to `until`.
    fn sample_queue(&mut self, until: u64) {
        if until > self.now {
            let waiting = self.waiting();
            for bin in self.now / SECOND..=(until - 1) / SECOND {
                let deepest = &mut self.curves.queue[bin as usize];
                *deepest = waiting.max(*deepest);
            }
        }
    }

    fn tick(&self) -> usize {
        (self.now / SECOND) as usize
    }

    /// Begins a connect call at `at`: the manager's delay, the SDK's delay, the first attempt.
    fn call(&mut self, index: usize, at: u64) {
        let device = &mut self.devices[index];
        let agent = &self.fleet.groups[device.group].agent;
        let sdk = agent.sdk().unwrap();
        if sdk.connect_retries == Retries::Times(0) {
            device.doing = Doing::Strands(at);
            return;
        }
        let manager = match agent {
            Agent::ExampleAgent { reconnect_random_delay, .. } if *reconnect_random_delay > Micros(0) => {
                let word = u64::from(self.draws.word(Stream::AttemptDelay, index as u64, device.call));
                1 + ((word * reconnect_random_delay.0) >> 32)
            }
            _ => 0,
        };
        let word = u64::from(self.draws.word(Stream::CallDelay, index as u64, device.call));
        let longest = sdk.max_connect_delay.0;
        let delay = match sdk.delay_law {
            DelayLaw::Documented if longest == 0 => 0,
            DelayLaw::Documented => 1 + ((word * longest) >> 32),
            DelayLaw::Linux221 => (word / 2 * (longest / 1_000)) % (1 << 32) / 2_147_483_647 * 1_000,
            DelayLaw::Windows221 => (word / 131_072 * (longest / 1_000)) % (1 << 32) / 32_767 * 1_000,
        };
        device.failed_in_call = 0;
        device.doing = Doing::Attempts(at + manager + delay);
    }

    /// An attempt of this device failed now.
    fn fail(&mut self, index: usize) {
        let device = &mut self.devices[index];
        let agent = &self.fleet.groups[device.group].agent;
        let after = self.now + agent.sdk().unwrap().connect_retry_interval.0;
        device.failed_in_call += 1;
        let again = match agent.retries() {
            Retries::Forever => true,
            Retries::Times(times) => device.failed_in_call < u64::from(times),
        };
        if again {
            device.doing = Doing::Attempts(after);
        } else if let Agent::CSdk(_) = agent {
            device.doing = Doing::Strands(after);
        } else {
            device.call += 1;
            self.call(index, after);
        }
    }

    fn attempt(&mut self, index: usize) {
        let down = self.fleet.outage.length.0;
        let tick = self.tick();
        if let Doing::Attempts(_) = self.devices[index].doing {
            self.devices[index].attempts += 1;
            self.totals.attempts += 1;
            self.curves.attempts[tick] += 1;
            if self.now < down {
                self.totals.attempts_in_outage += 1;
                if self.fleet.outage.meets != Meets::BlackHole {
                    self.curves.turned_away[tick] += 1;
                    return self.fail(index);
                }
                self.devices[index].doing = Doing::Fails(self.now + 134 * SECOND, true);
                let (mut repeat, mut wait) = (self.now, SECOND);
                for _ in 0..6 {
                    repeat += wait;
                    wait *= 2;
                    if repeat >= down {
                        self.devices[index].doing = Doing::Arrives(repeat);
                        break;
                    }
                }
                return;
            }
        }
        self.totals.arrivals += 1;
        self.curves.arrivals[tick] += 1;
        let busy = self.requests.len() - self.waiting() as usize;
        let idle = busy < self.fleet.platform.workers as usize;
        if !idle && self.waiting() >= self.fleet.platform.accept_queue {
            self.curves.refused[tick] += 1;
            return self.fail(index);
        }
        let device = &mut self.devices[index];
        let timeout = self.fleet.groups[device.group].agent.connect_timeout().0;
        device.doing = Doing::Fails(self.now + timeout, false);
        let number = device.attempts - 1;
        self.requests.push(Request {
            device: index,
            number,
            arrived: self.now,
            service: None,
            awaited: true,
        });
        if idle {
            self.serve(self.requests.len() - 1);
        }
    }

    fn serve(&mut self, index: usize) {
        let request = &mut self.requests[index];
        let mean = self.fleet.platform.service_time.0;
        let time = match self.fleet.platform.service_law {
            ServiceLaw::Fixed => mean,
            ServiceLaw::Exponential => {
                let unit = self.draws.unit(Stream::Service, request.device as u64, request.number);
                ((-libm::log(unit) * mean as f64).round() as u64).max(1)
            }
        };
        let end = self.now + time;
        request.service = Some((self.now, end));
        let mut at = self.now;
        while at < end.min(self.horizon) {
            let next = ((at / SECOND + 1) * SECOND).min(end).min(self.horizon);
            self.curves.busy[(at / SECOND) as usize] += next - at;
            at = next;
        }
    }

    fn complete(&mut self, index: usize) {
        let request = self.requests.remove(index);
        let tick = self.tick();
        if request.awaited {
            self.curves.back[tick] += 1;
            self.devices[request.device].back = Some(self.now);
            self.devices[request.device].doing = Doing::Nothing;
        } else {
            self.curves.wasted[tick] += 1;
            self.totals.wasted_work += request.service.map_or(0, |(start, end)| end - start);
        }
        // Requests stand in the order of their arrival.
        if let Some(first) = self.requests.iter().position(|request| request.service.is_none()) {
            self.serve(first);
        }
    }

    fn close(&mut self, index: usize) {
        let request = self.requests.remove(index);
        let tick = self.tick();
        self.curves.closed[tick] += 1;
        if request.awaited {
            self.fail(request.device);
        }
    }

    fn time_out(&mut self, index: usize) {
        let tick = self.tick();
        match self.devices[index].doing {
            Doing::Strands(_) => {
                self.curves.stranded[tick] += 1;
                self.devices[index].doing = Doing::Nothing;
                self.devices[index].call = u64::MAX;
            }
            Doing::Fails(_, true) => {
                self.curves.unanswered[tick] += 1;
                self.fail(index);
            }
            _ => {
                self.curves.timed_out[tick] += 1;
                for request in self.requests.iter_mut().filter(|request| request.device == index) {
                    request.awaited = false;
                }
                self.fail(index);
            }
        }
    }

    fn result(self, seed: u64) -> Run {
        let down = self.fleet.outage.length.0;
        let sum = |curve: &[u32]| curve.iter().map(|&n| u64::from(n)).sum::<u64>();
        let groups: Vec<GroupRun> = self
            .fleet
            .groups
            .iter()
            .enumerate()
            .map(|(index, group)| {
                let devices: Vec<&Device> =
                    self.devices.iter().filter(|device| device.group == index).collect();
                let mut back = vec![0; self.curves.back.len()];
                for at in devices.iter().filter_map(|device| device.back) {
                    back[(at / SECOND) as usize] += 1;
                }
                let lost = devices.iter().map(|device| {
                    let away = device.back.unwrap_or(self.horizon) as f64 / 1e6;
                    let recorded = group.telemetry.properties as f64 / group.telemetry.interval_s * away;
                    (recorded - group.store.values() as f64).max(0.0) as u64
                });
                GroupRun {
                    devices: group.devices,
                    returned: sum(&back),
                    back,
                    times: times(&devices, down),
                    stranded: devices.iter().filter(|device| device.call == u64::MAX).count() as u64,
                    lost: lost.sum(),
                }
            })
            .collect();
        let curves = self.curves;
        let most = |curve: &[u32]| curve.iter().copied().max().unwrap_or(0);
        Run {
            seed,
            returned: Micros(down),
            horizon: Micros(self.horizon),
            devices: self.devices.len() as u64,
            times: times(&self.devices.iter().collect::<Vec<_>>(), down),
            totals: Totals {
                back: sum(&curves.back),
                refused: sum(&curves.refused),
                timed_out: sum(&curves.timed_out),
                turned_away: sum(&curves.turned_away),
                unanswered: sum(&curves.unanswered),
                wasted: sum(&curves.wasted),
                closed: sum(&curves.closed),
                stranded: sum(&curves.stranded),
                lost: groups.iter().map(|group| group.lost).sum(),
                ..self.totals
            },
            groups,
            peak: most(&curves.attempts),
            peak_up: most(&curves.arrivals),
            largest_queue: most(&curves.queue),
            curves,
        }
    }
}

fn times(devices: &[&Device], down: u64) -> Times {
    let mut back: Vec<u64> = devices.iter().filter_map(|device| device.back).collect();
    back.sort_unstable();
    let at = |percent: usize| {
        let rank = (percent * devices.len()).div_ceil(100);
        back.get(rank.wrapping_sub(1)).map(|&at| Micros(at - down))
    };
    Times { t50: at(50), t95: at(95), t99: at(99), t100: at(100) }
}
