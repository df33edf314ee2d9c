//! Drives a roll-out: the machine decides, the journal remembers, the devices are worked on.
//!
//! [`drive`] runs in the thread that calls it and works on devices in a runtime of its own. In each turn it takes
//! what ended and what people ordered, hands it to the machine, writes down everything the machine asks for in
//! one transaction, and only then begins the work. Orders come through the journal, so that any process can give
//! them; they are taken at least five times a second.
//!
//! It comes back when the roll-out is over and nothing is going on any more, or when it is told to leave: then
//! nothing new is begun, what is being done to a device is ended, and the next process finds the roll-out paused.
//!
//! Clock and texts come in as arguments. Texts are made when they are sent and never kept: they hold secrets.

mod error;
mod survey;
#[cfg(test)]
mod tests;
mod work;

pub use error::DriveError;
pub use survey::{classes, survey};
pub use work::Source;

use super::journal::{Given, Journal};
use super::machine::{Event, Machine, Now, Order, Step};
use super::state::Status;
use super::target::{Target, Transport};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;
use work::Crew;

/// Longest time between two looks for orders \[ms\].
const ORDERS_MS: u64 = 200;

/// Time in which results are gathered for one transaction \[ms\].
const GATHER_MS: u64 = 20;

/// Most results of one transaction.
const BATCH: usize = 512;

/// What a roll-out is driven with.
pub struct Drive<'a, T> {
    /// The devices.
    pub target: Arc<Target<T>>,
    /// Makes the texts of files.
    pub source: Arc<dyn Source>,
    /// Tells the time.
    pub clock: &'a dyn Fn() -> Now,
    /// Who drives, for the log.
    pub who: &'a str,
    /// What is done first; driving ends at once where it is refused.
    pub order: Option<Order>,
    /// Set from elsewhere: leave.
    pub leave: &'a AtomicBool,
    /// Told after every turn in which something changed.
    pub observer: &'a mut dyn FnMut(&Machine),
}

/// Drives a roll-out as its journal has it, until it is over or it is told to leave.
///
/// A roll-out that was never started, or was interrupted, waits for an order.
///
/// # Errors
/// [`DriveError`]. Nothing is going on on devices then that is not written down as an intent; the next process
/// reads those devices back.
pub fn drive<T: Transport>(mut journal: Journal, drive: Drive<'_, T>) -> Result<Status, DriveError> {
    journal.drive()?;
    let machine = journal.machine()?;
    let at_once = machine.plan().request().pace.at_once as usize;
    let (sender, events) = sync_channel(at_once);
    let crew = Crew::new(&drive, machine.plan(), journal.owner()?, sender)?;
    let mut driver = Driver { journal, machine, drive, crew, orders_ms: 0 };
    let ended = driver.begin().and_then(|()| driver.run(&events));
    driver.crew.end();
    ended
}

struct Driver<'a, T> {
    journal: Journal,
    machine: Machine,
    drive: Drive<'a, T>,
    crew: Crew<T>,
    /// When orders are looked for the next time \[ms\].
    orders_ms: u64,
}

/// A piece of work that ended.
type Done = (u32, super::machine::Work, Result<super::state::Seen, super::fault::Fault>);

impl<T: Transport> Driver<'_, T> {
    /// Gives the order that driving begins with.
    fn begin(&mut self) -> Result<(), DriveError> {
        let Some(order) = self.drive.order.take() else { return Ok(()) };
        let stops = order == Order::Stop;
        let seq = self.journal.give(&order, self.drive.who, (self.drive.clock)().wall_ms)?;
        for given in self.journal.open_orders()? {
            if stops && given.seq < seq && given.order != Order::Stop {
                self.journal
                    .answer(given.seq, "A stop came before anybody took this order; give it again")?;
                continue;
            }
            let answer = self.obey(&given)?;
            if given.seq == seq && !answer.is_empty() {
                return Err(DriveError::Refused(answer));
            }
        }
        Ok(())
    }

    fn run(&mut self, events: &Receiver<Done>) -> Result<Status, DriveError> {
        loop {
            let done = self.gather(events);
            let mut steps = Vec::new();
            let now = (self.drive.clock)();
            let leaving = self.drive.leave.load(Ordering::Relaxed);
            // Before results are taken in: each of them makes room for somebody new.
            match self.machine.status().0 {
                // Refused only where nothing new is begun anyway.
                Status::Running if leaving => drop(self.machine.order(now, &Order::Pause, &mut steps)),
                // A roll-back cannot be resumed; it is ordered again.
                Status::RollingBack if leaving => drop(self.machine.order(now, &Order::Stop, &mut steps)),
                // Devices that were named are over-ruled as well; refused where there are none.
                Status::Tripped | Status::Stopped if leaving => {
                    drop(self.machine.order(now, &Order::Stop, &mut steps));
                }
                _ => self.machine.handle(now, Event::Tick, &mut steps),
            }
            for (device, work, result) in done {
                let now = (self.drive.clock)();
                self.machine.handle(now, Event::Done { device, work, result }, &mut steps);
            }
            self.settle(steps)?;
            if now.mono_ms >= self.orders_ms {
                self.orders_ms = now.mono_ms + ORDERS_MS;
                for given in self.journal.open_orders()? {
                    if leaving && given.order != Order::Stop {
                        self.journal
                            .answer(given.seq, "The program that drives is leaving; give it again")?;
                        continue;
                    }
                    self.obey(&given)?;
                }
            }
            if self.machine.in_flight() == 0 && (leaving || self.is_over(now)) {
                return Ok(self.machine.status().0);
            }
        }
    }

    /// Writes down what the machine asks for, then begins the work.
    fn settle(&mut self, steps: Vec<Step>) -> Result<(), DriveError> {
        if steps.is_empty() {
            return Ok(());
        }
        self.journal.commit(&steps, self.drive.who, (self.drive.clock)().wall_ms)?;
        for step in steps {
            if let Step::Work { device, work, row } = step {
                self.crew.begin(device, work, &row);
            }
        }
        (self.drive.observer)(&self.machine);
        Ok(())
    }

    /// Takes an order and answers it.
    fn obey(&mut self, given: &Given) -> Result<String, DriveError> {
        let mut steps = Vec::new();
        let now = (self.drive.clock)();
        let missing = self.missing_approvals(given)?;
        let answer = match missing {
            0 => match self.machine.order(now, &given.order, &mut steps) {
                Ok(()) => String::new(),
                Err(error) => error.to_string(),
            },
            1 => "One more person has to approve the plan before it starts, and not the one who starts it. Have it read \
                 and approved"
                .to_owned(),
            missing => format!(
                "{missing} more people have to approve the plan before it starts, none of them who starts it. \
                 Have it read and approved"
            ),
        };
        self.settle(steps)?;
        self.journal.answer(given.seq, &answer)?;
        Ok(answer)
    }

    fn missing_approvals(&self, given: &Given) -> Result<u32, DriveError> {
        let needed = self.machine.plan().request().approvals;
        if given.order != Order::Start || needed == 0 {
            return Ok(0);
        }
        Ok(needed.saturating_sub(self.journal.approvals(self.machine.plan(), &given.who)?))
    }

    /// Waits for results, until something else is due.
    fn gather(&self, events: &Receiver<Done>) -> Vec<Done> {
        let now = (self.drive.clock)();
        let until = self.machine.next_wake(now).unwrap_or(u64::MAX).min(self.orders_ms.max(now.mono_ms + 1));
        let wait = until.saturating_sub(now.mono_ms).clamp(1, ORDERS_MS);
        gather(events, Duration::from_millis(wait), self.drive.clock)
    }

    /// Returns whether nothing can happen any more without an order that only another process would give.
    fn is_over(&self, now: Now) -> bool {
        let over = matches!(self.machine.status().0, Status::Finished | Status::Stopped | Status::Tripped);
        over && self.machine.next_wake(now).is_none()
            && self.journal.open_orders().is_ok_and(|open| open.is_empty())
    }
}

/// Waits for a result at most so long, and takes those that come soon after it: many results in one transaction ask
/// the disk once. However many come, orders are looked for soon.
fn gather(events: &Receiver<Done>, wait: Duration, clock: &dyn Fn() -> Now) -> Vec<Done> {
    let mut done = Vec::new();
    let Ok(first) = events.recv_timeout(wait) else { return done };
    done.push(first);
    let until = clock().mono_ms + GATHER_MS;
    while done.len() < BATCH
        && let left @ 1.. = until.saturating_sub(clock().mono_ms)
        && let Ok(next) = events.recv_timeout(Duration::from_millis(left))
    {
        done.push(next);
    }
    done
}

/// Where work hands in what it found.
type Results = SyncSender<Done>;
