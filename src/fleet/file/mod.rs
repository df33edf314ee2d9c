//! The project file: a lossless document, read through scenarios, edited by address.
//!
//! Everything an engineer can set has one address, a JSON pointer into the project
//! (`/groups/pumps/connect_timeout`, `/outage/length_s`). Edits patch the text in place, so comments,
//! order, number formatting and fields of other programs survive.

pub mod address;
mod inert;
mod read;
mod read_group;
mod read_outage;
mod read_platform;
mod schema;
mod supplied;
mod view;

#[cfg(test)]
mod tests;

pub use address::Input;
pub(in crate::fleet) use read::nearest;
pub use schema::schema;
pub use supplied::Supplied;
pub(crate) use view::round_to_unit;
pub use view::{Known, Value, View, moment};

use super::Fleet;
use super::setting::Certainty;
use crate::base::json::{self, EditError, Kind, Node, Tree};
use crate::base::{Finding, Severity};
use std::collections::BTreeMap;

/// Version of the file format that this program writes.
pub const VERSION: u64 = 1;

/// Largest number of devices in all groups together: the event queue of a run must fit into memory.
pub const MAX_DEVICES: u64 = 10_000_000;

/// A project file.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetFile {
    tree: Tree,
}

/// A scenario of a project file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Key in the file.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Why it is there; may be empty.
    pub why: String,
}

/// Where a number in the file comes from, as its author says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Address of the input.
    pub address: String,
    /// How sure the author is.
    pub certainty: Certainty,
    /// Where it comes from.
    pub source: String,
}

/// What reading a file through a scenario gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The fleet; `None` where an error makes one impossible.
    pub fleet: Option<Fleet>,
    /// Everything that is wrong or worth knowing, in the order of the file.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Returns whether an unsilenced error stands against using the file.
    pub fn blocked(&self) -> bool {
        self.fleet.is_none() || self.findings.iter().any(Finding::blocks)
    }
}

impl FleetFile {
    /// Reads a project file.
    ///
    /// # Errors
    /// A finding where the text is not JSON, not a project, or of a version that this program cannot
    /// read. Everything else is found by [`FleetFile::check`].
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let tree = Tree::parse(text)?;
        let root = tree.root();
        if !matches!(root.kind, Kind::Object(_)) {
            return Err(Finding::error("F010", "", format!("The file holds {}.", root.type_word()))
                .why("A project file is a JSON object.")
                .fix("Start from an example: `regather example -o fleet.json`.")
                .at(1, 1));
        }
        let Some(version) = root.get("regather") else {
            return Err(Finding::error("F010", "", "This is JSON, but no Regather project.")
                .why("A project says `\"regather\": 1` at its top, so that later versions can read it.")
                .fix("Add that line, or start from an example: `regather example -o fleet.json`.")
                .at(1, 1));
        };
        let (line, column) = tree.place(version);
        match version.as_f64() {
            Some(number) if number == VERSION as f64 => Ok(Self { tree }),
            number => {
                let found = number.map_or_else(
                    || version.type_word().to_owned(),
                    |number| format!("version {}", crate::base::units::significant(number)),
                );
                Err(Finding::error(
                    "F011",
                    "/regather",
                    format!("The file is {found}; version {VERSION} can be read."),
                )
                .why("Reading it anyway could lose or misread settings.")
                .fix("Open it with the program version that wrote it.")
                .at(line, column))
            }
        }
    }

    /// Returns the document.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Returns the text of the file.
    pub fn text(&self) -> &str {
        self.tree.text()
    }

    /// Returns the project's name, or a stand-in.
    pub fn name(&self) -> &str {
        self.text_at("/name").unwrap_or("Unnamed fleet")
    }

    /// Returns why the project exists, in its author's words; may be empty.
    pub fn why(&self) -> &str {
        self.text_at("/why").unwrap_or("")
    }

    fn text_at(&self, pointer: &str) -> Option<&str> {
        self.tree.get(pointer).and_then(Node::as_str)
    }

    fn members(&self, pointer: &str) -> &[json::Member] {
        self.tree.get(pointer).map(Node::members).unwrap_or_default()
    }

    /// Returns the ids of the groups in the order of the file.
    pub fn group_ids(&self) -> impl Iterator<Item = &str> {
        self.members("/groups").iter().map(|member| &*member.key)
    }

    /// Returns the name of a group, its id where it has none.
    pub fn group_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.text_at(&json::join(&json::join("/groups", id), "name")).unwrap_or(id)
    }

    /// Returns the scenarios in the order of the file.
    pub fn scenarios(&self) -> Vec<Scenario> {
        let text = |node: &Node, key| node.get(key).and_then(Node::as_str).unwrap_or("").to_owned();
        self.members("/scenarios")
            .iter()
            .map(|member| Scenario {
                id: member.key.to_string(),
                name: Some(text(&member.value, "name"))
                    .filter(|name| !name.is_empty())
                    .unwrap_or_else(|| member.key.to_string()),
                why: text(&member.value, "why"),
            })
            .collect()
    }

    /// Returns the name of a scenario; `Baseline` for none.
    pub fn scenario_name(&self, id: Option<&str>) -> String {
        id.map_or_else(
            || "Baseline".to_owned(),
            |id| {
                self.scenarios()
                    .into_iter()
                    .find(|scenario| scenario.id == id)
                    .map_or_else(|| id.to_owned(), |scenario| scenario.name)
            },
        )
    }

    /// Returns what the author says about where numbers come from, in the order of the file.
    pub fn provenance(&self) -> Vec<Provenance> {
        self.members("/sources")
            .iter()
            .filter_map(|member| {
                let word = member.value.get("certainty")?.as_str()?;
                Some(Provenance {
                    address: member.key.to_string(),
                    certainty: Certainty::from_word(word)?,
                    source: member.value.get("source").and_then(Node::as_str).unwrap_or("").to_owned(),
                })
            })
            .collect()
    }

    /// Returns the file seen through a scenario, or as the baseline.
    pub fn view(&self, scenario: Option<&str>) -> View<'_> {
        View::new(&self.tree, scenario)
    }

    /// Reads the fleet of a scenario (`None`: the baseline) and collects every finding.
    pub fn check(&self, scenario: Option<&str>) -> Checked {
        let mut checked = read::read(self, scenario);
        for finding in &mut checked.findings {
            finding.silenced = self.silenced(finding.code);
        }
        checked.findings.sort_by_key(|finding| (finding.line, finding.column));
        checked
    }

    /// Returns the fleet of a scenario with what a run has drawn for the addresses that are unknown.
    ///
    /// # Errors
    /// The finding that makes a fleet with these values impossible.
    pub(super) fn with_drawn(
        &self,
        scenario: Option<&str>,
        drawn: &BTreeMap<String, Value>,
    ) -> Result<Fleet, Box<Finding>> {
        read::read_drawn(self, scenario, drawn)
    }

    /// Returns the fleet of a scenario in which the cluster with this id is played; `None` where it has no groups.
    pub(in crate::fleet) fn of_cluster(&self, scenario: Option<&str>, cluster: &str) -> Option<Fleet> {
        read::read_cluster(self, scenario, cluster)
    }

    /// Returns the reason for which the file silences a code. What makes a fleet impossible (F…) cannot be silenced.
    pub fn silenced(&self, code: &str) -> Option<String> {
        if code.starts_with('F') {
            return None;
        }
        let reason = self.tree.get("/silenced")?.get(code)?.as_str()?;
        (!reason.trim().is_empty()).then(|| reason.to_owned())
    }

    /// Returns the file with a value at an address of the baseline.
    ///
    /// # Errors
    /// [`EditError`] where the address runs through something that is no object.
    pub fn with(&self, address: &str, value: &serde_json::Value) -> Result<Self, EditError> {
        Ok(Self { tree: self.tree.set(address, value)? })
    }

    /// Returns the file with a value at an address of a scenario, or of the baseline for `None`.
    ///
    /// An assignment that says the same as the baseline is taken out of the scenario again.
    ///
    /// # Errors
    /// As [`FleetFile::with`].
    pub fn assign(
        &self,
        scenario: Option<&str>,
        address: &str,
        value: &serde_json::Value,
    ) -> Result<Self, EditError> {
        let Some(id) = scenario else {
            return self.with(address, value);
        };
        let pointer = json::join(&format!("{}/set", json::join("/scenarios", id)), address);
        if self.tree.value(address).as_ref() == Some(value) {
            return match self.tree.get(&pointer) {
                Some(_) => Ok(Self { tree: self.tree.remove(&pointer)? }),
                None => Ok(self.clone()),
            };
        }
        self.with(&pointer, value)
    }

    /// Returns the file without the node at a pointer.
    ///
    /// # Errors
    /// [`EditError`] where nothing stands there.
    pub fn without(&self, pointer: &str) -> Result<Self, EditError> {
        Ok(Self { tree: self.tree.remove(pointer)? })
    }

    /// Returns the inputs of the file, each with its address, in the order in which they are shown.
    pub fn inputs(&self, scenario: Option<&str>) -> Vec<Input> {
        address::inputs(self, &self.view(scenario))
    }
}

/// Returns the findings of one severity.
pub fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|f| f.severity == severity && f.silenced.is_none()).count()
}
