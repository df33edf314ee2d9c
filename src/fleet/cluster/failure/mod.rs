//! What devices see when a part of the topology fails: from what fails, and how, to the inputs of an outage.
//!
//! A component fails alone, a machine with everything on it, a zone or site (`zone:hall`, `site:shore`) with its machines,
//! a cluster with all it has. Who disconnects, what attempts meet and what capacity is left follow from what
//! remains; they take the place of the defaults of the outage's kind, so that what the file says itself wins. What the
//! simulation cannot express is said in the sentence of the effect, as an assumption.

mod link;
mod ready;
mod unnoticed;

pub use ready::{Ready, ready};

use super::derive::capacity::{Capacity, remaining};
use super::{Cluster, Node, NodeKind, Topology};
use crate::base::units;
use crate::fleet::file::View;
use crate::fleet::outage::{Loss, Meets, TierName};
use std::collections::BTreeSet;

/// How something fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It is gone without a word of its own; its system resets connections.
    #[default]
    Crash,
    /// It is stopped on purpose, after its connections were closed.
    Stop,
    /// It works, at a fifth of its speed.
    Slow,
    /// It cannot be reached; nobody says so.
    Partition,
    /// Its certificate is not accepted any more.
    Certificate,
}

impl How {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Crash, Self::Stop, Self::Slow, Self::Partition, Self::Certificate];

    /// Returns the word in the project file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Stop => "stop",
            Self::Slow => "slow",
            Self::Partition => "partition",
            Self::Certificate => "certificate",
        }
    }

    /// Returns what is said of something that fails so: `cxs-1 crashes`.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Crash => "crashes",
            Self::Stop => "is stopped",
            Self::Slow => "is slow",
            Self::Partition => "is cut off",
            Self::Certificate => "has an expired certificate",
        }
    }

    /// Returns what is said of several things that fail so: `cxs-1 and cxs-2 crash`.
    fn verb_of_many(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Stop => "are stopped",
            Self::Slow => "are slow",
            Self::Partition => "are cut off",
            Self::Certificate => "have an expired certificate",
        }
    }

    /// Returns the way with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.word() == word)
    }
}

/// Share of its speed that something slow has left [assumed, as of a slow database].
const SLOW: f64 = 0.2;

/// What devices see, as inputs of an outage.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Share of the devices whose connections end [%].
    pub share_pct: f64,
    /// How they end; `None` where they stay.
    pub loses: Option<Loss>,
    /// What attempts meet.
    pub meets: Meets,
    /// Whether the platform itself is down.
    pub platform_down: bool,
    /// Tier whose capacity changes.
    pub tier: TierName,
    /// What is left of it [%].
    pub capacity_pct: f64,
    /// What attempts meet until a load balancer notices; `None` where it is not involved.
    pub unnoticed: Option<Unnoticed>,
    /// What happens, and what is assumed, in sentences without the last full stop.
    pub told: String,
}

/// What attempts meet that a load balancer still sends to what is gone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unnoticed {
    /// Share of the devices whose attempts it sends there [%].
    pub share_pct: f64,
    /// What they meet.
    pub meets: Meets,
    /// Time until it notices [s]; infinite where it does not look.
    pub length_s: f64,
    /// Whether they are the devices that were connected there, rather than any.
    pub sticky: bool,
}

impl Effect {
    /// Returns the effect of something of which devices see nothing.
    fn nothing(told: String) -> Self {
        Self {
            share_pct: 100.0,
            loses: None,
            meets: Meets::Served,
            platform_down: false,
            tier: TierName::SignIn,
            capacity_pct: 100.0,
            unnoticed: None,
            told,
        }
    }
}

/// Returns how long a failover of a database takes [s]; `None` where there is none, or nobody knows.
pub fn failover_s(database: &Node) -> Option<f64> {
    if database.word("failover") == "none" {
        return None;
    }
    database.optional("failover_s").or(match database.word("failover") {
        "patroni" => Some(45.0),
        "rds-multi-az" => Some(120.0),
        "pgpool" => Some(60.0),
        "always-on" => Some(30.0),
        _ => None,
    })
}

/// Returns how long a cluster goes on without its database [s].
pub fn tolerated_s(cluster: &Node) -> f64 {
    cluster.number("sync_interval_ms") * cluster.number("max_database_errors") / 1e3
}

/// Returns the things that a name takes away, and what they take with them.
///
/// # Errors
/// The first of the names, with commas between them, that nothing has.
pub fn taken<'t>(topology: &'t Topology, names: &str) -> Result<Vec<&'t Node>, String> {
    let mut gone: Vec<&Node> = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let before = gone.len();
        if let Some((key @ ("zone" | "site"), place)) = name.split_once(':') {
            let machines = topology.machines().filter(|machine| machine.word(key) == place);
            gone.extend(
                machines.flat_map(|machine| std::iter::once(machine).chain(topology.carried_by(machine))),
            );
        } else if let Some(node) = topology.node(name) {
            gone.push(node);
            gone.extend(topology.carried_by(node));
            if node.kind == NodeKind::Cluster {
                let own = topology.cluster(node);
                gone.extend(own.into_iter().flat_map(|cluster| cluster.components().collect::<Vec<_>>()));
            }
        }
        if gone.len() == before {
            return Err(name.to_owned());
        }
    }
    let mut seen = BTreeSet::new();
    gone.retain(|node| seen.insert(node.id.clone()));
    Ok(gone)
}

/// Returns what devices of the cluster that is played see when these things fail.
pub fn effect(topology: &Topology, view: &View<'_>, gone: &[&Node], how: How) -> Option<Effect> {
    let cluster = topology.played()?;
    let own: Vec<&Node> =
        cluster.components().filter(|node| gone.iter().any(|lost| std::ptr::eq(*lost, *node))).collect();
    if gone.iter().all(|node| node.kind == NodeKind::Link) {
        return Some(Effect::nothing(link::told(topology, gone, how)));
    }
    let story = Story { cluster, view, own, how };
    if story.own.is_empty() {
        let names: Vec<&str> = gone.iter().map(|node| &*node.name).collect();
        let told = format!(
            "{} {}: {} does not use it, so no device of it sees anything",
            names.join(", "),
            how.verb(),
            cluster.node.name
        );
        return Some(Effect::nothing(told));
    }
    Some(match how {
        How::Slow => story.slow(),
        How::Certificate => story.certificate(),
        How::Crash | How::Stop | How::Partition => story.gone(),
    })
}

/// A failure that is being followed.
struct Story<'t, 'v> {
    cluster: Cluster<'t>,
    view: &'v View<'v>,
    /// Components of the cluster that fail.
    own: Vec<&'t Node>,
    how: How,
}

impl Story<'_, '_> {
    /// Returns how many components of a kind fail, and how many there are.
    fn of(&self, kind: NodeKind) -> (f64, f64) {
        let failing = self.own.iter().filter(|node| node.kind == kind).count();
        (failing as f64, self.cluster.count(kind) as f64)
    }

    /// Returns whether a kind is there and all of it fails.
    fn all(&self, kind: NodeKind) -> bool {
        let (failing, all) = self.of(kind);
        all > 0.0 && failing >= all
    }

    /// Returns the beginning of what is told.
    fn who(&self) -> String {
        let names: Vec<&str> = self.own.iter().map(|node| &*node.name).collect();
        match names.as_slice() {
            many @ [_, _, _, _, ..] => {
                format!("{} components, of them {}: {}", many.len(), many[0], self.how.word())
            }
            [one] => format!("{one} {}", self.how.verb()),
            [some @ .., last] => format!("{} and {last} {}", some.join(", "), self.how.verb_of_many()),
            [] => self.how.word().to_owned(),
        }
    }

    /// Returns how connections to it end.
    fn loss(&self) -> Loss {
        match self.how {
            How::Stop => Loss::CloseFrame,
            How::Partition => Loss::Silence,
            _ => Loss::Reset,
        }
    }

    /// Returns an effect on everybody.
    fn everybody(&self, loses: Loss, meets: Meets, platform_down: bool, told: &str) -> Effect {
        let told = format!("{}: {told}", self.who());
        Effect { loses: Some(loses), meets, platform_down, ..Effect::nothing(told) }
    }

    /// Returns what attempts meet where nothing is left that could answer.
    fn unanswered(&self) -> Meets {
        if self.how == How::Partition { Meets::BlackHole } else { Meets::Refused }
    }

    /// Follows what is gone, from the front to the back.
    fn gone(&self) -> Effect {
        let balancers = self.cluster.count(NodeKind::LoadBalancer) > 0 && !self.all(NodeKind::LoadBalancer);
        if self.all(NodeKind::LoadBalancer) {
            let told = "no load balancer is left, so every connection ends and nothing answers";
            return self.everybody(self.loss(), self.unanswered(), false, told);
        }
        if self.takes_over() {
            let told = "the other load balancer takes the address over; every connection ends, because its state \
                        is not passed on, and attempts are lost while it takes over, which is assumed to last as long \
                        as the outage";
            return self.everybody(self.loss(), Meets::BlackHole, false, told);
        }
        if self.all(NodeKind::ConnectionServer) {
            let meets = if balancers { Meets::Http503 } else { self.unanswered() };
            let told = "no Connection Server is left, so every connection ends";
            return self.everybody(self.loss(), meets, false, told);
        }
        let left = remaining(self.cluster, self.view, &self.own);
        if let Some(effect) = self.database(&left).or_else(|| self.foundation(&left)) {
            return effect;
        }
        self.part(&left)
    }

    /// Returns whether the load balancer at work fails, and the other one takes over.
    fn takes_over(&self) -> bool {
        let first = self.cluster.of(NodeKind::LoadBalancer).next();
        let passive = self.cluster.node.word("balancers") == "active-passive";
        passive && first.is_some_and(|first| self.own.iter().any(|node| std::ptr::eq(*node, first)))
    }

    /// Returns what devices see when no Foundation server works.
    fn stopped(&self, told: &str) -> Effect {
        let servers = self.cluster.count(NodeKind::ConnectionServer) > 0;
        let balancers = self.cluster.count(NodeKind::LoadBalancer) > 0;
        let (loses, meets) = match (servers, balancers) {
            (true, _) => (Loss::CloseFrame, Meets::AcceptThenClose),
            (false, true) => (self.loss(), Meets::Http503),
            (false, false) => (self.loss(), self.unanswered()),
        };
        self.everybody(loses, meets, true, told)
    }

    /// Follows the loss of the database that works.
    fn database(&self, left: &Capacity) -> Option<Effect> {
        let primary =
            self.own.iter().find(|node| node.kind == NodeKind::Database && node.word("role") == "primary")?;
        let tolerated = tolerated_s(self.cluster.node);
        let takes = failover_s(primary).filter(|_| left.database);
        match takes {
            Some(takes) if takes <= tolerated => {
                let told = format!(
                    "{}: the standby takes over within {}, servers tolerate {}; connections stay, and sign-ins are assumed \
                     to stay without an answer as long as the outage lasts",
                    self.who(),
                    units::duration(takes),
                    units::duration(tolerated)
                );
                Some(Effect { meets: Meets::AuthUnanswered, ..Effect::nothing(told) })
            }
            Some(takes) => Some(self.stopped(&format!(
                "its failover takes {}, servers tolerate {} and stop, so every connection ends",
                units::duration(takes),
                units::duration(tolerated)
            ))),
            None => Some(self.stopped(&format!(
                "nothing takes over; servers tolerate {} and stop, so every connection ends",
                units::duration(tolerated)
            ))),
        }
    }

    /// Follows the loss of every Foundation server that works.
    fn foundation(&self, left: &Capacity) -> Option<Effect> {
        let active = self.cluster.active();
        let failing = active.iter().filter(|node| self.own.iter().any(|lost| std::ptr::eq(*lost, **node)));
        if failing.count() < active.len() || active.is_empty() {
            return None;
        }
        let told = if left.sign_ins_per_s > 0.0 {
            "the standby has to load the model first, which is assumed to last as long as the outage"
        } else {
            "no Foundation server is left, so every connection ends"
        };
        Some(self.stopped(told))
    }

    /// Follows the loss of a part of what there is.
    fn part(&self, left: &Capacity) -> Effect {
        let whole = remaining(self.cluster, self.view, &[]);
        let servers = self.cluster.count(NodeKind::ConnectionServer) > 0;
        let share = |kind| {
            let (failing, all) = self.of(kind);
            if all > 0.0 { failing / all } else { 0.0 }
        };
        let foundation = share(NodeKind::Foundation);
        // Connection Servers keep the connections of devices whose Foundation server is lost.
        let lost = [
            if self.cluster.node.word("balancers") == "active-passive" {
                0.0
            } else {
                share(NodeKind::LoadBalancer)
            },
            share(NodeKind::ConnectionServer),
            if servers { 0.0 } else { foundation },
        ];
        let kept: f64 = lost.iter().map(|share| 1.0 - share).product();
        let sign_ins = ratio(left.sign_ins_per_s, whole.sign_ins_per_s);
        let connecting = 1.0 - share(NodeKind::ConnectionServer);
        let (tier, capacity) = if connecting < sign_ins {
            (TierName::Connection, connecting)
        } else {
            (TierName::SignIn, sign_ins)
        };
        let mut told = self.who();
        if kept < 1.0 {
            let share = units::percent(1.0 - kept);
            told += &[": ", &share, " of the devices lose their connection and go to what is left"].concat();
        } else {
            told += ": connections stay";
        }
        if capacity < 1.0 {
            told += &["; ", &units::percent(capacity), " of the capacity of this tier is left"].concat();
        }
        let unnoticed = self.unnoticed();
        told += &unnoticed.map_or_else(String::new, unnoticed::told);
        if !left.quorum {
            told += "; ZooKeeper has no quorum: servers are not found any more and timers stop, which is not simulated";
        } else if kept >= 1.0 && capacity >= 1.0 {
            told += ", and no capacity of sign-ins is missing";
        }
        Effect {
            share_pct: percent(1.0 - kept),
            loses: (kept < 1.0).then_some(self.loss()),
            tier,
            capacity_pct: percent(capacity),
            unnoticed,
            ..Effect::nothing(told)
        }
    }

    /// Follows something that works slowly.
    fn slow(&self) -> Effect {
        let slowed = |kind| {
            let (failing, all) = self.of(kind);
            if all > 0.0 { 1.0 - failing / all * (1.0 - SLOW) } else { 1.0 }
        };
        // Sign-ins wait for the database and for what Foundation shares.
        let behind = [NodeKind::Foundation, NodeKind::Database, NodeKind::Ignite].map(slowed);
        let tiers = [
            (TierName::SignIn, behind.into_iter().fold(1.0, f64::min)),
            (TierName::Connection, slowed(NodeKind::ConnectionServer)),
            (TierName::Balancer, slowed(NodeKind::LoadBalancer)),
        ];
        let slowest = tiers.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let (tier, capacity) = slowest.unwrap_or((TierName::SignIn, 1.0));
        let told = format!(
            "{}: connections stay; it is assumed to have a fifth of its speed, so that {} of the capacity of its tier is \
             left",
            self.who(),
            units::percent(capacity)
        );
        Effect { tier, capacity_pct: percent(capacity), ..Effect::nothing(told) }
    }

    /// Follows a certificate that is not accepted any more.
    fn certificate(&self) -> Effect {
        let entry = [NodeKind::LoadBalancer, NodeKind::ConnectionServer, NodeKind::Foundation]
            .into_iter()
            .find(|kind| self.cluster.count(*kind) > 0);
        let shown = entry.filter(|kind| self.of(*kind).0 > 0.0);
        match shown {
            Some(_) => {
                let told = format!(
                    "{}: connections that stand stay, every new handshake fails until it is replaced; that it is on a part \
                     of the entry only is not simulated",
                    self.who()
                );
                Effect { meets: Meets::TlsFails, ..Effect::nothing(told) }
            }
            None => Effect::nothing(format!(
                "{}: devices never see this certificate; what fails between servers is not simulated",
                self.who()
            )),
        }
    }
}

/// Returns what is left as a share, 0 to 1.
fn ratio(left: f64, whole: f64) -> f64 {
    if whole > 0.0 { (left / whole).clamp(0.0, 1.0) } else { 1.0 }
}

/// Returns a share as an outage takes it: tenths of a percent, never nothing [%].
fn percent(share: f64) -> f64 {
    ((share * 1_000.0).round() / 10.0).clamp(0.1, 100.0)
}
