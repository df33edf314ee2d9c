//! A rehearsal that somebody watches: what has happened so far, and the wish that it ends.

use crate::base::Micros;
use crate::live::clock::Clock;
use crate::live::herd::{Books, Outcome};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// What has happened in a rehearsal so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// How long it has lasted, from the begin of the outage.
    pub at: Micros,
    /// What the agents did. Those that are neither back nor have given up are counted as abandoned until they are.
    pub agents: Outcome,
}

/// Watches one rehearsal from any thread. Clones watch the same one.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    stop: watch::Sender<bool>,
    running: Mutex<Option<(Clock, Arc<Books>)>>,
}

impl Watch {
    /// Ends the rehearsal soon; one that has not begun ends as soon as it begins.
    pub fn cancel(&self) {
        self.shared.stop.send_replace(true);
    }

    /// Returns whether it was told to end.
    pub fn is_cancelled(&self) -> bool {
        *self.shared.stop.borrow()
    }

    /// Returns what has happened so far; nothing before it begins.
    pub fn so_far(&self) -> Option<SoFar> {
        let running = self.shared.running.lock().unwrap_or_else(PoisonError::into_inner).clone();
        running.map(|(clock, books)| SoFar { at: clock.now(), agents: books.outcome() })
    }

    /// The herd has started.
    pub(super) fn begins(&self, clock: Clock, books: Arc<Books>) {
        *self.shared.running.lock().unwrap_or_else(PoisonError::into_inner) = Some((clock, books));
    }

    /// Resolves when it was told to end.
    pub(super) async fn cancelled(&self) {
        // The sender is held here, so the only way to end is the wish.
        let _ = self.shared.stop.subscribe().wait_for(|&stop| stop).await;
    }
}
