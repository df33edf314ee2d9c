//! Why a simulation does not run to its end.

use crate::base::Micros;
use crate::base::units::{count, duration, significant};
use std::fmt;

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Connection attempts in one run.
    Attempts(u64),
    /// Pings in one run.
    Pings(u64),
    /// Memory [B].
    Bytes(u64),
}

/// What would fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fits {
    /// This many devices in all groups together.
    Devices(u64),
    /// The same devices, with at least this long between two attempts of one device.
    Between(Micros),
    /// The same devices, with at least this long between two pings of one device.
    BetweenPings(Micros),
    /// The same devices, with an outage and a time watched that together last this long.
    Horizon(Micros),
    /// This many runs.
    Runs(u64),
}

/// Why a simulation does not run, or does not run to its end. The fleet and everything computed before
/// stay valid; each variant says what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimError {
    /// Somebody asked for it to stop.
    #[error("The simulation was stopped before its end; there is no result.")]
    Cancelled,
    /// More than fits into the budget of one simulation; with what fits.
    #[error("{}", too_large(*needs, *fits))]
    TooLarge {
        /// What there is too much of.
        needs: Needs,
        /// What would fit.
        fits: Fits,
    },
    /// The values that a run draws for what is unknown make no fleet.
    #[error(
        "Run {run} draws {drawn} for what is unknown, and such a fleet is impossible: {reason} Narrow the bounds \
         so that every value in them is possible."
    )]
    Impossible {
        /// Number of the run, from 0.
        run: u32,
        /// Name and value of each unknown.
        drawn: String,
        /// What is wrong with that, in a sentence.
        reason: String,
    },
    /// A failed attempt could follow another for ever with no time between them.
    #[error(
        "Devices of group `{group}` would repeat failed attempts for ever with no time between them, so that \
         simulated time stands still. Set the pause between attempts or the random delay to at least 1 ms."
    )]
    EndlessAttempts {
        /// Id of the group.
        group: String,
    },
}

impl fmt::Display for Fits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Devices(devices) => write!(f, "Use at most {} devices", count(*devices)),
            Self::Between(time) => {
                write!(f, "Let at least {} pass between two attempts of a device", duration(time.secs()))
            }
            Self::BetweenPings(time) => {
                write!(f, "Let at least {} pass between two pings of a device", duration(time.secs()))
            }
            Self::Horizon(time) => {
                write!(f, "Shorten the outage and the time watched to {} together", duration(time.secs()))
            }
            Self::Runs(runs) => write!(f, "Use at most {} runs", count(*runs)),
        }
    }
}

fn too_large(needs: Needs, fits: Fits) -> String {
    match needs {
        Needs::Attempts(attempts) => format!(
            "One run would make about {} connection attempts; it stops at {} because it would not end in useful \
             time. {fits}.",
            count(attempts),
            count(super::ATTEMPT_BUDGET),
        ),
        Needs::Pings(pings) => format!(
            "One run would follow about {} pings, because pongs wait behind sign-ins; it stops at {} because it \
             would not end in useful time. {fits}.",
            count(pings),
            count(super::ATTEMPT_BUDGET),
        ),
        Needs::Bytes(bytes) => format!(
            "The simulation would need about {} GB of memory; it stops at {} GB so that other programs go on. \
             {fits}.",
            significant(bytes as f64 / 1e9),
            significant(super::BYTE_BUDGET as f64 / 1e9),
        ),
    }
}
