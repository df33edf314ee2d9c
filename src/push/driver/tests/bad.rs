//! Roll-outs in a bad world: names that lead nowhere, clocks that jump, disks that are full, secrets out of reach.

use super::*;
use crate::config::secret::SecretError;
use crate::push::target::ssh::{Ssh, SshOptions};
use std::fs::File;
use std::io::Write as _;
use std::process::Command;
use std::sync::atomic::AtomicUsize;

#[test]
fn names_that_lead_nowhere_are_out_of_reach_and_stop_it_in_time() {
    let mut world = World::new(12, |_| {});
    let old = Journal::open(&world.journal).unwrap().plan().unwrap();
    let candidates = old.devices().iter().map(|device| Candidate {
        thing: device.thing.to_string(),
        group: "pumps".into(),
        site: String::new(),
        server: String::new(),
        address: format!("{}.invalid:22", device.thing.to_lowercase()),
        zone: None,
        files: vec![CandidateFile {
            path: "/a.json".into(),
            now: Known::Unknown,
            want: sha256(new_text(&device.thing).as_bytes()),
        }],
    });
    let change = |request: &mut Request| {
        request.waves = "rest".into();
        request.budgets.unreachable = 3;
        request.pace.at_once = 2;
    };
    let plan = Plan::new(quick(change), candidates.collect()).unwrap();
    world.journal = world.folder.path().join("names.db");
    Journal::create(&world.journal, &plan, "test", 1).unwrap();
    let target = Target::new(Ssh::new(SshOptions::default()).unwrap());
    let status = world.drive_by(&clock(), target, Texts, Some(Order::Start), &mut |_, _| {}).unwrap();
    assert_eq!(status, Status::Tripped);
    let rows = world.rows();
    let away: Vec<_> = rows.iter().filter(|row| row.state == State::Unreachable).collect();
    assert!((4..=6).contains(&away.len()), "the budget and those in flight: {}", away.len());
    assert!(away.iter().all(|row| row.class == Some(Class::NameUnknown)));
    assert!(Class::NameUnknown.sentence().contains("Check the spelling"));
    assert!(rows.iter().all(|row| row.state != State::Failed));
}

#[test]
fn a_clock_that_jumps_changes_nothing_but_the_times_in_the_log() {
    let world = World::new(20, |_| {});
    let (real, looks) = (clock(), AtomicUsize::new(0));
    let day = 86_400_000_i64;
    let jumping = || {
        let now = real();
        let jump = [0, day, -400 * day, 3_600_000][looks.fetch_add(1, Ordering::Relaxed) % 4];
        Now { wall_ms: now.wall_ms + jump, ..now }
    };
    let target = Target::new(Folders);
    let status = world.drive_by(&jumping, target, Texts, Some(Order::Start), &mut |_, _| {}).unwrap();
    assert_eq!(status, Status::Finished);
    assert!(world.rows().iter().all(|row| row.state == State::Verified && row.round == 1));
    Journal::open(&world.journal).unwrap().verify_log().unwrap();
}

/// Is at its place while the value lives. Only root may mount.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: PathBuf) -> Option<Self> {
        std::fs::create_dir(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&at).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(at));
        }
        let _ = writeln!(std::io::stderr(), "skipped: this user may not mount a small disk");
        None
    }

    /// Leaves so much room \[bytes\].
    fn fill(&self, room: u64) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = File::create(&path).unwrap();
        let piece = [0_u8; 4_096];
        let mut length = 0;
        while file.write_all(&piece).is_ok() {
            length += piece.len() as u64;
        }
        file.set_len(length - room).unwrap();
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_of_the_journal_ends_it_without_work_that_is_not_written_down() {
    let mut world = World::new(200, |request| request.waves = "rest".into());
    let plan = Journal::open(&world.journal).unwrap().plan().unwrap();
    let Some(disk) = Disk::mount(world.folder.path().join("small")) else { return };
    world.journal = disk.0.join("rollout.db");
    Journal::create(&world.journal, &plan, "test", 1).unwrap();
    let filler = disk.fill(160_000);
    let ended = world.drive_with(Texts, Some(Order::Start), &mut |_, _| {}).unwrap_err();
    assert!(ended.to_string().contains("The disk of the journal is full"), "{ended}");
    std::fs::remove_file(filler).unwrap();
    let rows = world.rows();
    for (device, row) in plan.devices().iter().zip(&rows) {
        let at: usize = device.thing[2..].parse().unwrap();
        if world.text(at) != OLD {
            assert!(row.round == 1 && row.state != State::Pending, "{} is {row:?}", device.thing);
        }
    }
    assert!(rows.iter().any(|row| row.state == State::Pending), "it ended before the end");
    let status = world.drive_with(Texts, Some(Order::Resume), &mut |_, _| {}).unwrap();
    assert_eq!(status, Status::Finished, "with room it goes on where it was");
    assert!(world.rows().iter().all(|row| row.state == State::Verified && row.round == 1));
    Journal::open(&world.journal).unwrap().verify_log().unwrap();
}

/// What a locked key ring answers for a secret that it holds.
struct Locked;

impl Source for Locked {
    fn texts(&self, _: &PlannedDevice) -> Result<Vec<Secret>, String> {
        let (service, user) = ("plant".into(), "pumps".into());
        Err(SecretError::NoEntry { service, user }.to_string())
    }
}

#[test]
fn a_locked_key_ring_is_named_and_nothing_is_lost_by_it() {
    let world = World::new(3, |request| {
        request.budgets.failed = 3;
        request.gate.confirmed_pct_x100 = 0;
    });
    world.drive_with(Locked, Some(Order::Start), &mut |_, _| {}).unwrap();
    assert!(world.rows().iter().all(|row| (row.state, row.class) == (State::Failed, Some(Class::NoSource))));
    assert!((0..3).all(|at| world.text(at) == OLD), "no file without its secret");
    let mut log = Vec::new();
    Journal::open(&world.journal).unwrap().export_log(&mut log).unwrap();
    let log = String::from_utf8(log).unwrap();
    assert!(log.contains("a locked key ring answers as if nothing was ever stored"), "{log}");
    let retry = Order::Retry { classes: vec!["no-source".into()] };
    assert_eq!(world.drive_with(Texts, Some(retry), &mut |_, _| {}).unwrap(), Status::Finished);
    assert!(world.rows().iter().all(|row| row.state == State::Verified));
}

/// Restarts in a second of [`slow`].
const RATE: usize = 20;

/// Returns devices that are restarted one after the other, over ten seconds.
fn slow() -> World {
    World::new(200, |request| {
        request.waves = "rest".into();
        request.pace.activations_per_s = RATE as f64;
        request.pace.burst = 1;
    })
}

/// Returns how many devices were begun to be restarted.
fn restarts(machine: &Machine) -> usize {
    (0..200).filter(|at| machine.row(*at).is_some_and(|row| row.round > 0)).count()
}

#[test]
fn a_stop_from_elsewhere_holds_within_a_second() {
    let world = slow();
    let (mut begun, mut after) = (None, 0);
    let observer = &mut |machine: &Machine, _: &AtomicBool| {
        after = restarts(machine);
        if after >= 5 && begun.is_none() {
            begun = Some(after);
            world.order(&Order::Stop);
        }
    };
    let status = world.drive_with(Texts, Some(Order::Start), observer).unwrap();
    assert_eq!(status, Status::Stopped);
    let begun = begun.unwrap();
    assert!(after <= begun + RATE, "{after} of {begun}: more than a second's worth was begun after the stop");
    let touched = world.rows().iter().filter(|row| row.round > 0).count();
    assert_eq!(touched, after, "and nothing after the last turn");
}

#[test]
fn a_pause_from_elsewhere_holds_within_a_second_and_as_long_as_it_lasts() {
    let world = slow();
    let (mut begun, mut paused) = (None, None);
    let observer = &mut |machine: &Machine, _: &AtomicBool| {
        let now = restarts(machine);
        if now >= 5 && begun.is_none() {
            begun = Some(now);
            world.order(&Order::Pause);
        }
        if machine.status().0 == Status::Paused && paused.is_none() {
            paused = Some(now);
            stop_after(world.journal.clone(), Duration::from_secs(1));
        }
    };
    assert_eq!(world.drive_with(Texts, Some(Order::Start), observer).unwrap(), Status::Stopped);
    let (begun, paused) = (begun.unwrap(), paused.unwrap());
    assert!(paused <= begun + RATE, "{paused} of {begun}: more than a second's worth came after it");
    let touched = world.rows().iter().filter(|row| row.round > 0).count();
    assert_eq!(touched, paused, "and nobody in a second of pause");
}

#[expect(clippy::disallowed_methods, reason = "somebody else who orders later")]
fn stop_after(journal: PathBuf, wait: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(wait);
        Journal::open(&journal).unwrap().give(&Order::Stop, "tester", 2).unwrap();
    });
}
