//! The predicted band of every wave, and whether what is seen falls below it.
//!
//! The prediction says which share of a wave's restarted devices is verified some time after the restart, at least.
//! Each device is held against it from its own restart on, so pauses and windows do not disturb the comparison. Where
//! the share is predicted to be `p`, a device is back by chance `p`; the lower edge of the band is the 5th percentile
//! of their sum, so a few devices more or less out of a small wave stop nothing. There is no upper edge: devices
//! cannot return sooner than they are restarted, and that pace is kept here.

use super::super::plan::Prediction;
use super::Now;
use crate::base::units;
use std::collections::BTreeMap;

/// Restarts of a wave below which a share proves nothing.
const ENOUGH: u32 = 10;

/// Standard deviations between the middle of a normal distribution and its 5th percentile.
const P5: f64 = 1.645;

/// The waves, each held against its prediction.
#[derive(Clone, Debug, Default)]
pub(super) struct Curve {
    waves: Vec<Wave>,
}

/// Restarts of this process in one wave.
#[derive(Clone, Debug, Default)]
struct Wave {
    /// Time since the restart \[s\] and share \[hundredths of a percent\].
    points: Vec<(u64, u32)>,
    /// Restarts by their second, as long as the curve still rises for them.
    young: BTreeMap<u64, u32>,
    old: u32,
    verified: u32,
}

impl Curve {
    /// Returns the curves of this many waves.
    pub(super) fn new(prediction: Option<&Prediction>, waves: usize) -> Self {
        let wave = |at: usize| {
            let known = prediction.map(|known| {
                let own = known.storms.get(at).map(|storm| &storm.least);
                own.filter(|own| !own.is_empty()).unwrap_or(&known.back)
            });
            let points = known.into_iter().flatten();
            let points = points.map(|point| (u64::from(point.after_s), point.least_pct_x100)).collect();
            Wave { points, ..Wave::default() }
        };
        Self { waves: (0..waves).map(wave).collect() }
    }

    fn wave(&mut self, wave: Option<u32>) -> Option<&mut Wave> {
        self.waves.get_mut(wave? as usize)
    }

    /// A device of the wave was restarted.
    pub(super) fn restarted(&mut self, now: Now, wave: Option<u32>) {
        if let Some(wave) = self.wave(wave).filter(|wave| !wave.points.is_empty()) {
            *wave.young.entry(now.mono_ms / 1_000).or_default() += 1;
        }
    }

    /// A device that was restarted is verified.
    pub(super) fn verified(&mut self, wave: Option<u32>) {
        if let Some(wave) = self.wave(wave) {
            wave.verified += 1;
        }
    }

    /// Returns whether there is something to compare.
    pub(super) fn watches(&self) -> bool {
        self.waves.iter().any(|wave| !wave.young.is_empty())
    }

    /// Returns what is wrong where fewer devices of a wave are verified than predicted.
    pub(super) fn fault(&mut self, now: Now) -> Option<String> {
        let second = now.mono_ms / 1_000;
        self.waves.iter_mut().enumerate().find_map(|(at, wave)| wave.fault(second, at + 1))
    }
}

impl Wave {
    fn fault(&mut self, second: u64, number: usize) -> Option<String> {
        let &(last_s, last_share) = self.points.last()?;
        if let Some(limit) = second.checked_sub(last_s) {
            let young = self.young.split_off(&(limit + 1));
            self.old += self.young.values().sum::<u32>();
            self.young = young;
        }
        let restarted = self.old + self.young.values().sum::<u32>();
        if restarted < ENOUGH {
            return None;
        }
        let share = |age: u64| {
            let behind = self.points.partition_point(|(after, _)| *after <= age);
            behind.checked_sub(1).map_or(0, |at| self.points[at].1)
        };
        let ages = self.young.iter().map(|(at, n)| (*n, share(second.saturating_sub(*at))));
        let (mut mean, mut variance) = (0.0, 0.0);
        for (devices, share) in ages.chain([(self.old, last_share)]) {
            let chance = f64::from(share) / 10_000.0;
            mean += f64::from(devices) * chance;
            variance += f64::from(devices) * chance * (1.0 - chance);
        }
        let edge = (mean - P5 * f64::sqrt(variance)).floor().max(0.0) as u64;
        (u64::from(self.verified) < edge).then(|| {
            format!(
                "Wave {number} comes back more slowly than predicted: only {} of {} restarted devices are verified, \
                 and the plan expects at least {} by now",
                units::count(self.verified.into()),
                units::count(restarted.into()),
                units::count(edge)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::plan::{Expected, Storm};
    use super::*;

    fn at(s: u64) -> Now {
        Now { mono_ms: s * 1_000, wall_ms: 0 }
    }

    /// Returns a wave of which half is back after 10 s and 90 % after 60 s, and one that takes ten times as long.
    fn curve() -> Curve {
        let point = |after_s, least_pct_x100| Expected { after_s, least_pct_x100 };
        let storm =
            |by: u32| Storm { least: vec![point(10 * by, 5_000), point(60 * by, 9_000)], ..Storm::default() };
        Curve::new(Some(&Prediction { storms: vec![storm(1), storm(10)], ..Prediction::default() }), 2)
    }

    #[test]
    fn inside_the_band_nothing_stops() {
        let mut curve = curve();
        (0..100).for_each(|_| curve.restarted(at(100), Some(0)));
        assert_eq!(curve.fault(at(109)), None, "nobody is expected yet");
        // 50 of 100 are expected, with 1.645 standard deviations of 5 as room.
        (0..41).for_each(|_| curve.verified(Some(0)));
        assert_eq!(curve.fault(at(110)), None);
        (0..45).for_each(|_| curve.verified(Some(0)));
        assert_eq!(curve.fault(at(10_000)), None);
        assert!(!curve.watches());
    }

    #[test]
    fn devices_that_come_back_too_slowly_stop_it() {
        let mut curve = curve();
        (0..100).for_each(|_| curve.restarted(at(100), Some(0)));
        (0..40).for_each(|_| curve.verified(Some(0)));
        let fault = curve.fault(at(110)).unwrap();
        assert!(fault.contains("only 40 of 100") && fault.contains("at least 41"), "{fault}");
        // A later stretch of the wave, after a pause, has its own time.
        let mut curve = self::curve();
        (0..50).for_each(|_| curve.restarted(at(100), Some(0)));
        (0..50).for_each(|_| curve.verified(Some(0)));
        (0..50).for_each(|_| curve.restarted(at(9_000), Some(0)));
        assert_eq!(curve.fault(at(9_009)), None);
        assert!(curve.fault(at(9_060)).is_some_and(|fault| fault.contains("only 50 of 100")));
    }

    #[test]
    fn devices_that_never_come_back_stop_it_as_soon_as_enough_are_expected() {
        let mut curve = curve();
        (0..20).for_each(|_| curve.restarted(at(0), Some(0)));
        assert_eq!(curve.fault(at(9)), None);
        assert!(curve.fault(at(10)).is_some_and(|fault| fault.starts_with("Wave 1 comes back")));
        // The other wave is simulated to take longer.
        let mut curve = self::curve();
        (0..20).for_each(|_| curve.restarted(at(0), Some(1)));
        assert_eq!(curve.fault(at(99)), None);
        assert!(curve.fault(at(100)).is_some_and(|fault| fault.starts_with("Wave 2 comes back")));
    }

    #[test]
    fn a_few_devices_prove_nothing() {
        let mut curve = curve();
        (0..9).for_each(|_| curve.restarted(at(0), Some(0)));
        assert_eq!(curve.fault(at(1_000)), None);
        // Nor do many waves of a few.
        (0..9).for_each(|_| curve.restarted(at(0), Some(1)));
        assert_eq!(curve.fault(at(1_000)), None);
        curve.restarted(at(0), Some(0));
        assert!(curve.fault(at(1_000)).is_some());
    }

    #[test]
    fn a_wave_without_a_curve_of_its_own_has_that_of_all() {
        let back = vec![Expected { after_s: 10, least_pct_x100: 9_000 }];
        let mut curve = Curve::new(Some(&Prediction { back, ..Prediction::default() }), 1);
        (0..20).for_each(|_| curve.restarted(at(0), Some(0)));
        assert_eq!(curve.fault(at(9)), None);
        assert!(curve.fault(at(10)).is_some());
        let mut curve = Curve::new(None, 1);
        (0..20).for_each(|_| curve.restarted(at(0), Some(0)));
        assert_eq!(curve.fault(at(1_000)), None);
    }
}
