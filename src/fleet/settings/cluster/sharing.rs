//! What sets clusters apart that share components, and how the servers of a cluster watch each other.

use crate::fleet::setting::{Absent, Certainty, Setting, Unit};
use crate::fleet::settings::platform::ON_OFF;

/// The rows about what clusters share.
pub const SHARING: &[Setting] = &[
    Setting {
        key: "zookeeper_namespace",
        label: "ZKNamespace",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "platform-settings.json: ZKNamespace; required where ZooKeeper is shared",
        meaning: "Name space of the cluster in ZooKeeper.",
        effect: "Used by rules T031 and T032 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "ignite_path",
        label: "Base path of Ignite",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Vendor's help on a central ZooKeeper: basePath",
        meaning: "Path of Ignite in ZooKeeper.",
        effect: "Used by rule T031 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "connection_path",
        label: "Base path of Connection Servers",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Vendor's help on a central ZooKeeper: the name space and /services",
        meaning: "Path under which Connection Servers look for platforms.",
        effect: "Used by rules T031 and T032 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "zookeeper_auth",
        label: "ZooKeeper authenticates",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("off"),
        certainty: Certainty::Documented,
        source: "Container packaging: ZK_SASL_ENABLED false",
        meaning: "Whether ZooKeeper asks its clients who they are.",
        effect: "Used by rule T033 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "database_schema",
        label: "Database schema",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The vendor's article: a unique schema for each cluster",
        meaning: "Schema of the cluster in the database.",
        effect: "Used by rule T034 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "database_user",
        label: "Database credentials",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The vendor's article: separate credentials; a name or reference, never the secret itself",
        meaning: "Which credentials the cluster uses for the database.",
        effect: "Used by rule T035 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "database_isolation",
        label: "Database isolates clusters",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The vendor's article: isolation at the level of the database",
        meaning: "Whether the database keeps the cluster's data from other clusters.",
        effect: "Used by rule T035 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "file_root",
        label: "Repository root",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "platform-settings.json: the file repository root",
        meaning: "Where the cluster keeps its repositories.",
        effect: "Used by rule T036 only.",
        ..Setting::BLANK
    },
];

/// The rows about how servers watch each other.
pub const SYNC: &[Setting] = &[
    Setting {
        key: "sync_interval_ms",
        label: "ModelSyncPollInterval",
        unit: Unit::Milliseconds,
        range: (1.0, 600_000.0),
        absent: Absent::Number(100.0),
        certainty: Certainty::Documented,
        source: "platform-settings.json: 100",
        meaning: "Time between two looks at changes of the model.",
        effect: "Used by rules T041 and T042 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "max_database_errors",
        label: "ModelSyncMaxDBUnavailableErrors",
        unit: Unit::Count("errors"),
        range: (1.0, 10_000_000.0),
        absent: Absent::Number(10.0),
        certainty: Certainty::Documented,
        source: "platform-settings.json: 10",
        meaning: "Failed looks in a row after which a server shuts itself down because of the database.",
        effect: "Used by rule T041 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "max_cache_errors",
        label: "ModelSyncMaxCacheUnavailableErrors",
        unit: Unit::Count("errors"),
        range: (1.0, 10_000_000.0),
        absent: Absent::Number(10.0),
        certainty: Certainty::Documented,
        source: "platform-settings.json: 10",
        meaning: "Failed looks in a row after which a server shuts itself down because of Ignite.",
        effect: "Used by rule T042 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "session_timeout_ms",
        label: "CoordinatorSessionTimeout",
        unit: Unit::Milliseconds,
        range: (1.0, 3_600_000.0),
        absent: Absent::Number(90000.0),
        certainty: Certainty::Documented,
        source: "platform-settings.json: 90000",
        meaning: "Session with ZooKeeper after which a silent server counts as gone.",
        effect: "Used by rule T043 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "ignite_backups",
        label: "Backups of Ignite",
        unit: Unit::Count("copies"),
        range: (0.0, 100.0),
        absent: Absent::Number(1.0),
        certainty: Certainty::Assumed,
        source: "One copy more is what the vendor's cluster guide assumes: look at yours",
        meaning: "Further copies that Ignite keeps of every entry.",
        effect: "Used by rule T008 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "ignite_detection_ms",
        label: "Failure detection of Ignite",
        unit: Unit::Milliseconds,
        range: (1.0, 600_000.0),
        absent: Absent::Number(10000.0),
        certainty: Certainty::Documented,
        source: "Ignite: failureDetectionTimeout 10000",
        meaning: "Time after which a silent Ignite node counts as gone, for each of its addresses.",
        effect: "Used by rule T042 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "ignite_addresses",
        label: "Addresses of an Ignite node",
        unit: Unit::Count("addresses"),
        range: (1.0, 100.0),
        absent: Absent::Number(1.0),
        certainty: Certainty::Documented,
        source: "Ignite tries every address of a node in turn",
        meaning: "Addresses of one Ignite node.",
        effect: "Used by rule T042 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "gc_pause_s",
        label: "Longest pause of a JVM",
        unit: Unit::Seconds,
        range: (0.0, 3_600.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Measured,
        source: "Your garbage collection logs; a public report tells of 40 s to 70 s",
        meaning: "Longest time that garbage collection stops an Ignite node.",
        effect: "Used by rule T042 only.",
        ..Setting::BLANK
    },
];
