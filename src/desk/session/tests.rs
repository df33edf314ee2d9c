use super::*;
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

const TEXT: &str = r#"{ "regather": 1, "name": "Plant" }"#;

fn env(state: &Path) -> Env {
    Env { state_dir: Some(state.to_owned()), ..Env::isolated(Arc::new(|| ()), Duration::ZERO) }
}

fn kept(number: u64, text: &str) -> Kept {
    let name = format!("plant-{number}.json");
    let path = Some(PathBuf::from(format!("/plants/{name}")));
    let saved = Some(crate::desk::saved::Digest::of("saved"));
    Kept {
        number,
        name,
        path,
        example: None,
        scenario: Some("night".into()),
        ticks: [None, Some("day".into())].into(),
        saved,
        text: text.into(),
        devices: None,
    }
}

fn begin(state: &Path) -> Begun {
    Session::begin(&env(state), Wanted::Newest)
}

/// Leaves these projects behind as a crash does.
fn crash(state: &Path, documents: Vec<Kept>) {
    let mut session = Session::begin(&env(state), Wanted::Nothing).session;
    session.keep(documents);
    session.abandon();
}

fn folders(state: &Path) -> Vec<String> {
    let entries = fs::read_dir(state.join("sessions")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_crash_gives_everything_back_and_the_folder_is_taken_over() {
    let state = TempDir::new().unwrap();
    let documents = vec![kept(3, TEXT), kept(1, &TEXT.replace("Plant", "Other"))];
    crash(state.path(), documents.clone());
    let before = folders(state.path());

    let mut begun = begin(state.path());
    assert_eq!(begun.documents, documents);
    let restored = begun.restored.unwrap();
    assert!(restored.crashed && restored.name == "plant-3.json", "{restored:?}");
    assert!(restored.text.starts_with("Regather stopped unexpectedly. Your project was restored from "));
    assert!(restored.text.ends_with(" before."), "{}", restored.text);
    assert_eq!((begun.troubles, folders(state.path())), (vec![], before));

    begun.session.keep(vec![kept(3, TEXT)]);
    begun.session.abandon();
    let mut begun = begin(state.path());
    assert_eq!(begun.documents.len(), 1, "what is saved meanwhile is not restored again");
    begun.session.keep(vec![]);
    begun.session.close();
    assert_eq!(folders(state.path()), [""; 0]);
}

#[test]
fn an_end_with_everything_saved_leaves_nothing() {
    let state = TempDir::new().unwrap();
    let mut begun = begin(state.path());
    begun.session.keep(vec![kept(1, TEXT)]);
    begun.session.keep(vec![]);
    begun.session.close();
    assert_eq!(folders(state.path()), [""; 0]);
}

#[test]
fn a_crash_with_everything_saved_restores_nothing_and_is_cleaned_up() {
    let state = TempDir::new().unwrap();
    let mut begun = begin(state.path());
    begun.session.keep(vec![kept(1, TEXT)]);
    // The thread may have written the first state already, or not.
    begun.session.keep(vec![]);
    begun.session.abandon();
    assert_eq!(folders(state.path()).len(), 1);
    let begun = begin(state.path());
    assert_eq!((begun.documents, begun.restored), (vec![], None));
    assert_eq!(folders(state.path()).len(), 1, "the new session's own");
}

#[test]
fn an_end_with_unsaved_changes_brings_them_back_without_a_crash() {
    let state = TempDir::new().unwrap();
    let mut begun = begin(state.path());
    begun.session.keep(vec![kept(1, TEXT)]);
    begun.session.close();
    let mut begun = begin(state.path());
    let restored = begun.restored.unwrap();
    assert!(!restored.crashed && restored.text.starts_with("Your unsaved changes from "), "{restored:?}");
    begun.session.keep(vec![kept(1, TEXT)]);
    begun.session.abandon();
    assert!(begin(state.path()).restored.unwrap().crashed, "this time it was one");
}

#[test]
fn a_project_that_stops_every_start_is_set_aside() {
    let state = TempDir::new().unwrap();
    crash(state.path(), vec![kept(1, TEXT)]);
    for _ in 0..RESTORES {
        let mut begun = begin(state.path());
        begun.session.keep(vec![kept(1, TEXT)]);
        assert!(begun.restored.is_some());
        begun.session.abandon();
    }
    let mut begun = begin(state.path());
    assert_eq!((begun.restored, begun.troubles.len()), (None, 1));
    begun.session.close();

    crash(state.path(), vec![kept(1, TEXT)]);
    for number in 0..RESTORES + 2 {
        let mut begun = begin(state.path());
        assert!(begun.restored.is_some());
        begun.session.keep(vec![kept(1, &TEXT.replace("Plant", &number.to_string()))]);
        begun.session.abandon();
    }
}

#[test]
fn running_sessions_are_left_alone() {
    let state = TempDir::new().unwrap();
    let mut first = begin(state.path());
    first.session.keep(vec![kept(1, TEXT)]);
    let second = begin(state.path());
    assert_eq!((second.documents, second.restored, second.others), (vec![], None, 0));
    first.session.abandon();
    assert_eq!(begin(state.path()).documents, [kept(1, TEXT)]);
}

#[test]
fn many_at_once_restore_each_session_once() {
    let state = TempDir::new().unwrap();
    for number in 0..4 {
        crash(state.path(), vec![kept(number, TEXT)]);
    }
    let begun = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| begin(state.path()))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let mut numbers: Vec<u64> =
        begun.iter().flat_map(|begun| &begun.documents).map(|kept| kept.number).collect();
    numbers.sort_unstable();
    // A folder that another start looks at in that moment counts as running; nobody gets it twice.
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    assert!(begun.iter().all(|begun| begun.troubles.is_empty()), "{begun:?}");
    for mut begun in begun {
        begun.session.abandon();
    }
    for _ in 0..4 {
        let mut rest = begin(state.path());
        rest.session.keep(vec![]);
        rest.session.close();
    }
    assert_eq!(folders(state.path()), [""; 0], "what was not restored then comes at the next starts");
}

#[test]
fn the_newest_is_restored_and_a_named_file_finds_its_own() {
    let state = TempDir::new().unwrap();
    crash(state.path(), vec![kept(1, TEXT)]);
    std::thread::sleep(Duration::from_millis(20));
    crash(state.path(), vec![kept(2, TEXT)]);
    let of = |path: &str| Session::begin(&env(state.path()), Wanted::Of(Path::new(path)));
    let mut stranger = of("/plants/other.json");
    assert_eq!((stranger.restored, stranger.others), (None, 2));
    stranger.session.close();
    let mut own = of("/plants/plant-1.json");
    assert_eq!((own.documents[0].number, own.others, own.restored.as_ref().unwrap().others), (1, 1, 1));
    own.session.abandon();
    assert_eq!(begin(state.path()).documents[0].number, 2);
}

#[test]
fn damaged_and_foreign_things_never_prevent_a_start() {
    let state = TempDir::new().unwrap();
    let sessions = state.path().join("sessions");
    for (id, record, document) in [
        ("1-1", "{\"documents\": [", TEXT),
        ("1-2", "{\"documents\": [{\"number\": 1, \"name\": \"a\"}]}", "{\"regather\": "),
        ("1-3", "{\"documents\": []}", TEXT),
        ("1-4", "{\"documents\": [{\"number\": 7, \"name\": \"a\"}]}", TEXT),
    ] {
        fs::create_dir_all(sessions.join(id)).unwrap();
        for (name, text) in [("lock", ""), (folder::RECORD, record), ("document-1.json", document)] {
            fs::File::create(sessions.join(id).join(name)).unwrap();
            file::write_atomic(&sessions.join(id).join(name), text.as_bytes()).unwrap();
        }
    }
    fs::create_dir_all(sessions.join("notes/lock")).unwrap();
    fs::create_dir_all(sessions.join("2-1")).unwrap();
    fs::File::create(sessions.join("3-1")).unwrap();

    let mut begun = begin(state.path());
    assert_eq!((begun.documents.len(), begun.troubles.len()), (0, 4), "{:?}", begun.troubles);
    assert!(begun.troubles.iter().all(|trouble| trouble.contains("unreadable-1-")), "{:?}", begun.troubles);
    begun.session.close();
    let mut again = begin(state.path());
    assert_eq!(again.troubles, [""; 0], "said once");
    again.session.close();
    let left =
        ["2-1", "3-1", "notes", "unreadable-1-1", "unreadable-1-2", "unreadable-1-3", "unreadable-1-4"];
    assert_eq!(folders(state.path()), left);
}

#[test]
fn a_folder_that_cannot_be_made_is_said_and_nothing_else() {
    let state = TempDir::new().unwrap();
    let blocked = state.path().join("file");
    fs::File::create(&blocked).unwrap();
    let mut begun = begin(&blocked);
    assert_eq!(begun.troubles.len(), 1, "{:?}", begun.troubles);
    begun.session.keep(vec![kept(1, TEXT)]);
    assert_eq!(begun.session.tick(Duration::ZERO), None);
    begun.session.close();
}

/// Calls until something comes back; fails by never ending.
fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    loop {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_thread_writes_by_itself() {
    let state = TempDir::new().unwrap();
    let mut begun = begin(state.path());
    begun.session.keep(vec![kept(1, TEXT)]);
    let id = folders(state.path()).remove(0);
    let record = state.path().join("sessions").join(id).join(folder::RECORD);
    until(|| fs::metadata(&record).ok());
    assert_eq!(begun.session.kept_at(), None, "the desk was not called meanwhile");
    let now = Duration::from_secs(9);
    until(|| {
        assert_eq!(begun.session.tick(now), None);
        begun.session.kept_at()
    });
    assert_eq!(begun.session.kept_at(), Some(now));
}

#[test]
fn a_disk_that_fails_is_said_once_until_it_works_again() {
    let folder = TempDir::new().unwrap();
    let blocked = folder.path().join("gone");
    let mut files = Files::new(Some(blocked.clone()), None);
    let snapshot = Snapshot { documents: vec![kept(1, TEXT)], closed: false };
    assert!(files.keep(&snapshot).is_err());
    fs::create_dir(&blocked).unwrap();
    files.keep(&snapshot).unwrap();
    assert_eq!(fs::read_dir(&blocked).unwrap().count(), 2, "both are written although the first try failed");

    let state = TempDir::new().unwrap();
    let mut begun = begin(state.path());
    fs::remove_dir_all(state.path().join("sessions")).unwrap();
    begun.session.keep(vec![kept(1, TEXT)]);
    let trouble = until(|| begun.session.tick(Duration::ZERO));
    assert!(trouble.starts_with("Unsaved changes or settings could not be kept. "), "{trouble}");
    assert_eq!(begun.session.tick(Duration::ZERO), None);
}
