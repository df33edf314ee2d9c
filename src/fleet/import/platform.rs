//! `platform-settings.json`: how the servers of a cluster watch each other, and what keeps clusters apart.
//!
//! Keys are found by name wherever they stand, because versions nest them differently. Passwords stand in the
//! same file; nothing but the keys listed here is ever looked at.

use super::Imported;
use crate::base::Finding;
use crate::base::Severity::Info;
use crate::base::json::{Kind, Node, Tree};
use crate::fleet::cluster::NodeKind::{self, Cluster, Foundation, ZooKeeper};

/// Names that only such a file has.
const MARKS: [&str; 3] =
    ["PlatformSettingsConfig", "ClusteredModeSettings", "PersistenceProviderPackageConfigs"];

/// Whole numbers: key in the file, thing, setting.
const NUMBERS: [(&str, NodeKind, &str); 4] = [
    ("ModelSyncPollInterval", Cluster, "sync_interval_ms"),
    ("ModelSyncMaxDBUnavailableErrors", Cluster, "max_database_errors"),
    ("ModelSyncMaxCacheUnavailableErrors", Cluster, "max_cache_errors"),
    ("CoordinatorSessionTimeout", Cluster, "session_timeout_ms"),
];

/// Texts: key in the file, thing, setting.
const TEXTS: [(&str, NodeKind, &str); 3] = [
    ("PlatformId", Foundation, "platform_id"),
    ("ZKNamespace", Cluster, "zookeeper_namespace"),
    ("FileRepositoryRoot", Cluster, "file_root"),
];

/// Returns whether a text looks like such a file.
pub(super) fn looks(text: &str) -> bool {
    text.trim_start().starts_with('{') && MARKS.iter().any(|mark| text.contains(&format!("\"{mark}\"")))
}

/// Reads the text.
pub(super) fn read(text: &str, to: &mut Imported) {
    let tree = match Tree::parse(text) {
        Ok(tree) => tree,
        // The parser's own words repeat what stands there.
        Err(finding) => {
            let what = "This is no JSON from here on, so nothing of the file was read.";
            to.lost(finding.line.max(1), what);
            return;
        }
    };
    let mut walk = Walk { tree: &tree, to, clustered: None, set: None };
    walk.node(tree.root(), "");
    if let (Some((false, line)), Some(set)) = (walk.clustered, walk.set) {
        let finding = Finding::new(
            Info,
            "O011",
            "",
            "Settings of a cluster stand here, and `EnableClusteredMode` is off.",
        )
        .why(format!("The server then runs alone, and the settings from line {set} on do nothing."))
        .fix("Switch it on, or take them out.");
        to.tell(finding.at(line, 1));
    }
}

/// A walk through all keys.
struct Walk<'a> {
    tree: &'a Tree,
    to: &'a mut Imported,
    /// Whether the cluster mode is on, with its line.
    clustered: Option<(bool, usize)>,
    /// Line of the first setting of a cluster.
    set: Option<usize>,
}

impl Walk<'_> {
    /// Looks at a node and below; `inside` is the key of the object around it.
    fn node(&mut self, node: &Node, inside: &str) {
        for member in node.members() {
            self.member(&member.key, &member.value, inside);
            self.node(&member.value, &member.key);
        }
        for item in node.items() {
            self.node(item, inside);
        }
    }

    /// Looks at one key.
    fn member(&mut self, key: &str, value: &Node, inside: &str) {
        if matches!(value.kind, Kind::Object(_) | Kind::Array(_)) {
            return;
        }
        let (line, _) = self.tree.place(value);
        if let Some((said, kind, setting)) = NUMBERS.into_iter().find(|(known, ..)| *known == key) {
            self.set.get_or_insert(line);
            match number(value) {
                Some(number) => self.to.number(kind, setting, number, line, said),
                None => self.to.unread(line, said, "a number"),
            }
        } else if let Some((said, kind, setting)) = TEXTS.into_iter().find(|(known, ..)| *known == key) {
            match value.as_str() {
                // An empty one says nothing.
                Some("") => {}
                Some(text) => self.to.word(kind, setting, text, line, said),
                None => self.to.unread(line, said, "a text"),
            }
        } else if key == "EnableClusteredMode" {
            match value.as_bool().or(value.as_str().and_then(|word| word.parse().ok())) {
                Some(on) => {
                    self.clustered = Some((on, line));
                    let mode = if on { "active-active" } else { "single" };
                    self.to.word(Cluster, "mode", mode, line, "EnableClusteredMode");
                }
                None => self.to.unread(line, "EnableClusteredMode", "true or false"),
            }
        } else if key == "CoordinatorHosts" {
            let hosts = value
                .as_str()
                .map_or(0, |hosts| hosts.split(',').filter(|host| !host.trim().is_empty()).count());
            match hosts {
                0 => self.to.unread(line, "CoordinatorHosts", "a list of addresses with commas between them"),
                hosts => self.to.lists.push((ZooKeeper, hosts, line)),
            }
        } else if key == "maximumQueueSize" && inside == "StreamProcessorSettings" {
            match number(value) {
                Some(number) => self.to.number(Foundation, "stream_queue", number, line, "maximumQueueSize"),
                None => self.to.unread(line, "maximumQueueSize", "a number"),
            }
        } else {
            self.to.passed += 1;
        }
    }
}

/// Returns a number, also where it is written as a text.
fn number(value: &Node) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}
