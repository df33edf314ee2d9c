//! The failures that are worth rehearsing in a topology: the catalogue, with its own machines and components in it.
//!
//! Outages that are no failure of one of its parts, such as satellite windows or a bad configuration, are kinds
//! of outage ([`crate::fleet::catalogue::outages`]).

use super::How;
use crate::fleet::cluster::{Cluster, NodeKind, Topology};
use std::collections::BTreeSet;

/// A failure that can be tried at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// What it is called: `One Foundation server crashes`.
    pub name: String,
    /// What fails, as the outage names it.
    pub fails: String,
    /// How.
    pub how: How,
}

/// Returns the failures of a topology, in the order of the catalogue.
pub fn ready(topology: &Topology) -> Vec<Ready> {
    let Some(cluster) = topology.played() else { return Vec::new() };
    let mut list = Vec::new();
    let ids = |kind| cluster.of(kind).map(|node| node.id.clone()).collect::<Vec<_>>();
    let mut add = |name: &str, ids: &[String], how: How| {
        if !ids.is_empty() {
            list.push(Ready { name: name.to_owned(), fails: ids.join(", "), how });
        }
    };
    let foundations = ids(NodeKind::Foundation);
    let servers = ids(NodeKind::ConnectionServer);
    let balancers = ids(NodeKind::LoadBalancer);
    let zookeepers = ids(NodeKind::ZooKeeper);
    let one = |ids: &[String]| ids.iter().take(1).cloned().collect::<Vec<_>>();
    add("Planned restart of every Foundation server", &foundations, How::Stop);
    if foundations.len() > 1 {
        add("One Foundation server crashes", &one(&foundations), How::Crash);
    }
    add("All Foundation servers crash", &foundations, How::Crash);
    add("A Connection Server is lost", &one(&servers), How::Crash);
    add("The load balancer fails", &one(&balancers), How::Crash);
    if zookeepers.len() > 1 {
        add("One ZooKeeper server is lost", &one(&zookeepers), How::Crash);
        let quorum: Vec<String> = zookeepers.iter().take(zookeepers.len().div_ceil(2)).cloned().collect();
        add("ZooKeeper loses its quorum", &quorum, How::Crash);
    }
    let primary: Vec<String> = cluster
        .of(NodeKind::Database)
        .filter(|node| node.word("role") == "primary")
        .map(|node| node.id.clone())
        .collect();
    add("The database fails", &primary, How::Crash);
    add("The database is slow", &primary, How::Slow);
    add("Ignite stalls", &one(&ids(NodeKind::Ignite)), How::Slow);
    add("The shared storage is lost", &ids(NodeKind::FileStorage), How::Crash);
    let entry = [&balancers, &servers, &foundations].into_iter().find(|ids| !ids.is_empty());
    add("The certificate of the entry expires", entry.map_or(&[][..], Vec::as_slice), How::Certificate);
    if let Some((machine, name)) = fullest(cluster) {
        add(&format!("The machine {name} is lost"), &[machine], How::Crash);
    }
    for (key, word) in [("zone", "Zone"), ("site", "Site")] {
        let places: BTreeSet<&str> =
            cluster.machines().iter().map(|node| node.word(key)).filter(|place| !place.is_empty()).collect();
        for place in places {
            add(&format!("{word} {place} is cut off"), &[format!("{key}:{place}")], How::Partition);
        }
    }
    list
}

/// Returns id and name of the machine that carries most of a cluster.
fn fullest(cluster: Cluster<'_>) -> Option<(String, String)> {
    let machines = cluster.machines();
    let carried = |at: usize| cluster.topology.carried_by(machines[at]).count();
    let most = (0..machines.len()).max_by_key(|at| (carried(*at), std::cmp::Reverse(*at)))?;
    (carried(most) > 1).then(|| (machines[most].id.clone(), machines[most].name.clone()))
}
