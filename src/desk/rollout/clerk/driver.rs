//! The driver of a roll-out on a thread of its own.

use crate::desk::rollout::place::Place;
use crate::desk::rollout::reach::{self, Keys};
use crate::push::journal::Journal;
use crate::push::machine::Order;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

/// How driving ended.
type Ended = Result<(), String>;

/// A driver that is under way.
pub(super) struct Driver {
    ended: Receiver<Ended>,
}

impl Driver {
    /// Starts driving, with an order where there is one; it ends when the roll-out is over or `leave` is set.
    ///
    /// # Errors
    /// A sentence where the system gives no thread.
    pub(super) fn start(
        place: &Place,
        order: Option<Order>,
        (who, keys): (String, Keys),
        leave: &Arc<AtomicBool>,
    ) -> Result<Self, String> {
        let (path, leave) = (place.journal(), Arc::clone(leave));
        let (sender, ended) = sync_channel(1);
        let drive = move || {
            let journal = Journal::open(&path).map_err(|error| error.to_string());
            let result = journal.and_then(|journal| {
                let driven = reach::drive(journal, &who, order, &keys, &leave);
                driven.map(drop).map_err(|error| error.to_string())
            });
            // Nobody waits any more where the clerk has ended.
            let _ = sender.send(result);
        };
        std::thread::Builder::new().name("roll-out driver".to_owned()).spawn(drive).map_err(|error| {
            format!("The system gives no thread ({error}), so nothing was begun. Close other programs and try again.")
        })?;
        Ok(Self { ended })
    }

    /// Returns how it ended, where it did.
    pub(super) fn result(&self) -> Option<Ended> {
        match self.ended.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(
                "The driver of the roll-out ended unexpectedly. Nothing is lost: its journal shows where it stands, and Resume goes on."
                    .to_owned(),
            )),
        }
    }

    /// Waits until it has ended.
    pub(super) fn wait(self) {
        // Its result was written into the journal.
        let _ = self.ended.recv();
    }
}
