//! The engine equals the slow reference, bit for bit, on made-up fleets in which everything occurs.

use super::made_up::{Coverage, made_up};
use crate::sim::{self, Run, engine, reference};
use std::sync::atomic::AtomicBool;

/// Names the parts of two runs that differ.
fn differences(fast: &Run, slow: &Run) -> Vec<String> {
    // One field per line, so that only the lines that differ are told.
    let lines = |run: &Run| -> Vec<String> {
        let text = format!("{run:?}").replace(" { ", " {\n").replace("], ", "],\n").replace("}, ", "},\n");
        text.lines().map(str::to_owned).collect()
    };
    let (fast, slow) = (lines(fast), lines(slow));
    let pairs = fast.iter().zip(&slow).filter(|(fast, slow)| fast != slow);
    pairs.map(|(fast, slow)| format!("engine    {fast}\nreference {slow}")).collect()
}

#[test]
fn the_engine_equals_the_reference_on_made_up_fleets() {
    let mut coverage = Coverage::default();
    for case in 0..10_000 {
        let fleet = made_up(case);
        let (slow, seen) = reference::run_and_tell(&fleet, case);
        let stop = AtomicBool::new(false);
        let engines = [engine::run(&fleet, case, &stop), sim::run(&fleet, case, &stop)];
        for fast in engines.map(Result::unwrap) {
            if fast != slow {
                unreachable!("case {case}: {fleet:#?}\n{}", differences(&fast, &slow).join("\n"));
            }
        }
        coverage.add(&fleet, &slow, &seen);
    }
    let rare = coverage.rarer_than(50);
    assert!(rare.is_empty(), "every feature and every outcome in at least 50 fleets: {rare:?}");
}
