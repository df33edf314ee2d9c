//! `storm-1`: the reference model that makes engines comparable.
//!
//! Anybody can implement it in an hour, in any language; an exact engine reproduces its hashes bit for
//! bit. It is the model of [`crate::sim`] with one group and everything else switched off.
//!
//! # The model
//!
//! Time is whole microseconds. N agents lose their connection at 0, and the server is down for t < D.
//! Agent i (from 0) makes attempt j (from 0) after a wait of `d(i, j) = 1 + ⌊w · R / 2^32⌋`, counted from the loss
//! or from the moment in which it learnt that the attempt before had failed. `w` is the upper half of
//! `mix(seed · 0xD1342543DE82EF95 + ((i << 20) | j) · G)`, all modulo 2^64, with the splitmix64 finaliser as
//! `mix` and G = 0x9E3779B97F4A7C15.
//!
//! * t < D: the attempt fails at once. It does not count as refused.
//! * t ≥ D: it is served at once if one of k workers is idle, else it joins a first-in-first-out queue
//!   if fewer than B wait there, else it is refused and fails at once.
//! * A service takes S, or, in the exponential variant, `max(1, round(−ln(u) · S))` with
//!   `u = ((x >> 11) + 0.5) / 2^53` and x the same mix of `seed xor 0x5EED5EED`, i and j.
//! * A service that ends at most T after the attempt connects the agent. Otherwise the agent gives up
//!   at attempt + T and goes on from there; its request is served in full all the same and is *wasted*.
//! * Events at one tick: ends of services, then agents that give up, then attempts by i.
//! * Only what happens before H = D + 1200 s counts.
//!
//! # Result
//!
//! Four curves per second of absolute time, ⌊H / 1 s⌋ + 2 bins each: attempts, connected (when the service
//! ends), refused, timed out (when the agent gives up). The hash starts with 0xCBF29CE484222325 and takes one
//! 64-bit word per bin, curve after curve in that order: `h = (h xor word) · 0x100000001B3 mod 2^64`.
//! `t_q` is the time after D at which ⌈q·N⌉ agents are connected.
//!
//! # Scenarios
//!
//! n = N / 10 000; k and B are rounded and at least 1; T = 10 s, S = 20 ms.
//!
//! | name | D [s] | R [s] | k | B | shows |
//! |---|---|---|---|---|---|
//! | calm | 120 | 150 | 4n | 200n | no overload |
//! | storm | 120 | 30 | 4n | 200n | refusals, bound by capacity |
//! | deep | 120 | 50 | 4n | 3000n | long backlog, time-outs, wasted work; recovers |
//! | meta | 120 | 30 | 4n | 3000n | metastable: never recovers by itself |
//! | idle | 0 | 60 | 4n | 200n | order statistics |

use super::run::Run;
use crate::base::Micros;
use crate::fleet::{
    Agent, CSdk, DelayLaw, Fleet, Group, Link, Meets, OfflineStore, Outage, Platform, Prices, Retries,
    ServiceLaw, Targets, Telemetry, Unknowns,
};
use serde::Serialize;

/// A scenario of `storm-1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    /// No overload.
    Calm,
    /// Refusals, bound by capacity.
    Storm,
    /// Long backlog, recovers.
    Deep,
    /// Never recovers by itself.
    Meta,
    /// No outage.
    Idle,
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 5] = [Self::Calm, Self::Storm, Self::Deep, Self::Meta, Self::Idle];

    /// Returns the name of the scenario on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Storm => "storm",
            Self::Deep => "deep",
            Self::Meta => "meta",
            Self::Idle => "idle",
        }
    }

    /// Returns the scenario with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.word() == word)
    }

    /// Returns length of the outage [s], random delay [s] and room in the queue per 10 000 agents.
    fn traits(self) -> (u64, u64, u64) {
        match self {
            Self::Calm => (120, 150, 200),
            Self::Storm => (120, 30, 200),
            Self::Deep => (120, 50, 3_000),
            Self::Meta => (120, 30, 3_000),
            Self::Idle => (0, 60, 200),
        }
    }
}

/// Returns the fleet of a scenario with this many agents, in one group `devices`.
pub fn fleet(scenario: Scenario, agents: u32, exponential: bool) -> Fleet {
    let (outage, random, queue) = scenario.traits();
    // Rounded half up, like everything that is given per 10 000 agents.
    let scaled = |per_10k: u64| (((per_10k * u64::from(agents)) + 5_000) / 10_000).max(1) as u32;
    let sdk = CSdk {
        max_connect_delay: Micros::ZERO,
        connect_timeout: Micros::from_secs(10),
        connect_retries: Retries::Times(1),
        connect_retry_interval: Micros::ZERO,
        delay_law: DelayLaw::Documented,
    };
    Fleet {
        name: format!("storm-1 {}", scenario.word()),
        groups: vec![Group {
            id: "devices".into(),
            name: "Devices".into(),
            devices: agents,
            agent: Agent::ExampleAgent { reconnect_random_delay: Micros::from_secs(random), sdk },
            telemetry: Telemetry::new(0, 1.0),
            store: OfflineStore::new(0, 1),
            link: Link::default(),
            duty: None,
            drops_per_day: 0.0,
        }],
        platform: Platform::one_tier(
            scaled(4),
            Micros::from_millis(20),
            if exponential { ServiceLaw::Exponential } else { ServiceLaw::Fixed },
            scaled(queue),
        ),
        outage: Outage::total(Micros::from_secs(outage), Meets::Refused, Micros::from_secs(1_200)),
        targets: Targets::default(),
        prices: Prices::default(),
        unknowns: Unknowns::default(),
        cluster: None,
        elsewhere: Vec::new(),
    }
}

/// The figures that implementations of `storm-1` compare.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReferenceResult {
    /// Result hash, 16 hexadecimal digits.
    pub hash: String,
    /// Time until 50 % of the agents are connected [s after the return]; −1 for never.
    pub t50_s: f64,
    /// Time until 95 % are [s]; −1 for never.
    pub t95_s: f64,
    /// Time until 99 % are [s]; −1 for never.
    pub t99_s: f64,
    /// Time until all are [s]; −1 for never.
    pub t100_s: f64,
    /// Attempts.
    pub attempts: u64,
    /// Of these, begun in the outage.
    pub attempts_in_outage: u64,
    /// Attempts refused by a full queue.
    pub refused: u64,
    /// Attempts that the agent gave up waiting for.
    pub timeouts: u64,
    /// Services for agents that had given up.
    pub wasted: u64,
    /// Most attempts in one second [attempts/s].
    pub peak_per_s: u32,
    /// Most attempts in one second from the return on [attempts/s].
    pub peak_up_per_s: u32,
    /// Agents connected at the end.
    pub connected: u64,
}

impl ReferenceResult {
    /// Returns the figures of a run of one of these fleets.
    pub fn of(run: &Run) -> Self {
        let seconds = |time: Option<Micros>| time.map_or(-1.0, Micros::secs);
        Self {
            hash: format!("{:016x}", run.hash()),
            t50_s: seconds(run.times.t50),
            t95_s: seconds(run.times.t95),
            t99_s: seconds(run.times.t99),
            t100_s: seconds(run.times.t100),
            attempts: run.totals.attempts,
            attempts_in_outage: run.totals.attempts_in_outage,
            refused: run.totals.refused,
            timeouts: run.totals.timed_out,
            wasted: run.totals.wasted,
            peak_per_s: run.peak,
            peak_up_per_s: run.peak_up,
            connected: run.totals.back,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    /// Scenario, number of agents, whether service is exponential, and the published hash for seed 1.
    pub(in crate::sim) const PUBLISHED: [(Scenario, u32, bool, &str); 6] = [
        (Scenario::Storm, 10_000, false, "8b3e1991c8aa9b60"),
        (Scenario::Storm, 100_000, false, "30a98720e38b3846"),
        (Scenario::Deep, 10_000, false, "081fc025a61231ef"),
        (Scenario::Storm, 10_000, true, "becc5971f81c31e4"),
        (Scenario::Calm, 10_000, false, "7e7dfb83677fde99"),
        (Scenario::Idle, 10_000, false, "da964a3d8cf8d41d"),
    ];

    fn play(scenario: Scenario, agents: u32, exponential: bool) -> ReferenceResult {
        let run = crate::sim::run(&fleet(scenario, agents, exponential), 1, &AtomicBool::new(false));
        ReferenceResult::of(&run.unwrap())
    }

    #[test]
    fn published_hashes_come_out() {
        for (scenario, agents, exponential, hash) in PUBLISHED {
            let result = play(scenario, agents, exponential);
            assert_eq!(result.hash, hash, "{scenario:?} {agents} exponential {exponential}: {result:?}");
        }
    }

    #[test]
    fn published_figures_of_the_storm_come_out() {
        let storm = play(Scenario::Storm, 10_000, false);
        let times = [storm.t50_s, storm.t95_s, storm.t99_s, storm.t100_s];
        assert_eq!(times.map(|t| format!("{t:.3}")), ["25.004", "50.406", "58.843", "68.911"]);
        assert_eq!((storm.attempts, storm.attempts_in_outage, storm.refused), (96_340, 76_585, 9_755));
        assert_eq!((storm.peak_per_s, storm.connected, storm.wasted), (919, 10_000, 0));
    }

    #[test]
    fn published_figures_of_the_backlogs_come_out() {
        let deep = play(Scenario::Deep, 10_000, false);
        let times = [deep.t50_s, deep.t95_s, deep.t99_s, deep.t100_s];
        assert_eq!(times.map(|t| format!("{t:.2}")), ["56.32", "87.76", "96.86", "104.76"]);
        assert_eq!((deep.timeouts, deep.wasted), (6_263, 6_263));
        let meta = play(Scenario::Meta, 10_000, false);
        assert_eq!((meta.connected, meta.wasted, meta.t50_s, meta.t100_s), (2_956, 237_040, -1.0, -1.0));
    }

    #[test]
    fn small_fleets_have_at_least_one_worker() {
        assert_eq!(fleet(Scenario::Storm, 1, false).platform.workers, 1);
        assert_eq!(fleet(Scenario::Storm, 1_000, false).platform.accept_queue, 20);
        for scenario in Scenario::ALL {
            assert_eq!(Scenario::from_word(scenario.word()), Some(scenario));
        }
    }
}
