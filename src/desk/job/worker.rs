//! The thread that simulates.

use super::cache::{Cache, Key};
use super::{Progress, Request, Subject};
use crate::desk::env::Wake;
use crate::fleet::Fleet;
use crate::plan::Outcome;
use crate::sim::{BYTE_BUDGET, Fits, Needs, Run, SimError, Study, estimate};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Runs of the preview and of the first refinement.
const STEPS: [u32; 2] = [5, 15];

/// Plays runs, as [`crate::sim::replicate`] does; tests bring another one.
pub(in crate::desk) type Replicate = Arc<
    dyn Fn(&Fleet, u64, Range<u32>, usize, &AtomicBool, &(dyn Fn(u32) + Sync)) -> Result<Vec<Run>, SimError>
        + Send
        + Sync,
>;

/// One of the scenarios of a request.
#[derive(Clone, Debug)]
pub(in crate::desk) struct Target {
    /// Name shown with the result.
    pub(in crate::desk) name: String,
    /// The fleet of the scenario.
    pub(in crate::desk) fleet: Arc<Fleet>,
    /// Runs of the result that is shown already; a result with no more is not sent again.
    pub(in crate::desk) shown: u32,
}

/// A request under its number.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) job: u64,
    pub(super) threads: usize,
    pub(super) request: Request,
}

/// What the thread has to say.
#[derive(Debug)]
pub(super) enum Event {
    Outcome {
        job: u64,
        epoch: u64,
        subject: Subject,
        outcome: Arc<Outcome>,
    },
    /// A scenario beside the active one cannot be simulated; the order goes on without it.
    LeftOut {
        job: u64,
        subject: Subject,
        target: Target,
        reason: String,
    },
    Ended {
        job: u64,
        end: End,
    },
}

/// How an order ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Finished,
    Cancelled,
    Failed(String),
}

#[derive(Debug, Default)]
struct Slot {
    next: Option<Order>,
    busy: bool,
    /// Whether the preview of the order under way has been sent.
    previewed: bool,
    progress: Option<Progress>,
    quit: bool,
}

/// What desk and thread share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    slot: Mutex<Slot>,
    turn: Condvar,
    /// Stops the order under way; set and cleared under the lock of the slot only.
    stop: AtomicBool,
}

impl Shared {
    /// Returns the slot; a panic elsewhere leaves plain data that is still good.
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves the newest order. Returns whether it waits for a preview to finish.
    pub(super) fn order(&self, order: Order, at_once: bool) -> bool {
        let mut slot = self.slot();
        let waits = slot.busy && !slot.previewed && !at_once;
        if slot.busy && !waits {
            self.stop.store(true, Ordering::Relaxed);
        }
        slot.next = Some(order);
        self.turn.notify_one();
        waits
    }

    /// Takes an order that has not begun back and stops the one under way.
    pub(super) fn withdraw(&self) {
        let mut slot = self.slot();
        slot.next = None;
        if slot.busy {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Stops the order under way.
    pub(super) fn interrupt(&self) {
        let slot = self.slot();
        if slot.busy {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Ends the thread.
    pub(super) fn quit(&self) {
        let mut slot = self.slot();
        (slot.quit, slot.next) = (true, None);
        self.stop.store(true, Ordering::Relaxed);
        self.turn.notify_one();
    }

    /// Returns whether an order waits.
    pub(super) fn waiting(&self) -> bool {
        self.slot().next.is_some()
    }

    /// Returns whether nothing waits and nothing is under way.
    pub(super) fn idle(&self) -> bool {
        let slot = self.slot();
        slot.next.is_none() && !slot.busy
    }

    /// Returns how far the order under way is.
    pub(super) fn progress(&self) -> Option<Progress> {
        self.slot().progress
    }

    /// Waits for an order; `None` at the end.
    fn next(&self) -> Option<Order> {
        let mut slot = self.slot();
        slot.busy = false;
        slot.progress = None;
        let idle = |slot: &mut Slot| slot.next.is_none() && !slot.quit;
        let mut slot = self.turn.wait_while(slot, idle).unwrap_or_else(PoisonError::into_inner);
        if slot.quit {
            return None;
        }
        self.stop.store(false, Ordering::Relaxed);
        (slot.busy, slot.previewed) = (true, false);
        slot.next.take()
    }
}

/// Carries out orders until told to quit.
pub(super) fn run(shared: &Shared, events: &SyncSender<Event>, wake: &Wake, replicate: &Replicate) {
    let mut cache = Cache::default();
    while let Some(order) = shared.next() {
        let job = order.job;
        let needed = 2 + order.request.overlays.len();
        let mut work = Work { shared, events, wake, replicate, cache: &mut cache, order, shown: Vec::new() };
        let end = match catch_unwind(AssertUnwindSafe(|| work.carry_out())) {
            Ok(Ok(())) => End::Finished,
            Ok(Err(SimError::Cancelled)) => End::Cancelled,
            Ok(Err(error)) => End::Failed(error.to_string()),
            Err(panic) => {
                cache = Cache::default();
                End::Failed(said(panic.as_ref()))
            }
        };
        cache.tidy(needed);
        if events.send(Event::Ended { job, end }).is_err() {
            return;
        }
        wake();
    }
}

/// Returns the sentence for a panic.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    format!(
        "The simulation failed because of an error in this program; the project is unharmed. \
         Save it and report the error: `{text}`"
    )
}

/// One order being carried out.
struct Work<'a> {
    shared: &'a Shared,
    events: &'a SyncSender<Event>,
    wake: &'a Wake,
    replicate: &'a Replicate,
    cache: &'a mut Cache,
    order: Order,
    /// Runs of the results sent so far, by subject.
    shown: Vec<(Subject, u32)>,
}

impl Work<'_> {
    fn target(&self, subject: Subject) -> Option<&Target> {
        match subject {
            Subject::Active => self.order.request.active.as_ref(),
            Subject::Baseline => self.order.request.baseline.as_ref(),
            Subject::Overlay(index) => self.order.request.overlays.get(index),
        }
    }

    /// Returns what is simulated in which order, and how many runs are reached in each step: the active
    /// scenario first, and nothing refined before everything has a preview.
    fn steps(&self) -> Vec<(Subject, u32)> {
        let [preview, first] = STEPS;
        let runs = self.order.request.runs;
        let overlays =
            |goal| (0..self.order.request.overlays.len()).map(move |i| (Subject::Overlay(i), goal));
        let beside = |goal| std::iter::once((Subject::Baseline, goal)).chain(overlays(goal));
        let active = |goal| std::iter::once((Subject::Active, goal));
        let all = active(preview).chain(beside(preview)).chain(active(first)).chain(active(runs));
        all.chain(beside(runs)).map(|(subject, goal)| (subject, goal.min(runs))).collect()
    }

    /// Simulates the scenarios step by step.
    fn carry_out(&mut self) -> Result<(), SimError> {
        let Request { seed, runs, afresh, .. } = self.order.request;
        if let Some(active) = self.target(Subject::Active).filter(|_| afresh) {
            let key = Key::new(&active.fleet, seed);
            self.cache.forget(&key);
        }
        let mut left_out = Vec::new();
        for (subject, goal) in self.steps() {
            if left_out.contains(&subject) {
                continue;
            }
            let Some(target) = self.target(subject).cloned() else { continue };
            let key = Key::new(&target.fleet, seed);
            let result =
                admit(&target.fleet, runs).and_then(|()| self.reach(subject, &target.fleet, &key, goal));
            let superseded = self.shared.waiting();
            if result.is_ok() || !superseded {
                self.send(subject, &target, &key);
            }
            if subject == Subject::Active {
                self.shared.slot().previewed = true;
            }
            match result {
                // What is wrong with another scenario must not keep the active one from its runs.
                Err(error) if subject != Subject::Active && error != SimError::Cancelled => {
                    left_out.push(subject);
                    self.go_on_without(subject, target, &error);
                }
                result => result?,
            }
            if superseded {
                return Err(SimError::Cancelled);
            }
        }
        Ok(())
    }

    /// Plays runs until there are `goal` of them, a few at a time: those stay after a cancel.
    fn reach(&mut self, subject: Subject, fleet: &Fleet, key: &Key, goal: u32) -> Result<(), SimError> {
        let threads = self.order.threads;
        let batch = STEPS[0].div_ceil(threads as u32) * threads as u32;
        loop {
            let have = self.cache.runs(key).len() as u32;
            if have >= goal {
                return Ok(());
            }
            let (shared, wake) = (self.shared, self.wake);
            let (job, of) = (self.order.job, self.order.request.runs);
            let done = |done: u32| {
                shared.slot().progress = Some(Progress { job, subject, done: have + done, of });
                wake();
            };
            done(0);
            let range = have..goal.min(have + batch);
            let seed = self.order.request.seed;
            let more = (self.replicate)(fleet, seed, range, threads, &shared.stop, &done)?;
            self.cache.runs(key).extend(more.into_iter().map(Arc::new));
        }
    }

    /// Says that a scenario cannot be simulated.
    fn go_on_without(&self, subject: Subject, target: Target, error: &SimError) {
        let event = Event::LeftOut { job: self.order.job, subject, target, reason: error.to_string() };
        // Where nobody listens any more the order to quit is under way.
        let _ = self.events.send(event);
        (self.wake)();
    }

    /// Sends the result of the runs that are there, unless the same is shown already.
    fn send(&mut self, subject: Subject, target: &Target, key: &Key) {
        let Request { seed, runs, epoch, .. } = self.order.request;
        let all = self.cache.runs(key);
        let runs_done = all.len().min(runs as usize);
        let sent = self.shown.iter().rev().find(|(own, _)| *own == subject);
        if runs_done as u32 <= sent.map_or(target.shown, |(_, runs)| *runs) {
            return;
        }
        self.shown.push((subject, runs_done as u32));
        let study = Study::of(&target.fleet, seed, all[..runs_done].to_vec());
        let outcome = Arc::new(Outcome::of(target.name.clone(), Arc::clone(&target.fleet), study, runs));
        // Where nobody listens any more the order to quit is under way.
        let _ = self.events.send(Event::Outcome { job: self.order.job, epoch, subject, outcome });
        (self.wake)();
    }
}

/// Refuses what would not fit into memory with all runs together; the simulation itself sees a part only.
fn admit(fleet: &Fleet, runs: u32) -> Result<(), SimError> {
    let one = estimate(fleet).kept_bytes;
    let all = one * f64::from(runs);
    if all <= BYTE_BUDGET as f64 || runs == 1 {
        return Ok(());
    }
    let fits = Fits::Runs(((BYTE_BUDGET as f64 / one) as u64).max(1));
    Err(SimError::TooLarge { needs: Needs::Bytes(all as u64), fits })
}
