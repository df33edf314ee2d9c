//! The catalogue of outages: what happens to devices when a part of the platform fails.
//!
//! A kind supplies the defaults of the other inputs of an outage or event; what a file says itself wins.
//! What devices see depends on what stands in front of Foundation: Connection Servers hold the devices'
//! connections and close them all when no Foundation is left, a load balancer answers for servers that
//! are gone. The columns are reasoned from the vendor's description of failures and from TCP and TLS, and
//! durations from public reports; nobody has published a test, so most entries are called inferred.

use crate::fleet::outage::{Loss, Meets, TierName};
use crate::fleet::setting::Certainty;

/// What stands between devices and Foundation in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Front {
    /// A load balancer is modelled.
    pub balancer: bool,
    /// Connection Servers are modelled.
    pub servers: bool,
}

/// What devices see of an outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How their connections end; `None` where they stay.
    pub loses: Option<Loss>,
    /// What their attempts meet meanwhile.
    pub meets: Meets,
}

/// Which part of something a kind takes away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    /// This share [%].
    Percent(f64),
    /// One of the Connection Servers that are modelled.
    OneServer,
}

/// A kind of outage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutageKind {
    /// Word in the project file.
    pub id: &'static str,
    /// Name shown to people.
    pub label: &'static str,
    /// What devices see, in one sentence.
    pub meaning: &'static str,
    /// What devices see where they reach Foundation directly.
    pub direct: Seen,
    /// What they see behind a load balancer, where that differs.
    pub balancer: Option<Seen>,
    /// What they see behind Connection Servers, where that differs.
    pub servers: Option<Seen>,
    /// Share of the fleet that it touches.
    pub share: Part,
    /// Whether the platform itself is down.
    pub platform_down: bool,
    /// Tier whose capacity changes.
    pub tier: TierName,
    /// Share of that tier's capacity that is gone meanwhile.
    pub gone: Part,
    /// Share of that tier's capacity that is still gone right after it, and the time until it is back [s].
    pub ramp: Option<(Part, f64)>,
    /// Parts of the fleet that it touches one after another.
    pub steps: u32,
    /// Time from one repetition to the next [s], where it comes again and again.
    pub every_s: Option<f64>,
    /// Usual length [s]; `None` where there is no usual one.
    pub typical_s: Option<f64>,
    /// How sure we are of the whole row.
    pub certainty: Certainty,
    /// Where it comes from.
    pub source: &'static str,
}

impl OutageKind {
    /// Returns what devices see behind this front.
    pub fn seen(&self, front: Front) -> Seen {
        let servers = self.servers.filter(|_| front.servers);
        let balancer = self.balancer.filter(|_| front.balancer);
        servers.or(balancer).unwrap_or(self.direct)
    }
}

/// Returns the kind with this word.
pub fn find(id: &str) -> Option<&'static OutageKind> {
    KINDS.iter().find(|kind| kind.id == id)
}

/// The kind of an outage that says nothing else.
pub const TOTAL: &str = "total";

/// Returns what devices see.
const fn seen(loses: Option<Loss>, meets: Meets) -> Seen {
    Seen { loses, meets }
}

const CLOSED: Option<Loss> = Some(Loss::CloseFrame);
const NOTHING_GONE: Part = Part::Percent(0.0);
const EVERYBODY: Part = Part::Percent(100.0);
/// One of three nodes, the number in the vendor's example of a cluster.
const ONE_OF_THREE: Part = Part::Percent(33.3);

/// What most kinds have in common.
const BLANK: OutageKind = OutageKind {
    id: "",
    label: "",
    meaning: "",
    direct: seen(Some(Loss::Reset), Meets::Refused),
    balancer: None,
    servers: None,
    share: EVERYBODY,
    platform_down: false,
    tier: TierName::SignIn,
    gone: NOTHING_GONE,
    ramp: None,
    steps: 1,
    every_s: None,
    typical_s: None,
    certainty: Certainty::Inferred,
    source: "",
};

/// The catalogue, in the order in which it is offered.
pub const KINDS: &[OutageKind] = &[
    OutageKind {
        id: TOTAL,
        label: "Everything is gone",
        meaning: "All connections are reset at once, and nothing listens until the end.",
        platform_down: true,
        source: "The plain case; every other kind is compared with it",
        ..BLANK
    },
    OutageKind {
        id: "planned-restart",
        label: "Planned restart",
        meaning: "Connections are closed cleanly; attempts are refused, or answered 503 by a load balancer.",
        direct: seen(CLOSED, Meets::Refused),
        balancer: Some(seen(CLOSED, Meets::Http503)),
        platform_down: true,
        typical_s: Some(180.0),
        source: "Public container deployment: 2 to 5 min until a restarted server takes traffic",
        ..BLANK
    },
    OutageKind {
        id: "full-upgrade",
        label: "Upgrade of the whole cluster",
        meaning: "Everything is stopped, migrated and started again in order; all connections are closed cleanly.",
        direct: seen(CLOSED, Meets::Refused),
        balancer: Some(seen(CLOSED, Meets::Http503)),
        platform_down: true,
        typical_s: Some(3_600.0),
        certainty: Certainty::Assumed,
        source: "Vendor's upgrade steps for a cluster; 30 to 120 min is an estimate",
        ..BLANK
    },
    OutageKind {
        id: "rolling-upgrade",
        label: "Rolling upgrade",
        meaning: "One part after another is drained and restarted; Connection Servers keep the connections.",
        direct: seen(CLOSED, Meets::Served),
        servers: Some(seen(None, Meets::Served)),
        gone: ONE_OF_THREE,
        steps: 3,
        typical_s: Some(540.0),
        source: "Vendor's drain switch and re-routing; three nodes of 3 min each are assumed",
        ..BLANK
    },
    OutageKind {
        id: "foundation-crash-all",
        label: "All Foundation servers crash",
        meaning: "Connection Servers close every connection, accept new ones and close them again; directly, attempts are refused.",
        direct: seen(Some(Loss::Reset), Meets::Refused),
        balancer: Some(seen(Some(Loss::Reset), Meets::Http503)),
        servers: Some(seen(CLOSED, Meets::AcceptThenClose)),
        platform_down: true,
        typical_s: Some(600.0),
        source: "Vendor's failure behaviour: all edge connections are closed, new ones are not prevented; start-up budget of 10 min in a public operator",
        ..BLANK
    },
    OutageKind {
        id: "foundation-crash-one",
        label: "One Foundation server crashes",
        meaning: "Connections to Connection Servers stay and capacity is missing; directly, one server's share is reset and reconnects.",
        direct: seen(Some(Loss::Reset), Meets::Served),
        servers: Some(seen(None, Meets::Served)),
        share: ONE_OF_THREE,
        gone: ONE_OF_THREE,
        typical_s: Some(180.0),
        source: "Vendor's failure behaviour: requests go to the other servers; one of three nodes and a restart of 3 min are assumed",
        ..BLANK
    },
    OutageKind {
        id: "connection-server-loss",
        label: "A Connection Server is lost",
        meaning: "Its share of the fleet is reset and refused until the load balancer sends it to the others.",
        direct: seen(Some(Loss::Reset), Meets::Refused),
        share: Part::OneServer,
        tier: TierName::Connection,
        gone: Part::OneServer,
        ramp: Some((Part::OneServer, 180.0)),
        typical_s: Some(6.0),
        source: "Checks of a load balancer: every 2 s, gone after 3 failures; a restart of 3 min is assumed",
        ..BLANK
    },
    OutageKind {
        id: "balancer-failover",
        label: "Load balancer fails over, with reset",
        meaning: "Every connection is reset; nothing answers until the other one has the address.",
        direct: seen(Some(Loss::Reset), Meets::BlackHole),
        typical_s: Some(5.0),
        source: "TCP state is lost with the node; a virtual address moves within 1 to 5 s",
        ..BLANK
    },
    OutageKind {
        id: "balancer-failover-silent",
        label: "Load balancer fails over, silently",
        meaning: "Every connection dies without a word; devices find out by a ping without an answer.",
        direct: seen(Some(Loss::Silence), Meets::BlackHole),
        typical_s: Some(5.0),
        source: "Documented for load balancers that drop flows without a TCP reset",
        ..BLANK
    },
    OutageKind {
        id: "ingress-replacement",
        label: "Ingress or load balancer is replaced",
        meaning: "All connections are reset and refused while the new entry starts; the platform itself runs.",
        direct: seen(Some(Loss::Reset), Meets::Refused),
        typical_s: Some(330.0),
        source: "Public container deployment: 3 to 8 min for an ingress swap",
        ..BLANK
    },
    OutageKind {
        id: "database-failover",
        label: "Database fails over, servers shut down",
        meaning: "Every Foundation server shuts itself down after about 1 s without database; all connections are closed.",
        direct: seen(CLOSED, Meets::Refused),
        balancer: Some(seen(CLOSED, Meets::Http503)),
        servers: Some(seen(CLOSED, Meets::AcceptThenClose)),
        platform_down: true,
        typical_s: Some(300.0),
        source: "10 failed checks 100 ms apart shut a server down; 30 to 120 s of failover, then the servers start",
        ..BLANK
    },
    OutageKind {
        id: "database-slow",
        label: "Database is slow",
        meaning: "Connections stay, but sign-ins take five times as long and a fifth of the values is written; whoever reconnects may time out.",
        direct: seen(None, Meets::Served),
        tier: TierName::Database,
        gone: Part::Percent(80.0),
        typical_s: Some(1_800.0),
        certainty: Certainty::Assumed,
        source: "A shared database under another tenant's load; factor and length are assumed",
        ..BLANK
    },
    OutageKind {
        id: "site-partition",
        label: "A site or region is cut off",
        meaning: "Its devices hear nothing more and get no answer; the platform still believes in their sessions.",
        direct: seen(Some(Loss::Silence), Meets::BlackHole),
        share: Part::Percent(25.0),
        typical_s: Some(900.0),
        certainty: Certainty::Assumed,
        source: "A partition sends no reset; one site of four and a quarter of an hour are assumed",
        ..BLANK
    },
    OutageKind {
        id: "satellite-window",
        label: "Between two satellite windows",
        meaning: "The link is gone until the next window; devices hear nothing and get no answer.",
        direct: seen(Some(Loss::Silence), Meets::BlackHole),
        every_s: Some(21_600.0),
        typical_s: Some(20_400.0),
        certainty: Certainty::Assumed,
        source: "Windows of 20 min every 6 h are assumed",
        ..BLANK
    },
    OutageKind {
        id: "certificate-expiry",
        label: "The certificate has expired",
        meaning: "Connections are reset when the server loads it; every attempt fails in the TLS handshake until it is replaced.",
        direct: seen(Some(Loss::Reset), Meets::TlsFails),
        typical_s: Some(16_200.0),
        source: "Mobile networks in 2018: 4 to 5 h in one country, about a day in another",
        ..BLANK
    },
    OutageKind {
        id: "dns-failure",
        label: "The name cannot be resolved",
        meaning: "Connections stay; whoever reconnects gets no address.",
        direct: seen(None, Meets::DnsFails),
        typical_s: Some(300.0),
        source: "Usual lifetimes of DNS entries: 60 to 300 s",
        ..BLANK
    },
    OutageKind {
        id: "rejected-key",
        label: "A wrong key was rolled out",
        meaning: "The devices that got it reconnect and are rejected until it is rolled back.",
        direct: seen(CLOSED, Meets::AuthRejected),
        share: Part::Percent(10.0),
        typical_s: Some(1_800.0),
        certainty: Certainty::Assumed,
        source: "A roll-out without canary; a tenth of the fleet and half an hour are assumed",
        ..BLANK
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_are_complete_and_unlike() {
        let mut ids = BTreeSet::new();
        for kind in KINDS {
            assert!(ids.insert(kind.id), "{} stands twice", kind.id);
            assert!(
                kind.label.len() > 5 && kind.meaning.ends_with('.') && kind.source.len() > 10,
                "{}",
                kind.id
            );
            assert!(kind.steps > 0 && kind.typical_s.is_none_or(|s| s > 0.0), "{}", kind.id);
        }
        assert_eq!(KINDS[0].id, TOTAL);
    }

    #[test]
    fn what_stands_in_front_decides_what_devices_see() {
        let kind = find("foundation-crash-all").unwrap();
        let seen = |balancer, servers| kind.seen(Front { balancer, servers }).meets;
        assert_eq!(seen(false, false), Meets::Refused);
        assert_eq!(seen(true, false), Meets::Http503);
        assert_eq!(seen(true, true), Meets::AcceptThenClose);
        assert_eq!(
            find("rolling-upgrade").unwrap().seen(Front { servers: true, balancer: true }).loses,
            None
        );
    }
}
