//! The outage that is planned for, and further events on its timeline.
//!
//! Both have the same rows about what happens ([`happening`]); the main outage has a length and the time
//! that is watched, an event a begin and a length of its own.

mod happening;

pub use happening::{ENDS, KIND_CHOICES, MEETS, TIERS, WAYS};

use crate::fleet::setting::{Absent, Certainty, SETS_THE_AXIS, Setting, Unit};
use happening::{
    ATTEMPTS_MEET, CAPACITY, CONNECTIONS_END, FAILS, FAILS_BY, GROUPS, KIND, PLATFORM_DOWN, RAMP, RAMP_FROM,
    REPEAT_EVERY, REPEATS, SHARE, STEPS, TIER,
};

/// Length of the main outage.
const LENGTH: Setting = Setting {
    key: "length_s",
    label: "Length",
    unit: Unit::Seconds,
    range: (0.0, 2_592_000.0),
    whole: false,
    absent: Absent::Required,
    slider: Some((10.0, 14_400.0)),
    certainty: Certainty::Documented,
    source: "Your plan",
    settled: Some(SETS_THE_AXIS),
    meaning: "Time from the loss of all connections until the platform can be reached again.",
    effect: "Decides how far retries have spread, or bunched, when the platform is back.",
    ..Setting::BLANK
};

/// Time that is watched.
const WATCH: Setting = Setting {
    key: "watch_s",
    label: "Watched for",
    unit: Unit::Seconds,
    range: (1.0, 604_800.0),
    absent: Absent::Number(1_800.0),
    certainty: Certainty::Assumed,
    source: "Half an hour shows whether a fleet of usual size comes back",
    settled: Some(SETS_THE_AXIS),
    meaning: "How long the simulation watches after the platform is back.",
    effect: "Devices that are not back by then count as never back.",
    ..Setting::BLANK
};

/// Start on the clock.
const START: Setting = Setting {
    key: "start",
    label: "Planned start",
    unit: Unit::Moment,
    absent: Absent::Nothing,
    certainty: Certainty::Documented,
    source: "Your plan",
    meaning: "Wall-clock start of the outage with its offset, for example 2026-12-05T02:00:00+01:00.",
    effect: "Lets results be read as wall-clock times; changes nothing else.",
    ..Setting::BLANK
};

/// Begin of an event.
const AT: Setting = Setting {
    key: "at_s",
    label: "Begins at",
    unit: Unit::Seconds,
    range: (0.0, 3_196_800.0),
    whole: false,
    absent: Absent::Required,
    slider: Some((0.0, 14_400.0)),
    certainty: Certainty::Documented,
    source: "Your plan",
    settled: Some(SETS_THE_AXIS),
    meaning: "Begin of the event, counted from the begin of the main outage.",
    effect: "An event in the middle of the return hits devices that have just come back.",
    ..Setting::BLANK
};

/// Length of an event.
const EVENT_LENGTH: Setting = Setting {
    label: "Lasts",
    range: (0.001, 2_592_000.0),
    meaning: "How long the event lasts, all its steps together; its kind gives the usual length.",
    effect: "What attempts meet, and the capacity, hold for this time.",
    ..LENGTH
};

/// The rows of the main outage.
pub const OUTAGE: &[Setting] = &[
    LENGTH,
    KIND,
    FAILS,
    FAILS_BY,
    ATTEMPTS_MEET,
    CONNECTIONS_END,
    GROUPS,
    SHARE,
    PLATFORM_DOWN,
    TIER,
    CAPACITY,
    RAMP,
    RAMP_FROM,
    STEPS,
    REPEATS,
    REPEAT_EVERY,
    WATCH,
    START,
];

/// The rows of a further event.
pub const EVENT: &[Setting] = &[
    KIND,
    AT,
    EVENT_LENGTH,
    FAILS,
    FAILS_BY,
    ATTEMPTS_MEET,
    CONNECTIONS_END,
    GROUPS,
    SHARE,
    PLATFORM_DOWN,
    TIER,
    CAPACITY,
    RAMP,
    RAMP_FROM,
    STEPS,
    REPEATS,
    REPEAT_EVERY,
];
