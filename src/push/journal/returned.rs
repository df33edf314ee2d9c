//! When devices were restarted and when they were back, read off the log as it grows.

use super::error::JournalError;
use super::{Journal, State};
use rusqlite::params;

/// When one device was first restarted and first verified, and the same of its way back, by the wall clock [ms since 1970].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Return {
    /// Its first restart; `None` while there was none.
    pub restarted_ms: Option<i64>,
    /// When it was first seen to be back as wanted; `None` while it was not.
    pub verified_ms: Option<i64>,
    /// When its previous files were first ordered back.
    pub recalled_ms: Option<i64>,
    /// When it first had them again, restarted.
    pub rolled_back_ms: Option<i64>,
}

/// The returns of all devices, as far as the log was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    /// Last entry that was read.
    read: i64,
    /// By place in the plan; those behind the last one that returned are not there.
    devices: Vec<Return>,
}

impl Returned {
    /// Returns what is known of a device, a place in the plan.
    pub fn of(&self, place: usize) -> Return {
        self.devices.get(place).copied().unwrap_or_default()
    }
}

impl Journal {
    /// Reads on from where the log was read last.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn follow(&self, returned: &mut Returned) -> Result<(), JournalError> {
        let read = || -> rusqlite::Result<Vec<(i64, i64, u32, String)>> {
            let mut select = self.base.prepare_cached(
                "SELECT seq, at_ms, device, what FROM log WHERE seq > ?1 AND device IS NOT NULL ORDER BY seq",
            )?;
            let rows = select.query_map(params![returned.read], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
            rows.collect()
        };
        for (seq, at_ms, device, what) in read().map_err(|source| self.fail(source))? {
            returned.read = seq;
            let state = what.split_whitespace().next().and_then(State::from_word);
            let place = device as usize;
            if returned.devices.len() <= place {
                returned.devices.resize(place + 1, Return::default());
            }
            let Return { restarted_ms, verified_ms, recalled_ms, rolled_back_ms } =
                &mut returned.devices[place];
            let first = match state {
                Some(State::Restarted) => restarted_ms,
                Some(State::Verified) => verified_ms,
                Some(State::RollingBack) => recalled_ms,
                Some(State::RolledBack) => rolled_back_ms,
                _ => continue,
            };
            first.get_or_insert(at_ms);
        }
        Ok(())
    }
}
