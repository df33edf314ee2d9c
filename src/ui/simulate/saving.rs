//! The menu of a chart: copy it, or write it to a file, all of it or what is seen.

use crate::desk::command::ChartFormat;
use crate::report::chart::Chart;
use crate::ui::request::Request;
use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{PopupCloseBehavior, Role, Ui, WidgetInfo};
use std::sync::Arc;

/// What is copied and written.
#[derive(Default)]
pub struct Saving {
    /// Whether only the visible part of the time axis is.
    visible: bool,
}

impl Saving {
    /// Draws the menu of a chart of which `range` is seen [s]; `None` where that is all of it.
    pub fn ui(&mut self, ui: &mut Ui, chart: &Arc<Chart>, range: Option<(f64, f64)>, out: &mut Vec<Request>) {
        // The first entry is a switch; what acts closes the menu itself.
        let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let (button, _) = MenuButton::new("…").config(stays).ui(ui, |ui| {
            let mut visible = self.visible && range.is_some();
            let switch = egui::Checkbox::new(&mut visible, "Visible range only");
            let switch = ui.add_enabled(range.is_some(), switch);
            if switch
                .on_disabled_hover_text("All of the time axis is seen; drag over a chart to zoom")
                .changed()
            {
                self.visible = visible;
            }
            let wanted = || match range.filter(|_| visible) {
                Some(range) => Arc::new(chart.within(range)),
                None => Arc::clone(chart),
            };
            if ui.button("Copy as PNG").clicked() {
                out.push(Request::CopyChart(wanted()));
                ui.close();
            }
            for format in ChartFormat::ALL {
                if ui.button(format!("Save as {}…", format.word())).clicked() {
                    out.push(Request::SaveChart(format, wanted()));
                    ui.close();
                }
            }
        });
        let spoken = format!("Copy or save {}", chart.title);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
        button.on_hover_text("Copies this chart, or writes it to a file");
    }
}
