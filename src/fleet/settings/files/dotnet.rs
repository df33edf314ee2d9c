//! Applications on the .NET SDK: a JSON file of their own, and the lines of a `ClientConfigurator`.

use super::{AgentFile, Delivery, FileFormat, FileKey, Form};
use crate::fleet::setting::Certainty;

const SOURCE: &str = "Vendor's reference of the .NET ClientConfigurator: AutoReconnect, ConnectTimeout and ConnectRetries as texts, OfflineMsgQueueSize in bytes";

/// The files.
pub const FILES: &[AgentFile] = &[
    AgentFile {
        name: "ClientConfigurator.json",
        part: None,
        format: FileFormat::Json,
        delivery: Delivery::File,
        certainty: Certainty::Inferred,
        source: SOURCE,
        notes: &[
            "Inferred: which file an application reads is its own; the names are those of ClientConfigurator.",
        ],
        keys: &[
            FileKey::new("AutoReconnect", "auto_reconnect").form(Form::Switch),
            FileKey::new("ConnectTimeout", "connect_timeout").form(Form::Quoted),
            FileKey::new("ConnectRetries", "connect_retries").form(Form::Quoted),
            FileKey::new("OfflineMsgQueueSize", "offline_store/limit_bytes"),
        ],
    },
    AgentFile {
        name: "ClientConfigurator.cs",
        part: Some("ClientConfigurator.part.cs"),
        format: FileFormat::Code,
        delivery: Delivery::Source,
        certainty: Certainty::Documented,
        source: SOURCE,
        notes: &["AutoReconnect is off by default: without it a device never comes back by itself."],
        keys: &[
            FileKey::new("config.AutoReconnect = {};", "auto_reconnect").form(Form::Switch),
            FileKey::new("config.ConnectTimeout = {};", "connect_timeout").form(Form::Quoted),
            FileKey::new("config.ConnectRetries = {};", "connect_retries").form(Form::Quoted),
            FileKey::new("config.OfflineMsgQueueSize = {};", "offline_store/limit_bytes"),
        ],
    },
];
