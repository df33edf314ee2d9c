//! The list of devices beside the files: one is chosen, and its own files are shown.

use super::draw::small;
use crate::base::units::count;
use crate::desk::View;
use crate::desk::command::{DeviceCommand, FileCommand};
use crate::fleet::inventory::{Device, Inventory};
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use egui::{Atom, Button, Margin, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

/// Height of a row [points].
const ROW: f32 = 24.0;
/// Rows that can be seen at least.
const LEAST: f32 = 5.0;

/// Draws the filter and the rows that can be seen.
pub fn ui(ui: &mut Ui, list: &Inventory, view: &View<'_>, out: &mut Vec<Request>) {
    let devices = &view.devices;
    let tokens = theme::tokens(ui.ctx());
    let mut text = devices.filter.to_owned();
    let edit = TextEdit::singleline(&mut text)
        .id_salt("filter devices")
        .hint_text("Filter, such as site:A*")
        .margin(Margin::symmetric(8, 4));
    let edit = ui.add(edit.desired_width(ui.available_width() - 16.0));
    ui.ctx().accesskit_node_builder(edit.id, |node| node.set_label("Filter devices"));
    if edit.changed() {
        out.push(DeviceCommand::Filter(text).into());
    }
    if let Some(error) = devices.filter_error {
        ui.label(small(format!("✕ {} {}", error.what, error.fix)).color(tokens.status.bad));
    }
    if devices.rows.is_empty() {
        let nothing = if devices.busy { "Looking …" } else { "No device passes the filter." };
        ui.label(small(devices.no_match.unwrap_or(nothing)));
        if !devices.filter.is_empty() && ui.button(small("Clear filter")).clicked() {
            out.push(DeviceCommand::Filter(String::new()).into());
        }
        return;
    }
    let (shown, all) = (devices.rows.len() as u64, u64::from(list.len()));
    let counted = if shown == all {
        format!("{} devices", count(all))
    } else {
        format!("{} of {} devices", count(shown), count(all))
    };
    ui.label(small(counted).color(tokens.text.weak));
    ui.add_space(space::XS);
    ui.spacing_mut().item_spacing.y = 0.0;
    // Where the screen scrolls as a whole there is no end to the room.
    let room = Some(ui.available_height()).filter(|room| room.is_finite() && *room < 2_000.0);
    let height = room.unwrap_or(2.0 * LEAST * ROW).max(LEAST * ROW);
    let scroll = ScrollArea::vertical().id_salt("devices with files").auto_shrink([false, true]);
    scroll.max_height(height).show_rows(ui, ROW, devices.rows.len(), |ui, range| {
        for at in range {
            let Some(device) = devices.rows.get(at).and_then(|row| list.device(*row)) else { continue };
            row(ui, &device, view, out);
        }
    });
}

/// Draws the button of a device.
fn row(ui: &mut Ui, device: &Device<'_>, view: &View<'_>, out: &mut Vec<Request>) {
    let chosen = view.device.is_some_and(|own| own.row == device.row());
    let (thing, group) = (device.thing(), device.group().unwrap_or_else(|| "no group".into()));
    let spoken = format!("Device {thing}, {group}");
    let button = Button::selectable(chosen, (thing.as_ref(), Atom::grow(), small(group.as_ref())));
    let button = button.truncate();
    let response = ui.push_id(device.row(), |ui| ui.add_sized([ui.available_width(), ROW], button)).inner;
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &spoken));
    if response.clicked() {
        out.push(FileCommand::ShowDevice(Some(device.row())).into());
    }
}
