//! The order of the devices: decided by a seed, and spread over sites, Connection Servers and groups.
//!
//! Devices of one site, server and group form a *stratum*. Device `k` of a stratum of `n`, in the order of a
//! seeded hash, stands at `(k + u) / n` of the way, with a `u` in \[0, 1) of the stratum's own. So at each point
//! of the way every stratum is served up to its share, give or take one device, and no wave takes a site or a
//! server down as a whole unless it takes everything.

use crate::base::draws::mix;
use crate::config::bundle::waves;

/// One stretch of the way, so that shares of it are whole numbers.
const WAY: u128 = 1 << 64;

/// Returns the places of the devices in the order in which they are served.
///
/// `strata` names each device's stratum, counted from 0 without gaps.
pub(super) fn spread<'a>(names: impl Iterator<Item = &'a str>, strata: &[u32], seed: u64) -> Vec<usize> {
    let shuffled = waves::order(names, seed);
    let count = strata.iter().max().map_or(0, |last| *last as usize + 1);
    let mut sizes = vec![0_u64; count];
    for stratum in strata {
        sizes[*stratum as usize] += 1;
    }
    let mut served = vec![0_u64; count];
    let mut places: Vec<(u64, usize, usize)> = Vec::with_capacity(shuffled.len());
    for (rank, &device) in shuffled.iter().enumerate() {
        let stratum = strata[device] as usize;
        // A stratum's start within its first step; the same for each plan of this seed.
        let start = u128::from(mix(seed ^ mix(stratum as u64 + 1)));
        let at = (u128::from(served[stratum]) * WAY + start) / u128::from(sizes[stratum]);
        served[stratum] += 1;
        places.push((u64::try_from(at).unwrap_or(u64::MAX), rank, device));
    }
    places.sort_unstable();
    places.into_iter().map(|(_, _, device)| device).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_stretch_holds_each_stratum_in_its_share(
            strata in proptest::collection::vec(0_u32..6, 1..300),
            seed: u64,
        ) {
            // Strata are counted without gaps.
            let mut used: Vec<u32> = strata.clone();
            used.sort_unstable();
            used.dedup();
            let strata: Vec<u32> = strata.iter().map(|s| used.binary_search(s).unwrap() as u32).collect();
            let names: Vec<String> = (0..strata.len()).map(|at| format!("T-{at}")).collect();
            let order = spread(names.iter().map(String::as_str), &strata, seed);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..strata.len()).collect::<Vec<_>>());
            let all = strata.len() as f64;
            for stratum in 0..used.len() as u32 {
                let size = strata.iter().filter(|s| **s == stratum).count() as f64;
                let mut served = 0.0;
                for (at, device) in order.iter().enumerate() {
                    served += f64::from(u8::from(strata[*device] == stratum));
                    let share = size * (at + 1) as f64 / all;
                    // One device of its own, and its share of one device of each other stratum.
                    let slack = 1.0 + size / all * used.len() as f64;
                    prop_assert!((served - share).abs() <= slack + 1e-9, "{served} {share}");
                }
            }
        }
    }

    #[test]
    fn another_seed_is_another_order_and_the_same_seed_is_the_same() {
        let names: Vec<String> = (0..50).map(|at| format!("T-{at}")).collect();
        let order = |seed| spread(names.iter().map(String::as_str), &[0; 50], seed);
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
    }
}
