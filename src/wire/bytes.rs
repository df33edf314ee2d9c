//! A reader that cannot run over the end, with a budget for memory, and the writing of strings and counts.
//!
//! Every length in a message is the claim of a stranger. The reader looks at what is left before it
//! believes one, and every allocation is paid from the budget *before* it is made and never paid back,
//! so the sum of all allocations for one message stays below [`Limits::memory`](super::Limits).

use super::Limits;
use super::error::{DecodeError, EncodeError, Fault};

/// Lengths from here on take four bytes, of which the top bit says so [bytes].
pub(super) const LONG: usize = 128;
/// The largest length that four bytes can say with their top bit taken [bytes].
const LONGEST: usize = 0x7fff_ffff;

/// Walks over received bytes.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the bytes stand in the frame, for errors [bytes].
    base: usize,
    /// Memory that may still be taken [bytes].
    budget: usize,
    /// Levels of nesting that may still be entered.
    levels: usize,
    limits: Limits,
}

impl<'a> Reader<'a> {
    /// Returns a reader of `bytes`, whose first one is byte `base` of the frame.
    pub fn new(bytes: &'a [u8], base: usize, limits: &Limits) -> Self {
        Self { bytes, at: 0, base, budget: limits.memory, levels: limits.depth, limits: *limits }
    }

    /// Returns how many bytes are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Returns the place of the next byte in the frame.
    pub fn place(&self) -> usize {
        self.base + self.at
    }

    /// Returns the error for the byte just read.
    pub fn fault_before<T>(&self, reading: &'static str, fault: Fault) -> Result<T, DecodeError> {
        Err(DecodeError { at: self.place().saturating_sub(1), reading, fault })
    }

    /// Takes the next `count` bytes.
    pub fn take(&mut self, count: usize, reading: &'static str) -> Result<&'a [u8], DecodeError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..count)) {
            Some(taken) => {
                self.at += count;
                Ok(taken)
            }
            None => Err(DecodeError {
                at: self.place(),
                reading,
                fault: Fault::CutOff { needed: count, left: self.left() },
            }),
        }
    }

    /// Takes all that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at = self.bytes.len();
        rest
    }

    fn array<const N: usize>(&mut self, reading: &'static str) -> Result<[u8; N], DecodeError> {
        let taken = self.take(N, reading)?;
        let mut array = [0; N];
        array.copy_from_slice(taken);
        Ok(array)
    }

    /// Takes one byte.
    pub fn u8(&mut self, reading: &'static str) -> Result<u8, DecodeError> {
        self.array::<1>(reading).map(|[byte]| byte)
    }

    /// Takes two bytes, the higher one first.
    pub fn u16(&mut self, reading: &'static str) -> Result<u16, DecodeError> {
        self.array(reading).map(u16::from_be_bytes)
    }

    /// Takes four bytes, the highest one first.
    pub fn u32(&mut self, reading: &'static str) -> Result<u32, DecodeError> {
        self.array(reading).map(u32::from_be_bytes)
    }

    /// Takes eight bytes, the highest one first.
    pub fn u64(&mut self, reading: &'static str) -> Result<u64, DecodeError> {
        self.array(reading).map(u64::from_be_bytes)
    }

    /// Takes the text behind a length of one or four bytes, without copying it.
    pub fn text(&mut self, reading: &'static str) -> Result<&'a str, DecodeError> {
        let first = self.u8(reading)?;
        let length = if usize::from(first) < LONG {
            usize::from(first)
        } else {
            let [b, c, d] = self.array::<3>(reading)?;
            u32::from_be_bytes([first & 0x7f, b, c, d]) as usize
        };
        let start = self.place();
        std::str::from_utf8(self.take(length, reading)?).map_err(|e| DecodeError {
            at: start + e.valid_up_to(),
            reading,
            fault: Fault::Text,
        })
    }

    /// Takes a text and copies it.
    pub fn string(&mut self, reading: &'static str) -> Result<String, DecodeError> {
        let text = self.text(reading)?;
        self.pay(text.len(), reading)?;
        Ok(text.to_owned())
    }

    /// Copies bytes that were taken.
    pub fn copy(&mut self, taken: &[u8], reading: &'static str) -> Result<Vec<u8>, DecodeError> {
        self.pay(taken.len(), reading)?;
        Ok(taken.to_vec())
    }

    /// Pays for `bytes` of memory that are about to be allocated.
    pub fn pay(&mut self, bytes: usize, reading: &'static str) -> Result<(), DecodeError> {
        let Some(left) = self.budget.checked_sub(bytes) else {
            let fault = Fault::Memory(self.limits.memory);
            return Err(DecodeError { at: self.place(), reading, fault });
        };
        self.budget = left;
        Ok(())
    }

    /// Returns an empty list with room for `count` items, each of which takes at least `least` bytes.
    pub fn list<T>(
        &mut self,
        count: u16,
        least: usize,
        reading: &'static str,
    ) -> Result<Vec<T>, DecodeError> {
        let count = usize::from(count);
        if count * least > self.left() {
            let fault = Fault::CutOff { needed: count * least, left: self.left() };
            return Err(DecodeError { at: self.place(), reading, fault });
        }
        self.pay(count * size_of::<T>(), reading)?;
        Ok(Vec::with_capacity(count))
    }

    /// Appends to a list of unknown length, paying where it must grow.
    pub fn push<T>(&mut self, list: &mut Vec<T>, item: T, reading: &'static str) -> Result<(), DecodeError> {
        if list.len() == list.capacity() {
            let more = list.len().max(2);
            self.pay((list.len() + more) * size_of::<T>(), reading)?;
            list.reserve_exact(more);
        }
        list.push(item);
        Ok(())
    }

    /// Runs `inner` one level deeper.
    pub fn nested<T>(
        &mut self,
        reading: &'static str,
        inner: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let Some(levels) = self.levels.checked_sub(1) else {
            let fault = Fault::Depth(self.limits.depth);
            return Err(DecodeError { at: self.place(), reading, fault });
        };
        self.levels = levels;
        let result = inner(self);
        self.levels += 1;
        result
    }
}

/// Appends a text behind its length.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) -> Result<(), EncodeError> {
    let length = text.len();
    if length < LONG {
        out.push(length as u8);
    } else if length <= LONGEST {
        out.extend((length as u32 | 0x8000_0000).to_be_bytes());
    } else {
        return Err(EncodeError::TooMany { what: "bytes of a text", count: length, most: LONGEST });
    }
    out.extend(text.as_bytes());
    Ok(())
}

/// Appends a count of two bytes.
pub(super) fn put_count(out: &mut Vec<u8>, count: usize, what: &'static str) -> Result<(), EncodeError> {
    let most = usize::from(u16::MAX);
    let small = u16::try_from(count).map_err(|_| EncodeError::TooMany { what, count, most })?;
    out.extend(small.to_be_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_below_128_take_one_byte_and_others_four() {
        for (length, head) in
            [(0, vec![0]), (127, vec![0x7f]), (128, vec![0x80, 0, 0, 128]), (300, vec![0x80, 0, 1, 44])]
        {
            let text = "a".repeat(length);
            let mut out = Vec::new();
            put_text(&mut out, &text).unwrap();
            assert_eq!(out[..out.len() - length], head);
            let limits = Limits::default();
            assert_eq!(Reader::new(&out, 0, &limits).string("text").unwrap(), text);
        }
    }

    #[test]
    fn a_length_beyond_the_end_allocates_nothing() {
        let limits = Limits { memory: 0, ..Limits::default() };
        let error = Reader::new(&[0xff, 0xff, 0xff, 0xff, b'a'], 15, &limits).string("name").unwrap_err();
        assert_eq!(error.at, 19);
        assert_eq!(error.fault, Fault::CutOff { needed: 0x7fff_ffff, left: 1 });
    }

    #[test]
    fn the_budget_is_paid_before_and_never_paid_back() {
        let limits = Limits { memory: 10, ..Limits::default() };
        let mut reader = Reader::new(&[6, b'a', b'b', b'c', b'd', b'e', b'f', 5, 1, 2, 3, 4, 5], 0, &limits);
        assert_eq!(reader.string("name").unwrap(), "abcdef");
        assert_eq!(reader.string("name").unwrap_err().fault, Fault::Memory(10));
    }

    #[test]
    fn bad_utf8_is_found_at_its_byte() {
        let error = Reader::new(&[3, b'a', 0xff, b'b'], 100, &Limits::default()).text("name").unwrap_err();
        assert_eq!((error.at, error.fault), (102, Fault::Text));
    }
}
