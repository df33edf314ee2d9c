//! What things refer to: the machine of a component, the clusters that use it, the ends of a link.

use super::super::{BASE, Node, NodeKind};
use super::Reader;
use crate::base::Finding;
use crate::base::json::{self, Kind, Member, Node as Json};
use std::collections::{BTreeMap, BTreeSet};

/// Things among which a misspelt id is looked for: in more it would take too long for every one.
const MANY: usize = 500;

/// Returns the things with everything that they refer to; findings say what leads nowhere.
pub(super) fn join(reader: &mut Reader<'_, '_>, members: &[Member], mut nodes: Vec<Node>) -> Vec<Node> {
    let mut index: BTreeMap<String, (usize, NodeKind)> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        index.entry(node.id.clone()).or_insert((at, node.kind));
    }
    let clusters: Vec<usize> = (0..nodes.len()).filter(|at| nodes[*at].kind == NodeKind::Cluster).collect();
    let mut joiner = Joiner { reader, index, clusters };
    for (at, member) in members.iter().enumerate() {
        let kind = nodes[at].kind;
        if kind.is_component() {
            nodes[at].on = joiner.machine(member);
            nodes[at].clusters = joiner.users(member, kind);
        } else if kind == NodeKind::Link {
            nodes[at].ends = joiner.ends(member);
        }
    }
    joiner.whole(members, &nodes);
    joiner.circles(members, &nodes);
    nodes
}

/// Follows references.
struct Joiner<'r, 'v, 'a> {
    reader: &'r mut Reader<'v, 'a>,
    index: BTreeMap<String, (usize, NodeKind)>,
    clusters: Vec<usize>,
}

impl Joiner<'_, '_, '_> {
    /// Returns the position of a thing that must be of some kind.
    fn find(
        &mut self,
        json: &Json,
        pointer: &str,
        wanted: &str,
        fits: fn(NodeKind) -> bool,
    ) -> Option<usize> {
        let (what, fix) = match json.as_str() {
            None => {
                (format!("This is {}, not an id.", json.type_word()), format!("Name {wanted} by its id."))
            }
            Some(id) => match self.index.get(id) {
                Some((at, kind)) if fits(*kind) => return Some(*at),
                Some((_, kind)) => (
                    format!("`{id}` is of the kind `{}`, not {wanted}.", kind.word()),
                    format!("Name {wanted} by its id."),
                ),
                None => {
                    let known: Vec<&str> =
                        self.index.iter().filter(|(_, (_, kind))| fits(*kind)).map(|(id, _)| &**id).collect();
                    let near =
                        (known.len() <= MANY).then(|| crate::fleet::file::nearest(id, &known)).flatten();
                    let fix = match near {
                        Some(near) => format!("Did you mean `{near}`?"),
                        None => format!("Add {wanted} with this id, or name another."),
                    };
                    (format!("There is nothing with the id `{id}`."), fix)
                }
            },
        };
        let why = "A reference that leads nowhere says nothing about the cluster.";
        self.reader.at(json, Finding::error("F051", pointer, what), why, &fix);
        None
    }

    /// Returns the machine on which a component runs.
    fn machine(&mut self, member: &Member) -> Option<usize> {
        let pointer = json::join(&json::join(BASE, &member.key), "on");
        let Some(on) = member.value.get("on").filter(|node| node.kind != Kind::Null) else {
            let what = format!("`{}` is on no machine.", member.key);
            let why = "Without a machine nobody knows what it shares and what takes it down.";
            let fix = "Name its machine: \"on\": \"box-1\"; for a service of a provider add one of the kind `managed`.";
            self.reader.at(&member.value, Finding::error("F053", pointer, what), why, fix);
            return None;
        };
        self.find(on, &pointer, "a machine", NodeKind::is_machine)
    }

    /// Returns the clusters that use a component.
    fn users(&mut self, member: &Member, kind: NodeKind) -> Vec<usize> {
        let pointer = json::join(&json::join(BASE, &member.key), "clusters");
        let named = member.value.get("clusters").filter(|node| node.kind != Kind::Null);
        let users: Vec<usize> = match named {
            None => self.clusters.clone(),
            Some(list) if matches!(list.kind, Kind::Array(_)) => list
                .items()
                .iter()
                .enumerate()
                .filter_map(|(at, item)| {
                    let place = json::join(&pointer, &at.to_string());
                    self.find(item, &place, "a cluster", |kind| kind == NodeKind::Cluster)
                })
                .collect(),
            Some(one) => {
                self.find(one, &pointer, "a cluster", |kind| kind == NodeKind::Cluster).into_iter().collect()
            }
        };
        let users: Vec<usize> = users.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let none = named.is_some_and(|list| list.as_str().is_none() && list.items().is_empty());
        if none || users.len() > 1 && !kind.can_be_shared() {
            let what = format!("`{}` belongs to {} clusters.", member.key, users.len());
            let why = if none {
                "A component that no cluster uses changes nothing.".to_owned()
            } else {
                format!("A component of the kind `{}` belongs to one cluster.", kind.word())
            };
            let at = named.unwrap_or(&member.value);
            let fix = "Name its cluster: \"clusters\": \"main\".";
            self.reader.at(at, Finding::error("F057", pointer, what), &why, fix);
        }
        users
    }

    /// Returns the clusters that a link joins.
    fn ends(&mut self, member: &Member) -> Option<(usize, usize)> {
        let base = json::join(BASE, &member.key);
        let mut end = |key: &str| {
            let pointer = json::join(&base, key);
            if let Some(json) = member.value.get(key) {
                return self.find(json, &pointer, "a cluster", |kind| kind == NodeKind::Cluster);
            }
            let what = format!("The link `{}` has no `{key}`.", member.key);
            let why = "A link joins two clusters.";
            let fix = "Name both: \"from\": \"ship\", \"to\": \"shore\".";
            self.reader.at(&member.value, Finding::error("F051", pointer, what), why, fix);
            None
        };
        let (from, to) = (end("from"), end("to"));
        Some((from?, to?))
    }

    /// Finds clusters without a database, groups that do not exist or sign in twice, and a missing cluster.
    fn whole(&mut self, members: &[Member], nodes: &[Node]) {
        if self.clusters.is_empty() {
            if let Some(first) = members.first() {
                let finding = Finding::error("F059", BASE, "The topology has no cluster.");
                let why = "Nobody knows which components work together.";
                let fix = "Add one: \"main\": {\"kind\": \"cluster\"}.";
                self.reader.at(&first.value, finding, why, fix);
            }
            return;
        }
        let with: BTreeSet<usize> = nodes
            .iter()
            .filter(|node| node.kind == NodeKind::Database)
            .flat_map(|node| node.clusters.iter().copied())
            .collect();
        for at in self.clusters.clone() {
            if !with.contains(&at) {
                let node = &nodes[at];
                let what = format!("{} has no database.", node.name);
                let why = "The platform does not start without one, and every write goes through it.";
                let fix = "Add one: \"db\": {\"kind\": \"database\", \"on\": \"…\"}.";
                let finding = Finding::error("F056", node.pointer(), what);
                self.reader.at(&members[at].value, finding, why, fix);
            }
        }
        self.groups(members, nodes);
    }

    /// Finds groups that do not exist, or sign in to two clusters.
    fn groups(&mut self, members: &[Member], nodes: &[Node]) {
        let tree = self.reader.view.tree();
        let known = tree.get("/groups").map(Json::members).unwrap_or_default();
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for at in self.clusters.clone() {
            let node = &nodes[at];
            for group in node.words("groups") {
                let json = members[at].value.get("groups").unwrap_or(&members[at].value);
                let pointer = node.address("groups");
                if !known.iter().any(|member| &*member.key == group) {
                    let ids: Vec<&str> = known.iter().map(|member| &*member.key).collect();
                    let fix = match crate::fleet::file::nearest(group, &ids) {
                        Some(near) => format!("Did you mean `{near}`?"),
                        None => "Name a group of this file.".to_owned(),
                    };
                    let what = format!("There is no group `{group}`.");
                    let why = "Nobody would sign in.";
                    self.reader.at(json, Finding::error("F051", pointer, what), why, &fix);
                } else if let Some(other) = taken.insert(group, &node.id) {
                    let what = format!("The group `{group}` signs in to `{other}` and to `{}`.", node.id);
                    let why = "A device has one address in its files.";
                    let fix = "Divide the group, or name it once.";
                    self.reader.at(json, Finding::error("F058", pointer, what), why, fix);
                }
            }
        }
    }

    /// Finds links that lead back to where they come from.
    fn circles(&mut self, members: &[Member], nodes: &[Node]) {
        let mut onward: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for (link, node) in nodes.iter().enumerate() {
            if let Some((from, to)) = node.ends {
                onward.entry(from).or_default().push((link, to));
            }
        }
        let Some(link) = back_edge(&onward) else { return };
        let what = format!("The link `{}` closes a circle.", nodes[link].id);
        let why = "What one side publishes would come back to it without end.";
        let fix = "Let things be published in one direction, or take the link out.";
        let finding = Finding::error("F054", nodes[link].pointer(), what);
        self.reader.at(&members[link].value, finding, why, fix);
    }
}

/// Returns a link that leads to a cluster from which its own start is reached; `None` without circles.
fn back_edge(onward: &BTreeMap<usize, Vec<(usize, usize)>>) -> Option<usize> {
    let none: &[(usize, usize)] = &[];
    let (mut begun, mut done) = (BTreeSet::new(), BTreeSet::new());
    for start in onward.keys() {
        if !begun.insert(*start) {
            continue;
        }
        // Depth first: every entry is a cluster on the way with the links not yet followed.
        let mut way = vec![(*start, onward.get(start).map_or(none, Vec::as_slice))];
        while let Some((here, rest)) = way.last_mut() {
            let Some(((link, to), others)) = rest.split_first() else {
                done.insert(*here);
                way.pop();
                continue;
            };
            *rest = others;
            if begun.insert(*to) {
                way.push((*to, onward.get(to).map_or(none, Vec::as_slice)));
            } else if !done.contains(to) {
                return Some(*link);
            }
        }
    }
    None
}
