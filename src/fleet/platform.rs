//! The platform that devices sign in to, as one tier: a queue in front of workers.

use crate::base::Micros;

/// How the time of one sign-in is distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceLaw {
    /// Always the mean.
    Fixed,
    /// Exponential with that mean.
    Exponential,
}

/// One tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Sign-ins worked on at the same time, at least 1.
    pub workers: u32,
    /// Mean time of one sign-in, at least 1 µs.
    pub service_time: Micros,
    /// How that time varies.
    pub service_law: ServiceLaw,
    /// Attempts that can wait for a worker.
    pub accept_queue: u32,
    /// Longest wait in the queue before the platform closes the attempt; `None` for as long as it takes.
    pub sign_in_timeout: Option<Micros>,
}

impl Platform {
    /// Returns how many devices it can sign in [sign-ins/s].
    pub fn capacity_per_s(&self) -> f64 {
        f64::from(self.workers) / self.service_time.secs()
    }
}
