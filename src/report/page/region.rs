//! The safe region of a report: where over two inputs the targets are met, as a map and as a table.
//!
//! Each cell is an estimate, as on the command line and in the window. A cell says its state by a sign, and by a
//! shade besides; the frame is where the project stands.

use super::Sheet;
use super::html::Html;
use crate::base::units;
use crate::plan::sweep::{Axis, Cell, Method, Progress, Sweep, SweepError, sweep, usual_ranges};
use crate::plan::{Aim, Goal, Goals, Lever, State};
use crate::report::answers::{STATES, region_legend, region_spoken, standing};
use crate::report::chart::Role;
use crate::report::draw::escape;
use crate::report::draw::palette::LIGHT;
use crate::report::text::Told;
use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

/// A region, or why there is none although there are targets and inputs.
pub type Region = Result<Sweep, SweepError>;

/// Steps of the horizontal and of the vertical axis: as many as a table on paper has room for.
const STEPS: [u32; 2] = [10, 8];
/// Width and height of a cell [points].
const CELL: (usize, usize) = (72, 26);
/// Room for the values of the vertical axis, and for those below the map [points].
const LABELS: (usize, usize) = (96, 24);
/// How much of the accent each of [`STATES`] has; signs are read well on all of them.
const SHADES: [f64; STATES.len()] = [0.45, 0.3, 0.2, 0.1, 0.0];

/// Returns the safe region of a result over the usual axes, a delay and the capacity; `None` where the project has
/// no target, or no such inputs.
///
/// `threads` (at least 1) work at the same time; the region is the same for any number of them.
pub fn region(told: &Told<'_>, threads: usize, watched: (&AtomicBool, Progress<'_>)) -> Option<Region> {
    let goals = Goals { list: Goal::of_targets(&told.outcome.fleet.targets), chance_pct: None };
    if goals.list.is_empty() {
        return None;
    }
    let file = (told.file, told.scenario);
    let ranges = usual_ranges(file.0, file.1, &[None, None], STEPS).ok()?;
    let axes: Option<Vec<Axis>> = ranges.iter().map(|range| Axis::of(file.0, file.1, range).ok()).collect();
    Some(sweep(file, axes?, &goals, Method::Estimate, threads, watched))
}

/// Adds the region, where there is one.
pub(super) fn section(html: &mut Html, sheet: &Sheet<'_>) {
    let Some(region) = sheet.region else { return };
    html.element("h2", "", "Safe region");
    let sweep = match region {
        Ok(sweep) => sweep,
        Err(error) => return html.prose("", &error.to_string()),
    };
    let [across, up] = sweep.axes.as_slice() else { return };
    if let Some(own) = standing(sweep, Lever::label) {
        html.element("p", "", &own);
    }
    html.raw("<figure>\n");
    html.raw(&map(sweep, across, up));
    html.raw("</figure>\n");
    html.element("p", "weak", &region_legend(sweep));
    let (right, upwards) = (across.lever.label(), up.lever.label());
    let text = format!("Time until 95 % are back; {right} to the right, {upwards} downwards.");
    html.element("p", "weak", &text);
    let values: Vec<String> = across.values.iter().map(|value| across.lever.text(*value)).collect();
    let heads: Vec<&str> = std::iter::once("").chain(values.iter().map(String::as_str)).collect();
    html.raw("<div class=\"map\">\n");
    html.table(&heads, &rows(sweep, across, up));
    html.raw("</div>\n");
}

/// Returns the rows of the table, the highest value first, as in the map.
fn rows(sweep: &Sweep, across: &Axis, up: &Axis) -> Vec<Vec<String>> {
    let rows = up.values.len();
    let cell = |at: usize| sweep.cells.get(at).map_or_else(String::new, words);
    let row = |row: usize| {
        let head = up.lever.text(up.values[row]);
        let cells = (0..across.values.len()).map(|column| cell(column * rows + row));
        std::iter::once(head).chain(cells).collect()
    };
    (0..rows).rev().map(row).collect()
}

/// Returns a cell in a few words: `✓ 3 min 10 s`.
fn words(cell: &Cell) -> String {
    let back = match cell.trial.figures.get(Aim::T95) {
        Some(t95) if t95.is_finite() => units::duration(t95),
        _ => "never".to_owned(),
    };
    format!("{} {back}", cell.trial.state.sign())
}

/// Returns the shade of a state.
fn shade(state: State) -> f64 {
    STATES.iter().position(|known| *known == state).map_or(0.0, |at| SHADES[at])
}

/// Returns the map as an `svg` element: the first axis to the right, the second upwards.
fn map(sweep: &Sweep, across: &Axis, up: &Axis) -> String {
    let (columns, rows) = (across.values.len(), up.values.len());
    let (width, height) = (LABELS.0 + columns * CELL.0 + 1, rows * CELL.1 + LABELS.1 + 1);
    let mut svg = String::new();
    let mut spoken = String::new();
    escape(&region_spoken(sweep), &mut spoken);
    // Writing to a text cannot fail.
    let _ = writeln!(
        svg,
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" font-size=\"12\">\n<title>{spoken}</title>"
    );
    let (ink, weak) = (LIGHT.strong, LIGHT.weak);
    let accent = LIGHT.of(Role::This);
    for (at, cell) in sweep.cells.iter().enumerate() {
        let (x, y) = corner(at, rows);
        let state = cell.trial.state;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" fill=\"#{accent:06X}\" fill-opacity=\"{}\" \
             stroke=\"#{:06X}\"/>\n<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#{ink:06X}\">{}</text>",
            CELL.0,
            CELL.1,
            shade(state),
            LIGHT.axis,
            x + CELL.0 / 2,
            y + CELL.1 / 2 + 4,
            state.sign()
        );
    }
    if let Some(own) = &sweep.own {
        let (x, y) = corner(own.cell, rows);
        let (wide, high) = (CELL.0 - 4, CELL.1 - 4);
        let _ = writeln!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{wide}\" height=\"{high}\" fill=\"none\" stroke=\"#{ink:06X}\" \
             stroke-width=\"2.5\"/>",
            x + 2,
            y + 2
        );
    }
    let mut label = |text: &str, x: usize, y: usize, anchor: &str| {
        let mut safe = String::new();
        escape(text, &mut safe);
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"#{weak:06X}\">{safe}</text>"
        );
    };
    for (row, value) in up.values.iter().enumerate() {
        let (_, y) = corner(row, rows);
        label(&up.lever.text(*value), LABELS.0 - 8, y + CELL.1 / 2 + 4, "end");
    }
    for (column, value) in across.values.iter().enumerate() {
        let (x, _) = corner(column * rows, rows);
        label(&across.lever.text(*value), x + CELL.0 / 2, rows * CELL.1 + 16, "middle");
    }
    svg.push_str("</svg>\n");
    svg
}

/// Returns the upper left corner of a cell [points].
fn corner(cell: usize, rows: usize) -> (usize, usize) {
    (LABELS.0 + cell / rows * CELL.0, (rows - 1 - cell % rows) * CELL.1)
}
