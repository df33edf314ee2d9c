//! What an answer costs and why it works, in words.

use super::super::trial::goal::{Aim, capacity_per_s};
use super::super::trial::lever::{Assignment, Lever};
use super::super::trial::{Goals, Held, State, Trial};
use super::super::verdict::Verdict;
use super::bounds::load;
use super::direction::admission;
use super::direction::made::{self, Made};
use super::direction::{Ground, Way};
use super::search::Found;
use super::{Answer, Survives};
use crate::base::units::{self, THIN};
use crate::fleet::{AgentKind, Fleet, LimitKind};
use crate::sim::theory;
use std::sync::Arc;

/// What is said of a project that meets its targets at the edge of a cliff.
pub(super) const AT_A_CLIFF: &str = "The project meets its targets as it is, but with 20 % less capacity the fleet would \
     never recover by itself. Leave more room.";

/// What is said of an outage that touches one part after another.
pub(super) const ROLLING: &str = "This outage touches one part of the fleet after another, so only the spacing of the \
     parts was searched. Times and the peak count from the end of the last part; the largest queue and attempts that are \
     refused or time out count from its begin.";

/// Who has to do something for an assignment, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// A configuration file of the devices is replaced.
    File,
    /// The load balancer's configuration.
    Balancer,
    /// An application is changed and released.
    Application,
    /// A firmware is built and installed.
    Firmware,
    /// Servers, or more of them.
    Servers,
}

/// Returns who has to act for an assignment in a fleet.
fn who(fleet: Option<&Fleet>, assignment: &Assignment) -> Who {
    let address = assignment.input.address.as_str();
    let limits = address.starts_with("/platform/balancer/limit") || address == "/platform/balancer/backlog";
    if limits || made::holds(address) {
        return Who::Balancer;
    }
    let Some(group) = &assignment.input.group else { return Who::Servers };
    let kind = fleet.and_then(|fleet| fleet.groups.iter().find(|known| known.id == *group));
    match kind.map(|group| group.agent.kind()) {
        Some(AgentKind::ExampleAgent | AgentKind::Ems) => Who::File,
        Some(AgentKind::JavaSdk | AgentKind::DotNetSdk | AgentKind::Generic) => Who::Application,
        Some(AgentKind::CSdk) | None => Who::Firmware,
    }
}

/// Returns how dear assignments are, for the order of the answers.
pub(super) fn cost(assignments: &[Assignment]) -> u8 {
    // Among the devices the kind matters less than whether servers or only files change.
    let platform = assignments.iter().filter(|assignment| assignment.input.group.is_none());
    platform.map(|assignment| who(None, assignment) as u8).max().unwrap_or(0)
}

/// Returns what assignments cost.
fn price(ground: &Ground<'_>, after: &Fleet, assignments: &[Assignment]) -> String {
    let mut parts = Vec::new();
    let devices = |wanted: Who| {
        let touched = |group: &&crate::fleet::Group| {
            let of = |one: &&Assignment| one.input.group.as_deref() == Some(&group.id);
            assignments.iter().filter(of).any(|one| who(Some(ground.fleet), one) == wanted)
        };
        ground.fleet.groups.iter().filter(touched).map(|group| u64::from(group.devices)).sum::<u64>()
    };
    let files = devices(Who::File);
    if files > 0 {
        parts.push(format!("new configuration files for {} devices, no server", units::count(files)));
    }
    if devices(Who::Application) > 0 {
        let count = units::count(devices(Who::Application));
        parts.push(format!("a release of the application of {count} devices"));
    }
    if devices(Who::Firmware) > 0 {
        parts.push(format!("a firmware build for {} devices", units::count(devices(Who::Firmware))));
    }
    if assignments.iter().any(|one| who(Some(ground.fleet), one) == Who::Balancer) {
        parts.push("a line or two in the load balancer's configuration, no device is touched".to_owned());
    }
    if assignments.iter().any(|one| who(Some(ground.fleet), one) == Who::Servers) {
        let (before, now) = (capacity_per_s(ground.fleet), capacity_per_s(after));
        parts.push(if (now / before - 1.0).abs() > 0.01 {
            let rate = |rate: f64| format!("{}{THIN}/s", units::significant(rate));
            format!(
                "servers: {} instead of {} sign-ins, {} times as many",
                rate(now),
                rate(before),
                units::significant(now / before)
            )
        } else {
            "a change of the platform".to_owned()
        });
    }
    if parts.is_empty() { "no cost".to_owned() } else { parts.join("; ") }
}

/// Returns the answer for a project that meets its goals already.
pub(super) fn keep(ground: Ground<'_>, now: &Trial, survives: Vec<Survives>) -> Answer {
    Answer {
        way: Way::Keep,
        title: "Keep the settings".to_owned(),
        assignments: Vec::new(),
        value: None,
        fleet: Arc::new(ground.fleet.clone()),
        trial: now.clone(),
        price: "no cost".to_owned(),
        why: vec!["The project meets its targets as it is.".to_owned()],
        margin: now.margin(ground.goals),
        cliff: None,
        survives,
    }
}

/// Returns a setting that was found as an answer.
pub(super) fn answer(ground: Ground<'_>, found: Found, lever: Option<&Lever>, now: &Trial) -> Answer {
    let shown = |value: f64| lever.map_or_else(String::new, |lever| lever.text(value));
    let suffix = if found.wide { ", the widest margin" } else { "" };
    let title = title(&ground, &found, lever) + suffix;
    let price = match found.way {
        Way::Needed => "what your platform has, or servers: measure it first".to_owned(),
        Way::Restart if found.made.is_none() => {
            "a longer maintenance window, nothing else changes".to_owned()
        }
        Way::Restart => {
            "rules at the load balancer that tell the groups apart, by host name, port or network; no \
                         device is touched"
                .to_owned()
        }
        Way::Stores => {
            format!("{}; {}", price(&ground, &found.fleet, &found.assignments), loses(&found.trial))
        }
        _ => price(&ground, &found.fleet, &found.assignments),
    };
    let why = why(&ground, &found, now);
    Answer {
        way: found.way,
        title,
        price,
        why,
        margin: found.margin,
        cliff: found.cliff.map(|value| (value, shown(value))),
        value: found.value,
        assignments: found.assignments,
        fleet: Arc::new(found.fleet),
        trial: found.trial,
        survives: found.survives,
    }
}

fn title(ground: &Ground<'_>, found: &Found, lever: Option<&Lever>) -> String {
    let value = match (lever, found.value) {
        (Some(lever), Some(value)) => lever.text(value),
        _ => String::new(),
    };
    let workers = || {
        let added = found.assignments.iter().find(|one| one.input.group.is_none());
        added.map_or_else(String::new, |one| format!("{} {}", one.input.setting.label, one.text()))
    };
    match found.way {
        Way::Keep | Way::Repair => "Repair what makes devices give up or lose data".to_owned(),
        Way::Delay => format!("Random delay {value}"),
        Way::Spread => format!("Random delay and pause {value}"),
        Way::RetryInterval => format!("Pause between attempts {value}"),
        Way::Timeout => format!("Connect timeout {value}"),
        Way::Admission => {
            let limit = found.fleet.platform.balancer.and_then(|balancer| balancer.limit);
            let kind = match limit.map(|limit| limit.kind) {
                None | Some(LimitKind::DelayAccept) => "waits to accept",
                Some(LimitKind::Reset) => "resets",
                Some(LimitKind::Http503 | LimitKind::Http503CountsAll) => "answers 503",
            };
            format!("Limit of {value} at the load balancer ({kind} beyond it)")
        }
        Way::Capacity => lever
            .and_then(|lever| lever.inputs.first())
            .map_or_else(|| format!("Capacity {value}"), |input| format!("{} {value}", input.setting.label)),
        Way::Both => match found.value {
            None => workers(),
            Some(_) => format!("Random delay {value} and {}", workers()),
        },
        Way::Writes => format!("Write queue of {value}"),
        Way::Restart if found.made.is_none() => {
            let length = found.fleet.outage.length.secs();
            let parts = made::parts(ground.file, ground.scenario).unwrap_or(1.0);
            format!("Parts restarted {} apart, {value} for all", units::duration(length / parts))
        }
        Way::Restart => {
            let spacing = units::duration(found.value.unwrap_or(0.0));
            let order = match &found.made {
                Some(Made::Order(order)) => ground.names(order).join(", then "),
                _ => String::new(),
            };
            format!("Groups let in one after another, {spacing} apart: {order}")
        }
        Way::Stores => match found.value {
            Some(share) if share > 0.0 => {
                format!("Devices store at most {} of what the outage makes", units::percent(share))
            }
            _ => "Devices drop what they record in the outage".to_owned(),
        },
        Way::Needed => format!("A platform that signs in at least {value}"),
        Way::Named => lever.map_or_else(String::new, |lever| format!("{} {value}", lever.label())),
    }
}

/// Returns why an answer works.
fn why(ground: &Ground<'_>, found: &Found, now: &Trial) -> Vec<String> {
    let mut why = vec![before(now)];
    let load = load(&found.fleet);
    let rate = |rate: f64| format!("{}{THIN}/s", units::significant(rate));
    let capacity = rate(load.capacity_per_s);
    match (found.way, found.value) {
        (Way::Delay | Way::Spread | Way::Both, Some(delay)) if delay > 0.0 => {
            let first = theory::arrival_rate(load.devices, delay, 0.0);
            why.push(format!(
                "With {} the first devices arrive at about 2 N / R = {} against {capacity} that can be signed in, so \
                 the queue stays at {} and {}.",
                units::duration(delay),
                rate(first),
                found.trial.figures.get(Aim::Queue).map_or_else(String::new, |queue| Aim::Queue.text(queue)),
                waits(&found.trial),
            ));
        }
        (Way::Capacity | Way::Needed, _) => why.push(format!(
            "At {capacity} the work of signing everybody in takes N / μ = {}, and {}.",
            units::duration(load.devices / load.capacity_per_s),
            waits(&found.trial),
        )),
        (Way::Admission, _) => why.extend(admission::why(&found.fleet)),
        (Way::Restart, _) if found.made.is_none() => why.push(format!(
            "Each part has more time to come back before the next one is cut, and {}.",
            waits(&found.trial)
        )),
        (Way::Restart, _) => why.push(format!(
            "Each group is turned away at the load balancer until it is its turn, so that only the devices of one group \
             come at a time, and {}. The times count from the begin of the outage: change them with its length.",
            waits(&found.trial)
        )),
        (Way::Stores, _) => why.push(format!(
            "What is not stored does not have to be sent and written after the return, and {}. It is lost: {}, \
             against {} as it is.",
            waits(&found.trial),
            loses(&found.trial),
            loses(now),
        )),
        _ => why.push(format!("With it {}.", waits(&found.trial))),
    }
    let stores = |one: &&Assignment| one.input.setting.key == "offline_store/limit_bytes";
    if found.assignments.iter().any(|one| stores(&one)) {
        why.push("The larger stores hold what devices record until the last of them is back.".to_owned());
    }
    let limits = |one: &Assignment| matches!(one.input.setting.key, "connect_retries" | "auto_reconnect");
    if found.assignments.iter().any(limits) {
        why.push("Devices that try for ever are never stranded.".to_owned());
    }
    let failed: Vec<&str> =
        found.survives.iter().filter(|one| !one.met).map(|one| one.shake.label()).collect();
    if !failed.is_empty() {
        why.push(format!("Thin: the targets are no longer surely met with {}.", failed.join(" or ")));
    }
    if ground.goals.chance_pct.is_some() {
        why.push(format!("All targets were met in {} of {} runs.", found.trial.runs_met, found.trial.runs));
    }
    why
}

/// Returns what is wrong now.
fn before(now: &Trial) -> String {
    let reached = |aim: Aim| now.figures.get(aim).map_or_else(String::new, |value| aim.text(value));
    match now.state {
        State::Never => format!(
            "As it is the fleet never recovers by itself: {} attempts time out and {} are refused.",
            reached(Aim::TimedOut),
            reached(Aim::Refused)
        ),
        State::Overload if overflows(now) => format!(
            "As it is the write queue overflows: {} values that devices have stored are rejected.",
            reached(Aim::Rejected)
        ),
        State::Overload => format!(
            "As it is too many come at once: {} in one second, a queue of {}.",
            reached(Aim::Peak),
            reached(Aim::Queue)
        ),
        State::TooSlow => {
            format!("As it is nobody is overloaded, and 95 % are back after {}.", reached(Aim::T95))
        }
        State::Meets | State::Uncertain => format!("As it is 95 % are back after {}.", reached(Aim::T95)),
    }
}

/// Returns whether nothing but rejected values stands against a setting.
fn overflows(now: &Trial) -> bool {
    let missed = |held: &&Held| held.verdict == Verdict::Missed;
    let of_data = |held: &Held| matches!(held.goal.aim, Aim::Lost | Aim::Rejected | Aim::Drained);
    let rejected = now.figures.get(Aim::Rejected).is_some_and(|rejected| rejected > 0.0);
    rejected && now.held.iter().any(|held| missed(&held)) && now.held.iter().filter(missed).all(of_data)
}

/// Returns how much data a setting loses in device stores.
fn loses(trial: &Trial) -> String {
    let lost = trial.figures.get(Aim::InStores).unwrap_or(0.0);
    format!("{} values lost in device stores", Aim::InStores.text(lost))
}

/// Returns what becomes of waiting attempts.
fn waits(trial: &Trial) -> String {
    let count = |aim: Aim| trial.figures.get(aim).unwrap_or(0.0);
    match (count(Aim::TimedOut), count(Aim::Refused)) {
        (timed_out, refused) if timed_out < 1.0 && refused < 1.0 => {
            "no attempt times out or is refused".to_owned()
        }
        (timed_out, refused) => format!(
            "{} attempts time out and {} are refused",
            Aim::TimedOut.text(timed_out),
            Aim::Refused.text(refused)
        ),
    }
}

/// Returns the warning about a limiter that counts what it rejects.
pub(super) fn limiter(fleet: &Fleet) -> Option<String> {
    let limit = fleet.platform.balancer?.limit?;
    (limit.kind == LimitKind::Http503CountsAll).then(|| {
        "The load balancer's limit counts the attempts that it rejects, so devices that keep trying can lock \
         everybody out for good. Use a limiter that counts only what it lets through, or one that waits to accept."
            .to_owned()
    })
}

/// Returns why only settings of devices keep a peak, where nothing else was found.
pub(super) fn peak(goals: &Goals, ways: &[Way]) -> Option<String> {
    let limited = goals.list.iter().any(|goal| matches!(goal.aim, Aim::Peak | Aim::PeakUse));
    let platform = ways.iter().any(|way| matches!(way, Way::Capacity | Way::Admission));
    (limited && !platform).then(|| {
        "A target of peak attempts counts what arrives at the load balancer, whoever answers it: more servers or a \
         limit of new connections do not lower it. Settings of the devices do, and so does letting one group in after \
         another. Where the load balancer may take the peak, leave that target out and ask again: a limit there may \
         then be enough."
            .to_owned()
    })
}

/// Returns what an answer says about inputs that nobody knows.
pub(super) fn unknown(fleet: &Fleet, chance_pct: Option<u32>) -> String {
    let names: Vec<String> = fleet
        .unknowns
        .list()
        .iter()
        .map(|one| format!("{} ({})", one.name(), one.unknown.bounds(one.input.setting)))
        .collect();
    let judged = match chance_pct {
        None => "every run, so it holds for the worst that was drawn".to_owned(),
        Some(percent) => format!("{percent} % of the runs"),
    };
    format!(
        "Unknown and drawn anew for each run: {}. An answer meets all targets in {judged}; whether it survives other \
         numbers is tried in the middle of the bounds.",
        names.join(", ")
    )
}

/// Returns how the capacity of a platform is measured, one step each.
pub fn measuring() -> [&'static str; 4] {
    [
        "Take a test platform of the same size, or a maintenance window, and devices or a load generator that sign in \
         without any random delay: twice as many as you expect the platform to sign in in a minute.",
        "Let all of them connect at once, and count completed sign-ins (bound things) per second on the platform, \
         not connections at the load balancer.",
        "The capacity is the median of the seconds in which attempts were waiting. Leave out the first ten, when \
         caches are cold, unless your platform restarts cold in an outage too.",
        "Put it into the project as workers and time of one sign-in: capacity is workers divided by that time.",
    ]
}
