//! Agents on the C SDK: fields of `twcfg`, compiled into the firmware.

use super::{AgentFile, Delivery, FILE_ONLY as ROW, FileFormat, FileKey};
use crate::fleet::setting::{Absent, Certainty, Setting, Unit};

const SDK: &str = "C SDK 2.2.1, default settings";

const KEYS: &[FileKey] = &[
    FileKey::same("connect_timeout"),
    FileKey::same("connect_retries"),
    FileKey::same("connect_retry_interval"),
    FileKey::same("max_connect_delay"),
    FileKey::same("ping_rate"),
    FileKey::same("pong_timeout"),
    FileKey::same("default_message_timeout"),
    FileKey::new("duty_cycle", "duty_cycle/on_pct"),
    FileKey::new("duty_cycle_period", "duty_cycle/period_ms"),
    FileKey::new("subscribed_props_queue_size", "offline_store/limit_bytes"),
    FileKey::same("offline_msg_queue_size"),
    FileKey::same("frame_read_timeout"),
    FileKey::same("socket_read_timeout"),
    FileKey::same("ssl_read_timeout"),
    FileKey::same("stale_msg_cleanup_rate"),
    FileKey::same("max_message_size"),
    FileKey::same("message_chunk_size"),
    FileKey::same("max_messages"),
    FileKey::same("file_xfer_block_size"),
    FileKey::same("stream_block_size"),
    FileKey::same("max_string_prop_length"),
];

/// The files.
pub const FILES: &[AgentFile] = &[
    AgentFile {
        name: "twConfig.h",
        part: Some("twConfig.part.h"),
        format: FileFormat::Header,
        delivery: Delivery::Build,
        certainty: Certainty::Measured,
        source: "Fields of twcfg in C SDK 2.2.1",
        notes: &[
            "The fragment sets fields of twcfg: run it before twApi_Initialize, or carry its values over to twConfig.h.",
        ],
        keys: KEYS,
    },
    AgentFile {
        name: "twcfg.json",
        part: None,
        format: FileFormat::Json,
        delivery: Delivery::Build,
        certainty: Certainty::Inferred,
        source: "Fields of twcfg in C SDK 2.2.1; that an application reads them from JSON is its own affair",
        notes: &[
            "The C SDK reads no such file: it is for builds and applications that take their values from JSON.",
        ],
        keys: KEYS,
    },
];

/// What is in the files only.
pub const FILE_ONLY: &[Setting] = &[
    bytes(
        "offline_msg_queue_size",
        "Room for subscribed properties on disk",
        16_384.0,
        "Room for subscribed properties that are kept in a file; the SDK counts it in bytes.",
    ),
    milliseconds(
        "frame_read_timeout",
        "Rest of a frame",
        10_000.0,
        "Longest wait for the rest of a frame that has begun, before the connection is dropped.",
    ),
    milliseconds(
        "socket_read_timeout",
        "Poll of a plain socket",
        100.0,
        "Longest wait of one read without TLS.",
    ),
    milliseconds("ssl_read_timeout", "Poll of a TLS socket", 500.0, "Longest wait of one read over TLS."),
    milliseconds(
        "stale_msg_cleanup_rate",
        "Sweep of stale messages",
        50_000.0,
        "Time between two sweeps of unanswered requests and unfinished messages.",
    ),
    bytes(
        "max_message_size",
        "Largest message",
        1_048_576.0,
        "Largest message in all; longer ones are split where the protocol allows it.",
    ),
    bytes("message_chunk_size", "Largest frame", 8_192.0, "Largest part of a message in one frame."),
    Setting {
        key: "max_messages",
        label: "Waiting messages",
        unit: Unit::Count("messages"),
        absent: Absent::Number(500.0),
        needs: Some("max_messages"),
        certainty: Certainty::Measured,
        source: SDK,
        meaning: "Incoming messages that may wait; above it they are dropped without a word.",
        ..ROW
    },
    bytes(
        "file_xfer_block_size",
        "Block of a file transfer",
        128_000.0,
        "Size of one block of a file transfer.",
    ),
    bytes("stream_block_size", "Block of a stream", 256.0, "Step in which the SDK's streams grow."),
    bytes(
        "max_string_prop_length",
        "Longest text value",
        1_048_576.0,
        "Longest text that a property may hold.",
    ),
];

const fn bytes(key: &'static str, label: &'static str, default: f64, meaning: &'static str) -> Setting {
    Setting { unit: Unit::Bytes, ..row(key, label, default, meaning) }
}

const fn milliseconds(
    key: &'static str,
    label: &'static str,
    default: f64,
    meaning: &'static str,
) -> Setting {
    Setting { unit: Unit::Milliseconds, ..row(key, label, default, meaning) }
}

const fn row(key: &'static str, label: &'static str, default: f64, meaning: &'static str) -> Setting {
    Setting {
        key,
        label,
        absent: Absent::Number(default),
        needs: Some(key),
        certainty: Certainty::Measured,
        source: SDK,
        meaning,
        ..ROW
    }
}
