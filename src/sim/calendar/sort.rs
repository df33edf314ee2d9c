//! Sorts the events of one slot.
//!
//! Events of a slot are nearly uniform in time, so one counting pass on their top bits puts each of them
//! at, or next to, its place, and an insertion sort does the rest. Where they are not (a whole group
//! within two milliseconds of a slot of a second), the insertion sort notices soon and leaves the work to
//! a general sort.

/// Below this, counting costs more than it saves.
const FEW: usize = 48;
/// Most buckets [log2]: the counts stay in the first cache.
const MOST_BUCKETS: u32 = 13;
/// Steps per event after which insertion sort gives up.
const PATIENCE: usize = 6;

/// The lists that sorting needs, kept from slot to slot.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    /// What is to be sorted.
    pub(super) batch: Vec<u64>,
    counts: Vec<u32>,
}

impl Sorter {
    /// Moves the batch into `out` in ascending order; `bits` is the length of an event.
    pub(super) fn sort(&mut self, out: &mut Vec<u64>, bits: u32) {
        out.clear();
        let n = self.batch.len();
        if n <= FEW {
            out.append(&mut self.batch);
            out.sort_unstable();
            return;
        }
        let bucket_bits = (n.ilog2() + 2).min(MOST_BUCKETS).min(bits);
        let shift = bits - bucket_bits;
        self.counts.clear();
        self.counts.resize(1 << bucket_bits, 0);
        for &event in &self.batch {
            self.counts[(event >> shift) as usize] += 1;
        }
        let mut before = 0;
        for count in &mut self.counts {
            let here = *count;
            *count = before;
            before += here;
        }
        out.resize(n, 0);
        for &event in &self.batch {
            let place = &mut self.counts[(event >> shift) as usize];
            out[*place as usize] = event;
            *place += 1;
        }
        if !settle(out) {
            out.sort_unstable();
        }
    }
}

/// Sorts what is nearly sorted; returns whether it was.
fn settle(events: &mut [u64]) -> bool {
    let mut left = PATIENCE * events.len();
    for index in 1..events.len() {
        let event = events[index];
        let mut place = index;
        while place > 0 && events[place - 1] > event {
            events[place] = events[place - 1];
            place -= 1;
        }
        events[place] = event;
        let steps = index - place;
        if steps > left {
            return false;
        }
        left -= steps;
    }
    true
}
