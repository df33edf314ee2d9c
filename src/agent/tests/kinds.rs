//! What only one kind does: EMS, Java and .NET, sockets that stay open, devices that are called again.

use super::*;

/// Plays events one after the other, each at the end of the wait before; tells the actions.
fn answers(agent: &Agent, events: &[Event]) -> (Vec<Action>, State) {
    let machine = Machine { agent, device: 3, draws: Draws::new(1) };
    let (mut state, mut now) = (State::default(), Micros::ZERO);
    let actions = events
        .iter()
        .map(|&event| {
            let action = machine.step(&mut state, now, event);
            if let Action::Wait { until, .. } = action {
                now = until;
            }
            action
        })
        .collect();
    (actions, state)
}

#[test]
fn the_ems_makes_the_call_of_the_c_sdk() {
    for call in [sdk(10_000, Retries::Times(3), 10_000), sdk(10_000, Retries::Forever, 10_000)] {
        let lines = timeline(&Agent::Ems(call), 5, 60);
        assert_eq!(lines, timeline(&Agent::CSdk(call), 5, 60));
    }
}

#[test]
fn the_java_sdk_waits_its_interval_before_every_attempt() {
    let told = timeline(&java(15), 0, 2_000);
    assert_eq!(told.len(), 2_000, "it never gives up");
    assert_eq!(
        told[..4],
        ["Interval 15 s", "attempt 0 within 20 s", "Interval 15 s", "attempt 1 within 20 s"]
    );
    assert_eq!(told, timeline(&java(15), 9_999, 2_000), "all devices alike");
    assert_eq!(timeline(&java(0), 0, 2), ["attempt 0 within 20 s", "attempt 1 within 20 s"]);
}

#[test]
fn the_dotnet_sdk_calls_for_ever_or_not_at_all() {
    let call = sdk(10_000, Retries::Times(2), 5_000);
    assert_eq!(timeline(&dotnet(false, call), 0, 9), ["stranded at 0 s"]);
    let draws = Draws::new(1);
    let mut expected = Vec::new();
    for number in 0..3_u64 {
        let delay = Micros(draws.delay(Stream::CallDelay, 2, number, 10_000_000));
        expected.push(format!("Sdk {delay}"));
        for attempt in [2 * number, 2 * number + 1] {
            expected.push(format!("attempt {attempt} within 10 s"));
            expected.push("Retry 5 s".into());
        }
    }
    assert_eq!(timeline(&dotnet(true, call), 2, 15), expected);
    assert_eq!(timeline(&dotnet(true, sdk(0, Retries::Times(0), 0)), 0, 9), ["stranded at 0 s"]);
}

#[test]
fn a_socket_that_stands_is_used_again() {
    let call = sdk(0, Retries::Times(2), 1_000);
    let script = [Event::Lost, Event::FailedOpen, Event::Due, Event::Failed];
    let attempt = |agent: &Agent, number, same_socket| Action::Attempt {
        number,
        timeout: agent.connect_timeout(),
        same_socket,
    };
    for agent in [Agent::CSdk(call), Agent::Ems(call)] {
        let (actions, state) = answers(&agent, &script);
        assert_eq!((actions[0], actions[2]), (attempt(&agent, 0, false), attempt(&agent, 1, true)));
        assert!(matches!(actions[1], Action::Wait { pause: Pause::Retry, .. }));
        assert!(!state.same_socket(), "the second attempt closed it");
    }
    // A connection manager finds it open in its next call.
    let managed = example(60, sdk(0, Retries::Times(1), 0));
    let (actions, state) = answers(&managed, &[Event::Lost, Event::Due, Event::FailedOpen, Event::Due]);
    assert_eq!((actions[3], state.same_socket()), (attempt(&managed, 1, true), true));
    // Other kinds begin with a new one.
    let full = generic(0, Retries::Forever, BackoffLaw::FullJitter, 1_000, 60_000);
    for agent in [dotnet(true, call), full] {
        let (actions, state) = answers(&agent, &script[..3]);
        assert_eq!((actions[2], state.same_socket()), (attempt(&agent, 1, false), false));
    }
}

#[test]
fn a_socket_that_is_lost_before_the_next_attempt_is_not_used_again() {
    let agent = Agent::CSdk(sdk(0, Retries::Forever, 1_000));
    let script = [Event::Lost, Event::FailedOpen, Event::Lost, Event::Due];
    let (actions, _) = answers(&agent, &script);
    assert_eq!(actions[2], Action::Nothing);
    assert!(matches!(actions[3], Action::Attempt { number: 1, same_socket: false, .. }));
    // The same where the waits were run ahead of.
    let machine = Machine { agent: &agent, device: 0, draws: Draws::new(1) };
    let mut state = State::default();
    machine.run_ahead(&mut state, Micros::ZERO, Event::Lost);
    machine.run_ahead(&mut state, Micros::ZERO, Event::FailedOpen);
    assert!(state.same_socket());
    assert_eq!(machine.run_ahead(&mut state, Micros::ZERO, Event::Lost), Next::Nothing);
    assert!(!state.same_socket());
}

#[test]
fn a_stranded_device_begins_anew_when_it_is_called_again() {
    let times = |retries| sdk(10_000, Retries::Times(retries), 1_000);
    let full = generic(5, Retries::Times(1), BackoffLaw::FullJitter, 1_000, 9_000);
    for agent in [Agent::CSdk(times(1)), Agent::Ems(times(1)), full] {
        let machine = Machine { agent: &agent, device: 4, draws: Draws::new(1) };
        let mut state = State::default();
        let Next::Attempt(first) = machine.run_ahead(&mut state, Micros::ZERO, Event::Lost) else { panic!() };
        let Next::Stranded(end) = machine.run_ahead(&mut state, first, Event::Failed) else { panic!() };
        assert!(state.is_stranded());
        let Next::Attempt(second) = machine.run_ahead(&mut state, end, Event::Lost) else { panic!() };
        assert_ne!(second - end, first, "{agent:?}: with draws of its own");
        assert!(matches!(machine.run_ahead(&mut state, second, Event::Failed), Next::Stranded(_)));
    }
    for agent in [dotnet(false, times(3)), Agent::CSdk(times(0))] {
        let (actions, _) = answers(&agent, &[Event::Lost, Event::Lost]);
        assert_eq!(actions, [Action::Strand, Action::Nothing], "{agent:?}: stranded once");
    }
}

#[test]
fn every_kind_says_when_it_would_take_no_time() {
    let nothing = sdk(0, Retries::Times(2), 0);
    let forever = CSdk { connect_retries: Retries::Forever, ..nothing };
    let none = |law| generic(9, Retries::Forever, law, 0, 1_000);
    let spinning = [Agent::Ems(forever), java(0), dotnet(true, nothing), dotnet(true, forever)];
    assert!(spinning.iter().chain(&backoff::LAWS.map(none)).all(spins));
    let passing = [
        Agent::Ems(nothing),
        java(1),
        dotnet(false, forever),
        dotnet(true, sdk(1, Retries::Times(1), 0)),
        dotnet(true, sdk(0, Retries::Times(0), 0)),
        generic(0, Retries::Times(9), BackoffLaw::Fixed, 0, 0),
    ];
    let some = |law| generic(0, Retries::Forever, law, 1, 1);
    assert!(!passing.iter().chain(&backoff::LAWS.map(some)).any(spins));
}
