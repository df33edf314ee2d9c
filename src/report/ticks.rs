//! Where an axis is labelled, and with what.
//!
//! Values follow the steps 1, 2 and 5 with SI prefixes (`12 k`), times follow the steps of clocks, and
//! logarithmic axes label decades with zero on the base line. Every axis gets at least two labels: an axis
//! with one number is decoration.

use super::chart::{Axis, AxisKind, Scale};
use crate::base::units::{self, THIN};

/// One labelled position of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, in the unit of the axis' values.
    pub at: f64,
    /// What is written there; without the unit.
    pub label: String,
}

/// The ticks of an axis and the unit their labels are in.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticks {
    /// Positions, ascending.
    pub ticks: Vec<Tick>,
    /// Unit of the labels, to be written once beside the axis' title.
    pub unit: String,
}

/// Steps of time axes [s]; beyond them whole days.
const TIME_STEPS: [f64; 22] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0,
    7_200.0, 10_800.0, 14_400.0, 21_600.0, 43_200.0, 86_400.0,
];

/// Returns the ticks of `axis` over `range`, about `most` of them and never fewer than two.
pub fn ticks(axis: &Axis, range: (f64, f64), most: usize) -> Ticks {
    let most = most.max(2);
    match (axis.kind, axis.scale) {
        (AxisKind::Time, _) => time_ticks(range, most),
        (_, Scale::Log10) => Ticks { ticks: log_ticks(range.1, most), unit: axis.unit.clone() },
        (AxisKind::Percent, Scale::Linear) if range == (0.0, 100.0) => {
            let step = if most > 5 { 20.0 } else { 50.0 };
            Ticks { ticks: every(step, range, units::si), unit: axis.unit.clone() }
        }
        (_, Scale::Linear) => Ticks { ticks: linear_ticks(range, most), unit: axis.unit.clone() },
    }
}

/// Returns ticks at steps of 1, 2 or 5 times a power of ten, labelled with SI prefixes.
///
/// There are at most `most` of them, but always two: a range between two ticks is labelled at its ends.
pub fn linear_ticks(range: (f64, f64), most: usize) -> Vec<Tick> {
    if !sound(range) {
        return Vec::new();
    }
    let step = nice_step((range.1 - range.0) / most.max(2) as f64);
    // One prefix for the whole axis: `5 k` beside `10 k`, not `5 000`.
    let (scale, prefix) = match range.0.abs().max(range.1.abs()) {
        far if far >= 1e10 => (1e9, "G"),
        far if far >= 1e7 => (1e6, "M"),
        far if far >= 1e4 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let label = |at: f64| match units::significant(at / scale) {
        number if prefix.is_empty() || at == 0.0 => number,
        number => format!("{number}{THIN}{prefix}"),
    };
    let ticks = every(step, range, label);
    if ticks.len() < 2 {
        return [range.0, range.1].map(|at| Tick { at, label: label(at) }).to_vec();
    }
    ticks
}

/// Returns the smallest 1-2-5 number at or above `highest`, so that an axis from 0 ends on a tick.
///
/// Zero, negative and not finite input gives 1: an empty axis still has a height. Between 5 and 10 also
/// 6 and 8 are taken, and 1.2, 1.5, 2.5, 3 and 4 below, so that at most a third of the height stays empty.
pub fn ceiling(highest: f64) -> f64 {
    if !(highest.is_finite() && highest > 0.0) {
        return 1.0;
    }
    let decade = libm::pow(10.0, libm::floor(libm::log10(highest)));
    let tops = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let top = tops.into_iter().find(|top| top * decade >= highest * (1.0 - 1e-12));
    top.unwrap_or(10.0) * decade
}

/// Returns ticks for a time axis [s]: labelled in seconds up to 10 min, in minutes up to 10 h, then in hours.
///
/// Where a view is zoomed in so far that its steps are finer than the unit, labels become `12:30` (min:s or h:min).
pub fn time_ticks(range: (f64, f64), most: usize) -> Ticks {
    if !sound(range) {
        return Ticks { ticks: Vec::new(), unit: "s".into() };
    }
    let rough = (range.1 - range.0) / most.max(2) as f64;
    let days = (rough / 86_400.0).ceil().max(1.0) * 86_400.0;
    let fine = nice_step(rough);
    let listed = TIME_STEPS.into_iter().find(|step| *step >= rough * (1.0 - 1e-9)).unwrap_or(days);
    let step = if rough < TIME_STEPS[0] { fine } else { listed };
    let far = range.0.abs().max(range.1.abs());
    let (scale, unit, pair) = match far {
        f if f <= 600.0 => (1.0, "s", "s"),
        f if f <= 36_000.0 => (60.0, "min", "min:s"),
        _ => (3_600.0, "h", "h:min"),
    };
    let unit = if step < scale { pair } else { unit };
    let label = |at: f64| {
        if unit == pair && scale > 1.0 {
            let whole = (at.abs() * 60.0 / scale).round() as u64;
            let sign = if at < 0.0 { "\u{2212}" } else { "" };
            format!("{sign}{}:{:02}", whole / 60, whole % 60)
        } else {
            units::significant(at / scale)
        }
    };
    let mut ticks = every(step, range, label);
    if ticks.len() < 2 {
        ticks = [range.0, range.1].map(|at| Tick { at, label: label(at) }).to_vec();
    }
    Ticks { ticks, unit: unit.into() }
}

/// Returns 0 and the decades up to `high`, thinned to `most`; below 10 also 2 and 5, so that there are always two.
pub fn log_ticks(high: f64, most: usize) -> Vec<Tick> {
    let tick = |at: f64| Tick { at, label: units::si(at) };
    let mut ticks = vec![tick(0.0)];
    if !(high.is_finite() && high >= 1.0) {
        ticks.push(tick(1.0));
        return ticks;
    }
    if high < 10.0 {
        ticks.extend([1.0, 2.0, 5.0].into_iter().filter(|at| *at <= high).map(tick));
        return ticks;
    }
    let decades = libm::floor(libm::log10(high) + 1e-9) as usize;
    let stride = (decades + 1).div_ceil(most.saturating_sub(1).max(1));
    // Counted from the top, so that the highest decade is always labelled.
    let kept = (0..=decades).filter(|d| (decades - d).is_multiple_of(stride));
    ticks.extend(kept.map(|d| tick(libm::pow(10.0, d as f64))));
    ticks
}

/// Returns the smallest of 1, 2, 5 times a power of ten at or above `rough` (> 0).
fn nice_step(rough: f64) -> f64 {
    let decade = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0].into_iter().find(|s| s * decade >= rough * (1.0 - 1e-9));
    step.unwrap_or(10.0) * decade
}

/// Returns whether a range can be labelled at all.
fn sound(range: (f64, f64)) -> bool {
    range.0.is_finite() && range.1.is_finite() && range.0 < range.1 && (range.1 - range.0).is_finite()
}

/// Returns a tick at every multiple of `step` inside `range`; at most 200, whatever the numbers.
fn every(step: f64, range: (f64, f64), label: impl Fn(f64) -> String) -> Vec<Tick> {
    let slack = step * 1e-6;
    let first = ((range.0 - slack) / step).ceil();
    (0..200)
        .map(|i| (first + f64::from(i)) * step)
        .take_while(|at| *at <= range.1 + slack)
        .map(|at| {
            // Multiples of a step that should be zero are not always zero.
            let at = if at.abs() < slack { 0.0 } else { at };
            Tick { at, label: label(at) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|t| t.label.as_str()).collect()
    }

    #[test]
    fn values_are_labelled_at_1_2_5_with_prefixes() {
        assert_eq!(labels(&linear_ticks((0.0, 100.0), 6)), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(
            labels(&linear_ticks((0.0, 14_000.0), 4)),
            ["0", "5\u{2009}k", "10\u{2009}k"],
            "one prefix for one axis"
        );
        assert_eq!(labels(&linear_ticks((0.0, 9_450.0), 2)), ["0", "5\u{2009}000"]);
        assert_eq!(labels(&linear_ticks((101.0, 104.9), 2)), ["102", "104"]);
        assert_eq!(labels(&linear_ticks((1.1, 1.9), 2)).len(), 2, "ends stand in where no tick fits");
    }

    #[test]
    fn times_are_labelled_like_clocks() {
        let t = time_ticks((-60.0, 600.0), 8);
        assert_eq!((t.unit.as_str(), t.ticks[1].label.as_str()), ("s", "120"));
        assert_eq!(time_ticks((-60.0, 590.0), 14).ticks[0].label, "\u{2212}60");
        let t = time_ticks((-120.0, 1_800.0), 8);
        assert_eq!(t.unit, "min");
        assert_eq!(labels(&t.ticks), ["0", "5", "10", "15", "20", "25", "30"]);
        let zoomed = time_ticks((1_000.0, 1_060.0), 5);
        assert_eq!(zoomed.unit, "min:s");
        assert_eq!(labels(&zoomed.ticks), ["16:45", "17:00", "17:15", "17:30"]);
        let long = time_ticks((0.0, 172_800.0), 6);
        assert_eq!((long.unit.as_str(), labels(&long.ticks)[1]), ("h", "12"));
        assert_eq!(labels(&time_ticks((0.0, 2.0), 5).ticks), ["0", "0.5", "1", "1.5", "2"]);
    }

    #[test]
    fn logarithmic_axes_start_at_zero_and_name_the_top_decade() {
        assert_eq!(labels(&log_ticks(9_450.0, 6)), ["0", "1", "10", "100", "1\u{2009}000"]);
        assert_eq!(labels(&log_ticks(9_450.0, 3)), ["0", "10", "1\u{2009}000"]);
        assert_eq!(labels(&log_ticks(7.0, 6)), ["0", "1", "2", "5"]);
        assert_eq!(labels(&log_ticks(0.0, 6)), ["0", "1"]);
    }

    #[test]
    fn ceilings_leave_little_air() {
        let cases = [(0.0, 1.0), (212.0, 250.0), (1_940.0, 2_000.0), (9_450.0, 10_000.0), (400.0, 400.0)];
        for (highest, top) in cases {
            assert!((ceiling(highest) - top).abs() < 1e-9 * top, "{highest}: {}", ceiling(highest));
        }
        assert_eq!(ceiling(f64::NAN), 1.0);
    }

    proptest! {
        #[test]
        fn every_sound_axis_has_two_labels_or_more(low in -1e7..1e7_f64, span in 1e-3..1e8_f64, most in 0_usize..20) {
            let range = (low, low + span);
            let time = time_ticks(range, most).ticks;
            for ticks in [linear_ticks(range, most), time] {
                prop_assert!(ticks.len() >= 2, "{ticks:?}");
                prop_assert!(ticks.len() <= most.max(2) + 2, "{ticks:?}");
                prop_assert!(ticks.windows(2).all(|w| w[0].at < w[1].at));
            }
        }

        #[test]
        fn labels_never_panic(low in any::<f64>(), high in any::<f64>(), most in 0_usize..50) {
            let _ = linear_ticks((low, high), most);
            let _ = time_ticks((low, high), most);
            let _ = log_ticks(high, most);
            let _ = ceiling(high);
        }
    }
}
