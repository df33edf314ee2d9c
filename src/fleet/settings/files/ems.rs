//! The EMS: three groups of its `config.json`; all others, and what is unknown in these, stay as they are.

use super::{AgentFile, Delivery, FILE_ONLY as ROW, FileFormat, FileKey, Form, SWITCH};
use crate::fleet::setting::{Absent, Certainty, Setting, Unit};

const DOC: &str = "Vendor's configuration reference of EMS 5.4: ws_connection";
const DUTY: &str = "Vendor's configuration reference of EMS 5.4: duty_cycle";
const STORE: &str = "Vendor's configuration reference of EMS 5.4: offline_msg_store";

/// The file.
pub const FILES: &[AgentFile] = &[AgentFile {
    name: "config.json",
    part: Some("config.part.json"),
    format: FileFormat::Json,
    delivery: Delivery::File,
    certainty: Certainty::Documented,
    source: DOC,
    notes: &[
        "This is a part of the EMS's config.json, not the whole file: put its values into the groups of each gateway's config.json and keep everything else.",
    ],
    keys: &[
        FileKey::new("ws_connection/max_connect_delay", "max_connect_delay"),
        FileKey::new("ws_connection/connect_timeout", "connect_timeout"),
        FileKey::new("ws_connection/connect_retries", "connect_retries"),
        FileKey::new("ws_connection/connect_retry_interval", "connect_retry_interval"),
        FileKey::new("ws_connection/ping_rate", "ping_rate"),
        FileKey::new("ws_connection/pingpong_timeout", "pingpong_timeout"),
        FileKey::new("ws_connection/msg_timeout", "msg_timeout"),
        FileKey::new("ws_connection/encryption", "tls").form(Form::Words(&[("on", "ssl"), ("off", "none")])),
        FileKey::new("ws_connection/message_idle_time", "message_idle_time"),
        FileKey::new("ws_connection/max_msg_size", "max_msg_size"),
        FileKey::new("ws_connection/message_chunk_size", "message_chunk_size"),
        FileKey::new("ws_connection/max_messages", "max_messages"),
        FileKey::new("ws_connection/max_threads", "max_threads"),
        FileKey::new("ws_connection/socket_read_timeout", "socket_read_timeout"),
        FileKey::new("ws_connection/frame_read_timeout", "frame_read_timeout"),
        FileKey::new("ws_connection/ssl_read_timeout", "ssl_read_timeout"),
        FileKey::new("ws_connection/compression", "compression").form(Form::Switch),
        FileKey::new("duty_cycle/duty_cycle", "duty_cycle/on_pct"),
        FileKey::new("duty_cycle/connect_period", "duty_cycle/period_ms"),
        FileKey::new("duty_cycle/delay_duty_cycle", "delay_duty_cycle"),
        FileKey::new("offline_msg_store/enabled", "offline_msg_store_enabled").form(Form::Switch),
        FileKey::new("offline_msg_store/max_size", "offline_store/limit_bytes"),
        FileKey::new("offline_msg_store/blocking", "offline_msg_store_blocking").form(Form::Switch),
    ],
}];

/// What is in the file only.
pub const FILE_ONLY: &[Setting] = &[
    row(
        "message_idle_time",
        "Idle time of a message",
        50_000.0,
        Unit::Milliseconds,
        "Time after which an unanswered message is given up.",
    ),
    row("max_msg_size", "Largest message", 1_048_576.0, Unit::Bytes, "Largest message in all."),
    row(
        "message_chunk_size",
        "Largest frame",
        8_192.0,
        Unit::Bytes,
        "Largest part of a message in one frame.",
    ),
    row("max_messages", "Waiting messages", 500.0, Unit::Count("messages"), "Messages that may wait."),
    row("max_threads", "Threads", 4.0, Unit::Count("threads"), "Threads that handle messages."),
    row(
        "socket_read_timeout",
        "Poll of a plain socket",
        0.0,
        Unit::Milliseconds,
        "Longest wait of one read without TLS; earlier versions had 100 ms.",
    ),
    row(
        "frame_read_timeout",
        "Rest of a frame",
        10_000.0,
        Unit::Milliseconds,
        "Longest wait for the rest of a frame that has begun.",
    ),
    row(
        "ssl_read_timeout",
        "Poll of a TLS socket",
        500.0,
        Unit::Milliseconds,
        "Longest wait of one read over TLS.",
    ),
    switch("compression", "Compression", "on", DOC, "Whether messages are compressed."),
    Setting {
        source: DUTY,
        ..row(
            "delay_duty_cycle",
            "Delay of the duty cycle",
            60_000.0,
            Unit::Milliseconds,
            "Time before the first duty cycle begins.",
        )
    },
    switch(
        "offline_msg_store_enabled",
        "Offline message store",
        "on",
        STORE,
        "Whether messages are kept while the gateway is away.",
    ),
    switch(
        "offline_msg_store_blocking",
        "Keep until acknowledged",
        "off",
        STORE,
        "Whether a stored message is kept until the platform has acknowledged it.",
    ),
];

const fn row(
    key: &'static str,
    label: &'static str,
    default: f64,
    unit: Unit,
    meaning: &'static str,
) -> Setting {
    Setting {
        key,
        label,
        unit,
        absent: Absent::Number(default),
        needs: Some(key),
        source: DOC,
        meaning,
        ..ROW
    }
}

const fn switch(
    key: &'static str,
    label: &'static str,
    default: &'static str,
    source: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting {
        key,
        label,
        unit: SWITCH,
        absent: Absent::Word(default),
        needs: Some(key),
        certainty: Certainty::Documented,
        source,
        meaning,
        ..ROW
    }
}
