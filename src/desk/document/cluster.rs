//! Changes of the topology: layouts, things, places and references, each one step.
//!
//! What would leave a reference that leads nowhere goes with what it refers to: components go with their
//! machine, links with an end. What scenarios and sources say about a thing goes with it too.

use super::groups::{visible, without};
use super::{Document, Refused};
use crate::base::json::{self, Node as Tree};
use crate::desk::command::TopologyCommand;
use crate::fleet::FleetFile;
use crate::fleet::cluster::failure::{self, How};
use crate::fleet::cluster::layout::{GAP, WIDTH};
use crate::fleet::cluster::{BASE, NodeKind, pattern};
use crate::fleet::file::address;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Keys of a thing that name others.
const REFERENCES: [&str; 4] = ["on", "clusters", "from", "to"];
/// Key of the things in a copied text.
const COPIED: &str = "regather/topology";
/// How far a copy stands from its original [points].
const ASIDE: f64 = 40.0;

impl Document {
    /// Carries out a change of the topology.
    pub(in crate::desk) fn topology(&mut self, command: TopologyCommand) -> Result<(), Refused> {
        let file = &self.file;
        let (name, file) = match command {
            TopologyCommand::Begin(id) => begin(file, &id)?,
            TopologyCommand::Add { kind, on, at } => add(file, kind, on.as_deref(), at)?,
            TopologyCommand::Place(places) => place(file, &places)?,
            TopologyCommand::Remove(ids) => remove(file, &ids)?,
            TopologyCommand::Duplicate(ids) => {
                let (number, file) = paste(file, &copied(file, &ids))?;
                (format!("Duplicate {number}"), file)
            }
            TopologyCommand::Paste(text) => {
                let (number, file) = paste(file, &text)?;
                (format!("Paste {number}"), file)
            }
            TopologyCommand::Rename { id, name } => {
                let (pointer, name) = (known(file, &id)?, visible(&name)?);
                (format!("Rename {id} to {name}"), file.with(&json::join(&pointer, "name"), &name.into())?)
            }
            TopologyCommand::Refer { id, key, ids } => refer(file, &id, key, &ids)?,
            TopologyCommand::Fail { name, fails, how } => return self.fail(&name, &fails, how),
            TopologyCommand::Override { address, value } => {
                let input = address::resolve(&file.view(self.active()), &address)
                    .ok_or_else(|| Refused::NoInput(address.clone()))?;
                let json = value.json(input.setting);
                let name = format!("{} {}", input.setting.label, value.human(input.setting));
                (name, file.assign(self.active(), &address, &json)?)
            }
            TopologyCommand::Derive(address) => {
                (format!("Derive {address}"), derive(file, self.active(), &address)?)
            }
        };
        self.step(name, file, self.active.clone());
        Ok(())
    }

    /// Adds a scenario in which things fail.
    fn fail(&mut self, name: &str, fails: &str, how: How) -> Result<(), Refused> {
        if let Some(topology) = self.file.view(self.active()).drawable() {
            failure::taken(topology, fails).map_err(Refused::NoThing)?;
        }
        self.add_scenario(visible(name)?, |file, id| {
            let file = file.assign(Some(id), "/outage/fails", &fails.into())?;
            file.assign(Some(id), "/outage/fails_by", &how.word().into())
        })
    }
}

/// Returns the things of a file.
fn things(file: &FleetFile) -> Vec<(&str, &Tree)> {
    let members = file.tree().get(BASE).map(Tree::members).unwrap_or_default();
    members.iter().map(|member| (&*member.key, &member.value)).collect()
}

/// Returns the pointer of a thing.
fn known(file: &FleetFile, id: &str) -> Result<String, Refused> {
    let pointer = json::join(BASE, id);
    match file.tree().get(&pointer) {
        Some(_) => Ok(pointer),
        None => Err(Refused::NoThing(id.to_owned())),
    }
}

/// Returns the kind of a thing.
fn kind(thing: &Tree) -> Option<NodeKind> {
    NodeKind::from_word(thing.get("kind")?.as_str()?)
}

/// Returns the ids of the clusters.
fn clusters(file: &FleetFile) -> Vec<&str> {
    let own = |(_, thing): &(&str, &Tree)| kind(thing) == Some(NodeKind::Cluster);
    things(file).into_iter().filter(own).map(|(id, _)| id).collect()
}

/// Returns the ids that a reference names.
fn named<'t>(thing: &'t Tree, key: &str) -> Vec<&'t str> {
    let Some(node) = thing.get(key) else { return Vec::new() };
    node.as_str().into_iter().chain(node.items().iter().filter_map(Tree::as_str)).collect()
}

/// Returns ids as a reference is written: one as a word, several as a list.
fn written(ids: &[&str]) -> Json {
    match ids {
        [one] => Json::from(*one),
        ids => json!(ids),
    }
}

/// Returns an id that nothing has: the word of a kind with a number behind it.
fn free_id(stem: &str, taken: &BTreeSet<String>) -> String {
    let stem = match stem.rsplit_once('-') {
        Some((before, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => before,
        _ => stem,
    };
    let mut number = 1_u64;
    loop {
        let id = format!("{stem}-{number}");
        if !taken.contains(&id) {
            return id;
        }
        number += 1;
    }
}

fn taken(file: &FleetFile) -> BTreeSet<String> {
    things(file).into_iter().map(|(id, _)| id.to_owned()).collect()
}

/// Puts a layout in the place of what is there.
fn begin(file: &FleetFile, id: &str) -> Result<(String, FleetFile), Refused> {
    let pattern = pattern::find(id).ok_or_else(|| Refused::NoLayout(id.to_owned()))?;
    let mut file = without(file, BASE)?.with(BASE, &pattern.section())?;
    if file.tree().get("/platform_version").is_none() {
        file = file.with("/platform_version", &pattern.version.into())?;
    }
    Ok((format!("Begin with {}", pattern.label), file))
}

/// Adds a thing of a kind.
fn add(
    file: &FleetFile,
    kind: NodeKind,
    on: Option<&str>,
    at: Option<(f64, f64)>,
) -> Result<(String, FleetFile), Refused> {
    let mut taken = taken(file);
    let id = free_id(kind.word(), &taken);
    taken.insert(id.clone());
    let mut thing = Map::from_iter([("kind".to_owned(), Json::from(kind.word()))]);
    let mut file = file.clone();
    let own = clusters(&file);
    if kind.is_machine() {
        if let Some(at) = at {
            thing.insert("at".to_owned(), point(at));
        }
    } else if kind.is_component() {
        let on = on.ok_or(Refused::NoMachine(kind.label()))?;
        known(&file, on)?;
        thing.insert("on".to_owned(), on.into());
        if let ([first, _, ..], false) = (own.as_slice(), kind.can_be_shared()) {
            thing.insert("clusters".to_owned(), Json::from(*first));
        }
    } else if kind == NodeKind::Link {
        let [from, to, ..] = own.as_slice() else { return Err(Refused::NoTwoClusters) };
        thing.insert("from".to_owned(), Json::from(*from));
        thing.insert("to".to_owned(), Json::from(*to));
    } else {
        file = beside(&file, &id, &mut taken)?;
    }
    let file = file.with(&json::join(BASE, &id), &Json::Object(thing))?;
    Ok((format!("Add {id}"), file))
}

/// Returns a file to which a further cluster can come: what cannot be shared belongs to the first one, and the
/// new one has a server of its own, and a database where none is shared.
fn beside(file: &FleetFile, cluster: &str, taken: &mut BTreeSet<String>) -> Result<FleetFile, Refused> {
    let mut next = file.clone();
    let first = clusters(file).first().map(|id| (*id).to_owned());
    let mut shared = false;
    for (id, thing) in things(file) {
        let Some(kind) = kind(thing).filter(|kind| kind.is_component()) else { continue };
        let open = thing.get("clusters").is_none();
        shared |= open && kind == NodeKind::Database;
        if let (Some(first), true, false) = (&first, open, kind.can_be_shared()) {
            next = next.with(&json::join(&json::join(BASE, id), "clusters"), &Json::from(first.as_str()))?;
        }
    }
    let mut add = |stem: &str, thing: Json| -> Result<String, Refused> {
        let id = free_id(stem, taken);
        taken.insert(id.clone());
        next = next.with(&json::join(BASE, &id), &thing)?;
        Ok(id)
    };
    let machine = add(NodeKind::Vm.word(), json!({"kind": "vm"}))?;
    add("foundation", json!({"kind": "foundation", "on": machine, "clusters": cluster}))?;
    if !shared {
        add("database", json!({"kind": "database", "on": machine, "clusters": cluster}))?;
    }
    Ok(next)
}

/// Returns a place as it is written: whole points.
fn point((x, y): (f64, f64)) -> Json {
    json!([x.round() as i64, y.round() as i64])
}

/// Puts machines at places.
fn place(file: &FleetFile, places: &[(String, (f64, f64))]) -> Result<(String, FleetFile), Refused> {
    let mut next = file.clone();
    for (id, at) in places {
        next = next.with(&json::join(&known(file, id)?, "at"), &point(*at))?;
    }
    let name = match places {
        [(id, _)] => format!("Move {id}"),
        places => format!("Move {} machines", places.len()),
    };
    Ok((name, next))
}

/// Returns these things with everything that cannot be without them.
fn with_dependants(file: &FleetFile, ids: &[String]) -> BTreeSet<String> {
    let mut gone: BTreeSet<String> = ids.iter().cloned().collect();
    for (id, thing) in things(file) {
        let any = |key| named(thing, key).iter().any(|id| gone.contains(*id));
        let users = named(thing, "clusters");
        let unused = !users.is_empty() && users.iter().all(|user| gone.contains(*user));
        if any("on") || any("from") || any("to") || unused {
            gone.insert(id.to_owned());
        }
    }
    gone
}

/// Removes things.
fn remove(file: &FleetFile, ids: &[String]) -> Result<(String, FleetFile), Refused> {
    for id in ids {
        known(file, id)?;
    }
    let gone = with_dependants(file, ids);
    let name = match ids {
        [one] => format!("Remove {one}"),
        _ => format!("Remove {}", number(gone.len())),
    };
    if things(file).iter().all(|(id, _)| gone.contains(*id)) {
        return Ok((name, without(file, BASE)?));
    }
    let mut next = file.clone();
    for id in &gone {
        next = without(&next, &json::join(BASE, id))?;
    }
    for (id, thing) in things(file) {
        let users = named(thing, "clusters");
        let left: Vec<&str> = users.iter().copied().filter(|user| !gone.contains(*user)).collect();
        if !gone.contains(id) && left.len() < users.len() {
            next = next.with(&json::join(&json::join(BASE, id), "clusters"), &written(&left))?;
        }
    }
    Ok((name, next))
}

/// Returns things of a project as a text that can be pasted: machines with what they carry.
pub fn copied(file: &FleetFile, ids: &[String]) -> String {
    let mut parts = Map::new();
    for (id, thing) in things(file) {
        let carried = named(thing, "on").iter().any(|on| ids.iter().any(|id| id == on));
        if (carried || ids.iter().any(|own| own == id))
            && let Some(value) = file.tree().value(&json::join(BASE, id))
        {
            parts.insert(id.to_owned(), value);
        }
    }
    json!({ COPIED: parts }).to_string()
}

/// Adds the things of a copied text under free ids; returns how many in words.
fn paste(file: &FleetFile, text: &str) -> Result<(String, FleetFile), Refused> {
    let parts = serde_json::from_str::<Json>(text).ok();
    let parts = parts.as_ref().and_then(|parts| parts.get(COPIED)?.as_object());
    let parts = parts.filter(|parts| !parts.is_empty()).ok_or(Refused::NoParts)?;
    let mut taken = taken(file);
    let mut names = BTreeMap::new();
    for id in parts.keys() {
        let new = free_id(id, &taken);
        taken.insert(new.clone());
        names.insert(id.as_str(), new);
    }
    let mut next = file.clone();
    for (id, value) in parts {
        let (Some(new), Json::Object(thing)) = (names.get(id.as_str()), value) else {
            return Err(Refused::NoParts);
        };
        let mut thing = thing.clone();
        for key in REFERENCES {
            let Some(reference) = thing.get_mut(key) else { continue };
            let renamed = |one: &mut Json| {
                if let Some(name) = one.as_str().and_then(|id| names.get(id)) {
                    *one = Json::from(name.as_str());
                }
            };
            match reference {
                Json::Array(items) => items.iter_mut().for_each(renamed),
                one => renamed(one),
            }
        }
        if let Some(on) = thing.get("on").and_then(Json::as_str)
            && !taken.contains(on)
        {
            return Err(Refused::NoThing(on.to_owned()));
        }
        aside(&mut thing);
        if let Some(name) = thing.get("name").and_then(Json::as_str) {
            let name = format!("{name} (copy)");
            thing.insert("name".to_owned(), name.into());
        }
        next = next.with(&json::join(BASE, new), &Json::Object(thing))?;
    }
    Ok((number(parts.len()), next))
}

/// Moves a copied thing away from its original.
fn aside(thing: &mut Map<String, Json>) {
    if let Some(Json::Array(at)) = thing.get("at") {
        let at: Vec<f64> = at.iter().filter_map(Json::as_f64).collect();
        if let [x, y] = at.as_slice() {
            thing.insert("at".to_owned(), point((x + WIDTH + GAP, y + ASIDE)));
        }
    }
}

/// Makes a thing refer to others.
fn refer(
    file: &FleetFile,
    id: &str,
    key: &'static str,
    ids: &[String],
) -> Result<(String, FleetFile), Refused> {
    let pointer = json::join(&known(file, id)?, key);
    for id in ids {
        known(file, id)?;
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let name = match key {
        "on" => format!("Move {id} to {}", ids.join(", ")),
        _ => format!("{id} {key} {}", ids.join(", ")),
    };
    let file = match (ids.as_slice(), file.tree().get(&pointer)) {
        ([], Some(_)) => file.without(&pointer)?,
        ([], None) => file.clone(),
        (ids, _) => file.with(&pointer, &written(ids))?,
    };
    Ok((name, file))
}

/// Takes what the file and its active scenario say about an input out.
fn derive(file: &FleetFile, scenario: Option<&str>, address: &str) -> Result<FleetFile, Refused> {
    let mut next = file.clone();
    if let Some(pointer) = file.view(scenario).assigned().get(address) {
        next = next.without(pointer)?;
    }
    if next.tree().get(address).is_some() {
        next = next.without(address)?;
    }
    Ok(next)
}

/// Returns a number of things in words.
fn number(count: usize) -> String {
    if count == 1 { "1 part".to_owned() } else { format!("{count} parts") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a document with a layout.
    fn with(pattern: &str) -> Document {
        let project = pattern::find(pattern).unwrap().project().to_string();
        Document::new(FleetFile::parse(&project).unwrap())
    }

    fn sound(document: &Document) {
        let findings = document.file.check(None).findings;
        let blocking: Vec<String> = findings.iter().filter(|f| f.blocks()).map(ToString::to_string).collect();
        assert_eq!(blocking, Vec::<String>::new());
    }

    fn own(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn every_change_is_one_step_and_is_undone_to_the_byte() {
        let mut document = with("three-boxes");
        let before = document.text();
        let first =
            things(&document.file).iter().find(|(_, thing)| kind(thing) == Some(NodeKind::Vm)).unwrap().0;
        let first = first.to_owned();
        let commands = [
            TopologyCommand::Begin("separate-tiers".into()),
            TopologyCommand::Add { kind: NodeKind::Vm, on: None, at: Some((7.4, 8.6)) },
            TopologyCommand::Add { kind: NodeKind::ConnectionServer, on: Some(first.clone()), at: None },
            TopologyCommand::Add { kind: NodeKind::Cluster, on: None, at: None },
            TopologyCommand::Place(vec![(first.clone(), (1.0, 2.0))]),
            TopologyCommand::Remove(vec![first.clone()]),
            TopologyCommand::Duplicate(vec![first.clone()]),
            TopologyCommand::Paste(copied(&document.file, std::slice::from_ref(&first))),
            TopologyCommand::Rename { id: first.clone(), name: "Hall 3".into() },
        ];
        for command in commands {
            document.topology(command.clone()).unwrap_or_else(|error| panic!("{command:?}: {error}"));
            assert_ne!(document.text(), before, "{command:?}");
            document.undo().unwrap();
            assert_eq!(document.text(), before, "{command:?}");
        }
    }

    #[test]
    fn a_further_cluster_and_copies_leave_a_sound_project() {
        for pattern in ["single-server", "three-boxes", "separate-tiers", "oem", "cloud-native"] {
            let mut document = with(pattern);
            document.topology(TopologyCommand::Add { kind: NodeKind::Cluster, on: None, at: None }).unwrap();
            sound(&document);
            let machines: Vec<String> = things(&document.file)
                .into_iter()
                .filter(|(_, thing)| kind(thing).is_some_and(NodeKind::is_machine))
                .map(|(id, _)| id.to_owned())
                .collect();
            document.topology(TopologyCommand::Duplicate(machines)).unwrap();
            sound(&document);
            document.topology(TopologyCommand::Add { kind: NodeKind::Link, on: None, at: None }).unwrap();
            sound(&document);
        }
    }

    #[test]
    fn what_cannot_be_without_a_machine_goes_with_it() {
        let mut document = with("single-server");
        document.topology(TopologyCommand::Remove(own(&["server"]))).unwrap();
        let left: Vec<&str> = things(&document.file).into_iter().map(|(id, _)| id).collect();
        assert_eq!(left, ["main", "data", "db"]);
        document.topology(TopologyCommand::Remove(own(&["main", "data"]))).unwrap();
        assert!(document.file.tree().get(BASE).is_none(), "an empty section goes");
    }

    #[test]
    fn a_failure_is_a_scenario_of_its_own() {
        let mut document = with("three-boxes");
        let before = document.text();
        let fail = |fails: &str| TopologyCommand::Fail {
            name: "cxs-1 crashes".into(),
            fails: fails.into(),
            how: How::Crash,
        };
        assert!(document.topology(fail("nobody")).is_err());
        document.topology(fail("cxs-1")).unwrap();
        assert_eq!(document.file.scenario_name(document.active()), "cxs-1 crashes");
        let view = document.file.view(document.active());
        assert!(view.failure("/outage").unwrap().told.starts_with("cxs-1 crashes"));
        document.undo().unwrap();
        assert_eq!(document.text(), before);
    }

    #[test]
    fn what_makes_no_sense_changes_nothing() {
        let mut document = with("single-server");
        let before = document.text();
        let refused = [
            TopologyCommand::Begin("castle".into()),
            TopologyCommand::Add { kind: NodeKind::Foundation, on: None, at: None },
            TopologyCommand::Add { kind: NodeKind::Link, on: None, at: None },
            TopologyCommand::Remove(own(&["nowhere"])),
            TopologyCommand::Paste("{}".into()),
            TopologyCommand::Paste("not JSON".into()),
            TopologyCommand::Rename { id: "server".into(), name: " ".into() },
            TopologyCommand::Refer { id: "fnd".into(), key: "on", ids: own(&["nowhere"]) },
        ];
        for command in refused {
            assert!(document.topology(command.clone()).is_err(), "{command:?}");
            assert_eq!(document.text(), before);
        }
    }

    #[test]
    fn a_number_follows_from_the_topology_again() {
        let mut document = with("single-server");
        let stated = document.file.with("/platform/workers", &json!(7)).unwrap();
        document.step("Set".into(), stated, None);
        document.topology(TopologyCommand::Derive("/platform/workers".into())).unwrap();
        assert!(document.file.tree().get("/platform/workers").is_none());
    }
}
