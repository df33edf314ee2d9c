//! What if the numbers are a little wrong: the same fleet with less capacity, more devices, a longer outage.
//!
//! A recommendation that holds only for exactly the numbers of the file is none. Each answer is tried
//! against these changes too, and none is given that a fifth less capacity would turn into a fleet that
//! never recovers: an optimum at the edge of a cliff is not a recommendation.

use crate::base::Micros;
use crate::fleet::{Fleet, Unknowns};

/// One way in which the numbers may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shake {
    /// A tenth less capacity at every tier.
    LessCapacity,
    /// A tenth more devices in every group.
    MoreDevices,
    /// An outage that lasts a tenth longer.
    LongerOutage,
    /// A fifth less capacity: the way to the cliff.
    Cliff,
}

impl Shake {
    /// Those that the goals should survive.
    pub const ALL: [Self; 3] = [Self::LessCapacity, Self::MoreDevices, Self::LongerOutage];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::LessCapacity => "capacity-10-pct-less",
            Self::MoreDevices => "devices-10-pct-more",
            Self::LongerOutage => "outage-10-pct-longer",
            Self::Cliff => "capacity-20-pct-less",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::LessCapacity => "10 % less capacity",
            Self::MoreDevices => "10 % more devices",
            Self::LongerOutage => "an outage 10 % longer",
            Self::Cliff => "20 % less capacity",
        }
    }

    /// Returns the fleet with this change.
    pub fn of(self, fleet: &Fleet) -> Fleet {
        let mut fleet = fleet.clone();
        // A draw reads the file again and would lose the change; what is unknown takes its stated value.
        fleet.unknowns = Unknowns::default();
        match self {
            Self::LessCapacity => slower(&mut fleet, 10, 9),
            Self::Cliff => slower(&mut fleet, 10, 8),
            Self::MoreDevices => {
                for group in &mut fleet.groups {
                    group.devices = group.devices.saturating_add(group.devices.div_ceil(10));
                }
            }
            Self::LongerOutage => {
                // What else happens keeps its distance to the return.
                let more = Micros(fleet.outage.length.0 / 10);
                let returned = fleet.outage.length;
                fleet.outage.length = fleet.outage.length + more;
                for event in fleet.outage.events.iter_mut().filter(|event| event.at >= returned) {
                    event.at = event.at + more;
                }
            }
        }
        fleet
    }
}

/// Lets every tier take `more` instead of `less` for its work.
fn slower(fleet: &mut Fleet, more: u64, less: u64) {
    let longer = |time: Micros| Micros(time.0.saturating_mul(more).div_ceil(less));
    let platform = &mut fleet.platform;
    platform.service_time = longer(platform.service_time);
    if let Some(tier) = &mut platform.connection {
        tier.service_time = longer(tier.service_time);
    }
    if let Some(balancer) = &mut platform.balancer {
        balancer.handshake = longer(balancer.handshake);
        balancer.resumed_handshake = longer(balancer.resumed_handshake);
    }
}
