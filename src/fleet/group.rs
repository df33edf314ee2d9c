//! A group: devices with the same agent and the same settings.

use super::kind::AgentKind;
use crate::base::Micros;

/// How often a connect call tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retries {
    /// The call never returns until it is connected (`connect_retries` = −1).
    Forever,
    /// The call makes this many attempts and then returns an error.
    Times(u16),
}

/// How an SDK build turns `max_connect_delay` into a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelayLaw {
    /// Uniform between 0 and `max_connect_delay`.
    Documented,
    /// C SDK 2.2.1 on Linux: a 32-bit overflow makes it 0 to 2 ms [measured].
    Linux221,
    /// C SDK 2.2.1 on Windows: works up to 2^32/32767 ms, about 131 s, and wraps above.
    Windows221,
}

impl DelayLaw {
    /// Returns the law with this word of [`super::settings::DELAY_LAWS`].
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "documented" => Some(Self::Documented),
            "2.2.1-linux" => Some(Self::Linux221),
            "2.2.1-windows" => Some(Self::Windows221),
            _ => None,
        }
    }
}

/// Settings of the C SDK's connect call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CSdk {
    /// Longest random wait before the first attempt of a call.
    pub max_connect_delay: Micros,
    /// Longest wait for the platform's answer in one attempt.
    pub connect_timeout: Micros,
    /// Attempts per call.
    pub connect_retries: Retries,
    /// Fixed pause after every failed attempt, also after the last one.
    pub connect_retry_interval: Micros,
    /// How `max_connect_delay` becomes a wait.
    pub delay_law: DelayLaw,
}

/// What reconnects a device, with its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// The SDK alone: one connect call per loss.
    CSdk(CSdk),
    /// A connection manager that calls the SDK again and again.
    ExampleAgent {
        /// Longest random wait of the manager before each connect call.
        reconnect_random_delay: Micros,
        /// The call it makes.
        sdk: CSdk,
    },
}

impl Agent {
    /// Returns the agent's kind.
    pub fn kind(&self) -> AgentKind {
        match self {
            Self::CSdk(_) => AgentKind::CSdk,
            Self::ExampleAgent { .. } => AgentKind::ExampleAgent,
        }
    }

    /// Returns the settings of the SDK's connect call.
    pub fn sdk(&self) -> &CSdk {
        match self {
            Self::CSdk(sdk) | Self::ExampleAgent { sdk, .. } => sdk,
        }
    }
}

/// What a device records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Telemetry {
    /// Values per recording.
    pub properties: u64,
    /// Time between two recordings [s], above 0.
    pub interval_s: f64,
}

impl Telemetry {
    /// Returns the values that one device records in a second [values/s].
    pub fn values_per_s(&self) -> f64 {
        self.properties as f64 / self.interval_s
    }
}

/// Where a device keeps values while it is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfflineStore {
    /// Room [B].
    pub limit_bytes: u64,
    /// Size of one value [B], at least 1.
    pub value_bytes: u64,
}

impl OfflineStore {
    /// Returns the number of values that fit.
    pub fn values(&self) -> u64 {
        self.limit_bytes / self.value_bytes.max(1)
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
}
