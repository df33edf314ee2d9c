//! What curves are read against: title, grid, ticks, outage, hairlines, crosshair.

use egui::{Align2, Color32, Painter, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::frame::Frame;
use super::labels::truncated;
use super::view::TimeView;
use super::{HEADER, small};
use crate::report::chart::{Chart, Mark, Scale, Shade};
use crate::report::ticks::{Tick, ticks};
use crate::ui::theme::{BODY, ROUNDING, SMALL, Tokens, plain, space, strong};

/// Distance between an axis and its labels [points].
const GAP: f32 = 6.0;

/// Tints spans of the time axis, such as the outage.
pub(super) fn shades(painter: &Painter, t: &Tokens, chart: &Chart, frame: &Frame<'_>) {
    for shade in &chart.shades {
        painter.rect_filled(shaded(shade, frame), 0.0, t.outage);
    }
}

/// Returns the visible part of a shaded span.
pub(super) fn shaded(shade: &Shade, frame: &Frame<'_>) -> Rect {
    let span = frame.x(shade.from)..=frame.x(shade.to);
    Rect::from_x_y_ranges(span, frame.plot.y_range()).intersect(frame.plot)
}

/// Whether a chart labels the time axis.
#[derive(Clone, Copy)]
pub(super) enum Times {
    /// Grid lines only.
    Bare,
    /// Labels and title; `plate` is where the crosshair's time stands.
    Labelled { plate: Option<Rect> },
}

/// Draws the grid and labels both axes; the time axis only where this is the lowest chart.
pub(super) fn grid(ui: &Ui, t: &Tokens, chart: &Chart, frame: &Frame<'_>, labelled: Times) {
    let plot = frame.plot;
    let painter = ui.painter();
    let line = Stroke::new(1.0, t.grid);
    for tick in &ticks(&chart.y, chart.y.range, (plot.height() / 36.0) as usize).ticks {
        let y = frame.y(tick.at);
        painter.hline(plot.x_range(), y, line);
        painter.text(
            pos2(plot.left() - GAP, y),
            Align2::RIGHT_CENTER,
            &tick.label,
            plain(SMALL),
            t.text.weak,
        );
    }
    let times = ticks(&chart.x, frame.x_range, (plot.width() / 56.0) as usize);
    for tick in &times.ticks {
        painter.vline(frame.x(tick.at), plot.y_range(), line);
    }
    // The base line is where nothing happens; it carries the chart.
    painter.hline(plot.x_range(), plot.bottom(), Stroke::new(1.0, t.control));
    if let Times::Labelled { plate } = labelled {
        time_labels(ui, t, frame, &times.ticks, plate);
        let title = chart.x.heading(&times.unit);
        let at = plot.center_bottom() + vec2(0.0, GAP + 18.0);
        painter.text(at, Align2::CENTER_TOP, title, plain(SMALL), t.text.weak);
    }
}

/// Labels times below the plot; the outermost stay beside the labels of the y axis.
fn time_labels(ui: &Ui, t: &Tokens, frame: &Frame<'_>, ticks: &[Tick], plate: Option<Rect>) {
    let mut free = frame.plot.left() - space::XS;
    for tick in ticks {
        let text = small(ui, &tick.label, t.text.weak);
        let left = (frame.x(tick.at) - text.size().x / 2.0).max(free);
        let right = left + text.size().x;
        // A label pushed aside by the one before would lie about its place.
        let pushed = f32::midpoint(left, right) - frame.x(tick.at) > space::M;
        let covered = plate.is_some_and(|p| left < p.right() && p.left() < right);
        if !pushed && !covered && right < ui.clip_rect().right() {
            ui.painter().galley(pos2(left, frame.plot.bottom() + GAP), text, t.text.weak);
            free = right + space::S;
        }
    }
}

/// Writes the title and, lighter, the unit above the plot; a title that is too long is cut, and of the unit as much
/// is said as there is room for.
pub(super) fn header(ui: &Ui, t: &Tokens, chart: &Chart, head: Rect) {
    let unit = chart.y.unit.as_str();
    let units = match (chart.y.scale, unit) {
        (Scale::Linear, unit) => vec![unit.to_owned()],
        (Scale::Log10, "") => vec!["log scale".to_owned()],
        (Scale::Log10, unit) => vec![format!("{unit}, log scale"), "log scale".to_owned()],
    };
    let line = head.top() + HEADER - 14.0;
    let title = truncated(ui, &chart.title, strong(BODY), t.text.strong, head.width());
    let left = head.left() + title.size().x + space::S;
    ui.painter().galley(pos2(head.left(), line - title.size().y / 2.0), title, t.text.strong);
    let mut units = units.iter().map(|unit| small(ui, unit, t.text.weak));
    if let Some(unit) = units.find(|unit| left + unit.size().x <= head.right()) {
        ui.painter().galley(pos2(left, line + 0.5 - unit.size().y / 2.0), unit, t.text.weak);
    }
}

/// Draws the hairlines.
pub(super) fn marks(painter: &Painter, t: &Tokens, chart: &Chart, frame: &Frame<'_>) {
    let snap = |at: f32| painter.round_to_pixel_center(at);
    for mark in &chart.marks {
        match mark {
            Mark::Horizontal { y, role, .. } => {
                painter.hline(frame.plot.x_range(), snap(frame.y(*y)), Stroke::new(1.0, t.curve(*role)));
            }
            Mark::Vertical { x, role, .. } if frame.shows(*x) => {
                painter.vline(snap(frame.x(*x)), frame.plot.y_range(), Stroke::new(1.0, t.curve(*role)));
            }
            Mark::Vertical { .. } => {}
        }
    }
}

/// Draws the crosshair and a dot on each curve.
pub(super) fn crosshair(ui: &Ui, t: &Tokens, chart: &Chart, view: &TimeView, frame: &Frame<'_>) {
    let Some(time) = view.cursor().filter(|x| frame.shows(*x)) else { return };
    let painter = ui.painter();
    let x = painter.round_to_pixel_center(frame.x(time));
    painter.vline(x, frame.plot.y_range(), Stroke::new(1.0, crosshair_ink(t, view)));
    for series in &chart.series {
        if let Some(y) = series.at(time) {
            let at = pos2(x, frame.y(y).clamp(frame.plot.top(), frame.plot.bottom()));
            painter.circle(at, 3.5, t.curve(series.role), Stroke::new(1.5, t.surface.plot));
        }
    }
}

fn crosshair_ink(t: &Tokens, view: &TimeView) -> Color32 {
    if view.frozen.is_some() { t.text.strong } else { t.text.weak }
}

/// Writes the crosshair's time below the lowest chart; returns where, so that tick labels make room.
pub(super) fn time_plate(
    ui: &Ui,
    t: &Tokens,
    chart: &Chart,
    view: &TimeView,
    frame: &Frame<'_>,
) -> Option<Rect> {
    let time = view.cursor().filter(|x| frame.shows(*x))?;
    let text = small(ui, &chart.x.text(time), t.text.strong);
    let top = pos2(frame.x(time), frame.plot.bottom() + space::XS);
    let plate = Align2::CENTER_TOP.anchor_size(top, text.size() + vec2(2.0 * space::XS, space::XS));
    let room = ui.clip_rect().x_range();
    let shift = (room.min - plate.left()).max(0.0) - (plate.right() - room.max).max(0.0);
    let plate = plate.translate(vec2(shift, 0.0));
    let frame = Stroke::new(1.0, crosshair_ink(t, view));
    ui.painter().rect(plate, ROUNDING, t.surface.raised, frame, StrokeKind::Inside);
    let at = Align2::CENTER_CENTER.anchor_size(plate.center(), text.size()).min;
    ui.painter().galley(at, text, t.text.strong);
    Some(plate)
}
