//! Which inputs have no effect because of what others say, and why.
//!
//! The reader warns where a file sets one of them, and the list of assumptions leaves them out: nothing
//! rests on a number that is not used.

use super::supplied::happening;
use super::{Value, View};
use crate::base::json::{self, Node};
use crate::fleet::cluster::{self, NodeKind};
use crate::fleet::setting::{Absent, Setting};
use crate::fleet::settings::{Area, BALANCER, BREAKING_POINT, COSTS, EVENT};

const SYN: &str = "What stands in front of this tier takes the connections, so it never sees a SYN.";
const NO_TLS: &str = "A handshake takes no time here, because TLS ends elsewhere.";
const NO_EVENTS: &str = "No group has events.";
const NO_CALLS: &str = "No group calls services.";
const NO_PRICE: &str = "Nothing has a price.";
const ONE_CLUSTER: &str = "There are no two clusters to choose from.";
const NO_LIMIT: &str = "There is no limit of new connections.";

impl View<'_> {
    /// Returns why an input has no effect, `None` where it has one or could have one.
    pub fn inert(&self, address: &str, setting: &Setting) -> Option<&'static str> {
        if let Some((base, key)) = happening(address) {
            return self.inert_happening(base, key);
        }
        let key = setting.key;
        if let Some(rest) = address.strip_prefix("/platform/balancer/") {
            return self.inert_balancer(rest);
        }
        if let Some(rest) = address.strip_prefix("/platform/breaking_point/") {
            return self.inert_breaking(rest);
        }
        match address {
            "/platform/writes/event_cost" if !self.records("telemetry/events") => return Some(NO_EVENTS),
            cluster::PLAYED if self.clusters() < 2 => return Some(ONE_CLUSTER),
            "/costs/currency" if !self.has_prices() => return Some(NO_PRICE),
            "/platform/writes/service_cost" if !self.records("telemetry/services") => return Some(NO_CALLS),
            _ => {}
        }
        let front = self.front();
        let drops = || matches!(self.stated(address, setting), Ok(Value::Word(word)) if word == "drop-syn");
        match (address.strip_prefix("/platform/")?, key) {
            ("when_full", _) if (front.balancer || front.servers) && drops() => Some(SYN),
            ("connection_servers/when_full", _) if front.balancer && drops() => Some(SYN),
            _ => None,
        }
    }

    /// Returns how many clusters the file has, readable or not.
    fn clusters(&self) -> usize {
        let things = self.tree().get(cluster::BASE).map(Node::members).unwrap_or_default();
        let is = |kind: &Node| kind.as_str() == Some(NodeKind::Cluster.word());
        things.iter().filter(|thing| thing.value.get("kind").is_some_and(is)).count()
    }

    /// Returns whether the project has a price.
    fn has_prices(&self) -> bool {
        let mut prices = COSTS.iter().filter(|row| row.absent == Absent::Nothing);
        prices.any(|row| {
            self.of(COSTS, Area::Costs.base(), row.key).is_some_and(|value| value != Value::Nothing)
        })
    }

    /// Returns whether a group gives something beside 0 for a key.
    fn records(&self, key: &str) -> bool {
        let groups = self.tree().get("/groups").map(Node::members).unwrap_or_default();
        groups.iter().any(|group| {
            let address = format!("{}/{key}", json::join("/groups", &group.key));
            self.lookup(&address).is_some_and(|(node, _)| node.as_f64() != Some(0.0))
        })
    }

    /// Returns why an input of the load balancer has no effect.
    fn inert_balancer(&self, key: &str) -> Option<&'static str> {
        let read = |key| self.of(BALANCER, Area::Balancer.base(), key);
        let number = |key| read(key).and_then(|value| value.number());
        let limited = number("limit_per_s").is_some();
        let waits = || read("limit_kind") == Some(Value::Word("delay-accept".to_owned()));
        let free = || number("handshake_ms") == Some(0.0);
        match key {
            "limit_kind" | "backlog" if !limited => Some(NO_LIMIT),
            "backlog" if !waits() => Some("Only a limit that waits to accept lets connections queue up."),
            "cores" | "resumed_pct" | "resumed_handshake_ms" if free() => Some(NO_TLS),
            "resumed_handshake_ms" if number("resumed_pct") == Some(0.0) => Some("No handshake is resumed."),
            "certificate" if self.lookup("/platform/balancer/handshake_ms").is_some() => {
                Some("The time of one handshake is given, and wins.")
            }
            _ => None,
        }
    }

    /// Returns why an input of the breaking point has no effect.
    fn inert_breaking(&self, key: &str) -> Option<&'static str> {
        let read = |key| self.of(BREAKING_POINT, Area::BreakingPoint.base(), key);
        let given = |key| read(key).and_then(|value| value.number()).is_some();
        let writes = self.present(Area::Writes);
        let breaks = given("waiting_sign_ins") || writes && given("values");
        match key {
            "values" if !writes && given("values") => Some("Writes are not modelled, so no values wait."),
            "down_s" if !breaks => Some("Nothing is said at which the platform breaks."),
            _ => None,
        }
    }

    /// Returns why an input of the outage or an event has no effect.
    fn inert_happening(&self, base: &str, key: &str) -> Option<&'static str> {
        let read = |key| self.of(EVENT, base, key);
        let number = |key, other| read(key).and_then(|value| value.number()).unwrap_or(other);
        let stepped = || number("steps", 1.0) > 1.0;
        let ramp = || number("ramp_s", 0.0) > 0.0;
        let changes = || number("capacity_pct", 100.0) < 100.0 || ramp();
        match key {
            "groups" | "share_pct" if stepped() => Some("Several steps touch parts of the whole fleet."),
            "fails_by" if !matches!(read("fails"), Some(Value::Word(_))) => {
                Some("Nothing of the topology is named that fails.")
            }
            "share_pct" if matches!(read("groups"), Some(Value::Word(_))) => {
                Some("Groups are named, and all their devices are touched.")
            }
            "tier" if !changes() => Some("Capacity does not change."),
            "tier" | "capacity_pct" | "ramp_s" if changes() => self.tier_is_missing(read("tier")),
            "ramp_from_pct" if !ramp() => Some("There is no ramp."),
            "ramp_from_pct" => self.tier_is_missing(read("tier")),
            "repeat_every_s" if number("repeats", 1.0) <= 1.0 => Some("It happens once."),
            _ => None,
        }
    }

    /// Returns why a tier has no capacity that could change.
    fn tier_is_missing(&self, tier: Option<Value>) -> Option<&'static str> {
        let Some(Value::Word(tier)) = tier else { return None };
        match tier.as_str() {
            "connection-servers" if !self.present(Area::ConnectionServers) => {
                Some("Connection Servers are not modelled.")
            }
            "balancer" if !self.present(Area::Balancer) => Some("The load balancer is not modelled."),
            "balancer" => self.inert_balancer("cores"),
            _ => None,
        }
    }

    /// Returns the value of a row below a base, where it is readable.
    fn of(&self, rows: &[Setting], base: &str, key: &str) -> Option<Value> {
        let row = rows.iter().find(|row| row.key == key)?;
        self.stated(&format!("{base}/{key}"), row).ok()
    }
}
