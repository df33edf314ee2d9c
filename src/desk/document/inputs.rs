//! Giving inputs new values.

use super::{Document, Gesture, Refused, naming};
use crate::base::{Fix, json};
use crate::fleet::FleetFile;
use crate::fleet::file::{Value, address};
use crate::fleet::setting::{Absent, Setting, Unit};
use crate::plan::Assignment;

/// An input with the value that was written.
pub(in crate::desk) type Written = (String, Value);

impl Document {
    /// Gives inputs new values in the active scenario.
    ///
    /// While `finished` is false the next values for the same inputs join this step; each time they
    /// are written to the project as it was at the start, so a drag there and back changes no byte.
    pub(in crate::desk) fn set(&mut self, edits: &[Written], finished: bool) -> Result<(), Refused> {
        let mut inputs: Vec<String> = edits.iter().map(|(address, _)| address.clone()).collect();
        inputs.sort_unstable();
        inputs.dedup();
        let gesture = match self.gesture.take() {
            Some(gesture) if gesture.inputs == inputs => gesture,
            _ => Gesture { inputs, base: self.file.clone(), stepped: false },
        };
        let mut file = gesture.base.clone();
        for (address, value) in edits {
            file = assign(&file, self.active(), address, value)?;
        }
        let name = naming::edits(&gesture.base, &file, self.active(), &gesture.inputs);
        self.join(gesture, name, file, finished);
        Ok(())
    }

    /// Replaces the step that a gesture has made so far.
    fn join(&mut self, mut gesture: Gesture, name: String, file: FleetFile, finished: bool) {
        if file != self.file {
            let active = self.active.clone();
            if gesture.stepped {
                self.undo.pop_back();
                self.go(gesture.base.clone(), active.clone());
            }
            gesture.stepped = self.push(name, file, active);
        }
        self.gesture = (!finished).then_some(gesture);
    }

    /// Makes all assignments of an answer in one step with this name.
    pub(in crate::desk) fn take(&mut self, name: String, assignments: &[Assignment]) -> Result<(), Refused> {
        let mut file = self.file.clone();
        for one in assignments {
            file = assign(&file, self.active(), &one.input.address, &one.to)?;
        }
        self.step(name, file, self.active.clone());
        Ok(())
    }

    /// Makes the change that a finding proposes.
    ///
    /// It goes to the active scenario, except where it corrects the place that the finding points at.
    pub(in crate::desk) fn fix(&mut self, fix: &Fix) -> Result<(), Refused> {
        let view = self.file.view(self.active());
        let input = address::resolve(&view, &fix.pointer);
        let (file, name) = match input {
            Some(input) if self.file.view(None).value(&input.address, input.setting).is_ok() => {
                let file = self.file.assign(self.active(), &fix.pointer, &fix.value)?;
                let name = naming::edits(&self.file, &file, self.active(), &[input.address]);
                (file, name)
            }
            input => {
                let label = input.map_or_else(|| fix.pointer.clone(), |input| input.setting.label.to_owned());
                (self.file.with(&fix.pointer, &fix.value)?, format!("{}: {label}", fix.label))
            }
        };
        self.step(name, file, self.active.clone());
        Ok(())
    }

    /// Takes an assignment out of the active scenario.
    pub(in crate::desk) fn reset(&mut self, address: &str) -> Result<(), Refused> {
        let view = self.file.view(self.active());
        let Some(pointer) = view.assigned().get(address) else {
            return Err(Refused::NotAssigned(address.to_owned()));
        };
        let file = self.file.without(pointer)?;
        let name = naming::reset(&file, self.active(), address);
        self.step(name, file, self.active.clone());
        Ok(())
    }
}

/// Returns the file with a value of an input, checked against the registry.
fn assign(
    file: &FleetFile,
    scenario: Option<&str>,
    address: &str,
    value: &Value,
) -> Result<FleetFile, Refused> {
    let view = file.view(scenario);
    let Some(input) = address::resolve(&view, address) else {
        return Err(Refused::NoInput(address.to_owned()));
    };
    let setting = input.setting;
    if !accepts(setting, value) {
        let value = match value {
            Value::Number(number) => number.to_string(),
            Value::Word(word) => word.clone(),
            Value::Nothing => "nothing".to_owned(),
            Value::Unknown(unknown) => unknown.bounds(setting),
        };
        return Err(Refused::Value { label: setting.label, range: range(setting), value });
    }
    if view.value(address, setting).as_ref() == Ok(value) {
        return Ok(file.clone());
    }
    let baseline_says_so = file.view(None).value(address, setting).as_ref() == Ok(value);
    match (scenario, view.assigned().get(address), value) {
        (Some(_), Some(pointer), _) if baseline_says_so => Ok(file.without(pointer)?),
        // What a preset gives is only cleared by saying that it is nothing.
        (None, _, Value::Nothing) if view.supplied(address, setting).is_none() => Ok(file.without(address)?),
        _ => Ok(file.assign(scenario, address, &value.json(setting))?),
    }
}

/// Returns whether an input takes a value.
fn accepts(setting: &Setting, value: &Value) -> bool {
    match (value, setting.unit) {
        (Value::Nothing, _) => setting.absent == Absent::Nothing,
        (Value::Unknown(unknown), _) => unknown.fault(setting).is_none(),
        (Value::Word(word), Unit::Choice(choices)) => choices.iter().any(|choice| choice.value == word),
        (Value::Word(word), Unit::Moment) => crate::fleet::file::moment(word).is_some(),
        (Value::Word(ids), Unit::Groups | Unit::Text) => !ids.is_empty(),
        (Value::Word(_), _)
        | (Value::Number(_), Unit::Choice(_) | Unit::Moment | Unit::Groups | Unit::Text) => false,
        (Value::Number(number), _) => setting.accepts(*number),
    }
}

/// Returns what an input takes, as people read it.
fn range(setting: &Setting) -> String {
    match setting.unit {
        Unit::Choice(choices) => {
            let words: Vec<_> = choices.iter().map(|choice| format!("`{}`", choice.value)).collect();
            words.join(", ")
        }
        Unit::Moment => "a moment such as 2026-12-05T02:00:00+01:00".to_owned(),
        Unit::Groups => "ids of groups of this file".to_owned(),
        _ => setting.range_text(),
    }
}

/// Returns a value for an input of a new group: its default, else something in the middle of its slider.
pub(super) fn starting_value(setting: &Setting) -> Value {
    match (setting.absent, setting.unit) {
        (Absent::Number(number), _) => Value::Number(number),
        (Absent::Word(word), _) => Value::Word(word.to_owned()),
        (Absent::Nothing, _) => Value::Nothing,
        (Absent::Required, Unit::Choice(choices)) => {
            choices.first().map_or(Value::Nothing, |choice| Value::Word(choice.value.to_owned()))
        }
        (Absent::Required, _) => {
            let (low, high) = setting.slider.unwrap_or((setting.range.0.max(1.0), setting.range.1));
            let middle = (low.max(1.0) * high.max(1.0)).sqrt();
            Value::Number(round_to_one_digit(middle).clamp(setting.range.0, setting.range.1))
        }
    }
}

/// Returns a number of one leading digit: 3 162 becomes 3 000.
fn round_to_one_digit(value: f64) -> f64 {
    let step = 10_f64.powf(value.log10().floor());
    (value / step).round() * step
}

/// Returns the pointer of a key below a group, token by token.
pub(super) fn below(base: &str, key: &str) -> String {
    key.split('/').fold(base.to_owned(), |pointer, token| json::join(&pointer, token))
}
