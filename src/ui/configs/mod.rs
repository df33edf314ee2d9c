//! The screen *Configs*: what every group of devices gets, file by file, and the export.

use super::request::{Request, offer};
use super::theme::{self, space};
use crate::base::units;
use crate::config::bundle::Target;
use crate::config::{AgentFile, FileRow, GroupFiles, Part};
use crate::desk::{UserCommand, View};
use egui::{Align, Button, Label, Layout, Panel, RichText, ScrollArea, Ui};

/// Width of the list of groups [points].
const GROUPS: f32 = 312.0;
/// Width of the screen [points] below which the files stand under the groups.
const NARROW: f32 = 620.0;
/// Largest width of a file [points].
const PREVIEW: f32 = 800.0;
/// Widths of the columns for keys and values [points].
const KEY: f32 = 216.0;
const VALUE: f32 = 96.0;

/// State of the screen's widgets.
#[derive(Default)]
pub struct ConfigsPanel {
    chosen: Option<String>,
    target: Target,
}

impl ConfigsPanel {
    /// Returns where the export goes.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let files = view.agent_files;
        if files.is_empty() {
            ui.label("There are no files to show. Correct the errors of the project first.");
            return;
        }
        if !files.iter().any(|group| self.chosen.as_deref() == Some(group.group.as_str())) {
            self.chosen = files.first().map(|group| group.group.clone());
        }
        if ui.available_width() < NARROW {
            inside().show(ui, |ui| {
                scroll("configs", ui, |ui| {
                    self.groups(ui, view, out);
                    ui.add_space(space::XL);
                    self.chosen(ui, files);
                });
            });
            return;
        }
        Panel::left("config groups").resizable(false).exact_size(GROUPS).frame(inside()).show(ui, |ui| {
            scroll("config groups", ui, |ui| self.groups(ui, view, out));
        });
        inside().show(ui, |ui| scroll("preview", ui, |ui| self.chosen(ui, files)));
    }

    /// Draws the list of groups and the export below it.
    fn groups(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        ui.label(strong(ui, &format!("Files for {}", view.scenario_name())));
        ui.add_space(space::XS);
        for group in view.agent_files {
            self.group(ui, group);
        }
        ui.add_space(space::L);
        export(ui, view, out);
    }

    /// Draws the files of the chosen group.
    fn chosen(&self, ui: &mut Ui, files: &[GroupFiles]) {
        let chosen = self.chosen.as_deref();
        if let Some(group) = files.iter().find(|group| chosen == Some(group.group.as_str())) {
            // Lines that are too long to be read at a glance help nobody.
            ui.set_max_width(ui.available_width().min(PREVIEW));
            preview(ui, group);
        }
    }

    /// Draws the button of a group.
    fn group(&mut self, ui: &mut Ui, group: &GroupFiles) {
        let chosen = self.chosen.as_deref() == Some(group.group.as_str());
        let files = match &group.part {
            Part::Files(files) => format!("{} files", files.len()),
            Part::None(_) => "no file".to_owned(),
        };
        let devices = units::count(u64::from(group.devices));
        let weak = RichText::new(format!("{files} · {devices} devices")).size(theme::SMALL);
        let size = egui::vec2(ui.available_width(), 28.0);
        let button = Button::selectable(chosen, (group.name.as_str(), egui::Atom::grow(), weak));
        let spoken = format!("{}, {files}, {devices} devices", group.name);
        let response = ui.add_sized(size, button.truncate());
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, &spoken));
        if response.on_hover_text(&spoken).clicked() {
            self.chosen = Some(group.group.clone());
        }
    }
}

fn strong(ui: &Ui, text: &str) -> RichText {
    RichText::new(text).font(theme::strong(theme::BODY)).color(theme::tokens(ui.ctx()).text.strong)
}

/// Draws the export button; it is the primary action of the screen.
fn export(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    let entry = UserCommand::Export.entry();
    let text = RichText::new(entry.text).font(theme::strong(theme::BODY)).color(tokens.on_accent);
    let button = Button::new(text).fill(tokens.accent).min_size(egui::vec2(ui.available_width(), 32.0));
    if offer(ui, UserCommand::Export, button, entry.tooltip, view).clicked() {
        out.push(Request::User(UserCommand::Export));
    }
    ui.add_space(space::XS);
    let note = "Nothing leaves this computer. Each group gets a folder of its own.";
    ui.label(RichText::new(note).size(theme::SMALL).color(tokens.text.weak));
}

/// Draws the files of a group.
fn preview(ui: &mut Ui, group: &GroupFiles) {
    let tokens = theme::tokens(ui.ctx());
    ui.horizontal_wrapped(|ui| {
        ui.label(strong(ui, &group.name));
        let devices = units::count(u64::from(group.devices));
        ui.label(small(&format!("{}, {devices} devices", group.kind.label())).color(tokens.text.weak));
    });
    ui.add_space(space::XS);
    match &group.part {
        Part::None(reason) => {
            ui.label(reason);
        }
        Part::Files(files) => {
            let mut notes: Vec<&str> = Vec::new();
            for note in files.iter().flat_map(|file| &file.notes) {
                if !notes.contains(&note.as_str()) {
                    notes.push(note);
                }
            }
            for note in notes {
                ui.horizontal(|ui| {
                    ui.label(small("⚠").color(tokens.status.uncertain));
                    ui.add(Label::new(small(note).color(tokens.text.normal)).wrap());
                });
            }
            for file in files {
                ui.add_space(space::L);
                one(ui, group, file);
            }
        }
    }
}

/// Returns text at the small size.
fn small(text: &str) -> RichText {
    RichText::new(text).size(theme::SMALL)
}

/// Draws one file: its text, and each key as people read it.
fn one(ui: &mut Ui, group: &GroupFiles, file: &AgentFile) {
    let tokens = theme::tokens(ui.ctx());
    ui.horizontal_wrapped(|ui| {
        ui.label(strong(ui, &format!("{}/{}", group.group, file.name)));
        ui.label(small(file.certainty.word()).color(tokens.status.uncertain));
    });
    ui.add_space(space::XS);
    egui::Frame::new().fill(tokens.surface.plot).corner_radius(theme::ROUNDING).inner_margin(space::M).show(
        ui,
        |ui| {
            ui.set_min_width(ui.available_width());
            let text = RichText::new(file.text.trim_end()).monospace().color(tokens.text.strong);
            ui.add(Label::new(text).wrap());
        },
    );
    ui.add_space(space::XS);
    for row in &file.rows {
        key(ui, row);
    }
}

/// Draws one key: its name, its value as people read it, and what it does.
fn key(ui: &mut Ui, row: &FileRow) {
    let tokens = theme::tokens(ui.ctx());
    let width = ui.available_width();
    let fixed = |ui: &mut Ui, width: f32, text: RichText| {
        let size = egui::vec2(width, theme::TARGET);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(size);
            ui.add(Label::new(text).truncate());
        });
    };
    let meaning = small(row.setting.meaning.trim_end_matches('.')).color(tokens.text.weak);
    let beside = width >= KEY + VALUE + 240.0;
    ui.horizontal(|ui| {
        fixed(ui, KEY, small(&row.key).color(tokens.text.normal));
        fixed(
            ui,
            VALUE,
            RichText::new(row.gets.as_ref().map_or("", |gets| &gets.human)).font(theme::strong(theme::SMALL)),
        );
        if beside {
            ui.add(Label::new(meaning.clone()).wrap());
        }
    });
    if !beside {
        ui.add(Label::new(meaning).wrap());
    }
}

/// Returns the frame around a part of the screen.
fn inside() -> egui::Frame {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(space::L as i8, space::S as i8))
}

/// Draws something that scrolls where it does not fit.
fn scroll(id: &str, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(id).auto_shrink([false, true]).show(ui, add);
}
