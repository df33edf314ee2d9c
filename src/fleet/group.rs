//! A group: devices with the same agent and the same settings.
//!
//! Beside the agent, which decides when attempts begin, a group says how its connections are watched,
//! what is recorded and stored, and what happens to single devices without any outage.

use super::agent::Agent;
use crate::base::Micros;

/// What the connect timeout bounds in an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// Only the wait for the answer to the upgrade, once TCP and TLS stand; a connect that meets nobody
    /// lasts until the device's kernel gives up [measured with C SDK 2.2.1].
    Answer,
    /// The whole attempt from its first SYN, as the name says.
    Attempt,
}

impl Bounds {
    /// Returns what is bounded by this word of [`super::settings::TIMEOUT_LAWS`].
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "measured" => Some(Self::Answer),
            "documented" => Some(Self::Attempt),
            _ => None,
        }
    }
}

/// How a device's connection is made and watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Time between two pings of the device.
    pub ping_rate: Micros,
    /// Longest wait for the answer to a ping.
    pub pong_timeout: Micros,
    /// Longest wait for the answers to authentication, bind and every request.
    pub message_timeout: Micros,
    /// What the connect timeout bounds.
    pub bounds: Bounds,
}

impl Link {
    /// C SDK 2.2.1 over TLS with its default settings, as measured.
    pub const C_SDK: Self = Self {
        tls: true,
        ping_rate: Micros::from_secs(55),
        pong_timeout: Micros::from_secs(10),
        message_timeout: Micros::from_secs(10),
        bounds: Bounds::Answer,
    };
}

impl Default for Link {
    fn default() -> Self {
        Self::C_SDK
    }
}

/// How devices that are not always connected divide their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DutyCycle {
    /// Length of one cycle of connected and not connected, above 0.
    pub period: Micros,
    /// Connected part of it [1/1000], 1 to 999.
    pub on_permille: u32,
}

/// What a device records, and what it asks of the platform with every recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Telemetry {
    /// Values per recording.
    pub properties: u64,
    /// Events per recording.
    pub events: u64,
    /// Service calls per recording.
    pub services: u64,
    /// Time between two recordings [s], above 0.
    pub interval_s: f64,
}

impl Telemetry {
    /// Returns a recording of this many values every so often [s].
    pub const fn new(properties: u64, interval_s: f64) -> Self {
        Self { properties, events: 0, services: 0, interval_s }
    }

    /// Returns the values that one device records in a second [values/s].
    pub fn values_per_s(&self) -> f64 {
        self.properties as f64 / self.interval_s
    }
}

/// When a device that is back sends what it has stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// The offline message store: message after message in one burst, after authentication and before
    /// bind.
    BeforeBind,
    /// Subscribed properties: one large update after bind.
    AfterBind,
}

/// Where a device keeps values while it is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfflineStore {
    /// Room [B].
    pub limit_bytes: u64,
    /// Size of one value [B], at least 1.
    pub value_bytes: u64,
    /// When it is sent.
    pub flush: Flush,
    /// Whether requests that were not answered in time are stored and sent again, which doubles the load
    /// of a slow platform.
    pub resends: bool,
}

impl OfflineStore {
    /// Returns a store for subscribed properties with this much room, for values of this size [B].
    pub const fn new(limit_bytes: u64, value_bytes: u64) -> Self {
        Self { limit_bytes, value_bytes, flush: Flush::AfterBind, resends: false }
    }

    /// Returns the number of values that fit.
    pub fn values(&self) -> u64 {
        self.limit_bytes / self.value_bytes.max(1)
    }
}

impl Default for OfflineStore {
    /// Returns the store of subscribed properties of C SDK 2.2.1, as measured.
    fn default() -> Self {
        Self::new(16_384, 39)
    }
}

/// Devices with the same agent and the same settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Key in the project file; unique, and part of the address of every input.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Number of devices, at least 1.
    pub devices: u32,
    /// What reconnects them.
    pub agent: Agent,
    /// What they record.
    pub telemetry: Telemetry,
    /// Where they keep it while they are away.
    pub store: OfflineStore,
    /// How their connections are made and watched.
    pub link: Link,
    /// How they divide their time; `None` where they are always connected.
    pub duty: Option<DutyCycle>,
    /// Local trouble: mean losses of one device without any outage [1/d].
    pub drops_per_day: f64,
}

impl Group {
    /// Returns how long a device can record until its store is full [s]; infinite where it records nothing.
    pub fn store_lasts_s(&self) -> f64 {
        let rate = self.telemetry.values_per_s();
        if rate > 0.0 { self.store.values() as f64 / rate } else { f64::INFINITY }
    }
}
