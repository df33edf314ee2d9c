//! The description of one chart: what is drawn, in which role, over which axes, and how it is spoken.
//!
//! A description holds numbers and words, never colours or pixels. Points are shared (`Arc`), so that a
//! screen can keep and compare descriptions without copying curves. Everything is drawn over one x
//! axis whose zero is the moment the platform is back; times before it are the outage.

use std::sync::Arc;

use crate::base::units;

/// One chart, ready to be drawn by any front end.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Stable name, unique on a screen (`back`, `attempts`, `queue`).
    pub id: String,
    /// Heading in sentence case, without unit (`Devices back`).
    pub title: String,
    /// The horizontal axis; its range is what "fit" shows.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Curves, drawn in this order: the most important one last.
    pub series: Vec<Series>,
    /// Translucent areas between two curves, drawn below all curves.
    pub bands: Vec<Band>,
    /// Labelled hairlines.
    pub marks: Vec<Mark>,
    /// Tinted spans of the x axis, drawn below everything else.
    pub shades: Vec<Shade>,
    /// A sentence that speaks the result, for screen readers and for text output.
    pub spoken: String,
}

/// What an axis counts, in which range and on which scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What is counted, in words (`Time since the platform is back`).
    pub title: String,
    /// Unit as written after a number (`%`, `/s`, `waiting`); empty for plain counts. Ignored for times.
    pub unit: String,
    /// Lowest and highest value shown, in the unit of the values.
    pub range: (f64, f64),
    /// How values map to positions.
    pub scale: Scale,
    /// What kind of quantity it is; decides ticks and formatting.
    pub kind: AxisKind,
}

/// How a value becomes a position on its axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences, equal distances.
    Linear,
    /// Equal ratios, equal distances; see [`Axis::position`] for zero.
    Log10,
}

/// The kind of quantity an axis shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisKind {
    /// Time since the platform is back [s].
    Time,
    /// A number of things.
    Count,
    /// A share [%], 0 to 100.
    Percent,
    /// Things per second [1/s].
    Rate,
}

/// What a curve is, not how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The scenario being worked on.
    This,
    /// The pinned baseline.
    Baseline,
    /// The third scenario of a comparison.
    Third,
    /// The fourth scenario of a comparison.
    Fourth,
    /// A part of the platform beside others, counted from the sign-in tier against the way of attempts.
    Part(u8),
    /// A limit of the platform, or a target.
    Limit,
    /// Measured, not simulated.
    Measured,
    /// Context that is no result.
    Neutral,
}

/// How the points of a series are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Straight lines between the points.
    Line,
    /// Each value holds until the next point.
    Step,
    /// Separate dots.
    Dots,
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name as written at the end of the curve (`this scenario`).
    pub name: String,
    /// What the curve is.
    pub role: Role,
    /// Points `[x, y]`, x ascending.
    pub points: Arc<[[f64; 2]]>,
    /// How the points are joined.
    pub style: Style,
    /// Whether the curve is dashed, so that it differs without colour.
    pub dashed: bool,
}

/// The area between a lower and an upper curve, such as the 5th to 95th percentile over the runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Whose band it is.
    pub role: Role,
    /// Points `[x, lower, upper]`, x ascending, lower ≤ upper.
    pub points: Arc<[[f64; 3]]>,
}

/// A labelled hairline.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line across the chart at one value.
    Horizontal {
        /// Where, in the unit of the y axis.
        y: f64,
        /// What it marks (`capacity 255/s`).
        label: String,
        /// What the line is.
        role: Role,
    },
    /// A line down the chart at one moment.
    Vertical {
        /// Where, in the unit of the x axis [s].
        x: f64,
        /// What it marks (`95 % back after 3 min 10 s`).
        label: String,
        /// What the line is.
        role: Role,
    },
}

/// A tinted span of the x axis, such as the outage.
#[derive(Clone, Debug, PartialEq)]
pub struct Shade {
    /// Start [s].
    pub from: f64,
    /// End [s].
    pub to: f64,
    /// What it is (`outage`).
    pub label: String,
}

/// Height given to the values between 0 and 1 on a logarithmic axis that starts at 0 [decades].
const ZERO_DECADES: f64 = 0.5;

impl Axis {
    /// Returns the time axis all charts of a run share, from `from` [s] to `to` [s].
    pub fn time(from: f64, to: f64) -> Self {
        Self {
            title: "Time since the platform is back".into(),
            unit: "s".into(),
            range: (from, to),
            scale: Scale::Linear,
            kind: AxisKind::Time,
        }
    }

    /// Returns where `value` lies between the ends of `range`: 0 at the low end, 1 at the high end.
    ///
    /// Values outside lie outside 0 to 1. On a logarithmic axis that starts at 0, zero and negative
    /// values lie on the base line, 0 to 1 rises linearly over half a decade, and logarithms start at 1:
    /// so an empty queue is on the line and one waiting device is visibly above it.
    pub fn position(&self, value: f64) -> f64 {
        let (low, high) = (self.lift(self.range.0), self.lift(self.range.1));
        if high > low { (self.lift(value) - low) / (high - low) } else { 0.5 }
    }

    /// Returns the value at `position`, where 0 is the low end and 1 the high end.
    pub fn value(&self, position: f64) -> f64 {
        let (low, high) = (self.lift(self.range.0), self.lift(self.range.1));
        let lifted = low + position * (high - low);
        match self.scale {
            Scale::Linear => lifted,
            Scale::Log10 if lifted < ZERO_DECADES => (lifted / ZERO_DECADES).max(0.0),
            Scale::Log10 => libm::pow(10.0, lifted - ZERO_DECADES),
        }
    }

    /// Maps a value to a line on which equal distances are equal steps.
    fn lift(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value,
            Scale::Log10 if value < 1.0 => value.max(0.0) * ZERO_DECADES,
            Scale::Log10 => ZERO_DECADES + libm::log10(value),
        }
    }

    /// Returns a value as people read it, with its unit: `94.8 %`, `198/s`, `3 min 10 s`, `1 940 waiting`.
    pub fn text(&self, value: f64) -> String {
        if !value.is_finite() {
            return "–".into();
        }
        match self.kind {
            AxisKind::Time => units::duration(value),
            AxisKind::Percent => units::percent(value / 100.0),
            AxisKind::Count | AxisKind::Rate => {
                let number = units::significant(value);
                match self.unit.as_str() {
                    "" => number,
                    unit if unit.starts_with('/') => format!("{number}{unit}"),
                    unit => format!("{number} {unit}"),
                }
            }
        }
    }

    /// Returns the title with the unit in which ticks are labelled, here `unit`.
    pub fn heading(&self, unit: &str) -> String {
        if unit.is_empty() { self.title.clone() } else { format!("{} ({unit})", self.title) }
    }
}

/// The value of one curve at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Name of the curve.
    pub name: String,
    /// What the curve is.
    pub role: Role,
    /// The value with its unit, or `–` where the curve has none.
    pub text: String,
}

impl Series {
    /// Returns the value at `x`, or `None` outside the points or where there are none.
    ///
    /// Lines are interpolated, steps hold the last value, dots answer with the nearest one before.
    pub fn at(&self, x: f64) -> Option<f64> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        if !(first[0]..=last[0]).contains(&x) {
            return None;
        }
        let after = self.points.partition_point(|p| p[0] <= x);
        let a = self.points.get(after.checked_sub(1)?)?;
        let b = self.points.get(after).unwrap_or(a);
        match self.style {
            Style::Line if b[0] > a[0] => Some(a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0])),
            Style::Line | Style::Step | Style::Dots => Some(a[1]),
        }
    }
}

impl Chart {
    /// Returns the value of each curve at `x` [s], in the order of the curves: the read-out of a crosshair.
    pub fn readings(&self, x: f64) -> Vec<Reading> {
        let text = |series: &Series| series.at(x).map_or_else(|| "–".into(), |y| self.y.text(y));
        self.series
            .iter()
            .map(|series| Reading { name: series.name.clone(), role: series.role, text: text(series) })
            .collect()
    }

    /// Returns the chart cut to a part of its x axis [s], with the points inside it.
    #[must_use]
    pub fn within(&self, (from, to): (f64, f64)) -> Self {
        let inside = |x: f64| (from..=to).contains(&x);
        let mut cut = self.clone();
        cut.x.range = (from, to);
        for series in &mut cut.series {
            let first = series.points.partition_point(|p| p[0] < from);
            let last = series.points.partition_point(|p| p[0] <= to);
            let edge = |x: f64| series.at(x).filter(|_| series.style != Style::Dots).map(|y| [x, y]);
            let kept = &series.points[first..last.max(first)];
            // A curve reaches the edges of what is cut out of it.
            let begin = edge(from).filter(|_| kept.first().is_none_or(|p| p[0] > from));
            let end = edge(to).filter(|_| kept.last().is_none_or(|p| p[0] < to));
            series.points = begin.into_iter().chain(kept.iter().copied()).chain(end).collect();
        }
        for band in &mut cut.bands {
            band.points = band.points.iter().copied().filter(|p| inside(p[0])).collect();
        }
        cut
    }

    /// Returns the highest finite value of all curves, bands and horizontal marks, or 0 where there is none.
    pub fn highest(&self) -> f64 {
        let curves = self.series.iter().flat_map(|s| s.points.iter().map(|p| p[1]));
        let bands = self.bands.iter().flat_map(|b| b.points.iter().map(|p| p[2]));
        let marks = self.marks.iter().filter_map(|m| match m {
            Mark::Horizontal { y, .. } => Some(*y),
            Mark::Vertical { .. } => None,
        });
        curves.chain(bands).chain(marks).filter(|y| y.is_finite()).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale, range: (f64, f64)) -> Axis {
        Axis { title: "Waiting".into(), unit: "waiting".into(), range, scale, kind: AxisKind::Count }
    }

    #[test]
    fn zero_lies_on_the_base_line_of_a_logarithmic_axis() {
        let axis = axis(Scale::Log10, (0.0, 10_000.0));
        assert_eq!(axis.position(0.0), 0.0);
        assert_eq!(axis.position(-3.0), 0.0);
        assert!((axis.position(10_000.0) - 1.0).abs() < 1e-12);
        let steps: Vec<f64> = [0.0, 0.5, 1.0, 2.0, 10.0, 100.0].map(|v| axis.position(v)).to_vec();
        assert!(steps.windows(2).all(|w| w[0] < w[1]), "{steps:?}");
        assert!((steps[5] - steps[4] - 1.0 / 4.5).abs() < 1e-12, "a decade is a decade");
    }

    #[test]
    fn position_and_value_undo_each_other() {
        for scale in [Scale::Linear, Scale::Log10] {
            let axis = axis(scale, (0.0, 9_450.0));
            for value in [0.0, 0.25, 1.0, 7.0, 85.0, 9_450.0] {
                let back = axis.value(axis.position(value));
                assert!((back - value).abs() < 1e-8 * (1.0 + value), "{scale:?} {value} {back}");
            }
        }
        let flat = axis(Scale::Linear, (5.0, 5.0));
        assert_eq!(flat.position(5.0), 0.5, "an empty range does not divide by zero");
    }

    #[test]
    fn curves_are_read_between_their_points_and_not_outside() {
        let mut series = Series {
            name: "this".into(),
            role: Role::This,
            points: Arc::new([[0.0, 0.0], [10.0, 100.0], [20.0, 100.0]]),
            style: Style::Line,
            dashed: false,
        };
        assert_eq!(series.at(5.0), Some(50.0));
        assert_eq!(series.at(20.0), Some(100.0));
        assert_eq!(series.at(-0.1), None);
        series.style = Style::Step;
        assert_eq!(series.at(5.0), Some(0.0));
        series.points = Arc::new([]);
        assert_eq!(series.at(5.0), None);
    }

    #[test]
    fn a_part_of_a_chart_has_the_points_inside_and_its_edges() {
        let series = |style| Series {
            name: "this".into(),
            role: Role::This,
            points: (0..=10).map(|i| [f64::from(i) * 10.0, f64::from(i)]).collect(),
            style,
            dashed: false,
        };
        let chart = Chart {
            id: "c".into(),
            title: "C".into(),
            x: Axis::time(0.0, 100.0),
            y: axis(Scale::Linear, (0.0, 10.0)),
            series: vec![series(Style::Line), series(Style::Step), series(Style::Dots)],
            bands: vec![Band { role: Role::This, points: Arc::new([[10.0, 0.0, 1.0], [30.0, 0.0, 1.0]]) }],
            marks: Vec::new(),
            shades: Vec::new(),
            spoken: String::new(),
        };
        let cut = chart.within((25.0, 45.0));
        assert_eq!(cut.x.range, (25.0, 45.0));
        assert_eq!(*cut.series[0].points, [[25.0, 2.5], [30.0, 3.0], [40.0, 4.0], [45.0, 4.5]]);
        assert_eq!(*cut.series[1].points, [[25.0, 2.0], [30.0, 3.0], [40.0, 4.0], [45.0, 4.0]]);
        assert_eq!(*cut.series[2].points, [[30.0, 3.0], [40.0, 4.0]], "no dot is made up");
        assert_eq!(cut.bands[0].points.len(), 1);
        assert_eq!(*chart.within((200.0, 300.0)).series[0].points, [] as [[f64; 2]; 0]);
    }

    #[test]
    fn values_carry_their_unit() {
        let mut axis = axis(Scale::Linear, (0.0, 1.0));
        assert_eq!(axis.text(1_940.0), "1\u{2009}940 waiting");
        axis.unit = "/s".into();
        axis.kind = AxisKind::Rate;
        assert_eq!(axis.text(198.4), "198/s");
        axis.kind = AxisKind::Percent;
        assert_eq!(axis.text(94.8), "94.8 %");
        assert_eq!(Axis::time(0.0, 1.0).text(190.0), "3 min 10 s");
        assert_eq!(Axis::time(0.0, 1.0).text(f64::NAN), "–");
    }
}
