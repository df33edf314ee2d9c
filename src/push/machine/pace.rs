//! The pace of activations: a token bucket in whole microseconds.

use super::Now;

/// Allows `rate` activations per second, and up to `burst` at once after a quiet time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    /// Time between two activations \[µs\].
    step_us: u64,
    /// How far ahead of its time an activation may come \[µs\].
    ahead_us: u64,
    /// When the bucket is full again \[µs\].
    full_us: u64,
}

impl Bucket {
    pub(super) fn new(rate_per_s: f64, burst: u32) -> Self {
        let step_us = ((1e6 / rate_per_s).round() as u64).max(1);
        Self { step_us, ahead_us: step_us.saturating_mul(u64::from(burst.saturating_sub(1))), full_us: 0 }
    }

    /// Returns when the next activation is allowed \[ms\].
    pub(super) fn next_ms(&self) -> u64 {
        self.full_us.saturating_sub(self.ahead_us).div_ceil(1_000)
    }

    /// Takes a token, where there is one.
    pub(super) fn take(&mut self, now: Now) -> bool {
        let now_us = now.mono_ms.saturating_mul(1_000);
        if now_us < self.full_us.saturating_sub(self.ahead_us) {
            return false;
        }
        self.full_us = self.full_us.max(now_us).saturating_add(self.step_us);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(mono_ms: u64) -> Now {
        Now { mono_ms, wall_ms: 0 }
    }

    #[test]
    fn a_quiet_time_allows_a_burst_and_no_more() {
        let mut bucket = Bucket::new(2.0, 3);
        let taken = (0..10).filter(|_| bucket.take(at(60_000))).count();
        assert_eq!(taken, 3);
        assert_eq!(bucket.next_ms(), 60_500);
        assert!(!bucket.take(at(60_499)) && bucket.take(at(60_500)));
    }

    proptest! {
        #[test]
        fn never_more_than_the_burst_and_the_rate(
            waits in proptest::collection::vec(0_u64..700, 1..300), rate in 0.1_f64..50.0, burst in 1_u32..20,
        ) {
            let mut bucket = Bucket::new(rate, burst);
            let (mut now, mut taken) = (0, 0_u32);
            for wait in waits {
                now += wait;
                taken += u32::from(bucket.take(at(now)));
                prop_assert!(f64::from(taken) <= f64::from(burst) + rate * now as f64 / 1e3 * 1.000_01 + 1.0);
            }
        }
    }
}
