//! The rehearsal of the window: what it takes, the simulation beside it, and the measurement, on a thread of its own.

use super::elsewhere::Going;
use super::told::{Judged, MOST_GAP};
use crate::base::Micros;
use crate::base::units::{count, duration, percent};
use crate::desk::devices::Task;
use crate::desk::env::Wake;
use crate::fleet::Fleet;
use crate::live::engine::Engine;
use crate::live::herd::preflight::{Host, Need, Preflight};
use crate::live::rehearsal::{self, Rehearsed, Scaled, SoFar, Watch, away, chosen, host, scale};
use crate::plan::{Fit, Outcome};
use crate::sim::{self, SimError, Study};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// Longest time that the platform is away: only the return is rehearsed.
const OUTAGE: Micros = Micros::from_secs(5);
/// Most agents that can be asked for; what this computer holds is less.
pub const MOST: u32 = 100_000;

/// What a rehearsal takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Agents.
    pub agents: u64,
    /// Devices that they stand for.
    pub of: u64,
    /// Longest time that it takes [s].
    pub longest_s: f64,
    /// What is left out, and what else to know; in words.
    pub notes: Vec<String>,
    /// What this computer allows, in words, the tightest limit first.
    pub host: Vec<String>,
    /// Why it cannot be; nothing where it can.
    pub refused: Option<String>,
    scaled: Option<Arc<Scaled>>,
}

impl Plan {
    fn refused(reason: String) -> Self {
        let (notes, host) = (Vec::new(), Vec::new());
        Self { agents: 0, of: 0, longest_s: 0.0, notes, host, refused: Some(reason), scaled: None }
    }

    /// Works out what a rehearsal of a fleet takes with so many agents.
    pub(super) fn of(fleet: Option<&Fleet>, agents: Option<u32>, host: &Host) -> Self {
        let Some(fleet) = fleet else {
            return Self::refused(
                "The project has errors, so there is nothing to rehearse; correct them first.".into(),
            );
        };
        let scaled = match scale(fleet, agents.unwrap_or_else(|| chosen(fleet)), OUTAGE) {
            Ok(scaled) => scaled,
            Err(error) => return Self::refused(format!("{error}.")),
        };
        let preflight = host.check(Need { embedded: true, tls: scaled.tls });
        Self::scaled(scaled, preflight)
    }

    /// Returns what a scaled fleet takes on a computer that allows so much.
    pub(super) fn scaled(scaled: Scaled, preflight: Preflight) -> Self {
        let agents = away(&scaled);
        let refused = preflight.refuses(agents).map(|words| {
            let most = count(preflight.fits.unwrap_or_default());
            format!("{} agents do not fit on this computer: {words}. Take {most} or fewer.", count(agents))
        });
        let unknown = preflight.unknown.iter().map(|what| format!("This computer does not tell {what}"));
        Self {
            agents,
            of: scaled.of,
            longest_s: scaled.fleet.outage.horizon().secs(),
            notes: scaled.notes.clone(),
            host: preflight.limits.into_iter().map(|limit| limit.words).chain(unknown).collect(),
            refused,
            scaled: Some(Arc::new(scaled)),
        }
    }

    /// Returns the sentence that says what it takes.
    pub fn sentence(&self) -> String {
        format!(
            "{} agents for {} devices, {} at most, on this computer alone",
            count(self.agents),
            count(self.of),
            duration(self.longest_s)
        )
    }
}

/// A rehearsal that was made.
#[derive(Debug)]
pub struct Rehearsal {
    /// What the scenario was called.
    pub name: String,
    /// What was rehearsed.
    pub scaled: Arc<Scaled>,
    /// What was simulated of it.
    pub outcome: Arc<Outcome>,
    /// How well they fit.
    pub fit: Option<Fit>,
    /// What was measured.
    pub rehearsed: Rehearsed,
    /// Whether it was ended before its end.
    pub cancelled: bool,
    /// What it was made for.
    made_for: (Arc<Fleet>, u64),
}

impl Rehearsal {
    /// Returns it with its verdict.
    pub fn judged(&self) -> Judged<'_> {
        let (scaled, outcome) = (self.scaled.as_ref(), self.outcome.as_ref());
        Judged { scaled, outcome, fit: self.fit.as_ref(), rehearsed: &self.rehearsed, most_gap: MOST_GAP }
    }

    /// Returns sign, word and sentence of the verdict.
    pub fn verdict(&self) -> (Tone, String) {
        let judged = self.judged();
        let fit = self.fit.as_ref().map_or_else(String::new, |fit| {
            format!(": inside the band {} of the time, largest gap {}", percent(fit.inside), percent(fit.gap))
        });
        if !self.cancelled && !self.rehearsed.agrees() {
            let text = "The agents and the platform do not count alike, so the result cannot be trusted";
            return (Tone::Bad, text.to_owned());
        }
        if let Some(why) = self.rehearsed.stopped() {
            return (Tone::Bad, format!("Stopped by itself: {why}"));
        }
        match (self.cancelled, self.rehearsed.host_limited(), judged.proves()) {
            (true, ..) => {
                let account = &self.rehearsed.agents.account;
                let back = count(account.connected);
                (Tone::Unsure, format!("Cancelled, {back} of {} agents were back", count(account.planned)))
            }
            (_, true, _) => (Tone::Unsure, format!("Host-limited{fit}")),
            (_, _, true) => (Tone::Good, format!("As simulated{fit}")),
            (_, _, false) => (Tone::Bad, format!("Not as simulated{fit}")),
        }
    }
}

/// How a verdict is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Nobody can tell.
    Unsure,
}

/// How a rehearsal stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stage<'a> {
    /// None is under way.
    Open,
    /// The band is simulated.
    Simulates {
        /// Runs that are done.
        done: u32,
        /// All runs.
        of: u32,
    },
    /// Agents are under way.
    Measures(&'a SoFar),
    /// It was refused or failed; the sentence says why and what to do.
    Failed(&'a str),
}

/// The rehearsal as a panel sees it.
#[derive(Clone, Copy)]
pub struct RehearsalView<'a> {
    /// How it stands.
    pub stage: Stage<'a>,
    /// The band of the one that is under way, else of the last one.
    pub band: Option<&'a Arc<Outcome>>,
    /// What it is measured against: agents that were away.
    pub away: u64,
    /// Name of the given platform of the one that is under way.
    pub there: Option<&'a str>,
    /// The last one that was made.
    pub found: Option<&'a Rehearsal>,
    /// Whether that belongs to the inputs as they are.
    pub current: bool,
}

impl RehearsalView<'_> {
    /// Returns the share of the agents that are back in the one under way, 0..1.
    pub fn share(&self) -> f32 {
        let Stage::Measures(so_far) = self.stage else { return 0.0 };
        let account = &so_far.agents.account;
        account.connected as f32 / account.planned.max(1) as f32
    }

    /// Returns when agents were back, in order, and until when that is known.
    pub fn measured(&self) -> (&[Micros], Micros) {
        match (self.stage, self.found) {
            (Stage::Measures(so_far), _) => (&so_far.agents.back_at, so_far.at),
            (Stage::Simulates { .. }, _) | (_, None) => (&[], Micros::ZERO),
            (_, Some(found)) => {
                let agents = &found.rehearsed.agents;
                // A curve ends where the last agent that came back was back, or where the watch ended.
                let end = if agents.account.abandoned > 0 {
                    Micros::from_secs(agents.curve.len() as u64)
                } else {
                    agents.back_at.last().copied().unwrap_or_default() + Micros::SECOND
                };
                (&agents.back_at, end)
            }
        }
    }
}

/// Shared with the thread of a rehearsal.
#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    runs: AtomicU32,
    band: OnceLock<Arc<Outcome>>,
    watch: Watch,
}

/// What is asked for.
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) fleet: Arc<Fleet>,
    pub(super) engine: Arc<Engine>,
    pub(super) seed: u64,
    pub(super) runs: u32,
    pub(super) threads: usize,
    /// Where to; nothing for the embedded platform.
    pub(super) going: Option<Going>,
}

/// Rehearsals: the one under way, and the last one that was made.
#[derive(Default)]
pub(super) struct Rehearsals {
    task: Task<Result<Rehearsal, String>>,
    shared: Arc<Shared>,
    runs: u32,
    away: u64,
    /// Name of the given platform of the one under way, where there is one.
    there: Option<String>,
    so_far: Option<SoFar>,
    found: Option<Rehearsal>,
    failed: Option<String>,
}

impl Rehearsals {
    /// Begins a rehearsal of what was planned; one that is under way goes on instead.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    pub(super) fn order(&mut self, plan: &Plan, wanted: Wanted, wake: &Wake) -> Result<(), String> {
        if self.busy() {
            return Err("A rehearsal is under way; wait for it or cancel it.".to_owned());
        }
        let scaled = match (&plan.refused, &plan.scaled) {
            (Some(reason), _) => return Err(reason.clone()),
            (None, Some(scaled)) => Arc::clone(scaled),
            (None, None) => return Err("There is nothing to rehearse.".to_owned()),
        };
        self.shared = Arc::default();
        (self.runs, self.away) = (wanted.runs, away(&scaled));
        self.there = wanted.going.as_ref().map(|going| going.name().to_owned());
        (self.so_far, self.failed) = (None, None);
        let shared = Arc::clone(&self.shared);
        self.task.order(wake, false, move || rehearse(scaled, wanted, &shared));
        Ok(())
    }

    /// Returns whether one is under way.
    pub(super) fn busy(&self) -> bool {
        self.task.busy()
    }

    /// Ends the one under way soon; what was measured stays.
    pub(super) fn cancel(&self) {
        self.shared.stop.store(true, Ordering::Release);
        self.shared.watch.cancel();
    }

    /// Takes in what has happened; returns whether one has come to its end.
    pub(super) fn tick(&mut self, wake: &Wake) -> bool {
        let brought = self.task.take(wake);
        self.so_far = if self.busy() { self.shared.watch.so_far() } else { None };
        self.arrived(brought)
    }

    /// Waits for the one under way; returns whether one has come to its end.
    pub(super) fn wait(&mut self, wake: &Wake) -> bool {
        let brought = self.task.wait(wake);
        self.so_far = None;
        self.arrived(brought)
    }

    fn arrived(&mut self, brought: Option<Result<Rehearsal, String>>) -> bool {
        match brought {
            Some(Ok(found)) => self.found = Some(found),
            Some(Err(sentence)) => {
                self.failed = Some(sentence);
                return false;
            }
            None => return false,
        }
        true
    }

    /// Returns the last one that was made.
    pub(super) fn found(&self) -> Option<&Rehearsal> {
        self.found.as_ref()
    }

    /// Returns what a panel reads; `now` is what a rehearsal would be made for.
    pub(super) fn view(&self, now: Option<(&Arc<Fleet>, u64)>) -> RehearsalView<'_> {
        let found = self.found.as_ref();
        let stage = match (&self.so_far, &self.failed) {
            _ if self.busy() => match &self.so_far {
                Some(so_far) => Stage::Measures(so_far),
                None => Stage::Simulates { done: self.shared.runs.load(Ordering::Relaxed), of: self.runs },
            },
            (_, Some(sentence)) => Stage::Failed(sentence),
            (_, None) => Stage::Open,
        };
        let band = if self.busy() { self.shared.band.get() } else { found.map(|found| &found.outcome) };
        let away = if self.busy() { self.away } else { found.map_or(0, |found| away(&found.scaled)) };
        let same = |found: &Rehearsal| {
            now.is_some_and(|(fleet, seed)| {
                let (made, with) = &found.made_for;
                with == &seed && (Arc::ptr_eq(made, fleet) || made == fleet)
            })
        };
        let there = self.there.as_deref().filter(|_| self.busy());
        RehearsalView { stage, band, away, there, found, current: found.is_some_and(same) }
    }
}

/// Simulates and rehearses.
fn rehearse(scaled: Arc<Scaled>, wanted: Wanted, shared: &Shared) -> Result<Rehearsal, String> {
    let Wanted { name, fleet, engine, seed, runs, threads, going } = wanted;
    // A key that is not there is said before anything is simulated.
    let there = going.map(Going::host).transpose()?;
    let small = Arc::new(scaled.fleet.clone());
    let done = |done: u32| {
        shared.runs.fetch_max(done, Ordering::Relaxed);
    };
    let played = sim::replicate(&small, seed, 0..runs, threads, &shared.stop, &done);
    let played = played.map_err(|error| match error {
        SimError::Cancelled => "The rehearsal was cancelled before it began.".to_owned(),
        error => error.to_string(),
    })?;
    let study = Study::of(&small, seed, played.into_iter().map(Arc::new).collect());
    let outcome = Arc::new(Outcome::of(name.clone(), small, study, runs));
    let _ = shared.band.set(Arc::clone(&outcome));
    let rehearsed = match &there {
        Some(there) => engine.finishes(host::against(&scaled, seed, there, &shared.watch)),
        None => engine
            .finishes(rehearsal::watched(&scaled, seed, &shared.watch))
            .map_err(|error| format!("{error}."))?,
    };
    let fit = Fit::of(&outcome.study, away(&scaled), &rehearsed.agents.back_at);
    let cancelled = shared.watch.is_cancelled();
    Ok(Rehearsal { name, scaled, outcome, fit, rehearsed, cancelled, made_for: (fleet, seed) })
}
