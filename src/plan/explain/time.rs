//! What the time until devices are back was spent on.

use super::seen::{Seen, Stretch};
use super::{Cause, Reason, waits};
use crate::base::units::{self, THIN};
use crate::fleet::LimitKind;
use crate::plan::trial::goal::station_per_s;
use crate::sim::{Stability, StationName, StationRun};

/// Share of the time in queues, or of saturated seconds, from which on a station is what held devices back.
const HELD_BACK: f64 = 0.4;
/// Share of the work in vain from which on that is what kept devices away.
const IN_VAIN: f64 = 0.3;
/// Share of the devices that were cut, or denied, from which on that is told.
const MANY: f64 = 0.1;
/// A limit counts as reached from this share on.
const REACHED: f64 = 0.98;

/// Returns the reasons for the time of the recovery, the weightiest first; at least one.
pub(super) fn reasons(seen: &Seen<'_>) -> Vec<Reason> {
    let station = station(seen);
    let mut reasons: Vec<Reason> = relapse(seen)
        .into_iter()
        .chain(second_event(seen))
        .chain(limiter(seen))
        .chain(held(seen, station.is_some()))
        .chain(bind_protection(seen))
        .chain(late_pongs(seen))
        .collect();
    let in_vain = in_vain(seen);
    let never = seen.outcome.study.stability == Stability::Never;
    // Who never comes back is kept away by the work in vain, who comes back late by the capacity.
    if never {
        reasons.extend(in_vain.clone());
    }
    let by_station = station.is_some();
    reasons.extend(station);
    if !never {
        reasons.extend(in_vain);
    }
    if !by_station && reasons.is_empty() {
        reasons.push(waits::reason(seen));
    } else if !by_station {
        reasons.extend(Some(waits::reason(seen)).filter(|reason| reason.cause != Cause::NothingInTheWay));
    }
    reasons
}

/// Returns the station that held devices back, where one did.
fn station(seen: &Seen<'_>) -> Option<Reason> {
    let weights = seen.run.stations.iter().filter_map(|station| {
        let stretch = seen.saturated(station)?;
        Some((seen.sum(&station.queue), stretch.seconds, station, stretch))
    });
    let (_, seconds, station, stretch) =
        weights.max_by_key(|(queue, seconds, station, _)| (*seconds, *queue, station.name))?;
    let watched = (seen.to - seen.from).max(1) as f64;
    let saturated = seconds as f64 / watched;
    if saturated < HELD_BACK && seen.queued_share() < HELD_BACK {
        return None;
    }
    Some(saturated_reason(seen, station, stretch))
}

/// Returns the reason of a saturated station.
fn saturated_reason(seen: &Seen<'_>, station: &StationRun, stretch: Stretch) -> Reason {
    let per_s = station_per_s(&seen.fleet.platform, station.name);
    let seconds = (stretch.to - stretch.from).max(1) as f64;
    let end = stretch.to.min(seen.run.curves.arrivals.len());
    let arrived: u64 = seen.run.curves.arrivals[stretch.from..end].iter().map(|&n| u64::from(n)).sum();
    let waited = station.queue[stretch.from..stretch.to.min(station.queue.len())].iter().max().copied();
    let waited = u64::from(waited.unwrap_or(0));
    let (cause, does) = match station.name {
        StationName::Gate => (Cause::Limiter, "connections"),
        StationName::Tls => (Cause::Tls, "handshakes"),
        StationName::Connection => (Cause::ConnectionServers, "connections"),
        StationName::SignIn => (Cause::SignIn, "sign-ins"),
    };
    let ramp = ramp(seen, station.name, stretch);
    let what = format!(
        "{}: saturated from {} to {}. {}{THIN}attempts/s arrived, it does {}{THIN}{does}/s; up to {} waited, {} of work.{}{}",
        station.name.label(),
        seen.moment(stretch.from),
        seen.moment(stretch.to),
        units::significant(arrived as f64 / seconds),
        units::significant(per_s),
        units::count(waited),
        units::duration(waited as f64 / per_s),
        ramp.as_ref().map_or_else(String::new, |ramp| format!(" {ramp}")),
        failures(seen),
    );
    Reason {
        cause: if ramp.is_some() { Cause::Ramp } else { cause },
        what,
        lever: capacity_lever(seen, per_s, does),
        interval_s: Some((seen.after_return(stretch.from), seen.after_return(stretch.to))),
        group: None,
    }
}

/// Returns what became of attempts that a saturated station did not serve.
fn failures(seen: &Seen<'_>) -> String {
    let totals = &seen.run.totals;
    let parts: Vec<String> = [
        (totals.refused, "refused"),
        (totals.timed_out, "timed out"),
        (totals.closed, "closed in the queue"),
        (totals.wasted, "served in vain"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{} {word}", units::count(count)))
    .collect();
    if parts.is_empty() { String::new() } else { format!(" Of the attempts {}.", parts.join(", ")) }
}

/// Returns that a station had less than its capacity for most of a stretch, in a sentence.
fn ramp(seen: &Seen<'_>, station: StationName, stretch: Stretch) -> Option<String> {
    let outage = &seen.fleet.outage;
    let own = match outage.tier {
        crate::fleet::TierName::Balancer => StationName::Tls,
        crate::fleet::TierName::Connection => StationName::Connection,
        crate::fleet::TierName::SignIn | crate::fleet::TierName::Database => StationName::SignIn,
    };
    let length = outage.ramp.secs();
    let covers = seen.after_return(stretch.to) <= length * 1.2;
    let low = outage.ramp_from_permille < 800;
    (own == station && low && length > 0.0 && covers).then(|| {
        format!(
            "Its capacity came back over {}, from {} on.",
            outage.ramp,
            units::percent(f64::from(outage.ramp_from_permille) / 1_000.0)
        )
    })
}

/// Returns the lever of a station: what the target needs at least, or to spread the attempts.
fn capacity_lever(seen: &Seen<'_>, per_s: f64, does: &str) -> String {
    let share = 0.95 * seen.run.affected as f64;
    let bound = share / per_s;
    match seen.limit() {
        Some(limit) if bound > limit => format!(
            "No delay helps alone: at this capacity 95 % cannot be back before {}. The target needs at least {}{THIN}{does}/s.",
            units::duration(bound),
            units::significant((share / limit).ceil())
        ),
        _ => format!(
            "Spread the attempts: at this capacity 95 % could be back after {} (closed-form bound), so a longer random delay costs nothing up to there.",
            units::duration(bound)
        ),
    }
}

/// Returns work for devices that had given up.
fn in_vain(seen: &Seen<'_>) -> Option<Reason> {
    let totals = &seen.run.totals;
    let share = totals.wasted as f64 / (totals.wasted + totals.back).max(1) as f64;
    if share < IN_VAIN {
        return None;
    }
    let longest = seen.fleet.groups.iter().map(|group| group.agent.connect_timeout()).max()?;
    let wait = |station: &StationRun| {
        f64::from(station.largest_queue()) / station_per_s(&seen.fleet.platform, station.name)
    };
    let queue = seen.run.stations.iter().map(wait).fold(0.0, f64::max);
    Some(Reason {
        cause: Cause::WorkInVain,
        what: format!(
            "{} of {} sign-ins ({}) were done for devices that had given up: the queue was up to {} long, agents wait {longest} at most. Who gives up comes back as new load.",
            units::count(totals.wasted),
            units::count(totals.wasted + totals.back),
            units::percent(share),
            units::duration(queue),
        ),
        lever: format!(
            "Shorten the queue below {longest} of work, let the platform drop what has given up, lengthen `connect_timeout`, or spread the attempts."
        ),
        interval_s: None,
        group: None,
    })
}

/// Returns a limiter that rejects; one that delays is a station.
fn limiter(seen: &Seen<'_>) -> Option<Reason> {
    let limit = seen.fleet.platform.balancer?.limit?;
    let refused = seen.run.totals.refused;
    if limit.kind == LimitKind::DelayAccept || (refused as f64) < MANY * seen.run.affected as f64 {
        return None;
    }
    let sign_in = seen.run.sign_in().and_then(|tier| seen.saturated(tier));
    if sign_in.is_some_and(|stretch| stretch.seconds as f64 >= HELD_BACK * (seen.to - seen.from) as f64) {
        return None;
    }
    let all = limit.kind == LimitKind::Http503CountsAll;
    let mut what = format!(
        "The balancer lets {}{THIN}/s new connections in and rejected {} attempts after the return",
        limit.per_s,
        units::count(seen.sum(&seen.run.curves.all.refused))
    );
    what.push_str(if all { "; it counts those that it rejects, so it stays closed." } else { "." });
    Some(Reason {
        cause: if all { Cause::LimiterCountsAll } else { Cause::Limiter },
        what,
        lever: if all {
            "Use a limiter that delays the accept or does not count what it rejects, such as `rate-limit sessions` of HAProxy.".to_owned()
        } else {
            capacity_lever(seen, f64::from(limit.per_s), "connections")
        },
        interval_s: None,
        group: None,
    })
}

/// Returns a limit of held connections that was reached.
fn held(seen: &Seen<'_>, saturated: bool) -> Option<Reason> {
    let platform = &seen.fleet.platform;
    let limits = [
        ("load balancer", platform.balancer.and_then(|it| it.held)),
        ("Connection Servers", platform.connection.and_then(|it| it.held)),
        ("sign-in tier", platform.held),
    ];
    let (place, limit) = limits
        .into_iter()
        .filter_map(|(place, limit)| Some((place, limit?)))
        .min_by_key(|(_, limit)| *limit)?;
    let most = seen.run.curves.held.iter().copied().max().unwrap_or(0);
    let reached = f64::from(most) >= REACHED * f64::from(limit);
    (reached && seen.run.totals.refused > 0 && (!saturated || seen.run.never_back() > 0)).then(|| Reason {
        cause: Cause::HeldConnections,
        what: format!(
            "The {place} holds {} connections at most, and {} devices want one; those beyond it were refused.",
            units::count(u64::from(limit)),
            units::count(seen.run.devices)
        ),
        lever: "Raise the limit (descriptors, `maxconn`), or add a server.".to_owned(),
        interval_s: None,
        group: None,
    })
}

/// Returns that overload took the platform down again.
fn relapse(seen: &Seen<'_>) -> Option<Reason> {
    let first = seen.run.relapses.first()?;
    let breaking = seen.fleet.platform.breaking?;
    let at = units::clock((first.secs() - seen.run.returned.secs()).max(0.0));
    let limit = match (breaking.values, breaking.waiting) {
        (Some(values), _) if seen.fleet.platform.writes.is_some() => {
            format!("{} values to be written", units::count(values))
        }
        (_, Some(waiting)) => format!("{} waiting sign-ins", units::count(u64::from(waiting))),
        _ => "its breaking point".to_owned(),
    };
    Some(Reason {
        cause: Cause::Relapse,
        what: format!(
            "The platform went down again {} after {at}, at {limit}, for {} each time.",
            match seen.run.relapses.len() {
                1 => "once".to_owned(),
                times => format!("{times} times, first"),
            },
            breaking.down
        ),
        lever: "Keep it below that point: spread the attempts, let devices store less, or limit new connections at the balancer.".to_owned(),
        interval_s: None,
        group: None,
    })
}

/// Returns another event that cut devices while they came back.
fn second_event(seen: &Seen<'_>) -> Option<Reason> {
    let away = &seen.run.curves.all.away;
    let end = seen.to.min(away.len().saturating_sub(1));
    let events = seen.fleet.outage.events.iter();
    let within = events.filter(|event| {
        let at = event.at.secs() as usize;
        at >= seen.from && at <= end && event.loses.is_some()
    });
    let rise = |event: &&crate::fleet::Episode| {
        let at = (event.at.secs() as usize).min(end);
        let last = (at + 60).min(end);
        let most = away[at..=last].iter().copied().max().unwrap_or(0);
        most.saturating_sub(away[at.saturating_sub(1)])
    };
    let event = within.max_by_key(rise)?;
    let cut = rise(&event);
    (f64::from(cut) >= MANY * seen.run.affected as f64).then(|| Reason {
        cause: Cause::SecondEvent,
        what: format!(
            "{} began {} after the return and cut {} devices again.",
            event.name,
            units::duration(seen.after_return(event.at.secs() as usize)),
            units::count(u64::from(cut))
        ),
        lever: "Keep the two apart, or plan for both: the time counts from the first return.".to_owned(),
        interval_s: Some((
            seen.after_return(event.at.secs() as usize),
            seen.after_return((event.at + event.length).secs() as usize),
        )),
        group: None,
    })
}

/// Returns that the platform denied devices whose old session it believed alive.
fn bind_protection(seen: &Seen<'_>) -> Option<Reason> {
    let protection = seen.fleet.platform.sessions.bind_protection?;
    let denied = seen.run.totals.bind_rejected;
    ((denied as f64) >= MANY * seen.run.affected as f64).then(|| Reason {
        cause: Cause::BindProtection,
        what: format!(
            "{} sign-ins were denied: the platform believes an old session alive for {protection} after its last message.",
            units::count(denied)
        ),
        lever: format!("Let devices wait longer than {protection} before they come back, or shorten the protection."),
        interval_s: None,
        group: None,
    })
}

/// Returns that late pongs cut devices that were back.
fn late_pongs(seen: &Seen<'_>) -> Option<Reason> {
    let cut = seen.run.totals.cut;
    let churn = seen.fleet.platform.sessions.pongs_wait && seen.fleet.outage.events.is_empty();
    (churn && (cut as f64) >= MANY * seen.run.affected as f64).then(|| Reason {
        cause: Cause::LatePongs,
        what: format!(
            "{} connections were cut again because pongs wait behind sign-ins and came too late.",
            units::count(cut)
        ),
        lever: "Lengthen `pong_timeout`, or spread the attempts so that the queue stays shorter than it."
            .to_owned(),
        interval_s: None,
        group: None,
    })
}
