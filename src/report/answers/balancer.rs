//! The limit at the load balancer that an answer sets.

use crate::config::balancer::Admission;
use crate::plan::solve::Answer;

/// Returns what the load balancer does by an answer; `None` where the answer does not touch its limit.
pub fn admission(answer: &Answer) -> Option<Admission> {
    let touches = |address: &str| address.starts_with("/platform/balancer/");
    let limits = answer.assignments.iter().any(|one| touches(&one.input.address));
    Admission::of(&answer.fleet).filter(|_| limits)
}
