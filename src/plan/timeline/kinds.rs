//! The agents that stand side by side: the group's own, and the others with the group's settings where they have
//! such a setting, else with their own defaults.
//!
//! A setting is the same where it answers the same question: the longest random delay, the wait for an answer, the
//! attempts of a call, the pause between attempts. What only one kind has (the SDK's own delay below a manager,
//! the back-off of a generic agent) keeps the default of the registry.

use crate::base::Micros;
use crate::fleet::setting::Absent;
use crate::fleet::settings::group_setting;
use crate::fleet::{
    Agent, AgentKind, Backoff, BackoffLaw, Bounds, CSdk, DelayLaw, DotNetSdk, Generic, Group, JavaSdk,
    Retries,
};

/// An agent whose timeline is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The C SDK as its documentation says.
    CSdkDocumented,
    /// C SDK 2.2.1 on Linux, whose random delay overflows.
    CSdkLinux,
    /// C SDK 2.2.1 on Windows, whose random delay wraps above 131 s.
    CSdkWindows,
    /// The EMS.
    Ems,
    /// The Java SDK.
    Java,
    /// The .NET SDK as it comes: it does not connect again.
    DotNet,
    /// The .NET SDK with its auto-reconnect switched on.
    DotNetAuto,
    /// The ExampleAgent with its connection manager.
    ExampleAgent,
    /// A generic agent that backs off.
    Generic,
}

impl Variant {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::CSdkDocumented,
        Self::CSdkLinux,
        Self::CSdkWindows,
        Self::Ems,
        Self::ExampleAgent,
        Self::Java,
        Self::DotNet,
        Self::DotNetAuto,
        Self::Generic,
    ];

    /// Returns its kind.
    pub fn kind(self) -> AgentKind {
        match self {
            Self::CSdkDocumented | Self::CSdkLinux | Self::CSdkWindows => AgentKind::CSdk,
            Self::Ems => AgentKind::Ems,
            Self::Java => AgentKind::JavaSdk,
            Self::DotNet | Self::DotNetAuto => AgentKind::DotNetSdk,
            Self::ExampleAgent => AgentKind::ExampleAgent,
            Self::Generic => AgentKind::Generic,
        }
    }

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::CSdkDocumented => "c-sdk-documented",
            Self::CSdkLinux => "c-sdk-2.2.1-linux",
            Self::CSdkWindows => "c-sdk-2.2.1-windows",
            Self::Ems => "ems",
            Self::Java => "java-sdk",
            Self::DotNet => "dotnet-sdk",
            Self::DotNetAuto => "dotnet-sdk-auto-reconnect",
            Self::ExampleAgent => "example-agent",
            Self::Generic => "generic",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::CSdkDocumented => "C SDK as documented",
            Self::CSdkLinux => "C SDK 2.2.1 on Linux",
            Self::CSdkWindows => "C SDK 2.2.1 on Windows",
            Self::Ems => "EMS",
            Self::Java => "Java SDK",
            Self::DotNet => ".NET SDK as it comes",
            Self::DotNetAuto => ".NET SDK, auto-reconnect on",
            Self::ExampleAgent => "ExampleAgent",
            Self::Generic => "Generic agent",
        }
    }

    /// Returns whether an agent is of this variant.
    pub fn is(self, agent: &Agent) -> bool {
        match (self, agent) {
            (Self::CSdkDocumented, Agent::CSdk(sdk)) => sdk.delay_law == DelayLaw::Documented,
            (Self::CSdkLinux, Agent::CSdk(sdk)) => sdk.delay_law == DelayLaw::Linux221,
            (Self::CSdkWindows, Agent::CSdk(sdk)) => sdk.delay_law == DelayLaw::Windows221,
            (Self::DotNet, Agent::DotNetSdk(dotnet)) => !dotnet.auto_reconnect,
            (Self::DotNetAuto, Agent::DotNetSdk(dotnet)) => dotnet.auto_reconnect,
            _ if matches!(self.kind(), AgentKind::CSdk | AgentKind::DotNetSdk) => false,
            _ => self.kind() == agent.kind(),
        }
    }

    /// Returns one device of a group with this agent instead of its own.
    pub(super) fn of(self, group: &Group) -> Group {
        let own = group.agent.kind() == self.kind();
        let mut made = Group { devices: 1, drops_per_day: 0.0, ..group.clone() };
        made.agent = self.agent(&group.agent);
        if !own {
            made.link.bounds = match word(self.kind(), "timeout_law") {
                "documented" => Bounds::Attempt,
                _ => Bounds::Answer,
            };
        }
        if group_setting(self.kind(), "duty_cycle/on_pct").is_none() {
            made.duty = None;
        }
        made
    }

    /// Returns the agent of this variant with the settings of another where it has such settings.
    fn agent(self, from: &Agent) -> Agent {
        if self.is(from) {
            return *from;
        }
        let kind = self.kind();
        let law = match self {
            Self::CSdkLinux => DelayLaw::Linux221,
            Self::CSdkWindows => DelayLaw::Windows221,
            _ => DelayLaw::Documented,
        };
        match self {
            Self::CSdkDocumented | Self::CSdkLinux | Self::CSdkWindows => Agent::CSdk(sdk(kind, from, law)),
            Self::Ems => Agent::Ems(sdk(kind, from, law)),
            Self::DotNet | Self::DotNetAuto => Agent::DotNetSdk(DotNetSdk {
                auto_reconnect: self == Self::DotNetAuto,
                sdk: CSdk { connect_retries: at_least_one(kind, from), ..sdk(kind, from, law) },
            }),
            Self::ExampleAgent => Agent::ExampleAgent {
                // The kind has no default of its own: it has to be said.
                reconnect_random_delay: random_delay(from)
                    .unwrap_or_else(|| default_ms(AgentKind::CSdk, "max_connect_delay")),
                sdk: CSdk {
                    max_connect_delay: default_ms(kind, "max_connect_delay"),
                    connect_retries: at_least_one(kind, from),
                    ..sdk(kind, from, law)
                },
            },
            Self::Java => Agent::JavaSdk(JavaSdk {
                reconnect_interval: pause(from)
                    .unwrap_or_else(|| Micros::from_secs(default(kind, "reconnect_interval_s") as u64)),
                connect_timeout: from.connect_timeout(),
            }),
            Self::Generic => Agent::Generic(Generic {
                first_delay: random_delay(from).unwrap_or_else(|| default_ms(kind, "first_delay_ms")),
                connect_timeout: from.connect_timeout(),
                connect_retries: retries(from).unwrap_or_else(|| default_retries(kind)),
                backoff: Backoff {
                    law: BackoffLaw::from_word(word(kind, "backoff/law")).unwrap_or(BackoffLaw::FullJitter),
                    base: default_ms(kind, "backoff/base_ms"),
                    cap: default_ms(kind, "backoff/cap_ms"),
                },
            }),
        }
    }
}

/// Returns a connect call of a kind with the settings of an agent.
fn sdk(kind: AgentKind, from: &Agent, delay_law: DelayLaw) -> CSdk {
    CSdk {
        max_connect_delay: random_delay(from).unwrap_or_else(|| default_ms(kind, "max_connect_delay")),
        connect_timeout: from.connect_timeout(),
        connect_retries: retries(from).unwrap_or_else(|| default_retries(kind)),
        connect_retry_interval: pause(from).unwrap_or_else(|| default_ms(kind, "connect_retry_interval")),
        delay_law,
    }
}

/// Returns the longest random delay of an agent, where it has one.
fn random_delay(agent: &Agent) -> Option<Micros> {
    match agent {
        Agent::ExampleAgent { reconnect_random_delay, .. } => Some(*reconnect_random_delay),
        Agent::Generic(generic) => Some(generic.first_delay),
        _ => agent.sdk().map(|sdk| sdk.max_connect_delay),
    }
}

/// Returns the fixed pause between attempts of an agent, where it has one.
fn pause(agent: &Agent) -> Option<Micros> {
    match agent {
        Agent::JavaSdk(java) => Some(java.reconnect_interval),
        _ => agent.sdk().map(|sdk| sdk.connect_retry_interval),
    }
}

/// Returns the attempts that an agent is set to, where it has such a setting.
fn retries(agent: &Agent) -> Option<Retries> {
    (agent.kind() != AgentKind::JavaSdk).then(|| agent.retries())
}

/// Returns the attempts of a kind that makes at least one.
fn at_least_one(kind: AgentKind, from: &Agent) -> Retries {
    retries(from).filter(|retries| *retries != Retries::Times(0)).unwrap_or_else(|| default_retries(kind))
}

/// Returns the default of a setting that is a number, in the unit of the file.
fn default(kind: AgentKind, key: &str) -> f64 {
    match group_setting(kind, key).map(|setting| setting.absent) {
        Some(Absent::Number(number)) => number,
        _ => 0.0,
    }
}

fn default_ms(kind: AgentKind, key: &str) -> Micros {
    Micros::from_millis(default(kind, key) as u64)
}

fn default_retries(kind: AgentKind) -> Retries {
    let number = default(kind, "connect_retries");
    if number < 0.0 { Retries::Forever } else { Retries::Times(number as u16) }
}

/// Returns the default of a setting that is a word.
fn word(kind: AgentKind, key: &str) -> &'static str {
    match group_setting(kind, key).map(|setting| setting.absent) {
        Some(Absent::Word(word)) => word,
        _ => "",
    }
}
