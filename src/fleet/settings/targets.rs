//! What must hold for the plan to be good enough.

use crate::fleet::setting::{Absent, Certainty, IS_DECIDED, Setting, Unit};

/// The rows.
pub const TARGETS: &[Setting] = &[
    Setting {
        key: "t95_s",
        label: "95 % of devices back within",
        unit: Unit::Seconds,
        range: (1.0, 604_800.0),
        whole: false,
        absent: Absent::Nothing,
        slider: Some((30.0, 7_200.0)),
        certainty: Certainty::Documented,
        source: "Your target",
        settled: Some(IS_DECIDED),
        meaning: "Longest time until 95 % of all devices that lost their connection are back.",
        effect: "Compared with t95, counted from the moment the platform can be reached again.",
        ..Setting::BLANK
    },
    Setting {
        key: "peak_sign_ins_per_s",
        label: "Peak attempts",
        unit: Unit::PerSecond,
        range: (0.001, 1e9),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Your target",
        settled: Some(IS_DECIDED),
        meaning: "Most sign-in attempts in any one second after the platform is back.",
        effect: "Compared with the busiest second of each run.",
        ..Setting::BLANK
    },
    Setting {
        key: "t_drained_s",
        label: "Stored data written within",
        unit: Unit::Seconds,
        range: (1.0, 2_592_000.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Your target",
        settled: Some(IS_DECIDED),
        meaning: "Longest time until all stored data has arrived and every queue is as short as before the outage.",
        effect: "Compared with t_drained, which often comes long after t95; needs a modelled write queue.",
        ..Setting::BLANK
    },
    Setting {
        key: "lost_values",
        label: "Lost data",
        unit: Unit::Count("values"),
        range: (0.0, 1e15),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Your target",
        settled: Some(IS_DECIDED),
        meaning: "Most values that may be lost: dropped by a full offline store, rejected by a full write queue, or in a crash.",
        effect: "Compared with the values lost for any cause; what the platform loses counts only with a modelled write queue.",
        ..Setting::BLANK
    },
];
