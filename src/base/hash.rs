//! SHA-256 in the digits that people and other programs compare.
//!
//! Bundles, results and sessions say by it which bytes they mean. Draws do not come from here, see
//! [`super::draws`].

use sha2::{Digest, Sha256};

/// The SHA-256 of some bytes.
pub type Hash = [u8; 32];

/// Returns the hash of these bytes.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Returns a hash in 64 hexadecimal digits.
pub fn hex(hash: &Hash) -> String {
    hash.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect()
}

/// Returns the hash that 64 hexadecimal digits stand for, `None` for anything else.
pub fn from_hex(digits: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    let bytes = digits.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    for (at, pair) in bytes.chunks_exact(2).enumerate() {
        let half = |byte: u8| char::from(byte).to_digit(16);
        hash[at] = (half(pair[0])? << 4 | half(pair[1])?) as u8;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_example_has_its_well_known_hash() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&sha256(b"abc")), abc);
        assert_eq!(from_hex(abc), Some(sha256(b"abc")));
        assert_eq!(from_hex(&abc[1..]), None);
        assert_eq!(from_hex(&abc.replace('b', "g")), None);
    }
}
