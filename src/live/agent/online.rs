//! Being connected, waiting with or without a socket, and going away.

use super::session::Session;
use super::{Ending, Life, SHUTDOWN, Told, Waited, Wish, told_to_stop};
use crate::agent::notice::sees_error;
use crate::base::Micros;
use crate::fleet::Loss;
use crate::live::clock::length;
use crate::live::connect::{self, Watch};
use crate::live::pipe;
use crate::wire::session::{Action, Notice, Phase};
use crate::wire::{Method, Part, Request, Response};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::timeout;

/// A request whose answer is waited for.
pub(super) enum Awaited {
    /// So many values or events.
    Push(usize),
    /// A call, in words.
    Call(String),
}

impl Awaited {
    /// Returns what is told of an answer; of none where it did not come.
    fn answered(self, response: Option<&Response>) -> Told {
        match self {
            Self::Push(count) => {
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

impl Life {
    /// Waits; a socket that was kept is watched meanwhile.
    pub(super) async fn waits(&mut self, until: Micros, stopped: &mut watch::Receiver<bool>) -> Waited {
        let mut gone = false;
        loop {
            let clock = self.clock;
            let socket = async {
                match &mut self.kept {
                    Some(session) => session.hears(clock).await,
                    None => std::future::pending().await,
                }
            };
            let heard = tokio::select! {
                biased;
                () = told_to_stop(stopped) => return Waited::Stopped,
                () = clock.until(until) => return if gone { Waited::SocketGone } else { Waited::Over },
                heard = socket => heard,
            };
            let Some(session) = &mut self.kept else { continue };
            let took = match heard {
                Ok(heard) => session.takes(heard, clock.now()).await.map(|_| ()),
                Err(ending) => Err(ending),
            };
            if took.is_err() || session.closed {
                self.kept = None;
                gone = true;
            }
        }
    }

    /// Stays connected; returns how the connection was lost, or nothing where the agent was told to stop.
    pub(super) async fn is_online(
        &mut self,
        mut session: Session,
        stopped: &mut watch::Receiver<bool>,
    ) -> Option<Ending> {
        let mut asked = BTreeMap::new();
        loop {
            let heard = tokio::select! {
                biased;
                () = told_to_stop(stopped) => {
                    self.stops(Some(session), None).await;
                    return None;
                }
                wish = self.wishes.recv() => Err(wish),
                heard = session.hears(self.clock) => Ok(heard),
            };
            let now = self.clock.now();
            let notices = match heard {
                Err(Some(Wish::Cut)) => {
                    pipe::reset_on_drop(session.socket.get_ref().tcp());
                    return Some(Ending::Cut);
                }
                Err(Some(wish)) => self.does(wish, &mut session, &mut asked, now).await,
                // Nobody is left who could wish, so this is the end as well.
                Err(None) => {
                    self.stops(Some(session), None).await;
                    return None;
                }
                Ok(Ok(heard)) => session.takes(heard, now).await,
                Ok(Err(ending)) => Err(ending),
            };
            let mut notices = match notices {
                Ok(notices) => notices,
                Err(Ending::End) => return self.notices_the_end(&session, stopped).await,
                Err(ending) => return Some(ending),
            };
            let mut no_pong = false;
            while !notices.is_empty() {
                let mut actions = Vec::new();
                for notice in std::mem::take(&mut notices) {
                    no_pong |= notice == Notice::NoPong;
                    self.sees_online(notice, &mut session, &mut asked, &mut actions);
                }
                match session.does(actions).await {
                    Ok(more) => notices = more,
                    Err(ending) => return Some(ending),
                }
            }
            if session.closed {
                return Some(if no_pong {
                    Ending::NoPong
                } else {
                    Ending::Garbage("not an AlwaysOn message".into())
                });
            }
        }
    }

    /// TCP has ended without a close frame. An agent of the C SDK on a plain WebSocket takes that for silence, and
    /// notices when it writes its next ping [measured].
    async fn notices_the_end(
        &self,
        session: &Session,
        stopped: &mut watch::Receiver<bool>,
    ) -> Option<Ending> {
        if self.profile.tls.is_none() && self.profile.agent.kind().is_c_sdk_family() {
            let next_ping = session.client.due().unwrap_or_default();
            tokio::select! {
                () = told_to_stop(stopped) => {
                    self.tell(Told::Stopped { goodbye: false, c_sdk_deaf_until: None });
                    return None;
                }
                () = self.clock.until(next_ping) => {}
            }
        }
        Some(Ending::End)
    }

    /// Opens the connection that agents of the C SDK open as soon as a read or a write has failed [measured]; returns
    /// whether they do. It stands without a word until the next attempt, and occupies a place at the platform.
    pub(super) fn connects_once_more(&mut self, ending: &Ending) -> bool {
        let loss = match ending {
            Ending::Reset | Ending::Error(_) | Ending::Cut => Loss::Reset,
            Ending::End => Loss::Fin,
            Ending::CloseFrame(_) | Ending::Garbage(_) | Ending::NoPong => Loss::CloseFrame,
        };
        let profile = Arc::clone(&self.profile);
        let does = profile.agent.kind().is_c_sdk_family() && sees_error(&profile.link, loss);
        if does {
            let mut watch = Watch::start(self.clock);
            self.once_more.spawn(async move {
                let open = connect::open(&profile.target, profile.tls.as_ref(), &mut watch).await;
                if open.is_ok() {
                    std::future::pending::<()>().await;
                }
                drop(open);
            });
        }
        does
    }

    /// Does what somebody wishes.
    async fn does(
        &mut self,
        wish: Wish,
        session: &mut Session,
        asked: &mut BTreeMap<u32, Awaited>,
        now: Micros,
    ) -> Result<Vec<Notice>, Ending> {
        let requests = match wish {
            Wish::Push(pushes) => {
                let pushed = self.thing.push(pushes).into_iter();
                pushed.map(|(request, count)| (request, Awaited::Push(count))).collect()
            }
            Wish::Fire { thing, event } => {
                vec![(Request::new(Method::Post, thing, Part::Event, event, None), Awaited::Push(1))]
            }
            Wish::Call { thing, service } => {
                let what = format!("service {service} of {thing}");
                vec![(Request::service(thing, service, None), Awaited::Call(what))]
            }
            Wish::Cut => Vec::new(),
        };
        let mut actions = Vec::new();
        for (request, awaited) in requests {
            match session.client.request(now, request, &mut actions) {
                Ok(id) => {
                    asked.insert(id, awaited);
                }
                Err(_) => self.tell(awaited.answered(None)),
            }
        }
        session.does(actions).await
    }

    /// Takes what the session tells while it is online.
    fn sees_online(
        &mut self,
        notice: Notice,
        session: &mut Session,
        asked: &mut BTreeMap<u32, Awaited>,
        actions: &mut Vec<Action>,
    ) {
        match notice {
            Notice::Request { ids, request } => {
                let response = self.thing.answer(&request);
                let success = response.status.is_success();
                let what = format!("{} {} of {}", request.part.word(), request.name, request.entity);
                // What has no form on the wire cannot be answered; the platform's time-out tells it.
                let sent = session.client.answer(ids, response, actions).is_ok();
                self.tell(Told::Asked { what, success: success && sent });
                if success && request.name == "NotifyPropertyUpdate" {
                    let ask = Request::service(request.entity, "GetPropertySubscriptions", None);
                    // Without an answer all values are pushed as before.
                    let _ = session.client.request(self.clock.now(), ask, actions);
                }
            }
            Notice::Answer { request, response } => {
                if let Some(awaited) = asked.remove(&request) {
                    self.tell(awaited.answered(Some(&response)));
                }
            }
            Notice::TimedOut { request } => {
                if let Some(awaited) = asked.remove(&request) {
                    self.tell(awaited.answered(None));
                }
            }
            _ => {}
        }
    }

    /// Goes away: UNBIND and a close frame where somebody listens, and in any case soon.
    pub(super) async fn stops(&mut self, session: Option<Session>, waits_until: Option<Micros>) {
        let online = session.is_some();
        let goodbye = match session.or_else(|| self.kept.take()) {
            Some(session) => {
                let most = length(Micros(SHUTDOWN.0 * 3 / 4));
                timeout(most, self.says_goodbye(session)).await.unwrap_or(false)
            }
            None => false,
        };
        // Only who connects is deaf.
        let c_sdk_deaf_until = if online { None } else { self.deaf(waits_until) };
        self.tell(Told::Stopped { goodbye, c_sdk_deaf_until });
    }

    /// Says goodbye; returns whether the platform has heard it.
    async fn says_goodbye(&self, mut session: Session) -> bool {
        let mut actions = Vec::new();
        session.client.shut_down(self.clock.now(), &mut actions);
        if session.does(actions).await.is_err() {
            return false;
        }
        while !session.closed && session.client.phase() != Phase::Closed {
            let Ok(heard) = session.hears(self.clock).await else { return false };
            if session.takes(heard, self.clock.now()).await.is_err() {
                return false;
            }
        }
        true
    }
}
