//! When a device attempts, as a function of its number and of the number of its attempts.
//!
//! A device loses its connection once, so the state of its machine ([`crate::agent`]) follows from the
//! number of its attempts `n`: with `r` attempts per call it is in call `⌊n / r⌋`, and every `r`-th failure
//! ends a call. So nothing has to be kept per device; the machine stays the oracle in the tests.

use crate::agent::delay;
use crate::base::Draws;
use crate::base::draws::Stream;
use crate::fleet::{Agent, CSdk, DelayLaw, Fleet, Group, Retries};

/// What a device does after a failure, or after the loss of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Attempts at this time [µs].
    Attempt(u64),
    /// Gives up for good at this time [µs].
    Stranded(u64),
}

/// How the devices of one group reconnect: a connect call, or one call after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calls {
    sdk: CSdk,
    /// Longest random wait of the manager before each call [µs].
    manager: u64,
    /// Whether another call follows when one is over.
    again: bool,
}

impl Calls {
    /// Returns how the devices of a group reconnect, if their agent makes calls of the C SDK.
    pub(super) fn of(group: &Group) -> Option<Self> {
        match group.agent {
            Agent::CSdk(sdk) | Agent::Ems(sdk) => Some(Self { sdk, manager: 0, again: false }),
            Agent::ExampleAgent { reconnect_random_delay, sdk } => {
                Some(Self { sdk, manager: reconnect_random_delay.0, again: true })
            }
            Agent::JavaSdk(_) | Agent::DotNetSdk(_) | Agent::Generic(_) => None,
        }
    }

    /// Returns the longest time between a failed attempt and the next one [µs].
    pub(super) fn longest_wait(&self) -> u64 {
        let waits = [self.manager, longest_call_delay(&self.sdk), self.sdk.connect_retry_interval.0];
        waits.into_iter().fold(0, u64::saturating_add)
    }

    /// Returns how long a device waits for an answer [µs].
    pub(super) fn timeout(&self) -> u64 {
        self.sdk.connect_timeout.0
    }

    /// Returns the time of the first attempt of a call that begins at `now` [µs].
    fn begin(&self, draws: Draws, device: u64, call: u64, now: u64) -> u64 {
        let managed = draws.delay(Stream::AttemptDelay, device, call, self.manager);
        let delay = delay::of_call(&self.sdk, draws, device, call as u32);
        now.saturating_add(managed).saturating_add(delay.0)
    }
}

/// The groups' settings.
pub(super) trait Law {
    /// Returns the group of a device.
    fn group(&self, device: u64) -> usize;

    /// Returns how long the devices of a group wait for an answer [µs].
    fn timeout(&self, group: usize) -> u64;

    /// Returns what a device does after its attempt `number` (from 0) failed at `failed` [µs].
    fn after(&self, group: usize, device: u64, number: u64, failed: u64) -> Next;
}

/// One group that waits a random time before every attempt and for nothing else (`storm-1`).
#[derive(Clone, Copy)]
pub(super) struct Plain {
    draws: Draws,
    /// Longest wait [µs], 1 to 2^32 − 1.
    range: u64,
    timeout: u64,
}

impl Plain {
    /// Returns the law of a group that is as simple as that.
    pub(super) fn of(calls: &Calls, draws: Draws) -> Option<Self> {
        let simple = calls.again
            && calls.sdk.connect_retries == Retries::Times(1)
            && calls.sdk.connect_retry_interval.0 == 0
            && longest_call_delay(&calls.sdk) == 0
            && (1..1 << 32).contains(&calls.manager);
        simple.then(|| Self { draws, range: calls.manager, timeout: calls.timeout() })
    }

    /// Returns the wait before attempt `number` of a device [µs].
    #[inline]
    pub(super) fn wait(&self, device: u64, number: u64) -> u64 {
        // The range is below 2^32, so the product fits without the 128 bits of `Draws::delay`.
        1 + ((u64::from(self.draws.word(Stream::AttemptDelay, device, number)) * self.range) >> 32)
    }

    /// Returns the longest wait [µs].
    pub(super) fn range(&self) -> u64 {
        self.range
    }
}

impl Law for Plain {
    #[inline]
    fn group(&self, _device: u64) -> usize {
        0
    }

    #[inline]
    fn timeout(&self, _group: usize) -> u64 {
        self.timeout
    }

    #[inline]
    fn after(&self, _group: usize, device: u64, number: u64, failed: u64) -> Next {
        Next::Attempt(failed + self.wait(device, number + 1))
    }
}

/// Any groups.
pub(super) struct Mixed<'a> {
    groups: &'a [Calls],
    /// Number of the first device of each group.
    starts: Vec<u64>,
    draws: Draws,
}

impl<'a> Mixed<'a> {
    /// Returns the law of the groups of a fleet.
    pub(super) fn of(fleet: &Fleet, groups: &'a [Calls], draws: Draws) -> Self {
        let mut devices = 0;
        let starts = fleet.groups.iter().map(|group| {
            let first = devices;
            devices += u64::from(group.devices);
            first
        });
        Self { groups, starts: starts.collect(), draws }
    }

    /// Returns what a device does after it lost its connection at 0.
    pub(super) fn lost(&self, group: usize, device: u64) -> Next {
        let calls = &self.groups[group];
        if calls.sdk.connect_retries == Retries::Times(0) {
            return Next::Stranded(0);
        }
        Next::Attempt(calls.begin(self.draws, device, 0, 0))
    }
}

impl Law for Mixed<'_> {
    #[inline]
    fn group(&self, device: u64) -> usize {
        self.starts.partition_point(|&first| first <= device) - 1
    }

    #[inline]
    fn timeout(&self, group: usize) -> u64 {
        self.groups[group].timeout()
    }

    fn after(&self, group: usize, device: u64, number: u64, failed: u64) -> Next {
        let calls = &self.groups[group];
        let CSdk { connect_retries, connect_retry_interval, .. } = calls.sdk;
        let now = failed.saturating_add(connect_retry_interval.0);
        let Retries::Times(times) = connect_retries else { return Next::Attempt(now) };
        let (made, per_call) = (number + 1, u64::from(times).max(1));
        if !made.is_multiple_of(per_call) {
            return Next::Attempt(now);
        }
        if calls.again {
            Next::Attempt(calls.begin(self.draws, device, made / per_call, now))
        } else {
            Next::Stranded(now)
        }
    }
}

/// Returns an upper limit of the SDK's random wait [µs]; 0 only where there never is one.
fn longest_call_delay(sdk: &CSdk) -> u64 {
    let longest = sdk.max_connect_delay.0;
    match sdk.delay_law {
        DelayLaw::Documented => longest,
        // What the broken laws multiply is whole milliseconds in 32 bits.
        _ if (longest / 1_000) as u32 == 0 => 0,
        // The largest 32-bit product over the largest random number, see `agent::delay`.
        DelayLaw::Linux221 => 2_000,
        DelayLaw::Windows221 => 131_076_000,
    }
}
