//! Work on devices, in a runtime of its own.

use super::error::DriveError;
use super::{Done, Drive, Results};
use crate::base::hash::sha256;
use crate::config::secret::Secret;
use crate::push::fault::{Class, Fault, Reached};
use crate::push::machine::Work;
use crate::push::plan::{Plan, PlannedDevice};
use crate::push::state::{Row, Seen};
use crate::push::target::{Job, Target, Transport};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinError;

/// Longest time for a piece of work beside its restart \[s\]; each of its steps has a shorter one of its own.
const LONGEST_S: u64 = 600;

/// Threads that work on devices.
const THREADS: usize = 2;

/// Makes the texts of a device's files, with their secrets.
pub trait Source: Send + Sync {
    /// Returns the text of each of the device's files, in their order.
    ///
    /// # Errors
    /// Why not, in a sentence without any part of a secret.
    fn texts(&self, device: &PlannedDevice) -> Result<Vec<Secret>, String>;
}

/// Those who work on devices.
pub(super) struct Crew<T> {
    runtime: Runtime,
    target: Arc<Target<T>>,
    source: Arc<dyn Source>,
    plan: Arc<Plan>,
    owner: String,
    results: Results,
}

impl<T: Transport> Crew<T> {
    pub(super) fn new(
        drive: &Drive<'_, T>,
        plan: &Arc<Plan>,
        owner: String,
        results: Results,
    ) -> Result<Self, DriveError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("roll-out")
            .enable_all()
            .build()
            .map_err(DriveError::Threads)?;
        Ok(Self {
            runtime,
            target: Arc::clone(&drive.target),
            source: Arc::clone(&drive.source),
            plan: Arc::clone(plan),
            owner,
            results,
        })
    }

    /// Begins a piece of work; its end comes as a result.
    pub(super) fn begin(&self, device: u32, work: Work, row: &Row) {
        let Some(planned) = self.plan.devices().get(device as usize) else { return };
        let job = Job::new(&self.plan, planned, row, &self.owner);
        let (target, source, plan) =
            (Arc::clone(&self.target), Arc::clone(&self.source), Arc::clone(&self.plan));
        let results = self.results.clone();
        self.runtime.spawn(async move {
            let limit = Duration::from_secs(LONGEST_S + u64::from(job.restart_s));
            let doing = tokio::spawn(async move {
                match tokio::time::timeout(limit, perform(&target, source, plan, device, work, &job)).await {
                    Ok(result) => result,
                    Err(_) => Err(Fault::new(Class::NoAnswer, "it took too long").after(worst(work))),
                }
            });
            let result = doing.await.unwrap_or_else(|error| Err(broken(work, &error)));
            // There is room for a result of each device that is worked on; nobody listens only at the end.
            let done: Done = (device, work, result);
            let _ = results.try_send(done);
        });
    }

    /// Ends the runtime; nothing is going on any more, or the journal cannot be written and nobody may wait.
    pub(super) fn end(self) {
        self.runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

/// Returns how far a piece of work may have come of which nothing is known.
fn worst(work: Work) -> Reached {
    match work {
        Work::Activate | Work::RollBack => Reached::Restart,
        Work::Stage | Work::Verify | Work::Resolve => Reached::Nothing,
    }
}

/// What is said of work that died.
fn broken(work: Work, error: &JoinError) -> Fault {
    let what =
        if error.is_panic() { "the program failed here; please report it" } else { "the program ended" };
    Fault::new(Class::Protocol, what).after(worst(work))
}

async fn perform<T: Transport>(
    target: &Target<T>,
    source: Arc<dyn Source>,
    plan: Arc<Plan>,
    device: u32,
    work: Work,
    job: &Job,
) -> Result<Seen, Fault> {
    match work {
        Work::Stage => target.stage(job, &texts(source, plan, device).await?).await,
        Work::Activate => target.activate(job).await,
        Work::RollBack => target.roll_back(job).await,
        Work::Verify => target.confirm(job).await,
        Work::Resolve => target.look(job).await,
    }
}

/// Makes the texts and holds them against the plan. Key rings and files may be slow, so others do not wait for it.
async fn texts(source: Arc<dyn Source>, plan: Arc<Plan>, device: u32) -> Result<Vec<Secret>, Fault> {
    let made = tokio::task::spawn_blocking(move || {
        let planned = &plan.devices()[device as usize];
        let texts = source.texts(planned)?;
        let fits = texts.len() == planned.files.len()
            && texts
                .iter()
                .zip(&planned.files)
                .all(|(text, file)| sha256(text.expose().as_bytes()) == file.want);
        if fits {
            Ok(texts)
        } else {
            Err("It is not what was planned: the project or a secret changed".to_owned())
        }
    });
    match made.await {
        Ok(Ok(texts)) => Ok(texts),
        Ok(Err(reason)) => Err(Fault::new(Class::NoSource, reason)),
        Err(_) => Err(Fault::new(Class::NoSource, "the program failed here; please report it")),
    }
}
