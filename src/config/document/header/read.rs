//! From the tokens of a header to its items.

use super::super::Scalar;
use super::super::flat::{BOM, Form, Item};
use super::lex::Kind::{self, Name, Number, Sign};
use super::lex::{Token, comment, tokens};
use super::literal::{EXPRESSION, Value, span, value};
use crate::base::Finding;
use std::ops::Range;

/// Most tokens of a plain value; string literals may stand in several parts.
const VALUE_TOKENS: usize = 256;

/// Deepest nesting of braces; paths grow with it.
const MAX_DEPTH: usize = 64;

/// What is known on the way through the text.
struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    items: Vec<Item>,
    /// Fields of each open brace; `None` where it belongs to none.
    braces: Vec<Option<Box<str>>>,
    /// Fields of the brace that opens next.
    pending: Option<Box<str>>,
    /// Each open `#if`: what is known of the part that was reached.
    conditions: Vec<Compiled>,
    /// Open conditions whose part is not compiled.
    dead: usize,
    /// First token of the statement.
    statement: usize,
}

/// Whether a part between `#if` and `#endif` is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compiled {
    /// It is, and so are no others of the same condition.
    Always,
    /// Nobody knows here.
    Perhaps,
    /// It is not.
    Never,
}

/// Returns the items of a text, or what is wrong with it and where.
pub(in super::super) fn read(text: &str) -> Result<Vec<Item>, (usize, Finding)> {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut reader = Reader {
        text,
        tokens: tokens(text, start..text.len(), true),
        items: Vec::new(),
        braces: Vec::new(),
        pending: None,
        conditions: Vec::new(),
        dead: 0,
        statement: 0,
    };
    let mut at = 0;
    while let Some(&token) = reader.tokens.get(at) {
        at = reader.step(at, token)?;
    }
    Ok(reader.items)
}

impl Reader<'_> {
    /// Reads one token, or the fields that it starts, and returns the next position.
    fn step(&mut self, at: usize, token: Token) -> Result<usize, (usize, Finding)> {
        if token.kind == Kind::Directive {
            self.directive(token);
            self.statement = at + 1;
            return Ok(at + 1);
        }
        if token.kind == Kind::OpenComment {
            return Err((token.range().start, open_comment()));
        }
        if self.dead > 0 {
            self.statement = at + 1;
            return Ok(at + 1);
        }
        match token.kind {
            Kind::OpenText => return Err((token.range().start, open_text())),
            Sign(b';') => self.statement = at + 1,
            Sign(b'{') if self.braces.len() == MAX_DEPTH => {
                return Err((token.range().start, too_deep()));
            }
            Sign(b'{') => {
                let fields = self.pending.take();
                self.braces.push(fields);
                self.statement = at + 1;
            }
            Sign(b'}') => {
                self.braces.pop();
                self.statement = at + 1;
            }
            Sign(b'.') | Kind::Arrow => return Ok(self.fields(at)),
            _ => {}
        }
        Ok(at + 1)
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Reads `.a.b = value` from its first sign on and returns the position behind the fields.
    fn fields(&mut self, start: usize) -> usize {
        let mut at = start;
        let mut path = String::new();
        while matches!(self.kind(at), Some(Sign(b'.') | Kind::Arrow)) && self.kind(at + 1) == Some(Name) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(&self.text[self.tokens[at + 1].range()]);
            at += 2;
        }
        let other = match self.kind(at) {
            Some(Kind::Assign) => false,
            Some(Kind::OtherAssign) => true,
            _ => return at.max(start + 1),
        };
        if path.is_empty() {
            return at + 1;
        }
        let first = start == self.statement;
        let designated =
            self.kind(start) == Some(Sign(b'.')) && (first || self.kind(start - 1) == Some(Sign(b',')));
        if designated && let Some(Some(prefix)) = self.braces.last() {
            path = format!("{prefix}/{path}");
        }
        self.assignment(start, at + 1, path.into(), designated, other);
        at + 1
    }

    /// Notes an assignment; `from` is the position of its value.
    fn assignment(&mut self, start: usize, from: usize, path: Box<str>, designated: bool, other: bool) {
        if self.kind(from) == Some(Sign(b'{')) {
            let brace = self.tokens[from].range();
            let whole = self.tokens[start].range().start..brace.end;
            self.pending = Some(path.clone());
            let value =
                Value { scalar: Scalar::Other("values in braces"), literal: brace.clone(), plain: None };
            self.push(path, brace, whole, value, Form::Group);
            return;
        }
        let to = self.value_end(from);
        let end_of_name = self.tokens[from - 1].range().end;
        let (value, range) = match &self.tokens[from..to] {
            [] => {
                let nowhere = end_of_name..end_of_name;
                (Value { scalar: Scalar::Other(EXPRESSION), literal: nowhere.clone(), plain: None }, nowhere)
            }
            tokens => (value(self.text, tokens), span(tokens)),
        };
        let value =
            if other { Value { scalar: Scalar::Other(EXPRESSION), plain: None, ..value } } else { value };
        let depth = self.conditions.len() + self.braces.len();
        let (first, next) = (self.tokens[start].range().start, self.tokens.get(to).copied());
        let ends = |byte| next.filter(|next| next.kind == Sign(byte)).map(|next| next.range().end);
        let (whole, form) = if designated {
            let prefix = self.braces.last().cloned().flatten().unwrap_or_default();
            let comma = ends(b',');
            (first..comma.unwrap_or(range.end), Form::Designated { prefix, comma: comma.is_some(), depth })
        } else if let (Some(end), true) = (ends(b';'), self.is_object(start)) {
            let object = self.tokens[self.statement].range().start..self.tokens[start].range().end;
            (object.start..end, Form::Statement { object, depth })
        } else {
            (range.clone(), Form::Inside)
        };
        self.push(path, range, whole, value, form);
    }

    /// Returns the position behind the value that starts at `from`.
    fn value_end(&self, from: usize) -> usize {
        let mut open = 0_usize;
        for (i, token) in self.tokens[from..].iter().take(VALUE_TOKENS).enumerate() {
            match token.kind {
                Sign(b'(' | b'[') => open += 1,
                Sign(b')' | b']') if open > 0 => open -= 1,
                Sign(b',') if open > 0 => {}
                Sign(b';' | b',' | b'}' | b'{' | b')' | b']')
                | Kind::Directive
                | Kind::OpenText
                | Kind::OpenComment => return from + i,
                _ => {}
            }
        }
        (from + VALUE_TOKENS).min(self.tokens.len())
    }

    /// Returns whether the statement up to `dot` is an object and nothing else: `twcfg`, `(cfg)`, `(*cfg)`, `cfg[0]`.
    fn is_object(&self, dot: usize) -> bool {
        let Some(tokens) = self.tokens.get(self.statement..dot).filter(|tokens| tokens.len() <= 6) else {
            return false;
        };
        let kinds: Vec<Kind> = tokens.iter().map(|token| token.kind).collect();
        matches!(
            kinds.as_slice(),
            [Name]
                | [Sign(b'('), Name, Sign(b')')]
                | [Sign(b'('), Sign(b'*'), Name, Sign(b')')]
                | [Name, Sign(b'['), Number | Name, Sign(b']')]
        )
    }

    /// Reads a preprocessor line.
    fn directive(&mut self, token: Token) {
        let range = token.range();
        let inner = tokens(self.text, range.start + 1..range.end, false);
        let text = self.text;
        let word = |i: usize| inner.get(i).map(|token: &Token| &text[token.range()]);
        match word(0) {
            Some("if") => self.open(match (inner.len(), word(1)) {
                (2, Some("0")) => Compiled::Never,
                (2, Some("1")) => Compiled::Always,
                _ => Compiled::Perhaps,
            }),
            Some("ifdef" | "ifndef") => self.open(Compiled::Perhaps),
            Some("else" | "elif" | "elifdef" | "elifndef") => match self.close() {
                Some(Compiled::Always) => self.open(Compiled::Never),
                Some(Compiled::Perhaps | Compiled::Never) => self.open(Compiled::Perhaps),
                None => {}
            },
            Some("endif") => drop(self.close()),
            Some("define") if self.dead == 0 => self.define(range, &inner),
            _ => {}
        }
    }

    fn open(&mut self, compiled: Compiled) {
        self.conditions.push(compiled);
        self.dead += usize::from(compiled == Compiled::Never);
    }

    fn close(&mut self) -> Option<Compiled> {
        let compiled = self.conditions.pop();
        self.dead -= usize::from(compiled == Some(Compiled::Never));
        compiled
    }

    /// Notes a `#define`.
    fn define(&mut self, range: Range<usize>, inner: &[Token]) {
        let Some(name) = inner.get(1).filter(|token| token.kind == Name) else { return };
        let path: Box<str> = self.text[name.range()].into();
        let end = name.range().end;
        let group = |what| Value { scalar: Scalar::Other(what), literal: end..end, plain: None };
        let whole = range.start..range.end;
        if self.text[end..].starts_with('(') {
            return self.push(path, end..end, whole, group("a macro with parameters"), Form::Group);
        }
        let tokens = &inner[2..];
        if tokens.is_empty() {
            return self.push(path, end..end, whole, group("a definition without a value"), Form::Group);
        }
        let depth = self.conditions.len();
        let value = value(self.text, tokens);
        self.push(path, span(tokens), whole, value, Form::Define { depth });
    }

    fn push(&mut self, path: Box<str>, range: Range<usize>, whole: Range<usize>, value: Value, form: Form) {
        let whole = if form == Form::Inside { whole } else { with_line(self.text, whole) };
        let Value { scalar, literal, plain } = value;
        self.items.push(Item { path, value: range, literal, whole, scalar, plain, form });
    }
}

/// Returns a range with its whole line where that holds nothing else but comments behind it.
fn with_line(text: &str, range: Range<usize>) -> Range<usize> {
    let head = text[..range.start].trim_end_matches([' ', '\t']);
    if !(head.is_empty() || head.ends_with(['\n', '\r', BOM])) {
        return range;
    }
    let bytes = text.as_bytes();
    let mut at = range.end;
    loop {
        at = match (bytes.get(at), bytes.get(at + 1)) {
            (None, _) => return head.len()..at,
            (Some(b'\r'), Some(b'\n')) => return head.len()..at + 2,
            (Some(b'\n' | b'\r'), _) => return head.len()..at + 1,
            (Some(b' ' | b'\t'), _) => at + 1,
            (Some(b'/'), Some(b'/' | b'*')) => match comment(bytes, at) {
                Some(end) if !text[at..end].contains(['\n', '\r']) => end,
                _ => return range,
            },
            _ => return range,
        };
    }
}

fn too_deep() -> Finding {
    Finding::error("A003", "", format!("Braces are nested more than {MAX_DEPTH} levels deep."))
        .why("No configuration is, so what stands in them cannot be trusted.")
        .fix("Check whether this is the file you meant.")
}

fn open_comment() -> Finding {
    Finding::error("A003", "", "The comment that starts here does not end.")
        .why("No compiler takes such a file, and everything behind it would be passed over in silence.")
        .fix("The file was probably cut off when it was copied: fetch it again, or add `*/`.")
}

fn open_text() -> Finding {
    Finding::error("A003", "", "The text in quotes that starts here does not end in its line.")
        .why("No compiler takes such a file, so what follows cannot be told from the text.")
        .fix("Put the missing `\"` at its end; write a line break inside a text as `\\n`.")
}
