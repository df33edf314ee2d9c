//! The database and the shared file storage.

use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};

/// Databases that the platform can use.
pub const DATABASE_PRODUCTS: &[Choice] = &[
    Choice { value: "postgresql", label: "PostgreSQL", meaning: "PostgreSQL." },
    Choice { value: "sql-server", label: "SQL Server", meaning: "Microsoft SQL Server." },
    Choice { value: "influxdb", label: "InfluxDB", meaning: "InfluxDB, for values only, beside another." },
    Choice { value: "h2", label: "H2", meaning: "The built-in database of trials." },
];

/// Whether a database server works or waits.
pub const DATABASE_ROLES: &[Choice] = &[
    Choice { value: "primary", label: "Primary", meaning: "It answers." },
    Choice { value: "standby", label: "Standby", meaning: "It takes over when the primary fails." },
];

/// How a standby takes over.
pub const FAILOVERS: &[Choice] = &[
    Choice { value: "none", label: "None", meaning: "Nobody takes over." },
    Choice { value: "patroni", label: "Patroni", meaning: "30 s to 45 s." },
    Choice { value: "pgpool", label: "Pgpool-II", meaning: "With a watchdog; about a minute." },
    Choice { value: "rds-multi-az", label: "RDS Multi-AZ", meaning: "60 s to 120 s." },
    Choice { value: "always-on", label: "SQL Server availability group", meaning: "About half a minute." },
    Choice { value: "manual", label: "By hand", meaning: "As long as people take." },
];

/// The rows of a database server.
pub const DATABASE: &[Setting] = &[
    Setting {
        key: "product",
        label: "Product",
        unit: Unit::Choice(DATABASE_PRODUCTS),
        absent: Absent::Word("postgresql"),
        certainty: Certainty::Assumed,
        source: "The database of most of the vendor's samples",
        meaning: "What it is.",
        effect: "Shown only.",
        ..Setting::BLANK
    },
    Setting {
        key: "role",
        label: "Role",
        unit: Unit::Choice(DATABASE_ROLES),
        absent: Absent::Word("primary"),
        certainty: Certainty::Documented,
        source: "What you know of your own deployment",
        meaning: "Whether it works or stands by.",
        effect: "A standby adds no capacity.",
        ..Setting::BLANK
    },
    Setting {
        key: "failover",
        label: "Failover",
        unit: Unit::Choice(FAILOVERS),
        absent: Absent::Word("none"),
        certainty: Certainty::Documented,
        source: "Vendor's deployment guide: Pgpool-II or a SQL Server cluster; clouds have their own",
        meaning: "How a standby takes over.",
        effect: "Used by rules T041 and T045 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "failover_s",
        label: "Failover takes",
        unit: Unit::Seconds,
        range: (0.0, 86_400.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Public figures: Patroni 30 s to 45 s, RDS Multi-AZ 60 s to 120 s",
        meaning: "Time until the database answers again; the usual one of the kind of failover where it is not given.",
        effect: "Used by rule T041 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "writes_per_s",
        label: "Values written",
        unit: Unit::PerSecond,
        range: (1.0, 1e9),
        absent: Absent::Number(10000.0),
        certainty: Certainty::Assumed,
        source: "The order of size in the vendor's sizing examples (6 667 and 11 334): measure yours",
        meaning: "Property values that it writes in a second.",
        effect: "The smaller of this and all Foundation servers together limits the writes.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_cores",
        label: "Cores taken",
        unit: Unit::Count("cores"),
        range: (0.0, 1_024.0),
        whole: false,
        absent: Absent::Number(4.0),
        certainty: Certainty::Assumed,
        source: "A usual share beside other components: measure yours",
        meaning: "Cores that the database needs on its machine.",
        effect: "Taken from the cores that Foundation on the same machine has for sign-ins and writes.",
        ..Setting::BLANK
    },
    Setting {
        key: "takes_gib",
        label: "Memory taken",
        unit: Unit::Count("GiB"),
        range: (0.0, 4_096.0),
        whole: false,
        absent: Absent::Number(8.0),
        certainty: Certainty::Assumed,
        source: "A usual size: look at your own processes",
        meaning: "Memory that the database needs on its machine.",
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
        meaning: "Open files that the database needs beside the connections of devices.",
        effect: "Taken from the open files of the machine before devices are counted.",
        ..Setting::BLANK
    },
];

/// Who can write to a file storage.
pub const ACCESS: &[Choice] = &[
    Choice {
        value: "shared",
        label: "Shared",
        meaning: "Every server of the cluster reads and writes (ReadWriteMany, NFS).",
    },
    Choice { value: "single", label: "Single", meaning: "Only one machine at a time (ReadWriteOnce)." },
    Choice { value: "local", label: "Local", meaning: "A disk of one machine." },
];

/// The rows of a file storage.
pub const FILE_STORAGE: &[Setting] = &[
    Setting {
        key: "access",
        label: "Access",
        unit: Unit::Choice(ACCESS),
        absent: Absent::Word("shared"),
        certainty: Certainty::Documented,
        source: "Vendor's help: a file system that all platform servers reach",
        meaning: "Who can write to it.",
        effect: "Used by rule T038 only.",
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
        meaning: "Cores that the file storage needs on its machine.",
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
        meaning: "Memory that the file storage needs on its machine.",
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
        meaning: "Open files that the file storage needs beside the connections of devices.",
        effect: "Taken from the open files of the machine before devices are counted.",
        ..Setting::BLANK
    },
];
