//! What part of the time axis is seen, and where the crosshair stands: shared by the charts of a stack.

use egui::{EventFilter, Id, Key, Painter, PointerButton, Rect, Response, Stroke, Ui};

use super::first_mark;
use super::frame::Frame;
use crate::report::chart::{Axis, Chart};
use crate::ui::theme::Tokens;

/// Shortest span shown [s].
const CLOSEST: f64 = 0.01;
/// Shortest drag that zooms [points].
const LEAST_DRAG: f32 = 8.0;

/// One view of the time axis for a whole stack of charts.
#[derive(Clone, Debug, Default)]
pub struct TimeView {
    /// Times at the edges [s], or `None` to show all of the axis.
    pub x_range: Option<(f64, f64)>,
    /// The time under the pointer [s].
    pub hover: Option<f64>,
    /// The time held by a click or moved by the keyboard [s].
    pub frozen: Option<f64>,
    /// Start and present end of a drag [s].
    drag: Option<(f64, f64)>,
    /// The charts drawn with this view, so that each knows when the pointer is over another.
    charts: Vec<Id>,
}

impl TimeView {
    /// Returns the times at the edges of a plot with this axis [s]; never empty, never outside the axis.
    pub fn range(&self, axis: &Axis) -> (f64, f64) {
        let (low, high) = axis.range;
        match self.x_range {
            Some((from, to)) if from.max(low) < to.min(high) => (from.max(low), to.min(high)),
            _ if low < high && (high - low).is_finite() => (low, high),
            _ if low.is_finite() => (low, low + 1.0),
            _ => (0.0, 1.0),
        }
    }

    /// Returns where the crosshair stands [s]: held, or else under the pointer.
    pub fn cursor(&self) -> Option<f64> {
        self.frozen.or(self.hover)
    }

    /// Shows all of the axis again.
    pub fn fit(&mut self) {
        self.x_range = None;
    }

    /// Makes the span `factor` times as long about `centre` [s]; at its longest all of the axis.
    pub fn zoom(&mut self, axis: &Axis, factor: f64, centre: f64) {
        let (low, high) = self.range(axis);
        let span = ((high - low) * factor).max(CLOSEST);
        if span >= axis.range.1 - axis.range.0 {
            return self.fit();
        }
        let share = ((centre - low) / (high - low)).clamp(0.0, 1.0);
        let from = (centre - share * span).clamp(axis.range.0, axis.range.1 - span);
        self.x_range = Some((from, from + span));
    }

    /// Takes pointer and keys of one chart; returns whether the others must be drawn again.
    pub(super) fn interact(&mut self, ui: &Ui, chart: &Chart, response: &Response) -> bool {
        let before = (self.x_range, self.frozen, self.drag);
        let frame = Frame::new(response.rect, chart, self.range(&chart.x));
        self.follow(ui, response.id, &frame);
        self.dragged(ui, response, &frame);
        if response.double_clicked() {
            self.fit();
            self.frozen = None;
        } else if response.clicked()
            && let Some(pointer) = response.interact_pointer_pos()
        {
            let held = self.frozen.is_some_and(|x| (frame.x(x) - pointer.x).abs() < LEAST_DRAG);
            self.frozen = (!held).then(|| frame.time(pointer.x));
            response.request_focus();
        }
        if response.has_focus() {
            self.keys(ui, chart, response.id);
        }
        before != (self.x_range, self.frozen, self.drag)
    }

    /// Puts the crosshair under the pointer, whichever chart of the stack it is over.
    fn follow(&mut self, ui: &Ui, id: Id, frame: &Frame<'_>) {
        let seen = |id: &Id| ui.ctx().read_response(*id);
        self.charts.retain(|id| seen(id).is_some());
        if !self.charts.contains(&id) {
            self.charts.push(id);
        }
        let over = self.charts.iter().filter_map(seen).find(|r| r.hovered() || r.dragged());
        let pointer = ui.input(|input| input.pointer.latest_pos());
        // Charts of a grid have their edges elsewhere: the one under the pointer tells the time.
        self.hover = pointer.zip(over).map(|(pointer, over)| frame.moved(over.rect).time(pointer.x));
    }

    fn dragged(&mut self, ui: &Ui, response: &Response, frame: &Frame<'_>) {
        let origin = ui.input(|input| input.pointer.press_origin());
        if let (true, Some(origin), Some(pointer)) =
            (response.dragged_by(PointerButton::Primary), origin, response.interact_pointer_pos())
        {
            self.drag = Some((frame.time(origin.x), frame.time(pointer.x)));
        }
        if response.drag_stopped_by(PointerButton::Primary)
            && let Some((from, to)) = self.drag.take()
            && (frame.x(to) - frame.x(from)).abs() >= LEAST_DRAG
        {
            self.x_range = Some((from.min(to), from.max(to).max(from.min(to) + CLOSEST)));
        }
    }

    fn keys(&mut self, ui: &Ui, chart: &Chart, id: Id) {
        let filter =
            EventFilter { horizontal_arrows: true, escape: self.frozen.is_some(), ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let (low, high) = self.range(&chart.x);
        let pressed = |key| ui.input(|input| !input.modifiers.command && input.key_pressed(key));
        let steps = ui.input(|input| {
            let far = if input.modifiers.shift { 10.0 } else { 1.0 };
            let presses = |key| input.num_presses(key) as f64;
            (presses(Key::ArrowRight) - presses(Key::ArrowLeft)) * far
        });
        if steps != 0.0 {
            let middle = f64::midpoint(low, high);
            self.frozen = Some(match self.cursor() {
                Some(x) => (x + steps * step((high - low) / 200.0)).clamp(low, high),
                None => first_mark(chart).unwrap_or(middle).clamp(low, high),
            });
        }
        let centre = self.cursor().unwrap_or_else(|| f64::midpoint(low, high));
        if pressed(Key::Plus) || pressed(Key::Equals) {
            self.zoom(&chart.x, 0.5, centre);
        }
        if pressed(Key::Minus) {
            self.zoom(&chart.x, 2.0, centre);
        }
        if pressed(Key::Home) || pressed(Key::Num0) {
            self.fit();
        }
        if pressed(Key::Escape) {
            self.frozen = None;
        }
    }

    /// Tints the span being dragged.
    pub(super) fn paint_selection(&self, painter: &Painter, tokens: &Tokens, frame: &Frame<'_>) {
        if let Some((from, to)) = self.drag {
            let (a, b) = (frame.x(from), frame.x(to));
            let span = Rect::from_x_y_ranges(a.min(b)..=a.max(b), frame.plot.y_range());
            painter.rect_filled(span, 0.0, tokens.accent.gamma_multiply(0.16));
            for x in [a, b] {
                painter.vline(x, frame.plot.y_range(), Stroke::new(1.0, tokens.accent));
            }
        }
    }
}

/// Returns the nearest 1, 2 or 5 times a power of ten below `rough`: the step of the arrow keys [s].
fn step(rough: f64) -> f64 {
    if !(rough.is_finite() && rough > 0.0) {
        return 1.0;
    }
    let decade = libm::pow(10.0, libm::floor(libm::log10(rough)));
    [5.0, 2.0, 1.0].into_iter().find(|s| s * decade <= rough).unwrap_or(1.0) * decade
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_the_centre_and_ends_at_the_axis() {
        let axis = Axis::time(-60.0, 600.0);
        let mut view = TimeView::default();
        assert_eq!(view.range(&axis), (-60.0, 600.0));
        view.zoom(&axis, 0.5, 190.0);
        let (low, high) = view.range(&axis);
        assert!((high - low - 330.0).abs() < 1e-9 && low < 190.0 && 190.0 < high);
        view.zoom(&axis, 4.0, 190.0);
        assert_eq!(view.x_range, None, "zoomed out is fit");
        for _ in 0..60 {
            view.zoom(&axis, 0.5, 600.0);
        }
        let (low, high) = view.range(&axis);
        assert!(high - low >= CLOSEST * 0.999 && high <= 600.0);
    }

    #[test]
    fn a_view_outside_a_new_axis_shows_the_axis() {
        let view = TimeView { x_range: Some((700.0, 800.0)), ..TimeView::default() };
        assert_eq!(view.range(&Axis::time(0.0, 600.0)), (0.0, 600.0));
        assert_eq!(view.range(&Axis::time(5.0, 5.0)), (5.0, 6.0), "an empty axis has a width");
        let half = TimeView { x_range: Some((500.0, 800.0)), ..TimeView::default() };
        assert_eq!(half.range(&Axis::time(0.0, 600.0)), (500.0, 600.0));
    }

    #[test]
    fn arrow_steps_are_round() {
        assert_eq!(step(3.3), 2.0);
        assert_eq!(step(0.07), 0.05);
        assert_eq!(step(f64::NAN), 1.0);
    }
}
