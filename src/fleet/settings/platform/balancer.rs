//! The load balancer: a limit of new connections, TLS, and what it holds.

use crate::fleet::setting::{Absent, Certainty, Choice, GIVES_DEFAULTS, Setting, Unit};

/// How a limit treats connections beyond it.
pub const LIMIT_KINDS: &[Choice] = &[
    Choice {
        value: "delay-accept",
        label: "Waits to accept",
        meaning: "They wait in the kernel's queue until it is their turn, and may time out there.",
    },
    Choice { value: "reset", label: "Resets", meaning: "They are reset at once." },
    Choice {
        value: "http-503",
        label: "Answers 503",
        meaning: "They are answered 503 at once and not counted.",
    },
    Choice {
        value: "http-503-counts-all",
        label: "Answers 503 and counts them",
        meaning: "They are answered 503 and count against the limit too, so that it may never open again.",
    },
];

/// What kind of certificate the load balancer has.
pub const CERTIFICATES: &[Choice] = &[
    Choice { value: "none", label: "None", meaning: "TLS ends elsewhere and costs nothing here." },
    Choice { value: "rsa-2048", label: "RSA 2048", meaning: "0.76 ms of one core for a handshake." },
    Choice { value: "p-256", label: "ECDSA P-256", meaning: "0.49 ms of one core for a handshake." },
];

/// Time of one full handshake with an RSA-2048 certificate [ms], measured with OpenSSL and TLS 1.3.
pub const RSA_HANDSHAKE_MS: f64 = 0.76;
/// Time of one full handshake with a P-256 certificate [ms], measured with OpenSSL and TLS 1.3.
pub const P256_HANDSHAKE_MS: f64 = 0.49;

const OPENSSL: &str = "Measured with OpenSSL on one core, kernel included: 0.76 ms RSA-2048, 0.49 ms P-256";

/// The rows.
pub const BALANCER: &[Setting] = &[
    Setting {
        key: "limit_per_s",
        label: "Limit of new connections",
        unit: Unit::PerSecond,
        range: (1.0, 10_000_000.0),
        absent: Absent::Nothing,
        slider: Some((10.0, 10_000.0)),
        certainty: Certainty::Documented,
        source: "Your load balancer, for example `rate-limit sessions` of HAProxy; leave it out for no limit",
        meaning: "New connections that the load balancer lets through in a second.",
        effect: "Below the rate at which devices return it stretches the return or sends them away.",
        ..Setting::BLANK
    },
    Setting {
        key: "limit_kind",
        label: "Beyond the limit",
        unit: Unit::Choice(LIMIT_KINDS),
        absent: Absent::Word("delay-accept"),
        certainty: Certainty::Measured,
        source: "HAProxy 2.6 with 5 000 clients: the four kinds are distinct, and the last may never recover",
        settled: Some("It decides which queues there are: compare scenarios with different kinds instead."),
        meaning: "What happens to connections beyond the limit.",
        effect: "Waiting keeps devices in order; sending away makes them come back by their own delays.",
        ..Setting::BLANK
    },
    Setting {
        key: "backlog",
        label: "Backlog",
        unit: Unit::Count("connections"),
        range: (0.0, 10_000_000.0),
        absent: Absent::Number(4_096.0),
        certainty: Certainty::Measured,
        source: "Linux default of net.core.somaxconn",
        meaning: "Connections that wait in the kernel while the load balancer does not accept.",
        effect: "Those beyond it have their SYN dropped and come again after 1, 3, 7 s.",
        ..Setting::BLANK
    },
    Setting {
        key: "certificate",
        label: "Certificate",
        unit: Unit::Choice(CERTIFICATES),
        absent: Absent::Word("none"),
        certainty: Certainty::Measured,
        source: OPENSSL,
        settled: Some(GIVES_DEFAULTS),
        meaning: "Kind of the certificate with which the load balancer ends TLS.",
        effect: "Gives the time of one handshake; an explicit time wins.",
        ..Setting::BLANK
    },
    Setting {
        key: "handshake_ms",
        label: "Time of one handshake",
        unit: Unit::Milliseconds,
        range: (0.0, 60_000.0),
        whole: false,
        absent: Absent::Number(0.0),
        certainty: Certainty::Measured,
        source: "That of the certificate; 0 where TLS ends elsewhere",
        meaning: "Time of one core for a full TLS handshake.",
        effect: "Handshakes per second are cores divided by this time.",
        ..Setting::BLANK
    },
    Setting {
        key: "cores",
        label: "Cores for handshakes",
        unit: Unit::Count("cores"),
        range: (1.0, 10_000.0),
        absent: Absent::Number(2.0),
        certainty: Certainty::Assumed,
        source: "A small virtual machine",
        meaning: "Cores of the load balancer that do TLS handshakes.",
        effect: "Handshakes per second are cores divided by the time of one.",
        ..Setting::BLANK
    },
    Setting {
        key: "resumed_pct",
        label: "Resumed handshakes",
        unit: Unit::Count("%"),
        range: (0.0, 100.0),
        whole: false,
        absent: Absent::Number(0.0),
        certainty: Certainty::Assumed,
        source: "The C SDK is not known to resume sessions",
        meaning: "Share of handshakes that resume an earlier session.",
        effect: "A resumed handshake costs about a seventh.",
        ..Setting::BLANK
    },
    Setting {
        key: "resumed_handshake_ms",
        label: "Time of a resumed handshake",
        unit: Unit::Milliseconds,
        range: (0.001, 60_000.0),
        whole: false,
        absent: Absent::Number(0.105),
        certainty: Certainty::Measured,
        source: "Measured with OpenSSL and TLS 1.2: 0.10 to 0.11 ms",
        meaning: "Time of one core for a handshake that resumes a session.",
        effect: "Counts for the share of handshakes that are resumed.",
        ..Setting::BLANK
    },
    Setting {
        key: "held_connections",
        label: "Load balancer holds",
        unit: Unit::Count("connections"),
        range: (1.0, 100_000_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Vendor's HAProxy sample: maxconn 10000; leave it out for no limit",
        meaning: "Most connections that the load balancer holds at the same time.",
        effect: "Attempts beyond it are refused, so the rest of the fleet never comes back.",
        ..Setting::BLANK
    },
    Setting {
        key: "idle_timeout_s",
        label: "Idle timeout",
        unit: Unit::Seconds,
        range: (1.0, 604_800.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "Vendor's HAProxy sample: 1 h for tunnels; cloud load balancers 60 s to 350 s",
        meaning: "A connection without a message for this long is cut.",
        effect: "Below the ping period of the devices it cuts all of them again and again.",
        ..Setting::BLANK
    },
];
