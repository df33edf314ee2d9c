//! Agents' JSON files, on the lossless tree.
//!
//! Comments and trailing commas are accepted, because files that people edited have them; whether the agent
//! accepts them is its own matter, and nothing here adds one. Numbers in quotes, as .NET configurations have
//! them, keep their quotes when a number is set.

use super::path::tokens;
use super::value::{decimal, numeric, truth};
use super::{EditError, Entry, Format, Scalar};
use crate::base::Finding;
use crate::base::json::{Kind, Node, Tree, escape_token};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// Returns the tree of a file whose outermost value is an object.
pub(super) fn parse(text: Arc<str>) -> Result<Tree, Finding> {
    let tree = Tree::parse(text)?;
    if matches!(tree.root().kind, Kind::Object(_)) {
        return Ok(tree);
    }
    let (line, column) = tree.place(tree.root());
    let what = format!("The file holds {} where an object is expected.", tree.root().type_word());
    Err(Finding::error("A002", "", what)
        .why("Settings have names, and only an object gives names.")
        .fix("Check whether this is the file you meant; it should start with `{`.")
        .at(line, column))
}

/// Returns what stands at a path.
pub(super) fn get<'a>(tree: &'a Tree, path: &str) -> Option<Entry<'a>> {
    tree.get(&format!("/{path}")).map(|node| entry(tree, node))
}

/// Returns every value that has no members, in the order of the file.
pub(super) fn keys(tree: &Tree) -> Vec<(String, Entry<'_>)> {
    let mut found = Vec::new();
    collect(tree, tree.root(), &mut String::new(), &mut found);
    found
}

fn collect<'a>(tree: &'a Tree, node: &'a Node, path: &mut String, found: &mut Vec<(String, Entry<'a>)>) {
    let length = path.len();
    let mut visit = |token: &str, value: &'a Node, path: &mut String, top: bool| {
        if !top {
            path.push('/');
        }
        path.push_str(token);
        match value.kind {
            Kind::Array(_) | Kind::Object(_) => collect(tree, value, path, found),
            _ => found.push((path.clone(), entry(tree, value))),
        }
        path.truncate(length);
    };
    let top = std::ptr::eq(node, tree.root());
    for member in node.members() {
        visit(&escape_token(&member.key), &member.value, path, top);
    }
    for (i, item) in node.items().iter().enumerate() {
        visit(&i.to_string(), item, path, top);
    }
}

fn entry<'a>(tree: &'a Tree, node: &'a Node) -> Entry<'a> {
    let (line, column) = tree.place(node);
    let raw = &tree.text()[node.range.clone()];
    let scalar = match &node.kind {
        Kind::Null => Scalar::Null,
        Kind::Bool(value) => Scalar::Bool(*value),
        Kind::String(text) => Scalar::Text(text.to_string()),
        Kind::Number(_) => {
            node.as_f64().map_or(Scalar::Other("a number beyond 64-bit floats"), Scalar::Number)
        }
        Kind::Array(_) | Kind::Object(_) => Scalar::Other(node.type_word()),
    };
    let plain = Cow::Borrowed(node.as_str().unwrap_or(raw));
    Entry { raw, scalar, line, column, span: node.range.clone(), plain, digits: false }
}

/// Writes a value at a path; `None` where it stands there already.
pub(super) fn set(tree: &Tree, path: &str, value: &Scalar) -> Result<Option<Tree>, EditError> {
    once(tree, path)?;
    let old = get(tree, path);
    if let Some(old) = &old
        && holds(old, value)
    {
        return Ok(None);
    }
    let quoted =
        old.as_ref().and_then(|old| if let Scalar::Text(text) = &old.scalar { Some(text) } else { None });
    let new = match (value, quoted) {
        (Scalar::Number(number), Some(text)) if numeric(text).is_some() => Value::from(decimal(*number)),
        (Scalar::Number(number), _) => number_value(*number),
        (Scalar::Bool(new), Some(text)) if truth(text).is_some() => Value::from(word(*new, text)),
        (Scalar::Bool(new), _) => Value::from(*new),
        (Scalar::Text(text), _) => Value::from(text.as_str()),
        (Scalar::Null, _) => Value::Null,
        (Scalar::Other(what), _) => {
            return Err(EditError::BadValue { format: Format::Json.label(), what, path: path.into() });
        }
    };
    if let Some(Entry { scalar: Scalar::Other(found), line, raw, .. }) = old
        && raw.starts_with(['{', '['])
    {
        return Err(EditError::NotPlain { found, line, path: path.into() });
    }
    Ok(Some(tree.set(&format!("/{path}"), &new)?))
}

/// Removes a key with everything below it.
pub(super) fn remove(tree: &Tree, path: &str) -> Result<Tree, EditError> {
    once(tree, path)?;
    if get(tree, path).is_none() {
        return Err(EditError::Missing { path: path.into() });
    }
    Ok(tree.remove(&format!("/{path}"))?)
}

/// Returns whether a value stands there already, whatever it is written like.
fn holds(old: &Entry<'_>, value: &Scalar) -> bool {
    match value {
        Scalar::Number(number) => old.number() == Some(*number),
        Scalar::Bool(value) => old.boolean() == Some(*value),
        other => old.scalar == *other,
    }
}

/// Returns `true` or `false` with a capital where the old word has one, as .NET writes them.
fn word(value: bool, old: &str) -> &'static str {
    match (value, old.trim_start().starts_with(char::is_uppercase)) {
        (true, true) => "True",
        (true, false) => "true",
        (false, true) => "False",
        (false, false) => "false",
    }
}

/// Returns a number as it is written to JSON: whole numbers without a fraction.
fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// Checks that no key on the way stands twice: which one counts would depend on the reader.
fn once(tree: &Tree, path: &str) -> Result<(), EditError> {
    let rule = "Write `~` in a key as `~0` and `/` as `~1`";
    let tokens = tokens(path).ok_or_else(|| EditError::BadPath {
        format: Format::Json.label(),
        rule,
        path: path.into(),
    })?;
    let mut node = tree.root();
    for token in &tokens {
        let mut same = node.members().iter().filter(|member| *member.key == **token);
        let next = match (same.next(), same.next_back()) {
            (Some(_), Some(last)) => {
                let line = tree.place(&last.value).0;
                return Err(EditError::Repeated { line, path: path.into() });
            }
            (Some(only), None) => Some(&only.value),
            (None, _) => token.parse().ok().and_then(|i: usize| node.items().get(i)),
        };
        let Some(next) = next else { break };
        node = next;
    }
    Ok(())
}
