//! Copies of things: to the clipboard and from it, in this project and in others.

use super::{free_id, named, number, point, taken, things};
use crate::base::json;
use crate::desk::document::Refused;
use crate::fleet::FleetFile;
use crate::fleet::cluster::BASE;
use crate::fleet::cluster::layout::{GAP, WIDTH};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Keys of a thing that name others.
const REFERENCES: [&str; 4] = ["on", "clusters", "from", "to"];
/// Key of the things in a copied text.
const COPIED: &str = "regather/topology";
/// How far a copy stands from its original [points].
const ASIDE: f64 = 40.0;

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
pub(super) fn paste(file: &FleetFile, text: &str) -> Result<(String, FleetFile), Refused> {
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
