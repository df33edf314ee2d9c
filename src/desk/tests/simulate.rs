//! Simulation, comparison and the table of commands.

use super::*;

#[test]
fn opens_into_an_answer() {
    let mut desk = Desk::new(isolated(), Start::Usual);
    let view = desk.now_view();
    assert_eq!(
        (view.origin, view.scenario, view.dirty, view.hint),
        ("example", Some("what-if"), false, true)
    );
    assert_eq!(view.pinned.map(|pinned| pinned.name.as_str()), Some("Baseline"));
    assert_eq!((view.status, view.outcome.is_none(), view.changes.len()), (&Status::Running, true, 0));
    assert_eq!(view.agent_files.len(), 4);
    desk.apply(RunCommand::SetRuns(6).into(), ZERO);
    desk.finish(ZERO);
    let view = desk.now_view();
    let outcome = view.outcome.unwrap();
    assert_eq!((outcome.verdict(), outcome.scenario.as_str()), (Verdict::Missed, "What-if"));
    assert_eq!(view.baseline.map(|baseline| baseline.study.hash), Some(outcome.study.hash));
    assert_eq!((view.status, view.outcome_current, view.progress), (&Status::Finished, true, None));
    desk.apply(FileCommand::DismissHint.into(), ZERO);
    assert!(!desk.now_view().hint);
}

#[test]
fn an_edit_is_simulated_compared_and_undone() {
    let mut desk = small();
    desk.finish(ZERO);
    let before = desk.now_view().outcome.unwrap().clone();
    assert_eq!(desk.now_view().changes.len(), 1);
    desk.apply(set(DELAY, 20.0), ZERO);
    let view = desk.now_view();
    assert!(!view.outcome_current && view.outcome.is_some_and(|outcome| outcome.study == before.study));
    assert_eq!(view.undo, Some("Random delay before every attempt 50 s → 20 s in Pumps"));
    desk.finish(ZERO);
    let view = desk.now_view();
    assert!(view.outcome_current && view.outcome.is_some_and(|outcome| outcome.t95() < before.t95()));
    assert_eq!(view.changes.iter().map(crate::plan::Change::text).collect::<Vec<_>>(), ["5 s → 20 s"]);

    desk.apply(DocumentCommand::Undo.into(), ZERO);
    assert_eq!(
        desk.said(),
        (Severity::Info, "Undone: Random delay before every attempt 50 s → 20 s in Pumps")
    );
    desk.finish(ZERO);
    assert_eq!(desk.now_view().outcome.unwrap().study, before.study);
    desk.apply(ScenarioCommand::Activate(None).into(), ZERO);
    assert_eq!(desk.now_view().changes.len(), 0);
}

#[test]
fn an_estimate_stands_in_until_the_runs_are_there() {
    let mut desk = small();
    let view = desk.now_view();
    let preview = view.preview.unwrap();
    assert!(view.outcome.is_none() && Arc::ptr_eq(&preview.fleet, view.fleet.unwrap()));
    assert!(preview.doubt().is_some_and(|text| text.starts_with("Estimate; ")), "25 devices are few");
    desk.finish(ZERO);
    assert!(desk.now_view().preview.is_none());
    // Simulated once more: what is shown belongs to these inputs.
    desk.apply(RunCommand::Start.into(), ZERO);
    assert!(desk.now_view().preview.is_none());
    desk.apply(set(DELAY, 20.0), ZERO);
    let estimated = desk.now_view().preview.unwrap().fluid.times.t95.unwrap();
    desk.finish(ZERO);
    let view = desk.now_view();
    assert!(view.preview.is_none());
    let exact = view.outcome.unwrap().t95();
    assert!((estimated - exact).abs() < 0.5 * exact, "{estimated} {exact}");
    // Devices that are served all the time are none of an estimate's business.
    desk.apply(
        DocumentCommand::Set {
            edits: vec![("/outage/meets".to_owned(), Value::Word("served".to_owned()))],
            finished: true,
        }
        .into(),
        ZERO,
    );
    assert!(desk.now_view().preview.is_none());
}

#[test]
fn a_change_that_decides_nothing_is_not_simulated_again() {
    let mut desk = small();
    desk.finish(ZERO);
    let (revision, outcome) = (desk.now_view().revision, desk.now_view().outcome.unwrap().clone());
    desk.do_all([
        DocumentCommand::Undo.into(),
        ScenarioCommand::Rename { id: "slow".into(), name: "S".into() }.into(),
    ]);
    let view = desk.now_view();
    assert!(view.revision > revision && view.outcome_current && Arc::ptr_eq(view.outcome.unwrap(), &outcome));
    assert_eq!(view.scenarios[0].name, "S");
}

#[test]
fn errors_in_the_project_stop_the_simulation_and_the_export() {
    let place = Place::new();
    place.file("broken.json", &SMALL.replace("\"devices\": 20", "\"devices\": -20"));
    let mut desk = place.open("broken.json");
    let view = desk.now_view();
    assert_eq!((view.status, view.fleet.is_none()), (&Status::Impossible, true));
    assert!(view.findings().iter().any(|finding| finding.code == "F014"));
    assert!(UserCommand::RunAgain.enabled(&view).is_err() && UserCommand::Export.enabled(&view).is_err());
    let fix = view.findings()[0].patch.clone().unwrap();
    desk.files(FileCommand::Export { path: place.path("out"), target: Target::Folder });
    assert_eq!(desk.said().0, Severity::Error);
    assert!(!place.path("out").exists());
    desk.apply(DocumentCommand::Apply(fix).into(), ZERO);
    desk.finish(ZERO);
    assert_eq!(desk.now_view().status, &Status::Finished);
}

#[test]
fn pins_stay_while_the_project_moves_on() {
    let mut desk = small();
    desk.do_all([ScenarioCommand::Pin.into(), set(DELAY, 30.0)]);
    let view = desk.now_view();
    assert_eq!(
        (view.pinned.unwrap().name.as_str(), view.changes[0].text().as_str()),
        ("Slow", "50 s → 30 s")
    );
    desk.finish(ZERO);
    let (this, baseline) = (desk.now_view().outcome.unwrap().t95(), desk.now_view().baseline.unwrap().t95());
    assert!(this < baseline, "{this} {baseline}");
    desk.apply(ScenarioCommand::Unpin.into(), ZERO);
    let view = desk.now_view();
    assert!(view.pinned.is_none() && view.baseline.is_none() && view.changes.is_empty());
}

#[test]
fn the_baseline_is_simulated_once() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let count: Replicate = Arc::new(move |fleet, seed, runs, threads, stop, done| {
        let delay = crate::base::Micros::from_secs(5);
        let agent = &fleet.groups[0].agent;
        if matches!(agent, crate::fleet::Agent::ExampleAgent { reconnect_random_delay, .. } if *reconnect_random_delay == delay)
        {
            counter.fetch_add(runs.len(), Ordering::SeqCst);
        }
        crate::sim::replicate(fleet, seed, runs, threads, stop, done)
    });
    let start = Start::Project { file: FleetFile::parse(SMALL).unwrap(), name: "small".into(), path: None };
    let mut desk = Desk::with(isolated(), start, count);
    desk.finish(ZERO);
    for delay in 10..15 {
        desk.apply(set(DELAY, f64::from(delay)), ZERO);
        desk.finish(ZERO);
    }
    assert_eq!(calls.load(Ordering::SeqCst), 50);
    desk.apply(RunCommand::SetSeed(7).into(), ZERO);
    desk.finish(ZERO);
    assert_eq!(desk.now_view().baseline.map(|baseline| baseline.study.seed), Some(7));
}

#[test]
fn every_command_that_is_enabled_does_something() {
    let place = Place::new();
    for entry in TABLE {
        place.file("a.json", SMALL);
        let mut desk = Desk::new(isolated(), Start::File(place.path("a.json")));
        desk.do_all([name("A"), name("B"), DocumentCommand::Undo.into(), SettingsCommand::Zoom(1.1).into()]);
        let view = desk.now_view();
        if let Err(reason) = view.enabled(entry.command) {
            assert!(reason.len() > 8 && !reason.ends_with('.'), "{reason}");
            continue;
        }
        let Some(command) = entry.command.command(&view) else { continue };
        let state = |desk: &Desk| {
            let view = desk.now_view();
            let text = (
                view.file.text().to_owned(),
                view.scenario.map(str::to_owned),
                view.dirty,
                view.path.is_some(),
            );
            let run = (
                view.pinned.map(|pinned| pinned.scenario.clone()),
                view.outcome_current,
                view.status.clone(),
            );
            let searches =
                [view.plans.answers.standing, view.plans.region.standing, view.plans.tornado.standing];
            #[cfg(feature = "live")]
            let searches = (searches, view.live.runs(), view.live.rehearses());
            let searches = format!("{searches:?}");
            (text, run, view.settings.clone(), view.undo.map(str::to_owned), searches)
        };
        if entry.command != UserCommand::Cancel {
            desk.finish(ZERO);
        }
        let before = state(&desk);
        desk.apply(command, ZERO);
        assert_ne!(state(&desk), before, "{:?}", entry.command);
    }
}

#[test]
fn a_failed_simulation_is_in_the_log() {
    let start = Start::Project { file: FleetFile::parse(SMALL).unwrap(), name: "small".into(), path: None };
    let mut desk = Desk::with(isolated(), start, Arc::new(|_, _, _, _, _, _| panic!("no such queue")));
    desk.finish(ZERO);
    assert!(matches!(desk.now_view().status, Status::Failed(_)));
    assert!(desk.said().1.contains("no such queue") && desk.said().0 == Severity::Error);
}
