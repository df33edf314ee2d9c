//! One cluster of a file on a pattern: the other clusters stay as they are and keep what they use.
//!
//! The cluster keeps its id, its groups and its place in the file, so that the same devices sign in to it. What it
//! shared with others stays with them, under another id: an outage that names it means the pattern's thing of that
//! id, or nothing, which is an error.

use crate::fleet::FleetFile;
use crate::fleet::cluster::pattern::Pattern;
use crate::fleet::cluster::{BASE, Cluster, Node, NodeKind};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// New ids by old ones.
type Names = BTreeMap<String, String>;

/// Returns the section `cluster` with a pattern in place of the cluster that is played.
pub(super) fn section(file: &FleetFile, played: Cluster<'_>, pattern: &Pattern) -> Value {
    let kept = kept(file, played);
    let laid = laid(file, played, pattern, &kept);
    let is_first = played.topology.clusters().next().is_some_and(|cluster| cluster.is(played));
    // Groups that nobody names sign in to the first cluster of the section.
    let (mut all, rest) = if is_first { (laid, kept) } else { (kept, laid) };
    all.extend(rest);
    Value::Object(all)
}

/// Returns the names of the clusters beside this one.
pub(super) fn others(played: Cluster<'_>) -> Vec<String> {
    let others = played.topology.clusters().filter(|cluster| !cluster.is(played));
    others.map(|cluster| cluster.node.name.clone()).collect()
}

/// Returns what the other clusters use, theirs alone.
fn kept(file: &FleetFile, played: Cluster<'_>) -> Map<String, Value> {
    let topology = played.topology;
    let is_played = |node: &&Node| std::ptr::eq(*node, played.node);
    let is_theirs = |node: &Node| topology.users_of(node).any(|user| !is_played(&user));
    let was_shared = |node: &Node| topology.users_of(node).any(|user| is_played(&user));
    let carries = |node: &Node, uses: &dyn Fn(&Node) -> bool| topology.carried_by(node).any(uses);
    let stays = |node: &&Node| match node.kind {
        NodeKind::Cluster => !is_played(node),
        NodeKind::Link => topology.clusters().count() > 1,
        kind if kind.is_machine() => carries(node, &is_theirs),
        _ => is_theirs(node),
    };
    let things = file.tree().value(BASE).unwrap_or_default();
    let staying: Vec<&Node> = topology.nodes().iter().filter(stays).collect();
    let mut taken: BTreeSet<String> = topology.nodes().iter().map(|node| node.id.clone()).collect();
    let mut names = Names::new();
    for node in &staying {
        if was_shared(node) || node.kind.is_machine() && carries(node, &was_shared) {
            names.insert(node.id.clone(), free(&format!("{}-elsewhere", node.id), &mut taken));
        }
    }
    let mut kept = Map::new();
    for node in staying {
        let Some(mut thing) = things.get(&node.id).cloned() else { continue };
        renamed(&mut thing, &names);
        let users: Vec<&str> =
            topology.users_of(node).filter(|user| !is_played(user)).map(|user| &*user.id).collect();
        if !users.is_empty() {
            thing["clusters"] = json!(users);
        }
        kept.insert(names.get(&node.id).unwrap_or(&node.id).clone(), thing);
    }
    kept
}

/// Returns the things of a pattern with the id, the name and the groups of the cluster that is played.
fn laid(
    file: &FleetFile,
    played: Cluster<'_>,
    pattern: &Pattern,
    kept: &Map<String, Value>,
) -> Map<String, Value> {
    let Value::Object(things) = pattern.section() else { return Map::new() };
    let is_cluster = |thing: &Value| thing["kind"] == NodeKind::Cluster.word();
    let own = &played.node.id;
    let main = things.iter().find(|(_, thing)| is_cluster(thing)).map(|(id, _)| id.clone());
    let mut taken: BTreeSet<String> = kept.keys().chain([own]).cloned().collect();
    let name = |id: &String| {
        let new = if Some(id) == main.as_ref() { own.clone() } else { free(id, &mut taken) };
        (id.clone(), new)
    };
    let names: Names = things.keys().map(name).collect();
    let clusters: Vec<&String> =
        things.iter().filter(|(_, thing)| is_cluster(thing)).filter_map(|(id, _)| names.get(id)).collect();
    let mut laid = Map::new();
    for (id, mut thing) in things.clone() {
        renamed(&mut thing, &names);
        // Without a word about clusters the others would use it, too.
        if thing.get("on").is_some() && thing.get("clusters").is_none() && !kept.is_empty() {
            thing["clusters"] = json!(clusters);
        }
        if Some(&id) == main.as_ref() {
            for key in ["groups", "name"] {
                if let Some(said) = file.tree().value(&played.node.address(key)) {
                    thing[key] = said;
                }
            }
        }
        laid.insert(names.get(&id).cloned().unwrap_or(id), thing);
    }
    laid
}

/// Puts new ids in place of old ones, wherever a thing refers to another.
fn renamed(thing: &mut Value, names: &Names) {
    let put = |id: &mut Value| {
        if let Some(new) = id.as_str().and_then(|old| names.get(old)) {
            *id = new.as_str().into();
        }
    };
    for key in ["on", "from", "to", "clusters"] {
        match thing.get_mut(key) {
            Some(Value::Array(ids)) => ids.iter_mut().for_each(put),
            Some(id) => put(id),
            None => {}
        }
    }
}

/// Returns an id that is not taken, and takes it.
fn free(id: &str, taken: &mut BTreeSet<String>) -> String {
    let mut new = id.to_owned();
    let mut number = 2_u64;
    while taken.contains(&new) {
        new = format!("{id}-{number}");
        number += 1;
    }
    taken.insert(new.clone());
    new
}

#[cfg(test)]
mod tests {
    use super::super::{on_pattern, own};
    use crate::fleet::FleetFile;
    use crate::fleet::cluster::pattern;
    use crate::fleet::example::EXAMPLES;

    fn tenants() -> FleetFile {
        EXAMPLES.iter().find(|example| example.name == "oem-tenants").unwrap().file().unwrap()
    }

    #[test]
    fn one_cluster_of_several_is_laid_out_anew_and_the_others_stay() {
        let file = tenants();
        let ids: Vec<String> = {
            let view = file.view(None);
            view.topology().unwrap().clusters().map(|cluster| cluster.node.id.clone()).collect()
        };
        assert!(ids.len() > 1);
        for id in ids {
            let file = file.with("/platform/cluster", &id.as_str().into()).unwrap();
            let Ok(Some(kept)) = own(&file, None) else { continue };
            for pattern in pattern::PATTERNS {
                let laid = on_pattern(&file, None, pattern).unwrap_or_else(|error| unreachable!("{error}"));
                assert_eq!(laid.fleet.devices(), kept.fleet.devices(), "{id} on {}", pattern.id);
                assert_eq!(laid.fleet.groups, kept.fleet.groups, "{id} on {}", pattern.id);
                assert_eq!(laid.fleet.outage.length, kept.fleet.outage.length);
                assert_eq!(laid.fleet.everybody().count(), kept.fleet.everybody().count());
                assert_eq!((&laid.elsewhere, &laid.fleet.cluster), (&kept.elsewhere, &kept.fleet.cluster));
                // The pattern has its own size, whatever the others have.
                let alone = FleetFile::parse(&pattern.project().to_string()).unwrap();
                assert_eq!(laid.size, own(&alone, None).unwrap().unwrap().size, "{id} on {}", pattern.id);
            }
        }
    }

    #[test]
    fn an_outage_of_what_was_shared_is_that_of_the_pattern_or_an_error() {
        let file = tenants();
        let shared = |kind: &str| {
            let view = file.view(None);
            let topology = view.topology().unwrap();
            let shared = |id: &&crate::fleet::cluster::Node| {
                id.kind.word() == kind && topology.users_of(id).count() > 1
            };
            topology.nodes().iter().find(shared).unwrap().id.clone()
        };
        let file = file.with("/outage/fails", &shared("zookeeper").into()).unwrap();
        let error = on_pattern(&file, None, pattern::find("single-server").unwrap()).unwrap_err();
        assert!(error.to_string().contains(&shared("zookeeper")), "{error}");
    }
}
