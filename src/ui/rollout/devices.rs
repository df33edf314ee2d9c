//! The devices of a roll-out: all, or those in one state, found by name; one is chosen.

use super::rows::{Made, device_cells, devices, listed};
use super::{small, strong};
use crate::base::units;
use crate::desk::command::RolloutCommand;
use crate::desk::rollout::OpenView;
use crate::push::state::State;
use crate::ui::request::Request;
use crate::ui::theme::{TARGET, tokens};
use crate::ui::widget::choice;
use crate::ui::widget::table::{Column, Line, Table};
use egui::{Margin, ScrollArea, TextEdit, Ui};

/// Rows that are seen at once.
const ROWS: f32 = 10.0;
/// The columns.
const COLUMNS: [Column; 4] = [
    Column { head: "device", width: 132.0, numeric: false, spare: false },
    Column { head: "wave", width: 48.0, numeric: true, spare: true },
    Column { head: "state", width: 96.0, numeric: false, spare: false },
    Column { head: "why", width: 116.0, numeric: false, spare: true },
];

/// State of the list.
#[derive(Default)]
pub struct DevicesPanel {
    state: Option<State>,
    text: String,
}

impl DevicesPanel {
    /// Draws the list.
    pub fn ui(&mut self, ui: &mut Ui, made: &Made, open: &OpenView<'_>, out: &mut Vec<Request>) {
        self.state = self.state.filter(|state| made.states.iter().any(|(own, _)| own == state));
        let names: Vec<(Option<State>, String)> = std::iter::once((None, "every state".to_owned()))
            .chain(made.states.iter().map(|(state, n)| {
                (Some(*state), format!("{} ({})", state.word(), units::count((*n).into())))
            }))
            .collect();
        let entries: Vec<(Option<State>, &str)> =
            names.iter().map(|(state, name)| (*state, name.as_str())).collect();
        ui.horizontal_wrapped(|ui| {
            ui.label(strong(ui, "Devices"));
            let help = "Lists the devices that stand there";
            if let Some(state) = choice::corner(ui, "Devices in state", help, &self.state, &entries) {
                self.state = state;
            }
            let edit = TextEdit::singleline(&mut self.text).id_salt("find device").hint_text("Find by name");
            let edit = ui.add(edit.desired_width(132.0).margin(Margin::symmetric(8, 4)));
            ui.ctx().accesskit_node_builder(edit.id, |node| node.set_label("Find device by name"));
        });
        let rows = listed(open.picture, self.state, &self.text);
        if rows.is_empty() {
            ui.label(small("No device matches."));
            return;
        }
        ui.label(small(devices(rows.len() as u32)).color(tokens(ui.ctx()).text.weak));
        let table = Table::fitting(ui.available_width(), &COLUMNS);
        table.head(ui);
        ui.spacing_mut().item_spacing.y = 0.0;
        let scroll = ScrollArea::vertical().id_salt("devices of the roll-out").auto_shrink([false, true]);
        scroll.max_height(ROWS * TARGET).show_rows(ui, TARGET, rows.len(), |ui, range| {
            for at in range {
                let Some(place) = rows.get(at).copied() else { continue };
                row(ui, &table, place, open, out);
            }
        });
    }
}

/// Draws a device.
fn row(ui: &mut Ui, table: &Table, at: u32, open: &OpenView<'_>, out: &mut Vec<Request>) {
    let Some(cells) = device_cells(open.picture, at) else { return };
    let tokens = tokens(ui.ctx());
    let tone = open.picture.rows.get(at as usize).and_then(|row| match row.state {
        State::Verified => Some((2, tokens.status.ok)),
        state if crate::desk::rollout::standing::is_trouble(state) => Some((2, tokens.status.bad)),
        _ => None,
    });
    let chosen = open.device == Some(at);
    let spoken = format!("Device {}, {}", cells[0].chars().take(60).collect::<String>(), cells[2]);
    let line = Line { cells: &cells, spoken: &spoken, chosen, tone };
    if table.row(ui, ("device", at), &line).clicked() {
        out.push(RolloutCommand::ShowDevice((!chosen).then_some(at)).into());
    }
}
