//! The status bar: the running simulation, seed and runs, findings, events, zoom.

use super::super::request::{Request, offer};
use super::super::theme::{self, space};
use super::lists::{List, Lists};
use crate::base::{Finding, Severity, units};
use crate::desk::job::{Status, Subject};
use crate::desk::planning::Question;
use crate::desk::transfer::{Transfer, Work};
use crate::desk::{UserCommand, View};
use egui::{Align, Button, Label, Layout, ProgressBar, RichText, Sense, Stroke, Ui, UiBuilder, vec2};

/// Width kept for how the simulation stands [points].
const RUNS: f32 = 168.0;
/// Width kept for how many files are done [points].
const FILES: f32 = 216.0;
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
        let search = view.plans.progress();
        let wide = if view.transfer.is_some() { FILES } else { RUNS };
        let place = vec2(wide.min(ui.available_width()), theme::TARGET);
        let (place, _) = ui.allocate_exact_size(place, Sense::hover());
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(layout), |ui| {
            let state = match (view.transfer, search) {
                (Some(transfer), _) => transfer_text(transfer),
                (None, Some(search)) => search_text(search),
                (None, None) => run_text(view),
            };
            ui.add(Label::new(text(state)).truncate());
        });
        let named = |bar: egui::Response, name: &str| {
            bar.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, name));
        };
        let mut cancel = |ui: &mut Ui| {
            let cancel = Button::new(RichText::new("Cancel").size(theme::SMALL));
            let tip = UserCommand::Cancel.entry().tooltip;
            if offer(ui, UserCommand::Cancel, cancel, tip, view).clicked() {
                out.push(Request::User(UserCommand::Cancel));
            }
        };
        if let Some(transfer) = view.transfer {
            if let Some(of) = transfer.of {
                let share = transfer.done as f32 / of.max(1) as f32;
                named(ui.add(ProgressBar::new(share).desired_width(80.0).desired_height(8.0)), "Files");
            }
            cancel(ui);
        } else if let Some((_, done, of)) = search {
            let share = done as f32 / of.max(1) as f32;
            named(ui.add(ProgressBar::new(share).desired_width(80.0).desired_height(8.0)), "Search");
            cancel(ui);
        } else if let Some(share) = rehearsed(view).filter(|_| view.progress.is_none()) {
            named(ui.add(ProgressBar::new(share).desired_width(80.0).desired_height(8.0)), "Rehearsal");
            cancel(ui);
        } else if let Some(progress) = view.progress {
            let share = progress.done as f32 / progress.of.max(1) as f32;
            let bar = ui.add(ProgressBar::new(share).desired_width(80.0).desired_height(8.0));
            named(bar, "Simulation");
            cancel(ui);
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

/// Returns how far the reading or writing of files is: `Exporting 512 of 100 000 files`.
fn transfer_text(transfer: Transfer) -> String {
    let Transfer { work, done, of, stopping } = transfer;
    let doing = match work {
        _ if stopping => "Stopping at",
        Work::Export => "Exporting",
        Work::Compare | Work::Import => "Reading",
        Work::Report => "Making the report",
        Work::Plan => return format!("Planning the roll-out, {} devices", units::count(done)),
    };
    let done = units::count(done);
    match of {
        Some(of) if work == Work::Report => format!("{doing}, {done} of {}", units::count(of)),
        None if work == Work::Report => doing.to_owned(),
        Some(of) => format!("{doing} {done} of {} files", units::count(of)),
        None => format!("{doing} {done} files"),
    }
}

/// Returns how far a search is: `Solving, 3 of 9 ways`.
fn search_text((question, done, of): (Question, usize, usize)) -> String {
    let (doing, parts) = match question {
        Question::Answers => ("Solving", "ways"),
        Question::Region => ("Safe region", "cells"),
        Question::Tornado => ("What matters", "inputs"),
        Question::Clusters => ("Clusters", "plays"),
    };
    if of == 0 { format!("{doing} …") } else { format!("{doing}, {done} of {of} {parts}") }
}

/// Returns the share of the agents that are back in the rehearsal under way, 0..1; nothing where none is.
fn rehearsed(view: &View<'_>) -> Option<f32> {
    #[cfg(feature = "live")]
    if view.live.rehearses() {
        return Some(view.live.rehearsal.share());
    }
    let _ = view;
    None
}

/// Returns how the simulation stands: `Simulation 37 of 50 runs`, or the rehearsal while nothing is simulated.
fn run_text(view: &View<'_>) -> String {
    if view.progress.is_none()
        && let Some(share) = rehearsed(view)
    {
        return format!("Rehearsal, {} back", units::percent(f64::from(share)));
    }
    if let Some(progress) = view.progress {
        let what = match progress.subject {
            Subject::Active => "Simulation",
            Subject::Baseline => "Baseline",
            Subject::Overlay(_) => "Comparison",
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
    let count = |severity: Severity| {
        let open = |finding: &Finding| finding.severity == severity && finding.silenced.is_none();
        view.concerns().filter(|(_, finding)| open(finding)).count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    format!("{} · {}", plural(errors, "error"), plural(warnings, "warning"))
}
