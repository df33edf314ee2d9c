//! Made-up fleets: small, with everything in them, and with all times on a coarse grid, so that much falls on
//! the same tick.
//!
//! [`made_up`] turns a case number into a fleet, [`Coverage`] counts in how many cases each feature and each
//! outcome really occurred, so that an equality over many cases says something.

mod coverage;
mod groups;
mod platform;

pub(super) use coverage::Coverage;

use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::{Episode, Fleet, Loss, Meets, Outage, Prices, Targets, TierName, Touches, Unknowns};
use crate::sim::{Run, reference};

/// Draws small numbers for a made-up fleet.
struct Dice {
    case: u64,
    rolls: u64,
    /// The grid [µs].
    unit: u64,
}

impl Dice {
    /// Returns 0 to `sides` − 1.
    fn roll(&mut self, sides: u64) -> u64 {
        self.rolls += 1;
        Draws::new(0xD1CE).delay(Stream::CallDelay, self.case, self.rolls, sides) - 1
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize]
    }

    /// Returns whether a chance of one in so many came true.
    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    /// Returns something once in so many.
    fn maybe<T>(&mut self, sides: u64, what: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(sides).then(|| what(self))
    }

    /// Returns one of these many units.
    fn units(&mut self, of: &[u64]) -> Micros {
        Micros(self.pick(of) * self.unit)
    }

    fn meets(&mut self) -> Meets {
        self.pick(&[
            Meets::Served,
            Meets::Refused,
            Meets::BlackHole,
            Meets::BlackHole,
            Meets::Http503,
            Meets::DnsFails,
            Meets::TlsFails,
            Meets::AcceptThenClose,
            Meets::AuthUnanswered,
            Meets::AuthRejected,
            Meets::BindRejected,
        ])
    }

    fn loss(&mut self) -> Loss {
        self.pick(&[Loss::Reset, Loss::CloseFrame, Loss::Fin, Loss::Silence])
    }

    fn touches(&mut self, groups: usize) -> Touches {
        match self.roll(5) {
            0 => Touches::Groups((0..groups).filter(|_| self.one_in(2)).collect()),
            1 => {
                let of = 1 + self.roll(4) as u32;
                let from = self.roll(u64::from(of)) as u32;
                let to = from + self.roll(u64::from(of - from) + 1) as u32;
                Touches::Parts { of, from, to, deal: self.roll(2) as u32 }
            }
            _ => Touches::All,
        }
    }

    fn episode(&mut self, horizon: u64, groups: usize) -> Episode {
        let at = match self.roll(3) {
            0 => self.roll(10),
            _ => self.roll(horizon),
        };
        Episode {
            name: String::new(),
            at: Micros(at * self.unit),
            length: self.units(&[0, 1, 2, 5, 10, 20, 60]),
            touches: self.touches(groups),
            loses: self.maybe(2, Self::loss),
            meets: self.meets(),
            platform_down: self.one_in(4),
            tier: self.pick(&TierName::ALL),
            capacity_permille: self.pick(&[1_000, 1_000, 500, 333, 100, 1]),
            ramp_from_permille: self.pick(&[1_000, 500, 10]),
            ramp: self.units(&[0, 3, 20]),
        }
    }

    fn outage(&mut self, groups: usize) -> Outage {
        let length = self.pick(&[0, 1, 5, 10, 20, 20, 40, 60, 150]);
        let watch = 1 + self.roll(90);
        let ramps = self.one_in(4);
        Outage {
            length: Micros(length * self.unit),
            meets: self.meets(),
            loses: Some(self.loss()),
            touches: self.touches(groups),
            platform_down: !self.one_in(3),
            tier: TierName::SignIn,
            capacity_permille: 1_000,
            ramp_from_permille: if ramps { self.pick(&[1, 100, 500]) } else { 1_000 },
            ramp: if ramps { self.units(&[1, 10, 40]) } else { Micros::ZERO },
            events: (0..self.pick(&[0, 0, 1, 2, 3, 4]))
                .map(|_| self.episode(length + watch, groups))
                .collect(),
            watch: Micros(watch * self.unit),
            start: None,
        }
    }
}

/// Makes up a small fleet.
pub(super) fn made_up(case: u64) -> Fleet {
    let mut dice = Dice { case, rolls: 0, unit: 1 };
    dice.unit = dice.pick(&[1_000_000, 1_000_000, 1_000_000, 500_000, 250_000, 1_300_000, 1_000, 7]);
    let groups: Vec<_> = (0..=dice.roll(4)).map(|index| dice.group(index)).collect();
    let platform = dice.platform();
    let mut outage = dice.outage(groups.len());
    if dice.one_in(8) {
        outage.loses = None;
    }
    if dice.one_in(4) {
        outage.tier = dice.pick(&TierName::ALL);
        outage.capacity_permille = 400;
    }
    Fleet {
        name: String::new(),
        platform,
        outage,
        groups,
        targets: Targets::default(),
        prices: Prices::default(),
        unknowns: Unknowns::default(),
        cluster: None,
        elsewhere: Vec::new(),
    }
}

/// Checks that every device and every attempt is somewhere, once.
fn conserves(run: &Run) {
    let t = &run.totals;
    let sum = |of: fn(&crate::sim::GroupRun) -> u64| run.groups.iter().map(of).sum::<u64>();
    assert_eq!(sum(|group| group.returned), t.back);
    assert_eq!(sum(|group| u64::from(group.affected)), run.affected);
    assert!(t.back <= run.affected && run.affected <= run.devices && t.stranded <= run.devices);
    // Attempts that ended, and at most one for each device that is under way at the end. A closing or a sign-in counts
    // whether or not the device still waits for it.
    let ended = t.turned_away + t.unanswered + t.refused + t.timed_out + t.cut + t.bind_rejected;
    assert!(ended <= t.attempts, "{t:?}");
    assert!(t.attempts_in_outage <= t.attempts && t.wasted <= t.timed_out + t.cut, "{t:?}");
    assert!(t.refused + t.wasted <= t.arrivals, "{t:?}");
    for (bin, &bound) in run.curves.all.bound.iter().enumerate() {
        assert!(u64::from(bound) + u64::from(run.curves.all.away[bin]) <= run.devices);
        assert!(bound <= run.curves.held[bin] && bound <= run.curves.all.connected[bin], "{bin}");
        assert!(run.curves.all.connected[bin] <= run.curves.held[bin]);
    }
    for station in &run.stations {
        let most = u64::from(station.workers) * 1_000_000;
        assert!(station.busy.iter().all(|&busy| busy <= most), "{:?}", station.name);
    }
    let all = run.times.all();
    assert!(all.windows(2).all(|pair| pair[1].is_none() || pair[0] <= pair[1]), "{all:?}");
    assert_eq!(run.times.t100.is_some(), t.back == run.affected && run.affected > 0);
    if let Some(writes) = &run.writes {
        assert!(writes.drained.is_none_or(|drained| Some(drained) >= run.times.t100));
    }
}

#[test]
fn made_up_fleets_show_everything_and_lose_nothing() {
    let mut coverage = Coverage::default();
    for case in 0..2_000 {
        let fleet = made_up(case);
        let (run, seen) = reference::run_and_tell(&fleet, case);
        conserves(&run);
        coverage.add(&fleet, &run, &seen);
    }
    let rare = coverage.rarer_than(10);
    assert!(rare.is_empty(), "{rare:?}");
}
