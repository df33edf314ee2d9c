//! The files of a roll-out: its plan, and beside it the journal under the same name with the end `db`.

use super::reach::wall_ms;
use crate::base::file::{Access, AtomicFile};
use crate::base::units;
use crate::desk::Desk;
use crate::push::journal::{Journal, JournalError};
use crate::push::plan::{Plan, PlanError};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Ending of a journal.
const ENDING: &str = "db";

/// A roll-out by its plan, or by its journal alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    path: PathBuf,
}

/// Why the files of a roll-out cannot be used together.
#[derive(Debug, Error)]
pub enum PlaceError {
    /// There is no journal.
    #[error("Nobody approved or started this plan yet: {}.", plan.display())]
    NotBegun {
        /// The plan.
        plan: PathBuf,
    },
    /// There is neither a plan nor a journal.
    #[error("There is no such plan, and no journal beside it: {}.", path.display())]
    Missing {
        /// What was named.
        path: PathBuf,
    },
    /// The plan was made anew since.
    #[error(
        "The journal beside the plan is that of another plan ({known} and not {named}), so nothing was done: {}.",
        journal.display()
    )]
    OtherPlan {
        /// Name of the journal's plan.
        known: String,
        /// Name of the plan.
        named: String,
        /// The journal.
        journal: PathBuf,
    },
    /// The plan.
    #[error("{0}")]
    Plan(#[from] PlanError),
    /// The journal.
    #[error("{0}")]
    Journal(#[from] JournalError),
}

impl Place {
    /// Returns the roll-out of a plan, or of a journal.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Returns the file that was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns where the journal stands.
    pub fn journal(&self) -> PathBuf {
        self.path.with_extension(ENDING)
    }

    /// Returns the plan: that of the journal where there is one, which a plan beside it must be.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn plan(&self) -> Result<Plan, PlaceError> {
        if self.journal().exists() { Ok(self.open()?.plan()?) } else { Ok(Plan::read(&self.path)?) }
    }

    /// Opens the journal of a roll-out that somebody approved or started.
    ///
    /// # Errors
    /// Where there is none, or it belongs to another plan than the one named.
    pub fn open(&self) -> Result<Journal, PlaceError> {
        let path = self.journal();
        if !path.exists() {
            let plan = self.path.clone();
            let begun = if plan.exists() {
                PlaceError::NotBegun { plan }
            } else {
                PlaceError::Missing { path: plan }
            };
            return Err(begun);
        }
        let journal = Journal::open(&path)?;
        if self.path != path && self.path.exists() {
            self.same(&journal)?;
        }
        Ok(journal)
    }

    /// Refuses a plan that was made anew since.
    fn same(&self, journal: &Journal) -> Result<(), PlaceError> {
        let (plan, known) = (Plan::read(&self.path)?, journal.plan()?);
        if plan.hash() == known.hash() {
            return Ok(());
        }
        Err(PlaceError::OtherPlan { known: known.name(), named: plan.name(), journal: self.journal() })
    }

    /// Opens the journal, or creates it for the plan.
    ///
    /// # Errors
    /// As [`Place::open`], and where the plan cannot be read.
    pub fn open_or_create(&self, who: &str) -> Result<Journal, PlaceError> {
        if self.journal().exists() {
            return self.open();
        }
        let plan = Plan::read(&self.path)?;
        Ok(Journal::create(&self.journal(), &plan, who, wall_ms())?)
    }
}

/// Checks a log and writes it; returns what was done.
pub(super) fn write_log(journal: &Path, path: &Path) -> Result<String, String> {
    let journal = Journal::open(journal).map_err(|error| error.to_string())?;
    let mut out = AtomicFile::create(path, Access::Owner).map_err(|error| error.to_string())?;
    let head = journal.export_log(&mut out).map_err(|error| error.to_string())?;
    out.commit().map_err(|error| error.to_string())?;
    Ok(format!(
        "Wrote {} entries of the log to {}, none changed. Keep the last hash elsewhere: {}",
        units::count(head.entries),
        Desk::shown(path),
        crate::base::hash::hex(&head.hash)
    ))
}
