//! The outage that is planned for.

use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};

/// What an attempt meets while the platform is down.
pub const MEETS: &[Choice] = &[
    Choice {
        value: "refused",
        label: "Refused",
        meaning: "Nothing listens on the port: the attempt fails at once.",
    },
    Choice {
        value: "black-hole",
        label: "Black hole",
        meaning: "No answer at all: the device's kernel repeats its SYN for about two minutes.",
    },
    Choice {
        value: "http-503",
        label: "HTTP 503",
        meaning: "The load balancer answers that no server is there: the attempt fails at once.",
    },
];

/// The rows.
pub const OUTAGE: &[Setting] = &[
    Setting {
        key: "length_s",
        label: "Length",
        unit: Unit::Seconds,
        range: (0.0, 2_592_000.0),
        whole: false,
        absent: Absent::Required,
        slider: Some((10.0, 14_400.0)),
        certainty: Certainty::Documented,
        source: "Your plan",
        meaning: "Time from the loss of all connections until the platform can be reached again.",
        effect: "Decides how far retries have spread, or bunched, when the platform is back.",
        ..Setting::BLANK
    },
    Setting {
        key: "attempts_meet",
        label: "Attempts meet",
        unit: Unit::Choice(MEETS),
        absent: Absent::Word("refused"),
        certainty: Certainty::Documented,
        source: "Your platform",
        meaning: "What a device meets when it tries to connect during the outage.",
        effect: "A black hole holds devices for minutes and bunches their return.",
        ..Setting::BLANK
    },
    Setting {
        key: "watch_s",
        label: "Watched for",
        unit: Unit::Seconds,
        range: (1.0, 604_800.0),
        absent: Absent::Number(1_800.0),
        certainty: Certainty::Assumed,
        source: "Half an hour shows whether a fleet of usual size comes back",
        meaning: "How long the simulation watches after the platform is back.",
        effect: "Devices that are not back by then count as never back.",
        ..Setting::BLANK
    },
    Setting {
        key: "start",
        label: "Planned start",
        unit: Unit::Moment,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Your plan",
        meaning: "Wall-clock start of the outage with its offset, for example 2026-12-05T02:00:00+01:00.",
        effect: "Lets results be read as wall-clock times; changes nothing else.",
        ..Setting::BLANK
    },
];
