//! In how many made-up cases each feature and each outcome occurred.

use crate::fleet::{
    Agent, BackoffLaw, Bounds, DelayLaw, Fleet, Flush, LimitKind, Meets, Purges, ServiceLaw, TierName,
    Touches,
};
use crate::sim::reference::Seen;
use crate::sim::{Run, StationName};
use std::collections::BTreeMap;

/// What the plain implementation tells beyond its result.
const SEEN: &[&str] = &[
    "AUTH unanswered",
    "SYN dropped by a full queue",
    "SYN given up by the device",
    "SYN given up by the kernel",
    "SYN sent again",
    "closed after it was given up",
    "duty cycle off",
    "gate passed",
    "gate waited",
    "held limit refused",
    "idle connection cut",
    "late pong",
    "late pong at a later ping",
    "limiter 503",
    "limiter 503 that counts all",
    "limiter reset",
    "local trouble",
    "lost again after it was back",
    "lost by FIN",
    "lost by close frame",
    "lost by reset",
    "lost in silence",
    "met 503",
    "met AUTH denied",
    "met BIND denied",
    "met a bad certificate",
    "met accept and close",
    "met black hole",
    "met no answer to AUTH",
    "met no name",
    "met refused",
    "never begun after a wait",
    "never begun on arrival",
    "open socket not kept",
    "purged",
    "refused behind the door",
    "refused on a standing socket",
    "relapse by sign-ins",
    "relapse by values",
    "resent",
    "revived by the duty cycle",
    "second connect at the balancer",
    "second connect dropped at the gate",
    "second connect refused",
    "served for an attempt that was cut, or for a second connect",
    "socket kept",
    "standing socket lost",
    "standing socket spared",
    "stored values rejected",
    "timed out at the Connection Servers",
    "timed out at the gate",
    "timed out at the sign-in tier",
    "timed out in TLS",
    "timed out with the socket open",
    "values lost in a crash",
    "wasted handshake",
    "wasted sign-in",
    "wasted upgrade",
    "went on with a standing socket",
    "work stopped by a crash",
];

/// Counts cases.
#[derive(Default)]
pub(in crate::sim::tests) struct Coverage {
    cases: BTreeMap<&'static str, u64>,
}

impl Coverage {
    /// Counts one case.
    pub(in crate::sim::tests) fn add(&mut self, fleet: &Fleet, run: &Run, seen: &Seen) {
        for what in SEEN {
            self.count(what, seen.contains_key(what));
        }
        self.outcomes(run);
        self.agents(fleet, run);
        self.platform(fleet, run);
        self.timeline(fleet);
    }

    /// Returns what occurred in fewer cases than this.
    pub(in crate::sim::tests) fn rarer_than(&self, least: u64) -> Vec<(&'static str, u64)> {
        self.cases.iter().map(|(&what, &count)| (what, count)).filter(|&(_, count)| count < least).collect()
    }

    fn count(&mut self, what: &'static str, occurred: bool) {
        *self.cases.entry(what).or_default() += u64::from(occurred);
    }

    fn outcomes(&mut self, run: &Run) {
        let t = &run.totals;
        let writes = run.writes.as_ref();
        let outcomes = [
            ("attempts in the outage", t.attempts_in_outage > 0),
            ("arrivals", t.arrivals > 0),
            ("back", t.back > 0),
            ("refused", t.refused > 0),
            ("timed out", t.timed_out > 0),
            ("turned away", t.turned_away > 0),
            ("unanswered", t.unanswered > 0),
            ("wasted", t.wasted > 0),
            ("closed", t.closed > 0),
            ("stranded", t.stranded > 0),
            ("cut", t.cut > 0),
            ("bind rejected", t.bind_rejected > 0),
            ("second connects", t.second_connects > 0),
            ("lost in stores", t.lost > 0),
            ("rejected", t.rejected > 0),
            ("lost in a crash", t.lost_in_crash > 0),
            ("nobody affected", run.affected == 0),
            ("some affected", run.affected > 0 && run.affected < run.devices),
            ("never back", run.never_back() > 0),
            ("t50 and no t100", run.times.t50.is_some() && run.times.t100.is_none()),
            ("t100", run.times.t100.is_some()),
            ("t100 after the return", run.times.t100.is_some_and(|time| time.0 > 0)),
            ("several relapses", run.relapses.len() > 1),
            ("drained", writes.is_some_and(|writes| writes.drained.is_some())),
            ("drained after t100", writes.is_some_and(|w| w.drained.is_some() && w.drained > run.times.t100)),
            ("never drained", writes.is_some_and(|writes| writes.drained.is_none())),
            ("a deep queue", run.largest_queue() >= 8),
        ];
        for (what, occurred) in outcomes {
            self.count(what, occurred);
        }
    }

    fn agents(&mut self, fleet: &Fleet, run: &Run) {
        // Only groups that attempted show anything.
        let tried: Vec<_> = fleet
            .groups
            .iter()
            .zip(&run.groups)
            .filter(|(_, run)| run.curves.attempts.iter().any(|&attempts| attempts > 0))
            .map(|(group, _)| group)
            .collect();
        let any = |is: &dyn Fn(&Agent) -> bool| tried.iter().any(|group| is(&group.agent));
        let law = |law| any(&|agent| agent.sdk().is_some_and(|sdk| sdk.delay_law == law));
        let backs_off =
            |law| any(&|agent| matches!(agent, Agent::Generic(generic) if generic.backoff.law == law));
        let limit = fleet.platform.balancer.and_then(|balancer| balancer.limit);
        let gate = limit.is_some_and(|limit| limit.kind == LimitKind::DelayAccept);
        let link = |is: &dyn Fn(&crate::fleet::Group) -> bool| tried.iter().any(|group| is(group));
        let features = [
            ("C SDK", any(&|agent| matches!(agent, Agent::CSdk(_)))),
            ("EMS", any(&|agent| matches!(agent, Agent::Ems(_)))),
            ("ExampleAgent", any(&|agent| matches!(agent, Agent::ExampleAgent { .. }))),
            ("Java SDK", any(&|agent| matches!(agent, Agent::JavaSdk(_)))),
            (".NET SDK", any(&|agent| matches!(agent, Agent::DotNetSdk(_)))),
            ("delay as documented", law(DelayLaw::Documented)),
            ("delay on Linux", law(DelayLaw::Linux221)),
            ("delay on Windows", law(DelayLaw::Windows221)),
            ("fixed back-off", backs_off(BackoffLaw::Fixed)),
            ("exponential back-off", backs_off(BackoffLaw::Exponential)),
            ("full jitter", backs_off(BackoffLaw::FullJitter)),
            ("equal jitter", backs_off(BackoffLaw::EqualJitter)),
            ("decorrelated jitter", backs_off(BackoffLaw::DecorrelatedJitter)),
            ("TLS", link(&|group| group.link.tls)),
            ("plain", link(&|group| !group.link.tls)),
            (
                "plain behind a gate",
                link(&|group| gate && !group.link.tls && group.link.bounds == Bounds::Answer),
            ),
            ("timeout bounds the answer", link(&|group| group.link.bounds == Bounds::Answer)),
            ("timeout bounds the attempt", link(&|group| group.link.bounds == Bounds::Attempt)),
            ("flush before bind", link(&|group| group.store.flush == Flush::BeforeBind)),
            ("flush after bind", link(&|group| group.store.flush == Flush::AfterBind)),
        ];
        for (what, occurred) in features {
            self.count(what, occurred);
        }
    }

    fn platform(&mut self, fleet: &Fleet, run: &Run) {
        let busy = |name| {
            let station = run.stations.iter().find(|station| station.name == name);
            station.is_some_and(|station| station.busy.iter().any(|&busy| busy > 0))
        };
        let platform = &fleet.platform;
        let (upgrades, sign_ins) = (busy(StationName::Connection), busy(StationName::SignIn));
        let upgrade = platform.connection.filter(|_| upgrades).map(|tier| tier.service_law);
        let sign_in = Some(platform.service_law).filter(|_| sign_ins);
        let upgrade_purges = platform.connection.filter(|_| upgrades).map(|tier| tier.purges);
        let sign_in_purges = Some(platform.purges).filter(|_| sign_ins);
        let features = [
            ("gate", busy(StationName::Gate)),
            ("handshakes", busy(StationName::Tls)),
            ("fixed upgrades", upgrade == Some(ServiceLaw::Fixed)),
            ("exponential upgrades", upgrade == Some(ServiceLaw::Exponential)),
            ("lognormal upgrades", upgrade == Some(ServiceLaw::Lognormal)),
            ("fixed sign-ins", sign_in == Some(ServiceLaw::Fixed)),
            ("exponential sign-ins", sign_in == Some(ServiceLaw::Exponential)),
            ("lognormal sign-ins", sign_in == Some(ServiceLaw::Lognormal)),
            ("upgrades never purged", upgrade_purges == Some(Purges::Never)),
            ("given-up upgrades purged", upgrade_purges == Some(Purges::GivenUp)),
            ("late upgrades purged", upgrade_purges == Some(Purges::TooLate)),
            ("sign-ins never purged", sign_in_purges == Some(Purges::Never)),
            ("given-up sign-ins purged", sign_in_purges == Some(Purges::GivenUp)),
            ("late sign-ins purged", sign_in_purges == Some(Purges::TooLate)),
            ("one tier", platform.balancer.is_none() && platform.connection.is_none()),
            ("all tiers", platform.balancer.is_some() && upgrades && sign_ins),
        ];
        for (what, occurred) in features {
            self.count(what, occurred);
        }
    }

    fn timeline(&mut self, fleet: &Fleet) {
        let episodes = fleet.outage.episodes();
        let horizon = fleet.outage.horizon();
        let begun: Vec<_> = episodes.iter().filter(|episode| episode.at < horizon).collect();
        let writes = fleet.platform.writes.is_some();
        let slows = |tier| begun.iter().any(|e| e.tier == tier && e.capacity_permille < 1_000);
        let ramps =
            |tier| begun.iter().any(|e| e.tier == tier && e.ramp_from_permille < 1_000 && e.ramp.0 > 0);
        let overlap = begun.iter().enumerate().any(|(index, one)| {
            begun[..index]
                .iter()
                .any(|other| one.at < other.at + other.length && other.at < one.at + one.length)
        });
        let features = [
            ("touches groups", begun.iter().any(|e| matches!(e.touches, Touches::Groups(_)))),
            ("touches parts", begun.iter().any(|e| matches!(e.touches, Touches::Parts { .. }))),
            ("served in an episode", begun.iter().any(|e| e.meets == Meets::Served)),
            ("slow balancer", slows(TierName::Balancer)),
            ("slow Connection Servers", slows(TierName::Connection)),
            ("slow sign-in tier", slows(TierName::SignIn)),
            ("slow database", writes && slows(TierName::Database)),
            ("ramp of the balancer", ramps(TierName::Balancer)),
            ("ramp of the Connection Servers", ramps(TierName::Connection)),
            ("ramp of the sign-in tier", ramps(TierName::SignIn)),
            ("ramp of the database", writes && ramps(TierName::Database)),
            ("overlapping episodes", overlap),
            ("four more episodes", begun.len() >= 5),
            ("platform up in the outage", !fleet.outage.platform_down),
        ];
        for (what, occurred) in features {
            self.count(what, occurred);
        }
    }
}
