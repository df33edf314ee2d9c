//! Connection Servers of a cluster.

use crate::fleet::setting::{Absent, Certainty, Setting, Unit};
use crate::fleet::settings::platform::ON_OFF;

/// The rows.
pub const CONNECTION_SERVER: &[Setting] = &[
    Setting {
        key: "devices",
        label: "Devices",
        unit: Unit::Count("devices"),
        range: (1.0, 100_000_000.0),
        absent: Absent::Number(100_000.0),
        certainty: Certainty::Documented,
        source: "Vendor's sizing: one Connection Server for each 100 000 things",
        meaning: "Most devices that it holds.",
        effect: "Attempts beyond it are refused.",
        ..Setting::BLANK
    },
    Setting {
        key: "io_threads",
        label: "Threads",
        unit: Unit::Count("threads"),
        range: (1.0, 10_000.0),
        absent: Absent::Number(8.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of iothread.count",
        meaning: "Upgrades that it works on at the same time.",
        effect: "Upgrades per second are threads divided by the time of one.",
        ..Setting::BLANK
    },
    Setting {
        key: "authentication_ms",
        label: "Gives up an authentication after",
        unit: Unit::Milliseconds,
        range: (1.0, 3_600_000.0),
        absent: Absent::Number(10000.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of authentication.timeout-ms",
        meaning: "Longest time that a sign-in may wait for Foundation.",
        effect: "Ends the wait in the accept queue.",
        ..Setting::BLANK
    },
    Setting {
        key: "open_files",
        label: "Open files of the service",
        unit: Unit::Count("files"),
        range: (1.0, 1_000_000_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The limit of the service: ulimit -n, LimitNOFILE",
        meaning: "Most files that it may have open, where it is smaller than its machine's.",
        effect: "Limits the devices that it holds.",
        ..Setting::BLANK
    },
    Setting {
        key: "checks_host_names",
        label: "Checks host names",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("off"),
        certainty: Certainty::Documented,
        source: "Vendor's help: with host name validation the platform's certificate needs its address",
        meaning: "Whether it checks that the platform's certificate names the platform.",
        effect: "Used by rule T046 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "data_ordering",
        label: "Data ordering",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("off"),
        certainty: Certainty::Documented,
        source: "Connection Server 9.3 and later: cx-server.data-ordering",
        meaning: "Whether data of a device keeps its order.",
        effect: "Used by rule T054 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "tls",
        label: "Encryption (TLS)",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("on"),
        certainty: Certainty::Documented,
        source: "Vendor's default",
        meaning: "Whether it speaks TLS.",
        effect: "Used by rule T060 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "certificate_expires",
        label: "Certificate ends",
        unit: Unit::Moment,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The certificate itself",
        meaning: "When the certificate is no longer valid.",
        effect: "Used by rule T047 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_cores",
        label: "Cores taken",
        unit: Unit::Count("cores"),
        range: (0.0, 1_024.0),
        whole: false,
        absent: Absent::Number(2.0),
        certainty: Certainty::Assumed,
        source: "A usual share beside other components: measure yours",
        meaning: "Cores that the Connection Server needs on its machine.",
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
        meaning: "Memory that the Connection Server needs on its machine.",
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
        meaning: "Open files that the Connection Server needs beside the connections of devices.",
        effect: "Taken from the open files of the machine before devices are counted.",
        ..Setting::BLANK
    },
];
