//! The rehearsal: how many agents, one button, measured dots on the simulated band, and the account.

use super::elsewhere::ElsewhereForm;
use super::parts::{row, said, small, strong, weak};
use crate::base::units::{count, duration, unbroken};
use crate::desk::command::LiveCommand;
use crate::desk::live::{HOST_LIMITED, MOST, RehearsalView, Stage, Tone};
use crate::desk::{UserCommand, View};
use crate::plan::Outcome;
use crate::report::chart::Chart;
use crate::report::recovery::{Measured, rehearsed};
use crate::ui::request::{Request, offer};
use crate::ui::simulate::saving::Saving;
use crate::ui::theme::{self, space};
use crate::ui::widget::chart::{self, TimeView};
use crate::ui::widget::quantity::{Lever, Measure, lever};
use egui::{Button, CollapsingHeader, Label, ProgressBar, RichText, Role, Ui, WidgetInfo, vec2};
use std::sync::Arc;

/// Height of the chart [points].
const CHART: f32 = 236.0;
/// Width of the number of agents [points].
const LEVER: f32 = 400.0;
/// Most agents on the slider; more can be typed.
const SLIDER: f64 = 2_000.0;

/// What a chart was made from: the simulation, the agents that were back, and until when [s].
type Source = (Arc<Outcome>, usize, u64);

/// State of the part's widgets.
#[derive(Default)]
pub(super) struct RehearsePanel {
    view: TimeView,
    saving: Saving,
    described: Option<(Source, Arc<Chart>)>,
    elsewhere: ElsewhereForm,
}

impl RehearsePanel {
    /// Draws the part.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let title = strong(ui, format!("Rehearsal of {}", view.scenario_name()));
        ui.label(title);
        agents(ui, view, out);
        let elsewhere = self.elsewhere.ui(ui, view, out);
        begins(ui, view, elsewhere, out);
        let rehearsal = &view.live.rehearsal;
        standing(ui, rehearsal);
        if let Some(band) = rehearsal.band {
            self.chart(ui, band, rehearsal, out);
        } else if !view.live.rehearses() && !elsewhere {
            let text = "No agents running. The built-in platform is on this computer only.";
            let text = weak(ui, text);
            ui.add(Label::new(text).wrap());
        }
        found(ui, view);
        notes(ui, view);
    }

    /// Draws the dots on the band.
    fn chart(
        &mut self,
        ui: &mut Ui,
        band: &Arc<Outcome>,
        rehearsal: &RehearsalView<'_>,
        out: &mut Vec<Request>,
    ) {
        let (back_at, until) = rehearsal.measured();
        let second = until.0 / 1_000_000;
        let fits = |((outcome, back, at), _): &&(Source, Arc<Chart>)| {
            Arc::ptr_eq(outcome, band) && *back == back_at.len() && *at == second
        };
        let chart = if let Some((_, chart)) = self.described.as_ref().filter(fits) {
            Arc::clone(chart)
        } else {
            let measured = Measured { back_at, away: rehearsal.away, until };
            let chart = Arc::new(rehearsed(band, measured));
            self.described = Some(((Arc::clone(band), back_at.len(), second), Arc::clone(&chart)));
            chart
        };
        let (saving, range) = (&mut self.saving, self.view.x_range);
        let own = Arc::clone(&chart);
        let mut corner = |ui: &mut Ui, _: &Chart| saving.ui(ui, &Arc::clone(&own).into(), range, out);
        let charts = [chart.as_ref()];
        let set = chart::Set { charts: &charts, view: &mut self.view, height: CHART, corner: &mut corner };
        chart::stack(ui, set);
        chart::read_out(ui, &charts, &self.view);
    }
}

/// Draws how many agents there are to be.
fn agents(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    let Some(plan) = view.live.plan else { return };
    if plan.agents > 0 {
        let measure = Measure::Plain { unit: "", noun: "number", example: "50" };
        let help = "Real agents; without a wish as many as keep sign-ins as long as in the project";
        let own = Lever {
            step: 1.0,
            log: true,
            track: Some((1.0, SLIDER)),
            help,
            ..Lever::new("Agents", plan.agents as f64, measure, (1.0, f64::from(MOST)))
        };
        let change = ui.scope(|ui| {
            ui.set_max_width(ui.available_width().min(LEVER));
            lever(ui, &own)
        });
        if let Some(change) = change.inner {
            out.push(LiveCommand::Agents(Some(change.value as u32)).into());
        }
    }
}

/// Draws what begins a rehearsal against the built-in platform, and what ends any.
fn begins(ui: &mut Ui, view: &View<'_>, elsewhere: bool, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    let Some(plan) = view.live.plan else { return };
    if elsewhere && !view.live.rehearses() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let entry = UserCommand::Rehearse.entry();
        let text = RichText::new(entry.text).font(theme::strong(theme::BODY));
        let usable = plan.refused.is_none() && view.enabled(UserCommand::Rehearse).is_ok();
        let size = vec2(120.0, theme::TARGET);
        let button = if usable {
            Button::new(text.color(tokens.on_accent)).fill(tokens.accent).min_size(size)
        } else {
            Button::new(text).min_size(size)
        };
        if offer(ui, UserCommand::Rehearse, button, entry.tooltip, view).clicked() {
            out.push(Request::User(UserCommand::Rehearse));
        }
        if view.live.rehearses() {
            let cancel = ui.button("Cancel rehearsal");
            if cancel.on_hover_text("Ends it; what was measured until then stays").clicked() {
                out.push(LiveCommand::CancelRehearsal.into());
            }
        }
        if plan.refused.is_none() && !elsewhere {
            let text = weak(ui, unbroken(&plan.sentence()));
            ui.label(text);
        }
    });
    if let Some(reason) = &plan.refused {
        said(ui, "✕", tokens.status.bad, reason);
    }
}

/// Draws how far it is.
fn standing(ui: &mut Ui, rehearsal: &RehearsalView<'_>) {
    let tokens = theme::tokens(ui.ctx());
    let (share, text) = match rehearsal.stage {
        Stage::Open => return,
        Stage::Failed(sentence) => return said(ui, "✕", tokens.status.bad, sentence),
        Stage::Simulates { done, of } => {
            let share = f64::from(done) / f64::from(of.max(1));
            (share, format!("Simulating the band, {done} of {of} runs"))
        }
        Stage::Measures(so_far) => {
            let account = &so_far.agents.account;
            let share = f64::from(rehearsal.share());
            let text = format!(
                "{} of {} agents back after {}, {} attempts, {} failed",
                count(account.connected),
                count(account.planned),
                duration((so_far.at.0 / 1_000_000) as f64),
                count(so_far.agents.attempts),
                count(so_far.agents.failures.values().sum()),
            );
            (share, text)
        }
    };
    ui.horizontal_wrapped(|ui| {
        let bar = ui.add(ProgressBar::new(share as f32).desired_width(120.0).desired_height(8.0));
        bar.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, "Rehearsal"));
        ui.label(small(unbroken(&text)));
    });
}

/// Draws the verdict and the account of the last one.
fn found(ui: &mut Ui, view: &View<'_>) {
    let rehearsal = &view.live.rehearsal;
    let Some(found) = rehearsal.found.filter(|_| !view.live.rehearses()) else { return };
    let tokens = theme::tokens(ui.ctx());
    let (tone, text) = found.verdict();
    let (sign, colour) = match tone {
        Tone::Good => ("✓", tokens.status.ok),
        Tone::Bad => ("✕", tokens.status.bad),
        Tone::Unsure => ("~", tokens.status.uncertain),
    };
    let text = RichText::new(format!("{sign} {}", unbroken(&text))).font(theme::strong(theme::BODY));
    ui.add(Label::new(text.color(colour)).wrap());
    if !rehearsal.current {
        let text = format!("From before: this was {}, or its settings have changed since", found.name);
        said(ui, "⚠", tokens.status.uncertain, &text);
    }
    if found.rehearsed.host_limited() {
        let text = weak(ui, HOST_LIMITED);
        ui.add(Label::new(text).wrap());
    }
    // The verdict stands above.
    for (name, value) in found.judged().rows().iter().filter(|(name, _)| *name != "verdict") {
        row(ui, name, value);
    }
    // What the plan says beforehand stands below.
    let planned = view.live.plan.map(|plan| plan.notes.as_slice()).unwrap_or_default();
    for note in found.judged().notes().iter().filter(|note| !planned.contains(note)) {
        ui.add(Label::new(small(format!("· {note}"))).wrap());
    }
    ui.add_space(space::XS);
}

/// Draws what is rehearsed and what is not, and what this computer allows.
fn notes(ui: &mut Ui, view: &View<'_>) {
    let Some(plan) = view.live.plan else { return };
    let lists =
        [("What is rehearsed, and what is not", &plan.notes), ("What this computer allows", &plan.host)];
    for (title, notes) in lists {
        if notes.is_empty() {
            continue;
        }
        CollapsingHeader::new(small(title)).id_salt(title).show(ui, |ui| {
            for note in notes {
                ui.add(Label::new(small(format!("· {note}"))).wrap());
            }
        });
    }
}
