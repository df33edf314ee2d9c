//! From one wave to the next: budgets, the predicted curve, the gate, and the end.

use super::super::fault::Kind;
use super::super::plan::{Pauses, Staging};
use super::super::state::{State, Status};
use super::{Machine, Now, Step};
use crate::base::units;

impl Machine {
    /// Stops what has to stop and goes on where the wave is through.
    pub(super) fn advance(&mut self, now: Now, steps: &mut Vec<Step>) {
        match self.status {
            Status::Running => {}
            Status::RollingBack => return self.end_roll_back(steps),
            _ => return,
        }
        if let Some(cause) = self.over_budget().or_else(|| self.curve.fault(now)) {
            return self.trip(cause, steps);
        }
        while self.status == Status::Running && self.is_through() {
            let through = *self.through.get_or_insert(now.mono_ms);
            let observe_ms = u64::from(self.plan.request().gate.observe_s) * 1_000;
            if now.mono_ms < through.saturating_add(observe_ms) {
                return;
            }
            self.through = None;
            match self.missed_gate() {
                Some(cause) => return self.trip(cause, steps),
                None => self.next_wave(steps),
            }
        }
    }

    /// Returns which budget is used up.
    fn over_budget(&self) -> Option<String> {
        let budgets = self.plan.request().budgets;
        let rows = [
            (Kind::Failed, budgets.failed, "failed"),
            (Kind::Unreachable, budgets.unreachable, "were not reached"),
            (Kind::Unknown, budgets.unknown, "are in doubt"),
            (Kind::Drifted, budgets.drifted, "were changed by somebody else"),
        ];
        rows.into_iter().find_map(|(kind, most, what)| {
            let count = self.budget.get(&(kind as u8)).copied().unwrap_or_default();
            (count > most).then(|| {
                format!(
                    "{} {} {what}, and the plan allows {}",
                    units::count(count.into()),
                    if count == 1 { "device" } else { "devices" },
                    units::count(most.into())
                )
            })
        })
    }

    /// Returns whether nothing more happens in the wave by itself.
    fn is_through(&self) -> bool {
        let Some(tally) = self.tallies.get(self.wave as usize).filter(|_| !self.is_last_over()) else {
            return true;
        };
        State::ALL.iter().zip(tally).all(|(state, count)| *count == 0 || state.is_final())
    }

    /// Returns whether there is no wave left.
    fn is_last_over(&self) -> bool {
        self.wave as usize >= self.plan.sizes().len()
    }

    fn missed_gate(&self) -> Option<String> {
        let size = u64::from(*self.plan.sizes().get(self.wave as usize)?);
        let tally = self.tallies.get(self.wave as usize)?;
        let confirmed = u64::from(tally[State::Verified as usize] + tally[State::Skipped as usize]);
        let share = u64::from(self.plan.request().gate.confirmed_pct_x100);
        (confirmed * 10_000 < share * size).then(|| {
            format!(
                "Only {} of the {} devices of wave {} are confirmed, and the plan asks for {}",
                units::count(confirmed),
                units::count(size),
                self.wave + 1,
                units::percent(share as f64 / 10_000.0)
            )
        })
    }

    fn next_wave(&mut self, steps: &mut Vec<Step>) {
        let done = self.wave + 1;
        if done as usize >= self.plan.sizes().len() {
            return self.turn(Status::Finished, "Every wave is through", steps);
        }
        self.wave = done;
        let pause = match &self.plan.request().pauses {
            Pauses::Never => false,
            Pauses::Each => true,
            Pauses::After(waves) => waves.contains(&done),
        };
        if pause {
            let cause = format!("Wave {done} is through, and the plan waits for somebody to look");
            return self.turn(Status::Paused, cause, steps);
        }
        self.turn(Status::Running, format!("Wave {}", done + 1), steps);
        self.enter_wave();
    }

    /// Queues what the wave has to do, in the order of the plan.
    pub(super) fn enter_wave(&mut self) {
        let all = self.plan.request().staging == Staging::All;
        let end = self.starts.last().copied().unwrap_or_default();
        let wave_end = self.starts.get(self.wave as usize + 1).copied().unwrap_or(end);
        self.to_stage.clear();
        self.to_activate.clear();
        for device in 0..if all { end } else { wave_end } {
            let entry = &self.devices[device as usize];
            if entry.busy || entry.due.is_some() {
                continue;
            }
            match entry.row.state {
                State::Pending => self.to_stage.push_back(device),
                State::Staged => self.queue_activation(device),
                _ => {}
            }
        }
    }

    fn end_roll_back(&mut self, steps: &mut Vec<Step>) {
        let left = self.to_roll_back.values().any(|queue| !queue.is_empty());
        let waiting = !self.due.is_empty();
        if self.in_flight == 0 && !left && !waiting {
            self.scope = None;
            let failed = |entry: &&super::Device| entry.row.back && entry.row.state != State::RolledBack;
            let cause = match self.devices.iter().filter(failed).count() {
                0 => "Rolled back as ordered".to_owned(),
                1 => "Rolled back as ordered, but for 1 device. Order it again for it".to_owned(),
                n => format!(
                    "Rolled back as ordered, but for {} devices. Order it again for them",
                    units::count(n as u64)
                ),
            };
            self.turn(Status::Stopped, cause, steps);
        }
    }
}
