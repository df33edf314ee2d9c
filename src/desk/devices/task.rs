//! Work that would hold a frame up: on a thread of its own, the newest order wins.
//!
//! At most one order of a task is under way and one waits, so fast typing starts no crowd of threads. Small
//! orders are carried out at once. A panic in the work leaves no result; what was shown stays.

use crate::desk::env::Wake;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

/// What is to be done.
type Work<T> = Box<dyn FnOnce() -> T + Send>;

/// Work of one kind.
pub(in crate::desk) struct Task<T> {
    running: Option<Receiver<T>>,
    next: Option<Work<T>>,
    /// A result that is there already.
    done: Option<T>,
}

impl<T> Default for Task<T> {
    fn default() -> Self {
        Self { running: None, next: None, done: None }
    }
}

impl<T: Send + 'static> Task<T> {
    /// Orders work; `at_once` carries it out here. An older order gives no result any more.
    pub(in crate::desk) fn order(
        &mut self,
        wake: &Wake,
        at_once: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) {
        self.done = None;
        if at_once {
            self.forget();
            self.done = Some(work());
        } else if self.running.is_some() {
            self.next = Some(Box::new(work));
        } else {
            self.start(wake, Box::new(work));
        }
    }

    fn start(&mut self, wake: &Wake, work: Work<T>) {
        let (sender, receiver) = sync_channel(1);
        let (wake, slot) = (wake.clone(), std::sync::Arc::new(std::sync::Mutex::new(Some(work))));
        let theirs = std::sync::Arc::clone(&slot);
        let take = |slot: &std::sync::Mutex<Option<Work<T>>>| {
            slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
        };
        let started = std::thread::Builder::new().name("devices".to_owned()).spawn(move || {
            if let Some(work) = take(&theirs) {
                // Nobody waits any more where the order was forgotten.
                let _ = sender.send(work());
            }
            wake();
        });
        if started.is_ok() {
            self.running = Some(receiver);
        } else if let Some(work) = take(&slot) {
            // A system without a thread to spare takes the time here.
            self.done = Some(work());
        }
    }

    /// Forgets what was ordered.
    pub(in crate::desk) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Returns whether a result is awaited.
    pub(in crate::desk) fn busy(&self) -> bool {
        self.running.is_some() || self.done.is_some()
    }

    /// Returns the result of the newest order, once.
    pub(in crate::desk) fn take(&mut self, wake: &Wake) -> Option<T> {
        if let Some(running) = &self.running {
            match running.try_recv() {
                Ok(result) => self.arrived(Some(result), wake),
                Err(TryRecvError::Disconnected) => self.arrived(None, wake),
                Err(TryRecvError::Empty) => {}
            }
        }
        self.done.take()
    }

    /// Waits for the result of the newest order.
    pub(in crate::desk) fn wait(&mut self, wake: &Wake) -> Option<T> {
        while let Some(running) = &self.running {
            let result = running.recv().ok();
            self.arrived(result, wake);
        }
        self.done.take()
    }

    fn arrived(&mut self, result: Option<T>, wake: &Wake) {
        self.running = None;
        match self.next.take() {
            Some(work) => self.start(wake, work),
            None => self.done = result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_newest_order_wins() {
        let wake: Wake = Arc::new(|| ());
        let mut task = Task::default();
        let (go, gate) = sync_channel::<()>(1);
        task.order(&wake, false, move || gate.recv().map_or(0, |()| 1));
        task.order(&wake, false, || 2);
        task.order(&wake, false, || 3);
        assert!(task.take(&wake).is_none() && task.busy());
        go.send(()).unwrap();
        assert_eq!(task.wait(&wake), Some(3));
        assert!(!task.busy());
    }

    #[test]
    fn what_is_done_at_once_needs_no_thread_and_what_is_forgotten_gives_nothing() {
        let wake: Wake = Arc::new(|| ());
        let (sender, seen) = sync_channel(1);
        let mut task = Task::default();
        task.order(&wake, true, move || sender.send(std::thread::current().id()).is_ok());
        assert_eq!(task.take(&wake), Some(true));
        assert_eq!(seen.recv().unwrap(), std::thread::current().id());
        task.order(&wake, false, || true);
        task.forget();
        assert_eq!(task.wait(&wake), None);
    }
}
