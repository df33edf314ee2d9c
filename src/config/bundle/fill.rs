//! Placeholders of a text, found once and filled for each device.
//!
//! `${name}` is the value of a variable, escaped for where it stands; `${name:number}` must be a number, and
//! where it is all that stands in quotes the quotes go too; `${name:secret}` is a reference to a secret, as is
//! every variable that goes by a secret's name; `$${` writes the signs `${` themselves. Comments are left alone.

use super::error::{BundleError, Fault, Spot};
use super::item::Item;
use crate::config::secret::lex::{self, Kind};
use crate::config::secret::{MASK, Secret, SecretError, SecretRef, Vault, is_secret_name};
use crate::fleet::settings::files::FileFormat as Format;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How a value is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Text,
    Number,
    Secret,
}

#[derive(Clone, Copy, Debug)]
struct Slot<'a> {
    name: &'a str,
    /// The placeholder as it stands in the text.
    whole: &'a str,
    used: Use,
}

#[derive(Clone, Copy, Debug)]
enum Piece<'a> {
    Text(&'a str),
    Slot(Slot<'a>),
}

/// A text with its placeholders found.
#[derive(Debug)]
pub(super) struct Template<'a> {
    item: Item<'a>,
    pieces: Vec<Piece<'a>>,
}

/// The secrets of one export: fetched when first used, wiped when the export ends.
pub(super) struct Keys<'a> {
    vault: &'a dyn Vault,
    known: RefCell<BTreeMap<SecretRef, Secret>>,
}

/// Secrets kept for the next device. Devices with keys of their own use each once.
const MAX_KEPT: usize = 256;

impl<'a> Keys<'a> {
    pub(super) fn new(vault: &'a dyn Vault) -> Self {
        Self { vault, known: RefCell::default() }
    }

    fn get(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        if let Some(secret) = self.known.borrow().get(reference) {
            return Ok(secret.clone());
        }
        let secret = self.vault.resolve(reference)?;
        let mut known = self.known.borrow_mut();
        if known.len() >= MAX_KEPT {
            known.clear();
        }
        known.insert(reference.clone(), secret.clone());
        Ok(secret)
    }
}

/// Values of one device, with its name for messages.
pub(super) struct Values<'a, 'v> {
    /// `device PUMP-1` or `group pumps`.
    pub(super) owner: &'a dyn Fn() -> String,
    pub(super) value: &'a dyn Fn(&str) -> Option<&'v str>,
}

impl<'a> Template<'a> {
    /// Finds the placeholders of a file.
    pub(super) fn of(item: &Item<'a>) -> Result<Self, BundleError> {
        let mut template = Self { item: *item, pieces: Vec::new() };
        if item.format == Format::Properties {
            for line in item.text.split_inclusive('\n') {
                if line.trim_start().starts_with(['#', '!']) {
                    template.pieces.push(Piece::Text(line));
                } else {
                    template.find(line, true)?;
                }
            }
            return Ok(template);
        }
        for (kind, part) in lex::parts(item.text) {
            match kind {
                Kind::Comment => template.pieces.push(Piece::Text(part)),
                Kind::Other => template.find(part, false)?,
                Kind::String => match template.slot(lex::content(part))? {
                    Some(slot) if slot.used == Use::Number && slot.whole == lex::content(part) => {
                        template.pieces.push(Piece::Slot(slot));
                    }
                    _ => template.find(part, true)?,
                },
            }
        }
        Ok(template)
    }

    /// Returns the placeholder that a text begins with.
    fn slot(&self, text: &'a str) -> Result<Option<Slot<'a>>, BundleError> {
        let Some(inner) = text.strip_prefix("${") else { return Ok(None) };
        let malformed =
            |whole: &str| self.fault(whole, &format!("group {}", self.item.group), Fault::Malformed);
        let Some(length) = inner.find('}') else {
            return Err(malformed(&text.chars().take(20).collect::<String>()));
        };
        let whole = &text[..length + 3];
        let (name, used) = match inner[..length].split_once(':') {
            None => (&inner[..length], Use::Text),
            Some((name, "number")) => (name, Use::Number),
            Some((name, "secret")) => (name, Use::Secret),
            Some(_) => return Err(malformed(whole)),
        };
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
        if name.trim().is_empty() || !name.chars().all(plain) || (used == Use::Number && is_secret_name(name))
        {
            return Err(malformed(whole));
        }
        let used = if is_secret_name(name) { Use::Secret } else { used };
        Ok(Some(Slot { name, whole, used }))
    }

    /// Cuts a part of the text at its placeholders.
    fn find(&mut self, part: &'a str, quoted: bool) -> Result<(), BundleError> {
        let mut rest = part;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                self.pieces.extend([Piece::Text(&rest[..at - 1]), Piece::Text("${")]);
                rest = &rest[at + 2..];
                continue;
            }
            self.pieces.push(Piece::Text(&rest[..at]));
            rest = &rest[at..];
            let Some(slot) = self.slot(rest)? else { break };
            if !quoted && slot.used != Use::Number {
                return Err(self.fault(
                    slot.whole,
                    &format!("group {}", self.item.group),
                    Fault::OutsideQuotes,
                ));
            }
            self.pieces.push(Piece::Slot(slot));
            rest = &rest[slot.whole.len()..];
        }
        self.pieces.push(Piece::Text(rest));
        Ok(())
    }

    fn spot(&self, placeholder: &str, owner: &str) -> Spot {
        Spot { owner: owner.into(), file: self.item.file.into(), placeholder: placeholder.into() }
    }

    fn fault(&self, placeholder: &str, owner: &str, fault: Fault) -> BundleError {
        BundleError::Placeholder { spot: self.spot(placeholder, owner), fault }
    }

    fn slots(&self) -> impl Iterator<Item = &Slot<'a>> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Slot(slot) => Some(slot),
            Piece::Text(_) => None,
        })
    }

    /// Returns the first placeholder that is a secret.
    pub(super) fn secret(&self) -> Option<Spot> {
        let slot = self.slots().find(|slot| slot.used == Use::Secret)?;
        Some(self.spot(slot.whole, &format!("group {}", self.item.group)))
    }

    /// Returns the names of the variables that are used as references to secrets, as often as they stand there.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &'a str> {
        self.slots().filter(|slot| slot.used == Use::Secret).map(|slot| slot.name)
    }

    /// Returns whether the text is the same for every device.
    pub(super) fn is_fixed(&self) -> bool {
        self.slots().next().is_none()
    }

    /// Appends the text for one device; without keys, [`MASK`] stands for secrets.
    ///
    /// # Errors
    /// [`BundleError::Placeholder`] and [`BundleError::Secret`]; what was appended is then of no use.
    pub(super) fn fill(
        &self,
        values: &Values<'_, '_>,
        keys: Option<&Keys<'_>>,
        out: &mut String,
    ) -> Result<(), BundleError> {
        for piece in &self.pieces {
            let slot = match piece {
                Piece::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Piece::Slot(slot) => slot,
            };
            let fault = |fault| self.fault(slot.whole, &(values.owner)(), fault);
            let value = (values.value)(slot.name).ok_or_else(|| fault(Fault::NoValue))?;
            match slot.used {
                Use::Text => escape(self.item.format, value, out),
                Use::Number if is_number(value) => out.push_str(value),
                Use::Number => return Err(fault(Fault::NotANumber(value.into()))),
                Use::Secret => {
                    let failed = |source| BundleError::Secret {
                        spot: self.spot(slot.whole, &(values.owner)()),
                        source,
                    };
                    let reference: SecretRef = value.parse().map_err(failed)?;
                    match keys {
                        None => out.push_str(MASK),
                        Some(keys) => {
                            escape(self.item.format, keys.get(&reference).map_err(failed)?.expose(), out);
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// Returns whether a value can stand for a number in JSON and in programs alike.
fn is_number(value: &str) -> bool {
    value.trim() == value && serde_json::from_str::<serde_json::Number>(value).is_ok()
}

/// Appends a value as it must stand inside a string, or in a line of properties.
pub(super) fn escape(format: Format, value: &str, out: &mut String) {
    let start = out.len();
    for c in value.chars() {
        match (format, c) {
            (Format::Properties, ' ') if out.len() == start => out.push_str("\\ "),
            (Format::Properties, '"') => out.push('"'),
            (_, '"') => out.push_str("\\\""),
            (_, '\\') => out.push_str("\\\\"),
            (_, '\n') => out.push_str("\\n"),
            (_, '\r') => out.push_str("\\r"),
            (_, '\t') => out.push_str("\\t"),
            // Two question marks begin a trigraph in C.
            (Format::Header, '?') if out[start..].ends_with('?') => out.push_str("\\?"),
            // Three octal digits end by themselves; hexadecimal ones would swallow what follows.
            (Format::Header, c) if c.is_ascii_control() => {
                let _ = write!(out, "\\{:03o}", u32::from(c));
            }
            // C knows no escapes for those, and compilers take UTF-8 in strings.
            (Format::Header, c) => out.push(c),
            (Format::Properties, c) if !c.is_ascii() || c.is_ascii_control() => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
            (_, c) if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            (_, c) => out.push(c),
        }
    }
}
