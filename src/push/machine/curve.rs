//! The predicted curve, and whether what is seen falls below it.
//!
//! The prediction says which share of restarted devices is verified some time after the restart, at least. Each
//! device is held against it from its own restart on, so pauses and windows do not disturb the comparison.

use super::super::plan::Prediction;
use super::Now;
use crate::base::units;
use std::collections::BTreeMap;

/// Restarts below which a share proves nothing.
const ENOUGH: u32 = 10;

/// Restarts of this process, held against the prediction.
#[derive(Clone, Debug, Default)]
pub(super) struct Curve {
    /// Time since the restart \[s\] and share \[hundredths of a percent\].
    points: Vec<(u64, u32)>,
    /// Restarts by their second, as long as the curve still rises for them.
    young: BTreeMap<u64, u32>,
    old: u32,
    verified: u32,
}

impl Curve {
    pub(super) fn new(prediction: Option<&Prediction>) -> Self {
        let points = prediction.iter().flat_map(|known| &known.back);
        Self {
            points: points.map(|point| (u64::from(point.after_s), point.least_pct_x100)).collect(),
            ..Self::default()
        }
    }

    pub(super) fn restarted(&mut self, now: Now) {
        if !self.points.is_empty() {
            *self.young.entry(now.mono_ms / 1_000).or_default() += 1;
        }
    }

    pub(super) fn verified(&mut self) {
        self.verified += 1;
    }

    /// Returns whether there is something to compare.
    pub(super) fn watches(&self) -> bool {
        !self.young.is_empty()
    }

    /// Returns what is wrong where fewer devices are verified than predicted.
    pub(super) fn fault(&mut self, now: Now) -> Option<String> {
        let &(last_s, last_share) = self.points.last()?;
        let second = now.mono_ms / 1_000;
        let young = second.checked_sub(last_s).map(|limit| self.young.split_off(&(limit + 1)));
        if let Some(young) = young {
            self.old += self.young.values().sum::<u32>();
            self.young = young;
        }
        let share = |age: u64| {
            let behind = self.points.partition_point(|(after, _)| *after <= age);
            behind.checked_sub(1).map_or(0, |at| self.points[at].1)
        };
        let young: u64 = self
            .young
            .iter()
            .map(|(at, n)| u64::from(*n) * u64::from(share(second.saturating_sub(*at))))
            .sum();
        let expected = (u64::from(self.old) * u64::from(last_share) + young) / 10_000;
        let restarted = self.old + self.young.values().sum::<u32>();
        (restarted >= ENOUGH && u64::from(self.verified) < expected).then(|| {
            format!(
                "Only {} of {} restarted devices are verified, and the plan expects at least {} by now",
                units::count(self.verified.into()),
                units::count(restarted.into()),
                units::count(expected)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::plan::Expected;
    use super::*;

    #[test]
    fn devices_are_held_against_the_curve_from_their_own_restart_on() {
        let point = |after_s, least_pct_x100| Expected { after_s, least_pct_x100 };
        let back = vec![point(10, 5_000), point(60, 9_000)];
        let mut curve = Curve::new(Some(&Prediction { back, ..Prediction::default() }));
        let at = |s: u64| Now { mono_ms: s * 1_000, wall_ms: 0 };
        (0..20).for_each(|_| curve.restarted(at(100)));
        assert_eq!(curve.fault(at(109)), None);
        assert!(curve.fault(at(110)).is_some_and(|fault| fault.contains("at least 10")));
        (0..10).for_each(|_| curve.verified());
        assert_eq!(curve.fault(at(110)), None);
        assert!(curve.fault(at(160)).is_some_and(|fault| fault.contains("at least 18")));
        (0..8).for_each(|_| curve.verified());
        assert_eq!(curve.fault(at(10_000)), None);
        assert!(!curve.watches());
    }
}
