//! The tree: what stands where in the text.
//!
//! Nodes own what they mean (keys and texts without escapes) and remember the bytes they came from.
//! Numbers stay as they are written, because `1.50` must still read `1.50` after the file is saved
//! and an integer above 2^53 must not lose digits on the way through a 64-bit float.

use serde_json::{Map, Number, Value};
use std::ops::Range;

/// Below this every integer is a 64-bit float of its own (2^53).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// One value of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The bytes of the value in the text, quotes and brackets included.
    pub range: Range<usize>,
    /// What the value is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written.
    Number(Box<str>),
    /// A text without quotes and escapes.
    String(Box<str>),
    /// The elements of an array.
    Array(Vec<Node>),
    /// The members of an object in the order of the text, repeated keys included.
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key without quotes and escapes.
    pub key: Box<str>,
    /// The bytes of the key, quotes included.
    pub key_range: Range<usize>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Returns the members of an object in the order of the text; nothing for other values.
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// Returns the elements of an array; nothing for other values.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::Array(items) => items,
            _ => &[],
        }
    }

    /// Returns the value of a member.
    ///
    /// A repeated key is an error of the document ([`super::Tree::duplicates`]); until it is put
    /// right the last one is returned, as most readers of JSON do.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.member(key).map(|(_, member)| &member.value)
    }

    /// Returns a member with its position; the last one of a repeated key.
    pub(super) fn member(&self, key: &str) -> Option<(usize, &Member)> {
        self.members().iter().enumerate().rev().find(|(_, member)| &*member.key == key)
    }

    /// Returns a text, or `None` for other values.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a number as the nearest 64-bit float, or `None` for other values and for numbers
    /// outside its range such as `1e999`.
    pub fn as_f64(&self) -> Option<f64> {
        match &self.kind {
            Kind::Number(raw) => raw.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// Returns `true` or `false`, or `None` for other values.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Returns what the value is, in the words of a finding: `a number`, `an object`.
    pub fn type_word(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a text",
            Kind::Array(_) => "a list",
            Kind::Object(_) => "an object",
        }
    }

    /// Returns the subtree as a value, or `None` where it holds a number outside the range of a
    /// 64-bit float: a silent `null` in its place would be a lie.
    pub(super) fn to_value(&self) -> Option<Value> {
        Some(match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(raw) => Value::Number(number(raw)?),
            Kind::String(text) => Value::String(text.to_string()),
            Kind::Array(items) => Value::Array(items.iter().map(Self::to_value).collect::<Option<_>>()?),
            Kind::Object(members) => {
                let pairs = members.iter().map(|m| Some((m.key.to_string(), m.value.to_value()?)));
                Value::Object(pairs.collect::<Option<Map<_, _>>>()?)
            }
        })
    }

    /// Returns whether the subtree means `value`: numbers by value (`1e3` is 1000), members in any order.
    pub(super) fn means(&self, value: &Value) -> bool {
        match (&self.kind, value) {
            (Kind::Null, Value::Null) => true,
            (Kind::Bool(mine), Value::Bool(other)) => mine == other,
            (Kind::Number(raw), Value::Number(other)) => same_number(raw, other),
            (Kind::String(mine), Value::String(other)) => **mine == **other,
            (Kind::Array(mine), Value::Array(other)) => {
                mine.len() == other.len() && mine.iter().zip(other).all(|(node, value)| node.means(value))
            }
            // Repeated keys make the lengths differ, or one of the other's keys is missing here.
            (Kind::Object(mine), Value::Object(other)) => {
                mine.len() == other.len()
                    && mine.iter().all(|m| other.get(&*m.key).is_some_and(|value| m.value.means(value)))
                    && mine.iter().map(|m| &m.key).collect::<std::collections::BTreeSet<_>>().len()
                        == mine.len()
            }
            _ => false,
        }
    }
}

/// Returns a number as it is written, or `None` beyond 64-bit floats.
fn number(raw: &str) -> Option<Number> {
    if let Some(whole) = whole(raw) {
        let small =
            u64::try_from(whole).map(Number::from).or_else(|_| i64::try_from(whole).map(Number::from));
        // `-0` has no integer; the float keeps its sign.
        if let Ok(number) = small
            && !(whole == 0 && raw.starts_with('-'))
        {
            return Some(number);
        }
    }
    raw.parse().ok().and_then(Number::from_f64)
}

/// Returns a number written without point and exponent, where it fits.
fn whole(raw: &str) -> Option<i128> {
    if raw.contains(['.', 'e', 'E']) { None } else { raw.parse().ok() }
}

/// Returns whether a written number has the value of `other`.
fn same_number(raw: &str, other: &Number) -> bool {
    match (other.as_i128(), whole(raw)) {
        (Some(other), Some(mine)) => mine == other,
        // Beyond 2^53 `1e16` and its neighbour would meet in one float: those count as different.
        (Some(other), None) => raw
            .parse()
            .is_ok_and(|mine: f64| mine.abs() < EXACT && mine.fract() == 0.0 && mine as i128 == other),
        (None, _) => raw.parse().ok() == other.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_keep_what_a_float_would_lose() {
        let values = ["7", "-7", "18446744073709551615", "9007199254740993", "1.50", "1e3", "-0"].map(number);
        let expected = [
            json!(7),
            json!(-7),
            json!(u64::MAX),
            json!(9_007_199_254_740_993_u64),
            json!(1.5),
            json!(1000.0),
            json!(-0.0),
        ];
        for (value, expected) in values.into_iter().zip(expected) {
            assert_eq!(value.map(Value::Number), Some(expected));
        }
        assert_eq!(number("1e999"), None);
        assert_eq!(number("123456789012345678901234567890"), Number::from_f64(1.234_567_890_123_456_8e29));
    }

    #[test]
    fn equal_numbers_are_found_however_they_are_written() {
        let same = |raw, value: Value| same_number(raw, value.as_number().unwrap());
        assert!(same("1e3", json!(1000)) && same("1000.0", json!(1000)) && same("1.50", json!(1.5)));
        assert!(same("60", json!(60.0)) && same("-0", json!(0)));
        assert!(!same("1000.5", json!(1000)) && !same("1e999", json!(1)) && !same("1e30", json!(u64::MAX)));
        assert!(!same("9007199254740993", json!(9_007_199_254_740_992_u64)));
        assert!(!same("9007199254740993.0", json!(9_007_199_254_740_992_u64)), "reads as 2^53, is not");
    }
}
