//! The lossless JSON document.
//!
//! The text is the document; the [`Tree`] is an index into it. Reading goes through the tree, an
//! edit replaces bytes of the text and reads the result again. Comments, order, line ends, unknown
//! members and the way numbers are written therefore survive, and every finding has a line.
//!
//! Accepted is JSON with comments and trailing commas, as files that people edit have them; nothing
//! else that other readers forgive. What the members mean is not known here: typed views of projects
//! and agent files stand on this module and report what they cannot use as findings.
//!
//! A tree is cheap to clone, which is how undo keeps its steps.

mod edit;
mod explain;
mod layout;
mod lines;
mod node;
mod parse;
mod pointer;
mod style;
#[cfg(test)]
mod tests;

pub use edit::EditError;
pub use lines::Lines;
pub use node::{Kind, Member, Node};
pub use pointer::{escape_token, join};

use crate::base::Finding;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Repeated keys reported one by one; a file with more has one cause, not a thousand.
const DUPLICATES: usize = 100;
/// Length of all their addresses together \[bytes\]; keys can be as long as the file.
const DUPLICATES_LEN: usize = 1 << 20;
/// Characters of a key shown in a sentence.
const KEY_SHOWN: usize = 60;

/// A JSON document: its text, and an index of what stands where in it.
#[derive(Clone, Debug)]
pub struct Tree {
    text: Arc<str>,
    root: Arc<Node>,
    lines: Arc<Lines>,
}

impl PartialEq for Tree {
    /// Two documents are equal when their texts are.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Tree {}

impl Tree {
    /// Returns the document with this text.
    ///
    /// # Errors
    /// Returns a finding `F001` where the text is not JSON and `F002` where it is nested more than 128
    /// levels deep, both with line, column and what to do.
    pub fn parse(text: impl Into<Arc<str>>) -> Result<Self, Finding> {
        let text = text.into();
        let lines = Lines::new(&text);
        let root = parse::parse(&text, &lines)?;
        Ok(Self { text, root: Arc::new(root), lines: Arc::new(lines) })
    }

    /// Returns the text, byte for byte what was read or edited.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Returns the outermost value.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Returns the value at a JSON pointer; the empty pointer is the whole document.
    pub fn get(&self, pointer: &str) -> Option<&Node> {
        let (node, complete) = self.nearest(pointer);
        complete.then_some(node)
    }

    /// Returns line and column of a value of this document, both from 1, columns in characters.
    pub fn place(&self, node: &Node) -> (usize, usize) {
        self.lines.place(&self.text, node.range.start)
    }

    /// Returns line and column of the value at a JSON pointer, or of the nearest value around it that
    /// exists.
    pub fn place_of(&self, pointer: &str) -> (usize, usize) {
        self.place(self.nearest(pointer).0)
    }

    /// Returns a copy of the value at a JSON pointer.
    ///
    /// Integers stay integers. Returns `None` where nothing is there, and where a number in it is
    /// outside the range of 64-bit floats (`1e999`).
    pub fn value(&self, pointer: &str) -> Option<serde_json::Value> {
        self.get(pointer)?.to_value()
    }

    /// Returns an error finding `F003` for each repetition of a key, at the second place.
    ///
    /// Readers of JSON differ in which one they take, so neither is right. After 100 findings (or
    /// 1 MiB of addresses) the others are counted in one last finding.
    pub fn duplicates(&self) -> Vec<Finding> {
        let mut found = Found { tree: self, findings: Vec::new(), addresses: 0, more: 0 };
        found.look(&self.root, &mut String::new());
        let Found { mut findings, more, .. } = found;
        if more > 0 {
            let what = format!("{} more keys are repeated.", crate::base::units::count(more));
            findings.push(
                Finding::error("F003", "", what)
                    .why("So many repetitions have one cause.")
                    .fix("Check how the file was made.")
                    .at(1, 1),
            );
        }
        findings
    }

    /// Returns the value at a pointer and `true`, or the deepest value on the way and `false`.
    fn nearest(&self, pointer: &str) -> (&Node, bool) {
        let mut node = self.root();
        let Some(tokens) = pointer::tokens(pointer) else { return (node, false) };
        for token in tokens {
            let next = match &node.kind {
                Kind::Array(items) => pointer::index(&token).and_then(|i| items.get(i)),
                _ => node.get(&token),
            };
            let Some(next) = next else { return (node, false) };
            node = next;
        }
        (node, true)
    }
}

/// Repeated keys found so far.
struct Found<'a> {
    tree: &'a Tree,
    findings: Vec<Finding>,
    addresses: usize,
    more: u64,
}

impl Found<'_> {
    /// Looks at `node` and below; `pointer` is its address.
    fn look(&mut self, node: &Node, pointer: &mut String) {
        let length = pointer.len();
        let mut first: BTreeMap<&str, &Member> = BTreeMap::new();
        for member in node.members() {
            pointer.push('/');
            pointer.push_str(&escape_token(&member.key));
            match first.get(&*member.key) {
                Some(earlier) => self.note(earlier, member, pointer),
                None => {
                    first.insert(&member.key, member);
                }
            }
            self.look(&member.value, pointer);
            pointer.truncate(length);
        }
        for (i, item) in node.items().iter().enumerate() {
            if matches!(item.kind, Kind::Array(_) | Kind::Object(_)) {
                pointer.push('/');
                pointer.push_str(&i.to_string());
                self.look(item, pointer);
                pointer.truncate(length);
            }
        }
    }

    /// Notes that `second` repeats the key of `first`.
    fn note(&mut self, first: &Member, second: &Member, pointer: &str) {
        self.addresses += pointer.len();
        if self.findings.len() == DUPLICATES || self.addresses > DUPLICATES_LEN {
            self.more += 1;
            return;
        }
        let place = |member: &Member| self.tree.lines.place(&self.tree.text, member.key_range.start);
        let ((line, column), (first_line, _)) = (place(second), place(first));
        let mut key: String = second.key.chars().take(KEY_SHOWN).collect();
        if second.key.chars().nth(KEY_SHOWN).is_some() {
            key.push('…');
        }
        let what =
            format!("The key `{key}` stands twice in this object, in line {first_line} and in line {line}.");
        self.findings.push(
            Finding::error("F003", pointer, what)
                .why("Programs differ in which of the two they read, so neither counts.")
                .fix("Delete or rename one of them.")
                .at(line, column),
        );
    }
}
