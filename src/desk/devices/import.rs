//! A table that is looked at before it is taken.

use super::TEXT_AT_ONCE;
use super::task::Task;
use crate::desk::env::Wake;
use crate::fleet::inventory::{
    Column, ColumnError, Columns, Groups, Import, ImportError, Options, Role, read,
};
use std::fmt;
use std::sync::Arc;

/// A table that is looked at.
pub struct Pending {
    /// Where it came from: a file's name, or `clipboard`.
    pub name: String,
    /// Its columns and what they hold, as proposed or as the user said; empty while nothing is known.
    pub columns: Vec<Column>,
    /// What was read: the devices and what is wrong, or why no line can be taken. `None` while it is read.
    pub read: Option<Result<Import, String>>,
}

impl fmt::Debug for Pending {
    /// Writes the name only: bad rows may hold a key in the clear.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A table that is read, again for every change of what its columns hold.
pub(in crate::desk) struct Importing {
    pub(in crate::desk) pending: Pending,
    text: Arc<str>,
    groups: Groups,
    /// What the user says that columns hold.
    roles: Vec<(String, Role)>,
    task: Task<Result<Import, ImportError>>,
}

impl Importing {
    /// Begins to read a table.
    pub(in crate::desk) fn new(name: String, text: String, groups: Groups, wake: &Wake) -> Self {
        let pending = Pending { name, columns: Vec::new(), read: None };
        let mut importing =
            Self { pending, text: text.into(), groups, roles: Vec::new(), task: Task::default() };
        importing.start(wake);
        importing
    }

    fn start(&mut self, wake: &Wake) {
        let (text, roles, groups) = (Arc::clone(&self.text), self.roles.clone(), self.groups.clone());
        self.task.order(wake, text.len() <= TEXT_AT_ONCE, move || {
            read(&text, &Options { separator: None, roles: &roles, groups: Some(&groups) })
        });
    }

    /// Says what a column holds; another column that held it becomes a variable.
    pub(in crate::desk) fn map(&mut self, header: &str, role: Role, wake: &Wake) {
        let many = matches!(role, Role::Secret | Role::Variable);
        let others: Vec<String> = self
            .pending
            .columns
            .iter()
            .filter(|column| !many && column.role == role && column.header != header)
            .map(|column| column.header.clone())
            .collect();
        for other in others {
            self.give(&other, Role::Variable);
        }
        self.give(header, role);
        self.start(wake);
    }

    fn give(&mut self, header: &str, role: Role) {
        self.roles.retain(|(known, _)| known != header);
        self.roles.push((header.to_owned(), role));
        if let Some(column) = self.pending.columns.iter_mut().find(|column| column.header == header) {
            column.role = role;
        }
    }

    /// Returns what columns hold where that differs from what is proposed: what a project has to remember.
    pub(in crate::desk) fn mapping(&self) -> Vec<(String, Role)> {
        let headers = self.pending.columns.iter().map(|column| column.header.as_str());
        let proposed = Columns::propose(headers);
        let said = self.pending.columns.iter().zip(proposed.all());
        said.filter(|(said, proposed)| said.role != proposed.role)
            .map(|(said, _)| (said.header.clone(), said.role))
            .collect()
    }

    /// Returns whether there are lines that are no devices.
    pub(in crate::desk) fn has_bad_lines(&self) -> bool {
        matches!(&self.pending.read, Some(Ok(import)) if import.bad_rows > 0)
    }

    /// Takes in what was read.
    pub(in crate::desk) fn take(&mut self, wake: &Wake) {
        let result = self.task.take(wake);
        self.took(result);
    }

    /// Waits for what is being read.
    pub(in crate::desk) fn wait(&mut self, wake: &Wake) {
        let result = self.task.wait(wake);
        self.took(result);
    }

    fn took(&mut self, result: Option<Result<Import, ImportError>>) {
        let Some(result) = result else { return };
        match &result {
            Ok(import) => self.pending.columns = import.inventory.columns().all().to_vec(),
            // The columns are there, only nobody knows yet which one holds the names.
            Err(ImportError::Columns(ColumnError::NoThing(headers))) => {
                let columns = Columns::propose(headers.iter().map(String::as_str));
                let columns = columns.clone().mapped(&self.roles).unwrap_or(columns);
                self.pending.columns = columns.all().to_vec();
            }
            Err(_) => {}
        }
        self.pending.read = Some(result.map_err(|error| error.to_string()));
    }
}
