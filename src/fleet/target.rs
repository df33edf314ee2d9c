//! What must hold for a plan to be good enough.

use crate::base::Micros;

/// Limits; an absent one is not judged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Targets {
    /// Longest time until 95 % of the devices are back.
    pub t95: Option<Micros>,
    /// Most sign-in attempts in one second after the platform is back [attempts/s].
    pub peak_sign_ins_per_s: Option<f64>,
    /// Longest time until all stored data has arrived and been written.
    pub drained: Option<Micros>,
    /// Most values lost for any cause: in device stores, at a full write queue, in a crash [values].
    pub lost_values: Option<u64>,
}
