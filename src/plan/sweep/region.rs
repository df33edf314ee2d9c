//! Where a project stands in a grid, and how far it is to the edge of what meets the goals.

use super::{Axis, Cell};
use crate::fleet::FleetFile;

/// The way along one axis to the nearest cell that does not meet the goals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// Nearest value below that does not meet them, in the axis' base unit; `None` where the grid has none.
    pub below: Option<f64>,
    /// Nearest value above that does not meet them; `None` where the grid has none.
    pub above: Option<f64>,
}

impl Margin {
    /// Returns the smaller distance as a share of the own value; `None` where the grid has no edge.
    pub fn share(&self, own: f64) -> Option<f64> {
        let below = self.below.map(|edge| 1.0 - edge / own);
        let above = self.above.map(|edge| edge / own - 1.0);
        [below, above].into_iter().flatten().reduce(f64::min)
    }
}

/// The project's own point.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// Its value on each axis, in the axis' base unit.
    pub values: Vec<f64>,
    /// Position of the nearest cell in the list of cells.
    pub cell: usize,
    /// The way to the edge along each axis, where the nearest cell meets the goals.
    pub margins: Vec<Margin>,
}

impl Own {
    /// Returns the own point of a file in a grid; `None` where an axis has no value now or it lies
    /// outside the grid. Of inputs with several values that of most of them counts.
    pub(super) fn of(
        file: &FleetFile,
        scenario: Option<&str>,
        axes: &[Axis],
        cells: &[Cell],
    ) -> Option<Self> {
        let (mut values, mut steps) = (Vec::new(), Vec::new());
        for axis in axes {
            let own = axis.lever.now(file, scenario)?;
            let (low, high) = bounds(&axis.values);
            if own < low || own > high {
                return None;
            }
            let near = |at: &usize| ratio(axis.values[*at], own);
            let step = (0..axis.values.len()).min_by(|a, b| near(a).total_cmp(&near(b)))?;
            values.push(own);
            steps.push(step);
        }
        let columns = axes.get(1).map_or(1, |axis| axis.values.len());
        let at = |steps: &[usize]| steps[0] * columns + steps.get(1).copied().unwrap_or(0);
        let cell = at(&steps);
        let meets = |at: usize| cells.get(at).is_some_and(|cell| cell.trial.meets());
        let mut margins = Vec::new();
        if meets(cell) {
            for (number, axis) in axes.iter().enumerate() {
                let misses = |step: &usize| {
                    let mut other = steps.clone();
                    other[number] = *step;
                    !meets(at(&other))
                };
                let value = |step: usize| axis.values[step];
                margins.push(Margin {
                    below: (0..steps[number]).rev().find(&misses).map(value),
                    above: (steps[number] + 1..axis.values.len()).find(&misses).map(value),
                });
            }
        }
        Some(Self { values, cell, margins })
    }
}

/// Returns how far two values are apart, by their ratio where both are above 0.
fn ratio(a: f64, b: f64) -> f64 {
    if a > 0.0 && b > 0.0 { (a / b).ln().abs() } else { (a - b).abs() }
}

/// Returns the smallest and the largest value.
fn bounds(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    (low, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}
