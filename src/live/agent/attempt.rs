//! One attempt: open, upgrade, AUTH, BIND, each within the time that the agent's kind gives it.
//!
//! What the connect timeout bounds is a property of the link ([`Bounds`]): agents of the C SDK wait that long for the
//! answer to the upgrade only, while TCP and TLS take as long as the system lets them; others bound the whole
//! attempt with it.

use super::session::{Session, Tap};
use super::{Ending, Life, Told};
use crate::base::Micros;
use crate::base::draws::mix;
use crate::fleet::Bounds;
use crate::fleet::outage::SYN_GIVES_UP;
use crate::live::clock::length;
use crate::live::connect::{self, Failure, Step, Trouble, Watch};
use crate::live::pipe::{self, Pipe};
use crate::live::upgrade;
use crate::wire::Bind;
use crate::wire::session::{self, Client, Notice, Phase, Terms, Upgrade};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::Role;

impl Life {
    /// Tries to be back. Where AUTH or BIND fails the socket is kept.
    pub(super) async fn attempts(
        &mut self,
        number: u32,
        connect_timeout: Micros,
        same_socket: bool,
        watch: &mut Watch,
    ) -> Result<Session, Failure> {
        let kept = self.kept.take().filter(|_| same_socket);
        let mut session = match kept {
            Some(session) => session,
            None => self.opens(number, connect_timeout, watch).await?,
        };
        match self.signs_in(&mut session, watch).await {
            Ok(()) => Ok(session),
            Err(failure) => {
                self.removes_answered(&mut session).await;
                if !session.closed
                    && !matches!(failure.trouble, Trouble::Closed | Trouble::Reset | Trouble::System(_))
                {
                    self.kept = Some(session);
                }
                Err(failure)
            }
        }
    }

    /// Opens a WebSocket.
    async fn opens(
        &mut self,
        number: u32,
        connect_timeout: Micros,
        watch: &mut Watch,
    ) -> Result<Session, Failure> {
        let (profile, clock) = (self.profile.clone(), self.clock);
        if let Some(pace) = &self.pace {
            clock.until(pace.turn(clock.now())).await;
            // The wait is no step.
            *watch = Watch::start(clock);
        }
        let began = clock.now();
        let whole = profile.link.bounds == Bounds::Attempt;
        let longest = if whole { connect_timeout } else { SYN_GIVES_UP };
        let told = watch.done.len();
        let opened =
            timeout(length(longest), connect::open(&profile.target, profile.tls.as_ref(), watch)).await;
        for done in watch.done.drain(told..) {
            self.tell(Told::Stepped(done));
        }
        let Ok(opened) = opened else { return Err(watch.waited_in_vain()) };
        let mut pipe = opened?;
        let longest = if whole { connect_timeout.since(clock.now().since(began)) } else { connect_timeout };
        let Ok(upgraded) = timeout(length(longest), self.upgrades(number, &mut pipe)).await else {
            let what = "the platform accepts connections and does not answer; it is overloaded, or something in front of it waits for a turn";
            return Err(watch.failed(Step::Upgrade, Trouble::Mute { waited: connect_timeout, what }));
        };
        let early = upgraded.map_err(|trouble| watch.failed(Step::Upgrade, trouble))?;
        self.steps(watch, Step::Upgrade, String::new());
        let link = profile.link;
        let bind = Bind { gateway: None, things: self.device.things.clone() };
        let terms = Terms {
            patience: link.message_timeout,
            unbind_patience: super::SHUTDOWN,
            ping_every: link.ping_rate,
            pong_within: link.pong_timeout,
            bind_when_told: self.bursts_first(),
            ..Terms::new(profile.key.0.as_str(), bind)
        };
        let listener = std::sync::Arc::clone(&self.voice.listener);
        let tap = Tap { listener, clock, device: self.device.number };
        let frames = pipe::frames(pipe, early, Role::Client).await;
        Ok(Session::new(frames, Client::new(terms), tap, self.stopped.clone()))
    }

    async fn upgrades(&self, number: u32, pipe: &mut Pipe) -> Result<Vec<u8>, Trouble> {
        let target = &self.profile.target;
        // No secret: it only tells one answer from another.
        let first = mix(self.device.number ^ self.clock.now().0.rotate_left(32));
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&first.to_be_bytes());
        nonce[8..].copy_from_slice(&mix(first).to_be_bytes());
        let mut request = Upgrade::new(target.host.as_str(), nonce, self.profile.key.0.as_str());
        request.path = if self.tells_draws {
            upgrade::with_draws(&target.path, (self.device.number, u64::from(number)))
        } else {
            target.path.clone()
        };
        let (early, c_sdk_fails) = upgrade::ask(pipe, &request).await?;
        if let Some(why) = c_sdk_fails {
            self.tell(Told::CSdkFails(why));
        }
        Ok(early)
    }

    /// AUTH and BIND.
    async fn signs_in(&mut self, session: &mut Session, watch: &mut Watch) -> Result<(), Failure> {
        let mut actions = Vec::new();
        let now = self.clock.now();
        if session.client.phase() == Phase::New {
            session.client.step(now, session::Event::Opened, &mut actions);
        } else if session.client.authenticate(now, &mut actions).is_err() {
            return Err(watch.failed(Step::Auth, Trouble::Closed));
        }
        let mut step = Step::Auth;
        let mut notices =
            session.does(actions).await.map_err(|ending| watch.failed(step, trouble_of(ending)))?;
        loop {
            let mut failed = None;
            for notice in notices {
                match self.sees(session, notice) {
                    Seen::Nothing => {}
                    Seen::Early(answer) => session.early.push(answer),
                    Seen::SignedIn(id) => {
                        self.steps(watch, Step::Auth, format!("session {id}"));
                        step = Step::Bind;
                        if self.bursts_first() {
                            let binds = self.bursts_and_binds(session).await;
                            binds.map_err(|ending| watch.failed(step, trouble_of(ending)))?;
                        }
                    }
                    Seen::Bound => {
                        self.steps(watch, Step::Bind, self.device.things.join(", "));
                        return Ok(());
                    }
                    // Answers that came with it are looked at too.
                    Seen::Failed(trouble) => failed = failed.or(Some(trouble)),
                }
            }
            if let Some(trouble) = failed {
                return Err(watch.failed(step, trouble));
            }
            if session.closed {
                return Err(watch.failed(step, Trouble::Closed));
            }
            let heard =
                session.hears(self.clock).await.map_err(|ending| watch.failed(step, trouble_of(ending)))?;
            let now = self.clock.now();
            notices =
                session.takes(heard, now).await.map_err(|ending| watch.failed(step, trouble_of(ending)))?;
        }
    }

    /// Looks at what the session tells while it signs in.
    fn sees(&self, session: &Session, notice: Notice) -> Seen {
        match notice {
            Notice::SignedIn { session } => Seen::SignedIn(session),
            Notice::Bound => Seen::Bound,
            Notice::Refused { step: session::Step::Auth, status, reason } => {
                Seen::Failed(Trouble::KeyRefused { status, reason })
            }
            Notice::Refused { step: session::Step::Bind, status, reason } => {
                Seen::Failed(Trouble::BindRefused { status, reason })
            }
            Notice::StepTimedOut(step) => {
                let what = match step {
                    session::Step::Auth => {
                        "the platform has a WebSocket and no answer to the key; its sign-in is overloaded or hangs"
                    }
                    session::Step::Bind => {
                        "the platform knows the key and does not answer the bind; its sign-in is overloaded or hangs"
                    }
                };
                Seen::Failed(Trouble::Mute { waited: self.profile.link.message_timeout, what })
            }
            Notice::Fault(error) if session.closed => Seen::Failed(Trouble::Garbage(error.to_string())),
            Notice::Unsent(error) => Seen::Failed(Trouble::System(error.to_string())),
            answer @ (Notice::Answer { .. } | Notice::TimedOut { .. }) => Seen::Early(answer),
            _ => Seen::Nothing,
        }
    }

    fn steps(&self, watch: &mut Watch, step: Step, detail: String) {
        watch.done(step, detail);
        if let Some(done) = watch.done.pop() {
            self.tell(Told::Stepped(done));
        }
    }
}

/// What a notice means on the way to being back.
enum Seen {
    Nothing,
    /// An answer to what was sent from the store; there are no more of them than requests.
    Early(Notice),
    SignedIn(u32),
    Bound,
    Failed(Trouble),
}

fn trouble_of(ending: Ending) -> Trouble {
    match ending {
        Ending::CloseFrame(_) | Ending::End | Ending::Cut | Ending::Restart => Trouble::Closed,
        Ending::Reset => Trouble::Reset,
        Ending::Error(error) => Trouble::System(error),
        Ending::Garbage(error) => Trouble::Garbage(error),
        Ending::NoPong => Trouble::Mute { waited: Micros::ZERO, what: "a ping was not answered" },
    }
}
