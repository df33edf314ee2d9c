//! What rules look at: the topology, and who signs in to which cluster.

use crate::base::units;
use crate::fleet::cluster::{Cluster, Node, NodeKind};
use crate::fleet::file::View;
use crate::fleet::{Fleet, Group, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// A topology with the fleet that it serves.
pub struct Look<'a> {
    /// The topology.
    pub topology: &'a Topology,
    /// The fleet.
    pub fleet: &'a Fleet,
    /// The file behind both.
    pub view: &'a View<'a>,
    /// Groups and devices of every cluster, by its id: rules ask for them for every component.
    homes: BTreeMap<&'a str, (Vec<&'a Group>, u64)>,
}

impl<'a> Look<'a> {
    /// Returns a look at a topology.
    pub fn new(topology: &'a Topology, fleet: &'a Fleet, view: &'a View<'a>) -> Self {
        let mut homes: BTreeMap<&str, (Vec<&Group>, u64)> = BTreeMap::new();
        for group in fleet.everybody() {
            if let Some(home) = topology.home_of(&group.id) {
                let (groups, devices) = homes.entry(&home.node.id).or_default();
                groups.push(group);
                *devices += u64::from(group.devices);
            }
        }
        Self { topology, fleet, view, homes }
    }

    /// Returns the clusters whose servers work together or stand by.
    pub fn clustered(&self) -> impl Iterator<Item = Cluster<'a>> {
        self.topology.clusters().filter(|cluster| cluster.is_clustered())
    }

    /// Returns the groups that sign in to a cluster, whether or not it is played.
    pub fn groups(&self, cluster: Cluster<'_>) -> &[&'a Group] {
        self.homes.get(&*cluster.node.id).map_or(&[], |(groups, _)| groups)
    }

    /// Returns the devices that sign in to a cluster.
    pub fn devices(&self, cluster: Cluster<'_>) -> u64 {
        self.homes.get(&*cluster.node.id).map_or(0, |(_, devices)| *devices)
    }

    /// Returns the values that the devices of a cluster record in a second [values/s].
    pub fn values_per_s(&self, cluster: Cluster<'_>) -> f64 {
        let groups = self.groups(cluster);
        groups.iter().map(|group| f64::from(group.devices) * group.telemetry.values_per_s()).sum()
    }

    /// Returns the Ignite nodes of a cluster: standalone ones, else one in every Foundation server.
    pub fn ignite_nodes(&self, cluster: Cluster<'_>) -> usize {
        match cluster.count(NodeKind::Ignite) {
            0 => cluster.of(NodeKind::Foundation).filter(|node| cluster.embeds_ignite(node)).count(),
            n => n,
        }
    }

    /// Returns the boxes that carry everything: Connection Server, Foundation with Ignite, and ZooKeeper.
    pub fn boxes(&self, cluster: Cluster<'a>) -> Vec<&'a Node> {
        let carries = |machine: &Node, kind| self.topology.carried_by(machine).any(|node| node.kind == kind);
        let all = [NodeKind::ConnectionServer, NodeKind::Foundation, NodeKind::ZooKeeper];
        let machines = cluster.machines().into_iter();
        machines.filter(|machine| all.iter().all(|kind| carries(machine, *kind))).collect()
    }

    /// Returns the clusters that use a component, where there are several.
    pub fn sharers(&self, kind: NodeKind) -> Vec<(&'a Node, Vec<&'a Node>)> {
        self.topology
            .nodes()
            .iter()
            .filter(|node| node.kind == kind)
            .map(|node| (node, self.topology.users_of(node).collect::<Vec<_>>()))
            .filter(|(_, users)| users.len() > 1)
            .collect()
    }

    /// Returns clusters that share a kind of component, each once, in the order of the file.
    pub fn sharing(&self, kind: NodeKind) -> Vec<&'a Node> {
        let sharers = self.sharers(kind);
        let users: BTreeSet<&str> =
            sharers.iter().flat_map(|(_, users)| users.iter().map(|user| &*user.id)).collect();
        let shares = |node: &&Node| users.contains(&*node.id);
        self.topology.clusters().map(|cluster| cluster.node).filter(shares).collect()
    }
}

/// Returns names in a sentence: `a, b and c`; of more than six the first and how many more.
pub fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [some @ .., last] if names.len() <= 6 => format!("{} and {last}", some.join(", ")),
        _ => format!("{} and {} more", names[..5].join(", "), names.len() - 5),
    }
}

/// Returns a number in a sentence.
pub fn count(number: f64) -> String {
    units::count(number.max(0.0).round() as u64)
}
