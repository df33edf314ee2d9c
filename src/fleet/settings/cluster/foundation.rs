//! Foundation servers in their web containers.

use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};
use crate::fleet::settings::platform::ON_OFF;

/// Whether a server of a pair works or waits.
pub const ROLES: &[Choice] = &[
    Choice { value: "active", label: "Active", meaning: "It takes devices." },
    Choice { value: "standby", label: "Standby", meaning: "It waits until the active one fails." },
];

/// Where the shared memory of a server is.
pub const IGNITES: &[Choice] = &[
    Choice {
        value: "embedded",
        label: "Embedded",
        meaning: "Ignite runs in the server's own JVM and takes of its memory.",
    },
    Choice { value: "standalone", label: "Standalone", meaning: "Ignite runs as servers of its own." },
];

/// The rows.
pub const FOUNDATION: &[Setting] = &[
    Setting {
        key: "role",
        label: "Role",
        unit: Unit::Choice(ROLES),
        absent: Absent::Word("active"),
        certainty: Certainty::Documented,
        source: "Vendor's help on active-passive clusters",
        meaning: "Whether the server works or stands by.",
        effect: "A standby server adds no capacity until it takes over.",
        ..Setting::BLANK
    },
    Setting {
        key: "platform_id",
        label: "PlatformId",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "platform-settings.json: PlatformId, unique, letters and digits, at most 32",
        meaning: "Name of the server in its cluster.",
        effect: "Used by rule T044 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "ignite",
        label: "Ignite",
        unit: Unit::Choice(IGNITES),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The layouts of the vendor's article: embedded or standalone",
        meaning: "Where the server's shared memory is; standalone where the cluster has Ignite servers, else embedded.",
        effect: "Embedded Ignite takes memory that the server needs.",
        ..Setting::BLANK
    },
    Setting {
        key: "heap_gib",
        label: "Heap",
        unit: Unit::Count("GiB"),
        range: (0.1, 4_096.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Vendor's tuning: initial and largest heap are 75 % of the memory",
        meaning: "Memory of the server's JVM; 75 % of what the machine has left where it is not given.",
        effect: "Used by the memory table and rule T006.",
        ..Setting::BLANK
    },
    Setting {
        key: "ignite_gib",
        label: "Heap of embedded Ignite",
        unit: Unit::Count("GiB"),
        range: (0.0, 4_096.0),
        whole: false,
        absent: Absent::Number(2.0),
        certainty: Certainty::Assumed,
        source: "Twice what a public operator gives a standalone node: look at yours",
        meaning: "Memory that embedded Ignite takes inside the JVM.",
        effect: "Used by the memory table and rule T006.",
        ..Setting::BLANK
    },
    Setting {
        key: "model_gib",
        label: "Heap for 100 000 things",
        unit: Unit::Count("GiB"),
        range: (0.0, 4_096.0),
        whole: false,
        absent: Absent::Number(5.0),
        certainty: Certainty::Documented,
        source: "Vendor's tuning: 5 GB is a good starting point for 100 000 things",
        meaning: "Memory that the model needs for each 100 000 things.",
        effect: "Used by the memory table and rule T006.",
        ..Setting::BLANK
    },
    Setting {
        key: "sign_ins_per_core_s",
        label: "Sign-ins of one core",
        unit: Unit::PerSecond,
        range: (0.001, 100_000.0),
        whole: false,
        absent: Absent::Number(12.5),
        certainty: Certainty::Assumed,
        source: "No vendor publishes it: 5 ms of work on 16 cores and 200 sign-ins/s of a medium node: measure yours",
        meaning: "Sign-ins that one core does in a second.",
        effect: "Sign-ins per second are cores times this.",
        ..Setting::BLANK
    },
    Setting {
        key: "sign_ins_per_s",
        label: "Sign-ins of the server",
        unit: Unit::PerSecond,
        range: (0.001, 1_000_000.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Measured,
        source: "Your own measurement of one server",
        meaning: "Sign-ins that the whole server does in a second, where you have measured it.",
        effect: "Takes the place of cores times sign-ins of one core.",
        ..Setting::BLANK
    },
    Setting {
        key: "writes_per_core_s",
        label: "Writes of one core",
        unit: Unit::PerSecond,
        range: (0.001, 1_000_000.0),
        whole: false,
        absent: Absent::Number(625.0),
        certainty: Certainty::Assumed,
        source: "The vendor's sizing example of 11 334 writes/s on a medium node, rounded down: measure yours",
        meaning: "Property values that one core passes on in a second.",
        effect: "The smaller of all servers together and the database limits the writes.",
        ..Setting::BLANK
    },
    Setting {
        key: "stream_queue",
        label: "Stream queue",
        unit: Unit::Count("values"),
        range: (0.0, 1e12),
        absent: Absent::Number(250_000.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of the stream queue; later items are rejected",
        meaning: "Values that can wait in the server for the database.",
        effect: "Room of all servers together; values beyond it are rejected.",
        ..Setting::BLANK
    },
    Setting {
        key: "message_store",
        label: "Message store",
        unit: Unit::Count("messages"),
        range: (0.0, 1e9),
        absent: Absent::Number(1000.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of the message store, 8.x",
        meaning: "Messages kept for federated servers that cannot be reached.",
        effect: "Used by rule T049 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "max_connections",
        label: "Tomcat connections",
        unit: Unit::Count("connections"),
        range: (1.0, 10_000_000.0),
        absent: Absent::Number(10000.0),
        certainty: Certainty::Documented,
        source: "Vendor's container image: TOMCAT_MAX_CONNECTIONS 10000",
        meaning: "Most connections that the web container holds.",
        effect: "Without Connection Servers the limit of the devices that this server holds.",
        ..Setting::BLANK
    },
    Setting {
        key: "max_threads",
        label: "Tomcat threads",
        unit: Unit::Count("threads"),
        range: (1.0, 100_000.0),
        absent: Absent::Number(200.0),
        certainty: Certainty::Documented,
        source: "Vendor's container image: TOMCAT_MAX_THREADS 200",
        meaning: "Requests that the web container works on at the same time.",
        effect: "No more sign-ins than this are worked on at the same time.",
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
        meaning: "Most files that the server may have open, where it is smaller than its machine's.",
        effect: "Limits the devices that it holds itself.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_files",
        label: "Files taken",
        unit: Unit::Count("files"),
        range: (0.0, 100_000_000.0),
        absent: Absent::Number(4000.0),
        certainty: Certainty::Assumed,
        source: "Libraries, logs and connections between servers: count yours",
        meaning: "Open files that the server needs beside the connections of devices.",
        effect: "Taken from the open files of the machine before devices are counted.",
        ..Setting::BLANK
    },
    Setting {
        key: "certificate_ip",
        label: "Certificate names the address",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Connection Servers find Foundation by the address in ZooKeeper",
        meaning: "Whether the server's certificate holds its IP address.",
        effect: "Used by rule T046 only.",
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
];
