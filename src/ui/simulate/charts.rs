//! The three charts over one time axis, what they show, and the line that reads out their crosshair. Of more
//! scenarios than one chart can hold each has a small chart of its own.
//!
//! Which group is looked at, and what of the platform, is kept while the window is open. It changes what is
//! seen and nothing else: it is no command, and undo does not know it.

use super::device::{self, OneDevice};
use super::saving::Saving;
use crate::desk::View;
use crate::plan::{Outcome, Preview};
use crate::report::chart::Chart;
use crate::report::recovery::{self, Beside, Counted, OVERLAID, Other, Part, Shown};
use crate::ui::request::Request;
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
    saving: Saving,
    device: OneDevice,
    described: Option<Described>,
}

/// A result with its name.
type Named = (String, Arc<Outcome>);

/// What there is to show.
#[derive(Clone)]
struct Sources {
    this: Option<Arc<Outcome>>,
    baseline: Option<Arc<Outcome>>,
    others: Vec<Named>,
    preview: Option<Arc<Preview>>,
    shown: Shown,
    /// Name of the active scenario, and of the pinned one.
    names: (String, String),
}

impl Sources {
    fn of(view: &View<'_>, shown: &Shown) -> Self {
        Self {
            this: view.outcome.cloned(),
            baseline: baseline(view).cloned(),
            others: others(view).map(|(name, outcome)| (name.to_owned(), Arc::clone(outcome))).collect(),
            preview: view.preview.cloned(),
            shown: shown.clone(),
            names: (
                view.scenario_name(),
                view.pinned.map_or_else(String::new, |pinned| format!("{} (pinned)", pinned.name)),
            ),
        }
    }

    fn is(&self, other: &Self) -> bool {
        let each = self.others.iter().zip(&other.others);
        self.shown == other.shown
            && self.names == other.names
            && same(self.this.as_ref(), other.this.as_ref())
            && same(self.baseline.as_ref(), other.baseline.as_ref())
            && same(self.preview.as_ref(), other.preview.as_ref())
            && self.others.len() == other.others.len()
            && each.into_iter().all(|(own, other)| own.0 == other.0 && Arc::ptr_eq(&own.1, &other.1))
    }

    /// Returns the charts, and whether each is of one scenario.
    fn charts(&self) -> Option<(Vec<Chart>, bool)> {
        let (preview, baseline) = (self.preview.as_deref(), self.baseline.as_deref());
        let Some(this) = self.this.as_deref() else {
            return preview.map(|preview| (recovery::estimated_charts(preview, &self.shown), false));
        };
        let others: Vec<Other<'_>> =
            self.others.iter().map(|(name, outcome)| Other { name, outcome }).collect();
        if 1 + usize::from(baseline.is_some()) + others.len() <= OVERLAID {
            let beside = Beside { baseline, others: &others, estimate: preview };
            return Some((recovery::compared(this, &beside, &self.shown), false));
        }
        let own = Other { name: &self.names.0, outcome: this };
        let pinned = baseline.map(|outcome| Other { name: &self.names.1, outcome });
        let all: Vec<Other<'_>> = std::iter::once(own).chain(pinned).chain(others).collect();
        Some((recovery::overview(&all, &self.shown), true))
    }
}

/// Charts with what they were made from: made again only when that changes.
struct Described {
    sources: Sources,
    charts: Vec<Arc<Chart>>,
    /// Whether each chart is of one scenario.
    many: bool,
}

/// Returns the baseline where there is something to compare.
pub(super) fn baseline<'a>(view: &View<'a>) -> Option<&'a Arc<Outcome>> {
    view.baseline.filter(|_| !view.changes.is_empty())
}

/// Returns the ticked scenarios that have a result, with their names.
fn others<'a>(view: &View<'a>) -> impl Iterator<Item = (&'a str, &'a Arc<Outcome>)> + use<'a> {
    view.overlays.iter().filter_map(|overlay| Some((overlay.name.as_str(), overlay.outcome.as_ref()?)))
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
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, height: f32, out: &mut Vec<Request>) {
        self.keep(view);
        if self.device.on {
            let place = (height, self.shown.group.as_deref());
            return self.device.ui(ui, view, place, &mut self.saving, out);
        }
        let sources = Sources::of(view, &self.shown);
        if !self.described.as_ref().is_some_and(|own| own.sources.is(&sources)) {
            self.described = sources.charts().map(|(charts, many)| Described {
                sources,
                charts: charts.into_iter().map(Arc::new).collect(),
                many,
            });
        }
        let Some(described) = &self.described else {
            return empty(ui, view, height);
        };
        let charts: Vec<&Chart> = described.charts.iter().map(AsRef::as_ref).collect();
        let line = theme::TARGET + space::XS;
        let (shown, saving, all) = (&mut self.shown, &mut self.saving, &described.charts);
        let range = self.view.x_range;
        let counts = view.outcome.is_some();
        let mut corner = |ui: &mut Ui, chart: &Chart| {
            if let Some(own) = all.iter().find(|own| own.id == chart.id) {
                saving.ui(ui, &Arc::clone(own).into(), range, out);
            }
            match chart.id.as_str() {
                "back" | "back 0" => choose_group(ui, view, &mut shown.group),
                "attempts" | "returns" if counts => choose_counted(ui, &mut shown.counted),
                "queue" => choose_part(ui, writes(view), &mut shown.part),
                _ => {}
            }
        };
        let (height, view) = (height - line, &mut self.view);
        let set = chart::Set { charts: &charts, view, height, corner: &mut corner };
        if described.many {
            chart::grid(ui, set)
        } else {
            chart::stack(ui, set)
        };
        device::bottom(ui, &mut self.device.on, |ui| {
            chart::read_out(ui, &charts, &self.view);
        });
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

/// Draws the choice of what the second chart counts.
fn choose_counted(ui: &mut Ui, counted: &mut Counted) {
    let entries = [(Counted::Attempts, "Attempts"), (Counted::Returns, "Return times")];
    let help = "Whether attempts are counted, or the devices that came back";
    if let Some(chosen) = choice::corner(ui, "Counted", help, counted, &entries) {
        *counted = chosen;
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
pub(super) fn empty(ui: &mut Ui, view: &View<'_>, height: f32) {
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
