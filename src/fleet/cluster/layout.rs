//! Where the machines of a topology are on the canvas: where somebody has put them, else in rows by tier.
//!
//! The picture in a window and the one in a file share it, so that both look alike. A thing without a place never
//! moves one that has a place; rows begin below what is placed by hand.

use super::{Node, NodeKind, Topology};
use std::collections::BTreeMap;

/// Width of a machine [points].
pub const WIDTH: f64 = 184.0;
/// Height of the title of a machine [points].
pub const TITLE: f64 = 38.0;
/// Height of one component on it [points].
pub const SLOT: f64 = 36.0;
/// Space between two machines [points].
pub const GAP: f64 = 36.0;
/// Machines in one row before the next one begins.
const COLUMNS: usize = 12;

/// A machine with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<'t> {
    /// The machine.
    pub machine: &'t Node,
    /// What runs on it.
    pub components: Vec<&'t Node>,
    /// Left upper corner [points].
    pub at: (f64, f64),
}

impl Placed<'_> {
    /// Returns its height [points].
    pub fn height(&self) -> f64 {
        TITLE + SLOT * self.components.len().max(1) as f64
    }
}

/// Returns the row of a machine: that of the first tier on it.
fn tier(components: &[&Node]) -> usize {
    let rank = |kind| match kind {
        NodeKind::LoadBalancer => 0,
        NodeKind::ConnectionServer => 1,
        NodeKind::Foundation => 2,
        NodeKind::Ignite => 3,
        NodeKind::ZooKeeper => 4,
        _ => 5,
    };
    components.iter().map(|node| rank(node.kind)).min().unwrap_or(6)
}

/// Returns the machines in the order of the file, each with its place.
pub fn place(topology: &Topology) -> Vec<Placed<'_>> {
    let mut placed: Vec<Placed<'_>> = topology
        .machines()
        .map(|machine| {
            let components = topology.carried_by(machine).collect();
            Placed { machine, components, at: machine.at.unwrap_or_default() }
        })
        .collect();
    let below = placed
        .iter()
        .filter(|one| one.machine.at.is_some())
        .map(|one| one.at.1 + one.height() + GAP)
        .fold(0.0, f64::max);
    let mut tiers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, one) in placed.iter().enumerate() {
        if one.machine.at.is_none() {
            tiers.entry(tier(&one.components)).or_default().push(at);
        }
    }
    let mut y = below;
    for row in tiers.values().flat_map(|tier| tier.chunks(COLUMNS)) {
        let mut tallest: f64 = 0.0;
        for (column, at) in row.iter().enumerate() {
            placed[*at].at = (column as f64 * (WIDTH + GAP), y);
            tallest = tallest.max(placed[*at].height());
        }
        y += tallest + GAP;
    }
    placed
}

/// A connection from one component to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge<'t> {
    /// Who connects.
    pub from: &'t Node,
    /// To whom.
    pub to: &'t Node,
    /// Connections of the same kind that it stands for.
    pub times: usize,
}

/// Connections between two tiers above which one stands for all of them.
const MANY: usize = 100;

/// Who connects to whom inside a cluster.
const WAYS: [(NodeKind, NodeKind); 8] = [
    (NodeKind::LoadBalancer, NodeKind::ConnectionServer),
    (NodeKind::LoadBalancer, NodeKind::Foundation),
    (NodeKind::ConnectionServer, NodeKind::Foundation),
    (NodeKind::ConnectionServer, NodeKind::ZooKeeper),
    (NodeKind::Foundation, NodeKind::Ignite),
    (NodeKind::Foundation, NodeKind::ZooKeeper),
    (NodeKind::Foundation, NodeKind::Database),
    (NodeKind::Foundation, NodeKind::FileStorage),
];

/// Returns who connects to whom, cluster by cluster.
pub fn edges(topology: &Topology) -> Vec<Edge<'_>> {
    let mut edges: Vec<Edge<'_>> = Vec::new();
    for cluster in topology.clusters() {
        for (from, to) in WAYS {
            let from: Vec<&Node> = cluster.of(from).collect();
            let to: Vec<&Node> = cluster.of(to).collect();
            let times = from.len() * to.len();
            if let ([first, ..], [other, ..], true) = (from.as_slice(), to.as_slice(), times > MANY) {
                edges.push(Edge { from: first, to: other, times });
                continue;
            }
            for from in &from {
                edges.extend(to.iter().map(|to| Edge { from, to, times: 1 }));
            }
        }
    }
    edges
}
