//! Timelines below each other, painted from their description: a row each, over one time axis.
//!
//! What happens differs by shape and not only by colour, as in drawn files: waiting is a thin line, an attempt that
//! fails an upright stroke, being connected a thick bar, giving up a cross. Above its row stands whose it is and
//! how it ends.
//!
//! Pointer: over a row its nearest attempt, or what else happens there, is read; a click holds it. Keyboard, once a
//! row has it: left and right go from piece to piece, Home and End to the first and last that is seen, Escape lets
//! go. The clause of a row is its accessible name, the piece in hand its accessible value.

use super::super::theme::{BODY, FOCUS_WIDTH, ROUNDING, SMALL, Tokens, plain, space, strong, tokens};
use crate::report::chart::Role;
use crate::report::lanes::{Lanes, Look, Row};
use crate::report::ticks::ticks;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align, Align2, Color32, EventFilter, FontId, Galley, Key, Layout, Painter, Pos2, Rect, Response, Sense,
    Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};
use std::sync::Arc;

/// Height of the title, of the legend below it, and of the time axis at the end [points].
const HEADER: f32 = 26.0;
const LEGEND: f32 = 18.0;
const AXIS: f32 = 38.0;
/// Least and greatest height of a row, its words included [points].
const ROW: (f32, f32) = (26.0, 48.0);
/// Height of the words of a row [points].
const WORDS: f32 = 15.0;
/// Half the height of the stroke of an attempt, of a bar, and of a cross [points].
const STROKE: f32 = 5.0;
const BAR: f32 = 3.5;
const CROSS: f32 = 4.0;
/// Least distance of two strokes: more of them are a bar anyway [points].
const APART: f32 = 1.5;
/// How near the pointer has to be to an attempt, which may have no width [points].
const NEAR: f32 = 3.0;
/// Length of a sample in the legend [points].
const SAMPLE: f32 = 18.0;

/// A piece of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Position of the row.
    pub row: usize,
    /// Position of the piece in it.
    pub piece: usize,
}

/// Draws timelines, `height` high where their rows allow it [points]; returns what is read.
///
/// `held` is what a click or the keyboard holds, `say` puts a piece into words, and `corner` may draw controls at
/// the right end of the title, laid out from right to left.
pub fn ui(
    ui: &mut Ui,
    lanes: &Lanes,
    height: f32,
    held: &mut Option<Place>,
    say: &dyn Fn(Place) -> String,
    corner: &mut dyn FnMut(&mut Ui),
) -> Option<Place> {
    *held = held.filter(|at| lanes.rows.get(at.row).is_some_and(|row| at.piece < row.pieces.len()));
    let count = lanes.rows.len().max(1) as f32;
    let step = ((height - HEADER - LEGEND - AXIS) / count).floor().clamp(ROW.0, ROW.1);
    let size = vec2(ui.available_width(), (HEADER + LEGEND + step * count + AXIS).max(height));
    let (outer, _) = ui.allocate_exact_size(size, Sense::hover());
    title(ui, lanes, outer, corner);
    let plot = Rect::from_min_size(
        (outer.left_top() + vec2(space::S, HEADER + LEGEND)).round(),
        vec2((outer.width() - 2.0 * space::S).max(16.0).floor(), step * count),
    );
    let frame = Frame { plot, lanes };
    if ui.is_rect_visible(outer) {
        legend(ui, plot.left_top() - vec2(0.0, LEGEND / 2.0 + 2.0), outer.right());
        ground(ui, &frame);
    }
    let mut read = None;
    for (number, row) in lanes.rows.iter().enumerate() {
        let at =
            Rect::from_min_size(plot.left_top() + vec2(0.0, number as f32 * step), vec2(plot.width(), step));
        let response = ui.interact(at, ui.make_persistent_id((&lanes.id, number)), Sense::click());
        let under = response
            .hover_pos()
            .and_then(|pointer| frame.piece(row, pointer.x))
            .map(|piece| Place { row: number, piece });
        if response.clicked() {
            response.request_focus();
            *held = under.filter(|under| Some(*under) != *held);
        }
        keys(ui, &response, &frame, number, held);
        let own = held.filter(|held| held.row == number);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Figure, ui.is_enabled(), &row.spoken));
        if let Some(own) = own {
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(say(own)));
        }
        if ui.is_rect_visible(at) {
            paint(ui, &frame, row, at, under.or(own).map(|place| place.piece));
            if response.has_focus() {
                let ring = Stroke::new(FOCUS_WIDTH, tokens(ui.ctx()).focus);
                ui.painter().rect_stroke(at, ROUNDING, ring, StrokeKind::Inside);
            }
        }
        read = read.or(under);
    }
    read.or(*held)
}

/// Where moments lie on the screen.
struct Frame<'a> {
    plot: Rect,
    lanes: &'a Lanes,
}

impl Frame<'_> {
    /// Returns the horizontal position of a moment, kept on the plot [s → points].
    fn x(&self, at: f64) -> f32 {
        self.plot.left() + self.lanes.x.position(at).clamp(0.0, 1.0) as f32 * self.plot.width()
    }

    /// Returns the piece at a horizontal position: an attempt that is near, else what lasts there.
    fn piece(&self, row: &Row, x: f32) -> Option<usize> {
        let each = || row.pieces.iter().enumerate().filter(|(_, piece)| piece.from <= self.lanes.x.range.1);
        let attempts = each().filter(|(_, piece)| matches!(piece.look, Look::Fails | Look::Succeeds));
        let near = attempts
            .map(|(at, piece)| (at, (self.x(piece.from) - x).abs()))
            .filter(|(_, away)| *away <= NEAR)
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let lasting =
            || each().find(|(_, piece)| self.x(piece.from) <= x && x < self.x(piece.to)).map(|(at, _)| at);
        near.map(|(at, _)| at).or_else(lasting)
    }

    /// Returns the last piece that begins on the plot.
    fn last(&self, row: &Row) -> usize {
        row.pieces.iter().rposition(|piece| piece.from <= self.lanes.x.range.1).unwrap_or(0)
    }
}

/// Moves what is held with the keyboard.
fn keys(ui: &Ui, response: &Response, frame: &Frame<'_>, number: usize, held: &mut Option<Place>) {
    let Some(row) = frame.lanes.rows.get(number).filter(|row| !row.pieces.is_empty()) else { return };
    if !response.has_focus() {
        return;
    }
    let arrows = EventFilter { horizontal_arrows: true, escape: held.is_some(), ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let last = frame.last(row);
    let own = held.filter(|held| held.row == number).map(|held| held.piece);
    // The first key shows where something happens first.
    let goes = [
        (Key::ArrowRight, own.map_or(0, |at| (at + 1).min(last))),
        (Key::ArrowLeft, own.map_or(0, |at| at.saturating_sub(1))),
        (Key::Home, 0),
        (Key::End, last),
    ];
    for (key, piece) in goes {
        if ui.input(|input| input.key_pressed(key)) {
            *held = Some(Place { row: number, piece });
        }
    }
    if ui.input(|input| input.key_pressed(Key::Escape)) {
        *held = None;
    }
}

/// Draws the title and what stands beside it.
fn title(ui: &mut Ui, lanes: &Lanes, outer: Rect, corner: &mut dyn FnMut(&mut Ui)) {
    let head =
        Rect::from_min_max(outer.left_top() + vec2(space::S, 0.0), outer.right_top() + vec2(0.0, HEADER));
    let layout = Layout::right_to_left(Align::TOP);
    let mut control = ui.new_child(UiBuilder::new().max_rect(head).layout(layout).id_salt(&lanes.id));
    corner(&mut control);
    let control = control.min_rect();
    let right = if control.width() > 0.0 { control.left() - space::S } else { head.right() };
    let ink = tokens(ui.ctx()).text.strong;
    let text = cut(ui, &lanes.title, strong(BODY), ink, right - head.left());
    let at = pos2(head.left(), head.top() + HEADER - 14.0 - text.size().y / 2.0);
    ui.painter().galley(at, text, ink);
}

/// Draws what lies behind all rows, and the time axis.
fn ground(ui: &Ui, frame: &Frame<'_>) {
    let (t, plot, painter) = (tokens(ui.ctx()), frame.plot, ui.painter());
    painter.rect_filled(plot, 0.0, t.surface.plot);
    for shade in &frame.lanes.shades {
        let span = frame.x(shade.from)..=frame.x(shade.to);
        painter.rect_filled(Rect::from_x_y_ranges(span, plot.y_range()), 0.0, t.outage);
    }
    let axis = &frame.lanes.x;
    let columns = ticks(axis, axis.range, (plot.width() / 56.0) as usize);
    let mut free = plot.left() - space::S;
    for tick in &columns.ticks {
        let x = frame.x(tick.at);
        painter.vline(x, plot.y_range(), Stroke::new(1.0, t.grid));
        let text = painter.layout_no_wrap(tick.label.clone(), plain(SMALL), t.text.weak);
        let left = x - text.size().x / 2.0;
        if left >= free && left + text.size().x <= plot.right() + space::S {
            free = left + text.size().x + space::S;
            painter.galley(pos2(left, plot.bottom() + 4.0), text, t.text.weak);
        }
    }
    painter.hline(plot.x_range(), plot.bottom(), Stroke::new(1.0, t.control));
    let heading = axis.heading(&columns.unit);
    let below = pos2(plot.center().x, plot.bottom() + 21.0);
    painter.text(below, Align2::CENTER_TOP, heading, plain(SMALL), t.text.weak);
}

/// Draws a row: whose it is and how it ends, and below it what happens.
fn paint(ui: &Ui, frame: &Frame<'_>, row: &Row, at: Rect, in_hand: Option<usize>) {
    let t = tokens(ui.ctx());
    let (font, ink) = if row.own { (strong(SMALL), t.text.strong) } else { (plain(SMALL), t.text.normal) };
    let name = cut(ui, &row.name, font, ink, at.width());
    let left = at.left() + name.size().x + space::S;
    ui.painter().galley(at.left_top(), name, ink);
    let ending = cut(ui, &row.ending, plain(SMALL), t.text.weak, at.right() - left);
    ui.painter().galley(pos2(left, at.top()), ending, t.text.weak);
    let y = (at.top() + WORDS + (at.height() - WORDS) / 2.0).round();
    let painter = ui.painter().with_clip_rect(frame.plot.expand2(vec2(CROSS, 0.0)).intersect(ui.clip_rect()));
    let mut last_stroke = f32::NEG_INFINITY;
    for piece in row.pieces.iter().filter(|piece| piece.from <= frame.lanes.x.range.1) {
        let (from, to) = (frame.x(piece.from), frame.x(piece.to));
        let is_stroke = matches!(piece.look, Look::Fails | Look::Succeeds) && to - from < APART;
        if is_stroke && from - last_stroke < APART {
            continue;
        }
        if is_stroke {
            last_stroke = from;
        }
        sample(&painter, t, piece.look, pos2(from, y), to);
    }
    if let Some(piece) = in_hand.and_then(|at| row.pieces.get(at)) {
        let span = frame.x(piece.from)..=frame.x(piece.to);
        let around = Rect::from_x_y_ranges(span, y - STROKE..=y + STROKE).expand2(vec2(2.0, 0.5));
        painter.rect_stroke(around, 1.0, Stroke::new(1.0, t.text.strong), StrokeKind::Outside);
    }
}

/// Draws one thing that happens, from a place to the right.
fn sample(painter: &Painter, t: &Tokens, look: Look, at: Pos2, to: f32) {
    let ink = t.curve(match look {
        Look::Connected | Look::Succeeds => Role::This,
        Look::Waits => Role::Neutral,
        Look::Fails | Look::GivenUp => Role::Limit,
    });
    let Pos2 { x: from, y } = at;
    let line = |from: Pos2, to: Pos2, width: f32| painter.line_segment([from, to], Stroke::new(width, ink));
    match look {
        Look::Connected => {
            painter.rect_filled(Rect::from_x_y_ranges(from..=to, y - BAR..=y + BAR), 0.0, ink);
        }
        Look::Waits => {
            line(pos2(from, y), pos2(to, y), 1.0);
        }
        Look::Fails | Look::Succeeds => {
            line(pos2(from, y), pos2(to, y), 3.0);
            line(pos2(from, y - STROKE), pos2(from, y + STROKE), 1.0);
        }
        Look::GivenUp => {
            line(pos2(from - CROSS, y - CROSS), pos2(from + CROSS, y + CROSS), 2.0);
            line(pos2(from - CROSS, y + CROSS), pos2(from + CROSS, y - CROSS), 2.0);
        }
    }
}

/// Explains the shapes, as many as have room.
fn legend(ui: &Ui, mut at: Pos2, right: f32) {
    let t = tokens(ui.ctx());
    for (look, words) in Look::LEGEND {
        let text = ui.painter().layout_no_wrap(words.to_owned(), plain(SMALL), t.text.weak);
        let width = SAMPLE + space::XS + text.size().x;
        if at.x + width > right {
            return;
        }
        let upright = matches!(look, Look::Fails | Look::GivenUp);
        let from = if upright { at.x + SAMPLE / 2.0 } else { at.x };
        let to = if upright { from } else { at.x + SAMPLE };
        sample(ui.painter(), t, look, pos2(from, at.y), to);
        let words = pos2(at.x + SAMPLE + space::XS, at.y - text.size().y / 2.0);
        ui.painter().galley(words, text, t.text.weak);
        at.x += width + space::L;
    }
}

/// Lays out one line of text, cut with `…` at `width` [points].
pub fn cut(ui: &Ui, text: &str, font_id: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let format = TextFormat { font_id, color, ..TextFormat::default() };
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    ui.painter().layout_job(job)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::Axis;
    use crate::report::lanes::Piece;

    #[test]
    fn the_attempt_that_is_near_is_read_before_what_lasts() {
        let piece = |from: f64, to: f64, look| Piece { from, to, look };
        let row = Row {
            name: "EMS".into(),
            ending: "Back after 50 s".into(),
            spoken: "EMS: 2 attempts, back after 50 s".into(),
            own: false,
            pieces: vec![
                piece(0.0, 20.0, Look::Waits),
                piece(20.0, 20.0, Look::Fails),
                piece(20.0, 50.0, Look::Waits),
                piece(50.0, 50.0, Look::Succeeds),
                piece(50.0, 900.0, Look::Connected),
                piece(900.0, 900.0, Look::Fails),
            ],
        };
        let lanes = Lanes {
            id: "timeline".into(),
            title: String::new(),
            x: Axis::time(0.0, 100.0),
            rows: vec![row.clone()],
            shades: Vec::new(),
            spoken: String::new(),
        };
        let plot = Rect::from_min_size(pos2(10.0, 0.0), vec2(200.0, 26.0));
        let frame = Frame { plot, lanes: &lanes };
        assert_eq!(frame.piece(&row, 30.0), Some(0));
        assert_eq!(frame.piece(&row, 48.5), Some(1), "an attempt has no width");
        assert_eq!(frame.piece(&row, 60.0), Some(2));
        assert_eq!(frame.piece(&row, 112.0), Some(3));
        assert_eq!(frame.piece(&row, 180.0), Some(4));
        assert_eq!(frame.last(&row), 4, "what is not seen is not reached");
    }
}
