//! Federation links between clusters.

use crate::fleet::setting::{Absent, Certainty, Setting, Unit};

/// The rows.
pub const LINK: &[Setting] = &[
    Setting {
        key: "pipes",
        label: "Pipes",
        unit: Unit::Count("connections"),
        range: (1.0, 10_000.0),
        absent: Absent::Number(10.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of the federation subsystem",
        meaning: "WebSockets of one subscriber.",
        effect: "Shown only.",
        ..Setting::BLANK
    },
    Setting {
        key: "reconnect_s",
        label: "Reconnection interval",
        unit: Unit::Seconds,
        range: (1.0, 86_400.0),
        whole: false,
        absent: Absent::Number(60.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of the federation subsystem",
        meaning: "Longest wait before the link is tried again.",
        effect: "Shown only; the first part of a window can be lost.",
        ..Setting::BLANK
    },
    Setting {
        key: "down_s",
        label: "Longest interruption",
        unit: Unit::Seconds,
        range: (0.0, 31_536_000.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Assumed,
        source: "Your link: the time between two satellite windows",
        meaning: "Longest time for which the link is not there.",
        effect: "Used by rule T049 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "values_per_s",
        label: "Values published",
        unit: Unit::PerSecond,
        range: (0.0, 1e9),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Assumed,
        source: "What the publishing side sends",
        meaning: "Values that cross the link in a second.",
        effect: "Used by rule T049 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "window_s",
        label: "Window",
        unit: Unit::Seconds,
        range: (1.0, 31_536_000.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Assumed,
        source: "Your satellite plan",
        meaning: "Time for which the link is there in one window.",
        effect: "Shown only.",
        ..Setting::BLANK
    },
    Setting {
        key: "window_every_s",
        label: "Window every",
        unit: Unit::Seconds,
        range: (1.0, 31_536_000.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Assumed,
        source: "Your satellite plan",
        meaning: "Time from one window to the next.",
        effect: "Shown only.",
        ..Setting::BLANK
    },
    Setting {
        key: "round_trip_ms",
        label: "Round trip",
        unit: Unit::Milliseconds,
        range: (0.0, 600_000.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Measured,
        source: "Your link; a geostationary satellite about 650 ms",
        meaning: "Time of a packet there and back.",
        effect: "Shown only.",
        ..Setting::BLANK
    },
];
