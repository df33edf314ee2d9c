//! A smaller fleet that behaves alike: fewer devices, and a platform with as much less capacity.
//!
//! Rates and rooms shrink with the devices; times of the agents and of the outage stay. A platform with a fraction of
//! a worker does not exist, so it keeps at least one and each sign-in takes longer. Where that makes a
//! sign-in longer than people expect, the notes say so.

use crate::base::Micros;
use crate::base::units::{count, duration};
use crate::fleet::{Fleet, Meets, Platform, Tier, TierName, Touches, Unknowns};
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

/// Returns what is rehearsed with about so many agents: as many as there are devices at most, and one of each group
/// at least.
///
/// # Errors
/// Nobody loses a connection, or there are more groups than agents.
pub fn scale(fleet: &Fleet, agents: u32) -> Result<Scaled, ScaleError> {
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
    if share < 1.0 {
        let before = small.platform.service_time;
        small.platform = less(&small.platform, share);
        notes.push(format!(
            "{} agents stand for {} devices, and the platform has as much less capacity: {} of {} sign-ins/s, each taking {} in place of {}",
            count(u64::from(agents)),
            count(of),
            crate::base::units::significant(small.platform.capacity_per_s()),
            crate::base::units::significant(fleet.platform.capacity_per_s()),
            duration(small.platform.service_time.secs()),
            duration(before.secs()),
        ));
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
