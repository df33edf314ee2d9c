//! An agent that visits a platform to see whether it can: it tries now, a few times, and then gives up.

use super::{Key, Profile};
use crate::base::Micros;
use crate::fleet::{Agent, Backoff, BackoffLaw, Bounds, Generic, Link, Retries};
use crate::live::connect::Target;
use crate::live::tls::Connector;

/// Returns an agent of no maker in particular: it tries at once, and where that fails `attempts` times in all with a
/// pause between them. `longest` bounds an attempt up to the upgrade, and each answer after it.
pub fn visitor(
    (target, tls, key): (Target, Option<Connector>, Key),
    longest: Micros,
    (attempts, pause): (u16, Micros),
) -> Profile {
    let agent = Agent::Generic(Generic {
        first_delay: Micros::ZERO,
        connect_timeout: longest,
        connect_retries: Retries::Times(attempts),
        backoff: Backoff { law: BackoffLaw::Fixed, base: pause, cap: pause },
    });
    let link = Link { tls: tls.is_some(), message_timeout: longest, bounds: Bounds::Attempt, ..Link::C_SDK };
    Profile { target, tls, agent, link, key }
}
