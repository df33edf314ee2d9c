//! Settings of any other WebSocket or MQTT agent that backs off; also the what-if policies.
//!
//! The defaults are those of a careful client: full jitter up to two minutes, for ever.

use super::{csdk, link};
use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};

/// How the waits of a back-off follow each other.
pub const BACKOFF_LAWS: &[Choice] = &[
    Choice { value: "fixed", label: "Fixed", meaning: "Always the base: no growth and no jitter." },
    Choice {
        value: "exponential",
        label: "Exponential",
        meaning: "The base doubles with every failure up to the cap, without jitter.",
    },
    Choice {
        value: "full-jitter",
        label: "Full jitter",
        meaning: "Uniform between 0 and the exponential wait.",
    },
    Choice {
        value: "equal-jitter",
        label: "Equal jitter",
        meaning: "Half of the exponential wait, plus uniform between 0 and the other half.",
    },
    Choice {
        value: "decorrelated-jitter",
        label: "Decorrelated jitter",
        meaning: "Uniform between the base and three times the wait before, up to the cap.",
    },
];

const ASSUMED: &str = "A careful client; replace it by what your agents do";
const FORMULAS: &str = "Published article and simulator on exponential back-off and jitter (AWS)";

/// The rows.
pub const GENERIC: &[Setting] = &[
    Setting {
        key: "first_delay_ms",
        label: "Random delay after a loss",
        unit: Unit::Milliseconds,
        range: (0.0, 86_400_000.0),
        absent: Absent::Number(0.0),
        lever: Some("random_delay"),
        slider: Some((1_000.0, 3_600_000.0)),
        certainty: Certainty::Assumed,
        source: ASSUMED,
        meaning: "Longest random wait before the first attempt after a loss.",
        effect: "Spreads the first attempts; after a longer outage only the back-off counts.",
        ..Setting::BLANK
    },
    Setting { certainty: Certainty::Assumed, source: ASSUMED, ..csdk::CONNECT_TIMEOUT },
    Setting {
        label: "Attempts after a loss",
        absent: Absent::Number(-1.0),
        certainty: Certainty::Assumed,
        source: ASSUMED,
        meaning: "Number of attempts after a loss before the agent gives up; −1 never gives up.",
        effect: "When they are used up the device is stranded.",
        ..csdk::CONNECT_RETRIES
    },
    Setting {
        key: "backoff/law",
        label: "Back-off",
        unit: Unit::Choice(BACKOFF_LAWS),
        absent: Absent::Word("full-jitter"),
        certainty: Certainty::Assumed,
        source: FORMULAS,
        meaning: "How the waits after failed attempts follow each other.",
        effect: "Decides how far attempts have spread when the platform is back.",
        ..Setting::BLANK
    },
    Setting {
        key: "backoff/base_ms",
        label: "Base of the back-off",
        unit: Unit::Milliseconds,
        range: (1.0, 86_400_000.0),
        absent: Absent::Number(1_000.0),
        lever: Some("backoff_base"),
        slider: Some((100.0, 60_000.0)),
        certainty: Certainty::Assumed,
        source: ASSUMED,
        meaning: "Wait after the first failure, before jitter.",
        effect: "Doubles with every failure, or stays, by the law.",
        ..Setting::BLANK
    },
    Setting {
        key: "backoff/cap_ms",
        label: "Cap of the back-off",
        unit: Unit::Milliseconds,
        range: (1.0, 86_400_000.0),
        absent: Absent::Number(120_000.0),
        lever: Some("backoff_cap"),
        slider: Some((1_000.0, 3_600_000.0)),
        certainty: Certainty::Assumed,
        source: ASSUMED,
        meaning: "Longest wait after a failure.",
        effect: "After a long outage devices return within it.",
        ..Setting::BLANK
    },
    Setting {
        absent: Absent::Word("documented"),
        certainty: Certainty::Assumed,
        source: ASSUMED,
        ..link::TIMEOUT_LAW
    },
    Setting {
        key: "keep_alive_s",
        label: "Keep-alive",
        unit: Unit::Seconds,
        range: (1.0, 65_535.0),
        absent: Absent::Number(60.0),
        slider: Some((1.0, 1_200.0)),
        certainty: Certainty::Assumed,
        source: ASSUMED,
        meaning: "Time between two pings of the device.",
        ..link::PING_RATE
    },
    Setting {
        key: "detection_factor",
        label: "Detection factor",
        unit: Unit::Count("keep-alives"),
        range: (1.0, 10.0),
        whole: false,
        absent: Absent::Number(1.5),
        certainty: Certainty::Assumed,
        source: "MQTT lets a broker wait 1.5 keep-alives; that the device waits as long is assumed",
        meaning: "Keep-alives without an answer after which the connection counts as dead.",
        effect: "A silent loss is noticed after at most this many keep-alives, and at least one less.",
        ..Setting::BLANK
    },
    Setting { certainty: Certainty::Assumed, source: ASSUMED, ..link::MESSAGE_TIMEOUT },
];
