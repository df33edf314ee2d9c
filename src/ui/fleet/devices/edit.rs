//! One field of all selected devices: which, what value, and what that would change.

use super::cells;
use crate::base::Severity;
use crate::base::units::count;
use crate::desk::command::DeviceCommand;
use crate::desk::devices::{Edit, Select};
use crate::desk::{UserCommand, View};
use crate::fleet::inventory::Inventory;
use crate::ui::request::{Request, offer};
use crate::ui::theme::{self, space};
use egui::{Button, ComboBox, Frame, Margin, RichText, ScrollArea, TextEdit, Ui};

/// Width of the value's field [points].
const VALUE: f32 = 112.0;
/// Old values that are listed.
const LISTED: usize = 4;

/// State of the bar.
#[derive(Default)]
pub struct EditBar {
    field: Option<String>,
    value: String,
}

impl EditBar {
    /// Draws the bar where devices are selected.
    pub fn ui(&mut self, ui: &mut Ui, list: &Inventory, view: &View<'_>, out: &mut Vec<Request>) {
        let selected = view.devices.selected.len();
        if selected == 0 {
            return;
        }
        ui.add_space(space::XS);
        let margin = Margin::symmetric(space::S as i8, space::XS as i8);
        Frame::new().fill(theme::tokens(ui.ctx()).surface.ground).inner_margin(margin).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| self.line(ui, list, view, out));
            // What was prepared for another field is not what would be applied.
            let edit = view.devices.edit.filter(|edit| self.field.as_ref() == Some(&edit.field));
            if let Some(edit) = edit {
                effect(ui, edit);
            }
        });
    }

    fn line(&mut self, ui: &mut Ui, list: &Inventory, view: &View<'_>, out: &mut Vec<Request>) {
        let selected = view.devices.selected.len() as u64;
        ui.label(RichText::new(format!("{} selected", count(selected))).font(theme::strong(theme::BODY)));
        let before = self.field.clone();
        self.choice(ui, list, view.devices.edit);
        let edit = TextEdit::singleline(&mut self.value)
            .id_salt("value")
            .hint_text("new value")
            .margin(Margin::symmetric(8, 4))
            .desired_width(VALUE);
        let edit = ui.add(edit).on_hover_text("An empty value clears the field");
        ui.ctx().accesskit_node_builder(edit.id, |node| node.set_label("New value"));
        let field = self.field.clone().unwrap_or_default();
        let touched = edit.changed() || before.is_some() && before != self.field;
        if touched && !field.is_empty() {
            let value = self.value.clone();
            out.push(DeviceCommand::PreviewEdit { field: field.clone(), value }.into());
        }
        let ready = view.devices.edit.is_some_and(|edit| {
            edit.field == field
                && matches!(&edit.preview, Some(Ok(change)) if change.errors == 0 && change.changed > 0)
        });
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let apply = ui.add_enabled(ready, Button::new("Apply"));
        let apply = apply.on_disabled_hover_text("Enter a value that changes something first");
        if ready && (apply.clicked() || entered) {
            out.push(DeviceCommand::ApplyEdit.into());
            self.value.clear();
        }
        if ui.button("Clear selection").clicked() {
            out.push(DeviceCommand::Select(Select::Nothing).into());
            out.push(DeviceCommand::ClearEdit.into());
            self.value.clear();
        }
        let remove = UserCommand::RemoveDevices;
        if offer(ui, remove, Button::new("Remove"), remove.entry().tooltip, view).clicked() {
            out.push(Request::User(remove));
        }
    }

    /// Draws the choice of the field.
    fn choice(&mut self, ui: &mut Ui, list: &Inventory, edit: Option<&Edit>) {
        let fields = |list: &Inventory| cells::fields(list);
        if self.field.is_none() {
            let prepared = edit.map(|edit| edit.field.clone());
            self.field = prepared.or_else(|| fields(list).into_iter().next());
        }
        let text = self.field.clone().unwrap_or_else(|| "–".to_owned());
        let combo = ComboBox::from_id_salt("edited field").selected_text(text).width(144.0).truncate();
        let combo = combo.show_ui(ui, |ui| {
            ScrollArea::vertical().show(ui, |ui| {
                for field in fields(list) {
                    let own = self.field.as_deref() == Some(field.as_str());
                    let meaning = cells::setting(&field).map(|row| row.label).unwrap_or_default();
                    let entry = ui.selectable_label(own, &field);
                    let entry = if meaning.is_empty() { entry } else { entry.on_hover_text(meaning) };
                    if entry.clicked() {
                        self.field = Some(field);
                    }
                }
            });
        });
        ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_label("Field to change"));
    }
}

/// Draws what the edit would change.
fn effect(ui: &mut Ui, edit: &Edit) {
    let tokens = theme::tokens(ui.ctx());
    let small = |text: String| RichText::new(text).size(theme::SMALL);
    match &edit.preview {
        None => {
            ui.label(small("Looking …".to_owned()).color(tokens.text.weak));
        }
        Some(Err(error)) => {
            ui.label(small(format!("✕ {error}")).color(tokens.status.bad));
        }
        Some(Ok(change)) => {
            ui.label(RichText::new(change.summary()).color(tokens.text.strong));
            if change.distinct > 1 {
                let name = |value: &Option<String>| value.clone().unwrap_or_else(|| "empty".to_owned());
                let mut before: Vec<String> = change
                    .from
                    .iter()
                    .take(LISTED)
                    .map(|(value, n)| format!("{} on {}", name(value), count(*n)))
                    .collect();
                let more = change.distinct.saturating_sub(before.len() as u64);
                if more > 0 {
                    before.push(format!("{} more values", count(more)));
                }
                ui.label(small(format!("Now {}", before.join(", "))).color(tokens.text.weak));
            }
            let worst = change.faults.list.iter().max_by_key(|fault| fault.severity);
            if let Some(fault) = worst {
                let (sign, colour) = tokens.severity(fault.severity);
                let where_from =
                    if change.changed > 1 { format!("Line {}: ", fault.line) } else { String::new() };
                let text = format!("{sign} {where_from}{} {} {}", fault.what, fault.why, fault.fix);
                ui.label(small(text).color(colour));
                if fault.severity == Severity::Error && change.errors > 1 {
                    let text = format!("The value is not accepted on {} devices", count(change.errors));
                    ui.label(small(text).color(colour));
                }
            }
        }
    }
}
