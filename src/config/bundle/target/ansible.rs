//! An Ansible inventory, its variables and a short playbook that copies the files of the folder target.
//!
//! Variables hold references to secrets and never secrets; the files that the playbook copies stand in `files/`
//! and are the only ones with secrets in them. Values that look like templates are marked, so that a thing
//! called `{{ x }}` is a name and nothing that Ansible computes.

use super::names::{ANSIBLE_GROUP, ANSIBLE_HOST, Names};
use super::waves::Waves;
use super::yaml::{Yaml, quoted};
use super::{Artefact, not_deliverable, write_artefacts};
use crate::config::bundle::deliver::{Progress, Written, write_folder};
use crate::config::bundle::error::BundleError;
use crate::config::bundle::fill::Template;
use crate::config::bundle::plan::{Entry, Plan};
use crate::config::secret::{SecretRef, Vault, is_secret_name};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the operator decides about the playbook.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Devices per wave, as the playbook's `serial`; `None` serves all at once.
    pub waves: Option<&'a Waves>,
    /// Variable with the address under which a device is reached; without a value its name is used.
    pub address: &'a str,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { waves: None, address: "address" }
    }
}

/// Folder of the agent files beside the playbook.
const FILES: &str = "files";

/// Settings of the playbook that a site has to decide.
const SITE: &str = r#"# Settings of the playbook. Change them here, or per group in the files beside this one.
---
# Folder of the agent's files on a device. Empty stops the playbook before it changes anything.
"regather_dest": ""
# Service that is restarted when a file changed. Empty restarts nothing.
"regather_service": ""
"regather_owner": "root"
"regather_group_owner": "root"
"regather_mode": "0600"
"regather_become": true
# Keeps the file that stood there, with a time stamp in its name.
"regather_backup": true
"#;

/// The playbook behind its head.
const TASKS: &str = r#"  gather_facts: false
  become: "{{ regather_become }}"
  # A wave with a failure is the last one.
  max_fail_percentage: 0
  tasks:
    - name: "Check that the folder is known"
      ansible.builtin.assert:
        that:
          - "regather_dest | length > 0"
        fail_msg: "Set regather_dest in group_vars to the folder of the agent's files"
    # The mark stays where the play ends before the restart; the next run restarts then, though no file changes.
    - name: "Read what stands there"
      ansible.builtin.stat:
        path: "{{ regather_dest }}/{{ item.name }}"
        checksum_algorithm: "sha256"
      loop: "{{ regather_files | default([]) }}"
      loop_control:
        label: "{{ item.name }}"
      register: regather_before
    - name: "Note that a restart is due where a file will change"
      ansible.builtin.copy:
        content: "due"
        dest: "{{ regather_dest }}/.regather-restart-due"
        mode: "0600"
      when:
        - "regather_service | length > 0"
        - "(item.stat.checksum | default('absent')) != (lookup('ansible.builtin.file', 'files/' ~ item.item.src, rstrip=false) | hash('sha256'))"
      loop: "{{ regather_before.results }}"
      loop_control:
        label: "{{ item.item.name }}"
    - name: "Copy the files"
      ansible.builtin.copy:
        src: "files/{{ item.src }}"
        dest: "{{ regather_dest }}/{{ item.name }}"
        owner: "{{ regather_owner }}"
        group: "{{ regather_group_owner }}"
        mode: "{{ regather_mode }}"
        backup: "{{ regather_backup }}"
      loop: "{{ regather_files | default([]) }}"
      loop_control:
        label: "{{ item.name }}"
      # The files may hold secrets, which a difference would print.
      diff: false
    - name: "Look whether a restart is due"
      ansible.builtin.stat:
        path: "{{ regather_dest }}/.regather-restart-due"
      register: regather_due
    - name: "Restart the agent"
      ansible.builtin.service:
        name: "{{ regather_service }}"
        state: restarted
      when:
        - "regather_service | length > 0"
        - "regather_due.stat.exists"
    - name: "Note that it was restarted"
      ansible.builtin.file:
        path: "{{ regather_dest }}/.regather-restart-due"
        state: absent
      # Without a command nothing was restarted, and the mark of an earlier run still holds.
      when:
        - "regather_service | length > 0"
        - "regather_due.stat.exists"
"#;

/// Returns `inventory.yml`, `group_vars/`, and `playbook.yml`, and what the user should know.
///
/// # Errors
/// [`BundleError::Column`] where a column that holds secrets by its name, or is used as one, holds something else
/// than a reference.
pub fn artefacts(
    plan: &Plan<'_>,
    options: &Options<'_>,
) -> Result<(Vec<Artefact>, Vec<String>), BundleError> {
    let mut notes = plan.notes().to_vec();
    notes.extend(plan.items.iter().filter(|item| !item.deliverable).map(not_deliverable));
    let mut names = Names::default();
    for taken in ["all", "ungrouped", "localhost"] {
        names.give(taken, &ANSIBLE_GROUP);
    }
    let groups: BTreeSet<&str> = plan.items.iter().map(|item| item.group).collect();
    let groups: Vec<(&str, String)> =
        groups.into_iter().map(|group| (group, names.give(group, &ANSIBLE_GROUP))).collect();
    let files = files(plan);
    let mut artefacts = vec![
        Artefact::text("inventory.yml", inventory(plan, options, &groups, &files, names)?),
        Artefact::text("playbook.yml", playbook(options)),
        Artefact::text("group_vars/all.yml", SITE.into()),
    ];
    for (group, name) in &groups {
        artefacts.push(Artefact::text(format!("group_vars/{name}.yml"), group_vars(plan, group, &files)));
    }
    if plan.devices.count() == 0 {
        notes.push("Without an inventory the groups of inventory.yml are empty: add their hosts".into());
    }
    Ok((artefacts, notes))
}

/// Writes the agent files to `files/` and then what [`artefacts`] returns.
///
/// # Errors
/// As [`artefacts`] before anything is written, then as [`write_folder`].
pub fn write(
    plan: &Plan<'_>,
    folder: &Path,
    options: &Options<'_>,
    vault: &dyn Vault,
    progress: Progress<'_>,
) -> Result<Written, BundleError> {
    let (artefacts, notes) = artefacts(plan, options)?;
    let mut done = write_folder(plan, &folder.join(FILES), vault, progress)?;
    let rest = write_artefacts(&artefacts, folder)?;
    done.written.extend(rest.written);
    done.unchanged += rest.unchanged;
    done.notes = notes;
    Ok(done)
}

/// Files by device, or by group where there is no inventory.
type Files<'p> = BTreeMap<(&'p str, Option<u32>), Vec<&'p Entry>>;

fn files<'p>(plan: &'p Plan<'_>) -> Files<'p> {
    let mut files = Files::new();
    for entry in plan.entries.iter().filter(|entry| plan.item(entry).deliverable) {
        files.entry((plan.item(entry).group, entry.device)).or_default().push(entry);
    }
    files
}

fn inventory(
    plan: &Plan<'_>,
    options: &Options<'_>,
    groups: &[(&str, String)],
    files: &Files<'_>,
    mut names: Names,
) -> Result<String, BundleError> {
    let columns = Columns::of(plan, options);
    let mut yaml = Yaml::new(&["Written by regather. References to secrets stand here, never secrets."]);
    yaml.line(0, "all:");
    yaml.line(1, "children:");
    for (group, name) in groups {
        yaml.open(2, name);
        let members = plan.members.get(group).map_or(&[][..], Vec::as_slice);
        if members.is_empty() {
            yaml.line(3, "hosts: {}");
            continue;
        }
        yaml.line(3, "hosts:");
        for &device in members {
            let value =
                |name: &str| plan.devices.value(device as usize, name).filter(|value| !value.is_empty());
            let thing = value("thing").unwrap_or("unnamed");
            yaml.open(4, &names.give(thing, &ANSIBLE_HOST));
            yaml.plain_text(5, "regather_thing", thing);
            if let Some(address) = value(options.address) {
                yaml.plain_text(5, "ansible_host", address);
            }
            columns.write(plan, device, &mut yaml)?;
            file_list(&mut yaml, 5, plan, files.get(&(*group, Some(device))));
        }
    }
    Ok(yaml.finish())
}

/// The columns of the inventory with the names of their variables.
struct Columns<'a> {
    columns: Vec<(&'a str, String, bool)>,
}

impl<'a> Columns<'a> {
    fn of(plan: &'a Plan<'_>, options: &Options<'_>) -> Self {
        let mut names = Names::default();
        for taken in ["regather_thing", "regather_files", "regather_kind", "regather_group_name"] {
            names.give(taken, &ANSIBLE_GROUP);
        }
        let used: BTreeSet<&str> = plan.templates.iter().flat_map(Template::secrets).collect();
        let columns = plan.devices.columns().into_iter();
        let columns = columns
            .filter(|name| !["thing", "group", options.address].contains(name))
            .map(|name| {
                let secret = is_secret_name(name) || used.contains(name);
                let tail = if secret { "_reference" } else { "" };
                (name, names.give(&format!("regather_{}{tail}", name.to_lowercase()), &ANSIBLE_GROUP), secret)
            })
            .collect();
        Self { columns }
    }

    fn write(&self, plan: &Plan<'_>, device: u32, yaml: &mut Yaml) -> Result<(), BundleError> {
        for (column, variable, secret) in &self.columns {
            let Some(value) = plan.devices.value(device as usize, column).filter(|value| !value.is_empty())
            else {
                continue;
            };
            if *secret {
                value.parse::<SecretRef>().map_err(|source| BundleError::Column {
                    column: (*column).into(),
                    owner: plan
                        .devices
                        .value(device as usize, "thing")
                        .map_or_else(|| format!("device {}", device + 1), |thing| format!("device {thing}")),
                    source,
                })?;
            }
            yaml.plain_text(5, variable, value);
        }
        Ok(())
    }
}

/// Adds the files that the playbook copies.
fn file_list(yaml: &mut Yaml, depth: usize, plan: &Plan<'_>, files: Option<&Vec<&Entry>>) {
    let Some(files) = files else { return };
    yaml.open(depth, "regather_files");
    for entry in files {
        let tagged = |text: &str| {
            let tag = if text.contains("{{") || text.contains("{%") || text.contains("{#") {
                "!unsafe "
            } else {
                ""
            };
            format!("{tag}{}", quoted(text))
        };
        let (name, src) = (tagged(plan.item(entry).file), tagged(&entry.path));
        yaml.line(depth + 1, &format!("- {{\"name\": {name}, \"src\": {src}}}"));
    }
}

fn group_vars(plan: &Plan<'_>, group: &str, files: &Files<'_>) -> String {
    let mut yaml = Yaml::new(&["Written by regather."]);
    if let Some(item) = plan.items.iter().find(|item| item.group == group) {
        yaml.plain_text(0, "regather_group_name", item.group_name);
        yaml.plain_text(0, "regather_kind", item.kind.word());
    }
    file_list(&mut yaml, 0, plan, files.get(&(group, None)));
    yaml.finish()
}

fn playbook(options: &Options<'_>) -> String {
    let mut yaml =
        Yaml::new(&["Written by regather. Run it with: ansible-playbook -i inventory.yml playbook.yml"]);
    yaml.line(0, "- name: \"Put the agents' files on their devices\"");
    yaml.line(1, "hosts: all");
    if let Some(waves) = options.waves {
        yaml.line(1, "serial:");
        for wave in waves.serial() {
            yaml.line(2, &format!("- {}", quoted(&wave)));
        }
    }
    yaml.finish() + TASKS
}
