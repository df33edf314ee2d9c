//! Closed forms: what a recovery looks like without simulating it.
//!
//! Devices wait a random time, uniform up to R, before *every* attempt (the ExampleAgent with one attempt
//! per call), all N lose their connection at once, attempts fail at once while the platform is down, and
//! the outage D is long compared with R unless D is asked for. The platform works on μ = k / S sign-ins
//! per second, has room for B waiting attempts, and devices give up after T. Then attempts in the outage
//! are a renewal process and everything below follows from its density and from one fluid queue.
//!
//! These are bounds, brackets and first guesses for a search, and references for tests. They are not a
//! simulation: other agents, several groups and the way back from time-outs need [`super::fluid`] or the
//! exact runs. All arguments are finite and not negative; a capacity, a delay and a number of workers are
//! above 0. Where a formula has no answer the result is 0, 1 or infinite as documented.
//!
//! Sources: Cox, *Renewal Theory* (1962); Kleinrock, *Queueing Systems* I (1975); Cosmetatos (1975) in
//! the form of Kimura (1991) for fixed service with several workers.

use std::f64::consts::{E, PI};

/// Returns the attempts per second at time `t_s` [s] of an outage: renewal density of U(0, R) times N.
///
/// N·e^(t/R)/R up to R, then the delayed differential equation m' = (m(t) − m(t − R))/R one step
/// further, and 2N/R from 2R on, where the difference is below 2 %.
pub fn attempt_rate(devices: f64, random_delay_s: f64, t_s: f64) -> f64 {
    let x = t_s / random_delay_s;
    let density = if x < 1.0 {
        x.exp()
    } else if x < 2.0 {
        x.exp() - x * (x - 1.0).exp()
    } else {
        2.0
    };
    devices / random_delay_s * density
}

/// Returns the largest number of attempts per second in the outage [attempts/s]: max(e, 2)·N/R for
/// D ≥ R, reached after R; e^(D/R)·N/R for shorter ones, reached at their end (renewal density).
///
/// The common rule N/R is too low by that factor.
pub fn peak_in_outage(devices: f64, random_delay_s: f64, outage_s: f64) -> f64 {
    devices / random_delay_s * (outage_s / random_delay_s).exp().min(E)
}

/// Returns the attempts of one device in the outage: e^(D/R) − 1 up to R, 2D/R − 1/3 for long ones (mean
/// of a renewal process, second term of its expansion), the exact second piece between R and 2R.
pub fn attempts_in_outage(random_delay_s: f64, outage_s: f64) -> f64 {
    let x = outage_s / random_delay_s;
    if x <= 1.0 {
        x.exp_m1()
    } else if x <= 2.0 {
        // ∫ of the density's second piece; ∫ x e^(x − 1) dx = (x − 1) e^(x − 1).
        x.exp() - 1.0 - (x - 1.0) * (x - 1.0).exp()
    } else {
        2.0 * x - 1.0 / 3.0
    }
}

/// Returns the first attempts per second at `x_s` [s] after the return [attempts/s]: (2N/R)(1 − x/R), the
/// residual life of a stationary renewal process (D much longer than R); 0 from R on.
pub fn arrival_rate(devices: f64, random_delay_s: f64, x_s: f64) -> f64 {
    2.0 * devices / random_delay_s * (1.0 - x_s / random_delay_s).max(0.0)
}

/// Returns the random delay that keeps the attempts in the outage below `peak` [attempts/s], for D ≥ R
/// [s]: e·N/P, from [`peak_in_outage`].
pub fn delay_for_peak(devices: f64, peak: f64) -> f64 {
    E * devices / peak
}

/// Returns the random delay from which on nobody queues after the return [s]: 2N/μ, where the first
/// arrivals, 2N/R, equal the capacity.
pub fn delay_without_queue(devices: f64, capacity_per_s: f64) -> f64 {
    2.0 * devices / capacity_per_s
}

/// Returns the largest backlog after the return [attempts]: Qmax = N(1 − μR/2N)², the integral of
/// arrivals beyond capacity; 0 from R = 2N/μ on. Refusals and time-outs would make it smaller.
pub fn largest_backlog(devices: f64, random_delay_s: f64, capacity_per_s: f64) -> f64 {
    let excess = (1.0 - capacity_per_s * random_delay_s / (2.0 * devices)).max(0.0);
    devices * excess * excess
}

/// Returns the random delay from which on the backlog stays below `backlog` [s]:
/// (2N/μ)(1 − √(Q/N)), [`largest_backlog`] solved for R; 0 where every delay does.
pub fn delay_for_backlog(devices: f64, capacity_per_s: f64, backlog: f64) -> f64 {
    2.0 * devices / capacity_per_s * (1.0 - (backlog / devices).sqrt()).max(0.0)
}

/// Returns the random delay from which on no device gives up waiting [s]: `R_safe`, [`delay_for_backlog`]
/// with the backlog μ(T − S) that is worked off within the time-out.
///
/// A full queue of less than that makes it unnecessary; see [`delay_without_refusals`].
pub fn safe_delay(devices: f64, capacity_per_s: f64, timeout_s: f64, service_s: f64) -> f64 {
    delay_for_backlog(devices, capacity_per_s, capacity_per_s * (timeout_s - service_s).max(0.0))
}

/// Returns the random delay from which on the queue refuses nobody [s]: (2N/μ)(1 − √(B/N)).
pub fn delay_without_refusals(devices: f64, capacity_per_s: f64, room: f64) -> f64 {
    delay_for_backlog(devices, capacity_per_s, room)
}

/// Returns the time in which a share of the devices is back where nobody queues [s]: R(1 − √(1 − q)),
/// quantile of the residual life; `share` in 0..=1.
pub fn unqueued_time(random_delay_s: f64, share: f64) -> f64 {
    random_delay_s * (1.0 - (1.0 - share).max(0.0).sqrt())
}

/// Returns the mean time in which all devices are back where nobody queues [s]:
/// R(1 − √(π/N)/2) + S, the largest of N residual lives.
pub fn unqueued_last(devices: f64, random_delay_s: f64, service_s: f64) -> f64 {
    random_delay_s * (1.0 - 0.5 * (PI / devices).sqrt()) + service_s
}

/// Returns a lower bound of the time in which a share of the devices is back [s]: the longer of qN/μ
/// (work) and [`unqueued_time`] (waiting).
pub fn least_recovery(devices: f64, random_delay_s: f64, capacity_per_s: f64, share: f64) -> f64 {
    (share * devices / capacity_per_s).max(unqueued_time(random_delay_s, share))
}

/// What [`best_delay`] must know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Devices that come back.
    pub devices: f64,
    /// Capacity of the platform [sign-ins/s].
    pub capacity_per_s: f64,
    /// Time of one sign-in [s].
    pub service_s: f64,
    /// Longest wait of a device for its sign-in [s].
    pub timeout_s: f64,
    /// Attempts that can wait for a worker.
    pub room: f64,
}

/// Returns a first guess of the best random delay [s]:
/// `R* = max(R_safe, qN/(μ(1 − √(1 − q))), e·N/P)`.
///
/// The middle term is where the two bounds of [`least_recovery`] meet: below it R does not shorten the
/// recovery, above it it lengthens it. `R_safe` counts only where the room lets waits grow to the time-out.
/// `peak` limits the attempts per second in the outage; infinite for no limit.
pub fn best_delay(load: &Load, share: f64, peak: f64) -> f64 {
    let Load { devices, capacity_per_s, service_s, timeout_s, room } = *load;
    let meet = share * devices / (capacity_per_s * (1.0 - (1.0 - share).sqrt()));
    let safe = if room / capacity_per_s + service_s > timeout_s {
        safe_delay(devices, capacity_per_s, timeout_s, service_s)
    } else {
        0.0
    };
    meet.max(safe).max(delay_for_peak(devices, peak))
}

/// Returns the random delay below which a collapse can keep itself up [s]: 2(N/μ − T), or 0 where it
/// cannot for any delay.
///
/// Necessary, not sufficient: devices that all give up return every T + R/2, so the platform is kept
/// busy with work for nobody while μ < N/(T + R/2), and a wait beyond the time-out needs
/// B/μ + S > T. Between this and `R_safe` a recovery depends on the first arrivals being served.
pub fn risk_below(load: &Load) -> f64 {
    let Load { devices, capacity_per_s, service_s, timeout_s, room } = *load;
    if room / capacity_per_s + service_s > timeout_s {
        (2.0 * (devices / capacity_per_s - timeout_s)).max(0.0)
    } else {
        0.0
    }
}

/// Returns the probability that an arrival has to wait, 0..=1: Erlang's C for `workers` at this
/// utilisation (Poisson arrivals, exponential service); 1 from a utilisation of 1 on.
pub fn erlang_c(workers: u32, utilisation: f64) -> f64 {
    if utilisation >= 1.0 {
        return 1.0;
    }
    let load = f64::from(workers) * utilisation;
    // Erlang's B by its recursion, which neither overflows nor loses digits.
    let blocked = (1..=workers).fold(1.0, |blocked, k| load * blocked / (f64::from(k) + load * blocked));
    blocked / (1.0 - utilisation * (1.0 - blocked))
}

/// Returns the mean wait in the queue of M/M/c [s]: C·S/(c(1 − ρ)); infinite from ρ = 1 on.
pub fn mean_wait_exponential(workers: u32, utilisation: f64, service_s: f64) -> f64 {
    if utilisation >= 1.0 {
        return f64::INFINITY;
    }
    erlang_c(workers, utilisation) * service_s / (f64::from(workers) * (1.0 - utilisation))
}

/// Returns the mean wait in the queue of M/D/1 [s]: ρS/(2(1 − ρ)) (Pollaczek–Khinchine); infinite from
/// ρ = 1 on.
pub fn mean_wait_fixed(utilisation: f64, service_s: f64) -> f64 {
    if utilisation >= 1.0 { f64::INFINITY } else { 0.5 * utilisation * service_s / (1.0 - utilisation) }
}

/// Returns the mean wait in the queue of M/D/c [s], within about 1 %: half of M/M/c, corrected for
/// several workers by Cosmetatos's approximation; exact for one.
pub fn mean_wait_fixed_many(workers: u32, utilisation: f64, service_s: f64) -> f64 {
    let c = f64::from(workers);
    let bend = (1.0 - utilisation) * (c - 1.0) * ((4.0 + 5.0 * c).sqrt() - 2.0) / (16.0 * utilisation * c);
    0.5 * (1.0 + bend) * mean_wait_exponential(workers, utilisation, service_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `storm-1`, 10 000 agents.
    const LOAD: Load =
        Load { devices: 10_000.0, capacity_per_s: 200.0, service_s: 0.02, timeout_s: 10.0, room: 3_000.0 };

    fn near(value: f64, expected: f64, within: f64) {
        assert!((value - expected).abs() <= within, "{value} against {expected}");
    }

    #[test]
    fn attempts_rise_to_e_times_the_naive_rate_and_settle_at_twice_of_it() {
        near(peak_in_outage(10_000.0, 30.0, 120.0), 906.1, 0.1);
        near(peak_in_outage(10_000.0, 150.0, 120.0), 148.4, 0.1);
        near(peak_in_outage(10_000.0, 30.0, 0.0), 333.3, 0.1);
        // The density jumps from e to e − 1 at R, because nobody waits longer than that.
        near(attempt_rate(1.0, 1.0, 0.999_999), E, 1e-4);
        near(attempt_rate(1.0, 1.0, 1.0), E - 1.0, 1e-9);
        near(attempt_rate(1.0, 1.0, 1.999_999), 2.0, 0.05);
        assert_eq!(attempt_rate(300.0, 30.0, 100.0), 20.0);
        near(delay_for_peak(10_000.0, peak_in_outage(10_000.0, 30.0, 120.0)), 30.0, 1e-9);
    }

    #[test]
    fn attempts_in_the_outage_are_the_integral_of_their_density() {
        for outage in [0.3, 0.9, 1.5, 2.0] {
            let steps = 100_000;
            let width = outage / f64::from(steps);
            let sum: f64 =
                (0..steps).map(|k| attempt_rate(1.0, 1.0, (f64::from(k) + 0.5) * width) * width).sum();
            near(attempts_in_outage(1.0, outage), sum, 1e-4);
        }
        // Simulated with 1 000 seeds: 7.66674 ± 0.00105.
        near(attempts_in_outage(30.0, 120.0), 7.666_67, 1e-4);
        near(attempts_in_outage(30.0, 60.01), attempts_in_outage(30.0, 60.0), 0.01);
    }

    #[test]
    fn the_backlog_is_the_integral_of_arrivals_beyond_capacity() {
        for delay in [10.0, 30.0, 55.0, 99.0] {
            let beyond = |x: f64| (arrival_rate(10_000.0, delay, x) - 200.0).max(0.0);
            let width = delay / 1e5;
            let sum: f64 = (0..100_000).map(|k| beyond((f64::from(k) + 0.5) * width) * width).sum();
            near(largest_backlog(10_000.0, delay, 200.0), sum, 0.1);
        }
        assert_eq!(largest_backlog(10_000.0, 100.0, 200.0), 0.0);
        assert_eq!(arrival_rate(10_000.0, 30.0, 31.0), 0.0);
    }

    #[test]
    fn the_sweeps_of_the_reference_model_come_out() {
        assert_eq!(delay_without_queue(10_000.0, 200.0), 100.0);
        near(safe_delay(10_000.0, 200.0, 10.0, 0.02), 55.3, 0.05);
        near(delay_without_refusals(10_000.0, 200.0, 200.0), 85.9, 0.1);
        assert_eq!(delay_without_refusals(10_000.0, 200.0, 20_000.0), 0.0);
        near(best_delay(&LOAD, 0.95, f64::INFINITY), 61.2, 0.1);
        near(best_delay(&LOAD, 0.95, 300.0), 90.6, 0.1);
        assert_eq!(risk_below(&LOAD), 80.0);
        assert_eq!(
            risk_below(&Load { room: 200.0, ..LOAD }),
            0.0,
            "the queue is full before anybody gives up"
        );
        // With little capacity R_safe decides.
        let slow = Load { capacity_per_s: 20.0, ..LOAD };
        near(best_delay(&slow, 0.5, f64::INFINITY), safe_delay(10_000.0, 20.0, 10.0, 0.02), 1e-9);
        near(delay_for_backlog(10_000.0, 200.0, largest_backlog(10_000.0, 42.0, 200.0)), 42.0, 1e-9);
    }

    #[test]
    fn recovery_is_bound_by_work_or_by_waiting() {
        assert_eq!(least_recovery(10_000.0, 10.0, 200.0, 0.95), 47.5);
        near(least_recovery(10_000.0, 100.0, 200.0, 0.95), 77.6, 0.1);
        assert_eq!(unqueued_time(30.0, 1.0), 30.0);
        // Simulated with 1 000 seeds: 29.7596 ± 0.0088.
        near(unqueued_last(10_000.0, 30.0, 0.02), 29.754, 1e-3);
    }

    #[test]
    fn queues_have_their_text_book_waits() {
        near(erlang_c(1, 0.7), 0.7, 1e-12);
        // Two workers: 2ρ²/(1 + ρ).
        near(erlang_c(2, 0.8), 2.0 * 0.64 / 1.8, 1e-12);
        // Published table: 10 Erlang on 14 workers, 17.4 % wait.
        near(erlang_c(14, 10.0 / 14.0), 0.174, 5e-4);
        assert!(erlang_c(100_000, 0.999).is_finite());
        assert_eq!(erlang_c(4, 1.0), 1.0);
        near(mean_wait_exponential(1, 0.8, 2.0), 8.0, 1e-9);
        near(mean_wait_fixed(0.8, 2.0), 4.0, 1e-9);
        near(mean_wait_fixed_many(1, 0.8, 2.0), 4.0, 1e-9);
        assert!(mean_wait_fixed_many(16, 0.8, 2.0) > 0.5 * mean_wait_exponential(16, 0.8, 2.0));
        assert!(
            [mean_wait_fixed(1.0, 1.0), mean_wait_exponential(3, 1.2, 1.0)].iter().all(|w| w.is_infinite())
        );
    }
}
