//! Quantiles, bands and the confidence interval of a median.
//!
//! Everything works on order statistics alone: a quantile is always a value that occurred, nothing is
//! interpolated and no distribution is assumed. Values may be infinite, which stands for *never*, so
//! the time until 95 % of a fleet is back can be summarised although some runs never get there.
//! NaN is not a value; where one slips in it sorts above infinity and shows up as such.

/// Confidence that an interval of the median must reach before anything is concluded from it.
pub const CONFIDENCE: f64 = 0.95;

/// Returns the rank (from 1) of a percentile among `n` sorted values: `ceil(percent · n / 100)`, at
/// least 1 and at most `n`; 0 where there are no values.
///
/// This is the nearest-rank rule, in whole numbers so that 95 % of 20 is 19 on every machine.
/// `percent` is taken as 100 above 100.
pub fn nearest_rank(n: u64, percent: u32) -> u64 {
    let rank = (u128::from(n) * u128::from(percent.min(100))).div_ceil(100) as u64;
    rank.max(1).min(n)
}

/// Returns the percentile of values that are sorted in ascending order, or `None` where there are none.
pub fn percentile(sorted: &[f64], percent: u32) -> Option<f64> {
    let rank = nearest_rank(sorted.len() as u64, percent) as usize;
    rank.checked_sub(1).map(|index| sorted[index])
}

/// The 5th, 50th and 95th percentile of the same values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// 5th percentile.
    pub p5: f64,
    /// 50th percentile.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
}

impl Spread {
    /// Sorts the values and returns their spread, or `None` where there are none.
    pub fn of(values: &mut [f64]) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        Some(Self { p5: percentile(values, 5)?, p50: percentile(values, 50)?, p95: percentile(values, 95)? })
    }
}

/// An interval that contains the median of whatever the values were drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end; infinite where even the lower end is *never*.
    pub low: f64,
    /// Upper end; infinite where it is *never*.
    pub high: f64,
    /// How often an interval built like this contains the median, 0..1. Below [`CONFIDENCE`] there
    /// were too few values (fewer than 6), and nothing may be concluded.
    pub confidence: f64,
}

impl Interval {
    /// Returns the 95 % confidence interval of the median of `sorted` values (ascending).
    ///
    /// Both ends are values that occurred: those at [`median_ranks`]. Fewer than 6 values cannot bound
    /// a median with 95 % confidence; the interval is then their whole range, and `confidence` says how
    /// little it is worth (5 values: 93.75 %; 1 value: 0). Without values it is unbounded.
    pub fn of_median(sorted: &[f64]) -> Self {
        let n = sorted.len();
        let (Some(&first), Some(&last)) = (sorted.first(), sorted.last()) else {
            return Self { low: f64::NEG_INFINITY, high: f64::INFINITY, confidence: 0.0 };
        };
        match median_ranks(n) {
            Some((low, high)) => Self {
                low: sorted[low - 1],
                high: sorted[high - 1],
                confidence: 1.0 - 2.0 * lower_tails(n)[low - 1],
            },
            None => Self { low: first, high: last, confidence: 1.0 - 2.0 / f64::from(1_u32 << n) },
        }
    }

    /// Returns whether the median keeps an upper limit: `Some(true)` where the whole interval does,
    /// `Some(false)` where none of it does, `None` while that is uncertain.
    pub fn keeps(&self, limit: f64) -> Option<bool> {
        if self.confidence < CONFIDENCE {
            None
        } else if self.high <= limit {
            Some(true)
        } else if self.low > limit {
            Some(false)
        } else {
            None
        }
    }
}

/// Returns the ranks (from 1) of the order statistics that enclose the median of `n` values with at
/// least 95 % confidence, or `None` for fewer than 6 values.
///
/// The lower rank is the largest `d` with P(B < d) ≤ 2.5 % for B binomial (n, 1/2); the upper one is
/// its mirror image (Conover, *Practical Nonparametric Statistics*, on quantiles). n = 50 gives 18, 33.
pub fn median_ranks(n: usize) -> Option<(usize, usize)> {
    let limit = (1.0 - CONFIDENCE) / 2.0;
    let rank = lower_tails(n).iter().take_while(|&&tail| tail <= limit).count();
    (rank > 0).then(|| (rank, n + 1 - rank))
}

/// Returns P(B ≤ 0), P(B ≤ 1) … P(B ≤ ⌊n/2⌋) for B binomial (n, 1/2).
///
/// The coefficients are built down from the middle, relative to the largest, so that the far tail may
/// vanish but nothing overflows.
fn lower_tails(n: usize) -> Vec<f64> {
    let middle = n / 2;
    let mut tails = vec![1.0; middle + 1];
    for i in (0..middle).rev() {
        tails[i] = tails[i + 1] * (i + 1) as f64 / (n - i) as f64;
    }
    // Both halves of the symmetrical law; an even n has its middle once.
    let total = 2.0 * tails.iter().sum::<f64>() - if n.is_multiple_of(2) { 1.0 } else { 0.0 };
    let mut below = 0.0;
    for tail in &mut tails {
        below += *tail;
        *tail = below / total;
    }
    tails
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nearest_ranks_are_whole_numbers() {
        let cases =
            [(10_000, 95, 9_500), (20, 95, 19), (1, 5, 1), (50, 5, 3), (50, 95, 48), (3, 50, 2), (7, 0, 1)];
        for (n, percent, rank) in cases {
            assert_eq!(nearest_rank(n, percent), rank, "{percent} % of {n}");
        }
        assert_eq!(nearest_rank(0, 50), 0);
        assert_eq!(nearest_rank(u64::MAX, 100), u64::MAX);
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let mut values = [9.0, 1.0, f64::INFINITY, 4.0];
        let spread = Spread::of(&mut values).unwrap();
        assert_eq!(spread, Spread { p5: 1.0, p50: 4.0, p95: f64::INFINITY });
        assert_eq!(Spread::of(&mut []), None);
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn median_ranks_agree_with_published_tables() {
        // Conover, table of confidence intervals of the median (95 %).
        let table = [
            (6, 1, 6),
            (8, 1, 8),
            (9, 2, 8),
            (11, 2, 10),
            (12, 3, 10),
            (15, 4, 12),
            (20, 6, 15),
            (25, 8, 18),
            (30, 10, 21),
            (40, 14, 27),
            (50, 18, 33),
            (100, 40, 61),
        ];
        for (n, low, high) in table {
            assert_eq!(median_ranks(n), Some((low, high)), "n = {n}");
        }
        for n in 0..6 {
            assert_eq!(median_ranks(n), None, "n = {n}");
        }
    }

    #[test]
    fn median_ranks_agree_with_whole_number_arithmetic() {
        for n in 6..=120_u32 {
            // 40 · Σ C(n, i) ≤ 2^n is the same inequality without a division.
            let (mut choose, mut sum, mut rank) = (1_u128, 0_u128, 0);
            for i in 0..n {
                sum += choose;
                if sum > (1_u128 << n) / 40 {
                    break;
                }
                rank = i as usize + 1;
                choose = choose * u128::from(n - i) / u128::from(i + 1);
            }
            assert_eq!(median_ranks(n as usize).unwrap().0, rank, "n = {n}");
        }
        // Normal approximation, far beyond what fits into an integer.
        let (low, _) = median_ranks(10_000).unwrap();
        assert!((4_901..=4_903).contains(&low), "{low}");
    }

    #[test]
    fn few_values_conclude_nothing() {
        let five = Interval::of_median(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(five, Interval { low: 1.0, high: 5.0, confidence: 0.9375 });
        assert_eq!(five.keeps(100.0), None);
        assert_eq!(Interval::of_median(&[3.0]).confidence, 0.0);
        assert_eq!(Interval::of_median(&[]).keeps(f64::INFINITY), None);
    }

    #[test]
    fn never_reaches_the_ends_it_belongs_to() {
        let mut values: Vec<f64> = (1..=50).map(f64::from).collect();
        let all_back = Interval::of_median(&values);
        assert_eq!((all_back.low, all_back.high), (18.0, 33.0));
        assert!((all_back.confidence - 0.967_16).abs() < 1e-5, "{}", all_back.confidence);
        assert_eq!(
            [all_back.keeps(33.0), all_back.keeps(17.9), all_back.keeps(20.0)],
            [Some(true), Some(false), None]
        );
        values[30..].fill(f64::INFINITY);
        let some_never = Interval::of_median(&values);
        assert_eq!((some_never.low, some_never.high), (18.0, f64::INFINITY));
        assert_eq!(some_never.keeps(1e9), None);
        values.fill(f64::INFINITY);
        assert_eq!(Interval::of_median(&values).keeps(1e9), Some(false));
    }

    proptest! {
        #[test]
        fn intervals_contain_the_median_of_their_values(mut values in prop::collection::vec(0.0..1e9, 1..80)) {
            values.sort_unstable_by(f64::total_cmp);
            let interval = Interval::of_median(&values);
            let median = percentile(&values, 50).unwrap();
            prop_assert!(interval.low <= median && median <= interval.high);
            prop_assert!(values.len() < 6 || interval.confidence >= CONFIDENCE);
        }
    }
}
