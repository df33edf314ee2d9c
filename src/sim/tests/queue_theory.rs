//! The station against queueing theory: Poisson arrivals, long runs, independent replications.
//!
//! Standard errors come from the replications, because waits that follow each other are not independent.

use crate::admission::station::{Offer, Station};
use crate::base::draws::{Stream, mix};
use crate::base::{Draws, Micros};
use crate::fleet::{Platform, ServiceLaw};
use crate::sim::run::bins;
use crate::sim::theory::{erlang_c, mean_wait_exponential, mean_wait_fixed, mean_wait_fixed_many};

/// Mean service [µs].
const SERVICE: u64 = 20_000;
const REPLICATIONS: u64 = 24;
const ARRIVALS: u64 = 20_000;
/// Arrivals until the queue has forgotten that it began empty.
const WARM_UP: u64 = 2_000;

/// What one replication measured.
struct Measured {
    /// Mean wait in the queue [s].
    wait: f64,
    /// Share of arrivals that waited.
    waited: f64,
}

fn replicate(workers: u32, utilisation: f64, law: ServiceLaw) -> Vec<Measured> {
    let tier = Platform::one_tier(workers, Micros(SERVICE), law, u32::MAX).sign_in();
    let between = SERVICE as f64 / (f64::from(workers) * utilisation);
    let horizon = Micros((between * ARRIVALS as f64 * 1.2) as u64);
    let one = |replication: u64| {
        let draws = Draws::new(mix(replication));
        let exponential = |stream, index, mean: f64| -libm::log(draws.unit(stream, 0, index)) * mean;
        let mut station =
            Station::new(&tier, bins(horizon) as usize, horizon.0, false, law == ServiceLaw::Fixed);
        let (mut now, mut waits, mut waited) = (0.0, 0.0, 0.0);
        for index in 0..ARRIVALS {
            now += exponential(Stream::AttemptDelay, index, between);
            let service = |_start: u64| match law {
                ServiceLaw::Fixed => SERVICE,
                _ => exponential(Stream::Service, index, SERVICE as f64) as u64,
            };
            let at = now as u64;
            let Offer::Served { start, .. } = station.offer(at, u64::MAX, 0, service) else {
                panic!("room for all")
            };
            if index >= WARM_UP {
                waits += (start - at) as f64 * 1e-6;
                waited += f64::from(u8::from(start > at));
            }
        }
        let counted = (ARRIVALS - WARM_UP) as f64;
        Measured { wait: waits / counted, waited: waited / counted }
    };
    (0..REPLICATIONS).map(one).collect()
}

fn check(name: &str, samples: &[f64], expected: f64) {
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    let variance = samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let z = (mean - expected) / (variance / n).sqrt();
    assert!(z.abs() < 4.0, "{name}: {mean} against {expected}, z = {z:.2}");
    // The test would see an error of a tenth.
    assert!((variance / n).sqrt() < 0.06 * expected, "{name}: standard error {}", (variance / n).sqrt());
}

fn waits(measured: &[Measured]) -> Vec<f64> {
    measured.iter().map(|one| one.wait).collect()
}

#[test]
fn fixed_service_waits_as_pollaczek_and_khinchine_say() {
    let service_s = SERVICE as f64 * 1e-6;
    for utilisation in [0.5, 0.8] {
        let measured = waits(&replicate(1, utilisation, ServiceLaw::Fixed));
        check(&format!("M/D/1 at {utilisation}"), &measured, mean_wait_fixed(utilisation, service_s));
    }
    // An approximation: only its own error, 2 %, can be expected.
    let measured = waits(&replicate(16, 0.8, ServiceLaw::Fixed));
    let mean = measured.iter().sum::<f64>() / REPLICATIONS as f64;
    let expected = mean_wait_fixed_many(16, 0.8, service_s);
    assert!((mean / expected - 1.0).abs() < 0.04, "M/D/16: {mean} against {expected}");
}

#[test]
fn exponential_service_waits_as_erlang_says() {
    let service_s = SERVICE as f64 * 1e-6;
    for (workers, utilisation) in [(1, 0.5), (1, 0.8), (4, 0.8), (16, 0.8)] {
        let measured = replicate(workers, utilisation, ServiceLaw::Exponential);
        let name = format!("M/M/{workers} at {utilisation}");
        check(&name, &waits(&measured), mean_wait_exponential(workers, utilisation, service_s));
        let waited: Vec<f64> = measured.iter().map(|one| one.waited).collect();
        check(&format!("{name}, share that waits"), &waited, erlang_c(workers, utilisation));
    }
}
