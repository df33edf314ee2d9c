//! A lever: one number with its unit, as text that can be typed and as a slider that can be dragged.
//!
//! The value is held in the unit of the file it is written to; people see and type the human unit, and a
//! line below echoes what the file will hold. Typed text is read when it is left or entered: what cannot be
//! read, lies outside the range or is finer than the file can hold is refused with a sentence and changes
//! nothing; nothing is ever bent into the range silently. The slider works with pointer, arrow keys and
//! screen readers, shows the safe range on its track and the recommended value as a tick.

mod field;
mod measure;
mod slider;

use egui::{Align, Id, Label, Layout, Rect, RichText, Sense, Ui, UiBuilder, vec2};

pub use self::measure::{Measure, Size, Span};
use super::super::theme::{BODY, SMALL, TARGET, plain, space, tokens};

/// Width of the field for the number [points].
const FIELD: f32 = 72.0;
/// Width of the column for units, the same for all levers so that numbers line up [points].
const UNIT: f32 = 40.0;
/// Width that units take up at the end of a lever [points].
pub const UNIT_COLUMN: f32 = space::XS + UNIT;
/// Width of a label beside its slider [points].
const SIDE_LABEL: f32 = 252.0;
/// Width from which label, slider, number and unit share a line [points].
const ONE_LINE: f32 = SIDE_LABEL + 168.0;
/// Height of the label above slider and field [points].
const HEAD: f32 = 20.0;
/// Height of the echo below them [points].
const LINE: f32 = 16.0;
/// Shortest slider worth drawing [points].
const LEAST_SLIDER: f32 = 40.0;

/// One number that can be pulled.
#[derive(Clone, Debug)]
pub struct Lever<'a> {
    /// Name as operators search for it: the key of the file, or plain words. Unique inside its panel.
    pub label: &'a str,
    /// Meaning, range, default and the file written, shown when the pointer rests on the label.
    pub help: &'a str,
    /// The value, in the unit of the file.
    pub value: f64,
    /// Bounds instead of a value that nobody knows, in the unit of the file.
    pub bounds: Option<(f64, f64)>,
    /// Whether bounds may be typed instead of a value: `5..60`.
    pub takes_bounds: bool,
    /// What is measured, and the units of file and field.
    pub measure: Measure,
    /// Lowest and highest value accepted, in the unit of the file.
    pub range: (f64, f64),
    /// Smallest difference the file can hold, in its unit: 1 for whole numbers, 0 for any.
    pub step: f64,
    /// A value outside the range that is accepted too, and the words it is shown and typed as (`for ever`).
    pub special: Option<(f64, &'static str)>,
    /// Ends of the slider, in the unit of the file; `None` for no slider. Values beyond are typed.
    pub track: Option<(f64, f64)>,
    /// Whether equal ratios are equal distances on the slider.
    pub log: bool,
    /// What the file will hold (`file: 60000`), shown under the field.
    pub echo: Option<&'a str>,
    /// Values known to be safe, in the unit of the file.
    pub safe: Option<(f64, f64)>,
    /// The recommended value, in the unit of the file.
    pub recommended: Option<f64>,
}

impl<'a> Lever<'a> {
    /// Returns a lever with a linear slider over `range`; set other fields as needed.
    pub fn new(label: &'a str, value: f64, measure: Measure, range: (f64, f64)) -> Self {
        Self {
            label,
            help: "",
            value,
            bounds: None,
            takes_bounds: false,
            measure,
            range,
            step: 0.0,
            special: None,
            track: Some(range),
            log: false,
            echo: None,
            safe: None,
            recommended: None,
        }
    }

    /// Returns the value as the field shows it.
    fn shown(&self) -> String {
        if let Some((low, high)) = self.bounds {
            return format!("{}..{}", self.measure.number(low), self.measure.number(high));
        }
        match self.special {
            Some((special, words)) if special == self.value => words.to_owned(),
            _ => self.measure.number(self.value),
        }
    }

    /// Returns what is there: the value, or lower and upper bound.
    fn held(&self) -> (f64, Option<f64>) {
        self.bounds.map_or((self.value, None), |(low, high)| (low, Some(high)))
    }

    /// Returns the value of typed text as the file holds it, or lower and upper bound, or why it cannot be taken.
    fn read(&self, typed: &str) -> Result<(f64, Option<f64>), String> {
        let Some((low, high)) = typed.split_once("..").filter(|_| self.takes_bounds) else {
            return Ok((self.known(typed)?, None));
        };
        let bound = |text: &str| self.accept(self.measure.parse(text.trim())?, text.trim());
        let (low, high) = (bound(low)?, bound(high)?);
        if low < high {
            return Ok((low, Some(high)));
        }
        Err(format!("`{}` has no room between its bounds. Enter the lower one first.", typed.trim()))
    }

    /// Returns the value of typed text as the file holds it, or why it cannot be taken.
    fn known(&self, typed: &str) -> Result<f64, String> {
        let typed = typed.trim();
        let value = match self.special {
            Some((special, words)) if typed == words => return Ok(special),
            _ => self.measure.parse(typed)?,
        };
        match self.special {
            Some((special, _)) if special == value => Ok(special),
            _ => self.accept(value, typed),
        }
    }

    /// Returns `value` [unit of the file] as the file holds it, or why it cannot be taken; `typed` names it.
    fn accept(&self, value: f64, typed: &str) -> Result<f64, String> {
        let (low, high) = self.range;
        if !(low..=high).contains(&value) {
            let (low, high) = (self.measure.text(low), self.measure.text(high));
            let special = self.special.map_or_else(String::new, |(_, words)| format!(" or `{words}`"));
            return Err(format!("`{typed}` is out of range. Enter {low} to {high}{special}."));
        }
        if self.step <= 0.0 {
            return Ok(value);
        }
        let held = (value / self.step).round() * self.step;
        if (value - held).abs() > 1e-3 * self.step {
            let nearest = self.measure.text(held.clamp(low, high));
            let finest = self.measure.text(self.step);
            return Err(format!("`{typed}` is finer than the file can hold ({finest}). Try `{nearest}`."));
        }
        Ok(held)
    }
}

/// What a person did to a lever.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The new value, in the unit of the file; inside the range. The lower bound where there is an upper one.
    pub value: f64,
    /// The upper bound, where bounds were typed because nobody knows the value.
    pub upper: Option<f64>,
    /// Whether the gesture has ended: false while a slider is being dragged.
    pub finished: bool,
}

/// Draws a lever over the available width; returns what was done to it in this frame.
///
/// Label on the first line, slider, number and unit on the second, echo or refusal below. Without a
/// slider, label and number share a line where they fit; over a large width everything stands on one line.
pub fn lever(ui: &mut Ui, lever: &Lever<'_>) -> Option<Change> {
    let t = tokens(ui.ctx());
    let id = ui.make_persistent_id(("lever", lever.label));
    let rows = Rows::new(ui, lever);
    let name = label(ui, lever, rows.label);
    let dragged = rows.track.and_then(|track| slider::show(ui, lever, id.with("slider"), track));
    let typed = field::show(ui, lever, id.with("field"), name, rows.field);
    let unit = RichText::new(lever.measure.unit()).font(plain(BODY)).color(t.text.weak);
    cell(ui, rows.unit, Layout::left_to_right(Align::Center), |ui| ui.add(Label::new(unit).truncate()));

    if let Some(refusal) = &typed.refusal {
        let text = RichText::new(format!("✕ {refusal}")).font(plain(SMALL)).color(t.status.bad);
        ui.add(Label::new(text).wrap());
    } else if let Some(echo) = lever.echo {
        let text = RichText::new(echo).font(plain(SMALL)).color(t.text.weak);
        let width = rows.field.right() - rows.label.left();
        let (below, _) = ui.allocate_exact_size(vec2(width, LINE), Sense::hover());
        // Begins with the label, or ends where the number ends, inside the field's margin.
        let end = below.right() - ui.spacing().button_padding.x;
        let (below, layout) = if rows.wide {
            (below.translate(vec2(0.0, -space::XS)), Layout::left_to_right(Align::Center))
        } else {
            (below.with_max_x(end), Layout::right_to_left(Align::Center))
        };
        cell(ui, below, layout, |ui| ui.add(Label::new(text).truncate()));
    }
    typed.change.or(dragged)
}

/// Where the parts of a lever stand.
struct Rows {
    /// Whether everything stands on one line.
    wide: bool,
    label: Rect,
    track: Option<Rect>,
    field: Rect,
    unit: Rect,
}

impl Rows {
    fn new(ui: &mut Ui, lever: &Lever<'_>) -> Self {
        let width = ui.available_width();
        let side = width - FIELD - space::XS - UNIT;
        let ink = tokens(ui.ctx()).text.normal;
        let named = ui.painter().layout_no_wrap(lever.label.to_owned(), plain(BODY), ink).size().x;
        let wide = width >= ONE_LINE;
        let together = wide || lever.track.is_none() && named + space::S <= side;
        let first = if together { 0.0 } else { HEAD };
        let (area, _) = ui.allocate_exact_size(vec2(width, first + TARGET), Sense::hover());
        let row = area.with_min_y(area.top() + first);
        let field = Rect::from_min_size(row.min + vec2(side, 0.0), vec2(FIELD, TARGET));
        let beside = row.with_max_x(field.left() - space::S);
        let (label, track) = if wide {
            let (label, track) = beside.split_left_right_at_x(row.left() + SIDE_LABEL);
            (if lever.track.is_none() { beside } else { label.with_max_x(label.right() - space::S) }, track)
        } else {
            (if together { beside } else { area.with_max_y(area.top() + HEAD) }, beside)
        };
        Self {
            wide,
            label,
            track: (lever.track.is_some() && track.width() >= LEAST_SLIDER).then_some(track),
            field,
            unit: row.with_min_x(field.right() + space::XS),
        }
    }
}

/// Draws the label, with the help behind it, and returns the widget that names field and slider.
fn label(ui: &mut Ui, lever: &Lever<'_>, area: Rect) -> Id {
    let text = RichText::new(lever.label).font(plain(BODY)).color(tokens(ui.ctx()).text.normal);
    let label = |ui: &mut Ui| ui.add(Label::new(text).truncate());
    let response = cell(ui, area, Layout::left_to_right(Align::Center), label);
    let id = response.id;
    if !lever.help.is_empty() {
        response.on_hover_text(lever.help);
    }
    id
}

/// Draws into a part of an area already taken.
fn cell<R>(ui: &mut Ui, area: Rect, layout: Layout, add: impl FnOnce(&mut Ui) -> R) -> R {
    add(&mut ui.new_child(UiBuilder::new().max_rect(area).layout(layout)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_typed_and_shown_where_they_may_be() {
        let measure = Measure::Duration { file: Span::Millis, shown: Span::Seconds };
        let mut lever = Lever { step: 1.0, ..Lever::new("timeout", 7_000.0, measure, (1_000.0, 600_000.0)) };
        assert!(lever.read("5..60").is_err(), "only where they may be");
        lever.takes_bounds = true;
        for text in ["5..60", " 5s .. 1min "] {
            assert_eq!(lever.read(text), Ok((5_000.0, Some(60_000.0))), "{text}");
        }
        assert_eq!(lever.read("30s"), Ok((30_000.0, None)));
        assert!(lever.read("60..5").unwrap_err().contains("lower one first"));
        assert!(lever.read("0..5").unwrap_err().contains("out of range"));
        assert!(lever.read("..5").is_err());
        lever.bounds = Some((5_000.0, 60_000.0));
        assert_eq!((lever.shown().as_str(), lever.held()), ("5..60", (5_000.0, Some(60_000.0))));
    }

    #[test]
    fn refusals_name_range_and_grain() {
        let measure = Measure::Duration { file: Span::Millis, shown: Span::Seconds };
        let lever = Lever { step: 1.0, ..Lever::new("delay", 1_000.0, measure, (1_000.0, 600_000.0)) };
        assert_eq!(lever.accept(59_999.999_999, "60"), Ok(60_000.0), "noise of binary fractions is none");
        let text = lever.accept(1_200_000.0, "20 min").unwrap_err();
        assert_eq!(text, "`20 min` is out of range. Enter 1 s to 600 s.");
        assert!(lever.accept(f64::NAN, "x").is_err());
        let text = lever.accept(1_000.5, "1.0005").unwrap_err();
        assert_eq!(text, "`1.0005` is finer than the file can hold (0.001 s). Try `1.001 s`.");
    }
}
