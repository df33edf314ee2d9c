//! What can happen to a device, and in which order.

use crate::base::Micros;
use crate::fleet::outage::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};

/// How an attempt ends without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The device waited too long and closed the socket.
    TimedOut,
    /// The device waited too long for AUTH and BIND; the socket stands.
    TimedOutOpen,
    /// The device's kernel, or its connect timeout, gave up a SYN that nobody answered.
    SynUnanswered,
    /// Nobody answered AUTH; the socket stands.
    AuthUnanswered,
    /// The platform closed it in its queue.
    Closed,
    /// An episode cut it.
    Cut,
}

impl End {
    /// Returns how an attempt ends whose device has waited long enough.
    pub(super) fn timed_out(open: bool) -> Self {
        if open { Self::TimedOutOpen } else { Self::TimedOut }
    }
}

/// How a bound session ends, or what else happens to it on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    /// The balancer cuts an idle connection.
    Idle,
    /// The duty cycle switches off.
    Off,
    /// Local trouble: silence.
    Trouble,
    /// The answer to the ping comes too late.
    LatePong,
    /// It does not end yet: a ping looks how long its answer will take.
    Ping,
}

/// What happens next to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Its attempt ends without success.
    Ends(End),
    /// Its session ends, or it pings.
    Finishes(Finish),
    /// It notices that it has no connection; with a second connect where it saw an error of the socket.
    Notices {
        /// Whether it connects once more at once.
        twice: bool,
    },
    /// Its sign-in ends in time.
    SignsIn,
    /// Its attempt reaches this station: 1 TLS, 2 Connection Servers, 3 sign-in tier.
    Reaches(u8),
    /// Its attempt begins, or sends its SYN again for the n-th time.
    Attempts(u8),
}

/// Bits below the rank: device, its group (it costs less to carry than to find), and the variant's own value.
const DEVICE_BITS: u32 = 28;
const GROUP_BITS: u32 = 6;
const OWN_BITS: u32 = 3;
/// Bits below the device.
const LOW_BITS: u32 = GROUP_BITS + OWN_BITS;
/// Bits of a packed event.
pub(super) const PAYLOAD_BITS: u32 = 3 + DEVICE_BITS + LOW_BITS;

/// Groups from here on are not told apart in a packed event.
pub(super) const MANY_GROUPS: usize = (1 << GROUP_BITS) - 1;

/// Most devices that an event can name.
pub(super) const MOST_DEVICES: u64 = 1 << DEVICE_BITS;

impl Event {
    /// Packs the event of a device of a group so that whole numbers have the order of (rank, device).
    #[inline]
    pub(super) fn pack(self, group: usize, device: u32) -> u64 {
        let (rank, own) = match self {
            Self::Ends(end) => (2, end as u64),
            Self::Finishes(finish) => (3, finish as u64),
            Self::Notices { twice } => (4, u64::from(twice)),
            Self::SignsIn => (5, 0),
            Self::Reaches(station) => (6, u64::from(station)),
            Self::Attempts(syn) => (7, u64::from(syn)),
        };
        let group = group.min(MANY_GROUPS) as u64;
        rank << (DEVICE_BITS + LOW_BITS) | u64::from(device) << LOW_BITS | group << OWN_BITS | own
    }

    /// Returns the group and the device of a packed event; [`MANY_GROUPS`] for any group from there on.
    #[inline]
    pub(super) fn whose(payload: u64) -> (usize, u32) {
        let group = (payload >> OWN_BITS) as usize & MANY_GROUPS;
        (group, (payload >> LOW_BITS) as u32 & ((1 << DEVICE_BITS) - 1))
    }

    /// Returns what a packed event is.
    #[inline]
    pub(super) fn unpack(payload: u64) -> Self {
        let own = payload & ((1 << OWN_BITS) - 1);
        match payload >> (DEVICE_BITS + LOW_BITS) {
            2 => Self::Ends(match own {
                0 => End::TimedOut,
                1 => End::TimedOutOpen,
                2 => End::SynUnanswered,
                3 => End::AuthUnanswered,
                4 => End::Closed,
                _ => End::Cut,
            }),
            3 => Self::Finishes(match own {
                0 => Finish::Idle,
                1 => Finish::Off,
                2 => Finish::Trouble,
                3 => Finish::LatePong,
                _ => Finish::Ping,
            }),
            4 => Self::Notices { twice: own == 1 },
            5 => Self::SignsIn,
            6 => Self::Reaches(own as u8),
            _ => Self::Attempts(own as u8),
        }
    }

    /// Returns whether an attempt is under way that an episode can cut: its SYN has been answered.
    pub(super) fn is_under_way(self) -> bool {
        match self {
            Self::Ends(end) => end != End::SynUnanswered,
            Self::SignsIn | Self::Reaches(_) => true,
            _ => false,
        }
    }
}

/// Returns how long after the first SYN its n-th repetition is sent, or that the kernel gives up.
pub(super) fn syn_after(n: u8) -> Result<Micros, Micros> {
    match n {
        0 => Ok(Micros::ZERO),
        n => SYN_RETRANSMISSIONS.get(usize::from(n) - 1).copied().ok_or(SYN_GIVES_UP),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_keeps_every_event_and_the_order_of_rank_and_device() {
        let ends = [
            End::TimedOut,
            End::TimedOutOpen,
            End::SynUnanswered,
            End::AuthUnanswered,
            End::Closed,
            End::Cut,
        ];
        let finishes = [Finish::Idle, Finish::Off, Finish::Trouble, Finish::LatePong, Finish::Ping];
        let events = ends.map(Event::Ends).into_iter().chain(finishes.map(Event::Finishes)).chain([
            Event::Notices { twice: false },
            Event::Notices { twice: true },
            Event::SignsIn,
            Event::Reaches(1),
            Event::Reaches(3),
            Event::Attempts(0),
            Event::Attempts(6),
        ]);
        let mut last = 0;
        for event in events {
            for device in [0, 7, (MOST_DEVICES - 1) as u32] {
                let packed = event.pack(5, device);
                assert_eq!((Event::unpack(packed), Event::whose(packed)), (event, (5, device)));
                assert_eq!(Event::whose(event.pack(64, device)), (MANY_GROUPS, device));
                assert!(packed >> PAYLOAD_BITS == 0);
            }
            let rank = event.pack(0, 0) >> (DEVICE_BITS + LOW_BITS);
            assert!(rank >= last);
            last = rank;
        }
        assert!(Event::Attempts(6).pack(9, 1) < Event::Attempts(0).pack(0, 2));
    }
}
