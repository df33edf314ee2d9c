//! What is said of a map: of one cell, and what a cell assigns.

use crate::base::units;
use crate::fleet::FleetFile;
use crate::plan::sweep::{Axis, Sweep};
use crate::plan::{Aim, Assignment, LeverError};
pub use crate::report::answers::{STATES, region_legend as legend, region_spoken as spoken};

/// Returns a value of an axis with its name: `Random delay 2 min`.
fn value(axis: &Axis, value: f64) -> String {
    format!("{} {}", axis.lever.label(), axis.lever.text(value))
}

/// Returns the values of a cell: `Random delay 2 min, Capacity 85 /s`.
pub fn place(sweep: &Sweep, cell: usize) -> String {
    let values = sweep.cells.get(cell).map_or(&[][..], |cell| &cell.values);
    let all: Vec<String> = sweep.axes.iter().zip(values).map(|(axis, own)| value(axis, *own)).collect();
    all.join(", ")
}

/// Returns a cell in a sentence: its values, its state, and what it gives.
pub fn cell(sweep: &Sweep, at: usize) -> String {
    let Some(cell) = sweep.cells.get(at) else { return String::new() };
    let state = cell.trial.state;
    let figure = |aim: Aim| cell.trial.figures.get(aim);
    let back = match figure(Aim::T95) {
        Some(t95) if t95.is_finite() => format!("95 % back after {}", units::duration(t95)),
        _ => "95 % never back".to_owned(),
    };
    let peak = figure(Aim::Peak).map_or_else(String::new, |peak| format!(", peak {}", Aim::Peak.text(peak)));
    let by = match cell.trial.runs {
        0 => ", an estimate".to_owned(),
        runs => format!(", median of {runs} runs"),
    };
    format!("{}: {} {}, {back}{peak}{by}", place(sweep, at), state.sign(), state.label())
}

/// Returns what a cell assigns.
pub fn assignments(
    sweep: &Sweep,
    cell: usize,
    (file, scenario): (&FleetFile, Option<&str>),
) -> Result<Vec<Assignment>, LeverError> {
    let values = sweep.cells.get(cell).map_or(&[][..], |cell| &cell.values);
    let mut all = Vec::new();
    for (axis, value) in sweep.axes.iter().zip(values) {
        all.extend(axis.lever.assignments(file, scenario, *value)?);
    }
    Ok(all)
}
