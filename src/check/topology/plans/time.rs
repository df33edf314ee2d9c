//! Rules about time and room: certificates, clocks, names, links, tracked connections.

use super::super::look::count;
use super::super::{Look, Places};
use crate::base::Severity::Error;
use crate::base::units;
use crate::fleet::cluster::{Node, NodeKind};
use crate::fleet::file::moment;

/// Days before the end of a certificate in which it counts as ending now.
const NOW_DAYS: f64 = 7.0;
/// Days before the end of a certificate in which it is to be renewed.
const SOON_DAYS: f64 = 90.0;
/// Largest difference of clocks [ms].
const SKEW_MS: f64 = 1_000.0;
/// Room above the number of devices.
const ROOM: f64 = 1.2;

/// Returns whether a name of a certificate holds a host.
fn holds(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(domain) => host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(domain)),
        None => name.eq_ignore_ascii_case(host),
    }
}

pub(super) fn certificates(look: &Look<'_>, places: &mut Places) {
    let kinds = [NodeKind::LoadBalancer, NodeKind::ConnectionServer, NodeKind::Foundation];
    for node in look.topology.nodes().iter().filter(|node| kinds.contains(&node.kind)) {
        if node.kind == NodeKind::LoadBalancer && !node.word("host").is_empty() {
            let names: Vec<&str> = node.words("certificate_names").collect();
            if !names.is_empty() && !names.iter().any(|name| holds(name, node.word("host"))) {
                let what = format!("The certificate of {} does not hold `{}`.", node.name, node.word("host"));
                places.add(node.address("certificate_names"), what).weighs(Error);
            }
        }
        // The rule has no clock: it counts from the planned start of the outage.
        let (Some(start), Some(end)) = (&look.fleet.outage.start, moment(node.word("certificate_expires")))
        else {
            continue;
        };
        let outage = &look.fleet.outage;
        let over = start.timestamp().as_second() as f64 + (outage.length + outage.watch).secs();
        let days = (end.timestamp().as_second() as f64 - over) / 86_400.0;
        if days >= SOON_DAYS {
            continue;
        }

        let text = if days < 0.0 {
            format!("The certificate of {} ends before the planned outage is over.", node.name)
        } else {
            format!(
                "The certificate of {} ends {} days after the planned outage.",
                node.name,
                count(days.floor())
            )
        };
        let place = places.add(node.address("certificate_expires"), text);
        if days < NOW_DAYS {
            place.weighs(Error);
        }
    }
}

pub(super) fn links(look: &Look<'_>, places: &mut Places) {
    for (link, from, _) in look.topology.links() {
        let (Some(down), Some(per_s)) = (link.optional("down_s"), link.optional("values_per_s")) else {
            continue;
        };
        let servers: Vec<&Node> = look
            .topology
            .clusters()
            .find(|cluster| std::ptr::eq(cluster.node, from))
            .map(crate::fleet::cluster::Cluster::active)
            .unwrap_or_default();
        let room: f64 = servers.iter().map(|node| node.number("message_store")).sum();
        let arrives = down * per_s;
        if arrives > room && !servers.is_empty() {
            let what = format!(
                "{} messages arise while {} is down for {}; {} fit.",
                count(arrives),
                link.name,
                units::duration(down),
                count(room)
            );
            let each = (arrives / servers.len() as f64).ceil() as u64;
            let label = format!("Room for {} messages", units::count(each));
            let place = places.add(link.address("down_s"), what);
            if let [only] = servers.as_slice() {
                place.set_at(only.address("message_store"), each, label);
            }
        }
    }
}

pub(super) fn clocks(look: &Look<'_>, places: &mut Places) {
    let offset = |machine: &Node| machine.optional("clock_offset_ms");
    for cluster in look.topology.clusters() {
        let machines = cluster.machines();
        let known = || machines.iter().filter_map(|machine| Some((machine, offset(machine)?)));
        let first = known().min_by(|(_, a), (_, b)| a.total_cmp(b));
        let last = known().max_by(|(_, a), (_, b)| a.total_cmp(b));
        let (Some((slow, behind)), Some((fast, ahead))) = (first, last) else { continue };
        if ahead - behind > SKEW_MS {
            let what = format!(
                "The clocks of {} and {} differ by {}.",
                slow.name,
                fast.name,
                units::duration((ahead - behind) / 1e3)
            );
            let wrong = if behind.abs() > ahead.abs() { slow } else { fast };
            places.add(wrong.address("clock_offset_ms"), what);
        }
    }
}

pub(super) fn names(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        let node = cluster.node;
        if let (Some(ttl), Some(target)) = (node.optional("dns_ttl_s"), node.optional("failover_target_s"))
            && ttl > target
        {
            let what = format!(
                "The entry of {} lives for {}, a failover is to take {}.",
                node.name,
                units::duration(ttl),
                units::duration(target)
            );
            let label = format!("Set {}", units::duration(target.floor()));
            places.add(node.address("dns_ttl_s"), what).set(target.floor() as u64, label);
        }
    }
}

pub(super) fn tracked(look: &Look<'_>, places: &mut Places) {
    for cluster in look.topology.clusters() {
        let devices = look.devices(cluster) as f64;
        for machine in cluster.machines() {
            let carries = look.topology.carried_by(machine).any(|node| node.kind == NodeKind::LoadBalancer);
            let Some(tracked) = machine.optional("conntrack").filter(|_| carries) else { continue };
            if tracked < devices {
                let what = format!(
                    "The firewall of {} keeps track of {} connections; there are {} devices.",
                    machine.name,
                    count(tracked),
                    count(devices)
                );
                let proposed = (devices * ROOM).ceil();
                let label = format!("Set {}", count(proposed));
                places.add(machine.address("conntrack"), what).set(proposed as u64, label);
            }
        }
    }
}
