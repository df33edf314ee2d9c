//! How a connection is watched and what bounds an attempt: rows that kinds share and name differently.

use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};

/// What `connect_timeout` bounds.
pub const TIMEOUT_LAWS: &[Choice] = &[
    Choice {
        value: "measured",
        label: "Only the answer",
        meaning: "Bounds the wait for the answer to the upgrade; a TCP connect that meets nobody lasts as long as the kernel repeats its SYN, about 134 s.",
    },
    Choice {
        value: "documented",
        label: "The whole attempt",
        meaning: "Bounds the attempt from its first packet, as the name of the setting says.",
    },
];

const SDK: &str = "C SDK 2.2.1, default settings";

/// What the connect timeout bounds.
pub(super) const TIMEOUT_LAW: Setting = Setting {
    key: "timeout_law",
    label: "Connect timeout bounds",
    unit: Unit::Choice(TIMEOUT_LAWS),
    absent: Absent::Word("measured"),
    certainty: Certainty::Measured,
    source: "C SDK 2.2.1, measured: attempts against a full listen queue lasted 133 and 135 s with a timeout of 1 s",
    meaning: "Which part of an attempt the connect timeout bounds.",
    effect: "Decides how long devices hang in a black hole, and so whether they come back in bunches.",
    ..Setting::BLANK
};

/// Time between two pings.
pub(super) const PING_RATE: Setting = Setting {
    key: "ping_rate",
    label: "Time between pings",
    unit: Unit::Milliseconds,
    range: (100.0, 86_400_000.0),
    absent: Absent::Number(55_000.0),
    lever: Some("ping_rate"),
    slider: Some((1_000.0, 600_000.0)),
    certainty: Certainty::Measured,
    source: SDK,
    meaning: "Time between two pings of the device; the first one follows right after connecting.",
    effect: "A silent loss, and without TLS an orderly one too, is noticed at the next ping at the earliest.",
    ..Setting::BLANK
};

/// Wait for the answer to a ping.
pub(super) const PONG_TIMEOUT: Setting = Setting {
    key: "pong_timeout",
    label: "Wait for the answer to a ping",
    unit: Unit::Milliseconds,
    range: (1.0, 3_600_000.0),
    absent: Absent::Number(10_000.0),
    slider: Some((1_000.0, 120_000.0)),
    certainty: Certainty::Measured,
    source: SDK,
    meaning: "Longest wait for the answer to a ping before the device drops the connection.",
    effect: "A platform that answers later makes connected devices drop and connect again and again.",
    ..Setting::BLANK
};

/// Wait for the answer to a message.
pub(super) const MESSAGE_TIMEOUT: Setting = Setting {
    key: "default_message_timeout",
    label: "Wait for the answer to a message",
    unit: Unit::Milliseconds,
    range: (1.0, 3_600_000.0),
    absent: Absent::Number(10_000.0),
    slider: Some((1_000.0, 120_000.0)),
    certainty: Certainty::Measured,
    source: SDK,
    meaning: "Longest wait for the answer to authentication, to bind and to every request.",
    effect: "A platform that authenticates more slowly fails the attempt, and has done the work in vain.",
    ..Setting::BLANK
};

/// Connected part of a duty cycle.
pub(super) const DUTY_ON: Setting = Setting {
    key: "duty_cycle/on_pct",
    label: "Connected part of a duty cycle",
    unit: Unit::Count("%"),
    range: (1.0, 100.0),
    absent: Absent::Number(20.0),
    needs: Some("duty_cycle/period_ms"),
    certainty: Certainty::Measured,
    source: SDK,
    meaning: "Part of each duty cycle in which the device is connected; 100 % is always.",
    effect: "Counts only with a period: then devices drop and sign in again in every cycle, outage or not.",
    ..Setting::BLANK
};

/// Length of a duty cycle.
pub(super) const DUTY_PERIOD: Setting = Setting {
    key: "duty_cycle/period_ms",
    label: "Period of the duty cycle",
    unit: Unit::Milliseconds,
    range: (1_000.0, 604_800_000.0),
    special: Some((0.0, "off")),
    absent: Absent::Number(0.0),
    needs: Some("duty_cycle/period_ms"),
    certainty: Certainty::Measured,
    source: SDK,
    meaning: "Length of a cycle of connected and not connected; 0 is always connected.",
    effect: "Each cycle is one more sign-in per device, and a device that gave up is called again.",
    ..Setting::BLANK
};
