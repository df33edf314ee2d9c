//! Journals: what is written is there again, changes are seen, and one process drives.

use super::*;
use crate::push::machine::{Event, Now, Order};
use crate::push::plan::tests::{candidate, request};
use crate::push::state::{Seen, SeenFile};

fn plan(devices: usize) -> Plan {
    Plan::new(request("2,rest"), (0..devices).map(candidate).collect()).unwrap()
}

struct Bench {
    _folder: tempfile::TempDir,
    path: PathBuf,
    journal: Journal,
}

fn bench(devices: usize) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rollout.db");
    let mut journal = Journal::create(&path, &plan(devices), "test", 1).unwrap();
    journal.drive().unwrap();
    Bench { _folder: folder, path, journal }
}

#[test]
fn what_was_written_down_is_there_again() {
    let mut bench = bench(5);
    let mut machine = bench.journal.machine().unwrap();
    let now = Now { mono_ms: 1, wall_ms: 1 };
    let mut steps = Vec::new();
    machine.order(now, &Order::Start, &mut steps).unwrap();
    bench.journal.commit(&steps, "test", 2).unwrap();
    let file = SeenFile {
        live: Some(crate::base::hash::sha256(b"old")),
        staged: Some(machine.plan().devices()[0].files[0].want),
        kept: None,
    };
    let seen = Seen { files: vec![file], stamp: None };
    let mut steps = Vec::new();
    let done = Event::Done { device: 0, work: crate::push::machine::Work::Stage, result: Ok(seen) };
    machine.handle(now, done, &mut steps);
    bench.journal.commit(&steps, "test", 3).unwrap();
    drop(bench.journal);
    let journal = Journal::open(&bench.path).unwrap();
    let rows = journal.rows().unwrap();
    assert_eq!(rows[0].state, State::Activating);
    assert_eq!(rows[0].before.as_deref(), Some(&[Some(crate::base::hash::sha256(b"old"))][..]));
    assert_eq!(rows[1].state, State::Staging);
    let standing = journal.standing().unwrap();
    assert_eq!((standing.status, standing.wave), (Status::Running, 0));
    assert_eq!(journal.machine().unwrap().status().0, Status::Paused, "nothing resumes by itself");
    assert_eq!(journal.plan().unwrap(), plan(5));
    assert_eq!(journal.place("P-3").unwrap().map(|at| at < 5), Some(true));
    assert_eq!(journal.place("P-9").unwrap(), None);
}

#[test]
fn a_creation_that_died_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rollout.db");
    // As one leaves it that was killed before anything was whole.
    let own = path.with_extension(format!("db.new-{}", std::process::id()));
    crate::base::file::write_atomic(&own, b"half").unwrap();
    assert!(Journal::create(&path, &plan(3), "test", 1).is_err(), "that file is no database");
    assert!(!path.exists() && !own.exists());
    drop(Journal::create(&path, &plan(3), "test", 1).unwrap());
    assert!(matches!(Journal::create(&path, &plan(3), "test", 1), Err(JournalError::Exists { .. })));
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["rollout.db"]);
}

#[test]
fn first_restarts_and_first_returns_are_read_on() {
    let mut bench = bench(3);
    let record = |device, state, round| Step::Record {
        device,
        row: Row { state, round, ..Row::default() },
        detail: String::new(),
    };
    let mut returned = Returned::default();
    bench.journal.follow(&mut returned).unwrap();
    assert_eq!(returned.of(0), Return::default());
    bench.journal.commit(&[record(1, State::Restarted, 1)], "test", 5).unwrap();
    bench.journal.follow(&mut returned).unwrap();
    bench.journal.commit(&[record(1, State::Verified, 1)], "test", 9).unwrap();
    bench
        .journal
        .commit(&[record(1, State::Restarted, 2), record(1, State::Verified, 2)], "test", 20)
        .unwrap();
    bench.journal.follow(&mut returned).unwrap();
    let forward = Return { restarted_ms: Some(5), verified_ms: Some(9), ..Return::default() };
    assert_eq!(returned.of(1), forward);
    assert_eq!((returned.of(0), returned.of(2)), Default::default());
    for (state, at_ms) in [(State::RollingBack, 30), (State::RolledBack, 34), (State::RolledBack, 40)] {
        bench.journal.commit(&[record(1, state, 3)], "test", at_ms).unwrap();
    }
    bench.journal.follow(&mut returned).unwrap();
    assert_eq!(returned.of(1), Return { recalled_ms: Some(30), rolled_back_ms: Some(34), ..forward });
    let mut whole = Returned::default();
    bench.journal.follow(&mut whole).unwrap();
    assert_eq!(whole, returned, "in parts or at once");
}

#[test]
fn one_process_drives_and_others_order() {
    let mut bench = bench(3);
    let mut other = Journal::open(&bench.path).unwrap();
    assert!(matches!(other.drive(), Err(JournalError::Driven { .. })));
    let steps = [Step::Status { status: Status::Running, wave: 0, cause: String::new() }];
    assert!(matches!(other.commit(&steps, "other", 2), Err(JournalError::NotDriving { .. })));
    let seq = other.give(&Order::Pause, "m.okafor", 3).unwrap();
    let open = bench.journal.open_orders().unwrap();
    assert_eq!(open, [Given { seq, who: "m.okafor".into(), order: Order::Pause }]);
    assert_eq!(other.answer_to(seq).unwrap(), None);
    bench.journal.answer(seq, "").unwrap();
    assert_eq!(other.answer_to(seq).unwrap().as_deref(), Some(""));
    assert!(bench.journal.open_orders().unwrap().is_empty());
    drop(bench.journal);
    other.drive().unwrap();
}

#[test]
fn approvals_are_for_one_plan_and_by_somebody_else() {
    let mut bench = bench(3);
    let plan = bench.journal.plan().unwrap();
    assert!(matches!(bench.journal.approve(&"0".repeat(64), "a", 2), Err(JournalError::OtherPlan { .. })));
    assert!(bench.journal.approve(&plan.name()[..8], "a", 2).is_err(), "too short to be sure");
    bench.journal.approve(&plan.name(), "a", 2).unwrap();
    bench.journal.approve(&hex(plan.hash()), "a", 3).unwrap();
    assert_eq!(bench.journal.approvals(&plan, "b").unwrap(), 1);
    assert_eq!(bench.journal.approvals(&plan, "a").unwrap(), 0);
}

#[test]
fn every_change_of_the_log_is_seen() {
    let mut bench = bench(3);
    for at in 0..5 {
        let steps = [Step::Status { status: Status::Running, wave: at, cause: format!("step {at}") }];
        bench.journal.commit(&steps, "test", 10 + i64::from(at)).unwrap();
    }
    let mut out = Vec::new();
    let head = bench.journal.export_log(&mut out).unwrap();
    assert_eq!(head.entries, 6);
    assert_eq!(bench.journal.verify_log().unwrap(), head);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 6);
    assert!(text.ends_with(&format!("\"sha256\":\"{}\"}}\n", hex(&head.hash))));
    for change in [
        "UPDATE log SET detail = 'step 9' WHERE seq = 3",
        "UPDATE log SET who = 'somebody' WHERE seq = 6",
        "UPDATE log SET at_ms = 0 WHERE seq = 2",
        "DELETE FROM log WHERE seq = 4",
        "DELETE FROM log WHERE seq = 1",
    ] {
        bench.journal.base.execute_batch("SAVEPOINT before").unwrap();
        assert_eq!(bench.journal.base.execute(change, []).unwrap(), 1);
        assert!(matches!(bench.journal.verify_log(), Err(JournalError::Damaged { .. })), "{change}");
        bench.journal.base.execute_batch("ROLLBACK TO before; RELEASE before").unwrap();
    }
    bench.journal.base.execute("DELETE FROM log WHERE seq = 6", []).unwrap();
    assert_ne!(bench.journal.verify_log().unwrap(), head, "a log cut short has another end");
}

#[test]
fn what_is_no_journal_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    assert!(matches!(Journal::open(&path), Err(JournalError::Open { .. })));
    File::create(&path).unwrap();
    assert!(matches!(Journal::create(&path, &plan(1), "test", 1), Err(JournalError::Exists { .. })));
    assert!(matches!(Journal::open(&path), Err(JournalError::NotAJournal { .. })), "an empty file");
    crate::base::file::write_atomic(&path, &[7; 5000]).unwrap();
    assert!(matches!(Journal::open(&path), Err(JournalError::NotAJournal { .. })), "another file");
    let bench = bench(2);
    bench.journal.base.execute("UPDATE plan SET hash = 'x'", []).unwrap();
    assert!(matches!(bench.journal.machine(), Err(JournalError::Damaged { .. })));
}

#[test]
fn hashes_of_what_was_there_survive_as_bytes() {
    let before: Vec<Option<Hash>> = vec![None, Some([7; 32]), None, Some([0; 32])];
    assert_eq!(unpack(&pack(&before)).as_deref(), Some(&before[..]));
    assert_eq!(unpack(&[2]), None);
    assert_eq!(unpack(&[1, 7]), None);
}

#[test]
fn a_full_disk_is_named_and_nothing_is_half_written() {
    let mut bench = bench(3);
    // The database's own limit stands for the disk's: it fails in the same way.
    let pages: i64 = bench.journal.base.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    bench.journal.base.pragma_update(None, "max_page_count", pages).unwrap();
    let steps = [Step::Status { status: Status::Running, wave: 0, cause: "x".repeat(100_000) }];
    assert!(matches!(bench.journal.commit(&steps, "test", 2), Err(JournalError::Full { .. })));
    assert_eq!(bench.journal.standing().unwrap().status, Status::Ready);
    bench.journal.verify_log().unwrap();
}

#[test]
fn a_commit_is_on_the_disk_when_it_returns() {
    let bench = bench(1);
    let pragma = |name: &str| -> String {
        let ask = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
        match bench.journal.base.pragma_query_value(None, name, ask).unwrap() {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((pragma("synchronous").as_str(), pragma("journal_mode").as_str()), ("2", "wal"), "2 is FULL");
}

#[test]
fn the_log_names_devices() {
    let mut bench = bench(2);
    let mut steps = Vec::new();
    let now = Now { mono_ms: 1, wall_ms: 1 };
    bench.journal.machine().unwrap().order(now, &Order::Start, &mut steps).unwrap();
    bench.journal.commit(&steps, "test", 2).unwrap();
    let mut out = Vec::new();
    bench.journal.export_log(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let plan = bench.journal.plan().unwrap();
    assert!(lines[0]["thing"].is_null() && lines.iter().any(|line| line["thing"].is_string()), "{text}");
    for line in lines.iter().filter(|line| line["device"].is_u64()) {
        let place = line["device"].as_u64().unwrap() as usize;
        assert_eq!(line["thing"], *plan.devices()[place].thing);
    }
}

#[test]
fn a_journal_of_version_1_is_brought_up_to_date() {
    use crate::push::target::Connections as _;
    use crate::push::target::platform::Connection as Connected;
    let bench = bench(3);
    let old = "DROP TABLE connection; PRAGMA user_version = 1;";
    bench.journal.base.execute_batch(old).unwrap();
    drop(bench.journal);
    let now = |last_ms| Connected { is_connected: true, last_ms };
    for _ in 0..2 {
        let connections = Journal::open(&bench.path).unwrap().connections().unwrap();
        connections.keep("P-1", "s-1", now(Some(5))).unwrap();
        connections.keep("P-1", "s-1", now(Some(6))).unwrap();
        connections.keep("P-1", "s-2", now(None)).unwrap();
        assert_eq!(
            connections.kept("P-1", "s-1").unwrap(),
            Some(now(Some(6))),
            "the last one before the restart"
        );
        assert_eq!(connections.kept("P-1", "s-2").unwrap(), Some(now(None)));
        assert_eq!(connections.kept("P-2", "s-1").unwrap(), None);
    }
    let journal = Journal::open(&bench.path).unwrap();
    journal.base.execute_batch("PRAGMA user_version = 9").unwrap();
    let newer = Journal::open(&bench.path).unwrap_err();
    assert!(matches!(newer, JournalError::NotAJournal { version: 9, .. }), "{newer}");
}
