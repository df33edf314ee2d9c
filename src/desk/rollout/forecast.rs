//! The roll-out as the storm that it is, before it begins.
//!
//! A restart is a lost connection and a reconnect. Each wave is played by the simulation that plays outages: its
//! devices lose their connections slice by slice, as fast as the plan activates them, and come back as their agents
//! do; then the same for taking everything back, with the settings of the baseline. Others that stay connected are
//! not played: they sign in no more often than before.
//!
//! A long wave is a steady state after a while. Only as many devices are played as restart until then, which is
//! said beside the result. Not here: how long people let it wait, and maintenance windows.

use crate::base::Micros;
use crate::base::units;
use crate::fleet::{Agent, Fleet, Loss, Meets, Outage, Touches};
use crate::push::plan::{Expected, Pace, Plan, Prediction, Request, Storm};
use crate::sim::{self, Run, SimError};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

/// Parts into which devices are dealt; a slice of the wave is a stretch of them.
const PARTS: u32 = 1 << 20;

/// Most slices of a wave, and devices that are played.
const MOST_SLICES: f64 = 1_200.0;
const MOST_DEVICES: f64 = 200_000.0;

/// Shortest time of restarts that is played, where the wave is longer \[s\].
const STEADY_S: f64 = 600.0;

/// Time that is watched after the last restart, beside the agents' own delays \[s\].
const SETTLE_S: f64 = 300.0;

/// Time over which the use of a tier is taken, at least \[s\], and sign-ins in it, so that a slow platform which
/// happens to be busy for a few of them does not count as full.
const OVER_S: f64 = 10.0;
const OVER_SIGN_INS: f64 = 100.0;

/// Use of the busiest tier at which it keeps nobody waiting for long, and at which it is full \[0..1\].
const COMFORT: f64 = 0.8;
const FULL: f64 = 0.98;

/// Seeds that are played; the worst of them counts.
const SEEDS: [u64; 2] = [42, 43];

/// Steps in which a rate is solved; each doubles its accuracy.
const STEPS: u32 = 7;

/// Points of a curve that is kept.
const POINTS: usize = 120;

/// Devices of each group, by its id.
pub type Crowd = BTreeMap<String, u32>;

/// Returns the devices of a wave by group, `None` for those of all waves.
pub fn crowd(plan: &Plan, wave: Option<u32>) -> Crowd {
    let mut crowd = Crowd::new();
    for device in plan.devices() {
        if device.wave.is_some() && (wave.is_none() || device.wave == wave) {
            let group = &plan.groups()[usize::from(device.group)].id;
            *crowd.entry(group.clone()).or_default() += 1;
        }
    }
    crowd
}

/// Plays every wave of a plan and taking it back: `new` has the settings that devices get, `old` those before.
///
/// # Errors
/// [`SimError`] where the simulation cannot play it, or `stop` was set.
pub fn predict(plan: &Plan, new: &Fleet, old: &Fleet, stop: &AtomicBool) -> Result<Prediction, SimError> {
    let request = plan.request();
    let pace = &request.pace;
    let mut known: Vec<(Crowd, Storm)> = Vec::new();
    let (mut prediction, mut overload) = (Prediction::default(), None);
    for wave in 0..plan.sizes().len() as u32 {
        let crowd = crowd(plan, Some(wave));
        let played = known.iter().find(|(same, _)| *same == crowd).map(|(_, storm)| storm.clone());
        let storm = match played {
            Some(storm) => storm,
            None => storm(new, &crowd, pace, stop)?,
        };
        overload = overload.or_else(|| trouble(&storm).map(|what| format!("in wave {} {what}", wave + 1)));
        prediction.peak_sign_ins_per_s = prediction.peak_sign_ins_per_s.max(storm.peak_sign_ins_per_s);
        prediction.lasts_s +=
            storm.lasts_s + f64::from(pace.verify_after_s) + f64::from(request.gate.observe_s);
        known.push((crowd, storm.clone()));
        prediction.storms.push(storm);
    }
    let back = storm(old, &crowd(plan, None), pace, stop)?;
    overload = overload.or_else(|| trouble(&back).map(|what| format!("when all of it is taken back {what}")));
    prediction.roll_back_lasts_s = back.lasts_s + f64::from(pace.verify_after_s);
    prediction.storms.push(back);
    prediction.overload = overload;
    prediction.back = expected(request, &prediction.storms[..prediction.storms.len().saturating_sub(1)]);
    Ok(prediction)
}

/// Returns the fastest pace at which neither the roll-out nor its roll-back keeps the platform's busiest tier
/// busier than 80 %, in two digits \[activations/s\]; `None` where even the slowest that is tried does.
///
/// # Errors
/// As [`predict`].
pub fn solve(
    new: &Fleet,
    old: &Fleet,
    crowd: &Crowd,
    pace: &Pace,
    stop: &AtomicBool,
) -> Result<Option<f64>, SimError> {
    let fits = |rate: f64| {
        let pace = Pace { activations_per_s: rate, ..*pace };
        for fleet in [new, old] {
            let storm = storm(fleet, crowd, &pace, stop)?;
            if storm.utilisation > COMFORT || trouble(&storm).is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let most = capacity(new).min(capacity(old));
    if fits(two_digits(most))? {
        return Ok(Some(two_digits(most)));
    }
    let (mut low, mut high) = (most / 256.0, most);
    if !fits(two_digits(low))? {
        return Ok(None);
    }
    for _ in 0..STEPS {
        let middle = (low * high).sqrt();
        if fits(two_digits(middle))? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(Some(two_digits(low)))
}

/// Returns a number cut down to two digits.
fn two_digits(rate: f64) -> f64 {
    let unit = 10_f64.powf(rate.log10().floor() - 1.0);
    ((rate / unit).floor() * unit * 1e6).round() / 1e6
}

/// Returns the sign-ins that every tier of the platform serves in a second.
fn capacity(fleet: &Fleet) -> f64 {
    let platform = &fleet.platform;
    let per_s = |workers: u32, each: Micros| f64::from(workers) / each.secs().max(1e-6);
    let mut least = per_s(platform.workers, platform.service_time);
    if let Some(tier) = &platform.connection {
        least = least.min(per_s(tier.workers, tier.service_time));
    }
    if let Some(balancer) = &platform.balancer {
        if let Some(limit) = &balancer.limit {
            least = least.min(f64::from(limit.per_s));
        }
        if balancer.cores > 0 {
            least = least.min(per_s(balancer.cores, balancer.handshake));
        }
    }
    least
}

/// Returns what the platform does not bear, in the middle of a sentence.
fn trouble(storm: &Storm) -> Option<String> {
    let simulated = u64::from(storm.simulated);
    if storm.lost_attempts * 100 > simulated {
        let (lost, of) = (units::count(storm.lost_attempts), units::count(simulated));
        return Some(format!("{lost} attempts of {of} devices are refused or time out"));
    }
    if storm.never_back * 100 > simulated {
        let (lost, of) = (units::count(storm.never_back), units::count(simulated));
        return Some(format!("{lost} of {of} devices do not come back"));
    }
    (storm.utilisation >= FULL).then(|| "sign-ins wait for a tier that is busy all the time".to_owned())
}

/// Returns the share of restarted devices that must be verified by when. What is seen of a device is its read-back,
/// so the time for a restart and the wait before the look count, each with room for slow devices; where a platform
/// confirms too, the simulated time of the reconnect in the slowest of the waves comes on top.
fn expected(request: &Request, waves: &[Storm]) -> Vec<Expected> {
    let slowest = waves.iter().filter_map(|storm| storm.back_s).fold(0.0, f64::max).ceil() as u32;
    let reconnect = if request.confirm_at.is_some() { slowest } else { 0 };
    let usual = request.pace.verify_after_s + request.pace.restart_s + reconnect + 120;
    let share = request.gate.confirmed_pct_x100.min(9_000);
    vec![
        Expected { after_s: usual, least_pct_x100: share / 2 },
        Expected { after_s: usual * 3, least_pct_x100: share },
    ]
}

/// Plays the restarts of a crowd at a pace.
///
/// # Errors
/// As [`predict`].
pub fn storm(fleet: &Fleet, crowd: &Crowd, pace: &Pace, stop: &AtomicBool) -> Result<Storm, SimError> {
    let devices: u32 = crowd.values().sum();
    let rate = pace.activations_per_s;
    let lasts_s = f64::from(devices.saturating_sub(pace.burst)) / rate;
    let mut worst: Option<Storm> = None;
    let played = Played::of(fleet, crowd, pace);
    if played.devices == 0 {
        return Ok(Storm::default());
    }
    for seed in SEEDS {
        let run = sim::run(&played.fleet, seed, stop)?;
        let storm = Storm { devices, lasts_s, ..played.summary(&run, rate, pace.burst) };
        let key = |storm: &Storm| (storm.lost_attempts + storm.never_back, storm.utilisation);
        if worst.as_ref().is_none_or(|worst| key(&storm) > key(worst)) {
            worst = Some(storm);
        }
    }
    Ok(worst.unwrap_or_default())
}

/// A crowd as a fleet with an outage of many slices.
struct Played {
    fleet: Fleet,
    devices: u32,
}

impl Played {
    fn of(fleet: &Fleet, crowd: &Crowd, pace: &Pace) -> Self {
        let mut fleet = fleet.whole();
        let rate = pace.activations_per_s;
        fleet.groups.retain(|group| crowd.get(&group.id).is_some_and(|devices| *devices > 0));
        let all = f64::from(crowd.values().sum::<u32>());
        let slowest = fleet.groups.iter().map(|group| spread_s(&group.agent)).fold(0.0, f64::max);
        let window_s = (2.0 * slowest).max(STEADY_S).min((MOST_DEVICES / rate).max(60.0));
        let most = (f64::from(pace.burst) + rate * window_s).min(MOST_DEVICES);
        let share = (most / all.max(1.0)).min(1.0);
        for group in &mut fleet.groups {
            let devices = crowd.get(&group.id).copied().unwrap_or_default();
            group.devices = ((f64::from(devices) * share).round() as u32).max(1);
            if let Agent::DotNetSdk(agent) = &mut group.agent {
                // The program starts anew and connects, whatever it does after a loss.
                agent.auto_reconnect = true;
            }
        }
        let devices = fleet.groups.iter().map(|group| group.devices).sum();
        fleet.outage = slices(f64::from(devices), pace, SETTLE_S + 2.0 * slowest);
        Self { fleet, devices }
    }

    fn summary(&self, run: &Run, rate: f64, burst: u32) -> Storm {
        let arrivals = &run.curves.arrivals;
        let bins = arrivals.len();
        let over = OVER_S.max(OVER_SIGN_INS / capacity(&self.fleet)).ceil() as usize;
        let over = over.min(bins).max(1);
        let busiest = run.stations.iter().map(|station| {
            let used: Vec<f64> = (0..bins).map(|bin| station.utilisation(bin)).collect();
            used.windows(over).map(|part| part.iter().sum::<f64>() / over as f64).fold(0.0, f64::max)
        });
        let mut back = 0_u32;
        let mut curve: Vec<(u32, u32, u32)> = Vec::new();
        let step = bins.div_ceil(POINTS).max(1);
        let need = (f64::from(self.devices) * 0.95).ceil() as u32;
        let mut reached = None;
        let mut busiest_second = 0;
        for (bin, arrived) in arrivals.iter().enumerate() {
            back += run.curves.all.back.get(bin).copied().unwrap_or_default();
            busiest_second = busiest_second.max(*arrived);
            if reached.is_none() && back >= need {
                reached = Some(bin as f64 + 1.0);
            }
            if (bin + 1).is_multiple_of(step) || bin + 1 == bins {
                curve.push((bin as u32 + 1, back, busiest_second));
                busiest_second = 0;
            }
        }
        let restarted = f64::from(need.saturating_sub(burst)) / rate;
        let totals = &run.totals;
        Storm {
            simulated: self.devices,
            peak_sign_ins_per_s: f64::from(arrivals.iter().copied().max().unwrap_or_default()),
            utilisation: busiest.fold(0.0, f64::max),
            lost_attempts: totals.refused + totals.timed_out + totals.closed,
            never_back: run.never_back(),
            back_s: reached.map(|at| (at - restarted).max(0.0)),
            curve,
            ..Storm::default()
        }
    }
}

/// Returns the time over which an agent spreads its first attempt \[s\].
fn spread_s(agent: &Agent) -> f64 {
    match agent {
        Agent::CSdk(sdk) | Agent::Ems(sdk) => sdk.max_connect_delay.secs(),
        Agent::ExampleAgent { reconnect_random_delay, sdk } => {
            (*reconnect_random_delay + sdk.max_connect_delay).secs()
        }
        Agent::DotNetSdk(agent) => agent.sdk.max_connect_delay.secs(),
        Agent::JavaSdk(agent) => agent.reconnect_interval.secs(),
        Agent::Generic(agent) => agent.first_delay.secs(),
    }
}

/// Returns an outage in which devices lose their connections slice by slice.
fn slices(devices: f64, pace: &Pace, settle_s: f64) -> Outage {
    let rate = pace.activations_per_s;
    let burst = f64::from(pace.burst).min(devices);
    let rest_s = (devices - burst) / rate;
    let step_s = (rest_s / MOST_SLICES).max(1.0).max(1.0 / rate);
    let part = |restarted: f64| (f64::from(PARTS) * (restarted / devices).min(1.0)).round() as u32;
    let at = |s: f64| Micros::from_secs_f64(s).unwrap_or(Micros::ZERO);
    let watch = at(rest_s + step_s + settle_s);
    let mut outage = Outage {
        touches: Touches::Parts { of: PARTS, from: 0, to: part(burst), deal: 0 },
        platform_down: false,
        ..Outage::total(Micros::SECOND, Meets::Served, watch)
    };
    outage.loses = Some(Loss::Reset);
    let main = outage.episodes().remove(0);
    let (mut from, mut slice) = (part(burst), 1.0_f64);
    while from < PARTS {
        let to = part(burst + rate * step_s * slice);
        let touches = Touches::Parts { of: PARTS, from, to, deal: 0 };
        let mut episode = main.clone();
        episode.name = "Restarts".into();
        episode.at = at(step_s * slice);
        episode.touches = touches;
        outage.events.push(episode);
        from = to;
        slice += 1.0;
    }
    outage
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example;

    fn pace(rate: f64) -> Pace {
        Pace { activations_per_s: rate, burst: 1, at_once: 16, verify_after_s: 0, restart_s: 30 }
    }

    fn pumps() -> Fleet {
        example::find("hundred-thousand-pumps").unwrap().file().unwrap().check(None).fleet.unwrap()
    }

    /// Returns the same pumps, which come back at once.
    fn hasty() -> Fleet {
        let mut fleet = pumps();
        for group in &mut fleet.groups {
            if let Agent::ExampleAgent { reconnect_random_delay, sdk } = &mut group.agent {
                (*reconnect_random_delay, sdk.max_connect_delay) = (Micros::ZERO, Micros::ZERO);
            }
        }
        fleet
    }

    fn all(fleet: &Fleet, devices: u32) -> Crowd {
        fleet.groups.iter().take(1).map(|group| (group.id.clone(), devices)).collect()
    }

    #[test]
    fn every_device_restarts_once_and_comes_back_at_a_slow_pace() {
        let fleet = pumps();
        let storm = storm(&fleet, &all(&fleet, 500), &pace(5.0), &AtomicBool::new(false)).unwrap();
        assert_eq!((storm.devices, storm.simulated), (500, 500));
        assert_eq!((storm.never_back, storm.lost_attempts), (0, 0), "{storm:?}");
        assert!((storm.lasts_s - 99.8).abs() < 0.1);
        assert_eq!(storm.curve.last().unwrap().1, 500, "each is back once");
        assert!(storm.utilisation < COMFORT && trouble(&storm).is_none());
    }

    #[test]
    fn a_pace_above_the_platform_is_trouble_and_the_solved_one_is_not() {
        let fleet = hasty();
        let crowd = all(&fleet, 8_000);
        let stop = AtomicBool::new(false);
        let fast = storm(&fleet, &crowd, &pace(4.0 * capacity(&fleet)), &stop).unwrap();
        assert!(trouble(&fast).is_some(), "{fast:?}");
        let rate = solve(&fleet, &fleet, &crowd, &pace(1.0), &stop).unwrap().unwrap();
        assert!(rate > 0.0 && rate <= capacity(&fleet), "{rate}");
        let slow = storm(&fleet, &crowd, &pace(rate), &stop).unwrap();
        assert!(trouble(&slow).is_none() && slow.utilisation <= COMFORT, "{slow:?}");
    }

    #[test]
    fn rates_are_cut_to_two_digits() {
        for (from, to) in [(123.4, 120.0), (9.99, 9.9), (0.0456, 0.045), (2.0, 2.0)] {
            assert!((two_digits(from) - to).abs() < 1e-9, "{from} {}", two_digits(from));
        }
    }
}
