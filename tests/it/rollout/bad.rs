//! Secrets that are not found, exports, lists and the formats that others read.

use super::{OLD, connection, count, devices, plan, rollout};
use crate::program::{run, run_in, text, write};
use serde_json::Value;

#[test]
fn a_reference_that_leads_nowhere_is_named_before_and_during_a_roll_out() {
    let folder = devices(3);
    let at = folder.path();
    let list = text(&at.join("things.csv"));
    let key = format!("file:{}", at.join("key").display());
    write(&at.join("things.csv"), list.replacen(&key, "env:NO_SUCH_VARIABLE_4711", 1));
    plan(at, &[]).ends(3).says("The environment has no variable NO_SUCH_VARIABLE_4711").says("P-0");
    assert!(!at.join("night.json").exists());
    write(&at.join("things.csv"), list);
    let terms = ["--rate", "1000", "--pause-after", "never", "--max-failed", "3", "--confirmed", "0%"];
    plan(at, &terms).ends(0);
    let secret = text(&at.join("key"));
    std::fs::remove_file(at.join("key")).unwrap();
    let ended = rollout(at, &["start", "night.json", "--yes", "--json"]).ends(6).json();
    assert_eq!((count(&ended, "failed"), ended["classes"][0]["class"].as_str()), (3, Some("no-source")));
    assert!((0..3).all(|device| connection(at, device) == OLD), "nobody got a file without its key");
    write(&at.join("key"), secret);
    let done = rollout(at, &["retry", "night.json", "--class", "no-source", "--json"]).ends(0).json();
    assert_eq!(count(&done, "verified"), 3);
}

#[test]
fn a_restart_that_would_never_run_is_refused() {
    let folder = devices(2);
    plan(folder.path(), &["--restart", "systemctl restart agent"])
        .ends(2)
        .says("Nothing runs in a folder")
        .says("Leave it out");
    assert!(!folder.path().join("night.json").exists());
}

#[test]
fn two_spellings_of_one_address_are_one_device() {
    let folder = devices(2);
    let at = folder.path();
    let list = "thing,group,app_key,ssh\nP-0,pumps,file:key,10.0.0.1:22\nP-1,pumps,file:key,root@10.0.0.1\n";
    write(&at.join("ssh.csv"), list);
    let arguments = [
        "rollout",
        "plan",
        "fleet.json",
        "--devices",
        "ssh.csv",
        "--has",
        "has",
        "--over",
        "ssh",
        "--at",
        "{ssh}",
        "--path",
        "/opt/{file}",
        "--restart",
        "true",
        "--identity",
        "none",
        "-o",
        "ssh.json",
    ];
    run_in(at, &arguments).ends(3).says("P-0 and P-1 share an address and a file");
}

#[test]
fn a_plan_is_exported_for_other_tools_and_its_devices_as_a_list() {
    let folder = devices(5);
    let at = folder.path();
    plan(at, &["--rate", "1000", "--waves", "2,rest", "--pause-after", "never"]).ends(0);
    for form in ["folder", "ansible"] {
        run_in(at, &["rollout", "export", "night.json", "--as", form, "--out", form]).ends(0).says("secrets");
        assert!(text(&at.join(form).join("devices.csv")).lines().count() == 11, "two files for each of five");
    }
    assert!(text(&at.join("ansible/playbook.yml")).contains("hosts: wave_02"));
    let zip = ["rollout", "export", "night.json", "--as", "zip", "--out", "night.zip", "--json"];
    let zip = run_in(at, &zip).ends(0).json();
    assert_eq!(
        (zip["schema"].as_str(), &zip["waves"]),
        (Some("regather/rollout-export/1"), &serde_json::json!([2, 3]))
    );
    // Keys stand in these files, and many read a package.
    for form in ["scm", "kubernetes"] {
        run_in(at, &["rollout", "export", "night.json", "--as", form, "--out", form])
            .ends(3)
            .says("holds a secret");
        assert!(!at.join(form).exists());
    }
    rollout(at, &["start", "night.json", "--yes", "--json"]);
    let list = run_in(at, &["rollout", "status", "night.json", "--csv"]).ends(0).out;
    let header = "thing,wave,group,site,address,state,class,restarts,message";
    assert_eq!((list.lines().count(), list.lines().next()), (6, Some(header)), "{list}");
    assert!(list.lines().skip(1).all(|line| line.starts_with("P-")), "{list}");
}

fn conforms(format: &str, value: &Value) {
    let schema: Value = run(&["schema", format]).ends(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{format}: {faults:?}\n{value:#}");
    let mut odd = value.clone();
    odd["unexpected"] = 1.into();
    assert!(!validator.is_valid(&odd), "{format} takes anything");
}

#[test]
fn what_it_prints_and_writes_is_as_its_schemas_say() {
    let folder = devices(4);
    let at = folder.path();
    let made =
        plan(at, &["--rate", "1000", "--waves", "1,rest", "--pause-after", "never", "--json"]).ends(0).json();
    conforms("rollout-plan", &made);
    conforms("rollout-file", &serde_json::from_str(&text(&at.join("night.json"))).unwrap());
    std::fs::remove_dir_all(at.join("d2")).unwrap();
    rollout(at, &["start", "night.json", "--yes"]);
    let status = run_in(at, &["rollout", "status", "night.json", "--devices", "--json"]).ends(0).json();
    assert_eq!(status["devices"].as_array().unwrap().len(), 4);
    conforms("rollout", &status);
}
