//! The same fleet and outage on several layouts of the platform: on the file's own topology and on patterns.
//!
//! A layout is a project file with another section `cluster`. What the file says about the platform itself
//! wins over what follows from a topology, so on a pattern such numbers are taken out: they belong to the
//! layout that they were measured on. Everything else stays, the seed too, so that layouts differ by nothing else.
//!
//! Where the file has several clusters, only the one that is played is put on the pattern; the others stay.
//!
//! A pattern is played at its own size; nothing here scales it to the fleet. An outage that names things of
//! the file's own topology cannot happen on another one, which is an error rather than a smaller outage.

mod beside;

use super::Outcome;
use super::neighbours::Runs;
use crate::base::Finding;
use crate::fleet::cluster::derive::capacity::{capacity, memory};
use crate::fleet::cluster::pattern::Pattern;
use crate::fleet::cluster::{BASE, Cluster, Node, NodeKind};
use crate::fleet::{Fleet, FleetFile, Topology};
use crate::sim::{self, SimError, Study};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A layout with what it is made of and what it can do.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Word of the pattern; `None` for the file's own topology.
    pub pattern: Option<&'static str>,
    /// Name shown to people.
    pub name: String,
    /// What its cluster is made of.
    pub size: Size,
    /// Sign-ins that the whole platform serves [sign-ins/s].
    pub sign_ins_per_s: f64,
    /// Devices that can be connected at the same time, as the topology says [devices].
    pub connected: f64,
    /// Memory of the Foundation server that has the least left; `None` without one.
    pub memory: Option<Left>,
    /// Addresses that the file says itself: on a pattern taken out, on the file's own topology kept.
    pub said: Vec<String>,
    /// Names of the other clusters of the file, which stay as they are.
    pub elsewhere: Vec<String>,
    /// The fleet on this layout.
    pub fleet: Arc<Fleet>,
}

/// What a cluster is made of, what it shares with other clusters included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// Machines and pods that somebody has to run [servers].
    pub servers: usize,
    /// Services that somebody else runs [services].
    pub managed: usize,
    /// Cores of the servers [cores].
    pub cores: f64,
    /// Memory of the servers [GiB].
    pub memory_gib: f64,
}

/// Memory that a Foundation server has for its work.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// Name of the server.
    pub server: String,
    /// What others on its machine and embedded Ignite take [GiB].
    pub shared_gib: f64,
    /// What is left of its heap for work [GiB]; below 0 it does not fit.
    pub left_gib: f64,
}

/// A layout with its result.
#[derive(Clone, Debug)]
pub struct Played {
    /// The layout.
    pub layout: Layout,
    /// What became of the fleet on it.
    pub outcome: Outcome,
}

/// Why a fleet cannot be played on a layout.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("this scenario cannot be played on the layout {layout}: {}", findings.first().map_or("it has no cluster", |finding| &finding.what))]
pub struct Impossible {
    /// Name of the layout.
    pub layout: String,
    /// What stands against it; the lines are those of the project with the other layout.
    pub findings: Vec<Finding>,
}

/// Returns the layout of the file's own topology; `None` where it has none.
///
/// # Errors
/// [`Impossible`] where an error of the file stands against playing it.
pub fn own(file: &FleetFile, scenario: Option<&str>) -> Result<Option<Layout>, Impossible> {
    if file.tree().get(BASE).is_none() {
        return Ok(None);
    }
    let said = said(file, scenario).into_iter().map(|(address, _)| address).collect();
    layout(file, scenario, None, said).map(Some)
}

/// Returns the layout of a pattern with the fleet and the outage of the file.
///
/// # Errors
/// [`Impossible`] where the scenario names something that the pattern does not have.
pub fn on_pattern(
    file: &FleetFile,
    scenario: Option<&str>,
    pattern: &'static Pattern,
) -> Result<Layout, Impossible> {
    let impossible = |findings: Vec<Finding>| Impossible { layout: pattern.label.to_owned(), findings };
    let edited = |error: &dyn std::fmt::Display| {
        impossible(vec![Finding::error("F001", BASE, format!("The section cannot be replaced: {error}."))])
    };
    let view = file.view(scenario);
    let played = view.topology().and_then(Topology::played);
    let section = played.map_or_else(|| pattern.section(), |played| beside::section(file, played, pattern));
    let mut laid = file.with(BASE, &section).map_err(|error| edited(&error))?;
    let mut taken = Vec::new();
    // The same number may stand in the scenario and below it in the file.
    loop {
        let said = said(&laid, scenario);
        let Some((address, pointer)) = said.into_iter().next() else { break };
        laid = laid.without(&pointer).map_err(|error| edited(&error))?;
        if !taken.contains(&address) {
            taken.push(address);
        }
    }
    let elsewhere = played.map_or_else(Vec::new, beside::others);
    Ok(Layout { elsewhere, ..layout(&laid, scenario, Some(pattern), taken)? })
}

/// Returns what a scenario says itself although it follows from the topology: address and pointer.
fn said(file: &FleetFile, scenario: Option<&str>) -> Vec<(String, String)> {
    let view = file.view(scenario);
    let numbers = &view.derivation().numbers;
    let said = numbers
        .iter()
        .filter_map(|derived| Some((derived.address.to_owned(), view.lookup(derived.address)?.1)));
    said.collect()
}

/// Returns the layout of the cluster of a file that is played.
fn layout(
    file: &FleetFile,
    scenario: Option<&str>,
    pattern: Option<&'static Pattern>,
    said: Vec<String>,
) -> Result<Layout, Impossible> {
    let label = pattern.map_or("of the file", |pattern| pattern.label);
    let checked = file.check(scenario);
    let view = file.view(scenario);
    let cluster = view.topology().and_then(Topology::played);
    let (Some(fleet), Some(cluster)) = (checked.fleet, cluster) else {
        let findings = checked.findings.into_iter().filter(Finding::blocks).collect();
        return Err(Impossible { layout: label.to_owned(), findings });
    };
    let things = fleet.devices();
    let left = |node: &Node| {
        let memory = memory(cluster, node, &view, things);
        let shared_gib = memory.others + memory.ignite;
        Left { server: node.name.clone(), shared_gib, left_gib: memory.left() }
    };
    let memory = cluster.of(NodeKind::Foundation).map(left);
    Ok(Layout {
        pattern: pattern.map(|pattern| pattern.id),
        name: pattern.map_or_else(|| cluster.node.name.clone(), |pattern| pattern.label.to_owned()),
        size: size(cluster),
        sign_ins_per_s: fleet.platform.capacity_per_s(),
        connected: capacity(cluster, &view, None).connected(),
        memory: memory.min_by(|one, other| one.left_gib.total_cmp(&other.left_gib)),
        said,
        elsewhere: beside::others(cluster),
        fleet: Arc::new(fleet),
    })
}

/// Returns what a cluster is made of.
fn size(cluster: Cluster<'_>) -> Size {
    let mut size = Size::default();
    for machine in cluster.machines() {
        if machine.kind == NodeKind::Managed {
            size.managed += 1;
            continue;
        }
        size.servers += 1;
        size.cores += machine.number("cores");
        size.memory_gib += machine.number("memory_gib");
    }
    size
}

/// Plays layouts with the same seed. `done` is called with the number of finished layouts.
///
/// # Errors
/// Those of [`sim::replicate`].
pub fn play(
    layouts: Vec<Layout>,
    runs: Runs,
    stop: &AtomicBool,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Played>, SimError> {
    let mut all = Vec::with_capacity(layouts.len());
    for layout in layouts {
        let count = runs.runs.max(1);
        let played = sim::replicate(&layout.fleet, runs.seed, 0..count, runs.threads, stop, &|_| {})?;
        let study = Study::of(&layout.fleet, runs.seed, played.into_iter().map(Arc::new).collect());
        let outcome = Outcome::of(layout.name.clone(), layout.fleet.clone(), study, count);
        all.push(Played { layout, outcome });
        done(all.len());
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::cluster::pattern;

    fn file(pattern: &str, more: &[(&str, serde_json::Value)]) -> FleetFile {
        let project = pattern::find(pattern).unwrap().project().to_string();
        let mut file = FleetFile::parse(&project).unwrap();
        for (address, value) in more {
            file = file.with(address, value).unwrap();
        }
        file
    }

    fn on(file: &FleetFile, id: &str) -> Layout {
        on_pattern(file, None, pattern::find(id).unwrap()).unwrap()
    }

    #[test]
    fn a_pattern_on_its_own_file_is_the_file() {
        for pattern in pattern::PATTERNS {
            let file = file(pattern.id, &[]);
            let (own, laid) = (own(&file, None).unwrap().unwrap(), on(&file, pattern.id));
            assert_eq!((own.size, own.connected, &own.memory), (laid.size, laid.connected, &laid.memory));
            assert_eq!(own.fleet, laid.fleet, "{}", pattern.id);
        }
    }

    #[test]
    fn three_boxes_are_fewer_servers_with_less_memory_for_foundation() {
        let file = file("three-boxes", &[]);
        let (boxes, tiers) = (on(&file, "three-boxes"), on(&file, "separate-tiers"));
        assert_eq!((boxes.size.servers, boxes.size.managed), (7, 1));
        assert_eq!((tiers.size.servers, tiers.size.managed), (14, 1));
        // Two edges of 4 cores, three boxes of 16, two of data with 16.
        assert_eq!((boxes.size.cores, boxes.size.memory_gib), (88.0, 2.0 * 16.0 + 3.0 * 32.0 + 2.0 * 64.0));
        let (boxed, apart) = (boxes.memory.unwrap(), tiers.memory.unwrap());
        assert!(boxed.left_gib < apart.left_gib && boxed.shared_gib > apart.shared_gib);
        assert!(boxes.connected < tiers.connected && boxes.sign_ins_per_s < tiers.sign_ins_per_s);
        assert_eq!(boxes.fleet.groups, tiers.fleet.groups);
        assert_eq!(boxes.fleet.outage, tiers.fleet.outage);
    }

    #[test]
    fn what_was_measured_on_one_layout_does_not_hold_on_another() {
        let measured = [("/platform/workers", 3.into()), ("/scenarios/more/set", serde_json::json!({}))];
        let file = file("three-boxes", &measured);
        let file = file.assign(Some("more"), "/platform/workers", &50.into()).unwrap();
        let scenario = Some("more");
        let kept = own(&file, scenario).unwrap().unwrap();
        let pattern = pattern::find("separate-tiers").unwrap();
        let laid = on_pattern(&file, scenario, pattern).unwrap();
        assert_eq!((&*kept.said, &*laid.said), (&["/platform/workers".to_owned()][..], &*kept.said));
        let fresh = on(&file.without("/platform/workers").unwrap(), "separate-tiers");
        assert_eq!(laid.sign_ins_per_s.to_bits(), fresh.sign_ins_per_s.to_bits());
        assert!(kept.sign_ins_per_s > laid.sign_ins_per_s / 50.0);
    }

    #[test]
    fn an_outage_of_a_thing_that_is_not_there_is_an_error() {
        let file = file("three-boxes", &[("/outage/fails", "box-1".into())]);
        assert!(own(&file, None).unwrap().is_some());
        let error = on_pattern(&file, None, pattern::find("separate-tiers").unwrap()).unwrap_err();
        assert!(error.to_string().contains("box-1"), "{error}");
    }

    #[test]
    fn layouts_are_played_with_the_same_seed() {
        let file = file("three-boxes", &[("/groups/devices/devices", 200.into())]);
        let layouts = vec![on(&file, "three-boxes"), on(&file, "three-boxes"), on(&file, "single-server")];
        let runs = Runs { seed: 1, runs: 2, threads: 2 };
        let played = play(layouts, runs, &AtomicBool::new(false), &|_| {}).unwrap();
        let hashes: Vec<u64> = played.iter().map(|played| played.outcome.study.hash).collect();
        assert!(hashes[0] == hashes[1] && hashes[0] != hashes[2], "{hashes:?}");
    }
}
