//! The platform as one tier: a queue in front of a number of workers.

use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};

/// How the time of one sign-in is distributed.
pub const SERVICE_LAWS: &[Choice] = &[
    Choice { value: "fixed", label: "Fixed", meaning: "Every sign-in takes the same time." },
    Choice {
        value: "exponential",
        label: "Exponential",
        meaning: "Sign-ins vary; a few take several times the mean.",
    },
];

const NOBODY: &str = "No vendor publishes sign-ins per second: measure yours";

/// The rows.
pub const PLATFORM: &[Setting] = &[
    Setting {
        key: "workers",
        label: "Workers",
        unit: Unit::Count("workers"),
        range: (1.0, 100_000.0),
        absent: Absent::Number(4.0),
        slider: Some((1.0, 256.0)),
        certainty: Certainty::Assumed,
        source: NOBODY,
        meaning: "Sign-ins that the platform works on at the same time.",
        effect: "Capacity is workers divided by the time of one sign-in.",
        ..Setting::BLANK
    },
    Setting {
        key: "service_time_ms",
        label: "Time of one sign-in",
        unit: Unit::Milliseconds,
        range: (0.001, 3_600_000.0),
        whole: false,
        absent: Absent::Number(20.0),
        certainty: Certainty::Assumed,
        source: NOBODY,
        meaning: "Mean time that one worker needs for TLS, upgrade, authentication and bind of a device.",
        effect: "Capacity is workers divided by the time of one sign-in.",
        ..Setting::BLANK
    },
    Setting {
        key: "service_law",
        label: "Spread of the sign-in time",
        unit: Unit::Choice(SERVICE_LAWS),
        absent: Absent::Word("fixed"),
        certainty: Certainty::Assumed,
        source: NOBODY,
        meaning: "How the time of one sign-in varies.",
        effect: "Varying times make queues longer at the same load.",
        ..Setting::BLANK
    },
    Setting {
        key: "accept_queue",
        label: "Accept queue",
        unit: Unit::Count("attempts"),
        range: (0.0, 10_000_000.0),
        absent: Absent::Number(4_096.0),
        certainty: Certainty::Measured,
        source: "Linux default of net.core.somaxconn",
        meaning: "Attempts that can wait for a worker.",
        effect: "Attempts beyond it are refused; a long queue lets waiting devices time out instead.",
        ..Setting::BLANK
    },
    Setting {
        key: "sign_in_timeout_ms",
        label: "Platform gives up after",
        unit: Unit::Milliseconds,
        range: (1.0, 3_600_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Connection Server: authentication timeout, 10 000 ms where it applies",
        meaning: "Longest time an attempt may wait in the queue before the platform closes it.",
        effect: "Attempts closed in the queue cost no work; without it the platform serves devices that gave up.",
        ..Setting::BLANK
    },
];
