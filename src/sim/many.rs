//! One run of a fleet, or many on several threads.
//!
//! A plain fleet is played by the engine that is made for it ([`wheel`]), any other by that of the full model;
//! both give the same result where both can.
//!
//! Each run has a seed of its own that depends only on its number, and shares nothing with the others,
//! so the result is the same whatever the number of threads and whoever finishes first.

use super::engine;
use super::error::SimError;
use super::estimate::admit;
use super::run::Run;
use super::wheel::{self, Arena};
use crate::base::draws::run_seed;
use crate::fleet::{Fleet, UnknownInput};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

/// Plays one outage with the draws of `seed`. Looks at `stop` every few milliseconds. What is unknown has its
/// stated value; [`replicate`] draws it.
///
/// # Errors
/// [`SimError::Cancelled`] when `stop` was set; [`SimError::EndlessAttempts`] and
/// [`SimError::TooLarge`] when the fleet cannot be simulated and has to be changed.
pub fn run(fleet: &Fleet, seed: u64, stop: &AtomicBool) -> Result<Run, SimError> {
    run_in(&mut Arena::default(), fleet, seed, stop)
}

/// Plays one outage like [`run`], in memory that an earlier run may have left; the result does not
/// depend on it.
///
/// # Errors
/// Those of [`run`].
pub fn run_in(arena: &mut Arena, fleet: &Fleet, seed: u64, stop: &AtomicBool) -> Result<Run, SimError> {
    wheel::run_in(arena, fleet, seed, stop).unwrap_or_else(|| engine::run(fleet, seed, stop))
}

/// Plays the runs with these numbers and returns them in the order of their numbers.
///
/// `threads` (at least 1) work at the same time, the calling one among them; where the system grants
/// fewer, those do all the work. After each run `done` is called with the number of runs finished so
/// far, each number once, from whichever thread finished. Run 0 has the seed itself, so a short study
/// is the beginning of a longer one. Cancelling drops the runs of this call; to keep partial results,
/// ask for them in several calls.
///
/// Where something is unknown, each run plays the fleet that it draws ([`Fleet::drawn`]).
///
/// # Errors
/// [`SimError::Cancelled`] soon after `stop` is set; otherwise what [`run`] returns, and
/// [`SimError::TooLarge`] where one run fits into memory but not all. [`SimError::Impossible`] where a run
/// draws values that make no fleet.
pub fn replicate(
    fleet: &Fleet,
    seed: u64,
    runs: Range<u32>,
    threads: usize,
    stop: &AtomicBool,
    done: &(dyn Fn(u32) + Sync),
) -> Result<Vec<Run>, SimError> {
    let wanted = runs.len();
    admit(fleet, wanted as u64, threads as u64)?;
    let (next, finished, failed) = (AtomicU32::new(0), AtomicU32::new(0), AtomicBool::new(false));
    let work = || {
        let (mut arena, mut results) = (Arena::default(), Vec::new());
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index as usize >= wanted || failed.load(Ordering::Relaxed) {
                return results;
            }
            let number = runs.start + index;
            let played = match drawn(fleet, seed, number) {
                // Draws move attempts and working memory, so each fleet is looked at.
                Ok(Some(drawn)) => admit(&drawn, wanted as u64, threads as u64).map(|()| Cow::Owned(drawn)),
                Ok(None) => Ok(Cow::Borrowed(fleet)),
                Err(error) => Err(error),
            };
            let seed = run_seed(seed, number);
            let result = played.and_then(|fleet| {
                wheel::run_in(&mut arena, &fleet, seed, stop)
                    .unwrap_or_else(|| engine::run_admitted(&fleet, seed, stop))
            });
            match &result {
                Ok(_) => done(finished.fetch_add(1, Ordering::Relaxed) + 1),
                Err(_) => failed.store(true, Ordering::Relaxed),
            }
            results.push((index, result));
        }
    };
    let mut results = on_threads(threads.min(wanted), work);
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Returns the fleet that a run draws; `None` where everything is known.
fn drawn(fleet: &Fleet, seed: u64, run: u32) -> Result<Option<Fleet>, SimError> {
    fleet.drawn(seed, run).transpose().map_err(|finding| {
        let named = |unknown: &UnknownInput| {
            format!("{} {}", unknown.name(), unknown.drawn(seed, run).human(unknown.input.setting))
        };
        let drawn: Vec<String> = fleet.unknowns.list().iter().map(named).collect();
        SimError::Impossible { run, drawn: drawn.join(", "), reason: finding.what }
    })
}

/// Lets this many threads (at least 1), the calling one among them, do the same work, and returns what they
/// made in no order; where the system grants fewer, those do all of it.
pub fn on_threads<T: Send>(threads: usize, work: impl Fn() -> Vec<T> + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads)
            .filter_map(|number| {
                let name = format!("simulation {number}");
                thread::Builder::new().name(name).spawn_scoped(scope, &work).ok()
            })
            .collect();
        let mut results = work();
        for helper in helpers {
            match helper.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}
