//! An estimate of a recovery, shown until the first runs are there.
//!
//! It comes from the fluid engine: means only, in less than a millisecond, and with its doubts. It is
//! never judged against targets and never exported; only runs are.

use crate::fleet::Fleet;
use crate::sim::StationName;
use crate::sim::fluid::{Fluid, fluid};
use std::sync::Arc;

/// An estimate of a fleet's recovery.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What was estimated.
    pub fleet: Arc<Fleet>,
    /// The estimate.
    pub fluid: Fluid,
}

impl Preview {
    /// Estimates the recovery of a fleet; `None` where no device loses its connection.
    pub fn of(fleet: &Arc<Fleet>) -> Option<Self> {
        let fluid = fluid(fleet);
        (fluid.devices > 0.0).then(|| Self { fleet: Arc::clone(fleet), fluid })
    }

    /// Returns what to say about it where it should not be trusted: `Estimate; ` and the first reason.
    pub fn doubt(&self) -> Option<String> {
        let doubt = self.fluid.doubts.first()?.to_string();
        // A doubt is a sentence of its own; here it goes on.
        let mut rest = doubt.chars();
        let first = rest.next()?.to_lowercase();
        Some(format!("Estimate; {first}{}", rest.as_str()))
    }

    /// Returns whether its queue is that of the sign-in tier, as the one of the runs is.
    pub fn queues_at_sign_in(&self) -> bool {
        self.fluid.station == StationName::SignIn
    }
}
