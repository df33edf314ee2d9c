//! A cluster: how its servers work together, and who signs in to it.

use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};
use crate::fleet::settings::platform::ON_OFF;

/// How the servers of a cluster share the work.
pub const MODES: &[Choice] = &[
    Choice { value: "active-active", label: "Active-active", meaning: "All Foundation servers work." },
    Choice {
        value: "active-passive",
        label: "Active-passive",
        meaning: "One Foundation server works, the others stand by (8.x).",
    },
    Choice { value: "single", label: "Single server", meaning: "One Foundation server without a cluster." },
];

/// Whether the members of a pair work at the same time.
pub const PAIRS: &[Choice] = &[
    Choice {
        value: "active-passive",
        label: "One works",
        meaning: "One carries all connections, the other waits.",
    },
    Choice { value: "active-active", label: "All work", meaning: "Connections are shared out." },
];

/// Who wins when a device comes back.
pub const BIND_POLICIES: &[Choice] = &[
    Choice {
        value: "first-wins",
        label: "The first",
        meaning: "The old session keeps the device out until it is given up.",
    },
    Choice { value: "last-wins", label: "The last", meaning: "The new session takes over." },
];

/// Who shares an application key.
pub const KEY_SHARING: &[Choice] = &[
    Choice { value: "per-device", label: "One each", meaning: "Every device has its own." },
    Choice { value: "per-group", label: "One for a group", meaning: "Devices of a group share one." },
    Choice { value: "shared", label: "One for all", meaning: "All devices share one." },
];

/// What a key may do.
pub const RIGHTS: &[Choice] = &[
    Choice { value: "minimal", label: "Only what it must", meaning: "The rights that the vendor names." },
    Choice { value: "broad", label: "More than that", meaning: "Administrator or all things." },
];

/// What helps when the site is lost.
pub const RECOVERIES: &[Choice] = &[
    Choice { value: "elsewhere", label: "Something else", meaning: "Backups or a second site." },
    Choice {
        value: "cluster-only",
        label: "Only the cluster",
        meaning: "Nothing beside the cluster itself.",
    },
];

/// How an upgrade is done.
pub const UPGRADES: &[Choice] = &[
    Choice { value: "full", label: "All at once", meaning: "The whole cluster stops." },
    Choice { value: "rolling", label: "One by one", meaning: "Servers are replaced one after another." },
];

/// The rows about who signs in and how.
pub const WORK: &[Setting] = &[
    Setting {
        key: "mode",
        label: "Mode",
        unit: Unit::Choice(MODES),
        absent: Absent::Word("active-active"),
        certainty: Certainty::Documented,
        source: "Vendor's help on high availability",
        meaning: "How its Foundation servers share the work.",
        effect: "In active-passive mode one server works; a single server needs no cluster.",
        ..Setting::BLANK
    },
    Setting {
        key: "groups",
        label: "Groups",
        unit: Unit::Groups,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "What you know of your own deployment",
        meaning: "Groups of devices that sign in to this cluster; all where it is not said.",
        effect: "Decides which groups meet which cluster.",
        ..Setting::BLANK
    },
    Setting {
        key: "version",
        label: "Platform version",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "What is installed",
        meaning: "Version of the platform, for example 9.7; that of the project where it is not given.",
        effect: "Used by rule T048 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "apps",
        label: "Has ThingWorx Apps",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("off"),
        certainty: Certainty::Documented,
        source: "Vendor's help on Apps: embedded Ignite",
        meaning: "Whether ThingWorx Apps run on it.",
        effect: "Used by rule T007 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "balancers",
        label: "Load balancers",
        unit: Unit::Choice(PAIRS),
        absent: Absent::Word("active-passive"),
        certainty: Certainty::Assumed,
        source: "Pairs with VRRP have one active member",
        meaning: "Whether all load balancers work at the same time.",
        effect: "In active-passive mode one of them carries all connections.",
        ..Setting::BLANK
    },
    Setting {
        key: "devices_per_address",
        label: "Devices behind one address",
        unit: Unit::Count("devices"),
        range: (1.0, 10_000_000.0),
        absent: Absent::Number(1.0),
        certainty: Certainty::Documented,
        source: "Your sites: gateways and address translation",
        meaning: "Most devices that reach the load balancer from one public address.",
        effect: "Used by rule T026 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "bind_policy",
        label: "Second session of a device",
        unit: Unit::Choice(BIND_POLICIES),
        absent: Absent::Word("first-wins"),
        certainty: Certainty::Documented,
        source: "Vendor's default: first in wins",
        meaning: "Who wins when a device comes back while its old session is believed alive.",
        effect: "Where the first wins, devices that come back too early are rejected.",
        ..Setting::BLANK
    },
    Setting {
        key: "idle_timeout_s",
        label: "Idle timeout",
        unit: Unit::Seconds,
        range: (1.0, 604_800.0),
        whole: false,
        absent: Absent::Number(60.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of the WebSocket subsystem",
        meaning: "Time without a message after which a session is given up.",
        effect: "Longest time that an old session blocks its device.",
        ..Setting::BLANK
    },
    Setting {
        key: "authentication_s",
        label: "Waits for authentication",
        unit: Unit::Seconds,
        range: (1.0, 3_600.0),
        whole: false,
        absent: Absent::Number(15.0),
        certainty: Certainty::Documented,
        source: "Vendor's default of the WebSocket subsystem",
        meaning: "Time after which a connection that has not signed in is closed.",
        effect: "Ends the wait in the accept queue.",
        ..Setting::BLANK
    },
    Setting {
        key: "application_key",
        label: "Application key",
        unit: Unit::Choice(KEY_SHARING),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "What you know of your own deployment",
        meaning: "Who shares an application key.",
        effect: "Used by rule T059 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "connection_key",
        label: "Rights of the Connection Servers' key",
        unit: Unit::Choice(RIGHTS),
        absent: Absent::Word("minimal"),
        certainty: Certainty::Documented,
        source: "Vendor's help: minimal permissions for the key of the Connection Servers",
        meaning: "What the key of the Connection Servers may do.",
        effect: "Used by rule T059 only.",
        ..Setting::BLANK
    },
];

/// The rows about what is planned.
pub const PLANS: &[Setting] = &[
    Setting {
        key: "disaster_recovery",
        label: "Disaster recovery",
        unit: Unit::Choice(RECOVERIES),
        absent: Absent::Word("elsewhere"),
        certainty: Certainty::Documented,
        source: "Vendor's help: a cluster should not be used for disaster recovery",
        meaning: "What helps when the whole site is lost.",
        effect: "Used by rule T040 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "dns_ttl_s",
        label: "Life of the DNS entry",
        unit: Unit::Seconds,
        range: (0.0, 604_800.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "The zone file of the address that devices have",
        meaning: "Time for which clients may keep the address of the entry point.",
        effect: "Used by rule T055 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "failover_target_s",
        label: "Failover is to take",
        unit: Unit::Seconds,
        range: (0.0, 604_800.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Your target",
        meaning: "Longest time until devices reach the cluster after it moves.",
        effect: "Used by rule T055 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "upgrade",
        label: "Upgrades",
        unit: Unit::Choice(UPGRADES),
        absent: Absent::Word("full"),
        certainty: Certainty::Documented,
        source: "Vendor's help on upgrades of clusters",
        meaning: "How the next upgrade is done.",
        effect: "Used by rule T056 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "changes_data",
        label: "Upgrade changes shared data",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("off"),
        certainty: Certainty::Documented,
        source: "Release notes of the next version",
        meaning: "Whether the next upgrade changes data classes of Ignite or the schema.",
        effect: "Used by rule T056 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "disruption_budget",
        label: "Pod disruption budget",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("off"),
        certainty: Certainty::Documented,
        source: "Kubernetes: PodDisruptionBudget",
        meaning: "Whether Kubernetes keeps a number of pods of each kind running.",
        effect: "Used by rule T057 only.",
        ..Setting::BLANK
    },
];
