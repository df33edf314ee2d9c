//! Defaults that something else in the file gives: the topology, the preset of the platform, the kind of
//! an outage, the certificate of the load balancer. And which optional sections and further events a file has.
//!
//! Order: what the file says itself, then the more special word (certificate, kind), then the
//! topology, then the preset, then the registry's row. Every reader of values goes through [`View::value`], so all of them agree.

use super::{Value, View};
use crate::base::json::{Kind, Node};
use crate::fleet::catalogue::outages::{self, Front, OutageKind, Part};
use crate::fleet::catalogue::platforms::{self, PlatformPreset};
use crate::fleet::cluster::failure::{self, Effect, How};
use crate::fleet::outage::Loss;
use crate::fleet::setting::{Absent, Certainty, Setting};
use crate::fleet::settings::{Area, CONNECTION_SERVERS, P256_HANDSHAKE_MS, RSA_HANDSHAKE_MS};

/// A default that does not come from the row itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Supplied {
    /// The value.
    pub value: Value,
    /// How sure we are of it.
    pub certainty: Certainty,
    /// Where it comes from.
    pub source: String,
}

/// Inputs that follow from a failure of the topology.
const FOLLOW: [&str; 8] = [
    "attempts_meet",
    "connections_end",
    "share_pct",
    "platform_down",
    "tier",
    "capacity_pct",
    "ramp_s",
    "steps",
];

/// Base of the addresses of all further events.
pub(super) const EVENTS: &str = "/outage/events";

/// Returns the base of an event's or the outage's addresses and the key, where an address is one of theirs.
pub(super) fn happening(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("/outage/")?;
    match rest.strip_prefix("events/") {
        Some(rest) => {
            let (id, key) = rest.split_once('/')?;
            Some((&address[..EVENTS.len() + 1 + id.len()], key))
        }
        None => Some(("/outage", rest)),
    }
}

impl View<'_> {
    /// Returns whether a section is modelled: the file has it, a scenario sets something in it, or the
    /// preset does. Areas that are not optional always are.
    pub fn present(&self, area: Area) -> bool {
        if !area.is_optional() {
            return true;
        }
        let base = area.base();
        let below = |address: &String| address.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
        if self.assigned().keys().any(below) {
            return true;
        }
        match self.tree().get(base).map(|node| &node.kind) {
            // `null` says that it is not modelled, whatever the preset says.
            Some(kind) => matches!(kind, Kind::Object(_)),
            None => {
                self.preset().is_some_and(|preset| preset.touches(base)) || self.derivation().touches(base)
            }
        }
    }

    /// Returns whether the section or event that an address belongs to is there.
    pub fn models(&self, address: &str) -> bool {
        if let Some(id) = super::address::event_of(address) {
            return self.event_ids().iter().any(|known| known == id);
        }
        let below = |area: &Area| address.strip_prefix(area.base()).is_some_and(|rest| rest.starts_with('/'));
        Area::SINGLE
            .iter()
            .filter(|area| area.is_optional())
            .find(|area| below(area))
            .is_none_or(|area| self.present(*area))
    }

    /// Returns what stands between devices and Foundation.
    pub fn front(&self) -> Front {
        Front { balancer: self.present(Area::Balancer), servers: self.present(Area::ConnectionServers) }
    }

    /// Returns the ids of the further events, those of the file first, then those that a scenario adds.
    pub fn event_ids(&self) -> Vec<String> {
        let members = self.tree().get(EVENTS).map(Node::members).unwrap_or_default();
        let mut ids: Vec<String> = members.iter().map(|member| member.key.to_string()).collect();
        for address in self.assigned().keys() {
            let rest = address.strip_prefix(EVENTS).and_then(|rest| rest.strip_prefix('/'));
            let Some((token, _)) = rest.and_then(|rest| rest.split_once('/')) else { continue };
            let id = token.replace("~1", "/").replace("~0", "~");
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Returns the preset of the platform, where there is one.
    pub fn preset(&self) -> Option<&'static PlatformPreset> {
        platforms::find(self.word("/platform/preset")?)
    }

    /// Returns the number of an input of the platform without what follows from the topology.
    pub(in crate::fleet) fn underived(&self, address: &str, setting: &Setting) -> Option<f64> {
        if let Some((node, _)) = self.lookup(address)
            && node.kind != Kind::Null
        {
            return self.stated(address, setting).ok()?.number();
        }
        let preset = self.preset_value(address).and_then(|supplied| supplied.value.number());
        preset.or(setting.default_number())
    }

    /// Returns whether an input of the platform follows from the topology, because the file does not say it itself.
    pub fn follows_from_topology(&self, address: &str) -> bool {
        let stated = self.lookup(address).is_some_and(|(node, _)| node.kind != Kind::Null);
        !stated && self.derivation().of_address(address).is_some()
    }

    /// Returns the kind of the outage or event with this base; total where it says nothing readable.
    pub fn outage_kind(&self, base: &str) -> &'static OutageKind {
        self.word(&format!("{base}/kind")).and_then(outages::find).unwrap_or(&outages::KINDS[0])
    }

    /// Returns the text at an address.
    fn word(&self, address: &str) -> Option<&str> {
        self.lookup(address)?.0.as_str()
    }

    /// Returns the default that something else in the file gives an input.
    pub fn supplied(&self, address: &str, setting: &Setting) -> Option<Supplied> {
        if let Some((base, key)) = happening(address) {
            if let Some(supplied) = self.of_failure(base, key) {
                return Some(supplied);
            }
            let kind = self.outage_kind(base);
            let value = self.of_kind(kind, key, base != "/outage")?;
            let usual = match setting.absent {
                Absent::Number(number) => Value::Number(number),
                Absent::Word(word) => Value::Word(word.to_owned()),
                Absent::Nothing | Absent::Required => Value::Nothing,
            };
            return (value != usual).then(|| Supplied {
                value,
                certainty: kind.certainty,
                source: format!("{}: {}", kind.label, kind.source),
            });
        }
        if address == "/platform/balancer/handshake_ms"
            && let Some(ms) = self.handshake_of_certificate()
        {
            let source = "measured with OpenSSL for this certificate".to_owned();
            return Some(Supplied { value: Value::Number(ms), certainty: Certainty::Measured, source });
        }
        if address.starts_with(Area::Platform.base())
            && let Some(derived) = self.derivation().of_address(address)
        {
            let value = derived.value.clone();
            return Some(Supplied { value, certainty: derived.certainty, source: derived.told() });
        }
        self.preset_value(address)
    }

    /// Returns the default that the preset gives an input.
    fn preset_value(&self, address: &str) -> Option<Supplied> {
        let preset = self.preset().filter(|_| address.starts_with(Area::Platform.base()))?;
        let value = match preset.value(address)? {
            Absent::Number(number) => Value::Number(number),
            Absent::Word(word) => Value::Word(word.to_owned()),
            Absent::Nothing | Absent::Required => return None,
        };
        let source = format!("preset {}: {}", preset.label, preset.source);
        Some(Supplied { value, certainty: preset.certainty, source })
    }

    /// Returns the time of a handshake with the certificate that the file names [ms].
    fn handshake_of_certificate(&self) -> Option<f64> {
        match self.word("/platform/balancer/certificate")? {
            "rsa-2048" => Some(RSA_HANDSHAKE_MS),
            "p-256" => Some(P256_HANDSHAKE_MS),
            _ => None,
        }
    }

    /// Returns what devices see when the parts of the topology fail that an outage or event names; `None` where it names
    /// none, or the topology has no such part.
    pub fn failure(&self, base: &str) -> Option<Effect> {
        let named = self.word(&format!("{base}/fails"))?;
        let how = self.word(&format!("{base}/fails_by")).and_then(How::from_word).unwrap_or(How::Crash);
        let topology = self.topology()?;
        let gone = failure::taken(topology, named).ok()?;
        failure::effect(topology, self, &gone, how)
    }

    /// Returns what a failure says about one of the other inputs.
    fn of_failure(&self, base: &str, key: &str) -> Option<Supplied> {
        if !FOLLOW.contains(&key) {
            return None;
        }
        let effect = self.failure(base)?;
        let word = |word: &str| Value::Word(word.to_owned());
        let value = match key {
            "attempts_meet" => word(effect.meets.word()),
            "connections_end" => word(effect.loses.map_or(Loss::STAY, Loss::word)),
            "share_pct" => Value::Number(effect.share_pct),
            "platform_down" => word(if effect.platform_down { "on" } else { "off" }),
            "tier" => word(effect.tier.word()),
            "capacity_pct" => Value::Number(effect.capacity_pct),
            "ramp_s" => Value::Number(0.0),
            // Steps and lengths are those of a kind that is not meant here.
            _ => Value::Number(1.0),
        };
        Some(Supplied { value, certainty: Certainty::Assumed, source: format!("failure: {}", effect.told) })
    }

    /// Returns what a kind of outage says about one of the other inputs.
    fn of_kind(&self, kind: &OutageKind, key: &str, event: bool) -> Option<Value> {
        let seen = kind.seen(self.front());
        let word = |word: &str| Some(Value::Word(word.to_owned()));
        let left = |gone: Part| Value::Number(tenths(100.0 - self.percent(gone)));
        match key {
            "attempts_meet" => word(seen.meets.word()),
            "connections_end" => word(seen.loses.map_or(Loss::STAY, Loss::word)),
            // What touches no connection and no attempt touches nobody in particular.
            "share_pct" if seen.loses.is_none() => Some(Value::Number(100.0)),
            "share_pct" => Some(Value::Number(tenths(self.percent(kind.share)))),
            "platform_down" => word(if kind.platform_down { "on" } else { "off" }),
            "tier" => word(kind.tier.word()),
            "capacity_pct" => Some(left(kind.gone)),
            "ramp_s" => kind.ramp.map(|(_, length)| Value::Number(length)),
            "ramp_from_pct" => kind.ramp.map(|(gone, _)| left(gone)),
            "steps" => Some(Value::Number(f64::from(kind.steps))),
            "repeat_every_s" => kind.every_s.map(Value::Number),
            "length_s" if event => kind.typical_s.map(Value::Number),
            _ => None,
        }
    }

    /// Returns a part [%]; of servers that are not modelled one of two.
    fn percent(&self, part: Part) -> f64 {
        let Part::OneServer = part else {
            return match part {
                Part::Percent(percent) => percent,
                Part::OneServer => 50.0,
            };
        };
        let row = CONNECTION_SERVERS.iter().find(|row| row.key == "servers");
        let servers = row
            .filter(|_| self.present(Area::ConnectionServers))
            .and_then(|row| self.stated("/platform/connection_servers/servers", row).ok()?.number());
        100.0 / servers.unwrap_or(2.0)
    }
}

/// Returns a percentage rounded to tenths, never nothing: the only one of one server leaves next to none.
fn tenths(percent: f64) -> f64 {
    ((percent * 10.0).round() / 10.0).clamp(0.1, 100.0)
}
