//! The table of groups: one row to choose for each, as many columns as the width allows.

use super::rows::{HEAD, NUMERIC, Row};
use crate::ui::theme::{self, FOCUS_WIDTH, ROUNDING, Tokens, space};
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Color32, FontId, Painter, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

/// Height of a row [points].
const ROW: f32 = 28.0;
/// Width of the bar that marks the chosen row [points].
const BAR: f32 = 3.0;
/// Least width of the first column [points].
const NAME: f32 = 112.0;
/// Widths of the other columns with the space before them [points].
const WIDTHS: [f32; 5] = [108.0, 72.0, 104.0, 80.0, 104.0];
/// Columns that are left out first where the width is short; the others always stay.
const SPARE: [usize; 3] = [4, 1, 5];

/// A column that is shown: its number, and where it stands in every row.
struct Column {
    index: usize,
    from: f32,
    to: f32,
}

/// Returns the columns for a width [points].
fn columns(width: f32) -> Vec<Column> {
    let mut shown: Vec<usize> = (0..HEAD.len()).collect();
    let needed = |shown: &[usize]| NAME + shown.iter().skip(1).map(|index| WIDTHS[index - 1]).sum::<f32>();
    for spare in SPARE {
        if needed(&shown) + 2.0 * space::S > width {
            shown.retain(|index| *index != spare);
        }
    }
    let rest = (width - 2.0 * space::S - needed(&shown)).max(0.0);
    let mut from = space::S;
    shown
        .into_iter()
        .map(|index| {
            // Half of what is left goes to the names; the others keep together to be read along the row.
            let wide = if index == 0 { NAME + rest.min(120.0) } else { WIDTHS[index - 1] };
            let column = Column { index, from, to: from + wide };
            from += wide;
            column
        })
        .collect()
}

/// Draws the table; returns the id of a row that was chosen.
pub fn ui(ui: &mut Ui, rows: &[Row], chosen: Option<&str>) -> Option<String> {
    let tokens = theme::tokens(ui.ctx());
    let columns = columns(ui.available_width());
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::TARGET), Sense::hover());
    for column in &columns {
        let text = HEAD[column.index];
        cell(ui.painter(), head, column, text, (theme::plain(theme::SMALL), tokens.text.weak));
    }
    ui.painter().hline(head.x_range(), head.bottom(), Stroke::new(1.0, tokens.separator));
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut picked = None;
    for row in rows {
        let own = chosen == Some(row.id.as_str());
        let response = draw(ui, &columns, row, own);
        if response.clicked() {
            picked = Some(row.id.clone());
        }
    }
    picked
}

/// Draws one row.
fn draw(ui: &mut Ui, columns: &[Column], row: &Row, chosen: bool) -> Response {
    let tokens = theme::tokens(ui.ctx());
    let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let response = ui.interact(place, ui.make_persistent_id(("group", &row.id)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &row.spoken));
    if ui.is_rect_visible(place) {
        let painter = ui.painter();
        let fill = match (chosen, response.hovered()) {
            (true, _) => tokens.surface.selected,
            (false, true) => tokens.surface.hovered,
            (false, false) => Color32::TRANSPARENT,
        };
        painter.rect_filled(place, 0.0, fill);
        if chosen {
            painter.rect_filled(place.with_max_x(place.left() + BAR), 0.0, tokens.accent);
        }
        for column in columns {
            let look = look(tokens, column.index, chosen, &row.cells[column.index]);
            cell(painter, place, column, &row.cells[column.index], look);
        }
        if response.has_focus() {
            let ring = Stroke::new(FOCUS_WIDTH, tokens.focus);
            painter.rect_stroke(place.shrink(1.0), ROUNDING, ring, StrokeKind::Inside);
        }
    }
    response
}

/// Returns font and colour of a cell.
fn look(tokens: &Tokens, column: usize, chosen: bool, text: &str) -> (FontId, Color32) {
    let font = if column == 0 && chosen { theme::strong(theme::BODY) } else { theme::plain(theme::BODY) };
    let colour = match (chosen, column) {
        (true, _) => tokens.text.selected,
        (false, 5) if text.starts_with('✕') => tokens.status.bad,
        (false, 5) if text.starts_with('⚠') => tokens.status.uncertain,
        (false, 0) => tokens.text.strong,
        (false, _) => tokens.text.normal,
    };
    (font, colour)
}

/// Writes a cell: words to the left, numbers to the right; what is too long ends with `…`.
fn cell(painter: &Painter, row: Rect, column: &Column, text: &str, (font, colour): (FontId, Color32)) {
    let gap = if column.index == 0 { space::XS } else { space::M };
    let place = Rect::from_x_y_ranges(row.left() + column.from + gap..=row.left() + column.to, row.y_range());
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(place.width());
    let galley = painter.layout_job(job);
    let (anchor, at) = if NUMERIC.contains(&column.index) {
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
    fn columns_fit_and_the_important_ones_stay() {
        for width in [308.0, 340.0, 420.0, 560.0, 640.0, 1200.0] {
            let columns = columns(width);
            let last = columns.last().unwrap();
            assert!(last.to <= width, "{width}: {}", last.to);
            for kept in [0, 2, 3] {
                assert!(columns.iter().any(|column| column.index == kept), "{width}: {kept}");
            }
        }
        assert_eq!(columns(640.0).len(), HEAD.len());
    }
}
