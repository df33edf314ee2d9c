//! Text for a terminal: which characters it can show, and how a sentence is broken into lines.
//!
//! Everything that a program prints for people passes through [`plain`]. It takes out what a terminal
//! would obey instead of showing (a name in a project file may hold escape sequences), turns thin
//! spaces into ordinary ones, and falls back to ASCII where the terminal cannot show more. Each
//! character is replaced by exactly one, so that columns stay aligned.

use crate::base::units::THIN;
use std::fmt::{self, Write as _};

/// Width for which text is laid out [characters].
pub const WIDTH: usize = 80;

/// What a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Unicode, with block elements.
    Unicode,
    /// Seven bits: `TERM=dumb`, or a locale that is not UTF-8.
    Ascii,
}

/// Returns a text as a terminal shows it, character by character.
pub fn plain(text: &str, charset: Charset) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '\n',
            THIN | '\u{202f}' | '\u{a0}' | '\t' => ' ',
            c if c.is_control() || reorders(c) => '?',
            c if c.is_ascii() || charset == Charset::Unicode => c,
            c => ascii(c),
        })
        .collect()
}

/// Returns whether a character changes the order or the place in which others are shown.
fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Returns the nearest ASCII character to one that the program prints, `?` for all others.
fn ascii(c: char) -> char {
    match c {
        '✓' => '+',
        '✕' => 'x',
        '·' | '–' | '−' => '-',
        '→' => '>',
        '×' => '*',
        'µ' | 'μ' => 'u',
        '…' => '.',
        '’' | '‘' => '\'',
        '“' | '”' | '„' => '"',
        _ => '?',
    }
}

/// Returns a sentence broken between words into lines of at most [`WIDTH`] characters, the first with
/// `first` before it and the others with as many spaces. A longer word stands alone in its line.
pub fn wrap(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let mut lines = first.to_owned();
    let mut used = indent;
    for (i, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        if i > 0 && used + 1 + length > WIDTH {
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if i > 0 {
            lines.push(' ');
            used += 1;
        }
        lines.push_str(word);
        used += length;
    }
    lines.push('\n');
    lines
}

/// Adds a line without spaces at its end.
pub fn line(text: &mut String, line: fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _ = text.write_fmt(line);
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
}

/// Returns the text at the left of a column of the given width; a longer one is cut with `…`.
pub fn left(text: &str, width: usize) -> String {
    if text.chars().count() > width {
        return text.chars().take(width.saturating_sub(1)).chain(['…']).collect();
    }
    format!("{text:<width$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_command_the_terminal() {
        let name = "Pumps\u{1b}[2J\u{202e}\r12\u{2009}000\tµ";
        assert_eq!(plain(name, Charset::Unicode), "Pumps?[2J??12 000 µ");
        assert_eq!(plain("✓ −3:30 → café…", Charset::Ascii), "+ -3:30 > caf?.");
        assert_eq!(plain(name, Charset::Ascii).chars().count(), name.chars().count());
    }

    #[test]
    fn wrapped_lines_fit_and_keep_every_word() {
        let text = "word ".repeat(60);
        let wrapped = wrap("  hint ", &text);
        assert!(wrapped.lines().all(|line| line.chars().count() <= WIDTH), "{wrapped}");
        assert!(wrapped.lines().skip(1).all(|line| line.starts_with("       word")), "{wrapped}");
        assert_eq!(wrapped.split_whitespace().filter(|w| *w == "word").count(), 60);
        assert_eq!(wrap("", ""), "\n");
        assert_eq!(left("abcdef", 4), "abc…");
    }
}
