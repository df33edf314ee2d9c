//! The tables, and how a connection is set up.

use super::error::JournalError;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// Version of the tables.
pub(super) const VERSION: i64 = 2;

/// How long another process may be writing before this one gives up \[s\].
const PATIENCE_S: u64 = 10;

/// The tables of version 1; [`upgrade`] brings them up to date.
pub(super) const TABLES: &str = "
CREATE TABLE plan (id INTEGER PRIMARY KEY CHECK (id = 1), hash TEXT NOT NULL, text BLOB NOT NULL);
CREATE TABLE rollout (id INTEGER PRIMARY KEY CHECK (id = 1), status TEXT NOT NULL, cause TEXT NOT NULL,
  wave INTEGER NOT NULL, owner TEXT NOT NULL);
CREATE TABLE device (
  place INTEGER PRIMARY KEY, thing TEXT NOT NULL UNIQUE, state TEXT NOT NULL, class TEXT,
  tried INTEGER NOT NULL DEFAULT 0, round INTEGER NOT NULL DEFAULT 0, back INTEGER NOT NULL DEFAULT 0,
  before BLOB, at_ms INTEGER NOT NULL
);
CREATE TABLE log (
  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who TEXT NOT NULL, device INTEGER,
  what TEXT NOT NULL, detail TEXT NOT NULL, hash BLOB NOT NULL
);
CREATE TABLE given (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, answer TEXT
);
CREATE TABLE approval (who TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, plan TEXT NOT NULL);
PRAGMA user_version = 1;
";

/// What version 1 lacks: how devices were connected before their restart.
pub(super) const FROM_1: &str = "
CREATE TABLE connection (
  thing TEXT NOT NULL, stamp TEXT NOT NULL, connected INTEGER NOT NULL, last_ms INTEGER, PRIMARY KEY (thing, stamp)
);
PRAGMA user_version = 2;
";

/// Brings the tables of an older version up to date; returns the version they have then.
pub(super) fn upgrade(base: &mut Connection) -> rusqlite::Result<i64> {
    let version = |base: &Connection| {
        base.query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get::<_, i64>(0))
    };
    let found = version(base)?;
    if found != 1 {
        return Ok(found);
    }
    let write = base.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if version(&write)? == 1 {
        write.execute_batch(FROM_1)?;
    }
    write.commit()?;
    version(base)
}

/// Connects to a file that exists.
pub(super) fn connect(path: &Path) -> Result<Connection, JournalError> {
    let fail = |source| JournalError::database(path, source);
    let base = Connection::open(path).map_err(fail)?;
    base.busy_timeout(Duration::from_secs(PATIENCE_S)).map_err(fail)?;
    // Readers do not wait for the writer; and a commit is on the disk when it returns.
    base.pragma_update(None, "journal_mode", "wal").map_err(fail)?;
    base.pragma_update(None, "synchronous", "full").map_err(fail)?;
    base.pragma_update(None, "foreign_keys", true).map_err(fail)?;
    Ok(base)
}
