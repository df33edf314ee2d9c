//! Rules over a fleet: what will hurt in the outage, before anything is simulated.
//!
//! Each rule has a stable code, a title and a function from the fleet to findings. Rules use only
//! what the file says and closed forms; what a run shows is the business of `plan`. A file silences a
//! rule by its code with a reason. Rules over the machines behind a platform stand in [`topology`].

mod delay;
pub mod imported;
mod link;
mod origin;
mod platform;
mod retry;
mod storage;
pub mod topology;

#[cfg(test)]
mod tests;

use crate::base::{Finding, json};
use crate::fleet::{Fleet, FleetFile, Group};

/// One rule.
pub struct Rule {
    /// Stable code, for example `D001`.
    pub code: &'static str,
    /// What it looks for, in a few words.
    pub title: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
    /// Adds its findings.
    pub run: fn(&Rule, &Fleet, &mut Vec<Finding>),
}

/// Every rule, in the order of its code.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    retry::RULES.iter().chain(delay::RULES).chain(storage::RULES).chain(link::RULES).chain(platform::RULES)
}

/// Returns what all rules find in a fleet, without places in a file.
pub fn run(fleet: &Fleet) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules() {
        (rule.run)(rule, fleet, &mut findings);
    }
    findings
}

/// Returns everything there is to say about a scenario of a file: what reading it found and what the
/// rules find, with lines, silenced where the file says so, in the order of the file.
pub fn file(file: &FleetFile, scenario: Option<&str>) -> crate::fleet::file::Checked {
    let mut checked = file.check(scenario);
    if let Some(fleet) = &checked.fleet {
        let view = file.view(scenario);
        let mut found =
            view.topology().map_or_else(Vec::new, |topology| topology::run(topology, fleet, &view));
        let precise: Vec<&'static str> = found.iter().map(|finding| finding.code).collect();
        for mut finding in run(fleet) {
            // What a rule over the topology says with its place is not said again about the platform.
            if !precise.contains(&finding.code) {
                origin::lead_back(&mut finding, &view);
                found.push(finding);
            }
        }
        for mut finding in found {
            let place = match view.lookup(&finding.pointer) {
                Some((node, _)) => file.tree().place(node),
                None => file.tree().place_of(&finding.pointer),
            };
            (finding.line, finding.column) = place;
            finding.silenced = file.silenced(finding.code);
            checked.findings.push(finding);
        }
        checked.findings.sort_by_key(|finding| (finding.line, finding.column));
    }
    checked
}

/// Returns the address of a group's setting.
fn address(group: &Group, key: &str) -> String {
    format!("{}/{key}", json::join("/groups", &group.id))
}
