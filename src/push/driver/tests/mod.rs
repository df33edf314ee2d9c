//! Whole roll-outs over folders, and over a real sshd with a driver that is killed again and again.

mod bad;
mod kill;
mod named;
mod witness;

use super::*;
use crate::base::hash::sha256;
use crate::config::secret::Secret;
use crate::push::fault::Class;
use crate::push::machine::Scope;
use crate::push::plan::tests::request;
use crate::push::plan::{Candidate, CandidateFile, Gate, Now as Known, Pauses, Plan, PlannedDevice, Request};
use crate::push::state::State;
use crate::push::target::Folders;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub const OLD: &str = "old\n";

/// Returns the text that a device gets.
pub fn new_text(thing: &str) -> String {
    format!("{{\"thing\": \"{thing}\", \"random_delay\": 60, \"appKey\": \"CANARY-5f1c\"}}\n")
}

/// Makes texts as a project would.
pub struct Texts;

impl Source for Texts {
    fn texts(&self, device: &PlannedDevice) -> Result<Vec<Secret>, String> {
        Ok(vec![Secret::new(new_text(&device.thing))])
    }
}

/// Returns a clock of this machine.
#[expect(clippy::disallowed_methods, reason = "tests that really run need the real time")]
pub fn clock() -> impl Fn() -> Now {
    let start = Instant::now();
    move || Now {
        mono_ms: start.elapsed().as_millis() as u64,
        wall_ms: std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as i64),
    }
}

struct World {
    folder: tempfile::TempDir,
    journal: PathBuf,
}

impl World {
    fn new(devices: usize, change: impl FnOnce(&mut Request)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let candidate = |at: usize| {
            let root = folder.path().join(format!("d{at}"));
            std::fs::create_dir(&root).unwrap();
            crate::base::file::write_atomic(&root.join("a.json"), OLD.as_bytes()).unwrap();
            let thing = format!("P-{at}");
            let want = sha256(new_text(&thing).as_bytes());
            let file = CandidateFile { path: "a.json".into(), now: Known::Is(sha256(OLD.as_bytes())), want };
            Candidate {
                thing,
                group: "pumps".into(),
                site: String::new(),
                server: String::new(),
                address: root.to_str().unwrap().into(),
                zone: None,
                files: vec![file],
            }
        };
        let candidates = (0..devices).map(candidate).collect();
        let plan = Plan::new(quick(change), candidates).unwrap();
        let journal = folder.path().join("rollout.db");
        Journal::create(&journal, &plan, "test", 1).unwrap();
        Self { folder, journal }
    }

    fn order(&self, order: &Order) {
        Journal::open(&self.journal).unwrap().give(order, "tester", 1).unwrap();
    }

    fn drive(&self) -> Status {
        self.drive_with(Texts, None, &mut |_, _| {}).unwrap()
    }

    /// Drives with texts of another kind, a first order, and somebody who may tell it to leave.
    fn drive_with(
        &self,
        source: impl Source + 'static,
        order: Option<Order>,
        observer: &mut dyn FnMut(&Machine, &AtomicBool),
    ) -> Result<Status, DriveError> {
        self.drive_by(&clock(), Target::new(Folders), source, order, observer)
    }

    /// Drives by a clock of another kind, over any transport.
    fn drive_by<T: Transport>(
        &self,
        clock: &dyn Fn() -> Now,
        target: Target<T>,
        source: impl Source + 'static,
        order: Option<Order>,
        observer: &mut dyn FnMut(&Machine, &AtomicBool),
    ) -> Result<Status, DriveError> {
        let leave = AtomicBool::new(false);
        let drive = Drive {
            target: Arc::new(target),
            source: Arc::new(source),
            clock,
            who: "test",
            order,
            leave: &leave,
            observer: &mut |machine| observer(machine, &leave),
        };
        super::drive(Journal::open(&self.journal).unwrap(), drive)
    }

    fn text(&self, device: usize) -> String {
        let path = self.folder.path().join(format!("d{device}/a.json"));
        crate::base::file::read_text(&path, 1_000).unwrap()
    }

    fn rows(&self) -> Vec<super::super::state::Row> {
        Journal::open(&self.journal).unwrap().rows().unwrap()
    }
}

/// Returns decisions without waits.
pub fn quick(change: impl FnOnce(&mut Request)) -> Request {
    let mut request = request("5,rest");
    request.gate = Gate { confirmed_pct_x100: 10_000, observe_s: 0 };
    request.pauses = Pauses::Never;
    request.pace.activations_per_s = 10_000.0;
    request.pace.burst = 10_000;
    request.pace.at_once = 8;
    request.pace.verify_after_s = 0;
    change(&mut request);
    request
}

#[test]
fn a_roll_out_goes_through_and_back() {
    let world = World::new(20, |_| {});
    world.order(&Order::Start);
    assert_eq!(world.drive(), Status::Finished);
    assert!((0..20).all(|at| world.text(at) == new_text(&format!("P-{at}"))));
    assert!(world.rows().iter().all(|row| row.state == State::Verified));
    world.order(&Order::RollBack { scope: Scope::All, urgent: false });
    assert_eq!(world.drive(), Status::Stopped);
    assert!((0..20).all(|at| world.text(at) == OLD));
    assert!(world.rows().iter().all(|row| row.state == State::RolledBack && row.round == 2));
    Journal::open(&world.journal).unwrap().verify_log().unwrap();
}

#[test]
fn no_secret_reaches_the_journal() {
    let world = World::new(8, |_| {});
    world.order(&Order::Start);
    world.drive();
    for entry in std::fs::read_dir(world.folder.path()).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_file() {
            assert!(!contains(&path, b"CANARY-5f1c"), "{}", path.display());
        }
    }
    assert!(contains(&world.folder.path().join("d0/a.json"), b"CANARY-5f1c"));
}

fn contains(path: &Path, needle: &[u8]) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_file_that_somebody_changed_stays_and_stops_the_rest() {
    let world = World::new(12, |request| request.budgets.drifted = 0);
    let changed = world.folder.path().join("d3/a.json");
    let journal = Journal::open(&world.journal).unwrap();
    let first = journal.plan().unwrap().devices()[0].address.to_string();
    crate::base::file::write_atomic(&Path::new(&first).join("a.json"), b"own").unwrap();
    world.order(&Order::Start);
    assert_eq!(world.drive(), Status::Tripped);
    let rows = world.rows();
    assert_eq!((rows[0].state, rows[0].class), (State::Drifted, Some(Class::Drifted)));
    assert!(rows.iter().filter(|row| row.state != State::Pending).count() <= 8, "only what was in flight");
    assert!(changed.exists());
    // What tripped stays tripped, in every process.
    world.order(&Order::Resume);
    assert_eq!(world.drive(), Status::Tripped);
    let answer = Journal::open(&world.journal).unwrap().answer_to(2).unwrap().unwrap();
    assert!(answer.starts_with("The roll-out is tripped"), "{answer}");
}

#[test]
fn a_thousand_devices_that_are_off_stop_it_early_and_are_not_failed() {
    let world = World::new(1_000, |request| {
        request.waves = "rest".into();
        request.budgets.unreachable = 10;
    });
    for at in 0..1_000 {
        std::fs::remove_dir_all(world.folder.path().join(format!("d{at}"))).unwrap();
    }
    world.order(&Order::Start);
    assert_eq!(world.drive(), Status::Tripped);
    let rows = world.rows();
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    assert_eq!((count(State::Unreachable) > 10, count(State::Failed)), (true, 0));
    // One more than the budget, and those on whom work was going on: eight at once.
    assert!(count(State::Unreachable) <= 11 + 8, "{}", count(State::Unreachable));
    let standing = Journal::open(&world.journal).unwrap().standing().unwrap();
    assert!(standing.cause.contains("were not reached, and the plan allows 10"), "{}", standing.cause);
}

#[test]
fn a_second_person_has_to_approve() {
    let world = World::new(3, |request| {
        request.approvals = 1;
    });
    let mut journal = Journal::open(&world.journal).unwrap();
    let plan = journal.plan().unwrap();
    journal.approve(&plan.name(), "tester", 2).unwrap();
    world.order(&Order::Start);
    world.order(&Order::Stop);
    assert_eq!(world.drive(), Status::Stopped, "the one who starts it is no second person");
    assert!(journal.answer_to(1).unwrap().unwrap().starts_with("One more person has to approve"));
    assert_eq!(world.text(0), OLD);
}

#[test]
fn texts_that_are_not_as_planned_are_not_sent() {
    struct Other;
    impl Source for Other {
        fn texts(&self, device: &PlannedDevice) -> Result<Vec<Secret>, String> {
            match &*device.thing {
                "P-0" => Err("The environment has no variable KEY".into()),
                _ => Ok(vec![Secret::new("something else".into())]),
            }
        }
    }
    let world = World::new(3, |request| request.budgets.failed = 3);
    world.order(&Order::Start);
    let status = world.drive_with(Other, None, &mut |_, _| {}).unwrap();
    assert_eq!(status, Status::Tripped, "nobody is confirmed");
    assert!(world.rows().iter().all(|row| row.class == Some(Class::NoSource)));
    assert!((0..3).all(|at| world.text(at) == OLD));
}

#[test]
fn leaving_ends_what_is_going_on_and_pauses() {
    let world = World::new(30, |request| request.pace.activations_per_s = 20.0);
    world.order(&Order::Start);
    let observer = &mut |machine: &Machine, leave: &AtomicBool| {
        let verified = machine.tally(0).map_or(0, |tally| tally[State::Verified as usize]);
        leave.store(verified > 1, Ordering::Relaxed);
    };
    let status = world.drive_with(Texts, None, observer).unwrap();
    assert_eq!(status, Status::Paused);
    assert!(world.rows().iter().all(|row| !row.state.is_intent()));
    world.order(&Order::Resume);
    assert_eq!(world.drive(), Status::Finished);
}

#[test]
fn leaving_during_a_roll_back_ends_it_and_it_can_be_ordered_again() {
    let world = World::new(30, |request| request.pace.activations_per_s = 40.0);
    world.order(&Order::Start);
    assert_eq!(world.drive(), Status::Finished);
    let back = |machine: &Machine| -> u32 {
        (0..machine.plan().sizes().len() as u32)
            .map(|wave| machine.tally(wave).map_or(0, |tally| tally[State::RolledBack as usize]))
            .sum()
    };
    let mut begun = None;
    let observer = &mut |machine: &Machine, leave: &AtomicBool| {
        if back(machine) > 1 && begun.is_none() {
            begun = Some(back(machine) + machine.in_flight());
            leave.store(true, Ordering::Relaxed);
        }
    };
    let order = Order::RollBack { scope: Scope::All, urgent: true };
    let status = world.drive_with(Texts, Some(order.clone()), observer).unwrap();
    assert_eq!(status, Status::Stopped);
    let done = world.rows().iter().filter(|row| row.state == State::RolledBack).count() as u32;
    assert!(done < 30 && done <= begun.unwrap(), "{done} of {begun:?}");
    world.drive_with(Texts, Some(order), &mut |_, _| {}).unwrap();
    assert!(world.rows().iter().all(|row| row.state == State::RolledBack));
}

#[test]
fn results_that_never_end_do_not_hold_an_order_back() {
    let (sender, events) = sync_channel(BATCH);
    for device in 0..BATCH as u32 {
        let fault = super::super::fault::Fault::new(Class::Cut, "");
        sender.send((device, super::super::machine::Work::Stage, Err(fault))).unwrap();
    }
    // A clock of which each look takes a millisecond: the results of a while are taken, and not all there are.
    let looks = std::cell::Cell::new(0);
    let clock = || {
        looks.set(looks.get() + 1);
        Now { mono_ms: looks.get(), wall_ms: 0 }
    };
    let mut rest = BATCH;
    let mut turns = 0;
    while rest > 0 {
        let before = looks.get();
        rest -= gather(&events, Duration::from_millis(1), &clock).len();
        assert!(looks.get() - before <= GATHER_MS + 2, "{} ms", looks.get() - before);
        turns += 1;
        if turns > BATCH {
            break;
        }
    }
    assert!(rest == 0 && turns > 1);
}

#[test]
fn an_order_that_is_refused_ends_the_driving() {
    let world = World::new(3, |_| {});
    let refused = world.drive_with(Texts, Some(Order::Resume), &mut |_, _| {}).unwrap_err();
    assert!(
        refused.to_string().starts_with("The roll-out is ready, and resuming is not possible"),
        "{refused}"
    );
    assert!(!Journal::open(&world.journal).unwrap().is_driven().unwrap());
    let path = world.journal.clone();
    let mut seen = Vec::new();
    let observer = &mut |_: &Machine, _: &AtomicBool| {
        seen.push(Journal::open(&path).unwrap().is_driven().unwrap());
    };
    assert_eq!(world.drive_with(Texts, Some(Order::Start), observer).unwrap(), Status::Finished);
    assert!(!seen.is_empty() && seen.iter().all(|driven| *driven));
}
