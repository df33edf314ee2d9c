//! Devices that never come back by themselves.

use super::seen::Seen;
use super::{Cause, Reason};
use crate::base::units;
use crate::fleet::{AgentKind, Group, Retries};

/// Returns a reason for each cause that strands devices, the one with more devices first.
pub(super) fn reasons(seen: &Seen<'_>) -> Vec<Reason> {
    let mut of = Vec::new();
    for (cause, stranded) in
        [(Cause::AutoReconnectOff, stranded(seen, false)), (Cause::RetriesUsedUp, stranded(seen, true))]
    {
        let count: u64 = stranded.iter().map(|(_, count)| count).sum();
        let Some(&(first, _)) = stranded.iter().max_by_key(|(_, count)| *count) else { continue };
        of.push((count, reason(seen, cause, &stranded, first)));
    }
    of.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    of.into_iter().map(|(_, reason)| reason).collect()
}

/// Returns the groups with stranded devices, and how many; of agents that try again, or of those that never do.
fn stranded(seen: &Seen<'_>, tries: bool) -> Vec<(usize, u64)> {
    let groups = seen.fleet.groups.iter().zip(&seen.run.groups).enumerate();
    groups
        .filter(|(_, (group, run))| run.stranded > 0 && group.agent.reconnects() == tries)
        .map(|(at, (_, run))| (at, run.stranded))
        .collect()
}

/// Returns the reason for groups with stranded devices.
fn reason(seen: &Seen<'_>, cause: Cause, stranded: &[(usize, u64)], first: usize) -> Reason {
    let groups = &seen.fleet.groups;
    let counts: Vec<String> = stranded
        .iter()
        .map(|(at, count)| format!("{} of {}", units::count(*count), groups[*at].name))
        .collect();
    let (why, lever) = match cause {
        Cause::AutoReconnectOff => (
            "their agent does not connect again by itself".to_owned(),
            "Switch AutoReconnect on, or plan how somebody starts these agents again.".to_owned(),
        ),
        _ => (used_up(&groups[first]), instead(&groups[first])),
    };
    Reason {
        cause,
        what: format!("Devices stay away for good ({}): {why}.", counts.join(", ")),
        lever,
        interval_s: None,
        group: (stranded.len() == 1).then_some(first),
    }
}

/// Returns how a group's agents come to their end.
fn used_up(group: &Group) -> String {
    match group.agent.retries() {
        Retries::Times(times) => {
            format!("their agent gives up after {times} attempt{}", if times == 1 { "" } else { "s" })
        }
        Retries::Forever => "their agent gave up".to_owned(),
    }
}

/// Returns what to do instead.
fn instead(group: &Group) -> String {
    match group.agent.kind() {
        AgentKind::CSdk | AgentKind::Ems => {
            "Let an application-level manager call the connect function again with a random delay, or set `connect_retries` to -1.".to_owned()
        }
        _ => "Set the number of retries to -1, so that attempts go on for as long as the outage lasts.".to_owned(),
    }
}
