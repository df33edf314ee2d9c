//! The conversation with one device: AUTH, BIND, values, events, pings, and calls of the platform.

use super::Reception;
use super::fate::{Fate, note};
use super::hall::{CALLS, Call};
use super::line::{Stop, Turn};
use super::session::{Connection, Cut, PARTING, Upgraded};
use crate::base::Micros;
use crate::fleet::Loss;
use crate::live::pipe::{self, Frames, Pipe};
use crate::live::upgrade::DrawKey;
use crate::wire::split::{Joiner, frames};
use crate::wire::{Auth, Body, Envelope, Ids, Limits, Message, Response, Status};
use futures_util::{SinkExt, StreamExt};
use std::collections::BTreeMap;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, frame::coding::CloseCode};
use tokio_tungstenite::tungstenite::{Bytes, Error as WsError, Message as Frame, Utf8Bytes};

/// The endpoint that requests to devices carry; devices repeat it.
const ENDPOINT: u32 = 1;

/// The conversation of one connection.
pub(super) struct Talk<'a> {
    connection: &'a mut Connection,
    socket: Frames,
    joiner: Joiner,
    limits: Limits,
    /// Largest frame that the device takes [bytes].
    frame: usize,
    /// Whether AUTH waits for a service of its own: not where the upgrade has had one.
    signs_in_apart: bool,
    /// Whose draws the next sign-in has.
    whose: Option<DrawKey>,
    /// An AUTH that is answered then.
    pending: Option<(Micros, Ids, Auth, bool)>,
    calls: (mpsc::Sender<Call>, mpsc::Receiver<Call>),
    /// Calls without an answer, by request id.
    asked: BTreeMap<u32, oneshot::Sender<Response>>,
    next_request: u32,
    /// When the device was heard last, and when it is read again.
    heard: Micros,
    deaf_until: Micros,
    /// Until when AUTH has to come, whatever else comes before it.
    auth_by: Micros,
}

impl<'a> Talk<'a> {
    pub(super) async fn new(connection: &'a mut Connection, pipe: Pipe, upgraded: Upgraded) -> Self {
        let signs_in_apart = connection.shared.hall().line.signs_in_apart();
        let heard = connection.shared.clock.now();
        let greeting = connection.shared.settings.greeting_timeout;
        Self {
            connection,
            socket: pipe::frames(pipe, upgraded.early, Role::Server).await,
            joiner: Joiner::default(),
            limits: Limits::default(),
            frame: upgraded.frame,
            signs_in_apart,
            whose: upgraded.whose,
            pending: None,
            calls: mpsc::channel(CALLS),
            asked: BTreeMap::new(),
            next_request: 1,
            heard,
            deaf_until: Micros::ZERO,
            auth_by: heard + greeting,
        }
    }

    /// Talks until the connection ends; returns how.
    pub(super) async fn goes_on(mut self) -> Fate {
        loop {
            let clock = self.connection.shared.clock;
            let next = self.next_deadline();
            let reads = self.deaf_until <= clock.now();
            tokio::select! {
                biased;
                cut = self.connection.cut() => return self.obeys(cut).await,
                () = clock.until(next) => if let Some(fate) = self.due().await { return fate },
                frame = self.socket.next(), if reads => {
                    if let Some(fate) = self.takes(frame).await { return fate }
                }
                call = self.calls.1.recv() => if let Some(call) = call
                    && let Some(fate) = self.calls(call).await { return fate },
            }
        }
    }

    /// Returns when something is due without the device doing anything.
    fn next_deadline(&self) -> Micros {
        let idle = self.heard + self.connection.shared.settings.idle_timeout;
        let auth = Some(self.auth_by).filter(|_| self.waits_for_auth());
        let deaf = Some(self.deaf_until).filter(|&until| until > self.connection.shared.clock.now());
        let pending = self.pending.as_ref().map(|pending| pending.0);
        [pending, deaf, auth, self.joiner.due()].into_iter().flatten().fold(idle, Micros::min)
    }

    fn waits_for_auth(&self) -> bool {
        self.connection.session.is_none() && self.pending.is_none()
    }

    /// Does what is due.
    async fn due(&mut self) -> Option<Fate> {
        let now = self.connection.shared.clock.now();
        self.joiner.expire(now);
        if let Some((at, ..)) = self.pending
            && at <= now
        {
            let (at, ids, auth, closes) = self.pending.take()?;
            note(&mut self.connection.shared.hall().counters.late, now.since(at));
            if closes {
                return Some(Fate::Impatient);
            }
            return self.authenticates(ids, &auth, now).await;
        }
        if self.waits_for_auth() && now >= self.auth_by {
            self.closes(CloseCode::Policy, "No AUTH in time").await;
            return Some(Fate::NoAuth);
        }
        if now >= self.heard + self.connection.shared.settings.idle_timeout {
            self.closes(CloseCode::Normal, "Idle for too long").await;
            return Some(Fate::Idle);
        }
        None
    }

    /// Ends the connection as an outage does.
    async fn obeys(&mut self, cut: Cut) -> Fate {
        match cut {
            Cut::Loss(Loss::Reset) => pipe::reset_on_drop(self.socket.get_ref().tcp()),
            Cut::Loss(Loss::Fin) => self.falls_silent_with_fin().await,
            Cut::Loss(Loss::CloseFrame) => self.closes(CloseCode::Away, "The platform goes down").await,
            // The session stays, as the platform cannot know that its device is cut off.
            Cut::Loss(Loss::Silence) => return self.connection.holds(self.socket.get_ref().tcp()).await,
            Cut::Stop => {
                self.closes(CloseCode::Away, "The test platform stops").await;
                return Fate::Stopped;
            }
        }
        Fate::Cut
    }

    /// Ends TCP without a word. What the device has sent meanwhile is read and thrown away: a socket that is closed with
    /// bytes in it is reset by the kernel, which is another loss.
    async fn falls_silent_with_fin(&mut self) {
        if socket2::SockRef::from(self.socket.get_ref().tcp()).shutdown(std::net::Shutdown::Write).is_err() {
            return;
        }
        let drains = async { while let Some(Ok(_)) = self.socket.next().await {} };
        let _ = tokio::time::timeout(PARTING, drains).await;
    }

    /// Says goodbye; a device that does not read is not waited for.
    async fn closes(&mut self, code: CloseCode, reason: &'static str) {
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        let _ = tokio::time::timeout(PARTING, self.socket.close(Some(frame))).await;
    }

    /// Takes what came over the WebSocket.
    async fn takes(&mut self, frame: Option<Result<Frame, WsError>>) -> Option<Fate> {
        let now = self.connection.shared.clock.now();
        let frame = match frame {
            Some(Ok(frame)) => frame,
            None => return Some(Fate::Goodbye),
            Some(Err(WsError::Io(_))) => return Some(Fate::Ended),
            Some(Err(WsError::Protocol(error))) => {
                // A device that just ends TCP has not broken a rule of the conversation.
                let ended = error
                    == tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
                return Some(if ended { Fate::Ended } else { Fate::Broken });
            }
            Some(Err(_)) => return Some(Fate::Broken),
        };
        self.heard = now;
        self.connection.shared.hall().hears(self.connection.session, now);
        match frame {
            Frame::Binary(bytes) => self.hears(&bytes, now).await,
            Frame::Ping(_) => {
                // The answer goes out with the next read, so not reading is a late pong.
                let delay = {
                    let mut hall = self.connection.shared.hall();
                    hall.counters.pings += 1;
                    hall.pong_delay
                };
                self.deaf_until = now + delay;
                None
            }
            Frame::Close(_) => {
                // The library has the answer ready.
                let _ = tokio::time::timeout(PARTING, self.socket.flush()).await;
                Some(Fate::Goodbye)
            }
            Frame::Pong(_) | Frame::Frame(_) => None,
            Frame::Text(_) => {
                self.closes(CloseCode::Unsupported, "Text frames are for tunnels").await;
                Some(Fate::Broken)
            }
        }
    }

    /// Takes the bytes of one frame.
    async fn hears(&mut self, bytes: &[u8], now: Micros) -> Option<Fate> {
        let read = match Envelope::decode(bytes, &self.limits) {
            Err(_) => Err(None),
            Ok(envelope) => match envelope.slot {
                None => Message::open(&envelope, &self.limits).map(Some).map_err(|_| Some(envelope.ids)),
                Some(slot) => match self.joiner.push(now, &envelope, slot, &self.limits) {
                    Ok(None) => Ok(None),
                    Ok(Some(joined)) => Message::open(&joined.envelope(), &self.limits)
                        .map(Some)
                        .map_err(|_| Some(joined.ids)),
                    Err(_) => Err(Some(envelope.ids)),
                },
            },
        };
        match read {
            Ok(None) => None,
            Ok(Some(message)) => {
                self.connection.shared.hall().counters.messages += 1;
                self.understands(message, now).await
            }
            Err(ids) => {
                self.connection.shared.hall().counters.unreadable += 1;
                match ids {
                    Some(ids) if self.connection.session.is_some() => {
                        self.answers(ids, Response::new(Status::BAD_REQUEST)).await
                    }
                    // Nobody can be answered, or nobody is known.
                    _ => {
                        self.closes(CloseCode::Protocol, "Not an AlwaysOn message").await;
                        Some(Fate::Broken)
                    }
                }
            }
        }
    }

    /// Does what a message asks for.
    async fn understands(&mut self, message: Message, now: Micros) -> Option<Fate> {
        let ids = message.ids;
        if self.connection.session.is_none() && !matches!(message.body, Body::Auth(_)) {
            self.closes(CloseCode::Policy, "AUTH comes first").await;
            return Some(Fate::NoAuth);
        }
        let session = self.connection.session.unwrap_or_default();
        let asks = !matches!(message.body, Body::Auth(_) | Body::KeepAlive(_) | Body::Response(_));
        if asks && ids.session != session {
            return self
                .answers(ids, Response::refused(Status::UNAUTHORIZED, "This is not your session."))
                .await;
        }
        let response = match message.body {
            Body::Auth(auth) => return self.is_asked_to_authenticate(ids, auth, now).await,
            Body::Bind(bind) => self.connection.shared.hall().bind(session, &bind, now),
            Body::Unbind(bind) => self.connection.shared.hall().unbind(session, &bind),
            Body::Request(request) => self.connection.shared.hall().answer(&request),
            Body::Response(response) => {
                if let Some(asked) = self.asked.remove(&ids.request) {
                    // Whoever asked may have stopped waiting.
                    let _ = asked.send(response);
                }
                return None;
            }
            Body::KeepAlive(_) => return None,
            Body::Other(..) => Response::new(Status::NOT_IMPLEMENTED),
        };
        self.answers(ids, response).await
    }

    /// AUTH: waits for its turn, unless the upgrade has waited for it.
    async fn is_asked_to_authenticate(&mut self, ids: Ids, auth: Auth, now: Micros) -> Option<Fate> {
        let shared = &self.connection.shared;
        if shared.hall().reception == Reception::AuthUnanswered {
            return None;
        }
        let whose = self.whose;
        // Who asks again on the same socket makes another attempt.
        self.whose = whose.map(|(device, attempt)| (device, attempt + 1));
        if !std::mem::replace(&mut self.signs_in_apart, true) {
            return self.authenticates(ids, &auth, now).await;
        }
        let turn = shared.hall().asks(Stop::SignIn, now, whose);
        match turn {
            Turn::Free => self.authenticates(ids, &auth, now).await,
            Turn::Served(at) => {
                self.pending = Some((at, ids, auth, false));
                None
            }
            Turn::Closed(at) => {
                self.pending = Some((at, ids, auth, true));
                None
            }
            Turn::Full(_) => self.answers(ids, Response::new(Status::SERVICE_UNAVAILABLE)).await,
        }
    }

    /// Answers AUTH.
    async fn authenticates(&mut self, ids: Ids, auth: &Auth, now: Micros) -> Option<Fate> {
        let judged = {
            let mut hall = self.connection.shared.hall();
            if let Some(earlier) = self.connection.session.take() {
                hall.forgets(earlier);
            }
            hall.auth(auth, now, &self.calls.0)
        };
        match judged {
            Ok(session) => {
                self.connection.session = Some(session);
                self.answers(Ids { session, ..ids }, Response::new(Status::SUCCESS)).await
            }
            Err(refusal) => {
                // The next one on this socket may be right.
                self.auth_by = now + self.connection.shared.settings.greeting_timeout;
                self.answers(ids, refusal).await
            }
        }
    }

    /// Sends a call of the platform to the device.
    async fn calls(&mut self, call: Call) -> Option<Fate> {
        let request = self.next_request;
        self.next_request = self.next_request.wrapping_add(1).max(1);
        self.asked.retain(|_, asked| !asked.is_closed());
        self.asked.insert(request, call.answer);
        let session = self.connection.session.unwrap_or_default();
        let ids = Ids { request, endpoint: ENDPOINT, session };
        self.sends(&Message::new(ids, Body::Request(call.request))).await
    }

    async fn answers(&mut self, ids: Ids, response: Response) -> Option<Fate> {
        self.sends(&Message::new(ids, Body::Response(response))).await
    }

    /// Sends a message in frames that every agent takes.
    async fn sends(&mut self, message: &Message) -> Option<Fate> {
        let Ok(frames) = frames(message, self.frame, &self.limits) else {
            // What has no form on the wire cannot be answered; the device's own time-out tells it.
            self.connection.shared.hall().counters.unreadable += 1;
            return None;
        };
        for frame in frames {
            let sent = tokio::select! {
                sent = self.socket.send(Frame::Binary(Bytes::from(frame))) => sent,
                cut = self.connection.cut() => return Some(self.obeys_in_the_middle(cut)),
            };
            if sent.is_err() {
                return Some(Fate::Ended);
            }
        }
        None
    }

    /// Ends the connection as an outage does while a device does not take what is sent to it.
    fn obeys_in_the_middle(&self, cut: Cut) -> Fate {
        match cut {
            Cut::Loss(loss) => {
                if loss == Loss::Reset {
                    pipe::reset_on_drop(self.socket.get_ref().tcp());
                }
                Fate::Cut
            }
            Cut::Stop => Fate::Stopped,
        }
    }
}
