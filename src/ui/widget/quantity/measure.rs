//! What a lever measures: reading what people type, writing what fields show.
//!
//! Each measure has one unit in the file and one in the field. A bare number typed into a field is in the
//! unit the field shows; with a unit it may be any of the measure's units.

use crate::base::units::{parse_duration, parse_number};

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Thousandths of a second.
    Millis,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
}

/// A unit of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Single bytes.
    Bytes,
    /// Thousands of bytes.
    Kilobytes,
    /// Millions of bytes.
    Megabytes,
}

/// What a number measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A length of time.
    Duration {
        /// Unit of the file.
        file: Span,
        /// Unit of the field.
        shown: Span,
    },
    /// An amount of storage; files hold bytes.
    Bytes {
        /// Unit of the field.
        shown: Size,
    },
    /// A plain number with a fixed unit (`devices`, `/s`, `%`), the same in file and field.
    Plain {
        /// Unit as written after the number; may be empty.
        unit: &'static str,
        /// What to call it in a refusal (`number`, `rate`, `percentage`).
        noun: &'static str,
        /// What a good answer looks like (`85/s`).
        example: &'static str,
    },
}

/// Names of byte units and their lengths [bytes].
const BYTE_UNITS: [(&str, f64); 9] = [
    ("b", 1.0),
    ("byte", 1.0),
    ("bytes", 1.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("kib", 1_024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
];

impl Span {
    /// Returns the length [s].
    pub fn secs(self) -> f64 {
        match self {
            Self::Millis => 0.001,
            Self::Seconds => 1.0,
            Self::Minutes => 60.0,
            Self::Hours => 3_600.0,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Millis => "ms",
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Hours => "h",
        }
    }
}

impl Size {
    /// Returns the size [bytes].
    pub fn bytes(self) -> f64 {
        match self {
            Self::Bytes => 1.0,
            Self::Kilobytes => 1e3,
            Self::Megabytes => 1e6,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bytes => "B",
            Self::Kilobytes => "kB",
            Self::Megabytes => "MB",
        }
    }
}

impl Measure {
    /// A whole number of `unit` (`devices`).
    pub const fn count(unit: &'static str) -> Self {
        Self::Plain { unit, noun: "number", example: "100" }
    }

    /// Something per second.
    pub const fn per_second() -> Self {
        Self::Plain { unit: "/s", noun: "rate", example: "85/s" }
    }

    /// A share [%].
    pub const fn percent() -> Self {
        Self::Plain { unit: "%", noun: "percentage", example: "95 %" }
    }

    /// Returns the unit shown beside the field.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Duration { shown, .. } => shown.name(),
            Self::Bytes { shown } => shown.name(),
            Self::Plain { unit, .. } => unit,
        }
    }

    /// Returns how many units of the file one unit of the field is.
    pub fn scale(self) -> f64 {
        match self {
            Self::Duration { file, shown } => shown.secs() / file.secs(),
            Self::Bytes { shown } => shown.bytes(),
            Self::Plain { .. } => 1.0,
        }
    }

    /// Returns the number a field shows for a value of the file: exact, without unit.
    pub fn number(self, value: f64) -> String {
        exact(value / self.scale())
    }

    /// Returns a value of the file with the unit of the field: `60 s`.
    pub fn text(self, value: f64) -> String {
        let (number, unit) = (self.number(value), self.unit());
        match unit {
            "" => number,
            unit if unit.starts_with('/') => format!("{number}{unit}"),
            unit => format!("{number} {unit}"),
        }
    }

    /// Reads typed text; returns the value in the unit of the file.
    ///
    /// # Errors
    /// Returns the sentence to show where the text is not such a quantity.
    pub fn parse(self, typed: &str) -> Result<f64, String> {
        let typed = typed.trim();
        if let Some(number) = parse_number(typed) {
            return Ok(number * self.scale());
        }
        let value = match self {
            Self::Duration { file, .. } => parse_duration(typed).map(|secs| secs / file.secs()),
            Self::Bytes { .. } => storage(typed),
            Self::Plain { unit, .. } => typed.strip_suffix(unit).and_then(parse_number),
        };
        value.ok_or_else(|| match self {
            Self::Duration { .. } => format!("`{typed}` is not a duration. Try `90s` or `2 min`."),
            Self::Bytes { .. } => format!("`{typed}` is not a size. Try `64 kB` or `1 MB`."),
            Self::Plain { noun, example, .. } => format!("`{typed}` is not a {noun}. Try `{example}`."),
        })
    }
}

fn storage(typed: &str) -> Option<f64> {
    let split = typed.find(|c: char| c.is_alphabetic())?;
    let unit = typed[split..].to_lowercase();
    let (_, size) = BYTE_UNITS.iter().find(|(name, _)| *name == unit)?;
    Some(parse_number(&typed[..split])? * size)
}

/// Returns a number with all its digits, without the noise of binary fractions: `0.1`, `60`, `12000`.
fn exact(x: f64) -> String {
    let text = format!("{x:.9}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.replace('-', "\u{2212}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DELAY: Measure = Measure::Duration { file: Span::Millis, shown: Span::Seconds };

    #[test]
    fn durations_are_read_in_any_unit_and_bare_in_the_shown_one() {
        let cases = [
            ("90s", 90_000.0),
            ("1.5 min", 90_000.0),
            ("90", 90_000.0),
            ("500ms", 500.0),
            (" 1h30m ", 5.4e6),
        ];
        for (typed, value) in cases {
            assert_eq!(DELAY.parse(typed), Ok(value), "{typed}");
        }
        let refusal = DELAY.parse("abc").unwrap_err();
        assert_eq!(refusal, "`abc` is not a duration. Try `90s` or `2 min`.");
        for typed in ["", "1e3", "inf", "NaN", "9 parsecs", "--1"] {
            assert!(DELAY.parse(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn sizes_rates_and_counts_are_read_with_and_without_unit() {
        let store = Measure::Bytes { shown: Size::Kilobytes };
        assert_eq!(store.parse("64"), Ok(64_000.0));
        assert_eq!(store.parse("1 MiB"), Ok(1_048_576.0));
        assert_eq!(store.text(64_000.0), "64 kB");
        assert!(store.parse("1 parsec").is_err());
        assert_eq!(Measure::per_second().parse("85/s"), Ok(85.0));
        assert_eq!(Measure::per_second().text(85.0), "85/s");
        assert_eq!(Measure::percent().parse("95 %"), Ok(95.0));
        assert_eq!(Measure::count("devices").parse("12 000"), Ok(12_000.0));
        assert_eq!(Measure::count("devices").parse("\u{2212}5 devices"), Ok(-5.0));
    }

    #[test]
    fn numbers_show_all_their_digits_and_no_noise() {
        assert_eq!(DELAY.number(60_000.0), "60");
        assert_eq!(DELAY.number(100.0), "0.1");
        assert_eq!(DELAY.number(1_234_567.0), "1234.567");
        assert_eq!(DELAY.number(-0.0), "0");
        assert_eq!(DELAY.number(-5_000.0), "\u{2212}5");
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed(ms in 0_u64..10_000_000_000) {
            prop_assert_eq!(DELAY.parse(&DELAY.text(ms as f64)).map(f64::round), Ok(ms as f64));
            prop_assert_eq!(DELAY.parse(&DELAY.number(ms as f64)).map(f64::round), Ok(ms as f64));
        }

        #[test]
        fn reading_never_panics(typed in "\\PC*") {
            for measure in [DELAY, Measure::Bytes { shown: Size::Bytes }, Measure::percent()] {
                let _ = measure.parse(&typed);
            }
        }
    }
}
