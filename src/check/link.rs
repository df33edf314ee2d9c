//! Rules about how connections are made.

use super::{Rule, address};
use crate::base::Finding;
use crate::fleet::Fleet;

/// The rules.
pub(super) static RULES: &[Rule] = &[Rule {
    code: "D030",
    title: "Connections are not encrypted",
    source: "C SDK 2.2.1, measured: without TLS an orderly end is not noticed before the next ping or write",
    run: plain,
}];

/// Finds groups without TLS.
fn plain(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for group in fleet.everybody().filter(|group| !group.link.tls) {
        let pointer = address(group, "tls");
        let what = format!("{}: devices connect without TLS.", group.name);
        findings.push(
            Finding::warning(rule.code, pointer.clone(), what)
                .why(format!(
                    "Application keys cross the network in the clear, and a loss is noticed up to {} late. ({})",
                    group.link.ping_rate, rule.source
                ))
                .fix("Switch TLS on, or silence the rule with the reason.")
                .patch(pointer, "on", "Switch TLS on"),
        );
    }
}
