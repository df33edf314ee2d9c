//! One device of a group under each agent, in place of the curves: who waits, who tries, who gives up.
//!
//! Which group is looked at is kept while the window is open; like what the curves show it is no command.

use super::saving::Saving;
use crate::base::units;
use crate::desk::View;
use crate::plan::timeline::Timeline;
use crate::report::draw::Graphic;
use crate::report::lanes::{Lanes, lanes};
use crate::report::timeline::ALONE;
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use crate::ui::widget::lanes::{self as widget, Place};
use egui::{Align, Button, Label, Layout, RichText, Role, Ui, WidgetInfo, vec2};
use std::sync::Arc;

/// What is said where nothing is read.
const HINT: &str = "One device alone, without a queue: point at a row to read it";

/// State of the timelines.
#[derive(Default)]
pub struct OneDevice {
    /// Whether they stand in place of the curves.
    pub on: bool,
    group: Option<String>,
    held: Option<Place>,
    described: Option<(Arc<Timeline>, Arc<Lanes>)>,
}

impl OneDevice {
    /// Draws the timelines and their line of words, `height` high [points].
    ///
    /// `looked_at` is the group that the curves show, where it is one.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        (height, looked_at): (f32, Option<&str>),
        saving: &mut Saving,
        out: &mut Vec<Request>,
    ) {
        let Some(timeline) = view.one_device(self.group.as_deref().or(looked_at)) else {
            super::charts::empty(ui, view, height - line_height());
            bottom(ui, &mut self.on, |_| ());
            return;
        };
        if self.described.as_ref().is_none_or(|(made_from, _)| !Arc::ptr_eq(made_from, &timeline)) {
            // Another device does other things.
            self.held = None;
            self.described = Some((Arc::clone(&timeline), Arc::new(lanes(&timeline))));
        }
        let Some((_, described)) = &self.described else { return };
        let group = &mut self.group;
        let mut corner = |ui: &mut Ui| {
            saving.ui(ui, &Graphic::from(Arc::clone(described)), None, out);
            choose(ui, view, &timeline.group, group);
        };
        let say = |place: Place| said(&timeline, place);
        let read = widget::ui(ui, described, height - line_height(), &mut self.held, &say, &mut corner);
        bottom(ui, &mut self.on, |ui| {
            let weak = theme::tokens(ui.ctx()).text.weak;
            let text = match read {
                Some(place) => RichText::new(said(&timeline, place)),
                None => RichText::new(HINT).color(weak),
            };
            ui.add_space(space::S);
            ui.add(Label::new(text.size(theme::SMALL)).truncate().selectable(false));
        });
    }
}

/// Returns the height of the line at the bottom, with the air above it [points].
fn line_height() -> f32 {
    theme::TARGET + space::XS
}

/// Returns a piece in words: `3 min 10 s: Attempt 4 fails: refused, nothing listens`.
fn said(timeline: &Timeline, place: Place) -> String {
    let lane = timeline.lanes.get(place.row);
    let segment = lane.and_then(|lane| lane.segments.get(place.piece));
    segment.map_or_else(String::new, |segment| {
        format!("{}: {}", units::clock(segment.from_s), units::unbroken(&segment.what))
    })
}

/// Draws the choice of the group, where there are several.
fn choose(ui: &mut Ui, view: &View<'_>, own: &str, group: &mut Option<String>) {
    let entries: Vec<(String, &str)> =
        view.file.group_ids().map(|id| (id.to_owned(), view.file.group_name(id))).collect();
    let help = "Whose settings and outage the device has";
    if entries.len() > 1
        && let Some(chosen) = choice::corner(ui, "Group shown", help, &own.to_owned(), &entries)
    {
        *group = Some(chosen);
    }
}

/// Draws the line below what is shown: what `read` has to say, and at its end the switch between the curves and
/// one device.
pub fn bottom(ui: &mut Ui, on: &mut bool, read: impl FnOnce(&mut Ui)) {
    let size = vec2(ui.available_width(), theme::TARGET);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        let button = Button::selectable(*on, RichText::new("One device").size(theme::SMALL));
        let button = ui.add(button.min_size(vec2(0.0, theme::TARGET)));
        let (enabled, now) = (ui.is_enabled(), *on);
        button
            .widget_info(|| WidgetInfo::selected(Role::Button, enabled, now, "One device under each agent"));
        if button.on_hover_text(ALONE).clicked() {
            *on = !*on;
        }
        ui.with_layout(Layout::left_to_right(Align::Center), read);
    });
}
