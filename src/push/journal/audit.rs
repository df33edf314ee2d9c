//! The audit log: who did what when, in a chain of hashes.
//!
//! Every entry's hash covers its fields and the hash before it, so a changed, removed or inserted entry breaks
//! the chain at its place. Entries cut off at the end are seen by comparing with a [`Head`] kept elsewhere:
//! whoever exports the log gets one.

use super::{Journal, JournalError};
use crate::base::hash::{Hash, hex};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When \[ms since 1970\].
    pub at_ms: i64,
    /// Who, as the program was told.
    pub who: String,
    /// Which device, a place in the plan.
    pub device: Option<u32>,
    /// What.
    pub what: String,
    /// More about it, for experts.
    pub detail: String,
}

impl Entry {
    /// Returns when it was, as people read it: `2026-12-05 02:00:00 UTC`.
    pub fn when(&self) -> String {
        jiff::Timestamp::from_millisecond(self.at_ms)
            .map_or_else(|_| self.at_ms.to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
    }
}

/// The end of a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub entries: u64,
    /// Hash of the last one.
    pub hash: Hash,
}

/// A chain that grows.
#[derive(Default)]
pub(super) struct Chain(Head);

impl Chain {
    pub(super) fn read(base: &Connection) -> rusqlite::Result<Self> {
        let last = base
            .query_row("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1", [], |row| {
                Ok(Head { entries: row.get::<_, i64>(0)? as u64, hash: row.get(1)? })
            })
            .optional()?;
        Ok(Self(last.unwrap_or_default()))
    }

    pub(super) fn append(&mut self, base: &Connection, entry: &Entry) -> rusqlite::Result<()> {
        self.step(entry);
        base.prepare_cached(
            "INSERT INTO log (seq, at_ms, who, device, what, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            self.0.entries.cast_signed(),
            entry.at_ms,
            entry.who,
            entry.device,
            entry.what,
            entry.detail,
            self.0.hash
        ])?;
        Ok(())
    }

    /// Takes an entry into the chain.
    fn step(&mut self, entry: &Entry) {
        let mut hash = Sha256::new();
        hash.update(self.0.hash);
        self.0.entries += 1;
        hash.update(self.0.entries.to_le_bytes());
        hash.update(entry.at_ms.to_le_bytes());
        hash.update(entry.device.map_or(-1, i64::from).to_le_bytes());
        for text in [&entry.who, &entry.what, &entry.detail] {
            // With its length, so that no two entries have the same bytes.
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        self.0.hash = hash.finalize().into();
    }
}

impl Journal {
    /// Goes through the log in its order.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] at the first entry that does not fit the chain; what `each` says.
    fn walk(&self, each: &mut dyn FnMut(&Entry, &Head) -> io::Result<()>) -> Result<Head, JournalError> {
        let mut select = self
            .base
            .prepare("SELECT seq, at_ms, who, device, what, detail, hash FROM log ORDER BY seq")
            .map_err(|source| self.fail(source))?;
        let mut rows = select.query([]).map_err(|source| self.fail(source))?;
        let mut chain = Chain::default();
        while let Some(row) = rows.next().map_err(|source| self.fail(source))? {
            let read = || -> rusqlite::Result<(i64, Entry, Hash)> {
                let entry = Entry {
                    at_ms: row.get(1)?,
                    who: row.get(2)?,
                    device: row.get(3)?,
                    what: row.get(4)?,
                    detail: row.get(5)?,
                };
                Ok((row.get(0)?, entry, row.get(6)?))
            };
            let (seq, entry, hash) = read().map_err(|source| self.fail(source))?;
            chain.step(&entry);
            if seq != chain.0.entries.cast_signed() || hash != chain.0.hash {
                let what =
                    format!("entry {} of the log was changed, or one before it is missing", chain.0.entries);
                return Err(JournalError::Damaged { what, path: self.path.clone() });
            }
            each(&entry, &chain.0)
                .map_err(|source| JournalError::Open { path: self.path.clone(), source })?;
        }
        Ok(chain.0)
    }

    /// Returns how many entries there are: it grows with every change, so it says whether there is news.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn entries(&self) -> Result<u64, JournalError> {
        let read =
            self.base.query_row("SELECT coalesce(max(seq), 0) FROM log", [], |row| row.get::<_, i64>(0));
        read.map(i64::cast_unsigned).map_err(|source| self.fail(source))
    }

    /// Returns what the log says of a device, a place in the plan: its last entries, at most `most`, oldest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn log_of(&self, device: u32, most: u32) -> Result<Vec<Entry>, JournalError> {
        let read = || -> rusqlite::Result<Vec<Entry>> {
            let mut select = self.base.prepare_cached(
                "SELECT at_ms, who, what, detail FROM log WHERE device = ?1 ORDER BY seq DESC LIMIT ?2",
            )?;
            let rows = select.query_map(params![device, most], |row| {
                Ok(Entry {
                    at_ms: row.get(0)?,
                    who: row.get(1)?,
                    device: Some(device),
                    what: row.get(2)?,
                    detail: row.get(3)?,
                })
            })?;
            rows.collect()
        };
        let mut entries = read().map_err(|source| self.fail(source))?;
        entries.reverse();
        Ok(entries)
    }

    /// Returns the names of the devices, in the order of the plan.
    fn things(&self) -> Result<Vec<String>, JournalError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut select = self.base.prepare_cached("SELECT thing FROM device ORDER BY place")?;
            select.query_map([], |row| row.get(0))?.collect()
        };
        read().map_err(|source| self.fail(source))
    }

    /// Checks the whole log and returns its end, to be compared with one that was kept elsewhere.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] where an entry was changed, removed or inserted.
    pub fn verify_log(&self) -> Result<Head, JournalError> {
        self.walk(&mut |_, _| Ok(()))
    }

    /// Writes the log, one JSON object per line, each with its hash and the name of its device; returns its end.
    ///
    /// # Errors
    /// As [`Journal::verify_log`], and what the writer says.
    pub fn export_log(&self, out: &mut dyn Write) -> Result<Head, JournalError> {
        let things = self.things()?;
        let thing = |place: u32| things.get(place as usize);
        self.walk(&mut |entry, head| {
            let line = json!({
                "seq": head.entries,
                "at_ms": entry.at_ms,
                "who": entry.who,
                "device": entry.device,
                "thing": entry.device.and_then(thing),
                "what": entry.what,
                "detail": entry.detail,
                "sha256": hex(&head.hash),
            });
            writeln!(out, "{line}")
        })
    }
}
