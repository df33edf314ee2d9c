//! What a project says about its list of devices: the file, and what the columns hold.
//!
//! `/inventory/file` is the path relative to the project, `/inventory/columns` maps headers to the words of
//! [`Role`]. The command line and the window read both here, so that a mapped column means the same to both.

use super::Role;
use super::check::nearest;
use crate::base::json::Node;
use crate::fleet::FleetFile;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Address of the section in a project.
pub const SECTION: &str = "/inventory";
/// Address of the path of the list in a project.
pub const FILE: &str = "/inventory/file";
/// Address of the mapping of columns in a project.
pub const COLUMNS: &str = "/inventory/columns";

/// The list that a project names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Path as the project writes it, relative to the project.
    pub file: String,
    /// What the user says that columns hold, by header.
    pub roles: Vec<(String, Role)>,
}

/// Why what a project says about its list cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "The project says that column `{header}` holds `{word}`, which is nothing a column can hold, so the list of \
     devices was not read. {}Correct it below `{COLUMNS}`",
    near.map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default()
)]
pub struct NamedError {
    /// Header of the column.
    pub header: String,
    /// The word in question.
    pub word: String,
    /// A word that is written nearly like it.
    pub near: Option<&'static str>,
}

impl Named {
    /// Returns the list that a project names, `None` where it names none.
    ///
    /// # Errors
    /// [`NamedError`] where a word in the mapping of columns is not known.
    pub fn of(project: &FleetFile) -> Result<Option<Self>, NamedError> {
        let tree = project.tree();
        let Some(file) = tree.get(FILE).and_then(Node::as_str) else { return Ok(None) };
        let members = tree.get(COLUMNS).map(Node::members).unwrap_or_default();
        let roles = members.iter().map(|member| {
            let word = member.value.as_str().unwrap_or_default();
            let header = member.key.to_string();
            Role::from_word(word).map(|role| (header.clone(), role)).ok_or_else(|| NamedError {
                header,
                word: word.to_owned(),
                near: near(word),
            })
        });
        Ok(Some(Self { file: file.to_owned(), roles: roles.collect::<Result<_, _>>()? }))
    }

    /// Returns the path of the list of a project that lies in this file.
    pub fn path(&self, project: &Path) -> PathBuf {
        project.parent().unwrap_or_else(|| Path::new("")).join(&self.file)
    }
}

/// Returns the word of a role that is written nearly like this one.
fn near(word: &str) -> Option<&'static str> {
    let plain = Role::SINGLE.into_iter().chain([Role::Secret, Role::Variable]).map(Role::word);
    let words: Vec<&'static str> = plain.chain(super::columns::keys().map(|setting| setting.key)).collect();
    nearest(word, words.iter().copied()).and_then(|found| words.iter().copied().find(|known| *known == found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(section: &str) -> Result<Option<Named>, NamedError> {
        let text = format!(r#"{{"regather": 1, "name": "a", "groups": {{}}{section}}}"#);
        Named::of(&FleetFile::parse(&text).unwrap())
    }

    #[test]
    fn file_and_columns_are_read() {
        assert_eq!(named(""), Ok(None));
        let section =
            r#", "inventory": {"file": "a.csv", "columns": {"Label": "thing", "Pause": "ping_rate"}}"#;
        let found = named(section).unwrap().unwrap();
        let roles = [("Label".to_owned(), Role::Thing), ("Pause".to_owned(), Role::Setting("ping_rate"))];
        assert_eq!((found.file.as_str(), found.roles.as_slice()), ("a.csv", roles.as_slice()));
        assert_eq!(found.path(Path::new("plant/fleet.json")), Path::new("plant/a.csv"));
    }

    #[test]
    fn a_word_that_is_no_role_is_said_with_the_nearest_one() {
        let wrong = named(r#", "inventory": {"file": "a.csv", "columns": {"Label": "thingg"}}"#).unwrap_err();
        assert!(wrong.to_string().contains("Did you mean `thing`?"), "{wrong}");
    }
}
