//! Attempts that all fail at once, as those do while a platform is down.
//!
//! Such a chain concerns nobody but its device, so whoever simulates can have all of it in one go. It is the same
//! as failing each attempt, several times as fast; what an attempt at a fixed interval costs does not even
//! grow with the number of attempts.

use super::{Event, Machine, Next, State};
use crate::base::Micros;
use crate::base::draws::Stream;
use crate::fleet::{Agent, CSdk, DotNetSdk, Retries};

/// Whoever hears of attempts that failed at once.
pub trait Failures {
    /// An attempt failed.
    fn one(&mut self, at: Micros);

    /// So many attempts (at least one) failed, the first of them then, each other an interval later.
    fn every(&mut self, first: Micros, interval: Micros, attempts: u64) {
        let mut at = first;
        for _ in 0..attempts {
            self.one(at);
            at = at + interval;
        }
    }
}

impl Machine<'_> {
    /// Takes an event and lets every attempt before `until` that needs a new socket fail at once, telling
    /// all of them, up to `most` of them; returns what comes then, and how many failed.
    #[inline]
    pub fn fails_until(
        &self,
        state: &mut State,
        now: Micros,
        event: Event,
        (until, most): (Micros, u64),
        fails: &mut impl Failures,
    ) -> (Next, u64) {
        let next = self.run_ahead(state, now, event);
        let Next::Attempt(at) = next else { return (next, 0) };
        if at >= until || state.same_socket() {
            return (next, 0);
        }
        // One loop per kind, with everything that changes in registers.
        match self.agent {
            Agent::CSdk(sdk)
            | Agent::ExampleAgent { sdk, .. }
            | Agent::Ems(sdk)
            | Agent::DotNetSdk(DotNetSdk { sdk, .. }) => {
                self.calls_fail(sdk, state, at, (until, most), fails)
            }
            Agent::JavaSdk(java) => every(java.reconnect_interval, state, at, (until, most), fails),
            Agent::Generic(generic) => {
                let ahead = |state: &mut State, at| self.back_off_ahead(generic, state, at);
                again(state, at, (until, most), fails, ahead)
            }
        }
    }

    /// Lets attempts of connect calls fail.
    #[inline]
    fn calls_fail(
        &self,
        sdk: &CSdk,
        state: &mut State,
        at: Micros,
        (until, most): (Micros, u64),
        fails: &mut impl Failures,
    ) -> (Next, u64) {
        match (sdk.connect_retries, self.agent) {
            (Retries::Forever, _) => every(sdk.connect_retry_interval, state, at, (until, most), fails),
            (Retries::Times(1), Agent::ExampleAgent { reconnect_random_delay, .. })
                if sdk.max_connect_delay == Micros::ZERO =>
            {
                let draws = self.draws.series(Stream::AttemptDelay, self.device);
                let (pause, longest) = (sdk.connect_retry_interval, reconnect_random_delay.0);
                let (mut at, mut failed, before) = (at, 0, state.memory);
                while failed < most && at < until {
                    fails.one(at);
                    failed += 1;
                    let key = u64::from(before.wrapping_add(failed as u32));
                    at = at + pause + Micros(draws.delay(key, longest));
                }
                state.attempts = state.attempts.wrapping_add(failed as u32);
                state.memory = before.wrapping_add(failed as u32);
                (Next::Attempt(at), failed)
            }
            _ => again(state, at, (until, most), fails, |state, at| self.call_failed_ahead(sdk, state, at)),
        }
    }
}

/// Lets attempts fail that follow each other at a fixed interval for ever.
#[inline]
fn every(
    interval: Micros,
    state: &mut State,
    first: Micros,
    (until, most): (Micros, u64),
    fails: &mut impl Failures,
) -> (Next, u64) {
    // Those before `until`, of which the first is one.
    let failed = (until.since(first).0 - 1).checked_div(interval.0).map_or(most, |more| most.min(more + 1));
    if failed > 0 {
        fails.every(first, interval, failed);
    }
    state.attempts = state.attempts.wrapping_add(failed as u32);
    (Next::Attempt(first + Micros(interval.0.saturating_mul(failed))), failed)
}

/// Lets attempts fail one by one.
#[inline]
fn again(
    state: &mut State,
    at: Micros,
    (until, most): (Micros, u64),
    fails: &mut impl Failures,
    ahead: impl Fn(&mut State, Micros) -> Next,
) -> (Next, u64) {
    let (mut own, mut next, mut failed) = (*state, Next::Attempt(at), 0);
    while let Next::Attempt(at) = next
        && failed < most
        && at < until
    {
        fails.one(at);
        failed += 1;
        next = ahead(&mut own, at);
    }
    *state = own;
    (next, failed)
}
