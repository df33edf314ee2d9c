//! The application without a face: one document, commands on it, jobs, files and what is remembered.
//!
//! A face (the window, or the command line) drives it with three calls. [`Desk::tick`] takes in what
//! jobs have to say, [`Desk::apply`] carries out a [`Command`], [`Desk::view`] shows everything there
//! is to draw. Time comes in as an argument with each of them; the desk itself never looks at a clock
//! and never names a toolkit, so every journey can be tested without a window.

mod agents;
mod apply;
pub mod command;
mod derived;
pub mod devices;
mod document;
mod env;
mod inbox;
pub mod job;
#[cfg(feature = "live")]
pub mod live;
pub mod notice;
mod overlay;
pub mod planning;
pub mod recent;
#[cfg(feature = "push")]
pub mod rollout;
mod saved;
pub mod session;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod transfer;
mod view;

pub use agents::{Compared, Effect, ExportOptions, Given, OneDevice, OutlineView, Tried};
pub use command::{Command, UserCommand};
pub use document::copied;
pub use env::{Env, Wake};
pub use notice::{Notice, Notices};
pub use overlay::Overlay;
pub use settings::{Settings, Theme};
pub use transfer::ReportOptions;
pub use view::{About, Pinned, View};

use crate::base::Severity;
use crate::fleet::FleetFile;
use crate::plan::{Outcome, Preview};
use derived::Derived;
use inbox::Project;
use job::{Arrival, Replicate, Simulation, Subject};
use session::{Restored, Session, Wanted};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a desk opens first.
#[derive(Clone, Debug)]
pub enum Start {
    /// What a crash or an unsaved end left behind, else the example.
    Usual,
    /// This file; where it cannot be read, as [`Start::Usual`] with a notice.
    File(PathBuf),
    /// A project that was read already, with its file where it has one.
    Project {
        /// The project.
        file: FleetFile,
        /// Name shown until it is saved.
        name: String,
        /// Its own file.
        path: Option<PathBuf>,
    },
}

/// A state of everything that files and findings follow from: project, revision, and what is compared with.
type State = (u64, u64, u64);

/// The application without a face.
pub struct Desk {
    project: Project,
    /// Projects in the background, the one to reopen first at the end.
    parked: Vec<Project>,
    /// Number of the newest project.
    numbers: u64,
    derived: Derived,
    /// The state that `derived` was made from.
    derived_from: State,
    /// Project and scenario of the newest simulation.
    scene: (u64, Option<String>),
    epoch: u64,
    revision: u64,
    pinned: Option<Pinned>,
    simulation: Simulation,
    study: agents::Study,
    transfers: transfer::Transfers,
    planning: planning::Planning,
    #[cfg(feature = "push")]
    rollout: rollout::Rollouts,
    /// Threads that a search uses, at least 1.
    threads: usize,
    outline: agents::Outline,
    alone: agents::Alone,
    outcome: Option<Arc<Outcome>>,
    outcome_current: bool,
    preview: Option<Arc<Preview>>,
    baseline: Option<Arc<Outcome>>,
    /// Ticked scenarios that are not shown as something else.
    overlays: Vec<Overlay>,
    seed: u64,
    wake: Wake,
    #[cfg(feature = "live")]
    live: live::Live,
    session: Session,
    restored: Option<Restored>,
    settings: Settings,
    /// Text of the settings as they were left to be written.
    settings_text: String,
    notices: Notices,
    /// Time of the newest call.
    now: Duration,
}

impl Desk {
    /// Opens the desk.
    ///
    /// Nothing in the folders can prevent it: what is not readable there is passed over with a notice.
    pub fn new(env: Env, start: Start) -> Self {
        let replicate: Replicate = Arc::new(crate::sim::replicate);
        Self::with(env, start, replicate)
    }

    /// Opens the desk with another simulation.
    fn with(env: Env, start: Start, replicate: Replicate) -> Self {
        let mut notices = Notices::default();
        let mut warn = |text: String| notices.push(env.now, Severity::Warning, text, None);
        let (settings, trouble) = settings::load(env.config_dir.as_deref());
        trouble.map(&mut warn);
        let wanted = match &start {
            Start::Usual => Some(None),
            Start::File(path) => Some(Some(inbox::absolute(path))),
            Start::Project { .. } => None,
        };
        let begun = Session::begin(
            &env,
            match &wanted {
                Some(None) => Wanted::Newest,
                Some(Some(path)) => Wanted::Of(path),
                None => Wanted::Nothing,
            },
        );
        begun.troubles.into_iter().for_each(&mut warn);
        let numbers = begun.documents.iter().map(|kept| kept.number).max().unwrap_or_default();
        let mut kept: Vec<Project> = begun.documents.iter().filter_map(Project::restore).collect();
        let project = if kept.is_empty() { None } else { Some(kept.remove(0)) };
        let restored = begun.restored.filter(|_| project.is_some());
        let others = begun.others;
        let mut unopened = None;
        let kept_before = project.is_some();
        let mut project = project.unwrap_or_else(|| {
            let mut project = first(start).unwrap_or_else(|sentence| {
                unopened = Some(sentence);
                inbox::shipped()
            });
            project.number = numbers + 1;
            project
        });
        if others > 0 && restored.is_none() && wanted.is_some() {
            let text = "Unsaved changes of an earlier session are kept. Start Regather without a file to get them back.";
            notices.push(env.now, Severity::Info, text.to_owned(), None);
        }
        if let Some(sentence) = unopened {
            // Said last, so that nothing hides that another project is shown than was asked for.
            notices.push(env.now, Severity::Error, sentence, None);
        }
        let pinned = Self::look(&settings, &mut project, kept_before);
        let mut desk = Self {
            derived: Derived::of(&project, pinned.as_ref(), None),
            derived_from: project.state(),
            scene: (project.number, project.document.active().map(str::to_owned)),
            numbers: numbers.max(project.number),
            project,
            parked: kept,
            epoch: 1,
            revision: 1,
            pinned,
            study: agents::Study::new(Arc::clone(&env.wake), env.threads, Arc::clone(&replicate)),
            transfers: transfer::Transfers::default(),
            planning: planning::Planning::new(env.behind),
            #[cfg(feature = "push")]
            rollout: rollout::Rollouts::default(),
            threads: env.threads.max(1),
            outline: agents::Outline::default(),
            alone: agents::Alone::default(),
            wake: env.wake.clone(),
            #[cfg(feature = "live")]
            live: live::Live::new(env.wake.clone(), env.threads),
            simulation: Simulation::new(env.wake, env.threads, replicate),
            outcome: None,
            outcome_current: false,
            preview: None,
            baseline: None,
            overlays: Vec::new(),
            seed: settings::DEFAULT_SEED,
            session: begun.session,
            restored,
            settings_text: settings.text(),
            settings,
            notices,
            now: env.now,
        };
        desk.open_first();
        desk
    }

    /// Opens what belongs to the first project, and simulates it.
    fn open_first(&mut self) {
        if let Some(path) = &self.project.path {
            recent::note(&mut self.settings.recent, path);
        }
        self.open_list();
        #[cfg(feature = "push")]
        self.reopen_rollout();
        self.overlays = overlay::of(&self.project, self.pinned.as_ref(), &[]);
        self.refresh();
        self.simulate(false);
    }

    /// Takes in what jobs and the autosave have to say.
    ///
    /// Returns when it wants to be called again although nothing wakes it: `None` for not at all.
    pub fn tick(&mut self, now: Duration) -> Option<Duration> {
        self.now = now;
        let (arrivals, again) = self.simulation.tick(now);
        self.take(arrivals);
        self.tick_transfer();
        self.tick_devices();
        self.refresh_after_devices();
        self.tick_outline();
        self.tick_plans();
        #[cfg(feature = "push")]
        self.tick_rollout();
        #[cfg(feature = "live")]
        let live = {
            self.tick_live();
            self.live.again()
        };
        #[cfg(not(feature = "live"))]
        let live = None;
        let others = [self.transfers.again(), self.planning.again(), live];
        let again = [again, self.follow(now)].into_iter().chain(others).flatten().min();
        if let Some(trouble) = self.session.tick(now) {
            self.say(Severity::Warning, trouble, None);
        }
        again
    }

    /// Brings up to date what the layout of an export gives.
    fn tick_outline(&mut self) {
        let mut outline = std::mem::take(&mut self.outline);
        outline.update(self.project.state(), &self.wake, || agents::Cargo::of(self));
        self.outline = outline;
    }

    /// Waits until no simulation is running, for pictures, tests and the command line.
    pub fn finish(&mut self, now: Duration) {
        self.now = now;
        self.finish_transfer();
        self.finish_devices();
        self.tick_outline();
        self.outline.wait(&self.wake);
        let arrivals = self.simulation.finish();
        self.take(arrivals);
        self.finish_study(now);
        self.finish_plans();
        #[cfg(feature = "push")]
        self.finish_rollout();
        #[cfg(feature = "live")]
        self.finish_live();
    }

    /// Takes results in.
    fn take(&mut self, arrivals: Vec<Arrival>) {
        for Arrival { subject, outcome, current } in arrivals {
            match subject {
                Subject::Active => {
                    self.outcome_current = current;
                    if current {
                        self.preview = None;
                    }
                    self.outcome = Some(outcome);
                }
                Subject::Baseline => {
                    let pinned = self.pinned.as_ref().and_then(|pinned| pinned.fleet.as_ref());
                    let fits = pinned.is_some_and(|fleet| Arc::ptr_eq(fleet, &outcome.fleet));
                    if fits && outcome.study.seed == self.seed {
                        self.baseline = Some(outcome);
                    }
                }
                Subject::Overlay(_) => {
                    let own = |overlay: &&mut Overlay| overlay.awaits(&outcome.fleet);
                    let overlay = self.overlays.iter_mut().find(own);
                    if let Some(overlay) = overlay.filter(|_| outcome.study.seed == self.seed) {
                        overlay.outcome = Some(outcome);
                    }
                }
            }
        }
        while let Some((severity, sentence)) = self.simulation.news() {
            self.say(severity, sentence, None);
        }
    }

    /// Returns everything there is to draw. `now` is used for the ages it shows only.
    pub fn view(&self, now: Duration) -> View<'_> {
        let document = &self.project.document;
        let (undo, redo) = document.steps();
        let ago = |at: Option<Duration>| at.map(|at| now.saturating_sub(at));
        let dirty = document.dirty();
        View {
            file: document.file(),
            origin: &self.project.name,
            path: self.project.path.as_deref(),
            scenarios: &self.derived.scenarios,
            scenario: document.active(),
            revision: self.revision,
            dirty,
            saved_ago: ago(self.project.saved_at),
            kept_ago: ago(self.session.kept_at().filter(|_| dirty)),
            undo,
            redo,
            previous: self.parked.last().map(|project| project.document.file().name()),
            checked: &self.derived.checked,
            known: &self.derived.known,
            fleet: self.derived.fleet.as_ref(),
            agent_files: &self.derived.agent_files,
            compared: self.project.agents.compared.as_ref(),
            device: self.project.agents.device.as_ref(),
            transfer: self.transfers.state(),
            outline: self.outline.view(),
            effect: self.effect(),
            alone: &self.alone,
            tried: self.project.agents.tried.as_ref(),
            plans: self.planning.view(),
            #[cfg(feature = "push")]
            rollout: self.rollout.view(),
            pinned: self.pinned.as_ref(),
            changes: &self.derived.changes,
            devices: self.project.devices.view(document),
            outcome: self.outcome.as_ref(),
            outcome_current: self.outcome_current,
            preview: self.preview.as_ref(),
            baseline: self.baseline.as_ref(),
            ticks: &self.project.ticks,
            overlays: &self.overlays,
            status: self.simulation.status(),
            progress: self.simulation.progress(),
            seed: self.seed,
            #[cfg(feature = "live")]
            live: self.live.view(self.derived.fleet.as_ref(), self.seed, self.revision),
            notices: &self.notices,
            restored: self.restored.as_ref(),
            hint: self.project.example.is_some() && !self.settings.hint_dismissed,
            settings: &self.settings,
        }
    }

    /// Ends the session; dropping the desk does the same.
    ///
    /// Unsaved changes are kept and come back at the next start without a question.
    pub fn close(mut self) {
        self.end();
    }

    /// Ends the session as [`Desk::close`] does, for a face that cannot give the desk away. What is
    /// changed afterwards is not kept.
    pub fn end(&mut self) {
        self.simulation.cancel();
        self.study.cancel();
        self.planning.cancel();
        self.transfers.close();
        #[cfg(feature = "push")]
        self.end_rollout();
        #[cfg(feature = "live")]
        self.live.end();
        self.session.close();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns the project that a start names.
fn first(start: Start) -> Result<Project, String> {
    match start {
        Start::Usual => Ok(inbox::shipped()),
        Start::File(path) => inbox::open(&path),
        Start::Project { file, name, path } => {
            let project = Project::new(file, name);
            Ok(match path {
                Some(path) => project.at(inbox::absolute(&path)),
                None => project,
            })
        }
    }
}

/// Returns whether saving to a path would replace something that is there, or cannot be looked at.
pub fn is_taken(path: &std::path::Path) -> bool {
    crate::base::file::exists(path).unwrap_or(true)
}
