//! The screen *Configs*: what every group of devices has and gets, file by file; what a tried file says;
//! and the export.

mod draw;
mod file;
pub mod rows;
mod tried;

use super::request::{Request, offer};
use super::theme::{self, space};
use super::widget::choice;
use crate::config::bundle::Target;
use crate::desk::{UserCommand, View};
use draw::{mark, small, strong};
use egui::{Button, Panel, RichText, ScrollArea, Ui, UiBuilder};
use rows::{FileText, GroupLine};

/// Width of the list of groups [points].
const GROUPS: f32 = 312.0;
/// Width of the screen [points] below which the files stand under the groups.
const NARROW: f32 = 620.0;
/// Largest width of a file [points].
const PREVIEW: f32 = 800.0;
/// Height of the export, and of the screen from which it stands at its foot [points].
const EXPORT: f32 = 112.0;
const TALL: f32 = 400.0;

/// State of the screen's widgets.
#[derive(Default)]
pub struct ConfigsPanel {
    chosen: Option<String>,
    target: Target,
    /// Whether the tried file is shown instead of a group.
    tried: bool,
    /// Number of the tried file that was shown last; a new one shows itself.
    trial: Option<u64>,
    /// Group that was picked for the tried file.
    group: Option<String>,
    /// Revision, group and texts of the files that are shown; made once for each change.
    made: Option<(u64, String, Vec<FileText>)>,
}

impl ConfigsPanel {
    /// Returns where the export goes.
    pub fn target(&self) -> Target {
        self.target
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
                    self.export(ui, view, out);
                    ui.add_space(space::XL);
                    self.shown(ui, view, out);
                });
            });
            return;
        }
        Panel::left("config groups").resizable(false).exact_size(GROUPS).frame(inside()).show(ui, |ui| {
            let whole = ui.available_rect_before_wrap();
            if whole.height() < TALL {
                scroll("config groups", ui, |ui| {
                    self.list(ui, view, out);
                    ui.add_space(space::L);
                    self.export(ui, view, out);
                });
                return;
            }
            let (above, below) = whole.split_top_bottom_at_y(whole.bottom() - EXPORT);
            ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
                scroll("config groups", ui, |ui| self.list(ui, view, out));
            });
            ui.scope_builder(UiBuilder::new().max_rect(below), |ui| self.export(ui, view, out));
        });
        inside().show(ui, |ui| scroll("preview", ui, |ui| self.shown(ui, view, out)));
    }

    /// Draws the list of groups, and what brings files in.
    fn list(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        ui.label(strong(ui, &format!("Files for {}", view.scenario_name())));
        ui.add_space(space::XS);
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
            self.chosen = Some(line.id.clone());
            self.tried = false;
        }
    }

    /// Draws what is chosen: the tried file, or the files of a group.
    fn shown(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        // Lines that are too long to be read at a glance help nobody.
        ui.set_max_width(ui.available_width().min(PREVIEW));
        if let Some(own) = view.tried.filter(|_| self.tried) {
            return tried::ui(ui, own, &mut self.group, view, out);
        }
        let Some(group) = view.agent_files.iter().find(|own| self.chosen.as_deref() == Some(&own.group))
        else {
            ui.label("There are no files to show. Correct the errors of the project first.");
            return;
        };
        let known = self
            .made
            .as_ref()
            .is_some_and(|(revision, id, _)| *revision == view.revision && *id == group.group);
        if !known {
            let files = rows::files(group, view.compared.is_some());
            self.made = Some((view.revision, group.group.clone(), files));
        }
        file::effect(ui, &rows::effect(view));
        if let Some((.., files)) = &self.made {
            file::preview(ui, group, files);
        }
    }

    /// Draws the export; it is the primary action of the screen.
    fn export(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let tokens = theme::tokens(ui.ctx());
        ui.horizontal(|ui| {
            ui.set_min_height(theme::TARGET);
            ui.label("Export as");
            let entries = Target::ALL.map(|target| (target, target.label()));
            let help = "Where the files go: a folder, an archive, or a deployment tool";
            if let Some(target) = choice::corner(ui, "Export as", help, &self.target, &entries) {
                self.target = target;
            }
        });
        ui.add_space(space::XS);
        let entry = UserCommand::Export.entry();
        let text = RichText::new(entry.text).font(theme::strong(theme::BODY)).color(tokens.on_accent);
        let button = Button::new(text).fill(tokens.accent).min_size(egui::vec2(ui.available_width(), 32.0));
        if offer(ui, UserCommand::Export, button, entry.tooltip, view).clicked() {
            out.push(Request::User(UserCommand::Export));
        }
        ui.add_space(space::XS);
        ui.label(small(note(self.target)).color(tokens.text.weak));
    }
}

/// Returns what a target is, in a sentence or two.
fn note(target: Target) -> &'static str {
    match target {
        Target::Folder => "Nothing leaves this computer. Each group gets a folder of its own.",
        Target::Zip => "Nothing leaves this computer. One archive with a manifest.",
        Target::Ansible => "Nothing leaves this computer. An inventory and a playbook that copies the files.",
        Target::ConfigMap => "Nothing leaves this computer. One ConfigMap for each group.",
        Target::Scm => "Nothing leaves this computer. Packages and lists of things for the platform.",
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
