//! A choice between words: a label and a combo box, named for screen readers.
//!
//! Where the longest word does not fit beside the label, the box stands below it, as sliders do.

use crate::fleet::setting::Choice;
use crate::ui::theme;
use egui::{Align, ComboBox, Label, Layout, RichText, TextStyle, Ui, WidgetText};

/// Returns the width of a box with this text [points].
fn widest(ui: &Ui, text: &str) -> f32 {
    let text = WidgetText::from(text).into_galley(ui, None, f32::INFINITY, TextStyle::Button);
    let spacing = ui.spacing();
    text.size().x + spacing.icon_width + spacing.icon_spacing + 2.0 * spacing.button_padding.x
}

/// Longest text of a box in the corner of a chart [points]; longer ones are cut.
const LONGEST: f32 = 168.0;

/// Draws a box with these entries and nothing beside it; `name` is what it is called for those who do not see
/// where it stands. Returns the entry that was chosen.
pub fn corner<T: Clone + PartialEq>(
    ui: &mut Ui,
    name: &str,
    help: &str,
    value: &T,
    entries: &[(T, &str)],
) -> Option<T> {
    let mut chosen = None;
    let text = entries.iter().find(|entry| entry.0 == *value).map_or("–", |entry| entry.1);
    let room = LONGEST.min(ui.available_width());
    let combo = ComboBox::from_id_salt(name).selected_text(text).width(0.0);
    let combo = if widest(ui, text) > room { combo.width(room).truncate() } else { combo };
    let combo = combo.show_ui(ui, |ui| {
        for (entry, text) in entries {
            let own = entry == value;
            if ui.selectable_label(own, *text).clicked() && !own {
                chosen = Some(entry.clone());
            }
        }
    });
    ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_label(name));
    combo.response.on_hover_text(help);
    chosen
}

/// Draws a choice; returns the word that was chosen.
pub fn ui(
    ui: &mut Ui,
    label: &str,
    help: &str,
    value: &str,
    choices: &'static [Choice],
) -> Option<&'static str> {
    let mut chosen = None;
    let text = choices.iter().find(|choice| choice.value == value).map_or(value, |choice| choice.label);
    // Beside each other where the longest word fits, so that nothing jumps when another one is chosen.
    let longest = choices.iter().map(|choice| widest(ui, choice.label)).fold(widest(ui, text), f32::max);
    let name = WidgetText::from(label).into_galley(ui, None, f32::INFINITY, TextStyle::Body).size().x;
    let column = super::quantity::UNIT_COLUMN + ui.spacing().item_spacing.x;
    let fits = name + longest + 2.0 * ui.spacing().item_spacing.x <= ui.available_width() - column;
    let named = |ui: &mut Ui| ui.add(Label::new(RichText::new(label)).truncate()).on_hover_text(help);
    let mut pick = |ui: &mut Ui| {
        let room = ui.available_width();
        let combo = ComboBox::from_id_salt(label).selected_text(text);
        let combo = if fits { combo } else { combo.width(room).truncate() };
        let combo = combo.show_ui(ui, |ui| {
            for choice in choices {
                let own = choice.value == value;
                if ui.selectable_label(own, choice.label).on_hover_text(choice.meaning).clicked() && !own {
                    chosen = Some(choice.value);
                }
            }
        });
        combo.response.on_hover_text(help)
    };
    let line = |ui: &mut Ui, add: &mut dyn FnMut(&mut Ui)| {
        ui.horizontal(|ui| {
            ui.set_min_height(theme::TARGET);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                // Ends where the fields of levers end.
                ui.add_space(super::quantity::UNIT_COLUMN);
                add(ui);
            });
        });
    };
    if fits {
        line(ui, &mut |ui| {
            let combo = pick(ui);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                combo.clone().labelled_by(named(ui).id);
            });
        });
    } else {
        let name = named(ui);
        line(ui, &mut |ui| {
            pick(ui).labelled_by(name.id);
        });
    }
    chosen
}
