//! Settings of agents that use the C SDK directly (`twcfg` fields, compiled into the firmware).

use super::link;
use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};

/// How a C SDK build turns `max_connect_delay` into a wait.
pub const DELAY_LAWS: &[Choice] = &[
    Choice {
        value: "documented",
        label: "As documented",
        meaning: "Uniform between 0 and max_connect_delay, once per connect call.",
    },
    Choice {
        value: "2.2.1-linux",
        label: "C SDK 2.2.1 on Linux",
        meaning: "A 32-bit overflow makes the wait 0 to 2 ms, whatever is configured.",
    },
    Choice {
        value: "2.2.1-windows",
        label: "C SDK 2.2.1 on Windows",
        meaning: "Works up to 131 s; above, the product wraps and the wait is shorter than configured.",
    },
];

const SDK: &str = "C SDK 2.2.1, default settings";

/// Random delay of a connect call.
pub(super) const MAX_CONNECT_DELAY: Setting = Setting {
    key: "max_connect_delay",
    label: "Random delay per connect call",
    unit: Unit::Milliseconds,
    range: (0.0, 86_400_000.0),
    absent: Absent::Number(10_000.0),
    lever: Some("random_delay"),
    slider: Some((1_000.0, 3_600_000.0)),
    certainty: Certainty::Measured,
    source: SDK,
    meaning: "Longest random wait before the first attempt of a connect call.",
    effect: "Drawn once per loss; after a longer outage the whole group returns within one retry interval.",
    ..Setting::BLANK
};

/// Wait for the platform's answer.
pub(super) const CONNECT_TIMEOUT: Setting = Setting {
    key: "connect_timeout",
    label: "Connect timeout",
    unit: Unit::Milliseconds,
    range: (1.0, 3_600_000.0),
    absent: Absent::Number(10_000.0),
    lever: Some("connect_timeout"),
    slider: Some((1_000.0, 120_000.0)),
    certainty: Certainty::Measured,
    source: SDK,
    meaning: "Longest wait for the platform's answer once the TCP connection stands.",
    effect: "An attempt that waits longer gives up and comes back; the platform may still serve it in vain.",
    ..Setting::BLANK
};

/// Attempts of a connect call.
pub(super) const CONNECT_RETRIES: Setting = Setting {
    key: "connect_retries",
    label: "Attempts per connect call",
    unit: Unit::Count("attempts"),
    range: (0.0, 32_767.0),
    special: Some((-1.0, "for ever")),
    absent: Absent::Number(3.0),
    lever: Some("connect_retries"),
    certainty: Certainty::Measured,
    source: SDK,
    meaning: "Number of attempts before the connect call returns an error; −1 never returns.",
    effect: "When they are used up the device is stranded: nothing in the SDK tries again.",
    ..Setting::BLANK
};

/// Pause after a failed attempt.
pub(super) const CONNECT_RETRY_INTERVAL: Setting = Setting {
    key: "connect_retry_interval",
    label: "Pause after a failed attempt",
    unit: Unit::Milliseconds,
    range: (0.0, 86_400_000.0),
    absent: Absent::Number(5_000.0),
    lever: Some("connect_retry_interval"),
    slider: Some((500.0, 600_000.0)),
    certainty: Certainty::Measured,
    source: SDK,
    meaning: "Fixed pause after every failed attempt, also after the last one.",
    effect: "Not random: devices that fail together come back together.",
    ..Setting::BLANK
};

/// How the build draws its random delay.
pub(super) const DELAY_LAW: Setting = Setting {
    key: "delay_law",
    label: "SDK build",
    unit: Unit::Choice(DELAY_LAWS),
    absent: Absent::Word("documented"),
    certainty: Certainty::Assumed,
    source: "That the build works as documented; C SDK 2.2.1 on Linux was measured and does not",
    meaning: "How the SDK build of these devices draws its random delay.",
    effect: "Decides whether max_connect_delay spreads the devices at all.",
    ..Setting::BLANK
};

/// The rows.
pub const C_SDK: &[Setting] = &[
    MAX_CONNECT_DELAY,
    CONNECT_TIMEOUT,
    CONNECT_RETRIES,
    CONNECT_RETRY_INTERVAL,
    DELAY_LAW,
    link::TIMEOUT_LAW,
    Setting { ..link::PING_RATE },
    Setting { ..link::PONG_TIMEOUT },
    Setting { ..link::MESSAGE_TIMEOUT },
    // twConfig.h calls them duty_cycle and duty_cycle_period.
    link::DUTY_ON,
    link::DUTY_PERIOD,
];
