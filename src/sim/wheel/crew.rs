//! The platform's workers with what their services take.

use crate::admission::crew::{Ring, Workers};
use crate::admission::law::Exponential;
use crate::base::draws::Stream;
use crate::base::{Draws, Micros};

/// Workers and the law of their services.
pub(super) trait Crew {
    /// Whether services end in the order of their starts.
    const IN_ORDER: bool;

    /// Returns when the next worker is free [µs]; 0 while some have never worked.
    fn earliest(&self) -> u64;

    /// Lets that worker serve an attempt from `start` on; returns the end [µs].
    fn serve(&mut self, start: u64, device: u64, number: u64) -> u64;
}

/// Workers with a fixed service time.
pub(super) struct Fixed {
    workers: Ring,
    time: u64,
}

impl Fixed {
    /// Returns idle workers whose services take `time` [µs].
    pub(super) fn new(workers: u32, time: u64) -> Self {
        Self { workers: Ring::new(workers), time }
    }
}

impl Crew for Fixed {
    const IN_ORDER: bool = true;

    #[inline]
    fn earliest(&self) -> u64 {
        self.workers.earliest()
    }

    #[inline]
    fn serve(&mut self, start: u64, _device: u64, _number: u64) -> u64 {
        let end = start.saturating_add(self.time);
        self.workers.take(end);
        end
    }
}

/// Workers with exponential service times.
pub(super) struct Random<W> {
    workers: W,
    draws: Draws,
    law: Exponential,
}

impl<W: Workers> Random<W> {
    /// Returns workers whose services have this mean.
    pub(super) fn new(workers: W, draws: Draws, mean: Micros) -> Self {
        Self { workers, draws, law: Exponential::new(mean) }
    }
}

impl<W: Workers> Crew for Random<W> {
    const IN_ORDER: bool = false;

    #[inline]
    fn earliest(&self) -> u64 {
        self.workers.earliest()
    }

    #[inline]
    fn serve(&mut self, start: u64, device: u64, number: u64) -> u64 {
        let end = start.saturating_add(self.law.time(self.draws.bits(Stream::Service, device, number)));
        self.workers.take(end);
        end
    }
}
