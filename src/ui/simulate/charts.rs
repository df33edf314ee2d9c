//! The three charts over one time axis, and the line that reads out their crosshair.

use crate::desk::View;
use crate::plan::Outcome;
use crate::report::chart::Chart;
use crate::report::recovery;
use crate::ui::theme::{self, space};
use crate::ui::widget::chart::{self, TimeView};
use egui::{Align, Layout, RichText, Ui};
use std::sync::Arc;

/// State of the charts.
#[derive(Default)]
pub struct Charts {
    view: TimeView,
    described: Option<Described>,
}

/// Charts with the results they were made from: made again only when a result changes.
struct Described {
    this: Arc<Outcome>,
    baseline: Option<Arc<Outcome>>,
    charts: Vec<Chart>,
}

impl Described {
    fn of(this: &Arc<Outcome>, baseline: Option<&Arc<Outcome>>) -> Self {
        let charts = recovery::charts(this, baseline.map(AsRef::as_ref));
        Self { this: Arc::clone(this), baseline: baseline.cloned(), charts }
    }

    fn holds(&self, this: &Arc<Outcome>, baseline: Option<&Arc<Outcome>>) -> bool {
        let same = match (&self.baseline, baseline) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, None) => true,
            _ => false,
        };
        same && Arc::ptr_eq(&self.this, this)
    }
}

impl Charts {
    /// Draws the charts and their line of values, `height` high [points].
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, height: f32) {
        let Some(outcome) = view.outcome else {
            return empty(ui, view, height);
        };
        let baseline = view.baseline.filter(|_| !view.changes.is_empty());
        if !self.described.as_ref().is_some_and(|own| own.holds(outcome, baseline)) {
            self.described = Some(Described::of(outcome, baseline));
        }
        let Some(described) = &self.described else { return };
        let charts: Vec<&Chart> = described.charts.iter().collect();
        let line = theme::TARGET + space::XS;
        chart::stack(ui, &charts, &mut self.view, height - line);
        chart::read_out(ui, &charts, &self.view);
    }
}

/// Draws what stands in place of the charts.
fn empty(ui: &mut Ui, view: &View<'_>, height: f32) {
    let text = if view.fleet.is_none() {
        "The project has errors. Correct them in the list at the bottom, then the charts appear here."
    } else {
        "Not simulated yet. Press Ctrl+Enter."
    };
    let size = egui::vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(
        size,
        Layout::centered_and_justified(egui::Direction::TopDown).with_cross_align(Align::Center),
        |ui| {
            ui.label(RichText::new(text).color(theme::tokens(ui.ctx()).text.weak));
        },
    );
}
