//! Live connections of the window: a rehearsal, the test platform, and one agent.
//!
//! Everything that opens a socket runs on the threads of one [`Engine`], which is started with the first of them and
//! ends with the session. The desk asks and looks, it never waits: what agents tell stands in queues of bounded length
//! that a tick empties, counters are read a few times per second, and a wish to stop is passed on at once.

mod agent;
mod elsewhere;
mod log;
mod platform;
mod reach;
mod rehearse;
#[cfg(test)]
mod tests;
mod told;
mod visited;

pub use elsewhere::{Elsewhere, usual_limits};
pub use log::{KEPT, Line, Log, Side};
pub use platform::Serving;
pub use reach::{Access, To, Visit, key_trouble};
pub use rehearse::{MOST, Plan, Rehearsal, RehearsalView, Stage, Tone};
pub use told::{HOST_LIMITED, Judged, MOST_GAP};
pub use visited::{Standing, StepDone, StepRow, Visited, standing_words, step_rows};

pub use crate::live::agent::named_values;

use super::Desk;
use super::command::LiveCommand;
use super::env::Wake;
use crate::base::Severity;
use crate::base::units::count;
use crate::fleet::Fleet;
use crate::live::engine::Engine;
use crate::live::herd::preflight::Host;
use crate::live::platform::Counters;
use rehearse::{Rehearsals, Wanted};
use std::sync::Arc;
use std::time::Duration;

/// How often an agent and a rehearsal are looked at.
const QUICK: Duration = Duration::from_millis(100);
/// How often counters are looked at while nothing else runs.
const SLOW: Duration = Duration::from_millis(250);

/// Live connections as a panel sees them.
#[derive(Clone, Copy)]
pub struct LiveView<'a> {
    /// What a rehearsal takes; nothing until somebody looks.
    pub plan: Option<&'a Plan>,
    /// Agents that somebody asked for; nothing for as many as suit.
    pub agents_wanted: Option<u32>,
    /// Whether that is worked out for the inputs as they are.
    pub planned: bool,
    /// The rehearsal.
    pub rehearsal: RehearsalView<'a>,
    /// The test platform, where one runs.
    pub platform: Option<&'a Serving>,
    /// The agent.
    pub agent: &'a Visited,
}

impl LiveView<'_> {
    /// Returns how many agents a rehearsal against a given platform would have; nothing where the project has errors.
    pub fn agents_elsewhere(&self, elsewhere: &Elsewhere) -> Option<u64> {
        let most = elsewhere.most_agents();
        self.plan.filter(|plan| plan.of > 0).map(|plan| match self.agents_wanted {
            Some(wanted) => u64::from(wanted),
            None => plan.agents.min(most.map_or(u64::MAX, u64::from)),
        })
    }

    /// Returns whether a rehearsal is under way.
    pub fn rehearses(&self) -> bool {
        matches!(self.rehearsal.stage, Stage::Simulates { .. } | Stage::Measures(_))
    }

    /// Returns whether there is anything to stop.
    pub fn runs(&self) -> bool {
        self.rehearses() || self.platform.is_some() || self.agent.active()
    }
}

/// What a plan is worked out for.
type Looked = (u64, Option<u32>);

/// Live connections.
pub(super) struct Live {
    wake: Wake,
    threads: usize,
    engine: Option<Arc<Engine>>,
    host: Option<Host>,
    agents_wanted: Option<u32>,
    plan: Option<(Looked, Plan)>,
    rehearsals: Rehearsals,
    platforms: platform::Platforms,
    agents: agent::Agents,
}

impl Live {
    /// Returns nothing live; nothing is started before it is asked for.
    pub(super) fn new(wake: Wake, threads: usize) -> Self {
        Self {
            wake,
            threads: threads.max(1),
            engine: None,
            host: None,
            agents_wanted: None,
            plan: None,
            rehearsals: Rehearsals::default(),
            platforms: platform::Platforms::default(),
            agents: agent::Agents::default(),
        }
    }

    /// Returns what a panel reads; `fleet` and `seed` are those of the active scenario, `revision` its state.
    pub(super) fn view(&self, fleet: Option<&Arc<Fleet>>, seed: u64, revision: u64) -> LiveView<'_> {
        LiveView {
            plan: self.plan.as_ref().map(|(_, plan)| plan),
            agents_wanted: self.agents_wanted,
            planned: self.plan.as_ref().is_some_and(|(looked, _)| *looked == (revision, self.agents_wanted)),
            rehearsal: self.rehearsals.view(fleet.map(|fleet| (fleet, seed))),
            platform: self.platforms.serving(),
            agent: &self.agents.visited,
        }
    }

    /// Returns when to look again; nothing where nothing runs.
    pub(super) fn again(&self) -> Option<Duration> {
        let agent = self.agents.visited.active();
        if agent || self.rehearsals.busy() || self.platforms.stopping() {
            return Some(QUICK);
        }
        self.platforms.busy().then_some(SLOW)
    }

    /// Returns the engine; starts it where it is not there yet.
    fn engine(&mut self) -> Result<Arc<Engine>, String> {
        if let Some(engine) = &self.engine {
            return Ok(Arc::clone(engine));
        }
        let engine = Engine::start(self.threads).map(Arc::new).map_err(|error| format!("{error}."))?;
        Ok(Arc::clone(self.engine.insert(engine)))
    }

    /// Works out what a rehearsal takes.
    fn look(&mut self, fleet: Option<&Fleet>, revision: u64) {
        let host = *self.host.get_or_insert_with(Host::look);
        let plan = Plan::of(fleet, self.agents_wanted, &host);
        self.plan = Some(((revision, self.agents_wanted), plan));
    }

    /// Tells everything to stop, and waits for nothing.
    fn stop_all(&mut self) {
        self.rehearsals.cancel();
        let Some(engine) = self.engine.clone() else { return };
        self.agents.stop(engine.clock().now());
        self.platforms.stop(&engine, &self.wake);
    }

    /// Ends everything; takes at most as long as an agent takes to say goodbye.
    pub(super) fn end(&mut self) {
        self.rehearsals.cancel();
        self.platforms.end();
        self.agents.end(self.engine.as_deref());
        self.engine = None;
    }
}

impl Desk {
    /// Carries out what is asked of live connections.
    pub(super) fn apply_live(&mut self, command: LiveCommand) {
        if let Err(sentence) = self.does_live(command) {
            self.say(Severity::Warning, sentence, None);
        }
    }

    fn does_live(&mut self, command: LiveCommand) -> Result<(), String> {
        let live = &mut self.live;
        match command {
            LiveCommand::Look => live.look(self.derived.fleet.as_deref(), self.revision),
            LiveCommand::Agents(agents) => {
                live.agents_wanted = agents.map(|agents| agents.clamp(1, MOST));
                live.look(self.derived.fleet.as_deref(), self.revision);
            }
            LiveCommand::Rehearse => return self.rehearse(None),
            LiveCommand::RehearseAt(elsewhere) => return self.rehearse(Some(&elsewhere)),
            LiveCommand::CancelRehearsal => live.rehearsals.cancel(),
            LiveCommand::StartPlatform { encrypted } => {
                let capacity = self.derived.fleet.as_ref().map(|fleet| fleet.platform);
                let engine = live.engine()?;
                let url = live.platforms.start(&engine, (capacity, self.seed), encrypted)?;
                self.say(Severity::Info, format!("The test platform listens on {url}"), None);
            }
            LiveCommand::Disturb(disturbance) => {
                if !live.platforms.disturb(disturbance) {
                    return Err("No test platform runs, so nothing was disturbed; start it first.".into());
                }
            }
            LiveCommand::StopPlatform => {
                let engine = live.engine()?;
                live.platforms.stop(&engine, &live.wake);
            }
            LiveCommand::Connect(visit) => return self.connect(&visit),
            LiveCommand::Ask(ask) => {
                let connected = live.agents.visited.standing == Standing::Back;
                if !connected || !live.agents.ask(ask) {
                    return Err(
                        "The agent is not connected, so nothing was asked of it; connect it first.".into()
                    );
                }
            }
            LiveCommand::Disconnect => {
                let now = live.engine()?.clock().now();
                live.agents.stop(now);
            }
            LiveCommand::Hold(on) => live.agents.visited.log.hold(on),
            LiveCommand::StopAll => live.stop_all(),
        }
        Ok(())
    }

    fn connect(&mut self, visit: &Visit) -> Result<(), String> {
        let live = &mut self.live;
        let fleet = self.derived.fleet.as_ref();
        let group = match &visit.behaves {
            None => None,
            Some(id) => {
                let group = fleet.and_then(|fleet| fleet.group(id));
                let group = group.ok_or("The project has no such group any more; choose another one.")?;
                Some((group.agent, group.link))
            }
        };
        let platform = live
            .platforms
            .serving()
            .map(|serving| (serving.url.clone(), live.platforms.authority().map(str::to_owned)));
        let ground = agent::Ground { engine: live.engine()?, platform, group, seed: self.seed };
        live.agents.connect(visit, ground, &live.wake)
    }

    fn rehearse(&mut self, elsewhere: Option<&Elsewhere>) -> Result<(), String> {
        let live = &mut self.live;
        live.look(self.derived.fleet.as_deref(), self.revision);
        let (Some((_, plan)), Some(fleet)) = (&live.plan, &self.derived.fleet) else {
            return Err("The project has errors, so there is nothing to rehearse; correct them first.".into());
        };
        let (mut plan, fleet, mut going) = (plan.clone(), Arc::clone(fleet), None);
        if let Some(elsewhere) = elsewhere {
            let computer = *live.host.get_or_insert_with(Host::look);
            let (there, goes) = elsewhere.plan(&fleet, live.agents_wanted, &computer)?;
            (plan, going) = (there, Some(goes));
        }
        let file = self.project.document.file();
        let wanted = Wanted {
            name: file.scenario_name(self.project.document.active()),
            fleet,
            engine: live.engine()?,
            seed: self.seed,
            runs: self.settings.runs,
            threads: live.threads,
            going,
        };
        live.rehearsals.order(&plan, wanted, &live.wake)
    }

    /// Takes in what live connections have to say.
    pub(super) fn tick_live(&mut self) {
        let live = &mut self.live;
        live.agents.tick(&live.wake);
        let ended = live.platforms.tick(&live.wake);
        let rehearsed = live.rehearsals.tick(&live.wake);
        self.say_live(ended.as_ref(), rehearsed);
    }

    /// Waits for what ends by itself: a rehearsal, the start of an agent, the end of a platform.
    pub(super) fn finish_live(&mut self) {
        let live = &mut self.live;
        live.agents.wait(&live.wake);
        let ended = live.platforms.wait(&live.wake).or_else(|| live.platforms.tick(&live.wake));
        let rehearsed = live.rehearsals.wait(&live.wake);
        self.say_live(ended.as_ref(), rehearsed);
    }

    /// Says what has ended.
    fn say_live(&mut self, ended: Option<&Counters>, rehearsed: bool) {
        if let Some(totals) = ended {
            let (accepted, binds) = (count(totals.accepted), count(totals.binds));
            let text =
                format!("The test platform has stopped; connections accepted: {accepted}, sign-ins: {binds}");
            self.say(Severity::Info, text, None);
        }
        if rehearsed && let Some(found) = self.live.rehearsals.found() {
            let (tone, text) = found.verdict();
            let severity = if tone == Tone::Good { Severity::Info } else { Severity::Warning };
            let name = found.name.clone();
            self.say(severity, format!("Rehearsal of {name}. {text}"), None);
        }
    }
}
