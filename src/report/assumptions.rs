//! What the numbers of a result rest on: which inputs are documented, measured, inferred or assumed.
//!
//! A project says in `sources` where its numbers come from; the registry says it for defaults. What an
//! engineer chooses (delays, targets, the outage) needs no source and is not listed. A property of the
//! platform that the file states without a source is an assumption, and is called one.

use crate::fleet::file::{Input, Value, View};
use crate::fleet::setting::Absent;
use crate::fleet::settings::Area;
use crate::fleet::{Certainty, FleetFile};
use serde_json::Value as Json;

/// What is said of a number of the platform that the file gives without a source.
const NO_SOURCE: &str = "the file gives no source";

/// What is said of an input that nobody knows.
const DRAWN: &str = "nobody knows it: each run draws it from these bounds";

/// Address of the preset, a choice and no number.
const PRESET: &str = "/platform/preset";

/// One number, or the same number in several groups, with where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    /// How sure its author is.
    pub certainty: Certainty,
    /// Plain name of the input.
    pub label: &'static str,
    /// The value as people read it, with the groups that share it where not all do.
    pub value: String,
    /// Where it comes from.
    pub source: String,
    /// Addresses of the inputs.
    pub addresses: Vec<String>,
    /// Names of the groups, in the order of the file; empty for inputs that belong to none.
    pub groups: Vec<String>,
}

/// Returns what a scenario of a file rests on, least certain first, then in the order of the file.
///
/// `set` is what was set for one result only and already stands in `file`.
pub fn assumptions(file: &FleetFile, scenario: Option<&str>, set: &[(String, Json)]) -> Vec<Assumption> {
    let view = file.view(scenario);
    let provenance = file.provenance();
    // What a scenario or a person sets is no longer the number that the author spoke of.
    let changed = |address: &str| {
        view.assigned().contains_key(address) || set.iter().any(|(known, _)| known == address)
    };
    let mut found: Vec<Assumption> = Vec::new();
    for input in file.inputs(scenario) {
        let Ok(value) = view.value(&input.address, input.setting) else { continue };
        // Nothing rests on a number that is not used.
        if view.inert(&input.address, input.setting).is_some() {
            continue;
        }
        let stated = provenance.iter().find(|entry| entry.address == input.address);
        let (certainty, source) = match stated {
            Some(entry) if !changed(&input.address) => (entry.certainty, entry.source.clone()),
            _ => match origin(&input, &value, &view) {
                Some(origin) => origin,
                None => continue,
            },
        };
        let group = input.group.as_deref().map(|id| file.group_name(id).to_owned());
        let human = shown(&input, &value);
        let same = found.iter_mut().find(|known| {
            (known.label, known.certainty, &known.value, &known.source)
                == (input.setting.label, certainty, &human, &source)
        });
        match same {
            Some(known) => {
                known.addresses.push(input.address);
                known.groups.extend(group);
            }
            None => found.push(Assumption {
                certainty,
                label: input.setting.label,
                value: human,
                source,
                addresses: vec![input.address],
                groups: group.into_iter().collect(),
            }),
        }
    }
    found.sort_by_key(|assumption| std::cmp::Reverse(assumption.certainty as u8));
    found
}

/// Returns the value of an input with its unit.
fn shown(input: &Input, value: &Value) -> String {
    let human = value.human(input.setting);
    match (value, input.setting.unit) {
        (Value::Number(number), crate::fleet::Unit::Count(word))
            if word != "%"
                && input.setting.special.is_none_or(|(special, _)| special != *number)
                && !input.setting.label.to_lowercase().contains(word) =>
        {
            format!("{human} {word}")
        }
        _ => human,
    }
}

/// Returns where a number comes from of which the file says nothing; `None` where nobody needs to ask.
fn origin(input: &Input, value: &Value, view: &View<'_>) -> Option<(Certainty, String)> {
    // What a preset says is listed, where it says it.
    if *value == Value::Nothing || input.address == PRESET {
        return None;
    }
    if matches!(value, Value::Unknown(_)) {
        return Some((Certainty::Assumed, DRAWN.to_owned()));
    }
    if view.lookup(&input.address).is_some() {
        let of_platform = input.address.starts_with(Area::Platform.base());
        return of_platform.then(|| (Certainty::Assumed, NO_SOURCE.to_owned()));
    }
    if let Some(supplied) = view.supplied(&input.address, input.setting) {
        return Some((supplied.certainty, supplied.source));
    }
    if let Some(needs) = input.setting.needs
        && let Some(base) = input.address.strip_suffix(input.setting.key)
        && view.lookup(&format!("{base}{needs}")).is_none()
    {
        return None;
    }
    match input.setting.absent {
        Absent::Number(_) | Absent::Word(_) => {
            Some((input.setting.certainty, format!("default: {}", input.setting.source)))
        }
        Absent::Nothing | Absent::Required => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example;

    #[test]
    fn platform_numbers_are_never_taken_for_granted() {
        let file = example::EXAMPLES[0].file().unwrap();
        let found = assumptions(&file, None, &[]);
        let of = |label: &str| found.iter().find(|assumption| assumption.label == label).unwrap();
        assert_eq!((of("Workers").certainty, &*of("Workers").value), (Certainty::Assumed, "4"));
        assert_eq!(of("Accept queue").certainty, Certainty::Measured);
        // Given in the file, without a source.
        assert_eq!(of("Spread of the sign-in time").source, NO_SOURCE);
        // Not given in the file: the registry answers, once for all groups.
        assert_eq!(of("Size of one stored value").groups.len(), 4);
        // A choice of the engineer is no assumption.
        assert!(found.iter().all(|assumption| assumption.label != "Random delay before every attempt"));
        assert!(found.is_sorted_by_key(|assumption| std::cmp::Reverse(assumption.certainty as u8)));
    }

    #[test]
    fn nothing_rests_on_what_is_switched_off() {
        let file = example::EXAMPLES[1].file().unwrap();
        let tells = |file: &FleetFile, label| assumptions(file, None, &[]).iter().any(|a| a.label == label);
        assert!(
            !tells(&file, "Local losses of a device per day")
                && !tells(&file, "Connected part of a duty cycle")
        );
        let file = file.with("/groups/pumps/duty_cycle/period_ms", &Json::from(60_000)).unwrap();
        assert!(tells(&file, "Connected part of a duty cycle"));
    }

    #[test]
    fn a_changed_number_loses_its_source() {
        let file = example::EXAMPLES[1].file().unwrap();
        let outage = |scenario| {
            assumptions(&file, scenario, &[])
                .into_iter()
                .find(|assumption| assumption.addresses == ["/outage/length_s"])
        };
        assert_eq!(outage(None).unwrap().certainty, Certainty::Assumed);
        assert_eq!(outage(Some("bigger-store")), None, "a day is what the scenario asks, not an assumption");
    }

    #[test]
    fn what_a_preset_or_a_kind_gives_says_so_and_what_is_not_used_is_left_out() {
        let file = example::find("three-box-line").unwrap().file().unwrap();
        let found = assumptions(&file, None, &[]);
        let at = |address: &str| found.iter().find(|one| one.addresses.iter().any(|known| known == address));
        let service = at("/platform/service_time_ms").unwrap();
        assert!(service.source.starts_with("preset Medium"), "{}", service.source);
        let handshake = at("/platform/balancer/handshake_ms").unwrap();
        assert_eq!((handshake.certainty, &*handshake.value), (Certainty::Measured, "760 µs"));
        let ends = at("/outage/connections_end").unwrap();
        assert!(ends.source.starts_with("Planned restart: "), "{}", ends.source);
        assert_eq!(at("/outage/ramp_from_pct").unwrap().value, "20 %");
        for unused in
            ["/platform/preset", "/platform/balancer/backlog", "/outage/tier_", "/outage/repeat_every_s"]
        {
            assert_eq!(at(unused), None);
        }
        let plain = assumptions(&example::EXAMPLES[0].file().unwrap(), None, &[]);
        assert!(plain.iter().all(|one| one.addresses.iter().all(|a| !a.starts_with("/platform/balancer"))));
    }

    #[test]
    fn what_follows_from_a_topology_says_how() {
        let pattern = crate::fleet::cluster::pattern::find("three-boxes").unwrap();
        let file = FleetFile::parse(&pattern.project().to_string()).unwrap();
        let found = assumptions(&file, None, &[]);
        let at = |address: &str| found.iter().find(|one| one.addresses.iter().any(|known| known == address));
        let workers = at("/platform/workers").unwrap();
        assert!(workers.source.starts_with("topology: 3 Foundation servers"), "{}", workers.source);
        assert_eq!(workers.certainty, Certainty::Assumed);
        let idle = at("/platform/balancer/idle_timeout_s").unwrap();
        assert_eq!((idle.certainty, &*idle.value), (Certainty::Documented, "1 h"));
        assert!(found.iter().all(|one| one.addresses.iter().all(|known| !known.starts_with("/cluster/"))));
    }
}
