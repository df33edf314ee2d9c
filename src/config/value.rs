//! How the value of a setting stands in a file, and what a file's value means for a setting.
//!
//! Units never change on the way: a file holds the number in the key's own unit, and so does the project.

use super::document::{Entry, Scalar};
use crate::fleet::file::Value;
use crate::fleet::setting::{Setting, Unit};
use crate::fleet::settings::files::Form;

/// Why a file's value is none of its setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Another type is needed: what stands there, what is needed.
    Type(&'static str, &'static str),
    /// A number that the setting does not accept.
    Range,
    /// A text that means none of its choices.
    Word(String),
}

/// Returns a value as it is written to a file.
pub(super) fn written(value: &Value, setting: &Setting, form: Form) -> Option<Scalar> {
    match (value, form) {
        (Value::Number(number), Form::Quoted) => Some(Scalar::Text(setting.json(*number).to_string())),
        (Value::Number(number), _) => Some(Scalar::Number(*number)),
        (Value::Word(word), Form::Switch) => Some(Scalar::Bool(word == "on")),
        (Value::Word(word), Form::Words(pairs)) => {
            pairs.iter().find(|(own, _)| own == word).map(|(_, text)| Scalar::Text((*text).to_owned()))
        }
        (Value::Word(word), _) => Some(Scalar::Text(word.clone())),
        (Value::Nothing | Value::Unknown(_), _) => None,
    }
}

/// Returns a scalar as a literal of JSON, which Java and C# read alike.
pub(super) fn literal(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Number(number) => Setting::BLANK.json(*number).to_string(),
        Scalar::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Scalar::Bool(on) => on.to_string(),
        Scalar::Null | Scalar::Other(_) => "null".to_owned(),
    }
}

/// Returns what the value in a file means for its setting.
pub(super) fn understood(entry: &Entry<'_>, setting: &Setting, form: Form) -> Result<Value, Misfit> {
    let misfit = |needed| Misfit::Type(entry.scalar.word(), needed);
    match form {
        Form::Switch => match entry.boolean() {
            Some(on) => Ok(Value::Word(if on { "on" } else { "off" }.to_owned())),
            None => Err(misfit("true or false")),
        },
        Form::Words(pairs) => match &entry.scalar {
            Scalar::Text(text) => pairs
                .iter()
                .find(|(_, own)| own.eq_ignore_ascii_case(text.trim()))
                .map(|(word, _)| Value::Word((*word).to_owned()))
                .ok_or_else(|| Misfit::Word(text.clone())),
            _ => Err(misfit("a text")),
        },
        // Only a mapping can put a choice without words of its own into a file: it has the project's.
        Form::Plain | Form::Quoted => match setting.unit {
            Unit::Choice(choices) => choices
                .iter()
                .find(|choice| choice.is_meant_by(entry.text().trim()))
                .map(|choice| Value::Word(choice.value.to_owned()))
                .ok_or_else(|| Misfit::Word(entry.text().to_owned())),
            _ => match entry.number() {
                Some(number) if setting.accepts(number) => Ok(Value::Number(number)),
                Some(_) => Err(Misfit::Range),
                None if matches!(entry.scalar, Scalar::Text(_)) => {
                    Err(Misfit::Type("a text that is no number", "a number"))
                }
                None => Err(misfit("a number")),
            },
        },
    }
}
