//! Where values are written, and what happens when overload takes the platform down again.

use crate::fleet::setting::{Absent, Certainty, Setting, Unit};

/// The rows of the write queue.
pub const WRITES: &[Setting] = &[
    Setting {
        key: "writes_per_s",
        label: "Values written",
        unit: Unit::PerSecond,
        range: (1.0, 1e9),
        absent: Absent::Number(10_000.0),
        slider: Some((100.0, 100_000.0)),
        certainty: Certainty::Assumed,
        source: "The order of size in the vendor's sizing examples (6 667 and 11 334): measure yours",
        meaning: "Property values that the platform writes in a second.",
        effect: "What ordinary values leave over works off the values that devices have stored.",
        ..Setting::BLANK
    },
    Setting {
        key: "queue",
        label: "Values that can wait",
        unit: Unit::Count("values"),
        range: (0.0, 1e12),
        absent: Absent::Number(250_000.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of the stream queue; later items are rejected",
        meaning: "Values that can wait to be written.",
        effect: "Values beyond it are rejected and lost.",
        ..Setting::BLANK
    },
    Setting {
        key: "event_cost",
        label: "Cost of an event",
        unit: Unit::Count("×"),
        range: (0.0, 1_000.0),
        whole: false,
        absent: Absent::Number(1.0),
        certainty: Certainty::Assumed,
        source: "Nothing is published: an event is taken for one value until measured",
        meaning: "Work of one event, as a multiple of that of one property value.",
        effect: "Events of the devices use up writes.",
        ..Setting::BLANK
    },
    Setting {
        key: "service_cost",
        label: "Cost of a service call",
        unit: Unit::Count("×"),
        range: (0.0, 1_000.0),
        whole: false,
        absent: Absent::Number(1.0),
        certainty: Certainty::Assumed,
        source: "Nothing is published: a call is taken for one value until measured",
        meaning: "Work of one service call, as a multiple of that of one property value.",
        effect: "Service calls of the devices use up writes.",
        ..Setting::BLANK
    },
];

/// The rows of the breaking point.
pub const BREAKING_POINT: &[Setting] = &[
    Setting {
        key: "values",
        label: "Breaks at waiting values",
        unit: Unit::Count("values"),
        range: (1.0, 1e12),
        absent: Absent::Nothing,
        certainty: Certainty::Assumed,
        source: "Your memory and queues: no vendor publishes it",
        meaning: "Values waiting to be written at which the platform goes down again.",
        effect: "A second outage begins, and everybody has to come back once more.",
        ..Setting::BLANK
    },
    Setting {
        key: "waiting_sign_ins",
        label: "Breaks at waiting sign-ins",
        unit: Unit::Count("sign-ins"),
        range: (1.0, 10_000_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Assumed,
        source: "Your memory and threads: no vendor publishes it",
        meaning: "Sign-ins waiting in the accept queue at which the platform goes down again.",
        effect: "A second outage begins, and everybody has to come back once more.",
        ..Setting::BLANK
    },
    Setting {
        key: "down_s",
        label: "Then down for",
        unit: Unit::Seconds,
        range: (1.0, 2_592_000.0),
        whole: false,
        absent: Absent::Number(180.0),
        certainty: Certainty::Inferred,
        source: "Public container deployment: 2 to 5 min until a restarted server takes traffic",
        meaning: "Time until the platform can be reached again after it broke.",
        effect: "Length of the second outage.",
        ..Setting::BLANK
    },
];
