//! The edge of the safe region in runs: where an estimate decides, chance decides too.
//!
//! Far inside and far outside of the region estimates and runs agree; at its edge they may not. So the
//! cells beside the edge, and the project's own, are simulated; where that moves the edge, so are the cells
//! beside the new one, until it stands. The work suits a background job: it reports progress and stops.

use super::{Cell, Method, Own, Progress, Sweep, SweepError, cell};
use crate::fleet::FleetFile;
use crate::plan::trial::lever::assign;
use crate::sim::{SimError, on_threads};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A grid whose edge was simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    /// The grid; simulated cells hold runs, the others their estimate.
    pub sweep: Sweep,
    /// Positions of the simulated cells, ascending.
    pub simulated: Vec<usize>,
    /// Of these, where runs judge otherwise than the estimate did whether the goals are met.
    pub changed: Vec<usize>,
}

impl Sweep {
    /// Returns the cells beside which the region that meets the goals ends.
    pub(super) fn edge(&self) -> Vec<usize> {
        let columns = self.axes.get(1).map_or(1, |axis| axis.values.len()).max(1);
        let meets = |at: usize| self.cells[at].trial.meets();
        let beside = |at: usize| {
            let (row, column) = (at / columns, at % columns);
            let left = (column > 0).then(|| at - 1);
            let right = (column + 1 < columns).then_some(at + 1);
            let above = (row > 0).then(|| at - columns);
            let below = Some(at + columns).filter(|below| *below < self.cells.len());
            [left, right, above, below].into_iter().flatten()
        };
        (0..self.cells.len()).filter(|at| beside(*at).any(|other| meets(other) != meets(*at))).collect()
    }
}

/// Simulates the cells at the edge of an estimated region, and the project's own.
///
/// `file` and `scenario` are those of the sweep; `progress` is called with the cells that are simulated and
/// those that are known to be needed. Equal inputs give equal results for any number of threads.
///
/// # Errors
/// [`SweepError`]; [`SimError::Cancelled`] inside of it soon after `stop` was set.
pub fn confirm(
    (file, scenario): (&FleetFile, Option<&str>),
    mut sweep: Sweep,
    (seed, runs): (u64, u32),
    threads: usize,
    (stop, progress): (&AtomicBool, Progress<'_>),
) -> Result<Confirmed, SweepError> {
    let own = sweep.own.as_ref().map(|own| own.cell);
    let (mut simulated, mut changed) = (Vec::new(), Vec::new());
    loop {
        let mut wanted: Vec<usize> = sweep.edge().into_iter().chain(own).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|at| !simulated.contains(at));
        if wanted.is_empty() {
            break;
        }
        let (next, before) = (AtomicUsize::new(0), simulated.len());
        let work = || {
            let mut made = Vec::new();
            while let Some(&at) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                if stop.load(Ordering::Relaxed) {
                    made.push((at, Err(SimError::Cancelled.into())));
                    return made;
                }
                made.push((at, simulate((file, scenario), &sweep, at, (seed, runs), stop)));
                let done = next.load(Ordering::Relaxed).min(wanted.len());
                progress(before + done, before + wanted.len());
            }
            made
        };
        for (at, made) in on_threads(threads.clamp(1, wanted.len()), work) {
            let made = made?;
            if made.trial.meets() != sweep.cells[at].trial.meets() {
                changed.push(at);
            }
            sweep.cells[at] = made;
        }
        simulated.extend(wanted);
    }
    simulated.sort_unstable();
    changed.sort_unstable();
    sweep.own = Own::of(file, scenario, &sweep.axes, &sweep.cells);
    Ok(Confirmed { sweep, simulated, changed })
}

/// Simulates one cell of a grid.
fn simulate(
    (file, scenario): (&FleetFile, Option<&str>),
    sweep: &Sweep,
    at: usize,
    (seed, runs): (u64, u32),
    stop: &AtomicBool,
) -> Result<Cell, SweepError> {
    let values = &sweep.cells[at].values;
    let first = &sweep.axes[0].lever;
    let changed = assign(file, scenario, &first.assignments(file, scenario, values[0])?)?;
    let second = sweep.axes.get(1).and_then(|axis| Some((&axis.lever, *values.get(1)?)));
    let method = Method::Exact { seed, runs };
    cell((&changed, scenario), (first, values[0]), second, &sweep.goals, (method, stop))
}
