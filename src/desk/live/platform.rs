//! The test platform of the window: one at a time, on this computer alone, as large as that of the project.

use crate::base::units::significant;
use crate::desk::command::Disturbance;
use crate::desk::devices::Task;
use crate::desk::env::Wake;
use crate::fleet::Platform;
use crate::live::engine::Engine;
use crate::live::platform::{Counters, Handle, Reception, Settings, line};
use crate::live::tls::Authority;
use std::sync::Arc;

/// Things that are named of those that are connected.
const NAMED: usize = 12;

/// A test platform that runs, as a panel sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// Address for agents.
    pub url: String,
    /// Its port.
    pub port: u16,
    /// Whether connections are encrypted.
    pub encrypted: bool,
    /// How large it is, in words.
    pub size: String,
    /// What of the project's platform it does not do, in words.
    pub left_out: Vec<&'static str>,
    /// How devices are received.
    pub reception: Reception,
    /// Its account.
    pub totals: Counters,
    /// Sign-ins that wait for a worker.
    pub waiting: usize,
    /// Things of connected devices, the first few.
    pub named: Vec<String>,
    /// Connected things beyond those.
    pub unnamed: usize,
}

struct Running {
    handle: Handle,
    /// The authority that agents are to trust (PEM); nothing for ws.
    authority: Option<String>,
    serving: Serving,
}

/// The test platform, where one runs.
#[derive(Default)]
pub(super) struct Platforms {
    running: Option<Running>,
    /// The end of one that was stopped: its port is free when this is done.
    stopping: Task<Counters>,
}

impl Platforms {
    /// Returns what a panel reads.
    pub(super) fn serving(&self) -> Option<&Serving> {
        self.running.as_ref().map(|running| &running.serving)
    }

    /// Returns whether one is being stopped.
    pub(super) fn stopping(&self) -> bool {
        self.stopping.busy()
    }

    /// Returns the authority that agents of this platform trust; nothing for ws.
    pub(super) fn authority(&self) -> Option<&str> {
        self.running.as_ref().and_then(|running| running.authority.as_deref())
    }

    /// Starts a platform of the given size; returns its address.
    ///
    /// # Errors
    /// A sentence that says why it does not start.
    pub(super) fn start(
        &mut self,
        engine: &Engine,
        (capacity, seed): (Option<Platform>, u64),
        encrypted: bool,
    ) -> Result<String, String> {
        if self.running.is_some() || self.stopping() {
            return Err("The test platform runs already; stop it first.".to_owned());
        }
        let usual = Settings::default();
        let mut left_out = capacity.as_ref().map_or_else(Vec::new, line::not_rehearsed);
        let size = if let Some(platform) = &capacity {
            format!("{} sign-ins/s, as in the project", significant(platform.capacity_per_s()))
        } else {
            left_out.push("the capacity of the project, which has errors");
            "as fast as this computer".to_owned()
        };
        let capacity = capacity.unwrap_or(usual.capacity);
        let (mut identity, mut authority) = (None, None);
        if encrypted {
            let own = Authority::new("Regather test authority").map_err(|error| error.to_string())?;
            let names = ["localhost", "127.0.0.1", "::1"];
            identity = Some(own.identity(&names).map_err(|error| error.to_string())?);
            authority = Some(own.pem());
        }
        let path = usual.path.clone();
        let settings = Settings { identity, capacity, seed, ..usual };
        let handle = engine.platform(settings).map_err(|error| format!("{error}."))?;
        let scheme = if encrypted { "wss" } else { "ws" };
        let url = format!("{scheme}://{}{path}", handle.address());
        let serving = Serving {
            url: url.clone(),
            port: handle.address().port(),
            encrypted,
            size,
            left_out,
            reception: Reception::Served,
            totals: Counters::default(),
            waiting: 0,
            named: Vec::new(),
            unnamed: 0,
        };
        self.running = Some(Running { handle, authority, serving });
        Ok(url)
    }

    /// Disturbs it; returns whether one runs.
    pub(super) fn disturb(&mut self, disturbance: Disturbance) -> bool {
        let Some(running) = &mut self.running else { return false };
        match disturbance {
            Disturbance::Receive(reception) => running.handle.receive(reception),
            Disturbance::Cut(loss) => running.handle.cut(loss),
            Disturbance::Down(loss) => running.handle.down(loss),
            Disturbance::Restart { length, from_permille } => running.handle.restart(length, from_permille),
        }
        running.look();
        true
    }

    /// Stops it behind.
    pub(super) fn stop(&mut self, engine: &Arc<Engine>, wake: &Wake) {
        let Some(running) = self.running.take() else { return };
        let engine = Arc::clone(engine);
        self.stopping.order(wake, false, move || engine.finishes(running.handle.stop()));
    }

    /// Looks at the counters; returns the account of one that has ended.
    pub(super) fn tick(&mut self, wake: &Wake) -> Option<Counters> {
        self.running.as_mut().map(Running::look);
        self.stopping.take(wake)
    }

    /// Waits for the end of one that was stopped.
    pub(super) fn wait(&mut self, wake: &Wake) -> Option<Counters> {
        self.stopping.wait(wake)
    }

    /// Returns whether one runs or ends.
    pub(super) fn busy(&self) -> bool {
        self.running.is_some() || self.stopping()
    }

    /// Ends it without waiting.
    pub(super) fn end(&mut self) {
        self.running = None;
        self.stopping.forget();
    }
}

impl Running {
    fn look(&mut self) {
        let mut bound = self.handle.bound();
        self.serving.unnamed = bound.len().saturating_sub(NAMED);
        bound.truncate(NAMED);
        self.serving.named = bound;
        self.serving.totals = self.handle.totals();
        self.serving.waiting = self.handle.waiting();
        self.serving.reception = self.handle.reception();
    }
}
