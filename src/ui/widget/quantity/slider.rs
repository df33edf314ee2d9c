//! The slider of a lever.

use egui::accesskit::{Action, ActionData};
use egui::{
    EventFilter, Id, Key, Rangef, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::{Change, Lever};
use crate::ui::theme::{FOCUS_WIDTH, tokens};

/// Radius of the handle [points].
const HANDLE: f32 = 7.0;
/// Height of the track [points].
const TRACK: f32 = 4.0;
/// Decades below the highest value at which a logarithmic slider that begins at 0 places its first step.
const DECADES: f64 = 4.0;

/// Where values lie on the track.
struct Rail<'a> {
    lever: &'a Lever<'a>,
    span: Rangef,
}

/// Draws the slider in `area`; returns what was done to it in this frame.
pub(super) fn show(ui: &Ui, lever: &Lever<'_>, id: Id, area: Rect) -> Option<Change> {
    let response = ui.interact(area, id, Sense::click_and_drag());
    let rail = Rail { lever, span: area.x_range().shrink(HANDLE) };

    let pulled = pulled(ui, &rail, &response);
    let value = pulled.map_or(lever.value, |change| change.value);
    paint(ui, &rail, &response, area, value);
    describe(ui, lever, &response, value);
    pulled.filter(|change| change.finished || change.value != lever.value)
}

fn pulled(ui: &Ui, rail: &Rail<'_>, response: &Response) -> Option<Change> {
    if response.is_pointer_button_down_on() {
        response.request_focus();
    }
    if let Some(pointer) = response.interact_pointer_pos() {
        let finished = response.drag_stopped() || response.clicked();
        return Some(Change { value: rail.value(pointer.x), upper: None, finished });
    }
    let requested = ui.input(|input| {
        let last = input.accesskit_action_requests(response.id, Action::SetValue).last();
        last.and_then(|request| match request.data {
            Some(ActionData::NumericValue(value)) => Some(value * rail.lever.measure.scale()),
            _ => None,
        })
    });
    let steps = steps(ui, response);
    let value = match requested {
        Some(value) => value.clamp(rail.ends().0, rail.ends().1),
        None if steps != 0.0 => rail.stepped(steps),
        None => return None,
    };
    (value != rail.lever.value).then_some(Change { value, upper: None, finished: true })
}

/// Returns how many steps arrow keys and screen readers asked for; with Shift ten at a time.
fn steps(ui: &Ui, response: &Response) -> f64 {
    let asked = ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(response.id, action) as f64;
        count(Action::Increment) - count(Action::Decrement)
    });
    if !response.has_focus() {
        return asked;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = ui.input(|input| {
        let far = if input.modifiers.shift { 10.0 } else { 1.0 };
        let presses = |key| input.num_presses(key) as f64;
        (presses(Key::ArrowRight) - presses(Key::ArrowLeft)) * far
    });
    asked + pressed
}

impl Rail<'_> {
    /// Returns the values at both ends.
    fn ends(&self) -> (f64, f64) {
        self.lever.track.unwrap_or(self.lever.range)
    }

    /// Lowest value with a logarithm, in the unit of the file.
    fn first(&self) -> f64 {
        let (low, high) = self.ends();
        if low > 0.0 { low } else { (high * libm::pow(10.0, -DECADES)).max(self.lever.step) }
    }

    fn share(&self, value: f64) -> f64 {
        let (low, high) = self.ends();
        let share = if self.lever.log {
            let first = self.first();
            if value <= low { 0.0 } else { libm::log10(value.max(first) / first) / libm::log10(high / first) }
        } else {
            (value - low) / (high - low)
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    fn x(&self, value: f64) -> f32 {
        self.span.min + self.share(value) as f32 * self.span.span()
    }

    /// Returns the round value at a position; both ends are exact.
    fn value(&self, x: f32) -> f64 {
        let (low, high) = self.ends();
        let share = f64::from((x - self.span.min) / self.span.span().max(1.0));
        if share <= 0.0 {
            return low;
        }
        if share >= 1.0 {
            return high;
        }
        if self.lever.log {
            let first = self.first();
            self.round(first * libm::pow(high / first, share))
        } else {
            self.round(low + share * (high - low))
        }
    }

    /// Returns the size of one step near `value`: two significant digits on a logarithmic track, else a
    /// round part of about a hundredth of the track; never finer than the file can hold.
    fn grain(&self, value: f64) -> f64 {
        let scale = self.lever.measure.scale();
        let rough = if self.lever.log {
            value.max(self.first()) / scale / 10.0
        } else {
            (self.ends().1 - self.ends().0) / scale / 100.0
        };
        let decade = libm::pow(10.0, libm::floor(libm::log10(rough.max(1e-9)) + 1e-9));
        (decade * scale).max(self.lever.step)
    }

    fn round(&self, value: f64) -> f64 {
        let grain = self.grain(value);
        let round = (value / grain).round() * grain;
        // Twice, because a multiple of a round step of the field need not be one the file can hold.
        let step = self.lever.step;
        let held = if step > 0.0 { (round / step).round() * step } else { round };
        held.clamp(self.ends().0, self.ends().1)
    }

    fn stepped(&self, steps: f64) -> f64 {
        let value = self.lever.value;
        let grain = self.grain(if steps < 0.0 { value * (1.0 - 1e-9) } else { value });
        let next = self.round(value + steps * grain);
        // From an unround value the nearest round one may lie behind.
        if (next - value) * steps > 0.0 { next } else { self.round(value + (steps + steps.signum()) * grain) }
    }
}

fn paint(ui: &Ui, rail: &Rail<'_>, response: &Response, area: Rect, value: f64) {
    let t = tokens(ui.ctx());
    let painter = ui.painter();
    let middle = area.center().y;
    let bar = |from: f32, to: f32, height: f32| {
        Rect::from_x_y_ranges(from..=to, middle - height / 2.0..=middle + height / 2.0)
    };
    painter.rect_filled(bar(area.left(), area.right(), TRACK), TRACK / 2.0, t.surface.raised);
    let groove = Stroke::new(1.0, t.control);
    painter.rect_stroke(bar(area.left(), area.right(), TRACK), TRACK / 2.0, groove, StrokeKind::Inside);
    if let Some((from, to)) = rail.lever.safe {
        let safe = bar(rail.x(from), rail.x(to), 3.0).translate(vec2(0.0, TRACK + 2.0));
        painter.rect_filled(safe, 1.0, t.status.ok);
    }
    let at = rail.x(value);
    painter.rect_filled(bar(area.left(), at, TRACK), TRACK / 2.0, t.accent);
    if let Some(best) = rail.lever.recommended {
        let tick = rail.x(best);
        painter.line_segment(
            [pos2(tick, middle - 9.0), pos2(tick, middle - 4.0)],
            Stroke::new(2.0, t.status.ok),
        );
    }
    let fill = if response.hovered() || response.dragged() { t.surface.hovered } else { t.surface.raised };
    painter.circle(pos2(at, middle), HANDLE, fill, Stroke::new(2.0, t.accent));
    if response.has_focus() {
        painter.circle_stroke(pos2(at, middle), HANDLE + 3.0, Stroke::new(FOCUS_WIDTH, t.focus));
    }
}

/// Names the slider and tells its value in the unit of the field.
fn describe(ui: &Ui, lever: &Lever<'_>, response: &Response, value: f64) {
    let scale = lever.measure.scale();
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), value / scale, lever.label));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(lever.measure.text(value));
        node.set_min_numeric_value(lever.track.unwrap_or(lever.range).0 / scale);
        node.set_max_numeric_value(lever.track.unwrap_or(lever.range).1 / scale);
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::{Measure, Span};
    use super::*;

    fn delay(log: bool, value: f64) -> Lever<'static> {
        let measure = Measure::Duration { file: Span::Millis, shown: Span::Seconds };
        Lever { log, step: 1.0, ..Lever::new("delay", value, measure, (0.0, 600_000.0)) }
    }

    #[test]
    fn positions_and_values_agree_and_are_round() {
        for log in [false, true] {
            let lever = delay(log, 0.0);
            let rail = Rail { lever: &lever, span: Rangef::new(10.0, 130.0) };
            assert_eq!(rail.value(-5.0), 0.0);
            assert_eq!(rail.value(500.0), 600_000.0);
            let mut before = -1.0;
            for x in 10..=130 {
                let value = rail.value(x as f32);
                assert!(value >= before, "{log} {x}: {value} after {before}");
                assert!((rail.x(value) - x as f32).abs() < 2.5, "{log} {x}: {value} at {}", rail.x(value));
                assert_eq!(value, value.round(), "the file holds whole milliseconds");
                before = value;
            }
        }
    }

    #[test]
    fn arrows_always_move_by_a_round_step() {
        for log in [false, true] {
            for (value, steps) in
                [(30_000.0, 1.0), (100_000.0, -1.0), (12_345.0, 1.0), (12_345.0, -1.0), (0.0, 1.0)]
            {
                let lever = delay(log, value);
                let rail = Rail { lever: &lever, span: Rangef::new(0.0, 100.0) };
                let next = rail.stepped(steps);
                assert!((next - value) * steps > 0.0, "{log} {value} {steps}: {next}");
            }
        }
        let lever = delay(true, 30_000.0);
        let rail = Rail { lever: &lever, span: Rangef::new(0.0, 100.0) };
        assert_eq!(rail.stepped(1.0), 31_000.0);
        let top = delay(true, 600_000.0);
        assert_eq!(Rail { lever: &top, span: Rangef::new(0.0, 100.0) }.stepped(1.0), 600_000.0);
    }

    #[test]
    fn an_empty_range_is_a_handle_that_stands_still() {
        let mut lever = delay(true, 5.0);
        lever.track = Some((5.0, 5.0));
        let rail = Rail { lever: &lever, span: Rangef::new(0.0, 100.0) };
        assert_eq!(rail.value(50.0), 5.0);
        assert_eq!(rail.share(5.0), 0.0);
    }
}
