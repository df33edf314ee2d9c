//! Where there is no topology yet: layouts to start from, one click each.

use crate::desk::command::TopologyCommand;
use crate::fleet::cluster::pattern::PATTERNS;
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use egui::{Button, RichText, Ui};

/// Draws the layouts.
pub fn ui(ui: &mut Ui, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    let title = RichText::new("No topology yet").font(theme::strong(theme::BODY));
    ui.label(title.color(tokens.text.strong));
    ui.label("Begin with a layout; capacities, limits and rules then follow from its machines.");
    ui.add_space(space::M);
    for pattern in PATTERNS {
        let text = format!("Begin with {}", pattern.label);
        if ui.add(Button::new(text).min_size(egui::vec2(280.0, theme::TARGET))).clicked() {
            out.push(TopologyCommand::Begin(pattern.id.to_owned()).into());
        }
        ui.label(RichText::new(pattern.meaning).size(theme::SMALL).color(tokens.text.weak));
        ui.add_space(space::S);
    }
}
