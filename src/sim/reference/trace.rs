//! What one device goes through, moment by moment: the waits, the attempts and how they end.
//!
//! Nothing is decided here. The model plays as always and writes down what happens to one device, with the reason
//! that it has at that moment; the waits are those that the device's machine asks for.

use super::World;
use crate::agent::{Action, Event, Machine, Pause, State};
use crate::base::Micros;
use crate::fleet::{Fleet, Loss, Meets};
use crate::sim::StationName;

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// What an event on the timeline lets attempts meet.
    Met(Meets),
    /// Nobody answered the SYN: the device gave up, or its kernel.
    NoAnswer {
        /// Whether the kernel gave up, after all its repetitions.
        by_kernel: bool,
    },
    /// Nobody answered authentication within the message timeout.
    Unheard,
    /// Refused for want of room, or by a limit.
    Refused,
    /// The device gave up waiting at this part of the platform.
    TimedOut(StationName),
    /// The platform closed what had waited too long.
    Closed,
    /// An event on the timeline cut it off.
    Cut,
    /// The platform still believed in the device's old session.
    OldSession,
}

/// What happens to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happens {
    /// Its connection ends.
    Lost(Loss),
    /// It drops its connection, because the answer to a ping came too late.
    LatePong,
    /// Its duty cycle ends the connection.
    Off,
    /// It notices that it is not connected, or is called again.
    Notices,
    /// It begins to wait.
    Waits {
        /// When the wait ends.
        until: Micros,
        /// Why it waits.
        pause: Pause,
    },
    /// It begins an attempt.
    Attempts {
        /// Whether the attempt goes on with the socket of the one before.
        same_socket: bool,
    },
    /// Its attempt fails.
    Fails(Failure),
    /// It is signed in and bound.
    Back,
    /// It gives up.
    GivesUp,
}

/// One moment of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When, counted from the begin of the main outage.
    pub at: Micros,
    /// What happens.
    pub what: Happens,
}

/// What a device went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Its moments in order; waits may begin before the moment before has ended.
    pub moments: Vec<Moment>,
    /// Whether they reach to the end of the simulation.
    pub complete: bool,
}

/// Plays an outage as [`run`](super::run) does and returns what device number `device` goes through.
///
/// The game ends early where the device has had `most` moments.
pub fn trace(fleet: &Fleet, seed: u64, device: usize, most: usize) -> Trace {
    let mut world = World::new(fleet, seed);
    world.watched = Some(Watched { device, most, moments: Vec::new() });
    world.bind_everybody();
    world.play_all();
    let moments = world.watched.take().map_or_else(Vec::new, |watched| watched.moments);
    let complete = moments.len() < most;
    Trace { moments, complete }
}

/// The device whose moments are written down.
pub(super) struct Watched {
    device: usize,
    most: usize,
    moments: Vec<Moment>,
}

impl World<'_> {
    /// Writes down what happens to a device, where it is the one.
    pub(super) fn happens(&mut self, device: usize, what: Happens) {
        let at = Micros(self.now);
        self.happens_at(device, at, what);
    }

    /// Writes down what will happen to a device, where it is the one.
    pub(super) fn happens_at(&mut self, device: usize, at: Micros, what: Happens) {
        if let Some(watched) = self.watched.as_mut().filter(|watched| watched.device == device)
            && watched.moments.len() < watched.most
        {
            watched.moments.push(Moment { at, what });
        }
    }

    /// Returns whether enough is written down.
    pub(super) fn has_seen_enough(&self) -> bool {
        self.watched.as_ref().is_some_and(|watched| watched.moments.len() >= watched.most)
    }

    /// Returns whether the moments of a device are written down.
    pub(super) fn watches(&self, device: usize) -> bool {
        self.watched.as_ref().is_some_and(|watched| watched.device == device)
    }

    /// Writes down the waits of a device's machine after an event, one by one.
    pub(super) fn waits(&mut self, machine: &Machine<'_>, mut state: State, event: Event) {
        let (mut now, mut event) = (Micros(self.now), event);
        while let Action::Wait { until, pause } = machine.step(&mut state, now, event) {
            self.happens_at(machine.device as usize, now, Happens::Waits { until, pause });
            (now, event) = (until, Event::Due);
        }
    }
}
