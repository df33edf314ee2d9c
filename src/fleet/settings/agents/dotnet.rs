//! Settings of applications on the .NET SDK (its `ClientConfigurator`).
//!
//! That automatic reconnecting is off unless it is switched on is documented; the pauses are not, and
//! the C SDK's stand in.

use super::{STAND_IN, csdk, link};
use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};

const SWITCH: &[Choice] = &[
    Choice {
        value: "off",
        label: "Off",
        meaning: "After a loss nothing connects again until the application does it.",
    },
    Choice { value: "on", label: "On", meaning: "After a loss the SDK connects again and again, for ever." },
];

/// The rows.
pub const DOTNET_SDK: &[Setting] = &[
    Setting {
        key: "auto_reconnect",
        label: "Connects again by itself",
        unit: Unit::Choice(SWITCH),
        absent: Absent::Word("off"),
        certainty: Certainty::Documented,
        source: "Vendor's reference of the .NET ClientConfigurator: AutoReconnect, false by default",
        meaning: "Whether the SDK connects again after a loss (AutoReconnect).",
        effect: "Off, every device is stranded by its first loss.",
        ..Setting::BLANK
    },
    Setting { certainty: Certainty::Assumed, source: STAND_IN, ..csdk::MAX_CONNECT_DELAY },
    Setting {
        certainty: Certainty::Assumed,
        source: STAND_IN,
        meaning: "Longest wait for the platform's answer in an attempt (ConnectTimeout).",
        ..csdk::CONNECT_TIMEOUT
    },
    Setting {
        range: (1.0, 32_767.0),
        certainty: Certainty::Assumed,
        source: STAND_IN,
        meaning: "Number of attempts before a connect call returns an error (ConnectRetries); −1 never returns.",
        effect: "When they are used up the next call follows, with a random delay of its own.",
        ..csdk::CONNECT_RETRIES
    },
    Setting { certainty: Certainty::Assumed, source: STAND_IN, ..csdk::CONNECT_RETRY_INTERVAL },
    Setting {
        source: "Not published for this kind: that the random delay works as documented for the C SDK",
        ..csdk::DELAY_LAW
    },
    Setting { certainty: Certainty::Assumed, source: STAND_IN, ..link::TIMEOUT_LAW },
    Setting { certainty: Certainty::Assumed, source: STAND_IN, ..link::PING_RATE },
    Setting { certainty: Certainty::Assumed, source: STAND_IN, ..link::PONG_TIMEOUT },
    Setting { certainty: Certainty::Assumed, source: STAND_IN, ..link::MESSAGE_TIMEOUT },
];
