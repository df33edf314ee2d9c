//! A topology as JSON, for programs.

use super::text::{overridden, things};
use crate::fleet::Topology;
use crate::fleet::cluster::derive::capacity::{Capacity, capacity, memory};
use crate::fleet::cluster::{Cluster, Node, NodeKind};
use crate::fleet::file::View;
use serde_json::{Value, json};

/// Returns what a cluster can do.
fn can(capacity: &Capacity) -> Value {
    json!({
        "sign_ins_per_s": capacity.sign_ins_per_s,
        "connected_devices": capacity.connected(),
        "writes_per_s": capacity.writes_per_s,
        "zookeeper_quorum": capacity.quorum,
        "database": capacity.database,
    })
}

/// Returns a cluster with what it can do, whole and without each of its machines.
fn cluster(topology: &Topology, cluster: Cluster<'_>, view: &View<'_>) -> Value {
    let ids = |nodes: Vec<&Node>| nodes.into_iter().map(|node| node.id.clone()).collect::<Vec<_>>();
    let devices = things(view, topology, cluster);
    let losses: Vec<Value> = cluster
        .machines()
        .into_iter()
        .map(|machine| json!({"machine": machine.id, "left": can(&capacity(cluster, view, Some(machine)))}))
        .collect();
    let memories: Vec<Value> = cluster
        .of(NodeKind::Foundation)
        .map(|node| {
            let memory = memory(cluster, node, view, devices);
            json!({
                "server": node.id,
                "machine_gib": memory.machine,
                "others_gib": memory.others,
                "heap_gib": memory.heap,
                "embedded_ignite_gib": memory.ignite,
                "model_gib": memory.model,
                "left_gib": memory.left(),
            })
        })
        .collect();
    json!({
        "id": cluster.node.id,
        "name": cluster.node.name,
        "mode": cluster.node.word("mode"),
        "version": cluster.version(),
        "devices": devices,
        "machines": ids(cluster.machines()),
        "components": ids(cluster.components().collect()),
        "can": can(&capacity(cluster, view, None)),
        "without": losses,
        "memory": memories,
    })
}

/// Returns the topology as JSON.
pub fn json(topology: &Topology, view: &View<'_>) -> Value {
    let things: Vec<Value> = topology
        .nodes()
        .iter()
        .map(|node| {
            json!({
                "id": node.id,
                "name": node.name,
                "kind": node.kind.word(),
                "on": topology.machine_of(node).map(|machine| machine.id.clone()),
                "clusters": topology.users_of(node).map(|user| user.id.clone()).collect::<Vec<_>>(),
                "at": node.at.map(|(x, y)| vec![x, y]),
            })
        })
        .collect();
    let clusters: Vec<Value> = topology.clusters().map(|one| cluster(topology, one, view)).collect();
    let derived: Vec<Value> = view
        .derivation()
        .numbers
        .iter()
        .map(|derived| {
            let value = match &derived.value {
                crate::fleet::file::Value::Number(number) => json!(number),
                crate::fleet::file::Value::Word(word) => json!(word),
                _ => Value::Null,
            };
            json!({
                "address": derived.address,
                "value": value,
                "certainty": derived.certainty,
                "sentence": derived.sentence,
                "source": derived.source,
                "inputs": derived.from,
                "overridden": overridden(view, derived.address),
            })
        })
        .collect();
    let links: Vec<Value> = topology
        .links()
        .map(|(link, from, to)| json!({"id": link.id, "from": from.id, "to": to.id}))
        .collect();
    json!({
        "schema": "regather/topology/1",
        "things": things,
        "clusters": clusters,
        "links": links,
        "derived": derived,
    })
}
