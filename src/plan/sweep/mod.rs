//! A grid over one or two inputs: what each setting gives, and where the goals are met.
//!
//! By default every cell is an estimate, so that a map of some hundred cells takes part of a second; with
//! runs each cell is simulated. With two axes this is the *safe region*: every cell says whether it meets
//! the goals, is an overload or too slow, and [`Sweep::own`] says where the project stands and how far the
//! nearest cell that does not meet them is along each axis.

mod axis;
mod confirm;
mod region;
mod tornado;
mod usual;

#[cfg(test)]
mod tests;

pub(in crate::plan) use axis::steps_between;
pub use axis::{Axis, AxisError, Range};
pub use confirm::{Confirmed, confirm};
pub use region::{Margin, Own};
pub use tornado::{Bar, SHARE, Tornado, tornado};
pub use usual::{usual_axes, usual_ranges};

use super::trial::lever::{LeverError, assign};
use super::trial::{Goals, Trial};
use crate::fleet::FleetFile;
use crate::sim::{SimError, on_threads};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Most cells of one sweep.
pub const MOST_CELLS: usize = 20_000;

/// How cells are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By the fluid engine.
    Estimate,
    /// In this many runs of a seed.
    Exact {
        /// Seed that all cells share.
        seed: u64,
        /// Runs of each cell, at least 1.
        runs: u32,
    },
}

/// What is done while somebody waits: called with the parts that are done and all of them.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) + Sync);

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The value of each axis, in its base unit.
    pub values: Vec<f64>,
    /// What the setting gives.
    pub trial: Trial,
}

/// A grid with its cells, the last axis the quickest.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// One or two axes.
    pub axes: Vec<Axis>,
    /// What had to hold.
    pub goals: Goals,
    /// How cells were tried.
    pub method: Method,
    /// The cells.
    pub cells: Vec<Cell>,
    /// Where the project stands, where every axis has a value now.
    pub own: Option<Own>,
}

/// Why there is no sweep.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SweepError {
    /// Too many cells for one sweep.
    #[error("The grid has {cells} cells; one sweep takes at most {MOST_CELLS}. Use fewer steps.")]
    TooMany {
        /// How many.
        cells: usize,
    },
    /// Neither one axis nor two.
    #[error("A grid has one or two inputs, and {0} were named. Name the one or two that matter most.")]
    Axes(usize),
    /// Two axes move the same input.
    #[error("Two ranges move the same input, so one would undo the other. Name different ones: `{0}`")]
    Same(String),
    /// A value is not accepted.
    #[error(transparent)]
    Lever(#[from] LeverError),
    /// A setting gives no fleet that can be simulated.
    #[error("With {setting} there is no fleet that can be simulated. {reason}")]
    NoFleet {
        /// The setting in words.
        setting: String,
        /// Why.
        reason: String,
    },
    /// The simulation refused or was stopped.
    #[error(transparent)]
    Sim(#[from] SimError),
}

/// Tries every cell of a grid over a scenario of a file.
///
/// `threads` (at least 1) work at the same time. Equal inputs give equal cells for any number of them.
///
/// # Errors
/// [`SweepError`]; [`SimError::Cancelled`] inside of it soon after `stop` was set.
pub fn sweep(
    (file, scenario): (&FleetFile, Option<&str>),
    axes: Vec<Axis>,
    goals: &Goals,
    method: Method,
    threads: usize,
    (stop, progress): (&AtomicBool, Progress<'_>),
) -> Result<Sweep, SweepError> {
    if !(1..=2).contains(&axes.len()) {
        return Err(SweepError::Axes(axes.len()));
    }
    let moves = |axis: &Axis| axis.lever.inputs.iter().map(|input| input.address.clone()).collect::<Vec<_>>();
    if let [first, second] = axes.as_slice()
        && let Some(same) = moves(first).into_iter().find(|address| moves(second).contains(address))
    {
        return Err(SweepError::Same(same));
    }
    let all: usize = axes.iter().map(|axis| axis.values.len()).product();
    if all > MOST_CELLS {
        return Err(SweepError::TooMany { cells: all });
    }
    let (outer, inner) = (&axes[0], axes.get(1));
    let columns = inner.map_or(1, |axis| axis.values.len());
    let (next, done, failed) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    // One row of the grid after the other, so that what a row shares is written into the file once.
    let work = || {
        let mut made = Vec::new();
        loop {
            let row = next.fetch_add(1, Ordering::Relaxed);
            let Some(&value) = outer.values.get(row) else { return made };
            let changed = outer
                .lever
                .assignments(file, scenario, value)
                .and_then(|assignments| assign(file, scenario, &assignments));
            for column in 0..columns {
                if failed.load(Ordering::Relaxed) {
                    return made;
                }
                let cell = changed.clone().map_err(SweepError::from).and_then(|file| {
                    let second = inner.map(|axis| (&axis.lever, axis.values[column]));
                    cell((&file, scenario), (&outer.lever, value), second, goals, (method, stop))
                });
                failed.fetch_or(cell.is_err(), Ordering::Relaxed);
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, all);
                made.push((row * columns + column, cell));
            }
        }
    };
    let mut made = on_threads(threads.min(outer.values.len()), work);
    made.sort_by_key(|(at, _)| *at);
    let cells = made.into_iter().map(|(_, cell)| cell).collect::<Result<Vec<_>, _>>()?;
    let own = Own::of(file, scenario, &axes, &cells);
    Ok(Sweep { axes, goals: goals.clone(), method, cells, own })
}

/// Tries one cell; the file already has the first value.
fn cell(
    (file, scenario): (&FleetFile, Option<&str>),
    (outer, first): (&super::trial::lever::Lever, f64),
    second: Option<(&super::trial::lever::Lever, f64)>,
    goals: &Goals,
    (method, stop): (Method, &AtomicBool),
) -> Result<Cell, SweepError> {
    if stop.load(Ordering::Relaxed) {
        return Err(SimError::Cancelled.into());
    }
    let mut values = vec![first];
    let mut setting = format!("{} {}", outer.name, outer.text(first));
    let checked = match second {
        None => file.check(scenario),
        Some((lever, value)) => {
            values.push(value);
            setting = format!("{setting} and {} {}", lever.name, lever.text(value));
            assign(file, scenario, &lever.assignments(file, scenario, value)?)?.check(scenario)
        }
    };
    let no_fleet = |reason: String| SweepError::NoFleet { setting: setting.clone(), reason };
    let Some(fleet) = checked.fleet else {
        let finding = checked.findings.iter().find(|finding| finding.blocks());
        return Err(no_fleet(finding.map_or_else(String::new, |finding| finding.what.clone())));
    };
    let trial = match method {
        Method::Estimate => Trial::estimate(&fleet, goals)
            .ok_or_else(|| no_fleet("No device loses its connection in this outage.".to_owned()))?,
        Method::Exact { seed, runs } => Trial::simulate(&fleet, goals, (seed, runs), 1, stop)?,
    };
    Ok(Cell { values, trial })
}
