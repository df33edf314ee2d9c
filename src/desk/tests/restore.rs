//! Crashes, ends and starts.

use super::*;

#[test]
fn settings_come_back_and_broken_ones_are_said() {
    let place = Place::new();
    let mut desk = place.usual();
    desk.do_all([
        SettingsCommand::Theme(Theme::Dark).into(),
        SettingsCommand::Zoom(1.5).into(),
        SettingsCommand::Zoom(f32::NAN).into(),
        SettingsCommand::Window { width: 1000.0, height: 700.0 }.into(),
        SettingsCommand::Window { width: 0.0, height: 0.0 }.into(),
        RunCommand::SetRuns(20).into(),
        RunCommand::SetRuns(0).into(),
    ]);
    assert_eq!(desk.notices.count(), 2, "{:?}", desk.notices);
    desk.close();
    let desk = place.usual();
    let settings = desk.now_view().settings;
    assert_eq!((settings.theme, settings.zoom, settings.runs), (Theme::Dark, 1.5, 20));
    assert_eq!(settings.window, Some((1000.0, 700.0)));
    desk.close();
    place.file("config/settings.json", "{ broken");
    let desk = place.usual();
    assert!(desk.said().1.starts_with("The settings are not readable"), "{:?}", desk.said());
}

/// Changes the project without end, saying so once it is under way; its parent kills it.
#[test]
#[ignore = "is run as a process of its own by the test that kills it"]
fn victim() {
    let Some(place) = std::env::var_os("REGATHER_TEST_PLACE").map(PathBuf::from) else { return };
    let env = Env { state_dir: Some(place.join("state")), ..isolated() };
    let mut desk = Desk::new(env, Start::File(place.join("a.json")));
    desk.apply(ScenarioCommand::Activate(None).into(), ZERO);
    for number in 1_u32.. {
        let edits =
            vec![("/groups/pumps/devices".to_owned(), Value::Number(f64::from(number % 9_000 + 1_000)))];
        desk.apply(DocumentCommand::Set { edits, finished: false }.into(), ZERO);
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Starts the victim and kills it once it has put something aside.
fn kill_a_victim(place: &Place) {
    let mut victim = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "desk::tests::restore::victim", "--ignored"])
        .env("REGATHER_TEST_PLACE", place.0.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let kept = || {
        let folders = std::fs::read_dir(place.path("state/sessions")).into_iter().flatten().flatten();
        folders.into_iter().any(|folder| folder.path().join("session.json").exists())
    };
    while !kept() {
        assert_eq!(victim.try_wait().unwrap(), None, "the victim ended by itself");
        std::thread::sleep(Duration::from_millis(5));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
}

#[test]
fn a_killed_process_loses_nothing_that_was_put_aside() {
    let place = Place::new();
    place.file("a.json", SMALL);
    kill_a_victim(&place);
    let env = || Env { state_dir: Some(place.path("state")), ..isolated() };
    let mut desk = Desk::new(env(), Start::Usual);
    let view = desk.now_view();
    let restored = view.restored.unwrap();
    assert!(restored.crashed && restored.text.starts_with("Regather stopped unexpectedly."), "{restored:?}");
    assert_eq!((view.origin, view.path, view.dirty), ("a.json", Some(place.path("a.json").as_path()), true));
    assert_eq!((view.scenario, view.status), (None, &Status::Running));
    let devices = view.fleet.unwrap().groups[0].devices;
    assert!((1_000..10_000).contains(&devices), "{devices}");
    assert_eq!(view.file.text(), SMALL.replace("\"devices\": 20", &format!("\"devices\": {devices}")));

    desk.apply(FileCommand::OpenLastSaved.into(), ZERO);
    let view = desk.now_view();
    assert_eq!((view.file.text(), view.dirty, view.restored), (SMALL, false, None));
    desk.apply(FileCommand::ReopenPrevious.into(), ZERO);
    assert!(desk.now_view().dirty, "what was restored is kept as well");
    desk.close();

    let mut desk = Desk::new(env(), Start::File(place.path("a.json")));
    let view = desk.now_view();
    assert!(view.dirty && !view.restored.unwrap().crashed, "closed with unsaved changes");
    desk.do_all([FileCommand::KeepRestored.into(), FileCommand::Save.into()]);
    assert_eq!((desk.now_view().restored, desk.now_view().dirty), (None, false));
    assert!(place.text("a.json").contains(&devices.to_string()));
    desk.close();
    assert_eq!(std::fs::read_dir(place.path("state/sessions")).unwrap().count(), 0);
}

/// Returns the desk that comes back after a change to the project; meanwhile its file holds something else.
fn back_with(place: &Place, meanwhile: &[u8]) -> Desk {
    place.file("a.json", SMALL);
    let mut desk = place.open("a.json");
    desk.apply(name("Works"), ZERO);
    desk.session.abandon();
    write_atomic(&place.path("a.json"), meanwhile).unwrap();
    // Restored twice: what was saved is still known the second time.
    place.usual().session.abandon();
    let desk = place.usual();
    assert!(desk.now_view().restored.is_some_and(|restored| restored.crashed) && desk.now_view().dirty);
    desk
}

#[test]
fn what_another_program_wrote_before_the_restart_is_not_overwritten_silently() {
    let works = SMALL.replace("Small", "Works");
    for meanwhile in [SMALL.replace("Small", "Theirs").as_bytes(), b"", b"K\xfchlung"] {
        let place = Place::new();
        let mut desk = back_with(&place, meanwhile);
        let count = desk.notices.count();
        desk.apply(FileCommand::Save.into(), ZERO);
        assert_eq!((desk.said().0, desk.notices.count()), (Severity::Warning, count + 1));
        assert!(desk.said().1.contains("so it was not replaced."), "{:?}", desk.said());
        assert_eq!(std::fs::read(place.path("a.json")).unwrap(), meanwhile);
        assert!(desk.now_view().dirty);
        desk.apply(FileCommand::Save.into(), ZERO);
        assert_eq!((place.text("a.json"), desk.now_view().dirty), (works.clone(), false));
    }
    let place = Place::new();
    let mut desk = back_with(&place, SMALL.as_bytes());
    desk.apply(FileCommand::Save.into(), ZERO);
    assert_eq!((place.text("a.json"), desk.now_view().dirty), (works, false), "nobody touched it");
}

#[test]
fn a_crash_right_after_a_save_leaves_nothing_to_save() {
    let place = Place::new();
    place.file("a.json", SMALL);
    let mut desk = place.open("a.json");
    desk.apply(name("Works"), ZERO);
    desk.session.abandon();
    place.file("a.json", &SMALL.replace("Small", "Works"));
    assert!(!place.usual().now_view().dirty);
}

#[test]
fn a_file_that_is_named_does_not_hide_an_earlier_session() {
    let place = Place::new();
    place.file("a.json", SMALL);
    place.file("b.json", SMALL);
    let mut desk = place.open("a.json");
    desk.apply(name("A"), ZERO);
    desk.close();
    let desk = place.open("b.json");
    assert_eq!((desk.now_view().restored, desk.now_view().origin), (None, "b.json"));
    assert!(
        desk.said().1.starts_with("Unsaved changes of an earlier session are kept."),
        "{:?}",
        desk.said()
    );
    desk.close();
    assert_eq!(place.usual().now_view().file.name(), "A");
}

#[test]
fn a_start_with_a_file_that_is_gone_opens_the_example() {
    let place = Place::new();
    let desk = place.open("gone.json");
    assert_eq!((desk.now_view().origin, desk.said().0), ("example", Severity::Error));
    let blocked = place.file("file", "");
    let env = Env { state_dir: Some(blocked.clone()), config_dir: Some(blocked), ..isolated() };
    let mut desk = Desk::new(env, Start::Usual);
    desk.do_all([name("A"), SettingsCommand::Theme(Theme::Dark).into()]);
    assert!(desk.now_view().dirty, "works without its folders");
    desk.close();
}
