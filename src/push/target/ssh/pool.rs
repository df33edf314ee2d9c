//! Connections that wait a moment for the next piece of work on their host.
//!
//! A device is staged and, soon after, activated: signing in once for both halves the cost. A connection that
//! failed in any way is never kept, and one that was closed meanwhile is not given out again.

use super::sftp::SshLink;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Most connections that wait \[connections\]; each costs about 80 kB here and a process there.
const MOST: usize = 256;

/// Waiting connections by user and host.
#[derive(Default)]
pub(super) struct Pool {
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    /// Each with a number of its own.
    links: BTreeMap<String, Vec<(u64, SshLink)>>,
    count: usize,
    next: u64,
}

impl Pool {
    /// Returns a connection to a host, the one that waited least.
    pub(super) fn take(&self, key: &str) -> Option<SshLink> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let (_, link) = idle.links.get_mut(key)?.pop()?;
            idle.count -= 1;
            if link.is_fit() {
                return Some(link);
            }
        }
    }

    /// Returns the connection that waited longest of those whose way ends with this.
    pub(super) fn oldest(&self, end: &str) -> Option<SshLink> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let ending = idle.links.iter().filter(|(key, links)| key.ends_with(end) && !links.is_empty());
        let (_, key) = ending.map(|(key, links)| (links[0].0, key.clone())).min()?;
        let (_, link) = idle.links.get_mut(&key)?.remove(0);
        idle.count -= 1;
        Some(link)
    }

    /// Keeps a connection for a time; returns it where there are enough.
    pub(super) fn keep(self: &Arc<Self>, key: &str, link: SshLink, time: Duration) -> Option<SshLink> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.count >= MOST {
            return Some(link);
        }
        idle.count += 1;
        idle.next += 1;
        let number = idle.next;
        idle.links.entry(key.to_owned()).or_default().push((number, link));
        let (pool, key) = (Arc::downgrade(self), key.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            if let Some(link) = pool.upgrade().and_then(|pool| pool.remove(&key, number)) {
                link.end().await;
            }
        });
        None
    }

    fn remove(&self, key: &str, number: u64) -> Option<SshLink> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let links = idle.links.get_mut(key)?;
        let at = links.iter().position(|(other, _)| *other == number)?;
        let (_, link) = links.remove(at);
        if links.is_empty() {
            idle.links.remove(key);
        }
        idle.count -= 1;
        Some(link)
    }
}
