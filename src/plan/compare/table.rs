//! Several results in one table, and the inputs in which their scenarios differ.

use super::change;
use crate::fleet::FleetFile;
use crate::fleet::file::{Input, Value};
use crate::plan::{Figure, Outcome, Verdict};

/// Figures of the table, in its order; a row stands where at least one result has it.
const ROWS: [&str; 16] = [
    "t50_s",
    "t95_s",
    "t99_s",
    "t_drained_s",
    "peak_sign_ins_per_s",
    "largest_queue",
    "lost_values",
    "lost_in_device_stores",
    "rejected_values",
    "lost_in_crash",
    "relapses",
    "never_back",
    "stranded",
    "cost_of_downtime",
    "cost_of_lost_data",
    "cost",
];

/// Results beside each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The results, in the order in which they were given.
    pub columns: Vec<Column>,
    /// Index of the column that the others are measured against.
    pub baseline: usize,
    /// The figures.
    pub rows: Vec<Row>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name of the scenario.
    pub name: String,
    /// Whether it meets its own targets.
    pub verdict: Verdict,
    /// Runs that are in.
    pub runs: u32,
}

/// One figure of every result.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Key in JSON, with its unit (`t95_s`).
    pub key: &'static str,
    /// What people read.
    pub label: &'static str,
    /// One cell per column; `None` where the scenario does not model the figure.
    pub cells: Vec<Option<Cell>>,
}

/// One figure of one result.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The figure.
    pub figure: Figure,
    /// Its median as tables show it: `3:10`.
    pub text: String,
    /// The change against the baseline: `−3:30`, `=`; empty in the baseline itself, without a figure of the
    /// baseline, and where either is never.
    pub difference: String,
}

impl Row {
    /// Returns the row of a figure in every column; `None` where no column has it.
    pub fn of(figures: &[Option<Figure>], baseline: usize) -> Option<Self> {
        let first = figures.iter().flatten().next()?;
        let reference = figures.get(baseline).copied().flatten();
        let cell = |(column, figure): (usize, &Option<Figure>)| {
            figure.map(|figure| Cell {
                figure,
                text: figure.cell(figure.median),
                difference: match &reference {
                    Some(reference) if column != baseline => change(&figure, reference),
                    _ => String::new(),
                },
            })
        };
        Some(Self {
            key: first.key,
            label: first.label,
            cells: figures.iter().enumerate().map(cell).collect(),
        })
    }
}

impl Table {
    /// Returns the table of these results against the one with this index.
    pub fn of(results: &[&Outcome], baseline: usize) -> Self {
        let columns = results.iter().map(|result| Column {
            name: result.scenario.clone(),
            verdict: result.verdict(),
            runs: result.runs(),
        });
        let all: Vec<Vec<Figure>> = results.iter().map(|result| result.figures()).collect();
        let row = |key: &str| {
            let of = |figures: &Vec<Figure>| figures.iter().find(|figure| figure.key == key).copied();
            Row::of(&all.iter().map(of).collect::<Vec<_>>(), baseline)
        };
        Self { columns: columns.collect(), baseline, rows: ROWS.iter().filter_map(|key| row(key)).collect() }
    }
}

/// A file seen through one of its scenarios; `None` is the baseline.
pub type Side<'a> = (&'a FleetFile, Option<&'a str>);

/// One input that not all scenarios share.
#[derive(Clone, Debug, PartialEq)]
pub struct InputRow {
    /// The input.
    pub input: Input,
    /// Name of the group it belongs to; empty for inputs of the platform, the outage and the targets.
    pub group: String,
    /// Its value in each scenario; `None` where the scenario does not have it.
    pub values: Vec<Option<Value>>,
}

impl InputRow {
    /// Returns the value in a scenario in words: `5 min`, `–` where it does not have the input.
    pub fn text(&self, column: usize) -> String {
        let value = self.values.get(column).and_then(Option::as_ref);
        value.map_or_else(|| "–".to_owned(), |value| value.human(self.input.setting))
    }
}

/// Returns the inputs in which any of these scenarios differs from the one with index `baseline`: those of
/// the first one that differs come first, each in the order of its file.
pub fn inputs(sides: &[Side<'_>], baseline: usize) -> Vec<InputRow> {
    let Some(reference) = sides.get(baseline) else { return Vec::new() };
    let mut rows: Vec<InputRow> = Vec::new();
    let views: Vec<_> = sides.iter().map(|(file, scenario)| file.view(*scenario)).collect();
    for side in sides {
        for changed in super::changes(*side, *reference) {
            if rows.iter().any(|row| row.input.address == changed.input.address) {
                continue;
            }
            let value = |view: &crate::fleet::file::View<'_>| {
                let (address, setting) = (&changed.input.address, changed.input.setting);
                view.models(address).then(|| view.value(address, setting).ok()).flatten()
            };
            let values = views.iter().map(value).collect();
            rows.push(InputRow { input: changed.input, group: changed.group, values });
        }
    }
    rows
}
