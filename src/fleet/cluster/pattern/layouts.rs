//! The layouts themselves.

use super::Sketch;
use serde_json::{Value, json};

/// A medium node [cores], [GiB].
const MEDIUM: (f64, f64) = (16.0, 32.0);
const SMALL: (f64, f64) = (4.0, 16.0);
const TINY: (f64, f64) = (2.0, 8.0);

/// Returns the settings of a cluster that tolerates an ordinary failover and asks for sessions that it gets.
fn tolerant(more: Value) -> Value {
    let mut settings = json!({
        "max_database_errors": 1_500,
        "max_cache_errors": 200,
        "session_timeout_ms": 40_000,
    });
    if let (Value::Object(settings), Value::Object(more)) = (&mut settings, more) {
        settings.extend(more);
    }
    settings
}

/// One server with its database.
pub(super) fn single(sketch: &mut Sketch) {
    sketch.add("main", "cluster", json!({"name": "Platform", "mode": "single"}));
    sketch.machine("server", "vm", MEDIUM, (0, 0));
    sketch.machine("data", "vm", (8.0, 32.0), (1, 0));
    sketch.add("fnd", "foundation", json!({"on": "server"}));
    sketch.add("db", "database", json!({"on": "data"}));
    sketch.add("files", "file-storage", json!({"on": "server", "access": "local"}));
}

/// Adds a pair of load balancers, each on its own machine.
fn balancers(sketch: &mut Sketch, devices: u64) {
    for (at, name) in ["lb-1", "lb-2"].into_iter().enumerate() {
        let machine = format!("edge-{}", at + 1);
        sketch.machine(&machine, "vm", SMALL, (at, 0));
        sketch.add(name, "load-balancer", json!({"on": machine, "max_connections": devices}));
    }
}

/// Adds a database with its standby and a shared storage for files.
fn data(sketch: &mut Sketch, row: usize) {
    sketch.machine("data-1", "vm", (16.0, 64.0), (0, row));
    sketch.machine("data-2", "vm", (16.0, 64.0), (1, row));
    sketch.machine("nas", "managed", TINY, (2, row));
    sketch.add("db", "database", json!({"on": "data-1", "failover": "patroni", "writes_per_s": 20_000}));
    let standby = json!({"on": "data-2", "role": "standby", "failover": "patroni", "writes_per_s": 20_000});
    sketch.add("db-standby", "database", standby);
    sketch.add("files", "file-storage", json!({"on": "nas", "access": "shared"}));
}

/// Every tier on machines of its own.
pub(super) fn tiers(sketch: &mut Sketch) {
    sketch.add("main", "cluster", tolerant(json!({"name": "Platform"})));
    balancers(sketch, 50_000);
    for at in 1..=2 {
        sketch.machine(&format!("conn-{at}"), "vm", SMALL, (at - 1, 1));
        sketch.add(&format!("cxs-{at}"), "connection-server", json!({"on": format!("conn-{at}")}));
    }
    for at in 1..=3 {
        sketch.machine(&format!("app-{at}"), "vm", MEDIUM, (at - 1, 2));
        let settings = json!({"on": format!("app-{at}"), "platform_id": format!("platform{at}"), "ignite": "standalone"});
        sketch.add(&format!("fnd-{at}"), "foundation", settings);
    }
    for at in 1..=2 {
        sketch.machine(&format!("cache-{at}"), "vm", SMALL, (at - 1, 3));
        sketch.add(&format!("ignite-{at}"), "ignite", json!({"on": format!("cache-{at}")}));
    }
    quorum(sketch, 4);
    data(sketch, 5);
}

/// Adds three ZooKeeper servers, each on its own machine.
fn quorum(sketch: &mut Sketch, row: usize) {
    for at in 1..=3 {
        sketch.machine(&format!("quorum-{at}"), "vm", TINY, (at - 1, row));
        sketch.add(&format!("zk-{at}"), "zookeeper", json!({"on": format!("quorum-{at}")}));
    }
}

/// Everything on each of three boxes.
pub(super) fn boxes(sketch: &mut Sketch) {
    sketch.add("main", "cluster", tolerant(json!({"name": "Line"})));
    balancers(sketch, 10_000);
    for at in 1..=3 {
        let machine = format!("box-{at}");
        sketch.machine(&machine, "vm", MEDIUM, (at - 1, 1));
        sketch.add(&format!("cxs-{at}"), "connection-server", json!({"on": machine}));
        let settings = json!({"on": machine, "platform_id": format!("platform{at}"), "ignite": "embedded"});
        sketch.add(&format!("fnd-{at}"), "foundation", settings);
        sketch.add(&format!("zk-{at}"), "zookeeper", json!({"on": machine}));
    }
    data(sketch, 2);
}

/// Clusters of two tenants that share ZooKeeper and database.
pub(super) fn oem(sketch: &mut Sketch) {
    for (tenant, name) in [("tenant-a", "Tenant A"), ("tenant-b", "Tenant B")] {
        let settings = tolerant(json!({
            "name": name,
            "zookeeper_namespace": tenant,
            "ignite_path": format!("/{tenant}/ignite"),
            "connection_path": format!("/{tenant}/services"),
            "zookeeper_auth": "on",
            "database_schema": tenant.replace('-', "_"),
            "database_user": format!("env:{}_DATABASE", tenant.replace('-', "_").to_uppercase()),
            "database_isolation": "on",
            "file_root": format!("/{tenant}"),
        }));
        sketch.add(tenant, "cluster", settings);
    }
    balancers(sketch, 50_000);
    for (row, tenant) in ["tenant-a", "tenant-b"].into_iter().enumerate() {
        let short = &tenant["tenant-".len()..];
        for at in 1..=2 {
            let machine = format!("{short}-{at}");
            sketch.machine(&machine, "vm", MEDIUM, (at - 1, row + 1));
            let server = json!({"on": machine, "clusters": tenant});
            sketch.add(&format!("{short}-cxs-{at}"), "connection-server", server);
            let settings = json!({
                "on": machine, "clusters": tenant, "platform_id": format!("{short}{at}"), "ignite": "embedded",
            });
            sketch.add(&format!("{short}-fnd-{at}"), "foundation", settings);
        }
    }
    quorum(sketch, 3);
    data(sketch, 4);
}

/// Pods of Kubernetes.
pub(super) fn cloud(sketch: &mut Sketch) {
    sketch.add("main", "cluster", tolerant(json!({"name": "Platform", "disruption_budget": "on"})));
    let mut pod = |id: &str, size: (f64, f64), at: usize, row: usize, kind: &str, more: Value| {
        let pod = format!("pod-{id}");
        sketch.machine(&pod, "pod", size, (at - 1, row));
        sketch.things[&pod]["host"] = format!("node-{at}").into();
        if kind == "foundation" {
            sketch.things[&pod]["startup_probe_s"] = 600.into();
        }
        let mut settings = json!({"on": pod});
        if let (Value::Object(settings), Value::Object(more)) = (&mut settings, more) {
            settings.extend(more);
        }
        sketch.add(id, kind, settings);
    };
    for at in 1..=2 {
        let more = json!({"max_connections": 50_000});
        pod(&format!("lb-{at}"), (4.0, 4.0), at, 0, "load-balancer", more);
        pod(&format!("cxs-{at}"), (4.0, 8.0), at, 1, "connection-server", json!({}));
        pod(&format!("ignite-{at}"), (2.0, 4.0), at, 3, "ignite", json!({}));
    }
    for at in 1..=3 {
        let more = json!({"platform_id": format!("platform{at}"), "ignite": "standalone"});
        pod(&format!("fnd-{at}"), (8.0, 16.0), at, 2, "foundation", more);
        pod(&format!("zk-{at}"), (1.0, 2.0), at, 4, "zookeeper", json!({}));
    }
    sketch.machine("cloud-database", "managed", (8.0, 32.0), (0, 5));
    sketch.machine("cloud-files", "managed", TINY, (1, 5));
    let database = json!({"on": "cloud-database", "failover": "rds-multi-az", "writes_per_s": 20_000});
    sketch.add("db", "database", database);
    sketch.add("files", "file-storage", json!({"on": "cloud-files", "access": "shared"}));
}

/// Version 8.x: one server works, the other waits.
pub(super) fn passive(sketch: &mut Sketch) {
    let settings = tolerant(json!({"name": "Platform", "mode": "active-passive"}));
    sketch.add("main", "cluster", settings);
    balancers(sketch, 10_000);
    for at in 1..=2 {
        sketch.machine(&format!("conn-{at}"), "vm", SMALL, (at - 1, 1));
        sketch.add(&format!("cxs-{at}"), "connection-server", json!({"on": format!("conn-{at}")}));
        sketch.machine(&format!("app-{at}"), "vm", MEDIUM, (at - 1, 2));
        let role = if at == 1 { "active" } else { "standby" };
        let settings =
            json!({"on": format!("app-{at}"), "platform_id": format!("platform{at}"), "role": role});
        sketch.add(&format!("fnd-{at}"), "foundation", settings);
    }
    quorum(sketch, 3);
    data(sketch, 4);
}
