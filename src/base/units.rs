//! Virtual time, durations as people write and read them, and numbers as people read them.
//!
//! Every conversion between units is here. Simulated time is whole microseconds; files keep the unit
//! of their key; people read `3 min 10 s` and type `90s`, `1.5 min` or `1h30m`.

use std::fmt;
use std::ops::{Add, Sub};

/// Thin space between groups of three digits and between a number and its unit.
pub const THIN: char = '\u{2009}';

/// A point in, or a length of, virtual time [µs].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micros(pub u64);

impl Micros {
    /// The start of time; no time at all.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1_000_000);

    /// Returns a whole number of milliseconds; saturates far above any accepted input.
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000))
    }

    /// Returns a whole number of seconds; saturates far above any accepted input.
    pub const fn from_secs(s: u64) -> Self {
        Self(s.saturating_mul(1_000_000))
    }

    /// Returns the nearest microsecond to `s` [s], or `None` for negative, not finite or too large (> 5·10^12 s).
    pub fn from_secs_f64(s: f64) -> Option<Self> {
        (s.is_finite() && (0.0..=5e12).contains(&s)).then(|| Self((s * 1e6).round() as u64))
    }

    /// Returns the time in seconds [s].
    pub fn secs(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Returns the time in milliseconds [ms].
    pub fn millis(self) -> f64 {
        self.0 as f64 / 1e3
    }

    /// Returns `self - other`, or zero where `other` is later.
    #[must_use]
    pub fn since(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Micros {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Micros {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.since(other)
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&duration(self.secs()))
    }
}

/// Units a duration may be written in, with their length [s]; the first name is the canonical one.
const DURATION_UNITS: [(&[&str], f64); 6] = [
    (&["µs", "us"], 1e-6),
    (&["ms", "msec"], 1e-3),
    (&["s", "sec", "secs", "second", "seconds"], 1.0),
    (&["min", "m", "mins", "minute", "minutes"], 60.0),
    (&["h", "hr", "hour", "hours"], 3_600.0),
    (&["d", "day", "days"], 86_400.0),
];

/// Reads a duration with units such as `90s`, `1.5 min`, `1h30m`, `500 ms` [→ s].
///
/// Returns `None` where the text is not a duration, has a number without a unit, or is not finite.
/// A bare number is the caller's business: it means the unit of the field it was typed into.
pub fn parse_duration(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    let (negative, body) = match rest.strip_prefix(['-', '\u{2212}']) {
        Some(body) => (true, body),
        None => (false, rest),
    };
    rest = body;
    let mut total = 0.0;
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let value: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start_matches([' ', THIN, '\u{202f}', '\u{a0}']);
        let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let name = &rest[..letters];
        let (_, scale) = DURATION_UNITS.iter().find(|(names, _)| names.contains(&name))?;
        total += value * scale;
        parts += 1;
        rest = rest[letters..].trim_start_matches([' ', THIN, '\u{202f}', '\u{a0}', ',']);
    }
    let total = if negative { -total } else { total };
    (parts > 0 && total.is_finite()).then_some(total)
}

/// Reads a plain finite number; spaces may stand between groups of three digits, a minus may be
/// typographic. `1 5` is no number, and neither is `1e3`, `inf` or `NaN`.
pub fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, body) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(body) => ("-", body),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let mut groups = body.split([' ', THIN, '\u{202f}', '\u{a0}']);
    let first = groups.next()?;
    let mut digits = format!("{sign}{first}");
    for group in groups {
        let (whole, fraction) = group.split_once('.').unwrap_or((group, ""));
        let grouped = whole.len() == 3 && first.len() <= 3 && !digits.contains('.');
        if !grouped || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.push_str(group);
    }
    let plain = digits.bytes().skip(sign.len()).all(|b| b.is_ascii_digit() || b == b'.');
    if plain { digits.parse().ok().filter(|x: &f64| x.is_finite()) } else { None }
}

/// Returns a duration [s] as people read it in a sentence: `3 min 10 s`, `1 h 30 min`, `500 ms`.
///
/// At most two units; seconds keep three significant digits below one minute.
pub fn duration(s: f64) -> String {
    if !s.is_finite() {
        return "never".into();
    }
    if s < 0.0 {
        return format!("\u{2212}{}", duration(-s));
    }
    if s == 0.0 {
        return "0 s".into();
    }
    if s < 0.000_999_5 {
        return format!("{} µs", significant(s * 1e6));
    }
    if s < 0.999_5 {
        return format!("{} ms", significant(s * 1e3));
    }
    if s < 59.95 {
        return format!("{} s", significant(s));
    }
    let whole = s.round() as u64;
    let (units, lengths) = (["d", "h", "min", "s"], [86_400, 3_600, 60, 1]);
    let first = lengths.iter().position(|&length| whole >= length).unwrap_or(3);
    let text = format!("{} {}", whole / lengths[first], units[first]);
    let rest = whole % lengths[first];
    match lengths.get(first + 1) {
        Some(length) if rest >= *length => format!("{text} {} {}", rest / length, units[first + 1]),
        _ => text,
    }
}

/// Returns a duration [s] as tables show it: `3:10`, `1:02:05`, below a minute `42.5 s`.
pub fn clock(s: f64) -> String {
    if !s.is_finite() {
        return "never".into();
    }
    if s.abs() < 59.95 {
        return duration(s);
    }
    let sign = if s < 0.0 { "\u{2212}" } else { "" };
    let whole = s.abs().round() as u64;
    let (h, m, s) = (whole / 3_600, whole / 60 % 60, whole % 60);
    if h > 0 { format!("{sign}{h}:{m:02}:{s:02}") } else { format!("{sign}{m}:{s:02}") }
}

/// Returns a whole number with thin spaces between groups of three digits: `12 000`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// Returns a number with three significant digits and no useless zeros: `0.0123`, `42.5`, `1 940`.
pub fn significant(x: f64) -> String {
    if !x.is_finite() {
        return "–".into();
    }
    if x == 0.0 {
        return "0".into();
    }
    let magnitude = x.abs().log10().floor() as i32;
    if x.abs() >= 999.5 {
        let sign = if x < 0.0 { "\u{2212}" } else { "" };
        return format!("{sign}{}", count(x.abs().round() as u64));
    }
    let decimals = (2 - magnitude).clamp(0, 9) as usize;
    let text = format!("{x:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('-', "\u{2212}")
}

/// Returns a number as axes label it, with an SI prefix: `0`, `500`, `12 k`, `1.5 M`.
pub fn si(x: f64) -> String {
    let (scale, prefix) = match x.abs() {
        a if a >= 1e9 => (1e9, "G"),
        a if a >= 1e6 => (1e6, "M"),
        a if a >= 1e4 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let number = significant(x / scale);
    if prefix.is_empty() { number } else { format!("{number}{THIN}{prefix}") }
}

/// Returns a share of one as a percentage: `0.948` as `94.8 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", significant(share * 100.0))
}

/// Returns a sentence whose numbers stay on one line with their units.
pub fn unbroken(text: &str) -> String {
    let before = std::iter::once(' ').chain(text.chars());
    let keep = |(before, c): (char, char)| if c == ' ' && before.is_ascii_digit() { '\u{a0}' } else { c };
    before.zip(text.chars()).map(keep).collect()
}

/// Returns a word or sentence with a capital letter at its begin.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_keep_their_units() {
        assert_eq!(
            unbroken("after 3 min 51 s (target 5 min)"),
            "after 3\u{a0}min 51\u{a0}s (target 5\u{a0}min)"
        );
    }

    #[test]
    fn reads_what_engineers_type() {
        let cases = [
            ("90s", 90.0),
            ("1.5 min", 90.0),
            ("1h30m", 5_400.0),
            ("500ms", 0.5),
            ("2 d", 172_800.0),
            ("3 min 10 s", 190.0),
            ("1 h, 5 min", 3_900.0),
            ("-5s", -5.0),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse_duration(text), Some(seconds), "{text}");
        }
        for text in ["", "90", "abc", "5 parsecs", "1h30", "s", "1e400s", "..s", "1 2s"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_may_be_grouped_by_threes_only() {
        let cases = [("12 000", 12_000.0), ("1 234 567.5", 1_234_567.5), ("\u{2212}3", -3.0), ("0.25", 0.25)];
        for (text, number) in cases {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
        for text in ["", "1 5", "1 2345", "12 00", "1.5 000", "1e3", "inf", "NaN", "--1", "-", "1234 567"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn writes_what_people_read() {
        let cases = [
            (0.0, "0 s"),
            (0.5, "500 ms"),
            (9.0, "9 s"),
            (42.5, "42.5 s"),
            (59.97, "1 min"),
            (190.2, "3 min 10 s"),
            (900.0, "15 min"),
            (5_400.0, "1 h 30 min"),
            (90_000.0, "1 d 1 h"),
            (f64::INFINITY, "never"),
        ];
        for (seconds, text) in cases {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
        assert_eq!(clock(190.0), "3:10");
        assert_eq!(clock(3_725.0), "1:02:05");
        assert_eq!(clock(-90.0), "\u{2212}1:30");
        assert_eq!(count(12_000), "12\u{2009}000");
        assert_eq!(significant(0.012_345), "0.0123");
        assert_eq!(significant(400.0), "400");
        assert_eq!(significant(1_940.4), "1\u{2009}940");
        assert_eq!(si(12_000.0), "12\u{2009}k");
        assert_eq!(percent(0.948), "94.8 %");
    }

    proptest! {
        #[test]
        fn whole_seconds_survive_writing_and_reading(s in 1_u64..3_600) {
            prop_assert_eq!(parse_duration(&duration(s as f64)), Some(s as f64));
        }

        #[test]
        fn reading_never_panics(text in "\\PC*") {
            let _ = parse_duration(&text);
        }
    }
}
