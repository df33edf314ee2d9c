//! Known hosts as OpenSSH reads them, the four cases first in which ready-made helpers differ.

use super::*;
use russh::keys::{Algorithm, EcdsaCurve, PublicKey};

const ONE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL66/D0ShmM9YbWGK0ECy55J7yls0QnN9dLPlDN7jkCz";
const TWO: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFzjaSWLhxjmpkAAhpGOEzs7oBDyQTEfuaxHP2W/6q75";
const EC: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBKJaCAQOu7wFRs0mnWBxr5UmIF7+eIEftXvp+W8ZAnirgAK/rZ8bAkHHcAqabDBM4SeR/xfBBaI+ERgclfz+53E=";
/// As `ssh-keygen -H` writes `gateway.example` and `[gateway.example]:2222`.
const HASHED: &str = "|1|nAL6ABzdxjKHLZOiF1nxIYigNik=|+Q8NlqOgj4F0dDRKoDoPfEWcqvI= ";
const HASHED_PORT: &str = "|1|VPj1MH9rjLULJmo3cltnqFsRrio=|JIbRxFAHskvTFuUlsv1E+q0toic= ";

fn hosts(lines: &[String]) -> KnownHosts {
    let mut hosts = KnownHosts::default();
    hosts.add(&lines.join("\n"));
    hosts
}

fn verdict(lines: &[String], host: &str, port: u16, key: &str) -> HostVerdict {
    hosts(lines).verdict(host, port, &PublicKey::from_openssh(key).unwrap())
}

#[test]
fn a_revoked_key_is_refused_whatever_else_is_written() {
    let lines = [format!("gw {ONE}"), format!("@revoked * {ONE}")];
    assert_eq!(verdict(&lines, "gw", 22, ONE), HostVerdict::Revoked);
    assert_eq!(verdict(&lines[..1], "gw", 22, ONE), HostVerdict::Known);
    let odd = hosts(&[format!("gw {ONE}"), "@revoked * ssh-ed25519 nonsense".into()]);
    assert!(odd.unreadable().is_some_and(|line| line.starts_with("@revoked")));
}

#[test]
fn one_of_several_keys_is_enough() {
    let lines = [format!("gw {ONE} old comment"), format!("gw  \t{TWO}"), "# gw".into(), "nonsense".into()];
    assert_eq!(verdict(&lines, "gw", 22, TWO), HostVerdict::Known);
    assert_eq!(verdict(&lines[..1], "gw", 22, TWO), HostVerdict::Changed);
}

#[test]
fn wildcards_and_negations_count() {
    let lines = [format!("10.0.0.*,!10.0.0.9,gw? {ONE}")];
    for host in ["10.0.0.1", "10.0.0.255", "gw1", "GW2"] {
        assert_eq!(verdict(&lines, host, 22, ONE), HostVerdict::Known, "{host}");
    }
    for host in ["10.0.0.9", "10.0.1.1", "gw", "gw12", "x10.0.0.1"] {
        assert_eq!(verdict(&lines, host, 22, ONE), HostVerdict::Unknown, "{host}");
    }
}

#[test]
fn known_types_are_asked_for_first() {
    let all = russh::Preferred::DEFAULT.key;
    let curve = Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 };
    let known = hosts(&[format!("gw {EC}")]);
    assert_eq!(known.algorithms("gw", 22, &all)[0], curve);
    assert_eq!(known.algorithms("other", 22, &all)[0], Algorithm::Ed25519);
    assert!(!known.algorithms("gw", 22, &all).contains(&Algorithm::Rsa { hash: None }));
    let lines = [format!("gw {EC}")];
    assert_eq!(verdict(&lines, "gw", 22, ONE), HostVerdict::Changed, "it showed none of its known types");
}

#[test]
fn names_may_be_hashed_and_have_ports() {
    let lines = [format!("{HASHED}{ONE}"), format!("{HASHED_PORT}{TWO}")];
    assert_eq!(verdict(&lines, "gateway.example", 22, ONE), HostVerdict::Known);
    assert_eq!(verdict(&lines, "gateway.example", 2222, TWO), HostVerdict::Known);
    assert_eq!(verdict(&lines, "gateway.example", 2222, ONE), HostVerdict::Changed);
    assert_eq!(verdict(&lines, "gateway.example", 2200, ONE), HostVerdict::Known, "the bare name counts");
    assert_eq!(verdict(&lines, "gateway.example", 2200, TWO), HostVerdict::Unknown);
    assert_eq!(verdict(&lines, "gateway.examples", 22, ONE), HostVerdict::Unknown);
}

#[test]
fn authorities_vouch_for_no_plain_key() {
    let lines = [format!("@cert-authority * {ONE}")];
    assert_eq!(verdict(&lines, "gw", 22, ONE), HostVerdict::Unknown);
}
