//! From the section `cluster` of a file to the [`Topology`]: everything read, every finding collected.

mod refer;

use super::{BASE, MAX_NODES, Node, NodeKind, Topology};
use crate::base::json::{self, Kind, Member, Node as Json};
use crate::base::{Finding, units};
use crate::fleet::file::{Value, View};
use crate::fleet::setting::Setting;
use crate::fleet::unknown::Unknown;
use std::collections::{BTreeMap, BTreeSet};

/// Keys for people, allowed everywhere.
const PROSE: [&str; 2] = ["name", "why"];

/// An input of the topology that nobody knows.
pub(in crate::fleet) type Open = (String, &'static Setting, Unknown);

/// What reading the section gives.
#[derive(Clone, Debug, Default)]
pub(in crate::fleet) struct Read {
    /// The topology; `None` where the file has none, or an error makes it impossible.
    pub(in crate::fleet) topology: Option<Topology>,
    /// What can be drawn although an error makes the topology impossible; `None` where that is everything or nothing.
    pub(in crate::fleet) drawn: Option<Topology>,
    /// What is wrong.
    pub(in crate::fleet) findings: Vec<Finding>,
    /// What nobody knows.
    pub(in crate::fleet) unknowns: Vec<Open>,
}

/// Returns the kind of a thing, where the file names a known one.
pub(in crate::fleet) fn kind_of(view: &View<'_>, id: &str) -> Option<NodeKind> {
    NodeKind::from_word(view.tree().get(&json::join(BASE, id))?.get("kind")?.as_str()?)
}

/// Reads the section.
pub(in crate::fleet) fn read(view: &View<'_>) -> Read {
    let mut reader = Reader { view, read: Read::default() };
    let Some(section) = view.tree().get(BASE).filter(|node| node.kind != Kind::Null) else {
        return reader.read;
    };
    if !matches!(section.kind, Kind::Object(_)) {
        let what = format!("`{BASE}` is {}, not an object.", section.type_word());
        reader.at(section, Finding::error("F013", BASE, what), "Nothing in it can be read.", WRITE_OBJECT);
        return reader.read;
    }
    let members = section.members();
    if members.len() > MAX_NODES {
        let what = format!("The topology has {} things.", units::count(members.len() as u64));
        let fix =
            format!("Stay at or below {}, or leave alike machines out.", units::count(MAX_NODES as u64));
        let finding = Finding::error("F055", BASE, what).fix(fix);
        reader.at(section, finding, "Every rule and every picture looks at all of them.", "");
        return reader.read;
    }
    let nodes = reader.nodes(members);
    let version = view.tree().get("/platform_version").and_then(Json::as_str).unwrap_or_default();
    // What refers to a thing that could not be read would be reported as dangling, too.
    if nodes.len() == members.len() {
        let nodes = refer::join(&mut reader, members, nodes);
        let topology = Some(Topology::new(nodes, version.to_owned(), view.focus()));
        if reader.read.findings.iter().any(Finding::blocks) {
            reader.read.drawn = topology;
        } else {
            reader.read.topology = topology;
        }
    }
    reader.read
}

const WRITE_OBJECT: &str = "Write an object in braces.";

/// Reads things and collects what is wrong.
struct Reader<'v, 'a> {
    view: &'v View<'a>,
    read: Read,
}

impl Reader<'_, '_> {
    /// Adds a finding at the place of a value.
    fn at(&mut self, json: &Json, finding: Finding, why: &str, fix: &str) {
        let (line, column) = self.view.tree().place(json);
        let finding = finding.why(why).at(line, column);
        self.read.findings.push(if fix.is_empty() { finding } else { finding.fix(fix) });
    }

    /// Reads every thing by itself.
    fn nodes(&mut self, members: &[Member]) -> Vec<Node> {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        let assigned: BTreeSet<&str> =
            self.view.assigned().keys().filter_map(|address| id_of(address)).collect();
        let mut nodes = Vec::new();
        for member in members {
            self.check_id(member, &mut seen);
            if let Some(kind) = self.kind(member) {
                self.unknown_keys(member, kind);
                nodes.extend(self.node(member, kind, assigned.contains(&*member.key)));
            }
        }
        nodes
    }

    /// Finds ids that cannot be part of an address, or differ only by case.
    fn check_id<'m>(&mut self, member: &'m Member, seen: &mut BTreeMap<String, &'m str>) {
        let id = &*member.key;
        let legal = (1..=64).contains(&id.len())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let what = if !legal {
            let shown: String = id.chars().take(70).collect();
            format!("`{shown}` cannot be the id of a thing.")
        } else if let Some(other) = seen.insert(id.to_ascii_lowercase(), id) {
            // The same id twice is told as a repeated key.
            if other == id {
                return;
            }
            format!("The ids `{other}` and `{id}` differ only by case.")
        } else {
            return;
        };
        let finding = Finding::error("F052", json::join(BASE, id), what);
        let fix = "Use 1 to 64 letters, digits, `-` and `_`, and say the rest in `name`.";
        self.at(&member.value, finding, "A failure, a link or an address names one thing by its id.", fix);
    }

    /// Returns what a thing is.
    fn kind(&mut self, member: &Member) -> Option<NodeKind> {
        let pointer = json::join(BASE, &member.key);
        if !matches!(member.value.kind, Kind::Object(_)) {
            let what = format!("`{}` is {}, not an object.", member.key, member.value.type_word());
            let why = "Nothing in it can be read.";
            self.at(&member.value, Finding::error("F013", pointer, what), why, WRITE_OBJECT);
            return None;
        }
        let word = member.value.get("kind").and_then(Json::as_str);
        if let Some(kind) = word.and_then(NodeKind::from_word) {
            return Some(kind);
        }
        let words: Vec<&str> = NodeKind::ALL.into_iter().map(NodeKind::word).collect();
        let what = match word {
            Some(word) => format!("`{word}` is no kind of thing."),
            None => format!("`{}` does not say what it is.", member.key),
        };
        let near = word.and_then(|word| crate::fleet::file::nearest(word, &words));
        let fix = match near {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("Write `\"kind\"` with one of {}.", words.join(", ")),
        };
        let node = member.value.get("kind").unwrap_or(&member.value);
        let finding = Finding::error("F050", json::join(&pointer, "kind"), what);
        self.at(node, finding, "The kind decides which settings it has.", &fix);
        None
    }

    /// Finds keys that nothing reads.
    fn unknown_keys(&mut self, member: &Member, kind: NodeKind) {
        let rows = kind.settings();
        for inner in member.value.members() {
            let key = &*inner.key;
            if PROSE.contains(&key)
                || kind.references().contains(&key)
                || rows.iter().any(|row| row.key == key)
            {
                continue;
            }
            let pointer = json::join(&json::join(BASE, &member.key), key);
            let known: Vec<&str> =
                rows.iter().map(|row| row.key).chain(kind.references().iter().copied()).collect();
            let fix = match crate::fleet::file::nearest(key, &known) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => "Take it out, or leave it to the program that uses it.".to_owned(),
            };
            let what = format!("`{key}` is not known of a thing of the kind `{}`.", kind.word());
            let why = "It is kept when the file is saved, but it has no effect.";
            self.at(&inner.value, Finding::warning("F019", pointer, what), why, &fix);
        }
    }

    /// Reads a thing without what it refers to.
    fn node(&mut self, member: &Member, kind: NodeKind, assigned: bool) -> Option<Node> {
        let pointer = json::join(BASE, &member.key);
        let (mut values, mut given) = (BTreeMap::new(), BTreeSet::new());
        let mut complete = true;
        for row in kind.settings() {
            let own = || member.value.get(row.key);
            let found = if assigned {
                self.view.lookup(&json::join(&pointer, row.key))
            } else {
                own().map(|node| (node, String::new()))
            };
            if found.as_ref().is_some_and(|(node, _)| node.kind != Kind::Null) {
                given.insert(row.key);
            }
            // An address is only spelled out where something stands at it.
            let address = if found.is_some() { json::join(&pointer, row.key) } else { String::new() };
            let found = found.map(|(node, at)| (node, if at.is_empty() { address.clone() } else { at }));
            match self.view.value_at(found, &address, row) {
                Ok(Value::Unknown(unknown)) => {
                    values.insert(row.key, unknown.stated(row));
                    self.read.unknowns.push((address, row, unknown));
                }
                Ok(value) => {
                    values.insert(row.key, value);
                }
                Err(finding) => {
                    self.read.findings.push(finding);
                    complete = false;
                }
            }
        }
        let at = self.place(member, &pointer);
        let name = member.value.get("name").and_then(Json::as_str).unwrap_or(&member.key).to_owned();
        let id = member.key.to_string();
        complete.then_some(Node {
            id,
            name,
            kind,
            at,
            on: None,
            clusters: Vec::new(),
            ends: None,
            values,
            given,
        })
    }

    /// Reads the place on the canvas.
    fn place(&mut self, member: &Member, pointer: &str) -> Option<(f64, f64)> {
        let node = member.value.get("at")?;
        let numbers: Vec<f64> =
            node.items().iter().filter_map(Json::as_f64).filter(|at| at.abs() <= 1e6).collect();
        if let ([x, y], 2) = (numbers.as_slice(), node.items().len()) {
            return Some((*x, *y));
        }
        let what = format!("The place of `{}` is not readable.", member.key);
        let finding = Finding::warning("F051", json::join(pointer, "at"), what);
        self.at(node, finding, "It is put somewhere free.", "Write two numbers: [x, y].");
        None
    }
}

/// Returns the id of the thing to which an address belongs.
pub(super) fn id_of(address: &str) -> Option<&str> {
    address.strip_prefix(BASE)?.strip_prefix('/')?.split_once('/').map(|(id, _)| id)
}
