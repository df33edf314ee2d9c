//! What can be wrong with the fields of a device, as sentences.
//!
//! One set of rules for import, for a later look (groups change in the project) and for bulk edits. A
//! value that may be a secret is never repeated: neither in the column of the application key nor where
//! something that looks like a key stands in another column.

mod key;
mod names;
mod value;

pub use key::KeyReference;
pub(super) use names::Names;
pub(super) use value::{number, own_value};

use super::Groups;
use super::columns::{Columns, Role};
use crate::base::units::count;
use crate::base::{Finding, Severity};
use crate::fleet::AgentKind;
use std::borrow::Cow;

/// Characters of a value that a sentence shows.
const SHOWN: usize = 60;
/// Longest thing name \[bytes\]: what file systems take as the name of one file.
const LONGEST_NAME: usize = 255;
/// First port that the C SDK cannot use: it keeps ports in 16 bits with a sign.
const FIRST_PORT_BEYOND: u16 = 32_768;

/// Something wrong, or worth knowing, in one row.
#[derive(Clone, Debug, PartialEq)]
pub struct BadRow {
    /// Line in the file at which the record begins, counted from 1.
    pub line: usize,
    /// Header of the column, where one column is to blame.
    pub column: Option<String>,
    /// Errors keep the row from being taken, warnings do not.
    pub severity: Severity,
    /// Stable code, `I001` …
    pub code: &'static str,
    /// What is wrong; a secret is never repeated.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub fix: String,
}

impl BadRow {
    /// Returns it as a finding about a file, with its line.
    pub fn finding(&self) -> Finding {
        let place = |header| format!("Column `{}`: ", shown(header));
        let what = format!("{}{}", self.column.as_deref().map(place).unwrap_or_default(), self.what);
        Finding::new(self.severity, self.code, "", what)
            .why(self.why.clone())
            .fix(self.fix.clone())
            .at(self.line, 1)
    }
}

/// The same without its line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub severity: Severity,
    pub code: &'static str,
    pub column: Option<usize>,
    pub what: String,
    pub why: &'static str,
    pub fix: String,
}

impl Fault {
    pub(super) fn error(code: &'static str, what: impl Into<String>, why: &'static str) -> Self {
        Self { severity: Severity::Error, code, column: None, what: what.into(), why, fix: String::new() }
    }

    fn warning(code: &'static str, what: impl Into<String>, why: &'static str) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, what, why) }
    }

    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    pub(super) fn on(mut self, column: usize) -> Self {
        self.column = Some(column);
        self
    }

    pub(super) fn at(self, line: usize, columns: &Columns) -> BadRow {
        let column = self.column.and_then(|at| columns.all().get(at)).map(|column| column.header.clone());
        let Self { severity, code, what, why, fix, .. } = self;
        BadRow { line, column, severity, code, what, why: why.to_owned(), fix }
    }
}

/// Returns a text as a sentence can show it: short, and without characters that move the cursor.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    if text.chars().take(SHOWN + 1).all(|c| !c.is_control()) && text.chars().nth(SHOWN).is_none() {
        return Cow::Borrowed(text);
    }
    let plain = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut short: String = plain.take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    Cow::Owned(short)
}

/// Returns a value for a sentence, or three dots for what may be a key that slipped into another column.
fn guarded(text: &str) -> Cow<'_, str> {
    let body = text.chars().filter(|c| *c != '-').count();
    let hex = text.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
    let mixed = text.chars().any(|c| c.is_ascii_digit()) && text.chars().any(|c| c.is_ascii_uppercase());
    let base64 = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_'));
    let key_like = (body >= 16 && hex) || (body >= 20 && base64 && mixed);
    if key_like { Cow::Borrowed("…") } else { shown(text) }
}

/// Returns the known name that is at most a third of its letters away, or the same in another case.
pub(super) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower: String = name.chars().take(256).collect::<String>().to_lowercase();
    known
        .into_iter()
        .filter(|known| known.len() <= 256)
        .map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= known.chars().count() / 3)
        .min()
        .map(|(_, known)| known)
}

/// Checks the fields of one record; `raw` are its values without quotes, one for each column.
pub(super) fn row(
    columns: &Columns,
    values: &[Cow<'_, str>],
    groups: Option<&Groups>,
    report: &mut dyn FnMut(Fault),
) {
    let kind = columns.with_role(Role::Group).and_then(|at| groups?.kind(values.get(at)?.trim()));
    for (at, (column, value)) in columns.all().iter().zip(values).enumerate() {
        let fault = match column.role {
            Role::Thing => thing(value),
            Role::Group => groups.and_then(|groups| group(value.trim(), groups)),
            Role::Host => host(value.trim()),
            Role::Port => port(value.trim(), kind),
            Role::Key | Role::Secret => key(value.trim()),
            Role::Setting(key) => match value.trim() {
                "" => None,
                text => value::own_setting(key, text, kind),
            },
            Role::Site | Role::Variable => None,
        };
        if let Some(fault) = fault {
            report(fault.on(at));
        }
    }
}

/// Checks a thing name: agent files, folders and archives are named after it on every system.
pub(super) fn thing(name: &str) -> Option<Fault> {
    const WHY: &str = "The files of a device are named after it, on Windows, macOS and Linux.";
    if name.trim().is_empty() {
        let why = "A device is known by the name of its thing; without one it cannot be configured.";
        return Some(
            Fault::error("I003", "The thing name is missing.", why)
                .fix("Give it a name, or delete the line."),
        );
    }
    let forbidden = |c: char| c.is_control() || r#"<>:"/\|?*"#.contains(c);
    let fault =
        |what: String| Some(Fault::error("I006", what, WHY).fix("Rename the thing, or delete the line."));
    if let Some(c) = name.chars().find(|c| forbidden(*c)) {
        let c = if c.is_control() {
            format!("the control character U+{:04X}", u32::from(c))
        } else {
            format!("`{c}`")
        };
        return fault(format!("`{}` contains {c}, which no file name can.", shown(name)));
    }
    if name.split('.').all(str::is_empty) {
        return fault(format!("`{name}` names a folder, not a file."));
    }
    if name.ends_with(['.', ' ']) || name.starts_with(' ') {
        let end = if name.starts_with(' ') {
            "begins with a space"
        } else if name.ends_with('.') {
            "ends with a dot"
        } else {
            "ends with a space"
        };
        return fault(format!("`{}` {end}, which file systems drop.", shown(name)));
    }
    if is_reserved(name) {
        return fault(format!("`{}` is the name of a device port on Windows.", shown(name)));
    }
    if name.len() > LONGEST_NAME {
        return fault(format!(
            "`{}` is {} bytes long, more than the {LONGEST_NAME} of a file name.",
            shown(name),
            count(name.len() as u64)
        ));
    }
    None
}

/// Returns whether Windows keeps a file name for itself, with any extension.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|digit| {
            let mut digits = digit.chars();
            matches!(digits.next(), Some('1'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT")
}

/// Checks a group id.
fn group(id: &str, groups: &Groups) -> Option<Fault> {
    if id.is_empty() || groups.contains(id) {
        return None;
    }
    let why = "Settings and numbers of devices are kept by group; this device would belong to none.";
    let fix = match groups.nearest(id) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Use one of {}, leave it empty, or add the group to the project.", groups.list()),
    };
    Some(Fault::error("I009", format!("There is no group `{}`.", guarded(id)), why).fix(fix))
}

/// Checks a host name or address.
fn host(host: &str) -> Option<Fault> {
    let bad = host.chars().find(|c| c.is_whitespace() || c.is_control())?;
    let what = format!("The host contains the character U+{:04X}.", u32::from(bad));
    let why = "A host name or an address has neither blanks nor control characters.";
    Some(Fault::error("I014", what, why).fix("Write it like `twx.example.com`."))
}

/// Checks a port.
fn port(text: &str, kind: Option<AgentKind>) -> Option<Fault> {
    if text.is_empty() {
        return None;
    }
    let Some(port) = parse_port(text) else {
        let what = if text.len() <= 8 {
            format!("`{}` is no port.", shown(text))
        } else {
            "The value is no port.".to_owned()
        };
        let why = "A port is a whole number from 1 to 65\u{2009}535.";
        return Some(Fault::error("I007", what, why).fix("Give the platform's port, for example 443."));
    };
    let kind = kind.filter(|kind| kind.is_c_sdk_family() && port >= FIRST_PORT_BEYOND)?;
    let what = format!("{} cannot connect to port {port}.", kind.label());
    let why = "The C SDK keeps the port in 16 bits with a sign, so 32\u{2009}768 and above become negative.";
    Some(Fault::warning("I008", what, why).fix("Let the platform listen on a port below 32\u{2009}768 too."))
}

/// Returns the port that a text names.
pub(super) fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

/// Checks a reference to a secret; whatever else stands there is not repeated.
fn key(text: &str) -> Option<Fault> {
    if text.is_empty() || KeyReference::parse(text).is_some() {
        return None;
    }
    let what = "This is no reference, so it is taken for the secret itself and not shown.";
    let why = "Keys and passwords stand in no file of a project: whoever gets the file could sign in.";
    let fix = "Refer to it: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`.";
    Some(Fault::error("I010", what, why).fix(fix))
}
