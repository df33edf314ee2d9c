//! A table of text: columns that fit, numbers to the right, one thing to choose for each row.
//!
//! Columns that may be missed go first where the width is short. A row is one stop for the keyboard and speaks as one
//! sentence.

use crate::ui::theme::{self, FOCUS_WIDTH, ROUNDING, space};
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Color32, FontId, Painter, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};
use std::hash::Hash;

/// Width of the bar that marks the chosen row [points].
const BAR: f32 = 3.0;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Its head.
    pub head: &'static str,
    /// Least width with the space before it [points].
    pub width: f32,
    /// Whether it holds numbers, which stand to the right.
    pub numeric: bool,
    /// Whether it may be missed: of these the last goes first.
    pub spare: bool,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// Cells in the order of the columns.
    pub cells: &'a [String],
    /// The row in a sentence.
    pub spoken: &'a str,
    /// Whether it is chosen.
    pub chosen: bool,
    /// A cell with a colour of its own.
    pub tone: Option<(usize, Color32)>,
}

/// Columns with their places for one width.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Number of the column, its head, whether it is numeric, and where it stands in a row.
    columns: Vec<(usize, &'static str, bool, f32, f32)>,
}

impl Table {
    /// Returns the columns that fit into a width [points]; the first takes what is left, up to twice its own.
    pub fn fitting(width: f32, all: &[Column]) -> Self {
        let mut shown: Vec<usize> = (0..all.len()).collect();
        let needed = |shown: &[usize]| shown.iter().map(|at| all[*at].width).sum::<f32>() + 2.0 * space::S;
        while needed(&shown) > width {
            let Some(spare) = shown.iter().rposition(|at| all[*at].spare) else { break };
            shown.remove(spare);
        }
        let rest = (width - needed(&shown)).max(0.0);
        let mut from = space::S;
        let place = |(number, at): (usize, usize)| {
            let Column { head, width, numeric, .. } = all[at];
            let wide = if number == 0 { width + rest.min(width) } else { width };
            let placed = (at, head, numeric, from, from + wide);
            from += wide;
            placed
        };
        Self { columns: shown.into_iter().enumerate().map(place).collect() }
    }

    /// Draws the heads.
    pub fn head(&self, ui: &mut Ui) {
        let tokens = theme::tokens(ui.ctx());
        let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::TARGET), Sense::hover());
        for column in &self.columns {
            cell(ui.painter(), place, column, column.1, (theme::plain(theme::SMALL), tokens.text.weak));
        }
        ui.painter().hline(place.x_range(), place.bottom(), Stroke::new(1.0, tokens.separator));
    }

    /// Draws a row that can be chosen.
    pub fn row(&self, ui: &mut Ui, id: impl Hash + std::fmt::Debug, line: &Line<'_>) -> Response {
        let tokens = theme::tokens(ui.ctx());
        let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::TARGET), Sense::hover());
        let response = ui.interact(place, ui.make_persistent_id(("row", id)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, line.chosen, line.spoken));
        if !ui.is_rect_visible(place) {
            return response;
        }
        let painter = ui.painter();
        if line.chosen {
            painter.rect_filled(place, 0.0, tokens.surface.selected);
            painter.rect_filled(place.with_max_x(place.left() + BAR), 0.0, tokens.accent);
        } else if response.hovered() {
            painter.rect_filled(place, 0.0, tokens.surface.hovered);
        }
        let plain = if line.chosen { tokens.text.selected } else { tokens.text.normal };
        for column in &self.columns {
            let own = line.tone.filter(|(at, _)| *at == column.0 && !line.chosen);
            let colour = own.map_or(plain, |(_, colour)| colour);
            let text = line.cells.get(column.0).map_or("–", String::as_str);
            cell(painter, place, column, text, (theme::plain(theme::SMALL), colour));
        }
        if response.has_focus() {
            let ring = Stroke::new(FOCUS_WIDTH, tokens.focus);
            painter.rect_stroke(place.shrink(1.0), ROUNDING, ring, StrokeKind::Inside);
        }
        response
    }
}

/// Writes a cell; what is too long ends with `…`.
fn cell(
    painter: &Painter,
    row: Rect,
    &(at, _, numeric, from, to): &(usize, &'static str, bool, f32, f32),
    text: &str,
    (font, colour): (FontId, Color32),
) {
    let gap = if at == 0 { space::XS } else { space::S };
    let place = row.with_min_x(row.left() + from + gap).with_max_x(row.left() + to);
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(place.width());
    let galley = painter.layout_job(job);
    let (anchor, at) = if numeric {
        (Align2::RIGHT_CENTER, place.right_center())
    } else {
        (Align2::LEFT_CENTER, place.left_center())
    };
    painter.galley(anchor.anchor_size(at, galley.size()).min, galley, colour);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spare_columns_go_first_and_the_last_of_them_before_the_others() {
        let column = |head, spare| Column { head, width: 60.0, numeric: true, spare };
        let all = [column("a", false), column("b", true), column("c", false), column("d", true)];
        let heads = |width| -> Vec<&str> {
            Table::fitting(width, &all).columns.iter().map(|column| column.1).collect()
        };
        assert_eq!(heads(400.0), ["a", "b", "c", "d"]);
        assert_eq!(heads(200.0), ["a", "b", "c"]);
        assert_eq!(heads(140.0), ["a", "c"]);
        assert_eq!(heads(20.0), ["a", "c"], "what cannot be missed stays");
        let wide = Table::fitting(400.0, &all);
        assert!(wide.columns.last().is_some_and(|column| column.4 <= 400.0));
    }
}
