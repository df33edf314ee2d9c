//! How a device reconnects: one pure machine per agent kind.
//!
//! A [`Machine`] is the fixed part (settings, device, draws), a [`State`] the 12 bytes that change.
//! `step` takes the time and what happened, and answers what the device does next. There is no clock,
//! no socket and no allocation in here: the simulator drives the machine with virtual time and a live
//! runtime can drive the same machine with real time, so what is simulated is what runs.
//!
//! ```text
//! NEW ──Lost──► [manager delay] ─► [SDK delay] ─► TRYING ──Connected──► ONLINE ──Lost──► …
//!                     ▲                             │  ▲
//!                     │                          Failed │ attempts left
//!                     │                             ▼  │
//!                     └─── call over ─────────── [pause]
//! ```
//!
//! The manager delay exists only for the ExampleAgent, where it stands before *every* connect call;
//! the SDK delay is drawn once per call, and the pause follows every failure, also the last one of a
//! call. With the C SDK alone a call that is over leaves the device stranded. Waits of no length are
//! not told: the next action follows at once.
//!
//! Facts: C SDK 2.2.1 as read and measured (one delay per call, `connect_retries` attempts, the pause
//! also after the last); the manager as the published article on thundering herds describes it.

mod csdk;
pub mod delay;
mod example_agent;

use crate::base::{Draws, Micros};
use crate::fleet::{Agent, Retries};

/// What happened to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The device noticed that its connection is gone.
    Lost,
    /// The time that it waited for has come.
    Due,
    /// The attempt failed: refused, timed out or closed.
    Failed,
    /// The attempt succeeded: the device is signed in and bound.
    Connected,
}

/// Why a device waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Random delay of the connection manager before a connect call (`reconnect_random_delay_seconds`).
    Manager,
    /// Random delay of the SDK at the start of a connect call (`max_connect_delay`).
    Sdk,
    /// Fixed pause of the SDK after a failed attempt (`connect_retry_interval`).
    Retry,
}

/// What a device does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Waits; answer with [`Event::Due`] at that time, which is always later than now.
    Wait {
        /// When the wait ends.
        until: Micros,
        /// Why it waits.
        pause: Pause,
    },
    /// Tries to connect now; answer with [`Event::Failed`] or [`Event::Connected`].
    Attempt {
        /// Number of the attempt in the device's life, from 0; the key of draws about this attempt.
        number: u32,
        /// Longest wait for the platform's answer once TCP stands.
        timeout: Micros,
    },
    /// Gives up for good: nothing in the agent will try again.
    Strand,
    /// Nothing: the event does not concern the device as it is (a stale timer, say).
    Nothing,
}

/// Where an offline device gets to by itself, with its waits told in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next attempt begins then.
    Attempt(Micros),
    /// The device gives up for good then.
    Stranded(Micros),
    /// The event did not concern the device.
    Nothing,
}

/// Where in the machine a device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Has not lost its connection yet.
    #[default]
    New,
    /// Waits for the manager's delay.
    Managing,
    /// Waits for the SDK's delay.
    Delaying,
    /// An attempt is under way.
    Trying,
    /// Waits after a failed attempt.
    Pausing,
    /// Connected.
    Online,
    /// Given up for good.
    Stranded,
}

/// The part of a machine that changes: 12 bytes per device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Connect calls before the current one; keys the draws of both delays.
    call: u32,
    /// Attempts so far, in all calls.
    attempts: u32,
    /// Attempts left in the current call; without meaning where a call tries for ever.
    left: u16,
    phase: Phase,
}

impl State {
    /// Returns the number of attempts begun so far, in all calls.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns whether the device gave up for good.
    pub fn is_stranded(&self) -> bool {
        self.phase == Phase::Stranded
    }
}

/// The reconnect machine of one device.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// Agent kind and settings.
    pub agent: &'a Agent,
    /// Number of the device in the fleet, from 0; keys its draws.
    pub device: u64,
    /// The draws of the run.
    pub draws: Draws,
}

impl Machine<'_> {
    /// Takes one event at a time `now` and returns what the device does next.
    #[inline]
    pub fn step(&self, state: &mut State, now: Micros, event: Event) -> Action {
        match (state.phase, event) {
            (Phase::New, Event::Lost) => self.lost(state, now),
            (Phase::Online, Event::Lost) => {
                // A new loss has draws of its own.
                state.call = state.call.wrapping_add(1);
                self.lost(state, now)
            }
            (Phase::Managing, Event::Due) => self.begin_call(state, now),
            (Phase::Delaying, Event::Due) => self.attempt(state),
            (Phase::Trying, Event::Failed) => self.failed(state, now),
            (Phase::Pausing, Event::Due) => self.paused(state, now),
            (Phase::Trying, Event::Connected) => {
                state.phase = Phase::Online;
                Action::Nothing
            }
            _ => Action::Nothing,
        }
    }

    /// Takes an event at a time `now` and runs ahead through all waits to the next attempt, or to the
    /// moment in which the device gives up.
    #[inline]
    pub fn run_ahead(&self, state: &mut State, now: Micros, event: Event) -> Next {
        let (mut now, mut event) = (now, event);
        loop {
            match self.step(state, now, event) {
                Action::Wait { until, .. } => (now, event) = (until, Event::Due),
                Action::Attempt { .. } => return Next::Attempt(now),
                Action::Strand => return Next::Stranded(now),
                Action::Nothing => return Next::Nothing,
            }
        }
    }

    /// The connection is gone. An agent whose calls make no attempts never comes back, whoever calls.
    fn lost(&self, state: &mut State, now: Micros) -> Action {
        match self.agent {
            agent if agent.sdk().connect_retries == Retries::Times(0) => Self::strand(state),
            Agent::CSdk(_) => self.begin_call(state, now),
            Agent::ExampleAgent { reconnect_random_delay, .. } => {
                self.manage(*reconnect_random_delay, state, now)
            }
        }
    }

    /// A connect call returned an error.
    fn call_over(&self, state: &mut State, now: Micros) -> Action {
        match self.agent {
            Agent::CSdk(_) => Self::strand(state),
            Agent::ExampleAgent { reconnect_random_delay, .. } => {
                state.call = state.call.wrapping_add(1);
                self.manage(*reconnect_random_delay, state, now)
            }
        }
    }

    fn strand(state: &mut State) -> Action {
        state.phase = Phase::Stranded;
        Action::Strand
    }
}

/// Returns whether attempts that fail at once can follow each other for ever without any time passing.
///
/// Virtual time would stand still, and a real device would saturate its processor. The pause has no
/// length, and either the call never ends or what stands between two calls has no length either.
pub fn spins(agent: &Agent) -> bool {
    let sdk = agent.sdk();
    let calls_take_no_time = match (sdk.connect_retries, agent) {
        (Retries::Times(0), _) | (Retries::Times(_), Agent::CSdk(_)) => false,
        (Retries::Forever, _) => true,
        (Retries::Times(_), Agent::ExampleAgent { reconnect_random_delay, .. }) => {
            *reconnect_random_delay == Micros::ZERO && delay::mean(sdk) == 0.0
        }
    };
    calls_take_no_time && sdk.connect_retry_interval == Micros::ZERO
}

#[cfg(test)]
mod tests;
