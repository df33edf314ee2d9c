//! The lever at the load balancer: how many new connections it lets through, and how many may wait.
//!
//! A limit a little below the capacity keeps the platform from working for devices that have given up. Where
//! it lets connections wait, the queue decides whether that is true: a balancer passes on what waited even
//! if its device has gone, so the last in the queue must have its turn while devices still wait for an
//! answer. Limits that count what they reject are never tried.

use super::super::bounds::load;
use super::{Direction, Ground, Way};
use crate::base::units;
use crate::fleet::file::{Value, address};
use crate::fleet::{Fleet, LimitKind};
use crate::plan::trial::goal::capacity_per_s;
use crate::plan::trial::lever::{Assignment, Lever};

/// Shares of the capacity that are tried as a limit.
const ADMITTED: [f64; 3] = [0.95, 0.85, 0.7];
/// What becomes of connections beyond it.
const KINDS: [&str; 2] = ["delay-accept", "reset"];
/// Share of the time for which devices wait for an answer that they may spend in the queue.
const WAITED: f64 = 0.8;
/// Address of the queue.
const QUEUE: &str = "/platform/balancer/backlog";

impl Ground<'_> {
    /// Returns an assignment to an address; `None` where the file has no such input.
    pub(in crate::plan::solve) fn set(&self, address: &str, to: Value) -> Option<Assignment> {
        let view = self.file.view(self.scenario);
        let input = address::resolve(&view, address)?;
        let from = view.value(address, input.setting).ok().filter(|from| *from != Value::Nothing);
        Some(Assignment { input, group: String::new(), from, to })
    }

    /// Returns the directions of a limit at the load balancer.
    pub(in crate::plan::solve) fn admissions(&self, fixed: &[Assignment]) -> Vec<Direction> {
        let capacity = capacity_per_s(self.fleet);
        let direction = |kind: &&str| {
            let lever = Lever::find(self.file, self.scenario, "/platform/balancer/limit_per_s").ok()?;
            let mut values: Vec<f64> =
                ADMITTED.iter().map(|share| (share * capacity).round().max(1.0)).collect();
            values.dedup();
            let queue_s = (*kind == KINDS[0]).then(|| WAITED * load(self.fleet).timeout_s);
            let queue_s = queue_s.filter(|wait| wait.is_finite());
            let kind = self.set("/platform/balancer/limit_kind", Value::Word((*kind).to_owned()));
            let kind = kind.filter(|kind| kind.from.as_ref() != Some(&kind.to));
            let fixed = fixed.iter().cloned().chain(kind).collect();
            let way = Way::Admission;
            Some(Direction { way, lever: Some(lever), values, fixed, estimated: false, queue_s, made: None })
        };
        KINDS.iter().filter_map(direction).collect()
    }

    /// Returns the queue in which nobody waits longer than this at a limit [connections/s, s].
    pub(in crate::plan::solve) fn queue(&self, per_s: f64, wait_s: f64) -> Option<Assignment> {
        self.set(QUEUE, Value::Number((per_s * wait_s).floor().max(1.0)))
    }
}

/// Returns why a limit with its queue works, for the fleet that has it.
pub(in crate::plan::solve) fn why(fleet: &Fleet) -> Vec<String> {
    let mut why = vec![
        "The load balancer lets through no more than the platform signs in, so that no work is done for devices that \
         have given up."
            .to_owned(),
    ];
    let limit = fleet.platform.balancer.and_then(|balancer| Some((balancer.limit?, balancer.backlog)));
    if let Some((limit, queue)) = limit.filter(|(limit, _)| limit.kind == LimitKind::DelayAccept) {
        why.push(format!(
            "At most {} wait at it: the last one for {}, and devices wait {} for an answer. In a longer queue turns \
             would be spent on devices that have given up.",
            units::count(u64::from(queue)),
            units::duration(f64::from(queue) / f64::from(limit.per_s.max(1))),
            units::duration(load(fleet).timeout_s),
        ));
    }
    why
}
