//! Reading devices before there is a plan: what they have decides who is left alone, and what counts as drifted.

use super::error::DriveError;
use crate::push::fault::{Class, Fault};
use crate::push::plan::{Candidate, Now};
use crate::push::state::Seen;
use crate::push::target::{Job, JobFile, Target, Transport};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Name of no plan, for names beside files that are only looked at.
const NO_PLAN: &str = "0000000000000000";

/// Reads what devices have and writes it into the list; returns those that were not read, and why. Their files stay
/// unknown. Nothing is written to any device.
///
/// # Errors
/// [`DriveError::Threads`].
pub fn survey<T: Transport>(
    target: &Arc<Target<T>>,
    candidates: &mut [Candidate],
    at_once: u32,
) -> Result<Vec<(String, Fault)>, DriveError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(DriveError::Threads)?;
    let room = Arc::new(Semaphore::new(at_once.max(1) as usize));
    let mut missing = Vec::new();
    runtime.block_on(async {
        let mut looks = JoinSet::new();
        for (at, candidate) in candidates.iter().enumerate() {
            let (target, room, job) = (Arc::clone(target), Arc::clone(&room), job(candidate));
            looks.spawn(async move {
                let _permit = room.acquire_owned().await;
                (at, target.look(&job).await)
            });
        }
        while let Some(look) = looks.join_next().await {
            // One that died says nothing of its device, which then stays unknown as if it had not been asked.
            let Ok((at, seen)) = look else { continue };
            match seen {
                Ok(seen) => take(&mut candidates[at], &seen),
                Err(fault) => missing.push((candidates[at].thing.clone(), fault)),
            }
        }
    });
    missing.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(missing)
}

fn take(candidate: &mut Candidate, seen: &Seen) {
    for (file, seen) in candidate.files.iter_mut().zip(&seen.files) {
        file.now = seen.live.map_or(Now::Absent, Now::Is);
    }
}

fn job(candidate: &Candidate) -> Job {
    let files =
        candidate.files.iter().map(|file| JobFile { path: file.path.clone(), want: file.want, before: None });
    Job {
        thing: candidate.thing.clone(),
        address: candidate.address.clone(),
        files: files.collect(),
        plan: NO_PLAN.into(),
        owner: String::new(),
        stamp: String::new(),
        restart_s: 1,
    }
}

/// Returns how often each class stands among those that were not read.
pub fn classes(missing: &[(String, Fault)]) -> Vec<(Class, usize)> {
    let count = |class: &Class| missing.iter().filter(|(_, fault)| fault.class == *class).count();
    Class::ALL.iter().map(|class| (*class, count(class))).filter(|(_, n)| *n > 0).collect()
}
