//! The stations in series as one tier: the slowest of them.

use super::super::doubt::Doubt;
use super::super::model::{Pace, Tier, When};
use super::lost;
use crate::base::Micros;
use crate::fleet::{self, Fleet, Full, Group, Meets, ServiceLaw, TierName};
use crate::sim::StationName;

/// A station behind the slowest one with less than this many times its capacity has a queue of its own.
const NEAR: f64 = 1.2;

/// How long a device waits for the answer of a station.
#[derive(Clone, Copy, Debug)]
pub(super) enum Waits {
    /// As long as it takes.
    AsLongAsItTakes,
    /// Its connect timeout.
    Connect,
    /// Its message timeout.
    Message,
}

impl Waits {
    /// Returns that time for a group that is watched this long after the return [s].
    pub(super) fn of(self, group: &Group, watch_s: f64) -> f64 {
        match self {
            Self::AsLongAsItTakes => watch_s + 1.0,
            Self::Connect => group.agent.connect_timeout().secs(),
            Self::Message => group.link.message_timeout.secs(),
        }
    }
}

/// The tier that stands for the whole line.
pub(super) struct Line {
    pub(super) tier: Tier,
    pub(super) station: StationName,
    pub(super) waits: Waits,
    pub(super) doubts: Vec<(When, Doubt)>,
}

struct Station {
    name: StationName,
    tier: Tier,
    waits: Waits,
    /// Attempts of all devices that it can take [attempts/s].
    per_s: f64,
    refuses: bool,
    purges: bool,
}

/// Returns the tier that stands for the line of a fleet.
pub(super) fn of(fleet: &Fleet) -> Line {
    let platform = &fleet.platform;
    let upgrade = platform.connection;
    let sign_in_waits = if upgrade.is_some() { Waits::Message } else { Waits::Connect };
    let mut stations: Vec<Station> = tls(fleet).into_iter().collect();
    stations.extend(upgrade.map(|tier| station(StationName::Connection, &tier, Waits::Connect)));
    let mut slowest = station(StationName::SignIn, &platform.sign_in(), sign_in_waits);
    let by_capacity = |&a: &usize, &b: &usize| stations[a].per_s.total_cmp(&stations[b].per_s);
    let other = (0..stations.len()).min_by(by_capacity).filter(|&at| stations[at].per_s < slowest.per_s);
    let mut after = Vec::new();
    if let Some(at) = other {
        after.extend(stations.drain(at + 1..));
        after.extend(stations.pop().map(|other| std::mem::replace(&mut slowest, other)));
    }
    let before = stations;
    let mut doubts: Vec<(When, Doubt)> =
        before.iter().map(|other| (When::ArrivalsAbove(other.per_s), second(other))).collect();
    let near = after.iter().filter(|other| other.per_s < NEAR * slowest.per_s);
    doubts.extend(near.map(|other| (When::Always, second(other))));
    if !slowest.refuses {
        let text =
            "Attempts that find no room are repeated by the device's kernel, which the preview leaves out";
        doubts.push((When::Refused, Doubt::NotModelled(text.into())));
    }
    if slowest.purges {
        let text = "The platform drops requests of devices that have given up, which the preview leaves out";
        doubts.push((When::TimedOut, Doubt::NotModelled(text.into())));
    }
    let pace = pace(fleet);
    if pace.is_some() && !tier_of(slowest.name).is_some_and(|tier| tier.follows(fleet.outage.tier)) {
        let text =
            "Another station than the slowest one loses capacity, and the preview gives it all at once";
        doubts.push((When::Always, Doubt::NotModelled(text.into())));
    } else {
        slowest.tier.pace = pace;
    }
    Line { tier: slowest.tier, station: slowest.name, waits: slowest.waits, doubts }
}

/// Returns the tier whose capacity an outage changes at this station.
fn tier_of(station: StationName) -> Option<TierName> {
    match station {
        StationName::Gate => None,
        StationName::Tls => Some(TierName::Balancer),
        StationName::Connection => Some(TierName::Connection),
        StationName::SignIn => Some(TierName::SignIn),
    }
}

/// Returns the speed of the tier that the outage slows down, where it does.
fn pace(fleet: &Fleet) -> Option<Pace> {
    let outage = &fleet.outage;
    let share = |permille: u32| f64::from(permille.max(1)) / 1_000.0;
    let before = if outage.meets == Meets::Served { share(outage.capacity_permille) } else { 1.0 };
    let ramp_s = outage.ramp.secs();
    let from = if ramp_s > 0.0 { share(outage.ramp_from_permille) } else { 1.0 };
    (before != 1.0 || from != 1.0).then_some(Pace { before, from, ramp_s })
}

/// Returns the doubt that attempts queue at this station too.
fn second(other: &Station) -> Doubt {
    let name = match other.name {
        StationName::Gate => "the connection limit",
        StationName::Tls => "the TLS handshakes",
        StationName::Connection => "the Connection Servers",
        StationName::SignIn => "the sign-in tier",
    };
    Doubt::NotModelled(format!("Attempts can queue at {name} too, and the preview knows one queue only"))
}

fn station(name: StationName, tier: &fleet::Tier, waits: Waits) -> Station {
    let own = Tier {
        workers: f64::from(tier.workers.max(1)),
        service_s: tier.service_time.secs().max(1e-6),
        exponential: tier.service_law != ServiceLaw::Fixed,
        room: f64::from(tier.room),
        patience_s: tier.patience.map_or(f64::INFINITY, Micros::secs),
        pace: None,
    };
    let refuses = tier.full == Full::Refuse;
    Station {
        name,
        tier: own,
        waits,
        per_s: own.capacity_per_s(),
        refuses,
        purges: tier.purges != fleet::Purges::Never,
    }
}

/// Returns the TLS handshakes at the balancer, where they cost anything.
fn tls(fleet: &Fleet) -> Option<Station> {
    let balancer = fleet.platform.balancer.filter(|balancer| balancer.cores > 0)?;
    let resumed = f64::from(balancer.resumed_permille) / 1_000.0;
    let tier = Tier {
        workers: f64::from(balancer.cores),
        service_s: (resumed * balancer.resumed_handshake.secs()
            + (1.0 - resumed) * balancer.handshake.secs())
        .max(1e-6),
        exponential: false,
        room: f64::from(u32::MAX),
        patience_s: f64::INFINITY,
        pace: None,
    };
    let groups = fleet.groups.iter().enumerate();
    let [encrypted, all] = groups.fold([0.0; 2], |[encrypted, all], (position, group)| {
        let devices = f64::from(group.devices) * lost(fleet, position);
        [encrypted + if group.link.tls { devices } else { 0.0 }, all + devices]
    });
    (encrypted > 0.0).then(|| Station {
        name: StationName::Tls,
        tier,
        waits: Waits::AsLongAsItTakes,
        per_s: tier.capacity_per_s() * all / encrypted,
        refuses: true,
        purges: false,
    })
}
