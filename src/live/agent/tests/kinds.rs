//! What agents of each kind do after a loss, over real connections.

use super::*;
use crate::fleet::{Backoff, BackoffLaw, DotNetSdk, Generic, JavaSdk};
use crate::live::store::{Rules, Store};

/// Returns whether something the agent told is a wait for this reason and of this length.
fn waited(ear: &Ear, like: impl Fn(Pause) -> bool) -> bool {
    ear.all().iter().any(|told| matches!(told, Told::Waits { pause, .. } if like(*pause)))
}

/// Waits until something is so.
async fn until(is: impl Fn() -> bool) {
    let waits = async {
        while !is() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waits).await.expect("it comes to that");
}

/// An agent of a kind that has lost its first connection by a reset.
async fn lost(agent: Agent) -> (platform::Handle, Handle, Arc<Ear>) {
    let platform = serves(Settings::default());
    let (agent, ear) = starts(Profile { agent, ..profile(platform.address()) });
    ear.back(0).await;
    platform.cut(Loss::Reset);
    ear.until(0, |told| matches!(told, Told::Lost(_))).await;
    (platform, agent, ear)
}

#[tokio::test]
async fn agents_of_each_kind_return_in_their_own_way_or_not_at_all() {
    let example = Agent::ExampleAgent { reconnect_random_delay: Micros(50_000), sdk: QUICK };
    let java =
        Agent::JavaSdk(JavaSdk { reconnect_interval: Micros(40_000), connect_timeout: Micros(300_000) });
    let backoff = Backoff { law: BackoffLaw::FullJitter, base: Micros(20_000), cap: Micros(50_000) };
    let generic = Agent::Generic(Generic {
        first_delay: Micros(30_000),
        connect_timeout: Micros(300_000),
        connect_retries: Retries::Forever,
        backoff,
    });
    let dot_net = Agent::DotNetSdk(DotNetSdk { auto_reconnect: true, sdk: QUICK });
    // Only agents of the C SDK's family open a connection more as soon as a read has failed.
    for (agent, once_more) in
        [(Agent::Ems(QUICK), true), (example, true), (java, false), (dot_net, false), (generic, false)]
    {
        let (platform, handle, ear) = lost(agent).await;
        ear.back(1).await;
        let told = ear.all().contains(&Told::ConnectsOnceMore);
        assert_eq!(told, once_more, "{agent:?}");
        handle.stop().await;
        platform.emptied().await;
        assert_eq!(platform.stop().await.binds, 2, "{agent:?}");
    }
}

#[tokio::test]
async fn a_dot_net_agent_without_its_switch_never_connects_and_java_waits_its_interval_before_every_attempt()
{
    let platform = serves(Settings::default());
    let without = Agent::DotNetSdk(DotNetSdk { auto_reconnect: false, sdk: QUICK });
    let (agent, ear) = starts(Profile { agent: without, ..profile(platform.address()) });
    ear.until(0, |told| *told == Told::Stranded).await;
    agent.stop().await;
    assert_eq!(platform.totals().accepted, 0, "it has lost its connection and nothing brings it back");
    let java =
        Agent::JavaSdk(JavaSdk { reconnect_interval: Micros(70_000), connect_timeout: Micros(300_000) });
    platform.receive(Reception::Http503);
    let (agent, ear) = starts(Profile { agent: java, ..profile(platform.address()) });
    ear.until(2, |told| matches!(told, Told::Failed(_))).await;
    assert!(waited(&ear, |pause| pause == Pause::Interval), "{:?}", ear.all());
    agent.stop().await;
}

#[tokio::test]
async fn the_connection_once_more_is_a_real_one_and_ends_with_the_next_attempt() {
    // A delay that leaves time to look: the draw of this device is most of the two seconds.
    let sdk = CSdk { max_connect_delay: Micros::from_secs(2), ..QUICK };
    let machine = |seed| {
        let agent = Agent::CSdk(sdk);
        let (mut state, draws) = (State::default(), Draws::new(seed));
        let machine = Machine { agent: &agent, device: 3, draws };
        let wait = |action: Action| match action {
            Action::Wait { until, .. } => until,
            Action::Attempt { .. } => Micros::ZERO,
            other => panic!("{other:?}"),
        };
        let first = wait(machine.step(&mut state, Micros::ZERO, Event::Lost));
        machine.step(&mut state, first, Event::Due);
        machine.step(&mut state, first, Event::Connected);
        (first, wait(machine.step(&mut state, first, Event::Lost)).since(first))
    };
    let long = |&seed: &u64| matches!(machine(seed), (first, second) if first < Micros(400_000) && second > Micros(1_200_000));
    let seed = (0..1_000).find(long).expect("some seed");
    let platform = serves(Settings::default());
    let ear = Arc::new(Ear::default());
    let profile = Profile { agent: Agent::CSdk(sdk), ..profile(platform.address()) };
    let device = Device { number: 3, things: vec!["pump".into()] };
    let time = (Clock::start(), Draws::new(seed));
    let agent = start(Arc::new(profile), device, time, Micros::ZERO, ear.clone());
    ear.back(0).await;
    platform.cut(Loss::Reset);
    ear.until(0, |told| *told == Told::ConnectsOnceMore).await;
    until(|| platform.totals().accepted == 2).await;
    let tries = ear.all().iter().filter(|told| matches!(told, Told::Tries { .. })).count();
    assert_eq!((tries, platform.totals().held), (1, 1), "a place is taken and no attempt is made");
    ear.back(1).await;
    until(|| platform.totals().held == 1).await;
    assert_eq!(platform.totals().accepted, 3);
    agent.stop().await;
}

#[tokio::test]
async fn an_end_without_a_word_is_noticed_with_the_next_ping_and_what_is_measured_meanwhile_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let platform = serves(Settings::default());
    let mut quiet = profile(platform.address());
    quiet.link.ping_rate = Micros::from_millis(1_500);
    let ear = Arc::new(Ear::default());
    let device = Device { number: 3, things: vec!["pump".into()] };
    let time = (Clock::start(), Draws::new(1));
    let (store, _) = Store::open(&folder.path().join("store"), Rules::default()).expect("opens");
    let with = With { store: Some(store), ..With::default() };
    let agent = start_with(Arc::new(quiet), device, time, Micros::ZERO, ear.clone(), with);
    ear.back(0).await;
    platform.cut(Loss::Fin);
    until(|| platform.totals().held == 0).await;
    let push = Push { thing: "pump".into(), property: "p".into(), value: Value::Number(7.0), time_ms: 1 };
    assert!(agent.wish(Wish::Push(vec![push])));
    ear.until(0, |told| matches!(told, Told::Store(News::Put(_)))).await;
    assert!(!ear.all().iter().any(|told| matches!(told, Told::Lost(_))), "it knows nothing yet");
    ear.until(0, |told| *told == Told::Lost(Ending::End)).await;
    ear.until(0, |told| matches!(told, Told::Store(News::Answered { taken: true, waiting: 0, .. }))).await;
    assert_eq!(platform.value("pump", "p"), Some(Value::Number(7.0)));
    agent.stop().await;
}
