//! The selected device: every setting of its agent, its value, and where that comes from.

use super::cells;
use crate::desk::View;
use crate::fleet::file::address;
use crate::fleet::inventory::{Device, Origin, Role, effective};
use crate::fleet::setting::Setting;
use crate::fleet::settings::{Area, GROUP, group_setting};
use crate::ui::theme::{self, space};
use egui::{Align, Label, Layout, RichText, Ui};

/// Width of the word for the origin [points].
const ORIGIN: f32 = 64.0;

/// Draws the selected device.
pub fn ui(ui: &mut Ui, view: &View<'_>) {
    let devices = &view.devices;
    let weak = theme::tokens(ui.ctx()).text.weak;
    let (Some(list), [row]) = (devices.list, devices.selected) else {
        let text = match devices.selected.len() {
            0 => "Select a device to see its settings and where they come from.",
            _ => "Select one device alone to see its settings and where they come from.",
        };
        ui.label(RichText::new(text).color(weak));
        return;
    };
    let Some(device) = list.device(*row) else { return };
    head(ui, &device, view);
    let Some(id) = device.group() else {
        ui.label("The device has no group, so it is neither simulated nor configured. Give it one above.");
        return;
    };
    let seen = view.seen();
    let Some(kind) = address::kind_of(&seen, &id) else {
        ui.label(format!(
            "The project has no group `{id}` with a known agent, so there are no settings to show."
        ));
        return;
    };
    title(ui, kind.label());
    for setting in Area::Agent(kind).settings().iter().filter_map(|row| group_setting(kind, row.key)) {
        line(ui, &device, setting, view);
    }
    title(ui, "Network and data while away");
    let own = |row: &&Setting| !matches!(row.key, "agent" | "devices");
    for setting in GROUP.iter().filter(own) {
        line(ui, &device, setting, view);
    }
}

/// Draws name, place in the file and what was found.
fn head(ui: &mut Ui, device: &Device<'_>, view: &View<'_>) {
    let tokens = theme::tokens(ui.ctx());
    let name = RichText::new(device.thing().trim()).font(theme::strong(theme::BODY));
    ui.add(Label::new(name.color(tokens.text.strong)).truncate());
    let mut words = vec![format!("line {}", device.line())];
    for role in [Role::Group, Role::Site, Role::Host, Role::Port] {
        if let Some(column) = device.columns().with_role(role) {
            let value = device.value(column);
            let value = if value.trim().is_empty() { "–" } else { value.trim() };
            words.push(format!("{} {value}", role.word()));
        }
    }
    if let Some(key) = device.key() {
        words.push(format!("application key {key}"));
    }
    ui.label(RichText::new(words.join(" · ")).size(theme::SMALL).color(tokens.text.weak));
    for fault in cells::faults_of(view.devices.faults, device) {
        let (sign, colour) = tokens.severity(fault.severity);
        let text = format!("{sign} {} {} {}", fault.what, fault.why, fault.fix);
        ui.label(RichText::new(text).size(theme::SMALL).color(colour));
    }
}

fn title(ui: &mut Ui, text: &str) {
    ui.add_space(space::L);
    let strong = theme::tokens(ui.ctx()).text.strong;
    ui.label(RichText::new(text).font(theme::strong(theme::BODY)).color(strong));
    ui.add_space(space::XS);
}

/// Draws one setting: key, value and origin.
fn line(ui: &mut Ui, device: &Device<'_>, setting: &'static Setting, view: &View<'_>) {
    let tokens = theme::tokens(ui.ctx());
    let seen = view.seen();
    let (value, origin, colour) = match effective(&seen, device, setting) {
        Ok((value, origin)) => {
            let own = if origin == Origin::Device { tokens.text.strong } else { tokens.text.normal };
            (value.human(setting), origin.word(), own)
        }
        Err(finding) => (format!("✕ {}", finding.what), "", tokens.status.bad),
    };
    ui.horizontal(|ui| {
        ui.set_min_height(theme::TARGET);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let word = RichText::new(origin).size(theme::SMALL).color(if origin == "device" {
                tokens.text.strong
            } else {
                tokens.text.weak
            });
            ui.allocate_ui_with_layout(
                egui::vec2(ORIGIN, theme::TARGET),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_min_width(ORIGIN);
                    ui.label(word);
                },
            );
            ui.add(Label::new(RichText::new(value).color(colour)).wrap());
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(setting.key).truncate()).on_hover_text(setting.label);
            });
        });
    });
}
