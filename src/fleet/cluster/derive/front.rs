//! Load balancers and Connection Servers: handshakes, upgrades, and the connections that they hold.

use super::back::backlogs;
use super::{Context, Derived, Node, NodeKind, Trace, servers, share, sum_text};
use crate::base::units;
use crate::fleet::file::Value;
use crate::fleet::settings::{P256_HANDSHAKE_MS, RSA_HANDSHAKE_MS};

/// Returns how many connections load balancers hold [connections] and the sentence; `None` without any.
pub(super) fn balancer_holds(context: &Context<'_, '_>, trace: &mut Trace<'_, '_>) -> Option<(f64, String)> {
    let nodes = context.balancers();
    let mut held = Vec::new();
    let mut by_files = false;
    for node in &nodes {
        let limit = trace.number(node, "max_connections");
        let files = share::held_by_files(context.cluster, node, trace);
        by_files |= files.left < limit;
        held.push(limit.min(files.left));
    }
    let all: f64 = held.iter().sum();
    let why = if by_files { "open files, two for each" } else { "its connection limit" };
    let sentence = format!(
        "{} at work: {} connections by {why}",
        servers(nodes.len(), NodeKind::LoadBalancer),
        sum_text(&held)
    );
    (!nodes.is_empty()).then_some((all, sentence))
}

/// Returns the numbers of the load balancer.
pub(super) fn balancer(context: &Context<'_, '_>) -> Vec<Derived> {
    let nodes = context.balancers();
    let Some(first) = nodes.first() else { return Vec::new() };
    let mut numbers = Vec::new();
    let mut trace = context.trace();
    if let Some((held, sentence)) = balancer_holds(context, &mut trace) {
        let held = Value::Number(held.max(1.0));
        numbers.push(trace.derived("/platform/balancer/held_connections", held, sentence));
    }
    numbers.extend(handshakes(context, first, &nodes));
    let mut trace = context.trace();
    let idle = nodes.iter().map(|node| trace.number(node, "idle_timeout_s")).fold(f64::INFINITY, f64::min);
    let sentence = format!("idle timeout of {}: {}", first.name, units::duration(idle));
    numbers.push(trace.derived("/platform/balancer/idle_timeout_s", Value::Number(idle), sentence));
    let mut trace = context.trace();
    let backlogs = backlogs(context, &nodes, &mut trace);
    let sentence = format!("accept backlog of the machines: {}", sum_text(&backlogs));
    let backlog = Value::Number(backlogs.iter().sum());
    numbers.push(trace.derived("/platform/balancer/backlog", backlog, sentence));
    let mut trace = context.trace();
    let limits: Vec<f64> = nodes.iter().filter_map(|node| trace.optional(node, "limit_per_s")).collect();
    if limits.len() == nodes.len() {
        let sentence = format!("limit of new connections: {} /s", sum_text(&limits));
        let limit = Value::Number(limits.iter().sum());
        numbers.push(trace.derived("/platform/balancer/limit_per_s", limit, sentence));
    }
    numbers
}

/// Returns cores and time of the handshakes, where TLS ends at the load balancer.
fn handshakes(context: &Context<'_, '_>, first: &Node, nodes: &[&Node]) -> Vec<Derived> {
    if first.word("tls") != "ends" {
        return Vec::new();
    }
    let mut numbers = Vec::new();
    let mut trace = context.trace();
    let cores: Vec<f64> = nodes
        .iter()
        .map(|node| share::cores_of_balancer(context.cluster.topology, node, &mut trace))
        .collect();
    let sentence = format!(
        "{} at work with {} cores for handshakes",
        servers(nodes.len(), NodeKind::LoadBalancer),
        sum_text(&cores)
    );
    let all = Value::Number(cores.iter().sum::<f64>().floor().max(1.0));
    numbers.push(trace.derived("/platform/balancer/cores", all, sentence));
    let ms = match first.word("certificate") {
        "rsa-2048" => RSA_HANDSHAKE_MS,
        "p-256" => P256_HANDSHAKE_MS,
        _ => return numbers,
    };
    let mut trace = context.trace();
    trace.used(first, "certificate");
    let sentence = format!(
        "a handshake with the certificate {} of {} was measured at {}",
        first.word("certificate"),
        first.name,
        units::duration(ms / 1e3)
    );
    numbers.push(trace.derived("/platform/balancer/handshake_ms", Value::Number(ms), sentence));
    numbers
}

/// Returns how many devices one Connection Server holds [devices], and by what.
pub(super) fn one_holds(
    context: &Context<'_, '_>,
    node: &Node,
    trace: &mut Trace<'_, '_>,
) -> (f64, &'static str) {
    holds(context, node, &mut None, trace)
}

/// Returns how many connections load balancers can pass to one server by their ports; 0 without any.
fn ports(context: &Context<'_, '_>, trace: &mut Trace<'_, '_>) -> f64 {
    let mut ports = 0.0;
    for balancer in context.balancers() {
        if let Some(machine) = context.cluster.topology.machine_of(balancer) {
            ports += trace.number(machine, "ports") * trace.number(balancer, "source_addresses");
        }
    }
    ports
}

/// Returns what [`one_holds`] does; the ports, which are the same for all servers, are counted once.
fn holds(
    context: &Context<'_, '_>,
    node: &Node,
    known: &mut Option<f64>,
    trace: &mut Trace<'_, '_>,
) -> (f64, &'static str) {
    let mut held = (trace.number(node, "devices"), "the sizing");
    let files = share::held_by_files(context.cluster, node, trace).left;
    if files < held.0 {
        held = (files, "open files");
    }
    let ports = *known.get_or_insert_with(|| ports(context, trace));
    if ports > 0.0 && ports < held.0 {
        held = (ports, "outgoing ports of the load balancer");
    }
    held
}

/// Returns how many devices all Connection Servers hold [devices] with the sentence; `None` without any.
pub(super) fn servers_hold(context: &Context<'_, '_>, trace: &mut Trace<'_, '_>) -> Option<(f64, String)> {
    let nodes = context.of(NodeKind::ConnectionServer);
    let mut ports = None;
    let held: Vec<(f64, &str)> = nodes.iter().map(|node| holds(context, node, &mut ports, trace)).collect();
    let mut why: Vec<&str> = held.iter().map(|(_, why)| *why).collect();
    why.dedup();
    let numbers: Vec<f64> = held.iter().map(|(held, _)| *held).collect();
    let sentence = format!(
        "{} hold {} devices by {}",
        servers(nodes.len(), NodeKind::ConnectionServer),
        sum_text(&numbers),
        why.join(" and ")
    );
    (!nodes.is_empty()).then(|| (numbers.iter().sum(), sentence))
}

/// Returns the numbers of the Connection Servers; what differs between them is shared out evenly.
pub(super) fn servers_of(context: &Context<'_, '_>) -> Vec<Derived> {
    let nodes = context.of(NodeKind::ConnectionServer);
    if nodes.is_empty() {
        return Vec::new();
    }
    let count = nodes.len() as f64;
    let mean = |all: f64| Value::Number((all / count).floor().max(1.0));
    let mut numbers = Vec::new();
    let ids: Vec<&str> = nodes.iter().map(|node| &*node.id).take(8).collect();
    let mut trace = context.trace();
    for node in &nodes {
        trace.add(node.pointer(), crate::fleet::Certainty::Documented, String::new());
    }
    let sentence = format!("{}: {}", servers(nodes.len(), NodeKind::ConnectionServer), ids.join(", "));
    numbers.push(trace.derived("/platform/connection_servers/servers", Value::Number(count), sentence));
    let mut trace = context.trace();
    let threads: Vec<f64> = nodes.iter().map(|node| trace.number(node, "io_threads")).collect();
    let sentence = format!("threads of the servers: {}", sum_text(&threads));
    let threads = mean(threads.iter().sum());
    numbers.push(trace.derived("/platform/connection_servers/workers", threads, sentence));
    let mut trace = context.trace();
    let waiting = backlogs(context, &nodes, &mut trace);
    let sentence = format!("accept backlog of the machines: {}", sum_text(&waiting));
    let waiting = mean(waiting.iter().sum());
    numbers.push(trace.derived("/platform/connection_servers/queue", waiting, sentence));
    let mut trace = context.trace();
    if let Some((held, sentence)) = servers_hold(context, &mut trace) {
        numbers.push(trace.derived("/platform/connection_servers/devices_per_server", mean(held), sentence));
    }
    let mut trace = context.trace();
    let wait = nodes.iter().map(|node| trace.number(node, "authentication_ms")).fold(f64::INFINITY, f64::min);
    let sentence = format!("Connection Servers give a sign-in up after {}", units::duration(wait / 1e3));
    numbers.push(trace.derived(
        "/platform/connection_servers/authentication_timeout_ms",
        Value::Number(wait),
        sentence,
    ));
    numbers
}
