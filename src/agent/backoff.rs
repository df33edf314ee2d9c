//! Agents without a connect call: the Java SDK's fixed interval and the back-off of a generic agent.
//!
//! The law of back-off, in whole milliseconds, so that it can be written down and repeated exactly.
//! After a failure, n is the number of failures before it since the loss, `b` the base, `c` the cap and
//! `expo = min(c, b · 2^n)`. `U(r)` is uniform in 1..=r, or 0 where r is 0:
//! [`Draws::delay`](crate::base::Draws::delay) of [`Stream::Backoff`], keyed by device and by the number
//! of the attempt that is waited for.
//!
//! | law | wait [ms] |
//! |---|---|
//! | fixed | `min(c, b)` |
//! | exponential | `expo` |
//! | full jitter | `U(expo)` |
//! | equal jitter | `⌊expo/2⌋ + U(expo − ⌊expo/2⌋)` |
//! | decorrelated jitter | `min(c, b + U(3p − b))` with the wait before as `p`, at first `min(c, b)`; `U(0)` where `3p < b` |
//!
//! The wait before the first attempt after a loss is `U(first_delay)` of the same stream in microseconds.
//! With a finite number of attempts the device is stranded as soon as the last has failed. Formulas:
//! the published simulator of the AWS article on exponential back-off and jitter.

use super::{Action, Machine, Next, Pause, Phase, State};
use crate::base::Micros;
use crate::base::draws::Stream;
use crate::fleet::{Backoff, BackoffLaw, Generic, JavaSdk, Retries};

impl Machine<'_> {
    /// Java SDK: waits the interval, whatever was before, and then attempts.
    pub(super) fn interval(&self, java: &JavaSdk, state: &mut State, now: Micros) -> Action {
        self.wait_to_attempt(java.reconnect_interval, Pause::Interval, state, now)
    }

    /// Generic agent: waits its first delay after a loss.
    pub(super) fn first_delay(&self, generic: &Generic, state: &mut State, now: Micros) -> Action {
        (state.left, state.memory) = (0, generic.backoff.expo_ms(0));
        let key = u64::from(state.attempts);
        let wait = self.draws.delay(Stream::Backoff, self.device, key, generic.first_delay.0);
        self.wait_to_attempt(Micros(wait), Pause::First, state, now)
    }

    /// Generic agent: an attempt failed; backs off, or gives up where it was the last one.
    pub(super) fn back_off(&self, generic: &Generic, state: &mut State, now: Micros) -> Action {
        match self.backs_off(generic, state) {
            Some(wait) => self.wait_to_attempt(wait, Pause::Backoff, state, now),
            None => Self::strand(state),
        }
    }

    /// Runs ahead from a failed attempt of a generic agent to the next one; the same as stepping.
    #[inline]
    pub(super) fn back_off_ahead(&self, generic: &Generic, state: &mut State, now: Micros) -> Next {
        let Some(wait) = self.backs_off(generic, state) else {
            state.phase = Phase::Stranded;
            return Next::Stranded(now);
        };
        state.attempts_at(now + wait)
    }

    /// Counts a failure; returns the wait after it, or `None` where it was the last one.
    #[inline]
    fn backs_off(&self, generic: &Generic, state: &mut State) -> Option<Micros> {
        let earlier = state.left;
        state.left = earlier.saturating_add(1);
        if matches!(generic.connect_retries, Retries::Times(times) if state.left >= times) {
            return None;
        }
        let wait = self.sleep_ms(&generic.backoff, u32::from(earlier), state);
        state.memory = wait;
        Some(Micros::from_millis(u64::from(wait)))
    }

    /// Returns the wait of a back-off after `n` earlier failures [ms].
    #[inline]
    fn sleep_ms(&self, backoff: &Backoff, n: u32, state: &State) -> u32 {
        let up_to =
            |range: u64| self.draws.delay(Stream::Backoff, self.device, u64::from(state.attempts), range);
        let expo = u64::from(backoff.expo_ms(n));
        let wait = match backoff.law {
            BackoffLaw::Fixed => u64::from(backoff.expo_ms(0)),
            BackoffLaw::Exponential => expo,
            BackoffLaw::FullJitter => up_to(expo),
            BackoffLaw::EqualJitter => expo / 2 + up_to(expo - expo / 2),
            BackoffLaw::DecorrelatedJitter => {
                let base = u64::from(backoff.base_ms());
                let drawn = base + up_to((3 * u64::from(state.memory)).saturating_sub(base));
                drawn.min(u64::from(backoff.cap_ms()))
            }
        };
        // Every law stays at or below the cap, which fits.
        u32::try_from(wait).unwrap_or(u32::MAX)
    }

    /// Waits, and then attempts without a call.
    fn wait_to_attempt(&self, wait: Micros, pause: Pause, state: &mut State, now: Micros) -> Action {
        if wait == Micros::ZERO {
            return self.attempt(state);
        }
        state.phase = Phase::Delaying;
        Action::Wait { until: now + wait, pause }
    }
}
