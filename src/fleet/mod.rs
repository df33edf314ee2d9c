//! The fleet: groups of devices, the platform they sign in to, the outage, the targets and the
//! scenarios, as typed values and as the lossless project file.
//!
//! [`FleetFile`] is the document: forgiving, span-keeping, edited without losing a byte that was not
//! edited. Reading it gives [`Finding`](crate::base::Finding)s and, when nothing blocks, a [`Fleet`],
//! in which impossible values cannot be built. Only a `Fleet` goes further.

pub mod agent;
pub mod catalogue;
pub mod cluster;
pub mod cost;
pub mod example;
pub mod file;
pub mod group;
pub mod import;
pub mod inventory;
pub mod kind;
pub mod outage;
pub mod platform;
pub mod setting;
pub mod settings;
pub mod target;
pub mod unknown;

pub use agent::{Agent, Backoff, BackoffLaw, CSdk, DelayLaw, DotNetSdk, Generic, JavaSdk, Retries};
pub use cluster::Topology;
pub use cost::Prices;
pub use file::FleetFile;
pub use group::{Bounds, DutyCycle, Flush, Group, Link, OfflineStore, Telemetry};
pub use kind::AgentKind;
pub use outage::{Episode, Loss, Meets, Outage, TierName, Touches};
pub use platform::{
    Balancer, Breaking, Full, Limit, LimitKind, Platform, Purges, ServiceLaw, Sessions, Tier, Writes,
};
pub use setting::{Certainty, Setting, Unit};
pub use target::Targets;
pub use unknown::{Unknown, UnknownInput, Unknowns};

/// A checked fleet with everything a simulation needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// Name shown to people.
    pub name: String,
    /// Groups that are played, in the order of the file, at least one.
    pub groups: Vec<Group>,
    /// Name of the cluster that is played; `None` where the project has fewer than two.
    pub cluster: Option<String>,
    /// Groups that sign in to other clusters: they have files, but no part in a run.
    pub elsewhere: Vec<Elsewhere>,
    /// The platform.
    pub platform: Platform,
    /// The outage.
    pub outage: Outage,
    /// What must hold.
    pub targets: Targets,
    /// What an outage costs.
    pub prices: Prices,
    /// Settings that nobody knows; where there are some, everything else here holds their stated values.
    pub unknowns: Unknowns,
}

/// A group that signs in to a cluster that is not played.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// The group.
    pub group: Group,
    /// Its position among all groups of the file.
    pub position: usize,
}

impl Fleet {
    /// Returns every group in the order of the file, those of clusters that are not played too.
    pub fn everybody(&self) -> impl Iterator<Item = &Group> {
        let (mut here, mut away) = (self.groups.iter(), self.elsewhere.iter().peekable());
        (0..self.groups.len() + self.elsewhere.len()).filter_map(move |position| {
            match away.next_if(|away| away.position == position) {
                Some(away) => Some(&away.group),
                None => here.next(),
            }
        })
    }

    /// Returns the group with this id, wherever it signs in.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.everybody().find(|group| group.id == id)
    }

    /// Returns the fleet with every group in it, as if all of them signed in to the cluster that is played; whom
    /// the outage touches stays what it is, so it is for outages that touch all devices.
    #[must_use]
    pub fn whole(&self) -> Self {
        let groups = self.everybody().cloned().collect();
        Self { groups, elsewhere: Vec::new(), ..self.clone() }
    }

    /// Returns the groups whose devices can lose their connection when the main outage begins.
    pub fn cut_groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().enumerate().filter(|(at, _)| self.outage.cuts(*at)).map(|(_, group)| group)
    }

    /// Returns the number of devices in the groups that are played.
    pub fn devices(&self) -> u64 {
        self.groups.iter().map(|group| u64::from(group.devices)).sum()
    }
}
