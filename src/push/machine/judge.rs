//! What the end of a piece of work means for its device.

use super::super::fault::{Class, Fault, Retry};
use super::super::plan::Now as Known;
use super::super::state::{Row, Seen, State, Status, stamp};
use super::{Machine, Now, Step, Work, end_of, leaves_doubt};

/// Shortest wait before a device is read back to learn what happened \[ms\].
const SETTLE_MS: u64 = 250;

/// Looks at a device without a stamp before it counts as in doubt; together they last as long as a restart may.
const LOOKS: u16 = 4;

/// How the live files of a device stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Every one is where this step leads.
    Goal,
    /// Every one is at the goal or where the step began, and not all are at the goal.
    Between,
    /// One is neither.
    Foreign,
}

impl Machine {
    /// Takes the end of a piece of work.
    pub(super) fn done(
        &mut self,
        now: Now,
        device: u32,
        work: Work,
        result: Result<Seen, Fault>,
        steps: &mut Vec<Step>,
    ) {
        let Some(entry) = self.devices.get_mut(device as usize).filter(|entry| entry.busy) else { return };
        entry.busy = false;
        let address = entry.address;
        self.addresses.remove(&address);
        self.in_flight -= 1;
        let files = self.plan.devices()[device as usize].files.len();
        let result = match result {
            Ok(seen) if seen.files.len() != files => {
                Err(Fault::new(Class::Protocol, "another number of files came back"))
            }
            other => other,
        };
        match (work, result) {
            (Work::Stage, Ok(seen)) => self.staged(now, device, &seen, steps),
            (Work::Activate | Work::RollBack, Ok(seen)) => self.restarted(now, device, &seen, steps),
            (Work::Verify, Ok(seen)) => self.verified(device, &seen, steps),
            (Work::Resolve, Ok(seen)) => self.resolved(now, device, &seen, steps),
            (work, Err(fault)) => self.failed(now, device, work, &fault, steps),
        }
        if self.status == Status::RollingBack {
            self.queue_roll_back(now, device);
        }
    }

    fn row_of(&self, device: u32) -> Row {
        self.devices[device as usize].row.clone()
    }

    /// Returns how the live files stand with regard to the present step.
    fn standing(&self, device: u32, seen: &Seen) -> Standing {
        let row = &self.devices[device as usize].row;
        let planned = &self.plan.devices()[device as usize].files;
        let mut standing = Standing::Goal;
        for (at, (file, plan)) in seen.files.iter().zip(planned).enumerate() {
            let before = row.before.as_ref().and_then(|before| before.get(at)).copied();
            let new = Some(plan.want);
            // Before the first look, what stood there is not known and so nothing is foreign.
            let old = before.unwrap_or(file.live);
            let (goal, origin) = if row.back { (old, new) } else { (new, old) };
            if file.live == goal {
                continue;
            }
            if file.live != origin {
                return Standing::Foreign;
            }
            standing = Standing::Between;
        }
        standing
    }

    fn is_stamped(&self, device: u32, seen: &Seen) -> bool {
        let round = self.devices[device as usize].row.round;
        seen.stamp.as_deref() == Some(stamp(&self.plan, round).as_str())
    }

    fn staged(&mut self, now: Now, device: u32, seen: &Seen, steps: &mut Vec<Step>) {
        let row = self.row_of(device);
        let planned = &self.plan.devices()[device as usize].files;
        let pairs = || seen.files.iter().zip(planned);
        if row.round == 0 && pairs().all(|(file, plan)| file.live == Some(plan.want)) {
            let row = Row { state: State::Skipped, class: None, ..row };
            return self.set(device, row, String::new(), steps);
        }
        let expected = |(file, plan): (&super::super::state::SeenFile, &super::super::plan::PlannedFile)| {
            let as_known = match plan.now {
                Known::Unknown => true,
                Known::Absent => file.live.is_none(),
                Known::Is(hash) => file.live == Some(hash),
            };
            as_known || file.live == Some(plan.want)
        };
        if !pairs().all(expected) {
            let row = Row { state: State::Drifted, class: Some(Class::Drifted), ..row };
            return self.set(device, row, String::new(), steps);
        }
        let whole =
            pairs().all(|(file, plan)| file.live == Some(plan.want) || file.staged == Some(plan.want));
        if !whole {
            let fault = Fault::new(Class::Mismatch, "the staged file");
            return self.failed(now, device, Work::Stage, &fault, steps);
        }
        // After a step that came half-way, what stood there before is already known.
        let before = row.before.clone().unwrap_or_else(|| seen.files.iter().map(|file| file.live).collect());
        let row = Row { state: State::Staged, class: None, tried: 0, before: Some(before), ..row };
        self.set(device, row, String::new(), steps);
        self.queue_activation(device);
    }

    /// Takes what stands on a device right after its restart.
    fn restarted(&mut self, now: Now, device: u32, seen: &Seen, steps: &mut Vec<Step>) {
        let row = self.row_of(device);
        if self.standing(device, seen) != Standing::Goal {
            let row = Row { state: State::Failed, class: Some(Class::Mismatch), ..row };
            return self.set(device, row, "after the restart".into(), steps);
        }
        if !self.is_stamped(device, seen) {
            return self.look_again(now, device, "the restart left no stamp", steps);
        }
        self.adopt(now, device, seen, true, steps);
    }

    /// Takes a restart as done.
    fn adopt(&mut self, now: Now, device: u32, seen: &Seen, witnessed: bool, steps: &mut Vec<Step>) {
        let row = Row { class: None, tried: 0, ..self.row_of(device) };
        self.devices[device as usize].unresolved = !witnessed;
        if row.back {
            return self.set(device, Row { state: State::RolledBack, ..row }, String::new(), steps);
        }
        self.devices[device as usize].counted = witnessed;
        if witnessed {
            self.curve.restarted(now, self.plan.devices()[device as usize].wave);
        }
        let detail = if witnessed { "" } else { "adopted: its stamp stands" };
        self.set(device, Row { state: State::Restarted, ..row }, detail.into(), steps);
        match self.plan.request().pace.verify_after_s {
            0 => self.verified(device, seen, steps),
            after_s => self.wait(device, now.mono_ms + u64::from(after_s) * 1_000),
        }
    }

    fn verified(&mut self, device: u32, seen: &Seen, steps: &mut Vec<Step>) {
        let row = self.row_of(device);
        let (state, class) = match self.standing(device, seen) {
            Standing::Goal if self.is_stamped(device, seen) => (State::Verified, None),
            Standing::Goal => (State::InDoubt, Some(Class::NoStamp)),
            Standing::Between | Standing::Foreign => (State::Drifted, Some(Class::Drifted)),
        };
        if state == State::Verified && self.devices[device as usize].counted {
            self.curve.verified(self.plan.devices()[device as usize].wave);
        }
        self.devices[device as usize].unresolved = false;
        self.set(device, Row { state, class, tried: 0, ..row }, String::new(), steps);
    }

    /// Keeps a restart open and looks at the device again soon.
    fn look_again(&mut self, now: Now, device: u32, detail: &str, steps: &mut Vec<Step>) {
        let row = Row { class: Some(Class::NoStamp), tried: 0, ..self.row_of(device) };
        self.devices[device as usize].unresolved = true;
        self.set(device, row, detail.into(), steps);
        self.wait(device, now.mono_ms + self.settle_ms());
    }

    /// Takes what stands on a device of which it was not known what happened.
    fn resolved(&mut self, now: Now, device: u32, seen: &Seen, steps: &mut Vec<Step>) {
        let row = self.row_of(device);
        let stamped = self.is_stamped(device, seen);
        let standing = self.standing(device, seen);
        if matches!(row.state, State::Failed | State::Unreachable)
            && standing != Standing::Foreign
            && !stamped
        {
            self.devices[device as usize].unresolved = false;
            return self.set(device, row, "looked at: not restarted".into(), steps);
        }
        match standing {
            Standing::Goal if stamped && row.state == State::Restarted => {
                // It is confirmed like any other: whoever is asked for that is asked for it too.
                self.devices[device as usize].unresolved = false;
                self.wait(device, now.mono_ms);
            }
            Standing::Goal if stamped => self.adopt(now, device, seen, false, steps),
            Standing::Goal => self.doubt(now, device, steps),
            // The restart comes last, so it was not ordered.
            Standing::Between
                if !stamped
                    && !row.back
                    && row.class != Some(Class::NoStamp)
                    && row.state != State::Restarted =>
            {
                self.requeue(device, seen, steps);
            }
            Standing::Between if !stamped && row.back => {
                self.devices[device as usize].unresolved = false;
                let row = Row { class: None, tried: 0, ..row };
                self.set(device, row, "read back: not rolled back yet".into(), steps);
            }
            Standing::Between | Standing::Foreign => {
                self.devices[device as usize].unresolved = false;
                let row = Row { state: State::Drifted, class: Some(Class::Drifted), ..row };
                self.set(device, row, "read back after an interruption".into(), steps);
            }
        }
    }

    /// Serves a device again whose restart was not ordered.
    fn requeue(&mut self, device: u32, seen: &Seen, steps: &mut Vec<Step>) {
        let planned = &self.plan.devices()[device as usize].files;
        let whole = seen
            .files
            .iter()
            .zip(planned)
            .all(|(file, plan)| file.live == Some(plan.want) || file.staged == Some(plan.want));
        let state = if whole { State::Staged } else { State::Pending };
        self.devices[device as usize].unresolved = false;
        let row = Row { state, class: None, tried: 0, ..self.row_of(device) };
        self.set(device, row, "read back: not restarted yet".into(), steps);
        self.queue_activation(device);
        self.queue_staging(device);
    }

    /// Files are in place and the stamp is not: looks a few times, then leaves the device to people.
    fn doubt(&mut self, now: Now, device: u32, steps: &mut Vec<Step>) {
        let row = self.row_of(device);
        let tried = row.tried.saturating_add(1);
        if row.state != State::InDoubt && tried < LOOKS {
            let row = Row { class: Some(Class::NoStamp), tried, ..row };
            self.set(device, row, "no stamp yet".into(), steps);
            return self.wait(device, now.mono_ms + self.settle_ms());
        }
        self.devices[device as usize].unresolved = false;
        let row = Row { state: State::InDoubt, class: Some(Class::NoStamp), tried: 0, ..row };
        self.set(device, row, String::new(), steps);
    }

    /// Returns the wait before a device without a stamp is looked at again \[ms\].
    fn settle_ms(&self) -> u64 {
        let restart_ms = u64::from(self.plan.request().pace.restart_s) * 1_000;
        (restart_ms / u64::from(LOOKS - 1)).max(SETTLE_MS)
    }

    /// Returns the wait before a device is looked for again that has not reconnected, as long as the simulation says
    /// that it may not have \[ms\]; with as much again for those that are slower.
    fn may_still_return(&self, class: Class, tried: u16) -> Option<u64> {
        let storms = self.plan.request().prediction.as_ref().map_or(&[][..], |known| &known.storms);
        let slowest_s = storms.iter().filter_map(|storm| storm.back_s).fold(0.0, f64::max);
        let Retry { tries, longest_ms, .. } = class.retry();
        let more = (2.0 * slowest_s * 1_000.0 / longest_ms as f64).ceil();
        (class == Class::NotBack && f64::from(tried) < f64::from(tries) + more).then_some(longest_ms)
    }

    fn failed(&mut self, now: Now, device: u32, work: Work, fault: &Fault, steps: &mut Vec<Step>) {
        let row = self.row_of(device);
        if matches!(work, Work::Activate | Work::RollBack) && leaves_doubt(fault) {
            return self.look_again(now, device, &fault.to_string(), steps);
        }
        if work == Work::Resolve && matches!(row.state, State::InDoubt | State::Failed | State::Unreachable) {
            // A look that fails tells nothing new of the device.
            self.devices[device as usize].unresolved = false;
            return self.set(device, row, format!("looked at: {fault}"), steps);
        }
        let tried = row.tried.saturating_add(1);
        let wait = fault.class.retry().wait_ms(tried).or_else(|| self.may_still_return(fault.class, tried));
        let state = match (work, wait) {
            (Work::Stage, Some(_)) => State::Pending,
            (Work::Activate, Some(_)) => State::Staged,
            (Work::RollBack | Work::Verify | Work::Resolve, Some(_)) => row.state,
            // Not reached, but it may have been restarted: that is a doubt and not an absence.
            (Work::Resolve, None) => State::InDoubt,
            (_, None) => end_of(fault.class),
        };
        if wait.is_none() {
            self.devices[device as usize].unresolved = false;
        }
        let tried = if wait.is_some() { tried } else { 0 };
        let row = Row { state, class: Some(fault.class), tried, ..row };
        self.set(device, row, fault.detail.clone(), steps);
        if let Some(wait) = wait {
            self.wait(device, now.mono_ms + wait);
        }
    }
}
