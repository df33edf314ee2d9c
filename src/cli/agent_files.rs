//! What commands about agents' files share: the mapping, and what devices have now.

use super::error::CommandError;
use super::source::Project;
use crate::base::file::{self, MAX_PROJECT_BYTES};
use crate::base::json::Tree;
use crate::config::Mapping;
use crate::fleet::AgentKind;
use std::ffi::OsStr;
use std::path::Path;

/// Returns the mapping of a file, or else that of a project.
///
/// # Errors
/// Where it cannot be read or understood: a value would go to the wrong place.
pub fn mapping(file: Option<&OsStr>, project: Option<&Project>) -> Result<Mapping, CommandError> {
    let ((mapping, findings), shown) = match (file, project) {
        (Some(path), _) => {
            let text = file::read_text(Path::new(path), MAX_PROJECT_BYTES);
            let text = text.map_err(|error| CommandError::reading(&error))?;
            let shown = path.to_string_lossy().into_owned();
            let tree = Tree::parse(text.as_str()).map_err(|finding| {
                CommandError::input("The mapping is not JSON.").findings(&shown, vec![finding])
            })?;
            (Mapping::read(&tree, ""), shown)
        }
        (None, Some(project)) => {
            (Mapping::read(project.file.tree(), Mapping::ADDRESS), project.shown.clone())
        }
        (None, None) => return Ok(Mapping::default()),
    };
    if findings.is_empty() {
        return Ok(mapping);
    }
    Err(CommandError::input("The mapping of keys is not understood, so nothing was done.")
        .findings(&shown, findings))
}

/// Returns the agent kind with this word.
///
/// # Errors
/// A usage error that lists the words.
pub fn kind_of(word: &str) -> Result<AgentKind, CommandError> {
    AgentKind::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = AgentKind::ALL.iter().map(|kind| kind.word()).collect();
        CommandError::usage(format!("There is no agent kind `{word}`."))
            .did_you_mean(word, words.iter().copied())
            .hint(format!("The kinds are {}.", words.join(", ")))
    })
}
