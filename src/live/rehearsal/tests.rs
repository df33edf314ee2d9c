//! Scaled fleets keep their shape; a rehearsal is what the machine of the simulator means to do.

use super::*;
use crate::fleet::example::EXAMPLES;
use crate::fleet::{Agent, Loss, Meets, Touches};

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
        let small = scale(&whole, agents).expect("scales");
        assert_eq!(small.fleet.devices(), u64::from(agents));
        assert_eq!(small.of, whole.devices());
        let share = f64::from(agents) / whole.devices() as f64;
        let capacity = small.fleet.platform.capacity_per_s() / whole.platform.capacity_per_s();
        assert!((capacity / share - 1.0).abs() < 0.01, "{capacity} {share}");
        assert!(small.notes.iter().any(|note| note.contains("stand for")), "{:?}", small.notes);
    }
    let same = scale(&whole, u32::MAX).expect("scales");
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
        let small = scale(&whole, agents).expect("scales");
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
    let small = scale(&whole, 50).expect("scales");
    assert_eq!((small.fleet.outage.meets, &small.fleet.outage.touches), (Meets::Refused, &Touches::All));
    for words in ["names and certificates", "random part", "local trouble"] {
        assert!(small.notes.iter().any(|note| note.contains(words)), "{words}: {:?}", small.notes);
    }
    whole.outage.loses = None;
    assert_eq!(scale(&whole, 50), Err(scale::ScaleError::NobodyLoses));
    let groups = fleet().groups.len() as u64;
    assert_eq!(scale(&fleet(), 0), Err(scale::ScaleError::TooFew(groups)));
}

#[tokio::test]
async fn both_ends_of_a_rehearsal_count_alike() {
    let mut small = scale(&fleet(), 20).expect("scales");
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
    other.platform.binds -= 1;
    assert!(!other.agrees());
}
