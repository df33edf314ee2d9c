//! The rail: screens in work order, and below them the scenarios, the same on every screen.

use super::super::request::{Request, Screen};
use super::super::theme::{self, space};
use crate::desk::command::ScenarioCommand;
use crate::desk::{UserCommand, View};
use egui::{Button, Key, Panel, RichText, ScrollArea, TextEdit, Ui};

/// Height of a row [points].
const ROW: f32 = 28.0;
/// Width of the window [points] below which the rail is narrower.
const NARROW: f32 = 760.0;
/// Width of the window [points] from which the rail has room for long names.
const WIDE: f32 = 1_600.0;

/// State of the rail: a name that is being typed.
#[derive(Default)]
pub struct Rail {
    rename: Option<Rename>,
}

/// A scenario that gets another name.
struct Rename {
    id: String,
    text: String,
    focus: bool,
}

impl Rail {
    /// Starts renaming the active scenario.
    pub fn rename(&mut self, view: &View<'_>) {
        if let Some(id) = view.scenario {
            self.rename = Some(Rename { id: id.to_owned(), text: view.scenario_name(), focus: true });
        }
    }

    /// Draws the rail.
    pub fn ui(&mut self, ui: &mut Ui, screen: Screen, view: &View<'_>, out: &mut Vec<Request>) {
        let width = match ui.available_width() {
            room if room < NARROW => 116.0,
            room if room < WIDE => 156.0,
            _ => 216.0,
        };
        let frame = super::ground(ui);
        Panel::left("rail").resizable(false).exact_size(width).frame(frame).show(ui, |ui| {
            ui.add_space(space::S);
            for own in Screen::ALL {
                let entry = own.command().entry();
                let response = wide(ui, own == screen, entry.text);
                if response.on_hover_text(entry.tooltip).clicked() {
                    out.push(Request::User(own.command()));
                }
            }
            ui.add_space(space::L);
            ui.label(
                RichText::new("Scenarios")
                    .font(theme::strong(theme::SMALL))
                    .color(theme::tokens(ui.ctx()).text.weak),
            );
            ScrollArea::vertical().show(ui, |ui| self.scenarios(ui, view, out));
        });
    }

    /// Draws the scenarios.
    fn scenarios(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let rows = std::iter::once((None, "Baseline".to_owned()))
            .chain(view.scenarios.iter().map(|scenario| (Some(scenario.id.as_str()), scenario.name.clone())));
        let mut renamed = false;
        for (id, name) in rows {
            if let Some(rename) = self.rename.as_mut().filter(|rename| Some(rename.id.as_str()) == id) {
                renamed |= rename.ui(ui, out);
                continue;
            }
            let response = ui
                .horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    tick(ui, id, &name, view, out);
                    wide(ui, view.scenario == id, &name).on_hover_text(&name)
                })
                .inner;
            if response.clicked() {
                out.push(ScenarioCommand::Activate(id.map(str::to_owned)).into());
            }
            if id.is_some() && response.double_clicked() {
                self.rename = id.map(|id| Rename { id: id.to_owned(), text: name, focus: true });
            }
        }
        if renamed {
            self.rename = None;
        }
        let entry = UserCommand::DuplicateScenario.entry();
        let button = Button::new("+ Duplicate").min_size(egui::vec2(ui.available_width(), theme::TARGET));
        if ui.add(button).on_hover_text(entry.tooltip).clicked() {
            out.push(Request::User(UserCommand::DuplicateScenario));
        }
    }
}

impl Rename {
    /// Draws the field; returns whether it is done.
    fn ui(&mut self, ui: &mut Ui, out: &mut Vec<Request>) -> bool {
        let response = ui.add(TextEdit::singleline(&mut self.text).desired_width(ui.available_width()));
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Name of the scenario"));
        if std::mem::take(&mut self.focus) {
            response.request_focus();
        }
        if !response.lost_focus() {
            return false;
        }
        let name = self.text.trim();
        if !ui.input(|input| input.key_pressed(Key::Escape)) && !name.is_empty() {
            out.push(ScenarioCommand::Rename { id: self.id.clone(), name: name.to_owned() }.into());
        }
        true
    }
}

/// Draws the tick of a scenario: whether the charts show it beside the active one, which they always show.
fn tick(ui: &mut Ui, id: Option<&str>, name: &str, view: &View<'_>, out: &mut Vec<Request>) {
    let active = view.scenario == id;
    let ticked = view.ticks.iter().any(|tick| tick.as_deref() == id);
    let mut on = active || ticked;
    let size = egui::vec2(theme::TARGET, ROW);
    let response = ui
        .add_enabled_ui(!active, |ui| ui.add_sized(size, egui::Checkbox::without_text(&mut on)))
        .inner
        .on_hover_text("Shows this scenario in the charts and in the table of differences")
        .on_disabled_hover_text("The charts always show the active scenario");
    let spoken = format!("Show {name} in charts");
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, !active, on, &spoken));
    if response.changed() {
        out.push(ScenarioCommand::Tick { id: id.map(str::to_owned), on }.into());
    }
}

/// Draws a button as wide as the rail that shows whether it is chosen.
fn wide(ui: &mut Ui, chosen: bool, text: &str) -> egui::Response {
    let tokens = theme::tokens(ui.ctx());
    let font = if chosen { theme::strong(theme::BODY) } else { theme::plain(theme::BODY) };
    let colour = if chosen { tokens.text.selected } else { tokens.text.normal };
    let size = egui::vec2(ui.available_width(), ROW);
    let label = RichText::new(text).font(font).color(colour);
    ui.add_sized(size, Button::selectable(chosen, (label, egui::Atom::grow())).truncate())
}
