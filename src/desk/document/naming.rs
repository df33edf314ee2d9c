//! Names of steps: what undo will take back, in the words of the fields.

use crate::base::units;
use crate::fleet::FleetFile;
use crate::fleet::file::{Input, address};

/// Returns the name of a step that gave inputs new values: `Random delay 30 s → 5 min in 3 groups`.
pub(super) fn edits(
    before: &FleetFile,
    after: &FleetFile,
    scenario: Option<&str>,
    inputs: &[String],
) -> String {
    let (was, is) = (before.view(scenario), after.view(scenario));
    let human = |view: &crate::fleet::file::View<'_>, input: &Input| {
        view.value(&input.address, input.setting)
            .map_or_else(|_| "?".to_owned(), |value| value.human(input.setting))
    };
    let changed: Vec<(Input, String, String)> = inputs
        .iter()
        .filter_map(|address| address::resolve(&is, address))
        .map(|input| (human(&was, &input), human(&is, &input), input))
        .filter(|(from, to, _)| from != to)
        .map(|(from, to, input)| (input, from, to))
        .collect();
    let Some((first, from, to)) = changed.first() else {
        // Written in another way, for example 90 as `90s`, or nothing at all.
        return inputs.first().and_then(|address| address::resolve(&is, address)).map_or_else(
            || "Change".to_owned(),
            |input| format!("{} written anew{}", input.setting.label, place(after, &[&input])),
        );
    };
    let moved: Vec<&Input> = changed.iter().map(|(input, ..)| input).collect();
    if moved.iter().any(|input| input.setting.label != first.setting.label) {
        return format!("{} settings{}", moved.len(), place(after, &moved));
    }
    let same =
        |pick: fn(&(Input, String, String)) -> &String, value| changed.iter().all(|one| pick(one) == value);
    let what = match (same(|one| &one.1, from), same(|one| &one.2, to)) {
        (true, true) => format!("{from} → {to}"),
        (false, true) => format!("→ {to}"),
        _ => "changed".to_owned(),
    };
    format!("{} {what}{}", first.setting.label, place(after, &moved))
}

/// Returns the name of a step that gave an input the baseline's value again.
pub(super) fn reset(after: &FleetFile, scenario: Option<&str>, address: &str) -> String {
    match address::resolve(&after.view(scenario), address) {
        Some(input) => format!("{} as in the baseline{}", input.setting.label, place(after, &[&input])),
        None => format!("Remove {address}"),
    }
}

/// Returns where inputs are: ` in Pumps`, ` in 3 groups`, ` in Load balancer`, nothing for those of the project.
fn place(file: &FleetFile, inputs: &[&Input]) -> String {
    let mut groups: Vec<&str> = inputs.iter().filter_map(|input| input.group.as_deref()).collect();
    groups.sort_unstable();
    groups.dedup();
    match groups.as_slice() {
        [] => match inputs {
            [one] if !address::section(&one.address).is_empty() => {
                format!(" in {}", address::section(&one.address))
            }
            _ => String::new(),
        },
        [one] => format!(" in {}", file.group_name(one)),
        several => format!(" in {} groups", units::count(several.len() as u64)),
    }
}
