//! Timelines worked out by hand, one feature each, and the published figures of `storm-1`.

mod episodes;
mod platform;
mod storm1;

use super::run;
use crate::base::Micros;
use crate::fleet::{
    Agent, CSdk, DelayLaw, Episode, Fleet, Group, Link, Meets, OfflineStore, Outage, Platform, Prices,
    Retries, ServiceLaw, Targets, Telemetry, TierName, Touches, Unknowns,
};

fn ms(ms: u64) -> Micros {
    Micros::from_millis(ms)
}

fn secs(s: u64) -> Micros {
    Micros::from_secs(s)
}

/// Devices that attempt the moment they notice, and then every so often after each failure.
fn devices(devices: u32, interval: Micros) -> Group {
    let sdk = CSdk {
        max_connect_delay: Micros::ZERO,
        connect_timeout: secs(10),
        connect_retries: Retries::Forever,
        connect_retry_interval: interval,
        delay_law: DelayLaw::Documented,
    };
    Group {
        id: "g".into(),
        name: String::new(),
        devices,
        agent: Agent::CSdk(sdk),
        telemetry: Telemetry { properties: 0, events: 0, services: 0, interval_s: 1.0 },
        store: OfflineStore::new(1_000_000, 1),
        link: Link::C_SDK,
        duty: None,
        drops_per_day: 0.0,
    }
}

/// One worker who takes 100 ms, with room for 10; an outage of 10 s of everything, in which attempts are
/// refused, and a minute after it.
fn fleet(group: Group) -> Fleet {
    Fleet {
        name: String::new(),
        groups: vec![group],
        platform: Platform::one_tier(1, ms(100), ServiceLaw::Fixed, 10),
        outage: Outage::total(secs(10), Meets::Refused, secs(60)),
        targets: Targets::default(),
        prices: Prices::default(),
        unknowns: Unknowns::default(),
        cluster: None,
        elsewhere: Vec::new(),
    }
}

/// The same without an outage: nobody is touched.
fn calm(group: Group) -> Fleet {
    let mut fleet = fleet(group);
    (fleet.outage.touches, fleet.outage.platform_down) = (Touches::Groups(Vec::new()), false);
    fleet
}

/// Changes the connect timeout of the first group.
fn set_timeout(fleet: &mut Fleet, timeout: Micros) {
    if let Agent::CSdk(sdk) = &mut fleet.groups[0].agent {
        sdk.connect_timeout = timeout;
    }
}

/// Something on the timeline that touches everybody and ends nothing.
fn episode(at: Micros, length: Micros, meets: Meets) -> Episode {
    Episode {
        name: String::new(),
        at,
        length,
        touches: Touches::All,
        loses: None,
        meets,
        platform_down: false,
        tier: TierName::SignIn,
        capacity_permille: 1_000,
        ramp_from_permille: 1_000,
        ramp: Micros::ZERO,
    }
}
