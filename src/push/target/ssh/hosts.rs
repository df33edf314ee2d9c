//! Known hosts, read and matched as OpenSSH does.
//!
//! A key is refused where any matching line revokes it, whatever other lines say. It is known where a matching
//! line holds it, in whichever of several; changed where matching lines hold other keys of its type only; and
//! unknown otherwise. Names may be hashed, have wildcards or be negated; a host at another port than 22 is
//! `[host]:port`, and where that is not known the bare name counts where it matches. Lines for certificate
//! authorities are not used: no certificates are asked for.
//!
//! Host keys of types that are known are asked for first, so that a host with several keys shows one that can be
//! checked.

use russh::keys::ssh_key::known_hosts::{Entry, HostPatterns, Marker};
use russh::keys::{Algorithm, PublicKey};
use std::borrow::Cow;

/// What known hosts say of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostVerdict {
    /// It is the host's.
    Known,
    /// Nothing is known of the host, or only keys of other types.
    Unknown,
    /// The host had another key of this type.
    Changed,
    /// It was revoked.
    Revoked,
}

/// Files of known hosts.
#[derive(Debug, Default)]
pub struct KnownHosts {
    entries: Vec<Entry>,
    /// Lines that revoke something and could not be read: then nothing can be trusted.
    unreadable: Vec<String>,
}

impl KnownHosts {
    /// Adds the text of a file. As OpenSSH does, lines that cannot be read are passed over; but one that revokes a
    /// key is remembered, and then no key counts as known.
    pub fn add(&mut self, text: &str) {
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words.first().is_none_or(|word| word.starts_with('#')) {
                continue;
            }
            let revokes = words[0] == "@revoked";
            // The comment behind the key may hold anything.
            let needed = if words[0].starts_with('@') { 4 } else { 3 };
            match words[..needed.min(words.len())].join(" ").parse::<Entry>() {
                Ok(entry) => self.entries.push(entry),
                Err(_) if revokes => self.unreadable.push(line.chars().take(60).collect()),
                Err(_) => {}
            }
        }
    }

    /// Returns the beginning of a line that revokes a key and could not be read.
    pub fn unreadable(&self) -> Option<&str> {
        self.unreadable.first().map(String::as_str)
    }

    /// Returns what is known of a host's key.
    pub fn verdict(&self, host: &str, port: u16, key: &PublicKey) -> HostVerdict {
        let host = host.to_ascii_lowercase();
        match self.verdict_of(&name(&host, port), key) {
            HostVerdict::Unknown if port != 22 => match self.verdict_of(&host, key) {
                HostVerdict::Changed => HostVerdict::Unknown,
                other => other,
            },
            other => other,
        }
    }

    fn verdict_of(&self, name: &str, key: &PublicKey) -> HostVerdict {
        let matching = || self.entries.iter().filter(|entry| matches(entry.host_patterns(), name));
        let same = |entry: &Entry| entry.public_key().key_data() == key.key_data();
        if matching().any(|entry| entry.marker() == Some(&Marker::Revoked) && same(entry)) {
            return HostVerdict::Revoked;
        }
        let plain = || matching().filter(|entry| entry.marker().is_none());
        if plain().any(same) {
            HostVerdict::Known
        } else if plain().next().is_some() {
            // As OpenSSH, which asks for the known types first: a host that has none of them any more has changed.
            HostVerdict::Changed
        } else {
            HostVerdict::Unknown
        }
    }

    /// Returns the host key algorithms in the order in which they are asked for.
    pub(super) fn algorithms(&self, host: &str, port: u16, all: &[Algorithm]) -> Cow<'static, [Algorithm]> {
        let host = host.to_ascii_lowercase();
        let names = [name(&host, port), host];
        let known = |wanted: &Algorithm| {
            self.entries.iter().any(|entry| {
                entry.marker().is_none()
                    && names.iter().any(|name| matches(entry.host_patterns(), name))
                    && is_same_type(&entry.public_key().algorithm(), wanted)
            })
        };
        let (mut first, rest): (Vec<_>, Vec<_>) = all
            .iter()
            // SHA-1 signatures are no proof any more.
            .filter(|algorithm| **algorithm != Algorithm::Rsa { hash: None })
            .cloned()
            .partition(known);
        first.extend(rest);
        Cow::Owned(first)
    }
}

/// Returns whether two algorithms use keys of one type; RSA keys sign with several hashes.
fn is_same_type(key: &Algorithm, wanted: &Algorithm) -> bool {
    match (key, wanted) {
        (Algorithm::Rsa { .. }, Algorithm::Rsa { hash }) => hash.is_some(),
        (key, wanted) => key == wanted,
    }
}

fn name(host: &str, port: u16) -> String {
    if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") }
}

fn matches(patterns: &HostPatterns, name: &str) -> bool {
    match patterns {
        HostPatterns::HashedName { salt, hash } => {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt);
            ring::hmac::sign(&key, name.as_bytes()).as_ref() == hash
        }
        HostPatterns::Patterns(patterns) => {
            let mut found = false;
            for pattern in patterns {
                let pattern = pattern.to_ascii_lowercase();
                match pattern.strip_prefix('!') {
                    Some(negated) if is_like(negated.as_bytes(), name.as_bytes()) => return false,
                    Some(_) => {}
                    None => found |= is_like(pattern.as_bytes(), name.as_bytes()),
                }
            }
            found
        }
    }
}

/// Returns whether a name is like a pattern: `*` stands for any number of signs and `?` for one.
fn is_like(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where the last star stood, and how much of the name it took.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(sign) if *sign == b'?' || *sign == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|sign| *sign == b'*')
}
