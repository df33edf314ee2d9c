//! Runs that are there already, by what they were made from.

use crate::fleet::{Fleet, Prices, Targets};
use crate::sim::{Run, estimate};
use std::sync::Arc;

/// Memory for runs that nobody asks for at the moment [B].
const BYTES: f64 = 64.0 * 1024.0 * 1024.0;

/// What decides the events of a run: everything but names, targets, prices and the date.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    fleet: Fleet,
    seed: u64,
}

impl Key {
    /// Returns the key of a fleet's runs.
    pub(super) fn new(fleet: &Fleet, seed: u64) -> Self {
        let mut fleet = fleet.clone();
        fleet.name.clear();
        fleet.targets = Targets::default();
        fleet.prices = Prices::default();
        fleet.outage.start = None;
        for group in &mut fleet.groups {
            group.name.clear();
        }
        Self { fleet, seed }
    }
}

/// Runs by key, the ones used last in front.
#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: Vec<(Key, Vec<Arc<Run>>)>,
}

impl Cache {
    /// Returns the runs of a key, in the order of their numbers.
    pub(super) fn runs(&mut self, key: &Key) -> &mut Vec<Arc<Run>> {
        match self.entries.iter().position(|(known, _)| known == key) {
            Some(position) => self.entries[..=position].rotate_right(1),
            None => self.entries.insert(0, (key.clone(), Vec::new())),
        }
        &mut self.entries[0].1
    }

    /// Throws the runs of a key away.
    pub(super) fn forget(&mut self, key: &Key) {
        self.entries.retain(|(known, _)| known != key);
    }

    /// Throws away what was used longest ago, beyond the memory allowed; the first `needed` stay.
    pub(super) fn tidy(&mut self, needed: usize) {
        let mut bytes = 0.0;
        let mut position = 0;
        self.entries.retain(|(key, runs)| {
            bytes += estimate(&key.fleet).kept_bytes * runs.len() as f64;
            position += 1;
            position <= needed || bytes <= BYTES && !runs.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example::EXAMPLES;
    use crate::sim::replicate;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_long_drag_does_not_fill_the_memory() {
        let mut fleet = EXAMPLES[0].file().unwrap().check(None).fleet.unwrap();
        fleet.groups.truncate(1);
        fleet.groups[0].devices = 10;
        let run = replicate(&fleet, 1, 0..1, 1, &AtomicBool::new(false), &|_| ()).unwrap().remove(0);
        let run = Arc::new(run);
        let mut cache = Cache::default();
        for devices in 1..500 {
            fleet.groups[0].devices = devices;
            let key = Key::new(&fleet, 1);
            cache.runs(&key).extend(vec![Arc::clone(&run); 5]);
            cache.tidy(2);
            assert_eq!(cache.runs(&key).len(), 5, "what was used last stays");
        }
        let bytes: f64 =
            cache.entries.iter().map(|(key, runs)| estimate(&key.fleet).kept_bytes * runs.len() as f64).sum();
        assert!(cache.entries.len() > 2 && bytes <= BYTES, "{} {bytes}", cache.entries.len());
        cache.entries.truncate(2);
        cache.entries[1].1 = vec![run; 10_000];
        cache.tidy(2);
        assert_eq!(cache.entries.len(), 2, "what is needed stays whatever its size");
    }
}
