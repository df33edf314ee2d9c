//! The map: one sign and one shade for each cell, read with the pointer or the arrow keys.
//!
//! The shade is one ramp from the ground to the accent: the more a cell is worth, the more of the accent it has.
//! Nothing is said by the shade alone.

use super::words::{self, STATES};
use crate::plan::State;
use crate::plan::sweep::Sweep;
use crate::ui::theme::{FOCUS_WIDTH, ROUNDING, SMALL, TARGET, Tokens, plain, space, tokens};
use egui::{
    Align2, Color32, EventFilter, Key, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

/// Width of the labels of the vertical axis [points].
const LEFT: f32 = 72.0;
/// Height of the labels below the map [points].
const BELOW: f32 = 20.0;
/// Largest width and height of a cell [points].
const CELL: (f32, f32) = (28.0, 16.0);
/// Shares of the accent for each of [`STATES`]; between them signs would be hard to read on either ink.
const SHADES: [f32; STATES.len()] = [1.0, 0.42, 0.27, 0.13, 0.0];

/// Draws the map; returns the cell under the pointer.
pub fn ui(ui: &mut Ui, sweep: &Sweep, spoken: &str, chosen: &mut Option<usize>) -> Option<usize> {
    let [across, up] = sweep.axes.as_slice() else { return None };
    let (columns, rows) = (across.values.len(), up.values.len());
    let room = ui.available_width() - LEFT;
    let size = vec2((room / columns as f32).clamp(4.0, CELL.0).floor(), CELL.1);
    let whole = vec2(ui.available_width(), (size.y * rows as f32).max(TARGET) + BELOW);
    let (outer, _) = ui.allocate_exact_size(whole, Sense::hover());
    let left_top = pos2((outer.left() + LEFT).round(), outer.top().round());
    let plot = Rect::from_min_size(left_top, vec2(size.x * columns as f32, size.y * rows as f32));
    let grid = Grid { plot, size, columns, rows };
    let response = ui.interact(plot, ui.make_persistent_id("safe region"), Sense::click());
    let under = response.hover_pos().and_then(|at| grid.cell(at));
    keys(ui, &response, &grid, sweep, chosen);
    if response.clicked() {
        if let Some(at) = response.interact_pointer_pos().and_then(|at| grid.cell(at)) {
            *chosen = Some(at);
        }
        response.request_focus();
    }
    if ui.is_rect_visible(outer) {
        paint(ui, sweep, &grid, under.or(*chosen));
        labels(ui, sweep, &grid, outer);
        if response.has_focus() {
            let ring = Stroke::new(FOCUS_WIDTH, tokens(ui.ctx()).focus);
            ui.painter().rect_stroke(plot.expand(3.0), ROUNDING, ring, StrokeKind::Middle);
        }
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, ui.is_enabled(), spoken));
    if let Some(at) = *chosen {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(words::cell(sweep, at)));
    }
    under
}

/// Where the cells are; the first axis to the right, the second one upwards.
struct Grid {
    plot: Rect,
    size: egui::Vec2,
    columns: usize,
    rows: usize,
}

impl Grid {
    /// Returns the place of a cell.
    fn rect(&self, cell: usize) -> Rect {
        let (column, row) = (cell / self.rows, cell % self.rows);
        let x = self.plot.left() + column as f32 * self.size.x;
        let y = self.plot.bottom() - (row + 1) as f32 * self.size.y;
        Rect::from_min_size(pos2(x, y), self.size)
    }

    /// Returns the cell at a place.
    fn cell(&self, at: Pos2) -> Option<usize> {
        let column = ((at.x - self.plot.left()) / self.size.x).floor();
        let row = ((self.plot.bottom() - at.y) / self.size.y).floor();
        let inside = column >= 0.0 && row >= 0.0 && column < self.columns as f32 && row < self.rows as f32;
        inside.then_some(column as usize * self.rows + row as usize)
    }

    /// Returns the neighbour of a cell, itself at the edge.
    fn neighbour(&self, cell: usize, (right, upwards): (isize, isize)) -> usize {
        let (column, row) = (cell / self.rows, cell % self.rows);
        let column = column.saturating_add_signed(right).min(self.columns - 1);
        let row = row.saturating_add_signed(upwards).min(self.rows - 1);
        column * self.rows + row
    }
}

/// Moves the chosen cell with the arrow keys.
fn keys(ui: &Ui, response: &Response, grid: &Grid, sweep: &Sweep, chosen: &mut Option<usize>) {
    if !response.has_focus() {
        return;
    }
    let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let own = sweep.own.as_ref().map_or(0, |own| own.cell);
    for (key, way) in [
        (Key::ArrowRight, (1, 0)),
        (Key::ArrowLeft, (-1, 0)),
        (Key::ArrowUp, (0, 1)),
        (Key::ArrowDown, (0, -1)),
    ] {
        if ui.input(|input| input.key_pressed(key)) {
            // The first key shows where the project is.
            *chosen = Some(chosen.map_or(own, |at| grid.neighbour(at, way)));
        }
    }
    if ui.input(|input| input.key_pressed(Key::Home)) {
        *chosen = Some(own);
    }
}

/// Returns the shade of a state and the ink that is read on it.
fn shade(t: &Tokens, state: State) -> (Color32, Color32) {
    let at = STATES.iter().position(|known| *known == state).unwrap_or(STATES.len() - 1);
    let share = SHADES[at];
    let ink = if share > 0.7 { t.on_accent } else { t.text.strong };
    (t.surface.plot.lerp_to_gamma(t.accent, share), ink)
}

/// Paints all cells, the project's own and the one in hand.
fn paint(ui: &Ui, sweep: &Sweep, grid: &Grid, in_hand: Option<usize>) {
    let t = tokens(ui.ctx());
    let painter = ui.painter();
    painter.rect_filled(grid.plot, 0.0, t.surface.plot);
    for (at, cell) in sweep.cells.iter().enumerate() {
        let (fill, ink) = shade(t, cell.trial.state);
        let rect = grid.rect(at);
        painter.rect_filled(rect.shrink(0.5), 0.0, fill);
        painter.text(rect.center(), Align2::CENTER_CENTER, cell.trial.state.sign(), plain(SMALL), ink);
    }
    painter.rect_stroke(grid.plot, 0.0, Stroke::new(1.0, t.control), StrokeKind::Outside);
    let frame = |cell: usize, colour: Color32| {
        let rect = grid.rect(cell);
        // Dark and light next to each other stand out from every shade.
        painter.rect_stroke(rect, 1.0, Stroke::new(2.0, colour), StrokeKind::Outside);
        painter.rect_stroke(rect.expand(2.0), 2.0, Stroke::new(1.0, t.surface.plot), StrokeKind::Outside);
    };
    if let Some(own) = &sweep.own {
        frame(own.cell, t.text.strong);
    }
    if let Some(cell) = in_hand {
        frame(cell, t.focus);
    }
}

/// Writes values beside and below the map, as many as have room.
fn labels(ui: &Ui, sweep: &Sweep, grid: &Grid, outer: Rect) {
    let t = tokens(ui.ctx());
    let [across, up] = sweep.axes.as_slice() else { return };
    let text = |text: String| ui.painter().layout_no_wrap(text, plain(SMALL), t.text.weak);
    let mut free = f32::INFINITY;
    for row in 0..grid.rows {
        let galley = text(up.lever.text(up.values[row]));
        let y = grid.rect(row).center().y;
        if y + galley.size().y / 2.0 + 2.0 > free {
            continue;
        }
        free = y - galley.size().y / 2.0;
        let at = pos2((grid.plot.left() - space::S - galley.size().x).max(outer.left()), free);
        ui.painter().galley(at, galley, t.text.weak);
    }
    let mut free = outer.left();
    for column in 0..grid.columns {
        let galley = text(across.lever.text(across.values[column]));
        let centre = grid.rect(column * grid.rows).center().x;
        let left = centre - galley.size().x / 2.0;
        if left < free || left + galley.size().x > outer.right() {
            continue;
        }
        free = left + galley.size().x + space::M;
        ui.painter().galley(pos2(left, grid.plot.bottom() + 4.0), galley, t.text.weak);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::tokens_of;

    fn luminance(colour: Color32) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    #[test]
    fn every_sign_can_be_read_and_the_ramp_only_rises() {
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            let t = tokens_of(theme);
            let ground = luminance(t.surface.plot);
            let mut before = f64::INFINITY;
            for state in STATES {
                let (fill, ink) = shade(t, state);
                let (a, b) = (luminance(fill), luminance(ink));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= 4.5, "{theme:?} {state:?}: {contrast}");
                let apart = (a - ground).abs();
                assert!(apart < before, "{theme:?} {state:?}");
                before = apart;
            }
        }
    }

    #[test]
    fn cells_are_found_where_they_are_painted() {
        let plot = Rect::from_min_size(pos2(10.0, 20.0), vec2(40.0, 30.0));
        let grid = Grid { plot, size: vec2(10.0, 10.0), columns: 4, rows: 3 };
        for cell in 0..12 {
            assert_eq!(grid.cell(grid.rect(cell).center()), Some(cell));
        }
        assert_eq!(grid.cell(pos2(9.0, 30.0)), None);
        assert_eq!(grid.rect(0).left_bottom(), plot.left_bottom(), "the smallest values stand at the corner");
        assert_eq!(grid.neighbour(0, (-1, -1)), 0);
        assert_eq!(grid.neighbour(0, (1, 1)), 4);
        assert_eq!(grid.neighbour(11, (1, 1)), 11);
    }
}
