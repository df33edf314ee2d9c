//! One connection of a device, from the door to its end: one task, one fate.

use super::fate::{Fate, note};
use super::line::{Door, Stop, Turn};
use super::rest;
use super::talk::Talk;
use super::{Reception, Shared, Signal};
use crate::fleet::Loss;
use crate::live::clock::length;
use crate::live::pipe::{self, Pipe};
use crate::live::upgrade::{self, Asked, DrawKey};
use crate::wire::FRAME;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

/// Longest wait for a device to take the last words.
pub(super) const PARTING: Duration = Duration::from_millis(100);

/// Counts a new connection and starts its task.
pub(super) fn begin(shared: &Arc<Shared>, tcp: TcpStream) {
    // The signal is watched from before the connection is counted, so that no outage passes it by.
    let signal = shared.signal.subscribe();
    let door = shared.hall().comes(shared.clock.now());
    let cuts = signal.borrow().cuts;
    let mut connection = Connection { shared: Arc::clone(shared), cuts, signal, session: None };
    tokio::spawn(async move {
        let fate = connection.lives(tcp, door).await;
        connection.shared.hall().ends(connection.session, fate);
        connection.shared.ended.notify_waiters();
    });
}

/// What a connection's task keeps.
pub(super) struct Connection {
    pub(super) shared: Arc<Shared>,
    signal: watch::Receiver<Signal>,
    /// Cuts before this connection.
    cuts: u64,
    pub(super) session: Option<u32>,
}

/// Why a connection's task stops what it does.
#[derive(Clone, Copy)]
pub(super) enum Cut {
    Loss(Loss),
    Stop,
}

impl Connection {
    /// Leads a connection through its life; returns how it ended.
    async fn lives(&mut self, tcp: TcpStream, door: Door) -> Fate {
        if door == Door::Reset {
            pipe::reset_on_drop(&tcp);
            return Fate::Reset;
        }
        // Answers are short and waited for.
        let _ = tcp.set_nodelay(true);
        let mut pipe = match self.secures(tcp).await {
            Ok(pipe) => pipe,
            Err(fate) => return fate,
        };
        let reception = self.shared.hall().reception;
        match reception {
            Reception::AcceptThenClose => return Fate::Refused,
            Reception::Mute => return self.holds(pipe.tcp()).await,
            _ => {}
        }
        let upgraded = match self.upgrades(&mut pipe, door).await {
            Ok(upgraded) => upgraded,
            Err(Refusal::Fate(fate)) => return fate,
            Err(Refusal::Reset(fate)) => {
                pipe.reset();
                return fate;
            }
        };
        self.shared.hall().counters.upgraded += 1;
        Talk::new(self, pipe, upgraded).await.goes_on().await
    }

    /// Does the TLS handshake, where there is one.
    async fn secures(&mut self, tcp: TcpStream) -> Result<Pipe, Fate> {
        let Some(acceptor) = self.shared.acceptor.clone() else { return Ok(Pipe::Plain(tcp)) };
        // Nobody has said yet who it is.
        match self.waits_for(Stop::Handshake, None).await? {
            Waited::Served => {}
            Waited::Refused(_) => {
                pipe::reset_on_drop(&tcp);
                return Err(Fate::Reset);
            }
        }
        let longest = length(self.shared.settings.greeting_timeout);
        tokio::select! {
            cut = self.cut() => Err(ended_by(cut)),
            done = timeout(longest, acceptor.accept(tcp)) => match done {
                Ok(Ok(tls)) => Ok(Pipe::Tls(Box::new(tls.into()))),
                Ok(Err(_)) | Err(_) => Err(Fate::Handshake),
            },
        }
    }

    /// Reads the upgrade request, waits for its turn and answers it.
    async fn upgrades(&mut self, pipe: &mut Pipe, door: Door) -> Result<Upgraded, Refusal> {
        let longest = length(self.shared.settings.greeting_timeout);
        let asked = tokio::select! {
            cut = self.cut() => return Err(Refusal::of(cut)),
            asked = timeout(longest, upgrade::asked(pipe)) => asked,
        };
        let Ok(Ok(asked)) = asked else { return Err(Refusal::Fate(Fate::NoUpgrade)) };
        if door == Door::Http503 {
            return Err(refuses(pipe, &upgrade::unavailable(), Fate::Refused).await);
        }
        let (request, early) = match asked {
            Asked::WebSocket(request, early) => (request, early),
            Asked::Rest(early) => return Err(Refusal::Fate(rest::serves(self, pipe, early).await)),
            Asked::Other(answer) => return Err(refuses(pipe, &answer, Fate::NoUpgrade).await),
        };
        if request.path.split('?').next() != Some(self.shared.settings.path.as_str()) {
            return Err(refuses(pipe, &upgrade::not_found(), Fate::NoUpgrade).await);
        }
        let whose = upgrade::draws_of(&request.path);
        match self.waits_for(Stop::Upgrade, whose).await? {
            Waited::Served => {}
            Waited::Refused(Door::Http503) => {
                return Err(refuses(pipe, &upgrade::unavailable(), Fate::Refused).await);
            }
            Waited::Refused(_) => return Err(Refusal::Reset(Fate::Reset)),
        }
        if gone(pipe.tcp())
            || pipe.write_all(request.answer().as_bytes()).await.is_err()
            || pipe.flush().await.is_err()
        {
            return Err(Refusal::Fate(Fate::InVain));
        }
        let frame = request.max_frame.unwrap_or(FRAME).min(FRAME);
        Ok(Upgraded { early, frame, whose })
    }

    /// Waits for the turn of a request at a station.
    async fn waits_for(&mut self, stop: Stop, whose: Option<DrawKey>) -> Result<Waited, Fate> {
        let turn = self.shared.hall().asks(stop, self.shared.clock.now(), whose);
        let clock = self.shared.clock;
        let (until, closes) = match turn {
            Turn::Free => return Ok(Waited::Served),
            Turn::Full(door) => return Ok(Waited::Refused(door)),
            Turn::Served(until) => (until, false),
            Turn::Closed(until) => (until, true),
        };
        tokio::select! {
            cut = self.cut() => Err(ended_by(cut)),
            () = clock.until(until) => {
                let late = clock.now().since(until);
                note(&mut self.shared.hall().counters.late, late);
                if closes { Err(Fate::Impatient) } else { Ok(Waited::Served) }
            }
        }
    }

    /// Waits for an outage that ends this connection.
    pub(super) async fn cut(&mut self) -> Cut {
        loop {
            {
                let signal = self.signal.borrow_and_update();
                if signal.stop {
                    return Cut::Stop;
                }
                if signal.cuts != self.cuts {
                    self.cuts = signal.cuts;
                    if let Some(loss) = signal.loss {
                        return Cut::Loss(loss);
                    }
                }
            }
            if self.signal.changed().await.is_err() {
                return Cut::Stop;
            }
        }
    }

    /// Keeps a connection open without a word: until the platform is stopped, or for the idle time.
    pub(super) async fn holds(&mut self, tcp: &TcpStream) -> Fate {
        let until = tokio::time::sleep(length(self.shared.settings.idle_timeout));
        tokio::pin!(until);
        loop {
            tokio::select! {
                cut = self.cut() => match cut {
                    // What is silent already stays so.
                    Cut::Loss(Loss::Silence) => {}
                    Cut::Loss(Loss::Reset) => {
                        pipe::reset_on_drop(tcp);
                        return Fate::Cut;
                    }
                    Cut::Loss(_) => return Fate::Cut,
                    Cut::Stop => return Fate::Stopped,
                },
                () = &mut until => return Fate::Idle,
            }
        }
    }
}

/// A connection that has become a WebSocket.
pub(super) struct Upgraded {
    /// Bytes that came with the request.
    pub(super) early: Vec<u8>,
    /// Largest frame that the device takes [bytes].
    pub(super) frame: usize,
    /// Whose draws its sign-ins have; nothing where it does not tell.
    pub(super) whose: Option<DrawKey>,
}

/// Answers an upgrade with a refusal and closes; a device that does not read it is not waited for.
async fn refuses(pipe: &mut Pipe, answer: &str, fate: Fate) -> Refusal {
    let says = async {
        // Who has gone already cannot be told.
        let _ = pipe.write_all(answer.as_bytes()).await;
        let _ = pipe.shutdown().await;
    };
    let _ = timeout(PARTING, says).await;
    Refusal::Fate(fate)
}

/// Why a connection does not become a WebSocket.
enum Refusal {
    Fate(Fate),
    Reset(Fate),
}

impl Refusal {
    /// Returns how an outage ends a connection that is not a WebSocket yet.
    fn of(cut: Cut) -> Self {
        match cut {
            Cut::Loss(Loss::Reset) => Self::Reset(Fate::Cut),
            Cut::Loss(_) => Self::Fate(Fate::Cut),
            Cut::Stop => Self::Fate(Fate::Stopped),
        }
    }
}

impl From<Fate> for Refusal {
    fn from(fate: Fate) -> Self {
        Self::Fate(fate)
    }
}

/// How a wait at a station went.
enum Waited {
    Served,
    Refused(Door),
}

/// Returns how a connection without a WebSocket is ended by an outage.
pub(super) fn ended_by(cut: Cut) -> Fate {
    match cut {
        Cut::Loss(_) => Fate::Cut,
        Cut::Stop => Fate::Stopped,
    }
}

/// Returns whether the other end has closed the connection already.
fn gone(tcp: &TcpStream) -> bool {
    let mut byte = [std::mem::MaybeUninit::uninit()];
    match socket2::SockRef::from(tcp).peek(&mut byte) {
        Ok(read) => read == 0,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}
