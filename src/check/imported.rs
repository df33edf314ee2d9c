//! Rules over an operator's own file: alone, and against the project whose cluster has it.
//!
//! Alone, the file is put into a stand-in cluster, and those rules speak that rest on nothing but the file:
//! what depends on the number of devices or on the rest of the cluster is left to the project.

use crate::base::json::join;
use crate::base::{Finding, Severity};
use crate::fleet::FleetFile;
use crate::fleet::cluster::{BASE, NodeKind, pattern};
use crate::fleet::import::Imported;
use crate::fleet::import::take::{TakeError, Taken, take};
use std::collections::BTreeSet;

/// Rules that need more than one file: devices, their agents, other machines.
const NEED_MORE: [&str; 17] = [
    "T001", "T009", "T011", "T014", "T016", "T017", "T018", "T019", "T020", "T026", "T027", "T028", "T032",
    "T041", "T042", "T050", "T051",
];

/// Returns everything that is wrong with a file by itself, in the order of its lines.
pub fn alone(imported: &Imported) -> Vec<Finding> {
    let mut findings = imported.findings.clone();
    // A table may speak of several things; each is judged by itself.
    let things: BTreeSet<Option<&str>> = imported.facts.iter().map(|fact| fact.thing.as_deref()).collect();
    for thing in things {
        let mut own = imported.clone();
        own.facts.retain(|fact| fact.thing.as_deref() == thing);
        for fact in &mut own.facts {
            fact.thing = None;
        }
        if let Some(taken) = stand_in(&own) {
            let told = about(&taken).into_iter().filter(|finding| !NEED_MORE.contains(&finding.code));
            findings.extend(told.map(|finding| Finding { patch: None, pointer: String::new(), ..finding }));
        }
    }
    findings.extend(ensemble(imported));
    findings.sort_by_key(|finding| (finding.line, finding.code));
    findings
}

/// Returns what is wrong with a file in the project whose cluster has it, and the project with the file.
///
/// # Errors
/// As [`take`].
pub fn within(
    file: &FleetFile,
    imported: &Imported,
    things: &[String],
    shown: &str,
) -> Result<(Vec<Finding>, Taken), TakeError> {
    let taken = take(file, imported, things, shown)?;
    let mut findings = imported.findings.clone();
    for change in taken.changes.iter().filter(|change| change.before.is_some() && !change.is_same()) {
        let what = format!(
            "`{}` says {} here; the project says {}.",
            change.said,
            change.human,
            change.human_before()
        );
        findings.push(
            Finding::warning("O008", change.address.clone(), what)
                .why("The simulation then answers for another cluster than the one that runs.")
                .fix(
                    "Correct the file, or take it into the project: `regather topology PROJECT --take FILE`.",
                )
                .at(change.line, 1),
        );
    }
    for (line, what) in &taken.left {
        findings.push(
            Finding::new(Severity::Info, "O009", "", what.clone())
                .why("Only what belongs to one thing of the topology can be compared and taken.")
                .fix("Name the things that have the file with --thing.")
                .at(*line, 1),
        );
    }
    findings.extend(counted(file, imported));
    findings.extend(about(&taken));
    findings.sort_by_key(|finding| (finding.line, finding.code));
    Ok((findings, taken))
}

/// Finds ensembles of ZooKeeper that keep no quorum when one server fails.
fn ensemble(imported: &Imported) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, count, line) in imported.lists.iter().filter(|(kind, ..)| *kind == NodeKind::ZooKeeper) {
        for rule in super::topology::rules() {
            let fires = rule.code == "T001" && count % 2 == 0 || rule.code == "T002" && *count < 3;
            if fires {
                let what = format!("The file lists {count} of the kind {}.", NodeKind::ZooKeeper.label());
                let finding = Finding::new(rule.severity, rule.code, "", what);
                findings.push(finding.why(rule.reason()).fix(rule.advice).at(*line, 1));
            }
        }
    }
    findings
}

/// Finds kinds of which the file lists another number than the project has.
fn counted(file: &FleetFile, imported: &Imported) -> Vec<Finding> {
    let view = file.view(None);
    let Some(topology) = view.topology() else { return Vec::new() };
    let mut findings = Vec::new();
    for (kind, count, line) in &imported.lists {
        let own = topology.nodes().iter().filter(|node| node.kind == *kind).count();
        if own != *count {
            let what = format!("The file lists {count} of the kind {}; the project has {own}.", kind.label());
            findings.push(
                Finding::warning("O010", "", what)
                    .why("What is left after a loss follows from how many there are.")
                    .fix("Add or remove them in the project, or correct the file.")
                    .at(*line, 1),
            );
        }
    }
    findings
}

/// Returns what the rules say about the settings that a file decides, at its lines.
fn about(taken: &Taken) -> Vec<Finding> {
    let mut findings = Vec::new();
    for finding in super::file(&taken.file, None).findings {
        if let Some(change) = taken.changes.iter().rev().find(|change| change.address == finding.pointer) {
            findings.push(finding.at(change.line, 1));
        }
    }
    findings
}

/// Returns a cluster with separate tiers in which one thing has the file.
fn stand_in(imported: &Imported) -> Option<Taken> {
    let project = pattern::find("separate-tiers")?.project();
    let mut file = FleetFile::parse(&serde_json::to_string_pretty(&project).ok()?).ok()?;
    let kind = imported.format.owner();
    let id = file.view(None).topology()?.nodes().iter().find(|node| node.kind == kind)?.id.clone();
    let name = format!("This {}", kind.label());
    file = file.with(&join(&join(BASE, &id), "name"), &name.into()).ok()?;
    debug_assert!(kind != NodeKind::Cluster, "a file belongs to a server");
    take(&file, imported, &[id], "the file").ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::import::{Format, read};

    const HAPROXY: &str = include_str!("../fleet/import/tests/files/haproxy.cfg");
    const NGINX: &str = include_str!("../fleet/import/tests/files/nginx.conf");
    const PLATFORM: &str = include_str!("../fleet/import/tests/files/platform-settings.json");
    const ZOO: &str = include_str!("../fleet/import/tests/files/zoo.cfg");

    fn codes(findings: &[Finding]) -> Vec<(&'static str, usize)> {
        findings.iter().map(|finding| (finding.code, finding.line)).collect()
    }

    fn project() -> FleetFile {
        let project = pattern::find("separate-tiers").unwrap().project();
        FleetFile::parse(&serde_json::to_string_pretty(&project).unwrap()).unwrap()
    }

    fn node(kind: NodeKind) -> String {
        let file = project();
        let view = file.view(None);
        view.topology().unwrap().nodes().iter().find(|node| node.kind == kind).unwrap().id.clone()
    }

    #[test]
    fn a_file_alone_is_judged_by_what_rests_on_it() {
        assert_eq!(codes(&alone(&read(Format::Haproxy, HAPROXY))), [("O005", 22)]);
        let bad = HAPROXY
            .replace("GET /Thingworx/ready", "GET /Thingworx/health")
            .replace("    cookie SERVERID insert indirect nocache\n", "")
            .replace("inter 3s", "inter 20s")
            .replace("    acl devices path_beg /Thingworx/VWS\n", "");
        let told = alone(&read(Format::Haproxy, &bad));
        let told = codes(&told);
        for code in [("T021", 24), ("T022", 41), ("T024", 15), ("T025", 39)] {
            assert!(told.contains(&code), "{code:?} not in {told:?}");
        }
        assert_eq!(codes(&alone(&read(Format::Nginx, NGINX))), []);
        let bad = NGINX
            .replace("uri=/Thingworx/ready", "uri=/Thingworx/health")
            .replace("location /Thingworx/VWS", "location /elsewhere")
            .replace("        ip_hash;\n", "");
        let told = codes(&alone(&read(Format::Nginx, &bad)));
        for code in [("T021", 37), ("T022", 53), ("T025", 25)] {
            assert!(told.contains(&code), "{code:?} not in {told:?}");
        }
        let told = codes(&alone(&read(Format::PlatformSettings, PLATFORM)));
        assert_eq!(told, [("T043", 18)]);
        let odd = PLATFORM.replace("plantA1", "plant A1");
        assert!(codes(&alone(&read(Format::PlatformSettings, &odd))).contains(&("T044", 12)));
        assert_eq!(codes(&alone(&read(Format::ZooKeeper, ZOO))), []);
        let table =
            "thing,setting,value\nlb-1,foundation_check,tcp\nlb-2,foundation_check,/Thingworx/health\n";
        let told = alone(&read(Format::Limits, table));
        assert_eq!(codes(&told), [("T022", 2), ("T022", 3)]);
        assert!(told[0].what.contains("tcp") && told[1].what.contains("health"), "{told:?}");
        let two = ZOO.replace("server.3=10.0.3.13:2888:3888\n", "");
        assert_eq!(codes(&alone(&read(Format::ZooKeeper, &two))), [("T001", 11), ("T002", 11)]);
    }

    #[test]
    fn a_file_in_a_project_is_judged_with_its_devices() {
        let lb = node(NodeKind::LoadBalancer);
        let small = HAPROXY.replace("maxconn 100000", "maxconn 10000");
        let imported = read(Format::Haproxy, &small);
        let (findings, taken) =
            within(&project(), &imported, std::slice::from_ref(&lb), "haproxy.cfg").unwrap();
        assert!(codes(&findings).contains(&("T017", 22)), "{findings:?}");
        assert!(codes(&findings).contains(&("O008", 22)), "{findings:?}");
        let limit = join(&join(BASE, &lb), "max_connections");
        assert_eq!(taken.file.tree().value(&limit), Some(10_000.into()));
        let source = taken.file.provenance().into_iter().find(|one| one.address == limit).unwrap();
        assert_eq!(source.source, "haproxy.cfg, line 22");
        assert!(taken.left.is_empty());
        // A second time nothing is left to change.
        let (findings, again) = within(&taken.file, &imported, &[lb], "haproxy.cfg").unwrap();
        assert!(again.changes.iter().all(crate::fleet::import::take::Change::is_same));
        assert_eq!(again.file.text(), taken.file.text());
        assert!(!codes(&findings).iter().any(|(code, _)| *code == "O008"), "{findings:?}");
    }

    #[test]
    fn nginx_is_judged_with_the_devices_of_the_project() {
        let lb = node(NodeKind::LoadBalancer);
        let few = NGINX.replace("worker_connections 50000", "worker_connections 5000");
        let (findings, taken) =
            within(&project(), &read(Format::Nginx, &few), std::slice::from_ref(&lb), "nginx.conf").unwrap();
        assert!(codes(&findings).contains(&("T017", 7)), "{findings:?}");
        let limit = join(&join(BASE, &lb), "max_connections");
        assert_eq!(taken.file.tree().value(&limit), Some(10_000.into()));
        let source = taken.file.provenance().into_iter().find(|one| one.address == limit).unwrap();
        assert_eq!(source.source, "nginx.conf, line 7");
    }

    #[test]
    fn without_a_name_only_what_belongs_to_one_thing_is_taken() {
        let (findings, taken) =
            within(&project(), &read(Format::Haproxy, HAPROXY), &[], "haproxy.cfg").unwrap();
        assert!(taken.changes.is_empty() && findings.iter().any(|finding| finding.code == "O009"));
        let settings = read(Format::PlatformSettings, PLATFORM);
        let (findings, taken) = within(&project(), &settings, &[], "platform-settings.json").unwrap();
        assert!(taken.changes.iter().any(|change| change.setting.key == "max_database_errors"));
        assert!(codes(&findings).contains(&("T041", 16)), "{findings:?}");
        let zoo = read(Format::ZooKeeper, &ZOO.replace(":observer", ""));
        let (findings, _) = within(&project(), &zoo, &[], "zoo.cfg").unwrap();
        assert!(codes(&findings).contains(&("O010", 11)), "{findings:?}");
        let wrong = within(&project(), &zoo, &["zk-11".to_owned()], "zoo.cfg").unwrap_err();
        assert!(wrong.to_string().contains("Did you mean `zk-1`?"), "{wrong}");
        let bare = FleetFile::parse("{\"regather\": 1}").unwrap();
        assert_eq!(within(&bare, &zoo, &[], "zoo.cfg").unwrap_err(), TakeError::NoTopology);
    }
}
