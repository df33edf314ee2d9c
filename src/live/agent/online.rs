//! Being connected, waiting with or without a socket, and going away.

use super::session::Session;
use super::work::Work;
use super::{Ending, Life, SHUTDOWN, Told, Waited, Wish, told_to_stop};
use crate::agent::notice::sees_error;
use crate::base::Micros;
use crate::fleet::Loss;
use crate::live::clock::length;
use crate::live::connect::{self, Watch};
use crate::live::pipe;
use crate::wire::session::Phase;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::timeout;

impl Life {
    /// Waits; a socket that was kept is watched meanwhile, and values are kept.
    pub(super) async fn waits(
        &mut self,
        until: Micros,
        work: &mut Work,
        stopped: &mut watch::Receiver<bool>,
    ) -> Waited {
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
                never = work.keeps() => match never {},
            };
            let Some(session) = &mut self.kept else { continue };
            let took = match heard {
                Ok(heard) => session.takes(heard, clock.now()).await,
                Err(ending) => Err(ending),
            };
            let gone_now = took.is_err() || session.closed;
            // What was sent before a bind that failed is answered now: it is in the store until then.
            session.early.extend(took.unwrap_or_default());
            if let Some(mut session) = self.kept.take() {
                Box::pin(self.removes_answered(&mut session)).await;
                self.kept = Some(session).filter(|_| !gone_now);
            }
            gone |= gone_now;
        }
    }

    /// Stays connected; returns how the connection was lost, or nothing where the agent was told to stop.
    pub(super) async fn is_online(
        &mut self,
        mut session: Session,
        work: &mut Work,
        stopped: &mut watch::Receiver<bool>,
    ) -> Option<Ending> {
        let ended = self.stays(&mut session, work, stopped).await;
        Box::pin(work.takes_back(&mut session)).await;
        match ended {
            Ok(()) => {
                Box::pin(self.stops(Some(session), None)).await;
                None
            }
            Err(_) if session.abandoned => {
                Box::pin(self.stops(Some(session), None)).await;
                None
            }
            Err(Ending::End) => Box::pin(self.notices_the_end(&session, work, stopped)).await,
            Err(ending) => Some(ending),
        }
    }

    /// Does what is wished and what the platform asks for, until it is told to stop or the connection is lost.
    async fn stays(
        &mut self,
        session: &mut Session,
        work: &mut Work,
        stopped: &mut watch::Receiver<bool>,
    ) -> Result<(), Ending> {
        let mut notices = std::mem::take(&mut session.early);
        Box::pin(work.looks(notices, session)).await?;
        notices = Box::pin(work.flushes(session)).await?;
        loop {
            Box::pin(work.looks(notices, session)).await?;
            let heard = tokio::select! {
                biased;
                () = told_to_stop(stopped) => return Ok(()),
                wish = work.wishes.recv() => Err(wish),
                heard = session.hears(self.clock) => Ok(heard),
            };
            notices = match heard {
                Err(Some(wish)) if *wish == Wish::Cut => {
                    pipe::reset_on_drop(session.socket.get_ref().tcp());
                    return Err(Ending::Cut);
                }
                Err(Some(wish)) => Box::pin(work.does(*wish, session)).await?,
                // Nobody is left who could wish, so this is the end as well.
                Err(None) => return Ok(()),
                Ok(heard) => session.takes(heard?, self.clock.now()).await?,
            };
        }
    }

    /// TCP has ended without a close frame. An agent of the C SDK on a plain WebSocket takes that for silence, and
    /// notices when it writes its next ping [measured].
    async fn notices_the_end(
        &self,
        session: &Session,
        work: &mut Work,
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
                // What is measured meanwhile is not lost.
                never = work.keeps() => match never {},
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
            Ending::CloseFrame(_) | Ending::Garbage(_) | Ending::NoPong | Ending::Restart => Loss::CloseFrame,
        };
        let profile = Arc::clone(&self.profile);
        let does = profile.agent.kind().is_c_sdk_family() && sees_error(&profile.link, loss);
        if does {
            let clock = self.clock;
            let mut watch = Watch::start(clock);
            let pace = self.pace.clone();
            self.once_more.spawn(async move {
                if let Some(pace) = pace {
                    clock.until(pace.turn(clock.now())).await;
                }
                let open = connect::open(&profile.target, profile.tls.as_ref(), &mut watch).await;
                if open.is_ok() {
                    std::future::pending::<()>().await;
                }
                drop(open);
            });
        }
        does
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
        session.stopped = None;
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
