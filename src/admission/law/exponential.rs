//! Exponential service times: exactly those of `libm`'s logarithm, without computing it.
//!
//! The model wants `max(1, round(−ln(u) · mean))` with the logarithm pinned to `libm`. A rounded result needs
//! far fewer digits than a logarithm, so a table and two terms of a series do, unless the product lies so
//! close to a half that their error could decide; then `libm` is asked.
//!
//! # Why the result is the same
//!
//! A draw of 64 bits b gives `u = (⌊b / 2^11⌋ + 1/2) / 2^53`, which differs from `b / 2^64` by at most 2^-54. With
//! z leading zeros `b / 2^64 = 2^-(z+1) · m`, m in [1, 2), and m is cut to the 52 bits of a double. Draws with
//! z ≥ 20 (one in a million) are left to `libm`; for the others both steps move `ln u` by less than 2^-32.
//! With c the reciprocal of the middle of m's table cell and `r = m·c − 1`, `ln m = −ln c + ln(1 + r)`. A cell is
//! 2^-9 wide, so |r| < 2^-9.99, and the series cut after r² misses less than |r|³/3 · 1.002 < 2^-31.5. All
//! roundings are relative 2^-53 of numbers below 22, so a dozen of them stay below 2^-44, and so do the
//! errors of `libm` itself and of the product that the model rounds. Together the products differ by less
//! than 2^-30.7 · mean. [`MARGIN`] is 2^-28, six times as much: whoever changes the series by mistake meets
//! the tests before results change. The 2^51 added for rounding is exact for products below 2^50.

use crate::base::{Micros, draws};

/// Cells of the table [log2].
const CELL_BITS: u32 = 9;
/// Leading zeros from which on a draw is left to `libm`.
const RARE: usize = 20;
/// Distance from a half below which a product is left to `libm`, in units of the mean.
const MARGIN: f64 = 1.0 / (1_u64 << 28) as f64;
/// Means from here on are left to `libm`: at 22 times that a double no longer tells a half from a whole.
const LARGE: f64 = (1_u64 << 45) as f64;
/// A double whose last bit is 1, so that adding it rounds to whole numbers.
const ROUNDER: f64 = (3_u64 << 51) as f64;

/// The exponential law with one mean.
#[derive(Clone, Debug)]
pub struct Exponential {
    mean: f64,
    /// Largest distance from a whole number at which the rounding is certain; negative for never.
    certain: f64,
    /// Product of the mean with the negative logarithm of 2^-(z+1), by leading zeros z; NaN where rare.
    scales: [f64; 64],
    /// Reciprocal of the middle of a cell, and the product of the mean with its logarithm.
    cells: [(f64, f64); 1 << CELL_BITS],
}

impl Exponential {
    /// Returns the law with this mean.
    pub fn new(mean: Micros) -> Self {
        let mean = mean.0 as f64;
        let mut cells = [(0.0, 0.0); 1 << CELL_BITS];
        let count = cells.len() as f64;
        for (index, cell) in cells.iter_mut().enumerate() {
            let reciprocal = 1.0 / (1.0 + (index as f64 + 0.5) / count);
            *cell = (reciprocal, libm::log(reciprocal) * mean);
        }
        let mut scales = [f64::NAN; 64];
        for (zeros, scale) in scales.iter_mut().enumerate().take(RARE) {
            *scale = (zeros as f64 + 1.0) * std::f64::consts::LN_2 * mean;
        }
        let certain = if mean < LARGE { 0.5 - mean * MARGIN } else { -1.0 };
        Self { mean, certain, scales, cells }
    }

    /// Returns the service time of a draw of 64 bits [µs].
    #[inline]
    pub fn time(&self, bits: u64) -> u64 {
        let product = self.product(bits);
        let shifted = product + ROUNDER;
        let rest = product - (shifted - ROUNDER);
        // False for NaN.
        if rest.abs() < self.certain {
            return (shifted.to_bits() - ROUNDER.to_bits()).max(1);
        }
        pinned(bits, self.mean)
    }

    /// Returns nearly `−ln(u) · mean` for the u of a draw, off by less than 2^-30 · mean, or NaN.
    #[inline]
    fn product(&self, bits: u64) -> f64 {
        let zeros = (bits | 1).leading_zeros();
        let normal = bits << zeros;
        let mantissa = f64::from_bits((normal << 1) >> 12 | 1_023 << 52);
        let cell = (normal << 1) >> (u64::BITS - CELL_BITS);
        let (reciprocal, log) = self.cells[cell as usize % (1 << CELL_BITS)];
        let r = mantissa * reciprocal - 1.0;
        (self.scales[zeros as usize % 64] + log) - (r * self.mean) * (1.0 - r * 0.5)
    }
}

/// Returns the service time as the model defines it [µs].
#[cold]
#[inline(never)]
fn pinned(bits: u64, mean: f64) -> u64 {
    ((-libm::log(draws::unit(bits)) * mean).round() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Draws;
    use crate::base::draws::{Stream, unit};

    /// Draws at which something changes, and random ones.
    fn draws() -> impl Iterator<Item = u64> {
        let cells = 1_u64 << CELL_BITS;
        let bounds = (0..cells).flat_map(move |cell| {
            let bound = (cells + cell) << (63 - CELL_BITS);
            (0..24).flat_map(move |zeros| [bound >> zeros, (bound - 1) >> zeros, (bound + 2_047) >> zeros])
        });
        let ends = [0, 1, 2_047, 2_048, u64::MAX, u64::MAX - 2_048, 1 << 63, (1 << 63) - 1, 1 << 43, 1 << 44];
        let random = (0..300_000).map(|index| Draws::new(3).bits(Stream::Service, index, 0));
        ends.into_iter().chain(bounds).chain(random)
    }

    #[test]
    fn products_keep_their_bound() {
        let law = Exponential::new(Micros(1));
        let mut worst: f64 = 0.0;
        for bits in draws() {
            let product = law.product(bits);
            assert_eq!(product.is_nan(), bits.leading_zeros() >= RARE as u32);
            if !product.is_nan() {
                worst = worst.max((product + libm::log(unit(bits))).abs());
            }
        }
        assert!(worst < 1.0 / (1_u64 << 30) as f64, "{worst:e}");
        assert!(worst > 1.0 / (1_u64 << 36) as f64, "the margin is more than it needs to be: {worst:e}");
    }

    #[test]
    fn service_times_are_those_of_the_pinned_logarithm() {
        for mean in [0, 1, 2, 3, 20, 20_000, 1_000_000, 86_400_000_000, 1 << 44, 1 << 45, 1 << 53, u64::MAX] {
            let law = Exponential::new(Micros(mean));
            for device in 0..20_000 {
                let bits = Draws::new(mean).bits(Stream::Service, device, 7);
                assert_eq!(law.time(bits), pinned(bits, mean as f64), "mean {mean}, draw {bits:x}");
            }
        }
    }

    #[test]
    fn halves_are_left_to_the_pinned_logarithm() {
        // Draws whose product with the mean is next to a half, found by inverting the law.
        let law = Exponential::new(Micros(20_000));
        for whole in 1..200_000_u64 {
            let near = ((-(whole as f64 + 0.5) / 20_000.0).exp() * 18_446_744_073_709_551_616.0) as u64;
            for bits in [near - (1 << 13), near - (1 << 12), near, near + (1 << 12), near + (1 << 13)] {
                let product = law.product(bits);
                let rest = (product - product.round()).abs();
                assert!(product.is_nan() || rest >= law.certain, "{whole}: {product}");
            }
        }
    }
}
