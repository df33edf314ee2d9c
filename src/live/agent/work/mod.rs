//! What an agent does beside being connected: what is wished of it, what the platform asks of its things, and what it
//! keeps while it is away.

mod keep;

pub(super) use keep::Keeper;
pub use keep::News;

use super::session::{Awaited, Session};
use super::{Ending, Named, Push, SHUTDOWN, Thing, Told, Voice, Wish};
use crate::fleet::Flush;
use crate::live::clock::length;
use crate::live::store::{Entry, Put, update};
use crate::wire::session::{Action, Notice, SendError};
use crate::wire::{Field, InfoTable, Method, Part, Request, Response, Value};
use keep::is_busy;
use std::convert::Infallible;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Wishes that are taken together, and reach the disk together.
const AT_ONCE: usize = 64;

/// Wishes, things and a store.
pub(super) struct Work {
    pub(super) wishes: mpsc::Receiver<Box<Wish>>,
    thing: Thing,
    pub(super) keeper: Option<Keeper>,
    /// Entries on their way to the disk.
    writing: Option<JoinHandle<Put>>,
    pub(super) voice: Voice,
}

/// Returns one row of named values; nothing where there are none.
fn table(named: Vec<Named>) -> Option<InfoTable> {
    let fields: Vec<Field> =
        named.iter().map(|(name, value)| Field::new(name.as_str(), value.base_type())).collect();
    let rows = vec![named.into_iter().map(|(_, value)| value).collect()];
    (!fields.is_empty()).then_some(InfoTable { fields, rows })
}

impl Awaited {
    /// Returns what is told of an answer; of none where it did not come.
    fn told(self, response: Option<&Response>) -> Told {
        match self {
            Self::Push(count, _) | Self::Kept(count, _) => {
                Told::Pushed { count, taken: response.is_some_and(|response| response.status.is_success()) }
            }
            Self::Call(what) => {
                let status = response.map(|response| response.status);
                let rows = response.and_then(|response| response.content.table());
                Told::Answered { what, status, rows: rows.map_or(0, |table| table.rows.len()) }
            }
        }
    }
}

impl Work {
    pub(super) fn new(
        wishes: mpsc::Receiver<Box<Wish>>,
        thing: Thing,
        keeper: Option<Keeper>,
        voice: Voice,
    ) -> Self {
        Self { wishes, thing, keeper, writing: None, voice }
    }

    /// Returns whether a restart was asked for, and forgets it.
    pub(super) fn takes_restart(&mut self) -> bool {
        self.thing.takes_restart()
    }

    /// Keeps what is wished while the agent is away. Ends only by being dropped, at any moment: what it has taken by
    /// then goes on its way to the disk. Without a store it takes nothing, and wishes wait.
    pub(super) async fn keeps(&mut self) -> Infallible {
        loop {
            self.settles().await;
            if self.keeper.is_none() {
                return std::future::pending().await;
            }
            let mut wishes = Vec::new();
            if self.wishes.recv_many(&mut wishes, AT_ONCE).await == 0 {
                return std::future::pending().await;
            }
            self.takes(wishes);
        }
    }

    /// Takes wishes of which none can be fulfilled now.
    fn takes(&mut self, wishes: impl IntoIterator<Item = Box<Wish>>) {
        let mut entries = Vec::new();
        for wish in wishes {
            for (request, awaited) in self.requests(*wish) {
                match awaited {
                    Awaited::Push(_, again) if !again.is_empty() => entries.extend(again),
                    Awaited::Push(..) => {
                        let what = format!("{} of {}", request.name, request.entity);
                        let why = "The agent is away and its store keeps pushed values only; ask for it again when it is back.";
                        self.voice.tell(Told::NotSent { what, why: why.to_owned() });
                        self.voice.tell(awaited.told(None));
                    }
                    Awaited::Call(_) | Awaited::Kept(..) => self.voice.tell(awaited.told(None)),
                }
            }
        }
        self.begins_to_put(entries);
    }

    /// Returns the messages of a wish.
    fn requests(&mut self, wish: Wish) -> Vec<(Request, Awaited)> {
        let flush = self.keeper.as_ref().map(|keeper| keeper.flush);
        let whole = |request: &Request, count| vec![Entry::Message { request: request.clone(), count }];
        // Subscribed properties are values; only the store of messages keeps anything else.
        let alone = |request: Request| {
            let again = if flush == Some(Flush::BeforeBind) { whole(&request, 1) } else { Vec::new() };
            vec![(request, Awaited::Push(1, again))]
        };
        match wish {
            Wish::Push(pushes) => {
                let things = self.thing.push(pushes).into_iter();
                let message = |(thing, pushes): (String, Vec<_>)| {
                    let request = update(thing, &pushes);
                    let count = pushes.len();
                    let again = match flush {
                        Some(Flush::BeforeBind) => whole(&request, count),
                        Some(Flush::AfterBind) => pushes.into_iter().map(Entry::Value).collect(),
                        None => Vec::new(),
                    };
                    (request, Awaited::Push(count, again))
                };
                things.map(message).collect()
            }
            Wish::Write(push) => {
                self.thing.push(vec![push.clone()]);
                let Push { thing, property, value, .. } = push;
                let table = InfoTable::single(property.as_str(), value);
                alone(Request::new(Method::Put, thing, Part::Property, property, Some(table)))
            }
            Wish::Fire { thing, event, fields } => {
                alone(Request::new(Method::Post, thing, Part::Event, event, table(fields)))
            }
            Wish::Call { thing, service, parameters } => {
                let what = format!("service {service} of {thing}");
                vec![(Request::service(thing, service, table(parameters)), Awaited::Call(what))]
            }
            Wish::Cut => Vec::new(),
        }
    }

    fn begins_to_put(&mut self, entries: Vec<Entry>) {
        if let (false, Some(keeper)) = (entries.is_empty(), &self.keeper) {
            self.writing = Some(keeper.put(entries));
        }
    }

    /// Waits until what is on its way to the disk is there, and tells it.
    pub(super) async fn settles(&mut self) {
        let Some(writing) = &mut self.writing else { return };
        let put = writing.await.unwrap_or_default();
        self.writing = None;
        for why in &put.refused {
            let what = "a value".to_owned();
            self.voice.tell(Told::NotSent { what, why: why.clone() });
        }
        self.voice.tell(Told::Store(News::Put(put)));
    }

    async fn puts(&mut self, entries: Vec<Entry>) {
        self.settles().await;
        self.begins_to_put(entries);
        self.settles().await;
    }

    /// Does what somebody wishes while the agent is connected.
    pub(super) async fn does(&mut self, wish: Wish, session: &mut Session) -> Result<Vec<Notice>, Ending> {
        let now = self.voice.clock.now();
        let (mut actions, mut again) = (Vec::new(), Vec::new());
        for (request, awaited) in self.requests(wish) {
            let what = format!("{} of {}", request.name, request.entity);
            match (session.client.request(now, request, &mut actions), awaited) {
                (Ok(id), awaited) => {
                    session.asked.insert(id, awaited);
                }
                (Err(SendError::Full(_) | SendError::NotNow(_)), Awaited::Push(_, entries))
                    if !entries.is_empty() =>
                {
                    again.extend(entries);
                }
                (Err(error), awaited) => {
                    self.voice.tell(Told::NotSent { what, why: error.to_string() });
                    self.voice.tell(awaited.told(None));
                }
            }
        }
        let sent = session.does(actions).await;
        self.puts(again).await;
        let mut notices = sent?;
        // What was not answered before is sent once more with the next values, as the C SDK does.
        notices.extend(self.flushes(session).await?);
        Ok(notices)
    }

    /// Looks at what the session tells, and at what comes of that.
    pub(super) async fn looks(
        &mut self,
        mut notices: Vec<Notice>,
        session: &mut Session,
    ) -> Result<(), Ending> {
        let mut no_pong = false;
        while !notices.is_empty() {
            let mut actions = Vec::new();
            for notice in std::mem::take(&mut notices) {
                no_pong |= notice == Notice::NoPong;
                self.sees(notice, session, &mut actions).await;
            }
            notices = session.does(actions).await?;
            if session.more {
                notices.extend(self.flushes(session).await?);
            }
        }
        if self.thing.restarts() {
            return Err(Ending::Restart);
        }
        if session.closed {
            return Err(if no_pong {
                Ending::NoPong
            } else {
                Ending::Garbage("not an AlwaysOn message".into())
            });
        }
        Ok(())
    }

    /// Takes one thing that the session tells.
    async fn sees(&mut self, notice: Notice, session: &mut Session, actions: &mut Vec<Action>) {
        match notice {
            Notice::Request { ids, request } => {
                let response = self.thing.answers(&request).await;
                let success = response.status.is_success();
                let what = format!("{} {} of {}", request.part.word(), request.name, request.entity);
                // What has no form on the wire cannot be answered; the platform's time-out tells it.
                let sent = session.client.answer(ids, response, actions).is_ok();
                self.voice.tell(Told::Asked { what, success: success && sent });
                if success && request.name == "NotifyPropertyUpdate" {
                    let options = InfoTable::single("options", Value::json(r#"{"hasDeadband":true}"#));
                    let ask = Request::service(request.entity, "GetPropertySubscriptions", Some(options));
                    // Without an answer all values are pushed as before.
                    let _ = session.client.request(self.voice.clock.now(), ask, actions);
                }
            }
            Notice::Answer { request, response } => {
                if let Some(awaited) = session.asked.remove(&request) {
                    self.answered(awaited, Some(&response)).await;
                }
            }
            Notice::TimedOut { request } => {
                if let Some(awaited) = session.asked.remove(&request) {
                    self.answered(awaited, None).await;
                }
            }
            _ => {}
        }
    }

    /// Takes an answer; none where it did not come.
    async fn answered(&mut self, awaited: Awaited, response: Option<&Response>) {
        let answer = response.filter(|response| !is_busy(response));
        match (awaited, answer) {
            (Awaited::Kept(count, numbers), Some(answer)) => {
                let Some(keeper) = &self.keeper else { return };
                let (waiting, trouble) = keeper.answered(numbers).await;
                let taken = answer.status.is_success();
                self.voice.tell(Told::Store(News::Answered { count, taken, waiting, trouble }));
            }
            (Awaited::Kept(count, _), None) => self.voice.tell(Told::Store(News::Unanswered { count })),
            (Awaited::Push(_, again), None) if !again.is_empty() => self.puts(again).await,
            (awaited, _) => self.voice.tell(awaited.told(response)),
        }
    }

    /// Takes back what a session has sent and the platform has not answered.
    pub(super) async fn takes_back(&mut self, session: &mut Session) {
        let mut entries = Vec::new();
        for awaited in std::mem::take(&mut session.asked).into_values() {
            match awaited {
                // They are in the store still.
                Awaited::Kept(..) => {}
                Awaited::Push(_, again) if !again.is_empty() => entries.extend(again),
                Awaited::Push(..) | Awaited::Call(_) => self.voice.tell(awaited.told(None)),
            }
        }
        self.puts(entries).await;
    }

    /// Brings what was wished last to the disk and tells what is left, within [`SHUTDOWN`] as far as the disk answers.
    pub(super) async fn leaves(mut self) {
        let Some(keeper) = self.keeper.clone() else { return };
        let leaves = async {
            self.settles().await;
            let mut wishes = Vec::new();
            while let Ok(wish) = self.wishes.try_recv() {
                wishes.push(wish);
            }
            self.takes(wishes);
            self.settles().await;
            keeper.left().await
        };
        let left = timeout(length(SHUTDOWN), leaves).await;
        match left {
            Ok(left) if left.stored + left.lost > 0 => self.voice.tell(Told::Store(News::Left(left))),
            Ok(_) => {}
            Err(_) => {
                let why = "The disk does not answer; what was reported as stored is there, and the last values may be missing.";
                self.voice.tell(Told::NotSent { what: "the last values".into(), why: why.to_owned() });
            }
        }
    }
}
