//! Changes of the topology: layouts, things, places and references, each one step.
//!
//! What would leave a reference that leads nowhere goes with what it refers to: components go with their
//! machine, links with an end. What scenarios and sources say about a thing goes with it too.

mod copy;
#[cfg(test)]
mod tests;

pub use copy::copied;

use super::groups::{visible, without};
use super::scenarios::id_of;
use super::{Document, Refused};
use crate::base::json::{self, Node as Tree};
use crate::desk::command::{TopologyCommand, When};
use crate::fleet::FleetFile;
use crate::fleet::cluster::failure::{self, How};
use crate::fleet::cluster::{BASE, NodeKind, PLAYED, pattern};
use crate::fleet::file::address;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

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
                let (number, file) = copy::paste(file, &copied(file, &ids))?;
                (format!("Duplicate {number}"), file)
            }
            TopologyCommand::Paste(text) => {
                let (number, file) = copy::paste(file, &text)?;
                (format!("Paste {number}"), file)
            }
            TopologyCommand::Rename { id, name } => {
                let (pointer, name) = (known(file, &id)?, visible(&name)?);
                (format!("Rename {id} to {name}"), file.with(&json::join(&pointer, "name"), &name.into())?)
            }
            TopologyCommand::Refer { id, key, ids } => refer(file, &id, key, &ids)?,
            TopologyCommand::Fail { name, fails, how, when } => return self.fail(&name, &fails, how, when),
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

    /// Lets things fail, in a scenario of its own or beside the outage of the active one.
    fn fail(&mut self, name: &str, fails: &str, how: How, when: When) -> Result<(), Refused> {
        if let Some(topology) = self.file.view(self.active()).drawable() {
            failure::taken(topology, fails).map_err(Refused::NoThing)?;
        }
        let failing = |file: &FleetFile, scenario: Option<&str>, base: &str| {
            let file = file.assign(scenario, &format!("{base}/fails"), &fails.into())?;
            file.assign(scenario, &format!("{base}/fails_by"), &how.word().into())
        };
        let name = visible(name)?;
        match when {
            When::Alone { length_s } => self.add_scenario(name, |file, id| {
                let file = failing(file, Some(id), "/outage")?;
                match length_s {
                    Some(length) => file.assign(Some(id), "/outage/length_s", &seconds(length)),
                    None => Ok(file),
                }
            }),
            When::Beside { at_s, length_s } => {
                let id = self.free_event(&id_of(name));
                let base = address::event_base(&id);
                let scenario = self.active();
                let file = failing(&self.file, scenario, &base)?;
                let file = file.assign(scenario, &format!("{base}/at_s"), &seconds(at_s))?;
                let file = file.assign(scenario, &format!("{base}/length_s"), &seconds(length_s))?;
                self.step(format!("Add event {id}"), file, self.active.clone());
                Ok(())
            }
        }
    }
}

/// Returns a length as it is written [s].
fn seconds(length: f64) -> Json {
    if length.fract() == 0.0 { Json::from(length as u64) } else { Json::from(length) }
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
    let mut file = without(&without(file, BASE)?, PLAYED)?.with(BASE, &pattern.section())?;
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
        return Ok((name, without(&without(file, PLAYED)?, BASE)?));
    }
    let played = file.tree().get(PLAYED).and_then(|node| node.as_str().map(|id| id.trim().to_owned()));
    let mut next = file.clone();
    if played.is_some_and(|played| gone.contains(&played)) {
        next = without(&next, PLAYED)?;
    }
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
