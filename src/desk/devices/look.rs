//! How the list is looked at: filter, order, selection, what is wrong with it, and a prepared edit.
//!
//! Each result remembers what it was made from and is ordered anew when that has changed.

use super::AT_ONCE;
use super::task::Task;
use crate::base::Finding;
use crate::base::json;
use crate::desk::document::Document;
use crate::desk::env::Wake;
use crate::fleet::FleetFile;
use crate::fleet::inventory::filter::{Filter, FilterError, Scope};
use crate::fleet::inventory::{Change, EditError, Faults, Groups, Inventory, SortBy};
use std::sync::Arc;

/// What rows can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The column of the list with this index.
    Column(usize),
    /// The agent kind of the group.
    Kind,
    /// The number of own settings.
    OwnSettings,
}

/// A change of what is selected; numbers are rows of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// This one only.
    Only(u32),
    /// This one too, or not any more.
    Toggle(u32),
    /// Everything shown between the row chosen last and this one.
    To(u32),
    /// Everything that is shown.
    All,
    /// Nothing.
    Nothing,
}

/// One field of the selected devices that is to get a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Header of the column; one that is not there yet is added.
    pub field: String,
    /// The value as it was typed; an empty one clears the field.
    pub value: String,
    /// What it would change; `None` while that is looked for.
    pub preview: Option<Result<Change, EditError>>,
}

/// What is worth knowing about the list.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) faults: Faults,
    pub(super) findings: Vec<Finding>,
}

/// Rows that pass, and why none does.
type Rows = (Vec<u32>, Option<String>);
/// What rows are made from: list, filter, order, and the project where these look at it.
type RowsFrom = (u64, String, Option<(Sort, bool)>, u64);
/// What facts are made from: list, groups, and the numbers of devices in the project.
type FactsFrom = (u64, Groups, Vec<Option<String>>);
/// What the effect of an edit is made from: list, selection, project, field and value.
type EditFrom = (u64, u64, u64, String, String);

/// How the list is looked at.
#[derive(Default)]
pub(in crate::desk) struct Look {
    pub(super) filter: String,
    pub(super) error: Option<FilterError>,
    pub(super) sort: Option<(Sort, bool)>,
    pub(super) rows: Arc<[u32]>,
    rows_from: Option<RowsFrom>,
    rows_task: Task<Result<Rows, FilterError>>,
    /// Why no device passes the filter.
    pub(super) no_match: Option<String>,
    pub(super) facts: Facts,
    facts_from: Option<FactsFrom>,
    facts_task: Task<Facts>,
    /// Document of which `facts_from` was looked at.
    seen: Option<u64>,
    pub(super) selected: Vec<u32>,
    selection: u64,
    anchor: Option<u32>,
    pub(super) edit: Option<Edit>,
    edit_from: Option<EditFrom>,
    edit_task: Task<Result<Change, EditError>>,
    /// Number of devices that rows and selection belong to.
    devices: u32,
}

impl Look {
    /// Returns whether a result is awaited.
    pub(super) fn busy(&self) -> bool {
        self.rows_task.busy() || self.facts_task.busy() || self.edit_task.busy()
    }

    /// Chooses the devices that are shown.
    pub(in crate::desk) fn filter(&mut self, text: String) {
        self.filter = text;
    }

    /// Sorts by something, or the other way round where it is sorted by that, or no more.
    pub(in crate::desk) fn sort(&mut self, by: Sort) {
        self.sort = match self.sort {
            Some((before, false)) if before == by => Some((by, true)),
            Some((before, true)) if before == by => None,
            _ => Some((by, false)),
        };
    }

    /// Prepares an edit, or none.
    pub(in crate::desk) fn edit(&mut self, edit: Option<(String, String)>) {
        self.edit = edit.map(|(field, value)| Edit { field, value, preview: None });
        self.edit_from = None;
        self.edit_task.forget();
    }

    /// Returns the selected rows.
    pub(in crate::desk) fn selected(&self) -> &[u32] {
        &self.selected
    }

    /// Returns the prepared edit.
    pub(in crate::desk) fn prepared(&self) -> Option<&Edit> {
        self.edit.as_ref()
    }

    /// Changes what is selected.
    pub(in crate::desk) fn select(&mut self, select: Select) {
        self.selection += 1;
        match select {
            Select::Only(row) => (self.selected, self.anchor) = (vec![row], Some(row)),
            Select::Toggle(row) => {
                match self.selected.binary_search(&row) {
                    Ok(at) => drop(self.selected.remove(at)),
                    Err(at) => self.selected.insert(at, row),
                }
                self.anchor = Some(row);
            }
            Select::To(row) => {
                let place = |row: u32| self.rows.iter().position(|shown| *shown == row);
                let (from, to) = (self.anchor.and_then(place), place(row));
                let (Some(from), Some(to)) = (from, to) else {
                    return self.select(Select::Only(row));
                };
                self.selected = self.rows[from.min(to)..=from.max(to)].to_vec();
                self.selected.sort_unstable();
            }
            Select::All => {
                self.selected = self.rows.to_vec();
                self.selected.sort_unstable();
            }
            Select::Nothing => {
                self.selected.clear();
                self.anchor = None;
            }
        }
    }

    /// Orders what is not up to date, and takes in what is there.
    pub(super) fn update(&mut self, document: &Document, wake: &Wake) {
        let Some(list) = document.devices() else {
            if self.rows_from.is_some() {
                let (filter, sort) = (std::mem::take(&mut self.filter), self.sort);
                *self = Self { filter, sort, selection: self.selection + 1, ..Self::default() };
            }
            return;
        };
        if self.devices != list.len() {
            // Rows are other devices now.
            self.select(Select::Nothing);
            self.devices = list.len();
        }
        self.order_rows(document, list, wake);
        self.order_facts(document, list, wake);
        self.order_edit(document, list, wake);
        self.take(wake);
    }

    fn order_rows(&mut self, document: &Document, list: &Inventory, wake: &Wake) {
        let project = !self.filter.trim().is_empty() || matches!(self.sort, Some((Sort::Kind, _)));
        let revision = if project { document.revision() } else { 0 };
        let same = self.rows_from.as_ref().is_some_and(|(of, filter, sort, at)| {
            (*of, *at, *sort) == (document.devices_revision(), revision, self.sort) && *filter == self.filter
        });
        if same {
            return;
        }
        let (filter, sort) = (self.filter.clone(), self.sort);
        self.rows_from = Some((document.devices_revision(), filter.clone(), sort, revision));
        let (list, file, active) = taken(document, list);
        self.rows_task.order(wake, list.len() <= AT_ONCE, move || {
            rows(&list, (&file, active.as_deref()), &filter, sort)
        });
    }

    fn order_facts(&mut self, document: &Document, list: &Inventory, wake: &Wake) {
        if self.seen == Some(document.revision()) {
            return;
        }
        self.seen = Some(document.revision());
        let view = document.file().view(document.active());
        let numbers = document.file().group_ids().map(|id| {
            let address = json::join(&json::join("/groups", id), "devices");
            view.lookup(&address).map(|(node, _)| format!("{:?}", node.as_f64()))
        });
        let groups = Groups::of(&view);
        let from = (document.devices_revision(), groups.clone(), numbers.collect());
        if self.facts_from.as_ref() == Some(&from) {
            return;
        }
        self.facts_from = Some(from);
        let (list, file, active) = taken(document, list);
        self.facts_task.order(wake, list.len() <= AT_ONCE, move || Facts {
            faults: list.check(Some(&groups)),
            findings: list.compare(&file.view(active.as_deref())),
        });
    }

    fn order_edit(&mut self, document: &Document, list: &Inventory, wake: &Wake) {
        let Some(edit) = &mut self.edit else { return };
        let at = (document.devices_revision(), self.selection, document.revision());
        let (field, value) = (edit.field.clone(), edit.value.clone());
        let from = (at.0, at.1, at.2, field.clone(), value.clone());
        if self.edit_from.as_ref() == Some(&from) {
            return;
        }
        self.edit_from = Some(from);
        let groups = Groups::of(&document.file().view(document.active()));
        let (list, rows) = (list.clone(), self.selected.clone());
        self.edit_task.order(wake, rows.len() <= AT_ONCE as usize, move || {
            let (list, column) = column(&list, &field)?;
            list.preview(&rows, column, &value, Some(&groups))
        });
    }

    fn take(&mut self, wake: &Wake) {
        if let Some(result) = self.rows_task.take(wake) {
            self.take_rows(result);
        }
        if let Some(facts) = self.facts_task.take(wake) {
            self.facts = facts;
        }
        let preview = self.edit_task.take(wake);
        self.take_preview(preview);
    }

    /// Waits for everything that was ordered.
    pub(in crate::desk) fn wait(&mut self, wake: &Wake) {
        if let Some(result) = self.rows_task.wait(wake) {
            self.take_rows(result);
        }
        if let Some(facts) = self.facts_task.wait(wake) {
            self.facts = facts;
        }
        let preview = self.edit_task.wait(wake);
        self.take_preview(preview);
    }

    fn take_rows(&mut self, result: Result<Rows, FilterError>) {
        self.error = None;
        match result {
            Ok((rows, no_match)) => {
                (self.rows, self.no_match) = (rows.into(), no_match);
                self.keep_shown();
            }
            Err(error) => self.error = Some(error),
        }
    }

    fn take_preview(&mut self, preview: Option<Result<Change, EditError>>) {
        if let (Some(edit), Some(preview)) = (&mut self.edit, preview) {
            edit.preview = Some(preview);
        }
    }

    /// Takes what is not shown any more out of the selection: nobody edits what cannot be seen.
    fn keep_shown(&mut self) {
        if self.selected.is_empty() || self.rows.len() == self.devices as usize {
            return;
        }
        let mut shown = self.rows.to_vec();
        shown.sort_unstable();
        let before = self.selected.len();
        self.selected.retain(|row| shown.binary_search(row).is_ok());
        self.selection += u64::from(self.selected.len() != before);
    }
}

/// Returns what work on a thread needs of a document.
fn taken(document: &Document, list: &Inventory) -> (Inventory, FleetFile, Option<String>) {
    (list.clone(), document.file().clone(), document.active().map(str::to_owned))
}

/// Returns a list with a column of this name, and the column.
///
/// # Errors
/// Where it cannot be added.
pub(in crate::desk) fn column(list: &Inventory, field: &str) -> Result<(Inventory, usize), EditError> {
    let known = |list: &Inventory| list.columns().find(field);
    if let Some(at) = known(list) {
        return Ok((list.clone(), at));
    }
    let wide = list.with_column(field)?;
    let at = known(&wide).unwrap_or(wide.columns().len() - 1);
    Ok((wide, at))
}

/// Returns the rows that pass a filter, sorted, and what a filter without any may have meant.
fn rows(
    list: &Inventory,
    (file, active): (&FleetFile, Option<&str>),
    filter: &str,
    sort: Option<(Sort, bool)>,
) -> Result<Rows, FilterError> {
    let view = file.view(active);
    let groups = Groups::of(&view);
    let scope = Scope { groups: &groups, view: Some(&view) };
    let filter = Filter::parse(filter)?;
    let rows = filter.apply(list, &scope)?;
    let no_match = if rows.is_empty() { filter.explain_no_match(list, &scope) } else { None };
    let rows = match sort {
        None => rows,
        Some((Sort::Column(column), down)) => list.sorted(&rows, SortBy::Column(column), down),
        Some((Sort::Kind, down)) => list.sorted(&rows, SortBy::Kind(&groups), down),
        Some((Sort::OwnSettings, down)) => list.sorted(&rows, SortBy::OwnSettings, down),
    };
    Ok((rows, no_match))
}
