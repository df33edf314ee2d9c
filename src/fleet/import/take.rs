//! Facts of a file put into a project: a lossless edit that says what it changed.

use super::{Fact, Imported};
use crate::base::json::{EditError, Member, Node, join};
use crate::fleet::FleetFile;
use crate::fleet::cluster::{BASE, NodeKind};
use crate::fleet::file::nearest;
use crate::fleet::setting::Setting;
use serde_json::{Value, json};
use thiserror::Error;

/// Why a file cannot be put into a project.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum TakeError {
    /// The project has no topology.
    #[error(
        "The project has no topology, so there is nothing that could have this file. Add a section `cluster`: \
         `regather topology --new separate-tiers` shows one"
    )]
    NoTopology,
    /// A thing that is named does not exist.
    #[error("The topology has no thing `{0}`, so nothing was taken.{1}")]
    Unknown(String, String),
    /// The project cannot be edited there.
    #[error("The project could not be edited, and is as it was: {0}")]
    Edit(#[from] EditError),
}

/// One setting that a file decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Address in the project.
    pub address: String,
    /// The setting.
    pub setting: &'static Setting,
    /// What the project said, in the unit of the setting; `None` where it said nothing.
    pub before: Option<Value>,
    /// What the file says.
    pub after: Value,
    /// The same as people read it.
    pub human: String,
    /// Line in the file.
    pub line: usize,
    /// What stands there.
    pub said: &'static str,
}

impl Change {
    /// Returns whether the project said the same before.
    pub fn is_same(&self) -> bool {
        self.before.as_ref().is_some_and(|before| match (before.as_f64(), self.after.as_f64()) {
            (Some(a), Some(b)) => a == b,
            _ => *before == self.after,
        })
    }

    /// Returns what the project said as people read it.
    pub fn human_before(&self) -> String {
        match &self.before {
            None => "not said".to_owned(),
            Some(value) => match (value.as_f64(), value.as_str()) {
                (Some(number), _) => self.setting.human(number),
                (None, Some(word)) => word.to_owned(),
                (None, None) => "unknown".to_owned(),
            },
        }
    }
}

/// A project with what a file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The project.
    pub file: FleetFile,
    /// What the file decides, the same as before included.
    pub changes: Vec<Change>,
    /// What was not taken, in whole sentences, with the line.
    pub left: Vec<(usize, String)>,
}

/// Puts what a file says into a project. `things` are the ids of those that have the file; without one it is
/// the only thing of its kind. `shown` is the name of the file, as the source of its values.
///
/// # Errors
/// Where the project has no topology, or not the things that are named.
pub fn take(
    file: &FleetFile,
    imported: &Imported,
    things: &[String],
    shown: &str,
) -> Result<Taken, TakeError> {
    let members = file.tree().get(BASE).map(Node::members).unwrap_or_default();
    if members.is_empty() {
        return Err(TakeError::NoTopology);
    }
    let known: Vec<(&Member, NodeKind)> = members.iter().filter_map(|one| Some((one, kind(one)?))).collect();
    for named in things {
        if !known.iter().any(|(one, _)| *one.key == **named) {
            let ids: Vec<&str> = known.iter().map(|(one, _)| &*one.key).collect();
            let near = nearest(named, &ids).map(|near| format!(" Did you mean `{near}`?"));
            return Err(TakeError::Unknown(named.clone(), near.unwrap_or_default()));
        }
    }
    let mut taken = Taken { file: file.clone(), changes: Vec::new(), left: Vec::new() };
    for fact in &imported.facts {
        match owners(fact, &known, things) {
            Ok(ids) => {
                for id in ids {
                    let pointer = join(&join(BASE, id), fact.setting.key);
                    put(&mut taken, fact, pointer, shown)?;
                }
            }
            Err(why) => taken.left.push((fact.line, format!("`{}` was not taken: {why}", fact.setting.key))),
        }
    }
    Ok(taken)
}

/// Returns what a thing is.
fn kind(member: &Member) -> Option<NodeKind> {
    NodeKind::from_word(member.value.get("kind")?.as_str()?)
}

/// Returns the ids of the things that a fact is about, or why there is none.
fn owners<'m>(
    fact: &Fact,
    known: &[(&'m Member, NodeKind)],
    things: &[String],
) -> Result<Vec<&'m str>, String> {
    let of_kind = || known.iter().filter(|(_, kind)| *kind == fact.kind).map(|(one, _)| *one);
    let label = fact.kind.label();
    if let Some(own) = &fact.thing {
        return match of_kind().find(|one| *one.key == **own) {
            Some(one) => Ok(vec![&one.key]),
            None => {
                Err(format!("the topology has no thing of the kind `{}` with this id.", fact.kind.word()))
            }
        };
    }
    let named: Vec<&'m str> =
        of_kind().filter(|one| things.iter().any(|id| **id == *one.key)).map(|one| &*one.key).collect();
    if !named.is_empty() {
        return Ok(named);
    }
    let all: Vec<&'m str> = of_kind().map(|one| &*one.key).collect();
    match all.as_slice() {
        [] => Err(format!("the topology has no thing of the kind `{}`.", fact.kind.word())),
        [only] => Ok(vec![only]),
        several => match cluster_of(fact, known, things) {
            Some(cluster) => Ok(vec![cluster]),
            None => Err(format!(
                "there are several of the kind {label}: {}. Say which with --thing.",
                several.join(", ")
            )),
        },
    }
}

/// Returns the cluster that a named thing belongs to, where a fact is about a cluster.
fn cluster_of<'m>(fact: &Fact, known: &[(&'m Member, NodeKind)], things: &[String]) -> Option<&'m str> {
    if fact.kind != NodeKind::Cluster {
        return None;
    }
    let (thing, _) = known.iter().find(|(one, _)| things.iter().any(|id| **id == *one.key))?;
    let own = thing.value.get("clusters")?.as_str()?;
    let cluster = known.iter().find(|(one, kind)| *kind == NodeKind::Cluster && *one.key == *own)?;
    Some(&cluster.0.key)
}

/// Puts one value into the project.
fn put(taken: &mut Taken, fact: &Fact, address: String, shown: &str) -> Result<(), TakeError> {
    let after = fact.value.json(fact.setting);
    let before = taken.file.tree().value(&address);
    let human = fact.value.human(fact.setting);
    let change =
        Change { address, setting: fact.setting, before, after, human, line: fact.line, said: fact.said };
    if !change.is_same() {
        let source = json!({"certainty": "documented", "source": format!("{shown}, line {}", change.line)});
        let file = taken.file.with(&change.address, &change.after)?;
        taken.file = file.with(&join("/sources", &change.address), &source)?;
    }
    taken.changes.push(change);
    Ok(())
}
