//! Words on a chart: names beside the ends of curves, labels of hairlines and of the outage.
//!
//! No word covers another. A name stands at the height of what it names, or near it with a leader; a
//! label inside the plot stands where the fewest lines are under it.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::DrawError;
use super::canvas::{At, Canvas, Setting};
use super::palette::{LIGHT, dashes};
use super::plot::{Frame, SMALL, Trace, line};
use crate::report::chart::{Chart, Mark, Role, Series, Style};

/// Height of a line of small text with a little air [points].
const LINE: f64 = 15.0;
/// Length of the sample before a name, and the room around it [points].
const SAMPLE: f64 = 20.0;
const ROOM: f64 = 34.0;
/// Width of the column beside the plot, unless its names are longer [points].
const USUAL: f64 = 150.0;
/// Room between a label and what is beside it [points].
const AIR: f64 = 4.0;

fn small(colour: u32, end: HPos) -> Setting {
    Setting { size: SMALL, strong: false, colour, end }
}

/// A name beside the plot.
struct End<'a> {
    text: String,
    role: Role,
    /// Where its curve or line ends [points].
    y: f64,
    series: Option<&'a Series>,
}

/// Returns what is named beside the plot, the most important first, with the height of each of its values.
fn named(chart: &Chart) -> Vec<(String, Role, f64, Option<&Series>)> {
    let mut all: Vec<&Series> = chart.series.iter().filter(|series| !series.name.is_empty()).collect();
    all.sort_by_key(|series| (series.role, series.dashed));
    let mut named = Vec::new();
    for series in all {
        let seen = series.points.partition_point(|point| point[0] <= chart.x.range.1);
        let last = seen.checked_sub(1).and_then(|last| series.points.get(last)).map(|point| point[1]);
        if let Some(y) = series.at(chart.x.range.1).or(last).filter(|y| y.is_finite()) {
            named.push((series.name.clone(), series.role, y, Some(series)));
        }
    }
    for mark in &chart.marks {
        if let Mark::Horizontal { y, label, role } = mark
            && !label.is_empty()
        {
            let above = *y > chart.y.range.1;
            let text = if above { format!("{label} ↑") } else { label.clone() };
            named.push((text, *role, *y, None));
        }
    }
    named
}

/// Returns how wide the column beside the plot is [points].
pub(super) fn column<B: DrawingBackend>(canvas: &Canvas<B>, chart: &Chart) -> Result<f64, DrawError> {
    let mut widest: f64 = 0.0;
    for (text, ..) in named(chart) {
        widest = widest.max(canvas.width(&text, &small(0, HPos::Left))?);
    }
    // Short names take as much room as usual ones, so that charts below each other have one axis.
    Ok((widest + ROOM + AIR * 2.0).max(USUAL))
}

/// Returns as much of a text as fits, with `…` where it was cut.
pub(super) fn cut<B: DrawingBackend>(
    canvas: &Canvas<B>,
    text: &str,
    set: &Setting,
    width: f64,
) -> Result<String, DrawError> {
    let mut kept: Vec<char> = text.chars().take(400).collect();
    let whole = kept.len() == text.chars().count();
    if whole && canvas.width(text, set)? <= width {
        return Ok(text.to_owned());
    }
    while let Some(last) = kept.pop() {
        let shorter: String = kept.iter().chain(['…'].iter()).collect();
        if canvas.width(&shorter, set)? <= width {
            return Ok(if last == ' ' { shorter.replace(" …", "…") } else { shorter });
        }
    }
    Ok(String::new())
}

/// Names curves and level hairlines in the column beside the plot, each with a sample of its line.
pub(super) fn ends<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    frame: &Frame<'_>,
    width: f64,
) -> Result<(), DrawError> {
    let named = named(frame.chart).into_iter();
    let mut ends: Vec<End<'_>> =
        named.map(|(text, role, y, series)| End { text, role, y: frame.y(y), series }).collect();
    let (top, bottom) = (frame.top - LINE / 2.0, frame.bottom + LINE / 2.0);
    ends.truncate(((bottom - top) / LINE) as usize);
    // Stable: of two at one height the more important one stands above.
    ends.sort_by(|a, b| a.y.total_cmp(&b.y));
    let wanted: Vec<f64> = ends.iter().map(|end| end.y).collect();
    for (end, y) in ends.iter().zip(spread(&wanted, (top, bottom))) {
        let colour = LIGHT.of(end.role);
        let (edge, left) = (frame.right + 2.0, frame.right + 8.0);
        if (end.y - y).abs() > 1.0 {
            canvas.line(&[(edge, end.y), (left - 2.0, y)], 1.0, colour)?;
        }
        let sample = [(left, y), (left + SAMPLE, y)];
        match end.series {
            Some(series) if series.style == Style::Dots => {
                canvas.dot((left + SAMPLE / 2.0, y), 2.5, colour)?;
            }
            Some(series) => line(canvas, &sample, 2.0, colour, series.dashed.then(|| dashes(series.role)))?,
            None => canvas.line(&sample, 1.0, colour)?,
        }
        let set = small(if end.role == Role::Neutral { LIGHT.weak } else { colour }, HPos::Left);
        let text = cut(canvas, &end.text, &set, width - left - SAMPLE - AIR * 2.0)?;
        canvas.text(&text, (left + SAMPLE + AIR, y), &set)?;
    }
    Ok(())
}

/// Returns heights that keep a line's distance, near `wanted` (ascending), inside `range` where there is room.
pub(super) fn spread(wanted: &[f64], range: (f64, f64)) -> Vec<f64> {
    let mut places: Vec<f64> = Vec::with_capacity(wanted.len());
    for want in wanted {
        let least = places.last().map_or(range.0 + LINE / 2.0, |last| last + LINE);
        places.push(want.max(least));
    }
    let mut most = range.1 - LINE / 2.0;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - LINE;
    }
    places
}

/// A place of a label [points].
#[derive(Clone, Copy, Debug)]
struct Place {
    left: f64,
    top: f64,
    right: f64,
}

impl Place {
    fn bottom(self) -> f64 {
        self.top + LINE
    }

    fn meets(self, other: Self) -> bool {
        self.left < other.right && other.left < self.right && (self.top - other.top).abs() < LINE
    }

    /// Returns how many pieces of lines lie under it.
    fn under(self, frame: &Frame<'_>, traces: &[Trace<'_>]) -> usize {
        let across = |y: f64| (self.top..=self.bottom()).contains(&y);
        let lines = frame.chart.marks.iter().filter(|mark| match mark {
            Mark::Horizontal { y, .. } => across(frame.y(*y)),
            Mark::Vertical { x, .. } => (self.left..=self.right).contains(&frame.x(*x)),
        });
        let touched = |pair: &&[At]| {
            let (a, b) = (pair[0], pair[1]);
            a.0.max(b.0) >= self.left
                && a.0.min(b.0) <= self.right
                && a.1.max(b.1) >= self.top
                && a.1.min(b.1) <= self.bottom()
        };
        let pieces = traces.iter().map(|trace| trace.points.windows(2).filter(touched).count());
        lines.count() + pieces.sum::<usize>()
    }
}

/// Names upright hairlines and shaded spans inside the plot.
pub(super) fn inside<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    frame: &Frame<'_>,
    traces: &[Trace<'_>],
) -> Result<(), DrawError> {
    let mut taken: Vec<Place> = Vec::new();
    let mut put = |text: &str, (colour, under), x: f64, within: (f64, f64)| -> Result<(), DrawError> {
        let width = canvas.width(text, &small(colour, HPos::Left))? + AIR * 2.0;
        let rows = ((frame.bottom - frame.top - AIR * 2.0) / LINE).max(0.0) as usize;
        let tops = (0..rows).map(|row| frame.top + AIR + row as f64 * LINE);
        let places = tops.flat_map(|top| {
            [x + 2.0, x - 2.0 - width, x - width / 2.0].map(|left| Place { left, top, right: left + width })
        });
        let free = |place: &Place| {
            place.left >= within.0 && place.right <= within.1 && !taken.iter().any(|t| t.meets(*place))
        };
        let best = places.filter(free).min_by_key(|place| place.under(frame, traces));
        if let Some(place) = best {
            canvas.rect((place.left, place.top), (place.right, place.bottom()), under, 0.7)?;
            let at = (place.left + AIR, place.top + LINE / 2.0);
            canvas.text(text, at, &small(colour, HPos::Left))?;
            taken.push(place);
        }
        Ok(())
    };
    for mark in &frame.chart.marks {
        if let Mark::Vertical { x, label, role } = mark
            && !label.is_empty()
            && frame.shows(*x)
        {
            let colour = if *role == Role::Neutral { LIGHT.weak } else { LIGHT.of(*role) };
            put(label, (colour, LIGHT.plot), frame.x(*x), (frame.left, frame.right))?;
        }
    }
    for shade in frame.chart.shades.iter().filter(|shade| !shade.label.is_empty()) {
        let from = frame.x(shade.from).clamp(frame.left, frame.right);
        let to = frame.x(shade.to).clamp(frame.left, frame.right);
        put(&shade.label, (LIGHT.weak, LIGHT.outage), f64::midpoint(from, to), (from, to))?;
    }
    Ok(())
}
