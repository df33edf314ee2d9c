//! The screen *Roll-out*: the form of the next plan, or the roll-out that is open: how it stands, wave by wave, what
//! was predicted, and its devices one by one.
//!
//! Opening one begins nothing. What restarts devices is asked for by the number of devices, typed; the line with
//! *STOP ALL* stands on every screen while one is going on.

mod confirm;
mod device;
mod devices;
mod form;
mod plan;
pub(in crate::ui) mod rows;
mod status;
mod waves;

use super::request::Request;
use super::theme::{self, Tokens, space};
use crate::desk::View;
use crate::desk::rollout::OpenView;
use egui::{Color32, Frame, Margin, RichText, ScrollArea, Stroke, Ui, UiBuilder};
use rows::{Made, Tone};
use std::sync::Arc;

/// Width of the screen [points] from which two columns stand beside each other.
const WIDE: f32 = 860.0;
/// Share of the left column of an open roll-out, and of the form.
const LEFT: f32 = 0.56;
const FORM: f32 = 0.5;

/// State of the screen's widgets.
#[derive(Default)]
pub struct RolloutPanel {
    made: Option<Made>,
    /// Hash of the plan that is shown.
    of: Option<crate::base::hash::Hash>,
    confirm: confirm::Confirm,
    plan: plan::PlanPanel,
    devices: devices::DevicesPanel,
    form: form::FormPanel,
    device: device::DevicePanel,
}

impl RolloutPanel {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        if let Some(name) = view.rollout.opening() {
            let text = small(format!("Opening {name}…"));
            ui.label(text.color(theme::tokens(ui.ctx()).text.weak));
        }
        match view.rollout.open {
            Some(open) => self.open(ui, &open, view, out),
            None => self.next(ui, view, out),
        }
    }

    /// Draws the form of the next plan.
    fn next(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        (self.made, self.confirm) = (None, confirm::Confirm::default());
        let whole = ui.available_rect_before_wrap();
        if whole.width() < WIDE {
            inside().show(ui, |ui| {
                scroll("roll-out", ui, |ui| {
                    self.form.ui(ui, view, out);
                    ui.add_space(space::L);
                    self.beside(ui, view, out);
                });
            });
            return;
        }
        columns(ui, FORM, ("form", "beside"), |ui, left| {
            if left { self.form.ui(ui, view, out) } else { self.beside(ui, view, out) }
        });
    }

    /// Draws what a plan needs, and one that was refused.
    fn beside(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        form::needs(ui, view);
        ui.add_space(space::S);
        self.form.buttons(ui, view, out);
        ui.add_space(space::L);
        if view.rollout.refused.is_none() {
            form::steps(ui);
        }
        if let Some(refused) = view.rollout.refused {
            self.confirm.refused(ui, refused, view, out);
            ui.add_space(space::S);
            self.plan.predicted(ui, &refused.plan, &Arc::default());
        }
    }

    /// Draws the roll-out that is open.
    fn open(&mut self, ui: &mut Ui, open: &OpenView<'_>, view: &View<'_>, out: &mut Vec<Request>) {
        // A question about one roll-out is none about another.
        let of = open.picture.plan.hash();
        if self.of.as_ref() != Some(of) {
            self.of = Some(*of);
            (self.confirm, self.device) = Default::default();
        }
        if self.made.as_ref().is_none_or(|made| !made.is_of(open.picture)) {
            self.made = Some(Made::of(open.picture));
        }
        let Some(made) = self.made.take() else { return };
        let whole = ui.available_rect_before_wrap();
        if whole.width() < WIDE {
            inside().show(ui, |ui| {
                scroll("roll-out", ui, |ui| {
                    self.left(ui, &made, open, view, out);
                    ui.add_space(space::L);
                    self.right(ui, open, out);
                });
            });
        } else {
            columns(ui, LEFT, ("standing", "plan"), |ui, left| {
                if left { self.left(ui, &made, open, view, out) } else { self.right(ui, open, out) }
            });
        }
        self.made = Some(made);
    }

    fn left(
        &mut self,
        ui: &mut Ui,
        made: &Made,
        open: &OpenView<'_>,
        view: &View<'_>,
        out: &mut Vec<Request>,
    ) {
        status::head(ui, &made.head, open);
        self.confirm.ui(ui, open, view, out);
        ui.add_space(space::M);
        self.plan.chosen(waves::ui(ui, made, self.plan.shown()));
        waves::troubles(ui, made, open, out);
        ui.add_space(space::M);
        self.devices.ui(ui, made, open, out);
    }

    fn right(&mut self, ui: &mut Ui, open: &OpenView<'_>, out: &mut Vec<Request>) {
        match open.device {
            Some(at) => self.device.ui(ui, at, open, out),
            None => self.plan.ui(ui, open.picture),
        }
    }
}

/// Draws two columns with a line between them, the left one first for the Tab key.
fn columns(ui: &mut Ui, share: f32, ids: (&str, &str), mut add: impl FnMut(&mut Ui, bool)) {
    let whole = ui.available_rect_before_wrap();
    let (left, right) = whole.split_left_right_at_x((whole.left() + whole.width() * share).round());
    for (area, id, first) in [(left, ids.0, true), (right, ids.1, false)] {
        ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
            inside().show(ui, |ui| scroll(id, ui, |ui| add(ui, first)));
        });
    }
    let line = Stroke::new(1.0, theme::tokens(ui.ctx()).separator);
    ui.painter().vline(right.left(), right.y_range(), line);
}

/// Returns the colour of a tone.
fn colour(tokens: &Tokens, tone: Tone) -> Color32 {
    match tone {
        Tone::Good => tokens.status.ok,
        Tone::Bad => tokens.status.bad,
        Tone::Unsure => tokens.status.uncertain,
        Tone::Info => tokens.status.info,
    }
}

/// Returns the frame around a part of the screen.
fn inside() -> Frame {
    Frame::new().inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
}

/// Draws something that scrolls where it does not fit.
fn scroll(id: &str, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(id).auto_shrink([false, true]).show(ui, add);
}

/// Returns text at the small size.
fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).size(theme::SMALL)
}

/// Returns text at the small size that is read second.
fn weak(ui: &Ui, text: impl Into<String>) -> RichText {
    small(text).color(theme::tokens(ui.ctx()).text.weak)
}

/// Returns a heading.
fn strong(ui: &Ui, text: &str) -> RichText {
    RichText::new(text).font(theme::strong(theme::BODY)).color(theme::tokens(ui.ctx()).text.strong)
}
