//! Ignite and ZooKeeper: what a cluster shares in memory, and how its servers find each other.

use crate::fleet::setting::{Absent, Certainty, Setting, Unit};

/// The rows of a standalone Ignite server.
pub const IGNITE: &[Setting] = &[
    Setting {
        key: "takes_cores",
        label: "Cores taken",
        unit: Unit::Count("cores"),
        range: (0.0, 1_024.0),
        whole: false,
        absent: Absent::Number(2.0),
        certainty: Certainty::Assumed,
        source: "A usual share beside other components: measure yours",
        meaning: "Cores that the Ignite server needs on its machine.",
        effect: "Taken from the cores that Foundation on the same machine has for sign-ins and writes.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_gib",
        label: "Memory taken",
        unit: Unit::Count("GiB"),
        range: (0.0, 4_096.0),
        whole: false,
        absent: Absent::Number(4.0),
        certainty: Certainty::Assumed,
        source: "A usual size: look at your own processes",
        meaning: "Memory that the Ignite server needs on its machine.",
        effect: "Taken from the memory that Foundation on the same machine has.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_files",
        label: "Files taken",
        unit: Unit::Count("files"),
        range: (0.0, 100_000_000.0),
        absent: Absent::Number(1000.0),
        certainty: Certainty::Assumed,
        source: "Libraries, logs and connections between servers: count yours",
        meaning: "Open files that the Ignite server needs beside the connections of devices.",
        effect: "Taken from the open files of the machine before devices are counted.",
        ..Setting::BLANK
    },
];

/// The rows of a ZooKeeper server.
pub const ZOOKEEPER: &[Setting] = &[
    Setting {
        key: "tick_ms",
        label: "tickTime",
        unit: Unit::Milliseconds,
        range: (1.0, 600_000.0),
        absent: Absent::Number(2000.0),
        certainty: Certainty::Documented,
        source: "ZooKeeper's sample configuration: tickTime 2000",
        meaning: "Length of one tick.",
        effect: "Used by rule T043 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "session_ticks",
        label: "Longest session",
        unit: Unit::Count("ticks"),
        range: (1.0, 1_000_000.0),
        absent: Absent::Number(20.0),
        certainty: Certainty::Documented,
        source: "ZooKeeper: the longest session timeout is 20 ticks unless maxSessionTimeout says otherwise",
        meaning: "Longest session that it grants.",
        effect: "Used by rule T043 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_cores",
        label: "Cores taken",
        unit: Unit::Count("cores"),
        range: (0.0, 1_024.0),
        whole: false,
        absent: Absent::Number(1.0),
        certainty: Certainty::Assumed,
        source: "A usual share beside other components: measure yours",
        meaning: "Cores that ZooKeeper needs on its machine.",
        effect: "Taken from the cores that Foundation on the same machine has for sign-ins and writes.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_gib",
        label: "Memory taken",
        unit: Unit::Count("GiB"),
        range: (0.0, 4_096.0),
        whole: false,
        absent: Absent::Number(1.0),
        certainty: Certainty::Assumed,
        source: "A usual size: look at your own processes",
        meaning: "Memory that ZooKeeper needs on its machine.",
        effect: "Taken from the memory that Foundation on the same machine has.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_files",
        label: "Files taken",
        unit: Unit::Count("files"),
        range: (0.0, 100_000_000.0),
        absent: Absent::Number(500.0),
        certainty: Certainty::Assumed,
        source: "Libraries, logs and connections between servers: count yours",
        meaning: "Open files that ZooKeeper needs beside the connections of devices.",
        effect: "Taken from the open files of the machine before devices are counted.",
        ..Setting::BLANK
    },
];
