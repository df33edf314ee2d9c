//! Adding, copying, removing and renaming groups, with what scenarios and sources say about them.

use super::inputs::{below, starting_value};
use super::{Document, Refused};
use crate::base::json;
use crate::fleet::file::Value;
use crate::fleet::setting::Setting;
use crate::fleet::settings::group_settings;
use crate::fleet::{AgentKind, FleetFile};
use serde_json::Value as Json;

/// Agent kind of a new group.
const NEW_KIND: AgentKind = AgentKind::ALL[0];

impl Document {
    /// Adds a group with complete settings.
    pub(in crate::desk) fn add_group(&mut self) -> Result<(), Refused> {
        let (id, name) = free_id(&self.file, "group", "Group");
        let base = json::join("/groups", &id);
        let mut file = self.file.with(&base, &Json::Object(serde_json::Map::new()))?;
        file = file.with(&json::join(&base, "name"), &Json::from(name.as_str()))?;
        let rows: Vec<&Setting> = group_settings(NEW_KIND).collect();
        for row in rows {
            let value = starting_value(row);
            if value != Value::Nothing {
                file = file.with(&below(&base, row.key), &value.json(row))?;
            }
        }
        self.step(format!("Add group {name}"), file, self.active.clone());
        Ok(())
    }

    /// Adds a copy of a group.
    pub(in crate::desk) fn duplicate_group(&mut self, id: &str) -> Result<(), Refused> {
        let pointer = known(&self.file, id)?;
        let name = self.file.group_name(id).to_owned();
        let (new_id, new_name) = free_id(&self.file, id, &name);
        let copy = json::join("/groups", &new_id);
        let mut file = duplicate(&self.file, &pointer, &copy)?;
        file = file.with(&json::join(&copy, "name"), &Json::from(new_name.as_str()))?;
        for (section, key) in mentions(&self.file, &pointer) {
            let target = json::join(&section, &format!("{copy}{}", &key[pointer.len()..]));
            file = duplicate(&file, &json::join(&section, &key), &target)?;
        }
        self.step(format!("Duplicate group {name}"), file, self.active.clone());
        Ok(())
    }

    /// Removes a group.
    pub(in crate::desk) fn remove_group(&mut self, id: &str) -> Result<(), Refused> {
        let pointer = known(&self.file, id)?;
        if self.file.group_ids().count() == 1 {
            return Err(Refused::LastGroup(id.to_owned()));
        }
        let file = without(&self.file, &pointer)?;
        self.step(format!("Remove group {}", self.file.group_name(id)), file, self.active.clone());
        Ok(())
    }

    /// Gives a group another name.
    pub(in crate::desk) fn rename_group(&mut self, id: &str, name: &str) -> Result<(), Refused> {
        let pointer = json::join(&known(&self.file, id)?, "name");
        let name = visible(name)?;
        let file = self.file.with(&pointer, &Json::from(name))?;
        let step = format!("Rename group {} to {name}", self.file.group_name(id));
        self.step(step, file, self.active.clone());
        Ok(())
    }

    /// Gives the project another name.
    pub(in crate::desk) fn set_name(&mut self, name: &str) -> Result<(), Refused> {
        let name = visible(name)?;
        let file = self.file.with("/name", &Json::from(name))?;
        self.step(format!("Rename project to {name}"), file, self.active.clone());
        Ok(())
    }
}

/// Returns the pointer of a group.
fn known(file: &FleetFile, id: &str) -> Result<String, Refused> {
    if file.group_ids().any(|known| known == id) {
        Ok(json::join("/groups", id))
    } else {
        Err(Refused::NoGroup(id.to_owned()))
    }
}

/// Returns a name without space around it.
pub(super) fn visible(name: &str) -> Result<&str, Refused> {
    let name = name.trim();
    if name.chars().any(char::is_alphanumeric) { Ok(name) } else { Err(Refused::EmptyName) }
}

/// Returns the file with a copy of what stands at a pointer.
pub(super) fn duplicate(file: &FleetFile, from: &str, to: &str) -> Result<FleetFile, Refused> {
    let value = file.tree().value(from).ok_or_else(|| Refused::NoCopy(from.to_owned()))?;
    Ok(file.with(to, &value)?)
}

/// Returns a file without what stands at a pointer and what scenarios and sources say about it.
pub(super) fn without(file: &FleetFile, pointer: &str) -> Result<FleetFile, Refused> {
    let mut rest = file.clone();
    if rest.tree().get(pointer).is_some() {
        rest = rest.without(pointer)?;
    }
    for (section, key) in mentions(file, pointer) {
        rest = rest.without(&json::join(&section, &key))?;
    }
    Ok(rest)
}

/// Returns the entries of scenarios and sources that speak of a pointer or of something below it, each
/// as the section that holds it and its key.
fn mentions(file: &FleetFile, pointer: &str) -> Vec<(String, String)> {
    let scenarios = file
        .scenarios()
        .into_iter()
        .map(|scenario| format!("{}/set", json::join("/scenarios", &scenario.id)));
    let mut found = Vec::new();
    for section in scenarios.chain(["/sources".to_owned()]) {
        let Some(node) = file.tree().get(&section) else { continue };
        for member in node.members() {
            let rest = member.key.strip_prefix(pointer);
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                found.push((section.clone(), member.key.to_string()));
            }
        }
    }
    found
}

/// Returns an id and a name that no group has: the next number behind those of the original.
fn free_id(file: &FleetFile, id: &str, name: &str) -> (String, String) {
    let ids: Vec<String> = file.group_ids().map(str::to_ascii_lowercase).collect();
    let names: Vec<&str> = file.group_ids().map(|id| file.group_name(id)).collect();
    free(id, name, |id| ids.contains(&id.to_ascii_lowercase()), |name| names.contains(&name))
}

/// Returns an id and a name of which neither is taken, with the same number behind both.
pub(super) fn free(
    id: &str,
    name: &str,
    id_taken: impl Fn(&str) -> bool,
    name_taken: impl Fn(&str) -> bool,
) -> (String, String) {
    let (id, name) = (stem(id, '-'), stem(name, ' '));
    // 64 bytes is the longest id; ids of this program are ASCII, others are cut between characters.
    let mut end = id.len().min(64 - 8);
    while !id.is_char_boundary(end) {
        end -= 1;
    }
    let id = &id[..end];
    let mut number = 2_u64;
    loop {
        let (new_id, new_name) = (format!("{id}-{number}"), format!("{name} {number}"));
        if !id_taken(&new_id) && !name_taken(&new_name) {
            return (new_id, new_name);
        }
        number += 1;
    }
}

/// Returns a text without the number behind it: `What-if 2` becomes `What-if`.
fn stem(text: &str, joint: char) -> &str {
    let Some((stem, number)) = text.rsplit_once(joint) else { return text };
    let numbered = !stem.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if numbered { stem } else { text }
}
