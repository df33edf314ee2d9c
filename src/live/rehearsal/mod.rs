//! A rehearsal: the devices of a project as real agents against the test platform, through its outage.
//!
//! ```text
//! Fleet ─► scaled (fewer devices, as much less capacity) ─┬─► simulated by somebody else: the band
//!                                                         └─► run: agents and platform ─► Rehearsed
//! ```
//!
//! What cannot be rehearsed is taken out of the fleet *before* anybody simulates it, and said in words, so that
//! the band and the measurement are of the same thing. Device numbers and draws are those of the simulation
//! with the same seed. The outage begins at the zero of the clock; at its end the platform is back, with the
//! ramp of the project.
//!
//! Nothing here leaves this computer: the platform listens on loopback. Only [`host`] knows others.

pub mod host;
mod scale;
mod watch;

pub use host::{Given, Stopped};
pub use scale::{ScaleError, Scaled, away, chosen, scale, scale_for_host};
pub use watch::{SoFar, Watch};

use super::agent::{Device, Key, Profile};
use super::clock::Clock;
use super::connect::{Target, USUAL_PATH};
use super::herd::{self, Herd, Outcome, Start};
use super::listen::Port;
use super::platform::{self, Counters, Outage, Reception, Settings, StartError};
use super::tls::{Authority, AuthorityError, ClientTls, Connector, TlsError, Trust};
use crate::base::{Draws, Micros};
use crate::fleet::{Agent, Fleet, Link};
use std::sync::Arc;

/// Why a rehearsal does not start.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// The platform does not start.
    #[error(transparent)]
    Platform(#[from] StartError),
    /// No certificate for it.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// Agents cannot trust it.
    #[error(transparent)]
    Trust(#[from] TlsError),
}

/// What came of a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed {
    /// What the agents did, from the begin of the outage.
    pub agents: Outcome,
    /// What is known of the platform.
    pub far: FarEnd,
}

/// What is known of the platform of a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FarEnd {
    /// It was the embedded one, and this is what it counted.
    Embedded(Counters),
    /// It was given, and counts for itself.
    Given(Given),
}

impl Rehearsed {
    /// Returns whether both ends tell the same: every agent and every connection is counted once, and the platform
    /// has bound every agent as often as it was back, and nobody else but those whose attempt failed or was ended
    /// before they heard it. Of a given platform nothing is known, so there the agents' account has to add up.
    pub fn agrees(&self) -> bool {
        let (account, backs) = (&self.agents.account, self.agents.backs);
        let FarEnd::Embedded(platform) = &self.far else { return account.balances() };
        // Whoever was lost may have been bound again without hearing of it any more.
        let unheard = self.agents.failures.values().sum::<u64>() + account.abandoned + self.agents.losses;
        account.balances() && platform.balances() && (backs..=backs + unheard).contains(&platform.binds)
    }

    /// Returns the account of the embedded platform.
    pub fn embedded(&self) -> Option<&Counters> {
        match &self.far {
            FarEnd::Embedded(counters) => Some(counters),
            FarEnd::Given(_) => None,
        }
    }

    /// Returns what is known of a given platform.
    pub fn given(&self) -> Option<&Given> {
        match &self.far {
            FarEnd::Embedded(_) => None,
            FarEnd::Given(given) => Some(given),
        }
    }

    /// Returns why it was ended; nothing where it came to its end.
    pub fn stopped(&self) -> Option<Stopped> {
        self.given().and_then(|given| given.stopped)
    }

    /// Returns whether the computer and not the platform shaped the result: agents began late, or the platform
    /// answered late.
    pub fn host_limited(&self) -> bool {
        let late = self.embedded().map(Counters::late_p99).unwrap_or_default();
        self.agents.host_limited() || late.0 > self.agents.window().0 / 100
    }
}

/// Rehearses the outage of a scaled fleet with the draws of a seed, on the current runtime. Ends when every agent is
/// back or has given up, or when the project stops watching.
///
/// # Errors
/// The platform does not start.
pub async fn run(scaled: &Scaled, seed: u64) -> Result<Rehearsed, RehearsalError> {
    watched(scaled, seed, &Watch::default()).await
}

/// Rehearses as [`run`] does, while somebody watches: the books can be looked into, and it ends soon after it is
/// cancelled. Agents that were not back by then are abandoned in the account.
///
/// # Errors
/// Those of [`run`].
pub async fn watched(scaled: &Scaled, seed: u64, watch: &Watch) -> Result<Rehearsed, RehearsalError> {
    let fleet = &scaled.fleet;
    let (identity, connector) = if scaled.tls {
        let authority = Authority::new("Regather rehearsal")?;
        let trust = Trust::Only(authority.pem());
        let connector = Connector::new(&ClientTls { trust, own: None })?;
        (Some(authority.identity(&["127.0.0.1"])?), Some(connector))
    } else {
        (None, None)
    };
    let settings = Settings {
        port: Port::default(),
        identity,
        capacity: fleet.platform,
        seed,
        // Agents ping at the rhythm of the project, which may be slower than the usual limit.
        idle_timeout: fleet.outage.horizon() + Micros::from_secs(60),
        greeting_timeout: fleet.outage.horizon() + Micros::from_secs(60),
        ..Settings::default()
    };
    let draws = Draws::new(seed);
    let clock = Clock::start();
    let platform = platform::start(settings, clock)?;
    let reception = Reception::try_from(fleet.outage.meets).unwrap_or(Reception::Refused);
    platform.outage(Outage { loss: None, reception, down: fleet.outage.platform_down });
    let starts = starts(fleet, platform.address().port(), connector.as_ref(), draws);
    let herd = Herd::start(starts, (clock, draws));
    watch.begins(clock, herd.books());
    {
        let ends = async {
            tokio::select! {
                () = herd.settled() => {}
                () = clock.until(fleet.outage.horizon()) => {}
                () = watch.cancelled() => {}
            }
        };
        let mut ends = std::pin::pin!(ends);
        tokio::select! {
            () = &mut ends => {}
            () = clock.until(fleet.outage.length) => {
                platform.restart(fleet.outage.ramp, fleet.outage.ramp_from_permille);
                ends.await;
            }
        }
    }
    Ok(Rehearsed { agents: herd.stop().await, far: FarEnd::Embedded(platform.stop().await) })
}

/// Returns the agents that lose their connection, numbered as in the simulation.
fn starts(fleet: &Fleet, port: u16, tls: Option<&Connector>, draws: Draws) -> Vec<Start> {
    let profile = |agent, link| {
        let target = Target { host: "127.0.0.1".into(), port, path: USUAL_PATH.into(), proxy: None };
        Profile { target, tls: tls.cloned(), agent, link, key: Key("rehearsal".into()) }
    };
    devices(fleet, draws, &profile, &|group, number| format!("{group}-{number}"))
}

/// Returns the agents that lose their connection, numbered as in the simulation, with the profile of an agent and a link
/// and the thing of a device by its group and number.
fn devices(
    fleet: &Fleet,
    draws: Draws,
    profile: &dyn Fn(Agent, Link) -> Profile,
    thing: &dyn Fn(&str, u64) -> String,
) -> Vec<Start> {
    let mut starts = Vec::new();
    let mut number = 0;
    for (position, group) in fleet.groups.iter().enumerate() {
        let devices = number..number + u64::from(group.devices);
        number = devices.end;
        let Some(loss) = fleet.outage.loses.filter(|_| fleet.outage.cuts(position)) else { continue };
        let profile = Arc::new(profile(group.agent, group.link));
        starts.extend(devices.map(|number| Start {
            profile: Arc::clone(&profile),
            device: Device { number, things: vec![thing(&group.id, number)] },
            lost: herd::notices(&group.link, loss, draws, number),
        }));
    }
    starts
}

#[cfg(test)]
mod tests;
