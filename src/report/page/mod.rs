//! A result as one file that can be handed on: an HTML page, and Markdown for the board that decides on a change.
//!
//! The page holds everything that it shows: charts as inline SVG, a style sheet, no script, nothing from
//! elsewhere. It reads well in light and dark and on paper. Nothing in it depends on the day or the
//! machine: the same file, seed and version give the same bytes, and the command line at its end makes
//! it again.
//!
//! Words and numbers come from [`crate::plan`], as in the window and in the JSON output. Every text goes
//! through one function that leaves no markup in it, because a project may be anybody's.

mod agents;
mod board;
mod html;
mod region;
mod sections;

#[cfg(test)]
mod tests;

pub use self::board::board;
pub use self::region::{Region, region};
pub use self::sections::page;

use super::chart::Chart;
use super::recovery::{self, Part, Shown};
use super::text::Told;
use crate::fleet::file::address;
use crate::plan::{Change, Outcome};

/// What a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// The result and what it rests on.
    pub told: Told<'a>,
    /// Name of the project file as it was given.
    pub file: &'a str,
    /// Text of that file as it was read, before anything was set.
    pub text: &'a str,
    /// Command line that makes this report again.
    pub command: &'a str,
    /// Number of the change, where there is one.
    pub ticket: Option<&'a str>,
    /// The safe region, where one applies and the format shows it.
    pub region: Option<&'a Region>,
}

/// Returns the charts of a report: those of the window, and what the platform has to show besides queues.
pub fn charts(outcome: &Outcome, baseline: Option<&Outcome>) -> Vec<Chart> {
    let shown = |part| Shown { part, ..Shown::default() };
    let mut charts = recovery::charts(outcome, baseline, None, &shown(Part::Queues));
    let mut more = vec![(Part::Utilisation, "utilisation")];
    if outcome.fleet.platform.writes.is_some() {
        more.push((Part::Data, "data"));
    }
    for (part, id) in more {
        let of_platform = recovery::charts(outcome, baseline, None, &shown(part)).pop();
        charts.extend(of_platform.map(|chart| Chart { id: id.to_owned(), ..chart }));
    }
    charts
}

/// Returns to whom a change belongs: the group, the section or the area of the file.
fn place(change: &Change) -> String {
    let section = address::section(&change.input.address);
    match (change.group.as_str(), section.as_str()) {
        ("", "") => area(&change.input.address).to_owned(),
        ("", section) => section.to_owned(),
        (group, _) => group.to_owned(),
    }
}

/// Returns the area of the file that an address belongs to: `platform`.
fn area(address: &str) -> &str {
    address.split('/').nth(1).unwrap_or_default()
}
