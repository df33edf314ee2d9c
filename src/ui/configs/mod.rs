//! The screen *Configs*: what every group of devices has and gets, file by file; what a tried file says;
//! and the export.

mod devices;
pub(in crate::ui) mod draw;
mod export;
pub(in crate::ui) mod file;
pub mod rows;
mod tried;

use super::request::{Request, offer};
use super::theme::{self, space};
use crate::base::units;
use crate::desk::{UserCommand, View};
use crate::fleet::inventory::Inventory;
use draw::{mark, small, strong};
use egui::{Button, Panel, ScrollArea, Ui, UiBuilder};
use rows::{FileText, GroupLine};

/// Width of the list of groups [points].
const GROUPS: f32 = 312.0;
/// Width of the screen [points] below which the files stand under the groups.
const NARROW: f32 = 620.0;
/// Largest width of a file [points].
const PREVIEW: f32 = 800.0;
/// Height that the list of groups, or of devices, has at least where the export stands at the foot [points].
const GROUPS_LEAST: f32 = 140.0;
const DEVICES_LEAST: f32 = 280.0;

/// State of the screen's widgets.
#[derive(Default)]
pub struct ConfigsPanel {
    chosen: Option<String>,
    export: export::ExportPanel,
    /// Height of the export in the frame before [points].
    foot: f32,
    /// Whether the tried file is shown instead of a group.
    tried: bool,
    /// Whether single devices are listed instead of groups.
    devices: bool,
    /// Number of the tried file that was shown last; a new one shows itself.
    trial: Option<u64>,
    /// Group that was picked for the tried file.
    group: Option<String>,
    /// Revision, group and texts of the files that are shown; made once for each change.
    made: Option<(u64, Option<u32>, String, Vec<FileText>)>,
}

impl ConfigsPanel {
    /// Chooses the group with this id.
    pub fn choose(&mut self, group: &str) {
        self.chosen = Some(group.to_owned());
        (self.tried, self.devices) = (false, false);
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let trial = view.tried.map(|tried| tried.number);
        if self.trial != trial {
            (self.trial, self.tried, self.group) = (trial, trial.is_some(), None);
        }
        let files = view.agent_files;
        if !files.iter().any(|group| self.chosen.as_deref() == Some(group.group.as_str())) {
            self.chosen = files.first().map(|group| group.group.clone());
        }
        if ui.available_width() < NARROW {
            inside().show(ui, |ui| {
                scroll("configs", ui, |ui| {
                    self.list(ui, view, out);
                    ui.add_space(space::L);
                    self.export.ui(ui, view, out);
                    ui.add_space(space::XL);
                    self.shown(ui, view, out);
                });
            });
            return;
        }
        Panel::left("config groups").resizable(false).exact_size(GROUPS).frame(inside()).show(ui, |ui| {
            let whole = ui.available_rect_before_wrap();
            let least = if self.devices { DEVICES_LEAST } else { GROUPS_LEAST };
            let foot = self.foot + space::L;
            if whole.height() < least + foot {
                scroll("config groups", ui, |ui| {
                    self.list(ui, view, out);
                    ui.add_space(space::L);
                    self.foot(ui, view, out);
                });
                return;
            }
            let (above, below) = whole.split_top_bottom_at_y(whole.bottom() - foot);
            let below = below.with_min_y(below.top() + space::L);
            ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
                if self.devices {
                    // Its rows scroll by themselves.
                    self.list(ui, view, out);
                } else {
                    scroll("config groups", ui, |ui| self.list(ui, view, out));
                }
            });
            ui.scope_builder(UiBuilder::new().max_rect(below), |ui| self.foot(ui, view, out));
        });
        inside().show(ui, |ui| scroll("preview", ui, |ui| self.shown(ui, view, out)));
    }

    /// Draws the export, and remembers how high it is: at the foot it grows upwards.
    fn foot(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let height = ui.scope(|ui| self.export.ui(ui, view, out)).response.rect.height();
        if (self.foot - height).abs() > 0.5 {
            self.foot = height;
            ui.ctx().request_repaint();
        }
    }

    /// Draws the list of groups, and what brings files in.
    fn list(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        ui.label(strong(ui, &format!("Files for {}", view.scenario_name())));
        if view.compared.is_some() {
            let weak = theme::tokens(ui.ctx()).text.weak;
            ui.label(small(rows::changing(view.agent_files)).color(weak));
        }
        ui.add_space(space::XS);
        if let Some(list) = view.devices.list {
            self.switch(ui, list);
        } else {
            self.devices = false;
        }
        if let Some(list) = view.devices.list.filter(|_| self.devices) {
            devices::ui(ui, list, view, out);
            return;
        }
        for line in rows::groups(view) {
            self.group(ui, &line);
        }
        if let Some(tried) = view.tried {
            let text = ("Tried file", egui::Atom::grow(), small(&tried.name));
            let size = egui::vec2(ui.available_width(), 28.0);
            let response = ui.add_sized(size, Button::selectable(self.tried, text).truncate());
            let spoken = format!("Tried file {}", tried.name);
            response
                .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, self.tried, &spoken));
            if response.on_hover_text(&spoken).clicked() {
                self.tried = true;
            }
        }
        ui.add_space(space::L);
        bring(ui, view, out);
    }

    /// Draws the switch between groups and single devices.
    fn switch(&mut self, ui: &mut Ui, list: &Inventory) {
        ui.horizontal_wrapped(|ui| {
            let devices = format!("Devices ({})", units::count(list.len().into()));
            for (listed, text) in [(false, "Groups".to_owned()), (true, devices)] {
                let button = Button::selectable(self.devices == listed, small(text));
                let tip = if listed { "Files of one device" } else { "Files of a whole group" };
                if ui.add(button).on_hover_text(tip).clicked() {
                    (self.devices, self.tried) = (listed, false);
                }
            }
        });
        ui.add_space(space::XS);
    }

    /// Draws the button of a group.
    fn group(&mut self, ui: &mut Ui, line: &GroupLine) {
        let chosen = !self.tried && self.chosen.as_deref() == Some(line.id.as_str());
        let beside = match &line.mark {
            Some(own) if chosen => small(own.text()),
            Some(own) => mark(ui, own),
            None => small(&line.detail),
        };
        let size = egui::vec2(ui.available_width(), 28.0);
        let button = Button::selectable(chosen, (line.name.as_str(), egui::Atom::grow(), beside));
        let response = ui.add_sized(size, button.truncate());
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, &line.spoken));
        if response.on_hover_text(&line.spoken).clicked() {
            self.choose(&line.id);
        }
    }

    /// Draws what is chosen: the tried file, or the files of a group.
    fn shown(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        // Lines that are too long to be read at a glance help nobody.
        ui.set_max_width(ui.available_width().min(PREVIEW));
        if let Some(own) = view.tried.filter(|_| self.tried) {
            return tried::ui(ui, own, &mut self.group, view, out);
        }
        let device = view.device.filter(|_| self.devices);
        let group = match device.map(|device| &device.files) {
            Some(Ok(files)) => Some(files),
            Some(Err(reason)) => {
                ui.label(reason);
                return;
            }
            None if self.devices => {
                ui.label("Choose a device to see what it has and what it gets.");
                return;
            }
            None => view.agent_files.iter().find(|own| self.chosen.as_deref() == Some(&own.group)),
        };
        let Some(group) = group else {
            ui.label("There are no files to show. Correct the errors of the project first.");
            return;
        };
        let row = device.map(|device| device.row);
        let known = self.made.as_ref().is_some_and(|(revision, at, id, _)| {
            (*revision, *at) == (view.revision, row) && *id == group.group
        });
        if !known {
            let files = rows::files(group, view.compared.is_some());
            self.made = Some((view.revision, row, group.group.clone(), files));
        }
        if let Some(device) = device {
            ui.label(strong(ui, &device.thing));
            ui.add_space(space::S);
        }
        file::effect(ui, &rows::effect(view));
        if let Some((.., files)) = &self.made {
            file::preview(ui, group, files);
        }
    }
}

/// Draws what brings files of devices in.
fn bring(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    ui.label(strong(ui, "Files of devices"));
    ui.add_space(space::XS);
    let mut press = |ui: &mut Ui, command: UserCommand, text: &str| {
        let entry = command.entry();
        if offer(ui, command, Button::new(small(text)), entry.tooltip, view).clicked() {
            out.push(Request::User(command));
        }
    };
    match view.compared {
        Some(compared) => {
            ui.horizontal_wrapped(|ui| {
                let text = format!("Compared with {}", compared.name());
                let tip = compared.from.display().to_string();
                ui.add(egui::Label::new(small(text)).truncate()).on_hover_text(tip);
                press(ui, UserCommand::StopComparing, UserCommand::StopComparing.entry().text);
            });
            if !compared.strangers.is_empty() {
                let weak = theme::tokens(ui.ctx()).status.uncertain;
                let text = format!("⚠ {} folders belong to no group", compared.strangers.len());
                ui.label(small(text).color(weak)).on_hover_text(compared.strangers.join(", "));
            }
        }
        None => press(ui, UserCommand::Compare, UserCommand::Compare.entry().text),
    }
    press(ui, UserCommand::ImportConfigs, UserCommand::ImportConfigs.entry().text);
    ui.horizontal_wrapped(|ui| {
        press(ui, UserCommand::TryFile, UserCommand::TryFile.entry().text);
        press(ui, UserCommand::TryPasted, "Paste");
    });
    let weak = theme::tokens(ui.ctx()).text.weak;
    ui.label(small("A file or folder can also be dropped onto the window.").color(weak));
}

/// Returns the frame around a part of the screen.
fn inside() -> egui::Frame {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(space::L as i8, space::S as i8))
}

/// Draws something that scrolls where it does not fit.
fn scroll(id: &str, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(id).auto_shrink([false, true]).show(ui, add);
}
