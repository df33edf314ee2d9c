//! The two healthy topologies that cases change.

/// One cluster with separate tiers.
pub(super) const TIERS: &str = r#"{
  "regather": 1,
  "platform_version": "9.7",
  "groups": {
    "pumps": { "devices": 1000, "agent": "example-agent", "reconnect_random_delay_seconds": 120, "ping_rate": 45000,
               "telemetry": { "properties": 10, "interval_s": 60 } }
  },
  "outage": { "length_s": 600, "start": "2027-03-01T02:00:00+01:00" },
  "cluster": {
    "main": { "kind": "cluster", "max_database_errors": 1200, "max_cache_errors": 200, "session_timeout_ms": 40000 },
    "edge-1": { "kind": "vm", "cores": 4, "memory_gib": 8 },
    "edge-2": { "kind": "vm", "cores": 4, "memory_gib": 8 },
    "conn-1": { "kind": "vm", "cores": 4, "memory_gib": 8 },
    "conn-2": { "kind": "vm", "cores": 4, "memory_gib": 8 },
    "app-1": { "kind": "vm" },
    "app-2": { "kind": "vm" },
    "quorum-1": { "kind": "vm", "cores": 2, "memory_gib": 4 },
    "quorum-2": { "kind": "vm", "cores": 2, "memory_gib": 4 },
    "quorum-3": { "kind": "vm", "cores": 2, "memory_gib": 4 },
    "data-1": { "kind": "bare-metal" },
    "data-2": { "kind": "bare-metal" },
    "lb-1": { "kind": "load-balancer", "on": "edge-1" },
    "lb-2": { "kind": "load-balancer", "on": "edge-2" },
    "cxs-1": { "kind": "connection-server", "on": "conn-1" },
    "cxs-2": { "kind": "connection-server", "on": "conn-2" },
    "fnd-1": { "kind": "foundation", "on": "app-1", "platform_id": "one" },
    "fnd-2": { "kind": "foundation", "on": "app-2", "platform_id": "two" },
    "zk-1": { "kind": "zookeeper", "on": "quorum-1" },
    "zk-2": { "kind": "zookeeper", "on": "quorum-2" },
    "zk-3": { "kind": "zookeeper", "on": "quorum-3" },
    "db": { "kind": "database", "on": "data-1", "failover": "patroni" },
    "db-b": { "kind": "database", "on": "data-2", "role": "standby", "failover": "patroni" },
    "files": { "kind": "file-storage", "on": "data-2" }
  }
}"#;

/// Two clusters that share ZooKeeper, database and files.
pub(super) const SHARED: &str = r#"{
  "regather": 1,
  "groups": {
    "pumps": { "devices": 1000, "agent": "example-agent", "reconnect_random_delay_seconds": 120, "ping_rate": 45000,
               "telemetry": { "properties": 10, "interval_s": 60 } }
  },
  "outage": { "length_s": 600 },
  "cluster": {
    "a": { "kind": "cluster", "groups": ["pumps"], "max_database_errors": 1200, "max_cache_errors": 200,
           "session_timeout_ms": 40000, "zookeeper_namespace": "a", "ignite_path": "/a/ignite",
           "connection_path": "/a/services", "zookeeper_auth": "on", "database_schema": "a",
           "database_user": "env:A_DB", "database_isolation": "on", "file_root": "/a" },
    "b": { "kind": "cluster", "max_database_errors": 1200, "max_cache_errors": 200,
           "session_timeout_ms": 40000, "zookeeper_namespace": "b", "ignite_path": "/b/ignite",
           "connection_path": "/b/services", "zookeeper_auth": "on", "database_schema": "b",
           "database_user": "env:B_DB", "database_isolation": "on", "file_root": "/b" },
    "a-1": { "kind": "vm" }, "a-2": { "kind": "vm" }, "b-1": { "kind": "vm" }, "b-2": { "kind": "vm" },
    "s-1": { "kind": "vm" }, "s-2": { "kind": "vm" }, "s-3": { "kind": "vm" },
    "a-cxs-1": { "kind": "connection-server", "on": "a-1", "clusters": "a" },
    "a-cxs-2": { "kind": "connection-server", "on": "a-2", "clusters": "a" },
    "a-fnd-1": { "kind": "foundation", "on": "a-1", "clusters": "a" },
    "a-fnd-2": { "kind": "foundation", "on": "a-2", "clusters": "a" },
    "b-cxs-1": { "kind": "connection-server", "on": "b-1", "clusters": "b" },
    "b-cxs-2": { "kind": "connection-server", "on": "b-2", "clusters": "b" },
    "b-fnd-1": { "kind": "foundation", "on": "b-1", "clusters": "b" },
    "b-fnd-2": { "kind": "foundation", "on": "b-2", "clusters": "b" },
    "zk-1": { "kind": "zookeeper", "on": "s-1" },
    "zk-2": { "kind": "zookeeper", "on": "s-2" },
    "zk-3": { "kind": "zookeeper", "on": "s-3" },
    "db": { "kind": "database", "on": "s-1", "failover": "patroni" },
    "db-a": { "kind": "database", "on": "s-2", "clusters": "a" },
    "files": { "kind": "file-storage", "on": "s-3" }
  }
}"#;
