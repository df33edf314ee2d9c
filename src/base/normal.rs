//! The standard normal distribution, inverted.
//!
//! One uniform draw gives one normal number, and a larger draw a larger number (neighbours may differ by rounding only). Two runs that share
//! their draws therefore compare well, which a pair of draws turned into an angle and a radius would spoil.
//!
//! The rational approximations are those of algorithm AS 241, PPND16 (M. J. Wichura, "The percentage
//! points of the normal distribution", Applied Statistics 37, 1988): relative accuracy about 10^-16. They
//! need one logarithm and one square root, both of `libm`, so the result is the same on every machine.

/// Distance from 1/2 up to which the approximation of the centre holds.
const CENTRE: f64 = 0.425;
/// Value of `sqrt(−ln p)` up to which the approximation of the flanks holds; the tails are beyond.
const FLANK: f64 = 5.0;

/// Numerator and denominator of a rational approximation, the constant terms first.
type Ratio = [[f64; 8]; 2];

#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "digits as published")]
const AT_CENTRE: Ratio = [
    [
        3.387_132_872_796_366_608, 1.331_416_678_917_843_774_5e2, 1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4, 4.592_195_393_154_987_145_7e4, 6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4, 2.509_080_928_730_122_672_7e3,
    ],
    [
        1.0, 4.231_333_070_160_091_125_2e1, 6.871_870_074_920_579_083e2,
        5.394_196_021_424_751_107_7e3, 2.121_379_430_158_659_586_7e4, 3.930_789_580_009_271_061e4,
        2.872_908_573_572_194_267_4e4, 5.226_495_278_852_854_561e3,
    ],
];

#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "digits as published")]
const AT_FLANKS: Ratio = [
    [
        1.423_437_110_749_683_577_34, 4.630_337_846_156_545_295_9, 5.769_497_221_460_691_405_5,
        3.647_848_324_763_204_605_04, 1.270_458_252_452_368_382_58, 2.417_807_251_774_506_117_7e-1,
        2.272_384_498_926_918_458_33e-2, 7.745_450_142_783_414_076_4e-4,
    ],
    [
        1.0, 2.053_191_626_637_758_821_87, 1.676_384_830_183_803_849_4,
        6.897_673_349_851_000_045_5e-1, 1.481_039_764_274_800_745_9e-1, 1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946e-4, 1.050_750_071_644_416_843_24e-9,
    ],
];

#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "digits as published")]
const AT_TAILS: Ratio = [
    [
        6.657_904_643_501_103_777_2, 5.463_784_911_164_114_369_9, 1.784_826_539_917_291_335_8,
        2.965_605_718_285_048_912_3e-1, 2.653_218_952_657_612_309_3e-2, 1.242_660_947_388_078_438_6e-3,
        2.711_555_568_743_487_578_15e-5, 2.010_334_399_292_288_132_65e-7,
    ],
    [
        1.0, 5.998_322_065_558_879_376_9e-1, 1.369_298_809_227_358_053_1e-1,
        1.487_536_129_085_061_485_25e-2, 7.868_691_311_456_132_591e-4, 1.846_318_317_510_054_681_8e-5,
        1.421_511_758_316_445_888_7e-7, 2.044_263_103_389_939_785_64e-15,
    ],
];

/// Returns the number below which a standard normal variable lies with probability `u`.
///
/// `u` is in 0..=1; 0 and 1 give the infinities, anything else that is no probability NaN.
pub fn quantile(u: f64) -> f64 {
    let off = u - 0.5;
    if off.abs() <= CENTRE {
        return off * value(&AT_CENTRE, CENTRE * CENTRE - off * off);
    }
    // Exact: the difference of two doubles within a factor of two of each other.
    let tail = if off < 0.0 { u } else { 1.0 - u };
    if tail == 0.0 {
        return off.signum() * f64::INFINITY;
    }
    let root = libm::sqrt(-libm::log(tail));
    let far = if root <= FLANK { value(&AT_FLANKS, root - 1.6) } else { value(&AT_TAILS, root - FLANK) };
    if off < 0.0 { -far } else { far }
}

fn value([above, below]: &Ratio, x: f64) -> f64 {
    let sum = |terms: &[f64; 8]| terms.iter().rev().fold(0.0, |sum, term| sum * x + term);
    sum(above) / sum(below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Draws;
    use crate::base::draws::Stream;
    use std::f64::consts::{PI, SQRT_2};

    /// The distribution, by another algorithm.
    fn below(z: f64) -> f64 {
        libm::erfc(-z / SQRT_2) / 2.0
    }

    fn density(z: f64) -> f64 {
        libm::exp(-z * z / 2.0) / libm::sqrt(2.0 * PI)
    }

    /// Probabilities of the lower half: random ones of every size, and the bounds of the approximations.
    fn lower_half() -> Vec<f64> {
        let draws = Draws::new(5);
        let mut lower: Vec<f64> = (0..40_000)
            .map(|index| draws.unit(Stream::Service, index, 0) / (2_u64 << (index % 53)) as f64)
            .collect();
        for bound in [0.5 - CENTRE, libm::exp(-25.0), 0.5, 1e-3, 1e-15] {
            lower.extend((-40..=40).map(|step| bound * (1.0 + f64::from(step) * 2e-16)));
        }
        lower.retain(|&u| u <= 0.5);
        lower.sort_by(f64::total_cmp);
        lower
    }

    #[test]
    fn known_values_are_met() {
        for (u, z) in [
            (0.5, 0.0),
            (0.25, -0.674_489_750_196_081_7),
            (0.975, 1.959_963_984_540_054),
            (0.001, -3.090_232_306_167_813_5),
            (1e-20, -9.262_340_089_798_408),
        ] {
            assert!((quantile(u) - z).abs() <= 4e-16 * z.abs(), "{u}: {}", quantile(u));
        }
        assert_eq!((quantile(0.0), quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!([-0.1, 1.1, f64::NAN].into_iter().all(|u| quantile(u).is_nan()));
    }

    #[test]
    fn it_inverts_the_distribution() {
        for u in lower_half() {
            let z = quantile(u);
            // What an error of one place in the distribution, or in its argument, moves the quantile.
            let places = 2.3e-16 * (u / density(z) + z.abs());
            assert!(((below(z) - u) / density(z)).abs() <= 4.0 * places, "{u:e}: {z}");
        }
    }

    #[test]
    fn it_rises_but_for_the_last_place() {
        for pair in lower_half().windows(2) {
            let (z, next) = (quantile(pair[0]), quantile(pair[1]));
            assert!(next - z >= -4e-16 * z.abs(), "{pair:?}: {z} {next}");
            assert!(next > z || pair[1] < pair[0] * (1.0 + 1e-14), "{pair:?}: {z} {next}");
        }
    }

    #[test]
    fn it_is_symmetric() {
        let draws = Draws::new(6);
        for index in 0..20_000 {
            // Of those above 1/2 the distance from 1 is exact.
            let u = draws.unit(Stream::Service, index, 0) / 2.0 + 0.5;
            assert_eq!(quantile(u), -quantile(1.0 - u), "{u}");
        }
    }
}
