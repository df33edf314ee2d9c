//! Rules about what people decide: names, versions, keys, upgrades, recovery.

use super::super::look::list;
use super::super::{Look, Places};
use crate::base::units;
use crate::fleet::cluster::{Node, NodeKind};
use std::collections::BTreeMap;

/// Time that a container needs to start at worst [s].
const START_S: f64 = 600.0;

pub(super) fn recovery(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered().filter(|c| c.node.word("disaster_recovery") == "cluster-only") {
        let what = format!("Nothing but {} is there when its site is lost.", cluster.node.name);
        places.add(cluster.node.address("disaster_recovery"), what);
    }
}

pub(super) fn platform_ids(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
        for node in cluster.of(NodeKind::Foundation).filter(|node| node.says("platform_id")) {
            let id = node.word("platform_id");
            let allowed = (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
            let what = match seen.insert(id, node) {
                _ if !allowed => format!("{} is called `{id}`, which is not allowed.", node.name),
                Some(other) => format!("{} and {} are both called `{id}`.", other.name, node.name),
                None => continue,
            };
            let own: String = node.id.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
            let place = places.add(node.address("platform_id"), what);
            let taken = cluster.of(NodeKind::Foundation).any(|other| other.word("platform_id") == own);
            if !own.is_empty() && !taken {
                let label = format!("Call it {own}");
                place.set(own, label);
            }
        }
    }
}

pub(super) fn addresses(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        let Some(server) =
            cluster.of(NodeKind::ConnectionServer).find(|node| node.is_on("checks_host_names"))
        else {
            continue;
        };
        for node in cluster.of(NodeKind::Foundation).filter(|node| node.word("certificate_ip") == "off") {
            let what = format!(
                "{} checks host names, and the certificate of {} does not hold its address.",
                server.name, node.name
            );
            places.add(node.address("certificate_ip"), what);
        }
    }
}

pub(super) fn versions(look: &Look<'_>, places: &mut Places) {
    let version = |node: &Node| {
        let cluster = look.topology.cluster(node);
        cluster.map_or("", |cluster| cluster.version())
    };
    for (link, from, to) in look.topology.links() {
        let (a, b) = (version(from), version(to));
        if !a.is_empty() && !b.is_empty() && a != b {
            places.add(link.pointer(), format!("{} runs {a}, {} runs {b}.", from.name, to.name));
        }
    }
}

pub(super) fn ordering(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        let servers: Vec<&Node> = cluster.of(NodeKind::ConnectionServer).collect();
        if servers.len() < 2 || !servers.iter().any(|node| node.is_on("data_ordering")) {
            continue;
        }
        for node in cluster.of(NodeKind::LoadBalancer).filter(|node| !node.is_on("device_stickiness")) {
            let what = format!("{} may send a device to another Connection Server each time.", node.name);
            places.add(node.address("device_stickiness"), what).set("on", "Keep devices with a server");
        }
    }
}

pub(super) fn upgrade(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let node = cluster.node;
        if node.word("upgrade") == "rolling" && node.is_on("changes_data") {
            let what = format!("{} is to be upgraded one by one, and its shared data changes.", node.name);
            places.add(node.address("upgrade"), what).set("full", "Plan it at once");
        }
    }
}

pub(super) fn pods(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let pods: Vec<&Node> =
            cluster.machines().into_iter().filter(|machine| machine.kind == NodeKind::Pod).collect();
        if pods.is_empty() {
            continue;
        }
        if !cluster.node.is_on("disruption_budget") {
            let what = format!("{} has no disruption budget.", cluster.node.name);
            places.add(cluster.node.address("disruption_budget"), what).set("on", "Set one");
        }
        let mut hosts: BTreeMap<(NodeKind, &str), Vec<&str>> = BTreeMap::new();
        for pod in pods {
            for node in look.topology.carried_by(pod) {
                let allowed = pod.optional("startup_probe_s");
                if node.kind == NodeKind::Foundation && allowed.is_none_or(|allowed| allowed < START_S) {
                    let said = allowed.map_or_else(
                        || "does not say how long it".to_owned(),
                        |allowed| format!("allows {} until it", units::duration(allowed)),
                    );
                    let what = format!("{} {said} may take to start.", pod.name);
                    places.add(pod.address("startup_probe_s"), what).set(START_S as u64, "Allow 10 min");
                }
                let spread = [NodeKind::ConnectionServer, NodeKind::ZooKeeper, NodeKind::Foundation];
                if spread.contains(&node.kind) && !pod.word("host").is_empty() {
                    hosts.entry((node.kind, pod.word("host"))).or_default().push(&node.id);
                }
            }
        }
        for ((_, host), nodes) in hosts.into_iter().filter(|(_, nodes)| nodes.len() > 1) {
            let Some(node) = look.topology.node(nodes[1]) else { continue };
            let what = format!("{} run on the same node {host}.", list(nodes.iter().copied()));
            places.add(node.address("on"), what);
        }
    }
}

pub(super) fn keys(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        let node = cluster.node;
        if node.word("application_key") == "shared" {
            let what = format!("All devices of {} share one application key.", node.name);
            places.add(node.address("application_key"), what);
        }
        if node.word("connection_key") == "broad" {
            let what =
                format!("The key of the Connection Servers of {} may do more than it must.", node.name);
            places.add(node.address("connection_key"), what).set("minimal", "Limit it");
        }
    }
}
