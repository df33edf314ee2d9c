//! Where the settings of a kind stand in its files: the registry's table, or what the user says of the own
//! deployment.
//!
//! Nobody publishes the files of the ExampleAgent or of applications on an SDK, so their names and nesting are
//! inferred. A [`Mapping`] puts the inferred names right: it moves a setting to another file and path, or
//! says that it stands nowhere. Everything that reads or writes an agent's file goes through a [`Layout`].

use super::document::Format;
use crate::base::Finding;
use crate::base::json::{Kind, Node, Tree, join};
use crate::fleet::AgentKind;
use crate::fleet::setting::{Certainty, Setting};
use crate::fleet::settings::files::{AgentFile, Delivery, FileFormat, Form, agent_files, places};
use crate::fleet::settings::group_setting;
use std::collections::BTreeMap;

/// Where a mapping puts a setting; `None` says that no file holds it.
type Target = Option<(String, String)>;

/// What the user says about files: for a kind and the key of a setting, the file and the path in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    targets: BTreeMap<(AgentKind, &'static str), Target>,
}

impl Mapping {
    /// Address of the mapping in a project file.
    pub const ADDRESS: &'static str = "/mapping";

    /// Reads a mapping: by kind and key of a setting, the file and the path of its value.
    ///
    /// ```json
    /// { "example-agent": { "reconnect_random_delay_seconds": { "file": "agent.json", "path": "connection/random_delay" },
    ///                      "max_connect_delay": null } }
    /// ```
    ///
    /// Returns what can be used with findings for the rest; `base` is the address of the node.
    pub fn read(tree: &Tree, base: &str) -> (Self, Vec<Finding>) {
        let mut mapping = Self::default();
        let mut findings = Vec::new();
        let kinds = tree.get(base).map(Node::members).unwrap_or_default();
        for kind in kinds {
            let address = join(base, &kind.key);
            let Some(known) = AgentKind::from_word(&kind.key) else {
                let words: Vec<&str> = AgentKind::ALL.iter().map(|kind| kind.word()).collect();
                findings.push(at(
                    tree,
                    &address,
                    &format!("`{}` is no agent kind.", kind.key),
                    &words.join(", "),
                ));
                continue;
            };
            for entry in kind.value.members() {
                let address = join(&address, &entry.key);
                let Some(setting) = group_setting(known, &entry.key) else {
                    let what = format!("{} agents have no setting `{}`.", known.label(), entry.key);
                    findings.push(at(tree, &address, &what, "a key of `regather reference files`"));
                    continue;
                };
                match target(&entry.value) {
                    Some(target) => {
                        mapping.targets.insert((known, setting.key), target);
                    }
                    None => findings.push(at(
                        tree,
                        &address,
                        &format!("The place of `{}` is {}.", entry.key, entry.value.type_word()),
                        "{ \"file\": \"NAME\", \"path\": \"group/key\" }, or null where no file holds it",
                    )),
                }
            }
        }
        (mapping, findings)
    }

    /// Returns whether nothing is mapped.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }
}

/// Returns the place that a node of a mapping names, `None` where it names none.
fn target(node: &Node) -> Option<Target> {
    if node.kind == Kind::Null {
        return Some(None);
    }
    let text = |key| node.get(key).and_then(Node::as_str).filter(|text| !text.trim().is_empty());
    let (file, path) = (text("file")?, text("path")?);
    Some(Some((file.to_owned(), path.trim_matches('/').to_owned())))
}

/// Returns a finding about a mapping.
fn at(tree: &Tree, address: &str, what: &str, fix: &str) -> Finding {
    let (line, column) = tree.place_of(address);
    Finding::error("M001", address, what)
        .why("A mapping that is not understood would send a value to the wrong place, or nowhere.")
        .fix(format!("Write {fix}."))
        .at(line, column)
}

/// One key of a file of this deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Names on the way to the value, joined by `/`; a line with `{}` in code.
    pub path: String,
    /// The setting that it holds.
    pub setting: &'static Setting,
    /// How the value is written.
    pub form: Form,
}

/// One file of this deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct FileLayout {
    /// Name of the file on the device.
    pub name: String,
    /// The row of the registry that it comes from.
    pub spec: &'static AgentFile,
    /// How sure we are of its names and nesting: what the user maps is documented by that.
    pub certainty: Certainty,
    /// Its keys in the order in which they are written.
    pub keys: Vec<Key>,
}

/// The files of an agent kind in this deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The kind.
    pub kind: AgentKind,
    /// Its files in the order in which they are shown; none where nothing is known.
    pub files: Vec<FileLayout>,
}

impl Layout {
    /// Returns the files of a kind as the registry and the user's mapping have them.
    pub fn of(kind: AgentKind, mapping: &Mapping) -> Self {
        let mut files: Vec<FileLayout> = Vec::new();
        for spec in agent_files(kind) {
            let code = spec.format == FileFormat::Code;
            let kept = |setting: &Setting| code || !mapping.targets.contains_key(&(kind, setting.key));
            let keys = spec
                .rows(kind)
                .filter(|(_, setting)| kept(setting))
                .map(|(key, setting)| Key { path: key.path.to_owned(), setting, form: key.form })
                .collect();
            files.push(FileLayout { name: spec.name.to_owned(), spec, certainty: spec.certainty, keys });
        }
        for ((_, key), target) in mapping.targets.iter().filter(|((of, _), _)| *of == kind) {
            if let (Some((file, path)), Some(setting)) = (target, group_setting(kind, key)) {
                place(&mut files, kind, file, Key { path: path.clone(), setting, form: form(kind, setting) });
            }
        }
        files.retain(|file| !file.keys.is_empty());
        Self { kind, files }
    }

    /// Returns the file with this name, whatever folders stand before it.
    pub fn file(&self, name: &str) -> Option<&FileLayout> {
        self.files.iter().find(|file| file.name == name)
    }
}

impl FileLayout {
    /// Returns the key that holds a setting.
    pub fn key(&self, setting: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.setting.key == setting)
    }

    /// Returns the format in which the file is read; `None` for lines of source, which are only written.
    pub fn format(&self) -> Option<Format> {
        match self.spec.format {
            FileFormat::Json => Some(Format::Json),
            FileFormat::Properties => Some(Format::Properties),
            FileFormat::Header => Some(Format::Header),
            FileFormat::Code => None,
        }
    }

    /// Returns whether the file can be read, and not only written.
    pub fn is_read(&self) -> bool {
        self.format().is_some()
    }
}

/// Puts a mapped key into the file that the user names; a new one is of the kind's first readable form.
fn place(files: &mut Vec<FileLayout>, kind: AgentKind, name: &str, key: Key) {
    if let Some(file) = files.iter_mut().find(|file| file.name == name) {
        file.keys.push(key);
        return;
    }
    let like = agent_files(kind)
        .iter()
        .filter(|file| file.format != FileFormat::Code && file.delivery == Delivery::File)
        .min_by_key(|file| !same_extension(file.name, name));
    if let Some(spec) = like {
        files.push(FileLayout {
            name: name.to_owned(),
            spec,
            certainty: Certainty::Documented,
            keys: vec![key],
        });
    }
}

/// Returns whether two names end alike.
fn same_extension(left: &str, right: &str) -> bool {
    let of = |name: &str| name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    of(left) == of(right)
}

/// Returns how a setting is written where the registry's table has it; plain elsewhere.
fn form(kind: AgentKind, setting: &Setting) -> Form {
    places(kind, setting.key).next().map_or(Form::Plain, |(_, key)| key.form)
}
