//! Agents' files: comparing, trying, importing, and every target of the export.

use super::*;
use crate::config::Change;

/// What the pumps have: another random delay, and a key that nobody knows.
const HAS: &str =
    "{\n  \"connect_timeout\": 10000,\n  \"site\": \"north\",\n  \"app_key\": \"planted-secret\"\n}\n";
const AGENT: &str = "{ \"reconnect_random_delay_seconds\": 1 }";

fn collected(place: &Place, files: &[(&str, &str)]) -> PathBuf {
    for (name, text) in files {
        let path = place.path("collected").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_atomic(&path, text.as_bytes()).unwrap();
    }
    place.path("collected")
}

fn compared(place: &Place) -> Desk {
    let files = [("pumps/ws_connection.json", HAS), ("pumps/agent_config.json", AGENT)];
    let mut desk = small();
    desk.files(FileCommand::Compare(collected(place, &files)));
    desk
}

fn texts(desk: &Desk) -> Vec<&str> {
    desk.notices.iter().map(|notice| notice.text.as_str()).collect()
}

#[test]
fn comparing_writes_into_what_devices_have_and_stops_again() {
    let place = Place::new();
    let mut desk = compared(&place);
    assert!(desk.said().1.starts_with("Compared with 2 files of devices"), "{:?}", desk.said());
    let view = desk.now_view();
    let file = &view.agent_files[0].files()[0];
    assert_eq!(file.before.as_deref(), Some(HAS));
    assert!(file.text.contains("\"site\": \"north\""), "{}", file.text);
    assert!(file.kept.contains(&"site".to_owned()));
    let agent = &view.agent_files[0].files()[1];
    assert!(agent.rows.iter().any(|row| row.change == Change::Changed), "{:?}", agent.rows);
    assert_eq!((view.compared.unwrap().used, view.compared.unwrap().name().as_str()), (2, "collected"));
    assert!(!view.dirty && !view.file.text().contains("planted"), "the project knows nothing of them");

    desk.apply(set(DELAY, 1.0), ZERO);
    assert!(desk.now_view().agent_files[0].files()[1].is_unchanged(), "follows every edit");
    let revision = desk.now_view().revision;
    desk.apply(FileCommand::StopComparing.into(), ZERO);
    let view = desk.now_view();
    assert!(view.revision > revision && view.compared.is_none());
    assert_eq!(view.agent_files[0].files()[0].before, None);
}

#[test]
fn each_project_has_its_own_comparison() {
    let place = Place::new();
    let mut desk = compared(&place);
    desk.apply(FileCommand::Example(EXAMPLES[1].name.into()).into(), ZERO);
    assert!(desk.now_view().compared.is_none());
    desk.apply(FileCommand::ReopenPrevious.into(), ZERO);
    assert!(desk.now_view().agent_files[0].files()[0].before.is_some());
}

#[test]
fn the_effect_is_simulated_in_the_background() {
    let place = Place::new();
    let mut desk = compared(&place);
    desk.do_all([RunCommand::SetRuns(3).into(), ScenarioCommand::Activate(Some("slow".into())).into()]);
    assert!(matches!(desk.now_view().effect, Effect::Running));
    desk.finish(ZERO);
    let view = desk.now_view();
    let Effect::Known(has) = view.effect else { panic!("{:?}", view.effect) };
    let gets = view.outcome.unwrap();
    assert_eq!((has.runs(), gets.runs()), (3, 3));
    let delay = |outcome: &Outcome| match outcome.fleet.groups[0].agent {
        crate::fleet::Agent::ExampleAgent { reconnect_random_delay, .. } => reconnect_random_delay.secs(),
        _ => f64::NAN,
    };
    assert_eq!((delay(has), delay(gets)), (1.0, 50.0));

    desk.apply(set(DELAY, 40.0), ZERO);
    assert!(matches!(desk.now_view().effect, Effect::Running), "it is of the inputs before");
    desk.finish(ZERO);
    assert!(matches!(desk.now_view().effect, Effect::Known(_)));
    desk.apply(FileCommand::StopComparing.into(), ZERO);
    assert!(matches!(desk.now_view().effect, Effect::Unknown));
}

#[test]
fn folders_that_are_no_group_are_told() {
    let place = Place::new();
    let mut desk = compared(&place);
    let from = collected(&place, &[("pump-7/ws_connection.json", HAS)]);
    desk.files(FileCommand::Compare(from));
    assert!(texts(&desk).iter().any(|text| text.contains("`pump-7`") && text.contains("pumps, gates")));
    assert_eq!(desk.now_view().compared.unwrap().strangers, ["pump-7"]);

    let mut desk = small();
    std::fs::remove_dir_all(place.path("collected/pumps")).unwrap();
    desk.files(FileCommand::Compare(place.path("collected")));
    assert!(desk.said().1.starts_with("Nothing to compare"), "{:?}", desk.said());
    desk.files(FileCommand::Compare(place.path("nothing.zip")));
    assert_eq!((desk.said().0, desk.now_view().compared.is_none()), (Severity::Error, true));
}

#[test]
fn a_tried_file_is_read_and_simulated_in_one_step() {
    let mut desk = small();
    let text = "{ \"reconnect_random_delay_seconds\": 1, \"other\": true }";
    desk.apply(FileCommand::TryFile { name: "a/agent_config.json".into(), text: text.into() }.into(), ZERO);
    let view = desk.now_view();
    let tried = view.tried.unwrap();
    assert_eq!((tried.number, tried.name.as_str(), tried.usable()), (1, "agent_config.json", Ok(())));
    assert_eq!(tried.groups(view.file, view.scenario), ["pumps"]);
    assert!(!view.dirty);

    let before = view.file.text().to_owned();
    desk.apply(ScenarioCommand::WithFile { group: "pumps".into() }.into(), ZERO);
    let view = desk.now_view();
    assert_eq!(
        (view.scenario, view.scenario_name()),
        (Some("with-agent-config-json"), "With agent_config.json".into())
    );
    assert_eq!(view.file.view(view.scenario).assigned().keys().collect::<Vec<_>>(), [DELAY]);
    desk.apply(ScenarioCommand::WithFile { group: "pumps".into() }.into(), ZERO);
    assert_eq!(desk.now_view().scenario_name(), "With agent_config.json 2");
    desk.do_all([DocumentCommand::Undo.into(), DocumentCommand::Undo.into()]);
    assert_eq!(desk.now_view().file.text(), before);

    for group in ["gates", "nobody"] {
        desk.apply(ScenarioCommand::WithFile { group: group.into() }.into(), ZERO);
        assert!(desk.said().1.starts_with("The group's agents cannot read this file"), "{:?}", desk.said());
        assert_eq!(desk.now_view().file.text(), before);
    }
    desk.apply(FileCommand::StopTrying.into(), ZERO);
    assert!(desk.now_view().tried.is_none());
}

#[test]
fn files_that_cannot_be_tried_say_why() {
    let place = Place::new();
    let mut desk = small();
    let bare = |name: &str, text: &str| FileCommand::TryFile { name: name.into(), text: text.into() };
    desk.apply(bare("notes.txt", "hello").into(), ZERO);
    assert!(desk.said().1.starts_with("This is no agent's file") && desk.now_view().tried.is_none());
    desk.apply(FileCommand::TryPath(place.path("nothing.json")).into(), ZERO);
    assert_eq!(desk.said().0, Severity::Error);

    desk.apply(bare("ws_connection.json", "{ \"connect_timeout\": ").into(), ZERO);
    let tried = desk.now_view().tried.unwrap();
    assert!(tried.usable().is_err() && tried.findings[0].line == 1);
    desk.apply(ScenarioCommand::WithFile { group: "pumps".into() }.into(), ZERO);
    assert!(!desk.now_view().dirty);
}

#[test]
fn what_is_dropped_is_told_apart() {
    let place = Place::new();
    let mut desk = small();
    place.file("agent_config.json", AGENT);
    desk.files(FileCommand::Take(place.path("agent_config.json")));
    assert_eq!(desk.now_view().tried.unwrap().name, "agent_config.json");
    let from = collected(&place, &[("pumps/agent_config.json", AGENT)]);
    desk.files(FileCommand::Take(from));
    assert!(desk.now_view().compared.is_some());
    place.file("notes.json", "{}");
    desk.files(FileCommand::Take(place.path("notes.json")));
    assert!(desk.said().1.starts_with("The file was not opened."), "{:?}", desk.said());
    place.file("fleet.json", &SMALL.replace("Small", "Dropped"));
    desk.files(FileCommand::Take(place.path("fleet.json")));
    assert_eq!(desk.now_view().file.name(), "Dropped");
}

#[test]
fn an_import_is_a_new_unsaved_project() {
    let place = Place::new();
    let files: Vec<(String, &str)> = (0..30)
        .map(|at| {
            (
                format!("p-{at}/agent_config.json"),
                if at == 3 { AGENT } else { "{ \"reconnect_random_delay_seconds\": 9 }" },
            )
        })
        .chain([("odd/agent_config.json".to_owned(), "{ "), ("read.me".to_owned(), "hello")])
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let from = collected(&place, &files);
    let mut desk = small();
    desk.files(FileCommand::ImportConfigs(from.clone()));
    let view = desk.now_view();
    assert_eq!((view.file.name(), view.path, view.dirty), ("collected", None, true));
    assert_eq!((view.previous, view.fleet.unwrap().devices()), (Some("Small"), 30));
    let said = texts(&desk).join("\n");
    for part in [
        "1 unreadable",
        "Outliers: p-3 differ",
        "1 other files were left out",
        "Imported 30 devices in 2 groups",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    std::fs::create_dir_all(place.path("empty")).unwrap();
    desk.files(FileCommand::ImportConfigs(place.path("empty")));
    assert!(desk.said().1.starts_with("Nothing was imported"), "{:?}", desk.said());
    assert_eq!(desk.now_view().file.name(), "collected");
}

#[test]
fn every_target_is_written() {
    let place = Place::new();
    place.file("things.csv", "thing,group\npump-1,pumps\npump-2,pumps\n");
    place.file(
        "a.json",
        &SMALL.replace("\"outage\"", "\"inventory\": { \"file\": \"things.csv\" },\n  \"outage\""),
    );
    let mut desk = place.open("a.json");
    for (target, name, word) in [
        (Target::Folder, "pumps/pump-1/agent_config.json", "Exported "),
        (Target::Zip, "", "Exported the zip bundle"),
        (Target::Ansible, "playbook.yml", "for Ansible"),
        (Target::ConfigMap, "", "for Kubernetes ConfigMap"),
        (Target::Scm, "", "for Platform's deployment"),
    ] {
        let path = place.path(target.word());
        desk.files(FileCommand::Export { path: path.clone(), target });
        let (severity, said) = desk.said();
        assert!(severity == Severity::Info && said.contains(word), "{target:?}: {said}");
        let path = if target == Target::Zip { path.with_extension("zip") } else { path.join(name) };
        assert!(path.exists(), "{target:?}: {}", path.display());
    }
    let manifest = place.text("folder/regather-manifest.json");
    let hash = saved::Digest::of(desk.now_view().file.text());
    assert!(manifest.contains(hash.digits()), "{manifest}");

    // A device that is passed over in silence would keep its old settings.
    place.file("twice.csv", "thing,group\npump-1,pumps\npump-1,pumps\n");
    let twice = place.text("a.json").replace("things.csv", "twice.csv");
    place.file("b.json", &twice);
    let mut desk = place.open("b.json");
    desk.files(FileCommand::Export { path: place.path("again"), target: Target::Folder });
    assert!(desk.said().1.contains("Nothing was exported"), "{:?}", desk.said());
    assert!(!place.path("again").exists());
}

#[test]
fn a_file_that_cannot_be_written_over_stops_the_export() {
    let place = Place::new();
    let mut desk = small();
    let from = collected(
        &place,
        &[("pumps/ws_connection.json", "{ \"connect_timeout\": "), ("pumps/agent_config.json", AGENT)],
    );
    desk.files(FileCommand::Compare(from));
    assert!(UserCommand::Export.enabled(&desk.now_view()).is_err());
    desk.files(FileCommand::Export { path: place.path("out"), target: Target::Folder });
    let (severity, said) = desk.said();
    assert!(severity == Severity::Error && said.contains("pumps/ws_connection.json"), "{said}");
    assert!(said.contains("Line 1") && !place.path("out").exists(), "{said}");
}
