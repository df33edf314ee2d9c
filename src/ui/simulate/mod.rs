//! The screen *Simulate*: levers on the left, three charts over one time axis, the result beside them.
//!
//! Where the window is small, or zoomed, the result moves below the levers; where it is very small all
//! stand below each other, the delay settings first, so that what is dragged stays near its curve.

mod changes;
mod charts;
mod device;
mod differences;
mod figures;
mod levers;
mod result;
pub mod rows;
pub mod saving;

use super::request::Request;
use super::theme::{self, space};
use crate::desk::View;
use egui::{Frame, Margin, Panel, ScrollArea, Stroke, Ui, UiBuilder};

/// Width of the screen [points] from which the result stands beside the charts.
const WIDE: f32 = 860.0;
/// Width of the screen [points] below which everything stands in one column.
const NARROW: f32 = 540.0;
/// Width of the levers [points].
const LEVERS: f32 = 280.0;
/// Width of the result [points].
const RESULT: f32 = 258.0;
/// Least height of the three charts [points].
const CHARTS: f32 = 352.0;

/// State of the screen's widgets.
#[derive(Default)]
pub struct SimulatePanel {
    levers: levers::Levers,
    charts: charts::Charts,
    differences: differences::Differences,
    /// Whether the explanation is opened in the next frame.
    explain: bool,
}

impl SimulatePanel {
    /// Opens the explanation of the result.
    pub fn explain(&mut self) {
        self.explain = true;
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let why = std::mem::take(&mut self.explain);
        let width = ui.available_width();
        if width < NARROW {
            return self.column(ui, view, why, out);
        }
        let wide = width >= WIDE;
        let levers = if wide { LEVERS } else { (width * 0.42).min(LEVERS) };
        Panel::left("levers").resizable(false).exact_size(levers).frame(inside()).show(ui, |ui| {
            scroll("levers", ui, |ui| {
                self.levers.ui(ui, view, 0..usize::MAX, out);
                if !wide {
                    ui.add_space(space::L);
                    result::ui(ui, view, why, out);
                }
            });
        });
        // Placed by hand: charts come before the result for the Tab key.
        let whole = ui.available_rect_before_wrap();
        let side = if wide { RESULT } else { 0.0 };
        let (middle, end) = whole.split_left_right_at_x(whole.right() - side);
        ui.scope_builder(UiBuilder::new().max_rect(middle), |ui| {
            inside().show(ui, |ui| {
                let room = ui.available_height();
                let below = self.differences.height(view, room, CHARTS);
                if room - below < CHARTS {
                    scroll("charts", ui, |ui| {
                        self.charts.ui(ui, view, CHARTS, out);
                        self.differences.ui(ui, view, below);
                    });
                } else {
                    self.charts.ui(ui, view, room - below, out);
                    self.differences.ui(ui, view, below);
                }
            });
        });
        if wide {
            let line = Stroke::new(1.0, theme::tokens(ui.ctx()).separator);
            ui.painter().vline(end.left(), end.y_range(), line);
            ui.scope_builder(UiBuilder::new().max_rect(end), |ui| {
                inside().show(ui, |ui| scroll("result", ui, |ui| result::ui(ui, view, why, out)));
            });
        }
    }

    /// Draws everything below each other.
    fn column(&mut self, ui: &mut Ui, view: &View<'_>, why: bool, out: &mut Vec<Request>) {
        inside().show(ui, |ui| {
            scroll("column", ui, |ui| {
                self.levers.ui(ui, view, 0..1, out);
                ui.add_space(space::L);
                self.charts.ui(ui, view, CHARTS, out);
                let below = self.differences.height(view, 0.0, 0.0);
                self.differences.ui(ui, view, below);
                ui.add_space(space::L);
                self.levers.ui(ui, view, 1..usize::MAX, out);
                ui.add_space(space::L);
                result::ui(ui, view, why, out);
            });
        });
    }
}

/// Returns the frame around a part of the screen.
fn inside() -> Frame {
    Frame::new().inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
}

/// Draws something that scrolls where it does not fit.
fn scroll(id: &str, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(id).auto_shrink([false, true]).show(ui, add);
}
