//! The second simulation: the fleet with the files that its devices have now.
//!
//! It waits until the active scenario is simulated, so that nobody waits longer for the answer of the
//! screen, and runs as often and with the same seed: the two results differ by the files alone.

use super::{Effect, mapping};
use crate::base::Finding;
use crate::config::trial::as_is;
use crate::desk::env::Wake;
use crate::desk::job::{Arrival, Replicate, Request, Simulation, Status, Target};
use crate::desk::{Desk, State};
use crate::fleet::Fleet;
use std::sync::Arc;
use std::time::Duration;

/// What a result was made from: the state of the project, runs and seed.
type Made = (State, u32, u64);

/// The simulation with what is known of it.
pub(in crate::desk) struct Study {
    simulation: Simulation,
    made: Option<Made>,
    effect: Effect,
}

impl Study {
    /// Returns a study that runs nothing yet.
    pub(in crate::desk) fn new(wake: Wake, threads: usize, replicate: Replicate) -> Self {
        let simulation = Simulation::new(wake, threads, replicate);
        Self { simulation, made: None, effect: Effect::Unknown }
    }

    /// Stops it.
    pub(in crate::desk) fn cancel(&mut self) {
        self.simulation.cancel();
    }

    /// Takes results in.
    fn take(&mut self, arrivals: Vec<Arrival>) {
        for arrival in arrivals.into_iter().filter(|arrival| arrival.current) {
            self.effect = Effect::Known(arrival.outcome);
        }
        // A failure is shown beside the files, not said aloud: nobody asked for this simulation.
        while let Some((_, sentence)) = self.simulation.news() {
            self.effect = Effect::Impossible(sentence);
        }
    }
}

impl Desk {
    /// Returns what the shown result has to be made from.
    fn wanted(&self) -> Made {
        (self.derived_from, self.settings.runs, self.seed)
    }

    /// Returns how the fleet comes back with the files that its devices have.
    pub(in crate::desk) fn effect(&self) -> &Effect {
        match self.simulation.status() {
            _ if self.project.agents.compared.is_none() => &Effect::Unknown,
            _ if self.study.made == Some(self.wanted()) => &self.study.effect,
            Status::Running | Status::Finished => &Effect::Running,
            Status::Impossible | Status::Cancelled | Status::Failed(_) => &Effect::Unknown,
        }
    }

    /// Keeps the second simulation going; returns when to look again although nothing wakes.
    pub(in crate::desk) fn follow(&mut self, now: Duration) -> Option<Duration> {
        let (arrivals, again) = self.study.simulation.tick(now);
        self.study.take(arrivals);
        let wanted = self.wanted();
        if self.project.agents.compared.is_none() {
            if self.study.made.take().is_some() {
                self.study.cancel();
            }
        } else if self.study.made != Some(wanted) && *self.simulation.status() == Status::Finished {
            self.study.made = Some(wanted);
            match self.before() {
                Ok(Some(fleet)) => self.study_of(fleet, now),
                Ok(None) => self.study.effect = Effect::Unknown,
                Err(sentence) => self.study.effect = Effect::Impossible(sentence),
            }
        }
        again
    }

    /// Waits until the second simulation has ended.
    pub(in crate::desk) fn finish_study(&mut self, now: Duration) {
        self.follow(now);
        let arrivals = self.study.simulation.finish();
        self.study.take(arrivals);
    }

    /// Returns the fleet as the devices' files say; `None` where no group's are known.
    fn before(&self) -> Result<Option<Arc<Fleet>>, String> {
        let Some(compared) = &self.project.agents.compared else { return Ok(None) };
        let Some(fleet) = &self.derived.fleet else { return Ok(None) };
        let (file, active) = (self.project.document.file(), self.project.document.active());
        let mapping = mapping(file);
        let known = as_is(file, active, fleet, &mapping, &compared.collected);
        let Some(known) = known.map_err(|error| error.to_string())? else { return Ok(None) };
        let checked = known.check(active);
        let blocking = checked.findings.iter().find(|finding| finding.blocks());
        match (checked.fleet, blocking) {
            (Some(fleet), None) => Ok(Some(Arc::new(fleet))),
            (_, Some(Finding { what, why, .. })) => Err(format!("{what} {why}")),
            (None, None) => Err("The values of the files do not make a fleet.".to_owned()),
        }
    }

    /// Simulates the fleet with the devices' files.
    fn study_of(&mut self, fleet: Arc<Fleet>, now: Duration) {
        let active = Some(Target { name: "With the files that devices have".to_owned(), fleet, shown: 0 });
        let (runs, seed) = (self.settings.runs, self.seed);
        let (baseline, overlays) = (None, Vec::new());
        let request = Request { epoch: self.epoch, active, baseline, overlays, seed, runs, afresh: false };
        self.study.effect = Effect::Running;
        self.study.simulation.request(request, now);
    }
}
