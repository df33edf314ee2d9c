//! The filter above the table: a field with proposals, how many devices pass, and what is wrong with it.

use crate::base::units::count;
use crate::desk::View;
use crate::desk::command::DeviceCommand;
use crate::fleet::inventory::filter::{Completion, Filter, FilterError, Scope};
use crate::fleet::inventory::{Groups, Inventory};
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use egui::text::{CCursor, CCursorRange};
use egui::{
    Align, Button, Key, Layout, Margin, Modifiers, Popup, PopupCloseBehavior, Response, RichText, TextEdit,
    Ui,
};

/// Proposals that are shown.
const SHOWN: usize = 8;
/// Width of the text that counts devices [points].
const COUNT: f32 = 184.0;

/// State of the field.
#[derive(Default)]
pub struct FilterField {
    text: String,
    /// Whether proposals are shown.
    open: bool,
    chosen: usize,
    completion: Option<Completion>,
    /// Text, cursor [characters] and state of the document that the proposals were made from.
    made_from: Option<(String, usize, u64)>,
}

impl FilterField {
    /// Draws the filter.
    pub fn ui(&mut self, ui: &mut Ui, list: &Inventory, view: &View<'_>, out: &mut Vec<Request>) {
        let devices = &view.devices;
        let proposals = self.completion.as_ref().map_or(0, |made| made.proposals.len().min(SHOWN));
        let picked = if self.open && proposals > 0 { self.keys(ui, proposals) } else { None };
        let response = ui.horizontal(|ui| {
            let name = ui.label("Filter");
            let room = (ui.available_width() - COUNT).max(120.0);
            // A name of its own: the keyboard stays here when a notice above the screen goes.
            let edit = TextEdit::singleline(&mut self.text)
                .id_salt("filter")
                .hint_text("group:pumps and site:A*")
                .margin(Margin::symmetric(8, 4))
                .desired_width(room);
            let output = edit.show(ui);
            let response = output.response.response.labelled_by(name.id);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let shown = RichText::new(counted(devices.rows.len() as u64, list.len().into()));
                ui.label(shown.color(theme::tokens(ui.ctx()).text.weak));
            });
            let cursor = output.cursor_range.map_or(0, |range| range.primary.index.0);
            (response, cursor)
        });
        let (response, cursor) = response.inner;
        if response.changed() {
            self.open = true;
            self.chosen = 0;
            out.push(DeviceCommand::Filter(self.text.clone()).into());
        }
        if response.has_focus() {
            self.complete(cursor, list, view);
        } else if !response.lost_focus() && self.text != devices.filter {
            devices.filter.clone_into(&mut self.text);
        }
        let picked = picked.or_else(|| self.popup(&response));
        if let Some(at) = picked {
            self.put(at, &response, out);
        }
        if let Some(error) = devices.filter_error {
            wrong(ui, error, devices.filter);
        }
    }

    /// Returns the proposal that was entered; arrows go through them.
    fn keys(&mut self, ui: &Ui, proposals: usize) -> Option<usize> {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::ArrowDown) {
            self.chosen = (self.chosen + 1) % (proposals + 1);
        } else if pressed(Key::ArrowUp) {
            self.chosen = (self.chosen + proposals) % (proposals + 1);
        } else if pressed(Key::Escape) {
            self.open = false;
        } else if self.chosen > 0 && pressed(Key::Enter) {
            return Some(self.chosen - 1);
        }
        None
    }

    /// Looks for what can be typed at the cursor, once for each text and place.
    fn complete(&mut self, cursor: usize, list: &Inventory, view: &View<'_>) {
        let from = (self.text.clone(), cursor, view.revision);
        if self.made_from.as_ref() == Some(&from) {
            return;
        }
        self.made_from = Some(from);
        let seen = view.seen();
        let groups = Groups::of(&seen);
        let scope = Scope { groups: &groups, view: Some(&seen) };
        let at = self.text.char_indices().nth(cursor).map_or(self.text.len(), |(at, _)| at);
        let made = Filter::complete(&self.text, at, list, &scope);
        // What stands there already is no proposal.
        let same = made.proposals.len() == 1
            && self.text.get(made.replace.clone()) == made.proposals.first().map(|one| one.text.as_str());
        self.completion = (!same).then_some(made);
    }

    /// Draws the proposals; returns the one that was clicked.
    fn popup(&mut self, response: &Response) -> Option<usize> {
        let made = self.completion.as_ref().filter(|made| !made.proposals.is_empty())?;
        if !self.open {
            return None;
        }
        let mut picked = None;
        let popup = Popup::from_response(response)
            .open(true)
            .close_behavior(PopupCloseBehavior::IgnoreClicks)
            .accessible_name("Proposals for the filter")
            .show(|ui| {
                for (at, proposal) in made.proposals.iter().take(SHOWN).enumerate() {
                    let devices = proposal
                        .devices
                        .map(|devices| format!(" ({})", count(devices.into())))
                        .unwrap_or_default();
                    let text = format!("{}{devices}", proposal.text);
                    if ui.add(Button::selectable(at + 1 == self.chosen, text)).clicked() {
                        picked = Some(at);
                    }
                }
            });
        let inside = popup.is_some_and(|popup| popup.response.contains_pointer());
        if !response.has_focus() && !inside && picked.is_none() {
            self.open = false;
        }
        picked
    }

    /// Puts a proposal into the text.
    fn put(&mut self, at: usize, response: &Response, out: &mut Vec<Request>) {
        let Some(made) = self.completion.take() else { return };
        let Some(proposal) = made.proposals.get(at) else { return };
        if self.text.get(made.replace.clone()).is_none() {
            return;
        }
        self.text.replace_range(made.replace.clone(), &proposal.text);
        let end = made.replace.start + proposal.text.len();
        let cursor = self.text[..end].chars().count();
        if let Some(mut state) = TextEdit::load_state(&response.ctx, response.id) {
            state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(cursor))));
            state.store(&response.ctx, response.id);
        }
        response.request_focus();
        (self.chosen, self.made_from) = (0, None);
        self.open = false;
        out.push(DeviceCommand::Filter(self.text.clone()).into());
    }
}

/// Returns how many devices are shown: `312 of 12 000 devices`.
fn counted(shown: u64, all: u64) -> String {
    let devices = if all == 1 { "device" } else { "devices" };
    if shown == all {
        format!("{} {devices}", count(all))
    } else {
        format!("{} of {} {devices}", count(shown), count(all))
    }
}

/// Draws what is wrong with the filter, and where.
fn wrong(ui: &mut Ui, error: &FilterError, text: &str) {
    let bad = theme::tokens(ui.ctx()).status.bad;
    let place = text.get(..error.at.start).map_or(0, |before| before.chars().count()) + 1;
    ui.add_space(space::XS);
    let text = format!("✕ At character {place}: {} {}", error.what, error.fix);
    ui.label(RichText::new(text).size(theme::SMALL).color(bad));
}
