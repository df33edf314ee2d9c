//! How much work lies between two looks at the stop flag.

use super::{play, sdk};
use crate::base::Micros;
use crate::base::looks::counted;
use crate::fleet::{Agent, Fleet, Meets, Retries, ServiceLaw, TierName, Touches};
use crate::sim::storm1::{self, Scenario};
use crate::sim::storm2::mixed;

/// Most steps between two looks: a few times 2^15, because events, devices and attempts without an event are
/// counted apart. A step takes well below a microsecond, so a look comes every 50 ms or more often.
const MOST: u64 = 4 << 15;

fn looks(what: &str, fleet: &Fleet) {
    let (most, all) = counted::steps(|| {
        play(fleet, 1);
    });
    assert!(all > 2 * MOST, "{what}: {all} steps are not enough to say anything");
    assert!(most <= MOST, "{what}: {most} of {all} steps between two looks");
}

#[test]
fn the_plain_model_looks_often_enough() {
    let sdk = || Agent::CSdk(sdk(10.0, Retries::Forever, 5.0));
    let storm = |agent: Option<Agent>, change: fn(&mut Fleet)| {
        let mut fleet = storm1::fleet(Scenario::Storm, 150_000, false);
        fleet.groups[0].agent = agent.unwrap_or_else(|| fleet.groups[0].agent);
        change(&mut fleet);
        fleet
    };
    looks("chains of waits and arrivals", &storm(None, |_| {}));
    looks("random service", &storm(None, |fleet| fleet.platform.service_law = ServiceLaw::Exponential));
    looks("calls", &storm(Some(sdk()), |_| {}));
    looks("nobody answers", &storm(None, |fleet| fleet.outage.meets = Meets::BlackHole));
    looks("no attempt before the return", &storm(Some(sdk()), |fleet| fleet.outage.length = Micros(1)));
    let mut one = storm1::fleet(Scenario::Storm, 1, false);
    one.groups[0].agent = super::example(0.000_02);
    looks("one device in a hurry", &one);
}

#[test]
fn the_full_model_looks_often_enough() {
    let mixed = |devices, law, change: fn(&mut Fleet)| {
        let mut fleet = mixed(devices, law);
        change(&mut fleet);
        fleet
    };
    for law in [ServiceLaw::Fixed, ServiceLaw::Exponential] {
        looks("mixed", &mixed(60_000, law, |_| {}));
    }
    let drops: fn(&mut Fleet) = |fleet| {
        for group in &mut fleet.groups {
            group.drops_per_day = 20.0;
        }
        let mut again = fleet.outage.episodes()[0].clone();
        (again.at, again.length) = (Micros::from_secs(600), Micros::from_secs(5));
        (again.touches, again.platform_down) = (Touches::Groups(vec![0, 1]), false);
        again.tier = TierName::SignIn;
        fleet.outage.events.push(again);
    };
    looks("sessions that end, and a second episode", &mixed(60_000, ServiceLaw::Fixed, drops));
    looks(
        "idle for a while",
        &mixed(200_000, ServiceLaw::Fixed, |fleet| {
            fleet.outage.watch = Micros::from_secs(1);
        }),
    );
}
