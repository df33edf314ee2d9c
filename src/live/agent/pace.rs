//! A limit of the connections that agents open together in a second, for platforms that are not ours.
//!
//! A turn is an instant and not a length of sleep, so a late timer never lets two connections come closer together
//! than they may.

use crate::base::Micros;
use std::sync::{Mutex, PoisonError};

/// Spaces the connections of many agents.
#[derive(Debug)]
pub struct Pace {
    spacing: Micros,
    turns: Mutex<Turns>,
}

#[derive(Debug, Default)]
struct Turns {
    next: Micros,
    waited: Held,
}

/// How much a pace has held up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Connections that had to wait.
    pub connections: u64,
    /// The longest wait.
    pub longest: Micros,
}

impl Pace {
    /// Returns a pace of so many connections per second [1/s], at least 1.
    pub fn new(per_s: u32) -> Self {
        let spacing = Micros(Micros::SECOND.0.div_ceil(u64::from(per_s.max(1))));
        Self { spacing, turns: Mutex::new(Turns::default()) }
    }

    /// Takes the next turn; returns when it is.
    pub fn turn(&self, now: Micros) -> Micros {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let at = now.max(turns.next);
        turns.next = at + self.spacing;
        let wait = at.since(now);
        turns.waited.connections += u64::from(wait > Micros::ZERO);
        turns.waited.longest = turns.waited.longest.max(wait);
        at
    }

    /// Returns how much it has held up so far.
    pub fn waited(&self) -> Held {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).waited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_apart_and_nothing_is_saved_up() {
        let pace = Pace::new(4);
        let burst: Vec<u64> = (0..3).map(|_| pace.turn(Micros(10)).0).collect();
        assert_eq!(burst, [10, 250_010, 500_010]);
        assert_eq!(pace.waited(), Held { connections: 2, longest: Micros(500_000) });
        let later = Micros::from_secs(60);
        assert_eq!([pace.turn(later).0, pace.turn(later).0], [60_000_000, 60_250_000]);
        assert_eq!(Pace::new(0).turn(Micros(1)), Micros(1));
    }
}
