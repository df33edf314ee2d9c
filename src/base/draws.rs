//! Counter-based random draws.
//!
//! A draw is a pure function of (seed, stream, agent, index). Results therefore do not depend on
//! threads, on the order of events or on the platform, and two scenarios that share a seed share
//! their luck. The mixing function is the splitmix64 finaliser; the keying of stream 0 is the
//! normative one of the reference model `storm-1` (see [`crate::sim::storm1`]).

/// Weyl increment of splitmix64, the golden ratio in 64 bits.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// Multiplier that spreads neighbouring seeds over the key space.
const SEED_SPREAD: u64 = 0xD134_2543_DE82_EF95;
/// Tells service draws from delay draws of the same seed (`storm-1`).
const SERVICE_SALT: u64 = 0x5EED_5EED;
/// Bits of a key that count the draws of one agent.
const INDEX_BITS: u32 = 20;

/// Returns the splitmix64 finaliser of `z`.
#[inline]
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What a draw is for. Each purpose has a stream of its own, so that adding one never moves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The wait before an attempt that the application draws (`reconnect_random_delay_seconds`).
    AttemptDelay,
    /// The wait that the SDK draws once per connect call (`max_connect_delay`).
    CallDelay,
    /// The service time of one sign-in.
    Service,
    /// The service time of one upgrade at a Connection Server.
    Upgrade,
    /// Whether a TLS handshake is resumed.
    Handshake,
    /// The sleep of a back-off policy.
    Backoff,
    /// Where in its ping period a device is when its connection is lost.
    PingPhase,
    /// When a single device loses its connection by itself.
    Trouble,
    /// Which part of the fleet a device belongs to.
    Share,
}

impl Stream {
    /// Value folded into the seed; stream 0 is the normative stream of `storm-1`.
    #[inline]
    fn salt(self) -> u64 {
        match self {
            Self::AttemptDelay => 0,
            Self::CallDelay => 0xC0DE_0000_0000_0001,
            Self::Service => SERVICE_SALT,
            Self::Upgrade => 0xC0DE_0000_0000_0002,
            Self::Handshake => 0xC0DE_0000_0000_0003,
            Self::Backoff => 0xC0DE_0000_0000_0005,
            Self::PingPhase => 0xC0DE_0000_0000_0006,
            Self::Trouble => 0xC0DE_0000_0000_0007,
            Self::Share => 0xC0DE_0000_0000_0008,
        }
    }
}

/// The draws of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    seed: u64,
}

impl Draws {
    /// Returns the draws of the run with this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Returns 64 mixed bits for draw number `index` of `agent` in `stream`.
    ///
    /// Agents below 2^44 and indices below 2^20 have keys of their own; a larger index runs into the
    /// next agent's keys, which keeps results reproducible but lets two agents share a draw.
    #[inline]
    pub fn bits(self, stream: Stream, agent: u64, index: u64) -> u64 {
        self.series(stream, agent).bits(index)
    }

    /// Returns the draws of one agent in one stream, for whoever needs many of them.
    #[inline]
    pub fn series(self, stream: Stream, agent: u64) -> Series {
        let first = (agent << INDEX_BITS).wrapping_mul(GOLDEN);
        Series { first: (self.seed ^ stream.salt()).wrapping_mul(SEED_SPREAD).wrapping_add(first) }
    }

    /// Returns the upper 32 bits of a draw.
    #[inline]
    pub fn word(self, stream: Stream, agent: u64, index: u64) -> u32 {
        (self.bits(stream, agent, index) >> 32) as u32
    }

    /// Returns a whole number uniform in 1..=`range` (`storm-1`: `1 + floor(u32 * R / 2^32)`), or 0
    /// where `range` is 0 and nothing is drawn.
    #[inline]
    pub fn delay(self, stream: Stream, agent: u64, index: u64, range: u64) -> u64 {
        self.series(stream, agent).delay(index, range)
    }

    /// Returns a uniform number in the open interval (0, 1): [`unit`] of the draw.
    #[inline]
    pub fn unit(self, stream: Stream, agent: u64, index: u64) -> f64 {
        unit(self.bits(stream, agent, index))
    }
}

/// The draws of one agent in one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// What is mixed for draw number 0.
    first: u64,
}

impl Series {
    /// Returns [`Draws::bits`] of draw number `index`.
    #[inline]
    pub fn bits(self, index: u64) -> u64 {
        mix(self.first.wrapping_add(index.wrapping_mul(GOLDEN)))
    }

    /// Returns [`Draws::delay`] of draw number `index`.
    #[inline]
    pub fn delay(self, index: u64, range: u64) -> u64 {
        if range == 0 {
            return 0;
        }
        let word = self.bits(index) >> 32;
        1 + match u32::try_from(range) {
            // One multiplication; more than an hour takes two.
            Ok(range) => (word * u64::from(range)) >> 32,
            Err(_) => ((u128::from(word) * u128::from(range)) >> 32) as u64,
        }
    }
}

/// Largest double below 1.
const LARGEST_UNIT: f64 = 1.0 - f64::EPSILON / 2.0;

/// Returns the number in the open interval (0, 1) that the upper 53 bits of a draw stand for:
/// `(⌊bits / 2^11⌋ + 1/2) / 2^53`, rounded to a double, and the largest double below 1 where that is 1.
#[inline]
pub fn unit(bits: u64) -> f64 {
    (((bits >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0).min(LARGEST_UNIT)
}

/// Returns the seed of replication `run` of a result with the given seed; run 0 keeps the seed itself.
pub fn run_seed(seed: u64, run: u32) -> u64 {
    if run == 0 { seed } else { mix(seed.wrapping_add(u64::from(run).wrapping_mul(GOLDEN))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn mix_is_the_splitmix64_finaliser() {
        // First output of splitmix64 seeded with 0: published test value of the generator.
        assert_eq!(mix(GOLDEN), 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn units_are_neither_0_nor_1() {
        assert_eq!(unit(0), 0.5 / 9_007_199_254_740_992.0);
        assert_eq!(unit(1 << 63), 0.5);
        assert_eq!(unit(u64::MAX), LARGEST_UNIT);
        assert_eq!(unit(u64::MAX - 2_048), 1.0 - f64::EPSILON);
    }

    #[test]
    fn delays_stay_in_their_range() {
        let draws = Draws::new(7);
        for agent in 0..1_000 {
            let delay = draws.delay(Stream::AttemptDelay, agent, 3, 30_000_000);
            assert!((1..=30_000_000).contains(&delay), "{delay}");
        }
        assert_eq!(draws.delay(Stream::CallDelay, 1, 1, 0), 0);
    }

    #[test]
    fn streams_and_runs_differ() {
        let draws = Draws::new(1);
        let streams = [
            Stream::AttemptDelay,
            Stream::CallDelay,
            Stream::Service,
            Stream::Backoff,
            Stream::PingPhase,
            Stream::Trouble,
            Stream::Share,
            Stream::Upgrade,
            Stream::Handshake,
        ];
        let words: BTreeSet<u64> = streams.iter().map(|&stream| draws.bits(stream, 5, 0)).collect();
        assert_eq!(words.len(), streams.len());
        assert_eq!(run_seed(42, 0), 42);
        assert_ne!(run_seed(42, 1), run_seed(42, 2));
    }
}
