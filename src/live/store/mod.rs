//! Where an agent keeps values while it is away, so that they survive its own restart.
//!
//! ```text
//! put ─► room? ─► record appended, on the disk ─► *stored*: a promise ─► sent ─► answered ─► removed
//!          │ no        │ the disk takes nothing
//!          └► dropped  └► held in memory, and said so
//! ```
//!
//! The two stores of the C SDK are one here with two orders of sending ([`Flush`]): whole messages, each for itself,
//! after AUTH and *before* BIND; or values, all of a thing in one update, after BIND. The limit counts the bytes of
//! messages or values; beyond it the newest is dropped and the older ones stay.
//!
//! A value that was reported as stored is sent at least once: it leaves the store only after the platform has answered
//! it, and a removal that does not reach the disk means that it is sent again after a restart, never that it is
//! missing. Records have check sums: a torn tail, as a power cut leaves it, is cut off with a notice, and
//! damage in the middle costs the records it hits and no others. The file belongs to one agent at a time.
//!
//! Nothing here waits for a network; whoever runs tasks calls it where waiting for a disk harms nobody.

mod entry;
mod record;

pub use entry::{Batch, Entry, Push, update};

use crate::base::file::{FileError, Log};
use crate::fleet::{Flush, OfflineStore};
use record::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Largest limit \[bytes\].
pub const MOST_BYTES: u64 = 64 << 20;

/// Bytes of the file that may be of no use before it is written anew.
const WASTE: u64 = 64 << 10;

/// How much an agent keeps, and when it sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Room \[bytes\], at most [`MOST_BYTES`].
    pub limit: u64,
    /// When it is sent.
    pub flush: Flush,
}

impl From<&OfflineStore> for Rules {
    /// Returns the rules of the devices of a group.
    fn from(store: &OfflineStore) -> Self {
        Self { limit: store.limit_bytes.min(MOST_BYTES), flush: store.flush }
    }
}

impl Default for Rules {
    /// Returns those of a C SDK agent with its default settings.
    fn default() -> Self {
        Self::from(&OfflineStore::default())
    }
}

/// The file of a store.
pub trait Disk: Send + std::fmt::Debug {
    /// Appends bytes; they are safe when this returns. After an error a part of them may stand there.
    ///
    /// # Errors
    /// What the system says.
    fn append(&mut self, bytes: &[u8]) -> Result<(), FileError>;

    /// Cuts off what stands behind so many \[bytes\].
    ///
    /// # Errors
    /// What the system says.
    fn cut(&mut self, length: u64) -> Result<(), FileError>;

    /// Puts another content in place of the old one, which stands there still after an error.
    ///
    /// # Errors
    /// What the system says.
    fn replace(&mut self, bytes: &[u8]) -> Result<(), FileError>;
}

impl Disk for Log {
    fn append(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        Self::append(self, bytes)
    }

    fn cut(&mut self, length: u64) -> Result<(), FileError> {
        Self::cut(self, length)
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        Self::replace(self, bytes)
    }
}

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be read or written, or another agent has it.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is something else.
    #[error(
        "This file is no store of values, or one of a later version, so nothing in it was changed. Choose another file: `{0}`"
    )]
    Other(String),
}

/// What was found in a store that was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Values or events that wait from earlier.
    pub waiting: usize,
    /// Bytes of a torn tail, which were cut off: what was being written when the last agent or computer stopped.
    pub torn: usize,
    /// Bytes in the middle that cannot be read, which were left out.
    pub damaged: usize,
}

/// What became of entries that were put into a store. Counts are of values and events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Put {
    /// On the disk now: promised.
    pub stored: usize,
    /// In memory only, because the disk takes nothing; lost if the agent ends before it does.
    pub held: usize,
    /// Dropped, because the store is full.
    pub dropped: usize,
    /// Dropped, because no message can carry them, and why.
    pub refused: Vec<String>,
    /// Everything that waits now.
    pub waiting: usize,
    /// The bytes of that, as the limit counts them.
    pub bytes: u64,
    /// What is wrong with the disk.
    pub trouble: Option<String>,
}

/// What is left when an agent ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Values and events on the disk, for the next start.
    pub stored: usize,
    /// Those in memory only, which end with the agent.
    pub lost: usize,
}

/// An entry that is kept.
#[derive(Debug)]
struct Kept {
    entry: Entry,
    size: u64,
    on_disk: bool,
}

/// Values that wait for the platform.
#[derive(Debug)]
pub struct Store {
    disk: Box<dyn Disk>,
    rules: Rules,
    /// By number, which is the order in which they came.
    kept: BTreeMap<u64, Kept>,
    bytes: u64,
    next: u64,
    /// Length of the file up to which it is known to be sound.
    length: u64,
    /// Whether something may stand behind that.
    dirty: bool,
}

impl Store {
    /// Opens the store in a file, or begins one.
    ///
    /// # Errors
    /// The file cannot be used, belongs to another agent at the moment, or is something else.
    pub fn open(path: &Path, rules: Rules) -> Result<(Self, Opened), OpenError> {
        // Removed records and their removals stand there too, until the file is written anew.
        let (log, bytes) = Log::open(path, 4 * MOST_BYTES)?;
        Self::of(Box::new(log), &bytes, rules)?.ok_or_else(|| OpenError::Other(path.display().to_string()))
    }

    /// Returns the store of a file with this content; `None` where it is something else.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn of(
        mut disk: Box<dyn Disk>,
        bytes: &[u8],
        rules: Rules,
    ) -> Result<Option<(Self, Opened)>, FileError> {
        let mut opened = Opened::default();
        let mut length = record::HEADER.len() as u64;
        let mut kept = BTreeMap::new();
        let mut next = 0;
        if let Some(read) = record::read(bytes) {
            (opened.torn, opened.damaged) = (read.torn, read.damaged);
            for record in read.records {
                if record.kind == Kind::Removed {
                    record::numbers(record.payload).for_each(|number| {
                        kept.remove(&number);
                    });
                } else if let Some(entry) = Entry::read(record.kind, record.payload) {
                    next = next.max(record.number + 1);
                    let size = entry::size(record.kind, record.payload);
                    kept.insert(record.number, Kept { entry, size, on_disk: true });
                } else {
                    opened.damaged += record.payload.len();
                }
            }
            length = read.sound as u64;
            if opened.torn > 0 {
                disk.cut(length)?;
            }
        } else if record::HEADER.starts_with(bytes) {
            // New, or torn at its begin.
            opened.torn = bytes.len();
            disk.replace(record::HEADER)?;
        } else {
            return Ok(None);
        }
        let bytes = kept.values().map(|kept: &Kept| kept.size).sum();
        let mut store = Self { disk, rules, kept, bytes, next, length, dirty: false };
        opened.waiting = store.waiting();
        if opened.damaged > 0 {
            // What is damaged is not carried on; where this fails it is found again the next time.
            let _ = store.anew();
        }
        Ok(Some((store, opened)))
    }

    /// Returns its rules.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Returns how many values and events wait.
    pub fn waiting(&self) -> usize {
        self.kept.values().map(|kept| kept.entry.count()).sum()
    }

    /// Returns the values that wait, the oldest first.
    pub fn values(&self) -> Vec<Push> {
        self.kept.values().flat_map(|kept| kept.entry.pushes()).collect()
    }

    /// Keeps entries, in their order, as far as there is room.
    pub fn put(&mut self, entries: Vec<Entry>) -> Put {
        let mut put = Put::default();
        let mut new = BTreeSet::new();
        for entry in entries {
            if let Some(why) = entry.unsendable() {
                put.refused.push(why);
                continue;
            }
            let size = match entry.payload() {
                Ok(payload) => entry::size(entry.kind(), &payload),
                Err(why) => {
                    put.refused.push(why.to_string());
                    continue;
                }
            };
            if self.bytes + size > self.rules.limit {
                put.dropped += entry.count();
                continue;
            }
            self.bytes += size;
            new.insert(self.next);
            self.kept.insert(self.next, Kept { entry, size, on_disk: false });
            self.next += 1;
        }
        put.trouble = self.writes().err().map(|error| error.to_string());
        for (_, kept) in self.kept.iter().filter(|(number, _)| new.contains(number)) {
            let place = if kept.on_disk { &mut put.stored } else { &mut put.held };
            *place += kept.entry.count();
        }
        (put.waiting, put.bytes) = (self.waiting(), self.bytes);
        put
    }

    /// Writes what is in memory only.
    fn writes(&mut self) -> Result<(), FileError> {
        if self.kept.values().all(|kept| kept.on_disk) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        for (number, kept) in self.kept.iter().filter(|(_, kept)| !kept.on_disk) {
            if let Ok(payload) = kept.entry.payload() {
                record::append(&mut bytes, kept.entry.kind(), *number, &payload);
            }
        }
        self.appends(&bytes)?;
        self.kept.values_mut().for_each(|kept| kept.on_disk = true);
        Ok(())
    }

    /// Appends records behind what is sound.
    fn appends(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        if self.dirty {
            self.disk.cut(self.length)?;
            self.dirty = false;
        }
        if let Err(error) = self.disk.append(bytes) {
            // Now, or before the next record.
            self.dirty = self.disk.cut(self.length).is_err();
            return Err(error);
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Returns the messages that send what waits, except these.
    pub fn batches(&self, but: &BTreeSet<u64>) -> Vec<Batch> {
        let idle = self.kept.iter().filter(|(number, _)| !but.contains(number));
        entry::batches(self.rules.flush, idle.map(|(number, kept)| (*number, &kept.entry)))
    }

    /// Removes what the platform has answered.
    ///
    /// # Errors
    /// The disk takes nothing: it is removed from memory, and comes back after a restart.
    pub fn answered(&mut self, numbers: &[u64]) -> Result<(), FileError> {
        let mut written = Vec::new();
        for number in numbers {
            if let Some(kept) = self.kept.remove(number) {
                self.bytes -= kept.size;
                if kept.on_disk {
                    written.push(*number);
                }
            }
        }
        if self.kept.is_empty() {
            return self.empties();
        }
        if !written.is_empty() {
            let mut bytes = Vec::new();
            record::append(&mut bytes, Kind::Removed, 0, &record::list(&written));
            self.appends(&bytes)?;
            let used: u64 = self.kept.values().map(|kept| kept.size + record::AROUND).sum();
            if self.length > 2 * used + WASTE {
                self.anew()?;
            }
        }
        // There may be room for what is in memory now.
        self.writes()
    }

    /// Leaves an empty file.
    fn empties(&mut self) -> Result<(), FileError> {
        let empty = record::HEADER.len() as u64;
        if self.length == empty && !self.dirty {
            return Ok(());
        }
        // A full disk has no room for another file, and lets this one be cut all the same.
        self.disk.replace(record::HEADER).or_else(|_| self.disk.cut(empty))?;
        (self.length, self.dirty) = (empty, false);
        Ok(())
    }

    /// Writes the file anew, with what is kept and nothing else.
    fn anew(&mut self) -> Result<(), FileError> {
        let mut bytes = record::HEADER.to_vec();
        for (number, kept) in &self.kept {
            if let Ok(payload) = kept.entry.payload() {
                record::append(&mut bytes, kept.entry.kind(), *number, &payload);
            }
        }
        self.disk.replace(&bytes)?;
        self.kept.values_mut().for_each(|kept| kept.on_disk = true);
        (self.length, self.dirty) = (bytes.len() as u64, false);
        Ok(())
    }

    /// Returns what is left, after a last try to write what is in memory only.
    pub fn left(&mut self) -> Left {
        // What cannot be written is counted as lost.
        let _ = self.writes();
        let mut left = Left::default();
        for kept in self.kept.values() {
            *(if kept.on_disk { &mut left.stored } else { &mut left.lost }) += kept.entry.count();
        }
        left
    }
}

#[cfg(test)]
mod tests;
