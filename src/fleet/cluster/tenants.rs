//! The clusters of one project, one by one: who signs in to the one that is played, and what an outage does there.
//!
//! A project plays one cluster at a time: its groups, the stations derived from its components, and the outage as
//! far as it touches its groups. What clusters have in common is the database, so each tenant says which
//! databases it writes to, and what those write in all.
//!
//! Numbers that the file says under `/platform/…` hold for every cluster; what is unknown has its stated value.

use super::{Cluster, Node, NodeKind, Topology};
use crate::fleet::outage::{Episode, Meets, Outage, Touches};
use crate::fleet::{Elsewhere, Fleet, FleetFile, Group};

/// One cluster as a fleet.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// Id of the cluster in the file.
    pub id: String,
    /// Its name shown to people.
    pub name: String,
    /// Its groups, its platform, and the outage as its devices meet it.
    pub fleet: Fleet,
    /// Databases that it writes to.
    pub databases: Vec<Database>,
}

/// A database that clusters write to.
#[derive(Clone, Debug, PartialEq)]
pub struct Database {
    /// Id of the component.
    pub id: String,
    /// Its name shown to people.
    pub name: String,
    /// What it writes [values/s].
    pub writes_per_s: f64,
}

/// Returns the clusters of a scenario that have groups, in the order of the file.
///
/// Groups that no cluster names sign in to the first one. The list is empty where there is no topology, or where an
/// error makes the fleet impossible.
pub fn tenants(file: &FleetFile, scenario: Option<&str>) -> Vec<Tenant> {
    let view = file.view(scenario);
    let Some(topology) = view.topology() else { return Vec::new() };
    let tenant = |cluster: Cluster<'_>| {
        let fleet = file.of_cluster(scenario, &cluster.node.id)?;
        let (id, name) = (cluster.node.id.clone(), cluster.node.name.clone());
        Some(Tenant { id, name, fleet, databases: databases(cluster) })
    };
    topology.clusters().filter_map(tenant).collect()
}

/// Who signs in to the cluster that is played, as positions among the groups of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::fleet) struct Sides {
    /// Groups that do.
    here: Vec<usize>,
    /// Groups that sign in to another one.
    away: Vec<usize>,
}

impl Sides {
    /// Returns who signs in where; without a topology everybody is here.
    pub(in crate::fleet) fn of(topology: Option<&Topology>, groups: &[Group]) -> Self {
        let played = topology.and_then(Topology::played);
        let is_here = |at: &usize| {
            let home = topology.and_then(|topology| topology.home_of(&groups[*at].id));
            played.zip(home).is_none_or(|(played, home)| played.is(home))
        };
        let (here, away) = (0..groups.len()).partition(is_here);
        Self { here, away }
    }

    /// Returns the groups that sign in to the cluster that is played.
    pub(in crate::fleet) fn here<'g>(&self, groups: &'g [Group]) -> Vec<&'g Group> {
        self.here.iter().filter_map(|at| groups.get(*at)).collect()
    }

    /// Returns the groups that sign in to another one.
    pub(in crate::fleet) fn away<'g>(&self, groups: &'g [Group]) -> Vec<&'g Group> {
        self.away.iter().filter_map(|at| groups.get(*at)).collect()
    }

    /// Returns the groups that are played, and those that are not.
    pub(in crate::fleet) fn parted(&self, groups: Vec<Group>) -> (Vec<Group>, Vec<Elsewhere>) {
        let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
        for (position, group) in groups.into_iter().enumerate() {
            if self.away.contains(&position) {
                elsewhere.push(Elsewhere { group, position });
            } else {
                here.push(group);
            }
        }
        (here, elsewhere)
    }

    /// Returns an outage as the groups here meet it.
    pub(in crate::fleet) fn met(&self, outage: Outage) -> Outage {
        if self.away.is_empty() { outage } else { met(outage, &self.here) }
    }
}

/// Returns the databases that a cluster writes property values to.
fn databases(cluster: Cluster<'_>) -> Vec<Database> {
    let writes = |node: &&Node| node.word("role") == "primary" && node.word("product") != "influxdb";
    let database = |node: &Node| Database {
        id: node.id.clone(),
        name: node.name.clone(),
        writes_per_s: node.number("writes_per_s"),
    };
    cluster.of(NodeKind::Database).filter(writes).map(database).collect()
}

/// Returns the outage as the groups at these places meet it: what touches groups elsewhere does not happen here.
fn met(outage: Outage, places: &[usize]) -> Outage {
    let main = touches(&outage.touches, places);
    let events = outage.events.iter().filter_map(|event| {
        let touches = touches(&event.touches, places)?;
        Some(Episode { touches, ..event.clone() })
    });
    let events = events.collect();
    match main {
        Some(touches) => Outage { touches, events, ..outage },
        // The frame of the time axis stays, but nothing happens in it.
        None => Outage {
            events,
            start: outage.start.clone(),
            loses: None,
            platform_down: false,
            ..Outage::total(outage.length, Meets::Served, outage.watch)
        },
    }
}

/// Returns whom an episode touches of the groups at these places; `None` where that is nobody.
fn touches(touches: &Touches, places: &[usize]) -> Option<Touches> {
    let Touches::Groups(groups) = touches else { return Some(touches.clone()) };
    let here: Vec<usize> = (0..places.len()).filter(|&at| groups.contains(&places[at])).collect();
    (!here.is_empty()).then_some(Touches::Groups(here))
}
