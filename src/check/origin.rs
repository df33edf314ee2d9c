//! Findings about a number of the platform that follows from a topology are led back to where it comes from.

use crate::base::Finding;
use crate::fleet::file::{Value, View};

/// Leads a finding back to the input of the topology from which its number follows.
///
/// The change that a rule proposes follows where the number is that input unchanged; otherwise it stays,
/// and says the platform's number itself, which then wins over the topology.
pub(super) fn lead_back(finding: &mut Finding, view: &View<'_>) {
    if view.lookup(&finding.pointer).is_some() {
        return;
    }
    let Some(derived) = view.derivation().of_address(&finding.pointer) else { return };
    let Some(input) = derived.from.first() else { return };
    let same = || {
        let (id, key) = input.strip_prefix("/cluster/")?.split_once('/')?;
        let number = view.topology()?.node(id)?.optional(key)?;
        Some(derived.value == Value::Number(number))
    };
    if let Some(patch) = finding.patch.as_mut().filter(|patch| patch.pointer == finding.pointer)
        && same() == Some(true)
    {
        patch.pointer.clone_from(input);
    }
    finding.what = format!("{} It follows from the topology: {}.", finding.what, derived.sentence);
    finding.pointer.clone_from(input);
}
