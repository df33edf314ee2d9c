//! A live agent: the pure machine of [`crate::agent`] under a real clock, with real connections.
//!
//! ```text
//! Machine ── wait ──► sleep until the planned instant ── Due ──► Machine
//!    │ attempt ──► open ─► upgrade ─► AUTH ─► BIND ── Connected ──► online … lost ── Lost ──► Machine
//!    └ strand ──► nothing, until told to stop
//! ```
//!
//! The machine is told the *planned* instant when a wait is over and the real one when something happened, so that a
//! late timer never adds up. The session is [`crate::wire::session::Client`], the steps before it are
//! [`super::connect`]. One task per agent; everything it waits for ends at once when it is told to stop: it says
//! UNBIND and a close frame, and is gone within [`SHUTDOWN`] whatever the platform does. An agent of the C SDK could
//! not: it looks at nothing but its own loop while it connects. What it would have done is told as
//! [`Told::Stopped`].
//!
//! An agent with a [`Store`] takes values at any time: while it is away they go into the store, and so do those that
//! the platform did not answer. Without one, wishes wait until it is back.

mod attempt;
mod ear;
mod frames;
mod online;
mod pace;
mod session;
mod thing;
mod visitor;
mod words;
mod work;

pub use super::store::Push;
pub use ear::{Ear, Waiting};
pub use frames::{Passed, Passing};
pub use pace::{Held, Pace};
pub use thing::{Named, Thing, named_values, value_of};
pub use visitor::visitor;
pub use words::values;
pub use work::News;

use super::clock::Clock;
use super::connect::{Done, Failure, Target, Watch};
use super::store::Store;
use super::tls::Connector;
use crate::agent::{Action, Event, Machine, Pause, State};
use crate::base::{Draws, Micros};
use crate::fleet::{Agent, Link, Retries};
use crate::wire::Status;
use session::Session;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use work::{Keeper, Work};

/// Longest time from the wish to stop to the end of the task; a store may take as long again to bring values to its disk.
pub const SHUTDOWN: Micros = Micros::from_millis(200);

/// What agents of one kind share.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Where they connect to.
    pub target: Target,
    /// TLS; nothing for a connection that anybody on the way can read and change.
    pub tls: Option<Connector>,
    /// Kind and settings.
    pub agent: Agent,
    /// Times of the connection.
    pub link: Link,
    /// Application key.
    pub key: Key,
}

/// An application key that does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(hidden)")
    }
}

/// One device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its number in the fleet, which keys its draws.
    pub number: u64,
    /// The things that it binds.
    pub things: Vec<String>,
}

/// What happens to an agent, as it tells whoever listens.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// It waits until then.
    Waits {
        /// When the wait ends.
        until: Micros,
        /// Why it waits.
        pause: Pause,
    },
    /// It begins an attempt, which was planned for that instant.
    Tries {
        /// Number of the attempt, from 0.
        number: u32,
        /// When it was planned.
        planned: Micros,
        /// Whether it goes on with the socket of the one before.
        same_socket: bool,
    },
    /// A step of the attempt is done.
    Stepped(Done),
    /// The attempt failed.
    Failed(Failure),
    /// A C SDK agent would have failed at the platform's answer, for this reason.
    CSdkFails(&'static str),
    /// It is back: signed in and bound.
    Back {
        /// Number of the attempt.
        number: u32,
    },
    /// The connection is lost.
    Lost(Ending),
    /// It connects once more at once, without a delay and without a word, as agents of the C SDK do when a read or
    /// a write fails; the next attempt closes that connection and opens its own.
    ConnectsOnceMore,
    /// It gives up for good.
    Stranded,
    /// The platform asked for a part of a thing.
    Asked {
        /// What it asked for, such as `service Add of pump`.
        what: String,
        /// Whether it was answered with success.
        success: bool,
    },
    /// Values or an event have reached the platform; `false` where it refused them.
    Pushed {
        /// Number of values or events.
        count: usize,
        /// Whether the platform took them.
        taken: bool,
    },
    /// Values, an event or a call were not sent, because no message can carry them.
    NotSent {
        /// What it was, such as `UpdateSubscribedPropertyValues of pump`.
        what: String,
        /// Why, and what to do.
        why: String,
    },
    /// What becomes of values in its store.
    Store(News),
    /// The platform has answered a call of the agent.
    Answered {
        /// What was called, such as `service GetMetadata of pump`.
        what: String,
        /// The platform's answer; nothing where none came in time.
        status: Option<Status>,
        /// Rows of its result.
        rows: usize,
    },
    /// It was told to stop, and has.
    Stopped {
        /// Whether it said goodbye to a platform that listened.
        goodbye: bool,
        /// For how long an agent of the C SDK would not have heard the wish; nothing where it would.
        c_sdk_deaf_until: Option<DeafUntil>,
    },
}

/// Until when an agent of the C SDK hears nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeafUntil {
    /// This instant, at which it looks at its flag again.
    At(Micros),
    /// Its connect call returns, which may be never.
    CallReturns,
}

/// How a connection was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The platform sent a close frame with this reason.
    CloseFrame(String),
    /// The platform reset the connection.
    Reset,
    /// A read or a write failed otherwise.
    Error(String),
    /// What came breaks the rules of WebSocket or of the protocol.
    Garbage(String),
    /// TCP ended without a close frame.
    End,
    /// A ping was not answered.
    NoPong,
    /// It was cut by hand.
    Cut,
    /// A service of it was called that restarts it.
    Restart,
}

/// A wish of whoever holds an agent.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Push values.
    Push(Vec<Push>),
    /// Write a value at once: a PUT of its property, beside the subscriptions.
    Write(Push),
    /// Fire an event of a thing.
    Fire {
        /// The thing.
        thing: String,
        /// The event.
        event: String,
        /// Its fields.
        fields: Vec<Named>,
    },
    /// Call a service of a thing at the platform.
    Call {
        /// The thing.
        thing: String,
        /// The service.
        service: String,
        /// Its parameters.
        parameters: Vec<Named>,
    },
    /// Cut the connection as a broken network does.
    Cut,
}

/// Whoever listens to agents. Called from their tasks: it must not block.
pub trait Listener: Send + Sync {
    /// Hears what happened to a device at a time.
    fn hears(&self, at: Micros, device: u64, told: Told);

    /// Sees a frame of a device pass, to the platform or from it. Who does not look pays nothing for it.
    fn sees(&self, at: Micros, device: u64, sent: bool, frame: &Passing<'_>) {
        let _ = (at, device, sent, frame);
    }
}

/// A running agent. Dropping it stops the agent.
#[derive(Debug)]
pub struct Handle {
    stop: watch::Sender<bool>,
    // Boxed: a channel holds room for dozens, and an idle agent has none.
    wishes: mpsc::Sender<Box<Wish>>,
    task: tokio::task::JoinHandle<()>,
}

/// Wishes that may wait.
const WISHES: usize = 64;

/// Starts an agent on the current runtime that is without a connection from `planned` on.
pub fn start(
    profile: Arc<Profile>,
    device: Device,
    (clock, draws): (Clock, Draws),
    planned: Micros,
    listener: Arc<dyn Listener>,
) -> Handle {
    start_with(profile, device, (clock, draws), planned, listener, With::default())
}

/// What not every agent has.
#[derive(Debug, Default)]
pub struct With {
    /// Where it keeps values while it is away.
    pub store: Option<Store>,
    /// Spaces its connections and those of others.
    pub pace: Option<Arc<Pace>>,
    /// The folder of this machine into which the platform may copy files, and in which the service `Restart` leaves
    /// its stamp.
    pub files: Option<PathBuf>,
    /// Whether it tells the test platform which draws its attempts have, so that services last as long as simulated.
    pub tells_draws: bool,
}

/// Starts an agent as [`start`] does, with what it has beside.
pub fn start_with(
    profile: Arc<Profile>,
    device: Device,
    (clock, draws): (Clock, Draws),
    planned: Micros,
    listener: Arc<dyn Listener>,
    With { store, pace, files, tells_draws }: With,
) -> Handle {
    let (stop, stopped) = watch::channel(false);
    let (wishes, wished) = mpsc::channel(WISHES);
    let mut thing = Thing::new(device.things.clone());
    if let Some(folder) = files {
        thing = thing.serving(folder);
    }
    // What it had measured before it was started anew is what it answers until it measures again.
    thing.push(store.iter().flat_map(Store::values).collect());
    let keeper = store.map(Keeper::new);
    let voice = Voice { clock, device: device.number, listener };
    let work = Work::new(wished, thing, keeper.clone(), voice.clone());
    let life = Life {
        profile,
        device,
        clock,
        draws,
        voice,
        keeper,
        pace,
        tells_draws,
        stopped,
        kept: None,
        once_more: JoinSet::new(),
    };
    Handle { stop, wishes, task: tokio::spawn(life.lasts(work, planned)) }
}

impl Handle {
    /// Tells a wish; returns whether there was room for it.
    pub fn wish(&self, wish: Wish) -> bool {
        self.wishes.try_send(Box::new(wish)).is_ok()
    }

    /// Stops the agent; it is gone when this returns.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // A task that has panicked is gone too.
        let _ = self.task.await;
    }

    /// Returns what asks the agent to stop without waiting for it, for somebody who has no handle.
    pub fn stopper(&self) -> impl FnOnce() + Send + 'static {
        let stop = self.stop.clone();
        move || {
            stop.send_replace(true);
        }
    }

    /// Asks the agent to stop without waiting for it.
    pub fn ask_to_stop(&self) {
        self.stop.send_replace(true);
    }
}

/// Tells what happens to an agent.
#[derive(Clone)]
struct Voice {
    clock: Clock,
    device: u64,
    listener: Arc<dyn Listener>,
}

impl Voice {
    fn tell(&self, told: Told) {
        self.listener.hears(self.clock.now(), self.device, told);
    }
}

/// The life of one agent.
struct Life {
    profile: Arc<Profile>,
    device: Device,
    clock: Clock,
    draws: Draws,
    voice: Voice,
    keeper: Option<Keeper>,
    pace: Option<Arc<Pace>>,
    tells_draws: bool,
    stopped: watch::Receiver<bool>,
    /// A session whose socket stands although AUTH or BIND failed.
    kept: Option<Session>,
    /// The connection that an agent of the C SDK opens as soon as it has lost one by an error.
    once_more: JoinSet<()>,
}

/// Resolves when the agent is to stop.
async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    // A handle that is gone means the same.
    let _ = stopped.wait_for(|&stop| stop).await;
}

impl Life {
    fn tell(&self, told: Told) {
        self.voice.tell(told);
    }

    /// Lives until it is told to stop, and brings to the disk what is left to keep.
    async fn lasts(self, mut work: Work, planned: Micros) {
        self.goes_on(&mut work, planned).await;
        work.leaves().await;
    }

    async fn goes_on(mut self, work: &mut Work, planned: Micros) {
        let profile = Arc::clone(&self.profile);
        let machine = Machine { agent: &profile.agent, device: self.device.number, draws: self.draws };
        let mut state = State::default();
        let mut stopped = self.stopped.clone();
        tokio::select! {
            () = told_to_stop(&mut stopped) => {
                return self.tell(Told::Stopped { goodbye: false, c_sdk_deaf_until: None });
            }
            () = self.clock.until(planned) => {}
            never = work.keeps() => match never {},
        }
        let mut now = planned;
        let mut next = machine.step(&mut state, now, Event::Lost);
        loop {
            next = match next {
                Action::Wait { until, pause } => {
                    self.tell(Told::Waits { until, pause });
                    match Box::pin(self.waits(until, work, &mut stopped)).await {
                        Waited::Over => {}
                        Waited::SocketGone => {
                            machine.step(&mut state, until, Event::Lost);
                        }
                        Waited::Stopped => return Box::pin(self.stops(None, Some(until))).await,
                    }
                    now = until;
                    machine.step(&mut state, now, Event::Due)
                }
                Action::Attempt { number, timeout, same_socket } => {
                    self.once_more = JoinSet::new();
                    self.tell(Told::Tries { number, planned: now, same_socket });
                    let mut watch = Watch::start(self.clock);
                    let attempt = tokio::select! {
                        () = told_to_stop(&mut stopped) => None,
                        // In a box of its own: what connecting needs is not kept for the time after it.
                        attempt = Box::pin(self.attempts(number, timeout, same_socket, &mut watch)) => Some(attempt),
                        never = work.keeps() => match never {},
                    };
                    let Some(attempt) = attempt else { return Box::pin(self.stops(None, None)).await };
                    match attempt {
                        Ok(session) => {
                            machine.step(&mut state, self.clock.now(), Event::Connected);
                            self.tell(Told::Back { number });
                            let Some(ending) = self.is_online(session, work, &mut stopped).await else {
                                return;
                            };
                            now = self.clock.now();
                            // Whoever was restarted knows nothing of the connection that was.
                            let restarted = work.takes_restart();
                            let connects = !restarted && self.connects_once_more(&ending);
                            self.tell(Told::Lost(ending));
                            if connects {
                                self.tell(Told::ConnectsOnceMore);
                            }
                            machine.step(&mut state, now, Event::Lost)
                        }
                        Err(failed) => {
                            let event = if self.kept.is_some() { Event::FailedOpen } else { Event::Failed };
                            self.tell(Told::Failed(failed));
                            now = self.clock.now();
                            let next = machine.step(&mut state, now, event);
                            if !state.same_socket() {
                                self.kept = None;
                            }
                            next
                        }
                    }
                }
                Action::Strand | Action::Nothing => {
                    self.tell(Told::Stranded);
                    tokio::select! {
                        () = told_to_stop(&mut stopped) => {}
                        never = work.keeps() => match never {},
                    }
                    return Box::pin(self.stops(None, None)).await;
                }
            }
        }
    }

    /// Says how long an agent of the C SDK would not have heard that it shall stop: its connect call looks at its
    /// flag between attempts only, and with endless attempts never returns.
    fn deaf(&self, until: Option<Micros>) -> Option<DeafUntil> {
        match self.profile.agent {
            Agent::CSdk(sdk) | Agent::Ems(sdk) => match (sdk.connect_retries, until) {
                (Retries::Forever, _) | (_, None) => Some(DeafUntil::CallReturns),
                (Retries::Times(_), Some(until)) => Some(DeafUntil::At(until)),
            },
            // Their calls run in a task of their own.
            Agent::ExampleAgent { .. } | Agent::JavaSdk(_) | Agent::DotNetSdk(_) | Agent::Generic(_) => None,
        }
    }
}

/// How a wait ended.
enum Waited {
    Over,
    /// It is over, and the socket that was kept is gone.
    SocketGone,
    Stopped,
}

#[cfg(test)]
mod tests;
