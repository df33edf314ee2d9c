//! What all connections of the test platform share: who is bound to what, how the platform feels, and the account.
//!
//! One lock, held for a few lookups and never while anything is awaited.

use super::fate::{Counters, Fate, note};
use super::line::{Door, Line, Ramp, Stop, Turn};
use super::rest::Repository;
use super::things::{Done, Things};
use super::{Keys, Reception, Settings};
use crate::base::Micros;
use crate::live::clock::wall_ms;
use crate::live::upgrade::DrawKey;
use crate::wire::{Auth, Bind, Request, Response, Status};
use std::collections::BTreeMap;
use tokio::sync::{mpsc, oneshot};

/// Calls that may wait for one connection.
pub(super) const CALLS: usize = 16;

/// A request of the platform to a device.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) request: Request,
    /// Where the answer goes; dropped where there is none.
    pub(super) answer: oneshot::Sender<Response>,
}

/// Everything that connections share.
#[derive(Debug)]
pub(super) struct Hall {
    pub(super) line: Line,
    pub(super) things: Things,
    pub(super) counters: Counters,
    pub(super) reception: Reception,
    /// How long after a ping a connection is read again.
    pub(super) pong_delay: Micros,
    keys: Keys,
    /// First in wins: how long after its last message a session keeps its things.
    protection: Option<Micros>,
    sessions: BTreeMap<u32, Session>,
    /// Sessions by thing.
    bound: BTreeMap<String, u32>,
    /// When a thing was bound last [ms since 1970, UTC]; two times of one thing differ.
    bound_ms: BTreeMap<String, i64>,
    /// Files of the platform's own repository.
    pub(super) files: Repository,
    next_session: u32,
}

/// An authenticated connection.
#[derive(Debug)]
struct Session {
    things: Vec<String>,
    last: Micros,
    calls: mpsc::Sender<Call>,
}

impl Hall {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            line: Line::new(&settings.capacity, settings.seed),
            things: Things::new(settings.things.clone()),
            counters: Counters::default(),
            reception: Reception::Served,
            pong_delay: Micros::ZERO,
            keys: settings.keys.clone(),
            protection: settings.capacity.sessions.bind_protection,
            sessions: BTreeMap::new(),
            bound: BTreeMap::new(),
            bound_ms: BTreeMap::new(),
            files: Repository::default(),
            next_session: 1,
        }
    }

    /// Counts a new connection; returns what to do with it.
    pub(super) fn comes(&mut self, at: Micros) -> Door {
        let held = u32::try_from(self.counters.held).unwrap_or(u32::MAX);
        let door = self.line.comes(at, held);
        self.counters.accepted += 1;
        self.counters.held += 1;
        note(&mut self.counters.accepted_at, at);
        if self.reception == Reception::Http503 { Door::Http503 } else { door }
    }

    /// Takes a request at a station.
    pub(super) fn asks(&mut self, stop: Stop, at: Micros, whose: Option<DrawKey>) -> Turn {
        self.line.asks(stop, at, whose)
    }

    /// Judges an AUTH; returns the new session, or why there is none.
    pub(super) fn auth(
        &mut self,
        auth: &Auth,
        at: Micros,
        calls: &mpsc::Sender<Call>,
    ) -> Result<u32, Response> {
        let valid = self.reception != Reception::AuthRejected && self.keys.accept(auth.key());
        if !valid {
            self.counters.auth_refused += 1;
            return Err(Response::refused(Status::UNAUTHORIZED, "The application key is not known here."));
        }
        let session = self.next_session;
        // 0xFFFFFFFF means that there is none yet.
        self.next_session = if session >= u32::MAX - 1 { 1 } else { session + 1 };
        self.sessions.insert(session, Session { things: Vec::new(), last: at, calls: calls.clone() });
        self.counters.authenticated += 1;
        Ok(session)
    }

    /// Binds things to a session: all of them or none.
    pub(super) fn bind(&mut self, session: u32, bind: &Bind, at: Micros) -> Response {
        let refusal = self.refuses(session, bind, at);
        if let Some(refusal) = refusal {
            self.counters.binds_refused += 1;
            return refusal;
        }
        let now_ms = wall_ms();
        for thing in &bind.things {
            let last = self.bound_ms.entry(thing.clone()).or_default();
            *last = now_ms.max(*last + 1);
            if let Some(earlier) = self.bound.insert(thing.clone(), session)
                && earlier != session
            {
                self.loses(earlier, thing);
            }
        }
        self.counters.binds += 1;
        if let Some(own) = self.sessions.get_mut(&session) {
            if own.things.is_empty() && !bind.things.is_empty() {
                self.counters.bound += 1;
                note(&mut self.counters.bound_at, at);
            }
            own.things.extend(bind.things.iter().cloned());
            own.things.sort_unstable();
            own.things.dedup();
        }
        Response::new(Status::SUCCESS)
    }

    /// Returns why things cannot be bound, if they cannot.
    fn refuses(&self, session: u32, bind: &Bind, at: Micros) -> Option<Response> {
        if self.reception == Reception::BindRejected {
            return Some(Response::refused(Status::FORBIDDEN, "Bind is refused, as was asked for."));
        }
        if let Some(unknown) = bind.things.iter().find(|thing| !self.things.has(thing)) {
            return Some(Response::refused(Status::NOT_FOUND, format!("There is no thing {unknown}.")));
        }
        let protection = self.protection?;
        let protected = |thing: &&String| {
            self.bound
                .get(*thing)
                .filter(|&&owner| owner != session)
                .and_then(|owner| self.sessions.get(owner))
                .is_some_and(|owner| at.since(owner.last) < protection)
        };
        let taken = bind.things.iter().find(protected)?;
        let reason =
            format!("{taken} is bound to another session that is still believed alive; the first one wins.");
        Some(Response::refused(Status::FORBIDDEN, reason))
    }

    /// Takes things from a session.
    pub(super) fn unbind(&mut self, session: u32, bind: &Bind) -> Response {
        for thing in &bind.things {
            if self.bound.get(thing) == Some(&session) {
                self.bound.remove(thing);
                self.loses(session, thing);
            }
        }
        Response::new(Status::SUCCESS)
    }

    /// A session is not bound to a thing any more.
    fn loses(&mut self, session: u32, thing: &str) {
        if let Some(own) = self.sessions.get_mut(&session) {
            let before = own.things.len();
            own.things.retain(|name| name != thing);
            if before > 0 && own.things.is_empty() {
                self.counters.bound -= 1;
            }
        }
    }

    /// A message or ping has come over a connection.
    pub(super) fn hears(&mut self, session: Option<u32>, at: Micros) {
        if let Some(own) = session.and_then(|session| self.sessions.get_mut(&session)) {
            own.last = at;
        }
    }

    /// Answers a request of a device.
    pub(super) fn answer(&mut self, request: &Request) -> Response {
        let (response, Done { values, events }) = self.things.answer(request);
        self.counters.values += values;
        self.counters.events += events;
        response
    }

    /// Forgets a session.
    pub(super) fn forgets(&mut self, session: u32) {
        let Some(own) = self.sessions.remove(&session) else { return };
        if !own.things.is_empty() {
            self.counters.bound -= 1;
        }
        for thing in own.things {
            if self.bound.get(&thing) == Some(&session) {
                self.bound.remove(&thing);
            }
        }
    }

    /// Counts the end of a connection.
    pub(super) fn ends(&mut self, session: Option<u32>, fate: Fate) {
        if let Some(session) = session {
            self.forgets(session);
        }
        self.counters.ends(fate);
    }

    /// Stops as a platform does that goes down: all sessions and all queued work are forgotten.
    pub(super) fn goes_down(&mut self, at: Micros) {
        self.sessions.clear();
        self.bound.clear();
        self.counters.bound = 0;
        self.line.restarts(Ramp { back: at, ..Ramp::default() });
    }

    /// Returns where calls to a thing go.
    pub(super) fn calls(&self, thing: &str) -> Option<mpsc::Sender<Call>> {
        let session = self.bound.get(thing)?;
        Some(self.sessions.get(session)?.calls.clone())
    }

    /// Returns whether a thing is bound now, and when it was bound last [ms since 1970, UTC].
    pub(super) fn connection(&self, thing: &str) -> (bool, Option<i64>) {
        (self.bound.contains_key(thing), self.bound_ms.get(thing).copied())
    }

    /// Returns whether an application key is taken.
    pub(super) fn accepts(&self, key: Option<&str>) -> bool {
        self.keys.accept(key)
    }

    /// Returns the things that are bound now.
    pub(super) fn bound(&self) -> Vec<String> {
        self.bound.keys().cloned().collect()
    }
}
