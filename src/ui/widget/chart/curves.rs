//! Bands, curves and dots.

use egui::epaint::{BandPoint, BandShape};
use egui::{Painter, Pos2, Shape, Stroke, pos2};

use super::frame::Frame;
use crate::report::chart::{Chart, Mark, Role, Style};
use crate::report::decimate::{decimate, decimate_band};
use crate::report::draw::palette;
use crate::ui::theme::{CURVE_WIDTH, Tokens};

/// Radius of a measured dot [points].
const DOT: f32 = 2.5;
/// Radius of the dot where a mark crosses its curve [points].
const CROSSING: f32 = 4.0;
/// Width of a curve that is no result [points].
const THIN: f32 = 1.0;

/// A curve as it is drawn.
pub(super) struct Trace {
    /// Screen positions, left to right; steps already have their corners.
    pub(super) points: Vec<Pos2>,
    role: Role,
    style: Style,
    dashed: bool,
}

/// Returns the curves of a chart on the screen, thinned to its pixels.
pub(super) fn trace(chart: &Chart, frame: &Frame<'_>, ppp: f32) -> Vec<Trace> {
    let columns = columns(frame, ppp);
    let each = chart.series.iter().map(|series| {
        let kept = decimate(&series.points, frame.x_range, columns);
        let mut points: Vec<Pos2> = Vec::with_capacity(kept.len() * 2);
        for p in kept {
            let next = frame.at(p);
            if let (Style::Step, Some(last)) = (series.style, points.last()) {
                points.push(pos2(next.x, last.y));
            }
            points.push(next);
        }
        Trace { points, role: series.role, style: series.style, dashed: series.dashed }
    });
    each.collect()
}

fn columns(frame: &Frame<'_>, ppp: f32) -> usize {
    (frame.plot.width() * ppp).ceil().max(1.0) as usize
}

/// Fills the bands.
pub(super) fn bands(painter: &Painter, t: &Tokens, chart: &Chart, frame: &Frame<'_>, ppp: f32) {
    for band in &chart.bands {
        let kept = decimate_band(&band.points, frame.x_range, columns(frame, ppp));
        let edge = |p: &[f64; 3]| {
            let (low, high) = (frame.y(p[1]), frame.y(p[2]));
            BandPoint::new(frame.x(p[0]), high.min(low)..=low.max(high))
        };
        let points: Vec<BandPoint> = kept.iter().map(edge).collect();
        if points.len() > 1 {
            painter.add(BandShape::filled(points, t.band(band.role)));
        }
    }
}

/// Draws the curves.
pub(super) fn paint(painter: &Painter, t: &Tokens, traces: &[Trace]) {
    for trace in traces {
        let colour = t.curve(trace.role);
        let thin = trace.role == Role::Neutral && !trace.dashed;
        let width = if thin { THIN } else { CURVE_WIDTH };
        let stroke = Stroke::new(width, colour);
        if trace.style == Style::Dots {
            let dot = |p: &Pos2| Shape::circle_filled(*p, DOT, colour);
            painter.extend(trace.points.iter().map(dot));
        } else if trace.dashed {
            let rhythm = palette::dashes(trace.role).map(|length| length as f32);
            painter.extend(dashes(&trace.points, rhythm).into_iter().map(|dash| Shape::line(dash, stroke)));
        } else if trace.points.len() > 1 {
            painter.line(trace.points.clone(), stroke);
        }
    }
}

/// Cuts a curve into dashes, each a path of its own.
///
/// The toolkit's own dashes are cut again at every point, and pieces shorter than a pixel are lost.
fn dashes(points: &[Pos2], rhythm: [f32; 4]) -> Vec<Vec<Pos2>> {
    let mut done = Vec::new();
    let mut dash: Vec<Pos2> = points.first().copied().into_iter().collect();
    let (mut piece, mut left) = (0, rhythm[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = from.distance(to);
        while length > left {
            from += (to - from) * (left / length);
            length -= left;
            if piece % 2 == 0 {
                dash.push(from);
                done.push(std::mem::take(&mut dash));
            } else {
                dash.push(from);
            }
            piece = (piece + 1) % rhythm.len();
            left = rhythm[piece];
        }
        left -= length;
        if piece % 2 == 0 {
            dash.push(to);
        }
    }
    if dash.len() > 1 {
        done.push(dash);
    }
    done
}

/// Puts a dot where a vertical mark crosses the curve it belongs to, so that it can be read without a pointer.
pub(super) fn crossings(painter: &Painter, t: &Tokens, chart: &Chart, frame: &Frame<'_>) {
    for mark in &chart.marks {
        if let Mark::Vertical { x, role, .. } = mark
            && *role != Role::Neutral
            && frame.shows(*x)
            && let Some(y) = chart.series.iter().find(|s| s.role == *role).and_then(|s| s.at(*x))
        {
            let rim = Stroke::new(1.5, t.surface.plot);
            painter.circle(frame.at([*x, y]), CROSSING, t.curve(*role), rim);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_have_the_same_length_however_many_points_the_curve_has() {
        for pieces in [1_u16, 7, 1_000] {
            let step = 100.0 / f32::from(pieces);
            let points: Vec<Pos2> = (0..=pieces).map(|i| pos2(f32::from(i) * step, 5.0)).collect();
            let even = [6.0, 4.0, 6.0, 4.0];
            let cut = dashes(&points, even);
            assert_eq!(cut.len(), 10, "{pieces}");
            for dash in &cut {
                let (first, last) = (dash[0], dash[dash.len() - 1]);
                assert!((first.distance(last) - even[0]).abs() < 0.05, "{pieces}: {first:?} {last:?}");
            }
        }
        let uneven = dashes(&[pos2(0.0, 0.0), pos2(20.0, 0.0)], [12.0, 3.0, 2.0, 3.0]);
        let lengths: Vec<f32> = uneven.iter().map(|dash| dash[0].distance(dash[1])).collect();
        assert_eq!(lengths, [12.0, 2.0], "a rhythm of two lengths");
        assert!(dashes(&[], [6.0; 4]).is_empty() && dashes(&[pos2(1.0, 1.0)], [6.0; 4]).is_empty());
    }
}
