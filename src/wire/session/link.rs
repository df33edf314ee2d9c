//! What both ends of a conversation do alike: count requests, match answers, join and cut messages.

use super::SendError;
use crate::base::Micros;
use crate::wire::split::{Joiner, frames};
use crate::wire::{Body, Code, DecodeError, EncodeError, Envelope, Ids, Limits, Message, Response, Status};
use std::collections::BTreeMap;

/// Most requests that wait for an answer at once (`max_messages` of the C SDK).
pub const MOST_WAITING: usize = 500;

/// What a waiting request was sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// To sign in.
    Auth,
    /// To act for things.
    Bind,
    /// To end that.
    Unbind,
    /// For the owner of the session.
    Call,
}

/// A frame that was refused, and whether its sender can be told.
#[derive(Debug)]
pub(super) struct Refused {
    pub error: DecodeError,
    /// The ids of a request that waits for an answer.
    pub answerable: Option<Ids>,
    /// The request whose answer this was.
    pub answered: Option<(u32, Purpose)>,
    /// The header could be read; the next frame may be fine.
    pub header: bool,
}

/// One end of a conversation.
#[derive(Debug)]
pub(super) struct Link {
    pub limits: Limits,
    /// Largest frame that the other end takes [bytes].
    pub frame: usize,
    pub endpoint: u32,
    pub session: u32,
    next: u32,
    waiting: BTreeMap<u32, (Micros, Purpose)>,
    joiner: Joiner,
}

impl Link {
    pub fn new(limits: Limits, frame: usize, endpoint: u32, first: u32) -> Self {
        Self {
            limits,
            frame,
            endpoint,
            session: crate::wire::NO_SESSION,
            next: first,
            waiting: BTreeMap::new(),
            joiner: Joiner::default(),
        }
    }

    /// Returns the frames of a request and its id; its answer is awaited until `due`.
    pub fn ask(&mut self, due: Micros, why: Purpose, body: Body) -> Result<(u32, Vec<Vec<u8>>), SendError> {
        if self.waiting.len() >= MOST_WAITING {
            return Err(SendError::Full(MOST_WAITING));
        }
        // After four billion requests the count begins anew, at ids that are not in use.
        while self.waiting.contains_key(&self.next) {
            self.next = self.next.wrapping_add(1);
        }
        let request = self.next;
        let session = if why == Purpose::Auth { crate::wire::NO_SESSION } else { self.session };
        let ids = Ids { request, endpoint: self.endpoint, session };
        let frames = self.cut(&Message::new(ids, body))?;
        self.next = self.next.wrapping_add(1);
        self.waiting.insert(request, (due, why));
        Ok((request, frames))
    }

    /// Returns the frames of an answer.
    pub fn answer(&self, ids: Ids, response: Response) -> Result<Vec<Vec<u8>>, EncodeError> {
        self.cut(&Message::new(ids, Body::Response(response)))
    }

    /// Returns the frames of an answer without content, which always has a form.
    pub fn status(&self, ids: Ids, status: Status) -> Vec<Vec<u8>> {
        self.answer(ids, Response::new(status)).unwrap_or_default()
    }

    fn cut(&self, message: &Message) -> Result<Vec<Vec<u8>>, EncodeError> {
        frames(message, self.frame, &self.limits)
    }

    /// Takes a frame; returns the message that it is or completes.
    pub fn take(&mut self, now: Micros, frame: &[u8]) -> Result<Option<Message>, Refused> {
        let refused = |error| Refused { error, answerable: None, answered: None, header: false };
        let envelope = Envelope::decode(frame, &self.limits).map_err(refused)?;
        let result = match envelope.slot {
            None => Message::open(&envelope, &self.limits).map(Some),
            Some(slot) => match self.joiner.push(now, &envelope, slot, &self.limits) {
                Ok(Some(joined)) => Message::open(&joined.envelope(), &self.limits).map(Some),
                Ok(None) => Ok(None),
                Err(error) => Err(error),
            },
        };
        result.map_err(|error| Refused {
            error,
            answerable: expects_answer(envelope.code).then_some(envelope.ids),
            answered: envelope.code.is_response().then(|| self.answered(envelope.ids.request)).flatten(),
            header: true,
        })
    }

    /// Returns why the request was sent that has now been answered, and no longer waits for it.
    pub fn answered(&mut self, request: u32) -> Option<(u32, Purpose)> {
        self.waiting.remove(&request).map(|(_, why)| (request, why))
    }

    /// Returns the requests whose time is over, in the order of their ids, and no longer waits for them.
    pub fn overdue(&mut self, now: Micros) -> Vec<(u32, Purpose)> {
        let over: Vec<(u32, Purpose)> = self
            .waiting
            .iter()
            .filter(|(_, (due, _))| *due <= now)
            .map(|(id, (_, why))| (*id, *why))
            .collect();
        for (id, _) in &over {
            self.waiting.remove(id);
        }
        over
    }

    /// Returns the requests that wait, and no longer waits for them.
    pub fn give_up(&mut self) -> Vec<(u32, Purpose)> {
        self.joiner = Joiner::default();
        std::mem::take(&mut self.waiting).into_iter().map(|(id, (_, why))| (id, why)).collect()
    }

    /// Drops messages that stopped growing; returns how many.
    pub fn expire(&mut self, now: Micros) -> usize {
        self.joiner.expire(now)
    }

    /// Returns when something here is due.
    pub fn due(&self) -> Option<Micros> {
        let waiting = self.waiting.values().map(|(due, _)| *due).min();
        waiting.into_iter().chain(self.joiner.due()).min()
    }

    /// Returns how many requests wait for an answer.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

const fn expects_answer(code: Code) -> bool {
    !matches!(code, Code::Response(_) | Code::KeepAlive)
}
