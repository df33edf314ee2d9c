//! The random delay of a connect call, by SDK build.
//!
//! Documented is uniform up to `max_connect_delay`. C SDK 2.2.1 multiplies a random integer by the
//! setting in 32 bits before it divides by `RAND_MAX`. With glibc's 2^31 − 1 the product has
//! wrapped for every usable setting and the quotient is 0, 1 or 2 ms [measured: 25 runs, 0 to 300 s
//! configured, 0 or 1 ms logged]. With the 2^15 − 1 of Windows it is right up to 131 076 ms and wraps
//! above [read in the source]. Both are reproduced in whole numbers from the draw's word.
//!
//! The real SDK also starts every device from the same seed; that is not modelled here.

use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::{CSdk, DelayLaw};

/// Largest value of glibc's `rand`.
const RAND_MAX_LINUX: u32 = 0x7FFF_FFFF;
/// Largest value of the Windows C runtime's `rand`.
const RAND_MAX_WINDOWS: u32 = 0x7FFF;

/// Returns the wait at the start of connect call number `call` (from 0) of a device.
#[inline]
pub fn of_call(sdk: &CSdk, draws: Draws, device: u64, call: u32) -> Micros {
    let (device, call, longest) = (device, u64::from(call), sdk.max_connect_delay);
    match sdk.delay_law {
        DelayLaw::Documented => Micros(draws.delay(Stream::CallDelay, device, call, longest.0)),
        DelayLaw::Linux221 => {
            // 31 bits, as random as the draw's word.
            let random = draws.word(Stream::CallDelay, device, call) >> 1;
            wrapped(random, longest, RAND_MAX_LINUX)
        }
        DelayLaw::Windows221 => {
            let random = draws.word(Stream::CallDelay, device, call) >> 17;
            wrapped(random, longest, RAND_MAX_WINDOWS)
        }
    }
}

/// Returns `random · longest / rand_max` in whole milliseconds, with the product kept to 32 bits.
fn wrapped(random: u32, longest: Micros, rand_max: u32) -> Micros {
    // Only the lower 32 bits of either factor reach a 32-bit product, so cutting here changes nothing.
    let setting = (longest.0 / 1_000) as u32;
    Micros::from_millis(u64::from(random.wrapping_mul(setting) / rand_max))
}

/// Returns the mean of that wait [µs]; 0 where it has practically no length.
pub fn mean(sdk: &CSdk) -> f64 {
    let longest = sdk.max_connect_delay;
    match sdk.delay_law {
        DelayLaw::Documented if longest == Micros::ZERO => 0.0,
        DelayLaw::Documented => 0.5 * (longest.0 as f64 + 1.0),
        // A setting of 1 ms gives 1 ms once in 2^31 calls; from 2 ms on about every second call waits 1 ms.
        DelayLaw::Linux221 if (longest.0 / 1_000) as u32 <= 1 => 0.0,
        DelayLaw::Linux221 => 500.0,
        DelayLaw::Windows221 => {
            let sum: u64 =
                (0..=RAND_MAX_WINDOWS).map(|random| wrapped(random, longest, RAND_MAX_WINDOWS).0).sum();
            sum as f64 / f64::from(RAND_MAX_WINDOWS + 1)
        }
    }
}
