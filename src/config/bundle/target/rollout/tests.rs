use super::*;
use crate::base::hash::sha256;
use saphyr::{LoadableYamlNode, Yaml};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

/// Texts of pumps are equal, those of valves their own.
struct Made {
    secrets: bool,
}

fn text(served: &Served) -> String {
    match served.group.as_str() {
        "pumps" => "{\"delay\": 60}\n".into(),
        _ => format!("{{\"thing\": \"{}\"}}\n", served.thing),
    }
}

impl Texts for Made {
    fn texts(&mut self, device: usize) -> Result<Vec<Secret>, String> {
        Ok(vec![Secret::new(text(&rollout().devices[device]))])
    }

    fn has_secret(&mut self, _: usize) -> bool {
        self.secrets
    }
}

fn rollout() -> Rollout {
    let served = |thing: &str, group: &str, wave, address: &str| {
        let mut served = Served {
            thing: thing.into(),
            group: group.into(),
            site: "a: b # c".into(),
            address: address.into(),
            wave,
            restart: format!("systemctl restart agent@{thing}"),
            files: Vec::new(),
        };
        let want = sha256(text(&served).as_bytes());
        let path = "/opt/agent/ws.json".to_owned();
        served.files.push(ServedFile { path, before: Some(Some(sha256(b"old"))), want });
        served
    };
    Rollout {
        plan: "ab".repeat(32),
        scenario: "slow".into(),
        devices: vec![
            served("P-1", "pumps", Some(0), "10.0.0.1:2222"),
            served("{{ x }},/..", "valves", Some(0), "pi@[fe80::1]:22 via ops@inner via outer:23"),
            served("P-2", "pumps", Some(1), "10.0.0.2"),
            served("P-3", "pumps", None, "10.0.0.3"),
        ],
        pauses: vec![true, false],
        is_ssh: true,
        is_folder: false,
        user: "agent".into(),
        restarts_per_s: 0.25,
    }
}

/// Exports into a folder; returns what stands there.
fn exported(form: Form, folder: &Path) -> BTreeMap<String, Vec<u8>> {
    export(&rollout(), form, &mut Made { secrets: false }, folder).unwrap();
    let (mut found, mut open) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Holds the list of hashes against what stands there, as `sha256sum -c` would.
fn check_sums(found: &BTreeMap<String, Vec<u8>>) {
    let sums = std::str::from_utf8(&found["SHA256SUMS"]).unwrap();
    let listed: BTreeMap<&str, &str> =
        sums.lines().map(|line| line.split_once("  ").unwrap()).map(|(sum, path)| (path, sum)).collect();
    assert_eq!(listed.len() + 1, found.len());
    for (path, bytes) in found.iter().filter(|(path, _)| *path != "SHA256SUMS") {
        assert_eq!(listed[path.as_str()], hex(&sha256(bytes)), "{path}");
    }
}

fn yaml(bytes: &[u8]) -> Yaml<'_> {
    let text = std::str::from_utf8(bytes).unwrap();
    Yaml::load_from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}")).remove(0)
}

#[test]
fn every_form_is_the_same_again_and_its_hashes_hold() {
    for form in [Form::Folder, Form::Ansible, Form::Scm, Form::Kubernetes] {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let found = exported(form, one.path());
        check_sums(&found);
        assert_eq!(found, exported(form, two.path()), "{form:?}");
        if let Ok(checked) = std::process::Command::new("sha256sum")
            .args(["-c", "--quiet", "SHA256SUMS"])
            .current_dir(one.path())
            .output()
        {
            assert!(checked.status.success(), "{checked:?}");
        }
        let facts: serde_json::Value = serde_json::from_slice(&found["rollout.json"]).unwrap();
        assert_eq!((&facts["waves"][0]["devices"], &facts["waves"][1]["devices"]), (&2.into(), &1.into()));
        let list = std::str::from_utf8(&found["devices.csv"]).unwrap();
        assert_eq!(list.lines().count(), 5, "those that are left alone are listed too");
        assert!(list.contains("P-3,,pumps,") && list.contains(&hex(&sha256(b"old"))), "{list}");
    }
}

#[test]
fn a_tree_and_an_archive_hold_every_file_of_every_wave() {
    let folder = tempfile::tempdir().unwrap();
    let found = exported(Form::Folder, folder.path());
    let paths = ["waves/01/00001-P-1", "waves/01/00002-___x______", "waves/02/00003-P-2"];
    for (path, device) in paths.into_iter().zip(0..) {
        let path = found.keys().find(|key| key.starts_with(&path[..15])).unwrap_or_else(|| panic!("{path}"));
        assert!(path.ends_with("/opt/agent/ws.json"), "{path}");
        assert_eq!(found[path], text(&rollout().devices[device]).as_bytes());
    }
    assert!(!found.keys().any(|path| path.contains("P-3") || path.contains("..")), "{:?}", found.keys());
    let bytes = |name: &str| {
        let path = folder.path().join(name);
        export(&rollout(), Form::Zip, &mut Made { secrets: true }, &path).unwrap();
        std::fs::read(path).unwrap()
    };
    let one = bytes("one.zip");
    assert_eq!(one, bytes("two.zip"));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(one)).unwrap();
    let mut held = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        held.insert(file.name().unwrap().into_owned(), bytes);
    }
    assert_eq!(held, found, "an archive holds what the folder does");
    let list = folder.path().join("list.csv");
    export(&rollout(), Form::Csv, &mut Made { secrets: true }, &list).unwrap();
    assert_eq!(std::fs::read(list).unwrap(), held["devices.csv"]);
}

#[test]
fn a_playbook_has_a_play_per_wave_and_asks_where_the_plan_does() {
    let folder = tempfile::tempdir().unwrap();
    let found = exported(Form::Ansible, folder.path());
    let plays = yaml(&found["playbook.yml"]);
    let hosts: Vec<_> =
        plays.as_sequence().unwrap().iter().map(|play| play["hosts"].as_str().unwrap()).collect();
    assert_eq!(hosts, ["wave_01", "localhost", "wave_02"]);
    assert_eq!(plays[0]["serial"].as_integer(), Some(2));
    let tasks = plays[0]["tasks"].as_sequence().unwrap();
    assert_eq!(tasks.last().unwrap()["ansible.builtin.pause"]["seconds"].as_integer(), Some(8), "2 in 8 s");
    let inventory = yaml(&found["inventory.yml"]);
    let first = &inventory["all"]["children"]["wave_01"]["hosts"]["P-1"];
    let text = |name: &str| first[name].as_str();
    assert_eq!(
        (text("ansible_host"), text("ansible_port"), text("ansible_user")),
        (Some("10.0.0.1"), Some("2222"), Some("agent"))
    );
    let file = &first["regather_files"][0];
    assert_eq!(file["before"].as_str(), Some(&*hex(&sha256(b"old"))));
    let source = format!("files/{}", file["src"].as_str().unwrap());
    assert_eq!(hex(&sha256(&found[&source])), file["sha256"].as_str().unwrap());
    let raw = std::str::from_utf8(&found["inventory.yml"]).unwrap();
    assert!(raw.contains("\"regather_thing\": !unsafe \"{{ x }},/..\""), "{raw}");
    assert!(raw.contains("\"ansible_host\": \"fe80::1\""), "{raw}");
    assert!(raw.contains("\"-J outer:23,ops@inner\""), "{raw}");
}

#[test]
fn packages_and_maps_are_of_equal_files_and_their_lists_of_waves() {
    let folder = tempfile::tempdir().unwrap();
    let found = exported(Form::Scm, folder.path());
    let paths: Vec<&str> = found.keys().map(String::as_str).filter(|path| path.contains('/')).collect();
    let expected = [
        "packages/pumps.zip",
        "packages/valves.zip",
        "waves/01/pumps.csv",
        "waves/01/valves.csv",
        "waves/02/pumps.csv",
    ];
    assert_eq!(paths, expected);
    assert_eq!(found["waves/02/pumps.csv"], b"thing\nP-2\n");
    assert_eq!(found["waves/01/valves.csv"], b"thing\n\"{{ x }},/..\"\n");
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(&found["packages/pumps.zip"])).unwrap();
    assert!(package.by_name("opt/agent/ws.json").is_ok());
    let folder = tempfile::tempdir().unwrap();
    let found = exported(Form::Kubernetes, folder.path());
    let map = found.iter().find(|(path, _)| path.starts_with("configmaps/") && path.ends_with("pumps.yaml"));
    let map = yaml(map.unwrap().1);
    assert_eq!(map["data"]["ws.json"].as_str(), Some("{\"delay\": 60}\n"));
    assert_eq!(map["metadata"]["annotations"]["regather/plan"].as_str(), Some(&*"ab".repeat(32)));
    let patch = yaml(&found["waves/02/00003-P-2.patch.yaml"]);
    let volume = &patch["spec"]["template"]["spec"]["volumes"][0];
    assert_eq!(volume["configMap"]["name"].as_str(), map["metadata"]["name"].as_str());
    let script = std::str::from_utf8(&found["waves/02/apply.sh"]).unwrap();
    assert!(
        script.contains("kubectl patch deployment '10.0.0.2' --patch-file '00003-P-2.patch.yaml'"),
        "{script}"
    );
}

#[test]
fn files_of_a_folder_stand_in_it_for_ansible_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut folders = rollout();
    (folders.is_ssh, folders.is_folder) = (false, true);
    for device in &mut folders.devices {
        device.address = format!("/srv/{}/", device.group);
    }
    export(&folders, Form::Ansible, &mut Made { secrets: false }, folder.path()).unwrap();
    let written = std::fs::read(folder.path().join("inventory.yml")).unwrap();
    let hosts = &yaml(&written)["all"]["children"]["wave_01"]["hosts"];
    let dest = hosts["P-1"]["regather_files"][0]["dest"].as_str();
    assert!(dest.is_some_and(|dest| dest.starts_with("/srv/pumps/")), "{dest:?}");
    assert!(!dest.is_some_and(|dest| dest.contains("//")), "{dest:?}");
}

#[test]
fn secrets_stay_out_of_what_many_read_and_changed_texts_out_of_everything() {
    let folder = tempfile::tempdir().unwrap();
    for form in [Form::Scm, Form::Kubernetes] {
        let error = export(&rollout(), form, &mut Made { secrets: true }, folder.path()).unwrap_err();
        assert!(matches!(&error, RolloutExportError::Secret { thing, .. } if thing == "P-1"), "{error}");
    }
    let mut changed = rollout();
    changed.devices[2].files[0].want = [0; 32];
    let error = export(&changed, Form::Folder, &mut Made { secrets: false }, folder.path()).unwrap_err();
    assert!(
        error.to_string().contains("P-2") && error.to_string().contains("not what was planned"),
        "{error}"
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().filter(|e| e.as_ref().unwrap().path().is_file()).count(),
        0
    );
}
