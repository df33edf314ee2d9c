//! Rules about servers: how many, how large, what they share a machine with.

use super::look::{count, list};
use super::{Look, Places, Rule};
use crate::base::Severity::{Error, Info, Warning};
use crate::base::units;
use crate::fleet::Certainty::Documented;
use crate::fleet::cluster::derive::capacity::{capacity, memory};
use crate::fleet::cluster::derive::{Trace, share};
use crate::fleet::cluster::{Cluster, Node, NodeKind};
use std::collections::{BTreeMap, BTreeSet};

const ARTICLE: &str = "The vendor's article on flexible deployments of clusters";
const SIZING: &str = "Vendor's sizing of clusters: one node more than the peak needs";
const CONNECTION: &str = "Vendor's help on Connection Servers for high availability";
/// Things for which one Connection Server is sized [devices].
const THINGS: f64 = 100_000.0;
/// Room above what a Connection Server must hold.
const ROOM: f64 = 1.2;
/// Factor by which the writes that are left must exceed what is needed, so that rounding decides nothing.
const CLEARLY: f64 = 1.000_001;
/// Least host of a Foundation server [cores], [GiB].
const LEAST: (f64, f64) = (4.0, 16.0);

/// The rules.
pub(super) static RULES: &[Rule] = &[
    Rule {
        code: "T004",
        severity: Warning,
        title: "Fewer than three boxes that carry everything",
        why: "Three boxes are the least of this layout, because ZooKeeper on them needs an odd number.",
        certainty: Documented,
        source: ARTICLE,
        advice: "Add a third box, or separate the tiers.",
        run: few_boxes,
    },
    Rule {
        code: "T005",
        severity: Warning,
        title: "What is left after the loss of a box is too little",
        why: "One box takes a Connection Server, a Foundation server, a ZooKeeper server and a node of Ignite with it.",
        certainty: Documented,
        source: ARTICLE,
        advice: "Make the boxes larger, add one, or raise the limit that is named.",
        run: box_lost,
    },
    Rule {
        code: "T006",
        severity: Warning,
        title: "The heap is too small for the model and embedded Ignite",
        why: "Embedded Ignite lives in the memory of the JVM that Foundation needs.",
        certainty: Documented,
        source: "The vendor's article, and its tuning of the JVM: 5 GB for 100 000 things",
        advice: "Give the machine more memory, run Ignite by itself, or move others away.",
        run: heap,
    },
    Rule {
        code: "T007",
        severity: Info,
        title: "ThingWorx Apps with standalone Ignite",
        why: "Queries of the Apps are slow with Ignite outside of Foundation.",
        certainty: Documented,
        source: "Vendor's help on importing the Apps into a cluster",
        advice: "Use embedded Ignite where Apps run.",
        run: apps,
    },
    Rule {
        code: "T008",
        severity: Error,
        title: "Ignite keeps no backup, or more than it can place",
        why: "With the node that holds it alone, a value or a binding is lost for good.",
        certainty: Documented,
        source: "Documentation of Ignite: a partition is lost with its primary and all its backups",
        advice: "Keep one backup, fewer than there are nodes.",
        run: backups,
    },
    Rule {
        code: "T009",
        severity: Warning,
        title: "A Connection Server shares its machine with Foundation",
        why: "Both need sockets of one machine, which limits the devices that can be connected.",
        certainty: Documented,
        source: ARTICLE,
        advice: "Raise the limit of open files, or give the Connection Server a machine of its own.",
        run: shares,
    },
    Rule {
        code: "T010",
        severity: Error,
        title: "A cluster without Connection Servers",
        why: "In a cluster WebSockets of devices need a Connection Server in front of Foundation.",
        certainty: Documented,
        source: CONNECTION,
        advice: "Add two Connection Servers.",
        run: none,
    },
    Rule {
        code: "T011",
        severity: Warning,
        title: "No Connection Server more than the devices need",
        why: "When one of them is lost, the others cannot hold its devices.",
        certainty: Documented,
        source: "Vendor's sizing: one for each 100 000 things, and one more",
        advice: "Add a Connection Server.",
        run: no_spare,
    },
    Rule {
        code: "T012",
        severity: Error,
        title: "A single Connection Server",
        why: "With it every device of the cluster is gone.",
        certainty: Documented,
        source: CONNECTION,
        advice: "Put two of them behind the load balancer.",
        run: single,
    },
    Rule {
        code: "T013",
        severity: Error,
        title: "Fewer than two Foundation servers in a cluster",
        why: "High availability needs two or more of them.",
        certainty: Documented,
        source: "Vendor's help on Foundation for high availability",
        advice: "Add a Foundation server, or say that it is a single server.",
        run: one_foundation,
    },
    Rule {
        code: "T014",
        severity: Warning,
        title: "Too few Foundation servers when one is lost",
        why: "Values are recorded faster than the others can write them, so queues grow until one comes back.",
        certainty: Documented,
        source: SIZING,
        advice: "Add a Foundation server, or larger ones.",
        run: foundation_lost,
    },
    Rule {
        code: "T015",
        severity: Warning,
        title: "Foundation servers of unequal or too small machines",
        why: "Every server loads the whole model and takes the same share of the load.",
        certainty: Documented,
        source: "Vendor's sizing of clusters: a node is as large as a single server; least host 4 cores, 16 GB",
        advice: "Give all of them machines of the same size.",
        run: unequal,
    },
    Rule {
        code: "T019",
        severity: Error,
        title: "A Connection Server may open too few files",
        why: "It accepts no more devices: `Too many open files`. When another one fails, it has to hold its share, too.",
        certainty: Documented,
        source: "Vendor's help on the same exception of its other connector; a fifth of room is our advice",
        advice: "Raise the limit of open files of the service and its machine.",
        run: files,
    },
];

fn few_boxes(look: &Look<'_>, places: &mut Places) {
    let crowded = look.clustered().map(|cluster| (cluster.node, look.boxes(cluster)));
    for (cluster, boxes) in crowded.filter(|(_, boxes)| boxes.len() < 3) {
        let Some(first) = boxes.first() else { continue };
        let number = if boxes.len() == 1 { "1 box".to_owned() } else { format!("{} boxes", boxes.len()) };
        let carried = "that carry Connection Server, Foundation and ZooKeeper together";
        places.add(first.pointer(), format!("{} has {number} {carried}.", cluster.name));
    }
}

/// Returns what is missing of a cluster without a machine, in words.
fn missing(look: &Look<'_>, cluster: Cluster<'_>, lost: &Node) -> Option<String> {
    let left = capacity(cluster, look.view, Some(lost));
    let (devices, values) = (look.devices(cluster) as f64, look.values_per_s(cluster));
    let mut lacks = Vec::new();
    if left.connected() < devices {
        lacks.push(format!("{} of {} devices can be connected", count(left.connected()), count(devices)));
    }
    if left.writes_per_s < values {
        lacks.push(format!(
            "{} of {} values/s are written",
            units::significant(left.writes_per_s),
            units::significant(values)
        ));
    }
    if !left.quorum {
        lacks.push("ZooKeeper has no quorum".to_owned());
    }
    (!lacks.is_empty()).then(|| lacks.join(", "))
}

fn box_lost(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        for machine in look.boxes(cluster) {
            if let Some(missing) = missing(look, cluster, machine) {
                places.add(machine.pointer(), format!("Without {}: {missing}.", machine.name));
                // All boxes are alike; one of them says it.
                break;
            }
        }
    }
}

fn heap(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        let things = look.devices(cluster);
        for node in cluster.of(NodeKind::Foundation).filter(|node| cluster.embeds_ignite(node)) {
            let memory = memory(cluster, node, look.view, things);
            if memory.left() < 0.0 {
                let what = format!(
                    "{} has a heap of {} GiB; embedded Ignite takes {} GiB and the model {} GiB.",
                    node.name,
                    units::significant(memory.heap),
                    units::significant(memory.ignite),
                    units::significant(memory.model)
                );
                places.add(node.address("heap_gib"), what);
            }
        }
    }
}

fn apps(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered().filter(|cluster| cluster.node.is_on("apps")) {
        for node in cluster.of(NodeKind::Foundation).filter(|node| !cluster.embeds_ignite(node)) {
            let what = format!("{} runs ThingWorx Apps with Ignite outside of it.", node.name);
            places.add(node.address("ignite"), what).set("embedded", "Use embedded Ignite");
        }
    }
}

fn backups(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let (backups, nodes) = (cluster.node.number("ignite_backups"), look.ignite_nodes(cluster));
        let pointer = cluster.node.address("ignite_backups");
        if nodes > 1 && backups == 0.0 {
            let what = format!("{nodes} nodes of Ignite keep no backup.");
            places.add(pointer, what).set(1, "Keep one backup");
        } else if nodes > 1 && backups >= nodes as f64 {
            let what = format!("{} backups do not fit on {nodes} nodes of Ignite.", count(backups));
            places.add(pointer, what).set(nodes - 1, format!("Set {}", nodes - 1)).weighs(Info);
        }
    }
}

fn shares(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        for node in cluster.of(NodeKind::ConnectionServer) {
            let beside = look.topology.beside(node).find(|other| other.kind == NodeKind::Foundation);
            if let (Some(other), Some(machine)) = (beside, look.topology.machine_of(node)) {
                let mut trace = Trace::forgetful(look.view);
                let left = share::held_by_files(cluster, node, &mut trace).left;
                let what = format!(
                    "{} and {} share {}; its open files leave room for {} devices.",
                    node.name,
                    other.name,
                    machine.name,
                    count(left)
                );
                let place = places.add(node.address("on"), what);
                // Where each alone could hold everybody, sharing costs nothing that is needed.
                if left >= look.devices(cluster) as f64 {
                    place.weighs(Info);
                }
            }
        }
    }
}

fn none(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered().filter(|cluster| cluster.count(NodeKind::ConnectionServer) == 0) {
        places.add(cluster.node.pointer(), format!("{} has no Connection Server.", cluster.node.name));
    }
}

fn no_spare(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        let servers = cluster.count(NodeKind::ConnectionServer);
        let needed = (look.devices(cluster) as f64 / THINGS).ceil() as usize + 1;
        if servers > 0 && servers < needed {
            let what = format!(
                "{} has {servers} of {needed} Connection Servers for {} devices.",
                cluster.node.name,
                count(look.devices(cluster) as f64)
            );
            places.add(cluster.node.pointer(), what);
        }
    }
}

fn single(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let mut servers = cluster.of(NodeKind::ConnectionServer);
        if let (Some(only), None) = (servers.next(), servers.next()) {
            let what = format!("{} is the only Connection Server of {}.", only.name, cluster.node.name);
            places.add(only.pointer(), what);
        }
    }
}

fn one_foundation(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let servers = cluster.count(NodeKind::Foundation);
        if servers < 2 {
            let number = if servers == 0 { "no Foundation server" } else { "1 Foundation server" };
            places.add(cluster.node.pointer(), format!("{} has {number}.", cluster.node.name));
        }
    }
}

fn foundation_lost(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered().filter(|cluster| cluster.active().len() > 1) {
        let boxes: BTreeSet<&str> = look.boxes(cluster).iter().map(|machine| &*machine.id).collect();
        let values = look.values_per_s(cluster);
        let all = capacity(cluster, look.view, None).writes_per_s;
        let written = written(look, cluster);
        let servers: f64 = written.values().sum();
        for node in cluster.of(NodeKind::Foundation) {
            let Some(machine) = look.topology.machine_of(node) else { continue };
            // Boxes that carry everything have a rule of their own.
            if boxes.contains(&*machine.id) {
                continue;
            }
            // Without its database on it, a machine takes away what its own servers write and nothing else: where
            // the others clearly write enough, the whole cluster need not be worked out for each of them.
            let others = servers - written.get(&*machine.id).copied().unwrap_or_default();
            let holds = look.topology.carried_by(machine).any(|one| one.kind == NodeKind::Database);
            if !holds && others > values.min(all) * CLEARLY {
                continue;
            }
            let left = capacity(cluster, look.view, Some(machine)).writes_per_s;
            if left < values && left < all {
                let what = format!(
                    "Without {} {} of {} values/s are written.",
                    node.name,
                    units::significant(left),
                    units::significant(values)
                );
                places.add(node.pointer(), what);
                break;
            }
        }
    }
}

/// Returns what the Foundation servers on each machine of a cluster write at most [values/s], by its id.
fn written<'a>(look: &Look<'a>, cluster: Cluster<'a>) -> BTreeMap<&'a str, f64> {
    let mut written = BTreeMap::new();
    let mut trace = Trace::forgetful(look.view);
    for node in cluster.active() {
        if let Some(machine) = look.topology.machine_of(node) {
            let share = share::of_foundation(look.topology, node, ("cores", "takes_cores"), &mut trace);
            *written.entry(&*machine.id).or_default() += share.left * node.number("writes_per_core_s");
        }
    }
    written
}

fn unequal(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        let nodes: Vec<(&Node, &Node)> = cluster
            .of(NodeKind::Foundation)
            .filter_map(|node| Some((node, look.topology.machine_of(node)?)))
            .filter(|(_, machine)| machine.kind != NodeKind::Managed)
            .collect();
        let size = |machine: &Node| (machine.number("cores"), machine.number("memory_gib"));
        let Some((first, model)) = nodes.first() else { continue };
        if let Some((other, machine)) = nodes.iter().find(|(_, machine)| size(machine) != size(model)) {
            let text = |machine: &Node| {
                let (cores, memory) = size(machine);
                format!("{} cores and {} GiB", units::significant(cores), units::significant(memory))
            };
            let what = format!("{} has {}, {} has {}.", first.name, text(model), other.name, text(machine));
            places.add(machine.pointer(), what);
        }
        let small: Vec<&Node> = nodes
            .iter()
            .filter(|(_, machine)| size(machine).0 < LEAST.0 || size(machine).1 < LEAST.1)
            .map(|(_, machine)| *machine)
            .collect();
        if let Some(machine) = small.first() {
            let names = list(small.iter().map(|machine| &*machine.name));
            let what = format!("Foundation runs on less than 4 cores and 16 GiB: {names}.");
            places.add(machine.pointer(), what);
        }
    }
}

fn files(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        let servers: Vec<&Node> = cluster.of(NodeKind::ConnectionServer).collect();
        let left = servers.len().saturating_sub(1).max(1) as f64;
        let needed = (look.devices(cluster) as f64 / left * ROOM).ceil();
        for node in servers {
            let Some(machine) = look.topology.machine_of(node) else { continue };
            let mut trace = Trace::forgetful(look.view);
            let held = share::held_by_files(cluster, node, &mut trace).left;
            if held >= needed {
                continue;
            }
            let own = node.optional("open_files").filter(|own| *own < machine.number("open_files"));
            let (at, has) = match own {
                Some(own) => (node, own),
                None => (machine, machine.number("open_files")),
            };
            let what = format!(
                "{} can open files for {} devices; {} are needed with one server less.",
                node.name,
                count(held),
                count(needed)
            );
            // A load balancer on the same machine takes two more for each.
            let proposed = (has + (needed - held + 1.0) * 3.0).ceil() as u64;
            let label = format!("Set {}", units::count(proposed));
            places.add(at.address("open_files"), what).set(proposed, label);
        }
    }
}
