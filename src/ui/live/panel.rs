//! The parts of the screen and where they stand.

use super::agent::AgentForm;
use super::messages::Messages;
use super::parts::weak;
use super::platform;
use super::rehearse::RehearsePanel;
use crate::base::units::count;
use crate::desk::command::LiveCommand;
use crate::desk::live::{Stage, Standing, standing_words};
use crate::desk::{UserCommand, View};
use crate::ui::request::{Request, offer};
use crate::ui::theme::{self, space};
use egui::{Button, Frame, Margin, RichText, ScrollArea, Stroke, Ui, UiBuilder, vec2};

/// Width of the screen [points] below which everything stands in one column.
const NARROW: f32 = 760.0;
/// Width of platform and agent [points].
const LEFT: f32 = 324.0;

/// State of the screen's widgets.
#[derive(Default)]
pub struct LivePanel {
    platform: platform::PlatformPanel,
    form: AgentForm,
    rehearse: RehearsePanel,
    messages: Messages,
}

impl LivePanel {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        if !view.live.planned {
            out.push(LiveCommand::Look.into());
        }
        inside().show(ui, |ui| top(ui, view, out));
        let whole = ui.available_rect_before_wrap();
        if whole.width() < NARROW {
            inside().show(ui, |ui| {
                scroll("live", ui, |ui| {
                    self.rehearse.ui(ui, view, out);
                    ui.add_space(space::L);
                    self.platform.ui(ui, view, out);
                    ui.add_space(space::L);
                    self.form.ui(ui, view, out);
                    ui.add_space(space::L);
                    self.form.visit_ui(ui, view, out);
                    self.messages.ui(ui, view, out);
                });
            });
            return;
        }
        let tokens = theme::tokens(ui.ctx());
        let (left, right) = whole.split_left_right_at_x(whole.left() + LEFT);
        ui.scope_builder(UiBuilder::new().max_rect(left), |ui| {
            inside().show(ui, |ui| {
                scroll("live left", ui, |ui| {
                    self.platform.ui(ui, view, out);
                    ui.add_space(space::L);
                    self.form.ui(ui, view, out);
                });
            });
        });
        ui.painter().vline(right.left(), right.y_range(), Stroke::new(1.0, tokens.separator));
        ui.scope_builder(UiBuilder::new().max_rect(right), |ui| {
            inside().show(ui, |ui| {
                scroll("live right", ui, |ui| {
                    self.rehearse.ui(ui, view, out);
                    ui.add_space(space::L);
                    self.form.visit_ui(ui, view, out);
                    self.messages.ui(ui, view, out);
                });
            });
        });
    }
}

/// Draws what stops everything, and what runs.
fn top(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    ui.horizontal_wrapped(|ui| {
        let tokens = theme::tokens(ui.ctx());
        let text = RichText::new("STOP").font(theme::strong(theme::BODY));
        let text = if view.live.runs() { text.color(tokens.status.bad) } else { text };
        let button = Button::new(text).min_size(vec2(72.0, theme::TARGET));
        let tip = UserCommand::StopLive.entry().tooltip;
        if offer(ui, UserCommand::StopLive, button, tip, view).clicked() {
            out.push(Request::User(UserCommand::StopLive));
        }
        let running = running(view);
        let text = if running.is_empty() { "Nothing live is running".to_owned() } else { running };
        ui.label(weak(ui, text));
        let agent = Some(view.live.agent).filter(|agent| agent.remote && agent.active());
        let real = agent.map(|agent| agent.address.as_str()).or(view.live.rehearsal.there);
        if let Some(real) = real {
            let text = format!("⚠ REAL PLATFORM {real}");
            ui.label(RichText::new(text).font(theme::strong(theme::BODY)).color(tokens.status.uncertain));
        }
    });
}

/// Returns what runs: `Rehearsal, 12 of 50 back · test platform on port 8443 · pump-1 is connected`.
fn running(view: &View<'_>) -> String {
    let live = &view.live;
    let mut parts = Vec::new();
    match live.rehearsal.stage {
        Stage::Simulates { .. } => parts.push("Rehearsal, band".to_owned()),
        Stage::Measures(so_far) => {
            let account = &so_far.agents.account;
            let (back, planned) = (count(account.connected), count(account.planned));
            parts.push(format!("Rehearsal, {back} of {planned} back"));
        }
        Stage::Open | Stage::Failed(_) => {}
    }
    parts.extend(live.platform.map(|serving| format!("Test platform on port {}", serving.port)));
    if live.agent.standing != Standing::Idle {
        parts.push(standing_words(live.agent));
    }
    parts.join(" · ")
}

/// Returns the frame around a part of the screen.
fn inside() -> Frame {
    Frame::new().inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
}

/// Draws something that scrolls where it does not fit.
fn scroll(id: &str, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(id).auto_shrink([false, true]).show(ui, add);
}
