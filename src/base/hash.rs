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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_example_has_its_well_known_hash() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&sha256(b"abc")), abc);
    }
}
