//! The settings of the whole project: the platform with its sections, the outage with its events, targets.

use super::inspector::settings;
use super::rows::{Part, Role, project_parts};
use crate::desk::View;
use crate::desk::command::DocumentCommand;
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use egui::{Align, Layout, RichText, Ui, WidgetInfo};

/// Draws all parts.
pub fn ui(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    for (index, part) in project_parts(view).into_iter().enumerate() {
        if index > 0 {
            ui.add_space(space::L);
        }
        head(ui, &part, out);
        settings(ui, &part.base, &part.settings, view, out);
    }
}

/// Draws the heading of a part with what can be done with it.
fn head(ui: &mut Ui, part: &Part, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    let title = RichText::new(&part.title).font(theme::strong(theme::BODY));
    let (word, note, command) = match &part.role {
        Role::Fixed => {
            ui.label(title.color(tokens.text.strong));
            return;
        }
        Role::Modelled(area) => ("Remove", "", DocumentCommand::RemoveSection(*area)),
        Role::Absent(area) => ("Model", "not modelled", DocumentCommand::AddSection(*area)),
        Role::Event(id) => ("Remove", "", DocumentCommand::RemoveEvent(id.clone())),
        Role::Events => ("Add event", "", DocumentCommand::AddEvent),
    };
    ui.horizontal(|ui| {
        ui.label(title.color(tokens.text.strong));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = ui.button(word);
            let spoken = match &part.role {
                Role::Events => word.to_owned(),
                _ => format!("{word} {}", part.title),
            };
            button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &spoken));
            if button.clicked() {
                out.push(command.into());
            }
            if !note.is_empty() {
                ui.label(RichText::new(note).color(tokens.text.weak));
            }
        });
    });
}
