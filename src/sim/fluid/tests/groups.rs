//! The curves of the groups.

use super::*;
use crate::fleet::{Meets, ServiceLaw};
use crate::sim::{Run, run};
use std::sync::atomic::AtomicBool;

/// Three kinds of devices at one platform; the last two groups behave alike.
fn mixed() -> Fleet {
    let mut fleet = storm(manager(30.0), 120.0);
    let mut other = fleet.groups[0].clone();
    (other.id, other.devices) = ("patient".into(), 6_000);
    other.agent = Agent::CSdk(sdk(60.0, Retries::Forever, 10.0));
    fleet.groups.push(other.clone());
    (other.id, other.devices) = ("patient too".into(), 3_000);
    fleet.groups.push(other);
    fleet.platform.service_law = ServiceLaw::Exponential;
    fleet
}

/// Checks that the groups add up to the fleet at every point.
fn adds_up(result: &Fluid) {
    let groups = &result.groups;
    assert!(groups.at_s.is_sorted() && groups.at_s.len() <= 300, "{}", groups.at_s.len());
    for (point, at) in groups.at_s.iter().enumerate() {
        let sum: f64 = groups.each.iter().map(|group| group.devices * group.share_back[point]).sum();
        let edges = &result.curves.edges_s[1..];
        let bin = edges.iter().position(|edge| edge == at);
        let all = bin.map_or(0.0, |bin| result.curves.share_back[bin]);
        assert!((sum / result.devices - all).abs() < 1e-6, "{at} s: {sum} against {all}");
    }
    for group in &groups.each {
        assert!(group.share_back.is_sorted() && group.share_back.len() == groups.at_s.len());
    }
}

#[test]
fn the_sum_of_the_groups_is_the_fleet() {
    adds_up(&fluid(&mixed()));
    let mut slow = mixed();
    slow.platform.workers = 1;
    slow.outage.watch = secs(86_400.0);
    adds_up(&fluid(&slow));
    let mut served = mixed();
    served.outage.meets = Meets::Served;
    adds_up(&fluid(&served));
    let mut stranded = mixed();
    stranded.groups[1].agent = Agent::CSdk(sdk(5.0, Retries::Times(3), 5.0));
    let result = fluid(&stranded);
    adds_up(&result);
    assert!(result.groups.each[1].times.t50.is_none() && result.groups.each[2].times.t99.is_some());
}

#[test]
fn every_group_is_near_the_mean_of_exact_runs() {
    let mut ramp = mixed();
    (ramp.outage.ramp_from_permille, ramp.outage.ramp) = (200, secs(60.0));
    let mut served = mixed();
    (served.outage.meets, served.outage.length) = (Meets::Served, secs(5.0));
    for (name, fleet) in [("down", mixed()), ("ramp", ramp), ("served", served)] {
        let result = fluid(&fleet);
        let runs: Vec<Run> =
            (1..=8).map(|seed| run(&fleet, seed, &AtomicBool::new(false)).unwrap()).collect();
        for (index, group) in result.groups.each.iter().enumerate() {
            let exact = |of: &dyn Fn(&crate::sim::Times) -> Option<Micros>| {
                let times = runs.iter().map(|run| of(&run.groups[index].times).unwrap().secs());
                times.sum::<f64>() / runs.len() as f64
            };
            let name = format!("{name}, {}", group.id);
            near(&format!("{name}, t50"), group.times.t50.unwrap(), exact(&|times| times.t50), 0.05);
            near(&format!("{name}, t95"), group.times.t95.unwrap(), exact(&|times| times.t95), 0.04);
            let devices = f64::from(fleet.groups[index].devices);
            for (at, share) in result.groups.at_s.iter().zip(&group.share_back) {
                let bin = (at + fleet.outage.length.secs()).round() as usize;
                let back = |run: &Run| run.groups[index].curves.back[..bin].iter().sum::<u32>();
                let back = runs.iter().map(|run| f64::from(back(run))).sum::<f64>() / runs.len() as f64;
                assert!((share - back / devices).abs() < 0.05, "{name}, {at} s: {share}");
            }
        }
    }
}
