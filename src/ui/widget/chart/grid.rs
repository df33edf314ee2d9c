//! Small charts beside and below each other, for more scenarios than one chart can hold.

use egui::{Response, ScrollArea, Ui, UiBuilder, vec2};

use super::super::super::theme::space;
use super::{Options, Set, show};
use crate::report::chart::Chart;

/// Least width of a small chart with its labels [points].
const NARROWEST: f32 = 250.0;
/// Least height of a small plot [points].
const LOWEST: f32 = 60.0;
/// Room right of a small plot: half a label of the time axis [points].
const RIGHT: f32 = 16.0;

/// Draws charts in rows over the whole width, sharing range and crosshair; each has its own axes.
///
/// They scroll where they do not fit.
pub fn grid(ui: &mut Ui, set: Set<'_>) -> Vec<Response> {
    let Set { charts, view, height, corner } = set;
    let gap = space::S;
    let width = ui.available_width();
    let columns = (((width + gap) / (NARROWEST + gap)) as usize).clamp(1, charts.len().max(1));
    let rows = charts.len().div_ceil(columns).max(1) as f32;
    let each = (height - (rows - 1.0) * gap) / rows;
    let shared = Options { right: RIGHT, lowest: true, ..Options::default() };
    let around = shared.height() - shared.plot_height;
    let options = Options { plot_height: (each - around).floor().max(LOWEST), ..shared };
    let scroll = ScrollArea::vertical().id_salt("small charts").max_height(height);
    let draw = |ui: &mut Ui| {
        // The bar of the area takes its room from the charts.
        let wide = (ui.available_width() - (columns as f32 - 1.0) * gap) / columns as f32;
        let high = options.height();
        let all = vec2(ui.available_width(), rows * high + (rows - 1.0) * gap);
        let (area, _) = ui.allocate_exact_size(all, egui::Sense::hover());
        let place = |(index, chart): (usize, &&Chart)| {
            let (row, column) = ((index / columns) as f32, (index % columns) as f32);
            let at = area.min + vec2(column * (wide + gap), row * (high + gap));
            let cell = egui::Rect::from_min_size(at, vec2(wide, high));
            let mut ui = ui.new_child(UiBuilder::new().max_rect(cell).id_salt(index));
            show(&mut ui, chart, view, &options, corner)
        };
        charts.iter().enumerate().map(place).collect()
    };
    scroll.show(ui, draw).inner
}
