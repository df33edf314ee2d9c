//! The result beside the charts: figures against the baseline, and what was changed.

use super::changes;
use crate::base::units;
use crate::desk::View;
use crate::plan::{Difference, compare};
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use egui::{Align, Grid, Layout, RichText, Ui};

/// Height of a row of figures [points].
const ROW: f32 = 22.0;

/// Draws the column.
pub fn ui(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    heading(ui, "Result");
    match view.outcome {
        Some(outcome) => {
            let baseline = view.baseline.filter(|_| !view.changes.is_empty());
            figures(ui, &compare(outcome, baseline.map(AsRef::as_ref)));
            for line in outcome.stability().map(str::to_owned).into_iter().chain(outcome.bottleneck()) {
                ui.label(RichText::new(line).size(theme::SMALL));
            }
        }
        None => {
            ui.label("Not simulated yet.");
        }
    }
    ui.add_space(space::M);
    changes::ui(ui, view, out);
    ui.add_space(space::M);
    assumptions(ui, view);
}

/// Draws a heading of the column.
pub fn heading(ui: &mut Ui, text: &str) {
    let colour = theme::tokens(ui.ctx()).text.strong;
    ui.label(RichText::new(text).font(theme::strong(theme::BODY)).color(colour));
}

/// Draws the figures, numbers right-aligned.
fn figures(ui: &mut Ui, rows: &[Difference]) {
    let compared = rows.iter().any(|row| row.baseline.is_some());
    let weak = theme::tokens(ui.ctx()).text.weak;
    let small = |text: String| RichText::new(text).size(theme::SMALL).color(weak);
    let columns = if compared { 3 } else { 2 };
    let grid = Grid::new("figures").num_columns(columns).spacing([space::S, 0.0]).min_row_height(ROW);
    grid.show(ui, |ui| {
        ui.spacing_mut().interact_size.y = ROW;
        ui.label(small(String::new()));
        right(ui, small("this".into()));
        if compared {
            right(ui, small("baseline".into()));
        }
        ui.end_row();
        for row in rows {
            let figure = &row.this;
            let tip = match figure.interval() {
                Some(interval) => format!("{}: median over the runs, 95 % interval {interval}", figure.label),
                None => format!("{}: median over the runs", figure.label),
            };
            ui.label(RichText::new(figure.label).size(theme::SMALL)).on_hover_text(&tip);
            right(ui, RichText::new(figure.cell(figure.median)).font(theme::strong(theme::BODY)));
            if let Some(baseline) = &row.baseline {
                right(ui, small(baseline.cell(baseline.median)));
            }
            ui.end_row();
        }
    });
}

/// Draws a text at the right end of its cell.
fn right(ui: &mut Ui, text: RichText) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text));
}

/// Draws what the numbers assume.
fn assumptions(ui: &mut Ui, view: &View<'_>) {
    let Some(fleet) = view.fleet else { return };
    heading(ui, "Assumptions");
    let weak = theme::tokens(ui.ctx()).text.weak;
    let capacity = format!("Capacity {} sign-ins/s", units::significant(fleet.platform.capacity_per_s()));
    ui.label(RichText::new(capacity).size(theme::SMALL));
    for source in view.file.provenance() {
        if source.address.starts_with("/platform/") {
            let key = source.address.trim_start_matches("/platform/");
            let text = format!("{key} {}", source.certainty.word());
            ui.label(RichText::new(text).size(theme::SMALL).color(weak)).on_hover_text(&source.source);
        }
    }
}
