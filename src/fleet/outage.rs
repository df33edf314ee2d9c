//! The outage that is planned for.

use crate::base::Micros;

/// When a Linux kernel repeats an unanswered SYN, counted from the first one: after 1 s, then after
/// twice the wait before (RFC 6298 initial value, `net.ipv4.tcp_syn_retries` = 6).
pub const SYN_RETRANSMISSIONS: [Micros; 6] = [
    Micros::from_secs(1),
    Micros::from_secs(3),
    Micros::from_secs(7),
    Micros::from_secs(15),
    Micros::from_secs(31),
    Micros::from_secs(63),
];

/// When it gives the connection up [measured with the C SDK on Linux: 133.3 s and 134.7 s].
pub const SYN_GIVES_UP: Micros = Micros::from_secs(134);

/// What an attempt meets while the platform is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meets {
    /// Fails at once: nothing listens.
    Refused,
    /// No answer: the device's kernel repeats its SYN.
    BlackHole,
    /// Fails at once: the load balancer answers 503.
    Http503,
}

/// The outage: every device loses its connection at time zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Outage {
    /// Time until the platform can be reached again.
    pub length: Micros,
    /// What attempts meet until then.
    pub meets: Meets,
    /// How long the simulation watches after the platform is back.
    pub watch: Micros,
    /// Planned start on the clock, with its offset.
    pub start: Option<jiff::Zoned>,
}

impl Outage {
    /// Returns the end of the simulation, counted from the loss of the connections.
    pub fn horizon(&self) -> Micros {
        self.length + self.watch
    }
}
