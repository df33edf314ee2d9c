//! From byte offsets to the line and column a person sees in an editor.
//!
//! Lines are found by binary search over their starts. Columns count characters; a count of
//! characters per block of the text keeps that cheap even where a whole file is one line, as
//! minified files are. A line ends at `\n`, `\r\n` or a lone `\r`; a byte order mark has no column.
//!
//! Nothing in it is JSON: other formats of text files use it too.

/// Bytes per block of the character index.
const BLOCK: usize = 1024;
/// The byte order mark some editors write at the start of a file.
pub(super) const BOM: char = '\u{feff}';

/// The index of one text.
#[derive(Debug)]
pub struct Lines {
    /// Byte offset at which each line starts; never empty.
    starts: Vec<usize>,
    /// Characters before each block.
    chars: Vec<usize>,
}

impl Lines {
    /// Returns the index of `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![if text.starts_with(BOM) { BOM.len_utf8() } else { 0 }];
        for (i, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || (byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
                starts.push(i + 1);
            }
        }
        // One entry more than there are blocks: the end of the text can be the start of one.
        let mut chars = vec![0];
        let mut total = 0;
        for block in bytes.chunks(BLOCK) {
            total += chars_in(block);
            chars.push(total);
        }
        Self { starts, chars }
    }

    /// Returns line and column of a byte offset, both from 1; an offset past the end is the end.
    pub fn place(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.starts[line - 1];
        let column = self.chars_before(text, offset).saturating_sub(self.chars_before(text, start)) + 1;
        (line, column)
    }

    /// Returns how many characters start before `offset`.
    fn chars_before(&self, text: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        self.chars[block] + chars_in(&text.as_bytes()[block * BLOCK..offset])
    }
}

/// Returns how many characters start in these bytes of UTF-8.
fn chars_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "a\nb\r\nç\rd";
        let lines = Lines::new(text);
        let at = |needle: &str| lines.place(text, text.find(needle).unwrap());
        assert_eq!([at("a"), at("b"), at("ç"), at("d")], [(1, 1), (2, 1), (3, 1), (4, 1)]);
        assert_eq!(lines.place(text, 9_999), (4, 2));
        assert_eq!(Lines::new("").place("", 0), (1, 1));
        let marked = "\u{feff}[]";
        assert_eq!(Lines::new(marked).place(marked, 0), (1, 1));
        assert_eq!(Lines::new(marked).place(marked, 4), (1, 2));
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[aé\u{1f600}\n]{0,40}", repeat in 1_usize..80) {
            let text = text.repeat(repeat);
            let lines = Lines::new(&text);
            let (mut line, mut column) = (1, 1);
            for (offset, c) in text.char_indices() {
                prop_assert_eq!(lines.place(&text, offset), (line, column));
                (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
            prop_assert_eq!(lines.place(&text, text.len()), (line, column));
        }
    }
}
