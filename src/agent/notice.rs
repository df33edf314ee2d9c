//! How a device notices that its connection is gone.
//!
//! A reset and a close frame are read at once. An orderly end of the TCP connection is noticed at once
//! under TLS; on a plain WebSocket C SDK 2.2.1 takes it for "no data" and finds out when it writes its
//! next ping [measured]. Silence is noticed when the next ping stays unanswered. A device pings at its
//! own rhythm, so the time since its last ping is uniform over the ping period.
//!
//! Pure functions of the link and of draws; who lost what, and when, is the caller's business.

use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::Link;

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A TCP reset, or an error of the network below.
    Reset,
    /// A WebSocket close frame (or an MQTT disconnect) from the platform.
    CloseFrame,
    /// An orderly end of the TCP connection without a close frame.
    Fin,
    /// Nothing: packets vanish.
    Silence,
}

/// Returns the wait between a loss and the moment in which the device notices it.
///
/// `since_ping` is the time since the device's last ping, from 0 to the ping period; a longer one counts as
/// a ping that is due now.
pub fn notice(link: &Link, loss: Loss, since_ping: Micros) -> Micros {
    let next_ping = link.ping_rate.since(since_ping);
    match loss {
        Loss::Reset | Loss::CloseFrame => Micros::ZERO,
        Loss::Fin if link.tls => Micros::ZERO,
        Loss::Fin => next_ping,
        Loss::Silence => next_ping + link.pong_timeout,
    }
}

/// Returns the time since the last ping when a device loses its connection for the `loss_number`th time
/// (from 0): uniform in 0..`ping_rate`.
pub fn since_ping(draws: Draws, device: u64, loss_number: u32, link: &Link) -> Micros {
    let drawn = draws.delay(Stream::PingPhase, device, u64::from(loss_number), link.ping_rate.0);
    Micros(drawn).since(Micros(1))
}
