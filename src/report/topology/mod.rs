//! A topology on paper: as text, as JSON, and drawn as Mermaid, Graphviz or SVG.
//!
//! Pictures name things by their position, so that no name of a person's choosing can break them; what people
//! wrote is escaped. The same topology gives the same bytes.

mod board;
mod dot;
mod json;
mod layouts;
mod load;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;
mod text;

pub use board::{Board, Machine, Part, Rect};
pub use dot::dot;
pub use json::json;
pub use layouts::{layouts, layouts_json};
pub use load::{Load, Moment};
pub use mermaid::mermaid;
pub use svg::svg;
pub use text::text;

use crate::base::units;
use crate::fleet::Topology;
use crate::fleet::cluster::{Node, NodeKind};

/// A kind of file that a topology is drawn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// A drawing of lines.
    Svg,
    /// A Mermaid flowchart.
    Mermaid,
    /// A Graphviz graph.
    Dot,
}

impl Drawing {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Svg, Self::Mermaid, Self::Dot];

    /// Returns how it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Svg => "SVG",
            Self::Mermaid => "Mermaid",
            Self::Dot => "DOT",
        }
    }

    /// Returns the ending of its files, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Mermaid => "mmd",
            Self::Dot => "dot",
        }
    }

    /// Returns the content of its file.
    pub fn text(self, topology: &Topology) -> String {
        match self {
            Self::Svg => svg(topology),
            Self::Mermaid => mermaid(topology),
            Self::Dot => dot(topology),
        }
    }
}

/// Returns what stands in a box of a component.
fn component_label(node: &Node) -> String {
    let more = match node.kind {
        NodeKind::Foundation | NodeKind::Database if node.word("role") == "standby" => ", standby",
        NodeKind::Foundation if node.word("ignite") == "embedded" => ", Ignite embedded",
        _ => "",
    };
    format!("{} {}{more}", node.kind.label(), node.name)
}

/// Returns the title of a machine.
fn machine_label(machine: &Node) -> String {
    let mut label = machine.name.clone();
    if machine.kind != NodeKind::Managed {
        let (cores, memory) = (machine.number("cores"), machine.number("memory_gib"));
        label +=
            &[": ", &units::significant(cores), " cores, ", &units::significant(memory), " GiB"].concat();
    }
    for place in [machine.word("site"), machine.word("zone")].iter().filter(|place| !place.is_empty()) {
        label += &[", ", place].concat();
    }
    label
}

/// Returns the title of a cluster.
fn cluster_label(cluster: &Node) -> String {
    format!("{} ({})", cluster.name, cluster.word("mode"))
}

/// Returns machines by the one cluster that uses them; first those that several clusters, or none, use.
fn by_cluster<'t>(topology: &'t Topology) -> Vec<(Option<&'t Node>, Vec<&'t Node>)> {
    let owner = |machine: &Node| {
        let mut users = topology.carried_by(machine).flat_map(|node| topology.users_of(node));
        let first = users.next()?;
        users.all(|user| std::ptr::eq(user, first)).then_some(first)
    };
    let owned: Vec<(Option<&Node>, &Node)> =
        topology.machines().map(|machine| (owner(machine), machine)).collect();
    let of = |wanted: Option<&Node>| -> Vec<&'t Node> {
        let same = |owner: Option<&Node>| match (owner, wanted) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            (None, None) => true,
            _ => false,
        };
        owned.iter().filter(|(owner, _)| same(*owner)).map(|(_, machine)| *machine).collect()
    };
    let shared = std::iter::once((None, of(None)));
    shared.chain(topology.clusters().map(|cluster| (Some(cluster.node), of(Some(cluster.node))))).collect()
}

/// Returns the name of a thing in a picture.
fn name_of(topology: &Topology, node: &Node) -> String {
    let at = topology.nodes().iter().position(|other| std::ptr::eq(other, node)).unwrap_or_default();
    format!("n{at}")
}

/// Returns a text without characters that no picture can show.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
