//! `--set NAME=VALUE`: the same assignments that a scenario makes, typed on the command line.

use super::error::{CommandError, Kind};
use crate::base::units::parse_number;
use crate::fleet::FleetFile;
use crate::fleet::Unknown;
use crate::fleet::cluster::PLAYED;
use crate::fleet::file::address;
use crate::fleet::file::{Input, Value};
use crate::plan::{self, CAPACITY, Lever, LeverError};
use std::str::FromStr;

/// One assignment as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Address of an input, or a lever.
    pub name: String,
    /// The value, a duration with its suffix.
    pub value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err("write a name, `=` and a value, such as `random_delay=300s`".to_owned()),
        }
    }
}

/// One input with the value it got.
#[derive(Clone, Debug, PartialEq)]
pub struct Assigned {
    /// Address of the input.
    pub address: String,
    /// The value in the file's unit.
    pub value: serde_json::Value,
    /// The same as people read it.
    pub human: String,
}

/// A file with assignments applied.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The file, changed in memory only.
    pub file: FleetFile,
    /// What was assigned, in order; levers are expanded.
    pub set: Vec<Assigned>,
}

impl Changed {
    fn assign(&mut self, scenario: Option<&str>, input: &Input, value: &Value) -> Result<(), CommandError> {
        let (json, human) = (value.json(input.setting), value.human(input.setting));
        self.file = self.file.assign(scenario, &input.address, &json).map_err(|error| {
            CommandError::new(Kind::Input, format!("`{}` could not be set. {error}", input.address))
        })?;
        self.set.push(Assigned { address: input.address.clone(), value: json, human });
        Ok(())
    }
}

/// Returns what `capacity=100` or, where nobody knows it, `capacity=80..200` sets [sign-ins/s].
fn capacity(
    file: &FleetFile,
    scenario: Option<&str>,
    assignment: &Assignment,
) -> Result<Vec<(Input, Value)>, CommandError> {
    let text = assignment.value.trim();
    let text = text.strip_prefix("unknown").map_or(text, |rest| rest.trim_start_matches([',', ' ']));
    let number = |text: &str| parse_number(text.trim().trim_end_matches("/s").trim_end());
    let bounds: Option<Vec<f64>> = text.split("..").map(number).collect();
    let bounds = bounds.filter(|bounds| bounds.len() <= 2 && bounds.iter().all(|bound| *bound > 0.0));
    let Some(bounds) = bounds.filter(|bounds| bounds.is_sorted()) else {
        return Err(CommandError::usage(format!(
            "`{CAPACITY}={}` was refused. It is no number of sign-ins per second.",
            assignment.value
        ))
        .hint("Write `capacity=100`, or `capacity=80..200` where nobody knows it."));
    };
    let refused = |error: LeverError| CommandError::usage(error.to_string());
    let lever = Lever::find(file, scenario, CAPACITY).map_err(refused)?;
    let mut ends = Vec::new();
    for bound in bounds {
        ends.push(lever.assignments(file, scenario, bound).map_err(refused)?);
    }
    // The same inputs at both ends: what differs is not known.
    let Some((slow, quick)) = ends.first().zip(ends.last()) else {
        return Err(unknown(file, scenario, CAPACITY));
    };
    let number = |one: &plan::Assignment| one.to.number();
    let each = slow.iter().zip(quick).map(|(slow, quick)| {
        let between = number(quick).zip(number(slow)).filter(|(low, high)| low < high);
        let unknown = between.map(|(low, high)| Value::Unknown(Unknown::Between(low, high)));
        (slow.input.clone(), unknown.unwrap_or_else(|| slow.to.clone()))
    });
    Ok(each.collect())
}

/// Applies assignments to a scenario of a file, or to its baseline.
///
/// # Errors
/// A usage error where a name is neither an input nor a lever of this file, or a value is not accepted.
pub fn apply(
    file: &FleetFile,
    scenario: Option<&str>,
    assignments: &[Assignment],
) -> Result<Changed, CommandError> {
    let mut changed = Changed { file: file.clone(), set: Vec::new() };
    for assignment in assignments {
        if assignment.name == CAPACITY {
            for (input, value) in capacity(&changed.file, scenario, assignment)? {
                changed.assign(scenario, &input, &value)?;
            }
            continue;
        }
        let inputs = address::expand(&changed.file, &changed.file.view(scenario), &assignment.name);
        if inputs.is_empty() {
            return Err(unknown(&changed.file, scenario, &assignment.name));
        }
        for input in inputs {
            if input.address == PLAYED {
                let id = cluster(&changed.file, scenario, &assignment.value)?;
                changed.assign(scenario, &input, &Value::Word(id))?;
                continue;
            }
            let value = address::typed(input.setting, &assignment.value)
                .map_err(|reason| refused(assignment, &input, &reason))?;
            changed.assign(scenario, &input, &value)?;
        }
    }
    Ok(changed)
}

/// Returns the id of the cluster with this id or name.
fn cluster(file: &FleetFile, scenario: Option<&str>, name: &str) -> Result<String, CommandError> {
    let view = file.view(scenario);
    let Some(topology) = view.drawable() else {
        return Err(CommandError::usage(format!(
            "There is no cluster `{name}`: the project has no topology."
        ))
        .hint("Leave it out: without a topology there is one platform."));
    };
    let nodes: Vec<_> = topology.clusters().map(|cluster| cluster.node).collect();
    let by_id = nodes.iter().find(|node| node.id == name);
    let found = by_id.or_else(|| nodes.iter().find(|node| node.name.eq_ignore_ascii_case(name)));
    if let Some(node) = found {
        return Ok(node.id.clone());
    }
    let ids: Vec<&str> = nodes.iter().map(|node| &*node.id).collect();
    Err(CommandError::usage(format!("There is no cluster `{name}` in this project."))
        .did_you_mean(name, ids.iter().copied())
        .hint(format!("The clusters are: {}.", ids.join(", "))))
}

/// Returns the error for a value that an input does not accept.
fn refused(assignment: &Assignment, input: &Input, reason: &str) -> CommandError {
    CommandError::usage(format!("`{}={}` was refused. {reason}", assignment.name, assignment.value))
        .hint(format!("`{}` accepts {}.", input.address, accepted(input)))
}

/// Returns what an input accepts, in words.
fn accepted(input: &Input) -> String {
    match input.setting.unit {
        crate::fleet::Unit::Choice(choices) => {
            let words: Vec<String> = choices.iter().map(|choice| format!("`{}`", choice.value)).collect();
            words.join(", ")
        }
        crate::fleet::Unit::Moment => "a moment such as 2026-12-05T02:00:00+01:00".to_owned(),
        crate::fleet::Unit::Groups => "ids of groups of this file with commas between them".to_owned(),
        _ => input.setting.range_text(),
    }
}

/// Returns the error for a name that this file does not have.
fn unknown(file: &FleetFile, scenario: Option<&str>, name: &str) -> CommandError {
    let levers = address::levers(file, &file.view(scenario));
    let inputs = file.inputs(scenario);
    let addresses = inputs.iter().map(|input| input.address.as_str());
    CommandError::usage(format!("`{name}` is neither a lever nor the address of an input of this file."))
        .did_you_mean(name, levers.iter().copied().chain([CAPACITY]).chain(addresses))
        .hint(format!("The levers are: {}, {}.", levers.join(", "), CAPACITY))
        .hint("Addresses look like `/groups/pumps/connect_timeout`; `regather reference inputs` lists the keys.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example;

    fn assignment(text: &str) -> Assignment {
        text.parse().unwrap()
    }

    #[test]
    fn a_lever_moves_every_group_that_has_it() {
        let file = example::EXAMPLES[0].file().unwrap();
        let changed = apply(&file, None, &[assignment("random_delay=5min")]).unwrap();
        let set: Vec<String> =
            changed.set.iter().map(|set| format!("{}={} {}", set.address, set.value, set.human)).collect();
        assert_eq!(
            set,
            [
                "/groups/pumps/reconnect_random_delay_seconds=300 5 min",
                "/groups/cooling/reconnect_random_delay_seconds=300 5 min",
                "/groups/vending/reconnect_random_delay_seconds=300 5 min",
                "/groups/gateways/max_connect_delay=300000 5 min",
            ]
        );
        assert_ne!(changed.file, file);
    }

    #[test]
    fn what_is_refused_says_what_would_be_accepted() {
        let file = example::EXAMPLES[0].file().unwrap();
        let refused = |text: &str| apply(&file, None, &[assignment(text)]).unwrap_err();
        assert_eq!(refused("randm_delay=1s").hints[0], "Did you mean `random_delay`?");
        assert!(refused("random_delay=300").message.contains("no unit"));
        assert!(refused("/platform/workers=-1").message.contains("outside the accepted range"));
        assert!(refused("/platform/workers=NaN").message.contains("not a number"));
        assert_eq!(refused("/groups/pumps/conect_timeout=1s").kind, Kind::Usage);
        assert!("random_delay".parse::<Assignment>().is_err());
        assert!("=3s".parse::<Assignment>().is_err());
    }
}
