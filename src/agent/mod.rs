//! How a device reconnects: one pure machine per agent kind.
//!
//! A [`Machine`] is the fixed part (settings, device, draws), a [`State`] the 12 bytes that change.
//! `step` takes the time and what happened, and answers what the device does next. There is no clock,
//! no socket and no allocation in here: the simulator drives the machine with virtual time and a live
//! runtime can drive the same machine with real time, so what is simulated is what runs.
//!
//! ```text
//! NEW ──Lost──► [manager delay] ─► [first delay] ─► TRYING ──Connected──► ONLINE ──Lost──► …
//!                     ▲                              │  ▲
//!                     │                           Failed │ attempts left
//!                     │                              ▼  │
//!                     └─── call over ──────────── [pause]
//! ```
//!
//! | kind | before the first attempt | after a failure | attempts used up |
//! |---|---|---|---|
//! | C SDK, EMS | SDK delay, once per call | fixed pause, also after the last | stranded |
//! | ExampleAgent | manager delay, then SDK delay | fixed pause, also after the last | next call, manager delay first |
//! | .NET SDK | SDK delay; nothing where switched off | fixed pause, also after the last | next call |
//! | Java SDK | fixed interval | the same interval | never |
//! | generic | first delay | [back-off](backoff) | stranded at once |
//!
//! Waits of no length are not told: the next action follows at once. A stranded device begins anew when
//! something outside of the agent calls again, told as another loss; an agent that never attempts
//! by itself stays stranded.
//!
//! Facts: C SDK 2.2.1 as read and measured (one delay per call, `connect_retries` attempts, the pause
//! also after the last, the socket kept when authentication fails); the manager as the published article
//! on thundering herds describes it; Java and .NET inferred from public code and documentation.

pub mod backoff;
pub mod chain;
mod csdk;
pub mod delay;
mod example_agent;
pub mod notice;

use crate::base::{Draws, Micros};
use crate::fleet::{Agent, CSdk, DotNetSdk, Retries};

/// What happened to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The device noticed that its connection is gone.
    Lost,
    /// The time that it waited for has come.
    Due,
    /// The attempt failed: refused, timed out or closed.
    Failed,
    /// Authentication or bind failed, but the socket stands. Agents of the C SDK family go on with it,
    /// for all others it is as [`Event::Failed`].
    FailedOpen,
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
    /// Fixed wait of the Java SDK before every attempt (`reconnect_interval_s`).
    Interval,
    /// Random wait of a generic agent before the first attempt after a loss (`first_delay_ms`).
    First,
    /// Wait of a generic agent after a failed attempt.
    Backoff,
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
    /// Tries to connect now; answer with [`Event::Failed`], [`Event::FailedOpen`] or [`Event::Connected`].
    Attempt {
        /// Number of the attempt in the device's life, from 0; the key of draws about this attempt.
        number: u32,
        /// Longest wait for the platform's answer; what it bounds is a property of the group's link.
        timeout: Micros,
        /// Whether the attempt goes on with the socket of the one before, from authentication on: no TCP,
        /// no TLS, no upgrade, and only the message timeout applies.
        same_socket: bool,
    },
    /// Gives up: nothing in the agent will try again.
    Strand,
    /// Nothing: the event does not concern the device as it is (a stale timer, say).
    Nothing,
}

/// Where an offline device gets to by itself, with its waits told in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next attempt begins then.
    Attempt(Micros),
    /// The device gives up then.
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
    /// Waits for the delay that stands right before an attempt.
    Delaying,
    /// An attempt is under way.
    Trying,
    /// Waits after a failed attempt.
    Pausing,
    /// Connected.
    Online,
    /// Given up.
    Stranded,
}

/// The part of a machine that changes: 12 bytes per device, seven bits of which belong to whoever keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Connect calls before the current one, which key the draws of both delays; for an agent that backs
    /// off its wait before [ms].
    memory: u32,
    /// Attempts so far, in all calls.
    attempts: u32,
    /// Attempts left in the current call, without meaning where a call tries for ever; for an agent that
    /// backs off its failures since the loss.
    left: u16,
    phase: Phase,
    /// [`OPEN`], and marks of whoever keeps the state.
    marks: u8,
}

/// The socket of a failed attempt stands.
const OPEN: u8 = 1 << 7;

impl State {
    /// Returns whether all these marks are set. Marks are seven bits (1 to 64) that the machine neither
    /// reads nor changes: a simulation of millions of devices has no byte to spare beside them.
    #[inline]
    pub fn has(&self, marks: u8) -> bool {
        self.marks & marks == marks
    }

    /// Sets marks.
    #[inline]
    pub fn mark(&mut self, marks: u8) {
        debug_assert!(marks & OPEN == 0, "seven bits");
        self.marks |= marks;
    }

    /// Sets a mark; returns whether it was not set.
    #[inline]
    pub fn raise(&mut self, mark: u8) -> bool {
        let raised = self.marks & mark == 0;
        self.mark(mark);
        raised
    }

    /// Takes marks away.
    #[inline]
    pub fn unmark(&mut self, marks: u8) {
        debug_assert!(marks & OPEN == 0, "seven bits");
        self.marks &= !marks;
    }

    /// Begins the next attempt then.
    #[inline]
    fn attempts_at(&mut self, at: Micros) -> Next {
        self.attempts = self.attempts.wrapping_add(1);
        self.phase = Phase::Trying;
        Next::Attempt(at)
    }

    #[inline]
    fn set_open(&mut self, open: bool) {
        self.marks = self.marks & !OPEN | if open { OPEN } else { 0 };
    }

    /// Returns the number of attempts begun so far, in all calls.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns whether the device gave up.
    pub fn is_stranded(&self) -> bool {
        self.phase == Phase::Stranded
    }

    /// Returns whether the current or next attempt goes on with the socket of the one before.
    #[inline]
    pub fn same_socket(&self) -> bool {
        self.marks & OPEN != 0
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
            (Phase::Online | Phase::Stranded, Event::Lost) => self.lost_again(state, now),
            (_, Event::Lost) => {
                // What was lost is the socket that a failed attempt had left.
                state.set_open(false);
                Action::Nothing
            }
            (Phase::Managing | Phase::Pausing, Event::Due) => self.due(state, now),
            (Phase::Delaying, Event::Due) => self.attempt(state),
            (Phase::Trying, Event::Failed) => {
                state.set_open(false);
                self.failed(state, now)
            }
            (Phase::Trying, Event::FailedOpen) => {
                state.set_open(self.agent.kind().is_c_sdk_family());
                self.failed(state, now)
            }
            (Phase::Trying, Event::Connected) => {
                state.phase = Phase::Online;
                state.set_open(false);
                Action::Nothing
            }
            _ => Action::Nothing,
        }
    }

    /// Takes an event at a time `now` and runs ahead through all waits to the next attempt, or to the
    /// moment in which the device gives up.
    #[inline]
    pub fn run_ahead(&self, state: &mut State, now: Micros, event: Event) -> Next {
        // What a simulation asks for again and again takes a short cut; everything else stays out of its loop.
        match (state.phase, event) {
            (Phase::Trying, Event::Failed) => self.failed_ahead(state, now),
            (Phase::New, Event::Lost) if self.agent.reconnects() => self.lost_ahead(state, now),
            _ => {
                let (changed, next) = self.step_ahead(*state, now, event);
                *state = changed;
                next
            }
        }
    }

    /// Runs ahead from an attempt that failed without a socket to the next one.
    #[inline]
    fn failed_ahead(&self, state: &mut State, now: Micros) -> Next {
        state.set_open(false);
        match self.agent {
            Agent::CSdk(sdk)
            | Agent::ExampleAgent { sdk, .. }
            | Agent::Ems(sdk)
            | Agent::DotNetSdk(DotNetSdk { sdk, .. }) => self.call_failed_ahead(sdk, state, now),
            Agent::JavaSdk(java) => state.attempts_at(now + java.reconnect_interval),
            Agent::Generic(generic) => self.back_off_ahead(generic, state, now),
        }
    }

    /// Runs ahead from the first loss to the first attempt.
    #[inline]
    fn lost_ahead(&self, state: &mut State, now: Micros) -> Next {
        if let Some(sdk) = self.agent.sdk() {
            return self.call_ahead(sdk, state, now);
        }
        let (changed, next) = self.step_ahead(*state, now, Event::Lost);
        *state = changed;
        next
    }

    /// Steps through all waits to the next attempt, or to the moment in which the device gives up.
    // By value, so that a caller's state can stay in registers.
    #[inline(never)]
    fn step_ahead(&self, mut state: State, now: Micros, event: Event) -> (State, Next) {
        let (mut now, mut event) = (now, event);
        loop {
            match self.step(&mut state, now, event) {
                Action::Wait { until, .. } => (now, event) = (until, Event::Due),
                Action::Attempt { .. } => return (state, Next::Attempt(now)),
                Action::Strand => return (state, Next::Stranded(now)),
                Action::Nothing => return (state, Next::Nothing),
            }
        }
    }

    /// The connection is gone. An agent that makes no attempts never comes back, whoever calls.
    fn lost(&self, state: &mut State, now: Micros) -> Action {
        if !self.agent.reconnects() {
            return Self::strand(state);
        }
        match self.agent {
            Agent::CSdk(sdk) | Agent::Ems(sdk) | Agent::DotNetSdk(DotNetSdk { sdk, .. }) => {
                self.begin_call(sdk, state, now)
            }
            Agent::ExampleAgent { reconnect_random_delay, sdk } => {
                self.manage(*reconnect_random_delay, sdk, state, now)
            }
            Agent::JavaSdk(java) => self.interval(java, state, now),
            Agent::Generic(generic) => self.first_delay(generic, state, now),
        }
    }

    /// A device that was online, or had given up and is called again, is without a connection.
    fn lost_again(&self, state: &mut State, now: Micros) -> Action {
        if state.phase == Phase::Stranded && !self.agent.reconnects() {
            return Action::Nothing;
        }
        // A new loss has draws of its own.
        state.memory = state.memory.wrapping_add(1);
        state.set_open(false);
        self.lost(state, now)
    }

    /// Begins an attempt.
    fn attempt(&self, state: &mut State) -> Action {
        let number = state.attempts;
        state.attempts = number.wrapping_add(1);
        state.phase = Phase::Trying;
        Action::Attempt { number, timeout: self.agent.connect_timeout(), same_socket: state.same_socket() }
    }

    /// An attempt failed.
    #[inline]
    fn failed(&self, state: &mut State, now: Micros) -> Action {
        match self.agent {
            Agent::CSdk(sdk)
            | Agent::ExampleAgent { sdk, .. }
            | Agent::Ems(sdk)
            | Agent::DotNetSdk(DotNetSdk { sdk, .. }) => self.call_failed(sdk, state, now),
            Agent::JavaSdk(java) => self.interval(java, state, now),
            Agent::Generic(generic) => self.back_off(generic, state, now),
        }
    }

    /// The manager's delay or the SDK's pause is over.
    #[inline]
    fn due(&self, state: &mut State, now: Micros) -> Action {
        match self.agent.sdk() {
            Some(sdk) if state.phase == Phase::Managing => self.begin_call(sdk, state, now),
            Some(sdk) => self.paused(sdk, state, now),
            None => Action::Nothing,
        }
    }

    /// A connect call returned an error.
    fn call_over(&self, sdk: &CSdk, state: &mut State, now: Micros) -> Action {
        match self.agent {
            Agent::ExampleAgent { reconnect_random_delay, .. } => {
                state.memory = state.memory.wrapping_add(1);
                self.manage(*reconnect_random_delay, sdk, state, now)
            }
            Agent::DotNetSdk(_) => {
                state.memory = state.memory.wrapping_add(1);
                self.begin_call(sdk, state, now)
            }
            Agent::CSdk(_) | Agent::Ems(_) | Agent::JavaSdk(_) | Agent::Generic(_) => Self::strand(state),
        }
    }

    fn strand(state: &mut State) -> Action {
        // Whoever calls again begins with a new socket.
        state.phase = Phase::Stranded;
        state.set_open(false);
        Action::Strand
    }
}

/// Returns whether attempts that fail at once can follow each other for ever without any time passing.
///
/// Virtual time would stand still, and a real device would saturate its processor. What stands between
/// two attempts has no length, and neither has what stands between two calls, if a call ends at all.
pub fn spins(agent: &Agent) -> bool {
    if !agent.reconnects() {
        return false;
    }
    let call_spins = |sdk: &CSdk, between_calls: Micros| {
        let calls_take_no_time = match sdk.connect_retries {
            Retries::Forever => true,
            Retries::Times(_) => between_calls == Micros::ZERO && delay::mean(sdk) == 0.0,
        };
        calls_take_no_time && sdk.connect_retry_interval == Micros::ZERO
    };
    match agent {
        Agent::CSdk(sdk) | Agent::Ems(sdk) => {
            sdk.connect_retries == Retries::Forever && call_spins(sdk, Micros::ZERO)
        }
        Agent::ExampleAgent { reconnect_random_delay, sdk } => call_spins(sdk, *reconnect_random_delay),
        Agent::DotNetSdk(dotnet) => call_spins(&dotnet.sdk, Micros::ZERO),
        Agent::JavaSdk(java) => java.reconnect_interval == Micros::ZERO,
        // From 1 ms on every law waits at least 1 ms.
        Agent::Generic(generic) => {
            generic.connect_retries == Retries::Forever && generic.backoff.expo_ms(0) == 0
        }
    }
}

#[cfg(test)]
mod tests;
