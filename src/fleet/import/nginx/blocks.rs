//! Directives of a configuration: words up to a semicolon, or up to a block of directives.
//!
//! A line that cannot be read is told and passed over, and reading goes on behind it.

use super::super::Imported;
use super::KNOWN;

/// Blocks in blocks that are read; real files have five.
const MAX_DEPTH: usize = 16;

/// A directive with what stands in its block.
#[derive(Clone, Debug, Default)]
pub(super) struct Directive {
    /// Its words, the name first.
    pub words: Vec<String>,
    /// Line of the name.
    pub line: usize,
    /// Directives of its block.
    pub inner: Vec<Directive>,
}

impl Directive {
    /// Returns its name.
    pub(super) fn name(&self) -> &str {
        self.word(0)
    }

    /// Returns the word at a place, the name at 0; empty where there is none.
    pub(super) fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    /// Returns the directives of its block with this name.
    pub(super) fn all<'d>(&'d self, name: &'d str) -> impl Iterator<Item = &'d Directive> {
        self.inner.iter().filter(move |inner| inner.name() == name)
    }

    /// Returns the last directive of its block with this name.
    pub(super) fn last(&self, name: &str) -> Option<&Directive> {
        self.inner.iter().rev().find(|inner| inner.name() == name)
    }
}

/// What a line is made of.
enum Token {
    Word(String),
    End,
    Open,
    Close,
}

/// What is open while a file is read.
struct Reader {
    /// The file, and the blocks that are open.
    open: Vec<Directive>,
    /// The directive that is not ended yet.
    words: Vec<String>,
    line: usize,
    /// Blocks that are too deep to be read.
    deeper: usize,
}

/// Returns the file as one directive without words.
pub(super) fn file(text: &str, to: &mut Imported) -> Directive {
    let mut reader = Reader { open: vec![Directive::default()], words: Vec::new(), line: 1, deeper: 0 };
    for (at, line) in text.lines().enumerate() {
        let at = at + 1;
        let Some(tokens) = tokens(line) else {
            to.lost(at, "A quote in this line is not closed, so the line was not read.");
            reader.words.clear();
            // What the line opens is closed later.
            if line.trim_end().ends_with('{') {
                reader.step(Token::Open, at, true, to);
            }
            continue;
        };
        for (place, token) in tokens.into_iter().enumerate() {
            reader.step(token, at, place == 0, to);
        }
    }
    reader.unended(to);
    while reader.open.len() > 1 {
        to.lost(reader.open.last().map_or(1, |block| block.line.max(1)), "This block is not closed.");
        reader.close();
    }
    reader.open.pop().unwrap_or_default()
}

impl Reader {
    /// Takes one more token of a line.
    fn step(&mut self, token: Token, at: usize, first: bool, to: &mut Imported) {
        match token {
            Token::Word(word) => {
                if first && at > self.line && !self.words.is_empty() && KNOWN.contains(&word.as_str()) {
                    self.unended(to);
                }
                if self.words.is_empty() {
                    self.line = at;
                }
                self.words.push(word);
            }
            Token::End => self.end(),
            Token::Open if self.deeper > 0 || self.open.len() > MAX_DEPTH => {
                if self.deeper == 0 {
                    to.lost(at, "Blocks are nested too deeply here; what stands in this one was not read.");
                }
                self.deeper += 1;
                self.words.clear();
            }
            Token::Open => {
                let line = if self.words.is_empty() { at } else { self.line };
                let words = std::mem::take(&mut self.words);
                self.open.push(Directive { words, line, inner: Vec::new() });
            }
            Token::Close => {
                self.unended(to);
                if self.deeper > 0 {
                    self.deeper -= 1;
                } else if self.open.len() > 1 {
                    self.close();
                } else {
                    to.lost(at, "No block is open that could be closed here.");
                }
            }
        }
    }

    /// Ends a directive.
    fn end(&mut self) {
        let words = std::mem::take(&mut self.words);
        if let Some(block) = self.open.last_mut().filter(|_| self.deeper == 0 && !words.is_empty()) {
            block.inner.push(Directive { words, line: self.line, inner: Vec::new() });
        }
    }

    /// Ends a directive whose semicolon is missing.
    fn unended(&mut self, to: &mut Imported) {
        if !self.words.is_empty() {
            to.lost(
                self.line,
                "What begins here does not end with a semicolon; it was read up to its line's end.",
            );
            self.end();
        }
    }

    /// Closes the innermost block.
    fn close(&mut self) {
        if let Some(block) = self.open.pop()
            && let Some(outer) = self.open.last_mut()
        {
            outer.inner.push(block);
        }
    }
}

/// Returns the tokens of a line without its comment; `None` where a quote is not closed.
fn tokens(line: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let ends = character.is_whitespace() || matches!(character, ';' | '{' | '}');
        if ends {
            tokens.extend(word.take().map(Token::Word));
        }
        match character {
            _ if character.is_whitespace() => {}
            ';' => tokens.push(Token::End),
            '{' => tokens.push(Token::Open),
            '}' => tokens.push(Token::Close),
            '#' if word.is_none() => break,
            '"' | '\'' if word.is_none() => {
                let mut quoted = String::new();
                loop {
                    match characters.next()? {
                        '\\' => quoted.push(characters.next()?),
                        end if end == character => break,
                        other => quoted.push(other),
                    }
                }
                tokens.push(Token::Word(quoted));
            }
            '\\' => word.get_or_insert_default().extend(characters.next()),
            '$' if characters.peek() == Some(&'{') => {
                let variable = word.get_or_insert_default();
                variable.push('$');
                variable.extend(characters.by_ref().take_while(|inner| *inner != '}').filter(|c| *c != '{'));
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    tokens.extend(word.map(Token::Word));
    Some(tokens)
}
