//! An inventory with a group per wave, and a playbook with a play per wave.
//!
//! Each play reads what stands on a device, stops where somebody changed it since the plan was made, copies, restarts,
//! and reads back. `serial` and a pause behind each batch keep the restarts below the rate that the platform bears.
//! After waves that somebody has to look at the playbook asks.
//!
//! A mark on the device says before the copy that a restart is due, and goes away behind the restart. So a play that
//! ends in between restarts the device when it is run again, and a device whose files were equal is left alone.

use super::super::names::{ANSIBLE_HOST, Names};
use super::super::yaml::{Yaml, quoted};
use super::out::{Out, RolloutExportError, Sink};
use super::{Rollout, Served, Texts, below, folder, number, tree};
use crate::base::hash::hex;
use std::fmt::Write as _;

/// Time over which the restarts of a batch are counted, where several fit in \[s\].
const BATCH_S: f64 = 10.0;

/// The tasks of a wave.
const TASKS: &str = r#"  gather_facts: false
  become: "{{ regather_become | default(true) }}"
  # A wave with a failure is the last one.
  max_fail_percentage: 0
  tasks:
    - name: "Read what stands there"
      ansible.builtin.stat:
        path: "{{ item.dest }}"
        checksum_algorithm: "sha256"
      loop: "{{ regather_files }}"
      loop_control:
        label: "{{ item.dest }}"
      register: regather_before
    - name: "Stop where somebody changed a file since the plan was made"
      ansible.builtin.assert:
        that:
          - "item.item.before == '' or (item.stat.checksum | default('absent')) in [item.item.before, item.item.sha256]"
        quiet: true
      loop: "{{ regather_before.results }}"
      loop_control:
        label: "{{ item.item.dest }}"
    # The mark stays where the play ends before the restart; the next run restarts then, though no file changes.
    - name: "Note that a restart is due where a file will change"
      ansible.builtin.copy:
        content: "due"
        dest: "{{ (regather_files | first).dest }}.restart-due"
        mode: "0600"
      when:
        - "regather_restart | length > 0"
        - "(regather_before.results | map(attribute='stat') | map(attribute='checksum', default='absent') | list) != (regather_files | map(attribute='sha256') | list)"
    - name: "Copy the files"
      ansible.builtin.copy:
        src: "files/{{ item.src }}"
        dest: "{{ item.dest }}"
        owner: "{{ regather_owner | default(omit) }}"
        group: "{{ regather_group_owner | default(omit) }}"
        mode: "{{ regather_mode | default(omit) }}"
        backup: true
      loop: "{{ regather_files }}"
      loop_control:
        label: "{{ item.dest }}"
      # The files may hold secrets, which a difference would print.
      diff: false
    - name: "Look whether a restart is due"
      ansible.builtin.stat:
        path: "{{ (regather_files | first).dest }}.restart-due"
      register: regather_due
    - name: "Restart the agent"
      ansible.builtin.shell: "{{ regather_restart }}"
      when:
        - "regather_restart | length > 0"
        - "regather_due.stat.exists"
    - name: "Note that it was restarted"
      ansible.builtin.file:
        path: "{{ (regather_files | first).dest }}.restart-due"
        state: absent
      # Without a command nothing was restarted, and the mark of an earlier run still holds.
      when:
        - "regather_restart | length > 0"
        - "regather_due.stat.exists"
    - name: "Read back"
      ansible.builtin.stat:
        path: "{{ item.dest }}"
        checksum_algorithm: "sha256"
      loop: "{{ regather_files }}"
      loop_control:
        label: "{{ item.dest }}"
      register: regather_after
    - name: "Compare with the plan"
      ansible.builtin.assert:
        that:
          - "item.stat.checksum | default('absent') == item.item.sha256"
        quiet: true
      loop: "{{ regather_after.results }}"
      loop_control:
        label: "{{ item.item.dest }}"
"#;

/// Writes `inventory.yml`, `playbook.yml`, `group_vars/all.yml` and `files/`.
pub(super) fn write<S: Sink>(
    rollout: &Rollout,
    texts: &mut dyn Texts,
    out: &mut Out<S>,
) -> Result<(), RolloutExportError> {
    tree(rollout, texts, out, "files/")?;
    out.put("inventory.yml", inventory(rollout).as_bytes(), false)?;
    out.put("playbook.yml", playbook(rollout).as_bytes(), false)?;
    let mut site = Yaml::new(&["Settings of the playbook. Change them here."]);
    site.line(0, "\"regather_become\": true");
    out.put("group_vars/all.yml", site.finish().as_bytes(), false)
}

fn inventory(rollout: &Rollout) -> String {
    let mut yaml = Yaml::new(&["Written by regather. No secrets stand here; they are in files/."]);
    let mut names = Names::default();
    yaml.line(0, "all:");
    yaml.line(1, "children:");
    for wave in 0..rollout.pauses.len() as u32 {
        yaml.line(2, &format!("wave_{}:", number(rollout, wave)));
        yaml.line(3, "hosts:");
        let of_wave = rollout.devices.iter().enumerate().filter(|(_, served)| served.wave == Some(wave));
        for (device, served) in of_wave {
            yaml.open(4, &names.give(&served.thing, &ANSIBLE_HOST));
            yaml.plain_text(5, "regather_thing", &served.thing);
            yaml.plain_text(5, "regather_group", &served.group);
            yaml.plain_text(5, "regather_site", &served.site);
            address(rollout, served, &mut yaml);
            // A command is run as it is; what looks like a template is none.
            yaml.plain_text(5, "regather_restart", &served.restart);
            yaml.open(5, "regather_files");
            for file in &served.files {
                let place = folder(rollout, device).unwrap_or_default();
                let before = match &file.before {
                    None => String::new(),
                    Some(None) => "absent".into(),
                    Some(Some(hash)) => hex(hash),
                };
                yaml.line(6, &format!("- \"sha256\": {}", quoted(&hex(&file.want))));
                yaml.text(7, "before", &before);
                yaml.plain_text(7, "dest", &destination(rollout, served, &file.path));
                yaml.plain_text(7, "src", &format!("{place}/{}", below(&file.path)));
            }
        }
    }
    yaml.finish()
}

/// Returns where a file stands on the machine that Ansible reaches.
fn destination(rollout: &Rollout, served: &Served, path: &str) -> String {
    if rollout.is_folder {
        format!("{}/{}", served.address.trim_end_matches('/'), path.trim_start_matches('/'))
    } else {
        path.to_owned()
    }
}

/// Adds how a device is reached: `user@host:port`, behind ` via ` the jump hosts.
fn address(rollout: &Rollout, served: &Served, yaml: &mut Yaml) {
    if !rollout.is_ssh {
        return yaml.plain_text(5, "regather_address", &served.address);
    }
    let mut hops = served.address.split(" via ");
    let device = hops.next().unwrap_or_default();
    let (user, place) = device.rsplit_once('@').unwrap_or((&rollout.user, device));
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
        _ => (place, "22"),
    };
    yaml.plain_text(5, "ansible_host", host.trim_start_matches('[').trim_end_matches(']'));
    yaml.plain_text(5, "ansible_port", port);
    if !user.is_empty() {
        yaml.plain_text(5, "ansible_user", user);
    }
    // The nearest jump host is named last in an address, and first to ssh.
    let mut jumps: Vec<&str> = hops.collect();
    jumps.reverse();
    // What is no name of a host would become options of ssh.
    let is_host = |hop: &&str| !hop.starts_with('-') && !hop.contains(char::is_whitespace);
    if !jumps.is_empty() && jumps.iter().all(is_host) {
        yaml.plain_text(5, "ansible_ssh_common_args", &format!("-J {}", jumps.join(",")));
    }
}

fn playbook(rollout: &Rollout) -> String {
    let mut text = Yaml::new(&[
        "Written by regather. Run it with: ansible-playbook -i inventory.yml playbook.yml",
        "One play per wave. Restarts stay below the rate that the platform bears.",
    ])
    .finish();
    let rate = if rollout.restarts_per_s > 0.0 { rollout.restarts_per_s } else { 1.0 };
    let batch = (rate * BATCH_S).floor().max(1.0);
    let wait_s = (batch / rate).ceil();
    for (pause, wave) in rollout.pauses.iter().zip(0..) {
        let name = number(rollout, wave);
        let _ = write!(text, "- name: \"Wave {}\"\n  hosts: wave_{name}\n  serial: {batch}\n", wave + 1);
        text.push_str(TASKS);
        let _ = write!(
            text,
            "    - name: \"Let them come back\"\n      ansible.builtin.pause:\n        seconds: {wait_s}\n"
        );
        if *pause && wave as usize + 1 < rollout.pauses.len() {
            let _ = write!(
                text,
                "- name: \"Look at wave {0}\"\n  hosts: localhost\n  gather_facts: false\n  tasks:\n    - name: \"Ask\"\n      \
                 ansible.builtin.pause:\n        prompt: \"Wave {0} is done. Look at it, then press Enter to go on\"\n",
                wave + 1
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::TASKS;

    #[test]
    fn a_restart_that_is_due_outlives_a_play_that_ends() {
        let names: Vec<&str> = TASKS.lines().filter_map(|line| line.strip_prefix("    - name: ")).collect();
        let at = |name: &str| names.iter().position(|found| found.trim_matches('"') == name).unwrap();
        let due = at("Note that a restart is due where a file will change");
        assert!(due < at("Copy the files"), "{names:?}");
        assert!(at("Copy the files") < at("Look whether a restart is due"), "{names:?}");
        assert!(at("Restart the agent") < at("Note that it was restarted"), "{names:?}");
        assert!(at("Note that it was restarted") < at("Read back"), "{names:?}");
        assert!(
            !TASKS.contains("notify") && !TASKS.contains("handler"),
            "a handler is lost when a play ends"
        );
    }
}
