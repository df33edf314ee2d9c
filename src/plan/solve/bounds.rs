//! Closed forms beside the simulated values, so that experts can check one against the other.

use super::super::trial::Goals;
use super::super::trial::goal::{Aim, capacity_per_s};
use crate::fleet::Fleet;
use crate::plan::FigureUnit;
use crate::sim::theory::{self, Load};

/// One figure that a formula gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// Key in JSON, with its unit.
    pub key: &'static str,
    /// What it says.
    pub label: &'static str,
    /// The formula: N devices, μ sign-ins/s, T timeout, S sign-in time, B room, P peak, q the share.
    pub formula: &'static str,
    /// Its value in the unit.
    pub value: f64,
    /// How it is read.
    pub unit: FigureUnit,
}

/// Returns what the closed forms need to know of a fleet.
pub(super) fn load(fleet: &Fleet) -> Load {
    let devices: f64 = fleet.cut_groups().map(|group| f64::from(group.devices)).sum();
    let timeout = fleet.cut_groups().map(|group| group.agent.connect_timeout().secs());
    Load {
        devices: devices.max(1.0),
        capacity_per_s: capacity_per_s(fleet),
        service_s: fleet.platform.service_time.secs(),
        timeout_s: timeout.fold(f64::INFINITY, f64::min),
        room: f64::from(fleet.platform.accept_queue),
    }
}

/// Returns the share of the devices and the limit of the time that a search is about, the peak, if any.
pub(super) fn asked(goals: &Goals) -> (f64, Option<f64>, f64) {
    let of = |aim: Aim| goals.list.iter().find(|goal| goal.aim == aim).map(|goal| goal.limit);
    let (share, limit) = [(Aim::T95, 0.95), (Aim::T99, 0.99), (Aim::T50, 0.5), (Aim::T100, 1.0)]
        .into_iter()
        .find_map(|(aim, share)| Some((share, Some(of(aim)?))))
        .unwrap_or((0.95, None));
    (share, limit, of(Aim::Peak).unwrap_or(f64::INFINITY))
}

/// Returns the bounds of a fleet.
pub(super) fn bounds(fleet: &Fleet, goals: &Goals) -> Vec<Bound> {
    let load = load(fleet);
    let (share, _, mut peak) = asked(goals);
    if let Some(limit) = goals.list.iter().find(|goal| goal.aim == Aim::PeakUse).map(|goal| goal.limit) {
        peak = peak.min(limit * load.capacity_per_s);
    }
    let time = |key, label, formula, value| Bound { key, label, formula, value, unit: FigureUnit::Duration };
    let mut bounds = vec![
        time(
            "work_s",
            "No setting of the devices is quicker than",
            "q N / μ",
            share * load.devices / load.capacity_per_s,
        ),
        time(
            "delay_without_queue_s",
            "Random delay without any queue",
            "2 N / μ",
            theory::delay_without_queue(load.devices, load.capacity_per_s),
        ),
        time(
            "delay_without_timeouts_s",
            "Random delay without time-outs",
            "R_safe = (2 N / μ)(1 − √(μ (T − S) / N))",
            theory::safe_delay(load.devices, load.capacity_per_s, load.timeout_s, load.service_s),
        ),
        time(
            "delay_at_risk_below_s",
            "Below it a collapse can keep itself up",
            "2 (N / μ − T) where B / μ + S > T",
            theory::risk_below(&load),
        ),
    ];
    if peak.is_finite() {
        bounds.push(time(
            "delay_for_peak_in_outage_s",
            "Random delay for the peak in the outage",
            "e N / P",
            theory::delay_for_peak(load.devices, peak),
        ));
        bounds.push(time(
            "delay_for_peak_s",
            "Random delay for the peak after the return",
            "2 N / P",
            2.0 * load.devices / peak,
        ));
    }
    bounds.push(time(
        "first_guess_s",
        "First guess of the random delay",
        "max(R_safe, q N / (μ (1 − √(1 − q))))",
        theory::best_delay(&load, share, f64::INFINITY),
    ));
    bounds
}
