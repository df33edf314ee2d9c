//! Adding and removing optional sections of the platform and further events of the outage.

use super::groups::without;
use super::{Document, Refused};
use crate::fleet::file::address;
use crate::fleet::settings::Area;
use serde_json::{Value as Json, json};

/// Kind of a new event: everybody loses the connection while the platform is healthy.
const NEW_EVENT: &str = "balancer-failover";

impl Document {
    /// Adds an optional section, in which everything has its default.
    pub(in crate::desk) fn add_section(&mut self, area: Area) -> Result<(), Refused> {
        let file = self.file.with(area.base(), &Json::Object(serde_json::Map::new()))?;
        self.step(format!("Model {}", area.title()), file, self.active.clone());
        Ok(())
    }

    /// Takes an optional section out, with what scenarios and sources say about it.
    pub(in crate::desk) fn remove_section(&mut self, area: Area) -> Result<(), Refused> {
        let mut file = without(&self.file, area.base())?;
        // A preset would bring it back.
        if file.view(self.active()).present(area) {
            file = file.with(area.base(), &Json::Null)?;
        }
        self.step(format!("Do not model {}", area.title()), file, self.active.clone());
        Ok(())
    }

    /// Adds an event five minutes after the end of the outage.
    pub(in crate::desk) fn add_event(&mut self) -> Result<(), Refused> {
        let id = self.free_event("event");
        let length = address::resolve(&self.file.view(self.active()), "/outage/length_s")
            .and_then(|input| {
                self.file.view(self.active()).value(&input.address, input.setting).ok()?.number()
            })
            .unwrap_or_default();
        let event = json!({"kind": NEW_EVENT, "at_s": length.floor() as u64 + 300});
        let file = self.file.with(&address::event_base(&id), &event)?;
        self.step(format!("Add event {id}"), file, self.active.clone());
        Ok(())
    }

    /// Returns the id of an event that there is not yet: this word with a number behind it.
    pub(super) fn free_event(&self, stem: &str) -> String {
        let taken = self.file.view(self.active()).event_ids();
        let ids = (1_u64..).map(|number| format!("{stem}-{number}"));
        { ids }.find(|id| !taken.contains(id)).unwrap_or_else(|| stem.to_owned())
    }

    /// Takes an event out, with what scenarios and sources say about it.
    pub(in crate::desk) fn remove_event(&mut self, id: &str) -> Result<(), Refused> {
        let file = without(&self.file, &address::event_base(id))?;
        self.step(format!("Remove event {id}"), file, self.active.clone());
        Ok(())
    }
}
