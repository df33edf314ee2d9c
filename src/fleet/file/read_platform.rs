//! From the values of the platform and its sections to the [`Platform`].

use super::Value;
use super::read::{Reader, Values, number, word};
use crate::base::json::{self, Kind};
use crate::base::{Finding, Micros};
use crate::fleet::platform::{
    Balancer, Breaking, Full, Limit, LimitKind, Platform, Purges, ServiceLaw, Sessions, Tier, Writes,
};
use crate::fleet::settings::Area;

/// The sections that may stand beside the inputs of the platform.
const SECTIONS: [Area; 4] = [Area::Balancer, Area::ConnectionServers, Area::Writes, Area::BreakingPoint];

/// A section that cannot be read; the findings say why.
struct Unreadable;

impl Reader<'_> {
    /// Reads the platform.
    pub(super) fn platform(&mut self) -> Option<Platform> {
        let base = Area::Platform.base();
        let sections = SECTIONS.iter().filter_map(|area| area.base().rsplit('/').next());
        let keys: Vec<&str> = Area::Platform.settings().iter().map(|row| row.key).chain(sections).collect();
        self.unknown_keys(base, &keys);
        let values = self.values(base, Area::Platform.settings().iter());
        self.inert(base, Area::Platform.settings());
        // Every section is read, so that all findings come at once.
        let balancer = self.section(Area::Balancer, balancer);
        let connection = self.section(Area::ConnectionServers, connection_servers);
        let writes = self.section(Area::Writes, |values| Some(writes(values)));
        let breaking = self.section(Area::BreakingPoint, breaking);
        let authentication = self.authentication_timeout();
        let values = values?;
        let own = millis(&values, "sign_in_timeout_ms");
        Some(Platform {
            workers: number(&values, "workers") as u32,
            service_time: time(&values, "service_time_ms")?,
            service_law: law(&values),
            accept_queue: number(&values, "accept_queue") as u32,
            full: full(&values),
            // Whoever gives up first closes the attempt.
            sign_in_timeout: own.into_iter().chain(authentication).min(),
            purges: purges(&values),
            held: limit(&values, "held_connections"),
            balancer: balancer.ok()?,
            connection: connection.ok()?,
            writes: writes.ok()?,
            breaking: breaking.ok()?,
            sessions: Sessions {
                bind_protection: values["bind_protection_s"].number().and_then(Micros::from_secs_f64),
                pongs_wait: word(&values, "pongs_wait") == "on",
            },
        })
    }

    /// Reads a section; `None` where it is not modelled.
    fn section<T>(
        &mut self,
        area: Area,
        make: impl Fn(&Values) -> Option<T>,
    ) -> Result<Option<T>, Unreadable> {
        let base = area.base();
        let null = self.view.tree().get(base).is_some_and(|node| node.kind == Kind::Null);
        if !null {
            let keys: Vec<&str> = area.settings().iter().map(|row| row.key).collect();
            self.unknown_keys(base, &keys);
        }
        if !self.view.present(area) {
            return Ok(None);
        }
        let values = self.values(base, area.settings().iter());
        self.inert(base, area.settings());
        values.and_then(|values| make(&values)).map(Some).ok_or(Unreadable)
    }

    /// Returns after what time the Connection Servers give a sign-in up, where they are modelled.
    fn authentication_timeout(&self) -> Option<Micros> {
        let area = Area::ConnectionServers;
        let key = "authentication_timeout_ms";
        let row = area.settings().iter().find(|row| row.key == key && self.view.present(area))?;
        let value = self.view.stated(&json::join(area.base(), key), row).ok()?;
        value.number().map(|ms| Micros::from_millis(ms as u64))
    }

    /// Finds inputs that the file sets without effect.
    pub(super) fn inert(&mut self, base: &str, rows: &[crate::fleet::Setting]) {
        for row in rows {
            let address = super::address::join(base, row);
            let Some((node, pointer)) = self.view.lookup(&address) else { continue };
            if node.kind == Kind::Null {
                continue;
            }
            let Some(reason) = self.view.inert(&address, row) else { continue };
            let what = format!("`{}` has no effect here.", row.name());
            let finding = Finding::warning("F026", pointer.clone(), what).why(reason);
            let finding = match row.absent {
                crate::fleet::setting::Absent::Nothing => finding
                    .fix("Take it out, or model what it needs.")
                    .patch(pointer, serde_json::Value::Null, "Take it out"),
                _ if row.key == "when_full" => {
                    finding.fix("Say `refuse`.").patch(pointer, "refuse", "Say `refuse`")
                }
                _ => finding.fix("Take it out, or model what it needs."),
            };
            self.at(node, finding);
        }
    }
}

/// Returns the load balancer.
fn balancer(values: &Values) -> Option<Balancer> {
    let kind = match word(values, "limit_kind") {
        "reset" => LimitKind::Reset,
        "http-503" => LimitKind::Http503,
        "http-503-counts-all" => LimitKind::Http503CountsAll,
        _ => LimitKind::DelayAccept,
    };
    // Where a handshake takes no time there is no station for it.
    let free = number(values, "handshake_ms") == 0.0;
    Some(Balancer {
        limit: limit(values, "limit_per_s").map(|per_s| Limit { per_s, kind }),
        backlog: number(values, "backlog") as u32,
        cores: if free { 0 } else { number(values, "cores") as u32 },
        handshake: time(values, "handshake_ms")?,
        resumed_handshake: time(values, "resumed_handshake_ms")?,
        resumed_permille: permille(number(values, "resumed_pct")),
        held: limit(values, "held_connections"),
        idle_timeout: values["idle_timeout_s"].number().and_then(Micros::from_secs_f64),
    })
}

/// Returns all Connection Servers as one tier.
fn connection_servers(values: &Values) -> Option<Tier> {
    let servers = number(values, "servers") as u32;
    let times = |key| (number(values, key) as u32).saturating_mul(servers);
    let devices = number(values, "devices_per_server");
    let one = values["file_descriptors"].number().map_or(devices, |files| files.min(devices));
    Some(Tier {
        workers: times("workers"),
        service_time: time(values, "service_time_ms")?,
        service_law: law(values),
        room: times("queue"),
        full: full(values),
        patience: millis(values, "upgrade_timeout_ms"),
        purges: purges(values),
        held: Some((one as u32).saturating_mul(servers)),
    })
}

/// Returns where values are written.
fn writes(values: &Values) -> Writes {
    let thousandths = |key| (number(values, key) * 1e3).round() as u64;
    Writes {
        per_s: number(values, "writes_per_s") as u64,
        queue: number(values, "queue") as u64,
        event_permille: thousandths("event_cost"),
        service_permille: thousandths("service_cost"),
    }
}

/// Returns the breaking point.
fn breaking(values: &Values) -> Option<Breaking> {
    Some(Breaking {
        values: values["values"].number().map(|count| count as u64),
        waiting: limit(values, "waiting_sign_ins"),
        down: Micros::from_secs_f64(number(values, "down_s"))?,
    })
}

/// Returns a percentage in thousandths.
pub(super) fn permille(percent: f64) -> u32 {
    (percent * 10.0).round() as u32
}

/// Returns how service times vary.
fn law(values: &Values) -> ServiceLaw {
    match word(values, "service_law") {
        "exponential" => ServiceLaw::Exponential,
        "lognormal" => ServiceLaw::Lognormal,
        _ => ServiceLaw::Fixed,
    }
}

/// Returns what happens to what finds no room.
fn full(values: &Values) -> Full {
    if word(values, "when_full") == "drop-syn" { Full::DropSyn } else { Full::Refuse }
}

/// Returns which requests are dropped without work.
fn purges(values: &Values) -> Purges {
    match word(values, "purges_abandoned") {
        "given-up" => Purges::GivenUp,
        "too-late" => Purges::TooLate,
        _ => Purges::Never,
    }
}

/// Returns an optional limit.
fn limit(values: &Values, key: &str) -> Option<u32> {
    values.get(key).and_then(Value::number).map(|limit| limit as u32)
}

/// Returns a time of work that the file holds in milliseconds, to the microsecond.
fn time(values: &Values, key: &str) -> Option<Micros> {
    let ms = number(values, key);
    let time = Micros::from_secs_f64(ms / 1e3)?;
    Some(if ms > 0.0 { time.max(Micros(1)) } else { time })
}

/// Returns an optional time that the file holds in whole milliseconds.
fn millis(values: &Values, key: &str) -> Option<Micros> {
    values.get(key).and_then(Value::number).map(|ms| Micros::from_millis(ms as u64))
}
