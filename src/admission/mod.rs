//! How a platform accepts, queues, limits and drops what comes to its door.
//!
//! Pure rules without a clock: the time comes in, the decision comes out. The simulator's stations use
//! them with virtual time, and a test platform can use the same with real time, so both mean the same by
//! a limit, a queue and a time-out.

pub mod crew;
pub mod law;
pub mod limiter;
pub mod station;

pub use law::Law;
pub use limiter::Limiter;
pub use station::{Offer, Station};

/// One second [µs].
const SECOND: u64 = crate::base::Micros::SECOND.0;
