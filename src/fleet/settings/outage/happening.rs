//! What happens in an outage or event: rows that both have.
//!
//! The kind gives the defaults of all others ([`crate::fleet::catalogue::outages`]); the defaults that stand in
//! the rows are those of the plain total outage.

use super::super::ON_OFF;
use crate::fleet::catalogue::outages::{KINDS, TOTAL};
use crate::fleet::outage::Loss;
use crate::fleet::setting::{Absent, Certainty, Choice, GIVES_DEFAULTS, SETS_THE_AXIS, Setting, Unit};

/// The words for kinds of outage.
pub const KIND_CHOICES: &[Choice] = &kind_choices();

/// Returns the words for kinds.
const fn kind_choices() -> [Choice; KINDS.len()] {
    let mut choices = [Choice { value: "", label: "", meaning: "" }; KINDS.len()];
    let mut index = 0;
    while index < KINDS.len() {
        let kind = &KINDS[index];
        choices[index] = Choice { value: kind.id, label: kind.label, meaning: kind.meaning };
        index += 1;
    }
    choices
}

/// What an attempt meets meanwhile.
pub const MEETS: &[Choice] = &[
    Choice {
        value: "refused",
        label: "Refused",
        meaning: "Nothing listens on the port: the attempt fails at once.",
    },
    Choice {
        value: "black-hole",
        label: "Black hole",
        meaning: "No answer at all: the device's kernel repeats its SYN for about two minutes.",
    },
    Choice {
        value: "http-503",
        label: "HTTP 503",
        meaning: "The load balancer answers that no server is there: the attempt fails at once.",
    },
    Choice {
        value: "dns-fails",
        label: "No address",
        meaning: "The name of the platform cannot be resolved: the attempt fails at once.",
    },
    Choice {
        value: "tls-fails",
        label: "TLS failure",
        meaning: "The certificate is not accepted: the attempt fails in the handshake.",
    },
    Choice {
        value: "accept-then-close",
        label: "Accepted, then closed",
        meaning: "The connection is accepted with a full TLS handshake and closed at once.",
    },
    Choice {
        value: "auth-unanswered",
        label: "No answer to AUTH",
        meaning: "Connected, but the authentication stays without an answer until the device's timeout.",
    },
    Choice {
        value: "auth-rejected",
        label: "AUTH rejected",
        meaning: "Connected, but the authentication is denied at once; the socket stands.",
    },
    Choice {
        value: "bind-rejected",
        label: "BIND rejected",
        meaning: "Signed in, but the bind is denied at once; the socket stands.",
    },
    Choice { value: "served", label: "Served", meaning: "Nothing is in its way." },
];

/// How connections end.
pub const ENDS: &[Choice] = &[
    Choice { value: "reset", label: "Reset", meaning: "Devices see an error at once." },
    Choice { value: "close-frame", label: "Closed cleanly", meaning: "Devices see a clean end at once." },
    Choice {
        value: "fin",
        label: "Closed by TCP only",
        meaning: "With TLS seen at once; on plain WebSocket only by the next ping.",
    },
    Choice {
        value: "silence",
        label: "Silence",
        meaning: "Nothing is sent: devices find out by a ping without an answer.",
    },
    Choice { value: Loss::STAY, label: "They stay", meaning: "Connections that stand are not touched." },
];

/// Tiers whose capacity may change.
pub const TIERS: &[Choice] = &[
    Choice {
        value: "database",
        label: "Database",
        meaning: "Whatever waits for it: sign-ins, and the writing of values.",
    },
    Choice { value: "sign-in", label: "Sign-in tier", meaning: "Foundation: authentication and bind." },
    Choice {
        value: "connection-servers",
        label: "Connection Servers",
        meaning: "The answer to the upgrade of a connection.",
    },
    Choice { value: "balancer", label: "Load balancer", meaning: "TLS handshakes at the load balancer." },
];

const OF_KIND: &str = "Your platform; the kind of outage gives what is usual";

/// A row whose default is that of the kind.
const BLANK: Setting = Setting { certainty: Certainty::Documented, source: OF_KIND, ..Setting::BLANK };

pub(super) const KIND: Setting = Setting {
    key: "kind",
    label: "What happens",
    unit: Unit::Choice(KIND_CHOICES),
    absent: Absent::Word(TOTAL),
    source: "Your plan; `regather reference outages` describes each kind",
    settled: Some(GIVES_DEFAULTS),
    meaning: "What fails.",
    effect: "Gives the defaults of everything below; what the file says itself wins.",
    ..BLANK
};

/// Ways in which a part of the topology fails.
pub const WAYS: &[Choice] = &[
    Choice { value: "crash", label: "It crashes", meaning: "Its connections are reset, and it is gone." },
    Choice {
        value: "stop",
        label: "It is stopped",
        meaning: "Its connections are closed first, then it is gone.",
    },
    Choice {
        value: "slow",
        label: "It is slow",
        meaning: "It works at a fifth of its speed; connections stay.",
    },
    Choice {
        value: "partition",
        label: "It is cut off",
        meaning: "It cannot be reached, and nobody says so.",
    },
    Choice {
        value: "certificate",
        label: "Its certificate expires",
        meaning: "Connections stay, every new handshake fails.",
    },
];

pub(super) const FAILS: Setting = Setting {
    key: "fails",
    label: "What fails",
    unit: Unit::Text,
    absent: Absent::Nothing,
    source: "Your plan; without it the kind alone says what happens",
    meaning: "Ids of components, machines or clusters of the topology, or a `zone:` or `site:` with its name.",
    effect: "Who disconnects, what attempts meet and what capacity is left follow from what remains of the topology.",
    ..BLANK
};

pub(super) const FAILS_BY: Setting = Setting {
    key: "fails_by",
    label: "How it fails",
    unit: Unit::Choice(WAYS),
    absent: Absent::Word("crash"),
    settled: Some(GIVES_DEFAULTS),
    source: "Your plan",
    meaning: "What happens to what fails.",
    effect: "Gives the defaults of everything below; what the file says itself wins.",
    ..BLANK
};

pub(super) const ATTEMPTS_MEET: Setting = Setting {
    key: "attempts_meet",
    label: "Attempts meet",
    unit: Unit::Choice(MEETS),
    absent: Absent::Word("refused"),
    source: "Your platform",
    meaning: "What a device meets when it tries to connect during the outage.",
    effect: "A black hole holds devices for minutes and bunches their return.",
    ..BLANK
};

pub(super) const CONNECTIONS_END: Setting = Setting {
    key: "connections_end",
    label: "Connections end",
    unit: Unit::Choice(ENDS),
    absent: Absent::Word("reset"),
    meaning: "How the connections of the devices it touches end when it begins.",
    effect: "Decides when devices notice: at once, or by a ping without an answer.",
    ..BLANK
};

pub(super) const GROUPS: Setting = Setting {
    key: "groups",
    label: "Groups touched",
    unit: Unit::Groups,
    absent: Absent::Nothing,
    source: "Your plan; without it devices of every group are touched",
    meaning: "Groups whose devices it touches, for example those of one site.",
    effect: "Devices of other groups keep their connections.",
    ..BLANK
};

pub(super) const SHARE: Setting = Setting {
    key: "share_pct",
    label: "Share touched",
    unit: Unit::Count("%"),
    range: (0.1, 100.0),
    whole: false,
    absent: Absent::Number(100.0),
    meaning: "Share of all devices that it touches, chosen at random.",
    effect: "The others keep their connections; has no effect where groups are named.",
    ..BLANK
};

pub(super) const PLATFORM_DOWN: Setting = Setting {
    key: "platform_down",
    label: "Platform itself is down",
    unit: Unit::Choice(ON_OFF),
    absent: Absent::Word("on"),
    meaning: "Whether the platform itself is down, and not only out of reach.",
    effect: "Empties its queues, loses what waits to be written, and makes it forget all sessions.",
    ..BLANK
};

pub(super) const TIER: Setting = Setting {
    key: "tier",
    label: "Capacity changes at",
    unit: Unit::Choice(TIERS),
    absent: Absent::Word("sign-in"),
    meaning: "Tier whose capacity is smaller during and after it.",
    effect: "Capacity, ramp and its start hold for this tier.",
    ..BLANK
};

pub(super) const CAPACITY: Setting = Setting {
    key: "capacity_pct",
    label: "Capacity meanwhile",
    unit: Unit::Count("%"),
    range: (0.1, 100.0),
    whole: false,
    absent: Absent::Number(100.0),
    meaning: "Capacity of that tier while it lasts; where nothing is left, say what attempts meet instead.",
    effect: "Work takes longer by this factor.",
    ..BLANK
};

pub(super) const RAMP: Setting = Setting {
    key: "ramp_s",
    label: "Ramp of capacity",
    unit: Unit::Seconds,
    range: (0.0, 2_592_000.0),
    whole: false,
    absent: Absent::Number(0.0),
    slider: Some((1.0, 3_600.0)),
    certainty: Certainty::Assumed,
    source: "No ramp until you know yours: caches and pools fill in seconds to minutes",
    meaning: "Time after it until that tier has its full capacity again.",
    effect: "The first devices of the return meet a slow platform.",
    ..BLANK
};

pub(super) const RAMP_FROM: Setting = Setting {
    key: "ramp_from_pct",
    label: "Ramp begins at",
    unit: Unit::Count("%"),
    range: (0.1, 100.0),
    whole: false,
    absent: Absent::Number(20.0),
    certainty: Certainty::Assumed,
    source: "Cold caches and pools: no vendor publishes it",
    meaning: "Capacity of that tier right after it, from which it grows evenly.",
    effect: "Has no effect without a ramp.",
    ..BLANK
};

pub(super) const STEPS: Setting = Setting {
    key: "steps",
    label: "Steps",
    unit: Unit::Count("steps"),
    range: (1.0, 50.0),
    absent: Absent::Number(1.0),
    settled: Some(SETS_THE_AXIS),
    meaning: "Equal parts of the fleet that it touches one after another, as in a rolling upgrade.",
    effect: "Each part is touched once, for its share of the length.",
    ..BLANK
};

pub(super) const REPEATS: Setting = Setting {
    key: "repeats",
    label: "Happens",
    unit: Unit::Count("times"),
    range: (1.0, 200.0),
    absent: Absent::Number(1.0),
    source: "Your plan",
    settled: Some(SETS_THE_AXIS),
    meaning: "How often it happens.",
    effect: "Each time touches the same devices again, as the gaps between satellite windows do.",
    ..BLANK
};

pub(super) const REPEAT_EVERY: Setting = Setting {
    key: "repeat_every_s",
    label: "Again every",
    unit: Unit::Seconds,
    range: (1.0, 2_592_000.0),
    whole: false,
    absent: Absent::Nothing,
    settled: Some(SETS_THE_AXIS),
    meaning: "Time from one begin to the next.",
    effect: "Has no effect where it happens once.",
    ..BLANK
};
