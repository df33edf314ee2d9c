//! How large a run will be, before it runs.
//!
//! Attempts come from closed forms: a device whose waits have mean μ and variance σ² makes
//! `t/μ + (σ² − μ²)/2μ²` attempts in an outage of length t (renewal theory; 2t/R − 1/3 for the
//! ExampleAgent's U(0, R)), and after the return it goes on until the platform, at full capacity, has
//! served half of the fleet. A fleet that never recovers makes more; the engine counts, and stops at
//! the same budget. Nothing here is a time: machines differ, counts do not.

use super::error::{Fits, Needs, SimError};
use super::run::bins;
use super::wheel;
use crate::agent::{Event, Machine, Next, State, delay, spins};
use crate::base::{Draws, Micros};
use crate::fleet::outage::SYN_GIVES_UP;
use crate::fleet::{Agent, Bounds, Fleet, Generic, Group, LimitKind, Meets, Retries, ServiceLaw};

/// Most attempts in one run.
pub const ATTEMPT_BUDGET: u64 = 2_000_000_000;
/// Most memory for all runs that are under way or kept [B].
pub const BYTE_BUDGET: u64 = 4 << 30;

/// Memory per device while a run is under way [B]: state, time of its loss, pending event in the wheel; 30
/// were measured with a million devices.
const DEVICE_BYTES: u64 = 12 + 8 + 11;
/// The same where the engine of plain fleets plays [B]: the event, and the time of its return where
/// services do not end in their order.
const PLAIN_BYTES: u64 = 10;
const PLAIN_RANDOM_BYTES: u64 = 19;
/// Memory of a device for each time that only some fleets need [B].
const TIME_BYTES: u64 = 8;
/// Memory per second of virtual time that a run keeps for each group, and for all together [B]: nine
/// curves of counts.
const GROUP_BIN_BYTES: u64 = 9 * 4 + 8;
/// The same for the fleet as a whole [B]: eight more curves, and three of values.
const BIN_BYTES: u64 = GROUP_BIN_BYTES + 8 * 4 + 3 * 8;
/// The same for each station [B]: queue and busy time.
const STATION_KEPT_BYTES: u64 = 4 + 8;
/// More of it while a run is under way [B]: a station's own curves.
const STATION_BIN_BYTES: u64 = 4 + 8 + 8;

/// The size of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Attempts that one run makes if the platform serves at its capacity.
    pub attempts: f64,
    /// Attempts that one run makes if no device ever gets back.
    pub attempts_at_most: f64,
    /// Memory while one run is under way [B].
    pub bytes: f64,
    /// Memory that the result of one run keeps [B].
    pub kept_bytes: f64,
}

/// Returns the size of one run of this fleet; takes no noticeable time for any fleet.
pub fn estimate(fleet: &Fleet) -> Estimate {
    let outage = fleet.outage.length.0 as f64;
    let watch = fleet.outage.watch.0 as f64;
    let hold = if fleet.outage.meets == Meets::BlackHole { SYN_GIVES_UP.0 as f64 } else { 0.0 };
    let drain = fleet.devices() as f64 * fleet.platform.service_time.0 as f64
        / f64::from(fleet.platform.workers.max(1));
    // Mean time away after the return when devices come back at a constant rate until the last.
    let away = |drain: f64| {
        if drain <= watch { drain / 2.0 } else { watch - watch * watch / (2.0 * drain) }
    };
    let room = f64::from(fleet.platform.workers) + f64::from(fleet.platform.accept_queue);
    let (mut attempts, mut at_most) = (0.0, 0.0);
    for group in &fleet.groups {
        let waits = Waits::of(&group.agent);
        let devices = f64::from(group.devices);
        // A herd comes back in one moment of each interval, and only what then finds room is served.
        let rounds = if waits.herd { devices / room.max(1.0) } else { 0.0 };
        let after = 1.0 + away(drain.max(rounds * waits.pause)) / waits.between(0.0);
        attempts += devices * (waits.attempts(outage, hold) + after).min(waits.most);
        at_most += devices * waits.attempts(outage + watch, 0.0);
    }
    let (bins, groups) = (bins(fleet.outage.horizon()) as f64, fleet.groups.len() as f64);
    let stations = 4.0;
    let kept =
        bins * (BIN_BYTES as f64 + GROUP_BIN_BYTES as f64 * groups + STATION_KEPT_BYTES as f64 * stations);
    let lists = f64::from(fleet.platform.workers).min(attempts)
        + f64::from(fleet.platform.accept_queue).min(attempts);
    // A growing list may hold twice what is in it.
    let working = fleet.devices() as f64 * device_bytes(fleet)
        + bins * STATION_BIN_BYTES as f64 * stations
        + 16.0 * lists;
    Estimate { attempts, attempts_at_most: at_most.max(attempts), bytes: kept + working, kept_bytes: kept }
}

/// Returns the memory of one device while a run is under way [B].
fn device_bytes(fleet: &Fleet) -> f64 {
    if wheel::supports(fleet) {
        let fixed = fleet.platform.service_law == ServiceLaw::Fixed;
        return if fixed { PLAIN_BYTES } else { PLAIN_RANDOM_BYTES } as f64;
    }
    let blocks = fleet.platform.sessions.bind_protection.is_some();
    let limit = fleet.platform.balancer.and_then(|balancer| balancer.limit);
    let gate = limit.is_some_and(|limit| limit.kind == LimitKind::DelayAccept);
    let counted = |group: &Group| group.link.bounds == Bounds::Attempt || gate && !group.link.tls;
    let begins = fleet.groups.iter().any(counted);
    (DEVICE_BYTES + TIME_BYTES * (u64::from(blocks) + u64::from(begins))) as f64
}

/// Refuses fleets that cannot be simulated, naming what can.
///
/// # Errors
/// [`SimError::EndlessAttempts`] and [`SimError::TooLarge`]; the fleet has to be changed.
pub(super) fn admit(fleet: &Fleet, runs: u64, threads: u64) -> Result<(), SimError> {
    if let Some(group) = fleet.groups.iter().find(|group| group.devices > 0 && spins(&group.agent)) {
        return Err(SimError::EndlessAttempts { group: group.id.clone() });
    }
    let size = estimate(fleet);
    if size.attempts > ATTEMPT_BUDGET as f64 {
        return Err(too_many_attempts(fleet, size.attempts));
    }
    let pings = pings(fleet);
    if pings > ATTEMPT_BUDGET as f64 {
        let all = fleet.devices() as f64 * fleet.outage.horizon().0 as f64;
        let fits = Fits::BetweenPings(Micros((all / ATTEMPT_BUDGET as f64).ceil() as u64));
        return Err(SimError::TooLarge { needs: Needs::Pings(pings as u64), fits });
    }
    let budget = BYTE_BUDGET as f64;
    if size.bytes > budget {
        let fixed = size.bytes - fleet.devices() as f64 * device_bytes(fleet);
        let devices = (budget - fixed) / device_bytes(fleet);
        let fits = if devices >= fleet.groups.len() as f64 {
            Fits::Devices(devices as u64)
        } else {
            Fits::Horizon(Micros((fleet.outage.horizon().0 as f64 * budget / 2.0 / size.bytes) as u64))
        };
        return Err(SimError::TooLarge { needs: Needs::Bytes(size.bytes as u64), fits });
    }
    let threads = threads.clamp(1, runs.max(1)) as f64;
    let all = runs as f64 * size.kept_bytes + threads * (size.bytes - size.kept_bytes);
    if all > budget {
        let one = size.bytes - size.kept_bytes;
        let fits = Fits::Runs(((budget - one) / (size.kept_bytes + one)).max(1.0) as u64);
        return Err(SimError::TooLarge { needs: Needs::Bytes(all as u64), fits });
    }
    Ok(())
}

/// Returns the pings that a run follows if everybody stays connected; they matter only where pongs wait.
fn pings(fleet: &Fleet) -> f64 {
    if !fleet.platform.sessions.pongs_wait {
        return 0.0;
    }
    let horizon = fleet.outage.horizon().0 as f64;
    let pinging = fleet.groups.iter().filter(|group| group.link.ping_rate > Micros::ZERO);
    pinging.map(|group| f64::from(group.devices) * (horizon / group.link.ping_rate.0 as f64)).sum()
}

/// Returns the refusal of a run that would make this many attempts.
pub(super) fn too_many_attempts(fleet: &Fleet, attempts: f64) -> SimError {
    let share = ATTEMPT_BUDGET as f64 / attempts;
    // Attempts grow at least in proportion to the devices, so the proportion is on the safe side.
    let devices = fleet.devices() as f64 * share;
    let fits = if devices >= fleet.groups.len() as f64 {
        Fits::Devices(devices as u64)
    } else {
        let horizon = fleet.outage.horizon().0 as f64;
        Fits::Between(Micros((horizon * fleet.devices() as f64 / ATTEMPT_BUDGET as f64).ceil() as u64))
    };
    SimError::TooLarge { needs: Needs::Attempts(attempts as u64), fits }
}

/// The waits of an agent, as far as the number of attempts depends on them [µs].
struct Waits {
    /// Mean of the random waits before a call.
    mean: f64,
    /// Variance of the random waits before a call [µs²].
    variance: f64,
    /// Fixed pause after each attempt.
    pause: f64,
    /// Attempts per call; infinite where it never ends.
    per_call: f64,
    /// Attempts that the device makes at most.
    most: f64,
    /// Whether nothing spreads the attempts of devices that fail together.
    herd: bool,
    /// The agent, where its pauses grow and no closed form fits.
    backs_off: Option<Generic>,
}

impl Waits {
    fn of(agent: &Agent) -> Self {
        let per_call = match agent.retries() {
            Retries::Forever => f64::INFINITY,
            Retries::Times(times) => f64::from(times),
        };
        let calls_again = matches!(agent, Agent::ExampleAgent { .. } | Agent::DotNetSdk(_));
        let most = match agent.reconnects() {
            false => 0.0,
            true if calls_again => f64::INFINITY,
            true => per_call,
        };
        let mut waits =
            Self { mean: 0.0, variance: 0.0, pause: 0.0, per_call, most, herd: false, backs_off: None };
        if let Some(sdk) = agent.sdk() {
            let random = match agent {
                Agent::ExampleAgent { reconnect_random_delay, .. } => reconnect_random_delay.0 as f64,
                _ => 0.0,
            };
            let delay = delay::mean(sdk);
            waits.mean = random / 2.0 + delay;
            // Each is uniform, or nearly so.
            waits.variance = (random * random + 4.0 * delay * delay) / 12.0;
            waits.pause = sdk.connect_retry_interval.0 as f64;
        }
        match agent {
            Agent::JavaSdk(java) => {
                waits.pause = java.reconnect_interval.0 as f64;
                waits.herd = true;
            }
            Agent::Generic(generic) => {
                waits.herd = !generic.backoff.law.spreads() && generic.first_delay == Micros::ZERO;
                waits.pause = settled(generic);
                waits.backs_off = Some(*generic);
            }
            _ => {}
        }
        waits
    }

    /// Returns the mean time between attempts that each last `hold` [µs], at least 1 µs.
    fn between(&self, hold: f64) -> f64 {
        // Without an end to the call, or without another call, only the pause is between attempts.
        let calls = if self.most.is_finite() { 0.0 } else { self.mean / self.per_call };
        (calls + self.pause + hold).max(1.0)
    }

    /// Returns the mean number of attempts in a span [µs] in which each one fails after `hold` [µs].
    fn attempts(&self, span: f64, hold: f64) -> f64 {
        if let Some(generic) = &self.backs_off {
            return sampled(generic, span, hold).min(self.most);
        }
        let longest = 2.0 * self.mean;
        let begun = if longest > span { span / longest } else { 1.0 };
        if self.per_call.is_finite() && self.most.is_infinite() {
            let cycle = (self.mean + self.per_call * (self.pause + hold)).max(1.0);
            let renewals = (span + self.pause + hold) / cycle + (self.variance / cycle / cycle - 1.0) / 2.0;
            return self.per_call * renewals.max(begun);
        }
        let after = span - longest.min(span) / 2.0;
        (begun * (1.0 + after / self.between(hold))).min(self.most)
    }
}

/// Devices that are played to estimate how a back-off grows.
const SAMPLES: u64 = 8;
/// Attempts that are played of each; after them the waits no longer grow.
const SAMPLED_ATTEMPTS: u32 = 256;

/// Returns how many attempts a device that backs off makes in a span in which each one fails after
/// `hold` [µs], and the mean wait between its last ones [µs].
///
/// A few devices are played with their own machine, and what is beyond is continued in proportion.
fn play(generic: &Generic, span: f64, hold: f64) -> (f64, f64) {
    let agent = Agent::Generic(Generic { connect_retries: Retries::Forever, ..*generic });
    let (mut attempts, mut late) = (0.0, 0.0);
    for device in 0..SAMPLES {
        let machine = Machine { agent: &agent, device, draws: Draws::new(0) };
        let mut state = State::default();
        let (mut now, mut half, mut event) = (Micros::ZERO, 0.0, Event::Lost);
        while state.attempts() < SAMPLED_ATTEMPTS && now.0 as f64 <= span {
            let Next::Attempt(at) = machine.run_ahead(&mut state, now, event) else { break };
            if state.attempts() == SAMPLED_ATTEMPTS / 2 {
                half = at.0 as f64;
            }
            if at.0 as f64 <= span {
                attempts += 1.0;
            }
            (now, event) = (at + Micros(hold as u64), Event::Failed);
        }
        let between = (now.0 as f64 - half) / f64::from(SAMPLED_ATTEMPTS / 2);
        late += between - hold;
        attempts += ((span - now.0 as f64) / between.max(1.0)).max(0.0);
    }
    (attempts / SAMPLES as f64, (late / SAMPLES as f64).max(1.0))
}

/// Returns the attempts of a device that backs off.
fn sampled(generic: &Generic, span: f64, hold: f64) -> f64 {
    play(generic, span, hold).0
}

/// Returns the mean wait of a device that has backed off for long [µs].
fn settled(generic: &Generic) -> f64 {
    play(generic, f64::INFINITY, 0.0).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::{Backoff, BackoffLaw, CSdk, DelayLaw, DotNetSdk, JavaSdk, Purges};
    use crate::sim::run;
    use crate::sim::storm1::{Scenario, fleet};
    use std::sync::atomic::AtomicBool;

    #[test]
    fn estimates_are_near_what_a_run_makes() {
        for scenario in Scenario::ALL {
            let fleet = fleet(scenario, 2_000, false);
            let made = run(&fleet, 1, &AtomicBool::new(false)).unwrap().totals.attempts as f64;
            let size = estimate(&fleet);
            assert!((0.6..2.5).contains(&(size.attempts / made)), "{scenario:?}: {size:?}, made {made}");
            assert!(size.attempts_at_most >= made, "{scenario:?}: {size:?}, made {made}");
        }
    }

    #[test]
    fn estimates_know_every_agent_and_the_black_hole() {
        let sdk = |delay_s, retries| CSdk {
            max_connect_delay: Micros::from_secs(delay_s),
            connect_timeout: Micros::from_secs(10),
            connect_retries: retries,
            connect_retry_interval: Micros::from_secs(5),
            delay_law: DelayLaw::Documented,
        };
        let example =
            |random, sdk| Agent::ExampleAgent { reconnect_random_delay: Micros::from_secs(random), sdk };
        let backing_off = |law, cap| {
            Agent::Generic(Generic {
                first_delay: Micros::from_secs(5),
                connect_timeout: Micros::from_secs(10),
                connect_retries: Retries::Forever,
                backoff: Backoff { law, base: Micros::from_secs(1), cap: Micros::from_secs(cap) },
            })
        };
        let agents = [
            Agent::CSdk(sdk(10, Retries::Times(3))),
            Agent::CSdk(sdk(10, Retries::Forever)),
            Agent::CSdk(sdk(1_000, Retries::Forever)),
            example(60, sdk(1, Retries::Times(1))),
            example(60, sdk(20, Retries::Times(4))),
            example(600, sdk(1, Retries::Forever)),
            Agent::Ems(sdk(10, Retries::Forever)),
            Agent::JavaSdk(JavaSdk {
                reconnect_interval: Micros::from_secs(15),
                connect_timeout: Micros::from_secs(10),
            }),
            Agent::DotNetSdk(DotNetSdk { auto_reconnect: true, sdk: sdk(20, Retries::Times(3)) }),
            backing_off(BackoffLaw::Exponential, 60),
            backing_off(BackoffLaw::FullJitter, 60),
            backing_off(BackoffLaw::EqualJitter, 300),
            backing_off(BackoffLaw::DecorrelatedJitter, 60),
        ];
        for meets in [Meets::Refused, Meets::BlackHole] {
            for agent in agents {
                let mut fleet = fleet(Scenario::Storm, 500, false);
                (fleet.groups[0].agent, fleet.outage.meets) = (agent, meets);
                fleet.outage.length = Micros::from_secs(900);
                let made = run(&fleet, 1, &AtomicBool::new(false)).unwrap().totals.attempts as f64;
                let size = estimate(&fleet);
                assert!((0.7..1.6).contains(&(size.attempts / made)), "{agent:?}: {size:?}, made {made}");
                assert!(size.attempts_at_most >= made, "{agent:?}: {size:?}, made {made}");
            }
        }
    }

    #[test]
    fn what_is_too_large_is_refused_with_what_fits() {
        let large = |scenario, workers| {
            let mut fleet = fleet(scenario, 1_000, false);
            (fleet.groups[0].devices, fleet.platform.workers) = (1_000_000_000, workers);
            fleet
        };
        let mut storm = large(Scenario::Storm, 400_000);
        let error = admit(&storm, 1, 1).unwrap_err();
        let SimError::TooLarge { needs: Needs::Attempts(_), fits: Fits::Devices(devices) } = error else {
            panic!("{error:?}")
        };
        storm.groups[0].devices = devices as u32;
        assert_eq!(admit(&storm, 1, 1), Ok(()));
        let mut idle = large(Scenario::Idle, 4_000_000);
        let error = admit(&idle, 1, 1).unwrap_err();
        let SimError::TooLarge { needs: Needs::Bytes(_), fits: Fits::Devices(devices) } = error else {
            panic!("{error:?}")
        };
        assert!(devices > 50_000_000, "{devices}");
        idle.groups[0].devices = devices as u32;
        assert_eq!(admit(&idle, 1, 1), Ok(()));
        assert!(matches!(
            admit(&idle, 1_000, 2_000).unwrap_err(),
            SimError::TooLarge { fits: Fits::Runs(_), .. }
        ));
    }

    #[test]
    fn plain_fleets_need_a_third_of_the_memory() {
        for exponential in [false, true] {
            let mut plain = fleet(Scenario::Storm, 10_000_000, exponential);
            let bytes = |fleet: &Fleet| (estimate(fleet).bytes - estimate(fleet).kept_bytes) / 1e7;
            assert!(bytes(&plain) < 22.0, "{}", bytes(&plain));
            let before = bytes(&plain);
            plain.platform.purges = Purges::TooLate;
            assert!(bytes(&plain) > before + 10.0, "{}", bytes(&plain));
        }
    }

    #[test]
    fn pings_count_only_where_pongs_wait() {
        let mut fleet = fleet(Scenario::Storm, 100_000, false);
        fleet.groups[0].link.ping_rate = Micros::from_millis(100);
        fleet.outage.watch = Micros::from_secs(86_400);
        assert_eq!(admit(&fleet, 1, 1), Ok(()));
        fleet.platform.sessions.pongs_wait = true;
        let error = admit(&fleet, 1, 1).unwrap_err();
        let SimError::TooLarge { needs: Needs::Pings(_), fits: Fits::BetweenPings(time) } = error else {
            panic!("{error:?}")
        };
        fleet.groups[0].link.ping_rate = time;
        assert_eq!(admit(&fleet, 1, 1), Ok(()));
        fleet.groups[0].link.ping_rate = Micros::ZERO;
        assert_eq!(admit(&fleet, 1, 1), Ok(()));
    }

    #[test]
    fn one_device_that_never_rests_is_told_to_rest() {
        let mut fleet = fleet(Scenario::Storm, 1, false);
        fleet.outage.length = Micros::from_secs(2_592_000);
        if let Agent::ExampleAgent { reconnect_random_delay, .. } = &mut fleet.groups[0].agent {
            *reconnect_random_delay = Micros(1);
        }
        let error = admit(&fleet, 1, 1).unwrap_err();
        let SimError::TooLarge { fits: Fits::Between(time), .. } = error else { panic!("{error:?}") };
        assert!(time > Micros(1_000) && time < Micros(2_000), "{time:?}");
        assert!(error.to_string().contains("between two attempts of a device"), "{error}");
    }

    #[test]
    fn absurd_lengths_and_endless_attempts_are_refused() {
        let mut absurd = fleet(Scenario::Storm, 10, false);
        absurd.outage.length = Micros(u64::MAX);
        if let Agent::ExampleAgent { reconnect_random_delay, .. } = &mut absurd.groups[0].agent {
            *reconnect_random_delay = Micros(u64::MAX);
        }
        let error = admit(&absurd, 1, 1).unwrap_err();
        assert!(matches!(error, SimError::TooLarge { fits: Fits::Horizon(_), .. }), "{error:?}");
        let mut endless = fleet(Scenario::Storm, 10, false);
        let sdk = *endless.groups[0].agent.sdk().unwrap();
        endless.groups[0].agent = Agent::CSdk(CSdk { connect_retries: Retries::Forever, ..sdk });
        assert_eq!(admit(&endless, 1, 1), Err(SimError::EndlessAttempts { group: "devices".into() }));
    }
}
