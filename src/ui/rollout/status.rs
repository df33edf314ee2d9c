//! The answer of the screen: how the roll-out stands, and what to know about it.

use super::rows::Head;
use super::{colour, weak};
use crate::desk::rollout::OpenView;
use crate::ui::theme::{self, TITLE, space};
use egui::{Label, RichText, Ui};

/// Draws it.
pub fn head(ui: &mut Ui, head: &Head, open: &OpenView<'_>) {
    let tokens = theme::tokens(ui.ctx());
    let tone = colour(tokens, head.tone);
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(head.sign).size(TITLE).color(tone));
        ui.label(RichText::new(&head.title).font(theme::strong(TITLE)).color(tokens.text.strong));
    });
    ui.add(Label::new(RichText::new(&head.detail)).wrap());
    let path = open.path.display().to_string();
    ui.add(Label::new(weak(ui, format!("{} · {}", open.name(), open.picture.said()))).wrap())
        .on_hover_text(path);
    if let Some(trouble) = open.trouble {
        ui.add_space(space::XS);
        ui.add(Label::new(RichText::new(format!("✕ {trouble}")).color(tokens.status.bad)).wrap());
    }
}
