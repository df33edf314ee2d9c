//! Several scenarios beside each other, as text for a terminal and as versioned JSON.

mod json;

#[cfg(test)]
mod tests;

pub use json::{COMPARE_SCHEMA, compared_json, compared_schema};
pub(in crate::report) use json::{figure, figure_schema};

use super::terminal::{Charset, left, line, plain, wrap};
use crate::fleet::file::address;
use crate::plan::Outcome;
use crate::plan::compare::{InputRow, Side, Table, inputs};

/// Widths of the names and of a scenario's column [characters]; three columns fill a line.
const NAMES: usize = 22;
const COLUMN: usize = 19;
const IN_A_LINE: usize = 3;

/// Scenarios that were played, with what was put in and what came out.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// Each scenario's id; `None` for the baseline of the file.
    pub scenarios: Vec<Option<&'a str>>,
    /// Their results, in the same order.
    pub outcomes: Vec<&'a Outcome>,
    /// The results as a table.
    pub table: Table,
    /// The inputs in which they differ.
    pub inputs: Vec<InputRow>,
}

impl<'a> Compared<'a> {
    /// Returns scenarios against the one with the index `baseline`, each with the file it was read from.
    pub fn of(sides: &[Side<'a>], outcomes: &[&'a Outcome], baseline: usize) -> Self {
        Self {
            scenarios: sides.iter().map(|(_, scenario)| *scenario).collect(),
            outcomes: outcomes.to_vec(),
            table: Table::of(outcomes, baseline),
            inputs: inputs(sides, baseline),
        }
    }

    /// Returns the columns in the order in which they are read: the baseline, and then the others.
    fn order(&self) -> Vec<usize> {
        let baseline = self.table.baseline;
        let others = (0..self.table.columns.len()).filter(|&column| column != baseline);
        std::iter::once(baseline).chain(others).collect()
    }
}

/// Returns a comparison as text: what differs in the inputs, and what that changes.
pub fn render(compared: &Compared<'_>, charset: Charset) -> String {
    let order = compared.order();
    let mut text = String::new();
    // Where there are many, each line of columns begins with the baseline.
    let others: Vec<&[usize]> = order[1..].chunks(IN_A_LINE - 1).collect();
    let blocks = if others.is_empty() { vec![&[][..]] } else { others };
    for (number, others) in blocks.into_iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        let columns: Vec<usize> = order[..1].iter().chain(others).copied().collect();
        block(&mut text, compared, &columns);
    }
    text.push('\n');
    text.push_str(&wrap(
        "",
        "Medians over the runs, behind them the change against the baseline, the first column.",
    ));
    plain(&text, charset)
}

/// Adds the columns of some scenarios.
fn block(text: &mut String, compared: &Compared<'_>, columns: &[usize]) {
    let table = &compared.table;
    row(text, "", columns.iter().map(|&column| table.columns[column].name.clone()));
    let verdict = |&column: &usize| {
        let verdict = table.columns[column].verdict;
        format!("{} {}", verdict.sign(), verdict.word())
    };
    row(text, "Verdict", columns.iter().map(verdict));
    let changed: Vec<&InputRow> = compared
        .inputs
        .iter()
        .filter(|input| columns.iter().any(|&column| input.values[column] != input.values[columns[0]]))
        .collect();
    if !changed.is_empty() {
        line(text, format_args!("\nChanged inputs"));
    }
    for input in changed {
        text.push_str(&wrap("", &name(input)));
        row(text, "", columns.iter().map(|&column| input.text(column)));
    }
    line(text, format_args!("\nResults"));
    for figure in &table.rows {
        let cell = |&column: &usize| match &figure.cells[column] {
            None => "–".to_owned(),
            Some(cell) if cell.difference.is_empty() => cell.text.clone(),
            Some(cell) => format!("{} ({})", cell.text, cell.difference),
        };
        row(text, figure.label, columns.iter().map(cell));
    }
}

/// Returns what an input is called, with whose it is.
fn name(input: &InputRow) -> String {
    let section = address::section(&input.input.address);
    let label = input.input.setting.label;
    match (input.group.as_str(), section.as_str()) {
        ("", "") => label.to_owned(),
        ("", section) => format!("{label}, {section}"),
        (group, _) => format!("{label}, {group}"),
    }
}

fn row(text: &mut String, name: &str, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| left(&cell, COLUMN - 1)).collect();
    line(text, format_args!("{} {}", left(name, NAMES), cells.join(" ")));
}
