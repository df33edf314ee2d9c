//! Scenarios laid over each other.

use super::*;

const THREE: &str = r#""slow": { "name": "Slow", "set": { "/groups/pumps/reconnect_random_delay_seconds": 50 } },
    "quick": { "name": "Quick", "set": { "/groups/pumps/reconnect_random_delay_seconds": 1 } }"#;

fn two_scenarios() -> FleetFile {
    let only = r#""slow": { "name": "Slow", "set": { "/groups/pumps/reconnect_random_delay_seconds": 50 } }"#;
    FleetFile::parse(&SMALL.replace(only, THREE)).unwrap()
}

fn with(replicate: Replicate) -> Desk {
    let start = Start::Project { file: two_scenarios(), name: "small".into(), path: None };
    Desk::with(isolated(), start, replicate)
}

fn desk() -> Desk {
    with(Arc::new(crate::sim::replicate))
}

fn tick(id: Option<&str>, on: bool) -> Command {
    ScenarioCommand::Tick { id: id.map(str::to_owned), on }.into()
}

/// Returns names and runs of what is laid over the active scenario.
fn overlaid(desk: &Desk) -> Vec<(String, u32)> {
    let runs = |overlay: &Overlay| overlay.outcome.as_ref().map_or(0, |outcome| outcome.runs());
    desk.now_view().overlays.iter().map(|overlay| (overlay.name.clone(), runs(overlay))).collect()
}

#[test]
fn ticked_scenarios_are_simulated_beside_the_active_one() {
    let mut desk = desk();
    assert_eq!(desk.now_view().scenario, Some("slow"));
    desk.finish(ZERO);
    desk.apply(tick(Some("quick"), true), ZERO);
    assert_eq!(overlaid(&desk), [("Quick".to_owned(), 0)]);
    desk.finish(ZERO);
    assert_eq!(overlaid(&desk), [("Quick".to_owned(), 50)]);
    let view = desk.now_view();
    assert!(
        view.outcome_current
            && view.overlays[0].outcome.as_ref().unwrap().t95() < view.outcome.unwrap().t95()
    );
    assert!(view.undo.is_none() && !view.dirty, "a tick is no change of the project");

    desk.apply(tick(Some("quick"), false), ZERO);
    assert_eq!(overlaid(&desk), []);
    desk.apply(tick(Some("nothing"), true), ZERO);
    assert!(desk.said().1.contains("`nothing`") && desk.now_view().ticks.is_empty());
}

#[test]
fn what_is_shown_already_is_not_shown_twice() {
    let mut desk = desk();
    desk.do_all([tick(None, true), tick(Some("slow"), true), tick(Some("quick"), true)]);
    assert_eq!(overlaid(&desk).len(), 1, "the baseline is pinned and slow is active: {:?}", overlaid(&desk));
    desk.apply(ScenarioCommand::Activate(Some("quick".into())).into(), ZERO);
    desk.finish(ZERO);
    assert_eq!(overlaid(&desk), [("Slow".to_owned(), 50)]);
    // The pinned state is the one from before; the scenario of today is another one.
    desk.do_all([ScenarioCommand::Activate(None).into(), set(DELAY, 7.0)]);
    desk.apply(ScenarioCommand::Activate(Some("quick".into())).into(), ZERO);
    desk.finish(ZERO);
    assert_eq!(overlaid(&desk), [("Baseline".to_owned(), 50), ("Slow".to_owned(), 50)]);
    desk.apply(ScenarioCommand::Unpin.into(), ZERO);
    assert_eq!(overlaid(&desk).len(), 2);
}

#[test]
fn nothing_is_simulated_twice_and_an_edit_only_where_it_counts() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let count: Replicate = Arc::new(move |fleet, seed, runs, threads, stop, done| {
        let quick = crate::base::Micros::from_secs(1);
        let agent = &fleet.groups[0].agent;
        if matches!(agent, crate::fleet::Agent::ExampleAgent { reconnect_random_delay, .. } if *reconnect_random_delay == quick)
        {
            counter.fetch_add(runs.len(), Ordering::SeqCst);
        }
        crate::sim::replicate(fleet, seed, runs, threads, stop, done)
    });
    let mut desk = with(count);
    desk.apply(tick(Some("quick"), true), ZERO);
    desk.finish(ZERO);
    let before = desk.now_view().overlays[0].outcome.clone().unwrap();
    for delay in 10..14 {
        desk.apply(set(DELAY, f64::from(delay)), ZERO);
        desk.finish(ZERO);
    }
    let after = desk.now_view().overlays[0].outcome.clone().unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 50);
    assert!(Arc::ptr_eq(&before, &after), "an edit of another scenario changes nothing here");

    desk.do_all([ScenarioCommand::Activate(None).into(), set("/groups/pumps/devices", 30.0)]);
    desk.apply(ScenarioCommand::Activate(Some("slow".into())).into(), ZERO);
    let stale = desk.now_view().overlays[0].outcome.clone().unwrap();
    assert!(Arc::ptr_eq(&before, &stale), "until the new one is there");
    desk.finish(ZERO);
    let view = desk.now_view();
    assert_eq!(view.overlays[0].outcome.as_ref().unwrap().fleet.groups[0].devices, 30);
    desk.apply(RunCommand::SetSeed(7).into(), ZERO);
    desk.finish(ZERO);
    assert_eq!(desk.now_view().overlays[0].outcome.as_ref().unwrap().study.seed, 7);
    desk.apply(RunCommand::SetRuns(8).into(), ZERO);
    desk.finish(ZERO);
    assert_eq!(overlaid(&desk), [("Quick".to_owned(), 8)]);
}

#[test]
fn a_scenario_that_cannot_be_simulated_is_said_once_and_left_out() {
    let refuse: Replicate = Arc::new(move |fleet, seed, runs, threads, stop, done| {
        let quick = crate::base::Micros::from_secs(1);
        let agent = &fleet.groups[0].agent;
        match agent {
            crate::fleet::Agent::ExampleAgent { reconnect_random_delay, .. }
                if *reconnect_random_delay == quick =>
            {
                let needs = crate::sim::Needs::Bytes(1 << 60);
                Err(crate::sim::SimError::TooLarge { needs, fits: crate::sim::Fits::Runs(1) })
            }
            _ => crate::sim::replicate(fleet, seed, runs, threads, stop, done),
        }
    });
    let mut desk = with(refuse);
    desk.apply(tick(Some("quick"), true), ZERO);
    desk.finish(ZERO);
    assert!(desk.said().1.starts_with("The scenario Quick cannot be simulated: "), "{}", desk.said().1);
    assert!(desk.now_view().outcome_current && desk.now_view().outcome.unwrap().runs() == 50);
    let said = desk.now_view().notices.count();
    desk.apply(set(DELAY, 20.0), ZERO);
    desk.finish(ZERO);
    assert_eq!(desk.now_view().notices.count(), said);
    assert_eq!(desk.now_view().status, &Status::Finished);
}

#[test]
fn ticks_have_an_end_and_come_back_with_unsaved_changes() {
    let place = Place::new();
    place.file("a.json", two_scenarios().text());
    let mut desk = place.open("a.json");
    desk.do_all([tick(Some("quick"), true), set(DELAY, 20.0)]);
    desk.close();
    let desk = place.open("a.json");
    assert_eq!(overlaid(&desk).iter().map(|own| own.0.as_str()).collect::<Vec<_>>(), ["Quick"]);

    let mut desk = small();
    for _ in 0..=crate::desk::overlay::MOST {
        desk.apply(ScenarioCommand::Duplicate.into(), ZERO);
    }
    let ids: Vec<_> = desk.now_view().scenarios.iter().map(|scenario| scenario.id.clone()).collect();
    desk.do_all(ids.iter().map(|id| tick(Some(id), true)));
    assert_eq!(desk.now_view().ticks.len(), crate::desk::overlay::MOST);
    assert!(desk.said().1.contains("Untick one first"), "{}", desk.said().1);
}

#[test]
fn ticks_and_the_baseline_come_back_with_the_file() {
    let place = Place::new();
    place.file("plan.json", two_scenarios().text());
    let mut desk = place.open("plan.json");
    desk.do_all([tick(Some("quick"), true), tick(None, true), ScenarioCommand::Pin.into()]);
    let look = |desk: &Desk| {
        let view = desk.now_view();
        let pinned = view.pinned.map(|pinned| (pinned.scenario.clone(), pinned.name.clone()));
        (view.ticks.clone(), pinned, view.dirty)
    };
    let shown = look(&desk);
    assert_eq!(shown.0.len(), 2);
    assert_eq!(shown.1, Some((Some("slow".to_owned()), "Slow".to_owned())));
    drop(desk);
    let again = place.open("plan.json");
    assert_eq!(look(&again), shown, "remembered, and the project itself is unchanged");
    drop(again);

    // Nothing pinned is remembered too, and a scenario that is gone is passed over.
    let mut desk = place.open("plan.json");
    desk.do_all([ScenarioCommand::Unpin.into()]);
    drop(desk);
    place.file("plan.json", SMALL);
    let desk = place.open("plan.json");
    assert_eq!((look(&desk).0, look(&desk).1), ([None].into(), None));
}
