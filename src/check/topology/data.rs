//! Rules about what keeps data: database, Ignite, file storage, and how clusters share them.

use super::look::{count, list};
use super::{Look, Places, Rule};
use crate::base::Severity::{Error, Warning};
use crate::base::units;
use crate::fleet::Certainty::{Documented, Inferred};
use crate::fleet::cluster::failure::{failover_s, tolerated_s};
use crate::fleet::cluster::{Node, NodeKind};
use std::collections::BTreeSet;

const ARTICLE: &str = "The vendor's article on flexible deployments of clusters";
const SETTINGS: &str =
    "Vendor's help on platform-settings.json: a server shuts itself down after so many failed looks";

/// The rules.
pub(super) static RULES: &[Rule] = &[
    Rule {
        code: "T034",
        severity: Error,
        title: "Clusters on one database share a schema",
        why: "They would overwrite each other's data.",
        certainty: Documented,
        source: ARTICLE,
        advice: "Give every cluster its own schema.",
        run: schemas,
    },
    Rule {
        code: "T035",
        severity: Error,
        title: "Clusters on one database are not isolated",
        why: "One cluster could read and change the data of the others.",
        certainty: Documented,
        source: ARTICLE,
        advice: "Give every cluster its own credentials, and isolate them in the database.",
        run: credentials,
    },
    Rule {
        code: "T036",
        severity: Error,
        title: "Clusters share a repository root",
        why: "They would overwrite each other's files.",
        certainty: Documented,
        source: ARTICLE,
        advice: "Give every cluster a file system, or a root, of its own.",
        run: roots,
    },
    Rule {
        code: "T037",
        severity: Warning,
        title: "Several clusters rest on one database",
        why: "Trouble of one of them slows or stops all the others.",
        certainty: Documented,
        source: ARTICLE,
        advice: "Limit what each may use, or give the large ones a database of their own.",
        run: neighbours,
    },
    Rule {
        code: "T038",
        severity: Error,
        title: "No file storage that all Foundation servers reach",
        why: "Repositories must be on a file system that every server of the cluster reaches.",
        certainty: Documented,
        source: "Vendor's help on platform-settings.json and on Foundation for high availability",
        advice: "Use a storage that all of them can write to.",
        run: storage,
    },
    Rule {
        code: "T039",
        severity: Error,
        title: "A cluster stretches over zones or sites",
        why: "Several availability zones are not supported: Foundation and Ignite need short ways.",
        certainty: Documented,
        source: "Vendor's overview of high availability",
        advice: "Keep a cluster in one zone, and use another cluster for another site.",
        run: stretched,
    },
    Rule {
        code: "T041",
        severity: Error,
        title: "A failover of the database stops every Foundation server",
        why: "All of them shut themselves down during an ordinary failover, and the whole fleet comes back at once.",
        certainty: Documented,
        source: SETTINGS,
        advice: "Let servers tolerate more failed looks, or shorten the failover.",
        run: failover,
    },
    Rule {
        code: "T042",
        severity: Warning,
        title: "A pause of Ignite stops Foundation servers",
        why: "They shut themselves down before Ignite has noticed that a node is gone, or before a pause is over.",
        certainty: Inferred,
        source: "Vendor's help on platform-settings.json against Ignite's failure detection of 10 s",
        advice: "Let servers tolerate more failed looks, or detect failures sooner.",
        run: pause,
    },
    Rule {
        code: "T045",
        severity: Warning,
        title: "The database has no standby",
        why: "With it the whole cluster stands still, however many servers it has.",
        certainty: Documented,
        source: "Vendor's guide on deployments for high availability",
        advice: "Add a standby, and say how it takes over.",
        run: standby,
    },
];

/// Adds clusters that share a kind of component without a value of their own for a key.
fn apart(look: &Look<'_>, kind: NodeKind, key: &str, label: &str, places: &mut Places) {
    let mut told = BTreeSet::new();
    for (shared, users) in look.sharers(kind) {
        for (at, cluster) in users.iter().enumerate() {
            let own = cluster.word(key);
            // The first of two alike keeps its own.
            let mut earlier = users[..at].iter();
            let other = earlier.find(|other| !own.is_empty() && other.word(key) == own);
            let what = match other {
                None if own.is_empty() => {
                    format!("{} shares {} and names no {label}.", cluster.name, shared.name)
                }
                None => continue,
                Some(other) => {
                    format!("{} and {} share {} and the {label}.", cluster.name, other.name, shared.name)
                }
            };
            if told.insert(cluster.id.clone()) {
                let proposed = match key {
                    "file_root" => format!("/{}", cluster.id),
                    _ => cluster.id.replace('-', "_"),
                };
                let label = format!("Set {proposed}");
                places.add(cluster.address(key), what).set(proposed, label);
            }
        }
    }
}

fn schemas(look: &Look<'_>, places: &mut Places) {
    apart(look, NodeKind::Database, "database_schema", "schema", places);
}

fn credentials(look: &Look<'_>, places: &mut Places) {
    apart(look, NodeKind::Database, "database_user", "credentials", places);
    for cluster in look.sharing(NodeKind::Database) {
        if !cluster.is_on("database_isolation") {
            let what = format!("The database does not keep {} apart from the others.", cluster.name);
            places.add(cluster.address("database_isolation"), what).set("on", "Isolate it");
        }
    }
}

fn roots(look: &Look<'_>, places: &mut Places) {
    apart(look, NodeKind::FileStorage, "file_root", "repository root", places);
}

fn neighbours(look: &Look<'_>, places: &mut Places) {
    for (database, users) in look.sharers(NodeKind::Database) {
        if database.word("role") != "primary" {
            continue;
        }
        let devices = |node: &Node| {
            let cluster = look.topology.cluster(node);
            cluster.map_or(0, |cluster| look.devices(cluster))
        };
        let all: u64 = users.iter().map(|node| devices(node)).sum();
        let names = list(users.iter().map(|node| &*node.name));
        let what = format!(
            "{} serves {} clusters with {} devices: {names}.",
            database.name,
            users.len(),
            units::count(all)
        );
        places.add(database.pointer(), what);
    }
}

fn storage(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let mut storages = cluster.of(NodeKind::FileStorage).peekable();
        if storages.peek().is_none() {
            places.add(cluster.node.pointer(), format!("{} has no file storage.", cluster.node.name));
        }
        for node in storages.filter(|node| node.word("access") != "shared") {
            let what = format!("Only one machine can write to {}.", node.name);
            places.add(node.address("access"), what).set("shared", "Use a shared one");
        }
    }
}

fn stretched(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        for key in ["site", "zone"] {
            let machines = cluster.machines();
            let mut placed = machines.iter().filter(|machine| !machine.word(key).is_empty());
            let Some(first) = placed.next() else { continue };
            let own = first.word(key);
            if let Some(other) = placed.find(|machine| machine.word(key) != own) {
                let what = format!(
                    "{} of {} is in the {key} {own}, {} in {}.",
                    first.name,
                    cluster.node.name,
                    other.name,
                    other.word(key)
                );
                places.add(other.address(key), what);
                break;
            }
        }
    }
}

fn failover(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let databases = cluster.of(NodeKind::Database).filter_map(|node| Some((node, failover_s(node)?)));
        let Some((database, takes)) = databases.max_by(|(_, a), (_, b)| a.total_cmp(b)) else { continue };
        let every = cluster.node.number("sync_interval_ms");
        let tolerated = tolerated_s(cluster.node);
        if takes > tolerated {
            let what = format!(
                "A failover of {} takes {}; {} tolerates about {}.",
                database.name,
                units::duration(takes),
                cluster.node.name,
                units::duration(tolerated)
            );
            let proposed = (takes * 1e3 / every * 1.2).ceil() as u64;
            let label = format!("Tolerate {} failed looks", units::count(proposed));
            places.add(cluster.node.address("max_database_errors"), what).set(proposed, label);
        }
    }
}

fn pause(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered().filter(|cluster| look.ignite_nodes(*cluster) > 1) {
        let node = cluster.node;
        let detected = node.number("ignite_detection_ms") * node.number("ignite_addresses") / 1e3;
        let longest = detected.max(node.number("gc_pause_s"));
        let every = node.number("sync_interval_ms");
        let tolerated = every * node.number("max_cache_errors") / 1e3;
        if longest > tolerated {
            let what = format!(
                "Ignite of {} can be silent for {}; its servers tolerate about {}.",
                node.name,
                units::duration(longest),
                units::duration(tolerated)
            );
            let proposed = (longest * 1e3 / every * 1.2).ceil();
            let label = format!("Tolerate {} failed looks", count(proposed));
            places.add(node.address("max_cache_errors"), what).set(proposed as u64, label);
        }
    }
}

fn standby(look: &Look<'_>, places: &mut Places) {
    for cluster in look.clustered() {
        let databases: Vec<&Node> = cluster.of(NodeKind::Database).collect();
        let kept = |node: &&Node| {
            node.word("role") == "standby"
                || node.word("failover") != "none"
                || look.topology.machine_of(node).is_some_and(|machine| machine.kind == NodeKind::Managed)
        };
        if let (Some(first), false) = (databases.first(), databases.iter().any(kept)) {
            let what = format!("{} is the only database of {}.", first.name, cluster.node.name);
            places.add(first.address("failover"), what);
        }
    }
}
