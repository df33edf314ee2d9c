//! What this computer allows, before a herd starts: file descriptors, ports and memory, each in words with the number of
//! agents that fits.
//!
//! Tools of this kind usually fail at 1,003 or 28,232 connections and do not say why. Looking costs nothing;
//! where a system does not tell a limit, that is said instead of guessed.

use crate::base::units::count;

/// Descriptors that everything but agents may need.
const SPARE_DESCRIPTORS: u64 = 100;
/// Memory of an agent [bytes]: plain and with TLS, and what the kernel keeps for both ends of its connection [measured].
const PLAIN: u64 = 16 << 10;
const TLS: u64 = 32 << 10;
const KERNEL: u64 = 11 << 10;

/// What this computer allows; nothing where it does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// Open files of this process.
    pub descriptors: Option<u64>,
    /// Ports for connections to one address and port.
    pub ports: Option<u64>,
    /// Memory that is free or can be freed [bytes].
    pub memory: Option<u64>,
    /// Connections that the kernel keeps at most for a program that does not accept them.
    pub backlog: Option<u64>,
}

/// What a herd needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Whether the test platform is in this process.
    pub embedded: bool,
    /// Whether connections are encrypted.
    pub tls: bool,
}

/// One thing that limits a herd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Agents that fit.
    pub fits: u64,
    /// Why, and what to do for more.
    pub words: String,
}

/// The answer to whether a herd fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// Agents that fit; nothing where no limit is known.
    pub fits: Option<u64>,
    /// Every limit that is known, the tightest first.
    pub limits: Vec<Limit>,
    /// What this computer does not tell.
    pub unknown: Vec<&'static str>,
}

impl Host {
    /// Looks at this computer, after raising the number of files that this process may open as far as it is allowed to.
    pub fn look() -> Self {
        Self { descriptors: descriptors(), ports: ports(), memory: memory(), backlog: backlog() }
    }

    /// Says whether a herd fits, and why not.
    pub fn check(&self, need: Need) -> Preflight {
        let mut limits = Vec::new();
        let mut unknown = Vec::new();
        let each = if need.embedded { 2 } else { 1 };
        match self.descriptors {
            Some(files) => {
                let fits = files.saturating_sub(SPARE_DESCRIPTORS) / each;
                let with = if need.embedded {
                    "with the test platform in the same process"
                } else {
                    "against another host"
                };
                let more =
                    if need.embedded { "start the test platform on its own, or raise" } else { "raise" };
                let words = format!(
                    "{} open files allow {} agents {with}; for more {more} the hard limit of open files (ulimit -Hn)",
                    count(files),
                    count(fits)
                );
                limits.push(Limit { fits, words });
            }
            None => unknown.push("a limit of the files that a process may open"),
        }
        match self.ports {
            Some(ports) => {
                let words = format!(
                    "{} ports allow as many connections to one address and port; for more let the platform listen on further ports, or widen the range (net.ipv4.ip_local_port_range)",
                    count(ports)
                );
                limits.push(Limit { fits: ports, words });
            }
            None => unknown.push("how many ports it gives to connections"),
        }
        match self.memory {
            Some(memory) => {
                let agent = if need.tls { TLS } else { PLAIN } * each + KERNEL;
                // Half of what is free, so that nothing else is pushed out.
                let fits = memory / 2 / agent;
                let words = format!(
                    "{} MB of free memory allow {} agents of {} KB each without crowding others out; for more close other programs",
                    count(memory >> 20),
                    count(fits),
                    count(agent >> 10)
                );
                limits.push(Limit { fits, words });
            }
            None => unknown.push("how much memory is free"),
        }
        limits.sort_by_key(|limit| limit.fits);
        Preflight { fits: limits.first().map(|limit| limit.fits), limits, unknown }
    }
}

impl Preflight {
    /// Says why so many agents do not fit, with the tightest limit; nothing where they do, as far as is known.
    pub fn refuses(&self, agents: u64) -> Option<&str> {
        self.limits.first().filter(|limit| limit.fits < agents).map(|limit| limit.words.as_str())
    }
}

/// Raises the soft limit of open files to the hard one; returns what it then is, nothing where there is none.
#[cfg(unix)]
fn descriptors() -> Option<u64> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        // Some systems take less than they say; what counts is what is in force afterwards.
        let _ = setrlimit(Resource::Nofile, limit);
    }
    getrlimit(Resource::Nofile).current
}

/// Windows has no such limit that a process could ask for.
#[cfg(not(unix))]
fn descriptors() -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
fn told(path: &str) -> Option<String> {
    crate::base::file::read_text(std::path::Path::new(path), 64 << 10).ok()
}

#[cfg(target_os = "linux")]
fn ports() -> Option<u64> {
    let range = told("/proc/sys/net/ipv4/ip_local_port_range")?;
    let mut edges = range.split_whitespace().map_while(|edge| edge.parse::<u64>().ok());
    let (first, last) = (edges.next()?, edges.next()?);
    Some((last + 1).saturating_sub(first))
}

#[cfg(target_os = "linux")]
fn memory() -> Option<u64> {
    let text = told("/proc/meminfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}

#[cfg(target_os = "linux")]
fn backlog() -> Option<u64> {
    told("/proc/sys/net/core/somaxconn")?.trim().parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn ports() -> Option<u64> {
    None
}

#[cfg(not(target_os = "linux"))]
fn memory() -> Option<u64> {
    None
}

#[cfg(not(target_os = "linux"))]
fn backlog() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: Host =
        Host { descriptors: Some(20_000), ports: Some(28_232), memory: Some(4 << 30), backlog: Some(4_096) };

    #[test]
    fn the_tightest_limit_is_told_with_the_number_that_fits() {
        let embedded = HOST.check(Need { embedded: true, tls: false });
        assert_eq!(embedded.fits, Some(9_950));
        let words = embedded.refuses(15_000).expect("too many");
        assert!(words.contains("20\u{2009}000 open files allow 9\u{2009}950 agents"), "{words}");
        assert_eq!(embedded.refuses(9_950), None);
        let remote = HOST.check(Need { embedded: false, tls: true });
        assert_eq!((remote.fits, remote.refuses(15_000)), (Some(19_900), None));
        let small = Host { memory: Some(100 << 20), ..HOST };
        let tls = small.check(Need { embedded: false, tls: true });
        assert_eq!(tls.fits, Some((50 << 20) / (43 << 10)));
        assert!(tls.refuses(5_000).expect("too many").contains("memory"));
    }

    #[test]
    fn what_is_not_known_is_said_and_refuses_nothing() {
        let silent = Host::default().check(Need { embedded: true, tls: true });
        assert_eq!((silent.fits, silent.unknown.len(), silent.refuses(u64::MAX)), (None, 3, None));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_computer_tells_its_limits() {
        let host = Host::look();
        assert!(host.descriptors.is_some_and(|files| files >= 64), "{host:?}");
        assert!(host.ports.is_some_and(|ports| (1..65_536).contains(&ports)), "{host:?}");
        assert!(host.memory.is_some_and(|bytes| bytes > 1 << 20) && host.backlog.is_some(), "{host:?}");
    }
}
