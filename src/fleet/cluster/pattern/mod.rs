//! Layouts to start from: one function each, from nothing to the section `cluster` of a project.
//!
//! A pattern says machines, components and what keeps them apart; it says nothing about devices. Its numbers
//! are those of the registry unless the layout asks for others. [`Pattern::project`] puts a small fleet around it, so
//! that it can be simulated at once.

mod layouts;

use serde_json::{Map, Value, json};

/// A layout to start from.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// Word on the command line.
    pub id: &'static str,
    /// Name shown to people.
    pub label: &'static str,
    /// What it is and whom it serves, in one or two sentences.
    pub meaning: &'static str,
    /// Platform version that it is for.
    pub version: &'static str,
    /// Devices of the fleet that is put around it.
    pub devices: u32,
    /// Whom these devices sign in to, where there are several clusters.
    clusters: &'static [(&'static str, &'static str, u32)],
    /// Makes the section.
    make: fn(&mut Sketch),
}

/// The layouts, in the order in which they are offered.
pub const PATTERNS: &[Pattern] = &[
    Pattern {
        id: "single-server",
        label: "Single server",
        meaning: "One Foundation server with its database: simple, and everything stands still when it fails.",
        version: "9.x",
        devices: 500,
        clusters: &[],
        make: layouts::single,
    },
    Pattern {
        id: "separate-tiers",
        label: "Active-active, separate tiers",
        meaning: "The classic cluster: every tier on machines of its own, so that tiers grow and fail one by one.",
        version: "9.x",
        devices: 20_000,
        clusters: &[],
        make: layouts::tiers,
    },
    Pattern {
        id: "three-boxes",
        label: "Cost-efficient, three boxes",
        meaning: "Connection Server, Foundation with embedded Ignite and ZooKeeper on each of three boxes: the least for high availability; sockets and memory are shared.",
        version: "9.x",
        devices: 5_000,
        clusters: &[],
        make: layouts::boxes,
    },
    Pattern {
        id: "oem",
        label: "OEM, several clusters",
        meaning: "Clusters of several tenants share one ZooKeeper and one database; name spaces, schemas, files and credentials keep them apart.",
        version: "9.x",
        devices: 10_000,
        clusters: &[("tenant-a", "Tenant A", 10_000), ("tenant-b", "Tenant B", 5_000)],
        make: layouts::oem,
    },
    Pattern {
        id: "cloud-native",
        label: "Cloud native",
        meaning: "Pods of Kubernetes with a shared claim and a managed database.",
        version: "9.x",
        devices: 20_000,
        clusters: &[],
        make: layouts::cloud,
    },
    Pattern {
        id: "active-passive",
        label: "Legacy, active-passive",
        meaning: "Version 8.x: one Foundation server works, the other takes over and has to load the model first.",
        version: "8.x",
        devices: 5_000,
        clusters: &[],
        make: layouts::passive,
    },
];

/// Returns the layout with this word.
pub fn find(id: &str) -> Option<&'static Pattern> {
    PATTERNS.iter().find(|pattern| pattern.id == id)
}

impl Pattern {
    /// Returns the section `cluster`.
    pub fn section(&self) -> Value {
        let mut sketch = Sketch { things: Map::new() };
        (self.make)(&mut sketch);
        Value::Object(sketch.things)
    }

    /// Returns a whole project with a small fleet around the layout.
    pub fn project(&self) -> Value {
        let group = |name: &str, devices: u32| {
            json!({
                "name": name,
                "devices": devices,
                "agent": "example-agent",
                "reconnect_random_delay_seconds": 300,
                "ping_rate": 45_000,
                "telemetry": {"properties": 10, "interval_s": 60},
            })
        };
        let mut section = self.section();
        let groups: Map<String, Value> = match self.clusters {
            [] => [("devices".to_owned(), group("Devices", self.devices))].into_iter().collect(),
            clusters => clusters
                .iter()
                .take(1)
                .map(|(id, name, devices)| {
                    let devices_of = format!("{id}-devices");
                    section[*id]["groups"] = json!([devices_of]);
                    (devices_of, group(&format!("Devices of {name}"), *devices))
                })
                .collect(),
        };
        json!({
            "regather": 1,
            "name": self.label,
            "why": self.meaning,
            "platform_version": self.version,
            "groups": groups,
            "platform": {"service_law": "exponential"},
            "cluster": section,
            "outage": {"kind": "planned-restart", "length_s": 600, "watch_s": 3_600},
            "targets": {"t95_s": 900},
        })
    }
}

/// A section that is being made.
struct Sketch {
    things: Map<String, Value>,
}

/// Distance of two boxes on the canvas [points].
const STEP: f64 = 220.0;

impl Sketch {
    /// Adds a thing; `settings` is an object.
    fn add(&mut self, id: &str, kind: &str, settings: Value) {
        let mut thing = Map::new();
        thing.insert("kind".to_owned(), kind.into());
        if let Value::Object(settings) = settings {
            thing.extend(settings);
        }
        self.things.insert(id.to_owned(), Value::Object(thing));
    }

    /// Adds a machine of a size [cores], [GiB] at a place of the canvas, counted in columns and rows.
    fn machine(&mut self, id: &str, kind: &str, size: (f64, f64), place: (usize, usize)) {
        let at = [place.0 as f64 * STEP, place.1 as f64 * STEP];
        let whole = |number: f64| if number.fract() == 0.0 { json!(number as i64) } else { json!(number) };
        let at = at.map(|number| number as i64);
        let settings =
            json!({"cores": whole(size.0), "memory_gib": whole(size.1), "open_files": FILES, "at": at});
        self.add(id, kind, settings);
    }
}

/// Open files of the machines of a pattern: enough for the devices that it is made for.
const FILES: u64 = 262_144;
