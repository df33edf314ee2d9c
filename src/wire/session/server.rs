//! The platform's end of a session.
//!
//! Decides nothing that a platform has an opinion on: keys, things, capacity and delays belong to whoever
//! drives it. [`Notice::Auth`] asks, [`Server::sign_in`] or [`Server::refuse`] answers, now or later; the
//! same for [`Notice::Bind`]. What it does decide is the order: nothing before AUTH, the right session
//! afterwards, an end for those who stay silent. Requests may come between AUTH and BIND: C SDK agents
//! flush their message store there (measured).

use super::link::{Link, Purpose};
use super::{Action, Event, House, Notice, SendError};
use crate::base::Micros;
use crate::wire::{Bind, Body, Ids, Message, Request, Response, Status};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Open,
    SignedIn,
    Closing,
    Closed,
}

/// The platform's end of a session: `(state, now, event) → actions`.
#[derive(Debug)]
pub struct Server {
    house: House,
    link: Link,
    phase: Phase,
    auth_by: Option<Micros>,
    heard: Micros,
    things: BTreeSet<String>,
}

type Actions = Vec<Action>;

impl Server {
    /// Returns a session before its WebSocket is open.
    pub fn new(house: House) -> Self {
        let link = Link::new(house.limits, house.frame, house.endpoint, house.first_request);
        let (auth_by, heard, things) = (None, Micros::ZERO, BTreeSet::new());
        Self { house, link, phase: Phase::New, auth_by, heard, things }
    }

    /// Returns whether an agent has signed in.
    pub fn is_signed_in(&self) -> bool {
        self.phase == Phase::SignedIn
    }

    /// Returns the things that the agent acts for.
    pub const fn things(&self) -> &BTreeSet<String> {
        &self.things
    }

    /// Returns when [`Event::Due`] must be told, unless something happens before.
    pub fn due(&self) -> Option<Micros> {
        match self.phase {
            Phase::New | Phase::Closed => None,
            _ => self
                .link
                .due()
                .into_iter()
                .chain(self.auth_by)
                .chain(Some(self.heard + self.house.idle))
                .min(),
        }
    }

    /// Takes what happened and appends what is to be done, in this order.
    pub fn step(&mut self, now: Micros, event: Event<'_>, out: &mut Actions) {
        if self.phase == Phase::Closed {
            return;
        }
        if !matches!(event, Event::Due) {
            self.heard = now;
        }
        match event {
            Event::Opened if self.phase == Phase::New => {
                self.phase = Phase::Open;
                self.auth_by = Some(now + self.house.auth_within);
            }
            Event::Opened | Event::Pong(_) => {}
            // Agents drop an empty pong, and an echo is empty only where the ping was.
            Event::Ping(payload) => out.push(Action::Pong(payload.to_vec())),
            Event::Frame(_) if self.phase == Phase::Closing => {}
            Event::Frame(frame) => self.frame(now, frame, out),
            Event::Closed => {
                self.phase = Phase::Closed;
                self.things.clear();
                let unanswered = self.link.give_up().into_iter().map(|(id, _)| id).collect();
                out.push(Action::Tell(Notice::Ended { unanswered }));
            }
            Event::Due => self.time(now, out),
        }
    }

    /// Lets the agent in under a session id.
    ///
    /// # Errors
    /// After the end of the session.
    pub fn sign_in(&mut self, ids: Ids, session: u32, out: &mut Actions) -> Result<(), SendError> {
        if !matches!(self.phase, Phase::Open | Phase::SignedIn) {
            return Err(SendError::NotNow("a sign-in"));
        }
        self.phase = Phase::SignedIn;
        self.auth_by = None;
        self.link.session = session;
        self.answer(Ids { session, ..ids }, Response::new(Status::SUCCESS), out)
    }

    /// Takes the bind of an agent.
    ///
    /// # Errors
    /// Before sign-in and after the end of the session.
    pub fn accept_bind(&mut self, ids: Ids, bind: &Bind, out: &mut Actions) -> Result<(), SendError> {
        if self.phase != Phase::SignedIn {
            return Err(SendError::NotNow("the answer to a bind"));
        }
        self.things.extend(bind.things.iter().cloned());
        self.answer(ids, Response::new(Status::SUCCESS), out)
    }

    /// Refuses a sign-in, a bind or a request, with the reason in words.
    ///
    /// # Errors
    /// After the end of the session, or for a reason too long for the limits.
    pub fn refuse(
        &mut self,
        ids: Ids,
        status: Status,
        reason: impl Into<String>,
        out: &mut Actions,
    ) -> Result<(), SendError> {
        self.answer(ids, Response::refused(status, reason), out)
    }

    /// Answers a request of the agent.
    ///
    /// # Errors
    /// After the end of the session, or for an answer that has no form on the wire.
    pub fn answer(&mut self, ids: Ids, response: Response, out: &mut Actions) -> Result<(), SendError> {
        if matches!(self.phase, Phase::New | Phase::Closed) {
            return Err(SendError::NotNow("an answer"));
        }
        let frames = self.link.answer(ids, response)?;
        out.extend(frames.into_iter().map(Action::Send));
        Ok(())
    }

    /// Sends a request to the agent; returns its id, under which the answer comes.
    ///
    /// # Errors
    /// Before sign-in and after the end, with too many requests waiting, or for a request that has no form
    /// on the wire.
    pub fn request(&mut self, now: Micros, request: Request, out: &mut Actions) -> Result<u32, SendError> {
        if self.phase != Phase::SignedIn {
            return Err(SendError::NotNow("a request"));
        }
        let due = now + self.house.patience;
        let (id, frames) = self.link.ask(due, Purpose::Call, Body::Request(request))?;
        out.extend(frames.into_iter().map(Action::Send));
        Ok(id)
    }

    /// Ends the session with a close frame. The reason must not be empty: C SDK agents drop such frames.
    pub fn close(&mut self, code: u16, reason: &str, out: &mut Actions) {
        if !matches!(self.phase, Phase::Closing | Phase::Closed) {
            self.phase = Phase::Closing;
            out.push(Action::close(code, if reason.is_empty() { "Closed" } else { reason }));
        }
    }

    fn frame(&mut self, now: Micros, frame: &[u8], out: &mut Actions) {
        match self.link.take(now, frame) {
            Ok(Some(message)) => self.message(message, out),
            Ok(None) => {}
            Err(refused) => {
                let header = refused.header;
                out.push(Action::Tell(Notice::Fault(refused.error)));
                if let Some((request, _)) = refused.answered {
                    out.push(Action::Tell(Notice::TimedOut { request }));
                }
                if !header || self.phase != Phase::SignedIn {
                    self.close(1002, "Not an AlwaysOn message", out);
                } else if let Some(ids) = refused.answerable {
                    out.extend(self.link.status(ids, Status::BAD_REQUEST).into_iter().map(Action::Send));
                }
            }
        }
    }

    fn message(&mut self, message: Message, out: &mut Actions) {
        let ids = message.ids;
        match &message.body {
            Body::Auth(_) | Body::KeepAlive(_) => {}
            _ if self.phase != Phase::SignedIn => {
                out.push(Action::Tell(Notice::BeforeAuth(message.body.code())));
                return self.close(1008, "Message before authentication", out);
            }
            Body::Response(_) => {}
            _ if ids.session != self.link.session => {
                out.push(Action::Tell(Notice::WrongSession(ids)));
                out.extend(self.link.status(ids, Status::UNAUTHORIZED).into_iter().map(Action::Send));
                return;
            }
            _ => {}
        }
        match message.body {
            Body::Auth(auth) => out.push(Action::Tell(Notice::Auth { ids, auth })),
            Body::Bind(bind) => out.push(Action::Tell(Notice::Bind { ids, bind })),
            Body::Unbind(bind) => {
                for thing in &bind.things {
                    self.things.remove(thing);
                }
                out.push(Action::Tell(Notice::Unbound(bind)));
                out.extend(self.link.status(ids, Status::SUCCESS).into_iter().map(Action::Send));
            }
            Body::Request(request) => out.push(Action::Tell(Notice::Request { ids, request })),
            Body::Response(response) => {
                out.push(Action::Tell(match self.link.answered(ids.request) {
                    Some((request, _)) => Notice::Answer { request, response },
                    None => Notice::Stray(ids),
                }));
            }
            Body::KeepAlive(_) => {}
            Body::Other(..) => {
                out.extend(self.link.status(ids, Status::NOT_IMPLEMENTED).into_iter().map(Action::Send));
            }
        }
    }

    fn time(&mut self, now: Micros, out: &mut Actions) {
        for (request, _) in self.link.overdue(now) {
            out.push(Action::Tell(Notice::TimedOut { request }));
        }
        let dropped = self.link.expire(now);
        if dropped > 0 {
            out.push(Action::Tell(Notice::Unfinished(dropped)));
        }
        let idle = self.phase != Phase::New && self.heard + self.house.idle <= now;
        if idle {
            // Told once more only after another idle time, should nobody close the socket.
            self.heard = now;
        }
        if self.auth_by.is_some_and(|by| by <= now) {
            self.auth_by = None;
            self.close(1008, "Authentication timeout", out);
        } else if idle {
            self.close(1000, "Idle timeout", out);
        }
    }
}
