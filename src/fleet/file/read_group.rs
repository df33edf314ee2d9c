//! From the values of a group to the [`Group`]: its agent, its link, its store.

use super::read::{Reader, number, word};
use super::{FleetFile, Value, address};
use crate::base::{Micros, json};
use crate::fleet::agent::{Agent, Backoff, BackoffLaw, CSdk, DelayLaw, DotNetSdk, Generic, JavaSdk, Retries};
use crate::fleet::group::{Bounds, DutyCycle, Flush, Group, Link, OfflineStore, Telemetry};
use crate::fleet::kind::AgentKind;
use crate::fleet::setting::Setting;
use crate::fleet::settings::{Area, group_settings};
use std::collections::BTreeMap;

impl Reader<'_> {
    /// Reads one group.
    pub(super) fn group(&mut self, file: &FleetFile, id: &str) -> Option<Group> {
        let base = json::join("/groups", id);
        let kind = address::kind_of(&self.view, id);
        let rows: Vec<&'static Setting> = match kind {
            Some(kind) => group_settings(kind).collect(),
            None => Area::Group.settings().iter().collect(),
        };
        let keys: Vec<&str> = rows.iter().map(|row| row.key).collect();
        if kind.is_some() {
            // Without a known kind nobody can say which keys belong there.
            self.unknown_keys(&base, &keys);
        }
        let values = self.values(&base, rows.into_iter())?;
        Some(Group {
            id: id.to_owned(),
            name: file.group_name(id).to_owned(),
            devices: number(&values, "devices") as u32,
            agent: agent(kind?, &values),
            telemetry: Telemetry {
                properties: number(&values, "telemetry/properties") as u64,
                events: number(&values, "telemetry/events") as u64,
                services: number(&values, "telemetry/services") as u64,
                interval_s: number(&values, "telemetry/interval_s"),
            },
            store: OfflineStore {
                limit_bytes: number(&values, "offline_store/limit_bytes") as u64,
                value_bytes: number(&values, "offline_store/value_bytes") as u64,
                flush: match word(&values, "offline_store/flush") {
                    "before-bind" => Flush::BeforeBind,
                    _ => Flush::AfterBind,
                },
                resends: word(&values, "offline_store/resends") == "on",
            },
            link: link(kind?, &values),
            duty: duty(&values),
            drops_per_day: number(&values, "local_trouble/drops_per_day"),
        })
    }
}

/// Returns the agent of a group from its checked values.
fn agent(kind: AgentKind, values: &BTreeMap<&str, Value>) -> Agent {
    let seconds = |key| Micros::from_secs(number(values, key) as u64);
    match kind {
        AgentKind::CSdk => Agent::CSdk(sdk(values)),
        AgentKind::ExampleAgent => Agent::ExampleAgent {
            reconnect_random_delay: seconds("reconnect_random_delay_seconds"),
            sdk: sdk(values),
        },
        AgentKind::Ems => Agent::Ems(sdk(values)),
        AgentKind::JavaSdk => Agent::JavaSdk(JavaSdk {
            reconnect_interval: seconds("reconnect_interval_s"),
            connect_timeout: millis(values, "connect_timeout"),
        }),
        AgentKind::DotNetSdk => Agent::DotNetSdk(DotNetSdk {
            auto_reconnect: word(values, "auto_reconnect") == "on",
            sdk: sdk(values),
        }),
        AgentKind::Generic => Agent::Generic(Generic {
            first_delay: millis(values, "first_delay_ms"),
            connect_timeout: millis(values, "connect_timeout"),
            connect_retries: retries(values),
            backoff: Backoff {
                law: BackoffLaw::from_word(word(values, "backoff/law")).unwrap_or(BackoffLaw::FullJitter),
                base: millis(values, "backoff/base_ms"),
                cap: millis(values, "backoff/cap_ms"),
            },
        }),
    }
}

/// Returns the settings of the SDK's connect call.
fn sdk(values: &BTreeMap<&str, Value>) -> CSdk {
    CSdk {
        max_connect_delay: millis(values, "max_connect_delay"),
        connect_timeout: millis(values, "connect_timeout"),
        connect_retries: retries(values),
        connect_retry_interval: millis(values, "connect_retry_interval"),
        delay_law: DelayLaw::from_word(word(values, "delay_law")).unwrap_or(DelayLaw::Documented),
    }
}

/// Returns how the connections of a group are watched, by the names that its kind has for it.
fn link(kind: AgentKind, values: &BTreeMap<&str, Value>) -> Link {
    let (ping_rate, pong_timeout) = match kind {
        AgentKind::CSdk | AgentKind::ExampleAgent | AgentKind::DotNetSdk => {
            (millis(values, "ping_rate"), millis(values, "pong_timeout"))
        }
        AgentKind::Ems => (millis(values, "ping_rate"), millis(values, "pingpong_timeout")),
        AgentKind::JavaSdk => {
            (Micros::from_secs(number(values, "idle_ping_rate_s") as u64), millis(values, "pong_timeout"))
        }
        AgentKind::Generic => {
            let keep_alive = number(values, "keep_alive_s");
            // A connection counts as dead this many keep-alives after the last answer, of which the first
            // passes until the ping.
            let patience = keep_alive * (number(values, "detection_factor") - 1.0);
            (Micros::from_secs(keep_alive as u64), Micros::from_secs_f64(patience).unwrap_or(Micros::ZERO))
        }
    };
    let message_timeout = match kind {
        AgentKind::Ems => "msg_timeout",
        _ => "default_message_timeout",
    };
    Link {
        tls: word(values, "tls") != "off",
        ping_rate,
        pong_timeout,
        message_timeout: millis(values, message_timeout),
        bounds: Bounds::from_word(word(values, "timeout_law")).unwrap_or(Bounds::Answer),
    }
}

/// Returns the duty cycle of a group, `None` where its devices are always connected.
fn duty(values: &BTreeMap<&str, Value>) -> Option<DutyCycle> {
    // Kinds without these rows read 0.
    let (on_pct, period) = (number(values, "duty_cycle/on_pct"), millis(values, "duty_cycle/period_ms"));
    let cycles = period > Micros::ZERO && on_pct < 100.0;
    cycles.then_some(DutyCycle { period, on_permille: (on_pct * 10.0) as u32 })
}

/// Returns the attempts of a call, or after a loss.
fn retries(values: &BTreeMap<&str, Value>) -> Retries {
    let retries = number(values, "connect_retries");
    if retries < 0.0 { Retries::Forever } else { Retries::Times(retries as u16) }
}

/// Returns a time that the file holds in milliseconds.
fn millis(values: &BTreeMap<&str, Value>, key: &str) -> Micros {
    Micros::from_millis(number(values, key) as u64)
}
