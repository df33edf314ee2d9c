//! From a row of the registry to a lever: which measure, which range, which slider.

use super::widget::quantity::{Lever, Measure, Size, Span};
use crate::fleet::setting::Unit;

/// A number as a screen knows it, in the unit that the screen shows and edits.
#[derive(Clone, Copy, Debug)]
pub struct Number<'a> {
    /// Plain name.
    pub label: &'a str,
    /// Help.
    pub help: &'a str,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
    /// Bounds instead of a value that nobody knows.
    pub bounds: Option<(f64, f64)>,
    /// Whether bounds may be typed.
    pub takes_bounds: bool,
    /// Accepted numbers.
    pub range: (f64, f64),
    /// Whether only whole numbers are accepted.
    pub whole: bool,
    /// Number with a meaning of its own, and that meaning.
    pub special: Option<(f64, &'static str)>,
    /// Ends of the slider, where dragging is worth while.
    pub slider: Option<(f64, f64)>,
    /// What stands under the field; empty for nothing.
    pub echo: &'a str,
}

impl<'a> Number<'a> {
    /// Returns the lever that shows and edits this number.
    pub fn lever(self) -> Lever<'a> {
        let mut lever = Lever::new(self.label, self.value, measure(self.unit, self.value), self.range);
        lever.help = self.help;
        lever.step = if self.whole { 1.0 } else { 0.0 };
        lever.log = true;
        (lever.bounds, lever.takes_bounds) = (self.bounds, self.takes_bounds);
        // What nobody knows has no place on a slider.
        lever.track = self.slider.filter(|_| self.bounds.is_none());
        lever.special = self.special;
        lever.echo = (!self.echo.is_empty()).then_some(self.echo);
        lever
    }
}

/// Returns what a unit measures; durations are shown in the unit that suits their size.
fn measure(unit: Unit, value: f64) -> Measure {
    let duration = |file: Span| {
        let seconds = value * file.secs();
        let shown = match seconds {
            s if s != 0.0 && s < 1.0 => Span::Millis,
            s if s >= 7_200.0 && s % 3_600.0 == 0.0 => Span::Hours,
            s if s >= 600.0 && s % 60.0 == 0.0 => Span::Minutes,
            _ => Span::Seconds,
        };
        Measure::Duration { file, shown }
    };
    match unit {
        Unit::Milliseconds => duration(Span::Millis),
        Unit::Seconds => duration(Span::Seconds),
        Unit::Bytes => Measure::Bytes { shown: Size::Bytes },
        Unit::PerSecond => Measure::Plain { unit: "/s", noun: "rate", example: "85" },
        Unit::Count("%") => Measure::Plain { unit: "%", noun: "percentage", example: "20" },
        Unit::Count(_) | Unit::Choice(_) | Unit::Moment | Unit::Groups | Unit::Text => {
            Measure::Plain { unit: "", noun: "number", example: "100" }
        }
    }
}
