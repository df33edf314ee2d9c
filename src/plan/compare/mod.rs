//! How scenarios differ: in what was put in, and in what came out.
//!
//! [`compare`] and [`changes`] set one scenario beside its baseline. [`Table`] and [`inputs`] do so for two or
//! more, of which one is the baseline; every cell has its value and its difference in words.

mod table;

#[cfg(test)]
mod tests;

pub use self::table::{Cell, Column, InputRow, Row, Side, Table, inputs};

use super::{Figure, Outcome};
use crate::fleet::FleetFile;
use crate::fleet::file::{Input, Value};

/// One figure of two results.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The figure of this result.
    pub this: Figure,
    /// The same figure of the baseline, where there is one.
    pub baseline: Option<Figure>,
}

impl Difference {
    /// Returns the change in words: `−3:30`, `+40 /s`, `=`; empty without a baseline or where either is never.
    pub fn change(&self) -> String {
        self.baseline.map_or_else(String::new, |baseline| change(&self.this, &baseline))
    }
}

/// Returns the change of a figure against a baseline in words: `−3:30`, `+40 /s`, `=`; empty where either is never.
fn change(this: &Figure, baseline: &Figure) -> String {
    let (now, before) = (this.median, baseline.median);
    if now == before || this.cell(now) == baseline.cell(before) {
        return "=".to_owned();
    }
    if !now.is_finite() || !before.is_finite() {
        return String::new();
    }
    let sign = if now > before { '+' } else { '\u{2212}' };
    format!("{sign}{}", this.cell((now - before).abs()))
}

/// Returns every key figure of a result beside the baseline's.
pub fn compare(this: &Outcome, baseline: Option<&Outcome>) -> Vec<Difference> {
    let before = baseline.map(Outcome::figures).unwrap_or_default();
    this.figures()
        .into_iter()
        .map(|figure| Difference {
            this: figure,
            baseline: before.iter().find(|other| other.key == figure.key).copied(),
        })
        .collect()
}

/// One input that two scenarios do not share.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The input.
    pub input: Input,
    /// Name of the group it belongs to; empty for inputs of the platform, the outage and the targets.
    pub group: String,
    /// Value in the baseline, `None` where the baseline does not have the input.
    pub from: Option<Value>,
    /// Value now.
    pub to: Value,
}

impl Change {
    /// Returns the change in words: `30 s → 5 min`.
    pub fn text(&self) -> String {
        let from = self.from.as_ref().map_or_else(|| "–".to_owned(), |from| from.human(self.input.setting));
        format!("{from} → {}", self.to.human(self.input.setting))
    }
}

/// Returns the inputs in which a scenario differs from the baseline of its file; none for the baseline.
pub fn changes_of(file: &FleetFile, scenario: Option<&str>) -> Vec<Change> {
    if scenario.is_some() { changes((file, scenario), (file, None)) } else { Vec::new() }
}

/// Returns the inputs whose values differ between two files seen through a scenario each.
pub fn changes(
    (this, scenario): (&FleetFile, Option<&str>),
    (baseline, base_scenario): (&FleetFile, Option<&str>),
) -> Vec<Change> {
    let (now, before) = (this.view(scenario), baseline.view(base_scenario));
    this.inputs(scenario)
        .into_iter()
        .filter_map(|input| {
            let to = now.value(&input.address, input.setting).ok()?;
            // Of a section or event that the baseline lacks, what is said counts, and not every default.
            if !before.models(&input.address) {
                let said = now.lookup(&input.address).is_some() && to != Value::Nothing;
                return said.then(|| Change { input, group: String::new(), from: None, to });
            }
            let from = before.value(&input.address, input.setting).ok();
            let group = input.group.as_deref().map_or("", |id| this.group_name(id)).to_owned();
            (from.as_ref() != Some(&to)).then_some(Change { input, group, from, to })
        })
        .collect()
}
