//! Clusters that are played at the same time, as text for a terminal and as versioned JSON.

mod json;

#[cfg(test)]
mod tests;

pub use json::{CLUSTERS_SCHEMA, clusters_json, clusters_schema};

use super::terminal::{Charset, left, line, plain, wrap};
use crate::base::units;
use crate::plan::compare::Table;
use crate::plan::neighbours::{Neighbour, Stretch};

/// Widths of the names and of a column [characters].
const NAMES: usize = 26;
const COLUMN: usize = 24;

/// Returns the clusters as text: each alone and beside the others, and when its database is slow.
pub fn render(neighbours: &[Neighbour], charset: Charset) -> String {
    let mut text = String::new();
    for (at, neighbour) in neighbours.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        one(&mut text, neighbour);
    }
    text.push('\n');
    text.push_str(&wrap(
        "",
        "Medians over the runs, behind them the change against the cluster alone. Where clusters ask their \
         database for more than it writes, everything that waits for it takes longer by that factor, sign-ins \
         too: an assumption, measure yours. What is said under /platform holds for every cluster.",
    ));
    plain(&text, charset)
}

/// Adds one cluster.
fn one(text: &mut String, neighbour: &Neighbour) {
    let fleet = &neighbour.tenant.fleet;
    line(
        text,
        format_args!(
            "{}: {} devices, {} sign-ins/s",
            neighbour.tenant.name,
            units::count(fleet.devices()),
            units::significant(fleet.platform.capacity_per_s())
        ),
    );
    text.push_str(&wrap("", &told(neighbour)));
    let outcomes = [&neighbour.alone, &neighbour.beside];
    let table = Table::of(&outcomes, 0);
    row(text, "", ["alone".to_owned(), "beside the others".to_owned()]);
    let verdicts = outcomes.map(|outcome| {
        let verdict = outcome.verdict();
        format!("{} {}", verdict.sign(), verdict.word())
    });
    row(text, "Verdict", verdicts);
    for figure in &table.rows {
        let cell = |column: usize| match &figure.cells[column] {
            None => "–".to_owned(),
            Some(cell) if cell.difference.is_empty() => cell.text.clone(),
            Some(cell) => format!("{} ({})", cell.text, cell.difference),
        };
        row(text, figure.label, [cell(0), cell(1)]);
    }
}

/// Returns with whom a cluster shares its databases, and when they are asked for too much, in sentences.
pub fn told(neighbour: &Neighbour) -> String {
    if neighbour.shares_with.is_empty() {
        return "It shares no database with another cluster that has groups.".to_owned();
    }
    let with = format!("It shares its database with {}.", neighbour.shares_with.join(", "));
    let returned = neighbour.tenant.fleet.outage.length.secs();
    let (Some(first), Some(last)) = (neighbour.stretches.first(), neighbour.stretches.last()) else {
        return with + " The database writes all that they ask for.";
    };
    let least = neighbour.stretches.iter().map(|stretch| stretch.share_permille).min().unwrap_or(1_000);
    let slow: f64 = neighbour.stretches.iter().map(Stretch::seconds).sum();
    format!(
        "{with} From {} to {} it is asked for more than it writes, for {} in all and at worst {} times as much.",
        moment(first.from.secs() - returned),
        moment(last.to.secs() - returned),
        units::duration(slow),
        units::significant(1_000.0 / f64::from(least)),
    )
}

/// Returns a time counted from the return [s] in words.
fn moment(after_s: f64) -> String {
    let side = if after_s < 0.0 { "before" } else { "after" };
    format!("{} {side} the return", units::duration(after_s.abs()))
}

fn row(text: &mut String, name: &str, cells: [String; 2]) {
    let cells = cells.map(|cell| left(&cell, COLUMN - 1));
    line(text, format_args!("{} {}", left(name, NAMES), cells.join(" ")));
}
