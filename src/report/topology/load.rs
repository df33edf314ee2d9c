//! How busy each kind of component is in a result, at a moment or at most: what boxes of a picture show.
//!
//! A station of the simulation stands for all components of its kind together, because a load balancer spreads
//! devices evenly. Shares are means over the runs. The bottleneck is what was busy to its limit for longest.

use crate::fleet::cluster::NodeKind;
use crate::plan::Outcome;
use crate::sim::{Run, StationName};
use std::collections::BTreeMap;

/// Share of its time from which on a component counts as busy to its limit.
const FULL: f64 = 0.95;
/// Share from which on the busiest one is worth being called the bottleneck.
const BUSY: f64 = 0.8;

/// How busy everything is at one moment, or at most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// Share of its time in which each kind works, 0 to 1.
    pub busy: BTreeMap<NodeKind, f64>,
    /// Connections that are held [connections].
    pub held: f64,
    /// The kind that limits the others, where one does.
    pub bottleneck: Option<NodeKind>,
}

/// How busy everything is in a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Kinds with their share in every second since the loss of the connections.
    shares: BTreeMap<NodeKind, Vec<f32>>,
    held: Vec<f32>,
    /// The highest of everything.
    highest: Moment,
    /// Time from the loss of the connections to the return [s].
    pub returned_s: f64,
}

/// Returns the component that a station stands for.
fn kind(station: StationName) -> NodeKind {
    match station {
        StationName::Gate | StationName::Tls => NodeKind::LoadBalancer,
        StationName::Connection => NodeKind::ConnectionServer,
        StationName::SignIn => NodeKind::Foundation,
    }
}

impl Load {
    /// Returns the load of a result; `None` without runs.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        let runs = &outcome.study.runs;
        let first = runs.first()?;
        let bins = first.curves.held.len();
        let mean = |of: &dyn Fn(&Run, usize) -> f64| -> Vec<f32> {
            let each = |bin| runs.iter().map(|run| of(run, bin)).sum::<f64>() / runs.len() as f64;
            (0..bins).map(|bin| each(bin) as f32).collect()
        };
        let mut shares: BTreeMap<NodeKind, Vec<f32>> = BTreeMap::new();
        for (index, station) in first.stations.iter().enumerate() {
            let own = mean(&|run, bin| run.stations.get(index).map_or(0.0, |own| own.utilisation(bin)));
            match shares.get_mut(&kind(station.name)) {
                // Two stations of one component: the busier one counts.
                Some(known) => known.iter_mut().zip(own).for_each(|(known, own)| *known = known.max(own)),
                None => drop(shares.insert(kind(station.name), own)),
            }
        }
        if let (Some(writes), Some(_)) = (&outcome.fleet.platform.writes, &first.writes) {
            let ordinary: f64 = outcome
                .fleet
                .groups
                .iter()
                .map(|group| group.telemetry.values_per_s() * f64::from(group.devices))
                .sum();
            let devices = first.devices.max(1) as f64;
            shares.insert(
                NodeKind::Database,
                mean(&|run, bin| {
                    let Some(own) = &run.writes else { return 0.0 };
                    if own.level.get(bin).is_some_and(|level| *level > 0) {
                        return 1.0;
                    }
                    let away = run.curves.all.away.get(bin).copied().unwrap_or_default();
                    let usual = ordinary * (1.0 - f64::from(away) / devices);
                    let stored = own.arrived.get(bin).copied().unwrap_or_default() as f64;
                    ((usual + stored) / writes.per_s.max(1) as f64).min(1.0)
                }),
            );
        }
        let held = mean(&|run, bin| f64::from(run.curves.held.get(bin).copied().unwrap_or_default()));
        let highest = highest(&shares, &held);
        Some(Self { shares, held, highest, returned_s: first.returned.secs() })
    }

    /// Returns the last second [s since the loss].
    pub fn end_s(&self) -> f64 {
        self.held.len().saturating_sub(1) as f64
    }

    /// Returns the highest load of everything, which need not be at one moment.
    pub fn highest(&self) -> &Moment {
        &self.highest
    }

    /// Returns the load in a second [s since the loss].
    pub fn at(&self, second: f64) -> Moment {
        let bin = second.clamp(0.0, self.end_s()) as usize;
        let of = |curve: &Vec<f32>| curve.get(bin).copied().map_or(0.0, f64::from);
        let busy: BTreeMap<NodeKind, f64> =
            self.shares.iter().map(|(kind, curve)| (*kind, of(curve))).collect();
        let bottleneck = busiest(&busy);
        Moment { busy, held: of(&self.held), bottleneck }
    }
}

/// Returns the busiest kind, where it is busy at all.
fn busiest(busy: &BTreeMap<NodeKind, f64>) -> Option<NodeKind> {
    let most = busy.iter().max_by(|a, b| a.1.total_cmp(b.1))?;
    (*most.1 >= BUSY).then_some(*most.0)
}

fn highest(shares: &BTreeMap<NodeKind, Vec<f32>>, held: &[f32]) -> Moment {
    let most = |curve: &[f32]| f64::from(curve.iter().copied().fold(0.0, f32::max));
    let busy: BTreeMap<NodeKind, f64> = shares.iter().map(|(kind, curve)| (*kind, most(curve))).collect();
    let full = |curve: &Vec<f32>| curve.iter().filter(|share| f64::from(**share) >= FULL).count();
    let longest = shares.iter().map(|(kind, curve)| (*kind, full(curve))).max_by_key(|(_, full)| *full);
    let bottleneck = match longest {
        Some((kind, full)) if full > 0 => Some(kind),
        _ => busiest(&busy),
    };
    Moment { busy, held: most(held), bottleneck }
}
