//! A choice between words: a label and a combo box, named for screen readers.

use crate::fleet::setting::Choice;
use crate::ui::theme;
use egui::{ComboBox, Label, RichText, TextStyle, Ui, WidgetText};

/// Narrowest box [points].
const NARROWEST: f32 = 72.0;

/// Returns the width of a box with this text [points].
fn widest(ui: &Ui, text: &str) -> f32 {
    let text = WidgetText::from(text).into_galley(ui, None, f32::INFINITY, TextStyle::Button);
    let spacing = ui.spacing();
    text.size().x + spacing.icon_width + spacing.icon_spacing + 2.0 * spacing.button_padding.x
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
    ui.horizontal(|ui| {
        ui.set_min_height(theme::TARGET);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            // Ends where the fields of levers end.
            ui.add_space(super::quantity::UNIT_COLUMN);
            // A name that is cut says less than a word that is: the list shows all words in full.
            let name = WidgetText::from(label).into_galley(ui, None, f32::INFINITY, TextStyle::Body);
            let room = ui.available_width() - name.size().x - 2.0 * ui.spacing().item_spacing.x;
            let combo = ComboBox::from_id_salt(label).selected_text(text);
            let combo =
                if room < widest(ui, text) { combo.width(room.max(NARROWEST)).truncate() } else { combo };
            let combo = combo.show_ui(ui, |ui| {
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
