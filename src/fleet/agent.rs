//! What reconnects a device: the agent kinds with their settings.
//!
//! Only values, no behaviour: how each kind gets from one attempt to the next is the business of the
//! machines in [`crate::agent`]. The back-off law stands here because rules and machines share it.

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

/// Settings of an application on the Java SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JavaSdk {
    /// Fixed wait before every attempt, the first one too; nothing spreads it.
    pub reconnect_interval: Micros,
    /// Longest wait for the platform's answer in one attempt.
    pub connect_timeout: Micros,
}

/// Settings of an application on the .NET SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DotNetSdk {
    /// Whether the SDK connects again after a loss; without it nothing does.
    pub auto_reconnect: bool,
    /// The call that it then makes, again and again.
    pub sdk: CSdk,
}

/// Settings of a WebSocket or MQTT agent that backs off; also the what-if policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generic {
    /// Longest random wait before the first attempt after a loss.
    pub first_delay: Micros,
    /// Longest wait for the platform's answer in one attempt.
    pub connect_timeout: Micros,
    /// Attempts after a loss; when they have failed, the device is stranded at once.
    pub connect_retries: Retries,
    /// How long it waits after each failure.
    pub backoff: Backoff,
}

/// How the waits of a [`Backoff`] follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackoffLaw {
    /// Always `min(cap, base)`.
    Fixed,
    /// `expo(n) = min(cap, base · 2^n)`.
    Exponential,
    /// `U(0, expo(n))`.
    FullJitter,
    /// `expo(n)/2 + U(0, expo(n)/2)`.
    EqualJitter,
    /// `min(cap, U(base, 3 · previous wait))`, where the wait before the first is `base`.
    DecorrelatedJitter,
}

impl BackoffLaw {
    /// Returns the law with this word of [`super::settings::BACKOFF_LAWS`].
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "fixed" => Some(Self::Fixed),
            "exponential" => Some(Self::Exponential),
            "full-jitter" => Some(Self::FullJitter),
            "equal-jitter" => Some(Self::EqualJitter),
            "decorrelated-jitter" => Some(Self::DecorrelatedJitter),
            _ => None,
        }
    }

    /// Returns whether devices that fail together wait differently.
    pub fn spreads(self) -> bool {
        !matches!(self, Self::Fixed | Self::Exponential)
    }
}

/// How long an agent waits after a failed attempt. The law counts whole milliseconds: of base and cap
/// a fraction of a millisecond is cut off, and more than 2^32 − 1 ms (49.7 days) counts as that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// How the waits follow each other.
    pub law: BackoffLaw,
    /// Wait that the first one is made from.
    pub base: Micros,
    /// Longest wait.
    pub cap: Micros,
}

impl Backoff {
    /// Returns the base [ms].
    pub fn base_ms(&self) -> u32 {
        whole_ms(self.base)
    }

    /// Returns the cap [ms].
    pub fn cap_ms(&self) -> u32 {
        whole_ms(self.cap)
    }

    /// Returns `min(cap, base · 2^n)` [ms], where n is the number of failures since the loss before the
    /// one that is waited for.
    pub fn expo_ms(&self, n: u32) -> u32 {
        // Beyond 32 doublings any base but 0 is above any cap.
        let doubled = u64::from(self.base_ms()) << n.min(32);
        doubled.min(u64::from(self.cap_ms())) as u32
    }

    /// Returns the longest wait after `n` earlier failures.
    pub fn longest(&self, n: u32) -> Micros {
        let ms = match self.law {
            BackoffLaw::Fixed => self.expo_ms(0),
            BackoffLaw::Exponential | BackoffLaw::FullJitter | BackoffLaw::EqualJitter => self.expo_ms(n),
            BackoffLaw::DecorrelatedJitter => {
                let grown =
                    3_u64.saturating_pow(n.saturating_add(1)).saturating_mul(u64::from(self.base_ms()));
                grown.min(u64::from(self.cap_ms())) as u32
            }
        };
        Micros::from_millis(u64::from(ms))
    }
}

/// Returns a time in whole milliseconds that fit 32 bits [ms].
fn whole_ms(time: Micros) -> u32 {
    u32::try_from(time.0 / 1_000).unwrap_or(u32::MAX)
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
    /// The EMS: the SDK's connect call with defaults of its own.
    Ems(CSdk),
    /// The Java SDK: a fixed wait before every attempt, for ever.
    JavaSdk(JavaSdk),
    /// The .NET SDK: nothing at all, or the SDK's connect call for ever.
    DotNetSdk(DotNetSdk),
    /// Anything else that backs off.
    Generic(Generic),
}

impl Agent {
    /// Returns the agent's kind.
    pub fn kind(&self) -> AgentKind {
        match self {
            Self::CSdk(_) => AgentKind::CSdk,
            Self::ExampleAgent { .. } => AgentKind::ExampleAgent,
            Self::Ems(_) => AgentKind::Ems,
            Self::JavaSdk(_) => AgentKind::JavaSdk,
            Self::DotNetSdk(_) => AgentKind::DotNetSdk,
            Self::Generic(_) => AgentKind::Generic,
        }
    }

    /// Returns the settings of the SDK's connect call, for kinds that make one.
    pub fn sdk(&self) -> Option<&CSdk> {
        match self {
            Self::CSdk(sdk)
            | Self::ExampleAgent { sdk, .. }
            | Self::Ems(sdk)
            | Self::DotNetSdk(DotNetSdk { sdk, .. }) => Some(sdk),
            Self::JavaSdk(_) | Self::Generic(_) => None,
        }
    }

    /// Returns the longest wait for the platform's answer in one attempt.
    pub fn connect_timeout(&self) -> Micros {
        match self {
            Self::CSdk(sdk)
            | Self::ExampleAgent { sdk, .. }
            | Self::Ems(sdk)
            | Self::DotNetSdk(DotNetSdk { sdk, .. }) => sdk.connect_timeout,
            Self::JavaSdk(java) => java.connect_timeout,
            Self::Generic(generic) => generic.connect_timeout,
        }
    }

    /// Returns the attempts in a row before the agent gives up or begins anew.
    pub fn retries(&self) -> Retries {
        match self {
            Self::CSdk(sdk)
            | Self::ExampleAgent { sdk, .. }
            | Self::Ems(sdk)
            | Self::DotNetSdk(DotNetSdk { sdk, .. }) => sdk.connect_retries,
            Self::JavaSdk(_) => Retries::Forever,
            Self::Generic(generic) => generic.connect_retries,
        }
    }

    /// Returns whether the agent ever attempts to connect by itself after a loss.
    pub fn reconnects(&self) -> bool {
        let switched_off = matches!(self, Self::DotNetSdk(DotNetSdk { auto_reconnect: false, .. }));
        !switched_off && self.retries() != Retries::Times(0)
    }
}
