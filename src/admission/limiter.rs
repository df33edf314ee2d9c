//! A limit of new connections per second, the way HAProxy counts them.
//!
//! Connections are counted per whole second. The rate is what was counted in this second plus the part of
//! the second before that a window of one second still covers, so it needs two counters and no list.

use super::SECOND;
use crate::fleet::{Limit, LimitKind};

/// A limiter that turns connections away (one that delays them is a station).
#[derive(Clone, Debug)]
pub struct Limiter {
    per_s: u64,
    counts_all: bool,
    second: u64,
    current: u64,
    before: u64,
}

impl Limiter {
    /// Returns the limiter of this limit that has counted nothing.
    pub fn new(limit: Limit) -> Self {
        Self {
            per_s: u64::from(limit.per_s),
            counts_all: limit.kind == LimitKind::Http503CountsAll,
            second: 0,
            current: 0,
            before: 0,
        }
    }

    /// Counts a connection at `now` [µs], not earlier than the one before; returns whether it may pass.
    pub fn admits(&mut self, now: u64) -> bool {
        let second = now / SECOND;
        if second != self.second {
            self.before = if second == self.second + 1 { self.current } else { 0 };
            (self.second, self.current) = (second, 0);
        }
        let left = SECOND - now % SECOND;
        let admitted = self.current + self.before * left / SECOND < self.per_s;
        if admitted || self.counts_all {
            self.current += 1;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(per_s: u32, kind: LimitKind) -> Limiter {
        Limiter::new(Limit { per_s, kind })
    }

    #[test]
    fn a_burst_passes_up_to_the_limit_and_again_when_the_window_has_moved() {
        let mut reset = limiter(300, LimitKind::Reset);
        let mut pass = |from: u64, count: u64| (0..count).filter(|i| reset.admits(from + i)).count();
        assert_eq!(pass(0, 1_000), 300);
        // Half a second into the next one, half of the first still counts.
        assert_eq!(pass(1_500_000, 1_000), 151);
        assert_eq!(pass(10_000_000, 1_000), 300, "an empty second forgets");
    }

    #[test]
    fn counting_the_rejected_ones_never_lets_a_steady_crowd_in() {
        let mut all = limiter(300, LimitKind::Http503CountsAll);
        let passed = (0..60_000_u64).filter(|i| all.admits(i * 1_000)).count();
        assert_eq!(passed, 300, "1,000/s against a limit of 300/s: livelock after the first second");
        let mut some = limiter(300, LimitKind::Http503);
        let passed = (0..60_000_u64).filter(|i| some.admits(i * 1_000)).count();
        assert!((17_000..=18_400).contains(&passed), "{passed}");
    }
}
