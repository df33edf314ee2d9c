//! Both ends of a session, told any events.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| regather_fuzz::session(input));
