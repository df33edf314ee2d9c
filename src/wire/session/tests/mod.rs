//! Both ends, driven against each other and against themselves, and the texts of the upgrade.

mod conversation;
mod faults;
mod upgrade;

use super::{Action, Client, Event, House, Notice, Server, Terms};
use crate::base::Micros;
use crate::wire::{Bind, Body, Ids, Limits, Message, Response, Status};

/// A pair of ends joined by a wire without delay, and what each of them told.
pub struct Pair {
    pub now: Micros,
    pub client: Client,
    pub server: Server,
    pub to_client: Vec<Notice>,
    pub to_server: Vec<Notice>,
    /// Close frames, by whoever sent them.
    pub closed: Vec<(u16, String)>,
    /// Frames that went from the agent to the platform.
    pub frames: Vec<Vec<u8>>,
    /// The platform does not answer anything.
    pub mute: bool,
}

impl Pair {
    pub fn new(terms: Terms, house: House) -> Self {
        Self {
            now: Micros::from_secs(69_506),
            client: Client::new(terms),
            server: Server::new(house),
            to_client: Vec::new(),
            to_server: Vec::new(),
            closed: Vec::new(),
            frames: Vec::new(),
            mute: false,
        }
    }

    /// Opens the socket on both sides.
    pub fn open(&mut self) {
        let mut out = Vec::new();
        self.server.step(self.now, Event::Opened, &mut out);
        assert_eq!(out, []);
        self.client.step(self.now, Event::Opened, &mut out);
        self.carry(out, Vec::new());
    }

    /// Lets time pass up to `until`, telling each end what is due.
    pub fn wait(&mut self, until: Micros) {
        while let Some(due) = self.client.due().into_iter().chain(self.server.due()).min() {
            if due > until {
                break;
            }
            self.now = self.now.max(due);
            let (mut from_client, mut from_server) = (Vec::new(), Vec::new());
            if self.client.due() == Some(due) {
                self.client.step(self.now, Event::Due, &mut from_client);
            }
            if self.server.due() == Some(due) {
                self.server.step(self.now, Event::Due, &mut from_server);
            }
            self.carry(from_client, from_server);
        }
        self.now = until;
    }

    /// Carries actions back and forth until both ends are quiet.
    pub fn carry(&mut self, mut from_client: Vec<Action>, mut from_server: Vec<Action>) {
        while !from_client.is_empty() || !from_server.is_empty() {
            let (mut next_client, mut next_server) = (Vec::new(), Vec::new());
            for action in from_client.drain(..) {
                match action {
                    Action::Send(frame) => {
                        if !self.mute {
                            self.server.step(self.now, Event::Frame(&frame), &mut next_server);
                        }
                        self.frames.push(frame);
                    }
                    Action::Ping(payload) if !self.mute => {
                        self.server.step(self.now, Event::Ping(&payload), &mut next_server);
                    }
                    Action::Ping(_) => {}
                    Action::Pong(payload) => {
                        self.server.step(self.now, Event::Pong(&payload), &mut next_server);
                    }
                    Action::Close { code, reason } => {
                        self.close(code, reason, &mut next_client, &mut next_server);
                    }
                    Action::Tell(notice) => self.to_client.push(notice),
                }
            }
            for action in from_server.drain(..) {
                match action {
                    Action::Send(frame) => self.client.step(self.now, Event::Frame(&frame), &mut next_client),
                    Action::Ping(payload) => {
                        self.client.step(self.now, Event::Ping(&payload), &mut next_client);
                    }
                    Action::Pong(payload) => {
                        self.client.step(self.now, Event::Pong(&payload), &mut next_client);
                    }
                    Action::Close { code, reason } => {
                        self.close(code, reason, &mut next_client, &mut next_server);
                    }
                    Action::Tell(notice) => self.answer(notice, &mut next_server),
                }
            }
            (from_client, from_server) = (next_client, next_server);
        }
    }

    fn close(&mut self, code: u16, reason: String, client: &mut Vec<Action>, server: &mut Vec<Action>) {
        assert!(!reason.is_empty());
        self.closed.push((code, reason));
        self.client.step(self.now, Event::Closed, client);
        self.server.step(self.now, Event::Closed, server);
    }

    /// The platform: one key, first bind wins, and every request is fine.
    fn answer(&mut self, notice: Notice, out: &mut Vec<Action>) {
        match &notice {
            Notice::Auth { ids, auth } if auth.key() == Some("good") => {
                self.server.sign_in(*ids, 0xee83, out).unwrap();
            }
            Notice::Auth { ids, .. } => {
                self.server.refuse(*ids, Status::UNAUTHORIZED, "Unknown key", out).unwrap();
            }
            Notice::Bind { ids, bind } if bind.things.iter().any(|thing| thing == "taken") => {
                self.server.refuse(*ids, Status::FORBIDDEN, "Bound already", out).unwrap();
            }
            Notice::Bind { ids, bind } => self.server.accept_bind(*ids, bind, out).unwrap(),
            Notice::Request { ids, .. } => {
                self.server.answer(*ids, Response::new(Status::SUCCESS), out).unwrap();
            }
            _ => {}
        }
        self.to_server.push(notice);
    }
}

pub fn terms(key: &str, thing: &str) -> Terms {
    Terms::new(key, Bind::thing(thing))
}

/// Returns one frame.
pub fn frame(ids: (u32, u32, u32), body: Body) -> Vec<u8> {
    let mut out = Vec::new();
    let (request, endpoint, session) = ids;
    Message::new(Ids { request, endpoint, session }, body).encode(&mut out).unwrap();
    out
}

pub fn decode(frame: &[u8]) -> Message {
    Message::decode(frame, &Limits::default()).unwrap()
}
