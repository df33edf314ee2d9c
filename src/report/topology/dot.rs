//! A topology as a Graphviz graph.

use super::{by_cluster, cluster_label, component_label, machine_label, name_of, printable};
use crate::fleet::Topology;
use crate::fleet::cluster::Node;
use crate::fleet::cluster::layout::edges;
use std::fmt::Write;

/// Returns a text between quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", printable(text).replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns the graph.
pub fn dot(topology: &Topology) -> String {
    let mut out =
        String::from("digraph topology {\n  graph [compound=true, rankdir=TB];\n  node [shape=box];\n");
    let name = |node: &Node| name_of(topology, node);
    for (cluster, machines) in by_cluster(topology) {
        let indent = if cluster.is_some() { "    " } else { "  " };
        if let Some(cluster) = cluster {
            let _ = writeln!(out, "  subgraph cluster_{} {{", name(cluster));
            let _ = writeln!(out, "    label={};", quoted(&cluster_label(cluster)));
            // A link ends here: a frame by itself cannot be the end of an edge.
            let _ = writeln!(out, "    {} [shape=point, style=invis, label=\"\"];", name(cluster));
        }
        for machine in machines {
            let _ = writeln!(out, "{indent}subgraph cluster_{} {{", name(machine));
            let _ = writeln!(out, "{indent}  label={};", quoted(&machine_label(machine)));
            for node in topology.carried_by(machine) {
                let _ = writeln!(out, "{indent}  {} [label={}];", name(node), quoted(&component_label(node)));
            }
            let _ = writeln!(out, "{indent}}}");
        }
        if cluster.is_some() {
            out.push_str("  }\n");
        }
    }
    for edge in edges(topology) {
        let label = if edge.times > 1 {
            format!(" [label={}]", quoted(&format!("× {}", edge.times)))
        } else {
            String::new()
        };
        let _ = writeln!(out, "  {} -> {}{label};", name(edge.from), name(edge.to));
    }
    for (link, from, to) in topology.links() {
        let _ = writeln!(
            out,
            "  {from} -> {to} [style=dashed, ltail=cluster_{from}, lhead=cluster_{to}, label={}];",
            quoted(&link.name),
            from = name(from),
            to = name(to)
        );
    }
    out.push_str("}\n");
    out
}
