//! The clusters of one project as fleets of their own.
//!
//! A project plays the platform of its first cluster. Where other clusters name the groups that sign in to them,
//! each can be played as well: its groups, the stations derived from its own components, and the same outage as
//! far as it touches its groups. What clusters have in common is the database, so each tenant says which
//! databases it writes to, and what those write in all.
//!
//! Numbers that the file says under `/platform/…` hold for every cluster; what is unknown has its stated value.

use super::{Cluster, Node, NodeKind};
use crate::fleet::outage::{Episode, Meets, Outage, Touches};
use crate::fleet::{Fleet, FleetFile};

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
/// The groups of the first cluster are those that it names; where it names none, those that no other cluster
/// names. The list is empty where there is no topology, or where an error makes the fleet impossible.
pub fn tenants(file: &FleetFile, scenario: Option<&str>) -> Vec<Tenant> {
    let view = file.view(scenario);
    let Some(topology) = view.topology() else { return Vec::new() };
    let clusters: Vec<Cluster<'_>> = topology.clusters().collect();
    let named: Vec<&str> = clusters.iter().filter_map(|cluster| cluster.groups()).flatten().collect();
    let tenant = |(at, cluster): (usize, &Cluster<'_>)| {
        let whole = file.of_cluster(scenario, &cluster.node.id)?;
        let own = cluster.groups();
        let belongs = |id: &str| match &own {
            Some(own) => own.contains(&id),
            None => at == 0 && !named.contains(&id),
        };
        let places: Vec<usize> =
            (0..whole.groups.len()).filter(|&place| belongs(&whole.groups[place].id)).collect();
        (!places.is_empty()).then(|| Tenant {
            id: cluster.node.id.clone(),
            name: cluster.node.name.clone(),
            fleet: only(whole, &places),
            databases: databases(*cluster),
        })
    };
    clusters.iter().enumerate().filter_map(tenant).collect()
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

/// Returns the fleet with the groups at these places alone.
fn only(fleet: Fleet, places: &[usize]) -> Fleet {
    let groups = places.iter().map(|&place| fleet.groups[place].clone()).collect();
    Fleet { outage: met(fleet.outage, places), groups, ..fleet }
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
