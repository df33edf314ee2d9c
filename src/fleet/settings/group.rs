//! Inputs that every group of devices has, whatever its agents are.

use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};

const MEASURED: &str = "Measured with C SDK 2.2.1: about 39 bytes for one stored value";

/// The words for agent kinds.
pub const KINDS: &[Choice] = &[
    Choice {
        value: "example-agent",
        label: "ExampleAgent",
        meaning: "The vendor's sample application: a connection manager waits a random time before every attempt.",
    },
    Choice {
        value: "c-sdk",
        label: "C SDK",
        meaning: "An application on the C SDK that leaves reconnecting to the SDK.",
    },
];

/// The rows.
pub const GROUP: &[Setting] = &[
    Setting {
        key: "agent",
        label: "Agent kind",
        unit: Unit::Choice(KINDS),
        absent: Absent::Required,
        certainty: Certainty::Documented,
        source: "Your fleet",
        meaning: "Software that reconnects the devices of this group.",
        effect: "Decides how attempts are spread and whether devices can be stranded.",
        ..Setting::BLANK
    },
    Setting {
        key: "devices",
        label: "Devices",
        unit: Unit::Count("devices"),
        range: (1.0, 10_000_000.0),
        absent: Absent::Required,
        certainty: Certainty::Documented,
        source: "Your fleet",
        meaning: "Number of devices in this group.",
        effect: "Each one loses its connection in the outage and has to come back.",
        ..Setting::BLANK
    },
    Setting {
        key: "telemetry/properties",
        label: "Properties per device",
        unit: Unit::Count("properties"),
        range: (0.0, 1_000_000.0),
        absent: Absent::Number(0.0),
        certainty: Certainty::Documented,
        source: "Your fleet",
        meaning: "Number of property values that a device records in each interval.",
        effect: "Decides how much a device has to store while it is away.",
        ..Setting::BLANK
    },
    Setting {
        key: "telemetry/interval_s",
        label: "Recording interval",
        unit: Unit::Seconds,
        range: (0.001, 31_536_000.0),
        whole: false,
        absent: Absent::Number(300.0),
        certainty: Certainty::Assumed,
        source: "Interval of the vendor's published sizing example",
        meaning: "Time between two recordings of a device.",
        effect: "Decides how much a device has to store while it is away.",
        ..Setting::BLANK
    },
    Setting {
        key: "offline_store/limit_bytes",
        label: "Offline store",
        unit: Unit::Bytes,
        range: (0.0, 1e12),
        absent: Absent::Number(16_384.0),
        certainty: Certainty::Measured,
        source: "C SDK 2.2.1: subscribed_props_queue_size, in bytes",
        meaning: "Room for values that a device keeps while it is away; the newest are dropped when it is full.",
        effect: "Values beyond it are counted as lost in the device store.",
        ..Setting::BLANK
    },
    Setting {
        key: "offline_store/value_bytes",
        label: "Size of one stored value",
        unit: Unit::Bytes,
        range: (1.0, 1e9),
        absent: Absent::Number(39.0),
        certainty: Certainty::Measured,
        source: MEASURED,
        meaning: "Bytes that one stored value takes.",
        effect: "Decides how many values fit into the offline store.",
        ..Setting::BLANK
    },
];
