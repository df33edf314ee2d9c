//! The journal of a roll-out: what survives whatever happens to the program.
//!
//! One `SQLite` file holds the plan, the state of every device, the orders that people gave, approvals, and an audit
//! log in which each entry carries the hash of the one before it. Operators may open it with their own tools; all
//! words in it are those of the command line.
//!
//! Intents are written with [`Journal::commit`] before their side effects begin, many in one transaction, and
//! reach the disk (`synchronous=FULL`) before it returns. [`Journal::drive`] gives one process at a time the right
//! to drive: a lock of the operating system on a file beside the journal, which ends with the process however it
//! ends. Any process may read, order and approve meanwhile.
//!
//! Not in here: files of devices and secrets. The journal holds hashes; previous bytes stay on their devices.
//! A roll-back therefore needs the device, which it needs anyway, and no key has to be kept for old secrets.

mod audit;
mod connections;
mod error;
mod orders;
mod returned;
mod schema;
#[cfg(test)]
mod tests;

pub use audit::{Entry, Head};
pub use connections::KeptConnections;
pub use error::JournalError;
pub use orders::Given;
pub use returned::{Return, Returned};

use super::fault::Class;
use super::machine::{Machine, Step};
use super::plan::Plan;
use super::state::{Before, Row, State, Status};
use crate::base::hash::{Hash, hex};
use audit::Chain;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How often and how long the lock is waited for, in case somebody only looks.
const LOOKS: u32 = 5;
const LOOK: std::time::Duration = std::time::Duration::from_millis(20);

/// Where a roll-out stands, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub status: Status,
    /// Why, in a sentence.
    pub cause: String,
    /// The wave, counted from 0.
    pub wave: u32,
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    base: Connection,
    path: PathBuf,
    /// Held as long as this process may drive.
    lock: Option<File>,
}

/// Gives a file its name, unless another one has it.
fn put_in_place(new: &Path, path: &Path) -> Result<(), JournalError> {
    let exists = || JournalError::Exists { path: path.into() };
    match std::fs::hard_link(new, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(exists()),
        // Some disks know no second names; two programs that create it at the same moment are not told apart there.
        Err(_) if path.exists() => Err(exists()),
        Err(_) => {
            std::fs::rename(new, path).map_err(|source| JournalError::Open { path: path.into(), source })
        }
    }
}

impl Journal {
    /// Creates the journal of a plan: whole, or not at all.
    ///
    /// # Errors
    /// [`JournalError::Exists`] where there is a file, and what the disk says.
    pub fn create(path: &Path, plan: &Plan, who: &str, at_ms: i64) -> Result<Self, JournalError> {
        // A process that dies meanwhile leaves the place free, and its number is in the name.
        let new = path.with_extension(format!("db.new-{}", std::process::id()));
        let made = Self::fill(&new, (path, plan), who, at_ms).and_then(|()| put_in_place(&new, path));
        for end in ["", "-wal", "-shm"] {
            let mut name = new.clone().into_os_string();
            name.push(end);
            // What is not there needs no removal.
            let _ = std::fs::remove_file(name);
        }
        made?;
        Self::open(path)
    }

    /// Writes a new journal to a file that nobody reads yet.
    fn fill(new: &Path, (path, plan): (&Path, &Plan), who: &str, at_ms: i64) -> Result<(), JournalError> {
        let mut base = schema::connect(new)?;
        let fail = |source| JournalError::database(path, source);
        let mut text = Vec::new();
        plan.write_to(&mut text).map_err(|source| JournalError::Open { path: path.into(), source })?;
        let write = base.transaction().map_err(fail)?;
        write.execute_batch(schema::TABLES).map_err(fail)?;
        write.execute_batch(schema::FROM_1).map_err(fail)?;
        write
            .execute("INSERT INTO plan (id, hash, text) VALUES (1, ?1, ?2)", params![hex(plan.hash()), text])
            .map_err(fail)?;
        {
            let mut insert = write
                .prepare("INSERT INTO device (place, thing, state, at_ms) VALUES (?1, ?2, ?3, ?4)")
                .map_err(fail)?;
            for (place, device) in plan.devices().iter().enumerate() {
                let state = if device.wave.is_some() { State::Pending } else { State::Skipped };
                insert.execute(params![place as u32, &*device.thing, state.word(), at_ms]).map_err(fail)?;
            }
        }
        write
            .execute(
                "INSERT INTO rollout (id, status, cause, wave, owner) VALUES (1, ?1, '', 0, ?2)",
                params![Status::Ready.word(), owner_of(plan, path, at_ms)],
            )
            .map_err(fail)?;
        let mut chain = Chain::default();
        let entry =
            Entry { at_ms, who: who.into(), device: None, what: "created".into(), detail: hex(plan.hash()) };
        chain.append(&write, &entry).map_err(fail)?;
        write.commit().map_err(fail)?;
        // The end of the only connection leaves one file.
        base.close().map_err(|(_, source)| fail(source))
    }

    /// Opens a journal to look, to order and to approve.
    ///
    /// # Errors
    /// [`JournalError`] where there is none, or it is damaged.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        if let Err(source) = File::open(path) {
            return Err(JournalError::Open { path: path.into(), source });
        }
        let mut base = schema::connect(path)?;
        let version = schema::upgrade(&mut base).map_err(|source| JournalError::database(path, source))?;
        if version != schema::VERSION {
            return Err(JournalError::NotAJournal { path: path.into(), version });
        }
        Ok(Self { base, path: path.into(), lock: None })
    }

    /// Takes the right to drive, until this journal is dropped or the process ends in any way.
    ///
    /// # Errors
    /// [`JournalError::Driven`] where another process has it.
    pub fn drive(&mut self) -> Result<(), JournalError> {
        if self.lock.is_some() {
            return Ok(());
        }
        let path = self.lock_path();
        let fail = |source| JournalError::Open { path: path.clone(), source };
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(fail)?;
        // Whoever only looks whether somebody drives holds the lock for a moment.
        for _ in 0..LOOKS {
            match file.try_lock() {
                Ok(()) => {
                    self.lock = Some(file);
                    return Ok(());
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
                Err(TryLockError::Error(source)) => return Err(fail(source)),
            }
        }
        Err(JournalError::Driven { path: self.path.clone() })
    }

    /// Returns whether a process drives the roll-out now, this one included.
    ///
    /// # Errors
    /// [`JournalError::Open`] where the system does not say.
    pub fn is_driven(&self) -> Result<bool, JournalError> {
        if self.lock.is_some() {
            return Ok(true);
        }
        let path = self.lock_path();
        let fail = |source| JournalError::Open { path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(source) => return Err(fail(source)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(source)) => Err(fail(source)),
        }
    }

    fn lock_path(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".lock");
        PathBuf::from(name)
    }

    fn fail(&self, source: rusqlite::Error) -> JournalError {
        JournalError::database(&self.path, source)
    }

    /// Returns the plan.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] where it is not the plan that was started.
    pub fn plan(&self) -> Result<Plan, JournalError> {
        let (hash, text): (String, Vec<u8>) = self
            .base
            .query_row("SELECT hash, text FROM plan", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(|source| self.fail(source))?;
        let damaged = |what: &str| JournalError::Damaged { what: what.into(), path: self.path.clone() };
        let text = String::from_utf8(text).map_err(|_| damaged("the plan is no text"))?;
        let plan = Plan::parse(&text).map_err(|error| damaged(&error.to_string()))?;
        if hex(plan.hash()) == hash { Ok(plan) } else { Err(damaged("the plan was changed")) }
    }

    /// Returns where the roll-out stands.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn standing(&self) -> Result<Standing, JournalError> {
        let (word, cause, wave): (String, String, u32) = self
            .base
            .query_row("SELECT status, cause, wave FROM rollout", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .map_err(|source| self.fail(source))?;
        let status = Status::from_word(&word).ok_or_else(|| JournalError::Damaged {
            what: format!("{word} is no status"),
            path: self.path.clone(),
        })?;
        Ok(Standing { status, cause, wave })
    }

    /// Returns how every device stands, in the order of the plan.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn rows(&self) -> Result<Vec<Row>, JournalError> {
        let mut select = self
            .base
            .prepare("SELECT state, class, tried, round, back, before FROM device ORDER BY place")
            .map_err(|source| self.fail(source))?;
        let rows = select
            .query_map([], |row| {
                let before: Option<Vec<u8>> = row.get(5)?;
                let (state, class): (String, Option<String>) = (row.get(0)?, row.get(1)?);
                Ok((state, class, row.get(2)?, row.get(3)?, row.get(4)?, before))
            })
            .map_err(|source| self.fail(source))?;
        let mut all = Vec::new();
        for row in rows {
            let (state, class, tried, round, back, before) = row.map_err(|source| self.fail(source))?;
            let known = State::from_word(&state);
            let class = class.map(|word| Class::from_word(&word).ok_or(word)).transpose();
            let before = before.map(|bytes| unpack(&bytes).ok_or(())).transpose();
            let (Some(state), Ok(class), Ok(before)) = (known, class, before) else {
                let what = format!("device {} has a state that is none", all.len());
                return Err(JournalError::Damaged { what, path: self.path.clone() });
            };
            all.push(Row { state, class, tried, round, back, before });
        }
        Ok(all)
    }

    /// Returns how many devices stand where.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn tally(&self) -> Result<BTreeMap<State, u64>, JournalError> {
        let read = || -> rusqlite::Result<Vec<(String, u64)>> {
            let mut select = self.base.prepare_cached("SELECT state, count(*) FROM device GROUP BY state")?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
            rows.collect()
        };
        let rows = read().map_err(|source| self.fail(source))?;
        Ok(rows.into_iter().filter_map(|(word, n)| Some((State::from_word(&word)?, n))).collect())
    }

    /// Returns the machine as the journal has it; it waits for orders.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn machine(&self) -> Result<Machine, JournalError> {
        let standing = self.standing()?;
        let plan = Arc::new(self.plan()?);
        Machine::restore(plan, self.rows()?, standing.status, standing.cause, standing.wave)
            .map_err(|error| JournalError::Damaged { what: error.to_string(), path: self.path.clone() })
    }

    /// Writes down what the machine asked for, in one transaction that is on the disk when this returns.
    ///
    /// # Errors
    /// [`JournalError`]: nothing of it is written then, and none of the work may begin.
    pub fn commit(&mut self, steps: &[Step], who: &str, at_ms: i64) -> Result<(), JournalError> {
        if self.lock.is_none() {
            return Err(JournalError::NotDriving { path: self.path.clone() });
        }
        let path = self.path.clone();
        self.write_steps(steps, who, at_ms).map_err(|source| JournalError::database(&path, source))
    }

    fn write_steps(&mut self, steps: &[Step], who: &str, at_ms: i64) -> rusqlite::Result<()> {
        if !steps.iter().any(|step| !matches!(step, Step::Work { .. })) {
            return Ok(());
        }
        let write = self.base.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut chain = Chain::read(&write)?;
        for step in steps {
            let entry =
                match step {
                    Step::Work { .. } => continue,
                    Step::Record { device, row, detail } => {
                        let class = row.class.map(Class::word);
                        let before = row.before.as_deref().map(pack);
                        write
                        .prepare_cached(
                            "UPDATE device SET state = ?2, class = ?3, tried = ?4, round = ?5, back = ?6, \
                             before = ?7, at_ms = ?8 WHERE place = ?1",
                        )?
                        .execute(params![
                            device, row.state.word(), class, row.tried, row.round, row.back, before, at_ms
                        ])?;
                        let detail = match class {
                            Some(class) => format!("{class} {detail}"),
                            None => detail.clone(),
                        };
                        Entry {
                            at_ms,
                            who: who.into(),
                            device: Some(*device),
                            what: format!("{} {}", row.state.word(), row.round),
                            detail,
                        }
                    }
                    Step::Status { status, wave, cause } => {
                        write.execute(
                            "UPDATE rollout SET status = ?1, cause = ?2, wave = ?3",
                            params![status.word(), cause, wave],
                        )?;
                        let what = format!("{} wave {}", status.word(), wave + 1);
                        Entry { at_ms, who: who.into(), device: None, what, detail: cause.clone() }
                    }
                };
            chain.append(&write, &entry)?;
        }
        write.commit()
    }

    /// Returns the name under which this roll-out locks devices: the same for every process that drives it, and
    /// another one for another journal of the same plan.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn owner(&self) -> Result<String, JournalError> {
        let read = self.base.query_row("SELECT owner FROM rollout", [], |row| row.get(0));
        read.map_err(|source| self.fail(source))
    }

    /// Returns the path of the journal's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether a device's thing stands in the journal, and where.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn place(&self, thing: &str) -> Result<Option<u32>, JournalError> {
        self.base
            .query_row("SELECT place FROM device WHERE thing = ?1", [thing], |row| row.get(0))
            .optional()
            .map_err(|source| self.fail(source))
    }
}

/// Returns a name for the roll-out of a plan that begins here and now.
fn owner_of(plan: &Plan, path: &Path, at_ms: i64) -> String {
    let here = format!("{} {} {at_ms} {}", plan.name(), path.display(), std::process::id());
    format!("roll-out {}", &hex(&crate::base::hash::sha256(here.as_bytes()))[..16])
}

/// Returns hashes as bytes: each a 0, or a 1 and 32 bytes.
fn pack(before: &[Option<Hash>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(before.len() * 33);
    for hash in before {
        bytes.push(u8::from(hash.is_some()));
        bytes.extend(hash.iter().flatten());
    }
    bytes
}

fn unpack(mut bytes: &[u8]) -> Option<Before> {
    let mut before = Vec::new();
    while let [flag, rest @ ..] = bytes {
        bytes = match flag {
            0 => {
                before.push(None);
                rest
            }
            1 => {
                let (hash, rest) = rest.split_first_chunk::<32>()?;
                before.push(Some(*hash));
                rest
            }
            _ => return None,
        };
    }
    Some(before.into())
}
