//! The order of a conversation, for both ends.
//!
//! ```text
//! agent                                   platform
//!   GET /Thingworx/WS … Upgrade ────────►                   upgrade: text in, text out
//!   ◄──────────────────────────────── 101
//!   AUTH  session FFFFFFFF ─────────────►  Notice::Auth      sign_in or refuse, now or later
//!   ◄──────── SUCCESS  session 0000EE83
//!   BIND  things ───────────────────────►  Notice::Bind      accept_bind or refuse
//!   ◄────────────────────────── SUCCESS
//!   ping "19:18:26" ────────────────────►                    answered with the same payload
//!   requests and answers ◄──────────────►  Notice::Request, Notice::Answer
//!   UNBIND, close 1000 ─────────────────►
//! ```
//!
//! [`Client`] and [`Server`] are told what happened ([`Event`]) and when, and append what is to be done
//! ([`Action`]) in order. They hold no socket and no clock; `due` says when [`Event::Due`] must be told.
//! After an action that closes, the driver closes the socket and tells [`Event::Closed`], and nothing
//! more happens. Sources: the C SDK client as measured, the platform's documentation for its waits.

mod client;
mod digest;
mod head;
mod link;
pub mod proxy;
mod server;
mod terms;
#[cfg(test)]
mod tests;
pub mod upgrade;

pub use client::{Client, Phase};
pub use digest::{accept, base64};
pub use head::Head;
pub use link::MOST_WAITING;
pub use server::Server;
pub use terms::{House, Terms};
pub use upgrade::{Accepted, Upgrade, UpgradeError};

use super::{Auth, Bind, Code, DecodeError, EncodeError, Ids, Request, Response, Status};
use thiserror::Error;

/// What happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The WebSocket is open.
    Opened,
    /// A binary frame came.
    Frame(&'a [u8]),
    /// A ping came.
    Ping(&'a [u8]),
    /// A pong came.
    Pong(&'a [u8]),
    /// The WebSocket is gone, in order or not.
    Closed,
    /// The time that `due` named has come.
    Due,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send a binary frame.
    Send(Vec<u8>),
    /// Send a ping.
    Ping(Vec<u8>),
    /// Send a pong.
    Pong(Vec<u8>),
    /// Send a close frame and close the socket.
    Close {
        /// Code of RFC 6455.
        code: u16,
        /// Reason; never empty, C SDK agents drop empty control frames.
        reason: String,
    },
    /// Tell the owner of the session.
    Tell(Notice),
}

impl Action {
    fn close(code: u16, reason: &str) -> Self {
        Self::Close { code, reason: reason.to_owned() }
    }
}

/// A step on the way to being back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Sign-in.
    Auth,
    /// Bind.
    Bind,
}

/// What the owner of a session learns.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// To the platform: an agent wants to sign in.
    Auth {
        /// For the answer.
        ids: Ids,
        /// Its claims.
        auth: Auth,
    },
    /// To the platform: an agent wants to act for things.
    Bind {
        /// For the answer.
        ids: Ids,
        /// The things.
        bind: Bind,
    },
    /// To the platform: an agent no longer acts for things; already answered.
    Unbound(Bind),
    /// To the platform: something came before AUTH; the session ends.
    BeforeAuth(Code),
    /// To the platform: a request named another session; already refused.
    WrongSession(Ids),
    /// To the agent: signed in.
    SignedIn {
        /// The session that the platform gave.
        session: u32,
    },
    /// To the agent: bound, and thereby back.
    Bound,
    /// To the agent: a step was refused; the socket is still open.
    Refused {
        /// The step.
        step: Step,
        /// How it was refused.
        status: Status,
        /// Why, where the platform said so.
        reason: Option<String>,
    },
    /// To the agent: a step was not answered in time; the socket is still open.
    StepTimedOut(Step),
    /// To the agent: the platform did not answer a ping; the session ends.
    NoPong,
    /// To the agent: a step could not be taken.
    Unsent(SendError),
    /// The other end asks; answer with these ids.
    Request {
        /// For the answer.
        ids: Ids,
        /// What it asks.
        request: Request,
    },
    /// The other end answered.
    Answer {
        /// Id of our request.
        request: u32,
        /// The answer.
        response: Response,
    },
    /// The other end did not answer in time, or in a way that cannot be read.
    TimedOut {
        /// Id of our request.
        request: u32,
    },
    /// An answer to nothing that waits: late, or to a request never made.
    Stray(Ids),
    /// A frame that is no message; it was dropped, and refused where it was a request.
    Fault(DecodeError),
    /// So many messages stopped growing and were dropped.
    Unfinished(usize),
    /// The session is over.
    Ended {
        /// Ids of our requests without an answer.
        unanswered: Vec<u32>,
    },
}

/// Why something was not sent. The session goes on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SendError {
    /// The message has no form on the wire.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// It is not the time for this message.
    #[error(
        "The session is not at a point where {0} can be sent, the other end would refuse it. Wait for sign-in, or connect again."
    )]
    NotNow(&'static str),
    /// Too many requests wait.
    #[error("{0} requests wait for an answer, more would be dropped by the other end. Wait for answers.")]
    Full(usize),
}
