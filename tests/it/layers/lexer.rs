//! Cuts Rust source into the few tokens that matter for paths: names, `::`, punctuation, string texts.
//!
//! Comments and doc text vanish; string texts stay apart, so that a path written in prose is never taken
//! for an import. Numbers, characters and lifetimes become [`Kind::Other`].

/// One token and the line on which it begins [counted from 1].
#[derive(Debug)]
pub struct Token {
    pub line: usize,
    pub kind: Kind,
}

#[derive(Debug, PartialEq)]
pub enum Kind {
    /// Identifier or keyword, without the `r#` of a raw identifier.
    Name(String),
    /// The text between the quotes of a string literal, escapes left as they are.
    Text(String),
    /// `::`
    PathSep,
    Punct(char),
    Other,
}

impl Token {
    /// Returns the identifier, or nothing for other tokens.
    pub fn name(&self) -> Option<&str> {
        if let Kind::Name(name) = &self.kind { Some(name) } else { None }
    }

    pub fn is(&self, punct: char) -> bool {
        self.kind == Kind::Punct(punct)
    }
}

/// Returns the tokens of `source` in order. Never fails: what the compiler would refuse is cut somehow.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0, line: 1 };
    let mut found = Vec::new();
    while let Some(c) = lexer.peek(0) {
        let line = lexer.line;
        if let Some(kind) = lexer.next_kind(c) {
            found.push(Token { line, kind });
        }
    }
    found
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn next_kind(&mut self, c: char) -> Option<Kind> {
        match (c, self.peek(1)) {
            _ if c.is_whitespace() => {
                self.bump();
                None
            }
            ('/', Some('/')) => {
                while self.peek(0).is_some_and(|c| c != '\n') {
                    self.bump();
                }
                None
            }
            ('/', Some('*')) => {
                self.block_comment();
                None
            }
            (':', Some(':')) => {
                self.bump();
                self.bump();
                Some(Kind::PathSep)
            }
            ('"', _) => {
                self.bump();
                Some(Kind::Text(self.string()))
            }
            ('\'', _) => {
                self.quote();
                Some(Kind::Other)
            }
            _ if c.is_ascii_digit() => {
                self.word();
                Some(Kind::Other)
            }
            _ if c == '_' || c.is_alphabetic() => Some(self.name_or_prefixed_literal()),
            _ => {
                self.bump();
                Some(Kind::Punct(c))
            }
        }
    }

    /// Skips a block comment; they nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(c) = self.bump() {
            match (c, self.peek(0)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => continue,
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }

    /// Reads to the closing quote; the opening one is behind us.
    fn string(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.bump() {
            match c {
                '"' => break,
                '\\' => {
                    text.push(c);
                    text.extend(self.bump());
                }
                _ => text.push(c),
            }
        }
        text
    }

    /// Reads a raw string that opens at the first `#` or `"`; returns nothing when it is none.
    fn raw_string(&mut self) -> Option<String> {
        let hashes = self.chars[self.at..].iter().take_while(|&&c| c == '#').count();
        if self.peek(hashes) != Some('"') {
            return None;
        }
        for _ in 0..=hashes {
            self.bump();
        }
        let mut text = String::new();
        while let Some(c) = self.bump() {
            if c == '"' && (0..hashes).all(|n| self.peek(n) == Some('#')) {
                for _ in 0..hashes {
                    self.bump();
                }
                break;
            }
            text.push(c);
        }
        Some(text)
    }

    /// Skips a character literal or a lifetime.
    fn quote(&mut self) {
        self.bump();
        if self.peek(0) == Some('\\') {
            self.bump();
            self.bump();
            while self.bump().is_some_and(|c| c != '\'') {}
        } else if self.peek(1) == Some('\'') {
            self.bump();
            self.bump();
        } else {
            self.word();
        }
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek(0).filter(|&c| c == '_' || c.is_alphanumeric()) {
            word.push(c);
            self.bump();
        }
        word
    }

    fn name_or_prefixed_literal(&mut self) -> Kind {
        let word = self.word();
        match (word.as_str(), self.peek(0)) {
            ("b" | "c", Some('"')) => {
                self.bump();
                Kind::Text(self.string())
            }
            ("b", Some('\'')) => {
                self.quote();
                Kind::Other
            }
            ("r" | "br" | "cr", Some('"' | '#')) => match self.raw_string() {
                Some(text) => Kind::Text(text),
                None if self.peek(0) == Some('#') => {
                    self.bump();
                    Kind::Name(self.word())
                }
                None => Kind::Name(word),
            },
            _ => Kind::Name(word),
        }
    }
}

#[test]
fn prose_is_not_code() {
    let source = r##"
        //! crate::a
        /* crate::b /* crate::c */ crate::d */
        /// crate::e
        fn f<'a>(x: &'a str) -> char { let _ = (b"crate::f", "\" crate::g", r#"crate::"g" "#, 'x', '\'', b'\\', 1.5e3); x::r#type }
    "##;
    let tokens = tokens(source);
    let names: Vec<&str> = tokens.iter().filter_map(Token::name).collect();
    assert_eq!(names, ["fn", "f", "x", "str", "char", "let", "_", "x", "type"]);
    assert!(tokens.iter().any(|t| t.kind == Kind::Text("crate::\"g\" ".into())), "raw string text is kept");
    assert_eq!(tokens.last().map(|t| t.line), Some(5), "lines are counted through comments and strings");
}
