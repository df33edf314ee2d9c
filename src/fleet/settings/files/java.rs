//! Applications on the Java SDK: a properties file of their own, and the lines of a `ClientConfigurator`.

use super::{AgentFile, Delivery, FileFormat, FileKey};
use crate::fleet::setting::Certainty;

const SETTERS: &str = "Public applications call setReconnectInterval (seconds) and setIdlePingRate";

/// The files.
pub const FILES: &[AgentFile] = &[
    AgentFile {
        name: "agent.properties",
        part: None,
        format: FileFormat::Properties,
        delivery: Delivery::File,
        certainty: Certainty::Inferred,
        source: "The Java SDK has no file of its own: names follow the setters of ClientConfigurator",
        notes: &[
            "Inferred: which file an application reads, and its keys, are its own. Map them to yours first.",
        ],
        keys: &[
            FileKey::new("reconnectInterval", "reconnect_interval_s"),
            FileKey::new("connectTimeout", "connect_timeout"),
            FileKey::new("idlePingRate", "idle_ping_rate_s"),
        ],
    },
    AgentFile {
        name: "ClientConfigurator.java",
        part: Some("ClientConfigurator.part.java"),
        format: FileFormat::Code,
        delivery: Delivery::Source,
        certainty: Certainty::Inferred,
        source: SETTERS,
        notes: &[
            "setReconnectInterval takes seconds and is what public applications use; that setIdlePingRate takes seconds is inferred.",
            "The SDK spreads nothing: devices that lose their connection together come back together.",
        ],
        keys: &[
            FileKey::new("config.setReconnectInterval({});", "reconnect_interval_s"),
            FileKey::new("config.setIdlePingRate({});", "idle_ping_rate_s"),
        ],
    },
];
