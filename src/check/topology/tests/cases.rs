//! For every rule a topology on which it fires, and one close to it on which it does not.

use super::base::{SHARED, TIERS};

/// A pointer and the JSON to write there; `-` takes it out.
pub(super) type Edit = (&'static str, &'static str);

/// A pair of topologies.
pub(super) struct Case {
    pub(super) code: &'static str,
    pub(super) text: &'static str,
    pub(super) fires: &'static [Edit],
    pub(super) quiet: &'static [Edit],
}

const fn tiers(code: &'static str, fires: &'static [Edit], quiet: &'static [Edit]) -> Case {
    Case { code, text: TIERS, fires, quiet }
}

const fn shared(code: &'static str, fires: &'static [Edit], quiet: &'static [Edit]) -> Case {
    Case { code, text: SHARED, fires, quiet }
}

/// The boxes of the tiers carry everything.
const BOXES: &[Edit] = &[("/cluster/zk-1/on", "\"app-1\""), ("/cluster/cxs-1/on", "\"app-1\"")];

/// The pairs, in the order of the codes.
pub(super) const CASES: &[Case] = &[
    tiers("T001", &[("/cluster/zk-3", "-")], &[]),
    tiers("T002", &[("/cluster/zk-3", "-"), ("/cluster/zk-2", "-")], &[]),
    tiers(
        "T003",
        &[("/cluster/quorum-1/host", "\"rack\""), ("/cluster/quorum-2/host", "\"rack\"")],
        &[("/cluster/quorum-1/host", "\"rack-1\""), ("/cluster/quorum-2/host", "\"rack-2\"")],
    ),
    tiers("T004", BOXES, &[("/cluster/zk-1/on", "\"app-1\"")]),
    tiers(
        "T005",
        &[
            ("/cluster/zk-1/on", "\"app-1\""),
            ("/cluster/cxs-1/on", "\"app-1\""),
            ("/cluster/cxs-2/devices", "900"),
        ],
        &[
            ("/cluster/zk-1/on", "\"app-1\""),
            ("/cluster/cxs-1/on", "\"app-1\""),
            ("/cluster/cxs-2/devices", "1000"),
        ],
    ),
    tiers("T006", &[("/cluster/fnd-1/heap_gib", "2")], &[("/cluster/fnd-1/heap_gib", "3")]),
    tiers(
        "T007",
        &[("/cluster/main/apps", "\"on\""), ("/cluster/fnd-1/ignite", "\"standalone\"")],
        &[("/cluster/main/apps", "\"on\"")],
    ),
    tiers(
        "T008",
        &[("/cluster/main/ignite_backups", "0")],
        &[
            ("/cluster/main/ignite_backups", "0"),
            ("/cluster/fnd-1/ignite", "\"standalone\""),
            ("/cluster/fnd-2/ignite", "\"standalone\""),
        ],
    ),
    tiers("T009", &[("/cluster/cxs-1/on", "\"app-1\"")], &[("/cluster/cxs-1/on", "\"conn-2\"")]),
    tiers("T010", &[("/cluster/cxs-1", "-"), ("/cluster/cxs-2", "-")], &[("/cluster/cxs-1", "-")]),
    tiers("T011", &[("/cluster/cxs-1", "-")], &[("/groups/pumps/devices", "100000")]),
    tiers("T012", &[("/cluster/cxs-1", "-")], &[("/cluster/cxs-1", "-"), ("/cluster/cxs-2", "-")]),
    tiers(
        "T013",
        &[("/cluster/fnd-2", "-")],
        &[("/cluster/fnd-2", "-"), ("/cluster/main/mode", "\"single\"")],
    ),
    tiers(
        "T014",
        &[
            ("/groups/pumps/devices", "60000"),
            ("/cluster/fnd-1/writes_per_core_s", "500"),
            ("/cluster/fnd-2/writes_per_core_s", "500"),
        ],
        &[
            ("/groups/pumps/devices", "40000"),
            ("/cluster/fnd-1/writes_per_core_s", "500"),
            ("/cluster/fnd-2/writes_per_core_s", "500"),
        ],
    ),
    tiers(
        "T015",
        &[("/cluster/app-2/cores", "8")],
        &[("/cluster/app-2/cores", "8"), ("/cluster/app-1/cores", "8")],
    ),
    tiers(
        "T016",
        &[("/cluster/cxs-1", "-"), ("/cluster/cxs-2", "-"), ("/groups/pumps/devices", "20001")],
        &[("/cluster/cxs-1", "-"), ("/cluster/cxs-2", "-"), ("/groups/pumps/devices", "20000")],
    ),
    tiers("T017", &[("/groups/pumps/devices", "10001")], &[("/groups/pumps/devices", "10000")]),
    tiers("T018", &[("/groups/pumps/devices", "56465")], &[("/groups/pumps/devices", "56464")]),
    tiers("T019", &[("/cluster/conn-1/open_files", "2199")], &[("/cluster/conn-1/open_files", "2200")]),
    tiers("T020", &[("/cluster/edge-1/open_files", "2199")], &[("/cluster/edge-1/open_files", "2200")]),
    tiers("T021", &[("/cluster/lb-1/routes", "[\"/Thingworx/WS\", \"/Thingworx/VWS\"]")], &[]),
    tiers("T022", &[("/cluster/lb-1/foundation_check", "\"/Thingworx/health\"")], &[]),
    tiers("T023", &[("/cluster/lb-2/connection_check", "\"off\"")], &[]),
    tiers(
        "T024",
        &[("/cluster/lb-1/check_interval_s", "10"), ("/cluster/lb-1/check_fall", "4")],
        &[("/cluster/lb-1/check_interval_s", "10")],
    ),
    tiers(
        "T025",
        &[("/cluster/lb-1/stickiness", "\"none\"")],
        &[("/cluster/lb-1/stickiness", "\"none\""), ("/cluster/main/mode", "\"active-passive\"")],
    ),
    tiers(
        "T026",
        &[("/cluster/lb-1/stickiness", "\"source-address\""), ("/cluster/main/devices_per_address", "11")],
        &[("/cluster/lb-1/stickiness", "\"source-address\"")],
    ),
    tiers("T027", &[("/cluster/lb-1/idle_timeout_s", "45")], &[("/cluster/lb-1/idle_timeout_s", "46")]),
    tiers("T028", &[("/groups/pumps/ping_rate", "55000")], &[("/groups/pumps/ping_rate", "50000")]),
    tiers(
        "T029",
        &[("/cluster/lb-1/product", "\"azure\"")],
        &[("/cluster/lb-1/product", "\"azure\""), ("/cluster/lb-1/resets_idle", "\"on\"")],
    ),
    tiers(
        "T030",
        &[("/cluster/lb-2", "-")],
        &[("/cluster/lb-2", "-"), ("/cluster/edge-1/kind", "\"managed\"")],
    ),
    shared(
        "T031",
        &[("/cluster/b/zookeeper_namespace", "\"a\""), ("/cluster/b/connection_path", "\"/a/services\"")],
        &[],
    ),
    shared(
        "T032",
        &[("/cluster/b/connection_path", "\"/b/service\"")],
        &[("/cluster/b/connection_path", "\"b/services\"")],
    ),
    shared("T033", &[("/cluster/b/zookeeper_auth", "-")], &[]),
    shared("T034", &[("/cluster/b/database_schema", "\"a\"")], &[]),
    shared("T035", &[("/cluster/b/database_user", "\"env:A_DB\"")], &[]),
    shared("T036", &[("/cluster/b/file_root", "-")], &[]),
    shared("T037", &[], &[("/cluster/db/clusters", "\"b\"")]),
    tiers("T038", &[("/cluster/files/access", "\"single\"")], &[]),
    tiers(
        "T039",
        &[("/cluster/app-1/zone", "\"a\""), ("/cluster/data-2/zone", "\"b\"")],
        &[("/cluster/app-1/zone", "\"a\""), ("/cluster/data-2/zone", "\"a\"")],
    ),
    tiers("T040", &[("/cluster/main/disaster_recovery", "\"cluster-only\"")], &[]),
    tiers(
        "T041",
        &[("/cluster/main/max_database_errors", "-")],
        &[("/cluster/main/max_database_errors", "450")],
    ),
    tiers("T042", &[("/cluster/main/gc_pause_s", "30")], &[("/cluster/main/gc_pause_s", "20")]),
    tiers("T043", &[("/cluster/main/session_timeout_ms", "-")], &[]),
    tiers("T044", &[("/cluster/fnd-2/platform_id", "\"one\"")], &[("/cluster/fnd-2/platform_id", "\"One\"")]),
    tiers(
        "T045",
        &[("/cluster/db-b", "-"), ("/cluster/db/failover", "-")],
        &[("/cluster/db-b", "-"), ("/cluster/db/failover", "-"), ("/cluster/data-1/kind", "\"managed\"")],
    ),
    tiers(
        "T046",
        &[("/cluster/cxs-1/checks_host_names", "\"on\""), ("/cluster/fnd-1/certificate_ip", "\"off\"")],
        &[("/cluster/fnd-1/certificate_ip", "\"off\"")],
    ),
    tiers(
        "T047",
        &[("/cluster/lb-1/certificate_expires", "\"2027-03-20T00:00:00Z\"")],
        &[("/cluster/lb-1/certificate_expires", "\"2027-06-20T00:00:00Z\"")],
    ),
    shared(
        "T048",
        &[
            ("/cluster/a/version", "\"9.7\""),
            ("/cluster/b/version", "\"9.6\""),
            ("/cluster/fed", r#"{ "kind": "link", "from": "a", "to": "b" }"#),
        ],
        &[
            ("/cluster/a/version", "\"9.7\""),
            ("/cluster/b/version", "\"9.7\""),
            ("/cluster/fed", r#"{ "kind": "link", "from": "a", "to": "b" }"#),
        ],
    ),
    shared(
        "T049",
        &[(
            "/cluster/fed",
            r#"{ "kind": "link", "from": "a", "to": "b", "down_s": 2001, "values_per_s": 1 }"#,
        )],
        &[(
            "/cluster/fed",
            r#"{ "kind": "link", "from": "a", "to": "b", "down_s": 2000, "values_per_s": 1 }"#,
        )],
    ),
    tiers(
        "T050",
        &[
            ("/cluster/fnd-1/sign_ins_per_s", "4"),
            ("/cluster/fnd-2/sign_ins_per_s", "4"),
            ("/platform/service_time_ms", "500"),
            ("/cluster/main/authentication_s", "60"),
            ("/cluster/cxs-1/authentication_ms", "60000"),
            ("/cluster/cxs-2/authentication_ms", "60000"),
        ],
        &[
            ("/cluster/fnd-1/sign_ins_per_s", "40"),
            ("/cluster/fnd-2/sign_ins_per_s", "40"),
            ("/cluster/main/authentication_s", "60"),
            ("/cluster/cxs-1/authentication_ms", "60000"),
            ("/cluster/cxs-2/authentication_ms", "60000"),
        ],
    ),
    tiers(
        "T051",
        &[
            ("/cluster/db/writes_per_s", "200"),
            ("/cluster/fnd-1/stream_queue", "1000"),
            ("/cluster/fnd-2/stream_queue", "1000"),
        ],
        &[],
    ),
    tiers(
        "T052",
        &[("/outage/kind", "\"site-partition\""), ("/cluster/main/idle_timeout_s", "90")],
        &[
            ("/outage/kind", "\"site-partition\""),
            ("/cluster/main/idle_timeout_s", "90"),
            ("/cluster/main/bind_policy", "\"last-wins\""),
        ],
    ),
    tiers(
        "T053",
        &[("/cluster/app-1/clock_offset_ms", "-600"), ("/cluster/app-2/clock_offset_ms", "500")],
        &[("/cluster/app-1/clock_offset_ms", "-500"), ("/cluster/app-2/clock_offset_ms", "500")],
    ),
    tiers(
        "T054",
        &[("/cluster/cxs-1/data_ordering", "\"on\"")],
        &[
            ("/cluster/cxs-1/data_ordering", "\"on\""),
            ("/cluster/lb-1/device_stickiness", "\"on\""),
            ("/cluster/lb-2/device_stickiness", "\"on\""),
        ],
    ),
    tiers(
        "T055",
        &[("/cluster/main/dns_ttl_s", "300"), ("/cluster/main/failover_target_s", "60")],
        &[("/cluster/main/dns_ttl_s", "60"), ("/cluster/main/failover_target_s", "60")],
    ),
    tiers(
        "T056",
        &[("/cluster/main/upgrade", "\"rolling\""), ("/cluster/main/changes_data", "\"on\"")],
        &[("/cluster/main/upgrade", "\"rolling\"")],
    ),
    tiers(
        "T057",
        &[("/cluster/app-1/kind", "\"pod\"")],
        &[
            ("/cluster/app-1/kind", "\"pod\""),
            ("/cluster/app-1/startup_probe_s", "600"),
            ("/cluster/main/disruption_budget", "\"on\""),
        ],
    ),
    tiers("T058", &[("/cluster/edge-1/conntrack", "999")], &[("/cluster/edge-1/conntrack", "1000")]),
    tiers(
        "T059",
        &[("/cluster/main/application_key", "\"shared\"")],
        &[("/cluster/main/application_key", "\"per-group\"")],
    ),
    tiers("T060", &[("/cluster/lb-1/tls", "\"none\"")], &[("/cluster/lb-1/tls", "\"passes\"")]),
];
