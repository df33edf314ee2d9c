//! Targets other than the folder and the zip bundle, and what they write: texts without secrets, and packages.

pub mod ansible;
pub mod configmap;
mod names;
pub mod rollout;
pub mod scm;
pub mod waves;
mod yaml;
pub(super) mod zip;

use super::deliver::{Written, put};
use super::error::BundleError;
use super::fill::Template;
use super::item::Item;
use super::plan::{Entry, Plan};
use crate::base::file::Access;
use std::path::Path;

/// A file that a target is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// Relative path, separated by `/`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Artefact {
    fn text(path: impl Into<String>, text: String) -> Self {
        Self { path: path.into(), bytes: text.into_bytes() }
    }
}

/// Writes artefacts below a folder, which is created where it is missing; what holds the same bytes is left alone.
///
/// # Errors
/// [`BundleError::Write`] at the first that cannot be written, which is left as it was.
pub fn write_artefacts(artefacts: &[Artefact], folder: &Path) -> Result<Written, BundleError> {
    let mut done = Written::default();
    for artefact in artefacts {
        let written = done.written.len() + done.unchanged;
        put(folder, &artefact.path, &artefact.bytes, Access::Everyone, &mut done)
            .map_err(|source| BundleError::Write { written, planned: artefacts.len(), source })?;
    }
    Ok(done)
}

/// A target that carries one text for all devices of a group, and never a secret.
struct Shared {
    name: &'static str,
    advice: &'static str,
}

/// The files of one group that a shared target carries, with their texts.
struct GroupTexts<'p, 'a> {
    group: &'a str,
    files: Vec<(&'p Item<'a>, String)>,
}

/// Returns each group's files as one text for all its devices.
///
/// Files that cannot be put on a device are left out, with a note.
fn shared_texts<'p, 'a>(
    plan: &'p Plan<'a>,
    target: &Shared,
    notes: &mut Vec<String>,
) -> Result<Vec<GroupTexts<'p, 'a>>, BundleError> {
    let mut groups: Vec<GroupTexts<'p, 'a>> = Vec::new();
    for (at, (item, template)) in plan.items.iter().zip(&plan.templates).enumerate() {
        if !item.deliverable {
            notes.push(not_deliverable(item));
            continue;
        }
        if let Some(device) = item.device {
            return Err(BundleError::NotUniform {
                file: item.file.into(),
                group: item.group.into(),
                first: plan.owner(item, Some(device as u32)),
                second: format!("group {}", item.group),
                target: target.name,
            });
        }
        if let Some(spot) = template.secret() {
            return Err(BundleError::SecretNotAllowed { spot, target: target.name, advice: target.advice });
        }
        let Some(text) = one_text(plan, at, item, template, target)? else { continue };
        match groups.iter_mut().find(|group| group.group == item.group) {
            Some(group) => group.files.push((item, text)),
            None => groups.push(GroupTexts { group: item.group, files: vec![(item, text)] }),
        }
    }
    if groups.is_empty() {
        return Err(BundleError::Nothing("no group has a file that can be put on a device".into()));
    }
    Ok(groups)
}

/// Returns why an item is not part of a target.
fn not_deliverable(item: &Item<'_>) -> String {
    format!(
        "{} of group {} needs a firmware build and cannot be put on a device, so it is left out",
        item.file, item.group
    )
}

/// Returns the text of an item, which must be the same for all devices of its group; `None` without devices.
fn one_text(
    plan: &Plan<'_>,
    at: usize,
    item: &Item<'_>,
    template: &Template<'_>,
    target: &Shared,
) -> Result<Option<String>, BundleError> {
    let entry = |device| Entry { item: at as u32, device, path: "".into() };
    if plan.devices.count() == 0 {
        let mut text = String::new();
        return plan.render(&entry(None), None, &mut text).map(|()| Some(text));
    }
    let members = plan.members.get(item.group).map_or(&[][..], Vec::as_slice);
    let Some((&first, others)) = members.split_first() else { return Ok(None) };
    let (mut text, mut other) = (String::new(), String::new());
    plan.render(&entry(Some(first)), None, &mut text)?;
    if template.is_fixed() {
        return Ok(Some(text));
    }
    for &device in others {
        other.clear();
        plan.render(&entry(Some(device)), None, &mut other)?;
        if other != text {
            return Err(BundleError::NotUniform {
                file: item.file.into(),
                group: item.group.into(),
                first: plan.owner(item, Some(first)),
                second: plan.owner(item, Some(device)),
                target: target.name,
            });
        }
    }
    Ok(Some(text))
}
