//! Rules about ZooKeeper: quorum, and name spaces that keep clusters apart.

use super::look::{count, list};
use super::{Look, Places, Rule};
use crate::base::Severity::{Error, Warning};
use crate::fleet::Certainty::{Documented, Inferred};
use crate::fleet::cluster::{Node, NodeKind};
use std::collections::BTreeMap;

const GUIDE: &str = "Vendor's help on ZooKeeper for high availability: an odd number, three at least";
const CENTRAL: &str = "Vendor's help on a central ZooKeeper";

/// The rules.
pub(super) static RULES: &[Rule] = &[
    Rule {
        code: "T001",
        severity: Error,
        title: "An even number of ZooKeeper servers",
        why: "An even number survives no more losses than the odd one below it, and a split leaves nobody a majority.",
        certainty: Documented,
        source: GUIDE,
        advice: "Add a ZooKeeper server, or take one away.",
        run: even,
    },
    Rule {
        code: "T002",
        severity: Error,
        title: "Fewer than three ZooKeeper servers",
        why: "With one or two of them no server may fail; without any the cluster does not work.",
        certainty: Documented,
        source: GUIDE,
        advice: "Run three ZooKeeper servers on three machines.",
        run: few,
    },
    Rule {
        code: "T003",
        severity: Warning,
        title: "One loss takes the quorum of ZooKeeper",
        why: "More than half of the ZooKeeper servers must live, and these fall together.",
        certainty: Inferred,
        source: "Arithmetic of a majority",
        advice: "Put them on machines that share neither host nor rack.",
        run: together,
    },
    Rule {
        code: "T031",
        severity: Error,
        title: "Clusters on one ZooKeeper are not kept apart",
        why: "Components find each other by these paths: clusters with the same ones join each other.",
        certainty: Documented,
        source: CENTRAL,
        advice: "Give every cluster its own name space and paths.",
        run: joined,
    },
    Rule {
        code: "T032",
        severity: Error,
        title: "Connection Servers look for platforms under another path",
        why: "They find no platform, and every device is turned away.",
        certainty: Documented,
        source: CENTRAL,
        advice: "Set the base path to the name space of the cluster and /services.",
        run: path,
    },
    Rule {
        code: "T033",
        severity: Warning,
        title: "A shared ZooKeeper does not ask who its clients are",
        why: "Every cluster can read and change what belongs to the others.",
        certainty: Documented,
        source: "The vendor's article on flexible deployments: separate name spaces and client authentication",
        advice: "Switch authentication on (SASL).",
        run: open,
    },
    Rule {
        code: "T043",
        severity: Warning,
        title: "ZooKeeper grants shorter sessions than are asked for",
        why: "ZooKeeper cuts the session to its longest one, so a silent server counts as gone earlier than planned.",
        certainty: Inferred,
        source: "ZooKeeper: at most 20 ticks of 2 s; vendor's default of CoordinatorSessionTimeout: 90 s",
        advice: "Plan with the shorter one, or lengthen ticks or maxSessionTimeout.",
        run: clamped,
    },
];

fn even(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let servers: Vec<_> = cluster.of(NodeKind::ZooKeeper).collect();
        if let Some(last) = servers.last().filter(|_| servers.len() % 2 == 0) {
            places.add(
                last.pointer(),
                format!("{} has {} ZooKeeper servers.", cluster.node.name, servers.len()),
            );
        }
    }
}

fn few(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let servers: Vec<_> = cluster.of(NodeKind::ZooKeeper).collect();
        if servers.len() < 3 {
            let pointer = servers.last().map_or_else(|| cluster.node.pointer(), |node| node.pointer());
            let number = match servers.len() {
                0 => "no ZooKeeper server".to_owned(),
                1 => "1 ZooKeeper server".to_owned(),
                n => format!("{n} ZooKeeper servers"),
            };
            places.add(pointer, format!("{} has {number}.", cluster.node.name));
        }
    }
}

fn together(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let servers: Vec<&Node> = cluster.of(NodeKind::ZooKeeper).collect();
        let mut domains: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
        for node in &servers {
            let Some(machine) = look.topology.machine_of(node) else { continue };
            let domain = match machine.word("host") {
                "" => format!("the machine {}", machine.id),
                host => format!("the host {host}"),
            };
            domains.entry(domain).or_default().push(node);
        }
        for (domain, together) in domains {
            // A single server is told as too few.
            if together.len() < 2 || servers.len() - together.len() > servers.len() / 2 {
                continue;
            }
            let what = format!(
                "{} of {} ZooKeeper servers of {} are lost with {domain}: {}.",
                together.len(),
                servers.len(),
                cluster.node.name,
                list(together.iter().map(|node| &*node.id))
            );
            places.add(together[1].address("on"), what);
        }
    }
}

/// Returns a path without slashes around it.
fn bare(path: &str) -> &str {
    path.trim_matches('/')
}

/// Returns the path under which the servers of a cluster register, as far as the file says.
fn services(cluster: &Node) -> String {
    let space = bare(cluster.word("zookeeper_namespace"));
    format!("/{}/services", if space.is_empty() { "ThingWorx" } else { space })
}

fn joined(look: &Look<'_>, places: &mut Places) {
    let clusters = look.sharing(NodeKind::ZooKeeper);
    for (key, label) in [
        ("zookeeper_namespace", "name space"),
        ("ignite_path", "base path of Ignite"),
        ("connection_path", "base path of Connection Servers"),
    ] {
        for (at, cluster) in clusters.iter().enumerate() {
            let own = bare(cluster.word(key));
            // The first of two alike keeps its own.
            let mut earlier = clusters[..at].iter();
            let other = earlier.find(|other| !own.is_empty() && bare(other.word(key)) == own);
            let what = match other {
                None if own.is_empty() => {
                    format!("{} shares ZooKeeper and names no {label}.", cluster.name)
                }
                None => continue,
                Some(other) => {
                    format!("{} and {} share ZooKeeper and the {label}.", cluster.name, other.name)
                }
            };
            let proposed = match key {
                "zookeeper_namespace" => cluster.id.clone(),
                "ignite_path" => format!("/{}/ignite", cluster.id),
                _ if cluster.word("zookeeper_namespace").is_empty() => format!("/{}/services", cluster.id),
                _ => services(cluster),
            };
            let label = format!("Set {proposed}");
            places.add(cluster.address(key), what).set(proposed, label);
        }
    }
}

fn path(look: &Look<'_>, places: &mut Places) {
    let shared = look.sharing(NodeKind::ZooKeeper);
    for cluster in look.clustered() {
        let node = cluster.node;
        let (given, wanted) = (node.word("connection_path"), services(node));
        // A missing path has its default; where ZooKeeper is shared, its absence is told by itself.
        let told = shared.iter().any(|other| std::ptr::eq(*other, node));
        let found = if given.is_empty() { "/ThingWorx/services" } else { given };
        let none = cluster.count(NodeKind::ConnectionServer) == 0;
        if none || bare(found) == bare(&wanted) || given.is_empty() && told {
            continue;
        }
        let what = format!(
            "Connection Servers of {} look under {found}, its servers register under {wanted}.",
            node.name
        );
        let label = format!("Set {wanted}");
        places.add(node.address("connection_path"), what).set(wanted, label);
    }
}

fn open(look: &Look<'_>, places: &mut Places) {
    for cluster in look.sharing(NodeKind::ZooKeeper) {
        if !cluster.is_on("zookeeper_auth") {
            let what = format!("{} shares ZooKeeper without authentication.", cluster.name);
            places.add(cluster.address("zookeeper_auth"), what).set("on", "Switch it on");
        }
    }
}

fn clamped(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let asked = cluster.node.number("session_timeout_ms");
        let granted = cluster
            .of(NodeKind::ZooKeeper)
            .map(|node| node.number("tick_ms") * node.number("session_ticks"))
            .fold(f64::INFINITY, f64::min);
        if asked > granted {
            let what = format!(
                "{} asks for sessions of {} ms, ZooKeeper grants {} ms.",
                cluster.node.name,
                count(asked),
                count(granted)
            );
            let label = format!("Set {} ms", count(granted));
            places.add(cluster.node.address("session_timeout_ms"), what).set(granted as u64, label);
        }
    }
}
