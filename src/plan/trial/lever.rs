//! What a search turns: one input, or several that move together, in one unit.
//!
//! A lever counts in its base unit, seconds for durations and the file's own unit for everything else, and
//! writes each input in that input's unit: 60 is `60` in a file of seconds and `60000` in one of
//! milliseconds. Values are rounded to what every one of its inputs can hold, never cut off silently.

use crate::base::json::EditError;
use crate::base::units;
use crate::fleet::file::{Input, Value, address};
use crate::fleet::setting::Unit;
use crate::fleet::{Fleet, FleetFile};

/// Name of the lever that stands for the capacity of the sign-in tier [sign-ins/s].
pub const CAPACITY: &str = "capacity";
/// Address of the input that it writes, and of the one that it holds where that would follow from the topology.
const SERVICE_TIME: &str = "/platform/service_time_ms";
const WORKERS: &str = "/platform/workers";

/// One value for one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The input.
    pub input: Input,
    /// Name of its group; empty where it belongs to none.
    pub group: String,
    /// Value before, where there was one.
    pub from: Option<Value>,
    /// Value now, in the file's unit.
    pub to: Value,
}

impl Assignment {
    /// Returns the value as it is written to the file.
    pub fn json(&self) -> serde_json::Value {
        self.to.json(self.input.setting)
    }

    /// Returns the change in words: `30 s → 5 min`, with what the file holds where that reads differently:
    /// `(file: 300000)`.
    pub fn text(&self) -> String {
        let setting = self.input.setting;
        let from = self.from.as_ref().map_or_else(|| "–".to_owned(), |from| from.human(setting));
        let held = if setting.unit == Unit::Milliseconds {
            format!(" (file: {})", self.json())
        } else {
            String::new()
        };
        if self.from.as_ref() == Some(&self.to) {
            return format!("stays {from}, whatever the topology gives");
        }
        format!("{from} → {}{held}", self.to.human(setting))
    }
}

/// Why a lever cannot be turned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LeverError {
    /// Nothing in the file has this name.
    #[error("`{name}` is neither a lever nor the address of an input of this file.")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// It has nothing to turn.
    #[error("`{name}` has nothing to turn here: {reason}. Name another lever, or none to try all of them.")]
    Idle {
        /// What was asked for.
        name: String,
        /// Why.
        reason: String,
    },
    /// It is not a number.
    #[error("`{name}` holds no number, so it has no steps. Name a number or a duration.")]
    NoNumber {
        /// What was asked for.
        name: String,
    },
    /// A value that one of its inputs does not take.
    #[error("{value} is outside what `{address}` accepts ({range}). Choose values inside of it.")]
    Range {
        /// Address of the input.
        address: String,
        /// The value as people read it.
        value: String,
        /// What is accepted.
        range: String,
    },
    /// The document cannot be edited there.
    #[error("{0}")]
    Edit(#[from] EditError),
}

/// One input, or several that move together.
#[derive(Clone, Debug, PartialEq)]
pub struct Lever {
    /// Name or address.
    pub name: String,
    /// Its inputs.
    pub inputs: Vec<Input>,
    /// Workers behind one capacity; `None` for ordinary inputs.
    workers: Option<f64>,
}

impl Lever {
    /// Returns the lever with this name: `capacity`, a lever of the file, or an address.
    ///
    /// # Errors
    /// [`LeverError::Unknown`] and [`LeverError::NoNumber`].
    pub fn find(file: &FleetFile, scenario: Option<&str>, name: &str) -> Result<Self, LeverError> {
        let view = file.view(scenario);
        let capacity = name == CAPACITY;
        let mut inputs = address::expand(file, &view, if capacity { SERVICE_TIME } else { name });
        if inputs.is_empty() {
            return Err(LeverError::Unknown { name: name.to_owned() });
        }
        let numeric = |input: &Input| {
            !matches!(input.setting.unit, Unit::Choice(_) | Unit::Moment | Unit::Groups | Unit::Text)
        };
        if !inputs.iter().all(numeric) {
            return Err(LeverError::NoNumber { name: name.to_owned() });
        }
        let number = |address: &str| {
            let input = address::resolve(&view, address)?;
            view.value(address, input.setting).ok()?.number()
        };
        let workers = capacity.then(|| number(WORKERS).unwrap_or(1.0));
        if capacity && view.follows_from_topology(WORKERS) {
            // They would follow the time of a sign-in, and the capacity would stay as it is.
            inputs.extend(address::resolve(&view, WORKERS));
        }
        Ok(Self { name: name.to_owned(), inputs, workers })
    }

    /// Returns a lever of these inputs.
    pub fn of(name: impl Into<String>, inputs: Vec<Input>) -> Self {
        Self { name: name.into(), inputs, workers: None }
    }

    /// Returns whether a capacity writes the input with this address.
    pub fn is_of_capacity(address: &str) -> bool {
        matches!(address, SERVICE_TIME | WORKERS)
    }

    /// Returns whether its values are durations [s].
    pub fn is_duration(&self) -> bool {
        self.workers.is_none() && self.inputs.iter().any(|input| input.setting.unit.seconds().is_some())
    }

    /// Returns what people read of it.
    pub fn label(&self) -> String {
        match (self.workers, self.name.starts_with('/'), self.inputs.first()) {
            (Some(_), ..) => "Capacity".to_owned(),
            (None, true, Some(input)) => input.setting.label.to_owned(),
            _ => {
                let mut label = self.name.replace('_', " ");
                if let Some(first) = label.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
                label
            }
        }
    }

    /// Returns a value in its base unit as people read it.
    pub fn text(&self, value: f64) -> String {
        match (self.workers, self.inputs.first()) {
            (Some(_), _) => format!("{}{}/s", units::significant(value), units::THIN),
            _ if self.is_duration() => units::duration(value),
            (_, Some(input)) => input.setting.human(value),
            _ => units::significant(value),
        }
    }

    /// Returns the end of its key in JSON and CSV, which says the unit.
    pub fn suffix(&self) -> &'static str {
        match (self.workers, self.inputs.first().map(|input| input.setting.unit)) {
            (Some(_), _) | (_, Some(Unit::PerSecond)) => "_per_s",
            (_, Some(Unit::Milliseconds | Unit::Seconds)) => "_s",
            (_, Some(Unit::Bytes)) => "_bytes",
            _ => "",
        }
    }

    /// Returns the value of an input for a value of the lever, rounded to what the input can hold.
    fn file_value(&self, input: &Input, value: f64) -> f64 {
        if let Some(workers) = self.workers {
            return if input.address == WORKERS {
                workers
            } else {
                (workers * 1e3 / value * 1e6).round() / 1e6
            };
        }
        let raw = value / input.setting.unit.seconds().unwrap_or(1.0);
        if input.setting.whole { raw.round() } else { crate::fleet::file::round_to_unit(raw) }
    }

    /// Returns the nearest value that every input can hold.
    pub fn round(&self, value: f64) -> f64 {
        let whole = self.inputs.iter().filter(|input| self.workers.is_none() && input.setting.whole);
        let step = whole.map(|input| input.setting.unit.seconds().unwrap_or(1.0)).fold(0.0, f64::max);
        if step > 0.0 { (value / step).round() * step } else { value }
    }

    /// Returns the smallest and largest value that every input accepts.
    pub fn range(&self) -> (f64, f64) {
        if let (Some(workers), Some(input)) = (self.workers, self.inputs.first()) {
            return (workers * 1e3 / input.setting.range.1, workers * 1e3 / input.setting.range.0);
        }
        self.inputs.iter().fold((f64::NEG_INFINITY, f64::INFINITY), |(low, high), input| {
            let unit = input.setting.unit.seconds().unwrap_or(1.0);
            (low.max(input.setting.range.0 * unit), high.min(input.setting.range.1 * unit))
        })
    }

    /// Returns the value that most of its inputs have now, the largest among equals; `None` where none has
    /// one.
    pub fn now(&self, file: &FleetFile, scenario: Option<&str>) -> Option<f64> {
        let values = self.values(file, scenario);
        let count = |value: f64| values.iter().filter(|other| **other == value).count();
        values
            .iter()
            .copied()
            .max_by(|a, b| (count(*a), *a).partial_cmp(&(count(*b), *b)).unwrap_or(std::cmp::Ordering::Equal))
    }

    /// Returns the values of its inputs that have one, in its base unit.
    pub fn values(&self, file: &FleetFile, scenario: Option<&str>) -> Vec<f64> {
        let view = file.view(scenario);
        let value = |input: &Input| {
            let number = view.value(&input.address, input.setting).ok()?.number()?;
            // A special value, "for ever", is no number of the scale.
            let scale = (input.setting.range.0..=input.setting.range.1).contains(&number);
            let base = match self.workers {
                Some(workers) => workers * 1e3 / number,
                None => number * input.setting.unit.seconds().unwrap_or(1.0),
            };
            scale.then_some(base)
        };
        let held = |input: &&Input| self.workers.is_some() && input.address == WORKERS;
        self.inputs.iter().filter(|input| !held(input)).filter_map(value).collect()
    }

    /// Returns what a value assigns.
    ///
    /// # Errors
    /// [`LeverError::Range`] where an input does not accept it.
    pub fn assignments(
        &self,
        file: &FleetFile,
        scenario: Option<&str>,
        value: f64,
    ) -> Result<Vec<Assignment>, LeverError> {
        let view = file.view(scenario);
        let each = self.inputs.iter().map(|input| {
            let to = self.file_value(input, value);
            if !input.setting.accepts(to) {
                return Err(LeverError::Range {
                    address: input.address.clone(),
                    value: self.text(value),
                    range: input.setting.range_text(),
                });
            }
            Ok(Assignment {
                group: input.group.as_deref().map_or("", |id| file.group_name(id)).to_owned(),
                from: view.value(&input.address, input.setting).ok().filter(|from| *from != Value::Nothing),
                input: input.clone(),
                to: Value::Number(to),
            })
        });
        each.collect()
    }
}

/// Returns the file with assignments applied to a scenario, or to its baseline.
///
/// # Errors
/// [`LeverError::Edit`] where an address runs through something that is no object.
pub fn assign(
    file: &FleetFile,
    scenario: Option<&str>,
    assignments: &[Assignment],
) -> Result<FleetFile, LeverError> {
    let mut changed = file.clone();
    for assignment in assignments {
        changed = changed.assign(scenario, &assignment.input.address, &assignment.json())?;
    }
    Ok(changed)
}

/// Returns the fleet of a file with assignments applied; `None` where the file then describes none.
///
/// # Errors
/// Those of [`assign`].
pub fn fleet_with(
    file: &FleetFile,
    scenario: Option<&str>,
    assignments: &[Assignment],
) -> Result<Option<Fleet>, LeverError> {
    Ok(assign(file, scenario, assignments)?.check(scenario).fleet)
}

#[cfg(test)]
mod tests {
    use super::super::goal::capacity_per_s;
    use super::*;
    use crate::fleet::example::EXAMPLES;

    #[test]
    fn capacity_is_turned_in_every_shipped_fleet() {
        for example in EXAMPLES {
            let file = example.file().unwrap();
            let lever = Lever::find(&file, None, CAPACITY).unwrap();
            let now = lever.now(&file, None).unwrap();
            for wanted in [now / 4.0, now * 1.5] {
                let set = lever.assignments(&file, None, wanted).unwrap();
                let fleet = fleet_with(&file, None, &set).unwrap().unwrap();
                let got = capacity_per_s(&fleet);
                assert!((got / wanted - 1.0).abs() < 0.01, "{}: {wanted} and not {got}", example.name);
            }
        }
    }
}
