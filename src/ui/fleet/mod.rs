//! The screen *Fleet*: the groups in a table, and the settings of the chosen one; or the list of devices.

mod devices;
mod inspector;
mod project;
pub mod rows;
mod table;

pub(super) use inspector::settings;

use super::request::Request;
use super::theme::{self, space};
use crate::base::units;
use crate::desk::View;
use crate::desk::command::DocumentCommand;
use egui::{Align, Button, Frame, Layout, Margin, RichText, ScrollArea, Stroke, Ui, UiBuilder};

/// Least and largest width of the settings [points].
const INSPECTOR: (f32, f32) = (480.0, 600.0);
/// Width of the screen [points] below which the settings stand under the table.
const NARROW: f32 = 700.0;

/// State of the screen's widgets.
#[derive(Default)]
pub struct FleetPanel {
    chosen: Option<String>,
    /// Whether what belongs to the whole project is shown instead of a group.
    project: bool,
    /// Whether the list of devices is shown instead of the groups.
    listed: bool,
    devices: devices::DevicesPanel,
    inspector: inspector::Inspector,
}

impl FleetPanel {
    /// Chooses the group with this id.
    pub fn select(&mut self, id: &str) {
        self.chosen = Some(id.to_owned());
        self.project = false;
        self.listed = false;
    }

    /// Shows the list of devices.
    pub fn list(&mut self) {
        self.listed = true;
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let ids: Vec<&str> = view.file.group_ids().collect();
        if !self.chosen.as_deref().is_some_and(|chosen| ids.contains(&chosen)) {
            self.chosen = ids.first().map(|id| (*id).to_owned());
        }
        let whole = ui.available_rect_before_wrap();
        if whole.width() < NARROW {
            inside().show(ui, |ui| {
                scroll("fleet", ui, |ui| {
                    self.left(ui, view, out);
                    ui.add_space(space::L);
                    self.inspect(ui, view, out);
                });
            });
            return;
        }
        // Placed by hand: the table comes before the settings for the Tab key.
        let side = (whole.width() * 0.38).clamp(INSPECTOR.0, INSPECTOR.1).min(whole.width() * 0.5);
        let (left, right) = whole.split_left_right_at_x(whole.right() - side);
        ui.scope_builder(UiBuilder::new().max_rect(left), |ui| {
            inside().show(ui, |ui| {
                if self.listed {
                    // Its rows scroll by themselves.
                    self.left(ui, view, out);
                } else {
                    scroll("groups", ui, |ui| self.left(ui, view, out));
                }
            });
        });
        let line = Stroke::new(1.0, theme::tokens(ui.ctx()).separator);
        ui.painter().vline(right.left(), right.y_range(), line);
        ui.scope_builder(UiBuilder::new().max_rect(right), |ui| {
            inside().show(ui, |ui| scroll("settings", ui, |ui| self.inspect(ui, view, out)));
        });
    }

    /// Draws the settings of the chosen group.
    fn inspect(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        if self.listed {
            devices::inspect(ui, view);
        } else if self.project {
            project::ui(ui, view, out);
        } else if let Some(id) = self.chosen.clone() {
            self.inspector.ui(ui, &id, view, out);
        }
    }

    /// Draws the switch between groups and devices, and what was chosen.
    fn left(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        ui.horizontal_wrapped(|ui| {
            let number = view.devices.list.map(|list| units::count(list.len().into()));
            let devices = number.map_or_else(|| "Devices".to_owned(), |number| format!("Devices ({number})"));
            for (listed, text) in [(false, "Groups".to_owned()), (true, devices)] {
                if ui.add(Button::selectable(self.listed == listed, text)).clicked() {
                    self.listed = listed;
                }
            }
            if self.listed && view.devices.list.is_some() && view.devices.import.is_none() {
                devices::sources(ui, view, out);
            }
        });
        ui.add_space(space::XS);
        if self.listed {
            self.devices.ui(ui, view, out);
        } else {
            self.table(ui, view, out);
        }
    }

    /// Draws the table of groups and what adds one.
    fn table(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let table = rows::table(view);
        ui.horizontal(|ui| {
            let title = RichText::new(&table.title).font(theme::strong(theme::BODY));
            ui.label(title.color(theme::tokens(ui.ctx()).text.strong));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Add group").clicked() {
                    out.push(DocumentCommand::AddGroup.into());
                }
            });
        });
        ui.add_space(space::XS);
        if table.rows.is_empty() {
            ui.label("No devices yet. Add a group, or start from an example in the File menu.");
            return;
        }
        let chosen = self.chosen.as_deref().filter(|_| !self.project);
        if let Some(id) = table::ui(ui, &table.rows, chosen) {
            self.select(&id);
        }
        ui.add_space(space::L);
        let text = "Platform, outage and targets";
        let button = Button::selectable(self.project, (text, egui::Atom::grow()));
        if ui.add_sized([ui.available_width(), theme::TARGET], button).clicked() {
            self.project = true;
        }
    }
}

/// Returns the frame around a part of the screen.
fn inside() -> Frame {
    Frame::new().inner_margin(Margin::symmetric(space::L as i8, space::S as i8))
}

/// Draws something that scrolls where it does not fit.
fn scroll(id: &str, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(id).auto_shrink([false, true]).show(ui, add);
}
