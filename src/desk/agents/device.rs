//! One device of the list: the files that it has and gets, by itself.

use super::Agents;
use crate::config::bundle::{Facts, Paths, Plan};
use crate::config::listed::{device_files, device_items};
use crate::config::{Collected, GroupFiles, Listed, Mapping, Writer};
use crate::desk::State;
use crate::desk::document::Document;
use crate::fleet::Fleet;
use crate::fleet::inventory::Device;

/// A device whose files are shown.
#[derive(Clone, Debug)]
pub struct OneDevice {
    /// Its row in the list.
    pub row: u32,
    /// Its thing name.
    pub thing: String,
    /// Its files, as those of a group of one, secrets of the new ones masked; why it gets none otherwise.
    pub files: Result<GroupFiles, String>,
    /// What they were made from.
    made: Option<State>,
}

impl Agents {
    /// Shows the files of the device in this row, or of none.
    pub(in crate::desk) fn show_device(&mut self, row: Option<u32>, document: &Document) {
        let device = row.and_then(|row| document.devices()?.device(row));
        self.device = device.map(|device| OneDevice {
            row: device.row(),
            thing: device.thing().into_owned(),
            files: Err(String::new()),
            made: None,
        });
    }

    /// Brings the shown device's files up to date; a device that has gone is not shown any more.
    pub(in crate::desk) fn update_device(
        &mut self,
        (document, state): (&Document, State),
        fleet: Option<&Fleet>,
        mapping: &Mapping,
    ) {
        let Some(shown) = &mut self.device else { return };
        if shown.made == Some(state) {
            return;
        }
        let device = document.devices().and_then(|list| list.device(shown.row));
        let Some(device) = device.filter(|device| device.thing() == shown.thing) else {
            self.device = None;
            return;
        };
        shown.made = Some(state);
        let view = document.file().view(document.active());
        let nothing = Collected::default();
        let collected = self.compared.as_ref().map_or(&nothing, |compared| &*compared.collected);
        shown.files = match fleet {
            None => Err("There are no files to show. Correct the errors of the project first.".to_owned()),
            Some(fleet) => {
                let writer = Writer { fleet, view: &view, mapping, collected };
                match device_files(&writer, &device) {
                    Some(files) if files.files().is_empty() => {
                        Err("Nothing is known of the files of such agents, so the device gets none."
                            .to_owned())
                    }
                    Some(files) => Ok(filled(files, &device)),
                    None => {
                        Err(format!("`{}` is in no group of the project, so it gets no files.", shown.thing))
                    }
                }
            }
        };
    }
}

/// Returns the files with the device's own values in the places that are kept for them.
fn filled(mut files: GroupFiles, device: &Device<'_>) -> GroupFiles {
    let listed = Listed::one(device);
    let texts: Vec<Option<Result<String, String>>> = device_items(&files)
        .map(|item| {
            item.text.contains("${").then(|| {
                let items = [item];
                let plan = Plan::new(&items, &listed, Facts::default(), &Paths::default());
                plan.and_then(|plan| plan.preview(0)).map_err(|error| error.to_string())
            })
        })
        .collect();
    for (file, text) in files.files_mut().iter_mut().zip(texts) {
        match text {
            Some(Ok(text)) => file.text = text,
            Some(Err(error)) => file.notes.push(error),
            None => {}
        }
    }
    files
}
