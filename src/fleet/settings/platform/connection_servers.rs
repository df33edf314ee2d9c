//! Connection Servers: they hold the devices' connections and answer the upgrade.

use super::{PURGES, SERVICE_LAWS, WHEN_FULL};
use crate::fleet::setting::{Absent, Certainty, Setting, Unit};

const UPGRADES: &str = "An upgrade without TLS has not been published: measure yours";

/// The rows.
pub const CONNECTION_SERVERS: &[Setting] = &[
    Setting {
        key: "servers",
        label: "Connection Servers",
        unit: Unit::Count("servers"),
        range: (1.0, 1_000.0),
        absent: Absent::Number(2.0),
        slider: Some((1.0, 16.0)),
        certainty: Certainty::Documented,
        source: "Vendor's advice: at least two behind a load balancer, one for each 100 000 things and one more",
        meaning: "Number of Connection Servers.",
        effect: "Multiplies workers, queue and connections of one server.",
        ..Setting::BLANK
    },
    Setting {
        key: "workers",
        label: "Workers of one server",
        unit: Unit::Count("workers"),
        range: (1.0, 10_000.0),
        absent: Absent::Number(8.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of iothread.count",
        meaning: "Upgrades that one Connection Server works on at the same time.",
        effect: "Upgrades per second are servers times workers divided by the time of one.",
        ..Setting::BLANK
    },
    Setting {
        key: "service_time_ms",
        label: "Time of one upgrade",
        unit: Unit::Milliseconds,
        range: (0.001, 3_600_000.0),
        whole: false,
        absent: Absent::Number(2.0),
        certainty: Certainty::Assumed,
        source: UPGRADES,
        meaning: "Mean time that one worker needs to answer the upgrade of a device.",
        effect: "Upgrades per second are servers times workers divided by this time.",
        ..Setting::BLANK
    },
    Setting {
        key: "service_law",
        label: "Spread of the upgrade time",
        unit: Unit::Choice(SERVICE_LAWS),
        absent: Absent::Word("fixed"),
        certainty: Certainty::Assumed,
        source: UPGRADES,
        meaning: "How the time of one upgrade varies.",
        effect: "Varying times make queues longer at the same load.",
        ..Setting::BLANK
    },
    Setting {
        key: "queue",
        label: "Queue of one server",
        unit: Unit::Count("attempts"),
        range: (0.0, 10_000_000.0),
        absent: Absent::Number(4_096.0),
        certainty: Certainty::Measured,
        source: "Linux default of net.core.somaxconn",
        meaning: "Attempts that can wait at one server for their upgrade.",
        effect: "Attempts beyond it are refused, or their SYN is dropped.",
        ..Setting::BLANK
    },
    Setting {
        key: "when_full",
        label: "When that queue is full",
        unit: Unit::Choice(WHEN_FULL),
        absent: Absent::Word("refuse"),
        certainty: Certainty::Measured,
        source: "Linux: a full accept queue drops the SYN; a proxy in front refuses",
        meaning: "What an attempt meets that finds the queue full.",
        effect: "A dropped SYN bunches devices again at 1, 3 and 7 s; not behind a load balancer, which has its own.",
        ..Setting::BLANK
    },
    Setting {
        key: "upgrade_timeout_ms",
        label: "Gives up an upgrade after",
        unit: Unit::Milliseconds,
        range: (1.0, 3_600_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Assumed,
        source: "Not published: leave it out unless you know yours",
        meaning: "Longest time an attempt may wait for its upgrade before the server closes it.",
        effect: "Attempts closed in the queue cost no work.",
        ..Setting::BLANK
    },
    Setting {
        key: "authentication_timeout_ms",
        label: "Gives up an authentication after",
        unit: Unit::Milliseconds,
        range: (1.0, 3_600_000.0),
        absent: Absent::Number(10_000.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of authentication.timeout-ms",
        meaning: "Longest time that a device's sign-in may wait for Foundation before the server closes it.",
        effect: "The shorter of this and the platform's own timeout ends the wait in the accept queue.",
        ..Setting::BLANK
    },
    Setting {
        key: "purges_abandoned",
        label: "Drops abandoned upgrades",
        unit: Unit::Choice(PURGES),
        absent: Absent::Word("never"),
        certainty: Certainty::Assumed,
        source: UPGRADES,
        meaning: "Which upgrades are dropped before any work when their turn comes.",
        effect: "A server that drops none works for devices that are gone when overloaded.",
        ..Setting::BLANK
    },
    Setting {
        key: "devices_per_server",
        label: "Devices on one server",
        unit: Unit::Count("devices"),
        range: (1.0, 100_000_000.0),
        absent: Absent::Number(100_000.0),
        certainty: Certainty::Documented,
        source: "Vendor's sizing: one Connection Server for each 100 000 things",
        meaning: "Most devices that one Connection Server holds.",
        effect: "Attempts beyond it are refused.",
        ..Setting::BLANK
    },
    Setting {
        key: "file_descriptors",
        label: "File descriptors of one server",
        unit: Unit::Count("files"),
        range: (1.0, 1_000_000_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The limit of open files on your servers; each connection needs one",
        meaning: "Most files and connections that one Connection Server may have open.",
        effect: "The smaller of this and the devices on one server is the limit.",
        ..Setting::BLANK
    },
];
