//! The simulation in the background: one thread, one order at a time, the newest one wins.
//!
//! An order names what to simulate: the active scenario, the pinned one and those laid over them. Five runs
//! of each come first and give a preview, then all are refined to the number of runs asked for; every step is
//! a whole [`Outcome`]. A newer order stops what is under way, except that a preview may finish where it
//! does so within 250 ms: so curves move with a drag, and what is shown is never older than
//! one preview. Results of another project or scenario are dropped. A scenario beside the active one
//! that cannot be simulated is said once and left out. A panic ends the order and is said, it neither hangs nor takes
//! the program down.

mod cache;
#[cfg(test)]
mod tests;
mod worker;

pub(super) use worker::{Replicate, Target};

use super::env::Wake;
use crate::base::Severity;
use crate::fleet::Fleet;
use crate::plan::Outcome;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;
use worker::{End, Event, Order, Shared};

/// How long a preview may go on for inputs that have changed since.
const PATIENCE: Duration = Duration::from_millis(250);
/// Events that can wait; outcomes are few, so this is never full while somebody takes them.
const WAITING: usize = 64;
/// Events taken in at one go.
const BUDGET: usize = 32;
/// Scenarios that cannot be simulated, of which that is remembered.
const REMEMBERED: usize = 16;

/// How the simulation of the active scenario stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// An error in the project makes a simulation impossible; the findings say which.
    Impossible,
    /// It is running.
    Running,
    /// All runs are there.
    Finished,
    /// It was cancelled; the runs up to then stay.
    Cancelled,
    /// It was refused or failed; the sentence says why and what to do.
    Failed(String),
}

/// Whose runs are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The active scenario.
    Active,
    /// The pinned baseline.
    Baseline,
    /// A scenario laid over both, by its place in the order.
    Overlay(usize),
}

/// How far a running simulation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Number of the job.
    pub job: u64,
    /// Whose runs are counted.
    pub subject: Subject,
    /// Runs that are done.
    pub done: u32,
    /// Runs that were asked for.
    pub of: u32,
}

/// What is to be simulated.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Changes with the project and the active scenario; results of another one are dropped.
    pub(super) epoch: u64,
    /// The active scenario; `None` where an error makes a simulation impossible.
    pub(super) active: Option<Target>,
    /// The pinned one; `None` where there is none or its result is complete.
    pub(super) baseline: Option<Target>,
    /// Those laid over both whose results are not complete.
    pub(super) overlays: Vec<Target>,
    /// Seed of the draws.
    pub(super) seed: u64,
    /// Runs, at least 1.
    pub(super) runs: u32,
    /// Whether runs of the active scenario that are there already are thrown away.
    pub(super) afresh: bool,
}

/// A result that has arrived.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) subject: Subject,
    pub(super) outcome: Arc<Outcome>,
    /// Whether it belongs to the newest request.
    pub(super) current: bool,
}

/// The desk's end of the simulation.
pub(super) struct Simulation {
    shared: Arc<Shared>,
    events: Receiver<Event>,
    alive: bool,
    replicate: Replicate,
    wake: Wake,
    threads: usize,
    newest: u64,
    epoch: u64,
    /// Since when a request waits for a preview to finish.
    waiting_since: Option<Duration>,
    status: Status,
    /// What failed and was not said yet.
    news: VecDeque<(Severity, String)>,
    /// What cannot be simulated beside the active scenario, and why, once it was said; every order meets it again.
    left_out: Vec<(Arc<Fleet>, String)>,
}

impl Simulation {
    /// Returns a simulation that runs nothing yet.
    pub(super) fn new(wake: Wake, threads: usize, replicate: Replicate) -> Self {
        let (_, events) = sync_channel(WAITING);
        let shared = Arc::new(Shared::default());
        Self {
            shared,
            events,
            alive: false,
            replicate,
            wake,
            threads: threads.max(1),
            newest: 0,
            epoch: 0,
            waiting_since: None,
            status: Status::Impossible,
            news: VecDeque::new(),
            left_out: Vec::new(),
        }
    }

    /// Returns how the simulation of the active scenario stands.
    pub(super) fn status(&self) -> &Status {
        &self.status
    }

    /// Returns how far the running simulation is.
    pub(super) fn progress(&self) -> Option<Progress> {
        if self.status == Status::Cancelled { None } else { self.shared.progress() }
    }

    /// Simulates this from now on instead of anything before.
    pub(super) fn request(&mut self, request: Request, now: Duration) {
        self.newest += 1;
        let moved_on = self.epoch != request.epoch;
        self.epoch = request.epoch;
        self.status = if request.active.is_some() { Status::Running } else { Status::Impossible };
        if request.active.is_none() && request.baseline.is_none() && request.overlays.is_empty() {
            self.shared.withdraw();
            return;
        }
        if let Err(sentence) = self.start() {
            self.fail(sentence);
            return;
        }
        if self.shared.order(Order { job: self.newest, threads: self.threads, request }, moved_on) {
            self.waiting_since.get_or_insert(now);
        } else {
            self.waiting_since = None;
        }
    }

    /// Stops; the runs that are there still arrive.
    pub(super) fn cancel(&mut self) {
        self.shared.withdraw();
        if self.status == Status::Running {
            self.status = Status::Cancelled;
        }
    }

    /// Starts the thread where it is not running.
    fn start(&mut self) -> Result<(), String> {
        if self.alive {
            return Ok(());
        }
        let (sender, events) = sync_channel(WAITING);
        let shared = Arc::new(Shared::default());
        let (theirs, wake, replicate) =
            (Arc::clone(&shared), Arc::clone(&self.wake), Arc::clone(&self.replicate));
        std::thread::Builder::new()
            .name("simulate".to_owned())
            .spawn(move || worker::run(&theirs, &sender, &wake, &replicate))
            .map_err(|error| {
                format!("The simulation did not start: the system gives no thread ({error}). Close other programs and run again.")
            })?;
        (self.shared, self.events, self.alive) = (shared, events, true);
        Ok(())
    }

    /// Takes in what has arrived; the second value says when to look again although nothing wakes.
    pub(super) fn tick(&mut self, now: Duration) -> (Vec<Arrival>, Option<Duration>) {
        let mut arrivals = Vec::new();
        for _ in 0..BUDGET {
            let Ok(event) = self.events.try_recv() else { break };
            arrivals.extend(self.take(event));
        }
        let again = self.waiting_since.and_then(|since| {
            if !self.shared.waiting() {
                self.waiting_since = None;
                return None;
            }
            let left = PATIENCE.checked_sub(now.saturating_sub(since)).filter(|left| !left.is_zero());
            if left.is_none() {
                self.shared.interrupt();
            }
            left
        });
        (arrivals, again)
    }

    /// Waits until nothing is running and returns what arrived.
    pub(super) fn finish(&mut self) -> Vec<Arrival> {
        let mut arrivals = Vec::new();
        while self.alive {
            let idle = self.shared.idle();
            match self.events.recv_timeout(Duration::from_millis(if idle { 0 } else { 20 })) {
                Ok(event) => arrivals.extend(self.take(event)),
                Err(RecvTimeoutError::Timeout) if idle => break,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.alive = false;
                    self.fail("The simulation ended unexpectedly. Run it again.".to_owned());
                }
            }
        }
        arrivals
    }

    fn fail(&mut self, sentence: String) {
        self.news.push_back((Severity::Error, sentence.clone()));
        self.status = Status::Failed(sentence);
    }

    /// Says that a scenario cannot be simulated, unless the same was said of it already.
    fn leave_out(&mut self, subject: Subject, target: Target, reason: String) {
        let said = |own: &(Arc<Fleet>, String)| Arc::ptr_eq(&own.0, &target.fleet) && own.1 == reason;
        if self.left_out.iter().any(said) {
            return;
        }
        let which = match subject {
            Subject::Overlay(_) => format!("The scenario {}", target.name),
            Subject::Active | Subject::Baseline => "The baseline".to_owned(),
        };
        self.news.push_back((Severity::Warning, format!("{which} cannot be simulated: {reason}")));
        self.left_out.push((target.fleet, reason));
        let old = self.left_out.len().saturating_sub(REMEMBERED);
        self.left_out.drain(..old);
    }

    /// Returns the oldest failure that was not said yet, with its weight.
    pub(super) fn news(&mut self) -> Option<(Severity, String)> {
        self.news.pop_front()
    }

    /// Takes one event in; returns a result that may be shown.
    fn take(&mut self, event: Event) -> Option<Arrival> {
        match event {
            Event::Outcome { job, epoch, subject, outcome } => {
                let shown = subject != Subject::Active || epoch == self.epoch;
                shown.then_some(Arrival { subject, outcome, current: job == self.newest })
            }
            Event::LeftOut { job, subject, target, reason } => {
                // A newer order says it itself where it still holds.
                if job == self.newest {
                    self.leave_out(subject, target, reason);
                }
                None
            }
            Event::Ended { job, end } => {
                if job == self.newest && self.status == Status::Running {
                    match end {
                        End::Finished => self.status = Status::Finished,
                        End::Cancelled => self.status = Status::Cancelled,
                        End::Failed(sentence) => self.fail(sentence),
                    }
                }
                None
            }
        }
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        // The thread ends by itself soon; nobody waits for it.
        self.shared.quit();
    }
}
