//! The roll-out as a pure machine: what was known, the time and what happened give what to write down and to do.
//!
//! It opens nothing, waits for nothing and asks no clock: [`Machine::handle`] takes an [`Event`] with its time and
//! appends [`Step`]s. Steps come in an order that a driver must keep: every [`Step::Record`] and [`Step::Status`]
//! of a batch is on the disk before any [`Step::Work`] of it begins. A driver calls again with the result of each
//! work, and with [`Event::Tick`] not later than [`Machine::next_wake`] says.
//!
//! ```text
//! pending ─► staging ─► staged ─► activating ─► restarted ─► verified
//!    │          │                     │             └─► rolling-back ─► rolled-back
//!    └ skipped ◄┘ failed, unreachable, drifted      in-doubt: read back, adopted or left to people
//! ```
//!
//! After a crash ([`Machine::restore`]) intents are read back, never replayed: an activation whose files are all
//! in place *and* whose stamp stands was done; one whose files are not all in place was not restarted, because the
//! restart is ordered last; files in place without the stamp are in doubt, and only a person may restart those.
//! Nothing is resumed without an order.

mod curve;
mod judge;
mod orders;
mod pace;
mod schedule;
#[cfg(test)]
mod tests;
mod waves;

pub use orders::{Order, OrderError, Scope};

use super::fault::{Class, Fault, Kind, Reached};
use super::plan::{Calendar, Plan, PlanError};
use super::state::{Row, Seen, State, Status};
use curve::Curve;
use pace::Bucket;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// The time of an event, on two clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// A clock that never jumps, for paces and waits \[ms\].
    pub mono_ms: u64,
    /// The clock on the wall, for maintenance windows \[ms since 1970\].
    pub wall_ms: i64,
}

/// A piece of work on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Write the files inert beside the live ones and read them back.
    Stage,
    /// Give them the live ones' names and restart the agent, leaving the round's stamp.
    Activate,
    /// Bring the previous files back and restart the agent, leaving the round's stamp.
    RollBack,
    /// Read everything back, after a restart.
    Verify,
    /// Read everything back, to learn what happened.
    Resolve,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Time went by.
    Tick,
    /// A piece of work ended.
    Done {
        /// The device, a place in the plan.
        device: u32,
        /// Which work it was.
        work: Work,
        /// What was seen at its end, or what went wrong.
        result: Result<Seen, Fault>,
    },
}

/// What to write down or to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A device changed.
    Record {
        /// The device, a place in the plan.
        device: u32,
        /// How it stands now.
        row: Row,
        /// What the other side said, for experts.
        detail: String,
    },
    /// The roll-out changed.
    Status {
        /// How it stands now.
        status: Status,
        /// The wave, counted from 0.
        wave: u32,
        /// Why, in a sentence.
        cause: String,
    },
    /// Do this, once everything above is on the disk.
    Work {
        /// The device, a place in the plan.
        device: u32,
        /// What.
        work: Work,
        /// The device's row, with the round that names the stamp.
        row: Row,
    },
}

/// What the machine keeps of a device beside its row.
#[derive(Clone, Debug, Default)]
struct Device {
    row: Row,
    /// Work is going on.
    busy: bool,
    /// Its place among the addresses.
    address: u32,
    /// Its place among the calendars.
    calendar: u16,
    /// When something is due \[ms\], as in [`Machine::due`].
    due: Option<u64>,
    /// It was in doubt when the last process ended, or its restart is not known.
    unresolved: bool,
    /// Whether its restart is held against the predicted curve: this process has seen it.
    counted: bool,
}

/// Number of states, for tallies.
const STATES: usize = State::ALL.len();

/// How many devices stand where.
pub type Tally = [u32; STATES];

/// The machine of one roll-out.
pub struct Machine {
    plan: Arc<Plan>,
    devices: Vec<Device>,
    calendars: Vec<Calendar>,
    /// Whether each calendar is open, and in which minute that was asked.
    open: Vec<Option<(i64, bool)>>,
    status: Status,
    cause: String,
    /// The wave that is served, counted from 0.
    wave: u32,
    /// First device of each wave, and the end of the last.
    starts: Vec<u32>,
    tallies: Vec<Tally>,
    budget: BTreeMap<u8, u32>,
    /// Devices whose files are to be staged.
    to_stage: VecDeque<u32>,
    /// Devices that may be activated, by calendar.
    to_activate: BTreeMap<u16, VecDeque<u32>>,
    to_roll_back: BTreeMap<u16, VecDeque<u32>>,
    /// Devices that somebody had restarted by name after the roll-out ended; nobody else is begun then.
    named: BTreeSet<u32>,
    /// Whose previous files come back.
    scope: Option<Scope>,
    /// Roll back outside maintenance windows too.
    urgent: bool,
    /// Waits that end, by time.
    due: BTreeSet<(u64, u32)>,
    addresses: BTreeSet<u32>,
    in_flight: u32,
    bucket: Bucket,
    curve: Curve,
    /// When the wave's last device was through \[ms\].
    through: Option<u64>,
}

impl Machine {
    /// Returns the machine of a plan that nobody started yet.
    ///
    /// # Errors
    /// [`PlanError`] where this system does not know a zone of the plan.
    pub fn new(plan: Arc<Plan>) -> Result<Self, PlanError> {
        let rows = plan
            .devices()
            .iter()
            .map(|device| Row {
                state: if device.wave.is_some() { State::Pending } else { State::Skipped },
                ..Row::default()
            })
            .collect();
        Self::restore(plan, rows, Status::Ready, String::new(), 0)
    }

    /// Returns the machine as a journal has it. What was running is paused: nothing resumes by itself.
    ///
    /// # Errors
    /// As [`Machine::new`]; [`PlanError::NotAPlan`] where rows and plan do not belong together.
    pub fn restore(
        plan: Arc<Plan>,
        rows: Vec<Row>,
        status: Status,
        cause: String,
        wave: u32,
    ) -> Result<Self, PlanError> {
        if rows.len() != plan.devices().len() {
            return Err(PlanError::NotAPlan { reason: "the journal belongs to another plan".into() });
        }
        let mut starts = vec![0];
        for size in plan.sizes() {
            starts.push(starts.last().copied().unwrap_or_default() + size);
        }
        let (status, cause) = match status {
            Status::Running => (Status::Paused, "The program ended while the roll-out was running".into()),
            // Resuming would go forward again; the roll-back is ordered anew instead.
            Status::RollingBack => {
                (Status::Stopped, "The program ended while devices were rolled back; order it again".into())
            }
            other => (other, cause),
        };
        let mut machine = Self {
            devices: Vec::with_capacity(rows.len()),
            calendars: Vec::new(),
            open: Vec::new(),
            tallies: vec![[0; STATES]; plan.sizes().len() + 1],
            bucket: Bucket::new(plan.request().pace.activations_per_s, plan.request().pace.burst),
            curve: Curve::new(plan.request().prediction.as_ref(), plan.sizes().len()),
            status,
            cause,
            wave,
            starts,
            budget: BTreeMap::new(),
            to_stage: VecDeque::new(),
            to_activate: BTreeMap::new(),
            to_roll_back: BTreeMap::new(),
            named: BTreeSet::new(),
            scope: None,
            urgent: false,
            due: BTreeSet::new(),
            addresses: BTreeSet::new(),
            in_flight: 0,
            through: None,
            plan,
        };
        machine.take_rows(rows)?;
        Ok(machine)
    }

    fn take_rows(&mut self, rows: Vec<Row>) -> Result<(), PlanError> {
        let plan = Arc::clone(&self.plan);
        let (mut addresses, mut calendars) = (BTreeMap::new(), BTreeMap::new());
        for (row, planned) in rows.into_iter().zip(plan.devices()) {
            let next = addresses.len() as u32;
            let address = *addresses.entry(plan.place_of(planned)).or_insert(next);
            let key = (planned.group, planned.zone.clone());
            let calendar = if let Some(known) = calendars.get(&key) {
                *known
            } else {
                let new = self.calendars.len() as u16;
                self.calendars.push(plan.calendar(planned)?);
                self.open.push(None);
                calendars.insert(key, new);
                new
            };
            let unresolved = matches!(
                row.state,
                State::Activating | State::Restarted | State::RollingBack | State::InDoubt
            );
            self.tallies[tally_of(planned.wave, &plan)][row.state as usize] += 1;
            self.count(&row, 1);
            // Tries of an earlier process say nothing about this one's; it begins anew when it is ordered to.
            let row = Row { tried: 0, ..row };
            self.devices.push(Device { row, address, calendar, unresolved, ..Device::default() });
        }
        Ok(())
    }

    /// Returns the plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Returns where the roll-out stands, and why.
    pub fn status(&self) -> (Status, &str) {
        (self.status, &self.cause)
    }

    /// Returns the wave that is served, counted from 0.
    pub fn wave(&self) -> u32 {
        self.wave
    }

    /// Returns how a device stands.
    pub fn row(&self, device: u32) -> Option<&Row> {
        self.devices.get(device as usize).map(|device| &device.row)
    }

    /// Returns how many devices of a wave stand where; behind the last wave, those that are left alone.
    pub fn tally(&self, wave: u32) -> Option<&Tally> {
        self.tallies.get(wave as usize)
    }

    /// Returns the number of devices on which work is going on.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Takes what happened and appends what follows.
    pub fn handle(&mut self, now: Now, event: Event, steps: &mut Vec<Step>) {
        if let Event::Done { device, work, result } = event {
            self.done(now, device, work, result, steps);
        }
        self.advance(now, steps);
        self.fill(now, steps);
    }

    /// Sets a device's row, keeps all counts, and asks for it to be written down.
    fn set(&mut self, device: u32, row: Row, detail: String, steps: &mut Vec<Step>) {
        let wave = tally_of(self.plan.devices()[device as usize].wave, &self.plan);
        let old = std::mem::replace(&mut self.devices[device as usize].row, row.clone());
        self.tallies[wave][old.state as usize] -= 1;
        self.tallies[wave][row.state as usize] += 1;
        self.count(&old, -1);
        self.count(&row, 1);
        if !matches!(row.state, State::Pending | State::Staging | State::Staged | State::Activating) {
            self.named.remove(&device);
        }
        steps.push(Step::Record { device, row, detail });
    }

    /// Counts a device against its budget.
    fn count(&mut self, row: &Row, by: i32) {
        if let Some(kind) = spent(row) {
            let count = self.budget.entry(kind as u8).or_default();
            *count = count.saturating_add_signed(by);
        }
    }

    fn turn(&mut self, status: Status, cause: impl Into<String>, steps: &mut Vec<Step>) {
        self.status = status;
        self.cause = cause.into();
        steps.push(Step::Status { status, wave: self.wave, cause: self.cause.clone() });
    }

    /// Stops everything that has not begun, and for good.
    fn trip(&mut self, cause: String, steps: &mut Vec<Step>) {
        self.turn(Status::Tripped, cause, steps);
        self.forget_forward();
    }

    /// Empties what was to be begun, and ends waits for it. Devices that had their restart are still looked at.
    fn forget_forward(&mut self) {
        self.to_stage.clear();
        self.to_activate.clear();
        self.named.clear();
        let waits = std::mem::take(&mut self.due);
        for (at, device) in waits {
            let entry = &mut self.devices[device as usize];
            if matches!(entry.row.state, State::Pending | State::Staged) {
                entry.due = None;
            } else {
                self.due.insert((at, device));
            }
        }
    }

    /// Waits until a time before something is done with a device.
    fn wait(&mut self, device: u32, until_ms: u64) {
        let entry = &mut self.devices[device as usize];
        if let Some(old) = entry.due.replace(until_ms) {
            self.due.remove(&(old, device));
        }
        self.due.insert((until_ms, device));
    }

    fn unwait(&mut self, device: u32) {
        if let Some(old) = self.devices[device as usize].due.take() {
            self.due.remove(&(old, device));
        }
    }
}

/// Returns which budget a device counts against, if any.
fn spent(row: &Row) -> Option<Kind> {
    match row.state {
        State::Failed => Some(Kind::Failed),
        State::Unreachable => Some(Kind::Unreachable),
        State::Drifted => Some(Kind::Drifted),
        State::InDoubt => Some(Kind::Unknown),
        _ => None,
    }
}

/// Returns the tally of a wave; those that are left alone have the last one.
fn tally_of(wave: Option<u32>, plan: &Plan) -> usize {
    wave.map_or(plan.sizes().len(), |wave| wave as usize)
}

/// Returns the state that a class of faults ends in.
fn end_of(class: Class) -> State {
    match class.kind() {
        Kind::Failed => State::Failed,
        Kind::Unreachable => State::Unreachable,
        Kind::Drifted => State::Drifted,
        Kind::Unknown => State::InDoubt,
    }
}

/// Returns whether a fault leaves it open whether the agent restarted.
fn leaves_doubt(fault: &Fault) -> bool {
    fault.reached == Reached::Restart && fault.class != Class::RestartFailed
}
