//! Many agents at once, each beginning at its planned instant, and the exact account of what became of them.
//!
//! Every agent is the machine of the simulator with the draws of the simulator, so the instants at which it means to
//! try are the simulated ones to the microsecond until something real comes between. What the host adds is
//! *lateness*: the time between the planned instant of an attempt and its begin. It is measured for each attempt
//! and told apart from what the platform does; where it is not small, the result says [`Outcome::host_limited`].
//!
//! Every planned agent is counted once: back, failed for a reason (it gave up), or abandoned (the watch ended
//! first). [`Account::balances`] checks that.

mod books;
pub mod preflight;

pub use books::{Account, Lateness, Outcome, Second};

use super::agent::{self, Device, Profile, With};
use super::clock::Clock;
use crate::agent::notice;
use crate::base::{Draws, Micros};
use crate::fleet::{Link, Loss};
pub(super) use books::Books;
use std::sync::Arc;

/// One agent of a herd.
#[derive(Clone, Debug)]
pub struct Start {
    /// What it shares with others.
    pub profile: Arc<Profile>,
    /// The device.
    pub device: Device,
    /// When it notices that its connection is gone.
    pub lost: Micros,
}

/// Returns when a device notices that all connections were lost at the zero of the clock, with the draw that the
/// simulator makes of it.
pub fn notices(link: &Link, loss: Loss, draws: Draws, device: u64) -> Micros {
    notice::notice(link, loss, notice::since_ping(draws, device, 0, link))
}

/// A herd that runs. Dropping it stops its agents.
#[derive(Debug)]
pub(super) struct Herd {
    books: Arc<Books>,
    agents: Vec<agent::Handle>,
}

impl Herd {
    /// Starts a herd on the current runtime.
    pub(super) fn start(starts: Vec<Start>, (clock, draws): (Clock, Draws)) -> Self {
        let books = Arc::new(Books::new(starts.iter().map(|start| start.device.number)));
        let agents = starts
            .into_iter()
            .map(|start| {
                let with = With { tells_draws: true, ..With::default() };
                agent::start_with(
                    start.profile,
                    start.device,
                    (clock, draws),
                    start.lost,
                    books.clone(),
                    with,
                )
            })
            .collect();
        Self { books, agents }
    }

    /// Returns its books, for whoever looks into them meanwhile.
    pub(super) fn books(&self) -> Arc<Books> {
        Arc::clone(&self.books)
    }

    /// Resolves when every agent is back or has given up.
    pub(super) async fn settled(&self) {
        self.books.settled().await;
    }

    /// Stops all agents, waits for them, and closes the books.
    pub(super) async fn stop(self) -> Outcome {
        self.agents.iter().for_each(agent::Handle::ask_to_stop);
        for agent in self.agents {
            agent.stop().await;
        }
        self.books.outcome()
    }
}

/// Runs a herd until every agent is back or has given up, or until the watch ends; then stops all agents and waits for them.
///
/// Devices have different numbers; of two with the same only one is counted.
pub async fn run(starts: Vec<Start>, (clock, draws): (Clock, Draws), watch_until: Micros) -> Outcome {
    let herd = Herd::start(starts, (clock, draws));
    tokio::select! {
        () = herd.settled() => {}
        () = clock.until(watch_until) => {}
    }
    herd.stop().await
}

#[cfg(test)]
mod tests;
