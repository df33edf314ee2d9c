//! Orders from any process, and approvals.

use super::audit::{Chain, Entry};
use super::{Journal, JournalError};
use crate::base::hash::hex;
use crate::push::machine::Order;
use crate::push::plan::Plan;
use rusqlite::{TransactionBehavior, params};

/// An order that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its number.
    pub seq: i64,
    /// Who gave it.
    pub who: String,
    /// What is to be done.
    pub order: Order,
}

impl Journal {
    /// Leaves an order for the process that drives the roll-out; returns its number.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn give(&mut self, order: &Order, who: &str, at_ms: i64) -> Result<i64, JournalError> {
        let path = self.path.clone();
        let text = serde_json::to_string(order)
            .map_err(|error| JournalError::Damaged { what: error.to_string(), path: path.clone() })?;
        let mut write = || -> rusqlite::Result<i64> {
            let write = self.base.transaction_with_behavior(TransactionBehavior::Immediate)?;
            write.execute(
                "INSERT INTO given (at_ms, who, what) VALUES (?1, ?2, ?3)",
                params![at_ms, who, text],
            )?;
            let seq = write.last_insert_rowid();
            let entry = Entry {
                at_ms,
                who: who.into(),
                device: None,
                what: format!("order {seq}"),
                detail: text.clone(),
            };
            Chain::read(&write)?.append(&write, &entry)?;
            write.commit()?;
            Ok(seq)
        };
        write().map_err(|source| JournalError::database(&path, source))
    }

    /// Returns the orders that nobody answered, in the order in which they were given.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open_orders(&self) -> Result<Vec<Given>, JournalError> {
        let read = || -> rusqlite::Result<Vec<(i64, String, String)>> {
            let mut select = self
                .base
                .prepare_cached("SELECT seq, who, what FROM given WHERE answer IS NULL ORDER BY seq")?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect()
        };
        read().map_err(|source| self.fail(source))?.into_iter().map(|row| self.given(row)).collect()
    }

    fn given(&self, (seq, who, text): (i64, String, String)) -> Result<Given, JournalError> {
        let order = serde_json::from_str(&text).map_err(|error| JournalError::Damaged {
            what: format!("order {seq}: {error}"),
            path: self.path.clone(),
        })?;
        Ok(Given { seq, who, order })
    }

    /// Answers an order: empty where it was taken, else why not.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn answer(&mut self, seq: i64, answer: &str) -> Result<(), JournalError> {
        self.base
            .execute("UPDATE given SET answer = ?2 WHERE seq = ?1", params![seq, answer])
            .map_err(|source| JournalError::database(&self.path, source))?;
        Ok(())
    }

    /// Returns the answer to an order, `None` as long as there is none.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn answer_to(&self, seq: i64) -> Result<Option<String>, JournalError> {
        self.base
            .query_row("SELECT answer FROM given WHERE seq = ?1", [seq], |row| row.get(0))
            .map_err(|source| self.fail(source))
    }

    /// Approves the plan by name; `plan` is the hash, or its beginning of at least 16 digits, as it was read.
    ///
    /// # Errors
    /// [`JournalError::OtherPlan`] where that is not the plan in the journal.
    pub fn approve(&mut self, plan: &str, who: &str, at_ms: i64) -> Result<(), JournalError> {
        let path = self.path.clone();
        let fail = |source| JournalError::database(&path, source);
        let hash: String =
            self.base.query_row("SELECT hash FROM plan", [], |row| row.get(0)).map_err(fail)?;
        if plan.len() < 16 || !hash.starts_with(plan) {
            return Err(JournalError::OtherPlan { given: plan.into(), plan: hash });
        }
        let mut write = || -> rusqlite::Result<()> {
            let write = self.base.transaction_with_behavior(TransactionBehavior::Immediate)?;
            write.execute(
                "INSERT OR REPLACE INTO approval (who, at_ms, plan) VALUES (?1, ?2, ?3)",
                params![who, at_ms, hash],
            )?;
            let entry =
                Entry { at_ms, who: who.into(), device: None, what: "approved".into(), detail: hash.clone() };
            Chain::read(&write)?.append(&write, &entry)?;
            write.commit()
        };
        write().map_err(fail)
    }

    /// Returns how many people approved the plan, the one named excluded: nobody is his own second person.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn approvals(&self, plan: &Plan, beside: &str) -> Result<u32, JournalError> {
        self.base
            .query_row(
                "SELECT count(*) FROM approval WHERE plan = ?1 AND who <> ?2",
                params![hex(plan.hash()), beside],
                |row| row.get(0),
            )
            .map_err(|source| self.fail(source))
    }
}
