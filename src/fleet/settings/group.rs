//! Inputs that every group of devices has, whatever its agents are.

use crate::fleet::setting::{Absent, Certainty, Choice, GIVES_DEFAULTS, Setting, Unit};

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
    Choice {
        value: "ems",
        label: "EMS",
        meaning: "The vendor's gateway program above the C SDK; tries for ever by default.",
    },
    Choice {
        value: "java-sdk",
        label: "Java SDK",
        meaning: "Waits a fixed interval before every attempt, for ever; nothing spreads it.",
    },
    Choice {
        value: "dotnet-sdk",
        label: ".NET SDK",
        meaning: "Does not connect again by itself unless AutoReconnect is switched on.",
    },
    Choice {
        value: "generic",
        label: "Generic agent",
        meaning: "Any other WebSocket or MQTT agent that backs off, also for what-if policies.",
    },
];

const TLS: &[Choice] = &[
    Choice { value: "on", label: "TLS", meaning: "Encrypted: the end of a connection is noticed at once." },
    Choice {
        value: "off",
        label: "Plain",
        meaning: "Not encrypted: an orderly end is noticed at the next ping only.",
    },
];

/// When stored data is sent.
pub const FLUSHES: &[Choice] = &[
    Choice {
        value: "before-bind",
        label: "Before bind",
        meaning: "Offline message store: all messages in one burst after authentication, before bind.",
    },
    Choice {
        value: "after-bind",
        label: "After bind",
        meaning: "Subscribed properties: one large update after bind.",
    },
];

const RESENDS: &[Choice] = &[
    Choice { value: "off", label: "No", meaning: "A request that was not answered in time is lost." },
    Choice {
        value: "on",
        label: "Yes",
        meaning: "A request that was not answered in time is stored and sent again.",
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
        settled: Some(GIVES_DEFAULTS),
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
        settled: Some(
            "Shares of the fleet are counted in devices, and agent files are written for each: the list of devices tells the number.",
        ),
        meaning: "Number of devices in this group.",
        effect: "Each one loses its connection in the outage and has to come back.",
        ..Setting::BLANK
    },
    Setting {
        key: "tls",
        label: "Connection",
        unit: Unit::Choice(TLS),
        absent: Absent::Word("on"),
        certainty: Certainty::Assumed,
        source: "That a fleet in production is encrypted",
        meaning: "Whether the devices connect over TLS.",
        effect: "Costs the platform a handshake per attempt; without it some losses are noticed late.",
        ..Setting::BLANK
    },
    Setting {
        key: "local_trouble/drops_per_day",
        label: "Local losses of a device per day",
        unit: Unit::Count("losses per day"),
        range: (0.0, 1_000.0),
        whole: false,
        absent: Absent::Number(0.0),
        needs: Some("local_trouble/drops_per_day"),
        certainty: Certainty::Assumed,
        source: "None until you count yours",
        meaning: "How often a single device loses its connection in a day without any outage.",
        effect: "A steady trickle of sign-ins beside those of the outage.",
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
        key: "telemetry/events",
        label: "Events per device",
        unit: Unit::Count("events"),
        range: (0.0, 1_000_000.0),
        absent: Absent::Number(0.0),
        certainty: Certainty::Documented,
        source: "Your fleet",
        meaning: "Number of events that a device fires in each recording interval.",
        effect: "Each costs the platform writes, beside those of the properties.",
        ..Setting::BLANK
    },
    Setting {
        key: "telemetry/services",
        label: "Service calls per device",
        unit: Unit::Count("calls"),
        range: (0.0, 1_000_000.0),
        absent: Absent::Number(0.0),
        certainty: Certainty::Documented,
        source: "Your fleet",
        meaning: "Number of services that a device calls in each recording interval.",
        effect: "Each costs the platform writes, beside those of the properties.",
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
    Setting {
        key: "offline_store/flush",
        label: "Stored data is sent",
        unit: Unit::Choice(FLUSHES),
        absent: Absent::Word("after-bind"),
        certainty: Certainty::Measured,
        source: "C SDK 2.2.1: subscribed properties are sent in one update per thing after bind",
        meaning: "When a device that is back sends what it has stored.",
        effect: "Before bind, the burst stands in the way of the sign-in itself.",
        ..Setting::BLANK
    },
    Setting {
        key: "offline_store/resends",
        label: "Sends unanswered requests again",
        unit: Unit::Choice(RESENDS),
        absent: Absent::Word("off"),
        needs: Some("offline_store/resends"),
        certainty: Certainty::Measured,
        source: "C SDK 2.2.1: off unless the offline message store is compiled in",
        meaning: "Whether requests that time out are stored and sent again.",
        effect: "Doubles the load exactly when the platform is slow.",
        ..Setting::BLANK
    },
];
