//! The table of groups and the sections of the inspector as plain text.

use crate::base::{Severity, json, units};
use crate::desk::View;
use crate::fleet::cluster::NodeKind;
use crate::fleet::file::address;
use crate::fleet::setting::{Setting, Unit};
use crate::fleet::settings::{Area, GROUP, group_setting};

/// Heads of the columns.
pub const HEAD: [&str; 6] = ["Group", "Agent", "Devices", "Random delay", "Values", "Findings"];
/// Columns that hold numbers.
pub const NUMERIC: [usize; 3] = [2, 3, 4];

/// The table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Line above: `12 000 devices in 4 groups`.
    pub title: String,
    /// Groups in the order of the file.
    pub rows: Vec<Row>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Id of the group.
    pub id: String,
    /// Cells in the order of [`HEAD`]; `–` where there is nothing.
    pub cells: [String; 6],
    /// The row in a sentence.
    pub spoken: String,
}

/// Returns the table of the active scenario.
pub fn table(view: &View<'_>) -> Table {
    let seen = view.seen();
    let rows: Vec<Row> = view
        .file
        .group_ids()
        .map(|id| {
            let base = json::join("/groups", id);
            let kind = address::kind_of(&seen, id);
            let read = |setting: &Setting| {
                seen.value(&address::join(&base, setting), setting)
                    .map_or_else(|_| "?".to_owned(), |value| value.human(setting))
            };
            let own = |key: &str| GROUP.iter().find(|row| row.key == key).map_or_else(String::new, read);
            let delay = kind
                .and_then(|kind| {
                    Area::Agent(kind).settings().iter().find(|row| row.lever == Some("random_delay"))
                })
                .map_or_else(|| "–".to_owned(), read);
            let name = view.file.group_name(id).to_owned();
            let kind = kind.map_or_else(|| "?".to_owned(), |kind| kind.label().to_owned());
            let devices = own("devices");
            Row {
                id: id.to_owned(),
                spoken: format!("{name}, {kind}, {devices} devices, random delay {delay}"),
                cells: [name, kind, devices, delay, values(view, id), findings(view, &base)],
            }
        })
        .collect();
    let devices = view.fleet.map_or_else(
        || "?".to_owned(),
        |fleet| units::count(fleet.everybody().map(|group| u64::from(group.devices)).sum()),
    );
    let groups = if rows.len() == 1 { "1 group".to_owned() } else { format!("{} groups", rows.len()) };
    Table { title: format!("{devices} devices in {groups}"), rows }
}

/// Returns how many values the group records in a second: `360 /s`.
fn values(view: &View<'_>, id: &str) -> String {
    let group = view.fleet.and_then(|fleet| fleet.group(id));
    group.map_or_else(
        || "–".to_owned(),
        |group| {
            let rate = group.telemetry.values_per_s() * f64::from(group.devices);
            format!("{}{}/s", units::significant(rate), units::THIN)
        },
    )
}

/// Returns the findings of a group: `1 error`, `2 warnings`, `–`.
fn findings(view: &View<'_>, base: &str) -> String {
    let below = format!("{base}/");
    let count = |severity| {
        view.findings()
            .iter()
            .filter(|f| f.severity == severity && f.silenced.is_none() && f.pointer.starts_with(&below))
            .count()
    };
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => "–".to_owned(),
        (0, 1) => "⚠ 1 warning".to_owned(),
        (0, n) => format!("⚠ {n} warnings"),
        (1, _) => "✕ 1 error".to_owned(),
        (n, _) => format!("✕ {n} errors"),
    }
}

/// A heading of the inspector with its settings.
pub struct Section {
    /// Heading.
    pub title: &'static str,
    /// Rows of the registry.
    pub settings: Vec<&'static Setting>,
}

/// A part of what belongs to the whole project.
pub struct Part {
    /// Base of its addresses.
    pub base: String,
    /// Heading.
    pub title: String,
    /// What can be done with the whole part.
    pub role: Role,
    /// Rows of the registry that are shown.
    pub settings: Vec<&'static Setting>,
}

/// What can be done with a part of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is always there.
    Fixed,
    /// It is modelled and can be taken out.
    Modelled(Area),
    /// It is not modelled and can be.
    Absent(Area),
    /// A further event with this id.
    Event(String),
    /// The place at which events are added.
    Events,
}

/// Returns the parts that belong to the whole project, in the order of the file.
pub fn project_parts(view: &View<'_>) -> Vec<Part> {
    let seen = view.seen();
    // What has no effect and is not in the file would only be in the way.
    let shown = |base: &str, area: Area| -> Vec<&'static Setting> {
        let useful = |row: &&Setting| {
            let address = address::join(base, row);
            seen.lookup(&address).is_some() || seen.inert(&address, row).is_none()
        };
        area.settings().iter().filter(useful).collect()
    };
    let mut parts = Vec::new();
    for area in Area::SINGLE {
        let (base, title) = (area.base().to_owned(), area.title().to_owned());
        let (role, settings) = match (area.is_optional(), seen.present(area)) {
            (false, _) => (Role::Fixed, shown(&base, area)),
            (true, true) => (Role::Modelled(area), shown(&base, area)),
            (true, false) => (Role::Absent(area), Vec::new()),
        };
        parts.push(Part { base, title, role, settings });
        if area == Area::Outage {
            for id in seen.event_ids() {
                let base = address::event_base(&id);
                let settings = shown(&base, Area::Event);
                parts.push(Part { title: format!("Event {id}"), role: Role::Event(id), settings, base });
            }
            let title = "Further events".to_owned();
            parts.push(Part { base: String::new(), title, role: Role::Events, settings: Vec::new() });
        }
    }
    parts
}

/// Returns what an optional input is set to first: a value that is worth starting from.
pub fn first_value(setting: &Setting, view: &View<'_>) -> Option<f64> {
    let capacity = view.fleet.map_or(100.0, |fleet| fleet.platform.capacity_per_s());
    match setting.key {
        "t95_s" => Some(300.0),
        "peak_sign_ins_per_s" | "limit_per_s" => Some(capacity.max(1.0).round()),
        "lost_values" => Some(0.0),
        "t_drained_s" | "idle_timeout_s" => Some(3_600.0),
        "sign_in_timeout_ms" | "upgrade_timeout_ms" | "waiting_sign_ins" => Some(10_000.0),
        "held_connections" | "file_descriptors" => {
            Some(view.fleet.map_or(10_000.0, |fleet| (fleet.devices() as f64 * 1.2).ceil()))
        }
        "bind_protection_s" => Some(60.0),
        "values" => Some(1_000_000.0),
        "repeat_every_s" => Some(21_600.0),
        _ if of_cluster(setting) => {
            let (low, high) = setting.slider.unwrap_or((setting.range.0.max(1.0), setting.range.1));
            Some(low.clamp(setting.range.0, high))
        }
        _ => None,
    }
}

/// Returns whether a number is one of the topology: every one of them can be set where it is shown.
fn of_cluster(setting: &Setting) -> bool {
    let number = !matches!(setting.unit, Unit::Choice(_) | Unit::Moment | Unit::Groups | Unit::Text);
    number && NodeKind::tables().any(|kind| kind.settings().contains(setting))
}

/// Returns the sections of the inspector for a group.
pub fn sections(view: &View<'_>, id: &str) -> Vec<Section> {
    let seen = view.seen();
    let pick =
        |keys: &[&str]| GROUP.iter().filter(|row| keys.iter().any(|key| row.key.starts_with(key))).collect();
    let mut sections = vec![Section { title: "Devices", settings: pick(&["agent", "devices"]) }];
    let kind = address::kind_of(&seen, id);
    if let Some(kind) = kind {
        let own =
            Area::Agent(kind).settings().iter().filter_map(|row| group_setting(kind, row.key)).collect();
        sections.push(Section { title: "Connection", settings: own });
    }
    sections.push(Section { title: "Network", settings: pick(&["tls", "local_trouble/"]) });
    sections.push(Section { title: "Data while away", settings: pick(&["telemetry/", "offline_store/"]) });
    let files = kind.map(Area::FileOnly).filter(|area| !area.settings().is_empty());
    sections.extend(
        files.map(|area| Section { title: area.title(), settings: area.settings().iter().collect() }),
    );
    sections
}
