//! The cluster topology: machines, what runs on them, how it belongs together.
//!
//! The section `cluster` of a project file is one flat map from ids to things; each thing says its `kind`:
//!
//! ```text
//! "cluster": {
//!   "main":  { "kind": "cluster", "mode": "active-active", "groups": ["pumps"] },
//!   "box-1": { "kind": "vm", "cores": 16, "memory_gib": 32, "zone": "hall", "at": [40, 80] },
//!   "cxs-1": { "kind": "connection-server", "on": "box-1", "clusters": "main" },
//!   "db":    { "kind": "database", "on": "box-9" },
//!   "shore": { "kind": "link", "from": "main", "to": "head-office" }
//! }
//! ```
//!
//! Ids are unique in the whole section, so that a failure, a finding or an address `/cluster/<id>/<key>` names
//! one thing. `on` names the machine of a component, `clusters` the clusters that use it (all of them where it
//! is left out and the kind can be shared), `at` its place on the canvas. Everything else is a row of the
//! registry in [`crate::fleet::settings`]. Reading gives a [`Topology`], in which every reference leads
//! somewhere, or findings.
//!
//! From it [`derive`] takes the numbers of the platform that the simulation needs. They take the place of
//! defaults: what `/platform/…` says itself wins. One cluster is played at a time: the one that `/platform/cluster`
//! names, the first one of the file where nothing does. Groups that sign in to another one are left out of it.

pub mod derive;
pub mod failure;
mod kind;
pub mod layout;
pub mod pattern;
mod read;
pub mod tenants;
#[cfg(test)]
mod tests;

pub use kind::NodeKind;
pub(in crate::fleet) use read::{Read, kind_of, read};

use crate::base::json;
use crate::fleet::file::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Base of the addresses of everything in the topology.
pub const BASE: &str = "/cluster";

/// Address of the id of the cluster that is played.
pub const PLAYED: &str = "/platform/cluster";

/// Most things in one topology: every rule and every picture looks at all of them.
pub const MAX_NODES: usize = 5_000;

/// One thing of a topology.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Key in the file.
    pub id: String,
    /// Name shown to people; the id where it has none.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Place on the canvas [points], where somebody has put it.
    pub at: Option<(f64, f64)>,
    /// Machine on which it runs, by position.
    on: Option<usize>,
    /// Clusters that use it, by position.
    clusters: Vec<usize>,
    /// Clusters that a link joins, by position.
    ends: Option<(usize, usize)>,
    /// Value of every row of its kind.
    values: BTreeMap<&'static str, Value>,
    /// Keys that the file gives.
    given: BTreeSet<&'static str>,
}

impl Node {
    /// Returns the address of one of its settings.
    pub fn address(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer())
    }

    /// Returns its own address.
    pub fn pointer(&self) -> String {
        json::join(BASE, &self.id)
    }

    /// Returns the value of a setting.
    fn value(&self, key: &str) -> Option<&Value> {
        debug_assert!(self.values.contains_key(key), "{:?} has no row {key}", self.kind);
        self.values.get(key)
    }

    /// Returns a number in the unit of its row; `None` where it is not given and has no default.
    pub fn optional(&self, key: &str) -> Option<f64> {
        self.value(key).and_then(Value::number)
    }

    /// Returns a number in the unit of its row; 0 where there is none.
    pub fn number(&self, key: &str) -> f64 {
        self.optional(key).unwrap_or_default()
    }

    /// Returns a word or text; empty where there is none.
    pub fn word(&self, key: &str) -> &str {
        match self.value(key) {
            Some(Value::Word(word)) => word,
            _ => "",
        }
    }

    /// Returns the parts of a text with commas between them.
    pub fn words(&self, key: &str) -> impl Iterator<Item = &str> {
        self.word(key).split(',').map(str::trim).filter(|part| !part.is_empty())
    }

    /// Returns whether a setting is switched on.
    pub fn is_on(&self, key: &str) -> bool {
        self.word(key) == "on"
    }

    /// Returns whether the file gives a setting, rather than its default.
    pub fn says(&self, key: &str) -> bool {
        self.given.contains(key)
    }
}

/// A checked topology: every reference leads to a thing of the right kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    nodes: Vec<Node>,
    /// Components of every machine, by position.
    carried: BTreeMap<usize, Vec<usize>>,
    /// Components of every cluster by kind, by position: rules ask for them again and again.
    used: BTreeMap<(usize, NodeKind), Vec<usize>>,
    /// Components of every cluster in the order of the file, by position.
    members: BTreeMap<usize, Vec<usize>>,
    /// Positions by id.
    ids: BTreeMap<String, usize>,
    /// Positions of the clusters.
    clusters: Vec<usize>,
    /// Positions of the clusters that name a group, by its id.
    homes: BTreeMap<String, usize>,
    /// Version of the platform that the project names; empty where it names none.
    version: String,
    /// Position of the cluster that is played; `None` where there is none.
    played: Option<usize>,
}

impl Topology {
    /// Returns the topology of these things, which are already checked; `focus` is the id of the cluster that is
    /// played, the first one where it names none.
    fn new(nodes: Vec<Node>, version: String, focus: Option<&str>) -> Self {
        let mut carried: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut used: BTreeMap<(usize, NodeKind), Vec<usize>> = BTreeMap::new();
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let (mut ids, mut homes) = (BTreeMap::new(), BTreeMap::new());
        let mut clusters = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            ids.entry(node.id.clone()).or_insert(at);
            if let Some(machine) = node.on {
                carried.entry(machine).or_default().push(at);
            }
            for cluster in &node.clusters {
                used.entry((*cluster, node.kind)).or_default().push(at);
                members.entry(*cluster).or_default().push(at);
            }
            if node.kind == NodeKind::Cluster {
                clusters.push(at);
                for group in node.words("groups") {
                    homes.entry(group.to_owned()).or_insert(at);
                }
            }
        }
        let named = focus.and_then(|id| clusters.iter().find(|at| nodes[**at].id == id));
        let played = named.or_else(|| clusters.first()).copied();
        Self { nodes, carried, used, members, ids, clusters, homes, version, played }
    }

    /// Returns all things in the order of the file.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the thing with this id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.ids.get(id).map(|at| &self.nodes[*at])
    }

    /// Returns the position of a thing of this topology.
    fn position(&self, node: &Node) -> Option<usize> {
        let is_it = |at: &usize| self.nodes.get(*at).is_some_and(|own| std::ptr::eq(own, node));
        self.ids.get(&node.id).copied().filter(is_it)
    }

    /// Returns the machines.
    pub fn machines(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.kind.is_machine())
    }

    /// Returns the clusters in the order of the file.
    pub fn clusters(&self) -> impl Iterator<Item = Cluster<'_>> {
        self.clusters.iter().map(|at| self.at(*at))
    }

    /// Returns the cluster at a position.
    fn at(&self, at: usize) -> Cluster<'_> {
        Cluster { topology: self, node: &self.nodes[at], at }
    }

    /// Returns the cluster that a thing of this topology is; `None` where it is something else.
    pub fn cluster(&self, node: &Node) -> Option<Cluster<'_>> {
        self.position(node).filter(|_| node.kind == NodeKind::Cluster).map(|at| self.at(at))
    }

    /// Returns the cluster that is played: what is derived, simulated and said to fail is about this one.
    pub fn played(&self) -> Option<Cluster<'_>> {
        self.played.map(|at| self.at(at))
    }

    /// Returns the cluster to which the devices of a group sign in: the one that names it, else the first one.
    pub fn home_of(&self, group: &str) -> Option<Cluster<'_>> {
        self.homes.get(group).or_else(|| self.clusters.first()).map(|at| self.at(*at))
    }

    /// Returns the links with the clusters that they lead from and to.
    pub fn links(&self) -> impl Iterator<Item = (&Node, &Node, &Node)> {
        self.nodes
            .iter()
            .filter_map(|node| node.ends.map(|(from, to)| (node, &self.nodes[from], &self.nodes[to])))
    }

    /// Returns the machine of a component.
    pub fn machine_of(&self, node: &Node) -> Option<&Node> {
        node.on.map(|at| &self.nodes[at])
    }

    /// Returns the components on a machine, in the order of the file.
    pub fn carried_by(&self, machine: &Node) -> impl Iterator<Item = &Node> {
        let at = self.position(machine);
        at.and_then(|at| self.carried.get(&at)).into_iter().flatten().map(|at| &self.nodes[*at])
    }

    /// Returns the components on the machine of a component, itself included.
    pub fn beside(&self, node: &Node) -> impl Iterator<Item = &Node> {
        node.on.and_then(|at| self.carried.get(&at)).into_iter().flatten().map(|at| &self.nodes[*at])
    }

    /// Returns the clusters that use a component.
    pub fn users_of(&self, node: &Node) -> impl Iterator<Item = &Node> {
        node.clusters.iter().map(|at| &self.nodes[*at])
    }
}

/// One cluster with what belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct Cluster<'t> {
    /// The topology around it.
    pub topology: &'t Topology,
    /// Its own settings.
    pub node: &'t Node,
    at: usize,
}

impl<'t> Cluster<'t> {
    /// Returns whether it is this cluster.
    pub fn is(self, other: Self) -> bool {
        std::ptr::eq(self.node, other.node)
    }

    /// Returns its components of one kind, shared ones included, in the order of the file.
    pub fn of(self, kind: NodeKind) -> impl Iterator<Item = &'t Node> {
        self.topology.used.get(&(self.at, kind)).into_iter().flatten().map(|at| &self.topology.nodes[*at])
    }

    /// Returns all its components in the order of the file.
    pub fn components(self) -> impl Iterator<Item = &'t Node> {
        self.topology.members.get(&self.at).into_iter().flatten().map(|at| &self.topology.nodes[*at])
    }

    /// Returns how many components of a kind it has.
    pub fn count(self, kind: NodeKind) -> usize {
        self.topology.used.get(&(self.at, kind)).map_or(0, Vec::len)
    }

    /// Returns the machines that carry its components, each once, in the order of the file.
    pub fn machines(self) -> Vec<&'t Node> {
        let positions: BTreeSet<usize> = self.components().filter_map(|node| node.on).collect();
        positions.into_iter().map(|at| &self.topology.nodes[at]).collect()
    }

    /// Returns whether several Foundation servers work together, or stand by.
    pub fn is_clustered(self) -> bool {
        self.node.word("mode") != "single"
    }

    /// Returns the Foundation servers that work at the same time: in active-passive mode one.
    pub fn active(self) -> Vec<&'t Node> {
        let mut active: Vec<&Node> =
            self.of(NodeKind::Foundation).filter(|node| node.word("role") == "active").collect();
        if self.node.word("mode") != "active-active" {
            active.truncate(1);
        }
        active
    }

    /// Returns whether a Foundation server keeps its shared memory in its own JVM.
    pub fn embeds_ignite(self, foundation: &Node) -> bool {
        match foundation.word("ignite") {
            "embedded" => true,
            "standalone" => false,
            _ => self.is_clustered() && self.count(NodeKind::Ignite) == 0,
        }
    }

    /// Returns the ids of the groups that sign in to it; `None` where all groups do.
    pub fn groups(self) -> Option<Vec<&'t str>> {
        self.node.says("groups").then(|| self.node.words("groups").collect())
    }

    /// Returns the version of its platform; empty where nobody says it.
    pub fn version(self) -> &'t str {
        match self.node.word("version") {
            "" => &self.topology.version,
            own => own,
        }
    }
}
