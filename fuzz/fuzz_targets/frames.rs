//! One frame, and a conversation of frames.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regather_fuzz::wire::Envelope;
use regather_fuzz::{LIMITS, converse, open};

fuzz_target!(|input: &[u8]| {
    if let Ok(envelope) = Envelope::decode(input, &LIMITS) {
        open(&envelope);
    }
    converse(input);
});
