//! What became of the stored data, and how many attempts met in one second.

use super::seen::Seen;
use super::{Cause, Reason};
use crate::base::units::{self, THIN};
use crate::plan::Verdict;

/// Draining counts as slow from this many times the time of the devices.
const SLOW: f64 = 2.0;
/// Share of the highest second from which on a group is named for it.
const MOST: f64 = 0.5;

/// Returns the reasons that lie in the data and in the peak.
pub(super) fn reasons(seen: &Seen<'_>) -> Vec<Reason> {
    write_queue(seen).into_iter().chain(stores_full(seen)).chain(herd(seen)).collect()
}

/// Returns that the write queue rejected values, or needed far longer than the devices.
fn write_queue(seen: &Seen<'_>) -> Option<Reason> {
    let writes = seen.run.writes.as_ref()?;
    let platform = seen.fleet.platform.writes?;
    let rejected = seen.run.totals.rejected;
    let back = seen.run.times.t95.map_or(f64::INFINITY, crate::base::Micros::secs);
    let drained = writes.drained.map_or(f64::INFINITY, crate::base::Micros::secs);
    let missed = judged_missed(seen, "t_drained_s");
    let arrived: u64 = writes.arrived.iter().sum();
    if arrived == 0 || rejected == 0 && !missed && drained <= SLOW * back {
        return None;
    }
    let bin = seen.from + drained.min(1e9) as usize;
    let most = writes.level.iter().take(bin.max(seen.to)).copied().max().unwrap_or(0);
    let flood = format!(
        "{} stored values arrived, {} are written per second beside the ordinary ones; up to {} waited",
        units::count(arrived),
        units::count(platform.per_s),
        units::count(most)
    );
    let whole = if rejected > 0 { "what found room was" } else { "all were" };
    let end = if drained.is_finite() {
        format!(", and {whole} written after {}.", units::duration(drained))
    } else {
        ", and they were not all written in the time watched.".to_owned()
    };
    let (lost, holds) = (units::count(rejected), units::count(platform.queue));
    let lost = (rejected > 0).then(|| format!(" {lost} values were rejected: the queue holds {holds}."));
    let what = [flood, end, lost.unwrap_or_default()].concat();
    Some(Reason {
        cause: Cause::WriteQueue,
        what,
        lever:
            "Raise the write capacity or the queue, let devices return more slowly, or let them store less."
                .to_owned(),
        interval_s: None,
        group: None,
    })
}

/// Returns that stores were full.
fn stores_full(seen: &Seen<'_>) -> Option<Reason> {
    let (at, worst) = seen.run.groups.iter().enumerate().max_by_key(|(_, group)| group.lost)?;
    if worst.lost == 0 {
        return None;
    }
    let group = &seen.fleet.groups[at];
    Some(Reason {
        cause: Cause::StoresFull,
        what: format!(
            "{} values were lost in device stores, {} of them in {}: a store of {}{THIN}B is full after {}.",
            units::count(seen.run.totals.lost),
            units::count(worst.lost),
            group.name,
            units::count(group.store.limit_bytes),
            units::duration(group.store_lasts_s())
        ),
        lever: format!(
            "Enlarge the store for an outage of {} and the way back, or record less often meanwhile.",
            seen.fleet.outage.length
        ),
        interval_s: None,
        group: Some(at),
    })
}

/// Returns whose attempts made the peak, where the project limits it and it is missed.
fn herd(seen: &Seen<'_>) -> Option<Reason> {
    if !judged_missed(seen, "peak_sign_ins_per_s") {
        return None;
    }
    let arrivals = &seen.run.curves.arrivals;
    let second = (seen.from..arrivals.len()).max_by_key(|&second| (arrivals[second], usize::MAX - second))?;
    let here = |group: &crate::sim::GroupRun| group.curves.attempts.get(second).copied().unwrap_or(0);
    let (at, group) = seen.run.groups.iter().enumerate().max_by_key(|(_, group)| here(group))?;
    let share = f64::from(here(group)) / f64::from(arrivals[second].max(1));
    let name = &seen.fleet.groups[at].name;
    let whose =
        if share >= MOST { format!("most of them from {name}") } else { "from several groups".into() };
    let after = seen.after_return(second);
    let when = if after < 1.0 {
        "right at the return".into()
    } else {
        format!("{} after the return", units::duration(after))
    };
    Some(Reason {
        cause: Cause::Herd,
        what: format!(
            "{} attempts reached the platform in one second, {when}, {whose}.",
            units::count(u64::from(arrivals[second])),
        ),
        lever: "Spread them: a longer random delay lowers the peak in proportion; agents without one need a pause of their own, or let their groups in one after another. A limit at the balancer does not lower this figure, which counts what arrives there.".to_owned(),
        interval_s: Some((seen.after_return(second), seen.after_return(second + 1))),
        group: (share >= MOST).then_some(at),
    })
}

/// Returns whether the project has a target on this figure, and it is missed.
fn judged_missed(seen: &Seen<'_>, key: &str) -> bool {
    let target = seen.outcome.targets.iter().find(|target| target.figure.key == key);
    target.is_some_and(|target| target.verdict == Verdict::Missed)
}
