//! The result beside the charts: figures against the baseline, and what was changed.

use super::{changes, figures};
use crate::base::units;
use crate::desk::View;
use crate::plan::{Reason, compare};
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use egui::{Align, CollapsingHeader, RichText, Ui};

/// Draws the column; `open` opens why it went so, and brings it into view.
pub fn ui(ui: &mut Ui, view: &View<'_>, open: bool, out: &mut Vec<Request>) {
    heading(ui, "Result");
    match view.outcome {
        Some(outcome) => {
            let baseline = view.baseline.filter(|_| !view.changes.is_empty());
            figures::ui(ui, &compare(outcome, baseline.map(AsRef::as_ref)));
            for line in outcome.stability().map(str::to_owned).into_iter().chain(outcome.doubts()) {
                ui.label(RichText::new(units::unbroken(&line)).size(theme::SMALL));
            }
        }
        None => {
            ui.label("Not simulated yet.");
        }
    }
    ui.add_space(space::M);
    changes::ui(ui, view, out);
    ui.add_space(space::S);
    if let Some(outcome) = view.outcome {
        ui.scope(|ui| why(ui, &outcome.why, open));
        ui.add_space(space::S);
    }
    assumptions(ui, view);
}

/// Draws why it went so: what it was, what happened, and what to change next.
fn why(ui: &mut Ui, reasons: &[Reason], open: bool) {
    let weak = theme::tokens(ui.ctx()).text.weak;
    ui.spacing_mut().item_spacing.y = 0.0;
    for (at, reason) in reasons.iter().enumerate() {
        let title = format!("{}: {}", if at == 0 { "Why" } else { "Also" }, reason.cause.label());
        let title = RichText::new(title).size(theme::SMALL);
        // Closed, so that the figures and what was changed stay in view; the first line says enough to choose.
        let header = CollapsingHeader::new(title).id_salt(reason.cause.word());
        let told = header.open((open && at == 0).then_some(true)).show(ui, |ui| {
            ui.label(RichText::new(units::unbroken(&reason.what)).size(theme::SMALL));
            ui.label(RichText::new(units::unbroken(&reason.lever)).size(theme::SMALL).color(weak));
        });
        if open && at == 0 {
            told.header_response.request_focus();
            told.header_response.scroll_to_me(Some(Align::TOP));
        }
        told.header_response.on_hover_text(&reason.what);
    }
}

/// Draws a heading of the column.
pub fn heading(ui: &mut Ui, text: &str) {
    let colour = theme::tokens(ui.ctx()).text.strong;
    ui.label(RichText::new(text).font(theme::strong(theme::BODY)).color(colour));
}

/// Draws what the numbers assume.
fn assumptions(ui: &mut Ui, view: &View<'_>) {
    let Some(fleet) = view.fleet else { return };
    heading(ui, "Assumptions");
    let weak = theme::tokens(ui.ctx()).text.weak;
    let capacity = format!("Capacity {} sign-ins/s", units::significant(fleet.platform.capacity_per_s()));
    ui.label(RichText::new(capacity).size(theme::SMALL));
    ui.spacing_mut().item_spacing.y = 2.0;
    for source in view.file.provenance() {
        if source.address.starts_with("/platform/") {
            let key = source.address.trim_start_matches("/platform/");
            let text = format!("{key} {}", source.certainty.word());
            ui.label(RichText::new(text).size(theme::SMALL).color(weak)).on_hover_text(&source.source);
        }
    }
}
