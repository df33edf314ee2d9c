//! Episodes: what stands in the way of an attempt, and what capacity a tier has.

use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::{Breaking, Episode, Fleet, Loss, Meets, TierName, Touches};
use crate::sim::run::BIN;

/// The episodes of a run: those of the timeline, and those that overload begins.
pub(super) struct Timeline {
    episodes: Vec<Episode>,
    /// Number of episodes of the timeline; dynamic ones follow them.
    planned: usize,
    /// Order in which the planned ones begin, and how many have begun.
    order: Vec<usize>,
    begun: usize,
    /// Until then [µs] every attempt of every device is turned away at once.
    blanket: u64,
    /// From then on [µs] nothing is in anybody's way, as far as it is known.
    clear: u64,
    /// Until then [µs] the platform itself is down, as far as it is known.
    down_until: u64,
    /// Tiers whose capacity changes at some time.
    changes: [bool; 4],
    /// What a dynamic episode looks like.
    relapse: Option<Episode>,
}

impl Timeline {
    pub(super) fn new(fleet: &Fleet) -> Self {
        let episodes = fleet.outage.episodes();
        let mut order: Vec<usize> = (0..episodes.len()).collect();
        order.sort_by_key(|&index| episodes[index].at);
        let main = &episodes[0];
        let blanket =
            if main.touches == Touches::All && main.meets.fails_at_once() { main.length.0 } else { 0 };
        let relapse = fleet.platform.breaking.map(|breaking| relapse(fleet, breaking));
        let mut changes = [false; 4];
        for episode in episodes.iter().chain(&relapse) {
            let full = episode.capacity_permille == 1_000
                && (episode.ramp_from_permille == 1_000 || episode.ramp == Micros::ZERO);
            for tier in TierName::ALL {
                changes[tier as usize] |= !full && tier.follows(episode.tier);
            }
        }
        let clear = episodes.iter().map(obstructs_until).max().unwrap_or(0);
        Self {
            planned: episodes.len(),
            episodes,
            order,
            begun: 0,
            blanket,
            clear,
            down_until: 0,
            changes,
            relapse,
        }
    }

    /// Returns when the next planned episode begins [µs]; `u64::MAX` where none is left.
    pub(super) fn next_begin(&self) -> u64 {
        self.order.get(self.begun).map_or(u64::MAX, |&index| self.episodes[index].at.0)
    }

    /// Returns whether any episode may still begin.
    pub(super) fn may_begin(&self) -> bool {
        self.begun < self.order.len() || self.relapse.is_some()
    }

    /// Begins the next planned episode.
    pub(super) fn begin(&mut self) -> Option<Episode> {
        let episode = self.episodes.get(*self.order.get(self.begun)?)?.clone();
        self.begun += 1;
        self.note_down(&episode);
        Some(episode)
    }

    /// Begins the episode that overload causes at `now`, if the platform is up and can break.
    pub(super) fn relapse(&mut self, now: u64) -> Option<Episode> {
        let episode = Episode { at: Micros(now), ..self.relapse.clone()? };
        self.note_down(&episode);
        self.clear = self.clear.max(obstructs_until(&episode));
        self.episodes.push(episode.clone());
        Some(episode)
    }

    fn note_down(&mut self, episode: &Episode) {
        if episode.platform_down {
            self.down_until = self.down_until.max((episode.at + episode.length).0);
        }
    }

    /// Returns whether an episode with the platform down is in force at `now`, which has come.
    pub(super) fn is_down(&self, now: u64) -> bool {
        now < self.down_until
    }

    /// Returns the end of the present downtime of the platform [µs].
    pub(super) fn down_until(&self) -> u64 {
        self.down_until
    }

    /// Returns whether an episode with the platform down can begin at all.
    pub(super) fn platform_breaks(&self) -> bool {
        let later = |episode: &Episode| episode.platform_down && episode.at > Micros::ZERO;
        self.relapse.is_some() || self.episodes.iter().any(later)
    }

    /// Returns the relapses so far, when they began.
    pub(super) fn relapses(&self) -> Vec<Micros> {
        self.episodes[self.planned..].iter().map(|episode| episode.at).collect()
    }

    /// Returns until when [µs] every attempt of every device is turned away at once.
    #[inline]
    pub(super) fn blanket(&self) -> u64 {
        self.blanket
    }

    /// Returns from when on [µs] nothing is in anybody's way, as far as it is known.
    #[inline]
    pub(super) fn clear(&self) -> u64 {
        self.clear
    }

    /// Returns what the first episode in force puts in the way of a device's attempt at `at` [µs].
    #[inline]
    pub(super) fn meets(&self, draws: Draws, group: usize, device: u32, at: u64) -> Option<Meets> {
        if at < self.blanket {
            return Some(self.episodes[0].meets);
        }
        if at >= self.clear {
            return None;
        }
        self.episodes
            .iter()
            .find(|episode| {
                episode.meets != Meets::Served
                    && in_force(episode, at)
                    && touches(episode, draws, group, device)
            })
            .map(|episode| episode.meets)
    }

    /// Returns the capacity of the write queue in every second [‰]; empty where it is always the full one.
    pub(super) fn writes(&self, bins: usize) -> Vec<u16> {
        let second = |bin: u64| self.capacity(TierName::Database, bin * BIN) as u16;
        if self.changes(TierName::Database) { (0..bins as u64).map(second).collect() } else { Vec::new() }
    }

    /// Returns whether the capacity of a tier changes at some time.
    pub(super) fn changes(&self, tier: TierName) -> bool {
        self.changes[tier as usize]
    }

    /// Returns whether a tier never has more than its full capacity.
    pub(super) fn only_slows(&self, tier: TierName) -> bool {
        let slows = |of: &Episode| of.capacity_permille <= 1_000 && of.ramp_from_permille <= 1_000;
        self.episodes.iter().chain(&self.relapse).filter(|episode| tier.follows(episode.tier)).all(slows)
    }

    /// Returns whether an attempt can fail at the platform's door and leave its socket open.
    pub(super) fn leaves_open(&self) -> bool {
        let opens = |of: &Episode| {
            matches!(of.meets, Meets::AuthUnanswered | Meets::AuthRejected | Meets::BindRejected)
        };
        self.episodes.iter().chain(&self.relapse).any(opens)
    }

    /// Returns the capacity of a tier at `at` [µs, ‰].
    #[inline]
    pub(super) fn capacity(&self, tier: TierName, at: u64) -> u64 {
        if self.changes[tier as usize] { self.changed_capacity(tier, at) } else { 1_000 }
    }

    #[inline(never)]
    fn changed_capacity(&self, tier: TierName, at: u64) -> u64 {
        let of = |episode: &Episode| {
            let Some(since) = at.checked_sub(episode.at.0) else { return 1_000 };
            let Some(after) = since.checked_sub(episode.length.0) else {
                return u64::from(episode.capacity_permille);
            };
            if after >= episode.ramp.0 {
                return 1_000;
            }
            let from = u64::from(episode.ramp_from_permille);
            let gained = u128::from(1_000 - from.min(1_000)) * u128::from(after) / u128::from(episode.ramp.0);
            from + gained as u64
        };
        self.episodes.iter().filter(|episode| tier.follows(episode.tier)).map(of).min().unwrap_or(1_000)
    }
}

/// Returns whether an episode touches a device.
pub(super) fn touches(episode: &Episode, draws: Draws, group: usize, device: u32) -> bool {
    match &episode.touches {
        Touches::All => true,
        Touches::Groups(groups) => groups.contains(&group),
        Touches::Parts { of, from, to, deal } => {
            let word = u64::from(draws.word(Stream::Share, u64::from(device), u64::from(*deal)));
            let part = (word * u64::from(*of)) >> 32;
            (u64::from(*from)..u64::from(*to)).contains(&part)
        }
    }
}

/// Returns until when an episode is in the way of attempts [µs].
fn obstructs_until(episode: &Episode) -> u64 {
    if episode.meets == Meets::Served { 0 } else { (episode.at + episode.length).0 }
}

fn in_force(episode: &Episode, at: u64) -> bool {
    at.checked_sub(episode.at.0).is_some_and(|since| since < episode.length.0)
}

/// Returns the episode that overload begins, at time zero.
fn relapse(fleet: &Fleet, breaking: Breaking) -> Episode {
    Episode {
        name: "Down again".into(),
        at: Micros::ZERO,
        length: breaking.down,
        touches: Touches::All,
        loses: Some(Loss::CloseFrame),
        meets: if fleet.platform.balancer.is_some() { Meets::Http503 } else { Meets::Refused },
        platform_down: true,
        tier: TierName::SignIn,
        capacity_permille: 1_000,
        ramp_from_permille: fleet.outage.ramp_from_permille,
        ramp: fleet.outage.ramp,
    }
}
