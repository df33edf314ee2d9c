//! Lognormal service times: exactly those of `libm`'s exponential and the pinned quantile, without them.
//!
//! The model wants `max(1, round(mean · exp(quantile(u) − 1/2)))`. As with the exponential law a rounded result
//! needs far fewer digits than the function, so one cubic per cell of a table does, unless the product
//! lies so close to a half that its error could decide; then the formula itself is asked.
//!
//! # Why the result is the same
//!
//! Let p be the distance of u from 0 or 1, whichever is nearer. A draw of 64 bits b (its complement in the upper half) gives
//! `p = b / 2^64` up to 2^-53, and with z leading zeros, from 1 on, `p = 2^-(z+1) · m`, m in [1, 2). Draws with more than
//! [`OCTAVES`] zeros (one in 4,096) are left to the formula. For the others p is at least 2^-13, so its relative
//! error is below 2^-40, and that of the time too, because `d ln f / d ln p` is p / φ(quantile(p)) < 1.26.
//!
//! A cell is an octave's 32nd part, h = 2^-5 in m. Its cubic meets f at the four Chebyshev nodes, so it misses at
//! most `max|f''''| / 4! · 2 (h/4)^4`. With z for the quantile, w = 1/φ(z) and `z' = w`, four derivatives give
//! `f'''' = f · w⁴ · P(z)`, P(z) = 6z³ + 11z² + 13z + 5, z negative in the lower half. Relative to f that is at most
//! `(p w)⁴ · P(|z|) / 24 · 2^-27` at the begin of an octave, where p w falls with p and P grows: 0.33 · 2^-27 at p = 1/4 is the
//! worst (0.27 at z = −1, 0.16 at −2, less beyond). All roundings, and the errors of the quantile and of `libm`, are below 2^-45. Together
//! the relative error is below 2^-28. [`MARGIN`] is 2^-26: whoever changes the table by mistake meets the tests
//! before results change. It is relative to the product, so what is accepted is below 2^25, where
//! adding 2^51 rounds exactly.

use crate::base::{Micros, draws, normal};
use std::sync::LazyLock;

/// Leading zeros beyond which a draw is left to the formula, counted in the half that it lies in.
const OCTAVES: usize = 12;
/// Cells of an octave [log2].
const CELL_BITS: u32 = 5;
/// Cells of an octave.
const CELLS: usize = 1 << CELL_BITS;
/// Relative error of a product that is allowed for.
const MARGIN: f64 = 1.0 / (1_u64 << 26) as f64;
/// A double whose last bit is 1, so that adding it rounds to whole numbers.
const ROUNDER: f64 = (3_u64 << 51) as f64;

/// Terms of a cubic in the distance from the middle of its cell, in cells; the constant first.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Cubic([f64; 4]);

/// `exp(quantile(u) − 1/2)`, first all octaves of the lower half, then those of the upper one, each from
/// the middle of the distribution outwards. Of the whole process, because it depends on nothing.
static TABLE: LazyLock<Box<[Cubic]>> = LazyLock::new(table);

/// The lognormal law with one mean and a standard deviation of 1 in the exponent.
#[derive(Clone, Copy, Debug)]
pub struct Lognormal {
    mean: f64,
    cubics: &'static [Cubic],
}

impl Lognormal {
    /// Returns the law with this mean.
    pub fn new(mean: Micros) -> Self {
        Self { mean: mean.0 as f64, cubics: &TABLE }
    }

    /// Returns the service time of a draw of 64 bits [µs].
    #[inline]
    pub fn time(&self, bits: u64) -> u64 {
        if let Some(product) = self.product(bits) {
            let shifted = product + ROUNDER;
            let rest = product - (shifted - ROUNDER);
            if rest.abs() + product * MARGIN < 0.5 {
                return (shifted.to_bits() - ROUNDER.to_bits()).max(1);
            }
        }
        pinned(bits, self.mean)
    }

    /// Returns nearly `mean · exp(quantile(u) − 1/2)` for the u of a draw, with a relative error below
    /// 2^-28, or `None` for a rare one.
    #[inline]
    fn product(&self, bits: u64) -> Option<f64> {
        let upper = bits >> 63;
        let half = bits ^ upper.wrapping_neg();
        let zeros = (half | 1).leading_zeros();
        if zeros as usize > OCTAVES {
            return None;
        }
        let fraction = half << zeros << 1;
        let octave = upper as usize * OCTAVES + zeros as usize - 1;
        let cell = (fraction >> (u64::BITS - CELL_BITS)) as usize;
        let Cubic([a, b, c, d]) = self.cubics.get(octave * CELLS + cell)?;
        let x = f64::from_bits((fraction << CELL_BITS) >> 12 | 1_023 << 52) - 1.5;
        Some((((d * x + c) * x + b) * x + a) * self.mean)
    }
}

/// Returns the service time as the model defines it [µs].
#[cold]
#[inline(never)]
fn pinned(bits: u64, mean: f64) -> u64 {
    ((mean * factor(draws::unit(bits))).round() as u64).max(1)
}

/// Returns the service time of `u` in units of the mean.
fn factor(u: f64) -> f64 {
    libm::exp(normal::quantile(u) - 0.5)
}

fn table() -> Box<[Cubic]> {
    let mut cubics = Vec::with_capacity(2 * OCTAVES * CELLS);
    for upper in [false, true] {
        for octave in 0..OCTAVES {
            // Octave 0 begins at 1/4.
            let begin = 0.25 / (1_u64 << octave) as f64;
            for cell in 0..CELLS {
                cubics.push(cubic(|x| {
                    let p = begin * (1.0 + (cell as f64 + 0.5 + x) / CELLS as f64);
                    factor(if upper { 1.0 - p } else { p })
                }));
            }
        }
    }
    cubics.into_boxed_slice()
}

/// Returns the cubic that meets `f` at the Chebyshev nodes of −1/2 to 1/2.
fn cubic(f: impl Fn(f64) -> f64) -> Cubic {
    /// cos(π/8) and sin(π/8).
    const NODES: [f64; 2] = [0.923_879_532_511_286_7, 0.382_683_432_365_089_8];
    let [outer, inner] = NODES;
    let [even_outer, even_inner] = NODES.map(|x| f(x / 2.0) + f(-x / 2.0));
    let [odd_outer, odd_inner] = NODES.map(|x| f(x / 2.0) - f(-x / 2.0));
    // Coefficients of the Chebyshev polynomials, whose arguments are twice as large as ours.
    let first = 0.25 * (even_outer + even_inner);
    let second = 0.5 * (odd_outer * outer + odd_inner * inner);
    let third = 0.5 * (even_outer - even_inner) * std::f64::consts::FRAC_1_SQRT_2;
    let fourth = 0.5 * (odd_outer * inner - odd_inner * outer);
    Cubic([first - third, 2.0 * (second - 3.0 * fourth), 8.0 * third, 32.0 * fourth])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Draws;
    use crate::base::draws::Stream;

    /// Draws spread over every cell, and those at its bounds.
    fn in_cells() -> impl Iterator<Item = u64> {
        let places = |zeros: u32| {
            (0..CELLS as u64 * 64).flat_map(move |place| {
                let bound = (CELLS as u64 * 64 + place) << (63 - CELL_BITS - 6);
                [bound >> zeros, (bound - 1) >> zeros, (bound + 2_047) >> zeros]
            })
        };
        (1..=OCTAVES as u32 + 2).flat_map(places).flat_map(|bits| [bits, !bits])
    }

    #[test]
    fn products_keep_their_bound() {
        let law = Lognormal::new(Micros(1));
        let mut worst: f64 = 0.0;
        for bits in in_cells() {
            let zeros = bits.leading_zeros().max(bits.leading_ones());
            let Some(product) = law.product(bits) else {
                assert!(zeros > OCTAVES as u32, "{bits:x}");
                continue;
            };
            assert!(zeros <= OCTAVES as u32, "{bits:x}");
            worst = worst.max((product / factor(draws::unit(bits)) - 1.0).abs());
        }
        assert!(worst < MARGIN / 4.0, "{worst:e}");
        assert!(worst > MARGIN / 16.0, "the margin is more than it needs to be: {worst:e}");
    }

    #[test]
    fn service_times_are_those_of_the_pinned_formula() {
        let ends = [0, 1, 2_047, 2_048, 1 << 63, (1 << 63) - 1, (1 << 63) + 2_048];
        for mean in [0, 1, 2, 3, 20, 20_000, 1_000_000, 86_400_000_000, 1 << 45, 1 << 53, u64::MAX] {
            let law = Lognormal::new(Micros(mean));
            let random = (0..20_000).map(|index| Draws::new(mean).bits(Stream::Service, index, 7));
            for bits in ends.into_iter().flat_map(|end| [end, !end]).chain(random) {
                assert_eq!(law.time(bits), pinned(bits, mean as f64), "mean {mean}, draw {bits:x}");
            }
        }
        let law = Lognormal::new(Micros(15_000));
        assert!(in_cells().all(|bits| law.time(bits) == pinned(bits, 15_000.0)));
    }

    #[test]
    fn halves_are_left_to_the_formula() {
        // Draws whose product with the mean is next to a half, found by searching the law.
        let law = Lognormal::new(Micros(20_000));
        let mut asked = 0;
        for whole in (800..200_000_u64).step_by(97) {
            let half = whole as f64 + 0.5;
            let (mut below, mut above) = (0_u64, u64::MAX);
            while above - below > 1 {
                let middle = below + (above - below) / 2;
                if 20_000.0 * factor(draws::unit(middle)) < half {
                    below = middle;
                } else {
                    above = middle;
                }
            }
            for bits in [below - (1 << 13), below - (1 << 12), below, above, above + (1 << 12)] {
                assert_eq!(law.time(bits), pinned(bits, 20_000.0), "{whole}, draw {bits:x}");
                let Some(product) = law.product(bits) else { continue };
                assert!((product - half).abs() < product * MARGIN, "{whole}: {product}");
                asked += 1;
            }
        }
        assert!(asked > 5_000, "{asked}");
    }
}
