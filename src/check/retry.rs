//! Rules about retries: who is stranded, and whose retries are not spread.

use super::{Rule, address};
use crate::base::{Finding, Micros};
use crate::fleet::outage::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};
use crate::fleet::{Agent, CSdk, DelayLaw, Fleet, Meets, Retries};

/// Longest delay that C SDK 2.2.1 on Windows draws: 2^32 / 32 767 ms, above which it wraps.
const WINDOWS_LIMIT: Micros = Micros(131_075_972);

/// The rules.
pub(super) static RULES: &[Rule] = &[
    Rule {
        code: "D001",
        title: "Attempts are used up before the platform is back",
        source: "C SDK 2.2.1, measured: a connect call that returned an error is never repeated by the SDK",
        run: stranded,
    },
    Rule {
        code: "D002",
        title: "Finite attempts without a connection manager",
        source: "C SDK 2.2.1, measured: a connect call that returned an error is never repeated by the SDK",
        run: finite,
    },
    Rule {
        code: "D003",
        title: "Retries inside the SDK below a connection manager",
        source: "ThingWorx article on thundering herd scenarios: let the SDK connect just once",
        run: retries_below_manager,
    },
];

/// Returns the latest moment, since the loss, at which a device of the group can still reach the
/// platform if every attempt before has failed; `None` where it makes no attempt at all.
///
/// The last attempt begins after the longest random delay that the build really draws and all pauses
/// between attempts. In a black hole each attempt lasts until the device's kernel gives up, and the last
/// one can get through with its last repeated SYN.
fn last_chance(sdk: &CSdk, attempts: u16, meets: Meets) -> Option<Micros> {
    let between = u64::from(attempts.checked_sub(1)?);
    let delay = match sdk.delay_law {
        DelayLaw::Documented => sdk.max_connect_delay,
        DelayLaw::Linux221 => sdk.max_connect_delay.min(Micros::from_millis(2)),
        DelayLaw::Windows221 => sdk.max_connect_delay.min(WINDOWS_LIMIT),
    };
    let (hold, through) = match meets {
        Meets::BlackHole => (SYN_GIVES_UP, SYN_RETRANSMISSIONS[SYN_RETRANSMISSIONS.len() - 1]),
        Meets::Refused | Meets::Http503 => (Micros::ZERO, Micros::ZERO),
    };
    Some(delay + Micros((hold + sdk.connect_retry_interval).0.saturating_mul(between)) + through)
}

/// Finds groups of which every device is stranded when attempts fail at once.
fn stranded(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for group in &fleet.groups {
        let Agent::CSdk(sdk) = &group.agent else { continue };
        let Retries::Times(attempts) = sdk.connect_retries else { continue };
        let last = last_chance(sdk, attempts, fleet.outage.meets);
        if last.is_some_and(|last| last >= fleet.outage.length) {
            continue;
        }
        let pointer = address(group, "connect_retries");
        let what = match last {
            Some(last) => format!(
                "{}: the last of {attempts} attempts ends at most {last} after the loss, the outage lasts {}.",
                group.name, fleet.outage.length
            ),
            None => format!("{}: devices make no attempt at all.", group.name),
        };
        findings.push(
            Finding::error(rule.code, pointer.clone(), what)
                .why(format!("Every device of this group would be stranded. ({})", rule.source))
                .fix("Let the SDK try for ever, or put a connection manager above it.")
                .patch(pointer, -1, "Set −1 (for ever)"),
        );
    }
}

/// Finds groups whose devices are stranded by an outage that is longer than planned.
fn finite(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for group in &fleet.groups {
        let Agent::CSdk(sdk) = &group.agent else { continue };
        let Retries::Times(attempts) = sdk.connect_retries else { continue };
        if last_chance(sdk, attempts, fleet.outage.meets).is_none_or(|last| last < fleet.outage.length) {
            continue; // D001 says it.
        }
        let pointer = address(group, "connect_retries");
        let what = format!("{}: devices give up after {attempts} attempts.", group.name);
        findings.push(
            Finding::warning(rule.code, pointer.clone(), what)
                .why(format!("An outage that lasts longer than planned strands them. ({})", rule.source))
                .fix("Let the SDK try for ever, or put a connection manager above it.")
                .patch(pointer, -1, "Set −1 (for ever)"),
        );
    }
}

/// Finds connection managers that let the SDK retry by itself.
fn retries_below_manager(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for group in &fleet.groups {
        let Agent::ExampleAgent { sdk, .. } = &group.agent else { continue };
        let what = match sdk.connect_retries {
            Retries::Times(1) => continue,
            Retries::Forever => format!("{}: the SDK retries for ever by itself.", group.name),
            Retries::Times(n) => format!("{}: the SDK makes {n} attempts in each call.", group.name),
        };
        let pointer = address(group, "connect_retries");
        findings.push(
            Finding::warning(rule.code, pointer.clone(), what)
                .why(format!(
                    "Retries inside the SDK follow a fixed interval, are not spread, and cannot be shut down cleanly. ({})",
                    rule.source
                ))
                .fix("Let the SDK connect once and leave the retries to the manager.")
                .patch(pointer, 1, "Set 1"),
        );
    }
}
