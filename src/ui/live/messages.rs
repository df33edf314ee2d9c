//! The messages of the agent, the newest first, with a filter and a way to hold them.

use super::parts::{cell, small, strong, weak};
use crate::base::units::{count, duration};
use crate::desk::View;
use crate::desk::command::LiveCommand;
use crate::desk::live::{KEPT, Line, Side};
use crate::ui::request::Request;
use crate::ui::theme::space;
use egui::{Align, Button, Label, Layout, Margin, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

/// Height of a row [points].
const ROW: f32 = 18.0;
/// Rows that are seen at once.
const SEEN: f32 = 10.0;
/// Widths of the columns [points]: time, sign, word.
const COLUMNS: [f32; 3] = [62.0, 14.0, 96.0];
/// Width of the filter [points].
const FILTER: f32 = 168.0;

/// State of the part's widgets.
#[derive(Default)]
pub(super) struct Messages {
    filter: String,
}

impl Messages {
    /// Draws the part.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let agent = view.live.agent;
        ui.add_space(space::S);
        ui.horizontal_wrapped(|ui| {
            let title = strong(ui, "Messages");
            ui.label(title);
            let edit = TextEdit::singleline(&mut self.filter).hint_text("filter").desired_width(FILTER);
            let edit = ui.add(edit.margin(Margin::symmetric(8, 4)));
            edit.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Filter messages"));
            let held = agent.log.newer();
            let text = if held.is_some() { "Go on" } else { "Hold" };
            let button = ui.add_enabled(agent.log.count() > 0, Button::new(small(text)));
            let spoken = if held.is_some() { "Go on with messages" } else { "Hold messages" };
            button.widget_info(|| WidgetInfo::labeled(Role::Button, agent.log.count() > 0, spoken));
            let tip = "Holds the list as it is; what comes in meanwhile is kept";
            if button.on_hover_text(tip).on_disabled_hover_text("There is no message yet").clicked() {
                out.push(LiveCommand::Hold(held.is_none()).into());
            }
            if let Some(newer) = held {
                let text = weak(ui, format!("held, {} newer", count(newer)));
                ui.label(text);
            }
        });
        if agent.log.count() == 0 {
            let text =
                weak(ui, "No messages yet. Connect the agent, and every frame is listed here, decoded.");
            ui.add(Label::new(text).wrap());
            return;
        }
        let lines = agent.log.lines(&self.filter);
        let shown = format!(
            "{} of {} messages, the last {KEPT} are kept",
            count(lines.len() as u64),
            count(agent.log.count())
        );
        let missed = if agent.missed > 0 {
            format!("; {} came too fast to be read", count(agent.missed))
        } else {
            String::new()
        };
        let text = weak(ui, format!("{shown}{missed}"));
        ui.label(text);
        if lines.is_empty() {
            ui.label(small(format!("No message matches `{}`", self.filter.trim())));
            return;
        }
        let area = ScrollArea::vertical().id_salt("messages").auto_shrink([false, true]);
        area.max_height(ROW * SEEN).show_rows(ui, ROW, lines.len(), |ui, range| {
            for line in &lines[range] {
                message(ui, line);
            }
        });
    }
}

/// Draws one line.
fn message(ui: &mut Ui, line: &Line) {
    let size = egui::vec2(ui.available_width(), ROW);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::TOP), |ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.set_min_height(ROW);
        let weight = if line.from == Side::Agent { weak(ui, &line.word) } else { small(&line.word) };
        let time = weak(ui, duration(line.at.secs()));
        cell(ui, COLUMNS[0], time);
        cell(ui, COLUMNS[1], small(line.from.sign()));
        cell(ui, COLUMNS[2], weight);
        let label = ui.add(Label::new(small(&line.text)).truncate());
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, line.spoken()));
        label.on_hover_text(&line.text);
    });
}
