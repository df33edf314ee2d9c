//! Records of the file of a store.
//!
//! ```text
//! file     "regather-store 1\n"  { record }
//! record   A7 "rec"  length u32  check sum u32  kind u8  number u64  payload
//! ```
//!
//! Numbers are written with the higher byte first. The check sum (CRC-32) is of kind, number and payload; the length is
//! that of the payload [bytes]. The mark lets a reader find the next record behind damaged bytes.

/// Begin of every store; the number is the version.
pub(super) const HEADER: &[u8] = b"regather-store 1\n";
/// Begin of every record.
const MARK: [u8; 4] = [0xA7, b'r', b'e', b'c'];
/// Bytes of a record beside its payload.
pub(super) const AROUND: u64 = 4 + 4 + 4 + 1 + 8;
/// Longest payload [bytes]: a message of the longest kind and some room.
pub(super) const LONGEST: usize = 2 << 20;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A value of a property.
    Value,
    /// A message with several values or an event.
    Message,
    /// The numbers of records that are removed.
    Removed,
}

impl Kind {
    fn byte(self) -> u8 {
        match self {
            Self::Value => 1,
            Self::Message => 2,
            Self::Removed => 3,
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [Self::Value, Self::Message, Self::Removed].into_iter().find(|kind| kind.byte() == byte)
    }
}

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) kind: Kind,
    pub(super) number: u64,
    pub(super) payload: &'a [u8],
}

/// A file that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read<'a> {
    pub(super) records: Vec<Record<'a>>,
    /// Bytes up to the end of the last record.
    pub(super) sound: usize,
    /// Bytes behind it.
    pub(super) torn: usize,
    /// Bytes between records that are none.
    pub(super) damaged: usize,
}

/// Appends a record.
pub(super) fn append(out: &mut Vec<u8>, kind: Kind, number: u64, payload: &[u8]) {
    out.extend(MARK);
    out.extend(u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(sum(kind.byte(), number, payload).to_be_bytes());
    out.push(kind.byte());
    out.extend(number.to_be_bytes());
    out.extend(payload);
}

/// Reads a file; `None` where it is no store.
pub(super) fn read(bytes: &[u8]) -> Option<Read<'_>> {
    bytes.strip_prefix(HEADER)?;
    let mut read = Read { records: Vec::new(), sound: HEADER.len(), torn: 0, damaged: 0 };
    let mut at = HEADER.len();
    while at < bytes.len() {
        if let Some((record, length)) = record(&bytes[at..]) {
            read.damaged += at - read.sound;
            at += length;
            read.sound = at;
            read.records.push(record);
        } else {
            let next = bytes[at + 1..].iter().position(|&byte| byte == MARK[0]);
            at = next.map_or(bytes.len(), |next| at + 1 + next);
        }
    }
    read.torn = bytes.len() - read.sound;
    Some(read)
}

/// Reads the record at the begin of these bytes; returns also its length.
fn record(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
    let rest = bytes.strip_prefix(&MARK)?;
    let (length, rest) = rest.split_first_chunk()?;
    let (check, rest) = rest.split_first_chunk()?;
    let (&byte, rest) = rest.split_first()?;
    let (number, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok().filter(|&length| length <= LONGEST)?;
    let payload = rest.get(..length)?;
    let number = u64::from_be_bytes(*number);
    let sound = sum(byte, number, payload) == u32::from_be_bytes(*check);
    let kind = Kind::of(byte).filter(|_| sound)?;
    Some((Record { kind, number, payload }, AROUND as usize + length))
}

fn sum(kind: u8, number: u64, payload: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&[kind]);
    sum.update(&number.to_be_bytes());
    sum.update(payload);
    sum.finalize()
}

/// Returns the payload that lists numbers.
pub(super) fn list(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// Returns the numbers that a payload lists.
pub(super) fn numbers(payload: &[u8]) -> impl Iterator<Item = u64> {
    payload.as_chunks().0.iter().map(|bytes| u64::from_be_bytes(*bytes))
}
