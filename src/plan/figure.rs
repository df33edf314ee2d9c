//! Key figures of a result: one number over all runs with its interval.

use crate::base::units::{self, THIN};

/// How a figure is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureUnit {
    /// A time after the platform is back [s]; infinity is *never*.
    Duration,
    /// A rate [1/s].
    PerSecond,
    /// A share of one.
    Share,
    /// A number of things.
    Count,
    /// An amount of money in the currency with this code.
    Money(&'static str),
}

impl FigureUnit {
    /// Returns an amount with its currency, where it is one: `12 300 EUR`.
    pub fn amount(self, value: f64) -> String {
        let number = units::significant(value);
        match self {
            Self::Money(currency) => format!("{number} {currency}"),
            _ => number,
        }
    }
}

/// One figure: the median over the runs and the 95 % confidence interval of that median.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// Key in JSON, with its unit (`t95_s`).
    pub key: &'static str,
    /// What people read.
    pub label: &'static str,
    /// How the numbers are read.
    pub unit: FigureUnit,
    /// Median over the runs, in the unit; infinity is *never*.
    pub median: f64,
    /// Lower and upper end of the interval of the median.
    pub ci: (f64, f64),
}

impl Figure {
    /// Returns a number of this figure as a sentence reads it: `3 min 10 s`, `212 /s`.
    pub fn text(&self, value: f64) -> String {
        match self.unit {
            FigureUnit::Duration => units::duration(value),
            FigureUnit::PerSecond => format!("{}{THIN}/s", units::significant(value)),
            FigureUnit::Share => units::percent(value),
            FigureUnit::Count => units::count(value.round().max(0.0) as u64),
            FigureUnit::Money(_) => self.unit.amount(value),
        }
    }

    /// Returns a number of this figure as a table shows it: `3:10`.
    pub fn cell(&self, value: f64) -> String {
        match self.unit {
            FigureUnit::Duration => units::clock(value),
            _ => self.text(value),
        }
    }

    /// Returns whether there were enough runs for an interval; what too few leave open is everything.
    pub fn bounded(&self) -> bool {
        self.ci != (0.0, f64::INFINITY)
    }

    /// Returns the interval as people read it, or `None` where it is a single number as shown.
    pub fn interval(&self) -> Option<String> {
        if !self.bounded() {
            return Some("needs more runs".to_owned());
        }
        let (low, high) = (self.cell(self.ci.0), self.cell(self.ci.1));
        (low != high).then(|| format!("{low} to {high}"))
    }
}
