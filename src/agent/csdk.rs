//! The C SDK's connect call (`twApi_Connect`), which the EMS, the ExampleAgent and the .NET SDK make too.
//!
//! One random delay, then up to `connect_retries` attempts, each failure followed by the same fixed
//! pause, the last one too. Measured with C SDK 2.2.1: 3 attempts with 5 s between them give up 15 s
//! after the first, and −1 never returns. Where authentication or bind fails the WebSocket stays open,
//! and the next attempt begins with authentication on it; that holds for later calls too.

use super::{Action, Machine, Next, Pause, Phase, State, delay};
use crate::base::Micros;
use crate::base::draws::Stream;
use crate::fleet::{Agent, CSdk, Retries};

impl Machine<'_> {
    /// Enters the call: draws its delay, before the loop over the attempts.
    pub(super) fn begin_call(&self, sdk: &CSdk, state: &mut State, now: Micros) -> Action {
        state.left = match sdk.connect_retries {
            Retries::Forever => 0,
            Retries::Times(times) => times,
        };
        let wait = delay::of_call(sdk, self.draws, self.device, state.memory);
        if wait == Micros::ZERO {
            return self.attempt(state);
        }
        state.phase = Phase::Delaying;
        Action::Wait { until: now + wait, pause: Pause::Sdk }
    }

    /// Counts a failed attempt and pauses, whether or not another attempt follows.
    pub(super) fn call_failed(&self, sdk: &CSdk, state: &mut State, now: Micros) -> Action {
        if sdk.connect_retries != Retries::Forever {
            state.left = state.left.saturating_sub(1);
        }
        if sdk.connect_retry_interval == Micros::ZERO {
            return self.paused(sdk, state, now);
        }
        state.phase = Phase::Pausing;
        Action::Wait { until: now + sdk.connect_retry_interval, pause: Pause::Retry }
    }

    /// Runs ahead from a failed attempt of a call to the next attempt without stopping at the waits; the
    /// same as stepping, at twice the speed.
    #[inline]
    pub(super) fn call_failed_ahead(&self, sdk: &CSdk, state: &mut State, now: Micros) -> Next {
        let at = now + sdk.connect_retry_interval;
        if let Retries::Times(_) = sdk.connect_retries {
            state.left = state.left.saturating_sub(1);
            if state.left == 0 {
                if let Agent::CSdk(_) | Agent::Ems(_) = self.agent {
                    state.phase = Phase::Stranded;
                    return Next::Stranded(at);
                }
                state.memory = state.memory.wrapping_add(1);
                return self.call_ahead(sdk, state, at);
            }
        }
        state.attempts_at(at)
    }

    /// Runs ahead from the moment in which a call is wanted to its first attempt.
    #[inline]
    pub(super) fn call_ahead(&self, sdk: &CSdk, state: &mut State, now: Micros) -> Next {
        let mut at = now;
        if let Agent::ExampleAgent { reconnect_random_delay, .. } = self.agent {
            let key = u64::from(state.memory);
            let wait = self.draws.delay(Stream::AttemptDelay, self.device, key, reconnect_random_delay.0);
            at = at + Micros(wait);
        }
        state.left = match sdk.connect_retries {
            Retries::Forever => 0,
            Retries::Times(times) => times,
        };
        let wait = delay::of_call(sdk, self.draws, self.device, state.memory);
        state.attempts_at(at + wait)
    }

    /// After the pause: tries again, or returns an error to the caller.
    pub(super) fn paused(&self, sdk: &CSdk, state: &mut State, now: Micros) -> Action {
        if sdk.connect_retries == Retries::Forever || state.left > 0 {
            self.attempt(state)
        } else {
            self.call_over(sdk, state, now)
        }
    }
}
