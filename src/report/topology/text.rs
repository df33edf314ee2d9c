//! A topology in words: what there is, what follows from it, what is left after a loss.

use super::component_label;
use crate::base::units;
use crate::fleet::Topology;
use crate::fleet::cluster::derive::capacity::{Capacity, capacity, memory};
use crate::fleet::cluster::{Cluster, NodeKind};
use crate::fleet::file::{Value, View};
use crate::fleet::settings::Area;
use crate::report::terminal::{line, wrap};

/// Machines whose loss is shown one by one; more of them are told by the worst.
const LOSSES: usize = 12;

/// Returns a derived value with the label of its input.
pub(super) fn shown(address: &str, value: &Value) -> (String, String) {
    for area in Area::SINGLE.into_iter().rev() {
        let Some(key) = address.strip_prefix(area.base()).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        if let Some(row) = area.settings().iter().find(|row| row.key == key) {
            return (row.label.to_owned(), value.human(row));
        }
    }
    (address.to_owned(), String::new())
}

/// Returns why a derived number does not count: the file says the number itself.
pub(super) fn overridden(view: &View<'_>, address: &str) -> bool {
    view.lookup(address).is_some()
}

/// Returns what a cluster can do in one line.
fn can(capacity: &Capacity) -> String {
    let number = |number: f64| units::count(number.max(0.0) as u64);
    let mut text = format!(
        "{} sign-ins/s, {} devices connected, {} values written/s",
        units::significant(capacity.sign_ins_per_s),
        number(capacity.connected()),
        units::significant(capacity.writes_per_s)
    );
    if !capacity.quorum {
        text.push_str(", no quorum of ZooKeeper");
    }
    if !capacity.database {
        text.push_str(", no database");
    }
    text
}

/// Returns the devices that sign in to a cluster.
pub(super) fn things(view: &View<'_>, topology: &Topology, cluster: Cluster<'_>) -> u64 {
    let groups = view.tree().get("/groups").map(crate::base::json::Node::members).unwrap_or_default();
    let meets = |id: &str| topology.home_of(id).is_some_and(|home| home.is(cluster));
    let row = Area::Group.settings().iter().find(|row| row.key == "devices");
    let count = |id: &str| {
        let address = format!("{}/devices", crate::base::json::join("/groups", id));
        row.and_then(|row| view.stated(&address, row).ok()?.number()).unwrap_or_default() as u64
    };
    groups.iter().filter(|member| meets(&member.key)).map(|member| count(&member.key)).sum()
}

/// Returns the topology as text.
pub fn text(topology: &Topology, view: &View<'_>) -> String {
    let mut text = String::new();
    for (at, cluster) in topology.clusters().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        let played = topology.played().is_some_and(|played| played.is(cluster));
        let simulated = if played { ", simulated" } else { "" };
        line(&mut text, format_args!("{} ({}{simulated})", cluster.node.name, cluster.node.word("mode")));
        for machine in cluster.machines() {
            let components: Vec<String> = topology.carried_by(machine).map(component_label).collect();
            text.push_str(&wrap(
                "  ",
                &format!("{}: {}", super::machine_label(machine), components.join("; ")),
            ));
        }
        text.push_str(&wrap("  can do: ", &can(&capacity(cluster, view, None))));
        losses(&mut text, cluster, view);
        memories(&mut text, topology, cluster, view);
    }
    for (link, from, to) in topology.links() {
        line(&mut text, format_args!("\n{}: {} to {}", link.name, from.name, to.name));
    }
    let derivation = view.derivation();
    if !derivation.numbers.is_empty() {
        text.push_str("\nWhat follows for the simulation:\n");
    }
    for derived in &derivation.numbers {
        let (label, value) = shown(derived.address, &derived.value);
        let wins =
            if overridden(view, derived.address) { " - the file says it itself, which wins" } else { "" };
        line(&mut text, format_args!("  {label}: {value} ({}{wins})", derived.certainty.word()));
        text.push_str(&wrap("      ", &format!("{}.", derived.sentence)));
        if !derived.source.is_empty() {
            text.push_str(&wrap("      ", &format!("From: {}.", derived.source)));
        }
        text.push_str(&wrap("      ", &format!("Override: {}", derived.address)));
    }
    text
}

/// Adds what is left after the loss of each machine.
fn losses(text: &mut String, cluster: Cluster<'_>, view: &View<'_>) {
    let machines = cluster.machines();
    for machine in machines.iter().take(LOSSES) {
        let left = capacity(cluster, view, Some(machine));
        text.push_str(&wrap("  ", &format!("without {}: {}", machine.name, can(&left))));
    }
    if machines.len() > LOSSES {
        line(text, format_args!("  and {} machines more", machines.len() - LOSSES));
    }
}

/// Adds who has which memory.
fn memories(text: &mut String, topology: &Topology, cluster: Cluster<'_>, view: &View<'_>) {
    let things = things(view, topology, cluster);
    for node in cluster.of(NodeKind::Foundation).take(LOSSES) {
        let memory = memory(cluster, node, view, things);
        let gib = units::significant;
        let what = format!(
            "memory of {}: machine {} GiB, others on it {} GiB, heap {} GiB, embedded Ignite {} GiB, model {} GiB, left {} GiB",
            node.name,
            gib(memory.machine),
            gib(memory.others),
            gib(memory.heap),
            gib(memory.ignite),
            gib(memory.model),
            gib(memory.left())
        );
        text.push_str(&wrap("  ", &what));
    }
}
