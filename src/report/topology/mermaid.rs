//! A topology as a Mermaid flowchart.

use super::{by_cluster, cluster_label, component_label, machine_label, name_of, printable};
use crate::fleet::Topology;
use crate::fleet::cluster::Node;
use crate::fleet::cluster::layout::edges;
use std::fmt::Write;

/// Returns a text between quotes, with what Mermaid would read as its own written as entities.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in printable(text).chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | ';' => {
                let _ = write!(out, "#{};", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Returns the flowchart.
pub fn mermaid(topology: &Topology) -> String {
    let mut out = String::from("flowchart TB\n");
    let name = |node: &Node| name_of(topology, node);
    for (cluster, machines) in by_cluster(topology) {
        let indent = if cluster.is_some() { "    " } else { "  " };
        if let Some(cluster) = cluster {
            let _ = writeln!(out, "  subgraph {}[{}]", name(cluster), quoted(&cluster_label(cluster)));
        }
        for machine in machines {
            let _ = writeln!(out, "{indent}subgraph {}[{}]", name(machine), quoted(&machine_label(machine)));
            for node in topology.carried_by(machine) {
                let _ = writeln!(out, "{indent}  {}[{}]", name(node), quoted(&component_label(node)));
            }
            let _ = writeln!(out, "{indent}end");
        }
        if cluster.is_some() {
            out.push_str("  end\n");
        }
    }
    for edge in edges(topology) {
        let label = if edge.times > 1 {
            format!("|{}|", quoted(&format!("× {}", edge.times)))
        } else {
            String::new()
        };
        let _ = writeln!(out, "  {} -->{label} {}", name(edge.from), name(edge.to));
    }
    for (link, from, to) in topology.links() {
        let _ = writeln!(out, "  {} -.->|{}| {}", name(from), quoted(&link.name), name(to));
    }
    out
}
