//! A choice between words: a label and a combo box, named for screen readers.

use crate::fleet::setting::Choice;
use crate::ui::theme;
use egui::{ComboBox, Label, RichText, Ui};

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
    ui.horizontal(|ui| {
        ui.set_min_height(theme::TARGET);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            // Ends where the fields of levers end.
            ui.add_space(super::quantity::UNIT_COLUMN);
            let combo = ComboBox::from_id_salt(label).selected_text(text).show_ui(ui, |ui| {
                for choice in choices {
                    let own = choice.value == value;
                    if ui.selectable_label(own, choice.label).on_hover_text(choice.meaning).clicked() && !own
                    {
                        chosen = Some(choice.value);
                    }
                }
            });
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let name = ui.add(Label::new(RichText::new(label)).truncate()).on_hover_text(help);
                combo.response.labelled_by(name.id).on_hover_text(help);
            });
        });
    });
    chosen
}
