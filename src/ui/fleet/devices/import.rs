//! A table before it is taken: what its columns hold, how many lines are good, and what is wrong with others.

use super::cells;
use crate::base::units::count;
use crate::desk::command::DeviceCommand;
use crate::desk::devices::Pending;
use crate::desk::{UserCommand, View};
use crate::fleet::AgentKind;
use crate::fleet::inventory::{Column, Import, Role};
use crate::fleet::settings::{Area, GROUP};
use crate::ui::request::{Request, offer};
use crate::ui::theme::{self, space};
use egui::{Button, ComboBox, Grid, RichText, ScrollArea, Ui};

/// Bad lines that are listed.
const LISTED: usize = 20;
/// Width of the choice of a role [points].
const ROLE: f32 = 176.0;

/// Draws the preview.
pub fn ui(ui: &mut Ui, pending: &Pending, view: &View<'_>, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    let title = RichText::new(format!("Import {}", pending.name)).font(theme::strong(theme::BODY));
    ui.label(title.color(tokens.text.strong));
    let good = match &pending.read {
        None => {
            ui.label("The table is being read …");
            None
        }
        Some(Err(error)) => {
            ui.label(RichText::new(format!("✕ {error}")).color(tokens.status.bad));
            None
        }
        Some(Ok(import)) => {
            let (sign, colour) = if import.bad_rows == 0 {
                ("✓", tokens.status.ok)
            } else {
                ("⚠", tokens.status.uncertain)
            };
            ui.label(RichText::new(format!("{sign} {}", import.summary())).color(colour));
            Some(import)
        }
    };
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| buttons(ui, good, view, out));
    ui.add_space(space::S);
    ScrollArea::vertical().id_salt("import").auto_shrink([false, true]).show(ui, |ui| {
        columns(ui, pending, good, out);
        if let Some(import) = good {
            ui.add_space(space::L);
            bad_lines(ui, import);
        }
    });
}

/// Draws what can be done with the table.
fn buttons(ui: &mut Ui, good: Option<&Import>, view: &View<'_>, out: &mut Vec<Request>) {
    let usable = good.is_some_and(|import| !import.inventory.is_empty());
    let text = match good {
        Some(import) if import.bad_rows == 0 => "Take the list",
        _ => "Take the good lines",
    };
    let tip = if view.devices.list.is_some() {
        "Replaces the devices of the project; can be undone"
    } else {
        "Can be undone"
    };
    let take = ui.add_enabled(usable, Button::new(text)).on_hover_text(tip);
    if take.on_disabled_hover_text("There is no good line yet").clicked() {
        out.push(DeviceCommand::TakeGood.into());
    }
    if ui.button("Cancel import").clicked() {
        out.push(DeviceCommand::CancelImport.into());
    }
    if good.is_some_and(|import| import.bad_rows > 0) {
        let save = UserCommand::SaveBadLines;
        if offer(ui, save, Button::new("Save the other lines…"), save.entry().tooltip, view).clicked() {
            out.push(Request::User(save));
        }
    }
}

/// Draws the columns with what they hold.
fn columns(ui: &mut Ui, pending: &Pending, good: Option<&Import>, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    let first = good.and_then(|import| import.inventory.device(0));
    Grid::new("columns").num_columns(3).spacing([space::L, space::XS]).show(ui, |ui| {
        for head in ["Column", "Holds", "First device"] {
            ui.label(RichText::new(head).size(theme::SMALL).color(tokens.text.weak));
        }
        ui.end_row();
        for (index, column) in pending.columns.iter().enumerate() {
            let name = if column.header.is_empty() { "without a name" } else { &column.header };
            ui.add(egui::Label::new(name).truncate());
            if let Some(role) = ui.push_id(index, |ui| role(ui, column)).inner {
                out.push(DeviceCommand::SetMapping { header: column.header.clone(), role }.into());
            }
            let sample =
                first.map_or_else(|| "–".to_owned(), |device| cells::sample(&device, index, column.role));
            ui.add(egui::Label::new(RichText::new(sample).color(tokens.text.weak)).truncate());
            ui.end_row();
        }
    });
}

/// Draws the choice of what a column holds; returns what was chosen.
fn role(ui: &mut Ui, column: &Column) -> Option<Role> {
    let mut chosen = None;
    let combo = ComboBox::from_id_salt("role").selected_text(column.role.label()).width(ROLE).truncate();
    let combo = combo.show_ui(ui, |ui| {
        let plain = Role::SINGLE.into_iter().chain([Role::Secret, Role::Variable]);
        for role in plain.chain(settings().into_iter().map(Role::Setting)) {
            let own = role == column.role;
            if ui.selectable_label(own, role.label()).clicked() && !own {
                chosen = Some(role);
            }
        }
    });
    let name = format!("Column {} holds", column.header);
    ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_label(name));
    chosen
}

/// Returns the keys of settings that a device can have a value of its own for, each once.
fn settings() -> Vec<&'static str> {
    let mut keys: Vec<&'static str> = Vec::new();
    let agents = AgentKind::ALL.into_iter().flat_map(|kind| Area::Agent(kind).settings());
    for row in agents.chain(GROUP.iter()) {
        if !keys.contains(&row.key) && Role::from_word(row.key) == Some(Role::Setting(row.key)) {
            keys.push(row.key);
        }
    }
    keys
}

/// Draws the first lines that are no devices, with the reasons, and what is worth knowing about good ones.
fn bad_lines(ui: &mut Ui, import: &Import) {
    let tokens = theme::tokens(ui.ctx());
    let lists =
        [("Lines that cannot be taken", &import.bad), ("Worth knowing about good lines", &import.warnings)];
    for (title, faults) in lists.into_iter().filter(|(_, faults)| !faults.is_empty()) {
        ui.label(RichText::new(title).font(theme::strong(theme::BODY)).color(tokens.text.strong));
        for fault in faults.list.iter().take(LISTED) {
            let (sign, colour) = tokens.severity(fault.severity);
            let column = fault.column.as_ref().map(|name| format!(", column {name}")).unwrap_or_default();
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(format!("{sign} Line {}{column}", fault.line)).color(colour));
                ui.label(&fault.what);
                let rest = RichText::new(format!("{} {}", fault.why, fault.fix)).size(theme::SMALL);
                ui.label(rest.color(tokens.text.weak));
            });
        }
        let more = faults.total.saturating_sub(LISTED as u64);
        if more > 0 {
            ui.label(RichText::new(format!("and {} more", count(more))).color(tokens.text.weak));
        }
        ui.add_space(space::M);
    }
}
