//! Settings of the ExampleAgent: a connection manager of its own above the C SDK.
//!
//! Key names are those of the published article; units and nesting of the files are inferred. The SDK's
//! own rows are those of the C SDK alone, with what is different below a manager.

use super::{csdk, link};
use crate::fleet::setting::{Absent, Certainty, Setting, Unit};

const ARTICLE: &str = "ThingWorx article on thundering herd scenarios; unit inferred from the C SDK";
const BELOW: &str = "The C SDK below the sample: its default, measured with C SDK 2.2.1";

/// The rows.
pub const EXAMPLE_AGENT: &[Setting] = &[
    Setting {
        key: "reconnect_random_delay_seconds",
        label: "Random delay before every attempt",
        unit: Unit::Seconds,
        range: (0.0, 86_400.0),
        absent: Absent::Required,
        lever: Some("random_delay"),
        slider: Some((1.0, 3_600.0)),
        certainty: Certainty::Documented,
        source: "ThingWorx article on thundering herd scenarios",
        meaning: "Longest random wait of the connection manager before each connect call.",
        effect: "Drawn before every attempt, so that attempts stay spread however long the outage lasts.",
        ..Setting::BLANK
    },
    Setting {
        label: "Random delay inside the SDK",
        absent: Absent::Number(1_000.0),
        lever: Some("max_connect_delay"),
        slider: Some((0.0, 60_000.0)),
        certainty: Certainty::Inferred,
        source: ARTICLE,
        meaning: "Longest random wait that the SDK adds to each connect call.",
        effect: "Adds to the manager's delay in every cycle.",
        ..csdk::MAX_CONNECT_DELAY
    },
    Setting {
        certainty: Certainty::Documented,
        source: "ThingWorx article on thundering herd scenarios: 10 s is reasonable",
        ..csdk::CONNECT_TIMEOUT
    },
    Setting {
        range: (1.0, 32_767.0),
        absent: Absent::Number(1.0),
        certainty: Certainty::Inferred,
        source: ARTICLE,
        meaning: "Attempts that the SDK makes before it hands back to the connection manager.",
        effect: "Above 1, or −1, the retries inside the SDK are not spread by the manager's delay.",
        ..csdk::CONNECT_RETRIES
    },
    Setting {
        absent: Absent::Number(1_000.0),
        slider: Some((0.0, 60_000.0)),
        certainty: Certainty::Inferred,
        source: ARTICLE,
        effect: "Lengthens every cycle by a fixed time.",
        ..csdk::CONNECT_RETRY_INTERVAL
    },
    Setting {
        meaning: "How the SDK build of these devices draws max_connect_delay.",
        effect: "Touches only the SDK's own delay; the manager's delay always works.",
        ..csdk::DELAY_LAW
    },
    link::TIMEOUT_LAW,
    // Nobody knows whether the sample's files hold these keys, so they stand in none of them.
    Setting { certainty: Certainty::Inferred, source: BELOW, ..link::PING_RATE },
    Setting { certainty: Certainty::Inferred, source: BELOW, ..link::PONG_TIMEOUT },
    Setting { certainty: Certainty::Inferred, source: BELOW, ..link::MESSAGE_TIMEOUT },
    Setting { certainty: Certainty::Inferred, source: BELOW, ..link::DUTY_ON },
    Setting { certainty: Certainty::Inferred, source: BELOW, ..link::DUTY_PERIOD },
];
