//! The status bar: the running simulation, seed and runs, findings, events, zoom.

use super::super::request::Request;
use super::super::theme::{self, space};
use super::lists::{List, Lists};
use crate::base::{Severity, units};
use crate::desk::job::{Status, Subject};
use crate::desk::{UserCommand, View};
use crate::fleet::file::count;
use egui::{Align, Label, Layout, ProgressBar, RichText, Sense, Stroke, Ui, UiBuilder, vec2};

/// Width kept for how the simulation stands [points].
const RUNS: f32 = 168.0;
/// Width that seed and zoom need at the end [points].
const ENDS: f32 = 140.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, view: &View<'_>, lists: &mut Lists, out: &mut Vec<Request>) {
    let bar = ui.max_rect();
    let tokens = theme::tokens(ui.ctx());
    ui.painter().rect_filled(bar, 0.0, tokens.surface.ground);
    ui.painter().hline(bar.x_range(), bar.top() + 0.5, Stroke::new(1.0, tokens.separator));
    let inside = bar.shrink2(vec2(space::S, 0.0));
    let layout = Layout::left_to_right(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(inside).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        let text = |text: String| RichText::new(text).size(theme::SMALL).color(tokens.text.weak);
        lists.button(ui, List::Findings, &findings_text(view));
        lists.button(ui, List::Events, &format!("Events ({})", view.notices.count()));
        // A place of its own, so that nothing moves while runs are counted.
        let place = vec2(RUNS.min(ui.available_width()), theme::TARGET);
        let (place, _) = ui.allocate_exact_size(place, Sense::hover());
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(layout), |ui| {
            ui.add(Label::new(text(run_text(view))).truncate());
        });
        if let Some(progress) = view.progress {
            let share = progress.done as f32 / progress.of.max(1) as f32;
            let bar = ui.add(ProgressBar::new(share).desired_width(80.0).desired_height(8.0));
            bar.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Simulation"));
            let cancel = ui.button(RichText::new("Cancel").size(theme::SMALL));
            if cancel.on_hover_text(UserCommand::Cancel.entry().tooltip).clicked() {
                out.push(Request::User(UserCommand::Cancel));
            }
        }
        if ui.available_width() < ENDS {
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(text(format!("zoom {}", units::percent(f64::from(view.settings.zoom)))));
            ui.label(text(format!("seed {}", view.seed)));
        });
    });
}

/// Returns how the simulation stands: `Simulation 37 of 50 runs`.
fn run_text(view: &View<'_>) -> String {
    if let Some(progress) = view.progress {
        let what = match progress.subject {
            Subject::Active => "Simulation",
            Subject::Baseline => "Baseline",
        };
        return format!("{what} {} of {} runs", progress.done, progress.of);
    }
    let runs = view.outcome.map_or(0, |outcome| outcome.runs());
    match view.status {
        Status::Finished if runs == 1 => "Simulated 1 run".to_owned(),
        Status::Finished => format!("Simulated {runs} runs"),
        Status::Cancelled => format!("Cancelled, {runs} runs are kept"),
        Status::Impossible => "Not simulated: the project has errors".to_owned(),
        Status::Failed(_) => "Not simulated".to_owned(),
        Status::Running => "Simulation".to_owned(),
    }
}

/// Returns the number of findings: `1 error · 2 warnings`.
fn findings_text(view: &View<'_>) -> String {
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let errors = count(view.findings(), Severity::Error);
    let warnings = count(view.findings(), Severity::Warning);
    format!("{} · {}", plural(errors, "error"), plural(warnings, "warning"))
}
