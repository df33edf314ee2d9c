//! The laws of back-off: exact waits, means, and that every wait stays within its law.

use super::*;

/// Every law.
pub(super) const LAWS: [BackoffLaw; 5] = [
    BackoffLaw::Fixed,
    BackoffLaw::Exponential,
    BackoffLaw::FullJitter,
    BackoffLaw::EqualJitter,
    BackoffLaw::DecorrelatedJitter,
];

/// Returns the waits of a device after its first failures [ms].
fn waits(agent: &Agent, device: u64, count: usize) -> Vec<u64> {
    let machine = Machine { agent, device, draws: Draws::new(7) };
    let mut state = State::default();
    let Next::Attempt(mut now) = machine.run_ahead(&mut state, Micros::ZERO, Event::Lost) else { panic!() };
    let mut waits = Vec::new();
    for _ in 0..count {
        let Next::Attempt(next) = machine.run_ahead(&mut state, now, Event::Failed) else { panic!() };
        waits.push((next - now).0);
        now = next;
    }
    assert!(waits.iter().all(|wait| wait % 1_000 == 0), "whole milliseconds: {waits:?}");
    waits.into_iter().map(|wait| wait / 1_000).collect()
}

fn backing_off(law: BackoffLaw, base_ms: u64, cap_ms: u64) -> Agent {
    generic(0, Retries::Forever, law, base_ms, cap_ms)
}

#[test]
fn without_jitter_the_waits_are_the_formula() {
    assert_eq!(waits(&backing_off(BackoffLaw::Fixed, 700, 60_000), 1, 4), [700; 4]);
    assert_eq!(waits(&backing_off(BackoffLaw::Fixed, 700, 500), 1, 2), [500; 2], "never above the cap");
    let exponential = waits(&backing_off(BackoffLaw::Exponential, 1_000, 20_000), 1, 70);
    assert_eq!(exponential[..6], [1_000, 2_000, 4_000, 8_000, 16_000, 20_000]);
    assert!(exponential[6..].iter().all(|&wait| wait == 20_000));
}

#[test]
fn jitter_is_drawn_for_the_attempt_that_is_waited_for() {
    let draw = |attempt, range| Draws::new(7).delay(Stream::Backoff, 3, attempt, range);
    let full = waits(&backing_off(BackoffLaw::FullJitter, 1_000, 5_000), 3, 4);
    assert_eq!(full, [draw(1, 1_000), draw(2, 2_000), draw(3, 4_000), draw(4, 5_000)]);
    let equal = waits(&backing_off(BackoffLaw::EqualJitter, 1_001, 5_000), 3, 3);
    assert_eq!(equal, [500 + draw(1, 501), 1_001 + draw(2, 1_001), 2_002 + draw(3, 2_002)]);
    let decorrelated = waits(&backing_off(BackoffLaw::DecorrelatedJitter, 1_000, 5_000), 3, 30);
    let mut previous = 1_000;
    for (attempt, &wait) in (1..).zip(&decorrelated) {
        assert_eq!(wait, 5_000.min(1_000 + draw(attempt, 3 * previous - 1_000)));
        previous = wait;
    }
    assert!(decorrelated.contains(&5_000));
    // Before the first attempt, in microseconds.
    let agent = generic(60, Retries::Forever, BackoffLaw::FullJitter, 1_000, 5_000);
    let machine = Machine { agent: &agent, device: 3, draws: Draws::new(7) };
    let first = machine.run_ahead(&mut State::default(), Micros::ZERO, Event::Lost);
    assert_eq!(first, Next::Attempt(Micros(draw(0, 60_000_000))));
}

#[test]
fn the_means_are_those_of_the_laws() {
    // expo = 8 s at the fourth failure; decorrelated: E = (base + 3 p)/2 twice, not yet near the cap.
    let expected = [
        (BackoffLaw::Fixed, 3, 1_000.0),
        (BackoffLaw::Exponential, 3, 8_000.0),
        (BackoffLaw::FullJitter, 3, 4_000.5),
        (BackoffLaw::EqualJitter, 3, 6_000.5),
        (BackoffLaw::DecorrelatedJitter, 0, 2_000.5),
        (BackoffLaw::DecorrelatedJitter, 1, 3_501.25),
    ];
    for (law, n, expected) in expected {
        let agent = backing_off(law, 1_000, 1_000_000);
        let sum: u64 = (0..20_000).map(|device| waits(&agent, device, n + 1)[n]).sum();
        let mean = sum as f64 / 20_000.0;
        assert!((mean / expected - 1.0).abs() < 0.02, "{law:?}: {mean} against {expected}");
    }
}

#[test]
fn used_up_attempts_strand_at_once_and_a_return_starts_the_back_off_again() {
    let agent = generic(0, Retries::Times(3), BackoffLaw::Exponential, 1_000, 60_000);
    let told = [
        "attempt 0 within 10 s",
        "Backoff 1 s",
        "attempt 1 within 10 s",
        "Backoff 2 s",
        "attempt 2 within 10 s",
        "stranded at 3 s",
    ];
    assert_eq!(timeline(&agent, 0, 99), told);
    assert_eq!(timeline(&generic(0, Retries::Times(0), BackoffLaw::Fixed, 1, 1), 0, 9), ["stranded at 0 s"]);

    let machine = Machine { agent: &agent, device: 0, draws: Draws::new(1) };
    let mut state = State::default();
    for loss in [Micros::ZERO, Micros::from_secs(100)] {
        assert_eq!(machine.run_ahead(&mut state, loss, Event::Lost), Next::Attempt(loss));
        let second = loss + Micros::SECOND;
        assert_eq!(machine.run_ahead(&mut state, loss, Event::Failed), Next::Attempt(second));
        machine.step(&mut state, second, Event::Connected);
    }
    assert_eq!(state.attempts(), 4);
}

proptest! {
    #[test]
    fn no_wait_is_longer_than_the_law_says(
        law in 0_usize..5, base in 1_u64..100_000, cap in 1_u64..100_000, device in 0_u64..1_000,
    ) {
        let agent = backing_off(LAWS[law], base, cap);
        let Agent::Generic(Generic { backoff, .. }) = agent else { panic!() };
        for (n, wait) in (0..).zip(waits(&agent, device, 40)) {
            prop_assert!(wait >= 1 && Micros::from_millis(wait) <= backoff.longest(n), "{} {}", n, wait);
            prop_assert!(wait <= cap);
        }
    }

    #[test]
    fn absurd_lengths_are_survived(law in 0_usize..5, base: u64, cap: u64, first: u64) {
        let agent = Agent::Generic(Generic {
            first_delay: Micros(first),
            connect_timeout: Micros::ZERO,
            connect_retries: Retries::Times(u16::MAX),
            backoff: Backoff { law: LAWS[law], base: Micros(base), cap: Micros(cap) },
        });
        let machine = Machine { agent: &agent, device: 0, draws: Draws::new(1) };
        let (mut state, mut now, mut event) = (State::default(), Micros::ZERO, Event::Lost);
        for _ in 0..50 {
            let Next::Attempt(at) = machine.run_ahead(&mut state, now, event) else { panic!() };
            prop_assert!(at >= now);
            (now, event) = (at, Event::Failed);
        }
    }
}
