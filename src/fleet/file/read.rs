//! From the file to the [`Fleet`]: every input read, every finding collected.

use super::address::{self, join};
use super::{Checked, FleetFile, Input, MAX_DEVICES, Value, View};
use crate::base::json::{self, Kind, Node};
use crate::base::{Finding, Micros, Severity, units};
use crate::fleet::cluster::PLAYED;
use crate::fleet::cluster::tenants::Sides;
use crate::fleet::group::Group;
use crate::fleet::outage::Outage;
use crate::fleet::setting::Setting;
use crate::fleet::settings::{Area, CURRENCIES};
use crate::fleet::target::Targets;
use crate::fleet::unknown::{Unknown, UnknownInput, Unknowns};
use crate::fleet::{Certainty, Fleet, Prices};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keys that may stand beside the inputs of an area, for people and for other parts of the program.
const PROSE: [&str; 2] = ["name", "why"];

/// Returns the fleet of a scenario with all findings; what is unknown has its stated value.
pub(super) fn read(file: &FleetFile, scenario: Option<&str>) -> Checked {
    let mut reader =
        Reader { view: file.view(scenario), findings: file.tree().duplicates(), unknowns: Vec::new() };
    reader.top(file);
    reader.scenarios(file);
    let fleet = reader.fleet(file).map(|fleet| Fleet {
        unknowns: Unknowns::of(file, scenario, std::mem::take(&mut reader.unknowns)),
        ..fleet
    });
    Checked { fleet, findings: reader.findings }
}

/// Returns the fleet of a scenario with what a run has drawn for the addresses that are unknown.
///
/// # Errors
/// The finding that makes it impossible.
pub(super) fn read_drawn(
    file: &FleetFile,
    scenario: Option<&str>,
    drawn: &BTreeMap<String, Value>,
) -> Result<Fleet, Box<Finding>> {
    let view = file.view(scenario).with_drawn(drawn);
    let mut reader = Reader { view, findings: Vec::new(), unknowns: Vec::new() };
    if let Some(fleet) = reader.fleet(file) {
        return Ok(fleet);
    }
    let why = reader.findings.into_iter().find(Finding::blocks);
    Err(Box::new(why.unwrap_or_else(|| Finding::error("F031", "", "The fleet cannot be read."))))
}

/// Returns the fleet of a scenario in which the cluster with this id is played; `None` where an error makes one
/// impossible, or no group signs in to it. Its findings are those of [`read`], so they are not told again.
pub(super) fn read_cluster(file: &FleetFile, scenario: Option<&str>, cluster: &str) -> Option<Fleet> {
    let view = file.view(scenario).focused(cluster);
    Reader { view, findings: Vec::new(), unknowns: Vec::new() }.fleet(file)
}

/// The values of one area by key.
pub(super) type Values = BTreeMap<&'static str, Value>;

/// Reads areas and collects what is wrong.
pub(super) struct Reader<'a> {
    pub(super) view: View<'a>,
    pub(super) findings: Vec<Finding>,
    /// What nobody knows, in the order in which it was read.
    unknowns: Vec<UnknownInput>,
}

impl Reader<'_> {
    /// Reads what a fleet is made of; `None` where an error makes one impossible.
    fn fleet(&mut self, file: &FleetFile) -> Option<Fleet> {
        let groups = self.groups(file);
        self.topology();
        let sides = groups.as_deref().map(|groups| self.sides(groups)).unwrap_or_default();
        let platform = self.platform();
        let outage = self.outage(file).map(|outage| sides.met(outage));
        let targets = self.targets();
        let prices = self.prices();
        self.target_is_watched(outage.as_ref(), targets.as_ref());
        if let (Some(outage), Some(groups)) = (&outage, &groups) {
            self.somebody_is_cut(outage, &sides.here(groups));
        }
        let impossible =
            self.findings.iter().any(|finding| finding.code.starts_with('F') && finding.blocks());
        let (groups, platform, outage, targets, prices) = (groups?, platform?, outage?, targets?, prices?);
        let name = file.name().to_owned();
        let unknowns = Unknowns::default();
        let several = self.view.topology().filter(|topology| topology.clusters().count() > 1);
        let cluster = several.and_then(|topology| Some(topology.played()?.node.name.clone()));
        let (groups, elsewhere) = sides.parted(groups);
        let fleet = Fleet { name, groups, cluster, elsewhere, platform, outage, targets, prices, unknowns };
        (!impossible).then_some(fleet)
    }

    /// Reads the topology; what is wrong with it is found here once.
    fn topology(&mut self) {
        let read = Arc::clone(self.view.cluster());
        self.findings.extend(read.findings.iter().cloned());
        for (address, row, unknown) in &read.unknowns {
            self.unknown(address, row, unknown.clone());
        }
    }

    /// Returns who signs in to the cluster that is played; says who does not, and finds a cluster that is not there
    /// or has nobody.
    fn sides(&mut self, groups: &[Group]) -> Sides {
        let read = Arc::clone(self.view.cluster());
        let sides = Sides::of(read.topology.as_ref(), groups);
        let Some(topology) = &read.topology else { return sides };
        let Some(played) = topology.played() else { return sides };
        let (place, pointer) = match self.view.lookup(PLAYED) {
            Some((node, pointer)) => (self.view.tree().place(node), pointer),
            None => (self.view.tree().place_of(PLAYED), PLAYED.to_owned()),
        };
        let ids: Vec<&str> = topology.clusters().map(|cluster| &*cluster.node.id).collect();
        if let Some(named) = self.view.focus().filter(|id| !ids.contains(id)) {
            let finding = Finding::error("F062", pointer.clone(), format!("There is no cluster `{named}`."))
                .why("One cluster of the topology is simulated, and this names it.");
            let finding = match nearest(named, &ids) {
                Some(near) => {
                    finding.fix(format!("Did you mean `{near}`?")).patch(pointer, near, format!("Say {near}"))
                }
                None => finding.fix(format!("The clusters are {}.", ids.join(", "))),
            };
            self.findings.push(finding.at(place.0, place.1));
            return sides;
        }
        let away = sides.away(groups);
        if away.len() == groups.len() {
            let what = format!("No group of devices signs in to {}.", played.node.name);
            let finding = Finding::error("F063", pointer, what)
                .why("It is the cluster that is simulated, and without devices there is nothing that could come back.")
                .fix(format!("Name its groups in `/cluster/{}/groups`, or choose another cluster.", played.node.id));
            self.findings.push(finding.at(place.0, place.1));
            return sides;
        }
        for other in topology.clusters().filter(|other| !other.is(played)) {
            let is_there = |group: &&&Group| topology.home_of(&group.id).is_some_and(|home| home.is(other));
            let names: Vec<&str> = away.iter().filter(is_there).map(|group| &*group.name).collect();
            if names.is_empty() {
                continue;
            }
            let pointer = other.node.address("groups");
            let (line, column) = self.view.tree().place_of(&pointer);
            let (whose, other) =
                (if names.len() == 1 { "nor is its group" } else { "nor are its groups" }, other.node);
            let (played, names) = (&played.node.name, names.join(", "));
            let what = format!("{} is not simulated, {played} is; {whose} {names}.", other.name);
            self.findings.push(
                Finding::new(Severity::Info, "F060", pointer, what)
                    .why("One cluster is simulated at a time: groups of the others get their files, but have no part in it.")
                    .fix(format!("Simulate it with `--cluster {}` or `{PLAYED}`; `regather clusters` plays all of them.", other.id))
                    .at(line, column),
            );
        }
        // What nobody knows about them changes no run.
        self.unknowns.retain(|unknown| {
            unknown.input.group.as_deref().is_none_or(|id| away.iter().all(|group| group.id != id))
        });
        sides
    }

    /// Adds a finding at the place of a node.
    pub(super) fn at(&mut self, node: &Node, finding: Finding) {
        let (line, column) = self.view.tree().place(node);
        self.findings.push(finding.at(line, column));
    }

    /// Returns the values of all given rows below a base pointer; `None` where one cannot be read.
    pub(super) fn values(
        &mut self,
        base: &str,
        rows: impl Iterator<Item = &'static Setting>,
    ) -> Option<BTreeMap<&'static str, Value>> {
        let mut values = BTreeMap::new();
        let mut complete = true;
        for row in rows {
            match self.view.value(&join(base, row), row) {
                Ok(Value::Unknown(unknown)) => {
                    values.insert(row.key, unknown.stated(row));
                    self.unknown(&join(base, row), row, unknown);
                }
                Ok(value) => {
                    values.insert(row.key, value);
                }
                Err(finding) => {
                    self.findings.push(finding);
                    complete = false;
                }
            }
        }
        complete.then_some(values)
    }

    /// Remembers an input that nobody knows.
    fn unknown(&mut self, address: &str, setting: &'static Setting, unknown: Unknown) {
        let Some(input) = address::resolve(&self.view, address) else { return };
        let id = input.group.as_deref().unwrap_or_default();
        let name = self.view.tree().get(&json::join(&json::join("/groups", id), "name"));
        let group = name.and_then(Node::as_str).unwrap_or(id).to_owned();
        self.unknowns.push(UnknownInput { input: Input { setting, ..input }, group, unknown });
    }

    /// Finds keys below a base pointer that no row knows.
    pub(super) fn unknown_keys(&mut self, base: &str, rows: &[&str]) {
        let Some((node, _)) = self.view.lookup(base) else { return };
        if !matches!(node.kind, Kind::Object(_)) {
            let what = format!("`{base}` is {}, not an object.", node.type_word());
            let finding = Finding::error("F013", base, what).why("Nothing in it can be read.");
            self.at(node, finding.fix("Write an object in braces."));
            return;
        }
        for member in node.members() {
            let key = &*member.key;
            if rows.contains(&key) || PROSE.contains(&key) {
                continue;
            }
            let pointer = json::join(base, key);
            let below = format!("{key}/");
            if rows.iter().any(|row| row.starts_with(&below)) {
                let inner: Vec<_> = rows.iter().filter_map(|row| row.strip_prefix(&below)).collect();
                self.unknown_keys(&pointer, &inner);
                continue;
            }
            let finding = Finding::warning("F019", pointer, format!("`{key}` is not known here."))
                .why("It is kept when the file is saved, but it has no effect on the result.");
            let finding = match nearest(key, rows) {
                Some(row) => finding.fix(format!("Did you mean `{row}`?")),
                None => finding.fix("Take it out, or leave it to the program that uses it."),
            };
            self.at(&member.value, finding);
        }
    }

    /// Checks the top of the file.
    fn top(&mut self, file: &FleetFile) {
        let known = [
            "regather",
            "$schema",
            "platform_version",
            "groups",
            "platform",
            "cluster",
            "outage",
            "targets",
            "costs",
            "inventory",
            "mapping",
            "scenarios",
            "sources",
            "silenced",
        ];
        self.unknown_keys("", &known);
        let tree = file.tree();
        for (section, why) in [("/sources", "sources say where numbers come from"), ("/silenced", "reasons")]
        {
            if self.is_object(section)
                && let Some(node) = tree.get(section)
            {
                for member in node.members() {
                    let fits = match section {
                        "/sources" => member
                            .value
                            .get("certainty")
                            .and_then(Node::as_str)
                            .is_some_and(|word| Certainty::from_word(word).is_some()),
                        _ => member.value.as_str().is_some_and(|reason| !reason.trim().is_empty()),
                    };
                    if !fits {
                        let pointer = json::join(section, &member.key);
                        let finding = Finding::warning("F024", pointer, format!("This entry of {why} is not readable."))
                            .why("It has no effect.")
                            .fix(match section {
                                "/sources" => "Write {\"certainty\": \"documented|measured|inferred|assumed\", \"source\": \"…\"}.",
                                _ => "Write the code with the reason for accepting it: {\"D003\": \"…\"}.",
                            });
                        self.at(&member.value, finding);
                    }
                }
            }
        }
    }

    /// Finds a target that lies beyond what is watched: it would count as missed, whatever happens.
    fn target_is_watched(&mut self, outage: Option<&Outage>, targets: Option<&Targets>) {
        let (Some(outage), Some(limit)) = (outage, targets.and_then(|targets| targets.t95)) else { return };
        if limit <= outage.watch {
            return;
        }
        let address = "/targets/t95_s";
        let (pointer, place) = match self.view.lookup(address) {
            Some((node, pointer)) => (pointer, self.view.tree().place(node)),
            None => (address.to_owned(), self.view.tree().place_of(address)),
        };
        let what = format!("The target of {limit} lies beyond the {} that are watched.", outage.watch);
        let watch = (limit.secs() * 1.5).ceil() as u64;
        self.findings.push(
            Finding::error("F025", pointer, what)
                .why("Devices that come back after the watched time count as not back.")
                .fix("Watch for longer (`/outage/watch_s`), or set a shorter target.")
                .patch("/outage/watch_s", watch, format!("Watch for {}", units::duration(watch as f64)))
                .at(place.0, place.1),
        );
    }

    /// Finds a section that is not an object.
    fn is_object(&mut self, pointer: &str) -> bool {
        let Some(node) = self.view.tree().get(pointer) else { return false };
        if matches!(node.kind, Kind::Object(_)) {
            return true;
        }
        let what = format!("`{pointer}` is {}, not an object.", node.type_word());
        self.at(
            node,
            Finding::error("F013", pointer, what)
                .why("It would have no effect.")
                .fix("Write an object in braces."),
        );
        false
    }

    /// Checks what scenarios assign.
    fn scenarios(&mut self, file: &FleetFile) {
        self.is_object("/scenarios");
        for scenario in file.scenarios() {
            let base = json::join("/scenarios", &scenario.id);
            self.unknown_keys(&base, &["set"]);
            self.is_object(&format!("{base}/set"));
            let view = file.view(Some(&scenario.id));
            for (target, pointer) in view.assigned() {
                let Some(node) = file.tree().get(pointer) else { continue };
                if let Some(input) = address::resolve(&view, target) {
                    // Values of the scenario that is read are checked where they are read.
                    if let Err(finding) = view.value(target, input.setting)
                        && self.view.assigned().get(target) != Some(pointer)
                    {
                        self.findings.push(finding);
                    }
                    continue;
                }
                let what =
                    format!("Scenario `{}` sets `{target}`, which this file does not have.", scenario.name);
                let finding = Finding::error("F020", pointer.clone(), what)
                    .why("An assignment without effect would look like a what-if and change nothing.")
                    .fix("Correct the address, or take the assignment out; `regather reference inputs` lists them.");
                self.at(node, finding);
            }
        }
    }

    /// Reads the groups.
    fn groups(&mut self, file: &FleetFile) -> Option<Vec<Group>> {
        let ids: Vec<&str> = file.group_ids().collect();
        if ids.is_empty() {
            let (line, column) = file.tree().place_of("/groups");
            self.findings.push(
                Finding::error("F017", "/groups", "The fleet has no group of devices.")
                    .why("Without devices there is nothing that could come back.")
                    .fix("Add a group: {\"pumps\": {\"devices\": 1000, \"agent\": \"example-agent\", …}}.")
                    .at(line, column),
            );
            return None;
        }
        let mut seen = BTreeMap::new();
        let mut groups = Vec::new();
        for id in &ids {
            self.check_id(file, id, &mut seen);
            groups.push(self.group(file, id));
        }
        let groups: Vec<Group> = groups.into_iter().collect::<Option<_>>()?;
        let devices: u64 = groups.iter().map(|group| u64::from(group.devices)).sum();
        if devices > MAX_DEVICES {
            let (line, column) = file.tree().place_of("/groups");
            let what = format!("The fleet has {} devices in all groups.", units::count(devices));
            self.findings.push(
                Finding::error("F018", "/groups", what)
                    .why("A run keeps every device in memory.")
                    .fix(format!("Stay at or below {} devices in one project.", units::count(MAX_DEVICES)))
                    .at(line, column),
            );
            return None;
        }
        Some(groups)
    }

    /// Finds ids that cannot be a folder name on every system.
    fn check_id<'i>(&mut self, file: &FleetFile, id: &'i str, seen: &mut BTreeMap<String, &'i str>) {
        let pointer = json::join("/groups", id);
        let legal = (1..=64).contains(&id.len())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            && !is_device_name(id);
        let what = if !legal {
            format!("`{id}` cannot be the id of a group.")
        } else if let Some(other) = seen.insert(id.to_ascii_lowercase(), id) {
            format!("The group ids `{other}` and `{id}` differ only by case.")
        } else {
            return;
        };
        let (line, column) = file.tree().place_of(&pointer);
        self.findings.push(
            Finding::error("F022", pointer, what)
                .why("The id becomes a folder name on Windows, macOS and Linux.")
                .fix("Use 1 to 64 letters, digits, `-` and `_`, and say the rest in `name`.")
                .at(line, column),
        );
    }

    /// Reads the values of an area that stands once in the file.
    fn area(&mut self, area: Area) -> Option<Values> {
        let keys: Vec<&str> = area.settings().iter().map(|row| row.key).collect();
        self.unknown_keys(area.base(), &keys);
        self.values(area.base(), area.settings().iter())
    }

    /// Reads the targets.
    fn targets(&mut self) -> Option<Targets> {
        let values = self.area(Area::Targets)?;
        Some(Targets {
            t95: values["t95_s"].number().and_then(Micros::from_secs_f64),
            peak_sign_ins_per_s: values["peak_sign_ins_per_s"].number(),
            drained: values["t_drained_s"].number().and_then(Micros::from_secs_f64),
            lost_values: values["lost_values"].number().map(|count| count as u64),
        })
    }

    /// Reads the prices.
    fn prices(&mut self) -> Option<Prices> {
        let values = self.area(Area::Costs)?;
        self.inert(Area::Costs.base(), Area::Costs.settings());
        let code = word(&values, "currency");
        Some(Prices {
            currency: CURRENCIES.iter().find(|choice| choice.value == code).map_or("", |choice| choice.value),
            downtime_per_device_hour: values["downtime_per_device_hour"].number(),
            per_lost_value: values["per_lost_value"].number(),
        })
    }
}

/// Returns whether Windows takes a name for a device instead of a folder.
fn is_device_name(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    let numbered = |device: &str| {
        id.strip_prefix(device)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(id.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

/// Returns a number that the registry guarantees to be there, already checked against its range.
pub(super) fn number(values: &BTreeMap<&str, Value>, key: &str) -> f64 {
    values.get(key).and_then(Value::number).unwrap_or_default()
}

/// Returns the word of a choice; empty where there is none.
pub(super) fn word<'v>(values: &'v BTreeMap<&str, Value>, key: &str) -> &'v str {
    match values.get(key) {
        Some(Value::Word(word)) => word,
        _ => "",
    }
}

/// Returns the known key that is a few typing errors away from an unknown one.
pub(in crate::fleet) fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|known| (strsim::levenshtein(key, known), *known))
        .filter(|(distance, known)| *distance <= known.len() / 3)
        .min()
        .map(|(_, known)| known)
}
