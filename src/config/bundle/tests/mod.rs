//! Bundles as operators get them, and what must not be in them.

mod canary;
mod paths;
mod targets;
mod text;
mod written;

use super::*;
use crate::base::file::Walk;
use crate::config::secret::{Secret, SecretError, SecretRef, Vault};
use crate::fleet::AgentKind;
use crate::fleet::settings::files::FileFormat as Format;
use std::path::{Path, PathBuf};

/// Devices as rows of `column=value`.
#[derive(Clone, Debug, Default)]
struct Rows {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    fn new(columns: &[&'static str], rows: &[&[&str]]) -> Self {
        let rows = rows.iter().map(|row| row.iter().map(|&value| value.to_owned()).collect()).collect();
        Self { columns: columns.to_vec(), rows }
    }

    /// Returns devices of one group that differ in nothing but their names.
    fn named(things: &[&str]) -> Self {
        let rows: Vec<Vec<String>> =
            things.iter().map(|thing| vec![(*thing).into(), "pumps".into()]).collect();
        Self { columns: vec!["thing", "group"], rows }
    }
}

impl Devices for Rows {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn value(&self, device: usize, name: &str) -> Option<&str> {
        let at = self.columns.iter().position(|column| *column == name)?;
        self.rows.get(device)?.get(at).map(String::as_str)
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.clone()
    }
}

/// A vault with one secret for every reference.
struct OneSecret(&'static str);

impl Vault for OneSecret {
    fn resolve(&self, _reference: &SecretRef) -> Result<Secret, SecretError> {
        Ok(Secret::new(self.0.into()))
    }
}

/// Returns the files below a folder: name from the top, and path.
fn files_below(folder: &Path) -> Vec<(String, PathBuf)> {
    Walk::new(folder).unwrap().collect::<Result<_, _>>().unwrap()
}

const FACTS: Facts<'static> =
    Facts { fleet_hash: "abc123", scenario: "Baseline \u{201c}x\u{201d}", version: "1.2.3" };

fn item(text: &str) -> Item<'_> {
    Item {
        group: "pumps",
        group_name: "Pumps: \"north\"",
        kind: AgentKind::ExampleAgent,
        file: "ws_connection.json",
        format: Format::Json,
        text,
        deliverable: true,
        device: None,
    }
}

fn plan<'a>(items: &'a [Item<'a>], devices: &'a dyn Devices) -> Result<Plan<'a>, BundleError> {
    Plan::new(items, devices, FACTS, &Paths::default())
}

/// Fills one text for one device.
fn filled(format: Format, text: &str, columns: &[&'static str], row: &[&str]) -> Result<String, BundleError> {
    let columns: Vec<&str> = ["thing", "group"].iter().chain(columns).copied().collect();
    let row: Vec<&str> = ["PUMP-1", "pumps"].iter().chain(row).copied().collect();
    let devices = Rows::new(&columns, &[&row]);
    let items = [Item { format, ..item(text) }];
    let plan = plan(&items, &devices)?;
    let mut out = String::new();
    plan.render(&plan.entries[0], Some(&fill::Keys::new(&OneSecret("s\"e\\c"))), &mut out)?;
    Ok(out)
}

fn go_on(_done: usize, _all: usize) -> bool {
    true
}
