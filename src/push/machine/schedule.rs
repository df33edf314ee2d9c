//! What is begun next: looks first, then restarts at their pace, then staging.

use super::super::state::{Row, State, Status};
use super::{Machine, Now, Step, Work};
use std::collections::VecDeque;

/// Wait where another piece of work goes on at the same address \[ms\].
const ADDRESS_MS: u64 = 50;

impl Machine {
    /// Begins as much as may be begun.
    pub(super) fn fill(&mut self, now: Now, steps: &mut Vec<Step>) {
        self.take_due(now, steps);
        if self.status == Status::RollingBack {
            self.fill_roll_back(now, steps);
        }
        if self.status != Status::Running && !self.serves_named() {
            return;
        }
        self.fill_activation(now, steps);
        self.fill_staging(steps);
    }

    /// Returns whether the roll-out is over and devices that people named are still served.
    pub(super) fn serves_named(&self) -> bool {
        matches!(self.status, Status::Tripped | Status::Stopped) && !self.named.is_empty()
    }

    /// Returns whether a device may be queued for the way forward.
    fn is_open(&self, device: u32) -> bool {
        match self.status {
            Status::Tripped | Status::Stopped => self.named.contains(&device),
            Status::RollingBack => false,
            Status::Ready | Status::Running | Status::Paused | Status::Finished => true,
        }
    }

    fn has_room(&self) -> bool {
        self.in_flight < self.plan.request().pace.at_once
    }

    /// Looks at devices whose wait is over, and queues the others that waited.
    fn take_due(&mut self, now: Now, steps: &mut Vec<Step>) {
        while let Some(&(at, device)) = self.due.first() {
            if at > now.mono_ms || !self.has_room() {
                return;
            }
            self.unwait(device);
            let entry = &self.devices[device as usize];
            let work = match entry.row.state {
                _ if entry.busy => continue,
                State::Activating | State::InDoubt | State::Failed | State::Unreachable => Work::Resolve,
                State::RollingBack | State::Restarted if entry.unresolved => Work::Resolve,
                State::Restarted => Work::Verify,
                State::RollingBack => {
                    push(self.to_roll_back.entry(entry.calendar).or_default(), device);
                    continue;
                }
                State::Pending => {
                    self.queue_staging(device);
                    continue;
                }
                State::Staged => {
                    self.queue_activation(device);
                    continue;
                }
                _ => continue,
            };
            if self.addresses.contains(&self.devices[device as usize].address) {
                self.wait(device, now.mono_ms + ADDRESS_MS);
                continue;
            }
            self.begin(device, work, steps);
        }
    }

    fn fill_roll_back(&mut self, now: Now, steps: &mut Vec<Step>) {
        while self.has_room() {
            let Some((calendar, device)) = self.next_restart(now, true) else { return };
            if !self.bucket.take(now) {
                return;
            }
            take(&mut self.to_roll_back, calendar, device);
            let row = self.devices[device as usize].row.clone();
            let round = if row.back { row.round } else { row.round.saturating_add(1) };
            let row = Row { state: State::RollingBack, back: true, round, class: None, ..row };
            self.set(device, row, String::new(), steps);
            self.begin(device, Work::RollBack, steps);
        }
    }

    fn fill_activation(&mut self, now: Now, steps: &mut Vec<Step>) {
        while self.has_room() {
            let Some((calendar, device)) = self.next_restart(now, false) else { return };
            if !self.bucket.take(now) {
                return;
            }
            take(&mut self.to_activate, calendar, device);
            let row = self.devices[device as usize].row.clone();
            let row = Row { state: State::Activating, round: row.round.max(1), ..row };
            self.set(device, row, String::new(), steps);
            self.begin(device, Work::Activate, steps);
        }
    }

    fn fill_staging(&mut self, steps: &mut Vec<Step>) {
        let mut passed = 0;
        while self.has_room() && passed < self.to_stage.len() {
            let Some(device) = self.to_stage.pop_front() else { return };
            let entry = &self.devices[device as usize];
            if entry.row.state != State::Pending || entry.busy {
                continue;
            }
            if self.addresses.contains(&entry.address) {
                self.to_stage.push_back(device);
                passed += 1;
                continue;
            }
            let row = Row { state: State::Staging, ..entry.row.clone() };
            self.set(device, row, String::new(), steps);
            self.begin(device, Work::Stage, steps);
        }
    }

    fn begin(&mut self, device: u32, work: Work, steps: &mut Vec<Step>) {
        let entry = &mut self.devices[device as usize];
        entry.busy = true;
        self.addresses.insert(entry.address);
        self.in_flight += 1;
        steps.push(Step::Work { device, work, row: entry.row.clone() });
    }

    /// Returns the first device in the order of the plan that may restart now.
    fn next_restart(&mut self, now: Now, back: bool) -> Option<(u16, u32)> {
        // Windows open and close at whole minutes, so each calendar is asked once a minute.
        let minute = now.wall_ms.div_euclid(60_000);
        for (calendar, known) in self.calendars.iter().zip(&mut self.open) {
            if known.is_none_or(|(asked, _)| asked != minute) {
                *known = Some((minute, calendar.is_open(now.wall_ms)));
            }
        }
        let queues = if back { &self.to_roll_back } else { &self.to_activate };
        let open = |calendar: u16| {
            (back && self.urgent) || self.open[usize::from(calendar)].is_some_and(|(_, open)| open)
        };
        let free = |device: &&u32| !self.addresses.contains(&self.devices[**device as usize].address);
        queues
            .iter()
            .filter(|(calendar, queue)| !queue.is_empty() && open(**calendar))
            .filter_map(|(calendar, queue)| Some((*calendar, *queue.iter().take(64).find(free)?)))
            .min_by_key(|(_, device)| *device)
    }

    /// Queues a staged device of a wave that has come.
    pub(super) fn queue_activation(&mut self, device: u32) {
        let entry = &self.devices[device as usize];
        let wave = self.plan.devices()[device as usize].wave;
        let has_come = wave.is_some_and(|wave| wave <= self.wave) && self.is_open(device);
        if entry.row.state == State::Staged && !entry.busy && has_come {
            push(self.to_activate.entry(entry.calendar).or_default(), device);
        }
    }

    /// Queues a device that is to be staged.
    pub(super) fn queue_staging(&mut self, device: u32) {
        let entry = &self.devices[device as usize];
        if entry.row.state == State::Pending && !entry.busy && self.is_open(device) {
            self.to_stage.push_back(device);
        }
    }

    /// Returns when something may have to be done without anything happening \[ms of the clock that never jumps\].
    pub fn next_wake(&self, now: Now) -> Option<u64> {
        let due = self.due.first().map(|(at, _)| *at).filter(|_| self.has_room());
        let restarts = match self.status {
            Status::Running => Some(&self.to_activate),
            Status::RollingBack => Some(&self.to_roll_back),
            _ => self.serves_named().then_some(&self.to_activate),
        };
        let token = restarts.into_iter().flatten().filter(|(_, queue)| !queue.is_empty()).filter_map(
            |(calendar, _)| {
                let calendar = &self.calendars[usize::from(*calendar)];
                let urgent = self.urgent && self.status == Status::RollingBack;
                let opens = if urgent { now.wall_ms } else { calendar.next_open(now.wall_ms)? };
                let closed_ms = opens.saturating_sub(now.wall_ms).max(0) as u64;
                Some(self.bucket.next_ms().max(now.mono_ms + closed_ms))
            },
        );
        let token = token.min().filter(|_| self.has_room());
        let running = self.status == Status::Running;
        let observed = self.through.map(|at| at + u64::from(self.plan.request().gate.observe_s) * 1_000);
        let watch = self.curve.watches().then(|| now.mono_ms + 1_000);
        [due, token, observed.filter(|_| running), watch.filter(|_| running)].into_iter().flatten().min()
    }
}

/// Adds a device to a queue in the order of the plan.
pub(super) fn push(queue: &mut VecDeque<u32>, device: u32) {
    match queue.back() {
        Some(last) if *last >= device => {
            let at = queue.partition_point(|other| *other < device);
            if queue.get(at) != Some(&device) {
                queue.insert(at, device);
            }
        }
        _ => queue.push_back(device),
    }
}

fn take(queues: &mut std::collections::BTreeMap<u16, VecDeque<u32>>, calendar: u16, device: u32) {
    if let Some(queue) = queues.get_mut(&calendar)
        && let Ok(at) = queue.binary_search(&device)
    {
        queue.remove(at);
    }
}
