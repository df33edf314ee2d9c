//! What a run says about the platform: whether it recovers by itself, and what holds it back.
//!
//! Both are read off the curves of a finished run, so every engine gets them for nothing.

use super::run::{BIN, Run, StationName};
use crate::base::stats::percentile;
use std::sync::Arc;

/// Share of a second in which all workers were busy from which on a station counts as saturated.
const SATURATED: f64 = 0.95;
/// A fleet that would need more than this many more watches at its last pace does not recover.
const PATIENCE: u64 = 10;

/// Whether a fleet comes back by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stability {
    /// Every device that tries is back within the watched time.
    Recovers,
    /// It comes back, but not within the watched time, or most of the platform's work was done for
    /// devices that had given up.
    Slowly,
    /// It does not come back at the pace of the last third of the watched time, and most attempts fail
    /// (metastable).
    Never,
}

impl Stability {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recovers => "recovers",
            Self::Slowly => "slowly",
            Self::Never => "never",
        }
    }

    /// What people read, as a whole sentence without a full stop.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Recovers => "The fleet recovers by itself",
            Self::Slowly => "The fleet recovers slowly",
            Self::Never => "The fleet never recovers by itself",
        }
    }
}

/// A station that had more to do than it could, with the time in which that was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bottleneck {
    /// The station.
    pub station: StationName,
    /// First saturated second, since the begin of the outage [s].
    pub from_s: u64,
    /// End of the last one of that stretch [s].
    pub to_s: u64,
}

impl StationName {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gate => "balancer-limit",
            Self::Tls => "balancer-tls",
            Self::Connection => "connection-servers",
            Self::SignIn => "sign-in",
        }
    }

    /// What stands at the end of its curve, in the middle of a line.
    pub fn short(self) -> &'static str {
        match self {
            Self::Gate => "balancer limit",
            Self::Tls => "TLS handshakes",
            Self::Connection => "Connection Servers",
            Self::SignIn => "sign-in tier",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Gate => "Connection limit of the balancer",
            Self::Tls => "TLS handshakes of the balancer",
            Self::Connection => "Connection Servers",
            Self::SignIn => "Sign-in tier",
        }
    }
}

impl Run {
    /// Returns whether the fleet comes back by itself.
    pub fn stability(&self) -> Stability {
        let stranded: u64 =
            self.groups.iter().map(|group| group.stranded.min(u64::from(group.affected))).sum();
        let open = self.never_back().saturating_sub(stranded);
        if open == 0 {
            let busy: u64 = self.sign_in().map_or(0, |tier| tier.busy.iter().sum());
            return if self.totals.wasted_work * 2 > busy { Stability::Slowly } else { Stability::Recovers };
        }
        let away = &self.curves.all.away;
        let last = (self.horizon.0 / BIN) as usize;
        let watched = (self.horizon - self.returned).0 / BIN;
        let before = last.saturating_sub((watched / 3).max(1) as usize);
        let gained = u64::from(away[before]).saturating_sub(u64::from(away[last.min(away.len() - 1)]));
        let attempts = &self.curves.all.attempts;
        let tried: u64 = attempts[before..last.min(attempts.len())].iter().map(|&n| u64::from(n)).sum();
        // Whoever tries is back: the others wait longer than was watched.
        if gained * 2 >= tried {
            return Stability::Slowly;
        }
        // Pace of the last third, over so many more watches.
        if gained * 3 * PATIENCE >= open { Stability::Slowly } else { Stability::Never }
    }

    /// Returns the longest stretch of each station in which it was saturated, in the order of the line.
    pub fn saturated(&self) -> Vec<Bottleneck> {
        let stations = self.stations.iter();
        let longest = stations.filter_map(|station| {
            let (mut best, mut begin) = ((0, 0), None);
            for bin in 0..=station.busy.len() {
                if bin < station.busy.len() && station.utilisation(bin) >= SATURATED {
                    begin.get_or_insert(bin);
                } else if let Some(from) = begin.take()
                    && bin - from > best.1 - best.0
                {
                    best = (from, bin);
                }
            }
            (best.1 > best.0).then_some(Bottleneck {
                station: station.name,
                from_s: best.0 as u64,
                to_s: best.1 as u64,
            })
        });
        longest.collect()
    }

    /// Returns the station that was saturated longest, the first in the line among equals.
    pub fn bottleneck(&self) -> Option<Bottleneck> {
        let longest = |bottleneck: &Bottleneck| bottleneck.to_s - bottleneck.from_s;
        self.saturated().into_iter().rev().max_by_key(longest)
    }
}

/// Returns what most runs say: the median of recovers, slowly and never.
pub(super) fn stability(runs: &[Arc<Run>]) -> Stability {
    let mut all: Vec<Stability> = runs.iter().map(|run| run.stability()).collect();
    all.sort_unstable();
    all.get(all.len().saturating_sub(1) / 2).copied().unwrap_or(Stability::Recovers)
}

/// Returns the station that was the bottleneck in most runs, with the median of its times.
pub(super) fn bottleneck(runs: &[Arc<Run>]) -> Option<Bottleneck> {
    let all: Vec<Bottleneck> = runs.iter().filter_map(|run| run.bottleneck()).collect();
    let count = |station| all.iter().filter(|one| one.station == station).count();
    let station = all.iter().map(|one| one.station).max_by_key(|&station| (count(station), station))?;
    if count(station) * 2 < runs.len() {
        return None;
    }
    let median = |of: fn(&Bottleneck) -> u64| {
        let mut times: Vec<f64> =
            all.iter().filter(|one| one.station == station).map(|one| of(one) as f64).collect();
        times.sort_unstable_by(f64::total_cmp);
        percentile(&times, 50).unwrap_or(0.0) as u64
    };
    Some(Bottleneck { station, from_s: median(|one| one.from_s), to_s: median(|one| one.to_s) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::storm1::{Scenario, fleet};
    use std::sync::atomic::AtomicBool;

    fn run(scenario: Scenario) -> Run {
        crate::sim::run(&fleet(scenario, 10_000, false), 1, &AtomicBool::new(false)).unwrap()
    }

    #[test]
    fn the_reference_scenarios_recover_or_do_not() {
        assert_eq!(run(Scenario::Calm).stability(), Stability::Recovers);
        assert_eq!(run(Scenario::Storm).stability(), Stability::Recovers);
        assert_eq!(run(Scenario::Meta).stability(), Stability::Never);
        // Back after 105 s, but 6,263 of 16,263 sign-ins were in vain: less than half.
        assert_eq!(run(Scenario::Deep).stability(), Stability::Recovers);
        let mut short = fleet(Scenario::Storm, 10_000, false);
        short.outage.watch = crate::base::Micros::from_secs(30);
        let short = crate::sim::run(&short, 1, &AtomicBool::new(false)).unwrap();
        assert_eq!(short.stability(), Stability::Slowly);
    }

    #[test]
    fn a_wait_longer_than_was_watched_is_no_failure() {
        let mut days = fleet(Scenario::Calm, 10_000, false);
        let Some(mut sdk) = days.groups[0].agent.sdk().copied() else { return };
        sdk.max_connect_delay = crate::base::Micros::from_secs(86_400);
        days.groups[0].agent = crate::fleet::Agent::CSdk(sdk);
        days.outage.watch = crate::base::Micros::from_secs(1_800);
        let run = crate::sim::run(&days, 1, &AtomicBool::new(false)).unwrap();
        assert!(run.never_back() > 9_000);
        assert_eq!(run.stability(), Stability::Slowly);
    }

    #[test]
    fn the_bottleneck_is_the_longest_saturated_stretch() {
        let storm = run(Scenario::Storm).bottleneck().unwrap();
        assert_eq!(storm.station, StationName::SignIn);
        // 10,000 sign-ins at 200/s from the return at 120 s on.
        assert_eq!(storm.from_s, 120);
        assert!((160..=172).contains(&storm.to_s), "{storm:?}");
        assert_eq!(run(Scenario::Calm).bottleneck(), None);
    }
}
