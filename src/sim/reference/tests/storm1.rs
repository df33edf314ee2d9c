//! The published figures of `storm-1`.

use super::super::run;
use crate::sim::storm1::tests::PUBLISHED;
use crate::sim::storm1::{ReferenceResult, Scenario, fleet};

#[test]
fn the_published_hashes_of_storm_1_come_out() {
    let small = PUBLISHED.into_iter().filter(|&(_, agents, ..)| agents == 10_000);
    assert_eq!(small.clone().count(), 5);
    for (scenario, agents, exponential, hash) in small {
        let result = ReferenceResult::of(&run(&fleet(scenario, agents, exponential), 1));
        assert_eq!(result.hash, hash, "{scenario:?} exponential {exponential}: {result:?}");
    }
}

#[test]
fn the_published_figures_of_storm_1_come_out() {
    let storm = ReferenceResult::of(&run(&fleet(Scenario::Storm, 10_000, false), 1));
    let times = [storm.t50_s, storm.t95_s, storm.t99_s, storm.t100_s];
    assert_eq!(times.map(|t| format!("{t:.3}")), ["25.004", "50.406", "58.843", "68.911"]);
    assert_eq!((storm.attempts, storm.attempts_in_outage, storm.refused), (96_340, 76_585, 9_755));
    assert_eq!((storm.peak_per_s, storm.connected, storm.wasted), (919, 10_000, 0));
    let meta = ReferenceResult::of(&run(&fleet(Scenario::Meta, 10_000, false), 1));
    assert_eq!((meta.connected, meta.wasted, meta.t50_s, meta.t100_s), (2_956, 237_040, -1.0, -1.0));
}
