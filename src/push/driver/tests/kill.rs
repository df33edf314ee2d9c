//! A driver that is killed at random moments, over three hundred devices behind a real sshd.
//!
//! The driver runs in a process of its own: this test's binary once more, told by its environment what to do. After
//! every kill each device has its old file or its new one, whole; and in the end no stamp was given twice.

use super::*;
use crate::base::draws::mix;
use crate::push::target::ssh::tests::sshd::Sshd;
use crate::push::target::ssh::{Ssh, SshOptions};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

const DEVICES: usize = 300;
const KILLS: u32 = 50;

/// Names the folder of the roll-out to the child.
const TOLD: &str = "REGATHER_TEST_DRIVE";

fn options(folder: &Path, user: String) -> SshOptions {
    SshOptions {
        user,
        known_hosts: vec![folder.join("known_hosts")],
        key_files: vec![folder.join("user")],
        // One line per restart and then the stamp, as an agent's start script would do it.
        restart: "echo {stamp} >> {folder}/restarts && printf %s {stamp} > {folder}/s && mv {folder}/s {stamp_file}"
            .into(),
        connect_s: 60,
        request_s: 30,
        per_host: 4,
        ..SshOptions::default()
    }
}

/// Drives the roll-out that the environment names; does nothing in an ordinary run of the tests.
#[test]
fn child_that_is_killed() {
    let Some(told) = std::env::var_os(TOLD) else { return };
    let folder = PathBuf::from(told);
    let user = crate::base::file::read_text(&folder.join("who"), 100).unwrap();
    let mut journal = Journal::open(&folder.join("rollout.db")).unwrap();
    // Nothing resumes by itself: somebody orders it.
    let order = match journal.standing().unwrap().status {
        Status::Ready => Order::Start,
        _ => Order::Resume,
    };
    if journal.open_orders().unwrap().is_empty() {
        journal.give(&order, "tester", 1).unwrap();
    }
    let (clock, leave) = (clock(), AtomicBool::new(false));
    let mut told = false;
    let drive = Drive {
        target: Arc::new(Target::new(Ssh::new(options(&folder, user)).unwrap())),
        source: Arc::new(Texts),
        clock: &clock,
        who: "child",
        order: None,
        leave: &leave,
        observer: &mut |_| {
            if !told {
                told = true;
                println!("\ndriving");
            }
        },
    };
    super::super::drive(journal, drive).unwrap();
}

fn spawn(folder: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "push::driver::tests::kill::child_that_is_killed"])
        .env(TOLD, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the child works.
fn until_it_drives(child: &mut std::process::Child) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        if line.contains("driving") {
            return;
        }
    }
}

/// Makes the devices, and the journal of a roll-out to them.
fn prepare(sshd: &Sshd) -> Plan {
    let folder = sshd.folder.path();
    let root = |at: usize| folder.join(format!("d{at}"));
    let mut candidates = Vec::new();
    for at in 0..DEVICES {
        std::fs::create_dir(root(at)).unwrap();
        crate::base::file::write_atomic(&root(at).join("a.json"), OLD.as_bytes()).unwrap();
        let thing = format!("P-{at}");
        candidates.push(Candidate {
            group: "pumps".into(),
            site: String::new(),
            server: String::new(),
            // The whole of 127.0.0.0/8 is this machine: every device has an address of its own.
            address: format!("127.0.{}.{}:{}", 1 + at / 200, 1 + at % 200, sshd.port),
            zone: None,
            files: vec![CandidateFile {
                path: root(at).join("a.json").to_str().unwrap().into(),
                now: Known::Is(sha256(OLD.as_bytes())),
                want: sha256(new_text(&thing).as_bytes()),
            }],
            thing,
        });
    }
    let most = DEVICES as u32;
    let plan = Plan::new(
        quick(|request| {
            request.waves = "rest".into();
            request.gate.confirmed_pct_x100 = 0;
            request.budgets.failed = most;
            request.budgets.unreachable = most;
            request.budgets.unknown = most;
            request.budgets.drifted = most;
            request.pace.restart_s = 5;
            // So slow that the last kill still finds work.
            (request.pace.activations_per_s, request.pace.burst) = (12.0, 1);
        }),
        candidates,
    );
    let plan = plan.unwrap();
    Journal::create(&folder.join("rollout.db"), &plan, "test", 1).unwrap();
    crate::base::file::write_atomic(&folder.join("who"), sshd.options().user.as_bytes()).unwrap();
    plan
}

#[test]
fn fifty_kills_tear_nothing_and_restart_nobody_twice() {
    let Some(sshd) = Sshd::start("") else { return };
    let folder = sshd.folder.path();
    let root = |at: usize| folder.join(format!("d{at}"));
    let plan = prepare(&sshd);
    let whole = |at: usize| {
        let text = crate::base::file::read_text(&root(at).join("a.json"), 1_000).unwrap();
        assert!(text == OLD || text == new_text(&format!("P-{at}")), "torn: {text:?}");
    };
    let mut killed = 0;
    for kill in 0..KILLS {
        let mut child = spawn(folder);
        until_it_drives(&mut child);
        std::thread::sleep(Duration::from_millis(mix(u64::from(kill) + 1) % 400));
        let running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        killed += u32::from(running);
        (0..DEVICES).for_each(whole);
    }
    let mut child = spawn(folder);
    assert!(child.wait().unwrap().success());
    (0..DEVICES).for_each(whole);
    let journal = Journal::open(&folder.join("rollout.db")).unwrap();
    assert_eq!(journal.standing().unwrap().status, Status::Finished);
    journal.verify_log().unwrap();
    let mut states = BTreeMap::<&str, u32>::new();
    for (device, row) in plan.devices().iter().zip(journal.rows().unwrap()) {
        *states.entry(row.state.word()).or_default() += 1;
        let at: usize = device.thing[2..].parse().unwrap();
        let restarts = root(at).join("restarts");
        let restarts = if restarts.exists() {
            crate::base::file::read_text(&restarts, 1_000).unwrap()
        } else {
            String::new()
        };
        assert!(restarts.lines().count() <= 1, "{} restarted twice: {restarts:?}", device.thing);
        assert!(matches!(row.state, State::Verified | State::InDoubt), "{} is {row:?}", device.thing);
        if row.state == State::InDoubt {
            assert_eq!(row.class, Some(Class::NoStamp), "{}", device.thing);
            let text = crate::base::file::read_text(&root(at).join("a.json"), 1_000).unwrap();
            assert_eq!(text, new_text(&device.thing), "a device that was not begun is not in doubt");
        }
        if row.state == State::Verified {
            assert_eq!(restarts.lines().count(), 1, "{}", device.thing);
            assert_eq!(
                crate::base::file::read_text(&root(at).join("a.json"), 1_000).unwrap(),
                new_text(&device.thing)
            );
        }
    }
    // At most the devices on whom a killed driver worked can be in doubt, and few of these were just restarting.
    let doubt = states.get(State::InDoubt.word()).copied().unwrap_or_default();
    assert!(doubt <= KILLS, "{states:?}: more than one for each kill");
    println!("{killed} of {KILLS} kills hit a driver at work; in the end {states:?}");
    assert_eq!(killed, KILLS, "the roll-out was over too early");
}
