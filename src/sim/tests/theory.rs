//! Closed forms, each with the z-score of the simulated mean below 4 (fixed seeds, so they always pass
//! or never).

use super::{ample, example, play};
use crate::sim::Run;

const N: u32 = 2_000;
const SERVICE_S: f64 = 0.02;

/// Returns how many standard errors the mean of the samples is away from what is expected.
fn z(samples: &[f64], expected: f64) -> f64 {
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    let variance = samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    (mean - expected) / (variance / n).sqrt()
}

fn check(name: &str, samples: &[f64], expected: f64) {
    let z = z(samples, expected);
    assert!(z.abs() < 4.0, "{name}: z = {z:.2} against {expected}");
}

#[test]
fn without_an_outage_devices_return_by_order_statistics() {
    let fleet = ample(N, example(60.0), 0.0);
    let runs: Vec<Run> = (0..200).map(|seed| play(&fleet, seed)).collect();
    for (index, share) in [0.5, 0.95, 0.99, 1.0].into_iter().enumerate() {
        let rank = (share * f64::from(N)).ceil();
        let samples: Vec<f64> = runs.iter().map(|run| run.times.all()[index].unwrap().secs()).collect();
        // Mean of the m-th of N uniform numbers.
        check(&format!("rank {rank}"), &samples, 60.0 * rank / f64::from(N + 1) + SERVICE_S);
    }
}

#[test]
fn a_long_outage_makes_attempts_a_renewal_process() {
    let (n, outage, random) = (f64::from(N), 120.0, 30.0);
    let fleet = ample(N, example(random), outage);
    let runs: Vec<Run> = (0..120).map(|seed| play(&fleet, seed)).collect();
    let over = |of: &dyn Fn(&Run) -> f64| runs.iter().map(of).collect::<Vec<_>>();

    // 2D/R − 1/3, with the next term of the expansion.
    check("attempts per device", &over(&|run| run.totals.attempts_in_outage as f64 / n), 7.666_72);
    // Renewal density of U(0, R) up to R: e^(t/R)/R, so the peak is e·N/R at t = R, not N/R.
    for second in [0, 10, 20, 29] {
        let [from, to] = [second, second + 1].map(|t| f64::exp(f64::from(t) / random));
        let attempts = over(&|run| f64::from(run.curves.all.attempts[second as usize]));
        check(&format!("attempts in second {second}"), &attempts, n * (to - from));
    }
    // Settled: 2N/R.
    check("attempts in second 118", &over(&|run| f64::from(run.curves.all.attempts[118])), 2.0 * n / random);
    // After the return every device arrives once: (2N/R)(1 − x/R).
    for second in [0, 5, 15, 25] {
        let middle = f64::from(second) + 0.5;
        let arrivals = over(&|run| f64::from(run.curves.arrivals[120 + second as usize]));
        check(&format!("arrivals in second {second}"), &arrivals, 2.0 * n / random * (1.0 - middle / random));
    }
    let last = random * (1.0 - (std::f64::consts::PI / n).sqrt() / 2.0) + SERVICE_S;
    check("t100 without a queue", &over(&|run| run.times.t100.unwrap().secs()), last);
}

#[test]
fn a_saturated_platform_serves_at_its_capacity() {
    let mut fleet = crate::sim::storm1::fleet(crate::sim::storm1::Scenario::Storm, 10_000, false);
    fleet.platform.accept_queue = 100_000;
    fleet.outage.watch = crate::base::Micros::from_secs(40);
    let run = play(&fleet, 1);
    // 4 workers of 20 ms: 200 sign-ins/s, whoever they are for.
    let served = run.totals.back + run.totals.wasted;
    assert!((7_990..=8_000).contains(&served), "{served}");
    assert_eq!(run.sign_in().unwrap().utilisation(140), 1.0);
    assert_eq!(run.sign_in().unwrap().utilisation(60), 0.0);
    assert_eq!(run.totals.wasted_work, run.totals.wasted * 20_000);
}
