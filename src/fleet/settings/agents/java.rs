//! Settings of applications on the Java SDK.
//!
//! Little is documented. Public applications set a reconnect interval in seconds, and nothing in the public
//! configuration spreads it or limits the attempts.

use super::{STAND_IN, csdk, link};
use crate::fleet::setting::{Absent, Certainty, Setting, Unit};

/// The rows.
pub const JAVA_SDK: &[Setting] = &[
    Setting {
        key: "reconnect_interval_s",
        label: "Wait before every attempt",
        unit: Unit::Seconds,
        range: (0.0, 86_400.0),
        absent: Absent::Number(15.0),
        lever: Some("connect_retry_interval"),
        slider: Some((1.0, 600.0)),
        certainty: Certainty::Inferred,
        source: "Public applications set 10 to 15 s with setReconnectInterval",
        meaning: "Fixed wait before every attempt, the first after a loss too, for ever.",
        effect: "Not random: devices that lose their connection together come back together, each time.",
        ..Setting::BLANK
    },
    Setting { certainty: Certainty::Assumed, source: STAND_IN, ..csdk::CONNECT_TIMEOUT },
    Setting {
        absent: Absent::Word("documented"),
        certainty: Certainty::Assumed,
        source: "Not published: that the timeout of a Java client bounds the whole attempt",
        ..link::TIMEOUT_LAW
    },
    Setting {
        key: "idle_ping_rate_s",
        unit: Unit::Seconds,
        range: (1.0, 86_400.0),
        absent: Absent::Number(55.0),
        slider: Some((1.0, 600.0)),
        certainty: Certainty::Assumed,
        source: "Unit and default of setIdlePingRate are not published: the default of C SDK 2.2.1 stands in",
        meaning: "Time between two pings of an idle connection.",
        ..link::PING_RATE
    },
    Setting { certainty: Certainty::Assumed, source: STAND_IN, ..link::PONG_TIMEOUT },
    Setting { certainty: Certainty::Assumed, source: STAND_IN, ..link::MESSAGE_TIMEOUT },
];
