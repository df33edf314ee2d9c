//! What can be asked of the topology.

use crate::fleet::cluster::NodeKind;
use crate::fleet::cluster::failure::How;
use crate::fleet::file::Value;

/// When something fails, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// In a new scenario, in the place of the outage, which becomes the active one.
    Alone {
        /// How long [s]; `None` for as long as the outage of the project.
        length_s: Option<f64>,
    },
    /// In the active scenario, beside its outage.
    Beside {
        /// Begin, counted from the begin of the outage [s].
        at_s: f64,
        /// How long [s].
        length_s: f64,
    },
}

/// A change of the topology; every one is a named step that can be undone.
#[derive(Clone, Debug, PartialEq)]
pub enum TopologyCommand {
    /// Puts the layout with this word in the place of what is there.
    Begin(String),
    /// Adds a thing with the defaults of its kind.
    Add {
        /// What it is.
        kind: NodeKind,
        /// Machine that carries a component.
        on: Option<String>,
        /// Place of a machine on the canvas [points].
        at: Option<(f64, f64)>,
    },
    /// Puts machines at places of the canvas [points].
    Place(Vec<(String, (f64, f64))>),
    /// Removes things, with what they carry and what scenarios say about them.
    Remove(Vec<String>),
    /// Adds copies of things with their settings.
    Duplicate(Vec<String>),
    /// Adds the things of a text that [`copied`](crate::desk::copied) made.
    Paste(String),
    /// Gives a thing another name; its id and all addresses stay.
    Rename {
        /// Id of the thing.
        id: String,
        /// The new name.
        name: String,
    },
    /// Makes a thing refer to others: its machine, its clusters, the ends of a link.
    Refer {
        /// Id of the thing.
        id: String,
        /// `on`, `clusters`, `from` or `to`.
        key: &'static str,
        /// Ids that it names; none for a reference that is left out.
        ids: Vec<String>,
    },
    /// Lets things fail, in a scenario of its own or in the active one.
    Fail {
        /// What the failure, and its scenario, is called.
        name: String,
        /// What fails: ids with commas between them, a zone or a site.
        fails: String,
        /// How it fails.
        how: How,
        /// When, and for how long.
        when: When,
    },
    /// Says an input of the platform in the file, in place of what follows from the topology.
    Override {
        /// Address of the input.
        address: String,
        /// Its value.
        value: Value,
    },
    /// Takes what the file says about an input of the platform out, so that it follows from the topology.
    Derive(String),
}
