//! The agent's end of a session.
//!
//! ```text
//! NEW ─Opened─► AUTH ─success─► SIGNED IN ─► BIND ─success─► BOUND ─shut_down─► UNBIND ─► CLOSING ─► CLOSED
//!                │ refused, timed out                │              │ no pong in time ──────┘
//!                └────► OPEN ◄───────────────────────┘ refused, timed out
//! ```
//!
//! After a refusal the socket stays open, as with the C SDK, and whoever drives the session decides:
//! [`Client::authenticate`] again, or close. A ping goes out at once after the bind and then every
//! [`Terms::ping_every`]; a pong that does not come closes with the words of the C SDK.

use super::link::{Link, Purpose};
use super::{Action, Event, Notice, SendError, Step, Terms};
use crate::base::Micros;
use crate::wire::{Body, Content, Ids, Message, Request, Response, Status};

/// Where a session of an agent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No WebSocket yet.
    New,
    /// A WebSocket, and nobody signed in.
    Open,
    /// AUTH is on its way.
    Authenticating,
    /// Signed in, for no thing yet.
    SignedIn,
    /// BIND is on its way.
    Binding,
    /// Signed in and bound: back.
    Bound,
    /// UNBIND or a close frame is on its way.
    Closing,
    /// Over.
    Closed,
}

/// The agent's end of a session: `(state, now, event) → actions`.
#[derive(Debug)]
pub struct Client {
    terms: Terms,
    link: Link,
    phase: Phase,
    ping_at: Option<Micros>,
    pong_by: Option<Micros>,
}

type Actions = Vec<Action>;

impl Client {
    /// Returns a session before its WebSocket is open.
    pub fn new(terms: Terms) -> Self {
        let link = Link::new(terms.limits, terms.frame, 0, 1);
        Self { terms, link, phase: Phase::New, ping_at: None, pong_by: None }
    }

    /// Returns where the session stands.
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Returns how many requests wait for an answer.
    pub fn waiting(&self) -> usize {
        self.link.waiting()
    }

    /// Returns when [`Event::Due`] must be told, unless something happens before.
    pub fn due(&self) -> Option<Micros> {
        if self.phase == Phase::Closed {
            return None;
        }
        self.link.due().into_iter().chain(self.ping_at).chain(self.pong_by).min()
    }

    /// Takes what happened and appends what is to be done, in this order.
    pub fn step(&mut self, now: Micros, event: Event<'_>, out: &mut Actions) {
        if self.phase == Phase::Closed {
            return;
        }
        match event {
            Event::Opened if self.phase == Phase::New => {
                self.phase = Phase::Open;
                self.try_step(now, Step::Auth, out);
            }
            Event::Frame(frame) => self.frame(now, frame, out),
            Event::Ping(payload) if self.terms.answers_pings => out.push(Action::Pong(payload.to_vec())),
            Event::Opened | Event::Ping(_) => {}
            Event::Pong(payload) => {
                if self.terms.takes_empty_pongs || !payload.is_empty() {
                    self.pong_by = None;
                }
            }
            Event::Closed => {
                self.phase = Phase::Closed;
                let unanswered = self.link.give_up();
                let calls = unanswered.into_iter().filter(|(_, why)| *why == Purpose::Call);
                out.push(Action::Tell(Notice::Ended { unanswered: calls.map(|(id, _)| id).collect() }));
            }
            Event::Due => self.time(now, out),
        }
    }

    /// Sends AUTH, again or for the first time.
    ///
    /// # Errors
    /// Before the WebSocket is open, while AUTH or BIND is on its way, and while the session ends.
    pub fn authenticate(&mut self, now: Micros, out: &mut Actions) -> Result<(), SendError> {
        if !matches!(self.phase, Phase::Open | Phase::SignedIn) {
            return Err(SendError::NotNow("AUTH"));
        }
        let body = Body::Auth(self.terms.auth.clone());
        self.send(now + self.terms.patience, Purpose::Auth, body, out)?;
        self.phase = Phase::Authenticating;
        Ok(())
    }

    /// Sends the BIND of the terms.
    ///
    /// # Errors
    /// Before sign-in, while another BIND is on its way, and while the session ends.
    pub fn bind(&mut self, now: Micros, out: &mut Actions) -> Result<(), SendError> {
        if self.phase != Phase::SignedIn {
            return Err(SendError::NotNow("BIND"));
        }
        let body = Body::Bind(self.terms.bind.clone());
        self.send(now + self.terms.patience, Purpose::Bind, body, out)?;
        self.phase = Phase::Binding;
        Ok(())
    }

    /// Sends a request; returns its id, under which [`Notice::Answer`] or [`Notice::TimedOut`] comes.
    ///
    /// # Errors
    /// Before sign-in and while the session ends, with too many requests waiting, or for a request that
    /// has no form on the wire.
    pub fn request(&mut self, now: Micros, request: Request, out: &mut Actions) -> Result<u32, SendError> {
        if !matches!(self.phase, Phase::SignedIn | Phase::Binding | Phase::Bound) {
            return Err(SendError::NotNow("a request"));
        }
        self.send(now + self.terms.patience, Purpose::Call, Body::Request(request), out)
    }

    /// Answers a request of the platform.
    ///
    /// # Errors
    /// While no session stands, or for an answer that has no form on the wire.
    pub fn answer(&mut self, ids: Ids, response: Response, out: &mut Actions) -> Result<(), SendError> {
        if matches!(self.phase, Phase::New | Phase::Closed) {
            return Err(SendError::NotNow("an answer"));
        }
        let frames = self.link.answer(ids, response)?;
        out.extend(frames.into_iter().map(Action::Send));
        Ok(())
    }

    /// Ends the session in order: UNBIND where bound, then a close frame.
    pub fn shut_down(&mut self, now: Micros, out: &mut Actions) {
        let bound = self.phase == Phase::Bound;
        if matches!(self.phase, Phase::Closing | Phase::Closed) {
            return;
        }
        self.stop_pings();
        self.phase = Phase::Closing;
        let body = Body::Unbind(self.terms.bind.clone());
        let due = now + self.terms.unbind_patience;
        if !bound || self.send(due, Purpose::Unbind, body, out).is_err() {
            out.push(Action::close(1000, "Normal Close"));
        }
    }

    fn send(&mut self, due: Micros, why: Purpose, body: Body, out: &mut Actions) -> Result<u32, SendError> {
        let (id, frames) = self.link.ask(due, why, body)?;
        out.extend(frames.into_iter().map(Action::Send));
        Ok(id)
    }

    /// Takes a step that follows by itself; where it cannot be taken, says so.
    fn try_step(&mut self, now: Micros, step: Step, out: &mut Actions) {
        let result = match step {
            Step::Auth => self.authenticate(now, out),
            Step::Bind => self.bind(now, out),
        };
        if let Err(error) = result {
            out.push(Action::Tell(Notice::Unsent(error)));
        }
    }

    fn frame(&mut self, now: Micros, frame: &[u8], out: &mut Actions) {
        match self.link.take(now, frame) {
            Ok(Some(message)) => self.message(now, message, out),
            Ok(None) => {}
            Err(refused) => {
                let header = refused.header;
                out.push(Action::Tell(Notice::Fault(refused.error)));
                if let Some(ids) = refused.answerable {
                    out.extend(self.link.status(ids, Status::BAD_REQUEST).into_iter().map(Action::Send));
                }
                if let Some((id, why)) = refused.answered {
                    self.unanswered(id, why, out);
                }
                if !header {
                    self.stop_pings();
                    self.phase = Phase::Closing;
                    out.push(Action::close(1002, "Not an AlwaysOn message"));
                }
            }
        }
    }

    fn message(&mut self, now: Micros, message: Message, out: &mut Actions) {
        let ids = message.ids;
        match message.body {
            Body::Response(response) => match self.link.answered(ids.request) {
                Some((id, why)) => self.response(now, id, why, (ids, response), out),
                None => out.push(Action::Tell(Notice::Stray(ids))),
            },
            Body::Request(request) => out.push(Action::Tell(Notice::Request { ids, request })),
            Body::KeepAlive(_) => {}
            Body::Auth(_) | Body::Bind(_) | Body::Unbind(_) => {
                out.extend(self.link.status(ids, Status::METHOD_NOT_ALLOWED).into_iter().map(Action::Send));
            }
            Body::Other(..) => {
                out.extend(self.link.status(ids, Status::NOT_IMPLEMENTED).into_iter().map(Action::Send));
            }
        }
    }

    fn response(
        &mut self,
        now: Micros,
        id: u32,
        why: Purpose,
        (ids, response): (Ids, Response),
        out: &mut Actions,
    ) {
        let done = response.status.is_success();
        match why {
            Purpose::Call => out.push(Action::Tell(Notice::Answer { request: id, response })),
            Purpose::Unbind => out.push(Action::close(1000, "Normal Close")),
            // The session was shut down meanwhile.
            Purpose::Auth | Purpose::Bind if self.phase == Phase::Closing => {}
            Purpose::Auth if done => {
                self.link.session = ids.session;
                self.phase = Phase::SignedIn;
                out.push(Action::Tell(Notice::SignedIn { session: ids.session }));
                if !self.terms.bind_when_told {
                    self.try_step(now, Step::Bind, out);
                }
            }
            Purpose::Bind if done => {
                self.phase = Phase::Bound;
                out.push(Action::Tell(Notice::Bound));
                self.ping(now, out);
            }
            Purpose::Auth | Purpose::Bind => {
                self.phase = Phase::Open;
                let step = if why == Purpose::Auth { Step::Auth } else { Step::Bind };
                let Response { status, reason, content } = response;
                let reason = reason.or_else(|| match content {
                    Content::Table(table) => table.get(0, "result").and_then(|v| v.text().map(str::to_owned)),
                    _ => None,
                });
                out.push(Action::Tell(Notice::Refused { step, status, reason }));
            }
        }
    }

    fn unanswered(&mut self, id: u32, why: Purpose, out: &mut Actions) {
        match why {
            Purpose::Call => out.push(Action::Tell(Notice::TimedOut { request: id })),
            Purpose::Unbind => out.push(Action::close(1000, "Normal Close")),
            Purpose::Auth | Purpose::Bind if self.phase == Phase::Closing => {}
            Purpose::Auth | Purpose::Bind => {
                self.phase = Phase::Open;
                let step = if why == Purpose::Auth { Step::Auth } else { Step::Bind };
                out.push(Action::Tell(Notice::StepTimedOut(step)));
            }
        }
    }

    fn time(&mut self, now: Micros, out: &mut Actions) {
        for (id, why) in self.link.overdue(now) {
            self.unanswered(id, why, out);
        }
        let dropped = self.link.expire(now);
        if dropped > 0 {
            out.push(Action::Tell(Notice::Unfinished(dropped)));
        }
        if self.pong_by.is_some_and(|by| by <= now) {
            self.stop_pings();
            self.phase = Phase::Closing;
            out.push(Action::Tell(Notice::NoPong));
            out.push(Action::close(1000, "Normal Close Pong timeout"));
        } else if self.ping_at.is_some_and(|at| at <= now) {
            self.ping(now, out);
        }
    }

    /// Sends a ping whose payload is a time of day, as C SDK agents do (measured).
    fn ping(&mut self, now: Micros, out: &mut Actions) {
        let s = now.0 / 1_000_000;
        let payload = format!("{:02}:{:02}:{:02}", s / 3_600 % 24, s / 60 % 60, s % 60);
        out.push(Action::Ping(payload.into_bytes()));
        self.ping_at = Some(now + self.terms.ping_every);
        self.pong_by = self.pong_by.or(Some(now + self.terms.pong_within));
    }

    fn stop_pings(&mut self) {
        self.ping_at = None;
        self.pong_by = None;
    }
}
