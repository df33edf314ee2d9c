//! One kind of search: what is under way, what was found last, and what it was found for.

use crate::desk::devices::Task;
use crate::desk::env::Wake;
use crate::fleet::Fleet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a search is for. Equal keys give equal results.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key<W> {
    /// Project and scenario.
    pub(super) scene: (u64, Option<String>),
    pub(super) fleet: Arc<Fleet>,
    pub(super) wanted: W,
}

/// Shared with the thread of a search: how far it is, and whether to stop.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub(super) stop: AtomicBool,
    done: AtomicUsize,
    of: AtomicUsize,
}

impl Watch {
    /// Takes note of how far it is.
    pub(super) fn progress(&self, done: usize, of: usize) {
        self.done.fetch_max(done, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
    }
}

/// Why a search ended without a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It was stopped.
    Stopped,
    /// There is none; the sentence says why and what to do.
    Sentence(String),
}

/// How a search stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nothing was looked for with these inputs.
    Open,
    /// It is under way.
    Running {
        /// Parts that are done.
        done: usize,
        /// All parts; 0 until they are known.
        of: usize,
    },
    /// It was cancelled.
    Cancelled,
    /// It was refused or failed; the sentence says why and what to do.
    Failed(&'a str),
    /// What was found belongs to the inputs as they are.
    Found,
}

/// What was looked for, as a panel sees it.
#[derive(Debug)]
pub struct Sought<'a, T> {
    /// What was found last.
    pub found: Option<&'a T>,
    /// Whether that belongs to the inputs as they are; otherwise it is from before.
    pub current: bool,
    /// How the search stands.
    pub standing: Standing<'a>,
}

impl<T> Clone for Sought<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Sought<'_, T> {}

impl<T> Sought<'_, T> {
    /// Returns what runs have made of an estimate: `exact` where it is there, and until then the estimate, with how
    /// the runs stand.
    pub(super) fn refined(self, exact: Self) -> Self {
        match exact.standing {
            _ if exact.current => exact,
            Standing::Open => self,
            standing if self.current && self.standing == Standing::Found => Self { standing, ..self },
            _ => self,
        }
    }
}

/// What a thread brings.
type Brought<W, T> = (Key<W>, Result<T, Failure>);

/// One kind of search.
pub(super) struct Slot<W, T> {
    task: Task<Brought<W, T>>,
    watch: Arc<Watch>,
    /// What is, or was last, looked for.
    asked: Option<Key<W>>,
    found: Option<(Key<W>, T)>,
    failure: Option<Failure>,
    current: bool,
}

impl<W, T> Default for Slot<W, T>
where
    W: Send + 'static,
    T: Send + 'static,
{
    fn default() -> Self {
        Self {
            task: Task::default(),
            watch: Arc::default(),
            asked: None,
            found: None,
            failure: None,
            current: false,
        }
    }
}

impl<W, T> Slot<W, T>
where
    W: Clone + PartialEq + Send + 'static,
    T: Send + 'static,
{
    /// Returns whether a search is under way.
    pub(super) fn busy(&self) -> bool {
        self.task.busy()
    }

    /// Returns what was found last.
    pub(super) fn found(&self) -> Option<&T> {
        self.found.as_ref().map(|(_, found)| found)
    }

    /// Returns whether that belongs to the inputs as they are.
    pub(super) fn current(&self) -> bool {
        self.current
    }

    /// Returns whether exactly this is, or was last, looked for.
    pub(super) fn was_asked(&self, key: &Key<W>) -> bool {
        self.asked.as_ref() == Some(key)
    }

    /// Forgets what is under way without a word.
    pub(super) fn leave(&mut self) {
        self.task.forget();
        self.asked = None;
    }

    /// Returns what a panel reads.
    pub(super) fn view(&self) -> Sought<'_, T> {
        let standing = match &self.failure {
            _ if self.busy() => Standing::Running {
                done: self.watch.done.load(Ordering::Relaxed),
                of: self.watch.of.load(Ordering::Relaxed),
            },
            Some(Failure::Stopped) => Standing::Cancelled,
            Some(Failure::Sentence(sentence)) => Standing::Failed(sentence),
            None if self.current => Standing::Found,
            None => Standing::Open,
        };
        Sought { found: self.found.as_ref().map(|(_, found)| found), current: self.current, standing }
    }

    /// Begins a search; one that is under way is stopped and gives no result any more.
    pub(super) fn order(
        &mut self,
        key: Key<W>,
        wake: &Wake,
        search: impl FnOnce(&Watch) -> Result<T, Failure> + Send + 'static,
    ) {
        self.stop();
        let watch = Arc::new(Watch::default());
        self.watch = Arc::clone(&watch);
        self.asked = Some(key.clone());
        self.failure = None;
        self.task.order(wake, false, move || {
            let brought = search(&watch);
            (key, brought)
        });
    }

    fn stop(&self) {
        self.watch.stop.store(true, Ordering::Release);
    }

    /// Stops what is under way.
    pub(super) fn cancel(&mut self) {
        if self.busy() {
            self.stop();
            self.task.forget();
            self.failure = Some(Failure::Stopped);
        }
    }

    /// Keeps in step with the inputs as they are, `None` where nothing can be looked for. Returns whether what is
    /// under way has to begin again.
    pub(super) fn follow(&mut self, scene: &(u64, Option<String>), now: Option<&Key<W>>) -> bool {
        if self.found.as_ref().is_some_and(|(key, _)| key.scene != *scene) {
            self.found = None;
        }
        let same = self.asked.is_some() && self.asked.as_ref() == now;
        self.current = self.found.as_ref().is_some_and(|(key, _)| Some(key) == now);
        if same {
            return false;
        }
        self.failure = None;
        if !self.busy() {
            return false;
        }
        self.stop();
        let again = now.is_some() && self.asked.as_ref().is_some_and(|key| key.scene == *scene);
        if !again {
            self.task.forget();
        }
        again
    }

    /// Takes in what has arrived.
    pub(super) fn take(&mut self, wake: &Wake) {
        let busy = self.busy();
        let brought = self.task.take(wake);
        self.arrived(busy, brought);
    }

    /// Waits for what is under way.
    pub(super) fn wait(&mut self, wake: &Wake) {
        let busy = self.busy();
        let brought = self.task.wait(wake);
        self.arrived(busy, brought);
    }

    fn arrived(&mut self, was_busy: bool, brought: Option<Brought<W, T>>) {
        match brought {
            Some((key, Ok(found))) => {
                self.current = self.asked.as_ref() == Some(&key);
                self.found = Some((key, found));
            }
            Some((_, Err(failure))) => self.failure = Some(failure),
            None if was_busy && !self.busy() => {
                let text = "The search ended unexpectedly. Try it again.";
                self.failure = Some(Failure::Sentence(text.to_owned()));
            }
            None => {}
        }
    }
}
