//! Prints what searches for settings cost: `cargo bench --bench solve --no-default-features`.
//!
//! Goals on 2 cores for the example of 12 000 devices: an answer to "what would it take" within 3 s, a safe
//! region of 24 × 16 cells within 0.5 s. Machines differ, so each figure stands beside the cost of one run
//! and one estimate of the same fleet, measured in the same minute.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

mod measure;

use measure::{cpu_time, now};
use regather::base::units::{count, duration, significant};
use regather::fleet::FleetFile;
use regather::fleet::example::EXAMPLES;
use regather::plan::solve::{Wanted, solve};
use regather::plan::sweep::{Axis, Method, Range, sweep, tornado};
use regather::plan::{Goal, Goals};
use regather::sim::fluid::fluid;
use regather::sim::run;
use std::sync::atomic::AtomicBool;

/// Threads of every search.
const THREADS: usize = 2;

fn main() {
    for example in &EXAMPLES[..2] {
        let Ok(file) = example.file() else { continue };
        let Some(fleet) = file.check(None).fleet else { continue };
        let stop = AtomicBool::new(false);
        println!("{}, {} devices, {THREADS} threads", example.name, count(fleet.devices()));
        let (one_run, attempts) = cpu_time(|| run(&fleet, 1, &stop).map_or(0, |run| run.totals.attempts));
        let (hundred, _) = cpu_time(|| (0..100).map(|_| fluid(&fleet).totals.attempts).sum::<f64>());
        let one_estimate = hundred / 100.0;
        println!(
            "  one run {} CPU ({} attempts), one estimate {} CPU",
            duration(one_run),
            count(attempts),
            duration(one_estimate)
        );
        let goals = Goals { list: Goal::of_targets(&fleet.targets), chance_pct: None };
        answer(&file, &goals, one_run);
        region(&file, &goals, one_estimate);
        matters(&file);
    }
}

/// Asks what it would take.
fn answer(file: &FleetFile, goals: &Goals, one_run: f64) {
    let wanted = Wanted { goals: goals.clone(), levers: Vec::new(), seed: 42, runs: 20, threads: THREADS };
    let begin = now();
    let solved = solve((file, None), &wanted, (&AtomicBool::new(false), &|_, _| {}));
    let spent = begin.elapsed().as_secs_f64();
    let answers = solved.map_or_else(
        |error| error.to_string(),
        |solution| solution.answers.iter().map(|answer| answer.title.clone()).collect::<Vec<_>>().join("; "),
    );
    println!(
        "  what would it take {} on the wall (goal 3 s), {} times one run: {answers}",
        duration(spent),
        significant(spent / one_run)
    );
}

/// Maps the safe region.
fn region(file: &FleetFile, goals: &Goals, one_estimate: f64) {
    let ranges = [Range::span("random_delay", "10s", "20min", 24), Range::span("capacity", "25", "400", 16)];
    let axes: Vec<Axis> = ranges.iter().filter_map(|range| Axis::of(file, None, range).ok()).collect();
    let begin = now();
    let made =
        sweep((file, None), axes, goals, Method::Estimate, THREADS, (&AtomicBool::new(false), &|_, _| {}));
    let spent = begin.elapsed().as_secs_f64();
    let cells = made.map_or(0, |made| made.cells.len());
    println!(
        "  safe region of {cells} cells {} on the wall (goal 500 ms), {} times as many estimates",
        duration(spent),
        significant(spent / (one_estimate * cells.max(1) as f64))
    );
}

/// Asks which inputs matter.
fn matters(file: &FleetFile) {
    let begin = now();
    let made = tornado((file, None), Method::Estimate, THREADS, (&AtomicBool::new(false), &|_, _| {}));
    let spent = begin.elapsed().as_secs_f64();
    println!("  {} inputs that matter found in {}", made.map_or(0, |made| made.bars.len()), duration(spent));
}
