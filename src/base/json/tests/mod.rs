//! Tests of the document as its users see it.

mod edits;
mod random;
mod reading;

use super::Tree;

/// Returns the document with this text, which is one.
fn tree(text: &str) -> Tree {
    Tree::parse(text).unwrap_or_else(|finding| panic!("{finding}\n{text}"))
}
