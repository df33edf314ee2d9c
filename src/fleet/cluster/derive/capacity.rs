//! What a cluster can do, and what is left of it when a machine is lost; and who has which memory.

use super::super::{Cluster, Node, NodeKind};
use super::{Context, Trace, back, front, share};
use crate::fleet::file::View;

/// What a cluster can do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Capacity {
    /// Sign-ins [sign-ins/s].
    pub sign_ins_per_s: f64,
    /// Devices that the servers hold [devices].
    pub held: f64,
    /// Connections that the load balancers hold [connections]; `None` without any.
    pub balancer_held: Option<f64>,
    /// Values written [values/s].
    pub writes_per_s: f64,
    /// Whether ZooKeeper has its quorum, or there is none to have.
    pub quorum: bool,
    /// Whether a database answers, after a failover where there is one.
    pub database: bool,
}

impl Capacity {
    /// Returns the devices that can be connected at the same time [devices].
    pub fn connected(&self) -> f64 {
        self.balancer_held.map_or(self.held, |front| front.min(self.held))
    }
}

/// Returns what a cluster can do without the machine `lost`.
pub fn capacity(cluster: Cluster<'_>, view: &View<'_>, lost: Option<&Node>) -> Capacity {
    remaining(cluster, view, lost.as_slice())
}

/// Returns what a cluster can do without these machines and components.
pub fn remaining<'n>(cluster: Cluster<'n>, view: &'n View<'_>, lost: &'n [&'n Node]) -> Capacity {
    let context = Context { cluster, view, lost };
    let mut trace = Trace::forgetful(view);
    let zookeepers = (cluster.count(NodeKind::ZooKeeper), context.of(NodeKind::ZooKeeper).len());
    let direct = || {
        let held = back::held(&context);
        held.and_then(|derived| derived.value.number()).unwrap_or_default()
    };
    let fails_over =
        cluster.of(NodeKind::Database).any(|node| !matches!(node.word("failover"), "none" | "manual"));
    let databases = context.of(NodeKind::Database);
    let balancers = cluster.count(NodeKind::LoadBalancer) > 0;
    Capacity {
        sign_ins_per_s: back::sign_ins(&context, &mut trace).map_or(0.0, |(per_s, _)| per_s),
        held: front::servers_hold(&context, &mut trace).map_or_else(
            || if cluster.count(NodeKind::ConnectionServer) > 0 { 0.0 } else { direct() },
            |(held, _)| held,
        ),
        balancer_held: balancers
            .then(|| front::balancer_holds(&context, &mut trace).map_or(0.0, |(held, _)| held)),
        writes_per_s: writes(&context, fails_over, &mut trace),
        quorum: zookeepers.0 == 0 || zookeepers.1 > zookeepers.0 / 2,
        database: databases.iter().any(|node| node.word("role") == "primary")
            || fails_over && !databases.is_empty(),
    }
}

/// Returns the writes; after a failover those of the standby, taken as as fast as its primary.
fn writes(context: &Context<'_, '_>, fails_over: bool, trace: &mut Trace<'_, '_>) -> f64 {
    if let Some((per_s, _)) = back::writes_per_s(context, trace) {
        return per_s;
    }
    let standby = context.of(NodeKind::Database).iter().any(|node| node.word("role") == "standby");
    if !(fails_over && standby) || context.foundations().is_empty() {
        return 0.0;
    }
    // The same cluster with its database: only the database was on the lost machine, or Foundation too.
    let database: f64 = context
        .cluster
        .of(NodeKind::Database)
        .filter(|node| node.word("role") == "primary")
        .map(|node| node.number("writes_per_s"))
        .sum();
    let servers: f64 = context
        .foundations()
        .iter()
        .map(|node| {
            let keys = ("cores", "takes_cores");
            let share = share::of_foundation(context.cluster.topology, node, keys, trace);
            share.left * node.number("writes_per_core_s")
        })
        .sum();
    database.min(servers)
}

/// Memory of one Foundation server [GiB].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// Of its machine.
    pub machine: f64,
    /// What others on the machine take.
    pub others: f64,
    /// Heap of its JVM.
    pub heap: f64,
    /// What embedded Ignite takes of the heap; 0 where it is standalone.
    pub ignite: f64,
    /// What the model needs for the things of the fleet.
    pub model: f64,
}

impl Memory {
    /// Returns what is left of the heap for work [GiB]; below 0 it does not fit.
    pub fn left(&self) -> f64 {
        self.heap - self.ignite - self.model
    }
}

/// Returns who has which memory on the machine of a Foundation server, for so many things.
pub fn memory(cluster: Cluster<'_>, node: &Node, view: &View<'_>, things: u64) -> Memory {
    let mut trace = Trace::forgetful(view);
    let keys = ("memory_gib", "takes_gib");
    let share = share::of_foundation(cluster.topology, node, keys, &mut trace);
    let ignite = if cluster.embeds_ignite(node) { node.number("ignite_gib") } else { 0.0 };
    Memory {
        machine: share.all,
        others: share.others,
        // The vendor's share of what the others leave.
        heap: node.optional("heap_gib").unwrap_or(share.left * HEAP),
        ignite,
        model: node.number("model_gib") * things as f64 / 1e5,
    }
}

/// Share of the memory that the heap takes [vendor's tuning].
pub const HEAP: f64 = 0.75;
