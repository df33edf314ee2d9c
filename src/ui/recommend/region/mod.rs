//! The safe region: a map over two inputs, its axes, the project's own place and margin, and the cell in hand.

mod map;
mod words;

use super::{small, standing, strong, weak};
use crate::base::units;
use crate::desk::View;
use crate::desk::command::PlanCommand;
use crate::desk::planning::{AxisChoice, axes, offered};
use crate::plan::Lever;
use crate::plan::sweep::Sweep;
use crate::report::answers;
use crate::ui::request::Request;
use crate::ui::theme;
use crate::ui::widget::choice;
use egui::{Button, Role, ScrollArea, Ui, WidgetInfo};
use std::sync::Arc;

/// Height of the map as a table [points].
const TABLE: f32 = 240.0;

/// State of the map.
#[derive(Default)]
pub struct RegionPanel {
    /// What the axes can be, and the revision that it was made from.
    choices: Option<(u64, Vec<AxisChoice>)>,
    /// The cell that was chosen.
    chosen: Option<usize>,
    table: bool,
    /// What is said of the map, and the cells that it was made from.
    said: Option<(*const Sweep, Arc<str>)>,
}

impl RegionPanel {
    /// Draws the map with everything that belongs to it.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        ui.label(strong(ui, "Safe region"));
        if view.fleet.is_none() || view.plans.goals.list.is_empty() {
            ui.label(weak(ui, "A map of where the targets are met needs a target that counts."));
            return;
        }
        self.axes(ui, view, out);
        let sought = view.plans.region;
        standing(ui, sought.standing, sought.current, sought.found.is_some(), "cells");
        let Some(sweep) = sought.found else { return };
        if sweep.axes.len() < 2 {
            return;
        }
        if self.chosen.is_some_and(|chosen| chosen >= sweep.cells.len()) {
            self.chosen = None;
        }
        let spoken = self.spoken(sweep);
        let under = if self.table {
            self.table(ui, sweep);
            None
        } else {
            let shown = map::ui(ui, sweep, &spoken, &mut self.chosen);
            ui.label(weak(ui, words::legend(sweep)));
            shown
        };
        let cell = under.or(self.chosen).or(sweep.own.as_ref().map(|own| own.cell));
        if let Some(cell) = cell {
            ui.label(small(units::unbroken(&words::cell(sweep, cell))));
        }
        self.offer(ui, sweep, view, out);
        if let Some(own) = answers::standing(sweep, Lever::label) {
            ui.label(weak(ui, units::unbroken(&own)));
        }
    }

    /// Draws the choice of both axes, and whether cells are simulated.
    fn axes(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        if self.choices.as_ref().is_none_or(|(revision, _)| *revision != view.revision) {
            self.choices = Some((view.revision, offered(view.file, view.scenario)));
        }
        let choices = self.choices.as_ref().map_or(&[][..], |(_, choices)| choices);
        let entries: Vec<(Option<String>, &str)> =
            choices.iter().map(|choice| (Some(choice.name.clone()), choice.label.as_str())).collect();
        let mut options = view.plans.options.clone();
        let own = axes(view.file, view.scenario, &options.axes);
        ui.horizontal_wrapped(|ui| {
            for (at, (name, text)) in
                [("To the right", "Input that grows to the right"), ("Upwards", "Input that grows upwards")]
                    .into_iter()
                    .enumerate()
            {
                ui.label(small(name));
                if let Some(chosen) = choice::corner(ui, name, text, &own[at], &entries) {
                    options.axes[at] = chosen;
                }
            }
            let tip = "Ten runs for each cell instead of an estimate; takes longer and can be cancelled";
            ui.checkbox(&mut options.exact, small("Simulate each cell")).on_hover_text(tip);
            ui.checkbox(&mut self.table, small("As a table"));
        });
        if options != *view.plans.options {
            self.chosen = None;
            out.push(PlanCommand::Options(options).into());
        }
    }

    /// Returns what is said of the map, made once for each.
    fn spoken(&mut self, sweep: &Sweep) -> Arc<str> {
        let made_from = std::ptr::from_ref(sweep);
        match &self.said {
            Some((own, said)) if *own == made_from => Arc::clone(said),
            _ => {
                let said: Arc<str> = words::spoken(sweep).into();
                self.said = Some((made_from, Arc::clone(&said)));
                said
            }
        }
    }

    /// Draws every cell as a line of text.
    fn table(&mut self, ui: &mut Ui, sweep: &Sweep) {
        let rows = ScrollArea::vertical().id_salt("cells").max_height(TABLE).auto_shrink([false, false]);
        rows.show_rows(ui, theme::TARGET, sweep.cells.len(), |ui, shown| {
            for at in shown {
                let text = words::cell(sweep, at);
                let button = Button::selectable(self.chosen == Some(at), small(units::unbroken(&text)));
                let size = egui::vec2(ui.available_width(), theme::TARGET);
                if ui.add_sized(size, button.truncate()).on_hover_text(text).clicked() {
                    self.chosen = Some(at);
                }
            }
        });
    }

    /// Draws the offer to apply the values of the chosen cell.
    fn offer(&mut self, ui: &mut Ui, sweep: &Sweep, view: &View<'_>, out: &mut Vec<Request>) {
        let Some(cell) = self.chosen else {
            ui.label(weak(ui, "Choose a cell to apply its values."));
            return;
        };
        let title = words::place(sweep, cell);
        let assignments = words::assignments(sweep, cell, (view.file, view.scenario));
        let usable = match &assignments {
            Ok(_) if view.plans.region.current => Ok(()),
            Ok(_) => Err("The settings have changed since; wait for the new map".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        ui.horizontal_wrapped(|ui| {
            let button = ui.add_enabled(usable.is_ok(), Button::new("Apply these values"));
            let spoken: String = format!("Apply {title}").chars().take(90).collect();
            button.widget_info(|| WidgetInfo::labeled(Role::Button, usable.is_ok(), &spoken));
            let button =
                button.on_hover_text("Sets both in the active scenario; one step that can be undone");
            let button = match usable {
                Ok(()) => button,
                Err(reason) => button.on_disabled_hover_text(reason),
            };
            if let (true, Ok(assignments)) = (button.clicked(), assignments) {
                out.push(PlanCommand::Apply { title: title.clone(), assignments }.into());
                self.chosen = None;
            }
        });
    }
}
