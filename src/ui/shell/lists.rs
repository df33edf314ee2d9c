//! Lists above the status bar: findings with their way to the field, and the log of events.

use super::super::request::Request;
use super::super::theme::{self, space};
use crate::base::{Finding, Severity};
use crate::desk::command::DocumentCommand;
use crate::desk::{About, UserCommand, View};
use egui::{Button, Panel, RichText, ScrollArea, Ui};

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// What is wrong with the project.
    Findings,
    /// What was said.
    Events,
}

/// Which list is open.
#[derive(Default)]
pub struct Lists {
    open: Option<List>,
}

impl Lists {
    /// Draws the button of a list.
    pub fn button(&mut self, ui: &mut Ui, list: List, text: &str) {
        let open = self.open == Some(list);
        let sign = if open { "▾" } else { "▸" };
        let label = RichText::new(format!("{sign} {text}")).size(theme::SMALL);
        let response = ui.add(Button::selectable(open, label));
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, open, text));
        if response.clicked() {
            self.open = (!open).then_some(list);
        }
    }

    /// Draws the open list.
    pub fn ui(&self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let Some(list) = self.open else { return };
        let frame = super::ground(ui);
        Panel::bottom("list").resizable(true).default_size(140.0).frame(frame).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| match list {
                List::Findings => findings(ui, view, out),
                List::Events => events(ui, view),
            });
        });
    }
}

/// Returns the sign and colour of a severity.
fn sign(ui: &Ui, severity: Severity) -> RichText {
    let (sign, colour) = theme::tokens(ui.ctx()).severity(severity);
    RichText::new(sign).color(colour)
}

/// Draws the findings.
fn findings(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    if view.concerns().next().is_none() {
        ui.label("Nothing is wrong with this project.");
    }
    for (index, (about, finding)) in view.concerns().enumerate() {
        ui.push_id(index, |ui| row(ui, about, finding, out));
    }
}

/// Draws one finding.
fn row(ui: &mut Ui, about: About<'_>, finding: &Finding, out: &mut Vec<Request>) {
    let weak = theme::tokens(ui.ctx()).text.weak;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.label(sign(ui, finding.severity));
        ui.label(RichText::new(finding.code).color(weak));
        if let About::File { group, file } = about {
            let line = if finding.line > 0 { format!(", line {}", finding.line) } else { String::new() };
            ui.label(RichText::new(format!("{group}/{file}{line}")).color(weak));
        }
        ui.label(&finding.what);
        ui.label(RichText::new(format!("{} {}", finding.why, finding.fix)).color(weak));
        if let Some(reason) = &finding.silenced {
            ui.label(RichText::new(format!("Silenced: {reason}")).color(weak));
        }
        match about {
            About::File { group, file } => {
                if go(ui, "Go to file", &format!("{group}/{file}")) {
                    out.push(Request::GoToFile(group.to_owned()));
                }
            }
            About::Devices => {
                if go(ui, "Go to devices", &finding.pointer) {
                    out.push(Request::User(UserCommand::ScreenDevices));
                }
            }
            About::Project => {}
        }
        let field = !finding.pointer.is_empty() && !matches!(about, About::File { .. });
        if field && go(ui, "Go to field", &finding.pointer) {
            out.push(Request::GoTo(finding.pointer.clone()));
        }
        if let Some(fix) = &finding.patch
            && ui.button(&fix.label).on_hover_text("Changes this input; can be undone").clicked()
        {
            out.push(DocumentCommand::Apply(fix.clone()).into());
        }
    });
}

/// Draws a button that leads somewhere; returns whether it was pressed.
fn go(ui: &mut Ui, text: &str, place: &str) -> bool {
    let button = ui.button(text);
    let spoken = format!("{text} {place}");
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &spoken));
    button.on_hover_text(place).clicked()
}

/// Draws the log of events, newest first.
fn events(ui: &mut Ui, view: &View<'_>) {
    if view.notices.count() == 0 {
        ui.label("Nothing has happened yet.");
    }
    for notice in view.notices.iter().rev() {
        ui.horizontal_wrapped(|ui| {
            ui.label(sign(ui, notice.severity));
            ui.label(&notice.text);
        });
    }
}
