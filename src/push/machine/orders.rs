//! What people order, and when it is refused.

use super::super::fault::Class;
use super::super::plan::PlanError;
use super::super::state::{Row, State, Status};
use super::schedule::push;
use super::{Machine, Now, Step};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Which devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// All of them.
    All,
    /// Those of a wave, counted from 0.
    Wave(u32),
    /// One, a place in the plan.
    Device(u32),
}

/// What people order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Begin.
    Start,
    /// Begin nothing new; what is being done to a device is ended.
    Pause,
    /// Go on. After the program ended, devices of which it is not known what happened are read back first.
    Resume,
    /// As pause, and for good. One that is over stays as it is, and devices that were named are not begun any more.
    Stop,
    /// Serve devices again that failed or were not reached; those that had their restart get another one.
    Retry {
        /// Words of the classes; none: all.
        classes: Vec<String>,
    },
    /// Bring back the previous files and restart.
    RollBack {
        /// Of which devices.
        scope: Scope,
        /// Outside maintenance windows too.
        urgent: bool,
    },
    /// Read the devices back that are in doubt, or failed after their restart was begun. Nobody is restarted for it.
    Look,
    /// Restart a device that is in doubt, or failed after its restart was begun. It alone is served where the
    /// roll-out stopped or was stopped.
    Restart {
        /// The device, a place in the plan.
        device: u32,
    },
}

/// Why an order is refused; nothing changed.
#[derive(Debug, Error)]
pub enum OrderError {
    /// It does not fit where the roll-out stands.
    #[error("The roll-out is {}, and {what} is not possible then. {fix}", status.word())]
    Status {
        /// Where it stands.
        status: Status,
        /// What was ordered.
        what: &'static str,
        /// What to do instead.
        fix: &'static str,
    },
    /// The plan must not start.
    #[error("{0}")]
    Plan(#[from] PlanError),
    /// There is no such device, wave or class.
    #[error(
        "There is no {what} in this roll-out, so nothing was done. Look at its status for those that there are"
    )]
    Nothing {
        /// What was named.
        what: String,
    },
}

impl Machine {
    /// Takes an order and appends what follows.
    ///
    /// # Errors
    /// [`OrderError`]; nothing changed then.
    pub fn order(&mut self, now: Now, order: &Order, steps: &mut Vec<Step>) -> Result<(), OrderError> {
        match order {
            Order::Start => self.start(steps)?,
            Order::Pause => {
                self.must_be(&[Status::Running], "pausing", "Only what runs can be paused")?;
                self.turn(Status::Paused, "Paused as ordered", steps);
            }
            Order::Resume => {
                let fix = "A roll-out that stopped stays stopped. Look at, restart or roll back who failed or is in doubt, then make a new plan: devices that are done are skipped in it";
                self.must_be(&[Status::Paused], "resuming", fix)?;
                self.turn(Status::Running, "Resumed as ordered", steps);
                self.resolve_all(now);
                self.enter_wave();
            }
            Order::Stop if self.serves_named() => self.forget_forward(),
            Order::Stop => {
                let open = [Status::Ready, Status::Running, Status::Paused, Status::RollingBack];
                self.must_be(&open, "stopping", "It ended already, and nothing is begun any more")?;
                self.forget_forward();
                self.to_roll_back.clear();
                self.scope = None;
                self.turn(Status::Stopped, "Stopped as ordered", steps);
            }
            Order::Retry { classes } => self.retry(classes, steps)?,
            Order::RollBack { scope, urgent } => self.roll_back(now, *scope, *urgent, steps)?,
            Order::Look => {
                for device in 0..self.devices.len() as u32 {
                    if self.is_looked_at(device) {
                        self.wait(device, now.mono_ms);
                    }
                }
                self.resolve_all(now);
            }
            Order::Restart { device } => self.restart(*device, steps)?,
        }
        self.advance(now, steps);
        self.fill(now, steps);
        Ok(())
    }

    fn must_be(&self, open: &[Status], what: &'static str, fix: &'static str) -> Result<(), OrderError> {
        let status = self.status;
        if open.contains(&status) { Ok(()) } else { Err(OrderError::Status { status, what, fix }) }
    }

    fn start(&mut self, steps: &mut Vec<Step>) -> Result<(), OrderError> {
        let fix = match self.status {
            Status::Running | Status::Paused => "It was started before; resume it",
            _ => "It ended. Look at, restart or roll back who failed or is in doubt, then make a new plan",
        };
        self.must_be(&[Status::Ready], "starting", fix)?;
        self.plan.may_start()?;
        self.turn(Status::Running, "Started as ordered", steps);
        self.enter_wave();
        Ok(())
    }

    /// Reads back every device of which it is not known what happened, and ends waits of the last process.
    fn resolve_all(&mut self, now: Now) {
        for device in 0..self.devices.len() as u32 {
            let entry = &mut self.devices[device as usize];
            if entry.busy {
                continue;
            }
            match entry.row.state {
                // Staging is inert: it is simply done again.
                State::Staging => {
                    let row = Row { state: State::Pending, ..entry.row.clone() };
                    let wave = super::tally_of(self.plan.devices()[device as usize].wave, &self.plan);
                    self.tallies[wave][State::Staging as usize] -= 1;
                    self.tallies[wave][State::Pending as usize] += 1;
                    self.devices[device as usize].row = row;
                }
                State::Activating | State::RollingBack | State::Restarted if entry.due.is_none() => {
                    self.wait(device, now.mono_ms);
                }
                _ => {}
            }
        }
    }

    fn retry(&mut self, classes: &[String], steps: &mut Vec<Step>) -> Result<(), OrderError> {
        let fix = "Look at, restart or roll back who failed or is in doubt, then make a new plan: devices that are done are skipped in it";
        self.must_be(&[Status::Running, Status::Paused, Status::Finished], "retrying", fix)?;
        let known = |word: &String| {
            Class::from_word(word).ok_or_else(|| OrderError::Nothing { what: format!("class {word}") })
        };
        let classes = classes.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        for device in 0..self.devices.len() as u32 {
            let entry = &self.devices[device as usize];
            let row = entry.row.clone();
            let open = matches!(row.state, State::Failed | State::Unreachable) && !entry.busy && !row.back;
            let named = classes.is_empty() || row.class.is_some_and(|class| classes.contains(&class));
            if !open || !named {
                continue;
            }
            self.serve_again(device, row, "retried as ordered", steps);
        }
        self.reopen(steps);
        Ok(())
    }

    /// Serves a device again; a new round, so that its restart leaves a stamp of its own.
    fn serve_again(&mut self, device: u32, row: Row, detail: &str, steps: &mut Vec<Step>) {
        let row = if row.was_begun() {
            // What was staged may be gone; then it is written anew, and what stood before is still known.
            let gone = row.class == Some(Class::StagedGone);
            let state = if gone { State::Pending } else { State::Staged };
            Row { state, class: None, tried: 0, round: row.round.saturating_add(1), ..row }
        } else {
            Row { state: State::Pending, class: None, tried: 0, ..row }
        };
        self.unwait(device);
        self.set(device, row, detail.into(), steps);
        self.through = None;
        self.queue_activation(device);
        self.queue_staging(device);
    }

    fn restart(&mut self, device: u32, steps: &mut Vec<Step>) -> Result<(), OrderError> {
        let over = matches!(self.status, Status::Tripped | Status::Stopped);
        let fix = "Before it began nothing is in doubt; a roll-back has to end or be stopped first";
        let open = [Status::Running, Status::Paused, Status::Finished, Status::Tripped, Status::Stopped];
        self.must_be(&open, "restarting a device", fix)?;
        let entry = self.devices.get(device as usize);
        let entry = entry.filter(|entry| entry.row.may_be_restarted(self.status) && !entry.busy);
        let Some(entry) = entry else {
            let what = format!("device {device} that is in doubt or whose restart failed");
            return Err(OrderError::Nothing { what });
        };
        let row = entry.row.clone();
        if over {
            self.named.insert(device);
        }
        self.serve_again(device, row, "restart ordered", steps);
        self.reopen(steps);
        Ok(())
    }

    /// Returns whether an order to look is for this device.
    fn is_looked_at(&self, device: u32) -> bool {
        let entry = &self.devices[device as usize];
        match entry.row.state {
            State::InDoubt => true,
            // Of those that are rolled back it is known what is done with them next.
            State::Failed | State::Unreachable => {
                self.status != Status::RollingBack && entry.row.was_begun() && !entry.busy
            }
            _ => false,
        }
    }

    /// Goes on with a roll-out that was through, for the devices that are served again.
    fn reopen(&mut self, steps: &mut Vec<Step>) {
        if self.status == Status::Finished {
            self.turn(Status::Running, "Devices are served again as ordered", steps);
        }
    }

    fn roll_back(
        &mut self,
        now: Now,
        scope: Scope,
        urgent: bool,
        steps: &mut Vec<Step>,
    ) -> Result<(), OrderError> {
        if self.status == Status::Ready {
            let fix = "Nothing was rolled out yet";
            return Err(OrderError::Status { status: self.status, what: "rolling back", fix });
        }
        let none = match scope {
            Scope::All => None,
            Scope::Wave(wave) => {
                (wave as usize >= self.plan.sizes().len()).then(|| format!("wave {}", wave + 1))
            }
            Scope::Device(device) => {
                (device as usize >= self.devices.len()).then(|| format!("device {device}"))
            }
        };
        if let Some(what) = none {
            return Err(OrderError::Nothing { what });
        }
        self.forget_forward();
        self.scope = Some(scope);
        self.urgent = urgent;
        self.turn(Status::RollingBack, "Rolling back as ordered", steps);
        for device in 0..self.devices.len() as u32 {
            self.begin_again(device, steps);
            self.queue_roll_back(now, device);
        }
        Ok(())
    }

    /// Lets a device whose roll-back failed be rolled back again, with a restart and a stamp of its own. One of which
    /// it is not known whether it restarted has to be named.
    fn begin_again(&mut self, device: u32, steps: &mut Vec<Step>) {
        let entry = &self.devices[device as usize];
        let failed = match entry.row.state {
            State::Failed | State::Unreachable => true,
            State::InDoubt => matches!(self.scope, Some(Scope::Device(_))),
            _ => false,
        };
        if failed && entry.row.back && !entry.busy && self.is_inside(device) {
            let row = Row { back: false, tried: 0, ..entry.row.clone() };
            self.set(device, row, "rolled back again as ordered".into(), steps);
        }
    }

    /// Returns whether a device's previous files are to be brought back.
    fn is_inside(&self, device: u32) -> bool {
        match self.scope {
            None => false,
            Some(Scope::All) => true,
            Some(Scope::Wave(wave)) => self.plan.devices()[device as usize].wave == Some(wave),
            Some(Scope::Device(one)) => one == device,
        }
    }

    /// Queues a device for its previous files, where it is in the scope and had its restart.
    pub(super) fn queue_roll_back(&mut self, now: Now, device: u32) {
        let entry = &self.devices[device as usize];
        if !self.is_inside(device) || entry.busy || entry.row.before.is_none() || entry.row.round == 0 {
            return;
        }
        let calendar = entry.calendar;
        match entry.row.state {
            // Of one that is only staged some files may be in place: its activation was begun.
            State::Restarted
            | State::Verified
            | State::Failed
            | State::Unreachable
            | State::InDoubt
            | State::Pending
            | State::Staged
                if !entry.row.back =>
            {
                self.unwait(device);
                push(self.to_roll_back.entry(calendar).or_default(), device);
            }
            // What happened is not known: it is read back first, and comes here again.
            State::Activating if entry.due.is_none() => self.wait(device, now.mono_ms),
            State::RollingBack if entry.unresolved && entry.due.is_none() => self.wait(device, now.mono_ms),
            State::RollingBack if !entry.unresolved => match entry.due {
                Some(_) => {}
                None => push(self.to_roll_back.entry(calendar).or_default(), device),
            },
            _ => {}
        }
    }
}
