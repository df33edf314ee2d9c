//! What a component has of its machine once the others on it have taken what they need.
//!
//! A load balancer holds two files for every connection of a device, a Connection Server one. Foundation
//! holds one only where devices reach it directly. Everybody has a number of files, cores and GiB of its own.

use super::super::{Cluster, Node, NodeKind, Topology};
use super::Trace;

/// Least part of a machine that is left to Foundation: others do not stop it altogether.
const LEAST: f64 = 0.1;

/// What others take of a machine, and what is left.
pub struct Left {
    /// What there is.
    pub all: f64,
    /// What others take.
    pub others: f64,
    /// What is left for one component.
    pub left: f64,
}

/// Returns the cores [cores] or the memory [GiB] that Foundation has on its machine.
///
/// Several Foundation servers on one machine share it alike. A tenth is always left: a machine whose cores
/// are all given away is slow, not dead.
pub fn of_foundation(
    topology: &Topology,
    node: &Node,
    keys: (&'static str, &'static str),
    trace: &mut Trace<'_, '_>,
) -> Left {
    let Some(machine) = topology.machine_of(node) else {
        return Left { all: 0.0, others: 0.0, left: 0.0 };
    };
    let (whole, taken) = keys;
    let all = trace.number(machine, whole);
    let (mut others, mut alike) = (0.0, 0.0);
    for other in topology.beside(node) {
        if other.kind == NodeKind::Foundation {
            alike += 1.0;
        } else {
            others += trace.number(other, taken);
        }
    }
    let left = (all - others).max(all * LEAST) / f64::max(alike, 1.0);
    Left { all, others, left }
}

/// Returns the cores that a load balancer has on its machine: what it needs beside Foundation, else what
/// the others leave over.
pub fn cores_of_balancer(topology: &Topology, node: &Node, trace: &mut Trace<'_, '_>) -> f64 {
    let Some(machine) = topology.machine_of(node) else { return 0.0 };
    let all = trace.number(machine, "cores");
    if topology.beside(node).any(|other| other.kind == NodeKind::Foundation) {
        return trace.number(node, "takes_cores").min(all);
    }
    let others: f64 = topology
        .beside(node)
        .filter(|other| !std::ptr::eq(*other, node))
        .map(|other| trace.number(other, "takes_cores"))
        .sum();
    (all - others).max(all * LEAST)
}

/// Files that a component opens for one device.
fn per_device(node: &Node, cluster: Cluster<'_>) -> f64 {
    match node.kind {
        NodeKind::LoadBalancer => 2.0,
        NodeKind::ConnectionServer => 1.0,
        NodeKind::Foundation if cluster.count(NodeKind::ConnectionServer) == 0 => 1.0,
        _ => 0.0,
    }
}

/// Returns how many devices a component can hold by its open files [devices], and the files of its machine.
///
/// Where the service has a limit of its own, smaller than that of the machine, that limit counts.
pub fn held_by_files(cluster: Cluster<'_>, node: &Node, trace: &mut Trace<'_, '_>) -> Left {
    let topology = cluster.topology;
    let Some(machine) = topology.machine_of(node) else {
        return Left { all: 0.0, others: 0.0, left: 0.0 };
    };
    let own = trace.optional(node, "open_files");
    let all = trace.number(machine, "open_files");
    let (mut others, mut weight) = (0.0, 0.0);
    for other in topology.beside(node) {
        others += trace.number(other, "takes_files");
        weight += per_device(other, cluster);
    }
    let shared = ((all - others) / weight.max(1.0)).max(0.0);
    let alone = own.map(|own| {
        let free = own - trace.number(node, "takes_files");
        (free / per_device(node, cluster).max(1.0)).max(0.0)
    });
    Left { all, others, left: alone.map_or(shared, |alone| alone.min(shared)).floor() }
}
