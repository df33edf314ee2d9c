//! Hundreds of agents against the test platform: counts agree exactly, instants are those of the simulator's machine.

use super::*;
use crate::agent::{Event, Machine, Next, State};
use crate::fleet::{Agent, Backoff, BackoffLaw, CSdk, DelayLaw, Generic, Platform, Retries, ServiceLaw};
use crate::live::agent::Key;
use crate::live::connect::Target;
use crate::live::listen::Port;
use crate::live::platform::{self, Fate, Settings};

const SDK: CSdk = CSdk {
    max_connect_delay: Micros::ZERO,
    connect_timeout: Micros::from_secs(60),
    connect_retries: Retries::Times(1),
    connect_retry_interval: Micros::ZERO,
    delay_law: DelayLaw::Documented,
};

fn serves(capacity: Platform) -> platform::Handle {
    platform::start(Settings { port: Port::Exactly(0), capacity, ..Settings::default() }, Clock::start())
        .expect("starts")
}

fn herd(platform: &platform::Handle, agent: Agent, agents: u64) -> Vec<Start> {
    let target = Target {
        host: "127.0.0.1".into(),
        port: platform.address().port(),
        path: "/Thingworx/WS".into(),
        proxy: None,
    };
    let link = Link { tls: false, ..Link::C_SDK };
    let profile = Arc::new(Profile { target, tls: None, agent, link, key: Key("key".into()) });
    let start = |number| Start {
        profile: Arc::clone(&profile),
        device: Device { number, things: vec![format!("thing-{number}")] },
        lost: notices(&link, Loss::Reset, Draws::new(5), number),
    };
    (0..agents).map(start).collect()
}

#[tokio::test]
async fn every_agent_comes_back_at_the_simulated_instant_and_both_ends_count_alike() {
    const AGENTS: u64 = 300;
    let platform = serves(Platform::one_tier(4, Micros(2_000), ServiceLaw::Fixed, 1_000));
    let agent = Agent::ExampleAgent { reconnect_random_delay: Micros::SECOND, sdk: SDK };
    let draws = Draws::new(5);
    let starts = herd(&platform, agent, AGENTS);
    let mut simulated: Vec<Micros> = (0..AGENTS)
        .map(|device| {
            let machine = Machine { agent: &agent, device, draws };
            match machine.run_ahead(&mut State::default(), Micros::ZERO, Event::Lost) {
                Next::Attempt(at) => at,
                other => panic!("{other:?}"),
            }
        })
        .collect();
    simulated.sort_unstable();
    let outcome = run(starts, (platform.clock(), draws), Micros::from_secs(120)).await;
    assert_eq!(outcome.account, Account { planned: AGENTS, connected: AGENTS, ..Account::default() });
    assert_eq!(outcome.planned_at, simulated, "planned to the microsecond as in the simulation");
    assert_eq!((outcome.attempts, outcome.back_at.len() as u64), (AGENTS, AGENTS));
    assert_eq!(outcome.lateness.early, 0, "nobody begins before its time");
    assert_eq!(outcome.curve.iter().map(|second| second.back).sum::<u64>(), AGENTS);
    platform.emptied().await;
    let counters = platform.stop().await;
    assert!(counters.balances(), "{counters:?}");
    assert_eq!((counters.accepted, counters.binds, counters.fate(Fate::Goodbye)), (AGENTS, AGENTS, AGENTS));
    assert_eq!((counters.bound_at.len() as u64, counters.late.len() as u64), (AGENTS, AGENTS));
    // Four workers of 2 ms cannot sign 300 devices in faster than this, on any host.
    let first = counters.accepted_at[0];
    assert!(counters.bound_at[counters.bound_at.len() - 1] >= first + Micros(2_000 * AGENTS / 4));
}

#[tokio::test]
async fn who_finds_no_room_is_counted_by_reason_at_both_ends() {
    const AGENTS: u64 = 200;
    let mut capacity = Platform::one_tier(4, Micros(100), ServiceLaw::Fixed, 1_000);
    capacity.held = Some(50);
    let platform = serves(capacity);
    let backoff = Backoff { law: BackoffLaw::Fixed, base: Micros::ZERO, cap: Micros::ZERO };
    let agent = Agent::Generic(Generic {
        first_delay: Micros(500_000),
        connect_timeout: Micros::from_secs(60),
        connect_retries: Retries::Times(1),
        backoff,
    });
    let starts = herd(&platform, agent, AGENTS);
    let outcome = run(starts, (platform.clock(), Draws::new(5)), Micros::from_secs(120)).await;
    assert!(outcome.account.balances());
    // Some of the first 50 may still be open while refused ones are being closed, so the platform decides how many.
    let refused = outcome.account.failed.get("http-503").copied().unwrap_or_default();
    assert_eq!(outcome.account.connected + refused, AGENTS, "{:?}", outcome.account);
    assert!((1..=50).contains(&outcome.account.connected), "{:?}", outcome.account);
    platform.emptied().await;
    let counters = platform.stop().await;
    assert_eq!((counters.binds, counters.fate(Fate::Refused)), (outcome.account.connected, refused));
    assert_eq!(counters.accepted, AGENTS);
}

#[tokio::test]
async fn a_watch_that_ends_abandons_who_is_not_back() {
    let platform = serves(Platform::one_tier(1, Micros::from_secs(3_600), ServiceLaw::Fixed, 1_000));
    let agent = Agent::ExampleAgent { reconnect_random_delay: Micros(100_000), sdk: SDK };
    let starts = herd(&platform, agent, 20);
    let until = platform.clock().now() + Micros(300_000);
    let outcome = run(starts, (platform.clock(), Draws::new(5)), until).await;
    assert_eq!(outcome.account, Account { planned: 20, abandoned: 20, ..Account::default() });
    // The platform goes on working for who is gone, so its connections end when it stops.
    let counters = platform.stop().await;
    assert!(counters.balances(), "{counters:?}");
    assert_eq!(counters.binds, 0);
}
