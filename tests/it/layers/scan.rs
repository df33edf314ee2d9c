//! Reads from tokens what one file names: every path, every `mod` line, and the tricks that would hide one.

use super::lexer::{Kind, Token, tokens};

/// A path such as `crate::base::Micros`; each leaf of a `use` tree is one.
#[derive(Debug)]
pub struct Path {
    /// `*` as last segment stands for a glob.
    pub segments: Vec<String>,
    pub line: usize,
    /// The inline modules around it, outermost first.
    pub inside: Vec<String>,
    /// Whether it stands under `#[cfg(test)]` in this file.
    pub test: bool,
    /// The name a `use` gives to it here; nothing for paths in other code.
    pub binds: Option<String>,
}

/// A `mod` line or block.
#[derive(Debug)]
pub struct Mod {
    pub name: String,
    pub line: usize,
    /// The inline modules around it, outermost first.
    pub inside: Vec<String>,
    /// Whether the body stands in a file of its own.
    pub own_file: bool,
    pub test: bool,
    /// The feature that its `#[cfg(feature = "…")]` asks for.
    pub feature: Option<String>,
}

/// Everything one file says about other files.
#[derive(Debug, Default)]
pub struct Facts {
    pub paths: Vec<Path>,
    pub mods: Vec<Mod>,
    /// Constructs that would lead around the table, with their lines.
    pub tricks: Vec<(usize, &'static str)>,
}

/// Returns the facts of one file of Rust source.
pub fn scan(source: &str) -> Facts {
    let tokens = tokens(source);
    let (scopes, attr, facts) = (Vec::new(), Attr::default(), Facts::default());
    let mut scanner = Scanner { tokens, at: 0, scopes, attr, attr_end: 0, facts };
    while scanner.at < scanner.tokens.len() {
        scanner.step();
    }
    scanner.facts
}

/// Keywords after which `::` opens a path instead of going on with one.
const BEFORE_A_PATH: &[&str] = &[
    "as", "break", "const", "dyn", "else", "for", "if", "impl", "in", "let", "match", "move", "mut", "ref",
    "return", "static", "type", "unsafe", "where", "while",
];

/// What the attributes before an item say about when it is compiled.
#[derive(Clone, Default)]
struct Attr {
    test: bool,
    feature: Option<String>,
}

struct Scanner {
    tokens: Vec<Token>,
    at: usize,
    /// One entry for each open brace: the module that it opens, and whether that is test code.
    scopes: Vec<Option<(String, bool)>>,
    attr: Attr,
    /// The token behind the last attribute: names before it belong to the attribute.
    attr_end: usize,
    facts: Facts,
}

impl Scanner {
    fn name(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).and_then(Token::name)
    }

    fn is(&self, at: usize, punct: char) -> bool {
        self.tokens.get(at).is_some_and(|t| t.is(punct))
    }

    fn is_sep(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|t| t.kind == Kind::PathSep)
    }

    fn inside(&self) -> Vec<String> {
        self.scopes.iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    fn in_test(&self) -> bool {
        self.scopes.iter().flatten().any(|&(_, test)| test)
    }

    fn step(&mut self) {
        let at = self.at;
        if self.is(at, '#') && (self.is(at + 1, '[') || (self.is(at + 1, '!') && self.is(at + 2, '['))) {
            self.attribute();
        } else if self.is(at, '{') {
            self.scopes.push(None);
        } else if self.is(at, '}') {
            self.scopes.pop();
        }
        match self.name(at) {
            // `impl Trait + use<'a>` imports nothing.
            Some("use") if !self.is(at + 1, '<') => return self.use_item(),
            Some("mod") if self.name(at + 1).is_some() => return self.mod_item(),
            Some("extern") if self.name(at + 1) == Some("crate") => {
                self.trick("`extern crate` gives a crate a second name");
            }
            Some("include") if self.is(at + 1, '!') => {
                self.trick("`include!` compiles a file outside its folder");
            }
            Some(name) if at >= self.attr_end && !matches!(name, "pub" | "crate" | "super" | "in") => {
                self.attr = Attr::default();
            }
            _ => {}
        }
        self.code_path();
    }

    fn trick(&mut self, what: &'static str) {
        self.facts.tricks.push((self.tokens[self.at].line, what));
    }

    /// Notes what an attribute says; its tokens are scanned as code afterwards, since derives name paths too.
    fn attribute(&mut self) {
        let open = if self.is(self.at + 1, '[') { self.at + 1 } else { self.at + 2 };
        let mut depth = 0_usize;
        let mut end = open;
        while end < self.tokens.len() {
            depth += usize::from(self.is(end, '['));
            depth -= usize::from(self.is(end, ']'));
            if depth == 0 {
                break;
            }
            end += 1;
        }
        self.attr_end = end;
        let body: Vec<&Token> = self.tokens[open + 1..end].iter().collect();
        let names: Vec<&str> = body.iter().filter_map(|t| t.name()).collect();
        match names.first().copied() {
            Some("cfg") if !names.contains(&"not") && !names.contains(&"any") => {
                let feature = body.windows(3).find_map(|w| match (w[0].name(), &w[2].kind) {
                    (Some("feature"), Kind::Text(text)) => Some(text.clone()),
                    _ => None,
                });
                self.attr.test |= names.contains(&"test");
                self.attr.feature = feature.or(self.attr.feature.take());
            }
            Some("path") => self.trick("`#[path]` takes a module from another folder"),
            Some("doc") => {}
            // serde and its kin take paths as strings: `#[serde(with = "crate::base::duration")]`.
            _ => {
                let quoted: Vec<(usize, String)> = body
                    .iter()
                    .filter_map(|t| {
                        if let Kind::Text(text) = &t.kind { Some((t.line, text.clone())) } else { None }
                    })
                    .filter(|(_, text)| {
                        text.contains("::")
                            && text.chars().all(|c| c == ':' || c == '_' || c.is_alphanumeric())
                    })
                    .collect();
                for (line, text) in quoted {
                    self.push_path(text.split("::").map(String::from).collect(), line, None);
                }
            }
        }
    }

    fn mod_item(&mut self) {
        let name = self.name(self.at + 1).unwrap_or_default().to_owned();
        let attr = std::mem::take(&mut self.attr);
        let own_file = self.is(self.at + 2, ';');
        let (inside, test) = (self.inside(), attr.test || self.in_test());
        let line = self.tokens[self.at].line;
        self.facts.mods.push(Mod { name: name.clone(), line, inside, own_file, test, feature: attr.feature });
        if self.is(self.at + 2, '{') {
            self.scopes.push(Some((name, test)));
        }
        self.at += 3;
    }

    fn use_item(&mut self) {
        let outer = self.attr.test;
        self.at += 1;
        let first = self.facts.paths.len();
        self.use_tree(&mut Vec::new());
        for path in &mut self.facts.paths[first..] {
            path.test |= outer;
        }
        self.attr = Attr::default();
    }

    /// Reads one branch of a `use` tree and stops at the `,`, `}` or `;` behind it.
    fn use_tree(&mut self, prefix: &mut Vec<String>) {
        let depth = prefix.len();
        while let Some(token) = self.tokens.get(self.at) {
            let line = token.line;
            match &token.kind {
                Kind::Name(name) if name == "as" => {
                    let alias = self.name(self.at + 1).map(str::to_owned);
                    self.at += 2;
                    self.push_leaf(prefix, line, alias);
                    break;
                }
                Kind::Name(name) => {
                    prefix.push(name.clone());
                    self.at += 1;
                    if !self.is_sep(self.at) && self.name(self.at) != Some("as") {
                        self.push_leaf(prefix, line, None);
                        break;
                    }
                }
                Kind::Punct('*') => {
                    prefix.push("*".into());
                    self.at += 1;
                    self.push_path(prefix.clone(), line, None);
                    break;
                }
                Kind::Punct('{') => {
                    self.use_group(prefix);
                    break;
                }
                Kind::PathSep | Kind::Punct('$') => self.at += 1,
                _ => break,
            }
        }
        prefix.truncate(depth);
    }

    fn use_group(&mut self, prefix: &mut Vec<String>) {
        self.at += 1;
        while self.at < self.tokens.len() && !self.is(self.at, '}') && !self.is(self.at, ';') {
            if self.is(self.at, ',') {
                self.at += 1;
                continue;
            }
            let before = self.at;
            self.use_tree(prefix);
            // Source that no compiler accepts must not hold us here for ever.
            self.at += usize::from(self.at == before);
        }
        self.at += usize::from(self.is(self.at, '}'));
    }

    /// Ends a `use` path; the `self` of `fleet::{self}` names `fleet`.
    fn push_leaf(&mut self, segments: &[String], line: usize, alias: Option<String>) {
        let mut segments = segments.to_vec();
        if segments.len() > 1 && segments.last().is_some_and(|s| s == "self") {
            segments.pop();
        }
        let binds = alias.or_else(|| segments.last().cloned());
        self.push_path(segments, line, binds);
    }

    /// Takes a path in an expression, a type, a pattern or a macro.
    fn code_path(&mut self) {
        let start = self.at;
        self.at += 1;
        let dot = |back: usize| start >= back && self.is(start - back, '.');
        let method = dot(1) && !dot(2);
        let Some(first) = self.name(start).filter(|name| !method && !BEFORE_A_PATH.contains(name)) else {
            return;
        };
        if !self.is_sep(self.at) {
            return;
        }
        let mut segments = vec![first.to_owned()];
        while self.is_sep(self.at) {
            let Some(name) = self.name(self.at + 1).map(str::to_owned) else { break };
            segments.push(name);
            self.at += 2;
        }
        self.push_path(segments, self.tokens[start].line, None);
    }

    fn push_path(&mut self, segments: Vec<String>, line: usize, binds: Option<String>) {
        let (inside, test) = (self.inside(), self.in_test());
        self.facts.paths.push(Path { segments, line, inside, test, binds });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str) -> Vec<String> {
        scan(source).paths.iter().map(|p| p.segments.join("::")).collect()
    }

    #[test]
    fn use_trees_come_apart() {
        let source = "pub use crate::{base::{Micros, units::*}, fleet::{self, Group as G}, self as root}; use ::std::fs;";
        let expected = [
            "crate::base::Micros",
            "crate::base::units::*",
            "crate::fleet",
            "crate::fleet::Group",
            "crate",
            "std::fs",
        ];
        assert_eq!(paths(source), expected);
        let binds: Vec<_> = scan(source).paths.into_iter().filter_map(|p| p.binds).collect();
        assert_eq!(binds, ["Micros", "fleet", "G", "root", "fs"]);
    }

    #[test]
    fn paths_in_code_are_found() {
        let source = "#[serde(with = \"crate::a::b\", rename = \"x:y\")] #[derive(serde::Serialize)]
            fn f() -> Vec<crate::c::D> { m!(::e::f::<crate::g::H>()); x.parse::<i::J>(); 0..super::k::L; return ::r::s(); <crate::m::N as o::P>::q() }";
        let expected = [
            "crate::a::b",
            "serde::Serialize",
            "crate::c::D",
            "e::f",
            "crate::g::H",
            "i::J",
            "super::k::L",
            "r::s",
            "crate::m::N",
            "o::P",
        ];
        assert_eq!(paths(source), expected);
    }

    #[test]
    fn modules_know_their_gate_and_their_place() {
        let source = "#[cfg(feature = \"gui\")] pub mod ui; #[cfg(test)] mod tests { mod deep; use std::fs; } use std::io;";
        let facts = scan(source);
        let mods: Vec<_> = facts
            .mods
            .iter()
            .map(|m| (m.name.as_str(), m.inside.join("::"), m.own_file, m.test, m.feature.as_deref()))
            .collect();
        let expected = [
            ("ui", String::new(), true, false, Some("gui")),
            ("tests", String::new(), false, true, None),
            ("deep", "tests".into(), true, true, None),
        ];
        assert_eq!(mods, expected);
        assert_eq!(facts.paths.iter().map(|p| p.test).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn tricks_are_named() {
        let source =
            "extern crate std as s;\n#[path = \"../x.rs\"] mod x;\ninclude!(\"y.rs\"); include_str!(\"z\");";
        let lines: Vec<usize> = scan(source).tricks.iter().map(|&(line, _)| line).collect();
        assert_eq!(lines, [1, 2, 3]);
    }
}
