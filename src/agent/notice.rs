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
use crate::fleet::{Link, Loss};

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

/// Returns whether the device sees an error of the socket at once: a reset, or with TLS the end of TCP
/// without a close frame.
pub fn sees_error(link: &Link, loss: Loss) -> bool {
    loss == Loss::Reset || (loss == Loss::Fin && link.tls)
}

/// Returns the time since the last ping when a device loses its connection for the `loss_number`th time
/// (from 0): uniform in 0..`ping_rate`.
pub fn since_ping(draws: Draws, device: u64, loss_number: u32, link: &Link) -> Micros {
    let drawn = draws.delay(Stream::PingPhase, device, u64::from(loss_number), link.ping_rate.0);
    Micros(drawn).since(Micros(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Link = Link { tls: false, ..Link::C_SDK };

    #[test]
    fn each_loss_is_noticed_in_its_own_time() {
        let after = Micros::from_secs(20);
        for link in [Link::C_SDK, PLAIN] {
            for loss in [Loss::Reset, Loss::CloseFrame] {
                assert_eq!(notice(&link, loss, after), Micros::ZERO);
            }
            // At the next ping, 35 s later, plus the wait for its answer.
            assert_eq!(notice(&link, Loss::Silence, after), Micros::from_secs(45));
        }
        assert_eq!(notice(&Link::C_SDK, Loss::Fin, after), Micros::ZERO);
        assert_eq!(notice(&PLAIN, Loss::Fin, after), Micros::from_secs(35));
        // Measured: ping 4 s, pong 2.5 s; 3.86 s from the freeze to the next ping's end.
        let quick =
            Link { ping_rate: Micros::from_secs(4), pong_timeout: Micros::from_millis(2_500), ..Link::C_SDK };
        assert_eq!(notice(&quick, Loss::Silence, Micros::from_millis(2_640)), Micros::from_millis(3_860));
        assert_eq!(notice(&PLAIN, Loss::Fin, Micros::from_secs(99)), Micros::ZERO);
    }

    #[test]
    fn the_last_ping_is_uniformly_long_ago() {
        let draws = Draws::new(1);
        let phases: Vec<u64> = (0..20_000).map(|device| since_ping(draws, device, 0, &PLAIN).0).collect();
        assert!(phases.iter().all(|&phase| phase < 55_000_000));
        let mean = phases.iter().sum::<u64>() as f64 / 20_000.0;
        assert!((mean / 27.5e6 - 1.0).abs() < 0.02, "{mean}");
        // Silence is noticed after 37.5 s in the mean and 65 s at most, with the default settings.
        let longest = phases.iter().map(|&phase| notice(&PLAIN, Loss::Silence, Micros(phase))).max().unwrap();
        assert!(longest <= Micros::from_secs(65) && longest > Micros::from_millis(64_900), "{longest}");
        assert_ne!(since_ping(draws, 5, 0, &PLAIN), since_ping(draws, 5, 1, &PLAIN));
        let never = Link { ping_rate: Micros::ZERO, ..PLAIN };
        assert_eq!(since_ping(draws, 5, 0, &never), Micros::ZERO);
    }
}
