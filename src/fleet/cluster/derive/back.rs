//! Foundation and the database: sign-ins, how long they wait, and where values are written.

use super::{Context, Derived, NodeKind, Trace, servers, share, sum_text};
use crate::base::units::{self, THIN};
use crate::fleet::file::Value;
use crate::fleet::settings::PLATFORM;

/// Cores that Foundation servers have, with the share of each and of its whole machine.
fn cores(context: &Context<'_, '_>, trace: &mut Trace<'_, '_>) -> (Vec<f64>, String) {
    let mut left = Vec::new();
    let mut all = 0.0;
    for node in context.foundations() {
        let share = share::of_foundation(context.cluster.topology, node, ("cores", "takes_cores"), trace);
        left.push(share.left);
        all += share.all;
    }
    let text = format!("{} with {} cores", servers(left.len(), NodeKind::Foundation), sum_text(&left));
    let taken = all - left.iter().sum::<f64>();
    let shared = if taken > 0.0 {
        format!(" ({} go to what shares their machines)", units::significant(taken))
    } else {
        String::new()
    };
    (left, text + &shared)
}

/// Returns the sign-ins of all working Foundation servers [sign-ins/s] and their sentence.
pub(super) fn sign_ins(context: &Context<'_, '_>, trace: &mut Trace<'_, '_>) -> Option<(f64, String)> {
    let nodes = context.foundations();
    if nodes.is_empty() {
        return None;
    }
    let measured: Vec<f64> = nodes.iter().filter_map(|node| node.optional("sign_ins_per_s")).collect();
    if measured.len() == nodes.len() {
        for node in &nodes {
            trace.used(node, "sign_ins_per_s");
        }
        let text =
            format!("{} do {} sign-ins/s", servers(nodes.len(), NodeKind::Foundation), sum_text(&measured));
        return Some((measured.iter().sum(), text));
    }
    let (cores, text) = cores(context, trace);
    let mut all = 0.0;
    let mut each = Vec::new();
    for (node, cores) in nodes.iter().zip(cores) {
        if let Some(measured) = trace.optional(node, "sign_ins_per_s") {
            all += measured;
            continue;
        }
        let of_core = trace.number(node, "sign_ins_per_core_s");
        all += cores * of_core;
        if !each.contains(&of_core) {
            each.push(of_core);
        }
    }
    let each: Vec<String> = each.into_iter().map(units::significant).collect();
    let measured = if measured.is_empty() { "" } else { " and what was measured of the others" };
    let text = format!(
        "{text}, {} sign-ins/s of a core{measured}: {} sign-ins/s",
        each.join(" or "),
        units::significant(all)
    );
    Some((all, text))
}

/// Address of the time of one sign-in.
const SERVICE_TIME: &str = "/platform/service_time_ms";

/// Returns the workers of the sign-in tier and, unless the file says it, the time of one sign-in: workers are whole,
/// so that the time takes up what rounding them would lose.
fn workers(context: &Context<'_, '_>) -> Vec<Derived> {
    let nodes = context.foundations();
    let mut trace = context.trace();
    let Some((per_s, text)) = sign_ins(context, &mut trace) else { return Vec::new() };
    let Some(row) = PLATFORM.iter().find(|row| row.key == "service_time_ms") else { return Vec::new() };
    let Some(ms) = context.view.underived(SERVICE_TIME, row) else { return Vec::new() };
    let threads: f64 = nodes.iter().map(|node| trace.number(node, "max_threads")).sum();
    let at_once = (per_s * ms / 1e3).round().max(1.0);
    let workers = at_once.min(threads.max(1.0));
    let mut sentence = format!("{text} × {} each = {} at a time", row.human(ms), units::significant(workers));
    if at_once > threads {
        sentence.push_str(", as many as there are threads");
    }
    let mut numbers = vec![trace.derived("/platform/workers", Value::Number(workers), sentence)];
    if context.view.lookup(SERVICE_TIME).is_none() && at_once <= threads && per_s > 0.0 {
        let mut trace = context.trace();
        let Some((_, text)) = sign_ins(context, &mut trace) else { return numbers };
        // Whole microseconds, as the simulation counts.
        let time = (workers / per_s * 1e6).round().max(1.0) / 1e3;
        let shown = row.human(time);
        let sentence = format!("{text}, {} at a time: {shown} for each", units::significant(workers));
        numbers.push(trace.derived(SERVICE_TIME, Value::Number(time), sentence));
    }
    numbers
}

/// Returns the numbers of the sign-in tier.
pub(super) fn sign_in(context: &Context<'_, '_>) -> Vec<Derived> {
    let mut numbers = workers(context);
    let nodes = context.foundations();
    if !nodes.is_empty() {
        let mut trace = context.trace();
        let backlogs = backlogs(context, &nodes, &mut trace);
        let sentence = format!(
            "{} with a backlog of {}",
            servers(nodes.len(), NodeKind::Foundation),
            sum_text(&backlogs)
        );
        numbers.push(trace.derived("/platform/accept_queue", Value::Number(backlogs.iter().sum()), sentence));
        numbers.extend(held(context));
    }
    numbers.extend(sessions(context));
    numbers
}

/// Returns the accept backlogs of the machines of components [connections].
pub(super) fn backlogs(
    context: &Context<'_, '_>,
    nodes: &[&super::Node],
    trace: &mut Trace<'_, '_>,
) -> Vec<f64> {
    let machines = nodes.iter().filter_map(|node| context.cluster.topology.machine_of(node));
    machines.map(|machine| trace.number(machine, "backlog")).collect()
}

/// Returns how many devices Foundation holds itself, where no Connection Server does.
pub(super) fn held(context: &Context<'_, '_>) -> Option<Derived> {
    if context.cluster.count(NodeKind::ConnectionServer) > 0 {
        return None;
    }
    let mut trace = context.trace();
    let mut held = Vec::new();
    for node in context.foundations() {
        let limit = trace.number(node, "max_connections");
        held.push(limit.min(share::held_by_files(context.cluster, node, &mut trace).left));
    }
    let sentence = format!(
        "without Connection Servers {} themselves: {} connections, the smaller of Tomcat's limit and the open files",
        servers(held.len(), NodeKind::Foundation),
        sum_text(&held)
    );
    let all: f64 = held.iter().sum();
    (!held.is_empty())
        .then(|| trace.derived("/platform/held_connections", Value::Number(all.max(1.0)), sentence))
}

/// Returns how long sign-ins and old sessions are kept.
fn sessions(context: &Context<'_, '_>) -> Vec<Derived> {
    let node = context.cluster.node;
    let mut trace = context.trace();
    let wait = trace.number(node, "authentication_s");
    let sentence = format!("{} waits {} for the authentication", node.name, units::duration(wait));
    let mut numbers =
        vec![trace.derived("/platform/sign_in_timeout_ms", Value::Number((wait * 1e3).round()), sentence)];
    if node.word("bind_policy") == "first-wins" {
        let mut trace = context.trace();
        let idle = trace.number(node, "idle_timeout_s");
        trace.used(node, "bind_policy");
        let sentence =
            format!("the first session wins, and a silent one is given up after {}", units::duration(idle));
        numbers.push(trace.derived("/platform/bind_protection_s", Value::Number(idle), sentence));
    }
    numbers
}

/// Returns the writes of a cluster [values/s] and their sentence.
pub(super) fn writes_per_s(context: &Context<'_, '_>, trace: &mut Trace<'_, '_>) -> Option<(f64, String)> {
    let databases: Vec<&super::Node> = context
        .of(NodeKind::Database)
        .into_iter()
        .filter(|node| node.word("role") == "primary" && node.word("product") != "influxdb")
        .collect();
    let foundations = context.foundations();
    if databases.is_empty() || foundations.is_empty() {
        return None;
    }
    let database: f64 = databases.iter().map(|node| trace.number(node, "writes_per_s")).sum();
    let (cores, text) = cores(context, trace);
    let servers: f64 = foundations
        .iter()
        .zip(&cores)
        .map(|(node, cores)| cores * trace.number(node, "writes_per_core_s"))
        .sum();
    let smaller = database.min(servers);
    let who = if database <= servers { "the database" } else { "Foundation" };
    let sentence = format!(
        "the database writes {}{THIN}/s, {text} pass on {}{THIN}/s: {who} is the limit",
        units::significant(database),
        units::significant(servers)
    );
    Some((smaller, sentence))
}

/// Returns the numbers of the write queue.
pub(super) fn writes(context: &Context<'_, '_>) -> Vec<Derived> {
    let mut trace = context.trace();
    let Some((per_s, sentence)) = writes_per_s(context, &mut trace) else { return Vec::new() };
    let per_s =
        trace.derived("/platform/writes/writes_per_s", Value::Number(per_s.floor().max(1.0)), sentence);
    let mut trace = context.trace();
    let queues: Vec<f64> =
        context.foundations().iter().map(|node| trace.number(node, "stream_queue")).collect();
    let sentence =
        format!("{} with room for {} values", servers(queues.len(), NodeKind::Foundation), sum_text(&queues));
    let queue = trace.derived("/platform/writes/queue", Value::Number(queues.iter().sum()), sentence);
    vec![per_s, queue]
}
