//! The table of differences: every shown scenario against the first, figures above, inputs below.
//!
//! It is closed until asked for, so that the charts have their room; while there is only one result there is
//! nothing to compare, and nothing is drawn.

use super::charts::baseline;
use super::figures::put;
use crate::desk::View;
use crate::fleet::file::address;
use crate::plan::Outcome;
use crate::plan::compare::{Cell, InputRow, Side, Table, inputs};
use crate::ui::theme::{self, space};
use egui::{Button, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use std::sync::Arc;

/// Height of a row [points].
const ROW: f32 = 22.0;
/// Width of the names of rows [points].
const NAMES: f32 = 124.0;
/// Least and greatest width of a column [points].
const COLUMN: (f32, f32) = (104.0, 184.0);
/// Least height of an open table, its button included [points].
const LEAST: f32 = 150.0;

/// State of the table.
#[derive(Default)]
pub struct Differences {
    open: bool,
    kept: Option<Kept>,
}

/// A table with what it was made from.
struct Kept {
    results: Vec<(String, Arc<Outcome>)>,
    revision: u64,
    table: Table,
    inputs: Vec<InputRow>,
}

/// A scenario of the table.
struct Shown<'a> {
    name: String,
    outcome: &'a Arc<Outcome>,
    side: Side<'a>,
}

/// Returns the scenarios of the table, the one that the others are measured against first.
fn shown<'a>(view: &View<'a>) -> Vec<Shown<'a>> {
    let before = view.pinned.zip(baseline(view)).map(|(pinned, outcome)| Shown {
        name: format!("{} (pinned)", pinned.name),
        outcome,
        side: (&pinned.file, pinned.scenario.as_deref()),
    });
    let this = view.outcome.map(|outcome| Shown {
        name: view.scenario_name(),
        outcome,
        side: (view.file, view.scenario),
    });
    let others = view.overlays.iter().filter_map(|overlay| {
        let (name, outcome) = (overlay.name.clone(), overlay.outcome.as_ref()?);
        Some(Shown { name, outcome, side: (view.file, overlay.id.as_deref()) })
    });
    before.into_iter().chain(this).chain(others).collect()
}

impl Differences {
    /// Returns how high the table is drawn where there is `room` for charts and table [points].
    pub fn height(&self, view: &View<'_>, room: f32, charts: f32) -> f32 {
        let columns = shown(view).len();
        if columns < 2 {
            return 0.0;
        }
        if !self.open {
            return theme::TARGET + space::XS;
        }
        let rows = self.kept.as_ref().map_or(12, |kept| kept.table.rows.len() + kept.inputs.len() + 3);
        let whole = theme::TARGET + space::XS + rows as f32 * ROW + space::M;
        whole.min((room - charts).max(LEAST))
    }

    /// Draws the table, `height` high [points].
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, height: f32) {
        let shown = shown(view);
        if shown.len() < 2 {
            return;
        }
        let sign = if self.open { "▾" } else { "▸" };
        let text = format!("Differences of {} scenarios", shown.len());
        let button =
            Button::selectable(self.open, RichText::new(format!("{sign} {text}")).size(theme::SMALL));
        let response = ui.add(button.min_size(vec2(0.0, theme::TARGET)));
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.open, &text));
        if response.clicked() {
            self.open = !self.open;
        }
        if !self.open {
            return;
        }
        self.keep(view, &shown);
        if let Some(kept) = &self.kept {
            let room = (height - theme::TARGET - space::XS).max(ROW * 3.0);
            let area = ScrollArea::both().id_salt("differences").max_height(room).auto_shrink([false, false]);
            area.show(ui, |ui| table(ui, kept));
        }
    }

    /// Makes the table anew where anything in it has changed.
    fn keep(&mut self, view: &View<'_>, shown: &[Shown<'_>]) {
        let same = |kept: &Kept| {
            kept.revision == view.revision
                && kept.results.len() == shown.len()
                && kept
                    .results
                    .iter()
                    .zip(shown)
                    .all(|(own, other)| own.0 == other.name && Arc::ptr_eq(&own.1, other.outcome))
        };
        if self.kept.as_ref().is_some_and(same) {
            return;
        }
        let results: Vec<&Outcome> = shown.iter().map(|own| own.outcome.as_ref()).collect();
        let sides: Vec<Side<'_>> = shown.iter().map(|own| own.side).collect();
        let mut table = Table::of(&results, 0);
        for (column, own) in table.columns.iter_mut().zip(shown) {
            column.name.clone_from(&own.name);
        }
        self.kept = Some(Kept {
            results: shown.iter().map(|own| (own.name.clone(), Arc::clone(own.outcome))).collect(),
            revision: view.revision,
            table,
            inputs: inputs(&sides, 0),
        });
    }
}

/// Draws the rows.
fn table(ui: &mut Ui, kept: &Kept) {
    let weak = theme::tokens(ui.ctx()).text.weak;
    let count = kept.table.columns.len() as f32;
    let column = ((ui.available_width() - NAMES) / count).clamp(COLUMN.0, COLUMN.1);
    let width = NAMES + column * count;
    ui.spacing_mut().item_spacing.y = 0.0;
    let row = |ui: &mut Ui, name: RichText, tip: &str, cells: &mut dyn FnMut(&mut Ui, usize, Rect)| {
        let (area, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
        let (first, mut rest) = area.split_left_right_at_x(area.left() + NAMES);
        put(ui, first, false, name, tip);
        for index in 0..kept.table.columns.len() {
            let (cell, right) = rest.split_left_right_at_x(rest.left() + column);
            // A number that is seen in part would be read as another one; scrolling shows it whole.
            let seen = ui.clip_rect().expand(1.0).x_range();
            if seen.contains(cell.left()) && seen.contains(cell.right()) {
                cells(ui, index, cell.shrink2(vec2(space::XS, 0.0)));
            }
            rest = right;
        }
    };
    row(ui, RichText::new(""), "", &mut |ui, index, cell| {
        let column = &kept.table.columns[index];
        let runs = if column.runs == 1 { "1 run".to_owned() } else { format!("{} runs", column.runs) };
        let name = RichText::new(&column.name).font(theme::strong(theme::SMALL));
        put(ui, cell, true, name, &format!("{}, {runs}", column.name));
    });
    row(ui, RichText::new("Targets").size(theme::SMALL), "", &mut |ui, index, cell| {
        let verdict = kept.table.columns[index].verdict;
        let text = format!("{} {}", verdict.sign(), verdict.word());
        put(ui, cell, true, RichText::new(text).size(theme::SMALL), "");
    });
    for figures in &kept.table.rows {
        let name = RichText::new(figures.label).size(theme::SMALL);
        row(ui, name, figures.label, &mut |ui, index, cell| match &figures.cells[index] {
            Some(own) => figure(ui, cell, own),
            None => put(ui, cell, true, RichText::new("–").size(theme::SMALL).color(weak), "Not modelled"),
        });
    }
    if kept.inputs.is_empty() {
        return;
    }
    let heading = RichText::new("Inputs that differ").font(theme::strong(theme::SMALL));
    row(ui, heading, "", &mut |_, _, _| {});
    for input in &kept.inputs {
        let place =
            if input.group.is_empty() { address::section(&input.input.address) } else { input.group.clone() };
        let label = input.input.setting.label;
        let name = if place.is_empty() { label.to_owned() } else { format!("{label}, {place}") };
        let tip = format!("{name} ({})", input.input.address);
        row(ui, RichText::new(&name).size(theme::SMALL), &tip, &mut |ui, index, cell| {
            let text = RichText::new(input.text(index)).size(theme::SMALL);
            let same =
                index != kept.table.baseline && input.values[index] == input.values[kept.table.baseline];
            put(ui, cell, true, if same { text.color(weak) } else { text }, &input.text(index));
        });
    }
}

/// Draws a figure with its difference beside it.
fn figure(ui: &mut Ui, cell: Rect, own: &Cell) {
    let weak = theme::tokens(ui.ctx()).text.weak;
    let (value, difference) = cell.split_left_right_at_x(cell.left() + cell.width() * 0.52);
    let figure = &own.figure;
    let interval =
        figure.interval().map_or_else(String::new, |interval| format!("; 95 % interval {interval}"));
    let tip = format!("{} {}{interval}", figure.label, figure.text(figure.median));
    put(ui, value, true, RichText::new(&own.text).font(theme::strong(theme::SMALL)), &tip);
    put(ui, difference, true, RichText::new(&own.difference).size(theme::SMALL).color(weak), &tip);
}
