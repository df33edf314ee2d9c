//! Hides secrets in the text of agent files, for previews, differences and messages.
//!
//! What is a secret is decided by the name that a value goes by, from one table. Wrong or cut-off
//! text is masked as far as it goes. A value that is nothing but a placeholder stays readable,
//! because it is none. Hiding too much is a nuisance and hiding too little a leak: in doubt, it hides.

use super::lex::{self, Kind};
use crate::fleet::settings::files::FileFormat as Format;

/// What stands for a secret.
pub const MASK: &str = "••••";

/// What a secret's name ends with, in lower case and without signs; too long to end another word by chance.
const ENDINGS: [&str; 12] = [
    "accesskey",
    "apikey",
    "appkey",
    "applicationkey",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "proxypass",
    "secret",
    "secretkey",
];

/// Words that are a secret's last one, and only as whole words: a compass is none.
const WORDS: [&str; 6] = ["credential", "pass", "psk", "pwd", "secret", "token"];

/// Returns whether a key, variable, column or method of this name holds a secret.
///
/// `app_key`, `appKey`, `TW_APP_KEY`, `keystore.password` and `setProxyPass` do; `password_file` does not.
pub fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let mut words = words.as_slice();
    while let [before @ .., last] = words
        && last.chars().all(|c| c.is_ascii_digit())
    {
        words = before;
    }
    let whole = words.concat();
    let ends = |name: &str, ending: &str| {
        name.ends_with(ending) || name.strip_suffix('s').is_some_and(|name| name.ends_with(ending))
    };
    let last = words.last().map_or("", String::as_str);
    ENDINGS.iter().any(|ending| ends(&whole, ending))
        || WORDS.iter().any(|word| last == *word || last.strip_suffix('s') == Some(word))
}

/// Cuts a name into words in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let starts =
            c.is_uppercase() && !before.is_uppercase() || c.is_ascii_digit() != before.is_ascii_digit();
        if !c.is_alphanumeric() || starts {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns a text with [`MASK`] in place of the values that go by a secret's name.
pub fn mask(text: &str, format: Format) -> String {
    let masked = match format {
        Format::Json => json(text),
        Format::Properties => properties(text),
        Format::Header | Format::Code => code(text),
    };
    addresses(&masked)
}

/// Returns what is shown for a value.
fn hidden(value: &str) -> &str {
    let placeholder = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let harmless = placeholder.is_some_and(|name| !name.contains(['$', '{', '}'])) || value.is_empty();
    if harmless { value } else { MASK }
}

/// Writes a string part with its content hidden.
fn hide(out: &mut String, string: &str) {
    out.extend(["\"", hidden(lex::content(string)), "\""]);
}

fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Whether everything inside the open objects and lists is secret, and whether the next value is.
    let (mut inside, mut next) = (Vec::<bool>::new(), false);
    let mut rest = text.len();
    for (kind, part) in lex::parts(text) {
        let start = text.len() - rest;
        rest -= part.len();
        let behind = &text[start + part.len()..];
        match kind {
            Kind::Comment => comment(&mut out, part),
            Kind::String if behind.trim_start().starts_with(':') => {
                next = is_secret_name(lex::content(part));
                out.push_str(part);
            }
            Kind::String if next || inside.last() == Some(&true) => {
                hide(&mut out, part);
                next = false;
            }
            Kind::String => out.push_str(part),
            Kind::Other => bare(&mut out, part, &mut inside, &mut next),
        }
    }
    out
}

/// Copies what stands between the strings of a JSON text, hiding bare values that are secret.
fn bare(out: &mut String, part: &str, inside: &mut Vec<bool>, next: &mut bool) {
    let mut value = String::new();
    for c in part.chars().chain([' ']) {
        if !c.is_whitespace() && !matches!(c, '{' | '}' | '[' | ']' | ',' | ':') {
            value.push(c);
            continue;
        }
        if c == ':' && !value.is_empty() {
            *next = is_secret_name(&value); // Some readers take keys without quotes.
            out.push_str(&value);
            value.clear();
        } else if !value.is_empty() {
            let secret = *next || inside.last() == Some(&true);
            let plain = matches!(value.as_str(), "null" | "true" | "false");
            out.push_str(if secret && !plain { "\"••••\"" } else { &value });
            value.clear();
            *next = false;
        }
        match c {
            '{' | '[' => {
                inside.push(*next || inside.last() == Some(&true));
                *next = false;
            }
            '}' | ']' => {
                inside.pop();
                *next = false;
            }
            ',' => *next = false,
            _ => {}
        }
        out.push(c);
    }
    out.pop(); // The space that closed the last value.
}

fn properties(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut hiding = false; // A value that goes on in the next line.
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let goes_on = body.chars().rev().take_while(|&c| c == '\\').count() % 2 == 1;
        if hiding {
            hiding = goes_on;
            continue;
        }
        let lead = body.len() - body.trim_start_matches([' ', '\t', '\u{c}', '#', '!']).len();
        let mut escaped = false;
        let end = body[lead..]
            .find(|c: char| {
                let ends = !escaped && matches!(c, '=' | ':' | ' ' | '\t' | '\u{c}');
                escaped = c == '\\' && !escaped;
                ends
            })
            .map_or(body.len(), |at| lead + at);
        let value = body[end..].trim_start_matches([' ', '\t', '\u{c}']);
        let value = value.strip_prefix(['=', ':']).unwrap_or(value).trim_start_matches([' ', '\t', '\u{c}']);
        if is_secret_name(&body[lead..end]) && !value.is_empty() {
            out.extend([&body[..body.len() - value.len()], hidden(value), &line[body.len()..]]);
            hiding = goes_on && !body[..lead].contains(['#', '!']);
            if hiding && line.len() == body.len() {
                hiding = false;
            }
        } else {
            out.push_str(line);
        }
    }
    out
}

/// Masks program text: a string is secret where a secret's name stands between it and the string or the end
/// of the statement before, where the string before was such a name, or where it continues a secret string.
fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut named = false; // A secret's name stands since the last string or statement.
    let mut spoken = false; // Any name does.
    let mut hid = false; // The last string was hidden.
    for (kind, part) in lex::parts(text) {
        match kind {
            Kind::Comment => comment(&mut out, part),
            Kind::Other => {
                for statement in part.split_inclusive(['\n', ';']) {
                    let names = || statement.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                    named |= names().any(is_secret_name);
                    spoken |= names().any(|name| !name.is_empty());
                    if statement.ends_with(';') {
                        (named, spoken, hid) = (false, true, false);
                    } else if statement.ends_with('\n')
                        && spoken
                        && !statement.trim_end().ends_with(['(', '=', ',', '+', '\\', '.'])
                    {
                        named = false;
                    }
                }
                out.push_str(part);
            }
            Kind::String => {
                let secret = named || (hid && !spoken);
                if secret {
                    hide(&mut out, part);
                } else {
                    out.push_str(part);
                }
                hid = secret;
                named = !secret && is_secret_name(lex::content(part));
                spoken = false;
            }
        }
    }
    out
}

/// Masks a comment, which often holds yesterday's setting.
fn comment(out: &mut String, part: &str) {
    let (sign, inner) = part.split_at(2);
    out.push_str(sign);
    out.push_str(&code(inner));
}

/// Hides the password in addresses of the form `scheme://user:password@host`.
fn addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, behind) = rest.split_at(at + 3);
        out.push_str(before);
        rest = behind;
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'')).unwrap_or(rest.len());
        if let Some(host) = rest[..end].rfind('@')
            && let Some(colon) = rest[..host].find(':')
        {
            out.extend([&rest[..=colon], hidden(&rest[colon + 1..host])]);
            rest = &rest[host..];
        }
    }
    out.push_str(rest);
    out
}
