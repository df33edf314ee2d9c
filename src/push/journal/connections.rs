//! How devices were connected before their restart: the proof that a connection seen later is another one.

use super::error::JournalError;
use super::schema;
use crate::push::target::Connections;
use crate::push::target::platform::Connection;
use rusqlite::{OptionalExtension as _, params};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The connections in a journal. Work on devices reads and writes them beside the driver, so this has its own way
/// to the file.
#[derive(Debug)]
pub struct KeptConnections {
    base: Mutex<rusqlite::Connection>,
    path: PathBuf,
}

impl super::Journal {
    /// Returns the connections in this journal.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn connections(&self) -> Result<KeptConnections, JournalError> {
        let base = schema::connect(&self.path)?;
        // Nothing waits for the disk here: where a power cut takes the last of them, it is not known whether those
        // devices returned, and none counts as returned that did not.
        base.pragma_update(None, "synchronous", "normal")
            .map_err(|source| JournalError::database(&self.path, source))?;
        Ok(KeptConnections { base: Mutex::new(base), path: self.path.clone() })
    }
}

impl Connections for KeptConnections {
    fn keep(&self, thing: &str, stamp: &str, now: Connection) -> Result<(), JournalError> {
        let base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        base.execute(
            "INSERT OR REPLACE INTO connection (thing, stamp, connected, last_ms) VALUES (?1, ?2, ?3, ?4)",
            params![thing, stamp, now.is_connected, now.last_ms],
        )
        .map_err(|source| JournalError::database(&self.path, source))?;
        Ok(())
    }

    fn kept(&self, thing: &str, stamp: &str) -> Result<Option<Connection>, JournalError> {
        let base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        base.query_row(
            "SELECT connected, last_ms FROM connection WHERE thing = ?1 AND stamp = ?2",
            params![thing, stamp],
            |row| Ok(Connection { is_connected: row.get(0)?, last_ms: row.get(1)? }),
        )
        .optional()
        .map_err(|source| JournalError::database(&self.path, source))
    }
}
