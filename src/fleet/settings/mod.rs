//! The registry of inputs: one table per area, one file per table.
//!
//! An area is a place in the project file: a group of devices (with the settings of its agent kind),
//! the platform or one of its sections, the outage or one of its further events, or the targets. To add an
//! input, add a row; reader, editor, schema, reference page and `--set` follow from it.

mod agents;
mod cluster;
mod costs;
pub mod files;
mod group;
mod outage;
mod platform;
pub mod suspicion;
mod targets;

pub use agents::{BACKOFF_LAWS, C_SDK, DELAY_LAWS, DOTNET_SDK, EMS, EXAMPLE_AGENT};
pub use agents::{GENERIC, JAVA_SDK, TIMEOUT_LAWS};
pub use cluster::{CLUSTER, CONNECTION_SERVER, DATABASE, FILE_STORAGE, FOUNDATION, IGNITE};
pub use cluster::{LINK, LOAD_BALANCER, MACHINE, ZOOKEEPER};
pub use costs::{COSTS, CURRENCIES};
pub use group::{FLUSHES, GROUP, KINDS};
pub use outage::{ENDS, EVENT, KIND_CHOICES, MEETS, OUTAGE, TIERS, WAYS};
pub use platform::WRITES;
pub use platform::{BALANCER, BREAKING_POINT, CERTIFICATES, CONNECTION_SERVERS, LIMIT_KINDS, PLATFORM};
pub use platform::{ON_OFF, P256_HANDSHAKE_MS, PRESET_CHOICES, RSA_HANDSHAKE_MS, SERVICE_LAWS, WHEN_FULL};
pub use targets::TARGETS;

use super::cluster::NodeKind;
use super::kind::AgentKind;
use super::setting::Setting;

/// A place in the project file that holds inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// What every group has, whatever its agents are.
    Group,
    /// What a group has because of its agent kind.
    Agent(AgentKind),
    /// What the agent's files hold and the simulation does not need.
    FileOnly(AgentKind),
    /// The platform that the devices sign in to.
    Platform,
    /// The load balancer, where it is modelled.
    Balancer,
    /// The Connection Servers, where they are modelled.
    ConnectionServers,
    /// Where values are written, where that is modelled.
    Writes,
    /// When overload takes the platform down again, where that is modelled.
    BreakingPoint,
    /// The outage that is planned for.
    Outage,
    /// A further event on its timeline.
    Event,
    /// What must hold for the plan to be good enough.
    Targets,
    /// What a thing of the topology has because of its kind.
    Thing(NodeKind),
    /// What an outage costs.
    Costs,
}

impl Area {
    /// Every area, in the order of the file.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Group]
            .into_iter()
            .chain(AgentKind::ALL.into_iter().flat_map(|kind| [Self::Agent(kind), Self::FileOnly(kind)]))
            .chain([
                Self::Platform,
                Self::Balancer,
                Self::ConnectionServers,
                Self::Writes,
                Self::BreakingPoint,
                Self::Outage,
                Self::Event,
                Self::Targets,
                Self::Costs,
            ])
            .chain(NodeKind::tables().map(Self::Thing))
    }

    /// Areas that stand at most once in a file, in the order in which they are shown.
    pub const SINGLE: [Self; 8] = [
        Self::Platform,
        Self::Balancer,
        Self::ConnectionServers,
        Self::Writes,
        Self::BreakingPoint,
        Self::Outage,
        Self::Targets,
        Self::Costs,
    ];

    /// Returns whether the area is only modelled where the file has it.
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Balancer | Self::ConnectionServers | Self::Writes | Self::BreakingPoint)
    }

    /// The rows of this area, in the order in which they are shown.
    pub fn settings(self) -> &'static [Setting] {
        match self {
            Self::Group => GROUP,
            Self::Agent(AgentKind::CSdk) => C_SDK,
            Self::Agent(AgentKind::ExampleAgent) => EXAMPLE_AGENT,
            Self::Agent(AgentKind::Ems) => EMS,
            Self::Agent(AgentKind::JavaSdk) => JAVA_SDK,
            Self::Agent(AgentKind::DotNetSdk) => DOTNET_SDK,
            Self::Agent(AgentKind::Generic) => GENERIC,
            Self::FileOnly(kind) => files::file_only(kind),
            Self::Platform => PLATFORM,
            Self::Balancer => BALANCER,
            Self::ConnectionServers => CONNECTION_SERVERS,
            Self::Writes => WRITES,
            Self::BreakingPoint => BREAKING_POINT,
            Self::Outage => OUTAGE,
            Self::Event => EVENT,
            Self::Targets => TARGETS,
            Self::Thing(kind) => kind.settings(),
            Self::Costs => COSTS,
        }
    }

    /// Heading over the rows.
    pub fn title(self) -> &'static str {
        match self {
            Self::Group => "Every group",
            Self::Agent(kind) => kind.label(),
            Self::FileOnly(_) => "In the file only",
            Self::Platform => "Platform",
            Self::Balancer => "Load balancer",
            Self::ConnectionServers => "Connection Servers",
            Self::Writes => "Writes",
            Self::BreakingPoint => "Breaking point",
            Self::Outage => "Outage",
            Self::Event => "Further event",
            Self::Targets => "Targets",
            Self::Thing(kind) => kind.label(),
            Self::Costs => "Costs",
        }
    }

    /// Pattern of the addresses of this area's inputs, without the key.
    pub fn base(self) -> &'static str {
        match self {
            Self::Group | Self::Agent(_) | Self::FileOnly(_) => "/groups/<id>",
            Self::Platform => "/platform",
            Self::Balancer => "/platform/balancer",
            Self::ConnectionServers => "/platform/connection_servers",
            Self::Writes => "/platform/writes",
            Self::BreakingPoint => "/platform/breaking_point",
            Self::Outage => "/outage",
            Self::Event => "/outage/events/<id>",
            Self::Targets => "/targets",
            Self::Thing(_) => "/cluster/<id>",
            Self::Costs => "/costs",
        }
    }
}

/// Returns the row with this key that applies to a group of the given kind.
pub fn group_setting(kind: AgentKind, key: &str) -> Option<&'static Setting> {
    group_settings(kind).find(|setting| setting.key == key)
}

/// Returns all rows that apply to a group of the given kind: the agent's own settings after those of
/// every group, what is in its files only last.
pub fn group_settings(kind: AgentKind) -> impl Iterator<Item = &'static Setting> {
    GROUP.iter().chain(Area::Agent(kind).settings()).chain(Area::FileOnly(kind).settings())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::setting::{Absent, Unit};
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_complete_and_its_default_is_accepted() {
        for area in Area::all() {
            let mut keys = BTreeSet::new();
            for row in area.settings() {
                let name = format!("{area:?} {}", row.key);
                assert!(keys.insert(row.key), "{name} stands twice");
                for text in [row.label, row.source, row.meaning, row.effect] {
                    assert!(text.len() > 3, "{name} lacks a text");
                }
                assert!(row.meaning.ends_with('.') && row.effect.ends_with('.'), "{name}: whole sentences");
                match row.absent {
                    Absent::Number(number) => assert!(row.accepts(number), "{name}: default out of range"),
                    Absent::Word(word) => match row.unit {
                        Unit::Choice(choices) => assert!(choices.iter().any(|c| c.value == word), "{name}"),
                        Unit::Text => assert!(!word.is_empty(), "{name}"),
                        _ => unreachable!("{name}: a word for a number"),
                    },
                    Absent::Nothing | Absent::Required => {}
                }
                if let Some(needs) = row.needs {
                    assert!(area.settings().iter().any(|other| other.key == needs), "{name}: {needs}");
                }
                if let Some((from, to)) = row.slider {
                    assert!(row.range.0 <= from && from < to && to <= row.range.1, "{name}: slider");
                }
            }
        }
    }

    #[test]
    fn a_group_has_each_key_once() {
        for kind in AgentKind::ALL {
            let mut keys = BTreeSet::new();
            for row in group_settings(kind) {
                assert!(keys.insert(row.key), "{kind:?} {}", row.key);
            }
            assert!(group_setting(kind, "connect_timeout").is_some());
        }
    }
}
