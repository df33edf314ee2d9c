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
use crate::push::fault::Class;
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

/// Room for slow devices before they have to be read back \[s\].
const SLOW_S: u32 = 120;

/// Time that a look at a device may take, with its wait for others to be looked at first \[s\].
const LOOK_S: u32 = 30;

/// Share of devices that is asked for at most \[hundredths of a percent\]: a simulation is not the field.
const MOST_PCT_X100: u32 = 9_000;

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
        let storm = Storm { least: least(request, &storm), ..storm };
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
    prediction.back = read_back(request);
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

/// Returns the share of restarted devices that must be read back by when, where nobody tells when they reconnect: the
/// time for a restart and the wait before the look count, with room for slow devices.
fn read_back(request: &Request) -> Vec<Expected> {
    let usual = request.pace.verify_after_s + request.pace.restart_s + SLOW_S;
    let share = request.gate.confirmed_pct_x100.min(MOST_PCT_X100);
    vec![
        Expected { after_s: usual, least_pct_x100: share / 2 },
        Expected { after_s: usual * 3, least_pct_x100: share },
    ]
}

/// Returns the share of a wave's devices that must have been seen to reconnect by when, which is the simulated curve
/// of the wave with the room that an observation needs; nothing where no platform is asked for it.
fn least(request: &Request, storm: &Storm) -> Vec<Expected> {
    if request.confirm_at.is_none() {
        return Vec::new();
    }
    let share = f64::from(request.gate.confirmed_pct_x100.min(MOST_PCT_X100));
    let mut least: Vec<Expected> = Vec::new();
    for (age, _, _) in &storm.curve {
        let part = (back_within(storm, &request.pace, *age) * share) as u32;
        if part > least.last().map_or(0, |last| last.least_pct_x100) {
            let after_s =
                request.pace.verify_after_s.max(age.saturating_add(age / 4)).saturating_add(seen_s(*age));
            least.push(Expected { after_s, least_pct_x100: part });
        }
    }
    // Before the first look nobody is seen, so of several points at one time the last holds.
    let mut at = 0;
    while at + 1 < least.len() {
        if least[at].after_s == least[at + 1].after_s {
            least.remove(at);
        } else {
            at += 1;
        }
    }
    least
}

/// Returns the time in which a device that is back so long after its restart \[s\] is seen to be: the waits between two
/// looks double, so none is longer than what has passed, up to the longest one.
fn seen_s(age_s: u32) -> u32 {
    let longest_s = Class::NotBack.retry().longest_ms / 1_000;
    age_s.saturating_add(1).min(longest_s as u32).saturating_add(LOOK_S)
}

/// Returns the least share of devices that are back so long after their own restart \[s\], so that the curve of the
/// wave holds \[0..1\]. At a time `t`, `R(t - a)` devices were restarted longer than `a` ago. Even if all of these
/// are back, the other ones that are back restarted within `a`: a share of at least
/// `(B(t) - R(t - a)) / (R(t) - R(t - a))`. The best of these bounds counts, over enough devices.
fn back_within(storm: &Storm, pace: &Pace, age_s: u32) -> f64 {
    let all = f64::from(storm.simulated);
    let restarted = |at: f64| {
        let due = f64::from(pace.burst) + pace.activations_per_s * at;
        if at < 0.0 { 0.0 } else { due.min(all) }
    };
    let enough = (all / 20.0).clamp(20.0, 100.0).min(all);
    let bounds = storm.curve.iter().filter_map(|(at, back, _)| {
        let older = restarted(f64::from(*at) - f64::from(age_s));
        let younger = restarted(f64::from(*at)) - older;
        (younger >= enough).then(|| (f64::from(*back) - older) / younger.max(1.0))
    });
    bounds.fold(0.0, f64::max).min(1.0)
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

    fn confirmed() -> Request {
        let mut request = crate::push::plan::tests::request("rest");
        request.confirm_at = Some("https://plant.example".into());
        request.gate.confirmed_pct_x100 = 10_000;
        request.pace = Pace { burst: 1, activations_per_s: 1.0, ..pace(1.0) };
        request
    }

    #[test]
    fn every_device_is_expected_as_long_after_its_restart_as_in_the_simulation() {
        // A hundred devices, one a second; each is back 40 s after its restart.
        let curve = (1..=200_u32).map(|at| (at, at.saturating_sub(39).min(100), 1)).collect();
        let storm = Storm { devices: 100, simulated: 100, lasts_s: 99.0, curve, ..Storm::default() };
        let pace = confirmed().pace;
        assert!(back_within(&storm, &pace, 15) < 0.01, "{}", back_within(&storm, &pace, 15));
        assert!(back_within(&storm, &pace, 62) > 0.99, "{}", back_within(&storm, &pace, 62));
        let least = least(&confirmed(), &storm);
        let last = *least.last().unwrap();
        assert!(last.least_pct_x100 >= 8_900 && last.after_s <= 80 + seen_s(80), "{least:?}");
        assert!(least.windows(2).all(|pair| pair[0].after_s < pair[1].after_s), "{least:?}");
        let unasked = Request { confirm_at: None, ..confirmed() };
        assert_eq!(super::least(&unasked, &storm), []);
    }

    #[test]
    fn a_random_delay_is_expected_as_a_slope_whatever_the_pace() {
        // A thousand devices within a second, each back at some time of 300 s.
        let curve = (1..=400_u32).map(|at| (at, (at * 1_000 / 300).min(1_000), 4)).collect();
        let storm = Storm { devices: 1_000, simulated: 1_000, curve, ..Storm::default() };
        let quick = Pace { burst: 1_000, ..pace(1.0) };
        for age in [60_u32, 150, 240] {
            let share = back_within(&storm, &quick, age);
            assert!((share - f64::from(age) / 300.0).abs() < 0.02, "{age} {share}");
        }
    }

    #[test]
    fn rates_are_cut_to_two_digits() {
        for (from, to) in [(123.4, 120.0), (9.99, 9.9), (0.0456, 0.045), (2.0, 2.0)] {
            assert!((two_digits(from) - to).abs() < 1e-9, "{from} {}", two_digits(from));
        }
    }
}
