//! From the text of a filter to its tree, with the place of every mistake.

use super::FilterError;
use std::ops::Range;

/// Brackets and negations that may stand in one another; deeper ones are no filter that a person wrote.
const MAX_DEPTH: usize = 64;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    /// A word or a text in quotes.
    Word {
        text: String,
        quoted: bool,
    },
    Operator(Operator),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Operator {
    /// Every operator with its signs, longer ones first.
    const ALL: [(&'static str, Self); 7] = [
        ("!=", Self::IsNot),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        (":", Self::Is),
        ("=", Self::Is),
        ("<", Self::Less),
        (">", Self::More),
    ];

    /// Returns whether it compares numbers.
    pub(super) fn orders(self) -> bool {
        !matches!(self, Self::Is | Self::IsNot)
    }

    /// Returns whether it holds between two numbers.
    pub(super) fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Self::Is => a == b,
            Self::IsNot => a != b,
            Self::Less => a < b,
            Self::AtMost => a <= b,
            Self::More => a > b,
            Self::AtLeast => a >= b,
        }
    }
}

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spanned {
    pub text: String,
    pub span: Range<usize>,
}

/// The tree of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A part of the thing name.
    Word(Spanned),
    /// A field compared with a value.
    Test {
        field: Spanned,
        operator: Operator,
        value: Spanned,
    },
}

/// Returns the pieces of a text with their places; an unclosed quote reaches to the end and is an error.
pub(super) fn tokens(text: &str) -> (Vec<(Token, Range<usize>)>, Option<FilterError>) {
    let mut found = Vec::new();
    let mut error = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        // Behind a colon stands a value, in which colons and equals signs are text (`key:env:PUMP`).
        let value = matches!(found.last(), Some((Token::Operator(_), _)));
        let operator = Operator::ALL.into_iter().find(|(sign, _)| !value && rest.starts_with(sign));
        let (token, length) = match (c, operator) {
            (c, _) if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            ('(', _) => (Token::Open, 1),
            (')', _) => (Token::Close, 1),
            ('"', _) => {
                let end = rest[1..].find('"').map(|end| end + 1);
                if end.is_none() {
                    let what = "This quote is not closed.";
                    error = Some(FilterError::new(at..text.len(), what, "Add a `\"` behind the value."));
                }
                let inner = &rest[1..end.unwrap_or(rest.len())];
                let word = Token::Word { text: inner.to_owned(), quoted: true };
                (word, end.map_or(rest.len(), |end| end + 1))
            }
            (_, Some((sign, operator))) => (Token::Operator(operator), sign.len()),
            _ => {
                let ends = |c: char| {
                    c.is_whitespace()
                        || matches!(c, '(' | ')' | '"')
                        || (!value && matches!(c, ':' | '=' | '<' | '>'))
                };
                let mut length = rest.find(ends).unwrap_or(rest.len());
                if !value && rest[length..].starts_with('=') && rest[..length].ends_with('!') && length > 1 {
                    length -= 1;
                }
                (Token::Word { text: rest[..length].to_owned(), quoted: false }, length)
            }
        };
        found.push((token, at..at + length));
        at += length;
    }
    (found, error)
}

/// Reads a filter; `None` for an empty one.
pub(super) fn parse(text: &str) -> Result<Option<Node>, FilterError> {
    let (tokens, error) = tokens(text);
    if let Some(error) = error {
        return Err(error);
    }
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { tokens: &tokens, at: 0, end: text.len(), depth: 0 };
    let node = parser.any()?;
    match parser.tokens.get(parser.at) {
        None => Ok(Some(node)),
        Some((_, span)) => {
            let what = "This bracket closes nothing.";
            Err(FilterError::new(span.clone(), what, "Delete it, or open one before."))
        }
    }
}

struct Parser<'a> {
    tokens: &'a [(Token, Range<usize>)],
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    /// Takes the next piece if it is this word without quotes, in any case.
    fn take_word(&mut self, word: &str) -> bool {
        let here = matches!(self.peek(), Some(Token::Word { text, quoted: false }) if text.eq_ignore_ascii_case(word));
        // `not:x` tests a column of that name.
        let field = matches!(self.tokens.get(self.at + 1), Some((Token::Operator(_), _)));
        self.at += usize::from(here && !field);
        here && !field
    }

    fn any(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.all()?];
        while self.take_word("or") {
            nodes.push(self.all()?);
        }
        Ok(Self::one(nodes, Node::Any))
    }

    fn all(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.negation()?];
        loop {
            let joined = self.take_word("and");
            let more = match self.peek() {
                None | Some(Token::Close) => false,
                Some(Token::Word { text, quoted: false }) => !text.eq_ignore_ascii_case("or"),
                Some(_) => true,
            };
            if !joined && !more {
                return Ok(Self::one(nodes, Node::All));
            }
            nodes.push(self.negation()?);
        }
    }

    fn one(mut nodes: Vec<Node>, many: impl Fn(Vec<Node>) -> Node) -> Node {
        match (nodes.len(), nodes.pop()) {
            (1, Some(node)) => node,
            (_, last) => {
                nodes.extend(last);
                many(nodes)
            }
        }
    }

    fn negation(&mut self) -> Result<Node, FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let place = self.tokens.get(self.at).map_or(self.end..self.end, |(_, span)| span.clone());
            let what = format!("More than {MAX_DEPTH} brackets and `not` stand in one another.");
            return Err(FilterError::new(place, what, "Write it with fewer."));
        }
        let node = if self.take_word("not") { Node::Not(Box::new(self.negation()?)) } else { self.term()? };
        self.depth -= 1;
        Ok(node)
    }

    fn term(&mut self) -> Result<Node, FilterError> {
        let Some((token, span)) = self.tokens.get(self.at) else {
            let fix = "Write what devices to show, for example `site:Berlin`.";
            return Err(FilterError::new(self.end..self.end, "Something is missing at the end.", fix));
        };
        self.at += 1;
        match token {
            Token::Open => {
                let node = self.any()?;
                if self.peek() != Some(&Token::Close) {
                    return Err(FilterError::new(span.clone(), "This bracket is not closed.", "Add a `)`."));
                }
                self.at += 1;
                Ok(node)
            }
            Token::Word { text, quoted } => {
                let word = Spanned { text: text.clone(), span: span.clone() };
                if let Some(Token::Operator(operator)) = self.peek() {
                    let operator = *operator;
                    self.at += 1;
                    return Ok(Node::Test { field: word, operator, value: self.value(span)? });
                }
                if !quoted && ["and", "or"].iter().any(|known| text.eq_ignore_ascii_case(known)) {
                    let what = format!("Something is missing before `{text}`.");
                    let fix = "Write a condition on both sides, or put the word into quotes to look for it.";
                    return Err(FilterError::new(span.clone(), what, fix));
                }
                Ok(Node::Word(word))
            }
            Token::Close => Err(FilterError::new(
                span.clone(),
                "Something is missing before this bracket.",
                "Write a condition.",
            )),
            Token::Operator(_) => Err(FilterError::new(
                span.clone(),
                "A column is missing before this sign.",
                "Write one, for example `site:Berlin`, or put the word into quotes to look for it.",
            )),
        }
    }

    /// Reads the value behind an operator; `field` is the place of the column before it.
    fn value(&mut self, field: &Range<usize>) -> Result<Spanned, FilterError> {
        match self.tokens.get(self.at) {
            Some((Token::Word { text, .. }, span)) => {
                self.at += 1;
                Ok(Spanned { text: text.clone(), span: span.clone() })
            }
            other => {
                let end = other.map_or(self.end, |(_, span)| span.start);
                let fix = "Write it, or `\"\"` for empty cells.";
                Err(FilterError::new(field.start..end, "A value is missing here.", fix))
            }
        }
    }
}
