//! The exact engine of plain fleets.
//!
//! It gives the same [`Run`], to the last bit, as the engine of the full model, for fleets in which devices
//! meet each other in one queue only: one tier, agents that make calls of the C SDK, and one outage of
//! everything (see [`supports`]). What makes it several times faster:
//!
//! * a device loses its connection once, so all that has to be known of it is the number of its
//!   attempts: a pending event is one word, and nothing is kept per device beside it (`law`);
//! * while the platform is down devices do not meet, so each walks through the outage by itself and
//!   only its first arrival is queued (`chain`);
//! * arrivals wait in the timing wheel, whose cost does not grow with their number;
//! * the queue is first-in-first-out, so an arrival's fate is known at once: no completions and no
//!   time-outs are ever queued, and where the queue is full one comparison tells (`queue`, `crew`);
//! * a service time needs no logarithm, only enough of one to round the same way ([`Exponential`]);
//! * times are read off while returns are counted, where services end in order (`returns`), and levels are
//!   sums of counts (`counts`).
//!
//! [`Exponential`]: crate::admission::law::Exponential
//!
//! Memory per device is 8 to 9 B with a fixed service time and 16 to 18 B with a random one. An
//! [`Arena`] keeps most of it from run to run.

mod chain;
mod counts;
mod crew;
mod law;
mod play;
mod queue;
mod returns;

use super::calendar::Wheel;
use super::error::SimError;
use super::estimate::{ATTEMPT_BUDGET, admit, estimate, too_many_attempts};
use super::run::Run;
use crate::agent::notice;
use crate::fleet::{
    Bounds, Fleet, Full, Group, Loss, Meets, Outage, Platform, Purges, ServiceLaw, Sessions, TierName,
    Touches,
};
use law::Calls;
use play::{Halt, Job};
use std::sync::atomic::AtomicBool;

/// Most bits of a payload with which slots can still be a second wide.
const PAYLOAD_BITS: u32 = 44;
/// Bits that hold any attempt's number, because a run has fewer attempts than that.
const MOST_NUMBER_BITS: u32 = u32::BITS;

/// Memory that runs on one thread can share, one after the other.
#[derive(Debug, Default)]
pub struct Arena {
    wheel: Wheel,
}

/// Returns whether [`run_in`] can play a fleet: one tier with one queue and nothing else modelled, groups
/// of agents that make calls of the C SDK and stay connected, and one outage that cuts everything at once,
/// is noticed at once, and lets nothing through.
pub fn supports(fleet: &Fleet) -> bool {
    device_bits(fleet) + MOST_NUMBER_BITS <= 60
        && plain_platform(&fleet.platform)
        && plain_outage(&fleet.outage)
        && fleet.groups.iter().all(|group| plain_group(group, fleet.outage.loses))
}

fn plain_platform(platform: &Platform) -> bool {
    platform.service_law != ServiceLaw::Lognormal
        && platform.full == Full::Refuse
        && platform.purges == Purges::Never
        && platform.held.is_none()
        && platform.balancer.is_none()
        && platform.connection.is_none()
        && platform.writes.is_none()
        && platform.breaking.is_none()
        && platform.sessions == Sessions::default()
}

fn plain_outage(outage: &Outage) -> bool {
    let ramps = outage.ramp.0 > 0 && outage.ramp_from_permille != 1_000;
    outage.horizon().0 > 0
        && outage.touches == Touches::All
        && (outage.meets.fails_at_once() || outage.meets == Meets::BlackHole)
        && outage.events.is_empty()
        && (!TierName::SignIn.follows(outage.tier) || !ramps)
}

fn plain_group(group: &Group, loses: Option<Loss>) -> bool {
    let at_once = loses.is_some_and(|loss| loss == Loss::CloseFrame || notice::sees_error(&group.link, loss));
    at_once
        && Calls::of(group).is_some()
        && group.link.bounds == Bounds::Answer
        && group.duty.is_none()
        && group.drops_per_day == 0.0
}

/// Plays one outage with the draws of `seed`, in memory that an earlier run may have left; the result
/// does not depend on it. Looks at `stop` every few milliseconds. Returns `None` for fleets that it does not
/// [support](supports).
///
/// # Errors
/// [`SimError::Cancelled`] when `stop` was set; [`SimError::EndlessAttempts`] and
/// [`SimError::TooLarge`] when the fleet cannot be simulated and has to be changed.
pub fn run_in(
    arena: &mut Arena,
    fleet: &Fleet,
    seed: u64,
    stop: &AtomicBool,
) -> Option<Result<Run, SimError>> {
    if !supports(fleet) {
        return None;
    }
    let groups: Vec<Calls> = fleet.groups.iter().map(Calls::of).collect::<Option<_>>()?;
    Some(admit(fleet, 1, 1).and_then(|()| play(arena, fleet, &groups, (seed, stop))))
}

fn play(
    arena: &mut Arena,
    fleet: &Fleet,
    groups: &[Calls],
    (seed, stop): (u64, &AtomicBool),
) -> Result<Run, SimError> {
    let at_most = estimate(fleet).attempts_at_most;
    let device_bits = device_bits(fleet);
    let usual = (u64::BITS - (at_most as u64).leading_zeros()).min(PAYLOAD_BITS.saturating_sub(device_bits));
    let number_bits = usual.clamp(1, MOST_NUMBER_BITS);
    let mut job = Job { fleet, groups, seed, stop, device_bits, number_bits };
    let mut result = job.play(arena);
    if matches!(result, Err(Halt::Numbers)) {
        // One device attempted far more often than all were expected to; slots get narrower for it.
        job.number_bits = MOST_NUMBER_BITS;
        result = job.play(arena);
    }
    result.map_err(|halt| match halt {
        Halt::Stopped => SimError::Cancelled,
        Halt::Budget | Halt::Numbers => too_many_attempts(fleet, at_most.max(ATTEMPT_BUDGET as f64)),
    })
}

/// Returns the bits that a device's number needs.
fn device_bits(fleet: &Fleet) -> u32 {
    u64::BITS - fleet.devices().saturating_sub(1).leading_zeros()
}

#[cfg(test)]
mod tests;
