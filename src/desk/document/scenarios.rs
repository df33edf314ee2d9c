//! Copying, renaming and removing scenarios.

use super::groups::{duplicate, free, visible};
use super::{Document, Refused};
use crate::base::json::{self, EditError};
use crate::fleet::FleetFile;
use serde_json::{Value as Json, json as object};

/// What a copy of the baseline is called.
const FIRST: (&str, &str) = ("what-if", "What-if");

impl Document {
    /// Adds a copy of the active scenario and makes it the active one.
    pub(in crate::desk) fn duplicate_scenario(&mut self) -> Result<(), Refused> {
        let scenarios = self.file.scenarios();
        let id_taken = |id: &str| scenarios.iter().any(|scenario| scenario.id == id);
        let name_taken = |name: &str| scenarios.iter().any(|scenario| scenario.name == name);
        let name = self.file.scenario_name(self.active());
        let (id, file) = if let Some(active) = self.active() {
            let (id, new_name) = free(active, &name, id_taken, name_taken);
            let pointer = json::join("/scenarios", &id);
            let file = duplicate(&self.file, &json::join("/scenarios", active), &pointer)?;
            (id, file.with(&json::join(&pointer, "name"), &Json::from(new_name))?)
        } else {
            let (id, new_name) = if id_taken(FIRST.0) || name_taken(FIRST.1) {
                free(FIRST.0, FIRST.1, id_taken, name_taken)
            } else {
                (FIRST.0.to_owned(), FIRST.1.to_owned())
            };
            let blank = object!({ "name": new_name, "set": {} });
            let file = self.file.with(&json::join("/scenarios", &id), &blank)?;
            (id, file)
        };
        self.step(format!("Duplicate scenario {name}"), file, Some(id));
        Ok(())
    }

    /// Adds a scenario with a name like this one that `fill` gives its assignments, and makes it the active one.
    pub(in crate::desk) fn add_scenario(
        &mut self,
        name: &str,
        fill: impl FnOnce(&FleetFile, &str) -> Result<FleetFile, EditError>,
    ) -> Result<(), Refused> {
        let scenarios = self.file.scenarios();
        let id_taken = |id: &str| scenarios.iter().any(|scenario| scenario.id == id);
        let name_taken = |name: &str| scenarios.iter().any(|scenario| scenario.name == name);
        let (mut id, mut name) = (id_of(name), name.to_owned());
        if id_taken(&id) || name_taken(&name) {
            (id, name) = free(&id, &name, id_taken, name_taken);
        }
        let blank = object!({ "name": name, "set": {} });
        let file = fill(&self.file.with(&json::join("/scenarios", &id), &blank)?, &id)?;
        self.step(format!("Add scenario {name}"), file, Some(id));
        Ok(())
    }

    /// Gives a scenario another name.
    pub(in crate::desk) fn rename_scenario(&mut self, id: &str, name: &str) -> Result<(), Refused> {
        let pointer = json::join(&known(&self.file, id)?, "name");
        let name = visible(name)?;
        let file = self.file.with(&pointer, &Json::from(name))?;
        let step = format!("Rename scenario {} to {name}", self.file.scenario_name(Some(id)));
        self.step(step, file, self.active.clone());
        Ok(())
    }

    /// Removes a scenario; where it was the active one, the one before it becomes active.
    pub(in crate::desk) fn remove_scenario(&mut self, id: &str) -> Result<(), Refused> {
        let pointer = known(&self.file, id)?;
        let file = self.file.without(&pointer)?;
        let active = if self.active() == Some(id) {
            let ids: Vec<String> = self.file.scenarios().into_iter().map(|scenario| scenario.id).collect();
            let position = ids.iter().position(|known| known == id).unwrap_or_default();
            position.checked_sub(1).map(|before| ids[before].clone())
        } else {
            self.active.clone()
        };
        let step = format!("Remove scenario {}", self.file.scenario_name(Some(id)));
        self.step(step, file, active);
        Ok(())
    }
}

/// Returns an id made from a name: `With config.json` becomes `with-config-json`.
pub(super) fn id_of(name: &str) -> String {
    let mut id = String::new();
    for c in name.chars().take(48) {
        if c.is_ascii_alphanumeric() {
            id.push(c.to_ascii_lowercase());
        } else if !id.ends_with('-') && !id.is_empty() {
            id.push('-');
        }
    }
    id.trim_end_matches('-').to_owned()
}

/// Returns the pointer of a scenario.
pub(super) fn known(file: &FleetFile, id: &str) -> Result<String, Refused> {
    if file.scenarios().iter().any(|scenario| scenario.id == id) {
        Ok(json::join("/scenarios", id))
    } else {
        Err(Refused::NoScenario(id.to_owned()))
    }
}
