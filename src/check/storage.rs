//! Rules about what devices keep while they are away.

use super::{Rule, address};
use crate::base::{Finding, units};
use crate::fleet::Fleet;

/// The rules.
pub(super) static RULES: &[Rule] = &[Rule {
    code: "D020",
    title: "The offline store is too small for the outage",
    source: "C SDK 2.2.1, measured: the newest values are dropped when the store is full",
    run: too_small,
}];

/// Finds stores that overflow before the platform is back.
fn too_small(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for group in fleet.cut_groups() {
        let rate = group.telemetry.values_per_s();
        let recorded = rate * fleet.outage.length.secs();
        let room = group.store.values();
        if recorded <= room as f64 {
            continue;
        }
        let pointer = address(group, "offline_store/limit_bytes");
        let needed = (recorded.ceil() as u64).saturating_mul(group.store.value_bytes);
        let what = format!(
            "{}: the offline store is full after {}, the outage lasts {}.",
            group.name,
            units::duration(room as f64 / rate),
            fleet.outage.length
        );
        findings.push(
            Finding::warning(rule.code, pointer, what)
                .why(format!(
                    "Each device records {} values in that time and keeps {}; the rest is lost. ({})",
                    units::count(recorded as u64),
                    units::count(room),
                    rule.source
                ))
                .fix(format!(
                    "Give it at least {} B, or record less often while offline.",
                    units::count(needed)
                )),
        );
    }
}
