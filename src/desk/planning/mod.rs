//! Plans in the background: what it would take, the safe region, what matters, and clusters beside each other.
//!
//! Each of them has at most one search under way, on a thread of its own; the newest order wins. A search
//! whose inputs change meanwhile begins again with the new ones. What was found stays when inputs change, and is
//! marked as being from before; it goes with the scenario that it was found for. An answer is applied as one
//! ordinary step that can be undone.
//!
//! Map and bars are estimates at first, so that they follow every edit. Behind each of them a second search then
//! simulates what decides: the cells at the edge of the region, and the inputs that matter. It uses half of the
//! threads, so that runs and edits stay quick, and begins only for what is still current.

mod axes;
mod search;
mod slot;
#[cfg(test)]
mod tests;

pub use axes::{AxisChoice, axes, offered};
pub use slot::{Sought, Standing};

use super::Desk;
use super::command::PlanCommand;
use super::env::Wake;
use crate::base::Severity;
use crate::fleet::{Fleet, FleetFile};
use crate::plan::neighbours::Neighbour;
use crate::plan::solve::Solution;
use crate::plan::sweep::{Method, Sweep, Tornado};
use crate::plan::{Aim, Goal, Goals};
use search::{AnswersWanted, RegionWanted};
use slot::{Key, Slot};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How often the face looks at the count while something is under way.
const REDRAW: Duration = Duration::from_millis(100);
/// Runs of each answer, as on the command line.
pub const ANSWER_RUNS: u32 = 20;
/// Runs of each cell of a region that is simulated.
pub const CELL_RUNS: u32 = 10;
/// Runs of each cluster, alone and beside the others.
pub const CLUSTER_RUNS: u32 = 20;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Settings that meet the targets.
    Answers,
    /// Where in a grid over two inputs the targets are met.
    Region,
    /// Which inputs change t95 most.
    Tornado,
    /// What clusters that share a database cost each other.
    Clusters,
}

/// What a user wants of the searches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanOptions {
    /// Targets of the project that do not count.
    pub passed_over: BTreeSet<Aim>,
    /// Percentage of the runs that has to meet all targets; `None` judges the medians [%].
    pub chance_pct: Option<u32>,
    /// The one lever that may change; `None` for all that apply.
    pub lever: Option<&'static str>,
    /// Lever or address of the region's horizontal and vertical axis; `None` for the usual ones.
    pub axes: [Option<String>; 2],
    /// Whether each cell of the region is simulated instead of estimated.
    pub exact: bool,
}

/// The plans as a panel sees them.
#[derive(Clone, Copy)]
pub struct PlanView<'a> {
    /// What is wanted.
    pub options: &'a PlanOptions,
    /// The targets that count.
    pub goals: &'a Goals,
    /// Settings that meet the targets.
    pub answers: Sought<'a, Solution>,
    /// Where the targets are met.
    pub region: Sought<'a, Sweep>,
    /// What matters.
    pub tornado: Sought<'a, Tornado>,
    /// The clusters, alone and beside each other.
    pub clusters: Sought<'a, Arc<Vec<Neighbour>>>,
}

impl PlanView<'_> {
    /// Returns how far a search is that is under way, the one with answers first: what, parts done and all.
    pub fn progress(&self) -> Option<(Question, usize, usize)> {
        let all = [
            (Question::Answers, self.answers.standing),
            (Question::Region, self.region.standing),
            (Question::Tornado, self.tornado.standing),
            (Question::Clusters, self.clusters.standing),
        ];
        all.into_iter().find_map(|(question, standing)| match standing {
            Standing::Running { done, of } => Some((question, done, of)),
            _ => None,
        })
    }
}

/// The searches with what they found.
pub(super) struct Planning {
    pub(super) options: PlanOptions,
    goals: Goals,
    /// Whether estimates are simulated behind.
    behind: bool,
    answers: Slot<AnswersWanted, Solution>,
    region: Slot<RegionWanted, Sweep>,
    /// The same region with the cells at its edge simulated.
    edge: Slot<RegionWanted, Sweep>,
    tornado: Slot<(), Tornado>,
    /// The same bars from runs.
    exact: Slot<u64, Tornado>,
    /// By seed and state of the project: what another cluster has changes nothing about the fleet.
    clusters: Slot<(u64, u64), Arc<Vec<Neighbour>>>,
}

impl Planning {
    /// Returns no searches; with `behind` estimates are simulated behind.
    pub(super) fn new(behind: bool) -> Self {
        Self {
            options: PlanOptions::default(),
            goals: Goals { list: Vec::new(), chance_pct: None },
            behind,
            answers: Slot::default(),
            region: Slot::default(),
            edge: Slot::default(),
            tornado: Slot::default(),
            exact: Slot::default(),
            clusters: Slot::default(),
        }
    }
}

/// Where all searches begin.
#[derive(Clone)]
struct Ground {
    scene: (u64, Option<String>),
    file: FleetFile,
    fleet: Arc<Fleet>,
    seed: u64,
    threads: usize,
    /// State of the project.
    revision: u64,
}

impl Ground {
    fn key<W>(&self, wanted: W) -> Key<W> {
        Key { scene: self.scene.clone(), fleet: Arc::clone(&self.fleet), wanted }
    }
}

impl Planning {
    /// Returns what a panel reads.
    pub(super) fn view(&self) -> PlanView<'_> {
        PlanView {
            options: &self.options,
            goals: &self.goals,
            answers: self.answers.view(),
            region: self.region.view().refined(self.edge.view()),
            tornado: self.tornado.view().refined(self.exact.view()),
            clusters: self.clusters.view(),
        }
    }

    /// Takes in what has arrived.
    fn take(&mut self, wake: &Wake) {
        self.answers.take(wake);
        self.region.take(wake);
        self.edge.take(wake);
        self.tornado.take(wake);
        self.exact.take(wake);
        self.clusters.take(wake);
    }

    /// Waits until nothing is under way; what estimates have found is simulated too.
    fn wait(&mut self, ground: Option<&Ground>, wake: &Wake) {
        self.answers.wait(wake);
        self.region.wait(wake);
        self.tornado.wait(wake);
        self.refine(ground, wake);
        self.edge.wait(wake);
        self.exact.wait(wake);
        self.clusters.wait(wake);
    }

    /// Begins to simulate what decides in an estimate that is there and current, once for each.
    fn refine(&mut self, ground: Option<&Ground>, wake: &Wake) {
        let Some(ground) = ground.filter(|_| self.behind) else { return };
        if self.region.current()
            && let Some(sweep) = self.region.found().filter(|sweep| sweep.method == Method::Estimate)
        {
            let key = ground.key(RegionWanted::of(&self.goals, &self.options, ground.seed));
            if !self.edge.was_asked(&key) {
                let (ground, sweep) = (ground.clone(), sweep.clone());
                self.edge.order(key, wake, move |watch| search::edge(&ground, sweep, watch));
            }
        }
        if self.tornado.current() && self.tornado.found().is_some() {
            let key = ground.key(ground.seed);
            if !self.exact.was_asked(&key) {
                let ground = ground.clone();
                let exact = Method::Exact { seed: ground.seed, runs: CELL_RUNS };
                self.exact.order(key, wake, move |watch| search::tornado(&ground, exact, watch));
            }
        }
    }

    /// Returns when to look again although nothing wakes.
    pub(super) fn again(&self) -> Option<Duration> {
        self.busy().then_some(REDRAW)
    }

    /// Returns whether a search is under way.
    fn busy(&self) -> bool {
        let estimates = self.region.busy() || self.tornado.busy();
        let runs = self.edge.busy() || self.exact.busy() || self.clusters.busy();
        self.answers.busy() || estimates || runs
    }

    /// Stops all searches; what was found before stays.
    pub(super) fn cancel(&mut self) {
        self.answers.cancel();
        self.region.cancel();
        self.edge.cancel();
        self.tornado.cancel();
        self.exact.cancel();
        self.clusters.cancel();
    }

    /// Brings everything in line with the project as it is; searches for anything else begin again.
    fn follow(&mut self, scene: &(u64, Option<String>), ground: Option<&Ground>, wake: &Wake) {
        self.goals = ground.map_or_else(
            || Goals { list: Vec::new(), chance_pct: None },
            |ground| goals(&ground.fleet, &self.options),
        );
        let wanted = ground.map(|ground| AnswersWanted::of(&self.goals, &self.options, ground.seed));
        let key = |ground: &Ground| wanted.clone().map(|wanted| ground.key(wanted));
        if self.answers.follow(scene, ground.and_then(key).as_ref()) {
            self.ask(Question::Answers, ground, wake);
        }
        let region = ground.map(|ground| RegionWanted::of(&self.goals, &self.options, ground.seed));
        let key = |ground: &Ground| region.clone().map(|wanted| ground.key(wanted));
        if self.region.follow(scene, ground.and_then(key).as_ref()) {
            self.ask(Question::Region, ground, wake);
        }
        // Runs follow a new estimate, not an edit.
        if self.edge.follow(scene, ground.and_then(key).as_ref()) {
            self.edge.leave();
        }
        if self.exact.follow(scene, ground.map(|ground| ground.key(ground.seed)).as_ref()) {
            self.exact.leave();
        }
        if self.tornado.follow(scene, ground.map(|ground| ground.key(())).as_ref()) {
            self.ask(Question::Tornado, ground, wake);
        }
        let now = ground.map(|ground| ground.key((ground.seed, ground.revision)));
        if self.clusters.follow(scene, now.as_ref()) {
            self.ask(Question::Clusters, ground, wake);
        }
    }

    /// Begins a search.
    fn ask(&mut self, question: Question, ground: Option<&Ground>, wake: &Wake) {
        let Some(ground) = ground.cloned() else { return };
        match question {
            Question::Answers if self.goals.list.is_empty() => {}
            Question::Answers => {
                let wanted = AnswersWanted::of(&self.goals, &self.options, ground.seed);
                let key = ground.key(wanted.clone());
                self.answers.order(key, wake, move |watch| search::answers(&ground, &wanted, watch));
            }
            Question::Region => {
                let wanted = RegionWanted::of(&self.goals, &self.options, ground.seed);
                let key = ground.key(wanted.clone());
                self.region.order(key, wake, move |watch| search::region(&ground, &wanted, watch));
            }
            Question::Tornado => {
                let key = ground.key(());
                self.tornado.order(key, wake, move |watch| search::tornado(&ground, Method::Estimate, watch));
            }
            Question::Clusters => {
                let key = ground.key((ground.seed, ground.revision));
                self.clusters.order(key, wake, move |watch| search::clusters(&ground, watch));
            }
        }
    }
}

/// Returns the targets of a fleet that count.
fn goals(fleet: &Fleet, options: &PlanOptions) -> Goals {
    let mut list = Goal::of_targets(&fleet.targets);
    list.retain(|goal| !options.passed_over.contains(&goal.aim));
    Goals { list, chance_pct: options.chance_pct }
}

impl Desk {
    /// Carries out what is asked of the plans.
    pub(super) fn apply_plan(&mut self, command: PlanCommand) {
        match command {
            PlanCommand::Ask(question) => {
                let ground = self.plan_ground();
                let wake = self.wake.clone();
                self.planning.ask(question, ground.as_ref(), &wake);
            }
            PlanCommand::Cancel => self.planning.cancel(),
            PlanCommand::Options(options) => self.planning.options = options,
            PlanCommand::Apply { title, assignments } => {
                let name = format!("Apply: {title}");
                match self.project.document.take(name.clone(), &assignments) {
                    Ok(()) => self.say(Severity::Info, name, None),
                    Err(refused) => self.say(Severity::Warning, refused.to_string(), None),
                }
            }
        }
    }

    fn plan_ground(&self) -> Option<Ground> {
        Some(Ground {
            scene: self.scene.clone(),
            file: self.project.document.file().clone(),
            fleet: Arc::clone(self.derived.fleet.as_ref()?),
            seed: self.seed,
            threads: self.threads,
            revision: self.revision,
        })
    }

    /// Brings the plans in line with the project.
    pub(super) fn follow_plans(&mut self) {
        let ground = self.plan_ground();
        let wake = self.wake.clone();
        self.planning.follow(&self.scene, ground.as_ref(), &wake);
    }

    /// Takes in what searches have found.
    pub(super) fn tick_plans(&mut self) {
        self.planning.take(&self.wake);
        let (ground, wake) = (self.plan_ground(), self.wake.clone());
        self.planning.refine(ground.as_ref(), &wake);
    }

    /// Waits until no search is under way.
    pub(super) fn finish_plans(&mut self) {
        let (ground, wake) = (self.plan_ground(), self.wake.clone());
        self.planning.wait(ground.as_ref(), &wake);
    }
}
