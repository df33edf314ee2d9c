//! What can be typed at the cursor of a filter.

use super::hint::values;
use super::parse::{Token, tokens};
use super::{Field, Scope, quoted};
use crate::fleet::inventory::Inventory;
use std::ops::Range;

/// Proposals that are returned.
const PROPOSED: usize = 20;

/// What can stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The part of the text that a proposal replaces \[bytes\].
    pub replace: Range<usize>,
    /// Proposals, best first, at most 20.
    pub proposals: Vec<Proposal>,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What is put into the text, in quotes where it has to be.
    pub text: String,
    /// Number of devices with this value, for values.
    pub devices: Option<u32>,
}

impl super::Filter {
    /// Returns what can be typed at a cursor \[byte offset\] in a text, which need not be a filter yet.
    pub fn complete(text: &str, cursor: usize, inventory: &Inventory, scope: &Scope<'_>) -> Completion {
        let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (tokens, _) = tokens(&text[..cursor]);
        // The word that touches the cursor is being typed; what stands before it decides what it can be.
        let (typed, replace, before) = match tokens.split_last() {
            Some(((Token::Word { text: word, .. }, span), before)) if span.end == cursor => {
                (word.as_str(), span.clone(), before)
            }
            _ => ("", cursor..cursor, tokens.as_slice()),
        };
        let typed = typed.trim_matches('*').to_lowercase();
        let value_of = match before {
            [.., (Token::Word { text: field, .. }, _), (Token::Operator(_), _)] => Some(field),
            _ => None,
        };
        let behind_term = match before.last() {
            Some((Token::Close, _)) => true,
            Some((Token::Word { text, quoted }, _)) => *quoted || !is_keyword(text),
            _ => false,
        };
        let proposals = value_of.map_or_else(
            || words(&typed, behind_term, inventory),
            |field| of_field(field, &typed, inventory, scope),
        );
        Completion { replace, proposals }
    }
}

fn is_keyword(text: &str) -> bool {
    ["and", "or", "not"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Returns the values of a field that begin with or contain what is typed.
fn of_field(field: &str, typed: &str, inventory: &Inventory, scope: &Scope<'_>) -> Vec<Proposal> {
    let Some(field) = Field::named(field, inventory.columns()) else { return Vec::new() };
    let mut found: Vec<(bool, u32, String)> = values(field, inventory, scope)
        .into_iter()
        .filter_map(|(value, devices)| {
            let lower = value.to_lowercase();
            lower.contains(typed).then(|| (!lower.starts_with(typed), devices, value))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then_with(|| a.2.cmp(&b.2)));
    let proposal = |(_, devices, value): (bool, u32, String)| Proposal {
        text: quoted(&value).into_owned(),
        devices: Some(devices),
    };
    found.into_iter().take(PROPOSED).map(proposal).collect()
}

/// Returns names of fields, and behind a condition the words that join.
fn words(typed: &str, behind_term: bool, inventory: &Inventory) -> Vec<Proposal> {
    let joining: &[&str] = if behind_term { &["and", "or"] } else { &[] };
    let keywords = joining.iter().chain(&["not"]).map(|word| format!("{word} "));
    let names = Field::names(inventory.columns()).into_iter().map(|name| format!("{}:", quoted(&name)));
    let known: Vec<String> =
        if behind_term { keywords.chain(names).collect() } else { names.chain(keywords).collect() };
    let mut found: Vec<(bool, String)> = known
        .into_iter()
        .filter_map(|text| {
            let lower = text.trim_start_matches('"').to_lowercase();
            lower.contains(typed).then(|| (!lower.starts_with(typed), text))
        })
        .collect();
    // Stable: what begins with it first, else in the order of the columns.
    found.sort_by_key(|(contains, _)| *contains);
    found.into_iter().take(PROPOSED).map(|(_, text)| Proposal { text, devices: None }).collect()
}
