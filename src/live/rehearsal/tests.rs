//! Scaled fleets keep their shape; a rehearsal is what the machine of the simulator means to do.

use super::*;
use crate::fleet::example::EXAMPLES;
use crate::fleet::{Agent, Loss, Meets, Targets, Touches};

const MINUTE: Micros = Micros::from_secs(60);

/// Returns the first shipped fleet with a short outage.
fn fleet() -> Fleet {
    let mut fleet = EXAMPLES[0].file().expect("readable").check(None).fleet.expect("sound");
    fleet.outage.length = Micros::from_secs(1);
    fleet.outage.watch = Micros::from_secs(60);
    fleet
}

#[test]
fn a_smaller_fleet_has_the_same_load() {
    let whole = fleet();
    for agents in [10, 50, 1_000] {
        let small = scale(&whole, agents, MINUTE).expect("scales");
        assert_eq!(small.fleet.devices(), u64::from(agents));
        assert_eq!(small.of, whole.devices());
        let share = f64::from(agents) / whole.devices() as f64;
        let capacity = small.fleet.platform.capacity_per_s() / whole.platform.capacity_per_s();
        assert!((capacity / share - 1.0).abs() < 0.01, "{capacity} {share}");
        assert!(small.notes.iter().any(|note| note.contains("stand for")), "{:?}", small.notes);
    }
    let same = scale(&whole, u32::MAX, MINUTE).expect("scales");
    assert_eq!(
        (same.fleet.devices(), same.fleet.platform.workers),
        (whole.devices(), whole.platform.workers)
    );
}

#[test]
fn every_group_has_an_agent_and_the_sum_is_exact() {
    let mut whole = fleet();
    let group = whole.groups[0].clone();
    whole.groups =
        [1_000, 1, 1, 500, 2].map(|devices| crate::fleet::Group { devices, ..group.clone() }).to_vec();
    whole.outage.touches = Touches::Groups(vec![0, 1, 2, 4]);
    for agents in [4, 5, 10, 999, 1_004, 5_000] {
        let small = scale(&whole, agents, MINUTE).expect("scales");
        let devices: Vec<u32> = small.fleet.groups.iter().map(|group| group.devices).collect();
        let sum: u32 = devices.iter().sum();
        assert_eq!(sum - devices[3], agents.min(1_004), "{devices:?}");
        assert!(
            devices.iter().zip(&whole.groups).all(|(&small, whole)| (1..=whole.devices).contains(&small))
        );
        assert_eq!(devices[3], 1, "not touched");
    }
}

#[test]
fn what_cannot_be_rehearsed_is_said_and_left_out_or_refused() {
    let mut whole = fleet();
    whole.outage.meets = Meets::DnsFails;
    whole.outage.touches = Touches::Parts { of: 2, from: 0, to: 1, deal: 0 };
    whole.groups[0].drops_per_day = 1.0;
    let small = scale(&whole, 50, MINUTE).expect("scales");
    assert_eq!((small.fleet.outage.meets, &small.fleet.outage.touches), (Meets::Refused, &Touches::All));
    for words in ["names and certificates", "random part", "local trouble"] {
        assert!(small.notes.iter().any(|note| note.contains(words)), "{words}: {:?}", small.notes);
    }
    whole.outage.loses = None;
    assert_eq!(scale(&whole, 50, MINUTE), Err(ScaleError::NobodyLoses));
    let groups = fleet().groups.len() as u64;
    assert_eq!(scale(&fleet(), 0, MINUTE), Err(ScaleError::TooFew(groups)));
}

#[tokio::test]
async fn both_ends_of_a_rehearsal_count_alike() {
    let mut small = scale(&fleet(), 20, MINUTE).expect("scales");
    small.fleet.outage.loses = Some(Loss::Reset);
    for group in &mut small.fleet.groups {
        if let Agent::ExampleAgent { reconnect_random_delay, .. } = &mut group.agent {
            *reconnect_random_delay = Micros::from_secs(2);
        }
    }
    small.fleet.platform.service_time = Micros::from_millis(1);
    let rehearsed = run(&small, 42).await.expect("runs");
    assert!(rehearsed.agrees(), "{rehearsed:?}");
    assert_eq!((rehearsed.agents.account.planned, rehearsed.agents.account.connected), (20, 20));
    assert!(rehearsed.agents.back_at[0] >= Micros::from_secs(1), "nobody is back before the platform");
    let mut other = rehearsed.clone();
    let FarEnd::Embedded(counters) = &mut other.far else { panic!() };
    counters.binds -= 1;
    assert!(!other.agrees());
}

#[tokio::test]
async fn a_rehearsal_is_watched_and_ends_when_it_is_cancelled() {
    let mut small = scale(&fleet(), 20, MINUTE).expect("scales");
    // The platform stays away for longer than anybody waits here.
    small.fleet.outage.length = MINUTE;
    let watch = Watch::default();
    assert_eq!(watch.so_far(), None);
    let looks = async {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            let Some(so_far) = watch.so_far() else { continue };
            assert_eq!((so_far.agents.account.planned, so_far.agents.account.connected), (20, 0));
            return watch.cancel();
        }
    };
    let clock = Clock::start();
    let (rehearsed, ()) = tokio::join!(watched(&small, 42, &watch), looks);
    let rehearsed = rehearsed.expect("runs");
    assert!(clock.now() < Micros::from_secs(20), "{:?}", clock.now());
    assert!(watch.is_cancelled() && rehearsed.agrees(), "{rehearsed:?}");
    assert_eq!(rehearsed.agents.account.abandoned, 20);
}

#[test]
fn only_the_return_is_rehearsed_and_no_target_is_judged() {
    let mut whole = fleet();
    whole.outage.length = Micros::from_secs(900);
    whole.targets.t95 = Some(Micros::from_secs(300));
    let small = scale(&whole, 50, Micros::from_secs(5)).expect("scales");
    assert_eq!(small.fleet.outage.length, Micros::from_secs(5));
    assert_eq!(small.fleet.targets, Targets::default());
    let said = |small: &Scaled| small.notes.iter().any(|note| note.contains("only the return"));
    assert!(said(&small), "{:?}", small.notes);
    assert!(!said(&scale(&fleet(), 50, Micros::from_secs(5)).expect("scales")));
}

#[test]
fn agents_are_so_many_that_services_keep_their_length_or_are_waited_for() {
    // 12,000 devices, 100 sign-ins/s of 40 ms: 50 agents have one worker, 2.4 s each, and wait for 10 s.
    let mut whole = fleet();
    let service = |whole: &Fleet, agents| {
        let small = scale(whole, agents, MINUTE).expect("scales");
        let warned = small.notes.iter().any(|note| note.contains("half of the shortest connect timeout"));
        (small.fleet.platform.workers, small.fleet.platform.service_time.0, warned)
    };
    assert_eq!((whole.devices(), whole.platform.workers, chosen(&whole)), (12_000, 4, 50));
    assert_eq!(service(&whole, 50), (1, 2_400_000, false));
    assert_eq!(service(&whole, 20), (1, 6_000_000, true));
    assert!(service(&whole, 23).2);
    assert_eq!(service(&whole, 24), (1, 5_000_000, false));
    // 24 agents are enough, as the note says; with 400 ms it takes ten times as many.
    whole.platform.service_time = Micros::from_millis(400);
    assert_eq!((chosen(&whole), service(&whole, 240)), (240, (1, 5_000_000, false)));
    // Services that nobody waits for in the project are not the fault of a small platform.
    whole.platform.service_time = Micros::from_secs(8);
    assert_eq!((chosen(&whole), service(&whole, 50).2), (2_000, false));
    // With 600 workers 40 agents have exactly 2.
    whole.platform = crate::fleet::Platform { workers: 600, service_time: Micros(40_000), ..whole.platform };
    assert_eq!((chosen(&whole), service(&whole, 40)), (40, (2, 40_000, false)));
}

#[tokio::test]
async fn a_small_part_of_a_large_fleet_is_back_within_its_delays_and_its_work() {
    let mut whole = fleet();
    whole.groups.truncate(1);
    whole.groups[0].devices = 12_000;
    whole.outage.loses = Some(Loss::Reset);
    whole.outage.length = Micros::from_secs(900);
    whole.outage.touches = Touches::All;
    whole.platform.workers = 1_000;
    whole.platform.service_time = Micros::from_millis(200);
    if let Agent::ExampleAgent { reconnect_random_delay, .. } = &mut whole.groups[0].agent {
        *reconnect_random_delay = Micros::from_secs(4);
    }
    // 20 agents have 5/3 of a worker, so two work, and a bit longer.
    let small = scale(&whole, 20, Micros::from_secs(1)).expect("scales");
    assert_eq!((small.fleet.platform.workers, small.fleet.platform.service_time), (2, Micros(240_000)));
    let rehearsed = run(&small, 42).await.expect("runs");
    assert!(rehearsed.agrees(), "{rehearsed:?}");
    let measured = rehearsed.agents.back_at[18].since(small.fleet.outage.length).secs();
    // Two workers need so long for 19 sign-ins; the last of them begins at the latest when every delay is over and
    // waits for all the others. A busy computer is late. The command compares it with the simulation itself.
    let work = 19.0 * 0.24 / 2.0;
    let Agent::ExampleAgent { reconnect_random_delay, sdk, .. } = &small.fleet.groups[0].agent else {
        panic!()
    };
    let delays = (*reconnect_random_delay + sdk.max_connect_delay).secs();
    assert!((work - 0.24..=delays + work + 1.0).contains(&measured), "{measured} s");
}
