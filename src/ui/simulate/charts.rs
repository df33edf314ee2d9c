//! The three charts over one time axis, and the line that reads out their crosshair.

use crate::desk::View;
use crate::plan::{Outcome, Preview};
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
    this: Option<Arc<Outcome>>,
    baseline: Option<Arc<Outcome>>,
    preview: Option<Arc<Preview>>,
    charts: Vec<Chart>,
}

impl Described {
    /// Returns the charts of what there is to show, if anything.
    fn of(view: &View<'_>) -> Option<Self> {
        let baseline = baseline(view);
        let charts = match (view.outcome, view.preview) {
            (Some(this), preview) => {
                recovery::charts(this, baseline.map(AsRef::as_ref), preview.map(AsRef::as_ref))
            }
            (None, Some(preview)) => recovery::estimated_charts(preview),
            (None, None) => return None,
        };
        let preview = view.preview.cloned();
        Some(Self { this: view.outcome.cloned(), baseline: baseline.cloned(), preview, charts })
    }

    fn holds(&self, view: &View<'_>) -> bool {
        same(self.this.as_ref(), view.outcome)
            && same(self.baseline.as_ref(), baseline(view))
            && same(self.preview.as_ref(), view.preview)
    }
}

/// Returns the baseline where there is something to compare.
fn baseline<'a>(view: &View<'a>) -> Option<&'a Arc<Outcome>> {
    view.baseline.filter(|_| !view.changes.is_empty())
}

/// Returns whether both are the same value, or none.
fn same<T>(own: Option<&Arc<T>>, other: Option<&Arc<T>>) -> bool {
    match (own, other) {
        (Some(own), Some(other)) => Arc::ptr_eq(own, other),
        (None, None) => true,
        _ => false,
    }
}

impl Charts {
    /// Draws the charts and their line of values, `height` high [points].
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, height: f32) {
        if !self.described.as_ref().is_some_and(|own| own.holds(view)) {
            self.described = Described::of(view);
        }
        let Some(described) = &self.described else {
            return empty(ui, view, height);
        };
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
