//! Where values lie on the screen.

use egui::{Pos2, Rect, pos2};

use crate::report::chart::{Axis, Chart};

/// How far outside the plot a position may lie before it is cut off [points]; keeps line joints sound.
const OUTSIDE: f32 = 5_000.0;

/// The plot of a chart and the values at its edges.
pub(super) struct Frame<'a> {
    /// The plot, edges on whole pixels.
    pub(super) plot: Rect,
    /// Times at the left and right edge [s].
    pub(super) x_range: (f64, f64),
    y: &'a Axis,
}

impl<'a> Frame<'a> {
    pub(super) fn new(plot: Rect, chart: &'a Chart, x_range: (f64, f64)) -> Self {
        Self { plot, x_range, y: &chart.y }
    }

    /// Returns the frame of another plot that shows the same times.
    pub(super) fn moved(&self, plot: Rect) -> Self {
        Self { plot, x_range: self.x_range, y: self.y }
    }

    /// Returns the horizontal position of a time [s → points].
    pub(super) fn x(&self, x: f64) -> f32 {
        let share = (x - self.x_range.0) / (self.x_range.1 - self.x_range.0);
        self.plot.left() + (share as f32 * self.plot.width()).clamp(-OUTSIDE, OUTSIDE)
    }

    /// Returns the vertical position of a value [points].
    pub(super) fn y(&self, y: f64) -> f32 {
        let rise = self.y.position(y) as f32 * self.plot.height();
        // An axis without a height draws everything on its base line.
        self.plot.bottom() - if rise.is_finite() { rise.clamp(-OUTSIDE, OUTSIDE) } else { 0.0 }
    }

    /// Returns whether a value lies above the plot.
    pub(super) fn above(&self, y: f64) -> bool {
        self.y.position(y) > 1.0
    }

    pub(super) fn at(&self, p: [f64; 2]) -> Pos2 {
        pos2(self.x(p[0]), self.y(p[1]))
    }

    /// Returns the time at a horizontal position, kept inside the plot [points → s].
    pub(super) fn time(&self, x: f32) -> f64 {
        let share = f64::from(((x - self.plot.left()) / self.plot.width()).clamp(0.0, 1.0));
        self.x_range.0 + share * (self.x_range.1 - self.x_range.0)
    }

    /// Returns whether a time lies on the plot.
    pub(super) fn shows(&self, x: f64) -> bool {
        (self.x_range.0..=self.x_range.1).contains(&x)
    }
}
