//! Templates for paths, and what a path must be so that it is the same file on every system.
//!
//! Names of devices come from lists that people keep: they may hold slashes, dots, colons, or be called
//! `aux`. A value fills exactly one part of a path and can never lead out of it, and whatever Windows,
//! macOS or Linux would refuse or read differently is refused here for all of them.

use super::item::Devices;
use crate::config::secret::is_secret_name;
use thiserror::Error;

/// Longest part of a path \[bytes\].
pub const MAX_PART: usize = 255;

/// Longest path \[bytes\]; the strictest system takes 1024.
pub const MAX_PATH: usize = 1000;

/// Variables that every file has.
const ALWAYS: [&str; 4] = ["group", "group_name", "kind", "file"];

/// What is wrong with a path or a template.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// A placeholder names no variable.
    #[error("{{{name}}} is no variable{hint}. Known are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Why, where it is known.
        hint: &'static str,
        /// What there is.
        known: String,
    },
    /// A brace has no partner.
    #[error("a brace has no partner in `{0}`. Write variables as {{name}}")]
    Brace(String),
    /// A secret would become the name of a file.
    #[error("{{{0}}} holds a secret or leads to one. Use another variable")]
    Secret(String),
    /// It does not contain the name of the file.
    #[error("`{0}` does not contain {{file}}, so all files of a device would share a path. Add it")]
    NoFile(String),
    /// A variable has no value here.
    #[error("the variable {{{0}}} has no value. Add it to the inventory, or use another one")]
    NoValue(String),
    /// The path starts at the root, or at a drive.
    #[error("`{0}` is not relative, so it could replace files anywhere. Take the first sign away")]
    Absolute(String),
    /// A part is empty, `.` or `..`.
    #[error("a part of it is empty or made of dots, which leads elsewhere: `{0}`. Choose a name")]
    Dots(String),
    /// A sign that some system does not take in a name.
    #[error("the name holds {sign}, which not every system takes in file names: `{part}`. Rename it")]
    Sign {
        /// The sign, in words or itself.
        sign: String,
        /// The part.
        part: String,
    },
    /// A name that is a device on Windows.
    #[error("Windows keeps the name for itself: `{0}`. Rename it")]
    Reserved(String),
    /// A part or the whole is too long.
    #[error("it has {bytes} bytes, at most {limit} are possible on every system: `{start}…`. Shorten it")]
    TooLong {
        /// Its length \[bytes\].
        bytes: usize,
        /// The limit \[bytes\].
        limit: usize,
        /// Its first signs.
        start: String,
    },
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(String),
}

/// A path with variables, such as `{group}/{thing}/{file}`; `${thing}` is the same as `{thing}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTemplate(Vec<Vec<Piece>>);

impl PathTemplate {
    /// Reads a template; parts are separated by `/`.
    ///
    /// # Errors
    /// [`PathError`] for braces without partner, names of secrets, absolute paths, `..`, and a template without
    /// `{file}`. Whether the variables exist is known when devices are.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.starts_with(['/', '\\']) {
            return Err(PathError::Absolute(text.into()));
        }
        let parts: Vec<Vec<Piece>> = text.split('/').map(pieces).collect::<Result<_, _>>()?;
        for part in &parts {
            if let [] | [Piece::Text(_)] = part.as_slice() {
                let text = part.iter().find_map(|piece| match piece {
                    Piece::Text(text) => Some(text.as_str()),
                    Piece::Variable(_) => None,
                });
                check_part(text.unwrap_or_default())?;
            }
        }
        let template = Self(parts);
        if let Some(name) = template.variables().find(|name| is_secret_name(name)) {
            return Err(PathError::Secret(name.into()));
        }
        if template.variables().all(|name| name != "file") {
            return Err(PathError::NoFile(text.into()));
        }
        Ok(template)
    }

    /// Returns the template of one variable per part.
    pub(super) fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| vec![Piece::Variable((*name).into())]).collect())
    }

    fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// Checks that every variable exists.
    pub(super) fn check(&self, devices: &dyn Devices) -> Result<(), PathError> {
        let mut known: Vec<&str> = ALWAYS.to_vec();
        known.extend(devices.columns().into_iter().filter(|name| !ALWAYS.contains(name)));
        match self.variables().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => Err(PathError::Unknown {
                name: name.into(),
                hint: if devices.count() == 0 { ", and there is no inventory" } else { "" },
                known: known.join(", "),
            }),
        }
    }

    /// Returns the path with the values filled in, separated by `/` on every system.
    pub(super) fn fill<'a>(&self, value: &dyn Fn(&str) -> Option<&'a str>) -> Result<String, PathError> {
        let mut path = String::new();
        for part in &self.0 {
            if !path.is_empty() {
                path.push('/');
            }
            let start = path.len();
            for piece in part {
                path.push_str(match piece {
                    Piece::Text(text) => text,
                    Piece::Variable(name) => value(name).ok_or_else(|| PathError::NoValue(name.clone()))?,
                });
            }
            check_part(&path[start..])?;
        }
        if path.len() > MAX_PATH {
            return Err(too_long(&path, MAX_PATH));
        }
        Ok(path)
    }
}

/// Cuts a part of a template into pieces.
fn pieces(part: &str) -> Result<Vec<Piece>, PathError> {
    let lonely = || PathError::Brace(part.into());
    let mut pieces = Vec::new();
    let mut rest = part;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').ok_or_else(lonely)? + open;
        let (text, name) = (&rest[..open], &rest[open + 1..close]);
        if text.contains('}') || name.contains('{') || name.is_empty() {
            return Err(lonely());
        }
        // Texts write `${thing}`; who writes it here means the same.
        let text = text.strip_suffix('$').unwrap_or(text);
        if !text.is_empty() {
            pieces.push(Piece::Text(text.into()));
        }
        pieces.push(Piece::Variable(name.into()));
        rest = &rest[close + 1..];
    }
    if rest.contains('}') {
        return Err(lonely());
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.into()));
    }
    Ok(pieces)
}

fn too_long(text: &str, limit: usize) -> PathError {
    PathError::TooLong { bytes: text.len(), limit, start: text.chars().take(40).collect() }
}

/// Checks that a name is one plain part of a path on Windows, macOS and Linux alike.
pub(super) fn check_part(part: &str) -> Result<(), PathError> {
    if part.chars().all(|c| c == '.') {
        return Err(PathError::Dots(part.into()));
    }
    if part.len() > MAX_PART {
        return Err(too_long(part, MAX_PART));
    }
    let sign = |sign: &str| PathError::Sign { sign: sign.into(), part: part.escape_debug().to_string() };
    for c in part.chars() {
        match c {
            '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\\' | '/' => {
                return Err(sign(&format!("\u{201c}{c}\u{201d}")));
            }
            c if c.is_control() => return Err(sign("a control character")),
            // Invisible, or turns the reading direction: two such names look alike.
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {
                return Err(sign("an invisible character"));
            }
            // macOS joins a letter with its accent, other systems keep them apart.
            '\u{0300}'..='\u{036F}' | '\u{1100}'..='\u{11FF}' => {
                return Err(sign("a letter made of several characters"));
            }
            _ => {}
        }
    }
    if part.ends_with(['.', ' ']) || part.starts_with(' ') {
        return Err(sign("a space at its edge or a dot at its end"));
    }
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let port = numbered.is_some_and(|n| {
        matches!(n, "\u{b9}" | "\u{b2}" | "\u{b3}") || (n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    });
    if port || matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return Err(PathError::Reserved(part.into()));
    }
    Ok(())
}

/// Returns what is equal for two paths that some system takes for one; `/` sorts before every other sign.
pub(super) fn folded(path: &str) -> String {
    path.chars()
        .map(|c| if c == '/' { '\0' } else { c })
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}
