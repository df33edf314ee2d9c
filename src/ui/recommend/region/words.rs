//! What is said of a map: of one cell, of all of it, and what a cell assigns.

use crate::base::units;
use crate::fleet::FleetFile;
use crate::plan::sweep::{Axis, Method, Sweep};
use crate::plan::{Aim, Assignment, Lever, LeverError, State};
use crate::report::answers::standing;

/// Every state, the best first.
pub const STATES: [State; 5] =
    [State::Meets, State::Uncertain, State::TooSlow, State::Overload, State::Never];

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
    format!("{}: {} {}, {back}{peak}", place(sweep, at), state.sign(), state.label())
}

/// Returns the states that the map has: `✓ meets · s too slow · frame: this project`.
pub fn legend(sweep: &Sweep) -> String {
    let has = |state: &State| sweep.cells.iter().any(|cell| cell.trial.state == *state);
    let mut parts: Vec<String> = STATES
        .into_iter()
        .filter(has)
        .map(|state| units::unbroken(&format!("{} {}", state.sign(), state.label())))
        .collect();
    if sweep.own.is_some() {
        parts.push(units::unbroken("frame: the project"));
    }
    parts.push(match sweep.method {
        Method::Estimate => "estimates".to_owned(),
        Method::Exact { runs, .. } => units::unbroken(&format!("{runs} runs in each cell")),
    });
    parts.join(" · ")
}

/// Returns the map in sentences, for those who do not see it.
pub fn spoken(sweep: &Sweep) -> String {
    let [across, up] = sweep.axes.as_slice() else { return String::new() };
    let span = |axis: &Axis| {
        let ends = axis.values.first().zip(axis.values.last());
        ends.map_or_else(String::new, |(low, high)| {
            format!("{} from {} to {}", axis.lever.label(), axis.lever.text(*low), axis.lever.text(*high))
        })
    };
    let meets = sweep.cells.iter().filter(|cell| cell.trial.meets()).count();
    let own = standing(sweep, Lever::label).map_or_else(String::new, |own| format!(" {own}"));
    format!(
        "Safe region: {} to the right, {} upwards. {meets} of {} cells meet the targets.{own}",
        span(across),
        span(up),
        sweep.cells.len()
    )
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
