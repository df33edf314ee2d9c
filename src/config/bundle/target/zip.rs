//! Writes a zip archive as a stream: no seeking, one compressor for all files, and bytes that depend on
//! nothing but the files.
//!
//! Time stamps are 1980-01-01, names are UTF-8, and the compressor is the same on every processor. What
//! remains in memory is the list at the end of the archive, about 50 bytes and the path per file. More than
//! 65,535 files or 4 GiB take the 64-bit form of that list; a single file has less than 4 GiB.

use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress};
use std::io::{self, Write};

/// 1980-01-01, the first day that the format knows.
const DAY: u16 = 0x21;
/// Names are UTF-8.
const UTF8: u16 = 0x0800;
/// Sizes follow the data.
const SIZES_BEHIND: u16 = 0x0008;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Made on Unix, so that readers keep the permissions; version 4.5 of the format.
const MADE_BY: u16 = 3 * 256 + 45;
/// What stands in a 16-bit or 32-bit field whose value is in the 64-bit form.
const MORE_16: u16 = u16::MAX;
const MORE_32: u32 = u32::MAX;

/// How well files are compressed: enough for repeated keys, fast enough for 100,000 files.
const LEVEL: u8 = 4;

/// An archive on its way.
pub struct Archive<W: Write> {
    out: W,
    offset: u64,
    files: u64,
    list: Vec<u8>,
    compressor: Option<Box<CompressorOxide>>,
    buffer: Vec<u8>,
}

/// A file as the list names it.
struct Listed<'a> {
    name: &'a str,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    offset: u64,
    private: bool,
}

impl<W: Write> Archive<W> {
    /// Begins an archive; without compression files are stored as they are.
    pub fn new(out: W, compressed: bool) -> Self {
        let compressor = compressed.then(|| {
            let mut compressor = Box::<CompressorOxide>::default();
            compressor.set_format_and_level(miniz_oxide::DataFormat::Raw, LEVEL);
            compressor
        });
        Self { out, offset: 0, files: 0, list: Vec::new(), compressor, buffer: vec![0; 64 * 1024] }
    }

    /// Adds a file that stands in memory; `private` ones are for their owner alone when unpacked on Unix.
    pub fn add(&mut self, name: &str, bytes: &[u8], private: bool) -> io::Result<()> {
        let crc = crc32fast::hash(bytes);
        let packed = self.pack(bytes);
        let (method, length) = packed.map_or((STORED, bytes.len()), |length| (DEFLATED, length));
        let listed = Listed {
            name,
            flags: UTF8,
            method,
            crc,
            packed: length as u64,
            size: bytes.len() as u64,
            offset: self.offset,
            private,
        };
        self.head(&listed)?;
        if method == DEFLATED {
            self.out.write_all(&self.buffer[..length])?;
        } else {
            self.out.write_all(bytes)?;
        }
        self.offset += length as u64;
        self.list(&listed)
    }

    /// Compresses into the buffer and returns the length, or `None` where nothing is gained.
    fn pack(&mut self, bytes: &[u8]) -> Option<usize> {
        let compressor = self.compressor.as_mut()?;
        compressor.reset();
        if self.buffer.len() < bytes.len() {
            self.buffer.resize(bytes.len(), 0);
        }
        let (status, _, length) = compress(compressor, bytes, &mut self.buffer, TDEFLFlush::Finish);
        (status == TDEFLStatus::Done && length < bytes.len()).then_some(length)
    }

    /// Adds a file that is written piece by piece.
    pub fn stream(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let method = if self.compressor.is_some() { DEFLATED } else { STORED };
        let mut listed = Listed {
            name,
            // What is stored needs its size before it; only compressed data ends by itself.
            flags: UTF8 | SIZES_BEHIND,
            method,
            crc: 0,
            packed: 0,
            size: 0,
            offset: self.offset,
            private: false,
        };
        if self.compressor.is_none() {
            let mut whole = Vec::new();
            write(&mut whole)?;
            return self.add(name, &whole, false);
        }
        self.head(&listed)?;
        let mut stream = Stream::new(self);
        write(&mut stream)?;
        let (crc, size, packed) = stream.finish()?;
        (listed.crc, listed.size, listed.packed) = (crc, size, packed);
        let (packed, size) = (short(packed)?, short(size)?);
        let mut behind = Vec::with_capacity(16);
        put_32(&mut behind, &[0x0807_4b50, crc, packed, size]);
        self.out.write_all(&behind)?;
        self.offset += behind.len() as u64;
        self.list(&listed)
    }

    fn head(&mut self, file: &Listed<'_>) -> io::Result<()> {
        let mut head = Vec::with_capacity(30 + file.name.len());
        put_32(&mut head, &[0x0403_4b50]);
        put_16(&mut head, &[20, file.flags, file.method, 0, DAY]);
        put_32(&mut head, &[file.crc, short(file.packed)?, short(file.size)?]);
        put_16(&mut head, &[name_length(file.name)?, 0]);
        head.extend_from_slice(file.name.as_bytes());
        self.out.write_all(&head)?;
        self.offset += head.len() as u64;
        Ok(())
    }

    fn list(&mut self, file: &Listed<'_>) -> io::Result<()> {
        let far = file.offset >= u64::from(MORE_32);
        let mode: u32 = if file.private { 0o100_600 } else { 0o100_644 };
        put_32(&mut self.list, &[0x0201_4b50]);
        put_16(&mut self.list, &[MADE_BY, if far { 45 } else { 20 }, file.flags, file.method, 0, DAY]);
        put_32(&mut self.list, &[file.crc, short(file.packed)?, short(file.size)?]);
        put_16(&mut self.list, &[name_length(file.name)?, if far { 12 } else { 0 }, 0, 0, 0]);
        put_32(&mut self.list, &[mode << 16, if far { MORE_32 } else { short(file.offset)? }]);
        self.list.extend_from_slice(file.name.as_bytes());
        if far {
            put_16(&mut self.list, &[1, 8]);
            put_64(&mut self.list, &[file.offset]);
        }
        self.files += 1;
        Ok(())
    }

    /// Returns what the archive is written to.
    pub fn inner(&self) -> &W {
        &self.out
    }

    /// Writes the list and returns what the archive was written to.
    pub fn finish(mut self) -> io::Result<W> {
        let (start, length) = (self.offset, self.list.len() as u64);
        self.out.write_all(&self.list)?;
        let mut end = Vec::new();
        let wide =
            [self.files >= u64::from(MORE_16), start >= u64::from(MORE_32), length >= u64::from(MORE_32)];
        if wide.contains(&true) {
            put_32(&mut end, &[0x0606_4b50]);
            put_64(&mut end, &[44]);
            put_16(&mut end, &[MADE_BY, 45]);
            put_32(&mut end, &[0, 0]);
            put_64(&mut end, &[self.files, self.files, length, start]);
            put_32(&mut end, &[0x0706_4b50, 0]);
            put_64(&mut end, &[start + length]);
            put_32(&mut end, &[1]);
        }
        let files = u16::try_from(self.files).unwrap_or(MORE_16);
        put_32(&mut end, &[0x0605_4b50]);
        put_16(&mut end, &[0, 0, files, files]);
        put_32(
            &mut end,
            &[u32::try_from(length).unwrap_or(MORE_32), u32::try_from(start).unwrap_or(MORE_32)],
        );
        put_16(&mut end, &[0]);
        self.out.write_all(&end)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A file of an archive that is compressed while it is written.
struct Stream<'a, W: Write> {
    archive: &'a mut Archive<W>,
    crc: crc32fast::Hasher,
    size: u64,
    packed: u64,
}

impl<'a, W: Write> Stream<'a, W> {
    fn new(archive: &'a mut Archive<W>) -> Self {
        if let Some(compressor) = &mut archive.compressor {
            compressor.reset();
        }
        Self { archive, crc: crc32fast::Hasher::new(), size: 0, packed: 0 }
    }

    fn push(&mut self, mut bytes: &[u8], flush: TDEFLFlush) -> io::Result<()> {
        let Some(compressor) = &mut self.archive.compressor else { return Ok(()) };
        loop {
            let (status, read, written) = compress(compressor, bytes, &mut self.archive.buffer, flush);
            self.archive.out.write_all(&self.archive.buffer[..written])?;
            self.packed += written as u64;
            bytes = &bytes[read..];
            match status {
                TDEFLStatus::Done => return Ok(()),
                TDEFLStatus::Okay if bytes.is_empty() && flush == TDEFLFlush::None => return Ok(()),
                TDEFLStatus::Okay => {}
                _ => return Err(io::Error::other("the compressor failed")),
            }
        }
    }

    fn finish(mut self) -> io::Result<(u32, u64, u64)> {
        self.push(&[], TDEFLFlush::Finish)?;
        self.archive.offset += self.packed;
        Ok((self.crc.finalize(), self.size, self.packed))
    }
}

impl<W: Write> Write for Stream<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.crc.update(bytes);
        self.size += bytes.len() as u64;
        self.push(bytes, TDEFLFlush::None)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn short(number: u64) -> io::Result<u32> {
    u32::try_from(number)
        .ok()
        .filter(|&number| number < MORE_32)
        .ok_or_else(|| io::Error::other("one file has 4 GiB or more, which this form of archive cannot hold"))
}

fn name_length(name: &str) -> io::Result<u16> {
    u16::try_from(name.len()).map_err(|_| io::Error::other("the path is too long for an archive"))
}

fn put_16(out: &mut Vec<u8>, numbers: &[u16]) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

fn put_32(out: &mut Vec<u8>, numbers: &[u32]) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

fn put_64(out: &mut Vec<u8>, numbers: &[u64]) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
}
