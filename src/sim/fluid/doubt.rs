//! Why a fluid result should not be trusted.

use crate::base::units::count;
use std::fmt;

/// Below this many workers a queue is a matter of chance.
pub(super) const FEW_WORKERS: f64 = 4.0;
/// Below this many devices a curve is.
pub(super) const FEW_DEVICES: f64 = 10_000.0;
/// Places (workers and queue) below which refusals happen by chance long before the platform is full.
pub(super) const FEW_PLACES: f64 = 40.0;

/// A reason to wait for the exact runs; each is one plain sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// Few workers: queues grow by chance, not only by overload.
    FewWorkers {
        /// How many.
        workers: f64,
    },
    /// Few devices: single runs differ much from their mean.
    FewDevices {
        /// How many.
        devices: f64,
    },
    /// Little room: attempts are refused by chance.
    FewPlaces {
        /// Workers and places in the queue.
        places: f64,
    },
    /// A little more or less capacity changes the result much, or decides whether the fleet recovers.
    NearCliff,
    /// Some services last longer than devices wait for them.
    SlowService,
    /// Refused devices come back after a fixed interval to a tier whose services end at fixed intervals.
    Resonance,
    /// Refused devices come back at fixed intervals, in bursts that meet other devices.
    Bursts,
    /// Devices repeat failed attempts faster than the steps.
    FastRetries {
        /// Id of the group.
        group: String,
    },
    /// More attempts per call than are followed one by one; they count as endless.
    ManyRetries {
        /// Id of the group.
        group: String,
    },
    /// The steps are longer than the shortest waits allow.
    Coarse,
    /// Something else that the preview leaves out or simplifies, as a whole sentence.
    NotModelled(String),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewWorkers { workers } => write!(
                f,
                "The preview treats sign-ins as a flow, which needs more workers than {}",
                count(workers.round() as u64)
            ),
            Self::FewDevices { devices } => write!(
                f,
                "With {} devices single runs differ from the mean that the preview shows",
                count(devices.round() as u64)
            ),
            Self::FewPlaces { places } => write!(
                f,
                "With {} places for sign-ins attempts are refused by chance, which the preview leaves out",
                count(places.round() as u64)
            ),
            Self::NearCliff => f.write_str(
                "A few percent more or less capacity change this result much, so runs can differ widely",
            ),
            Self::SlowService => {
                f.write_str("By chance some sign-ins take longer than devices wait for them, and the last devices depend on it")
            }
            Self::Resonance => {
                f.write_str("Fixed retry intervals fall into step with a fixed sign-in time, so that the same devices are refused again and again")
            }
            Self::Bursts => {
                f.write_str("Refused devices come back in bursts after fixed intervals, and whom a burst finds in its way is left out")
            }
            Self::FastRetries { group } => {
                write!(f, "Devices of group `{group}` repeat attempts faster than the preview resolves")
            }
            Self::ManyRetries { group } => write!(
                f,
                "Devices of group `{group}` make more attempts per call than the preview follows, so it never lets them give up"
            ),
            Self::Coarse => {
                f.write_str("So long a recovery of so different groups makes the preview too coarse for the shortest waits")
            }
            Self::NotModelled(what) => f.write_str(what),
        }
    }
}
