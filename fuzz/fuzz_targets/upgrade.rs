//! The HTTP texts before the session, read by both ends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regather_fuzz::wire::session::upgrade::{Upgrade, check, refusal_of};

fuzz_target!(|input: &[u8]| {
    let _ = check(input, "dGhlIHNhbXBsZSBub25jZQ==");
    match Upgrade::parse(input) {
        Ok(Some((request, length))) => {
            assert!(length <= input.len());
            if let Ok(text) = request.request() {
                assert_eq!(Upgrade::parse(text.as_bytes()), Ok(Some((request, text.len()))));
            }
        }
        Ok(None) => {}
        Err(error) => assert!(refusal_of(&error).ends_with("\r\n\r\n")),
    }
});
