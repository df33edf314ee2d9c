//! The list of devices on the screen *Fleet*: one line for each device, however many there are.
//!
//! Only rows that can be seen are built. Filter, order, selection and edits are the desk's; what stands here
//! is the state of fields.

mod cells;
mod edit;
mod filter;
mod import;
mod inspector;
mod table;

use crate::desk::command::{DeviceCommand, DocumentCommand};
use crate::desk::devices::{DevicesView, Select};
use crate::desk::{UserCommand, View};
use crate::ui::request::{Request, offer};
use crate::ui::theme::{self, space};
use egui::{Button, Event, Key, Modifiers, RichText, Ui, ViewportCommand};

/// Findings that stand above the table; more are counted.
const FINDINGS: usize = 2;

/// State of the fields.
#[derive(Default)]
pub struct DevicesPanel {
    filter: filter::FilterField,
    edit: edit::EditBar,
}

impl DevicesPanel {
    /// Draws the list, or what stands in its place.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        keys(ui, view, out);
        let devices = &view.devices;
        if let Some(pending) = devices.import {
            import::ui(ui, pending, view, out);
            return;
        }
        let Some(list) = devices.list else {
            if devices.reading {
                ui.label("The list of devices is being read …");
            } else {
                empty(ui, view, out);
            }
            return;
        };
        self.filter.ui(ui, list, view, out);
        findings(ui, devices, out);
        self.edit.ui(ui, list, view, out);
        ui.add_space(space::XS);
        table::ui(ui, list, devices, out);
    }
}

/// Draws the settings of the selected device.
pub fn inspect(ui: &mut Ui, view: &View<'_>) {
    inspector::ui(ui, view);
}

/// Takes in what belongs to the whole list: a table that is pasted, everything that is to be selected.
fn keys(ui: &Ui, view: &View<'_>, out: &mut Vec<Request>) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let pasted = ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Paste(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        })
    });
    if let Some(text) = pasted {
        out.push(DeviceCommand::ImportText { name: "clipboard".to_owned(), text }.into());
    }
    let listed = view.devices.list.is_some() && view.devices.import.is_none();
    if listed && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) {
        out.push(DeviceCommand::Select(Select::All).into());
    }
}

/// Draws the buttons that bring a list in.
pub fn sources(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    let import = UserCommand::ImportDevices;
    if offer(ui, import, Button::new("Import list…"), import.entry().tooltip, view).clicked() {
        out.push(Request::User(import));
    }
    let paste = ui.button("Paste").on_hover_text("Looks at a table that was copied from a spreadsheet");
    if paste.clicked() {
        ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
    }
}

/// Draws what stands in the place of a list.
fn empty(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    ui.label(
        "No devices yet. Import a CSV, paste a table, or drop a file here. Each line is one device: its thing \
         name, its group, and settings of its own where it has some.",
    );
    ui.add_space(space::S);
    ui.horizontal_wrapped(|ui| sources(ui, view, out));
}

/// Draws where the project and the list do not fit together.
fn findings(ui: &mut Ui, devices: &DevicesView<'_>, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    for (index, finding) in devices.findings.iter().take(FINDINGS).enumerate() {
        let (sign, colour) = tokens.severity(finding.severity);
        ui.push_id(("finding", index), |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(format!("{sign} {}", finding.what)).size(theme::SMALL).color(colour))
                    .on_hover_text(format!("{} {}", finding.why, finding.fix));
                if let Some(fix) = &finding.patch
                    && ui.button(RichText::new(&fix.label).size(theme::SMALL)).clicked()
                {
                    out.push(DocumentCommand::Apply(fix.clone()).into());
                }
            });
        });
    }
    if devices.findings.len() > FINDINGS {
        let more = match devices.findings.len() - FINDINGS {
            1 => "and 1 more difference to the project".to_owned(),
            n => format!("and {n} more differences to the project"),
        };
        ui.label(RichText::new(more).size(theme::SMALL).color(tokens.text.weak));
    }
    let (problems, weak) = (devices.faults.total, tokens.text.weak);
    if problems > 0 {
        let text = match problems {
            1 => "⚠ Something is worth a look in 1 place; its line is marked".to_owned(),
            n => format!(
                "⚠ Something is worth a look in {} places; their lines are marked",
                crate::base::units::count(n)
            ),
        };
        ui.label(RichText::new(text).size(theme::SMALL).color(weak));
    }
}
