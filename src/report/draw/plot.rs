//! Where everything of a chart stands, and in which order it is drawn: surface, outage, grid, bands, curves,
//! hairlines, words.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::canvas::{At, Canvas, Setting};
use super::palette::{self, BAND, LIGHT, Palette};
use super::{DrawError, Size, labels};
use crate::report::chart::{Chart, Mark, Role, Scale, Series, Style};
use crate::report::decimate::{decimate, decimate_band};
use crate::report::ticks::ticks;

/// Size of small text, and of the title [points].
pub(super) const SMALL: f64 = 11.0;
pub(super) const TITLE: f64 = 14.0;
/// Widths of a curve, and of a hairline or a curve that is no result [points].
const CURVE: f64 = 2.0;
const HAIR: f64 = 1.0;
/// Radius of a measured dot [points].
const DOT: f64 = 2.5;
/// Radius of the dot where a hairline crosses its curve [points].
const CROSSING: f64 = 4.0;
/// Room above, below and left of the plot [points].
const ROOM: (f64, f64, f64) = (38.0, 44.0, 62.0);
/// Distance from an axis to its labels [points].
const GAP: f64 = 6.0;

/// The plot on its canvas.
pub(super) struct Frame<'a> {
    pub(super) chart: &'a Chart,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Frame<'_> {
    /// Returns where a moment stands.
    pub(super) fn x(&self, x: f64) -> f64 {
        self.left + self.chart.x.position(x) * (self.right - self.left)
    }

    /// Returns where a value stands; one outside the axis stands at its edge.
    pub(super) fn y(&self, y: f64) -> f64 {
        let at = self.bottom - self.chart.y.position(y) * (self.bottom - self.top);
        if at.is_finite() { at.clamp(self.top, self.bottom) } else { self.bottom }
    }

    fn at(&self, point: [f64; 2]) -> At {
        (self.x(point[0]), self.y(point[1]))
    }

    /// Returns whether a moment is on the axis.
    pub(super) fn shows(&self, x: f64) -> bool {
        (self.chart.x.range.0..=self.chart.x.range.1).contains(&x)
    }

    fn columns(&self) -> usize {
        (self.right - self.left).ceil().max(1.0) as usize
    }
}

/// A curve as it is drawn.
pub(super) struct Trace<'a> {
    pub(super) series: &'a Series,
    /// Positions, left to right, inside the plot; steps already have their corners.
    pub(super) points: Vec<At>,
}

/// Draws a chart.
pub(super) fn draw<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    chart: &Chart,
    size: Size,
) -> Result<(), DrawError> {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    canvas.rect((0.0, 0.0), (width, height), LIGHT.plot, 1.0)?;
    // A column wider than a third leaves no curves to name.
    let column = labels::column(canvas, chart)?.min(width / 3.0);
    let (top, bottom, left) = ROOM;
    let frame = Frame { chart, left, right: width - column, top, bottom: height - bottom };
    for shade in &chart.shades {
        let from = frame.x(shade.from).clamp(frame.left, frame.right);
        let to = frame.x(shade.to).clamp(frame.left, frame.right);
        canvas.rect((from, frame.top), (to, frame.bottom), LIGHT.outage, 1.0)?;
    }
    axes(canvas, &frame, width)?;
    for band in &chart.bands {
        let kept = decimate_band(&band.points, chart.x.range, frame.columns());
        let upper = kept.iter().map(|p| [p[0], p[2]]).collect();
        let lower = kept.iter().map(|p| [p[0], p[1]]).collect();
        let mut edge = inside(&frame, upper, Style::Line);
        edge.extend(inside(&frame, lower, Style::Line).into_iter().rev());
        canvas.area(&edge, LIGHT.of(band.role), BAND)?;
    }
    let traces: Vec<Trace<'_>> = chart.series.iter().map(|series| trace(&frame, series)).collect();
    for trace in &traces {
        curve(canvas, trace)?;
    }
    hairlines(canvas, &frame)?;
    labels::ends(canvas, &frame, width)?;
    labels::inside(canvas, &frame, &traces)
}

/// Draws grid, base line, ticks, title and unit.
fn axes<B: DrawingBackend>(canvas: &mut Canvas<B>, frame: &Frame<'_>, width: f64) -> Result<(), DrawError> {
    let (chart, Palette { grid, weak, strong, axis, .. }) = (frame.chart, LIGHT);
    let set = |end| Setting { size: SMALL, strong: false, colour: weak, end };
    let rows = ticks(&chart.y, chart.y.range, ((frame.bottom - frame.top) / 36.0) as usize);
    for tick in &rows.ticks {
        let y = frame.y(tick.at);
        canvas.line(&[(frame.left, y), (frame.right, y)], HAIR, grid)?;
        canvas.text(&tick.label, (frame.left - GAP, y), &set(HPos::Right))?;
    }
    let columns = ticks(&chart.x, chart.x.range, ((frame.right - frame.left) / 56.0) as usize);
    let below = frame.bottom + GAP + SMALL / 2.0 + 1.0;
    for tick in &columns.ticks {
        let x = frame.x(tick.at);
        canvas.line(&[(x, frame.top), (x, frame.bottom)], HAIR, grid)?;
        canvas.text(&tick.label, (x, below), &set(HPos::Center))?;
    }
    canvas.line(&[(frame.left, frame.bottom), (frame.right, frame.bottom)], HAIR, axis)?;
    let middle = f64::midpoint(frame.left, frame.right);
    canvas.text(&chart.x.heading(&columns.unit), (middle, below + 18.0), &set(HPos::Center))?;
    let title = Setting { size: TITLE, strong: true, colour: strong, end: HPos::Left };
    let unit = match (chart.y.scale, rows.unit.as_str()) {
        (Scale::Linear, "") => String::new(),
        (Scale::Linear, unit) => format!(" ({unit})"),
        (Scale::Log10, "") => " (log scale)".to_owned(),
        (Scale::Log10, unit) => format!(" ({unit}, log scale)"),
    };
    // A project may name its groups at any length. One text: who has no such font sees wider letters.
    let room = width - frame.left - canvas.width(&unit, &title)?;
    let heading = labels::cut(canvas, &chart.title, &title, room)?;
    canvas.text(&format!("{heading}{unit}"), (frame.left, 18.0), &title)
}

/// Returns a curve thinned to the plot.
fn trace<'a>(frame: &Frame<'_>, series: &'a Series) -> Trace<'a> {
    let kept = decimate(&series.points, frame.chart.x.range, frame.columns());
    Trace { series, points: inside(frame, kept, series.style) }
}

/// Returns the positions of points inside the plot, with the corners of steps; lines are cut at its edges.
fn inside(frame: &Frame<'_>, kept: Vec<[f64; 2]>, style: Style) -> Vec<At> {
    let (low, high) = frame.chart.x.range;
    let mut points: Vec<At> = Vec::with_capacity(kept.len() * 2);
    let mut put = |next: At| {
        if let (Style::Step, Some(last)) = (style, points.last().copied())
            && last.1 != next.1
            && last.0 != next.0
        {
            points.push((next.0, last.1));
        }
        // Of level pieces the ends are enough.
        if let [.., a, b] = points[..]
            && style != Style::Dots
            && a.1 == b.1
            && b.1 == next.1
        {
            points.pop();
        }
        points.push(next);
    };
    let mut before: Option<[f64; 2]> = None;
    for point in kept {
        for edge in [low, high] {
            if let Some(last) = before
                && last[0] < edge
                && edge < point[0]
                && style != Style::Dots
            {
                let part = (edge - last[0]) / (point[0] - last[0]);
                let y = if style == Style::Step { last[1] } else { last[1] + (point[1] - last[1]) * part };
                put(frame.at([edge, y]));
            }
        }
        if frame.shows(point[0]) {
            put(frame.at(point));
        }
        before = Some(point);
    }
    points
}

fn curve<B: DrawingBackend>(canvas: &mut Canvas<B>, trace: &Trace<'_>) -> Result<(), DrawError> {
    let Series { role, style, dashed, .. } = trace.series;
    let colour = LIGHT.of(*role);
    if *style == Style::Dots {
        return trace.points.iter().try_for_each(|at| canvas.dot(*at, DOT, colour));
    }
    let width = if *role == Role::Neutral && !dashed { HAIR } else { CURVE };
    line(canvas, &trace.points, width, colour, dashed.then(|| palette::dashes(*role)))
}

/// Draws a line, whole or in dashes: dash, gap, dash, gap [points].
pub(super) fn line<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    points: &[At],
    width: f64,
    colour: u32,
    rhythm: Option<[f64; 4]>,
) -> Result<(), DrawError> {
    let Some(rhythm) = rhythm else { return canvas.line(points, width, colour) };
    dashes(points, rhythm).iter().try_for_each(|dash| canvas.line(dash, width, colour))
}

/// Cuts a line into dashes, each a line of its own.
pub(super) fn dashes(points: &[At], rhythm: [f64; 4]) -> Vec<Vec<At>> {
    let mut done = Vec::new();
    let mut dash: Vec<At> = points.first().copied().into_iter().collect();
    let (mut piece, mut left) = (0, rhythm[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let part = left / length;
            from = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
            length -= left;
            dash.push(from);
            if piece % 2 == 0 {
                done.push(std::mem::take(&mut dash));
            }
            piece = (piece + 1) % rhythm.len();
            left = rhythm[piece];
        }
        left -= length;
        if piece % 2 == 0 {
            dash.push(to);
        }
    }
    if piece % 2 == 0 && dash.len() > 1 {
        done.push(dash);
    }
    done
}

/// Draws the hairlines, and a dot where an upright one crosses the curve that it belongs to.
fn hairlines<B: DrawingBackend>(canvas: &mut Canvas<B>, frame: &Frame<'_>) -> Result<(), DrawError> {
    let chart = frame.chart;
    for mark in &chart.marks {
        match mark {
            Mark::Horizontal { y, role, .. } if (chart.y.range.0..=chart.y.range.1).contains(y) => {
                let y = frame.y(*y);
                canvas.line(&[(frame.left, y), (frame.right, y)], HAIR, LIGHT.of(*role))?;
            }
            Mark::Vertical { x, role, .. } if frame.shows(*x) => {
                let (at, colour) = (frame.x(*x), LIGHT.of(*role));
                canvas.line(&[(at, frame.top), (at, frame.bottom)], HAIR, colour)?;
                let owner = chart.series.iter().find(|series| series.role == *role);
                if let Some(y) = owner.filter(|_| *role != Role::Neutral).and_then(|owner| owner.at(*x)) {
                    canvas.dot((at, frame.y(y)), CROSSING + 1.5, LIGHT.plot)?;
                    canvas.dot((at, frame.y(y)), CROSSING, colour)?;
                }
            }
            // What lies outside has an arrow at its name, or nothing.
            Mark::Horizontal { .. } | Mark::Vertical { .. } => {}
        }
    }
    Ok(())
}
