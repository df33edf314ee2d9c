//! The ExampleAgent: its two files, whose nesting nobody has published.

use super::{AgentFile, Delivery, FileFormat, FileKey};
use crate::fleet::setting::Certainty;

const NOTES: &[&str] = &[
    "Inferred: no public copy of this file exists. Compare it with the file on one device before you use it.",
    "A device's own file may hold more, such as its host and its key: name a folder with the files that the devices have, so that everything else in them is kept.",
    "The ExampleAgent is a sample that is delivered as it is, not a supported product.",
];

const SOURCE: &str =
    "ThingWorx article on thundering herd scenarios: names of files and keys; the nesting is inferred";

/// The file of the connection.
const CONNECTION: AgentFile = AgentFile {
    name: "ws_connection.json",
    part: None,
    format: FileFormat::Json,
    delivery: Delivery::File,
    certainty: Certainty::Inferred,
    source: SOURCE,
    notes: NOTES,
    keys: &[
        FileKey::same("max_connect_delay"),
        FileKey::same("connect_timeout"),
        FileKey::same("connect_retries"),
        FileKey::same("connect_retry_interval"),
    ],
};

/// The files.
pub const FILES: &[AgentFile] = &[
    CONNECTION,
    AgentFile {
        name: "agent_config.json",
        keys: &[FileKey::same("reconnect_random_delay_seconds")],
        ..CONNECTION
    },
];
