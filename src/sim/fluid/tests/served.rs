//! Outages in which attempts are served, and platforms that return with a part of their capacity.

use super::exact::{GOAL, Within, compare};
use super::*;
use crate::fleet::{Meets, ServiceLaw, Touches};

/// Nothing but the fleet reconnects: connections are reset and the platform is there.
fn reset(agent: Agent, outage_s: f64) -> Fleet {
    let mut fleet = storm(agent, outage_s);
    (fleet.outage.meets, fleet.outage.platform_down) = (Meets::Served, false);
    fleet.platform.sessions.bind_protection = None;
    fleet
}

/// The mean of few runs, and counts of refusals by chance.
const LOOSE: Within = Within { t100: 0.03, refused: 0.06, timed_out: 0.06, attempts: 0.01, ..GOAL };

#[test]
fn a_fail_over_with_reset_comes_out() {
    compare("all at once", &reset(manager(60.0), 1.0), 6, &LOOSE);
    compare("C SDK", &reset(Agent::CSdk(sdk(20.0, Retries::Forever, 7.0)), 2.0), 6, &LOOSE);
    let mut part = reset(manager(30.0), 5.0);
    part.outage.touches = Touches::Parts { of: 3, from: 0, to: 2, deal: 0 };
    compare("a part of the fleet", &part, 8, &Within { t50: 0.03, t95: 0.02, attempts: 0.02, ..LOOSE });
}

#[test]
fn a_platform_with_less_capacity_comes_out() {
    for law in [ServiceLaw::Fixed, ServiceLaw::Exponential] {
        let mut slow = reset(manager(60.0), 30.0);
        (slow.outage.capacity_permille, slow.platform.service_law) = (300, law);
        compare(&format!("a third of it, {law:?}"), &slow, 6, &LOOSE);
        (slow.outage.ramp_from_permille, slow.outage.ramp) = (200, secs(40.0));
        compare(&format!("a third of it and a ramp, {law:?}"), &slow, 6, &LOOSE);
    }
}

#[test]
fn a_ramp_after_an_outage_comes_out() {
    for agent in [manager(60.0), Agent::CSdk(sdk(45.0, Retries::Forever, 9.0))] {
        let mut fleet = storm(agent, 120.0);
        (fleet.outage.ramp_from_permille, fleet.outage.ramp) = (200, secs(60.0));
        fleet.platform.service_law = ServiceLaw::Exponential;
        // Equal retry intervals keep the same devices together in the crowded seconds: a late tail.
        compare("ramp", &fleet, 12, &Within { t95: 0.02, ..LOOSE });
    }
}

#[test]
fn who_is_back_before_the_outage_ends_has_waited_no_time() {
    let result = fluid(&reset(manager(60.0), 3_600.0));
    assert_eq!(times(&result), [Some(0.0); 4]);
    let (edges, shares) = (&result.curves.edges_s, &result.curves.share_back);
    assert!(edges.is_sorted() && (edges[0], edges.last()) == (-3_600.0, Some(&0.0)), "{edges:?}");
    near("back", *shares.last().unwrap(), 1.0, 1e-6);
    let half = shares.iter().position(|share| *share >= 0.5).unwrap();
    assert!((24.0..=40.0).contains(&(edges[half] + 3_600.0)), "{}", edges[half]);
    assert_eq!(result.totals.attempts, result.totals.attempts_in_outage);
}
