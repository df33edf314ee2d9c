//! Lines below the menu bar that ask for a choice: a restored project, the hint of the first start, the
//! path field, the newest notice that has an answer.

use super::super::dialog::Dialogs;
use super::super::request::Request;
use super::super::theme::{self, space};
use crate::base::{Severity, units};
use crate::desk::command::FileCommand;
use crate::desk::{UserCommand, View};
use egui::{Align, Color32, Frame, Label, Layout, Margin, Panel, Response, RichText, Role, Ui, WidgetInfo};

/// How long a notice stays when it is no error [s].
const FRESH: f64 = 12.0;

/// State of the lines: which notice is shown, and since when.
#[derive(Default)]
pub struct Strip {
    /// Number of the newest notice seen.
    seen: u64,
    /// When it was seen first [s].
    since: f64,
    /// Whether it was closed.
    closed: bool,
}

impl Strip {
    /// Draws the lines that are due.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, dialogs: &mut Dialogs, out: &mut Vec<Request>) {
        #[cfg(feature = "push")]
        going_on(ui, view, out);
        choices(ui, view, dialogs, out);
        self.notice(ui, view, out);
    }

    /// Draws the newest notice while it is fresh; an error stays until it is closed.
    fn notice(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let Some(notice) = view.notices.last() else { return };
        let now = ui.input(|input| input.time);
        if notice.id != self.seen {
            *self = Self { seen: notice.id, since: now, closed: false };
        }
        let left = FRESH - (now - self.since);
        let lasting = notice.severity == Severity::Error;
        if self.closed || !lasting && left <= 0.0 {
            return;
        }
        if let (false, Ok(left)) = (lasting, std::time::Duration::try_from_secs_f64(left)) {
            ui.ctx().request_repaint_after(left);
        }
        let tokens = theme::tokens(ui.ctx());
        let (sign, colour) = match notice.severity {
            // What is said without a fault has been done.
            Severity::Info => ("✓", tokens.status.ok),
            fault => tokens.severity(fault),
        };
        line(ui, "notice", (sign, colour), &notice.text, |ui| {
            self.closed |= named(ui, "Close", "Close message").clicked();
            if let Some(command) = notice.action
                && view.enabled(command).is_ok()
                && ui.button(command.entry().text).clicked()
            {
                out.push(Request::User(command));
            }
        });
    }
}

/// Draws one line: a sign, what there is to say, and at the end the buttons that answer it, last first.
fn line(ui: &mut Ui, id: &str, sign: (&str, Color32), text: &str, buttons: impl FnOnce(&mut Ui)) {
    let tokens = theme::tokens(ui.ctx());
    let margin = Margin::symmetric(space::L as i8, space::XS as i8);
    let frame = Frame::new().fill(tokens.surface.raised).inner_margin(margin);
    Panel::top(id.to_owned()).frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_min_height(theme::TARGET);
            ui.label(RichText::new(sign.0).color(sign.1));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                buttons(ui);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(RichText::new(text).color(tokens.text.strong)).wrap());
                });
            });
        });
    });
}

/// Draws a button whose name says more than its text.
fn named(ui: &mut Ui, text: &str, name: &str) -> Response {
    let response = ui.button(text);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response
}

/// Draws, on every screen, the roll-out that is going on, and the way to stop it.
#[cfg(feature = "push")]
fn going_on(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    let Some(open) = view.rollout.open.filter(crate::desk::rollout::OpenView::is_going) else { return };
    let tokens = theme::tokens(ui.ctx());
    let text = crate::ui::rollout::rows::going(&open, view.rollout.closing);
    line(ui, "roll-out", ("▸", tokens.status.info), &text, |ui| {
        let stop = RichText::new("STOP ALL").font(theme::strong(theme::BODY)).color(tokens.on_accent);
        let stop = ui.add(egui::Button::new(stop).fill(tokens.status.bad));
        if stop.on_hover_text(UserCommand::StopRollout.entry().tooltip).clicked() {
            out.push(Request::User(UserCommand::StopRollout));
        }
        if named(ui, "Show", "Show roll-out").clicked() {
            out.push(Request::User(UserCommand::ScreenRollout));
        }
    });
}

/// Draws what asks for a choice.
fn choices(ui: &mut Ui, view: &View<'_>, dialogs: &mut Dialogs, out: &mut Vec<Request>) {
    let info = ("▸", theme::tokens(ui.ctx()).status.info);
    if dialogs.asks_for_path() {
        let margin = Margin::symmetric(space::L as i8, space::XS as i8);
        let frame = Frame::new().fill(theme::tokens(ui.ctx()).surface.raised).inner_margin(margin);
        Panel::top("path field").frame(frame).show(ui, |ui| dialogs.ui(ui, out));
    }
    if let Some(restored) = view.restored {
        line(ui, "restored", info, &restored.text, |ui| {
            if ui.button("Open last saved").on_hover_text("Leaves the restored changes").clicked() {
                out.push(FileCommand::OpenLastSaved.into());
            }
            if ui.button("Keep").on_hover_text("Goes on with the restored project").clicked() {
                out.push(FileCommand::KeepRestored.into());
            }
        });
    } else if view.hint {
        let devices = units::count(view.fleet.map_or(0, |fleet| fleet.devices()));
        let text = format!(
            "This is an example fleet of {devices} devices. Drag the random delay, or open your own fleet."
        );
        line(ui, "hint", info, &text, |ui| {
            if named(ui, "Dismiss", "Dismiss hint").clicked() {
                out.push(FileCommand::DismissHint.into());
            }
            if ui.button(UserCommand::Open.entry().text).clicked() {
                out.push(Request::User(UserCommand::Open));
            }
        });
    }
}
