//! Devices in memory, work that ends when and how luck wants, and a journal that outlives the machine.

use super::super::*;
use crate::base::draws::mix;
use crate::base::hash::sha256;
use crate::push::state::{SeenFile, stamp};
use std::collections::BTreeSet;

/// How things go.
#[derive(Clone, Copy, Debug)]
pub struct Luck {
    pub seed: u64,
    /// Chance that the program dies at a step \[%\].
    pub crash_pct: u32,
    /// Chance that a piece of work fails \[%\].
    pub fault_pct: u32,
}

/// What a device really is.
#[derive(Clone, Debug)]
pub struct Real {
    live: [u8; 32],
    old: [u8; 32],
    new: [u8; 32],
    staged: bool,
    stamp: Option<String>,
    pub restarts: Vec<String>,
}

impl Real {
    pub fn is_new(&self) -> bool {
        self.live == self.new
    }

    fn seen(&self) -> Seen {
        let file = SeenFile { live: Some(self.live), staged: self.staged.then_some(self.new), kept: None };
        Seen { files: vec![file], stamp: self.stamp.clone() }
    }
}

/// When the roll-out tripped.
#[derive(Clone, Copy, Debug)]
pub struct Trip {
    /// Devices touched or being touched then.
    pub begun: usize,
}

pub struct World {
    plan: Arc<Plan>,
    pub machine: Machine,
    pub devices: Vec<Real>,
    /// The journal: rows, and where the roll-out stands.
    rows: Vec<Row>,
    status: (Status, String, u32),
    flying: Vec<(u32, Work, Row)>,
    pub touched: BTreeSet<u32>,
    pub tripped_at: Option<Trip>,
    pub now: Now,
    pub luck: Luck,
    /// Whether staged files vanish before they are activated.
    pub lose_staged: bool,
    drawn: u64,
    pub most_in_flight: usize,
    pub restart_times: Vec<u64>,
}

impl World {
    pub fn new(plan: Arc<Plan>, luck: Luck) -> Self {
        let machine = Machine::new(Arc::clone(&plan)).unwrap();
        let old = sha256(b"old");
        let real = |device: &crate::push::plan::PlannedDevice| Real {
            live: old,
            old,
            new: device.files[0].want,
            staged: false,
            stamp: None,
            restarts: Vec::new(),
        };
        Self {
            devices: plan.devices().iter().map(real).collect(),
            rows: (0..plan.devices().len()).map(|at| machine.row(at as u32).unwrap().clone()).collect(),
            status: (Status::Ready, String::new(), 0),
            flying: Vec::new(),
            touched: BTreeSet::new(),
            tripped_at: None,
            now: Now { mono_ms: 1_000, wall_ms: 1_000 },
            lose_staged: false,
            drawn: 0,
            most_in_flight: 0,
            restart_times: Vec::new(),
            machine,
            plan,
            luck,
        }
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.drawn += 1;
        mix(self.luck.seed ^ mix(self.drawn)) % below
    }

    fn chance(&mut self, pct: u32) -> bool {
        self.draw(100) < u64::from(pct)
    }

    pub fn order(&mut self, order: &Order) {
        self.try_order(order).unwrap();
    }

    pub fn try_order(&mut self, order: &Order) -> Result<(), OrderError> {
        let mut steps = Vec::new();
        self.machine.order(self.now, order, &mut steps)?;
        self.take(steps);
        Ok(())
    }

    /// Writes down first, then begins the work.
    fn take(&mut self, steps: Vec<Step>) {
        for step in &steps {
            match step {
                Step::Record { device, row, .. } => self.rows[*device as usize] = row.clone(),
                Step::Status { status, wave, cause } => self.status = (*status, cause.clone(), *wave),
                Step::Work { .. } => {}
            }
        }
        for step in steps {
            let Step::Work { device, work, row } = step else { continue };
            if matches!(work, Work::Stage | Work::Activate | Work::RollBack) {
                assert_eq!(
                    row, self.rows[device as usize],
                    "the intent is on the disk before the work begins"
                );
                self.touched.insert(device);
                assert!(row.state.is_intent());
            }
            assert!(self.flying.iter().all(|(other, _, _)| *other != device), "one piece of work per device");
            self.flying.push((device, work, row));
        }
        self.most_in_flight = self.most_in_flight.max(self.flying.len());
        assert!(self.flying.len() <= self.plan.request().pace.at_once as usize);
        assert_eq!(self.flying.len(), self.machine.in_flight() as usize);
        if self.status.0 == Status::Tripped && self.tripped_at.is_none() {
            self.tripped_at = Some(Trip { begun: self.touched.len() });
        }
    }

    /// Runs until nothing happens any more, through crashes.
    pub fn run(&mut self) {
        self.run_for(200_000);
        assert!(self.flying.is_empty());
    }

    pub fn run_for(&mut self, steps: u32) {
        for _ in 0..steps {
            if self.chance(self.luck.crash_pct) && self.machine.status().0 != Status::Ready {
                let back = self.machine.status().0 == Status::RollingBack;
                self.crash();
                if self.machine.status().0 == Status::Paused {
                    self.order(&Order::Resume);
                } else if back && self.machine.status().0 == Status::Stopped {
                    self.order(&Order::RollBack { scope: Scope::All, urgent: true });
                }
            }
            if self.flying.is_empty() {
                let Some(wake) = self.machine.next_wake(self.now) else { return };
                let wait = wake.saturating_sub(self.now.mono_ms).max(1);
                self.now.mono_ms += wait;
                self.now.wall_ms += wait.cast_signed();
                let mut steps = Vec::new();
                self.machine.handle(self.now, Event::Tick, &mut steps);
                self.take(steps);
            } else {
                self.end_one();
            }
        }
    }

    fn end_one(&mut self) {
        let at = self.draw(self.flying.len() as u64) as usize;
        let (device, work, row) = self.flying.swap_remove(at);
        let wait = self.draw(30);
        self.now.mono_ms += wait;
        self.now.wall_ms += wait.cast_signed();
        let fault = self.chance(self.luck.fault_pct);
        let depth = if fault { self.draw(4) } else { 4 };
        let result = self.perform(device, work, &row, depth);
        let mut steps = Vec::new();
        self.machine.handle(self.now, Event::Done { device, work, result }, &mut steps);
        self.take(steps);
    }

    /// Does a piece of work up to some depth; 4 is all of it.
    fn perform(&mut self, device: u32, work: Work, row: &Row, depth: u64) -> Result<Seen, Fault> {
        let classes = [Class::Cut, Class::Denied, Class::NoAnswer, Class::Busy];
        let class = classes[self.draw(4) as usize];
        let stamp = stamp(&self.plan, row.round);
        let now = self.now.mono_ms;
        let real = &mut self.devices[device as usize];
        let fail = |reached| Err(Fault { class, reached, detail: String::new() });
        match work {
            Work::Stage => {
                if depth == 0 {
                    return fail(Reached::Nothing);
                }
                real.staged = true;
                if depth < 4 {
                    return fail(Reached::Nothing);
                }
            }
            Work::Activate | Work::RollBack => {
                let goal = if work == Work::Activate { real.new } else { real.old };
                if self.lose_staged && work == Work::Activate {
                    return Err(Fault::new(Class::StagedGone, ""));
                }
                if real.stamp.as_deref() == Some(&stamp) && real.live == goal {
                    return Ok(real.seen());
                }
                if depth == 0 {
                    return fail(Reached::Nothing);
                }
                assert!(
                    work == Work::RollBack || real.staged || real.live == goal,
                    "activated without a staged file"
                );
                real.live = goal;
                if depth == 1 {
                    return fail(Reached::Files);
                }
                if depth == 2 {
                    // The order was sent, and it is not known whether it arrived; here it did not.
                    return fail(Reached::Restart);
                }
                assert!(!real.restarts.contains(&stamp), "restarted twice for one stamp");
                real.restarts.push(stamp.clone());
                self.restart_times.push(now);
                real.stamp = Some(stamp);
                if depth == 3 {
                    return fail(Reached::Restart);
                }
            }
            Work::Verify | Work::Resolve => {
                if depth < 2 {
                    return fail(Reached::Nothing);
                }
            }
        }
        Ok(real.seen())
    }

    /// The program dies: what was going on gets as far as luck wants, and the journal is all that is left.
    pub fn crash(&mut self) {
        for (device, work, row) in std::mem::take(&mut self.flying) {
            let depth = self.draw(5);
            let _ = self.perform(device, work, &row, depth);
        }
        let (status, cause, wave) = self.status.clone();
        self.machine =
            Machine::restore(Arc::clone(&self.plan), self.rows.clone(), status, cause, wave).unwrap();
        let (status, cause) = self.machine.status();
        self.status = (status, cause.to_owned(), wave);
    }
}
