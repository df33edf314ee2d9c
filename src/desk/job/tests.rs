use super::*;
use crate::fleet::{Fleet, FleetFile};
use crate::sim::{Run, SimError, replicate};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

const ZERO: Duration = Duration::ZERO;

fn fleet(devices: u32) -> Arc<Fleet> {
    let text = format!(
        r#"{{ "regather": 1, "groups": {{ "a": {{ "devices": {devices}, "agent": "example-agent",
        "reconnect_random_delay_seconds": 5 }} }}, "outage": {{ "length_s": 1, "watch_s": 60 }} }}"#
    );
    Arc::new(FleetFile::parse(&text).unwrap().check(None).fleet.unwrap())
}

fn target(fleet: &Arc<Fleet>) -> Target {
    Target { name: "Name".into(), fleet: Arc::clone(fleet), shown: 0 }
}

fn request(epoch: u64, active: &Arc<Fleet>) -> Request {
    Request {
        epoch,
        active: Some(target(active)),
        baseline: None,
        overlays: Vec::new(),
        seed: 1,
        runs: 50,
        afresh: false,
    }
}

fn simulation(replicate: Replicate) -> Simulation {
    Simulation::new(Arc::new(|| ()), 2, replicate)
}

/// A simulation that notes what it is asked for and can be held up.
#[derive(Default)]
struct Fake {
    /// Devices and runs of each call.
    calls: Mutex<Vec<(u64, Range<u32>)>>,
    /// Holds calls with this many devices up, from this run on.
    hold: Mutex<Option<(u64, u32)>>,
    /// Whether held calls look at the signal to stop.
    deaf: AtomicBool,
    held: AtomicU32,
}

impl Fake {
    fn holding(devices: u64, from: u32, deaf: bool) -> Arc<Self> {
        let fake = Self { hold: Mutex::new(Some((devices, from))), deaf: deaf.into(), ..Self::default() };
        Arc::new(fake)
    }

    fn replicate(self: &Arc<Self>) -> Replicate {
        let fake = Arc::clone(self);
        Arc::new(move |fleet, seed, runs, threads, stop, done| {
            fake.calls.lock().unwrap().push((fleet.devices(), runs.clone()));
            let held = || {
                let hold = *fake.hold.lock().unwrap();
                hold.is_some_and(|(devices, from)| devices == fleet.devices() && runs.start >= from)
            };
            while held() {
                fake.held.store(1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(1));
                if stop.load(Ordering::Relaxed) && !fake.deaf.load(Ordering::SeqCst) {
                    return Err(SimError::Cancelled);
                }
            }
            replicate(fleet, seed, runs, threads, &AtomicBool::new(false), done)
        })
    }

    fn wait_until_held(&self) {
        while self.held.load(Ordering::SeqCst) == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn release(&self) {
        *self.hold.lock().unwrap() = None;
    }

    fn runs_of(&self, devices: u64) -> Vec<Range<u32>> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|call| call.0 == devices).map(|call| call.1.clone()).collect()
    }
}

/// Returns subject, devices and runs of each arrival.
fn short(arrivals: &[Arrival]) -> Vec<(Subject, u64, u32)> {
    arrivals.iter().map(|a| (a.subject, a.outcome.fleet.devices(), a.outcome.runs())).collect()
}

#[test]
fn previews_come_first_and_the_baseline_follows_each_step() {
    let mut simulation = simulation(Arc::new(replicate));
    let (active, baseline) = (fleet(20), fleet(30));
    simulation.request(Request { baseline: Some(target(&baseline)), ..request(1, &active) }, ZERO);
    let arrivals = simulation.finish();
    let (a, b) = (Subject::Active, Subject::Baseline);
    assert_eq!(short(&arrivals), [(a, 20, 5), (b, 30, 5), (a, 20, 15), (a, 20, 50), (b, 30, 50)]);
    assert!(arrivals.iter().all(|arrival| arrival.current && arrival.outcome.planned == 50));
    assert_eq!(*simulation.status(), Status::Finished);
    assert_eq!(simulation.progress(), None);

    let outcome = &arrivals[3].outcome;
    let whole = replicate(&active, 1, 0..50, 1, &AtomicBool::new(false), &|_| ()).unwrap();
    assert!(outcome.study.runs.iter().map(|run| run.hash()).eq(whole.iter().map(Run::hash)), "as in one go");
}

#[test]
fn names_targets_and_fewer_runs_need_no_simulation() {
    let fake = Arc::new(Fake::default());
    let mut simulation = simulation(fake.replicate());
    let active = fleet(20);
    simulation.request(request(1, &active), ZERO);
    simulation.finish();
    let calls = fake.calls.lock().unwrap().len();

    let mut other = (*active).clone();
    other.name = "Other".into();
    other.groups[0].name = "Other".into();
    other.targets.lost_values = Some(3);
    simulation.request(request(1, &Arc::new(other)), ZERO);
    let arrivals = simulation.finish();
    assert_eq!(short(&arrivals), [(Subject::Active, 20, 50)]);
    assert_eq!(arrivals[0].outcome.targets.len(), 1, "judged anew");
    simulation.request(Request { runs: 7, ..request(1, &active) }, ZERO);
    assert_eq!(short(&simulation.finish()), [(Subject::Active, 20, 7)]);
    assert_eq!(fake.calls.lock().unwrap().len(), calls);

    simulation.request(Request { afresh: true, ..request(1, &active) }, ZERO);
    simulation.finish();
    assert_eq!(fake.calls.lock().unwrap().len(), 2 * calls, "run again means again");
    simulation.request(Request { seed: 2, ..request(1, &active) }, ZERO);
    simulation.finish();
    assert_eq!(fake.calls.lock().unwrap().len(), 3 * calls);
}

#[test]
fn a_cancel_keeps_the_runs_that_are_there_and_going_on_adds_to_them() {
    let fake = Fake::holding(20, 15, false);
    let mut simulation = simulation(fake.replicate());
    simulation.request(request(1, &fleet(20)), ZERO);
    fake.wait_until_held();
    assert_eq!(simulation.progress().map(|progress| (progress.done, progress.of)), Some((15, 50)));
    simulation.cancel();
    let arrivals = simulation.finish();
    assert_eq!(
        arrivals.last().map(|arrival| (arrival.outcome.runs(), arrival.outcome.planned)),
        Some((15, 50))
    );
    assert_eq!((simulation.status(), simulation.progress()), (&Status::Cancelled, None));

    fake.release();
    simulation.request(request(1, &fleet(20)), ZERO);
    assert_eq!(short(&simulation.finish()).last(), Some(&(Subject::Active, 20, 50)));
    let starts: Vec<u32> = fake.runs_of(20).iter().map(|runs| runs.start).collect();
    assert!(starts.is_sorted() && starts.iter().filter(|start| **start < 15).count() == 3, "{starts:?}");
}

#[test]
fn a_cancel_in_the_middle_of_a_step_sends_what_is_there() {
    let fake = Fake::holding(20, 25, false);
    let mut simulation = simulation(fake.replicate());
    simulation.request(request(1, &fleet(20)), ZERO);
    fake.wait_until_held();
    simulation.cancel();
    let runs: Vec<u32> = simulation.finish().iter().map(|arrival| arrival.outcome.runs()).collect();
    assert_eq!(runs, [5, 15, 27], "steps of six with two threads");
}

#[test]
fn results_of_another_scenario_are_dropped() {
    let fake = Fake::holding(20, 0, true);
    let mut simulation = simulation(fake.replicate());
    simulation.request(request(1, &fleet(20)), ZERO);
    fake.wait_until_held();
    simulation.request(request(2, &fleet(30)), ZERO);
    fake.release();
    let arrivals = simulation.finish();
    assert!(arrivals.iter().all(|arrival| arrival.outcome.fleet.devices() == 30 && arrival.current));
    assert_eq!(fake.runs_of(20).len(), 1, "the older order ends after its first step");
    assert_eq!(*simulation.status(), Status::Finished);
}

#[test]
fn a_preview_under_way_may_finish_while_a_drag_goes_on() {
    let fake = Fake::holding(20, 0, false);
    let mut simulation = simulation(fake.replicate());
    simulation.request(request(1, &fleet(20)), ZERO);
    fake.wait_until_held();
    simulation.request(request(1, &fleet(30)), ZERO);
    simulation.request(request(1, &fleet(40)), ZERO);
    fake.release();
    let arrivals = simulation.finish();
    let all = short(&arrivals);
    let a = Subject::Active;
    assert_eq!(
        all,
        [(a, 20, 5), (a, 40, 5), (a, 40, 15), (a, 40, 50)],
        "the newest wins, the one between is skipped"
    );
    assert_eq!(arrivals.iter().map(|arrival| arrival.current).collect::<Vec<_>>(), [false, true, true, true]);
    assert_eq!(fake.runs_of(20).len(), 1);
}

#[test]
fn a_slow_preview_is_stopped_after_a_moment() {
    let fake = Fake::holding(20, 0, false);
    let mut simulation = simulation(fake.replicate());
    simulation.request(request(1, &fleet(20)), ZERO);
    fake.wait_until_held();
    simulation.request(request(1, &fleet(30)), Duration::from_millis(100));
    assert_eq!(simulation.tick(Duration::from_millis(200)).1, Some(Duration::from_millis(150)));
    simulation.request(request(1, &fleet(40)), Duration::from_millis(300));
    assert_eq!(simulation.tick(Duration::from_millis(350)).1, None);
    let all = short(&simulation.finish());
    assert_eq!(all.first(), Some(&(Subject::Active, 40, 5)), "{all:?}");
    assert_eq!(simulation.tick(Duration::from_millis(400)).1, None);
}

#[test]
fn a_refinement_is_stopped_at_once() {
    let fake = Fake::holding(20, 5, false);
    let mut simulation = simulation(fake.replicate());
    simulation.request(request(1, &fleet(20)), ZERO);
    fake.wait_until_held();
    simulation.request(request(1, &fleet(30)), ZERO);
    let all = short(&simulation.finish());
    assert_eq!((all[0], all[1]), ((Subject::Active, 20, 5), (Subject::Active, 30, 5)));
}

#[test]
fn a_panic_becomes_a_sentence_and_the_next_order_works() {
    let broken = AtomicBool::new(true);
    let mut simulation = simulation(Arc::new(move |fleet, seed, runs, threads, stop, done| {
        assert!(!broken.swap(false, Ordering::SeqCst), "queue of 3 is not a queue");
        replicate(fleet, seed, runs, threads, stop, done)
    }));
    simulation.request(request(1, &fleet(20)), ZERO);
    assert_eq!(simulation.finish().len(), 0);
    let Status::Failed(sentence) = simulation.status().clone() else { panic!("{:?}", simulation.status()) };
    assert!(sentence.ends_with("`queue of 3 is not a queue`"), "{sentence}");
    assert_eq!((simulation.news(), simulation.news()), (Some((Severity::Error, sentence)), None));
    simulation.request(request(1, &fleet(20)), ZERO);
    assert_eq!(simulation.finish().len(), 3);
    assert_eq!(*simulation.status(), Status::Finished);
}

#[test]
fn a_refusal_is_said_in_its_own_words() {
    let error = SimError::EndlessAttempts { group: "pumps".into() };
    let theirs = error.clone();
    let mut refusing = simulation(Arc::new(move |_, _, _, _, _, _| Err(theirs.clone())));
    refusing.request(request(1, &fleet(20)), ZERO);
    refusing.finish();
    assert_eq!(*refusing.status(), Status::Failed(error.to_string()));

    let fake = Arc::new(Fake::default());
    let mut large = simulation(fake.replicate());
    let mut long = (*fleet(20)).clone();
    long.outage.length = crate::base::Micros::from_secs(2_592_000);
    large.request(Request { runs: 1000, ..request(1, &Arc::new(long)) }, ZERO);
    large.finish();
    let Status::Failed(sentence) = large.status() else { panic!("{:?}", large.status()) };
    assert!(sentence.contains("GB of memory") && sentence.contains("runs"), "{sentence}");
    assert_eq!(fake.calls.lock().unwrap().len(), 0, "refused before anything is simulated");
}

#[test]
fn a_baseline_that_cannot_be_simulated_is_said_once_and_left_out() {
    let (active, baseline) = (fleet(20), fleet(30));
    let mut simulation = simulation(Arc::new(|fleet, seed, runs, threads, stop, done| {
        if fleet.devices() == 30 {
            return Err(SimError::EndlessAttempts { group: "pumps".into() });
        }
        replicate(fleet, seed, runs, threads, stop, done)
    }));
    let both = Request { baseline: Some(target(&baseline)), ..request(1, &active) };
    simulation.request(both.clone(), ZERO);
    let a = Subject::Active;
    assert_eq!(short(&simulation.finish()), [(a, 20, 5), (a, 20, 15), (a, 20, 50)]);
    assert_eq!(*simulation.status(), Status::Finished);
    let why = SimError::EndlessAttempts { group: "pumps".into() };
    let said = (Severity::Warning, format!("The baseline cannot be simulated: {why}"));
    assert_eq!((simulation.news(), simulation.news()), (Some(said.clone()), None));

    simulation.request(Request { seed: 2, ..both }, ZERO);
    assert_eq!((simulation.finish().len(), simulation.news()), (3, None), "not with every change again");
    let other = Some(target(&fleet(30)));
    simulation.request(Request { baseline: other, ..request(1, &active) }, ZERO);
    simulation.finish();
    assert_eq!(simulation.news(), Some(said), "another baseline is another matter");
}

#[test]
fn a_cancel_during_the_baseline_ends_the_order() {
    let fake = Fake::holding(30, 0, false);
    let mut simulation = simulation(fake.replicate());
    simulation.request(Request { baseline: Some(target(&fleet(30))), ..request(1, &fleet(20)) }, ZERO);
    fake.wait_until_held();
    simulation.cancel();
    assert_eq!(short(&simulation.finish()), [(Subject::Active, 20, 5)]);
    assert_eq!(*simulation.status(), Status::Cancelled);
    assert_eq!(simulation.news(), None);
}

#[test]
fn without_a_fleet_nothing_runs() {
    let mut simulation = simulation(Arc::new(replicate));
    simulation.request(Request { active: None, ..request(1, &fleet(20)) }, ZERO);
    assert_eq!((simulation.finish().len(), simulation.status()), (0, &Status::Impossible));
}

#[test]
fn dropping_it_ends_the_thread() {
    let fake = Fake::holding(20, 0, false);
    let mut simulation = simulation(fake.replicate());
    simulation.request(request(1, &fleet(20)), ZERO);
    fake.wait_until_held();
    drop(simulation);
    while Arc::strong_count(&fake) > 1 {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn scenarios_laid_over_come_after_the_baseline_and_one_that_fails_keeps_nobody_waiting() {
    let mut simulation = simulation(Arc::new(|fleet, seed, runs, threads, stop, done| {
        if fleet.devices() == 13 {
            return Err(SimError::TooLarge {
                needs: crate::sim::Needs::Bytes(1),
                fits: crate::sim::Fits::Runs(1),
            });
        }
        replicate(fleet, seed, runs, threads, stop, done)
    }));
    let [active, baseline, third, broken, fourth] = [20, 30, 40, 13, 50].map(fleet);
    let overlays = [&third, &broken, &fourth].map(target).to_vec();
    let all = Request { baseline: Some(target(&baseline)), overlays, runs: 8, ..request(1, &active) };
    simulation.request(all.clone(), ZERO);
    let arrivals = simulation.finish();
    let (a, b, o) = (Subject::Active, Subject::Baseline, Subject::Overlay);
    let preview = [(a, 20, 5), (b, 30, 5), (o(0), 40, 5), (o(2), 50, 5)];
    let whole = [(a, 20, 8), (b, 30, 8), (o(0), 40, 8), (o(2), 50, 8)];
    assert_eq!(short(&arrivals), [preview, whole].concat());
    assert!(simulation.news().is_some_and(|(_, text)| text.starts_with("The scenario Name cannot")));
    assert_eq!(*simulation.status(), Status::Finished);

    // What is shown already is not sent again, and what failed is not said again.
    let shown = |target: Target| Target { shown: 8, ..target };
    let overlays = all.overlays.into_iter().map(shown).collect();
    simulation.request(Request { overlays, baseline: None, runs: 8, ..request(1, &active) }, ZERO);
    assert_eq!(short(&simulation.finish()), [(a, 20, 8)]);
    assert!(simulation.news().is_none());
}
