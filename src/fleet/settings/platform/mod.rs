//! The platform: the sign-in tier, and the sections that may stand beside it.
//!
//! The sign-in tier is always there. Load balancer, Connection Servers, writes and the breaking point
//! are sections of their own; one that is absent from the file is not modelled.

mod balancer;
mod connection_servers;
mod writes;

pub use balancer::{BALANCER, CERTIFICATES, LIMIT_KINDS, P256_HANDSHAKE_MS, RSA_HANDSHAKE_MS};
pub use connection_servers::CONNECTION_SERVERS;
pub use writes::{BREAKING_POINT, WRITES};

use crate::fleet::catalogue::platforms::{self, PRESETS};
use crate::fleet::setting::{Absent, Certainty, Choice, GIVES_DEFAULTS, Setting, Unit};

/// No preset, and every preset.
pub const PRESET_CHOICES: &[Choice] = &preset_choices();

/// Returns the words for presets.
const fn preset_choices() -> [Choice; PRESETS.len() + 1] {
    let none = Choice {
        value: platforms::NONE,
        label: "None",
        meaning: "What the file does not say has the default of its row.",
    };
    let mut choices = [none; PRESETS.len() + 1];
    let mut index = 0;
    while index < PRESETS.len() {
        let preset = &PRESETS[index];
        choices[index + 1] = Choice { value: preset.id, label: preset.label, meaning: preset.meaning };
        index += 1;
    }
    choices
}

/// What happens to an attempt that finds no room.
pub const WHEN_FULL: &[Choice] = &[
    Choice { value: "refuse", label: "Refuse", meaning: "The attempt fails at once." },
    Choice {
        value: "drop-syn",
        label: "Drop the SYN",
        meaning: "The device's kernel repeats its SYN after 1, 3, 7 s and so on, without any spread.",
    },
];

/// Which requests a tier drops before any work.
pub const PURGES: &[Choice] = &[
    Choice {
        value: "never",
        label: "None",
        meaning: "All are worked on, also those of devices that have given up.",
    },
    Choice {
        value: "given-up",
        label: "Those given up",
        meaning: "Those whose device has closed its socket before the work begins.",
    },
    Choice {
        value: "too-late",
        label: "Those too late",
        meaning: "Work that cannot end before the device gives up is never begun.",
    },
];

/// Whether something is so.
pub const ON_OFF: &[Choice] = &[
    Choice { value: "off", label: "No", meaning: "It is not so." },
    Choice { value: "on", label: "Yes", meaning: "It is so." },
];

/// How the time of one sign-in is distributed.
pub const SERVICE_LAWS: &[Choice] = &[
    Choice { value: "fixed", label: "Fixed", meaning: "Every sign-in takes the same time." },
    Choice {
        value: "exponential",
        label: "Exponential",
        meaning: "Sign-ins vary; a few take several times the mean.",
    },
    Choice {
        value: "lognormal",
        label: "Lognormal",
        meaning: "Most sign-ins are quick; a few take more than ten times as long.",
    },
];

const NOBODY: &str = "No vendor publishes sign-ins per second: measure yours";

/// The rows.
pub const PLATFORM: &[Setting] = &[
    Setting {
        key: "preset",
        label: "Preset",
        unit: Unit::Choice(PRESET_CHOICES),
        absent: Absent::Word(platforms::NONE),
        certainty: Certainty::Assumed,
        source: NOBODY,
        settled: Some(GIVES_DEFAULTS),
        meaning: "A platform of a usual size that gives what the file does not say.",
        effect: "Takes the place of defaults; what the file says itself wins.",
        ..Setting::BLANK
    },
    Setting {
        key: "cluster",
        label: "Cluster",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Your choice; without it the first cluster of the file",
        settled: Some(GIVES_DEFAULTS),
        meaning: "Id of the cluster of the topology that is simulated, with the groups that sign in to it.",
        effect: "The numbers of the platform follow from it; groups of other clusters keep their files, but are not simulated.",
        ..Setting::BLANK
    },
    Setting {
        key: "workers",
        label: "Workers",
        unit: Unit::Count("workers"),
        range: (1.0, 100_000.0),
        absent: Absent::Number(4.0),
        slider: Some((1.0, 256.0)),
        certainty: Certainty::Assumed,
        source: NOBODY,
        meaning: "Sign-ins that the platform works on at the same time.",
        effect: "Capacity is workers divided by the time of one sign-in.",
        ..Setting::BLANK
    },
    Setting {
        key: "service_time_ms",
        label: "Time of one sign-in",
        unit: Unit::Milliseconds,
        range: (0.001, 3_600_000.0),
        whole: false,
        absent: Absent::Number(20.0),
        certainty: Certainty::Assumed,
        source: NOBODY,
        meaning: "Mean time that one worker needs for TLS, upgrade, authentication and bind of a device.",
        effect: "Capacity is workers divided by the time of one sign-in.",
        ..Setting::BLANK
    },
    Setting {
        key: "service_law",
        label: "Spread of the sign-in time",
        unit: Unit::Choice(SERVICE_LAWS),
        absent: Absent::Word("fixed"),
        certainty: Certainty::Assumed,
        source: NOBODY,
        meaning: "How the time of one sign-in varies.",
        effect: "Varying times make queues longer at the same load.",
        ..Setting::BLANK
    },
    Setting {
        key: "accept_queue",
        label: "Accept queue",
        unit: Unit::Count("attempts"),
        range: (0.0, 10_000_000.0),
        absent: Absent::Number(4_096.0),
        certainty: Certainty::Measured,
        source: "Linux default of net.core.somaxconn",
        meaning: "Attempts that can wait for a worker.",
        effect: "Attempts beyond it are refused; a long queue lets waiting devices time out instead.",
        ..Setting::BLANK
    },
    Setting {
        key: "sign_in_timeout_ms",
        label: "Platform gives up after",
        unit: Unit::Milliseconds,
        range: (1.0, 3_600_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Connection Server: authentication timeout, 10 000 ms where it applies",
        meaning: "Longest time an attempt may wait in the queue before the platform closes it.",
        effect: "Attempts closed in the queue cost no work; without it the platform serves devices that gave up.",
        ..Setting::BLANK
    },
    Setting {
        key: "when_full",
        label: "When the queue is full",
        unit: Unit::Choice(WHEN_FULL),
        absent: Absent::Word("refuse"),
        certainty: Certainty::Measured,
        source: "Linux: a full accept queue drops the SYN; a platform or proxy in front refuses",
        meaning: "What an attempt meets that finds the accept queue full.",
        effect: "A dropped SYN bunches devices again at 1, 3 and 7 s; not behind a load balancer, which has its own.",
        ..Setting::BLANK
    },
    Setting {
        key: "purges_abandoned",
        label: "Drops abandoned sign-ins",
        unit: Unit::Choice(PURGES),
        absent: Absent::Word("never"),
        certainty: Certainty::Assumed,
        source: "Nothing is published: the careful assumption is that the work is done in vain",
        meaning: "Which sign-ins are dropped before any work when their turn comes.",
        effect: "A platform that drops none works for devices that are gone when overloaded, and may never recover.",
        ..Setting::BLANK
    },
    Setting {
        key: "held_connections",
        label: "Sign-in tier holds",
        unit: Unit::Count("connections"),
        range: (1.0, 100_000_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Vendor's container image: 10 000 for one Tomcat",
        meaning: "Most connections of devices that the sign-in tier holds at the same time.",
        effect: "Attempts beyond it are refused; leave it out where Connection Servers hold the connections.",
        ..Setting::BLANK
    },
    Setting {
        key: "bind_protection_s",
        label: "First in wins for",
        unit: Unit::Seconds,
        range: (1.0, 86_400.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Vendor's default: first in wins, idle timeout 60 s; leave it out where the last one wins",
        meaning: "Time without a message after which the platform takes a session for dead and lets the device bind again.",
        effect: "A device that comes back sooner after a silent loss is rejected at bind.",
        ..Setting::BLANK
    },
    Setting {
        key: "pongs_wait",
        label: "Pongs wait behind sign-ins",
        unit: Unit::Choice(ON_OFF),
        absent: Absent::Word("off"),
        certainty: Certainty::Assumed,
        source: "Depends on the threads of the server: measure yours",
        meaning: "Whether a busy platform answers pings only when the sign-ins before them are done.",
        effect: "Late pongs make devices drop their connection and sign in again.",
        ..Setting::BLANK
    },
];
