//! A file that was tried: what it is, what it says, and a scenario in which a group has it.

use super::draw::{cell, findings, small, strong};
use super::rows;
use crate::desk::command::ScenarioCommand;
use crate::desk::{Tried, UserCommand, View};
use crate::ui::request::{Request, offer};
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use egui::{Button, RichText, Ui};

/// Width of the columns for keys and values [points].
const KEY: f32 = 240.0;
const VALUE: f32 = 200.0;

/// Draws the file; `group` is the one that was picked for it.
pub fn ui(ui: &mut Ui, tried: &Tried, group: &mut Option<String>, view: &View<'_>, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    let text = rows::tried(tried);
    ui.horizontal_wrapped(|ui| {
        ui.label(strong(ui, &text.title));
        ui.label(small(&text.about).color(tokens.text.weak));
    });
    ui.add_space(space::S);
    simulate(ui, tried, group, view, out);
    ui.add_space(space::M);
    if text.findings.is_empty() {
        ui.label(small("✓ Nothing is wrong with this file").color(tokens.status.ok));
    }
    findings(ui, &text.findings);
    ui.add_space(space::S);
    for (path, value, line) in &text.rows {
        ui.horizontal(|ui| {
            let width = ui.available_width();
            cell(ui, KEY.min(width * 0.45), small(path).color(tokens.text.normal)).on_hover_text(path);
            let value = RichText::new(value).font(theme::strong(theme::SMALL));
            cell(ui, VALUE.min(width * 0.35), value);
            ui.label(small(line).color(tokens.text.weak));
        });
    }
    if !text.kept.is_empty() {
        ui.label(small(&text.kept).color(tokens.text.weak));
    }
}

/// Draws the choice of a group and the button that simulates it.
fn simulate(ui: &mut Ui, tried: &Tried, group: &mut Option<String>, view: &View<'_>, out: &mut Vec<Request>) {
    let groups = tried.groups(view.file, view.scenario);
    if !group.as_ref().is_some_and(|group| groups.contains(group)) {
        *group = groups.first().cloned();
    }
    let usable = match (tried.usable(), group.is_some()) {
        (Ok(()), true) => Ok(()),
        (Ok(()), false) => Err("No group of this project has agents that read such a file"),
        (Err(reason), _) => Err(reason),
    };
    ui.horizontal_wrapped(|ui| {
        if let Some(own) = group.clone() {
            ui.label(small("Group that gets it"));
            let entries: Vec<(String, &str)> =
                groups.iter().map(|id| (id.clone(), view.file.group_name(id))).collect();
            let help = "The group whose devices have this file in the simulation";
            if let Some(chosen) = choice::corner(ui, "Group that gets the file", help, &own, &entries) {
                *group = Some(chosen);
            }
        }
        let button = Button::new("Simulate with this file");
        match (usable, group.clone()) {
            (Ok(()), Some(group)) => {
                let tip = "Adds a scenario in which the group has this file, and shows it; can be undone";
                if ui.add(button).on_hover_text(tip).clicked() {
                    out.push(ScenarioCommand::WithFile { group }.into());
                    out.push(Request::User(UserCommand::ScreenSimulate));
                }
            }
            (reason, _) => {
                let reason = reason.err().unwrap_or("No group was chosen");
                ui.add_enabled(false, button).on_disabled_hover_text(reason);
                ui.label(small(reason));
            }
        }
        let entry = UserCommand::StopTrying.entry();
        if offer(ui, UserCommand::StopTrying, Button::new(entry.text), entry.tooltip, view).clicked() {
            out.push(Request::User(UserCommand::StopTrying));
        }
    });
}
