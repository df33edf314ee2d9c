//! Real time as the machines count it: whole microseconds since a zero that the caller chooses.
//!
//! The timer of tokio has a step of 1 ms and rounds up: a sleep ends at or after its instant, in the median 1.1 ms
//! later on Linux (about 15 ms on Windows). Whoever plans a series of instants therefore plans them all
//! from one zero, so that being late never adds up.

use crate::base::Micros;
use std::time::Duration;
use tokio::time::Instant;

/// A clock with its zero.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    zero: Instant,
}

impl Clock {
    /// Returns a clock whose zero is now.
    pub fn start() -> Self {
        Self { zero: Instant::now() }
    }

    /// Returns the time since the zero.
    pub fn now(&self) -> Micros {
        Micros(u64::try_from(self.zero.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// Returns the instant of a time; one that is too far away for the system is in 30 years.
    pub fn instant(&self, at: Micros) -> Instant {
        let far = Duration::from_hours(30 * 365 * 24);
        self.zero.checked_add(Duration::from_micros(at.0).min(far)).unwrap_or(self.zero)
    }

    /// Sleeps until a time; returns at once where it is over, which the timer would round up to its next step.
    pub async fn until(&self, at: Micros) {
        if at <= self.now() {
            return;
        }
        tokio::time::sleep_until(self.instant(at)).await;
    }
}

/// Returns the time of day [ms since 1970, UTC], with which values are stamped; a clock before 1970 gives 0.
pub fn wall_ms() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Returns a length of time for the system.
pub fn length(time: Micros) -> Duration {
    Duration::from_micros(time.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn sleeps_end_at_their_instant_and_never_before() {
        let clock = Clock::start();
        clock.until(Micros(1_500)).await;
        assert!((1_500..=2_500).contains(&clock.now().0), "{:?}", clock.now());
        let before = clock.now();
        clock.until(Micros(1)).await;
        assert_eq!(clock.now(), before, "what is over does not wait");
        assert!(clock.instant(Micros(u64::MAX)) > clock.instant(Micros::from_secs(86_400 * 365)));
    }

    #[tokio::test]
    async fn what_is_over_is_ready_at_once() {
        // The timer would round up to its next step, and a door that waits for it accepts 700 devices per second.
        let clock = Clock::start();
        let mut over = std::pin::pin!(clock.until(clock.now()));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(over.as_mut().poll(&mut context).is_ready());
    }
}
