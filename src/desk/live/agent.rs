//! The one agent of the window: from what was typed to a running agent, and what it tells.
//!
//! Keys, certificates and the agent itself are fetched and started on a thread of their own, because a key ring or the
//! system's authorities may take their time. What was typed is a reference; what it leads to is given to the agent and
//! kept nowhere else.

use super::log::{self, Log};
use crate::base::file;
use crate::base::units::duration;
use crate::base::{Draws, Micros};
use crate::config::secret::{SecretRef, SystemVault, Vault};
use crate::desk::command::Ask;
use crate::desk::devices::Task;
use crate::desk::env::Wake;
use crate::fleet::{Agent, Link};
use crate::live::agent::{
    Device, Ear, Handle, Key, Passed, Profile, Push, SHUTDOWN, Told, Wish, value_of, visitor,
};
use crate::live::clock::wall_ms;
use crate::live::connect::{Step, Target};
use crate::live::engine::Engine;
use crate::live::tls::{ClientTls, Connector, Trust};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// Longest certificate file \[bytes\].
const LONGEST_PEM: u64 = 1 << 20;
/// Longest time of an attempt up to the upgrade, and of each answer after it, where no group of the project says more.
const LONGEST: Micros = Micros::from_secs(10);
/// Pause between two attempts of an agent that makes one only.
const PAUSE: Micros = Micros::from_secs(5);
/// What says that it is an agent of the test platform, which takes any key.
const ANY_KEY: &str = "test platform";
/// Most events that are taken in at once, so that a flood does not hold a frame up.
const AT_ONCE: usize = 4_096;

/// Where the agent connects to.
#[derive(Clone, PartialEq, Eq)]
pub enum To {
    /// The test platform of this window.
    TestPlatform,
    /// A platform elsewhere.
    Other {
        /// Its address: `wss://HOST[:PORT][/PATH]`.
        address: String,
        /// Where the application key lies: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`.
        key: String,
        /// File of the only authorities that are trusted (PEM); empty for those of the system.
        authority: String,
    },
}

impl std::fmt::Debug for To {
    /// Without the reference: somebody may have typed the key itself.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TestPlatform => f.write_str("TestPlatform"),
            Self::Other { address, authority, .. } => {
                f.debug_struct("Other").field("address", address).field("authority", authority).finish()
            }
        }
    }
}

/// One agent that is to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Where to.
    pub to: To,
    /// The thing that it binds.
    pub thing: String,
    /// Id of the group whose agents it behaves like; nothing for one attempt, now.
    pub behaves: Option<String>,
}

/// How the agent stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// None was started.
    #[default]
    Idle,
    /// Its key and its certificates are fetched.
    Prepares,
    /// It waits until then, on the clock of the engine.
    Waits(Micros),
    /// It makes an attempt.
    Tries,
    /// It is signed in and bound.
    Back,
    /// It will not try again by itself.
    GaveUp,
    /// It was told to stop.
    Stops,
    /// It has stopped.
    Stopped,
}

/// A step of the newest attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDone {
    /// Which one.
    pub step: Step,
    /// How long it took.
    pub took: Micros,
    /// What there is to know, such as the address or the certificate.
    pub detail: String,
    /// Whether it failed.
    pub failed: bool,
}

/// The agent as a panel sees it.
#[derive(Clone, Debug, Default)]
pub struct Visited {
    /// How it stands.
    pub standing: Standing,
    /// Address of its platform.
    pub address: String,
    /// Whether that is anything but this computer.
    pub remote: bool,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// The thing that it binds.
    pub thing: String,
    /// The steps of the newest attempt, in their order.
    pub steps: Vec<StepDone>,
    /// Why it is not connected, in words; empty where nothing is known.
    pub trouble: String,
    /// How long it took to stop, from the wish to the end.
    pub stopped_in: Option<Micros>,
    /// Its log.
    pub log: Log,
    /// Events and frames that came faster than they could be taken in.
    pub missed: u64,
}

impl Visited {
    /// Returns whether it can be told to stop.
    pub fn active(&self) -> bool {
        matches!(
            self.standing,
            Standing::Prepares
                | Standing::Waits(_)
                | Standing::Tries
                | Standing::Back
                | Standing::GaveUp
                | Standing::Stops
        )
    }
}

/// A started agent.
struct Started {
    handle: Handle,
    ear: Arc<Ear>,
    told: Receiver<(Micros, Told)>,
    passed: Receiver<(Micros, Passed)>,
    began: Micros,
}

/// The one agent.
#[derive(Default)]
pub(super) struct Agents {
    preparing: Task<Result<Started, String>>,
    started: Option<Started>,
    asked_to_stop: Option<Micros>,
    pub(super) visited: Visited,
}

/// What an agent needs beside what was typed.
pub(super) struct Ground {
    pub(super) engine: Arc<Engine>,
    /// Address of the test platform, and the authority that it is to be trusted by.
    pub(super) platform: Option<(String, Option<String>)>,
    /// Agent and link of the group that it behaves like.
    pub(super) group: Option<(Agent, Link)>,
    pub(super) seed: u64,
}

impl Agents {
    /// Begins to connect; one that was there before is stopped.
    ///
    /// # Errors
    /// A sentence that says what is wrong with what was typed.
    pub(super) fn connect(&mut self, visit: &Visit, ground: Ground, wake: &Wake) -> Result<(), String> {
        let thing = visit.thing.trim().to_owned();
        if thing.is_empty() {
            return Err("The agent binds no thing, so a platform could not tell it from others; \
                        enter the name of a thing."
                .to_owned());
        }
        let reach = Reach::of(&visit.to, ground.platform.as_ref())?;
        self.stop(ground.engine.clock().now());
        self.started = None;
        self.asked_to_stop = None;
        self.visited = Visited {
            standing: Standing::Prepares,
            address: reach.address.clone(),
            remote: !reach.target.is_loopback(),
            encrypted: reach.encrypted,
            thing: thing.clone(),
            ..Visited::default()
        };
        let Ground { engine, group, seed, .. } = ground;
        self.preparing.order(wake, false, move || {
            let profile = reach.profile(group)?;
            let device = Device { number: 0, things: vec![thing] };
            let (ear, told, passed) = Ear::with_frames();
            let ear = Arc::new(ear);
            let began = engine.clock().now();
            let handle = engine.agent(profile, device, Draws::new(seed), Arc::<Ear>::clone(&ear));
            Ok(Started { handle, ear, told, passed, began })
        });
        Ok(())
    }

    /// Asks a connected agent for something; returns whether it heard it.
    pub(super) fn ask(&self, ask: Ask) -> bool {
        let Some(started) = &self.started else { return false };
        let thing = self.visited.thing.clone();
        started.handle.wish(match ask {
            Ask::Push { property, value } => {
                let value = value_of(&value);
                Wish::Push(vec![Push { thing, property, value, time_ms: wall_ms() }])
            }
            Ask::Call { service } => Wish::Call { thing, service },
            Ask::Cut => Wish::Cut,
        })
    }

    /// Tells the agent to stop, and does not wait for it.
    pub(super) fn stop(&mut self, now: Micros) {
        if self.preparing.busy() {
            // Its handle is dropped with the answer, which stops it.
            self.preparing.forget();
            self.visited.standing = Standing::Stopped;
        }
        if let Some(started) = &self.started
            && self.asked_to_stop.is_none()
        {
            started.handle.ask_to_stop();
            self.asked_to_stop = Some(now);
            self.visited.standing = Standing::Stops;
        }
    }

    /// Takes in what has happened.
    pub(super) fn tick(&mut self, wake: &Wake) {
        let brought = self.preparing.take(wake);
        self.prepared(brought);
        self.listen();
    }

    /// Waits until the agent is started.
    pub(super) fn wait(&mut self, wake: &Wake) {
        let brought = self.preparing.wait(wake);
        self.prepared(brought);
        self.listen();
    }

    fn prepared(&mut self, brought: Option<Result<Started, String>>) {
        match brought {
            Some(Ok(started)) => {
                self.visited.standing = Standing::Tries;
                self.started = Some(started);
            }
            Some(Err(trouble)) => {
                self.visited.standing = Standing::Stopped;
                self.visited.trouble = trouble;
            }
            None => {}
        }
    }

    fn listen(&mut self) {
        let Some(started) = &self.started else { return };
        self.visited.missed = started.ear.missed();
        let began = started.began;
        let told: Vec<_> = started.told.try_iter().take(AT_ONCE).collect();
        let mut passed: Vec<_> = started.passed.try_iter().take(AT_ONCE).collect();
        // Both come in their order; a frame stands before what follows from it.
        passed.reverse();
        for (at, told) in told {
            while let Some((seen, frame)) = passed.pop_if(|(seen, _)| *seen <= at) {
                self.visited.log.passed(seen.since(began), frame);
            }
            self.hears(at, began, told);
        }
        while let Some((seen, frame)) = passed.pop() {
            self.visited.log.passed(seen.since(began), frame);
        }
        if self.visited.standing == Standing::Stopped {
            self.started = None;
        }
    }

    fn hears(&mut self, at: Micros, began: Micros, told: Told) {
        let visited = &mut self.visited;
        if let Some(words) = log::words(&told, at, began) {
            visited.log.told(at.since(began), words);
        }
        let stops = self.asked_to_stop.is_some();
        let mut stands = |standing| {
            if !stops {
                visited.standing = standing;
            }
        };
        match told {
            Told::Waits { until, .. } => stands(Standing::Waits(until)),
            Told::Tries { .. } => {
                stands(Standing::Tries);
                visited.steps.clear();
            }
            Told::Stepped(done) => visited.steps.push(StepDone {
                step: done.step,
                took: done.took,
                detail: done.detail,
                failed: false,
            }),
            Told::Failed(failure) => {
                visited.trouble = failure.trouble.to_string();
                visited.steps.push(StepDone {
                    step: failure.step,
                    took: failure.took,
                    detail: failure.trouble.code().to_owned(),
                    failed: true,
                });
            }
            Told::Back { .. } => {
                stands(Standing::Back);
                visited.trouble.clear();
            }
            Told::Lost(ending) => visited.trouble = format!("The connection was lost: {ending}"),
            Told::Stranded => stands(Standing::GaveUp),
            Told::Stopped { .. } => {
                visited.standing = Standing::Stopped;
                visited.stopped_in = self.asked_to_stop.map(|asked| at.since(asked));
            }
            _ => {}
        }
    }

    /// Returns the ear of a started agent, for tests of floods.
    #[cfg(test)]
    pub(super) fn ear(&self) -> Option<Arc<Ear>> {
        self.started.as_ref().map(|started| Arc::clone(&started.ear))
    }

    /// Ends the agent and waits for it, which takes at most [`SHUTDOWN`].
    pub(super) fn end(&mut self, engine: Option<&Engine>) {
        self.preparing.forget();
        if let (Some(started), Some(engine)) = (self.started.take(), engine) {
            engine.finishes(started.handle.stop());
        }
    }
}

/// Where and how an agent connects, before its secrets are fetched.
struct Reach {
    target: Target,
    address: String,
    encrypted: bool,
    key: Option<SecretRef>,
    trust: Trusted,
}

enum Trusted {
    System,
    File(String),
    Text(String),
}

impl Reach {
    fn of(to: &To, platform: Option<&(String, Option<String>)>) -> Result<Self, String> {
        let (address, key, trust) = match to {
            To::TestPlatform => {
                let Some((address, authority)) = platform else {
                    return Err("No test platform runs, so there is nothing to connect to; start it first."
                        .to_owned());
                };
                let trust = authority.clone().map_or(Trusted::System, Trusted::Text);
                (address.clone(), None, trust)
            }
            To::Other { address, key, authority } => {
                let key: SecretRef = key.trim().parse().map_err(|error| format!("{error}."))?;
                let trust = match authority.trim() {
                    "" => Trusted::System,
                    path => Trusted::File(path.to_owned()),
                };
                (address.trim().to_owned(), Some(key), trust)
            }
        };
        let (target, encrypted) = Target::of_address(&address).map_err(|error| format!("{error}."))?;
        if !encrypted && matches!(trust, Trusted::File(_)) {
            return Err(
                "Authorities are of no use on a connection that is not encrypted; begin the address \
                        with wss://, or leave them out."
                    .to_owned(),
            );
        }
        Ok(Self { target, address, encrypted, key, trust })
    }

    /// Fetches what the references lead to. May take its time.
    fn profile(self, group: Option<(Agent, Link)>) -> Result<Profile, String> {
        let key = match &self.key {
            None => ANY_KEY.to_owned(),
            Some(reference) => {
                let environment = |name: &str| std::env::var(name).ok();
                let vault = SystemVault::new(&environment);
                vault.resolve(reference).map_err(|error| format!("{error}."))?.expose().to_owned()
            }
        };
        let tls = if self.encrypted {
            let trust = match self.trust {
                Trusted::System => Trust::System,
                Trusted::Text(pem) => Trust::Only(pem),
                Trusted::File(path) => {
                    let pem = file::read_text(Path::new(&path), LONGEST_PEM);
                    Trust::Only(pem.map_err(|error| error.to_string())?)
                }
            };
            let connector = Connector::new(&ClientTls { trust, own: None });
            Some(connector.map_err(|error| format!("{error}."))?)
        } else {
            None
        };
        Ok(match group {
            None => visitor((self.target, tls, Key(key)), LONGEST, (1, PAUSE)),
            Some((agent, link)) => {
                let link = Link { tls: self.encrypted, ..link };
                Profile { target: self.target, tls, agent, link, key: Key(key) }
            }
        })
    }
}

/// Says what is wrong with a reference to a key that is being typed; nothing where it is one, or empty.
pub fn key_trouble(typed: &str) -> Option<&'static str> {
    let typed = typed.trim();
    let wrong = !typed.is_empty() && typed.parse::<SecretRef>().is_err();
    wrong.then_some(
        "This is no reference: write env:NAME, file:PATH or keyring:SERVICE/USER. A key itself is not taken here.",
    )
}

/// Returns how the agent stands, in words.
pub fn standing_words(visited: &Visited) -> String {
    match visited.standing {
        Standing::Idle => "No agent runs".to_owned(),
        Standing::Prepares => "Fetching key and certificates".to_owned(),
        Standing::Waits(_) => format!("{} waits before its next attempt", visited.thing),
        Standing::Tries => format!("{} connects", visited.thing),
        Standing::Back => format!("{} is connected", visited.thing),
        Standing::GaveUp => format!("{} gave up", visited.thing),
        Standing::Stops => format!("{} stops", visited.thing),
        Standing::Stopped => match visited.stopped_in {
            Some(took) if took <= SHUTDOWN => format!("Stopped within {}", duration(took.secs())),
            Some(took) => format!("Stopped after {}", duration(took.secs())),
            None => "Not connected".to_owned(),
        },
    }
}

/// The rows of the steps: each with its word, whether it is done, failed or open, its time and what there is to know.
pub fn step_rows(visited: &Visited) -> Vec<StepRow> {
    let row = |(step, name): (Step, &'static str)| {
        let done = visited.steps.iter().find(|done| done.step == step);
        let skipped = step == Step::Tls && !visited.encrypted && visited.standing != Standing::Idle;
        StepRow {
            name,
            sign: match done {
                Some(done) if done.failed => "✕",
                Some(_) => "✓",
                None if skipped => "~",
                None => "–",
            },
            failed: done.is_some_and(|done| done.failed),
            took: done.map_or_else(String::new, |done| duration(done.took.secs())),
            detail: match done {
                Some(done) => done.detail.clone(),
                None if skipped => "not encrypted".to_owned(),
                None => String::new(),
            },
        }
    };
    let names = [
        (Step::Name, "DNS"),
        (Step::Tcp, "TCP"),
        (Step::Tls, "TLS"),
        (Step::Upgrade, "Upgrade"),
        (Step::Auth, "AUTH"),
        (Step::Bind, "BIND"),
    ];
    names.into_iter().map(row).collect()
}

/// One row of the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// Name of the step.
    pub name: &'static str,
    /// Done, failed, left out, or open.
    pub sign: &'static str,
    /// Whether it failed.
    pub failed: bool,
    /// How long it took; empty where it was not taken.
    pub took: String,
    /// What there is to know.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_in_place_of_a_reference_is_never_shown() {
        let to = To::Other {
            address: "wss://plant.example".into(),
            key: "planted-secret".into(),
            authority: String::new(),
        };
        assert!(!format!("{to:?}").contains("planted"));
        let Err(error) = Reach::of(&to, None) else { panic!() };
        assert!(!error.contains("planted") && error.ends_with('.'), "{error}");
        assert!(key_trouble("planted-secret").is_some_and(|words| !words.contains("planted")));
        assert_eq!((key_trouble("env:APP_KEY"), key_trouble(" ")), (None, None));
    }

    #[test]
    fn steps_that_were_not_taken_say_so() {
        let mut visited = Visited::default();
        assert!(step_rows(&visited).iter().all(|row| row.sign == "–" && row.detail.is_empty()));
        visited.standing = Standing::GaveUp;
        let failed =
            StepDone { step: Step::Tcp, took: Micros(1_500), detail: "refused".into(), failed: true };
        visited.steps = vec![
            StepDone { step: Step::Name, took: Micros(10), detail: "127.0.0.1:1".into(), failed: false },
            failed,
        ];
        let rows = step_rows(&visited);
        let signs: Vec<&str> = rows.iter().map(|row| row.sign).collect();
        assert_eq!(signs, ["✓", "✕", "~", "–", "–", "–"]);
        assert_eq!((rows[1].took.as_str(), rows[1].detail.as_str()), ("1.5 ms", "refused"));
        assert_eq!(rows[2].detail, "not encrypted");
    }
}
