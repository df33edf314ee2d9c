//! What stands above the canvas: adding, layouts, pictures, and where one looks.

use super::canvas::Canvas;
use crate::desk::command::{DocumentCommand, Drawing, TopologyCommand, When};
use crate::fleet::cluster::pattern::PATTERNS;
use crate::fleet::cluster::{NodeKind, PLAYED};
use crate::fleet::file::Value;
use crate::report::topology::Board;
use crate::ui::request::{Purpose, Request};
use crate::ui::theme;
use crate::ui::widget::choice;
use egui::{Button, RichText, Ui};
use std::collections::BTreeSet;

/// Draws the tools; `more` draws what stands behind them.
pub fn ui(
    ui: &mut Ui,
    board: &Board,
    chosen: &BTreeSet<String>,
    canvas: &mut Canvas,
    more: &mut dyn FnMut(&mut Ui),
    out: &mut Vec<Request>,
) {
    ui.horizontal_wrapped(|ui| {
        ui.menu_button("Add", |ui| add(ui, machine(board, chosen), canvas, out));
        ui.menu_button("Layouts", |ui| {
            for pattern in PATTERNS {
                let tip = format!("{} It takes the place of what is there.", pattern.meaning);
                if ui.button(pattern.label).on_hover_text(tip).clicked() {
                    out.push(TopologyCommand::Begin(pattern.id.to_owned()).into());
                    canvas.fit();
                    ui.close();
                }
            }
        });
        ui.menu_button("Let fail", |ui| {
            for failure in &board.failures {
                let tip = format!("Adds a scenario in which this fails: {}", failure.fails);
                if ui.button(&failure.name).on_hover_text(tip).clicked() {
                    let (name, fails) = (failure.name.clone(), failure.fails.clone());
                    out.push(
                        TopologyCommand::Fail {
                            name,
                            fails,
                            how: failure.how,
                            when: When::Alone { length_s: None },
                        }
                        .into(),
                    );
                    ui.close();
                }
            }
        });
        ui.menu_button("Save picture", |ui| {
            for drawing in Drawing::ALL {
                if ui.button(format!("Save as {}…", drawing.word())).clicked() {
                    out.push(Request::Ask(Purpose::Topology(drawing)));
                    ui.close();
                }
            }
        });
        if ui.button("Fit").on_hover_text("Shows everything").clicked() {
            canvas.fit();
        }
        for (word, tip, factor) in
            [("−", "Makes the boxes smaller", 1.0 / 1.25), ("+", "Makes the boxes larger", 1.25)]
        {
            let button = ui.add(Button::new(word).min_size(egui::vec2(theme::TARGET, theme::TARGET)));
            let spoken = if factor > 1.0 { "Larger boxes" } else { "Smaller boxes" };
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, spoken));
            if button.on_hover_text(tip).clicked() {
                canvas.zoom(factor);
            }
        }
        let weak = theme::tokens(ui.ctx()).text.weak;
        let count = match board.machines.len() {
            1 => "1 machine".to_owned(),
            many => format!("{many} machines"),
        };
        ui.label(RichText::new(count).size(theme::SMALL).color(weak));
        played(ui, board, out);
        more(ui);
    });
}

/// Draws the choice of the cluster that is simulated, where there are several.
fn played(ui: &mut Ui, board: &Board, out: &mut Vec<Request>) {
    let clusters: Vec<(String, &str)> =
        board.clusters().map(|cluster| (cluster.id.clone(), &*cluster.label)).collect();
    if clusters.len() < 2 {
        return;
    }
    ui.label("Simulated");
    let help = "Cluster that is simulated, with the groups that sign in to it";
    if let Some(id) = choice::corner(ui, "Simulated cluster", help, &board.played, &clusters) {
        out.push(play(id));
    }
}

/// Returns the change by which a cluster is simulated.
pub fn play(id: String) -> Request {
    DocumentCommand::Set { edits: vec![(PLAYED.to_owned(), Value::Word(id))], finished: true }.into()
}

/// Returns the machine that is chosen, or carries what is chosen.
fn machine<'b>(board: &'b Board, chosen: &BTreeSet<String>) -> Option<&'b str> {
    let id = chosen.iter().next().filter(|_| chosen.len() == 1)?;
    let owner = board
        .machines
        .iter()
        .find(|machine| machine.id == *id || machine.slots.iter().any(|slot| slot.id == *id))?;
    Some(&owner.id)
}

/// Draws the kinds that can be added.
fn add(ui: &mut Ui, on: Option<&str>, canvas: &Canvas, out: &mut Vec<Request>) {
    for kind in NodeKind::ALL {
        let wanted = !kind.is_component() || on.is_some();
        let button = ui.add_enabled(wanted, Button::new(kind.label()));
        let button = button.on_disabled_hover_text("Choose the machine that carries it first");
        if button.clicked() {
            let at = kind.is_machine().then(|| canvas.middle());
            let on = on.filter(|_| kind.is_component()).map(str::to_owned);
            out.push(TopologyCommand::Add { kind, on, at }.into());
            ui.close();
        }
    }
}
