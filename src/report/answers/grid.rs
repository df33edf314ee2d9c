//! A grid as text of 80 columns: a table for one axis, a map of signs for two.

use crate::base::units;
use crate::plan::sweep::{Axis, Method, Sweep};
use crate::plan::{Aim, Lever, State, Trial};
use crate::report::terminal::{Charset, left, line, plain, wrap};

/// Figures in the columns of a table, with their heads and widths [characters].
const COLUMNS: [(Aim, &str, usize); 6] = [
    (Aim::T95, "95 % back", 10),
    (Aim::T99, "99 % back", 10),
    (Aim::Peak, "peak", 9),
    (Aim::Queue, "queue", 8),
    (Aim::Lost, "lost", 9),
    (Aim::NeverBack, "away", 8),
];
/// Width of the first column [characters].
const FIRST: usize = 11;

/// Returns a grid as text.
pub fn render(sweep: &Sweep, charset: Charset) -> String {
    let mut text = String::new();
    let goals: Vec<String> = sweep.goals.list.iter().map(crate::plan::Goal::text).collect();
    let judged = if goals.is_empty() { "No target set".to_owned() } else { goals.join("; ") };
    text.push_str(&wrap("", &judged));
    let runs = sweep.cells.iter().map(|cell| cell.trial.runs).max().unwrap_or(0);
    let method = match sweep.method {
        Method::Estimate if runs > 0 => {
            let at_edge = sweep.cells.iter().filter(|cell| cell.trial.runs > 0).count();
            format!("Estimates by means; the {at_edge} cells at the edge are medians of {runs} runs")
        }
        Method::Estimate => "Estimates by means; --exact simulates each cell".to_owned(),
        Method::Exact { seed, runs } => format!("Medians of {runs} runs of seed {seed} in each cell"),
    };
    text.push_str(&wrap("", &method));
    text.push('\n');
    match sweep.axes.as_slice() {
        [first, second] => {
            text.push_str(&map(sweep, first.values.len(), second.values.len()));
        }
        _ => text.push_str(&table(sweep)),
    }
    if let Some(standing) = standing(sweep, |lever| lever.name.clone()) {
        text.push_str(&wrap("", &standing));
    }
    plain(&text, charset)
}

/// Returns the table of one axis.
fn table(sweep: &Sweep) -> String {
    let mut text = format!("{} downwards\n{:FIRST$}", sweep.axes[0].lever.name, "");
    for (_, head, width) in COLUMNS {
        text.push_str(&format_cell(head, width));
    }
    text.push('\n');
    for cell in &sweep.cells {
        let mut row = format!("{:>FIRST$}", sweep.axes[0].lever.text(cell.values[0]));
        for (aim, _, width) in COLUMNS {
            row.push_str(&format_cell(&number(&cell.trial, aim), width));
        }
        line(&mut text, format_args!("{row} {} {}", cell.trial.state.sign(), cell.trial.state.label()));
    }
    text
}

/// Returns a text at the right end of a column.
fn format_cell(text: &str, width: usize) -> String {
    format!("{text:>width$}")
}

/// Returns a figure as a table shows it.
fn number(trial: &Trial, aim: Aim) -> String {
    match trial.figures.get(aim) {
        None => String::new(),
        Some(value) if aim.is_time() => units::clock(value),
        Some(value) if value >= 1e6 => units::si(value),
        Some(value) => aim.text(value),
    }
}

/// Returns the map of two axes: the first one to the right, the second one upwards.
fn map(sweep: &Sweep, columns: usize, rows: usize) -> String {
    let (across, up) = (&sweep.axes[0], &sweep.axes[1]);
    let mut text = format!("{} upwards, {} to the right\n", up.lever.name, across.lever.name);
    let own = sweep.own.as_ref().map(|own| own.cell);
    for row in (0..rows).rev() {
        let mut shown = format!("{:>FIRST$} ", up.lever.text(up.values[row]));
        let mut mine = false;
        for column in 0..columns {
            let at = column * rows + row;
            let sign = sweep.cells.get(at).map_or(' ', |cell| cell.trial.state.sign());
            let before = match (own == Some(at), mine) {
                (true, _) => '[',
                (false, true) => ']',
                (false, false) => ' ',
            };
            mine = own == Some(at);
            shown.extend([before, sign]);
        }
        shown.push(if mine { ']' } else { ' ' });
        line(&mut text, format_args!("{shown}"));
    }
    // A label under every sixth column has room.
    let mut labels = " ".repeat(FIRST + 2);
    for column in (0..columns).step_by(6) {
        let label = across.lever.text(across.values[column]);
        labels += &left(&label, 12);
    }
    line(&mut text, format_args!("{labels}"));
    let states = [State::Meets, State::Overload, State::TooSlow, State::Never, State::Uncertain];
    let present =
        states.into_iter().filter(|state| sweep.cells.iter().any(|cell| cell.trial.state == *state));
    let legend: Vec<String> = present.map(|state| format!("{} {}", state.sign(), state.label())).collect();
    text + &wrap("", &format!("{}, [ ] the project", legend.join(", ")))
}

/// Every state, the best first.
pub const STATES: [State; 5] =
    [State::Meets, State::Uncertain, State::TooSlow, State::Overload, State::Never];

/// Returns the states that the map has: `✓ meets · s too slow · frame: this project`.
pub fn region_legend(sweep: &Sweep) -> String {
    let has = |state: &State| sweep.cells.iter().any(|cell| cell.trial.state == *state);
    let mut parts: Vec<String> = STATES
        .into_iter()
        .filter(has)
        .map(|state| units::unbroken(&format!("{} {}", state.sign(), state.label())))
        .collect();
    if sweep.own.is_some() {
        parts.push(units::unbroken("frame: the project"));
    }
    let simulated = sweep.cells.iter().filter(|cell| cell.trial.runs > 0);
    let (count, runs) = simulated.fold((0, 0), |(count, runs), cell| (count + 1, cell.trial.runs.max(runs)));
    parts.push(match sweep.method {
        Method::Estimate if count > 0 => {
            units::unbroken(&format!("estimates, {runs} runs in each of the {count} cells at the edge"))
        }
        Method::Estimate => "estimates".to_owned(),
        Method::Exact { runs, .. } => units::unbroken(&format!("{runs} runs in each cell")),
    });
    parts.join(" · ")
}

/// Returns the map in sentences, for those who do not see it.
pub fn region_spoken(sweep: &Sweep) -> String {
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

/// Returns where the project stands, and how far it is to the edge of what meets the targets; `None` where it
/// stands outside the grid. `name` says what a lever is called.
pub fn standing(sweep: &Sweep, name: fn(&Lever) -> String) -> Option<String> {
    let own = sweep.own.as_ref()?;
    let place: Vec<String> = sweep
        .axes
        .iter()
        .zip(&own.values)
        .map(|(axis, value)| format!("{} {}", name(&axis.lever), axis.lever.text(*value)))
        .collect();
    let state = sweep.cells[own.cell].trial.state;
    let mut text = format!("The project stands at {}: {}", place.join(", "), state.label());
    for ((axis, margin), value) in sweep.axes.iter().zip(&own.margins).zip(&own.values) {
        let edges = [("below", margin.below), ("above", margin.above)];
        let edges: Vec<String> = edges
            .into_iter()
            .filter_map(|(side, edge)| Some(format!("{} {side}", axis.lever.text(edge?))))
            .collect();
        let part = match margin.share(*value) {
            Some(share) => format!(
                "; {} stops meeting the targets at {} (margin {})",
                name(&axis.lever),
                edges.join(" and "),
                units::percent(share)
            ),
            None => format!("; {} has no edge within the grid", name(&axis.lever)),
        };
        text += &part;
    }
    Some(text + ".")
}
