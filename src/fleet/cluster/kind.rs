//! Kinds of things in a topology.

use crate::fleet::setting::Setting;
use crate::fleet::settings::{
    CLUSTER, CONNECTION_SERVER, DATABASE, FILE_STORAGE, FOUNDATION, IGNITE, LINK, LOAD_BALANCER, MACHINE,
    ZOOKEEPER,
};

/// What a thing in a topology is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// Servers that work together.
    Cluster,
    /// A virtual machine.
    Vm,
    /// A machine without virtualisation.
    BareMetal,
    /// A pod of a container deployment.
    Pod,
    /// A service of a provider, who keeps it alive.
    Managed,
    /// Passes devices and users to servers.
    LoadBalancer,
    /// Holds the connections of devices.
    ConnectionServer,
    /// The platform server in its web container.
    Foundation,
    /// A standalone server of the shared memory.
    Ignite,
    /// Finds servers and elects.
    ZooKeeper,
    /// Keeps model and values.
    Database,
    /// Keeps files for all servers.
    FileStorage,
    /// Federation from one cluster to another.
    Link,
}

impl NodeKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 13] = [
        Self::Cluster,
        Self::Vm,
        Self::BareMetal,
        Self::Pod,
        Self::Managed,
        Self::LoadBalancer,
        Self::ConnectionServer,
        Self::Foundation,
        Self::Ignite,
        Self::ZooKeeper,
        Self::Database,
        Self::FileStorage,
        Self::Link,
    ];

    /// Returns the kinds with a table of their own: one for all machines.
    pub fn tables() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kind| !kind.is_machine() || *kind == Self::Vm)
    }

    /// The word in the project file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Vm => "vm",
            Self::BareMetal => "bare-metal",
            Self::Pod => "pod",
            Self::Managed => "managed",
            Self::LoadBalancer => "load-balancer",
            Self::ConnectionServer => "connection-server",
            Self::Foundation => "foundation",
            Self::Ignite => "ignite",
            Self::ZooKeeper => "zookeeper",
            Self::Database => "database",
            Self::FileStorage => "file-storage",
            Self::Link => "link",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::Vm => "Virtual machine",
            Self::BareMetal => "Machine",
            Self::Pod => "Pod",
            Self::Managed => "Managed service",
            Self::LoadBalancer => "Load balancer",
            Self::ConnectionServer => "Connection Server",
            Self::Foundation => "Foundation",
            Self::Ignite => "Ignite",
            Self::ZooKeeper => "ZooKeeper",
            Self::Database => "Database",
            Self::FileStorage => "File storage",
            Self::Link => "Link",
        }
    }

    /// Returns the kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Returns whether components run on it.
    pub fn is_machine(self) -> bool {
        matches!(self, Self::Vm | Self::BareMetal | Self::Pod | Self::Managed)
    }

    /// Returns whether it runs on a machine.
    pub fn is_component(self) -> bool {
        !self.is_machine() && !matches!(self, Self::Cluster | Self::Link)
    }

    /// Returns whether several clusters can share it.
    pub fn can_be_shared(self) -> bool {
        matches!(self, Self::LoadBalancer | Self::ZooKeeper | Self::Database | Self::FileStorage)
    }

    /// Returns the rows of its settings.
    pub fn settings(self) -> &'static [Setting] {
        match self {
            Self::Cluster => CLUSTER,
            Self::Vm | Self::BareMetal | Self::Pod | Self::Managed => MACHINE,
            Self::LoadBalancer => LOAD_BALANCER,
            Self::ConnectionServer => CONNECTION_SERVER,
            Self::Foundation => FOUNDATION,
            Self::Ignite => IGNITE,
            Self::ZooKeeper => ZOOKEEPER,
            Self::Database => DATABASE,
            Self::FileStorage => FILE_STORAGE,
            Self::Link => LINK,
        }
    }

    /// Returns the keys that say where it belongs, beside its settings.
    pub fn references(self) -> &'static [&'static str] {
        match self {
            Self::Link => &["kind", "from", "to", "at"],
            kind if kind.is_component() => &["kind", "on", "clusters", "at"],
            _ => &["kind", "at"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_names_its_kind() {
        for kind in NodeKind::ALL {
            assert_eq!(NodeKind::from_word(kind.word()), Some(kind));
            assert!(!kind.settings().is_empty());
            assert!(kind.settings().iter().all(|row| !kind.references().contains(&row.key)), "{kind:?}");
        }
        assert_eq!(NodeKind::from_word("Cluster"), None);
        assert_eq!(NodeKind::tables().count(), 10, "the four machines have one table");
    }
}
