//! What a filter without any hit may have meant.

use super::parse::{Node, Operator};
use super::{Field, Filter, Scope, quoted};
use crate::fleet::inventory::{Inventory, check};
use std::collections::BTreeMap;

/// Different values of a field that are looked at.
const VALUES: usize = 20_000;

impl Filter {
    /// Returns a sentence for a filter that no device matches: which condition has no hit at all, and which
    /// value was perhaps meant.
    ///
    /// `None` where every condition alone matches some device, or a name is not known.
    pub fn explain_no_match(&self, inventory: &Inventory, scope: &Scope<'_>) -> Option<String> {
        let mut leaves = Vec::new();
        collect(self.node.as_ref()?, &mut leaves);
        leaves.into_iter().find_map(|leaf| {
            let alone = Self { text: String::new(), node: Some(leaf.clone()) };
            if !alone.apply(inventory, scope).ok()?.is_empty() {
                return None;
            }
            let (span, meant) = match leaf {
                Node::Word(word) => {
                    let names = values(Field::Column(inventory.columns().thing()), inventory, scope);
                    (word.span.clone(), near(&word.text, &names).map(|near| quoted(&near).into_owned()))
                }
                Node::Test { field, value, operator } => {
                    let known = Field::named(&field.text, inventory.columns())?;
                    let found = values(known, inventory, scope);
                    let near = near(&value.text, &found).filter(|_| *operator == Operator::Is);
                    let meant = near.map(|near| format!("{}:{}", quoted(&field.text), quoted(&near)));
                    (field.span.start..value.span.end, meant)
                }
                Node::All(_) | Node::Any(_) | Node::Not(_) => return None,
            };
            let what = format!("No device matches `{}`.", self.text.get(span)?);
            Some(meant.map_or_else(|| what.clone(), |meant| format!("{what} Did you mean `{meant}`?")))
        })
    }
}

/// Collects the conditions that have to match something; a negated one need not.
fn collect<'n>(node: &'n Node, leaves: &mut Vec<&'n Node>) {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| collect(node, leaves)),
        Node::Not(_) => {}
        Node::Word(_) | Node::Test { .. } => leaves.push(node),
    }
}

/// Returns the different values of a field with the number of devices that have them.
pub(super) fn values(field: Field, inventory: &Inventory, scope: &Scope<'_>) -> BTreeMap<String, u32> {
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for device in inventory.devices() {
        let value = match field {
            Field::Column(column) | Field::Setting(_, Some(column)) => device.value(column),
            Field::Setting(_, None) => break,
            Field::Kind => {
                let kind = device.group().and_then(|group| scope.groups.kind(&group));
                kind.map_or("", |kind| kind.label()).into()
            }
            Field::Origin => if device.own_settings().next().is_some() { "device" } else { "group" }.into(),
        };
        let value = value.trim();
        if let Some(count) = found.get_mut(value) {
            *count += 1;
        } else if !value.is_empty() && found.len() < VALUES {
            found.insert(value.to_owned(), 1);
        }
    }
    found
}

/// Returns the value or pattern that was perhaps meant: what begins with it, contains it, or is written nearly
/// like it.
fn near(text: &str, values: &BTreeMap<String, u32>) -> Option<String> {
    let wanted = text.trim_matches('*').trim().to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let mut beginning = values.keys().filter(|value| value.to_lowercase().starts_with(&wanted)).peekable();
    if let Some(first) = beginning.next() {
        let length = beginning.clone().fold(first.chars().count(), |length, value| {
            first.chars().zip(value.chars()).take_while(|(a, b)| a == b).count().min(length)
        });
        if beginning.peek().is_none() {
            return Some(first.clone());
        }
        let common: String = first.chars().take(length).collect();
        let trimmed = common.trim_end_matches(|c: char| !c.is_alphanumeric());
        let stem = if trimmed.chars().count() >= wanted.chars().count() { trimmed } else { &common };
        // Values that differ in the case of their beginning have too little in common.
        return Some(format!("{}*", if stem.is_empty() { &wanted } else { stem }));
    }
    if values.keys().any(|value| value.to_lowercase().contains(&wanted)) {
        return Some(format!("*{wanted}*"));
    }
    check::nearest(&wanted, values.keys().map(String::as_str)).map(str::to_owned)
}
