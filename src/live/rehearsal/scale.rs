//! A smaller fleet that behaves alike: fewer devices, and a platform with as much less capacity.
//!
//! Rates and rooms shrink with the devices; times of the agents and of the outage stay. A platform with a fraction of
//! a worker does not exist, so it keeps at least one and each service takes longer. Where that makes a service so
//! long that agents stop waiting for it, the notes say from how many agents on it does not; [`chosen`]
//! takes a number with which services keep their length, or else one with which agents wait for them.
//!
//! The outage itself is only played for a short time: what is measured is the return.

use crate::base::Micros;
use crate::base::units::{count, duration, significant};
use crate::fleet::{Fleet, Meets, Platform, Targets, Tier, TierName, Touches, Unknowns};
use crate::live::platform::line::not_rehearsed;

/// A fleet that is rehearsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaled {
    /// What is rehearsed, and to be simulated for the comparison.
    pub fleet: Fleet,
    /// Whether connections are encrypted.
    pub tls: bool,
    /// Devices of the project that this stands for.
    pub of: u64,
    /// What is left out of the rehearsal and of the simulation beside it, and what else to know; in words.
    pub notes: Vec<String>,
}

/// Why an outage cannot be rehearsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScaleError {
    /// Nobody loses a connection.
    #[error(
        "In this outage no device loses its connection, so there is no return to rehearse; choose a scenario with another outage"
    )]
    NobodyLoses,
    /// More groups than agents.
    #[error("There are more groups than agents, so some group would have none; take at least {0} agents")]
    TooFew(u64),
}

/// Most agents that are chosen where nobody says how many.
const USUAL: u32 = 50;
/// Most agents that are chosen so that a service is not too long for them.
const MOST: u32 = 2_000;

/// Returns the number of agents that lose their connection in the rehearsal.
pub fn away(scaled: &Scaled) -> u64 {
    scaled.fleet.cut_groups().map(|group| u64::from(group.devices)).sum()
}

/// Returns how many agents rehearse a fleet where nobody says how many: 50, or the largest number below with
/// which all tiers keep whole workers; or else as many as it takes, 2,000 at most, for a service to last at most half of
/// the shortest connect timeout.
pub fn chosen(fleet: &Fleet) -> u32 {
    let of: u64 = fleet.cut_groups().map(|group| u64::from(group.devices)).sum();
    let of = u32::try_from(of).unwrap_or(u32::MAX);
    let groups = u32::try_from(fleet.cut_groups().count()).unwrap_or(u32::MAX);
    if of <= USUAL {
        return of.max(1);
    }
    let whole = |agents: u32| {
        let exact = |workers: u32| (u64::from(workers) * u64::from(agents)).is_multiple_of(u64::from(of));
        exact(fleet.platform.workers) && fleet.platform.connection.is_none_or(|tier| exact(tier.workers))
    };
    let least = groups.max(1);
    (least..=USUAL)
        .rev()
        .find(|&agents| whole(agents))
        .unwrap_or_else(|| patient(fleet).unwrap_or(of).clamp(least.max(USUAL), least.max(MOST)).min(of))
}

/// Returns the fewest agents with which no service lasts longer than half of the shortest connect timeout; nothing
/// where it does so with all devices.
fn patient(fleet: &Fleet) -> Option<u32> {
    let of: u64 = fleet.cut_groups().map(|group| u64::from(group.devices)).sum();
    let longest = patience(fleet);
    let platform = &fleet.platform;
    let stations = [(platform.workers, platform.service_time)];
    let stations =
        stations.into_iter().chain(platform.connection.map(|tier| (tier.workers, tier.service_time)));
    let mut agents = 1;
    for (workers, time) in stations {
        if time > longest || longest == Micros::ZERO {
            return None;
        }
        // One worker serves: time * of / (agents * workers) is to be at most this long. With more than one worker
        // each serves faster than that.
        let (work, room) = (u128::from(time.0) * u128::from(of), u128::from(longest.0) * u128::from(workers));
        agents = agents.max(work.div_ceil(room.max(1)));
    }
    u32::try_from(agents).ok()
}

/// Returns half of the shortest connect timeout of those who lose their connection.
fn patience(fleet: &Fleet) -> Micros {
    let shortest = fleet.cut_groups().map(|group| group.agent.connect_timeout()).min();
    Micros(shortest.unwrap_or_default().0 / 2)
}

/// Returns what is rehearsed with so many agents, of an outage that is played for so long at most: as many as there are
/// devices at most, and one of each group at least.
///
/// # Errors
/// Nobody loses a connection, or there are more groups than agents.
pub fn scale(fleet: &Fleet, agents: u32, outage: Micros) -> Result<Scaled, ScaleError> {
    shrink(fleet, agents, outage, true)
}

/// Returns what is rehearsed with so many agents against a platform that is up and as large as it is.
///
/// # Errors
/// Those of [`scale`].
pub fn scale_for_host(fleet: &Fleet, agents: u32, tls: bool) -> Result<Scaled, ScaleError> {
    let mut whole = fleet.clone();
    whole.groups.iter_mut().for_each(|group| group.link.tls = tls);
    whole.outage.length = Micros::ZERO;
    (whole.outage.ramp, whole.outage.ramp_from_permille) = (Micros::ZERO, 1_000);
    let mut scaled = shrink(&whole, agents, Micros::ZERO, false)?;
    scaled.notes.push(
        "The host is up all the time: agents have lost their connection, as far as they know, and return at once, each by its own delay"
            .to_owned(),
    );
    Ok(scaled)
}

/// Scales the devices, and the platform too where it `shrinks`.
fn shrink(fleet: &Fleet, agents: u32, outage: Micros, shrinks: bool) -> Result<Scaled, ScaleError> {
    let cut: Vec<bool> = (0..fleet.groups.len()).map(|at| fleet.outage.cuts(at)).collect();
    let of: u64 = fleet.cut_groups().map(|group| u64::from(group.devices)).sum();
    if of == 0 {
        return Err(ScaleError::NobodyLoses);
    }
    let groups = cut.iter().filter(|&&cut| cut).count() as u64;
    if u64::from(agents) < groups {
        return Err(ScaleError::TooFew(groups));
    }
    let mut notes = Vec::new();
    let mut small = fleet.clone();
    leave_out(&mut small, &mut notes);
    if small.outage.length > outage {
        notes.push(format!(
            "The outage lasts {} in place of {}, because only the return is rehearsed: agents that give up in a longer one do not give up here",
            duration(outage.secs()),
            duration(small.outage.length.secs()),
        ));
        small.outage.length = outage;
    }
    let share = (f64::from(agents) / of as f64).min(1.0);
    let (mut left, mut rest, mut others) = (u64::from(agents).min(of), of, groups);
    for (group, cut) in small.groups.iter_mut().zip(&cut) {
        if !cut {
            // Its devices keep their connection; the simulation needs a group, the rehearsal nobody.
            group.devices = 1;
            continue;
        }
        others -= 1;
        let devices = u64::from(group.devices);
        // What is left, by the share of what is left, and one for each of the others: sums up exactly.
        let here = (left as f64 * devices as f64 / rest as f64).round() as u64;
        let here = here.clamp(1, devices.min(left - others));
        (left, rest) = (left - here, rest - devices);
        group.devices = u32::try_from(here).unwrap_or(u32::MAX);
    }
    if cut.contains(&false) {
        notes.push("Devices that keep their connection are not started, and take no room".to_owned());
    }
    if share < 1.0 && !shrinks {
        notes.push(format!(
            "{} agents stand for {} devices, and the platform is as large as it is: queues and limits do not show what all devices would meet",
            count(u64::from(agents)),
            count(of),
        ));
    }
    if share < 1.0 && shrinks {
        small.platform = less(&small.platform, share);
        notes.push(format!(
            "{} agents stand for {} devices, and the platform has as much less capacity: {} of {} sign-ins/s, each taking {} in place of {}",
            count(u64::from(agents)),
            count(of),
            significant(small.platform.capacity_per_s()),
            significant(fleet.platform.capacity_per_s()),
            duration(small.platform.service_time.secs()),
            duration(fleet.platform.service_time.secs()),
        ));
        notes.extend(too_long(fleet, &small));
    }
    let drawn = |small: &Fleet| {
        small.platform.balancer.is_some_and(|own| own.cores > 0 && (1..1_000).contains(&own.resumed_permille))
    };
    if shrinks && small.groups.iter().any(|group| group.link.tls) && drawn(&small) {
        notes.push(
            "Which handshakes are resumed ones is drawn in the order in which they come, and not by device: nobody has said then who it is"
                .to_owned(),
        );
    }
    let cut_groups = small.groups.iter().zip(&cut).filter(|(_, cut)| **cut).map(|(group, _)| group.link.tls);
    let encrypted: Vec<bool> = cut_groups.collect();
    let tls = encrypted.iter().all(|&tls| tls);
    if !tls && encrypted.contains(&true) {
        notes.push("Only some groups encrypt; here nobody does, because one platform has one way".to_owned());
        small.groups.iter_mut().for_each(|group| group.link.tls = false);
    }
    Ok(Scaled { fleet: small, tls, of, notes })
}

/// Returns in words that a service of the small platform lasts longer than agents wait, where it does and those of
/// the whole one do not.
fn too_long(fleet: &Fleet, small: &Fleet) -> Option<String> {
    let least = patient(fleet)?;
    let tier = small.platform.connection.map(|tier| tier.service_time);
    let longest = small.platform.service_time.max(tier.unwrap_or_default());
    let patience = patience(small);
    (longest > patience).then(|| {
        format!(
            "A service takes {} on so small a platform, which is more than half of the shortest connect timeout of {}, so attempts time out that do not in the project; from {} agents on it is less",
            duration(longest.secs()),
            duration(Micros(patience.0 * 2).secs()),
            count(u64::from(least)),
        )
    })
}

/// Takes out of a fleet what is not rehearsed.
fn leave_out(fleet: &mut Fleet, notes: &mut Vec<String>) {
    let words = not_rehearsed(&fleet.platform);
    notes.extend(words.into_iter().map(|words| format!("Not rehearsed: {words}")));
    fleet.platform.writes = None;
    fleet.platform.breaking = None;
    fleet.platform.sessions.pongs_wait = false;
    let outage = &mut fleet.outage;
    let mut without = |is: bool, words: &str| {
        if is {
            notes.push(format!("Not rehearsed: {words}"));
        }
    };
    without(!outage.events.is_empty(), "events beside the main outage");
    outage.events.clear();
    let parts = matches!(outage.touches, Touches::Parts { .. });
    without(parts, "losses of a random part of the devices: all lose their connection");
    if parts {
        outage.touches = Touches::All;
    }
    let outside = matches!(outage.meets, Meets::DnsFails | Meets::TlsFails);
    without(outside, "names and certificates that fail: attempts are refused");
    if outside {
        outage.meets = Meets::Refused;
    }
    without(outage.capacity_permille != 1_000, "less capacity during the outage");
    outage.capacity_permille = 1_000;
    let other = outage.tier != TierName::SignIn && outage.ramp > Micros::ZERO;
    without(other, "the ramp of a tier other than the sign-in tier");
    if other {
        (outage.tier, outage.ramp, outage.ramp_from_permille) = (TierName::SignIn, Micros::ZERO, 1_000);
    }
    let groups = &mut fleet.groups;
    without(groups.iter().any(|group| group.duty.is_some()), "duty cycles: devices are always connected");
    without(groups.iter().any(|group| group.drops_per_day > 0.0), "local trouble of single devices");
    for group in groups {
        group.duty = None;
        group.drops_per_day = 0.0;
    }
    without(!fleet.unknowns.is_empty(), "unknown settings: they have their stated values");
    fleet.unknowns = Unknowns::default();
    // Targets are those of the whole fleet in its whole outage.
    fleet.targets = Targets::default();
}

/// Returns a platform with a share of the capacity.
fn less(platform: &Platform, share: f64) -> Platform {
    let room = |room: u32| match room {
        u32::MAX => u32::MAX,
        room => ((f64::from(room) * share).ceil() as u32).max(u32::from(room > 0)),
    };
    let mut small = *platform;
    (small.workers, small.service_time) = fewer(platform.workers, platform.service_time, share);
    small.accept_queue = room(platform.accept_queue);
    small.held = platform.held.map(room);
    small.connection = platform.connection.map(|tier| {
        let (workers, service_time) = fewer(tier.workers, tier.service_time, share);
        Tier { workers, service_time, room: room(tier.room), held: tier.held.map(room), ..tier }
    });
    if let Some(balancer) = &mut small.balancer {
        balancer.held = balancer.held.map(room);
        balancer.backlog = room(balancer.backlog);
        if let Some(limit) = &mut balancer.limit {
            limit.per_s = room(limit.per_s).max(1);
        }
        if balancer.cores > 0 {
            let cores = balancer.cores;
            (balancer.cores, balancer.handshake) = fewer(cores, balancer.handshake, share);
            (_, balancer.resumed_handshake) = fewer(cores, balancer.resumed_handshake, share);
        }
    }
    small
}

/// Returns workers and the time of each service whose capacity is a share of these workers'.
fn fewer(workers: u32, time: Micros, share: f64) -> (u32, Micros) {
    let exact = f64::from(workers) * share;
    let whole = exact.round().max(1.0);
    (whole as u32, Micros(((time.0 as f64) * whole / exact).round().max(1.0) as u64))
}
