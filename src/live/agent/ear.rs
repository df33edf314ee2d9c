//! Ears for whoever looks now and then: what agents tell waits in a queue of bounded length.
//!
//! A flood is counted and not kept, and what agents tell has a queue of its own, so that frames never crowd it out.

use super::{Listener, Passed, Passing, Told};
use crate::base::Micros;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// What may wait until somebody looks.
const ROOM: usize = 4_096;

/// What waits, each with its time.
pub type Waiting<T> = Receiver<(Micros, T)>;

/// Hears an agent and keeps what it tells until it is asked for.
#[derive(Debug)]
pub struct Ear {
    told: SyncSender<(Micros, Told)>,
    passed: Option<SyncSender<(Micros, Passed)>>,
    missed: AtomicU64,
}

impl Ear {
    /// Returns an ear and what it hears.
    pub fn new() -> (Self, Waiting<Told>) {
        let (told, heard) = sync_channel(ROOM);
        (Self { told, passed: None, missed: AtomicU64::new(0) }, heard)
    }

    /// Returns an ear that sees frames too, what it hears, and what it sees.
    pub fn with_frames() -> (Self, Waiting<Told>, Waiting<Passed>) {
        let (ear, heard) = Self::new();
        let (passed, seen) = sync_channel(ROOM);
        (Self { passed: Some(passed), ..ear }, heard, seen)
    }

    /// Returns how many events and frames came when there was no room for them.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Listener for Ear {
    fn hears(&self, at: Micros, _device: u64, told: Told) {
        if self.told.try_send((at, told)).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn sees(&self, at: Micros, _device: u64, sent: bool, frame: &Passing<'_>) {
        let Some(passed) = &self.passed else { return };
        if passed.try_send((at, Passed::of(sent, frame))).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_frames_leave_room_for_what_is_told() {
        let (ear, heard, seen) = Ear::with_frames();
        for _ in 0..ROOM + 2 {
            ear.sees(Micros::ZERO, 0, true, &Passing::Ping(8));
        }
        ear.hears(Micros::ZERO, 0, Told::Stranded);
        assert_eq!((ear.missed(), heard.try_iter().count(), seen.try_iter().count()), (2, 1, ROOM));
        let (ear, heard) = Ear::new();
        for _ in 0..ROOM + 3 {
            ear.hears(Micros::ZERO, 0, Told::Stranded);
            ear.sees(Micros::ZERO, 0, true, &Passing::Ping(8));
        }
        assert_eq!((ear.missed(), heard.try_iter().count()), (3, ROOM));
    }
}
