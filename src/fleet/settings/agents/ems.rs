//! Settings of the EMS: the group `ws_connection` of its `config.json`.
//!
//! Names and defaults are the vendor's documentation of EMS 5.4; that they act like those of the C SDK, on which
//! it is built, is inferred.

use super::{csdk, link};
use crate::fleet::setting::{Absent, Certainty, Setting};

const DOC: &str = "Vendor's configuration reference of EMS 5.4: ws_connection";
const DUTY: &str = "Vendor's configuration reference of EMS 5.4: duty_cycle";

/// The rows.
pub const EMS: &[Setting] = &[
    Setting { certainty: Certainty::Documented, source: DOC, ..csdk::MAX_CONNECT_DELAY },
    Setting { certainty: Certainty::Documented, source: DOC, ..csdk::CONNECT_TIMEOUT },
    Setting {
        absent: Absent::Number(-1.0),
        certainty: Certainty::Documented,
        source: DOC,
        effect: "When they are used up the gateway is stranded with everything behind it.",
        ..csdk::CONNECT_RETRIES
    },
    Setting {
        absent: Absent::Number(10_000.0),
        certainty: Certainty::Documented,
        source: DOC,
        ..csdk::CONNECT_RETRY_INTERVAL
    },
    Setting {
        source: "That the build works as documented; the EMS is built on the C SDK, of which 2.2.1 on Linux does not",
        meaning: "How the C SDK inside this EMS draws its random delay.",
        ..csdk::DELAY_LAW
    },
    Setting {
        certainty: Certainty::Inferred,
        source: "The EMS is built on the C SDK, of which 2.2.1 was measured",
        ..link::TIMEOUT_LAW
    },
    Setting { certainty: Certainty::Documented, source: DOC, ..link::PING_RATE },
    Setting { key: "pingpong_timeout", certainty: Certainty::Documented, source: DOC, ..link::PONG_TIMEOUT },
    Setting { key: "msg_timeout", certainty: Certainty::Documented, source: DOC, ..link::MESSAGE_TIMEOUT },
    Setting {
        absent: Absent::Number(100.0),
        needs: Some("duty_cycle/on_pct"),
        certainty: Certainty::Documented,
        source: DUTY,
        effect: "Below 100 % gateways drop and sign in again in every cycle, outage or not.",
        ..link::DUTY_ON
    },
    Setting {
        absent: Absent::Number(60_000.0),
        needs: Some("duty_cycle/on_pct"),
        certainty: Certainty::Documented,
        source: DUTY,
        effect: "Without effect while the connected part is 100 %.",
        ..link::DUTY_PERIOD
    },
];
