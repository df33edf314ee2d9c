//! Every line of the C SDK's machine, the manager above it, and the delay laws.

mod backoff;
mod kinds;

use super::*;
use crate::base::draws::Stream;
use crate::fleet::{Backoff, BackoffLaw, CSdk, DelayLaw, Generic, JavaSdk};
use proptest::prelude::*;

fn sdk(delay_ms: u64, retries: Retries, interval_ms: u64) -> CSdk {
    CSdk {
        max_connect_delay: Micros::from_millis(delay_ms),
        connect_timeout: Micros::from_secs(10),
        connect_retries: retries,
        connect_retry_interval: Micros::from_millis(interval_ms),
        delay_law: DelayLaw::Documented,
    }
}

fn example(random_s: u64, sdk: CSdk) -> Agent {
    Agent::ExampleAgent { reconnect_random_delay: Micros::from_secs(random_s), sdk }
}

fn java(interval_s: u64) -> Agent {
    Agent::JavaSdk(JavaSdk {
        reconnect_interval: Micros::from_secs(interval_s),
        connect_timeout: Micros::from_secs(20),
    })
}

fn dotnet(auto_reconnect: bool, sdk: CSdk) -> Agent {
    Agent::DotNetSdk(DotNetSdk { auto_reconnect, sdk })
}

fn generic(first_s: u64, retries: Retries, law: BackoffLaw, base_ms: u64, cap_ms: u64) -> Agent {
    Agent::Generic(Generic {
        first_delay: Micros::from_secs(first_s),
        connect_timeout: Micros::from_secs(10),
        connect_retries: retries,
        backoff: Backoff { law, base: Micros::from_millis(base_ms), cap: Micros::from_millis(cap_ms) },
    })
}

/// Tells what a device does when every attempt fails at once, one line per action.
fn timeline(agent: &Agent, device: u64, lines: usize) -> Vec<String> {
    let machine = Machine { agent, device, draws: Draws::new(1) };
    let (mut state, mut now, mut event) = (State::default(), Micros::ZERO, Event::Lost);
    let mut told = Vec::new();
    while told.len() < lines {
        match machine.step(&mut state, now, event) {
            Action::Wait { until, pause } => {
                told.push(format!("{pause:?} {}", until - now));
                (now, event) = (until, Event::Due);
            }
            Action::Attempt { number, timeout, .. } => {
                told.push(format!("attempt {number} within {timeout}"));
                event = Event::Failed;
            }
            Action::Strand => {
                told.push(format!("stranded at {now}"));
                break;
            }
            Action::Nothing => break,
        }
    }
    told
}

#[test]
fn a_call_delays_once_and_pauses_after_every_failure() {
    let agent = Agent::CSdk(sdk(10_000, Retries::Times(3), 5_000));
    let first = Draws::new(1).delay(Stream::CallDelay, 4, 0, 10_000_000);
    let end = Micros(first) + Micros::from_secs(15);
    let told = timeline(&agent, 4, 99);
    let expected = [
        format!("Sdk {}", Micros(first)),
        "attempt 0 within 10 s".into(),
        "Retry 5 s".into(),
        "attempt 1 within 10 s".into(),
        "Retry 5 s".into(),
        "attempt 2 within 10 s".into(),
        "Retry 5 s".into(),
        format!("stranded at {end}"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn retries_decide_how_a_call_ends() {
    let none = Agent::CSdk(sdk(10_000, Retries::Times(0), 5_000));
    assert_eq!(timeline(&none, 0, 9), ["stranded at 0 s"]);
    let once = Agent::CSdk(sdk(0, Retries::Times(1), 500));
    assert_eq!(timeline(&once, 0, 9), ["attempt 0 within 10 s", "Retry 500 ms", "stranded at 500 ms"]);
    let at_once = Agent::CSdk(sdk(0, Retries::Times(2), 0));
    assert_eq!(
        timeline(&at_once, 0, 9),
        ["attempt 0 within 10 s", "attempt 1 within 10 s", "stranded at 0 s"]
    );
    let forever = Agent::CSdk(sdk(0, Retries::Forever, 1_000));
    let told = timeline(&forever, 0, 2_001);
    assert_eq!(told[2_000], "attempt 1000 within 10 s");
    assert!(told.iter().skip(1).step_by(2).all(|line| line == "Retry 1 s"));
}

#[test]
fn the_manager_waits_before_every_call_and_the_sdk_once_per_call() {
    let agent = example(60, sdk(1_000, Retries::Times(2), 1_000));
    let draws = Draws::new(1);
    let manager = |call| Micros(draws.delay(Stream::AttemptDelay, 7, call, 60_000_000));
    let delay = |call| Micros(draws.delay(Stream::CallDelay, 7, call, 1_000_000));
    let mut expected = Vec::new();
    for call in 0..3 {
        expected.push(format!("Manager {}", manager(call)));
        expected.push(format!("Sdk {}", delay(call)));
        for attempt in [2 * call, 2 * call + 1] {
            expected.push(format!("attempt {attempt} within 10 s"));
            expected.push("Retry 1 s".into());
        }
    }
    assert_eq!(timeline(&agent, 7, 18), expected);
}

#[test]
fn with_one_attempt_and_no_other_waits_the_manager_is_the_reference_model() {
    let agent = example(30, sdk(0, Retries::Times(1), 0));
    let machine = Machine { agent: &agent, device: 9, draws: Draws::new(5) };
    let (mut state, mut now, mut event) = (State::default(), Micros::ZERO, Event::Lost);
    for attempt in 0..50 {
        let wait = machine.draws.delay(Stream::AttemptDelay, 9, attempt, 30_000_000);
        now = now + Micros(wait);
        assert_eq!(machine.run_ahead(&mut state, now - Micros(wait), event), Next::Attempt(now));
        assert_eq!(u64::from(state.attempts()), attempt + 1);
        event = Event::Failed;
    }
}

#[test]
fn an_agent_that_makes_no_attempts_is_stranded_and_one_that_calls_for_ever_is_not() {
    assert_eq!(timeline(&example(60, sdk(0, Retries::Times(0), 0)), 0, 9), ["stranded at 0 s"]);
    let told = timeline(&example(1, sdk(0, Retries::Times(1), 0)), 0, 5_000);
    assert_eq!(told.len(), 5_000);
}

#[test]
fn a_connected_device_rests_until_it_loses_the_connection_again() {
    let agent = example(60, sdk(0, Retries::Times(1), 0));
    let machine = Machine { agent: &agent, device: 0, draws: Draws::new(1) };
    let mut state = State::default();
    let Next::Attempt(first) = machine.run_ahead(&mut state, Micros::ZERO, Event::Lost) else {
        unreachable!("a manager always attempts")
    };
    assert_eq!(machine.step(&mut state, first, Event::Connected), Action::Nothing);
    // Stale events change nothing.
    for event in [Event::Due, Event::Failed, Event::Connected] {
        let before = state;
        assert_eq!(machine.step(&mut state, first, event), Action::Nothing);
        assert_eq!(state, before);
    }
    // The second loss draws anew and the call has its attempts again.
    let wait = Micros(machine.draws.delay(Stream::AttemptDelay, 0, 1, 60_000_000));
    let lost = Micros::from_secs(100);
    assert_eq!(machine.run_ahead(&mut state, lost, Event::Lost), Next::Attempt(lost + wait));
    assert!(!state.is_stranded());
    assert_eq!(machine.run_ahead(&mut state, lost, Event::Lost), Next::Nothing);
}

#[test]
fn marks_belong_to_the_keeper() {
    let agent = example(30, sdk(0, Retries::Times(1), 0));
    let machine = Machine { agent: &agent, device: 1, draws: Draws::new(1) };
    let (mut plain, mut marked) = (State::default(), State::default());
    marked.mark(64 | 1);
    for event in [Event::Lost, Event::FailedOpen, Event::FailedOpen, Event::Failed, Event::Connected] {
        let next = machine.run_ahead(&mut plain, Micros::ZERO, event);
        assert_eq!(machine.run_ahead(&mut marked, Micros::ZERO, event), next);
        assert_eq!(marked.same_socket(), plain.same_socket());
        assert!(marked.has(64) && marked.has(65) && !marked.has(2) && !plain.has(1));
    }
    marked.unmark(65);
    assert_eq!(marked, plain);
}

#[test]
fn a_state_is_small() {
    assert!(size_of::<State>() <= 12, "{}", size_of::<State>());
}

fn delays(law: DelayLaw, max_ms: u64) -> Vec<u64> {
    let sdk = CSdk { delay_law: law, ..sdk(max_ms, Retries::Forever, 1_000) };
    (0..20_000).map(|device| delay::of_call(&sdk, Draws::new(3), device, 0).0).collect()
}

#[test]
fn on_linux_the_delay_is_at_most_two_milliseconds() {
    for max_ms in [5_000, 10_000, 60_000, 300_000, 3_600_000] {
        let delays = delays(DelayLaw::Linux221, max_ms);
        assert!(delays.iter().all(|&delay| delay <= 2_000 && delay % 1_000 == 0), "{max_ms}");
        let none = delays.iter().filter(|&&delay| delay == 0).count();
        assert!((9_000..11_000).contains(&none), "about every second call waits 0 ms: {none}");
    }
    assert!(delays(DelayLaw::Linux221, 0).iter().all(|&delay| delay == 0));
}

#[test]
fn on_windows_the_delay_works_up_to_131_seconds_and_wraps_above() {
    for max_ms in [10_000_u64, 60_000, 131_076] {
        let delays = delays(DelayLaw::Windows221, max_ms);
        let longest = delays.iter().max().unwrap() / 1_000;
        let mean = delays.iter().sum::<u64>() as f64 / 2e7;
        assert!(longest <= max_ms && longest > max_ms * 99 / 100, "{max_ms}: {longest}");
        assert!((mean / max_ms as f64 - 0.5).abs() < 0.01, "{max_ms}: {mean}");
    }
    let longest = delays(DelayLaw::Windows221, 300_000).into_iter().max().unwrap() / 1_000;
    assert!(longest <= 131_076, "{longest}");
    // The first random number beyond the edge wraps: 14 317 · 300 000 = 4 295 100 000 = 2^32 + 132 704.
    let ms = |random: u32| random.wrapping_mul(300_000) / 32_767;
    assert_eq!((ms(14_316), ms(14_317)), (131_070, 4));
}

#[test]
fn the_mean_of_a_law_is_what_its_draws_average() {
    for law in [DelayLaw::Documented, DelayLaw::Linux221, DelayLaw::Windows221] {
        for max_ms in [0, 700, 10_000, 300_000] {
            let sdk = CSdk { delay_law: law, ..sdk(max_ms, Retries::Forever, 0) };
            let drawn = delays(law, max_ms).iter().sum::<u64>() as f64 / 20_000.0;
            let mean = delay::mean(&sdk);
            assert!((drawn - mean).abs() <= 0.03 * mean, "{law:?} {max_ms}: {drawn} against {mean}");
        }
    }
}

#[test]
fn only_agents_that_let_time_pass_are_accepted() {
    let nothing = sdk(0, Retries::Times(1), 0);
    let forever = CSdk { connect_retries: Retries::Forever, ..nothing };
    let linux = CSdk { delay_law: DelayLaw::Linux221, ..sdk(10_000, Retries::Times(1), 0) };
    let spinning = [Agent::CSdk(forever), example(60, forever), example(0, nothing)];
    assert!(spinning.iter().all(spins));
    let passing = [
        Agent::CSdk(nothing),
        Agent::CSdk(sdk(0, Retries::Forever, 1)),
        example(1, nothing),
        example(0, sdk(1, Retries::Times(1), 0)),
        example(0, sdk(0, Retries::Times(0), 0)),
        example(0, linux),
    ];
    assert!(!passing.iter().any(spins));
}

/// Returns one of the kinds with small settings.
fn small(kind: usize, random: u64, retries: Retries, interval: u64) -> Agent {
    let call = sdk(random * 1_000, retries, interval * 1_000);
    match kind {
        0 => example(random, call),
        1 => Agent::CSdk(call),
        2 => Agent::Ems(call),
        3 => java(interval),
        4 => dotnet(true, call),
        5 => dotnet(false, call),
        law => generic(random, retries, backoff::LAWS[law - 6], interval, random * 5),
    }
}

proptest! {
    #[test]
    fn running_ahead_is_stepping(
        retries in 0_u16..4, forever: bool, interval in 0_u64..3, random in 0_u64..3, kind in 0_usize..11,
        events in prop::collection::vec(0_usize..8, 0..40),
    ) {
        let retries = if forever { Retries::Forever } else { Retries::Times(retries) };
        let agent = small(kind, random, retries, interval);
        let machine = Machine { agent: &agent, device: 1, draws: Draws::new(1) };
        let (mut state, mut stepped, mut now) = (State::default(), State::default(), Micros::ZERO);
        for event in events {
            let event = match event {
                0 => Event::Lost,
                1 => Event::Connected,
                2 => Event::FailedOpen,
                _ => Event::Failed,
            };
            let expected;
            (stepped, expected) = machine.step_ahead(stepped, now, event);
            prop_assert_eq!(machine.run_ahead(&mut state, now, event), expected);
            prop_assert_eq!(state, stepped);
            if let Next::Attempt(at) | Next::Stranded(at) = expected {
                now = at;
            }
        }
    }

    #[test]
    fn any_order_of_events_is_survived(
        retries in 0_u16..4, interval in 0_u64..3, random in 0_u64..3, kind in 0_usize..11,
        events in prop::collection::vec(0_usize..5, 0..60),
    ) {
        let agent = small(kind, random, Retries::Times(retries), interval);
        let machine = Machine { agent: &agent, device: 1, draws: Draws::new(1) };
        let (mut state, mut now) = (State::default(), Micros::ZERO);
        for event in events {
            let event =
                [Event::Lost, Event::Due, Event::Failed, Event::Connected, Event::FailedOpen][event];
            let before = state.attempts();
            match machine.step(&mut state, now, event) {
                Action::Wait { until, .. } => {
                    prop_assert!(until > now, "time passes in a wait");
                    now = until;
                }
                Action::Attempt { number, same_socket, .. } => {
                    prop_assert_eq!((number, state.attempts()), (before, before + 1));
                    prop_assert!(agent.reconnects() && same_socket == state.same_socket());
                    prop_assert!(agent.kind().is_c_sdk_family() || !same_socket);
                }
                Action::Strand => prop_assert!(state.is_stranded()),
                Action::Nothing => {}
            }
        }
    }
}
