//! Platforms of a usual size: defaults for a file that knows no better.
//!
//! `/platform/preset` names one. What it sets takes the place of the registry's defaults; what the file
//! says itself wins. No vendor publishes sign-ins per second, so every number here is assumed until it is
//! measured; that of the limited front is one that a cloud service publishes for itself.

use crate::fleet::setting::{Absent, Certainty};

/// The word for no preset.
pub const NONE: &str = "none";

/// A preset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlatformPreset {
    /// Word in the project file.
    pub id: &'static str,
    /// Name shown to people.
    pub label: &'static str,
    /// What it stands for, in one sentence.
    pub meaning: &'static str,
    /// What it sets: address and value in the file's unit.
    pub sets: &'static [(&'static str, Absent)],
    /// How sure we are.
    pub certainty: Certainty,
    /// Where it comes from.
    pub source: &'static str,
}

impl PlatformPreset {
    /// Returns what it says about an address.
    pub fn value(&self, address: &str) -> Option<Absent> {
        self.sets.iter().find(|(known, _)| *known == address).map(|(_, value)| *value)
    }

    /// Returns whether it sets anything below an address.
    pub fn touches(&self, base: &str) -> bool {
        self.sets.iter().any(|(known, _)| known.strip_prefix(base).is_some_and(|rest| rest.starts_with('/')))
    }
}

/// Returns the preset with this word.
pub fn find(id: &str) -> Option<&'static PlatformPreset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

const WORKERS: &str = "/platform/workers";
const SERVICE: &str = "/platform/service_time_ms";
const QUEUE: &str = "/platform/accept_queue";
const PURGES: &str = "/platform/purges_abandoned";
const CORES: &str = "/platform/balancer/cores";
const HANDSHAKE: &str = "/platform/balancer/handshake_ms";
const SOURCE: &str =
    "A starting point: neither handshakes nor sign-ins per second of this size are published";

/// The presets, in the order in which they are offered.
pub const PRESETS: &[PlatformPreset] = &[
    PlatformPreset {
        id: "small",
        label: "Small, on premises (4 vCPU)",
        meaning: "300 handshakes/s on each of 2 cores of the load balancer, 50 sign-ins/s; works for devices that gave up.",
        sets: &[
            (WORKERS, Absent::Number(1.0)),
            (SERVICE, Absent::Number(20.0)),
            (QUEUE, Absent::Number(4_096.0)),
            (PURGES, Absent::Word("never")),
            (CORES, Absent::Number(2.0)),
            (HANDSHAKE, Absent::Number(3.333)),
        ],
        certainty: Certainty::Assumed,
        source: SOURCE,
    },
    PlatformPreset {
        id: "medium",
        label: "Medium (16 vCPU, 32 GiB)",
        meaning: "600 handshakes/s on each of 4 cores of the load balancer, 200 sign-ins/s; works for devices that gave up.",
        sets: &[
            (WORKERS, Absent::Number(4.0)),
            (SERVICE, Absent::Number(20.0)),
            (QUEUE, Absent::Number(4_096.0)),
            (PURGES, Absent::Word("never")),
            (CORES, Absent::Number(4.0)),
            (HANDSHAKE, Absent::Number(1.667)),
        ],
        certainty: Certainty::Assumed,
        source: SOURCE,
    },
    PlatformPreset {
        id: "large",
        label: "Large cluster node",
        meaning: "1 000 handshakes/s on each of 8 cores of the load balancer, 500 sign-ins/s; works for devices that gave up.",
        sets: &[
            (WORKERS, Absent::Number(10.0)),
            (SERVICE, Absent::Number(20.0)),
            (QUEUE, Absent::Number(4_096.0)),
            (PURGES, Absent::Word("never")),
            (CORES, Absent::Number(8.0)),
            (HANDSHAKE, Absent::Number(1.0)),
        ],
        certainty: Certainty::Assumed,
        source: SOURCE,
    },
    PlatformPreset {
        id: "token-bucket",
        label: "Front with a token bucket",
        meaning: "New connections beyond 500/s are reset at once, so that the platform never sees them.",
        sets: &[
            ("/platform/balancer/limit_per_s", Absent::Number(500.0)),
            ("/platform/balancer/limit_kind", Absent::Word("reset")),
            (PURGES, Absent::Word("given-up")),
        ],
        certainty: Certainty::Assumed,
        source: "A cloud service documents 500 connections/s for an account; a bucket's burst is not modelled",
    },
];
