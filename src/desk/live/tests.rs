//! Journeys through live connections against the real test platform, on loopback.

use super::*;
use crate::base::Micros;
use crate::desk::command::{Ask, Command, Disturbance, ScenarioCommand};
use crate::desk::{Env, Start, View};
use crate::fleet::{FleetFile, Loss};
use crate::live::agent::{Listener as _, Passing};
use crate::live::connect::Step;
use crate::live::platform::{Fate, Reception};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A return of a few seconds: twelve devices that wait at most a second.
const QUICK: &str = r#"{
  "regather": 1,
  "name": "Quick",
  "groups": {
    "pumps": { "name": "Pumps", "devices": 12, "agent": "example-agent", "reconnect_random_delay_seconds": 2,
               "max_connect_delay": 500, "connect_retry_interval": 500 }
  },
  "platform": { "workers": 4, "service_time_ms": 20 },
  "outage": { "length_s": 1, "watch_s": 60, "connections_end": "reset" },
  "scenarios": { "none": { "name": "Nobody", "set": { "/outage/connections_end": "stay" } } }
}
"#;

fn desk() -> Desk {
    let start = Start::Project { file: FleetFile::parse(QUICK).unwrap(), name: "quick".into(), path: None };
    let env = Env { threads: 2, ..Env::isolated(Arc::new(|| ()), Duration::ZERO) };
    let mut desk = Desk::new(env, start);
    does(&mut desk, ScenarioCommand::Activate(None));
    desk
}

fn does(desk: &mut Desk, command: impl Into<Command>) {
    desk.apply(command.into(), Duration::ZERO);
}

/// Waits until something holds, and looks as a face does meanwhile.
#[expect(clippy::disallowed_methods, reason = "a test gives up after a while")]
fn until(desk: &mut Desk, what: &str, holds: impl Fn(&View<'_>) -> bool) -> Duration {
    let began = Instant::now();
    loop {
        desk.tick(Duration::ZERO);
        let view = desk.view(Duration::ZERO);
        if holds(&view) {
            return began.elapsed();
        }
        let told = (view.live.agent.standing, &view.live.agent.steps, &view.live.agent.trouble);
        assert!(began.elapsed() < Duration::from_secs(40), "{what}: {told:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn stands(desk: &mut Desk, standing: Standing) -> Duration {
    until(desk, &format!("{standing:?}"), |view| view.live.agent.standing == standing)
}

#[test]
fn one_click_starts_the_platform_and_its_agent_signs_in_pushes_calls_and_leaves() {
    let mut desk = desk();
    assert_eq!(desk.live.again(), None, "nothing runs by itself");
    does(&mut desk, LiveCommand::StartPlatform { encrypted: true });
    let view = desk.view(Duration::ZERO);
    let serving = view.live.platform.expect("it runs");
    assert!((8_443..32_768).contains(&serving.port), "{}", serving.port);
    assert!(
        serving.url.starts_with("wss://127.0.0.1:") && serving.size.starts_with("200 sign-ins/s"),
        "{serving:?}"
    );
    assert!(view.enabled(crate::desk::UserCommand::StartPlatform).is_err());
    does(&mut desk, LiveCommand::StartPlatform { encrypted: true });
    assert!(desk.notices.last().unwrap().text.contains("stop it first"));

    does(&mut desk, LiveCommand::Connect(Visit::test_platform("pump-1")));
    stands(&mut desk, Standing::Back);
    let view = desk.view(Duration::ZERO);
    let steps: Vec<Step> = view.live.agent.steps.iter().map(|done| done.step).collect();
    assert_eq!(steps, [Step::Name, Step::Tcp, Step::Tls, Step::Upgrade, Step::Auth, Step::Bind]);
    let tls = &view.live.agent.steps[2].detail;
    assert!(tls.contains("TLS 1.3") && tls.contains("signed by Regather test authority"), "{tls}");
    assert!(!view.live.agent.remote && view.live.agent.encrypted);
    let words: Vec<&str> = view.live.agent.log.lines("").iter().map(|line| line.word.as_str()).collect();
    for word in ["AUTH", "BIND", "SUCCESS", "connected"] {
        assert!(words.contains(&word), "{words:?}");
    }

    does(&mut desk, Ask::Push { property: "level".into(), value: "2.5".into() });
    does(&mut desk, Ask::Call { service: "GetPropertySubscriptions".into(), parameters: Vec::new() });
    until(&mut desk, "answers", |view| !view.live.agent.log.lines("agent called").is_empty());
    until(&mut desk, "values", |view| view.live.platform.is_some_and(|own| own.totals.values == 1));
    let view = desk.view(Duration::ZERO);
    assert_eq!(view.live.agent.log.lines("sent level 2.5").len(), 1);
    assert_eq!(view.live.platform.unwrap().named, ["pump-1"]);

    does(&mut desk, LiveCommand::Disconnect);
    let took = stands(&mut desk, Standing::Stopped);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(desk.view(Duration::ZERO).live.agent.log.lines("left in order").len(), 1);
    does(&mut desk, LiveCommand::StopPlatform);
    desk.finish(Duration::ZERO);
    let view = desk.view(Duration::ZERO);
    assert!(view.live.platform.is_none() && !view.live.runs());
    assert!(desk.notices.last().unwrap().text.contains("connections accepted: 1, sign-ins: 1"));
}

impl From<Ask> for Command {
    fn from(ask: Ask) -> Self {
        LiveCommand::Ask(ask).into()
    }
}

impl From<Disturbance> for Command {
    fn from(disturbance: Disturbance) -> Self {
        LiveCommand::Disturb(disturbance).into()
    }
}

#[test]
fn outages_are_caused_at_a_click_and_the_agent_says_what_they_are() {
    let mut desk = desk();
    does(&mut desk, LiveCommand::StartPlatform { encrypted: false });
    let visit = || LiveCommand::Connect(Visit::test_platform("pump-1"));
    for (reception, step, code) in [
        (Reception::Refused, Step::Tcp, "refused"),
        (Reception::Http503, Step::Upgrade, "http-503"),
        (Reception::AuthRejected, Step::Auth, "key-refused"),
        (Reception::BindRejected, Step::Bind, "bind-refused"),
    ] {
        does(&mut desk, Disturbance::Receive(reception));
        // The door looks at the wish when it is next told.
        until(&mut desk, "received", |view| view.live.platform.is_some_and(|own| own.reception == reception));
        std::thread::sleep(Duration::from_millis(20));
        does(&mut desk, visit());
        stands(&mut desk, Standing::GaveUp);
        let agent = desk.view(Duration::ZERO).live.agent;
        let last = agent.steps.last().unwrap();
        assert_eq!((last.step, last.failed, last.detail.as_str()), (step, true, code));
        assert!(!agent.trouble.is_empty(), "in words");
        assert!(step_rows(agent).iter().any(|row| row.failed));
    }
    does(&mut desk, Disturbance::Restart { length: Micros::ZERO, from_permille: 1_000 });
    std::thread::sleep(Duration::from_millis(20));
    // As the project's agents it comes back after a cut; as a visitor it does not.
    does(
        &mut desk,
        LiveCommand::Connect(Visit { behaves: Some("pumps".into()), ..Visit::test_platform("pump-1") }),
    );
    stands(&mut desk, Standing::Back);
    does(&mut desk, Disturbance::Cut(Loss::CloseFrame));
    until(&mut desk, "two connections", |view| view.live.agent.log.lines("agent connected").len() == 2);
    let totals = desk.view(Duration::ZERO).live.platform.unwrap().totals.clone();
    assert_eq!(totals.fate(Fate::Cut), 1, "{totals:?}");
    assert!(totals.balances());
    does(&mut desk, LiveCommand::StopAll);
    stands(&mut desk, Standing::Stopped);
    until(&mut desk, "everything stopped", |view| !view.live.runs());
    desk.finish(Duration::ZERO);
    assert!(desk.notices.iter().any(|notice| notice.text.starts_with("The test platform has stopped")));
}

#[test]
fn what_is_wrong_with_a_visit_is_said_and_starts_nothing() {
    let mut desk = desk();
    let said = |desk: &Desk| desk.notices.last().unwrap().text.clone();
    does(&mut desk, LiveCommand::Connect(Visit::test_platform("pump-1")));
    assert!(said(&desk).contains("start it first"), "{}", said(&desk));
    does(&mut desk, LiveCommand::Connect(Visit::test_platform(" ")));
    assert!(said(&desk).contains("name of a thing"), "{}", said(&desk));
    does(&mut desk, Ask::Cut);
    assert!(said(&desk).contains("not connected"), "{}", said(&desk));
    let other = |address: &str, key: &str, authority: &str| {
        let access = Box::new(Access { authority: authority.into(), ..Access::default() });
        let to = To::Other { address: address.into(), key: key.into(), access };
        LiveCommand::Connect(Visit { to, ..Visit::test_platform("pump-1") })
    };
    does(&mut desk, other("ws://127.0.0.1:1", "planted-secret", ""));
    assert!(!said(&desk).contains("planted"), "{}", said(&desk));
    assert!(said(&desk).contains("env:"), "{}", said(&desk));
    does(&mut desk, other("plant.example", "env:REGATHER_NOT_SET", ""));
    assert!(said(&desk).contains("wss://"), "{}", said(&desk));
    assert_eq!(desk.view(Duration::ZERO).live.agent.standing, Standing::Idle);
    // What a reference leads to is looked up behind, and what is wrong with it stands beside the agent.
    does(&mut desk, other("ws://127.0.0.1:1", "env:REGATHER_NOT_SET", ""));
    stands(&mut desk, Standing::Stopped);
    let trouble = desk.view(Duration::ZERO).live.agent.trouble.clone();
    assert!(trouble.contains("REGATHER_NOT_SET"), "{trouble}");
}

#[test]
fn stopping_is_answered_at_once_whatever_the_platform_does_and_under_a_flood() {
    let mut desk = desk();
    does(&mut desk, LiveCommand::StartPlatform { encrypted: false });
    does(&mut desk, Disturbance::Receive(Reception::AuthUnanswered));
    until(&mut desk, "silent", |view| {
        view.live.platform.is_some_and(|own| own.reception == Reception::AuthUnanswered)
    });
    does(&mut desk, LiveCommand::Connect(Visit::test_platform("pump-1")));
    until(&mut desk, "AUTH was sent", |view| !view.live.agent.log.lines("sent AUTH").is_empty());
    // More than ten thousand events per second, from a thread of its own.
    let (flooding, ear) = (Arc::new(AtomicBool::new(true)), desk.live.agents.ear().unwrap());
    let floods = Arc::clone(&flooding);
    let flooding_thread = std::thread::Builder::new().name("flood".to_owned());
    let flood = flooding_thread.spawn(move || {
        let mut events = 0_u64;
        while floods.load(Ordering::Relaxed) {
            for _ in 0..100 {
                ear.sees(Micros::ZERO, 0, true, &Passing::Ping(8));
                events += 1;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        events
    });
    let flood = flood.unwrap();
    for _ in 0..50 {
        desk.tick(Duration::ZERO);
        std::thread::sleep(Duration::from_millis(4));
    }
    does(&mut desk, LiveCommand::StopAll);
    stands(&mut desk, Standing::Stopped);
    flooding.store(false, Ordering::Relaxed);
    let events = flood.join().unwrap();
    let agent = desk.view(Duration::ZERO).live.agent;
    assert!(events > 2_000 && agent.log.lines("").len() <= KEPT, "{events}");
    // The agent keeps its 200 ms; a crowded computer is allowed to be late with the clock around it.
    assert!(agent.stopped_in.is_some_and(|took| took < Micros::from_millis(1_000)), "{:?}", agent.stopped_in);
}

#[test]
fn one_click_rehearses_and_both_ends_agree() {
    let mut desk = desk();
    does(&mut desk, LiveCommand::Look);
    let view = desk.view(Duration::ZERO);
    assert!(view.live.planned);
    let plan = view.live.plan.unwrap();
    assert_eq!((plan.agents, plan.of, &plan.refused), (12, 12, &None));
    assert!(plan.sentence().contains("12 agents for 12 devices"), "{}", plan.sentence());
    does(&mut desk, LiveCommand::Rehearse);
    assert!(desk.view(Duration::ZERO).live.rehearses());
    assert!(desk.view(Duration::ZERO).enabled(crate::desk::UserCommand::Rehearse).is_err());
    until(&mut desk, "measures", |view| matches!(view.live.rehearsal.stage, Stage::Measures(_)));
    assert!(
        desk.view(Duration::ZERO).live.rehearsal.band.is_some(),
        "the band is there before the first dot"
    );
    until(&mut desk, "some are back", |view| !view.live.rehearsal.measured().0.is_empty());
    desk.finish(Duration::ZERO);
    let view = desk.view(Duration::ZERO);
    let found = view.live.rehearsal.found.expect("made");
    assert!(view.live.rehearsal.current && !found.cancelled && found.rehearsed.agrees(), "{found:?}");
    let account = &found.rehearsed.agents.account;
    assert_eq!((account.planned, account.connected), (12, 12), "{account:?}");
    assert!(found.fit.is_some());
    assert!(found.verdict().1.contains("inside the band"), "{:?}", found.verdict());
    assert!(found.judged().rows().iter().any(|(name, _)| *name == "largest gap"));
    assert!(desk.notices.last().unwrap().text.starts_with("Rehearsal of Baseline"));
    // Another seed is another rehearsal.
    does(&mut desk, crate::desk::command::RunCommand::SetSeed(7));
    assert!(!desk.view(Duration::ZERO).live.rehearsal.current);
}

#[test]
fn a_rehearsal_against_a_given_platform_says_what_is_missing_and_measures_it() {
    let mut desk = desk();
    does(&mut desk, LiveCommand::StartPlatform { encrypted: false });
    let port = desk.view(Duration::ZERO).live.platform.unwrap().port;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    let there = |key: &std::path::Path| {
        let key = format!("file:{}", key.display());
        let to = To::Other { address: format!("ws://127.0.0.1:{port}"), key, access: Box::default() };
        let (thing, none) = ("pump-{}".to_owned(), String::new);
        let (agents_max, rate_max) = ("12".to_owned(), "50".to_owned());
        let (stop_failing, stop_connect, confirmed) = (none(), none(), none());
        LiveCommand::RehearseAt(Box::new(Elsewhere {
            to,
            thing,
            agents_max,
            rate_max,
            stop_failing,
            stop_connect,
            confirmed,
        }))
    };
    does(&mut desk, there(&key));
    desk.finish(Duration::ZERO);
    let stage = desk.view(Duration::ZERO);
    assert!(
        matches!(stage.live.rehearsal.stage, Stage::Failed(why) if why.contains("key")),
        "no key, no rehearsal"
    );
    crate::base::file::write_atomic(&key, b"any").unwrap();
    does(&mut desk, there(&key));
    assert_eq!(desk.view(Duration::ZERO).live.rehearsal.there, Some("127.0.0.1"));
    until(&mut desk, "it ends", |view| !view.live.rehearses());
    let view = desk.view(Duration::ZERO);
    let found = view.live.rehearsal.found.expect("made");
    let account = &found.rehearsed.agents.account;
    assert_eq!((account.planned, account.connected), (12, 12), "{account:?}");
    assert!(found.rehearsed.given().is_some_and(|given| given.stopped.is_none() && given.per_s == Some(50)));
    let rows = found.judged().rows();
    assert!(rows.iter().any(|(name, text)| *name == "counts" && text.contains("unknown")), "{rows:?}");
    assert_eq!(view.live.platform.unwrap().totals.binds, 12);
    assert_eq!(view.live.rehearsal.there, None, "it is over");
}

#[test]
fn a_rehearsal_is_cancelled_and_keeps_what_was_measured() {
    let mut desk = desk();
    let edits = vec![("/outage/length_s".to_owned(), crate::fleet::file::Value::Number(300.0))];
    does(&mut desk, crate::desk::command::DocumentCommand::Set { edits, finished: true });
    does(&mut desk, LiveCommand::Rehearse);
    until(&mut desk, "measures", |view| matches!(view.live.rehearsal.stage, Stage::Measures(_)));
    does(&mut desk, LiveCommand::CancelRehearsal);
    let took = until(&mut desk, "cancelled", |view| !view.live.rehearses());
    assert!(took < Duration::from_secs(2), "{took:?}");
    let view = desk.view(Duration::ZERO);
    let found = view.live.rehearsal.found.expect("kept");
    assert!(found.cancelled && found.rehearsed.agrees(), "{found:?}");
    assert_eq!(found.rehearsed.agents.account.abandoned, 12);
    assert_eq!(found.verdict().0, Tone::Unsure);
}

#[test]
fn what_cannot_be_rehearsed_says_why() {
    let mut desk = desk();
    does(&mut desk, ScenarioCommand::Activate(Some("none".into())));
    assert!(!desk.view(Duration::ZERO).live.planned, "nobody has looked yet");
    does(&mut desk, LiveCommand::Rehearse);
    let view = desk.view(Duration::ZERO);
    let refused = view.live.plan.unwrap().refused.clone().unwrap();
    assert!(refused.contains("no device loses its connection"), "{refused}");
    assert_eq!(desk.notices.last().unwrap().text, refused);
    assert!(!desk.view(Duration::ZERO).live.rehearses());
    let host = Host { descriptors: Some(110), ..Host::default() };
    let mut fleet = FleetFile::parse(QUICK).unwrap().check(None).fleet.unwrap();
    let plan = Plan::of(Some(&fleet), None, &host);
    assert!(plan.refused.is_some_and(|words| words.contains("Take 5 or fewer")), "{:?}", plan.host);
    fleet.groups[0].devices = 5;
    assert_eq!(Plan::of(Some(&fleet), None, &host).refused, None);
    assert!(Plan::of(None, None, &host).refused.is_some());
}

#[test]
fn the_end_of_the_session_ends_everything() {
    let mut desk = desk();
    does(&mut desk, LiveCommand::StartPlatform { encrypted: false });
    let port = desk.view(Duration::ZERO).live.platform.unwrap().port;
    does(&mut desk, LiveCommand::Connect(Visit::test_platform("pump-1")));
    stands(&mut desk, Standing::Back);
    desk.end();
    assert!(!desk.live.platforms.busy() && desk.live.engine.is_none());
    drop(desk);
    // The port is free again: the next platform of another session takes it, or one below it that was free.
    let mut next = self::desk();
    does(&mut next, LiveCommand::StartPlatform { encrypted: false });
    assert!(next.view(Duration::ZERO).live.platform.unwrap().port <= port + 16);
}
