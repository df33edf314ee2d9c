//! The file of a project's list: reading it, and what is known of it.

use super::TEXT_AT_ONCE;
use super::task::Task;
use crate::base::file;
use crate::desk::env::Wake;
use crate::desk::saved::{Digest, Foreign};
use crate::fleet::FleetFile;
use crate::fleet::inventory::{Groups, Import, MAX_BYTES, Options, Role, read};
use std::path::{Path, PathBuf};

/// What was read from a list's file.
pub(in crate::desk) struct Loaded {
    pub(in crate::desk) path: PathBuf,
    /// The table and the digest of its text, or what went wrong in a sentence.
    pub(in crate::desk) result: Result<(Box<Import>, Digest), String>,
}

/// What is known of the file of a list.
#[derive(Default)]
pub(in crate::desk) struct Source {
    /// The file that was read or written last.
    pub(in crate::desk) path: Option<PathBuf>,
    /// Digest of what was read from it or written to it.
    pub(in crate::desk) digest: Option<Digest>,
    /// What another program wrote into it, where the user was told.
    pub(in crate::desk) foreign: Option<Foreign>,
    /// Whether there are lines in it that are no devices.
    pub(in crate::desk) bad_lines: bool,
    task: Task<Loaded>,
}

impl Source {
    /// Returns whether the file is being read.
    pub(in crate::desk) fn busy(&self) -> bool {
        self.task.busy()
    }

    /// Orders the file to be read.
    pub(in crate::desk) fn read(
        &mut self,
        path: PathBuf,
        roles: Vec<(String, Role)>,
        file: &FleetFile,
        wake: &Wake,
    ) {
        let text = file::read_text(&path, MAX_BYTES);
        let groups = Groups::of(&file.view(None));
        let at_once = text.as_ref().map_or(true, |text| text.len() <= TEXT_AT_ONCE);
        self.task.order(wake, at_once, move || {
            let result = text.map_err(|error| error.to_string()).and_then(|text| {
                let options = Options { roles: &roles, groups: Some(&groups), ..Options::default() };
                let import = read(&text, &options).map_err(|error| format!("{error}: {}", shown(&path)))?;
                Ok((Box::new(import), Digest::of(&text)))
            });
            Loaded { path, result }
        });
    }

    /// Gives up reading.
    pub(in crate::desk) fn forget(&mut self) {
        self.task.forget();
    }

    /// Returns what was read, once.
    pub(in crate::desk) fn take(&mut self, wake: &Wake) -> Option<Loaded> {
        self.task.take(wake)
    }

    /// Waits for what is being read.
    pub(in crate::desk) fn wait(&mut self, wake: &Wake) -> Option<Loaded> {
        self.task.wait(wake)
    }
}

fn shown(path: &Path) -> String {
    format!("`{}`", path.display())
}
