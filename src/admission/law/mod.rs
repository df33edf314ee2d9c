//! How long a service takes: the laws of service times, exact and fast.
//!
//! A law turns the 64 bits of a draw into whole microseconds. Where the model (`storm-2`) rounds a
//! logarithm or an exponential of `libm`, the result here is the same to the last bit; most draws just do
//! without computing it. Whoever has draws uses these: the simulator's engines, and a test platform
//! that wants service times to vary as they do in the simulation. What slows a service down (a tier with
//! part of its capacity) is not their business.

mod exponential;
mod lognormal;

pub use exponential::Exponential;
pub use lognormal::Lognormal;

use crate::base::Micros;
use crate::fleet::ServiceLaw;

/// A law of service times with its mean.
#[derive(Clone, Debug)]
pub enum Law {
    /// The same time always [µs].
    Fixed(u64),
    /// Exponential.
    Exponential(Box<Exponential>),
    /// Lognormal.
    Lognormal(Lognormal),
}

impl Law {
    /// Returns the law of a tier; takes microseconds, so it can be had anew for every run.
    pub fn new(law: ServiceLaw, mean: Micros) -> Self {
        match law {
            ServiceLaw::Fixed => Self::Fixed(mean.0),
            ServiceLaw::Exponential => Self::Exponential(Box::new(Exponential::new(mean))),
            ServiceLaw::Lognormal => Self::Lognormal(Lognormal::new(mean)),
        }
    }

    /// Returns the service time of a draw of 64 bits [µs]: at least 1, but a fixed time as it is.
    #[inline]
    pub fn time(&self, bits: u64) -> u64 {
        match self {
            Self::Fixed(time) => *time,
            Self::Exponential(law) => law.time(bits),
            Self::Lognormal(law) => law.time(bits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Draws;
    use crate::base::draws::{Stream, unit};

    #[test]
    fn laws_are_told_apart_and_keep_their_means() {
        let mean = |law: &Law| {
            let times = (0..200_000).map(|index| law.time(Draws::new(2).bits(Stream::Upgrade, index, 0)));
            times.sum::<u64>() as f64 / 200_000.0
        };
        let laws = [ServiceLaw::Fixed, ServiceLaw::Exponential, ServiceLaw::Lognormal];
        let [fixed, exponential, lognormal] = laws.map(|law| Law::new(law, Micros(20_000)));
        assert_eq!(mean(&fixed), 20_000.0);
        // Standard deviations of one time: the mean, and the mean times sqrt(e - 1).
        assert!((mean(&exponential) / 20_000.0 - 1.0).abs() < 4.0 / 200_000_f64.sqrt());
        assert!((mean(&lognormal) / 20_000.0 - 1.0).abs() < 4.0 * 1.311 / 200_000_f64.sqrt());
        assert_eq!(Law::new(ServiceLaw::Fixed, Micros(0)).time(7), 0);
        assert_eq!(Law::new(ServiceLaw::Lognormal, Micros(0)).time(7), 1);
    }

    #[test]
    fn a_larger_draw_gives_a_longer_lognormal_and_a_shorter_exponential_time() {
        let mut draws: Vec<u64> =
            (0..20_000).map(|index| Draws::new(4).bits(Stream::Service, index, 0)).collect();
        draws.sort_unstable();
        let times = |law| {
            let law = Law::new(law, Micros(20_000));
            draws.iter().map(|&bits| law.time(bits)).collect::<Vec<_>>()
        };
        assert!(times(ServiceLaw::Lognormal).is_sorted());
        assert!(times(ServiceLaw::Exponential).iter().rev().is_sorted());
        assert!(unit(draws[0]) < unit(draws[1]));
    }
}
