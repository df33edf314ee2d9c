//! The fluid engine says where it is not to be trusted, and only there.

use super::*;
use crate::fleet::ServiceLaw;

/// The deep backlog of the reference model with this random delay.
fn deep(random_s: f64) -> Fluid {
    let mut fleet = storm1::fleet(Scenario::Deep, 10_000, false);
    fleet.groups[0].agent = manager(random_s);
    fluid(&fleet)
}

#[test]
fn the_cliff_is_named_around_the_boundary() {
    for random_s in [45.0, 48.0, 50.0, 52.0, 55.0] {
        let result = deep(random_s);
        assert!(result.doubts.contains(&Doubt::NearCliff), "{random_s}: {:?}", result.times);
    }
    for random_s in [25.0, 30.0, 65.0, 80.0, 150.0] {
        let result = deep(random_s);
        assert_eq!(result.doubts, [], "{random_s}: {:?}", result.times);
        assert_eq!(result.times.t95.is_some(), random_s > 40.0, "{random_s}: {:?}", result.times);
    }
}

#[test]
fn the_optimum_of_the_sweep_is_found() {
    // Simulated: 113–119 s at 45, 64–71 at 55, 47.5 at 60, 76.6 at 100, 219 at 300.
    let t95 = |random_s| deep(random_s).times.t95.unwrap();
    assert!((105.0..125.0).contains(&t95(45.0)), "{}", t95(45.0));
    for (random_s, expected) in [(60.0, 47.5), (100.0, 76.6), (300.0, 219.0)] {
        near("t95", t95(random_s), expected, 0.02);
    }
}

#[test]
fn calm_and_storm_leave_no_doubt() {
    for scenario in [Scenario::Calm, Scenario::Storm, Scenario::Idle, Scenario::Meta] {
        for exponential in [false, true] {
            assert_eq!(fluid(&storm1::fleet(scenario, 10_000, exponential)).doubts, [], "{scenario:?}");
        }
    }
}

#[test]
fn small_things_are_a_matter_of_chance() {
    let result = fluid(&storm1::fleet(Scenario::Storm, 1_000, false));
    let expected = [
        Doubt::FewWorkers { workers: 1.0 },
        Doubt::FewDevices { devices: 1_000.0 },
        Doubt::FewPlaces { places: 21.0 },
    ];
    assert_eq!(result.doubts, expected);
    let mut slow = storm(manager(60.0), 120.0);
    (slow.platform.workers, slow.platform.service_time) = (800, secs(4.0));
    slow.platform.service_law = ServiceLaw::Exponential;
    assert!(fluid(&slow).doubts.contains(&Doubt::SlowService));
    let echo = fluid(&storm(Agent::CSdk(sdk(60.0, Retries::Forever, 10.0)), 120.0));
    assert_eq!(echo.doubts, [Doubt::Resonance]);
    let many = fluid(&storm(Agent::CSdk(sdk(60.0, Retries::Times(500), 10.0)), 120.0));
    assert!(many.doubts.contains(&Doubt::ManyRetries { group: "devices".into() }));
}

#[test]
fn every_doubt_is_one_plain_sentence() {
    let group = || "pumps".to_owned();
    let doubts = [
        Doubt::FewWorkers { workers: 1.0 },
        Doubt::FewDevices { devices: 12.0 },
        Doubt::FewPlaces { places: 3.0 },
        Doubt::NearCliff,
        Doubt::SlowService,
        Doubt::Resonance,
        Doubt::Bursts,
        Doubt::FastRetries { group: group() },
        Doubt::ManyRetries { group: group() },
        Doubt::Coarse,
        Doubt::NotModelled("Something else is left out".into()),
    ];
    for text in doubts.map(|doubt| doubt.to_string()) {
        assert!(
            text.starts_with(char::is_uppercase) && !text.ends_with('.') && !text.contains(['!', ':']),
            "{text}"
        );
    }
}
