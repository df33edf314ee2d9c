//! One file of one device, for those who serve devices one after another and write to no folder of this machine.

use super::error::BundleError;
use super::fill::{Keys, Template, Values};
use super::item::{Devices, Item};
use super::path::PathTemplate;
use super::plan::{owner_of, value_of};
use crate::config::secret::{Secret, Vault};

/// Returns the text of a file for a device, counted from 0. Secrets are fetched for it and kept by nobody.
///
/// # Errors
/// [`BundleError`] where a placeholder has no value, or a secret is not found.
pub fn text_for(
    item: &Item<'_>,
    devices: &dyn Devices,
    device: usize,
    vault: &dyn Vault,
) -> Result<Secret, BundleError> {
    let device = Some(device as u32);
    let values = Values {
        owner: &|| owner_of(devices, item, device),
        value: &|name| value_of(devices, item, device, name),
    };
    let mut text = String::new();
    let filled = Template::of(item).and_then(|template| {
        let keys = Keys::new(vault);
        template.fill(&values, Some(&keys), &mut text)
    });
    // Wiped with the value, whatever became of it.
    let text = Secret::new(text);
    filled.map(|()| text)
}

/// Returns the path of a file for a device, counted from 0, as a template has it.
///
/// # Errors
/// [`BundleError::Path`] where a variable has no value or cannot be a part of a path.
pub fn path_for(
    template: &PathTemplate,
    item: &Item<'_>,
    devices: &dyn Devices,
    device: usize,
) -> Result<String, BundleError> {
    let device = Some(device as u32);
    template.fill(&|name| value_of(devices, item, device, name)).map_err(|source| BundleError::Path {
        file: item.file.into(),
        owner: owner_of(devices, item, device),
        source,
    })
}
