//! Timelines against the engine that results come from, and against what is known of each kind.

use super::{Doing, End, Lane, Timeline, Variant, seen_by_one, timeline, usual_group};
use crate::base::Micros;
use crate::fleet::{Agent, Fleet, Loss, Meets, Retries, Touches, Unknowns, example};
use crate::sim;
use std::sync::atomic::AtomicBool;

fn examples() -> Vec<Fleet> {
    example::EXAMPLES.iter().map(|example| example.file().unwrap().check(None).fleet.unwrap()).collect()
}

/// Returns a short outage of the first example, for a group on the C SDK with these settings.
fn short(meets: Meets, change: impl Fn(&mut crate::fleet::CSdk)) -> Fleet {
    let mut fleet = examples().swap_remove(0);
    fleet.unknowns = Unknowns::default();
    fleet.outage.meets = meets;
    fleet.outage.length = Micros::from_secs(60);
    fleet.outage.watch = Micros::from_secs(600);
    let mut sdk = crate::fleet::CSdk {
        max_connect_delay: Micros::from_secs(40),
        connect_timeout: Micros::from_secs(7),
        connect_retries: Retries::Times(3),
        connect_retry_interval: Micros::from_secs(5),
        delay_law: crate::fleet::DelayLaw::Documented,
    };
    change(&mut sdk);
    fleet.groups[0].agent = Agent::CSdk(sdk);
    fleet
}

fn lane(timeline: &Timeline, variant: Variant) -> &Lane {
    timeline.lanes.iter().find(|lane| lane.variant == variant).unwrap()
}

/// Attempts in each second from the begin of the outage.
fn attempts(lane: &Lane, length_s: f64, bins: usize) -> Vec<u32> {
    let mut counts = vec![0; bins];
    for segment in lane.segments.iter().filter(|segment| segment.doing.is_attempt()) {
        counts[((segment.from_s + length_s) * 1e6).round() as usize / 1_000_000] += 1;
    }
    counts
}

#[test]
fn a_timeline_is_what_the_engine_plays_for_one_device() {
    let mut compared = 0;
    for fleet in examples() {
        for meets in Meets::ALL {
            for (seed, position) in [(1, 0), (42, fleet.groups.len() - 1)] {
                let mut fleet = fleet.clone();
                (fleet.outage.meets, fleet.outage.touches) = (meets, Touches::All);
                fleet.outage.loses = Some(if seed == 1 { Loss::Reset } else { Loss::Silence });
                let told = timeline(&fleet, position, seed).unwrap();
                // Who tries without end for days is not followed to the end.
                for lane in told.lanes.iter().filter(|lane| lane.complete) {
                    let alone = Fleet {
                        groups: vec![lane.variant.of(&fleet.groups[position])],
                        outage: seen_by_one(&fleet.outage, position),
                        unknowns: Unknowns::default(),
                        ..fleet.clone()
                    };
                    let Ok(run) = sim::run(&alone, seed, &AtomicBool::new(false)) else { continue };
                    let length_s = fleet.outage.length.secs();
                    let what = format!("{} {meets:?} {seed} {:?}", fleet.name, lane.variant);
                    let curves = &run.groups[0].curves;
                    assert_eq!(attempts(lane, length_s, curves.attempts.len()), curves.attempts, "{what}");
                    assert_eq!(run.totals.stranded > 0, matches!(lane.end, End::GivenUp(_)), "{what}");
                    let back = curves.back.iter().position(|&count| count > 0);
                    match lane.end {
                        End::Back(at) => {
                            let at = ((at + length_s) * 1e6).round() as usize / 1_000_000;
                            assert_eq!(Some(at), back, "{what}");
                        }
                        _ => assert_eq!(None, back, "{what}"),
                    }
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 400, "{compared}");
}

#[test]
fn segments_follow_each_other_without_gaps() {
    for fleet in examples() {
        for seed in 0..5 {
            let told = timeline(&fleet, usual_group(&fleet), seed).unwrap();
            assert!(told.own().is_some(), "{}", fleet.name);
            assert_eq!(told.lanes.len(), Variant::ALL.len());
            for lane in told.lanes.iter().filter(|lane| lane.complete) {
                let (first, last) = (lane.segments.first().unwrap(), lane.segments.last().unwrap());
                assert_eq!((first.from_s, last.to_s), (told.from_s, told.to_s), "{:?}", lane.variant);
                for pair in lane.segments.windows(2) {
                    assert_eq!(pair[0].to_s, pair[1].from_s, "{:?} {pair:?}", lane.variant);
                    assert!(!pair[0].what.is_empty() && !pair[0].what.ends_with('.'));
                }
            }
        }
    }
}

#[test]
fn each_kind_does_what_is_known_of_it() {
    let told = timeline(&short(Meets::Refused, |_| ()), 0, 7).unwrap();
    let waits = |variant: Variant| {
        lane(&told, variant)
            .segments
            .iter()
            .filter(|segment| matches!(segment.doing, Doing::Waits(_)))
            .map(|segment| segment.to_s - segment.from_s)
            .collect::<Vec<f64>>()
    };
    // Three attempts, and the pause after the last one too: then nothing in the SDK tries again.
    let documented = waits(Variant::CSdkDocumented);
    assert_eq!(documented.len(), 4);
    assert!(documented[1..].iter().all(|wait| (wait - 5.0).abs() < 1e-9), "{documented:?}");
    // The overflow: 0 to 2 ms instead of up to 40 s.
    let linux = lane(&told, Variant::CSdkLinux);
    let first = linux.segments.iter().find(|segment| segment.doing.is_attempt()).unwrap();
    assert!(first.from_s + 60.0 < 0.003, "{}", first.from_s);
    assert!(matches!(linux.end, End::GivenUp(at) if (at + 45.0).abs() < 0.01), "{:?}", linux.end);
    assert_eq!(linux.ending(), "Does not come back by itself");
    // Below 131 s the Windows build draws what is documented, up to rounding.
    assert_eq!(waits(Variant::CSdkWindows).len(), 4);
    // Java: the fixed interval, again and again; 12 attempts fail within the minute.
    let java = lane(&told, Variant::Java);
    assert!(waits(Variant::Java).iter().all(|wait| (wait - 5.0).abs() < 1e-9));
    assert!(matches!(java.end, End::Back(at) if at < 5.5), "{:?}", java.end);
    // .NET comes switched off.
    assert_eq!((lane(&told, Variant::DotNet).attempts, waits(Variant::DotNet).len()), (0, 0));
    assert!(matches!(lane(&told, Variant::DotNet).end, End::GivenUp(at) if (at + 60.0).abs() < 1e-9));
    for variant in [Variant::DotNetAuto, Variant::ExampleAgent] {
        assert!(matches!(lane(&told, variant).end, End::Back(_)), "{variant:?}");
    }
    assert!(
        lane(&told, Variant::CSdkDocumented).own && told.own().is_some_and(|own| own.agent.sdk().is_some())
    );
}

#[test]
fn failures_have_their_reason_and_their_length() {
    let attempt = |meets, variant| {
        let told = timeline(&short(meets, |sdk| sdk.connect_retries = Retries::Forever), 0, 7).unwrap();
        let lane = lane(&told, variant);
        lane.segments.iter().find(|segment| segment.doing.is_attempt()).unwrap().clone()
    };
    let sdk = attempt(Meets::AuthUnanswered, Variant::CSdkLinux);
    assert_eq!((sdk.reason_word(), sdk.to_s - sdk.from_s), (Some("auth-unanswered"), 10.0));
    // The SDK's timeout bounds the answer only, so its SYN of 63 s gets through; Java's bounds the attempt.
    let sdk = attempt(Meets::BlackHole, Variant::CSdkLinux);
    assert!(sdk.doing == Doing::SignsIn && (63.0..64.0).contains(&(sdk.to_s - sdk.from_s)), "{sdk:?}");
    let java = attempt(Meets::BlackHole, Variant::Java);
    assert_eq!((java.reason_word(), java.to_s - java.from_s), (Some("tcp-timeout"), 7.0));
    let sdk = attempt(Meets::AuthRejected, Variant::CSdkLinux);
    assert_eq!((sdk.reason_word(), sdk.to_s), (Some("auth-rejected"), sdk.from_s));
    assert_eq!(attempt(Meets::Refused, Variant::CSdkLinux).what, "Attempt 1 fails: refused, nothing listens");
}

#[test]
fn cycles_that_are_alike_are_told_as_one() {
    let fleet = short(Meets::Refused, |sdk| {
        sdk.connect_retries = Retries::Forever;
        sdk.connect_retry_interval = Micros::from_secs(1);
    });
    let told = timeline(&fleet, 0, 7).unwrap();
    let lines = lane(&told, Variant::CSdkLinux).lines();
    let told: Vec<&str> = lines.iter().map(|line| line.what.as_str()).collect();
    let many = told.iter().find(|what| what.contains("attempts more")).unwrap();
    assert_eq!(
        *many,
        "59 attempts more (2 to 60), 1 s apart, the last at \u{2212}1 s, all fail: refused, nothing listens"
    );
    assert!(told.len() < 12, "{told:?}");
}

#[test]
fn an_agent_without_any_pause_is_not_followed_for_ever() {
    let fleet = short(Meets::Refused, |sdk| {
        sdk.connect_retries = Retries::Forever;
        sdk.connect_retry_interval = Micros::ZERO;
    });
    let told = timeline(&fleet, 0, 7).unwrap();
    let java = lane(&told, Variant::Java);
    assert!(!java.complete && java.attempts > 1_000);
    assert_eq!((java.end, java.ending().as_str()), (End::Trying, "Tries again and again without a pause"));
}

#[test]
fn a_device_outside_of_the_outage_keeps_its_connection() {
    let mut fleet = short(Meets::Refused, |_| ());
    fleet.outage.platform_down = false;
    fleet.outage.touches = Touches::Groups(vec![1]);
    let told = timeline(&fleet, 0, 7).unwrap();
    assert!(told.lanes.iter().all(|lane| lane.end == End::Untouched && lane.attempts == 0));
    assert_eq!(usual_group(&fleet), 1);
    // Of a part of the fleet the device that is told is one.
    fleet.outage.touches = Touches::Parts { of: 1_000, from: 7, to: 8, deal: 0 };
    let told = timeline(&fleet, 0, 7).unwrap();
    assert!(told.lanes.iter().all(|lane| lane.end != End::Untouched));
    assert!(timeline(&fleet, 99, 7).is_none());
}
