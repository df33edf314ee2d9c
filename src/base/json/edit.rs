//! Edits: splices of the text, followed by a new parse.
//!
//! This is the part that knows addresses: where one leads, what is missing on the way, and what can
//! be refused before a byte is touched. Which bytes change is decided in [`super::layout`]. Every
//! edit returns a new document, so a caller keeps the old one for undo and for failures.

use super::Tree;
use super::layout::{Splice, insertion, removal, replacement};
use super::node::{Kind, Node};
use super::pointer::{index, tokens};
use super::style::{Style, quoted};
use serde_json::{Map, Value};
use std::borrow::Cow;
use thiserror::Error;

/// Why an edit was not made; the document is unchanged.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EditError {
    /// The address is not a JSON pointer.
    #[error(
        "This is not an address, so nothing was changed. Start it with `/` and write `~` as `~0`: `{pointer}`"
    )]
    BadPointer {
        /// What was given.
        pointer: String,
    },
    /// Nothing stands at the address.
    #[error("There is nothing at this address, so nothing was changed. Check its spelling: `{pointer}`")]
    Missing {
        /// The address.
        pointer: String,
    },
    /// The address leads through a value that has no members.
    #[error(
        "The address leads through {found}, which has no members, so nothing was changed. \
         Replace that value by an object first: `{pointer}`"
    )]
    NoContainer {
        /// The address that was to be written.
        pointer: String,
        /// What stands in the way, as in [`Node::type_word`].
        found: &'static str,
    },
    /// The address is outside a list.
    #[error(
        "The list has {len} elements and no such place, so nothing was changed. \
         Give the number of an element from 0, or `-` to append: `{pointer}`"
    )]
    NoElement {
        /// The address.
        pointer: String,
        /// Elements in the list.
        len: usize,
    },
    /// The document as a whole was to be removed.
    #[error(
        "A document needs a value, so it was not removed. Remove its members one by one, or delete the file"
    )]
    Whole,
    /// The document as a whole, or an element of a list, was to be renamed.
    #[error("This has a place but no name, so nothing was renamed. Name a member of an object: `{pointer}`")]
    NoMember {
        /// The address.
        pointer: String,
    },
    /// Another member already has the new key.
    #[error(
        "The object already has a member `{key}`, and a repeated key would hide one of them. \
         Choose another name: `{pointer}`"
    )]
    KeyExists {
        /// The address of the member to rename.
        pointer: String,
        /// The key in question.
        key: String,
    },
    /// The new text would not be a document any more, for example nested too deep.
    #[error("The document would not be readable any more: {reason} Nothing was changed: `{pointer}`")]
    Unreadable {
        /// The address.
        pointer: String,
        /// What the reader says about the new text.
        reason: String,
    },
}

/// Where an address leads.
pub(super) struct Reached<'a, 't> {
    /// The deepest value that exists.
    pub(super) node: &'a Node,
    /// What contains it, and as which item.
    pub(super) parent: Option<(&'a Node, usize)>,
    /// Where the item starts: the key of a member, or the value itself.
    pub(super) start: usize,
    /// What is left of the address.
    rest: &'t [Cow<'t, str>],
}

impl Tree {
    /// Writes `value` at an address and returns the new document.
    ///
    /// Only the bytes of the old value change, and none where it already has the value (`1.50` stays
    /// when 1.5 is written). A missing member comes last in its object, missing objects on the way
    /// are created, and all of it is written as its surroundings are. In a list an index replaces and
    /// `-` appends; where the list itself is missing, `-` creates it.
    ///
    /// # Errors
    /// See [`EditError`]; the document itself never changes.
    pub fn set(&self, pointer: &str, value: &Value) -> Result<Self, EditError> {
        let tokens = parse_pointer(pointer)?;
        let reached = reach(self.root(), &tokens);
        let style = || Style::of(self.text(), self.root());
        let Some((first, deeper)) = reached.rest.split_first() else {
            if reached.node.means(value) {
                return Ok(self.clone());
            }
            let with = replacement(self.text(), &style(), &reached, value);
            return self.splice(pointer, vec![Splice { range: reached.node.range.clone(), with }]);
        };
        let nested = deeper.iter().rev().fold(value.clone(), |value, token| match &**token {
            "-" => Value::Array(vec![value]),
            key => Value::Object(Map::from_iter([(key.to_owned(), value)])),
        });
        let key = match &reached.node.kind {
            Kind::Object(_) => Some(&**first),
            Kind::Array(items) => match &**first {
                "-" => None,
                token if index(token) == Some(items.len()) => None,
                _ => return Err(EditError::NoElement { pointer: pointer.into(), len: items.len() }),
            },
            _ => {
                let found = reached.node.type_word();
                return Err(EditError::NoContainer { pointer: pointer.into(), found });
            }
        };
        self.splice(pointer, insertion(self.text(), &style(), &reached, key, &nested))
    }

    /// Removes a member or an element, with its comma and its line, and returns the new document.
    ///
    /// A comment behind it in its line goes with it where the line holds nothing else; all other
    /// comments stay, those above it included.
    ///
    /// # Errors
    /// See [`EditError`]; the document itself never changes.
    pub fn remove(&self, pointer: &str) -> Result<Self, EditError> {
        let tokens = parse_pointer(pointer)?;
        let reached = reach(self.root(), &tokens);
        if !reached.rest.is_empty() {
            return Err(EditError::Missing { pointer: pointer.into() });
        }
        match reached.parent {
            Some((parent, position)) => self.splice(pointer, removal(self.text(), parent, position)),
            None => Err(EditError::Whole),
        }
    }

    /// Gives the member at an address another key and returns the new document.
    ///
    /// # Errors
    /// See [`EditError`]; the document itself never changes.
    pub fn rename(&self, pointer: &str, key: &str) -> Result<Self, EditError> {
        let tokens = parse_pointer(pointer)?;
        let reached = reach(self.root(), &tokens);
        if !reached.rest.is_empty() {
            return Err(EditError::Missing { pointer: pointer.into() });
        }
        let member =
            reached.parent.and_then(|(parent, position)| Some((parent, parent.members().get(position)?)));
        let Some((parent, member)) = member else {
            return Err(EditError::NoMember { pointer: pointer.into() });
        };
        if &*member.key == key {
            return Ok(self.clone());
        }
        if parent.get(key).is_some() {
            return Err(EditError::KeyExists { pointer: pointer.into(), key: key.into() });
        }
        self.splice(pointer, vec![Splice { range: member.key_range.clone(), with: quoted(key) }])
    }

    /// Returns the document with the splices made; they stand in the order of the text.
    fn splice(&self, pointer: &str, splices: Vec<Splice>) -> Result<Self, EditError> {
        let old = self.text();
        let mut text = String::with_capacity(old.len() + splices.iter().map(|s| s.with.len()).sum::<usize>());
        let mut done = 0;
        for splice in splices {
            text.push_str(&old[done..splice.range.start]);
            text.push_str(&splice.with);
            done = splice.range.end;
        }
        text.push_str(&old[done..]);
        Self::parse(text)
            .map_err(|finding| EditError::Unreadable { pointer: pointer.into(), reason: finding.what })
    }
}

fn parse_pointer(pointer: &str) -> Result<Vec<Cow<'_, str>>, EditError> {
    tokens(pointer).ok_or_else(|| EditError::BadPointer { pointer: pointer.into() })
}

/// Follows an address as far as it leads.
fn reach<'a, 't>(root: &'a Node, tokens: &'t [Cow<'t, str>]) -> Reached<'a, 't> {
    let mut reached = Reached { node: root, parent: None, start: root.range.start, rest: tokens };
    while let Some((token, rest)) = reached.rest.split_first() {
        let found = match &reached.node.kind {
            Kind::Object(_) => {
                reached.node.member(token).map(|(i, member)| (i, &member.value, member.key_range.start))
            }
            Kind::Array(items) => {
                index(token).and_then(|i| items.get(i).map(|item| (i, item, item.range.start)))
            }
            _ => None,
        };
        let Some((position, node, start)) = found else { break };
        reached = Reached { node, parent: Some((reached.node, position)), start, rest };
    }
    reached
}
