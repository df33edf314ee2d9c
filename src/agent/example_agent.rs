//! The connection manager of the ExampleAgent.
//!
//! A thread of its own waits a random time before every connect call, however many failed before.
//! So attempts stay spread as long as the outage lasts, and no device is ever stranded.

use super::{Action, Machine, Pause, Phase, State};
use crate::base::Micros;
use crate::base::draws::Stream;
use crate::fleet::CSdk;

impl Machine<'_> {
    /// Waits the manager's delay, drawn anew for this call, and then calls the SDK.
    pub(super) fn manage(&self, longest: Micros, sdk: &CSdk, state: &mut State, now: Micros) -> Action {
        let wait = self.draws.delay(Stream::AttemptDelay, self.device, u64::from(state.memory), longest.0);
        if wait == 0 {
            return self.begin_call(sdk, state, now);
        }
        state.phase = Phase::Managing;
        Action::Wait { until: now + Micros(wait), pause: Pause::Manager }
    }
}
