//! Words on a chart: names at the ends of curves, labels of hairlines. None covers another.

use std::borrow::Cow;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, FontId, Galley, Pos2, Rect, Stroke, Ui, Vec2, pos2, vec2};

use super::axes;
use super::curves::Trace;
use super::frame::Frame;
use super::small;
use crate::report::chart::{Chart, Mark, Role, Series};
use crate::ui::theme::{SMALL, Tokens, plain, space, tokens};

/// Distance from the plot to the labels beside it; leaves room for a leader [points].
const LEADER: f32 = 12.0;
/// Height of one line of small text, with a little air [points].
const LINE: f32 = 15.0;

/// A label beside the plot, at the height of what it names.
struct End<'a> {
    text: Cow<'a, str>,
    role: Role,
    y: f32,
}

/// Returns the width the labels beside the plots of `charts` need [points].
pub(super) fn column_width(ui: &Ui, charts: &[&Chart]) -> f32 {
    let names = charts.iter().flat_map(|chart| {
        let curves = chart.series.iter().map(|s| s.name.as_str());
        let marks = chart.marks.iter().filter_map(|m| match m {
            Mark::Horizontal { label, .. } => Some(label.as_str()),
            Mark::Vertical { .. } => None,
        });
        curves.chain(marks)
    });
    let widths = names.map(|name| small(ui, name, Color32::PLACEHOLDER).size().x.ceil());
    let arrow = small(ui, " ↑", Color32::PLACEHOLDER).size().x.ceil();
    widths.fold(0.0, f32::max) + arrow + LEADER + space::XS
}

/// Names curves and horizontal hairlines in the column right of the plot, at their height.
///
/// Labels that would overlap move apart and keep a leader to their line; where the column is too low for
/// all, the first ones win: curves before hairlines, the present scenario before others. A hairline above the
/// axis has an arrow instead of a place.
pub(super) fn ends(ui: &Ui, t: &Tokens, chart: &Chart, frame: &Frame<'_>, width: f32) {
    let plot = frame.plot;
    let mut ends: Vec<End<'_>> = Vec::new();
    let mut all: Vec<&Series> = chart.series.iter().collect();
    all.sort_by_key(|series| (series.role, series.dashed));
    for series in all {
        let inside = series.points.partition_point(|p| p[0] <= frame.x_range.1);
        let last =
            series.at(frame.x_range.1).or_else(|| series.points.get(inside.checked_sub(1)?).map(|p| p[1]));
        if let (Some(y), false) = (last, series.name.is_empty()) {
            ends.push(End { text: series.name.as_str().into(), role: series.role, y: frame.y(y) });
        }
    }
    for mark in &chart.marks {
        if let Mark::Horizontal { y, label, role } = mark
            && !label.is_empty()
        {
            let text = if frame.above(*y) { Cow::Owned(format!("{label} ↑")) } else { label.into() };
            ends.push(End { text, role: *role, y: frame.y(*y) });
        }
    }
    let wanted: Vec<f32> = ends.iter().map(|end| end.y.clamp(plot.top(), plot.bottom())).collect();
    // Half a line may stand above and below the plot, where its edges are labelled, too.
    let places = spread(&wanted, LINE, (plot.top() - LINE / 2.0, plot.bottom() + LINE / 2.0));
    for ((end, from), to) in ends.iter().zip(&wanted).zip(places) {
        let Some(to) = to else { continue };
        let colour = t.curve(end.role);
        let text = truncated(ui, &end.text, plain(SMALL), colour, width - LEADER);
        let left = plot.right() + LEADER;
        let at = pos2(left, to - text.size().y / 2.0);
        let bend = [pos2(plot.right() + 1.0, *from), pos2(plot.right() + 4.0, *from), pos2(left - 3.0, to)];
        ui.painter().line(bend.to_vec(), Stroke::new(1.0, colour));
        ui.painter().galley(at, text, colour);
    }
}

/// Names shaded spans and vertical hairlines inside the plot, where neither curves nor other labels are.
pub(super) fn inside(ui: &Ui, t: &Tokens, chart: &Chart, frame: &Frame<'_>, traces: &[Trace]) {
    let mut crowd = Crowd::new(chart, frame, traces);
    let mut put =
        |text: &str, colour: Color32, lefts: &dyn Fn(f32) -> Vec<f32>, within: Rect, under: Color32| {
            let text = small(ui, text, colour);
            let size = vec2(text.size().x + 2.0 * space::XS, text.size().y);
            if let Some(place) = crowd.free_place(within, &lefts(size.x), size) {
                ui.painter().rect_filled(place, 2.0, under.gamma_multiply(0.85));
                ui.painter().galley(place.min + vec2(space::XS, 0.0), text, colour);
                crowd.taken.push(place);
            }
        };
    for mark in &chart.marks {
        if let Mark::Vertical { x, label, role } = mark
            && !label.is_empty()
            && frame.shows(*x)
        {
            let colour = if *role == Role::Neutral { t.text.weak } else { t.curve(*role) };
            let x = frame.x(*x);
            put(label, colour, &|width| vec![x + 2.0, x - 2.0 - width], frame.plot, t.surface.plot);
        }
    }
    for shade in chart.shades.iter().filter(|shade| !shade.label.is_empty()) {
        let area = axes::shaded(shade, frame);
        put(&shade.label, t.text.weak, &|width| vec![area.center().x - width / 2.0], area, t.outage);
    }
}

/// What a label inside the plot would cover.
struct Crowd<'a> {
    traces: &'a [Trace],
    rows: Vec<f32>,
    columns: Vec<f32>,
    taken: Vec<Rect>,
}

impl<'a> Crowd<'a> {
    fn new(chart: &Chart, frame: &Frame<'_>, traces: &'a [Trace]) -> Self {
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        for mark in &chart.marks {
            match mark {
                Mark::Horizontal { y, .. } => rows.push(frame.y(*y)),
                Mark::Vertical { x, .. } => columns.push(frame.x(*x)),
            }
        }
        Self { traces, rows, columns, taken: Vec::new() }
    }

    /// Returns the highest place inside `within` at one of `lefts` with the least under it, the first of
    /// equals; `None` where nothing fits.
    fn free_place(&self, within: Rect, lefts: &[f32], size: Vec2) -> Option<Rect> {
        let rows = ((within.height() - 2.0 * space::XS) / LINE).max(0.0) as usize;
        let places = (0..rows).flat_map(|row| {
            let top = within.top() + space::XS + row as f32 * LINE;
            lefts.iter().map(move |left| Rect::from_min_size(pos2(*left, top), size))
        });
        let free = |place: &Rect| {
            within.contains_rect(*place) && !self.taken.iter().any(|taken| taken.intersects(*place))
        };
        places.filter(free).min_by_key(|place| self.under(*place))
    }

    /// Returns how many lines a label at `place` would cover.
    fn under(&self, place: Rect) -> usize {
        let rows = self.rows.iter().filter(|y| place.y_range().contains(**y)).count();
        let columns = self.columns.iter().filter(|x| place.x_range().contains(**x)).count();
        rows + columns + self.traces.iter().map(|trace| ink(&trace.points, place)).sum::<usize>()
    }
}

/// Returns how many pieces of a curve touch `place`.
fn ink(points: &[Pos2], place: Rect) -> usize {
    let from = points.partition_point(|p| p.x < place.left()).saturating_sub(1);
    let to = (points.partition_point(|p| p.x <= place.right()) + 1).min(points.len());
    let pieces = points.get(from..to).unwrap_or_default().windows(2);
    pieces.filter(|piece| touches(piece[0], piece[1], place.expand(2.0))).count()
}

/// Returns whether the straight line from `a` to `b` touches `place`; clips it to the sides of `place` in turn.
fn touches(a: Pos2, b: Pos2, place: Rect) -> bool {
    let along = b - a;
    let (mut enter, mut leave) = (0.0_f32, 1.0_f32);
    let sides = [(along.x, a.x, place.left(), place.right()), (along.y, a.y, place.top(), place.bottom())];
    for (way, start, low, high) in sides {
        if way == 0.0 {
            if start < low || start > high {
                return false;
            }
            continue;
        }
        let (p, q) = ((low - start) / way, (high - start) / way);
        enter = enter.max(p.min(q));
        leave = leave.min(p.max(q));
    }
    enter <= leave
}

/// Returns where labels stand so that none overlaps another: centres, near `wanted`, inside `range` [points].
///
/// `wanted` is ordered by importance; where there is room for fewer, the last get `None`.
pub(super) fn spread(wanted: &[f32], height: f32, range: (f32, f32)) -> Vec<Option<f32>> {
    let room = ((range.1 - range.0) / height).floor().max(0.0) as usize;
    let mut order: Vec<usize> = (0..wanted.len().min(room)).collect();
    // Stable, so that of two labels at one height the more important one stands above.
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    // Groups of touching labels: sum of the wanted tops of their first label, and their count.
    let mut groups: Vec<(f32, usize)> = Vec::new();
    let top = |(sum, count): (f32, usize)| {
        let free = sum / count as f32 - height / 2.0;
        free.min(range.1 - count as f32 * height).max(range.0)
    };
    for i in &order {
        groups.push((wanted[*i], 1));
        while let [.., a, b] = groups[..]
            && top(a) + a.1 as f32 * height > top(b)
        {
            groups.truncate(groups.len() - 2);
            groups.push((a.0 + b.0 - a.1 as f32 * b.1 as f32 * height, a.1 + b.1));
        }
    }
    let mut places = vec![None; wanted.len()];
    let mut next = order.into_iter();
    for group in groups {
        for (i, k) in next.by_ref().take(group.1).zip(0_u16..) {
            places[i] = Some(top(group) + (f32::from(k) + 0.5) * height);
        }
    }
    places
}

/// Lays out one line of text, cut with `…` at `width` [points].
pub(super) fn truncated(ui: &Ui, text: &str, font_id: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let format = TextFormat { font_id, color, ..TextFormat::default() };
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    ui.painter().layout_job(job)
}

/// Returns the colour of a curve's name; for read-outs beside charts.
pub(super) fn name_colour(ui: &Ui, role: Role) -> Color32 {
    tokens(ui.ctx()).curve(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_and_stay_inside() {
        let places = spread(&[10.0, 10.0, 14.0, 90.0], 10.0, (0.0, 100.0));
        let places: Vec<f32> = places.into_iter().flatten().collect();
        assert_eq!(places.len(), 4);
        let mut sorted = places.clone();
        sorted.sort_by(f32::total_cmp);
        assert!(sorted.windows(2).all(|w| w[1] - w[0] >= 9.99), "{places:?}");
        assert!(sorted[0] >= 5.0 && sorted[3] <= 95.0);
        assert_eq!(places[3], 90.0, "a label with room stays where it belongs");
        assert!(places[0] < places[1], "the more important one stands above");
        let mean = (places[0] + places[1] + places[2]) / 3.0;
        assert!((mean - 15.0).abs() < 0.01, "pushed in from the edge, not piled below it: {places:?}");
    }

    #[test]
    fn labels_without_room_are_left_out_from_the_end() {
        let places = spread(&[50.0, 50.0, 50.0], 10.0, (0.0, 25.0));
        assert_eq!(places.iter().filter(|p| p.is_some()).count(), 2);
        assert_eq!(places[2], None);
        assert_eq!(spread(&[1.0], 10.0, (0.0, 5.0)), [None]);
        assert_eq!(spread(&[], 10.0, (0.0, 5.0)), []);
    }

    #[test]
    fn ink_is_found_where_a_line_passes() {
        let place = Rect::from_min_max(pos2(10.0, 10.0), pos2(20.0, 20.0));
        assert!(touches(pos2(0.0, 0.0), pos2(30.0, 30.0), place));
        assert!(!touches(pos2(0.0, 15.0), pos2(5.0, 15.0), place));
        assert!(!touches(pos2(0.0, 25.0), pos2(30.0, 25.0), place));
        assert!(touches(pos2(15.0, 0.0), pos2(15.0, 99.0), place));
        assert_eq!(ink(&[pos2(0.0, 15.0), pos2(12.0, 15.0), pos2(40.0, 15.0)], place), 2);
    }
}
