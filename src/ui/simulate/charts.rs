//! The three charts over one time axis, what they show, and the line that reads out their crosshair.
//!
//! Which group is looked at, and what of the platform, is kept while the window is open. It changes what is
//! seen and nothing else: it is no command, and undo does not know it.

use crate::desk::View;
use crate::plan::{Outcome, Preview};
use crate::report::chart::Chart;
use crate::report::recovery::{self, Part, Shown};
use crate::ui::theme::{self, space};
use crate::ui::widget::chart::{self, TimeView};
use crate::ui::widget::choice;
use egui::{Align, Layout, RichText, Ui};
use std::sync::Arc;

/// State of the charts.
#[derive(Default)]
pub struct Charts {
    view: TimeView,
    shown: Shown,
    described: Option<Described>,
}

/// Charts with the results they were made from: made again only when a result changes.
struct Described {
    this: Option<Arc<Outcome>>,
    baseline: Option<Arc<Outcome>>,
    preview: Option<Arc<Preview>>,
    shown: Shown,
    charts: Vec<Chart>,
}

impl Described {
    /// Returns the charts of what there is to show, if anything.
    fn of(view: &View<'_>, shown: &Shown) -> Option<Self> {
        let baseline = baseline(view);
        let charts = match (view.outcome, view.preview) {
            (Some(this), preview) => {
                let (baseline, preview) = (baseline.map(AsRef::as_ref), preview.map(AsRef::as_ref));
                recovery::charts(this, baseline, preview, shown)
            }
            (None, Some(preview)) => recovery::estimated_charts(preview, shown),
            (None, None) => return None,
        };
        let preview = view.preview.cloned();
        let (this, shown) = (view.outcome.cloned(), shown.clone());
        Some(Self { this, baseline: baseline.cloned(), preview, shown, charts })
    }

    fn holds(&self, view: &View<'_>, shown: &Shown) -> bool {
        self.shown == *shown
            && same(self.this.as_ref(), view.outcome)
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
        self.keep(view);
        if !self.described.as_ref().is_some_and(|own| own.holds(view, &self.shown)) {
            self.described = Described::of(view, &self.shown);
        }
        let Some(described) = &self.described else {
            return empty(ui, view, height);
        };
        let charts: Vec<&Chart> = described.charts.iter().collect();
        let line = theme::TARGET + space::XS;
        let shown = &mut self.shown;
        let mut corner = |ui: &mut Ui, chart: &Chart| match chart.id.as_str() {
            "back" => choose_group(ui, view, &mut shown.group),
            "queue" => choose_part(ui, writes(view), &mut shown.part),
            _ => {}
        };
        chart::stack(ui, &charts, &mut self.view, height - line, &mut corner);
        chart::read_out(ui, &charts, &self.view);
    }
}

impl Charts {
    /// Keeps what is shown among what the project has.
    fn keep(&mut self, view: &View<'_>) {
        let has = |id: &String| view.file.group_ids().any(|own| own == id);
        self.shown.group = self.shown.group.take().filter(has);
        if self.shown.part == Part::Data && !writes(view) {
            self.shown.part = Part::Queues;
        }
    }
}

/// Returns whether the write queue is modelled.
fn writes(view: &View<'_>) -> bool {
    view.fleet.is_some_and(|fleet| fleet.platform.writes.is_some())
}

/// Draws the choice of the group that is looked at, where there are several.
fn choose_group(ui: &mut Ui, view: &View<'_>, group: &mut Option<String>) {
    let each = view.file.group_ids().map(|id| (Some(id.to_owned()), view.file.group_name(id)));
    let entries: Vec<_> = std::iter::once((None, "All groups")).chain(each).collect();
    let help = "Whose devices the charts show; queues are shared by all";
    if entries.len() > 2
        && let Some(chosen) = choice::corner(ui, "Devices shown", help, group, &entries)
    {
        *group = chosen;
    }
}

/// Draws the choice of what is shown of the platform.
fn choose_part(ui: &mut Ui, writes: bool, part: &mut Part) {
    let entries =
        [(Part::Queues, "Queue depth"), (Part::Utilisation, "Utilisation"), (Part::Data, "Write queue")];
    let entries = if writes { &entries[..] } else { &entries[..2] };
    let help = "What the chart shows of the platform's stations";
    if let Some(chosen) = choice::corner(ui, "Platform shown", help, part, entries) {
        *part = chosen;
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
