//! One device of a group under each agent: worked out when it is looked at, and kept until an input changes.
//!
//! Nine devices are played alone, which takes milliseconds, so no thread is needed; who does not look at them
//! does not pay for them either.

use crate::fleet::Fleet;
use crate::plan::timeline::{Timeline, timeline, usual_group};
use std::cell::RefCell;
use std::sync::Arc;

/// The timelines that were looked at last.
#[derive(Default)]
pub struct Alone {
    kept: RefCell<Option<Kept>>,
}

/// Timelines with what they follow from.
struct Kept {
    fleet: Arc<Fleet>,
    position: usize,
    seed: u64,
    timeline: Arc<Timeline>,
}

impl Alone {
    /// Returns the timelines of one device of a group, else of the group that is told where none is asked for.
    pub(in crate::desk) fn of(
        &self,
        fleet: &Arc<Fleet>,
        group: Option<&str>,
        seed: u64,
    ) -> Option<Arc<Timeline>> {
        let asked = group.and_then(|id| fleet.groups.iter().position(|group| group.id == id));
        let position = asked.unwrap_or_else(|| usual_group(fleet));
        let mut kept = self.kept.borrow_mut();
        let same =
            |kept: &&Kept| Arc::ptr_eq(&kept.fleet, fleet) && kept.position == position && kept.seed == seed;
        if let Some(kept) = kept.as_ref().filter(same) {
            return Some(Arc::clone(&kept.timeline));
        }
        let timeline = Arc::new(timeline(fleet, position, seed)?);
        *kept = Some(Kept { fleet: Arc::clone(fleet), position, seed, timeline: Arc::clone(&timeline) });
        Some(timeline)
    }
}
