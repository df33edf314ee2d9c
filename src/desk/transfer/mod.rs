//! Reading and writing of agents' files in the background: a comparison, an import or an export.
//!
//! One at a time, on a thread of its own, with a count of files and a way to stop: the worker asks before every
//! file whether to go on. What it brings is a change of the desk, made when the desk takes it in. What was read
//! for another project than the open one is dropped and said; what was written is said in any case.

mod report;
#[cfg(test)]
mod tests;

pub use report::ReportOptions;

use super::Desk;
use super::env::Wake;
use crate::base::Severity;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::Duration;

/// How often the face looks at the count while something is under way.
const REDRAW: Duration = Duration::from_millis(100);
/// How long the end of a session waits for a worker that was told to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is done with agents' files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The files that devices have are read, to compare with.
    Compare,
    /// The files that devices have are read, to make a project from them.
    Import,
    /// Files are written.
    Export,
    /// A report is made and written.
    Report,
    /// A roll-out is planned and simulated.
    Plan,
}

impl Work {
    /// Returns what it is called.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Compare => "Comparison",
            Self::Import => "Import",
            Self::Export => "Export",
            Self::Report => "Report",
            Self::Plan => "Planning of the roll-out",
        }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// What is done.
    pub work: Work,
    /// Files that are done, for a report runs.
    pub done: u64,
    /// All files, where their number is known.
    pub of: Option<u64>,
    /// Whether it was told to stop.
    pub stopping: bool,
}

/// What a worker brings: a change of the desk.
pub(super) type Then = Box<dyn FnOnce(&mut Desk) + Send>;
/// Called for every file; a test makes any source as slow as it likes with it.
pub(super) type Pace = Arc<dyn Fn(u64) + Send + Sync>;

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    done: AtomicU64,
    /// 0 where it is not known.
    of: AtomicU64,
}

/// The worker's end: counts, and says whether to go on.
pub(super) struct Reins {
    shared: Arc<Shared>,
    pace: Pace,
}

impl Reins {
    /// Takes note of the number of files that are done, of all where that is known; returns whether to go on.
    pub(super) fn going(&self, done: u64, of: Option<u64>) -> bool {
        self.shared.done.fetch_max(done, Ordering::Relaxed);
        if let Some(of) = of {
            self.shared.of.store(of, Ordering::Relaxed);
        }
        (self.pace)(done);
        !self.shared.stop.load(Ordering::Acquire)
    }

    /// Returns what is set when the worker has to stop.
    pub(super) fn stop_flag(&self) -> &AtomicBool {
        &self.shared.stop
    }
}

struct Running {
    work: Work,
    /// Number of the project that it began for.
    project: u64,
    shared: Arc<Shared>,
    result: Receiver<Then>,
}

/// The desk's end.
pub(super) struct Transfers {
    running: Option<Running>,
    pub(super) pace: Pace,
}

impl Default for Transfers {
    fn default() -> Self {
        Self { running: None, pace: Arc::new(|_| ()) }
    }
}

impl Transfers {
    /// Begins.
    ///
    /// # Errors
    /// A sentence where something is under way, or the system gives no thread.
    fn start(
        &mut self,
        (work, project): (Work, u64),
        wake: &Wake,
        job: impl FnOnce(&Reins) -> Then + Send + 'static,
    ) -> Result<(), String> {
        if let Some(running) = &self.running {
            return Err(format!(
                "{} is still under way, so nothing else was begun. Wait for it or cancel it.",
                running.work.noun()
            ));
        }
        let (sender, result) = sync_channel(1);
        let shared = Arc::new(Shared::default());
        let reins = Reins { shared: Arc::clone(&shared), pace: Arc::clone(&self.pace) };
        let wake = Arc::clone(wake);
        std::thread::Builder::new()
            .name("files".to_owned())
            .spawn(move || {
                let then = job(&reins);
                // Nobody waits any more where the session has ended.
                let _ = sender.send(then);
                wake();
            })
            .map_err(|error| {
                format!("Nothing was begun: the system gives no thread ({error}). Close other programs and try again.")
            })?;
        self.running = Some(Running { work, project, shared, result });
        Ok(())
    }

    /// Returns how far it is; `None` where nothing is under way.
    pub(super) fn state(&self) -> Option<Transfer> {
        let Running { work, shared, .. } = self.running.as_ref()?;
        let of = shared.of.load(Ordering::Relaxed);
        Some(Transfer {
            work: *work,
            done: shared.done.load(Ordering::Relaxed),
            of: (of > 0).then_some(of),
            stopping: shared.stop.load(Ordering::Acquire),
        })
    }

    /// Returns when to look again although nothing wakes.
    pub(super) fn again(&self) -> Option<Duration> {
        self.running.is_some().then_some(REDRAW)
    }

    /// Tells the worker to stop.
    pub(super) fn stop(&self) {
        if let Some(running) = &self.running {
            running.shared.stop.store(true, Ordering::Release);
        }
    }

    /// Stops, and waits a while until a file that is being written is whole or gone.
    pub(super) fn close(&mut self) {
        self.stop();
        if let Some(running) = self.running.take() {
            // What it brought is of no use any more.
            let _ = running.result.recv_timeout(PATIENCE);
        }
    }
}

impl Desk {
    /// Begins to read or write agents' files; `job` does that on a thread of its own.
    pub(super) fn begin(&mut self, work: Work, job: impl FnOnce(&Reins) -> Then + Send + 'static) {
        let begun = self.transfers.start((work, self.project.number), &self.wake, job);
        if let Err(sentence) = begun {
            self.say(Severity::Warning, sentence, None);
        }
    }

    /// Takes in what has arrived.
    pub(super) fn tick_transfer(&mut self) {
        let Some(running) = &self.transfers.running else { return };
        match running.result.try_recv() {
            Ok(then) => self.arrived(Some(then)),
            Err(TryRecvError::Disconnected) => self.arrived(None),
            Err(TryRecvError::Empty) => {}
        }
    }

    /// Waits until nothing is under way.
    pub(super) fn finish_transfer(&mut self) {
        while let Some(running) = &self.transfers.running {
            let then = running.result.recv().ok();
            self.arrived(then);
        }
    }

    fn arrived(&mut self, then: Option<Then>) {
        let Some(Running { work, project, shared, .. }) = self.transfers.running.take() else { return };
        let noun = work.noun();
        let stopped = shared.stop.load(Ordering::Acquire);
        match then {
            None => {
                let text = format!("{noun} ended unexpectedly. Try it again.");
                self.say(Severity::Error, text, None);
            }
            Some(then) if matches!(work, Work::Export | Work::Report | Work::Plan) => then(self),
            Some(_) if stopped => {
                self.say(Severity::Info, format!("{noun} cancelled; nothing was taken in."), None);
            }
            Some(_) if project != self.project.number => {
                let text = format!(
                    "{noun} dropped: another project was opened meanwhile. Begin it again where it is wanted."
                );
                self.say(Severity::Warning, text, None);
            }
            Some(then) => then(self),
        }
        self.refresh();
    }
}
