//! Random documents, random edits, hostile input.
//!
//! A document is a random value written with random spaces, comments, line ends and number formats;
//! the value itself is the oracle for every edit.

use super::tree;
use crate::base::json::{Tree, join, pointer};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Keys that are hard to get right in an address or a text.
const KEY: &str = "[ab/~0\"\\\\é\n-]{0,3}";

fn values() -> impl Strategy<Value = Value> {
    values_with(prop::num::f64::NORMAL)
}

/// Values whose floats are short decimals: `serde_json` rounds long ones differently in the last digit.
fn plain_values() -> impl Strategy<Value = Value> {
    values_with((-999..999_i64).prop_map(|n| n as f64 / 8.0))
}

fn values_with(floats: impl Strategy<Value = f64> + 'static) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-99..99_i64).prop_map(Value::from),
        floats.prop_map(Value::from),
        "[a-c/*,:{}\"\\\\\u{1}\t\né😀]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((KEY, inner), 0..5).prop_map(|pairs| Value::Object(Map::from_iter(pairs))),
        ]
    })
}

/// Writes values with the decoration that `choices` dictate.
struct Pen<'a> {
    text: String,
    choices: std::iter::Cycle<std::slice::Iter<'a, u8>>,
    comments: bool,
    newline: &'static str,
}

impl Pen<'_> {
    fn choice(&mut self) -> u8 {
        self.choices.next().copied().unwrap_or_default()
    }

    fn gap(&mut self) {
        let newline = self.newline;
        let n = self.text.len();
        let gap = match (self.choice() % 10, self.comments) {
            (0 | 1, _) => " ".into(),
            (2 | 3, _) => format!("{newline}  "),
            (4, true) => format!("/*{n},\"*/"),
            (5, true) => format!(" // {n}, ]{newline}"),
            (6, true) => format!(" /* {n}{newline} {{ */ "),
            _ => String::new(),
        };
        self.text.push_str(&gap);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| (None, item)).collect();
                self.items('[', &items, ']');
            }
            Value::Object(members) => {
                let members: Vec<_> = members.iter().map(|(key, item)| (Some(key.as_str()), item)).collect();
                self.items('{', &members, '}');
            }
            Value::Number(number) => {
                let mut text = number.to_string();
                match self.choice() % 4 {
                    0 if !text.contains(['e', '.']) => text.push_str(".0"),
                    1 if !text.contains('e') => text.push_str("e+0"),
                    2 if text.contains('.') && !text.contains('e') => text.push('0'),
                    _ => {}
                }
                // Beyond 2^53 an integer written as a float is another number.
                let big = number.as_i128().is_some_and(|n| n.unsigned_abs() >= 1 << 53);
                self.text.push_str(&if big { number.to_string() } else { text });
            }
            plain => self.text.push_str(&plain.to_string()),
        }
    }

    fn items(&mut self, open: char, items: &[(Option<&str>, &Value)], close: char) {
        self.text.push(open);
        for (i, (key, item)) in items.iter().enumerate() {
            self.gap();
            if let Some(key) = key {
                self.text.push_str(&Value::from(*key).to_string());
                self.gap();
                self.text.push(':');
                self.gap();
            }
            self.value(item);
            self.gap();
            if i + 1 < items.len() || (self.comments && self.choice().is_multiple_of(4)) {
                self.text.push(',');
            }
        }
        self.gap();
        self.text.push(close);
    }
}

fn written(value: &Value, choices: &[u8], comments: bool) -> String {
    let newline = ["\n", "\r\n", "\r"][usize::from(choices[0] % 3)];
    let mut pen = Pen { text: String::new(), choices: choices.iter().cycle(), comments, newline };
    if choices[0].is_multiple_of(5) && comments {
        pen.text.push('\u{feff}');
    }
    pen.gap();
    pen.value(value);
    pen.gap();
    pen.text
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..60)
}

/// Returns every address in a value.
fn addresses(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    for (key, item) in value.as_object().into_iter().flatten() {
        addresses(item, &join(at, key), found);
    }
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        addresses(item, &join(at, &i.to_string()), found);
    }
}

/// Removes what is at an address from the oracle.
fn take(value: &mut Value, address: &str) {
    let (parent, token) = address.rsplit_once('/').unwrap();
    let token = pointer::tokens(&format!("/{token}")).unwrap().remove(0).into_owned();
    match value.pointer_mut(parent).unwrap() {
        Value::Array(items) => drop(items.remove(token.parse().unwrap())),
        Value::Object(members) => drop(members.shift_remove(&token)),
        other => panic!("{other}"),
    }
}

/// Returns the comments of a text in order.
fn comments(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut found, mut i) = (Vec::new(), 0);
    while i < bytes.len() {
        match bytes[i] {
            b'"' => {
                i += 1;
                while bytes[i] != b'"' {
                    i += if bytes[i] == b'\\' { 2 } else { 1 };
                }
            }
            b'/' => {
                let end = super::super::parse::comment_end(bytes, i);
                found.push(&text[i..end]);
                i = end;
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    found
}

/// Returns whether `part` is `whole` with some items left out.
fn within<T: PartialEq>(part: impl IntoIterator<Item = T>, whole: impl IntoIterator<Item = T>) -> bool {
    let mut whole = whole.into_iter();
    part.into_iter().all(|item| whole.any(|other| other == item))
}

fn solid(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_whitespace())
}

/// One step of a random sequence: what to do, where (modulo what exists), with which key and value.
type Step = (u8, usize, String, Value);

fn step(
    document: &Tree,
    oracle: &mut Value,
    (action, place, key, value): &Step,
) -> Result<Tree, TestCaseError> {
    let mut all = Vec::new();
    addresses(oracle, "", &mut all);
    let address = &all[place % all.len()];
    let old = document.text();
    let target = oracle.pointer(address).unwrap().clone();
    match (action % 4, &target) {
        (0, Value::Object(members)) if !members.contains_key(key) => {
            let added = join(address, key);
            let new = document.set(&added, value).unwrap();
            oracle.pointer_mut(address).unwrap()[key] = value.clone();
            prop_assert!(new.get(&added).unwrap().means(value));
            prop_assert!(within(solid(old), solid(new.text())), "{old}\n{}", new.text());
            prop_assert_eq!(comments(old), comments(new.text()));
            let back = new.remove(&added).unwrap();
            prop_assert!(back.root().means(&document.value("").unwrap()));
            prop_assert_eq!(comments(old), comments(back.text()));
            Ok(new)
        }
        (0 | 1, Value::Array(items)) => {
            let new = document.set(&join(address, "-"), value).unwrap();
            prop_assert!(new.get(&join(address, &items.len().to_string())).unwrap().means(value));
            oracle.pointer_mut(address).unwrap().as_array_mut().unwrap().push(value.clone());
            prop_assert!(within(solid(old), solid(new.text())), "{old}\n{}", new.text());
            prop_assert_eq!(comments(old), comments(new.text()));
            Ok(new)
        }
        (1 | 2, _) if !address.is_empty() => {
            let new = document.remove(address).unwrap();
            take(oracle, address);
            prop_assert!(within(new.text().chars(), old.chars()), "{old}\n{}", new.text());
            prop_assert!(within(comments(new.text()), comments(old)));
            Ok(new)
        }
        _ => {
            let range = document.get(address).unwrap().range.clone();
            let new = document.set(address, value).unwrap();
            *oracle.pointer_mut(address).unwrap() = value.clone();
            if target == *value {
                prop_assert_eq!(&new, document);
            }
            prop_assert!(new.get(address).unwrap().means(value));
            prop_assert!(new.text().starts_with(&old[..range.start]));
            prop_assert!(new.text().ends_with(&old[range.end..]));
            Ok(new)
        }
    }
}

proptest! {
    #[test]
    fn a_text_comes_back_as_it_was(value in values(), choices in choices()) {
        let text = written(&value, &choices, true);
        let document = tree(&text);
        prop_assert_eq!(&**document.text(), text.as_str());
        prop_assert!(document.root().means(&value), "{}", text);
        let copy = document.set("", &value).unwrap();
        prop_assert_eq!(&**copy.text(), text.as_str());
    }

    #[test]
    fn plain_documents_read_as_serde_reads_them(value in plain_values(), choices in choices()) {
        let text = written(&value, &choices, false);
        let other: Value = serde_json::from_str(&text).unwrap();
        let document = tree(&text);
        let mut all = Vec::new();
        addresses(&other, "", &mut all);
        for address in all {
            prop_assert_eq!(document.value(&address), other.pointer(&address).cloned());
        }
    }

    #[test]
    fn edits_do_what_they_say_and_no_more(
        value in values(),
        choices in choices(),
        steps in prop::collection::vec((any::<u8>(), any::<usize>(), KEY, values()), 1..12),
    ) {
        let mut oracle = value;
        let mut document = tree(&written(&oracle, &choices, true));
        for one in steps {
            document = step(&document, &mut oracle, &one)?;
            prop_assert!(document.root().means(&oracle), "{}\n{}", document.text(), oracle);
        }
    }

    #[test]
    fn what_is_written_here_is_read_by_others(
        steps in prop::collection::vec((any::<u8>(), any::<usize>(), KEY, plain_values()), 1..12),
    ) {
        let mut oracle = json!({});
        let mut document = tree("{}");
        for one in steps {
            document = step(&document, &mut oracle, &one)?;
        }
        prop_assert_eq!(serde_json::from_str::<Value>(document.text()).unwrap(), oracle);
    }

    #[test]
    fn accepts_exactly_what_serde_accepts(text in "[\\[\\]{},:\"\\\\0-2.eE+\\-tn a']{0,10}", wrap in any::<bool>()) {
        let text = if wrap { format!("[{text}]") } else { text };
        agrees_with_serde(&text)?;
    }

    #[test]
    fn one_wrong_byte_is_judged_as_serde_judges_it(
        value in values(), choices in choices(), at in any::<prop::sample::Index>(), byte in "[\u{0}-\u{7f}é\u{a0}]?",
    ) {
        let mut text = written(&value, &choices, false);
        let starts: Vec<_> = text.char_indices().map(|(i, c)| i..i + c.len_utf8()).collect();
        text.replace_range(starts[at.index(starts.len())].clone(), &byte);
        agrees_with_serde(&text)?;
    }

    #[test]
    fn no_text_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC*") {
        for text in [String::from_utf8_lossy(&bytes).into_owned(), text] {
            if let Err(finding) = Tree::parse(text.as_str()) {
                prop_assert!(finding.line > 0 && finding.column > 0);
            }
        }
    }

    #[test]
    fn no_edit_makes_it_panic(value in values(), choices in choices(), pointer in "[/~ab0-]{0,6}", key in KEY) {
        let document = tree(&written(&value, &choices, true));
        let _ = (document.set(&pointer, &json!({ "a": [1] })), document.remove(&pointer));
        let _ = (document.rename(&pointer, &key), document.place_of(&pointer), document.duplicates());
    }

    #[test]
    fn a_document_cut_anywhere_has_a_place(value in values(), choices in choices(), at in any::<prop::sample::Index>()) {
        let text = written(&value, &choices, true);
        let cut = &text[..text.floor_char_boundary(at.index(text.len()))];
        if let Err(finding) = Tree::parse(cut) {
            let lines = cut.split('\n').map(|line| line.split('\r').count()).sum::<usize>();
            prop_assert!((1..=lines).contains(&finding.line), "{}", finding);
        }
    }
}

/// Checks that both readers accept the text, or both refuse it; known differences apart.
fn agrees_with_serde(text: &str) -> Result<(), TestCaseError> {
    let mine = Tree::parse(text);
    match serde_json::from_str::<Value>(text) {
        Ok(other) => {
            prop_assert!(mine.is_ok(), "{:?}: {}", text, mine.unwrap_err());
            let floats = other.to_string().contains(['.', 'e']);
            prop_assert!(floats || mine.unwrap().value("") == Some(other), "{:?}", text);
        }
        Err(error) => {
            let comma = solid(text).zip(solid(text).skip(1)).any(|(a, b)| a == ',' && (b == ']' || b == '}'));
            let allowed = comma
                || text.contains("//")
                || text.contains("/*")
                || error.to_string().contains("out of range");
            prop_assert!(mine.is_err() || allowed, "{:?}: {}", text, error);
        }
    }
    Ok(())
}
