//! What concerns the devices themselves: the files that change for them, and what one of them does in the outage.

use super::Sheet;
use super::html::Html;
use crate::base::units;
use crate::config::{self, AgentFile, GroupFiles, Part};
use crate::fleet::FleetFile;
use crate::plan::timeline::{timeline, usual_group};
use crate::report::draw::{self, DrawError, Size};
use crate::report::lanes::lanes;
use crate::report::timeline::ALONE;

/// Adds what changes in the agents' files, group by group.
pub(super) fn files(html: &mut Html, sheet: &Sheet<'_>) {
    html.element("h2", "", "Files for the devices");
    match changes(sheet) {
        Err(sentence) => html.element("p", "", sentence),
        Ok(rows) if rows.is_empty() => html.prose("", UNCHANGED),
        Ok(rows) => {
            html.table(&["Group", "File", "Setting", "Baseline", "Now"], &rows);
            html.prose("weak", WRITTEN);
        }
    }
}

/// What is said where no file changes.
pub(super) const UNCHANGED: &str =
    "No file changes against the baseline. `regather generate` writes all of them.";
/// How the files come to be.
pub(super) const WRITTEN: &str = "`regather generate` writes the files whole, and `regather diff` compares them with \
                                  those that the devices have.";

/// Returns what changes in the agents' files: group, file, setting, value in the baseline, value now.
///
/// # Errors
/// A sentence where no file can be written.
pub(super) fn changes(sheet: &Sheet<'_>) -> Result<Vec<Vec<String>>, &'static str> {
    let told = &sheet.told;
    let groups = config::render(&told.outcome.fleet, &told.file.view(told.scenario))
        .map_err(|_| "The mapping of keys has errors, so no file can be written: see the findings.")?;
    let before = baseline(sheet);
    let rows = groups.iter().flat_map(|group| {
        let old = before.iter().find(|old| old.group == group.group);
        changed(group, old)
    });
    Ok(rows.collect())
}

/// Returns the files of the project as it was read, before anything was set.
fn baseline(sheet: &Sheet<'_>) -> Vec<GroupFiles> {
    let Ok(file) = FleetFile::parse(sheet.text) else { return Vec::new() };
    let Some(fleet) = file.check(None).fleet else { return Vec::new() };
    config::render(&fleet, &file.view(None)).unwrap_or_default()
}

/// Returns a row for each value of a group's files that differs from before.
fn changed(group: &GroupFiles, old: Option<&GroupFiles>) -> Vec<Vec<String>> {
    let name = format!("{} ({})", group.name, units::count(u64::from(group.devices)));
    if let (Part::None(reason), false) = (&group.part, old.is_some_and(|old| old.part == group.part)) {
        return vec![vec![name, "none".to_owned(), reason.clone(), String::new(), String::new()]];
    }
    let values = |file: &AgentFile, key: &str| {
        let row = file.rows.iter().find(|row| row.key == key);
        row.and_then(|row| row.gets.as_ref()).map_or_else(|| "–".to_owned(), |shown| shown.file.clone())
    };
    let mut rows = Vec::new();
    for file in group.files() {
        let was = old.and_then(|old| old.files().iter().find(|was| was.name == file.name));
        for row in &file.rows {
            let (from, to) =
                (was.map_or_else(|| "–".to_owned(), |was| values(was, &row.key)), values(file, &row.key));
            if from != to {
                rows.push(vec![name.clone(), file.name.clone(), row.key.clone(), from, to]);
            }
        }
    }
    rows
}

/// Adds what one device does in the outage under each agent.
pub(super) fn one_device(html: &mut Html, sheet: &Sheet<'_>) -> Result<(), DrawError> {
    let outcome = sheet.told.outcome;
    let Some(made) = timeline(&outcome.fleet, usual_group(&outcome.fleet), outcome.study.seed) else {
        return Ok(());
    };
    html.element("h2", "", "One device under each agent");
    html.element("p", "weak", ALONE);
    let lanes = lanes(&made);
    html.raw("<figure>\n");
    html.raw(&draw::inline(&lanes, Size::of_lanes(&lanes))?);
    html.raw("</figure>\n");
    let rows: Vec<Vec<String>> = made
        .lanes
        .iter()
        .map(|lane| {
            let own = if lane.own { " (this group)" } else { "" };
            vec![
                format!("{}{own}", lane.variant.label()),
                lane.settings(),
                units::count(u64::from(lane.attempts)),
                lane.ending(),
            ]
        })
        .collect();
    html.table(&["Agent", "Settings", "Attempts", "How it ends"], &rows);
    Ok(())
}
