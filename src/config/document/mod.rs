//! Files that agents read, as documents that keep every byte they are not told to change.
//!
//! Three formats stand behind one type: JSON, Java properties, and fragments of C that set the SDK's
//! configuration. A [`Document`] is its text and an index into it; reading goes by path, an edit replaces the
//! bytes of one value and reads the result again. Comments, order, unknown keys, line ends and the way numbers
//! are written survive, and every value has a line and a column.
//!
//! Not here: which files and keys an agent has, what they mean, and where files are on a disk. Beside the
//! documents stand the difference of two texts for previews ([`diff`]) and the question whether a number was
//! given in the wrong unit ([`suspicion`](crate::fleet::settings::suspicion)).

pub mod diff;
mod error;
mod flat;
mod header;
mod json;
mod path;
mod properties;
#[cfg(test)]
mod tests;
mod value;

pub use error::EditError;
pub use value::{Entry, Scalar};

use crate::base::Finding;
use crate::base::file::MAX_PROJECT_BYTES;
use crate::base::json::Tree;
use crate::base::units;
use flat::Flat;
use std::sync::Arc;

/// Largest file of an agent that is read \[bytes\]; real ones have a few thousand.
pub const MAX_AGENT_FILE_BYTES: usize = MAX_PROJECT_BYTES as usize;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// JSON; comments and trailing commas are accepted.
    Json,
    /// A Java properties file.
    Properties,
    /// A fragment of C that sets fields of a configuration.
    Header,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Properties, Self::Header];

    /// Returns what a file of this format is called in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Json => "a JSON file",
            Self::Properties => "a properties file",
            Self::Header => "a C header",
        }
    }
}

/// A file of an agent: immutable and cheap to clone; every edit returns a new one.
///
/// Paths are names joined by `/`, with `~1` for a slash and `~0` for a tilde in a name. In a properties file a
/// `/` stands for the dot of its key; in a header the path is the field, or the name of a `#define`.
#[derive(Clone, Debug)]
pub struct Document {
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Json(Tree),
    Flat(Arc<Flat>),
}

impl PartialEq for Document {
    /// Two documents are equal when their formats and texts are.
    fn eq(&self, other: &Self) -> bool {
        self.format() == other.format() && self.text() == other.text()
    }
}

impl Eq for Document {}

impl Document {
    /// Returns the document with this text; a byte order mark and every kind of line end are kept.
    ///
    /// # Errors
    /// One finding with line and column: `A001` larger than [`MAX_AGENT_FILE_BYTES`]; JSON: `F001` no JSON,
    /// `F002` nested too deep, `A002` no object; a header with an open comment or text: `A003`; a properties
    /// file with a broken escape: `A004`. Repeated keys are no error here, see [`Self::duplicates`].
    pub fn parse(format: Format, text: impl Into<Arc<str>>) -> Result<Self, Finding> {
        let text = text.into();
        if text.len() > MAX_AGENT_FILE_BYTES {
            return Err(too_large(text.len()));
        }
        let body = match format {
            Format::Json => Body::Json(json::parse(text)?),
            _ => Body::Flat(Arc::new(Flat::parse(format, text)?)),
        };
        Ok(Self { body })
    }

    /// Returns a new file; the lines of `intro` become comments, except in JSON, which has none.
    pub fn empty(format: Format, intro: &[&str]) -> Self {
        let text = match format {
            Format::Json => "{}\n".to_owned(),
            Format::Properties => properties::empty(intro),
            Format::Header => header::empty(intro),
        };
        // Comments are always readable; should one not be, the file goes without.
        let plain = || if format == Format::Json { "{}\n" } else { "" };
        let parsed = Self::parse(format, text).or_else(|_| Self::parse(format, plain()));
        parsed.unwrap_or_else(|_| Self { body: Body::Flat(Arc::new(Flat::blank(format))) })
    }

    /// Returns the format.
    pub fn format(&self) -> Format {
        match &self.body {
            Body::Json(_) => Format::Json,
            Body::Flat(flat) => flat.format,
        }
    }

    /// Returns the text, byte for byte what was read or edited.
    pub fn text(&self) -> &str {
        match &self.body {
            Body::Json(tree) => tree.text(),
            Body::Flat(flat) => &flat.text,
        }
    }

    /// Returns what stands at a path, the last one where it is repeated; objects and lists as [`Scalar::Other`].
    pub fn get(&self, path: &str) -> Option<Entry<'_>> {
        match &self.body {
            Body::Json(tree) => json::get(tree, path),
            Body::Flat(flat) => flat.get(path),
        }
    }

    /// Returns every value with its path in the order of the file: elements of lists by their number, repeated
    /// keys every time; not what has only members (objects, values in braces) or no value at all.
    pub fn keys(&self) -> Vec<(String, Entry<'_>)> {
        match &self.body {
            Body::Json(tree) => json::keys(tree),
            Body::Flat(flat) => flat.keys(),
        }
    }

    /// Writes a value at a path and returns the new document.
    ///
    /// Only the bytes of the value change, and none where it stands there already (`1e4` stays when 10000 is
    /// set). Quotes around a number, its notation in C (hexadecimal, suffix, parentheses) and the case of
    /// `True` stay. A missing key comes last, written as its surroundings are; in JSON missing objects on the
    /// way are created. Of a key that a properties file repeats, the last one is written, as Java reads it.
    ///
    /// # Errors
    /// See [`EditError`]; the document itself never changes.
    pub fn set(&self, path: &str, value: &Scalar) -> Result<Self, EditError> {
        if matches!(value, Scalar::Number(number) if !number.is_finite()) {
            let (format, what) = (self.format().label(), "a number that is not finite");
            return Err(EditError::BadValue { format, what, path: path.into() });
        }
        let new = match &self.body {
            Body::Json(tree) => json::set(tree, path, value)?.map(Body::Json),
            Body::Flat(flat) => flat.set(path, value)?.map(|flat| Body::Flat(Arc::new(flat))),
        };
        let Some(body) = new else { return Ok(self.clone()) };
        let new = Self { body };
        if new.text().len() > MAX_AGENT_FILE_BYTES {
            let reason = too_large(new.text().len()).what;
            return Err(EditError::Unreadable { reason, path: path.into() });
        }
        Ok(new)
    }

    /// Removes a key with its line, everywhere where a properties file repeats it, and returns the new document.
    ///
    /// A comment behind it in its line goes with it where the line holds nothing else; those above it stay.
    ///
    /// # Errors
    /// See [`EditError`]; the document itself never changes.
    pub fn remove(&self, path: &str) -> Result<Self, EditError> {
        let body = match &self.body {
            Body::Json(tree) => Body::Json(json::remove(tree, path)?),
            Body::Flat(flat) => Body::Flat(Arc::new(flat.remove(path)?)),
        };
        Ok(Self { body })
    }

    /// Returns a finding for each repetition of a key, at its later place: `F003`, an error, in JSON, and
    /// `A005`, a warning, elsewhere. After 100 the others are counted in one last finding.
    pub fn duplicates(&self) -> Vec<Finding> {
        match &self.body {
            Body::Json(tree) => tree.duplicates(),
            Body::Flat(flat) => flat.duplicates(),
        }
    }

    /// Returns [`Self::duplicates`] and what a device may read otherwise than an editor shows it: a byte order
    /// mark (`A006`) and characters outside ASCII (`A007`) in a properties file.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.duplicates();
        if let Body::Flat(flat) = &self.body
            && flat.format == Format::Properties
        {
            findings.extend(properties::findings(flat));
        }
        findings
    }
}

/// Returns the finding of a file that is larger than any agent's.
fn too_large(length: usize) -> Finding {
    let (length, limit) = (units::count(length as u64), units::count(MAX_AGENT_FILE_BYTES as u64));
    Finding::error("A001", "", format!("The file has {length} bytes; read are at most {limit}."))
        .why("Files of agents have a few thousand bytes, so this is another file.")
        .fix("Check whether this is the file you meant.")
        .at(1, 1)
}
