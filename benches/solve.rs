//! Prints what searches for settings cost: `cargo bench --bench solve --no-default-features`.
//!
//! Goals on 2 cores for the example of 12 000 devices: a preview within a frame of 16 ms, refined by 50 runs
//! within 1 s, an answer to "what would it take" within 3 s, a safe region of 24 × 16 cells within 0.5 s. The
//! same example with a million devices shows what of it stays interactive. Machines differ, so each figure
//! stands beside the cost of one run and one estimate of the same fleet, measured in the same minute. What is
//! confirmed in the background, the edge of the region and the inputs that matter, has no goal and is shown too.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

mod measure;

use measure::{cpu_time, now};
use regather::base::units::{count, duration, significant};
use regather::fleet::example::EXAMPLES;
use regather::fleet::{Fleet, FleetFile};
use regather::plan::solve::{Wanted, solve};
use regather::plan::sweep::{Axis, Method, Range, confirm, sweep, tornado};
use regather::plan::{Goal, Goals, capacity_per_s};
use regather::sim::fluid::fluid;
use regather::sim::{replicate, run};
use std::sync::atomic::AtomicBool;

/// Threads of every search.
const THREADS: usize = 2;
/// Runs that refine a preview.
const RUNS: u32 = 50;
/// Seed of all runs.
const SEED: u64 = 42;
/// Runs of what is confirmed in the background, as in the window.
const CONFIRMING: u32 = 10;

fn main() {
    for (name, file) in projects() {
        let Some(fleet) = file.check(None).fleet else { continue };
        let stop = AtomicBool::new(false);
        println!("{name}, {} devices, {THREADS} threads", count(fleet.devices()));
        let (one_run, attempts) = cpu_time(|| run(&fleet, 1, &stop).map_or(0, |run| run.totals.attempts));
        let (hundred, _) = cpu_time(|| (0..100).map(|_| fluid(&fleet).totals.attempts).sum::<f64>());
        let one_estimate = hundred / 100.0;
        println!(
            "  one run {} CPU ({} attempts), one estimate {} CPU",
            duration(one_run),
            count(attempts),
            duration(one_estimate)
        );
        refined(&fleet, one_estimate);
        let goals = Goals { list: Goal::of_targets(&fleet.targets), chance_pct: None };
        answer(&file, &goals, one_run);
        region(&file, &goals, one_estimate);
        matters(&file);
    }
}

/// Returns the projects: two that are shipped, and the first with a million devices and as many times the
/// capacity and the peak.
fn projects() -> Vec<(String, FleetFile)> {
    let mut projects: Vec<(String, FleetFile)> = EXAMPLES[..2]
        .iter()
        .filter_map(|example| Some((example.name.to_owned(), example.file().ok()?)))
        .collect();
    let million = projects.first().and_then(|(_, file)| {
        let scaled = [
            ("/groups/pumps/devices", 450_000),
            ("/groups/cooling/devices", 258_000),
            ("/groups/vending/devices", 250_000),
            ("/groups/gateways/devices", 42_000),
            ("/platform/workers", 333),
            ("/platform/accept_queue", 341_000),
            ("/targets/peak_sign_ins_per_s", 12_500),
        ];
        scaled.iter().try_fold(file.clone(), |file, (address, value)| {
            file.assign(None, address, &(*value).into()).ok()
        })
    });
    projects.extend(million.map(|file| ("connected-products of a million".to_owned(), file)));
    projects
}

/// Refines a preview by runs.
fn refined(fleet: &Fleet, one_estimate: f64) {
    let begin = now();
    let made = replicate(fleet, SEED, 0..RUNS, THREADS, &AtomicBool::new(false), &|_| {});
    println!(
        "  preview {} (goal 16 ms), refined by {} runs in {} on the wall (goal 1 s)",
        duration(one_estimate),
        made.map_or(0, |made| made.len()),
        duration(begin.elapsed().as_secs_f64())
    );
}

/// Asks what it would take.
fn answer(file: &FleetFile, goals: &Goals, one_run: f64) {
    let wanted = Wanted { goals: goals.clone(), levers: Vec::new(), seed: SEED, runs: 20, threads: THREADS };
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

/// Returns capacities from a quarter to four times of what a project has.
fn capacities(file: &FleetFile) -> Range {
    let has = file.check(None).fleet.map_or(100.0, |fleet| capacity_per_s(&fleet));
    Range::span("capacity", (has / 4.0).to_string(), (has * 4.0).to_string(), 16)
}

/// Maps the safe region.
fn region(file: &FleetFile, goals: &Goals, one_estimate: f64) {
    let ranges = [Range::span("random_delay", "10s", "20min", 24), capacities(file)];
    let axes: Vec<Axis> = ranges.iter().filter_map(|range| Axis::of(file, None, range).ok()).collect();
    let begin = now();
    let made =
        sweep((file, None), axes, goals, Method::Estimate, THREADS, (&AtomicBool::new(false), &|_, _| {}));
    let spent = begin.elapsed().as_secs_f64();
    let cells = made.as_ref().map_or(0, |made| made.cells.len());
    println!(
        "  safe region of {cells} cells {} on the wall (goal 500 ms), {} times as many estimates",
        duration(spent),
        significant(spent / (one_estimate * cells.max(1) as f64))
    );
    let Ok(made) = made else { return };
    let (begin, stop) = (now(), AtomicBool::new(false));
    match confirm((file, None), made, (SEED, CONFIRMING), THREADS, (&stop, &|_, _| {})) {
        Ok(confirmed) => println!(
            "  its edge confirmed by {CONFIRMING} runs in each of {} cells in {} on the wall, {} judged otherwise",
            confirmed.simulated.len(),
            duration(begin.elapsed().as_secs_f64()),
            confirmed.changed.len()
        ),
        Err(error) => println!("  its edge was not confirmed: {error}"),
    }
}

/// Asks which inputs matter, by estimates and in runs.
fn matters(file: &FleetFile) {
    for method in [Method::Estimate, Method::Exact { seed: SEED, runs: CONFIRMING }] {
        let begin = now();
        let made = tornado((file, None), method, THREADS, (&AtomicBool::new(false), &|_, _| {}));
        let spent = begin.elapsed().as_secs_f64();
        let (bars, simulated) = made
            .map_or((0, 0), |made| (made.bars.len(), made.bars.iter().filter(|bar| bar.simulated).count()));
        println!("  {bars} inputs that matter, {simulated} of them in runs, found in {}", duration(spent));
    }
}
