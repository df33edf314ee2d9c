//! The column of levers: which groups they move, and one row for each.

use super::rows::{self, LeverRow, RowKind};
use crate::desk::View;
use crate::desk::command::DocumentCommand;
use crate::fleet::file::Value;
use crate::ui::request::Request;
use crate::ui::setting::Number;
use crate::ui::theme;
use crate::ui::widget::choice;
use crate::ui::widget::quantity::lever;
use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{PopupCloseBehavior, RichText, Ui};
use std::collections::BTreeSet;
use std::ops::Range;

/// Distance between two sections [points]; with it all fit a window 720 points high.
const GAP: f32 = 5.0;

/// State of the column: the groups that levers move; empty for all.
#[derive(Default)]
pub struct Levers {
    selected: BTreeSet<String>,
}

impl Levers {
    /// Draws those sections of the column whose number lies in `which`.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, which: Range<usize>, out: &mut Vec<Request>) {
        let ids: BTreeSet<&str> = view.file.group_ids().collect();
        self.selected.retain(|id| ids.contains(id.as_str()));
        // All of them fit a usual window together with the hint of the first start.
        ui.spacing_mut().item_spacing.y = 2.0;
        let sections = rows::sections(view.file, view.scenario, &self.selected);
        for (index, section) in sections.iter().enumerate().filter(|(index, _)| which.contains(index)) {
            if index > which.start {
                ui.add_space(GAP);
            }
            ui.horizontal(|ui| {
                let text = RichText::new(section.title).font(theme::strong(theme::BODY));
                ui.label(text.color(theme::tokens(ui.ctx()).text.strong));
                if index == 0 && ids.len() > 1 {
                    self.groups(ui, view);
                }
            });
            for row in &section.rows {
                ui.push_id(row.id, |ui| draw(ui, row, out));
            }
        }
    }

    /// Draws the menu of groups that the levers move.
    fn groups(&mut self, ui: &mut Ui, view: &View<'_>) {
        let all = view.file.group_ids().count();
        let text = match self.selected.len() {
            0 => format!("of all {all} groups"),
            1 => "of 1 group".to_owned(),
            n => format!("of {n} groups"),
        };
        // Several groups are chosen in one go.
        let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        MenuButton::new(format!("{text} ▾")).config(stays).ui(ui, |ui| {
            for id in view.file.group_ids() {
                let mut on = self.selected.is_empty() || self.selected.contains(id);
                if ui.checkbox(&mut on, view.file.group_name(id)).changed() {
                    if self.selected.is_empty() {
                        self.selected = view.file.group_ids().map(str::to_owned).collect();
                    }
                    if on {
                        self.selected.insert(id.to_owned());
                    } else {
                        self.selected.remove(id);
                    }
                    if self.selected.len() == all {
                        self.selected.clear();
                    }
                }
            }
        });
    }
}

/// Draws one row and asks for the change that was made in it.
fn draw(ui: &mut Ui, row: &LeverRow, out: &mut Vec<Request>) {
    match &row.kind {
        RowKind::Number { value, unit, range, whole, special, slider, echo } => {
            let number = Number {
                label: row.label,
                help: &row.help,
                value: *value,
                unit: *unit,
                bounds: None,
                takes_bounds: false,
                range: *range,
                whole: *whole,
                special: *special,
                slider: *slider,
                echo: echo.as_str(),
            };
            let change = lever(ui, &number.lever());
            if let Some(change) = change {
                let edits = rows::edits(row, change.value);
                out.push(DocumentCommand::Set { edits, finished: change.finished }.into());
            }
        }
        RowKind::Choice { value, choices } => {
            if let Some(word) = choice::ui(ui, row.label, &row.help, value, choices)
                && let Some(input) = row.inputs.first()
            {
                let edits = vec![(input.address.clone(), Value::Word(word.to_owned()))];
                out.push(DocumentCommand::Set { edits, finished: true }.into());
            }
        }
    }
}
