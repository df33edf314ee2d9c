//! The store of an agent, shared by what it does while it is away and while it signs in.

use super::Work;
use crate::base::Micros;
use crate::fleet::Flush;
use crate::live::agent::session::{Awaited, Session};
use crate::live::agent::{Ending, Life, Told};
use crate::live::store::{Batch, Entry, Left, Put, Store};
use crate::wire::session::{Notice, SendError};
use crate::wire::{Response, Status};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinHandle;

/// What becomes of the values in a store. Counts are of values and events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// They were put into it.
    Put(Put),
    /// They are sent.
    Sends {
        /// How many.
        count: usize,
        /// Whether before BIND.
        before_bind: bool,
    },
    /// The platform has answered, and they are removed.
    Answered {
        /// How many.
        count: usize,
        /// Whether it took them; what it refuses once it would always refuse.
        taken: bool,
        /// How many still wait.
        waiting: usize,
        /// What is wrong with the disk: they are sent again after a restart.
        trouble: Option<String>,
    },
    /// The platform did not answer in time or is too busy, so they stay.
    Unanswered {
        /// How many.
        count: usize,
    },
    /// The agent ends and leaves these.
    Left(Left),
}

/// A store that tasks share. What waits for a disk waits on a thread of its own.
#[derive(Clone, Debug)]
pub(in crate::live::agent) struct Keeper {
    store: Arc<Mutex<Store>>,
    pub(in crate::live::agent) flush: Flush,
}

impl Keeper {
    pub(in crate::live::agent) fn new(store: Store) -> Self {
        Self { flush: store.rules().flush, store: Arc::new(Mutex::new(store)) }
    }

    /// Begins to put entries into the store; that goes on whoever waits for it.
    pub(in crate::live::agent) fn put(&self, entries: Vec<Entry>) -> JoinHandle<Put> {
        self.works(move |store| store.put(entries))
    }

    /// Returns the messages that send what waits, except these.
    async fn batches(&self, but: BTreeSet<u64>) -> Vec<Batch> {
        self.works(move |store| store.batches(&but)).await.unwrap_or_default()
    }

    /// Removes what was answered; returns how many wait, and what is wrong with the disk.
    pub(in crate::live::agent) async fn answered(&self, numbers: Vec<u64>) -> (usize, Option<String>) {
        let work = move |store: &mut Store| {
            let trouble = store.answered(&numbers).err().map(|error| error.to_string());
            (store.waiting(), trouble)
        };
        self.works(work).await.unwrap_or_default()
    }

    /// Returns how many values wait.
    pub(in crate::live::agent) async fn waiting(&self) -> usize {
        self.works(|store| store.waiting()).await.unwrap_or_default()
    }

    /// Returns what is left.
    pub(in crate::live::agent) async fn left(&self) -> Left {
        self.works(Store::left).await.unwrap_or_default()
    }

    fn works<T: Send + 'static>(&self, work: impl FnOnce(&mut Store) -> T + Send + 'static) -> JoinHandle<T> {
        let store = Arc::clone(&self.store);
        // A store whose task has panicked is as sound as its file.
        tokio::task::spawn_blocking(move || work(&mut store.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Life {
    /// Returns whether what the store holds goes out before BIND.
    pub(in crate::live::agent) fn bursts_first(&self) -> bool {
        self.keeper.as_ref().is_some_and(|keeper| keeper.flush == Flush::BeforeBind)
    }

    /// Sends everything in the store, message after message, and then BIND. Answers are looked at later; only where
    /// more messages wait for an answer than a session counts, some are waited for.
    pub(in crate::live::agent) async fn bursts_and_binds(&self, session: &mut Session) -> Result<(), Ending> {
        let Some(keeper) = &self.keeper else { return Ok(()) };
        let batches = keeper.batches(session.under_way()).await;
        let count = batches.iter().map(|batch| batch.count).sum();
        if count > 0 {
            self.tell(Told::Store(News::Sends { count, before_bind: true }));
        }
        for batch in batches {
            while sends(&batch, session, self.clock.now(), |told| self.tell(told)).await? == Sent::Full {
                self.hears_answers(session).await?;
            }
        }
        loop {
            let mut actions = Vec::new();
            match session.client.bind(self.clock.now(), &mut actions) {
                Ok(()) => {
                    session.does(actions).await?;
                    return Ok(());
                }
                Err(SendError::Full(_)) => self.hears_answers(session).await?,
                Err(_) => return Err(Ending::End),
            }
        }
    }

    /// Waits for what comes next and sets answers aside.
    async fn hears_answers(&self, session: &mut Session) -> Result<(), Ending> {
        let heard = session.hears(self.clock).await?;
        let notices = session.takes(heard, self.clock.now()).await?;
        let answers = |notice: &Notice| matches!(notice, Notice::Answer { .. } | Notice::TimedOut { .. });
        session.early.extend(notices.into_iter().filter(answers));
        if session.closed { Err(Ending::End) } else { Ok(()) }
    }

    /// Removes from the store what a session without a bind has brought to the platform all the same. What was not
    /// answered in time, and what the platform had no room for, is free to be sent again, on the same socket too.
    pub(in crate::live::agent) async fn removes_answered(&self, session: &mut Session) {
        let Some(keeper) = &self.keeper else { return };
        for notice in std::mem::take(&mut session.early) {
            let (request, response) = match notice {
                Notice::Answer { request, response } => (request, Some(response)),
                Notice::TimedOut { request } => (request, None),
                _ => continue,
            };
            let Some(Awaited::Kept(count, numbers)) = session.asked.remove(&request) else { continue };
            let Some(response) = response.filter(|response| !is_busy(response)) else {
                self.tell(Told::Store(News::Unanswered { count }));
                continue;
            };
            let (waiting, trouble) = keeper.answered(numbers).await;
            let taken = response.status.is_success();
            self.tell(Told::Store(News::Answered { count, taken, waiting, trouble }));
        }
    }
}

/// Returns whether an answer says that the platform cannot take anything at the moment.
pub(in crate::live::agent) fn is_busy(response: &Response) -> bool {
    [Status::SERVICE_UNAVAILABLE, Status::BAD_GATEWAY, Status::GATEWAY_TIMEOUT].contains(&response.status)
}

impl Work {
    /// Sends what waits in the store and is not on its way, as far as the session has room.
    pub(in crate::live::agent) async fn flushes(
        &mut self,
        session: &mut Session,
    ) -> Result<Vec<Notice>, Ending> {
        session.more = false;
        let Some(keeper) = self.keeper.clone() else { return Ok(Vec::new()) };
        self.settles().await;
        if keeper.waiting().await == 0 {
            return Ok(Vec::new());
        }
        let mut count = 0;
        for batch in keeper.batches(session.under_way()).await {
            match sends(&batch, session, self.voice.clock.now(), |told| self.voice.tell(told)).await? {
                Sent::Full => {
                    session.more = true;
                    break;
                }
                Sent::Yes => count += batch.count,
                Sent::Never => {}
            }
        }
        if count > 0 {
            self.voice.tell(Told::Store(News::Sends { count, before_bind: false }));
        }
        // What sending brought up is an answer already.
        Ok(std::mem::take(&mut session.early))
    }
}

/// Whether a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Yes,
    /// Not now, because too many wait for an answer.
    Full,
    Never,
}

/// Sends a message of the store.
async fn sends(
    batch: &Batch,
    session: &mut Session,
    now: Micros,
    tell: impl Fn(Told),
) -> Result<Sent, Ending> {
    let mut actions = Vec::new();
    match session.client.request(now, batch.request.clone(), &mut actions) {
        Ok(id) => {
            session.asked.insert(id, Awaited::Kept(batch.count, batch.numbers.clone()));
            let notices = session.does(actions).await?;
            session.early.extend(notices);
            Ok(Sent::Yes)
        }
        Err(SendError::Full(_)) => Ok(Sent::Full),
        Err(error) => {
            let what = format!("{} of {}", batch.request.name, batch.request.entity);
            tell(Told::NotSent { what, why: error.to_string() });
            Ok(Sent::Never)
        }
    }
}
