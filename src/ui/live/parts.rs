//! What the parts of the screen share: headings, rows of a name and a value, and fields.

use crate::ui::theme::{self, space};
use egui::{Align, Color32, Label, Layout, Margin, Response, RichText, TextEdit, Ui, vec2};

/// Width of the names of rows [points].
const NAME: f32 = 112.0;

/// Returns a heading.
pub(super) fn strong(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text).font(theme::strong(theme::BODY)).color(theme::tokens(ui.ctx()).text.strong)
}

/// Returns text at the small size.
pub(super) fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).size(theme::SMALL)
}

/// Returns text at the small size that is read second.
pub(super) fn weak(ui: &Ui, text: impl Into<String>) -> RichText {
    small(text).color(theme::tokens(ui.ctx()).text.weak)
}

/// Draws a sentence with a sign in front, in the colour of what it means.
pub(super) fn said(ui: &mut Ui, sign: &str, colour: Color32, text: &str) {
    ui.add(Label::new(small(format!("{sign} {text}")).color(colour)).wrap());
}

/// Draws text in a column of a fixed width.
pub(super) fn cell(ui: &mut Ui, width: f32, text: RichText) {
    let (room, _) = ui.allocate_exact_size(vec2(width, theme::BODY + 2.0), egui::Sense::hover());
    let layout = Layout::left_to_right(Align::TOP);
    ui.new_child(egui::UiBuilder::new().max_rect(room).layout(layout)).add(Label::new(text).truncate());
}

/// Draws a name and its value, which wraps.
pub(super) fn row(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let name = weak(ui, name);
        cell(ui, NAME.min(ui.available_width() * 0.28), name);
        ui.add(Label::new(small(crate::base::units::unbroken(value))).wrap());
    });
}

/// Draws a field with its label above it.
pub(super) fn field(ui: &mut Ui, label: &str, hint: &str, text: &mut String) -> Response {
    let name = ui.label(small(label));
    let edit = TextEdit::singleline(text).hint_text(hint).desired_width(f32::INFINITY);
    ui.add(edit.margin(Margin::symmetric(8, 4))).labelled_by(name.id)
}
