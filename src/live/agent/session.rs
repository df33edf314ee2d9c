//! A WebSocket and the agent's end of a session on it.
//!
//! Waiting and acting are apart: what waits can be dropped at any moment without losing anything, what acts
//! is let finish.

use super::{Ending, Listener, Passing, told_to_stop};
use crate::base::Micros;
use crate::live::clock::Clock;
use crate::live::pipe::Frames;
use crate::live::store::Entry;
use crate::wire::session::{Action, Client, Event, Notice};
use futures_util::{SinkExt, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Bytes, Error as WsError, Message as Frame};

/// Longest wait for a platform to take a close frame.
const PARTING: Duration = Duration::from_millis(50);
/// Longest wait until one frame is written: the usual wait for the answer to a message.
const LONGEST_WRITE: Duration = Duration::from_secs(10);

/// A session on its socket.
pub(super) struct Session {
    pub(super) socket: Frames,
    pub(super) client: Client,
    /// Whether a close frame was sent.
    pub(super) closed: bool,
    /// Requests whose answers are waited for.
    pub(super) asked: BTreeMap<u32, Awaited>,
    /// Answers that came before the session was bound.
    pub(super) early: Vec<Notice>,
    /// Whether more of a store waits for room.
    pub(super) more: bool,
    /// Whether a write was left in the middle because the agent was told to stop.
    pub(super) abandoned: bool,
    /// Ends a write; nothing while it says goodbye, which has a limit of its own.
    pub(super) stopped: Option<watch::Receiver<bool>>,
    tap: Tap,
}

/// A request whose answer is waited for.
pub(super) enum Awaited {
    /// So many values or events, and what is kept of them where no answer comes.
    Push(usize, Vec<Entry>),
    /// So many values or events of the store, and their numbers in it.
    Kept(usize, Vec<u64>),
    /// A call, in words.
    Call(String),
}

/// Who is shown the frames of a session, and whose they are.
pub(super) struct Tap {
    pub(super) listener: Arc<dyn Listener>,
    pub(super) clock: Clock,
    pub(super) device: u64,
}

impl Tap {
    fn shows(&self, sent: bool, frame: &Passing<'_>) {
        self.listener.sees(self.clock.now(), self.device, sent, frame);
    }
}

/// What a session waited for.
pub(super) enum Heard {
    Frame(Frame),
    Due,
}

impl Session {
    pub(super) fn new(socket: Frames, client: Client, tap: Tap, stopped: watch::Receiver<bool>) -> Self {
        Self {
            socket,
            client,
            closed: false,
            asked: BTreeMap::new(),
            early: Vec::new(),
            more: false,
            abandoned: false,
            stopped: Some(stopped),
            tap,
        }
    }

    /// Returns the entries of a store that are on their way.
    pub(super) fn under_way(&self) -> BTreeSet<u64> {
        let numbers = self.asked.values().flat_map(|awaited| match awaited {
            Awaited::Kept(_, numbers) => numbers.as_slice(),
            Awaited::Push(..) | Awaited::Call(_) => &[],
        });
        numbers.copied().collect()
    }

    /// Waits for what happens next.
    pub(super) async fn hears(&mut self, clock: Clock) -> Result<Heard, Ending> {
        let due = self.client.due();
        let timer = async {
            match due {
                Some(due) => clock.until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            frame = self.socket.next() => ending_or(frame).map(Heard::Frame),
            () = timer => Ok(Heard::Due),
        }
    }

    /// Takes what has happened; returns what the session tells.
    pub(super) async fn takes(&mut self, heard: Heard, now: Micros) -> Result<Vec<Notice>, Ending> {
        let mut actions = Vec::new();
        if let Heard::Frame(frame) = &heard {
            match frame {
                Frame::Binary(bytes) => self.tap.shows(false, &Passing::Message(bytes)),
                Frame::Ping(bytes) => self.tap.shows(false, &Passing::Ping(bytes.len())),
                Frame::Pong(bytes) => self.tap.shows(false, &Passing::Pong(bytes.len())),
                Frame::Close(close) => {
                    let reason = close.as_ref().map_or("", |close| close.reason.as_str());
                    self.tap.shows(false, &Passing::Close(reason));
                }
                Frame::Text(_) | Frame::Frame(_) => {}
            }
        }
        match &heard {
            Heard::Due => self.client.step(now, Event::Due, &mut actions),
            Heard::Frame(Frame::Binary(bytes)) => self.client.step(now, Event::Frame(bytes), &mut actions),
            Heard::Frame(Frame::Ping(bytes)) => self.client.step(now, Event::Ping(bytes), &mut actions),
            Heard::Frame(Frame::Pong(bytes)) => self.client.step(now, Event::Pong(bytes), &mut actions),
            Heard::Frame(Frame::Close(frame)) => {
                let reason = frame.as_ref().map_or_else(String::new, |frame| frame.reason.to_string());
                return Err(Ending::CloseFrame(reason));
            }
            // Tunnels speak text, on sockets of their own.
            Heard::Frame(Frame::Text(_) | Frame::Frame(_)) => {}
        }
        self.does(actions).await
    }

    /// Does what the session says; returns what it tells.
    pub(super) async fn does(&mut self, actions: Vec<Action>) -> Result<Vec<Notice>, Ending> {
        let mut notices = Vec::new();
        for action in actions {
            let frame = match action {
                Action::Tell(notice) => {
                    notices.push(notice);
                    continue;
                }
                Action::Close { code, reason } => {
                    self.closed = true;
                    self.tap.shows(true, &Passing::Close(&reason));
                    let frame = CloseFrame { code: code.into(), reason: reason.into() };
                    // Who does not take it is left without it.
                    let _ = tokio::time::timeout(PARTING, self.socket.close(Some(frame))).await;
                    continue;
                }
                Action::Send(bytes) => {
                    self.tap.shows(true, &Passing::Message(&bytes));
                    Frame::Binary(Bytes::from(bytes))
                }
                Action::Ping(bytes) => {
                    self.tap.shows(true, &Passing::Ping(bytes.len()));
                    Frame::Ping(Bytes::from(bytes))
                }
                // The WebSocket library answers pings by itself.
                Action::Pong(_) => continue,
            };
            self.writes(frame).await?;
        }
        Ok(notices)
    }

    /// Writes a frame; a platform that does not take it is left as soon as the agent is told to stop.
    async fn writes(&mut self, frame: Frame) -> Result<(), Ending> {
        let stopped = &mut self.stopped;
        let told = async {
            match stopped {
                Some(stopped) => told_to_stop(stopped).await,
                None => std::future::pending().await,
            }
        };
        // Who takes nothing for so long is gone, whatever TCP thinks.
        let sent = tokio::time::timeout(LONGEST_WRITE, self.socket.send(frame));
        tokio::select! {
            biased;
            sent = sent => sent.map_err(|_| Ending::NoPong)?.map_err(ending),
            () = told => {
                self.abandoned = true;
                Err(Ending::Cut)
            }
        }
    }
}

fn ending_or(frame: Option<Result<Frame, WsError>>) -> Result<Frame, Ending> {
    frame.ok_or(Ending::End)?.map_err(ending)
}

fn ending(error: WsError) -> Ending {
    match error {
        WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) | WsError::ConnectionClosed => {
            Ending::End
        }
        WsError::Io(error) => match error.kind() {
            ErrorKind::UnexpectedEof => Ending::End,
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                Ending::Reset
            }
            _ => Ending::Error(error.to_string()),
        },
        other => Ending::Garbage(other.to_string()),
    }
}
