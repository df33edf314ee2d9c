//! From a fleet to the fluid engine's input: the one place that knows both.
//!
//! An agent becomes a chain of waits (`agent`): those before the first attempt of a call, the pause after
//! each failure, and what comes when the call is over. Groups with equal laws become one source. Of the
//! stations in series the slowest becomes the tier (`line`). What does not fit is simplified and leaves a
//! doubt (`missing`), some of them only where the result shows that it matters.

mod agent;
mod line;
mod missing;

use super::model::{Model, Wall};
use crate::base::Micros;
use crate::fleet::outage::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};
use crate::fleet::{Fleet, Meets, Touches};

/// Returns the fluid engine's input for a fleet.
pub fn derive(fleet: &Fleet) -> Model {
    let line = line::of(fleet);
    let mut model = Model {
        sources: Vec::new(),
        groups: Vec::new(),
        tier: line.tier,
        station: line.station,
        outage_s: fleet.outage.length.secs(),
        meets: wall(fleet),
        watch_s: fleet.outage.watch.secs(),
        doubts: Vec::new(),
        where_it_matters: line.doubts,
    };
    let groups = u16::try_from(fleet.groups.len()).unwrap_or(u16::MAX);
    for (position, group) in fleet.groups.iter().enumerate() {
        let share = lost(fleet, position);
        if group.devices > 0 && share > 0.0 {
            let timeout_s = line.waits.of(group, model.watch_s);
            agent::sources(&mut model, groups, group, share, timeout_s);
        }
    }
    missing::note(fleet, &mut model);
    model
}

/// Returns the share of a group that loses its connection when the main outage begins.
pub(super) fn lost(fleet: &Fleet, position: usize) -> f64 {
    let outage = &fleet.outage;
    if !outage.cuts(position) {
        return 0.0;
    }
    match outage.touches {
        Touches::Parts { of, from, to, .. } => f64::from(to - from) / f64::from(of.max(1)),
        Touches::All | Touches::Groups(_) => 1.0,
    }
}

/// Returns what attempts meet in the outage.
fn wall(fleet: &Fleet) -> Wall {
    match fleet.outage.meets {
        Meets::Served => Wall::Served,
        Meets::BlackHole => Wall::BlackHole {
            repeats_s: SYN_RETRANSMISSIONS.iter().map(|after| after.secs()).collect(),
            gives_up_s: SYN_GIVES_UP.secs(),
        },
        Meets::AuthUnanswered => Wall::BlackHole {
            repeats_s: Vec::new(),
            gives_up_s: fleet
                .cut_groups()
                .map(|group| group.link.message_timeout)
                .max()
                .map_or(0.0, Micros::secs),
        },
        _ => Wall::FailsAtOnce,
    }
}
