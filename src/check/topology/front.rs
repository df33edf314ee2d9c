//! Rules about the load balancer: ports, files, routes, health checks, stickiness.

use super::look::count;
use super::{Look, Places, Rule};
use crate::base::Severity::{Error, Info, Warning};
use crate::base::units;
use crate::fleet::Certainty::{Documented, Inferred, Measured};
use crate::fleet::cluster::derive::{Trace, share};
use crate::fleet::cluster::{Cluster, Node, NodeKind};
use std::collections::BTreeSet;

const ROUTES: [&str; 4] =
    ["/Thingworx/WS", "/Thingworx/WSTunnelServer", "/Thingworx/WSTunnelClient", "/Thingworx/VWS"];
const READY: &str = "/Thingworx/ready";
const HELP: &str = "Vendor's help on load balancers for high availability";
/// Longest time until a dead server is taken out [s].
const REMOVAL_S: f64 = 30.0;
/// Devices behind one address above which stickiness by address piles them up.
const BEHIND: f64 = 10.0;

/// The rules.
pub(super) static RULES: &[Rule] = &[
    Rule {
        code: "T018",
        severity: Error,
        title: "The load balancer runs out of outgoing ports",
        why: "Every connection to a server needs a port of its own; without one the device is turned away.",
        certainty: Measured,
        source: "Linux: 28 232 ports for one address; documentation of load balancers names the same limit",
        advice: "Add source addresses or Connection Servers, or widen the range of ports.",
        run: ports,
    },
    Rule {
        code: "T020",
        severity: Warning,
        title: "The load balancer may open too few files",
        why: "A connection that is passed on holds two sockets.",
        certainty: Inferred,
        source: "How proxies work: one socket to each side",
        advice: "Raise the limit of open files of the service and its machine.",
        run: files,
    },
    Rule {
        code: "T021",
        severity: Error,
        title: "A path of devices is not sent to the Connection Servers",
        why: "These paths belong to Connection Servers; Foundation does not answer them in a cluster.",
        certainty: Documented,
        source: HELP,
        advice: "Send all four paths to the Connection Servers.",
        run: routes,
    },
    Rule {
        code: "T022",
        severity: Error,
        title: "The health check of Foundation does not ask whether it is ready",
        why: "A server that is offline or still starting keeps getting traffic.",
        certainty: Documented,
        source: HELP,
        advice: "Ask /Thingworx/ready.",
        run: ready,
    },
    Rule {
        code: "T023",
        severity: Warning,
        title: "Connection Servers are not checked",
        why: "A dead one keeps getting its share of the devices.",
        certainty: Documented,
        source: HELP,
        advice: "Check their health port.",
        run: unchecked,
    },
    Rule {
        code: "T024",
        severity: Warning,
        title: "A dead server is taken out late",
        why: "Until then its share of attempts goes nowhere.",
        certainty: Documented,
        source: "Vendor's help on failures: the time depends on how often is checked",
        advice: "Check more often, or count fewer failures.",
        run: late,
    },
    Rule {
        code: "T025",
        severity: Error,
        title: "HTTP sessions do not stay with their server",
        why: "A session lives on one server, and changes reach the others later.",
        certainty: Documented,
        source: "Vendor's help on load balancers and on eventual consistency",
        advice: "Use stickiness by cookie.",
        run: loose,
    },
    Rule {
        code: "T026",
        severity: Warning,
        title: "Stickiness by address with many devices behind one address",
        why: "All of them land on one server.",
        certainty: Documented,
        source: HELP,
        advice: "Use stickiness by cookie.",
        run: piled,
    },
    Rule {
        code: "T029",
        severity: Warning,
        title: "Idle flows vanish without a reset",
        why: "Devices learn of it only when a pong stays out.",
        certainty: Documented,
        source: "Documentation of Azure Load Balancer: TCP reset on idle is off by default",
        advice: "Switch TCP reset on idle on.",
        run: silent,
    },
    Rule {
        code: "T030",
        severity: Warning,
        title: "A single load balancer",
        why: "All traffic stops with it.",
        certainty: Documented,
        source: "Vendor's help on failures",
        advice: "Add a second one with a shared address, or use a managed one.",
        run: single,
    },
    Rule {
        code: "T060",
        severity: Info,
        title: "A device path without TLS",
        why: "Application keys cross the network in the clear.",
        certainty: Documented,
        source: "Connection Servers speak TLS by default",
        advice: "Switch TLS on, or say why not.",
        run: plain,
    },
];

/// Returns every load balancer with a cluster that uses it.
fn balancers<'a>(look: &Look<'a>) -> Vec<(Cluster<'a>, &'a Node)> {
    let (mut found, mut known) = (Vec::new(), BTreeSet::new());
    for cluster in look.topology.clusters() {
        for node in cluster.of(NodeKind::LoadBalancer) {
            if known.insert(&*node.id) {
                found.push((cluster, node));
            }
        }
    }
    found
}

/// Returns how many load balancers of a cluster carry connections at the same time.
fn at_work(cluster: Cluster<'_>) -> f64 {
    match cluster.node.word("balancers") {
        "active-active" => cluster.count(NodeKind::LoadBalancer).max(1) as f64,
        _ => 1.0,
    }
}

fn ports(look: &Look<'_>, places: &mut Places) {
    for (cluster, node) in balancers(look) {
        let Some(machine) = look.topology.machine_of(node).filter(|m| m.kind != NodeKind::Managed) else {
            continue;
        };
        let behind = cluster.count(NodeKind::ConnectionServer).max(cluster.active().len().min(1)) as f64;
        let sources = node.number("source_addresses");
        let room = machine.number("ports") * sources * behind;
        let devices = look.devices(cluster) as f64 / at_work(cluster);
        if room > 0.0 && devices > room {
            let what = format!(
                "{} can pass on {} of {} connections: {} ports × {} source addresses × {} servers.",
                node.name,
                count(room),
                count(devices),
                count(machine.number("ports")),
                count(sources),
                count(behind)
            );
            let needed = (devices / (machine.number("ports") * behind)).ceil() as u64;
            let label = format!("Use {needed} source addresses");
            places.add(node.address("source_addresses"), what).set(needed, label);
        }
    }
}

fn files(look: &Look<'_>, places: &mut Places) {
    for (cluster, node) in balancers(look) {
        let Some(machine) = look.topology.machine_of(node).filter(|m| m.kind != NodeKind::Managed) else {
            continue;
        };
        let mut trace = Trace::forgetful(look.view);
        let held = share::held_by_files(cluster, node, &mut trace).left;
        let needed = look.devices(cluster) as f64 / at_work(cluster);
        if held >= needed {
            continue;
        }
        let own = node.optional("open_files").filter(|own| *own < machine.number("open_files"));
        let (at, has) = own.map_or((machine, machine.number("open_files")), |own| (node, own));
        let what =
            format!("{} can open files for {} of {} connections.", node.name, count(held), count(needed));
        let proposed = (has + (needed - held + 1.0) * 3.0).ceil() as u64;
        places.add(at.address("open_files"), what).set(proposed, format!("Set {}", units::count(proposed)));
    }
}

fn routes(look: &Look<'_>, places: &mut Places) {
    for (cluster, node) in balancers(look) {
        if cluster.count(NodeKind::ConnectionServer) == 0 {
            continue;
        }
        let lacks: Vec<&str> =
            ROUTES.into_iter().filter(|route| !node.words("routes").any(|own| own == *route)).collect();
        if !lacks.is_empty() {
            let what = format!("{} does not send {} to the Connection Servers.", node.name, lacks.join(", "));
            places.add(node.address("routes"), what).set(ROUTES.join(", "), "Send all four");
        }
    }
}

fn ready(look: &Look<'_>, places: &mut Places) {
    for (_, node) in balancers(look) {
        let asked = node.word("foundation_check");
        if asked != READY {
            let what = format!("{} asks Foundation for `{asked}`.", node.name);
            places.add(node.address("foundation_check"), what).set(READY, format!("Ask {READY}"));
        }
    }
}

fn unchecked(look: &Look<'_>, places: &mut Places) {
    for (cluster, node) in balancers(look) {
        if !node.is_on("connection_check") && cluster.count(NodeKind::ConnectionServer) > 0 {
            let what = format!("{} does not check the Connection Servers.", node.name);
            places.add(node.address("connection_check"), what).set("on", "Check them");
        }
    }
}

fn late(look: &Look<'_>, places: &mut Places) {
    for (_, node) in balancers(look) {
        let (every, fall) = (node.number("check_interval_s"), node.number("check_fall"));
        if every * fall > REMOVAL_S {
            let what = format!(
                "{} takes a dead server out after {}: {} checks, {} apart.",
                node.name,
                units::duration(every * fall),
                count(fall),
                units::duration(every)
            );
            let proposed = ((REMOVAL_S / fall) * 100.0).floor() / 100.0;
            let label = format!("Check every {}", units::duration(proposed));
            places.add(node.address("check_interval_s"), what).set(proposed, label);
        }
    }
}

fn loose(look: &Look<'_>, places: &mut Places) {
    for (cluster, node) in balancers(look) {
        if node.word("stickiness") == "none" && cluster.active().len() > 1 {
            let what = format!("{} sends every request to any Foundation server.", node.name);
            places.add(node.address("stickiness"), what).set("cookie", "Use a cookie");
        }
    }
}

fn piled(look: &Look<'_>, places: &mut Places) {
    for (cluster, node) in balancers(look) {
        let behind = cluster.node.number("devices_per_address");
        if node.word("stickiness") == "source-address" && behind > BEHIND {
            let what = format!("{} sticks by address, and {} devices share one.", node.name, count(behind));
            places.add(node.address("stickiness"), what).set("cookie", "Use a cookie");
        }
    }
}

fn silent(look: &Look<'_>, places: &mut Places) {
    for (_, node) in balancers(look) {
        let resets = node.says("resets_idle") && node.is_on("resets_idle");
        if node.word("product") == "azure" && !resets {
            let what = format!("{} drops idle flows without telling anybody.", node.name);
            places.add(node.address("resets_idle"), what).set("on", "Switch resets on");
        }
    }
}

fn single(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let mut nodes = cluster.of(NodeKind::LoadBalancer);
        let (Some(only), None) = (nodes.next(), nodes.next()) else { continue };
        if look.topology.machine_of(only).is_some_and(|machine| machine.kind != NodeKind::Managed) {
            let what = format!("{} is the only load balancer of {}.", only.name, cluster.node.name);
            places.add(only.pointer(), what);
        }
    }
}

fn plain(look: &Look<'_>, places: &mut Places) {
    for (_, node) in balancers(look) {
        if node.word("tls") == "none" {
            let what = format!("Devices reach {} without TLS.", node.name);
            places.add(node.address("tls"), what).set("ends", "End TLS here");
        }
    }
    for node in look.topology.nodes().iter().filter(|node| node.kind == NodeKind::ConnectionServer) {
        if !node.is_on("tls") {
            places
                .add(node.address("tls"), format!("{} speaks without TLS.", node.name))
                .set("on", "Switch TLS on");
        }
    }
}
