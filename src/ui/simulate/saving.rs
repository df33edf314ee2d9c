//! The menu of a chart: copy it, or write it to a file, all of it or what is seen.

use crate::report::draw::Graphic;
use crate::report::files::Format;
use crate::ui::request::Request;
use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{PopupCloseBehavior, Role, Ui, WidgetInfo};

/// What is copied and written.
#[derive(Default)]
pub struct Saving {
    /// Whether only the visible part of the time axis is.
    visible: bool,
}

impl Saving {
    /// Draws the menu of a drawing of which `range` is seen [s]; `None` where that is all of it. Of timelines all
    /// is seen always.
    pub fn ui(&mut self, ui: &mut Ui, graphic: &Graphic, range: Option<(f64, f64)>, out: &mut Vec<Request>) {
        // The first entry is a switch; what acts closes the menu itself.
        let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let (button, _) = MenuButton::new("…").config(stays).ui(ui, |ui| {
            let mut part = None;
            if let Graphic::Chart(chart) = graphic {
                let mut visible = self.visible && range.is_some();
                let switch = egui::Checkbox::new(&mut visible, "Visible range only");
                let switch = ui.add_enabled(range.is_some(), switch);
                if switch
                    .on_disabled_hover_text("All of the time axis is seen; drag over a chart to zoom")
                    .changed()
                {
                    self.visible = visible;
                }
                part = range.filter(|_| visible).map(|range| (chart, range));
            }
            let wanted = || match part {
                Some((chart, range)) => chart.within(range).into(),
                None => graphic.clone(),
            };
            if ui.button("Copy as PNG").clicked() {
                out.push(Request::CopyChart(wanted()));
                ui.close();
            }
            for format in Format::CHARTS {
                if ui.button(format!("Save as {}…", format.word().to_uppercase())).clicked() {
                    out.push(Request::SaveChart(format, wanted()));
                    ui.close();
                }
            }
        });
        let spoken = format!("Copy or save {}", graphic.title());
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
        button.on_hover_text("Copies this chart, or writes it to a file");
    }
}
