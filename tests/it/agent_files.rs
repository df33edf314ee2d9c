//! The files that agents read, on the command line: what devices have, what they get, and where it goes.

use crate::program::{Ran, program, run, run_in, text, write};
use std::fs;
use std::path::Path;

const LINE: &str = "example:three-box-line";

/// What a gateway has: its own servers and key, and too few attempts.
const GATEWAY: &str = "{\r\n  \"ws_servers\": [{ \"host\": \"twx.example.com\", \"port\": 443 }],\r\n  \"appKey\": \"in-the-clear-0815\",\r\n  \"ws_connection\": {\r\n    \"connect_retries\": 3,\r\n    \"max_connect_delay\": 10\r\n  }\r\n}\r\n";

/// Writes a file into a folder that is made.
fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    write(&path, text);
}

#[test]
fn a_file_of_an_agent_is_validated_with_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "config.json", GATEWAY);
    let ran = run_in(folder.path(), &["validate", "config.json"]).ends(3);
    assert!(ran.out.contains("config.json of EMS (documented)"), "{}", ran.out);
    assert!(ran.out.contains("config.json:5:") && ran.out.contains("D001"), "{}", ran.out);
    assert!(ran.out.contains("A015") && ran.out.contains("10 s"), "asked, not converted: {}", ran.out);
    assert!(!ran.out.contains("0815"), "no value that is no setting is told");
    let json = run_in(folder.path(), &["validate", "config.json", "--json"]).ends(3).json();
    assert_eq!(json["files"][0]["agent_file"]["agent"], "ems");
    assert_eq!(json["files"][0]["agent_file"]["settings"][0]["path"], "ws_connection/max_connect_delay");

    put(folder.path(), "cut.json", &GATEWAY[..60]);
    run_in(folder.path(), &["validate", "cut.json"]).ends(3);
    put(folder.path(), "ws_connection.json", "{ \"connect_retries\": \"many\", \"connect_retries\": 1 }");
    let ran = run_in(folder.path(), &["validate", "ws_connection.json"]).ends(3);
    assert!(ran.out.contains("F003"), "{}", ran.out);
    run_in(folder.path(), &["validate", "config.json", "--agent", "ewe"]).ends(2).says("ems");
}

#[test]
fn a_file_is_tried_in_an_outage() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "config.json", &GATEWAY.replace("\"connect_retries\": 3", "\"connect_retries\": -1"));
    let ran =
        run_in(folder.path(), &["validate", "config.json", "--in", LINE, "--group", "machines"]).ends(0);
    assert!(ran.out.contains("With this file:") && ran.out.contains("As the project has it:"), "{}", ran.out);
    run_in(folder.path(), &["validate", "config.json", "--in", LINE, "--group", "machine"])
        .ends(2)
        .says("Did you mean `machines`?");
}

#[test]
fn what_devices_have_is_compared_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "has/machines/config.json", GATEWAY);
    let ran = run_in(folder.path(), &["diff", LINE, "--has", "has"]).ends(0);
    assert!(ran.out.contains("-     \"connect_retries\": 3,"), "{}", ran.out);
    assert!(ran.out.contains("+     \"connect_retries\": -1,"), "{}", ran.out);
    assert!(ran.out.contains("10 ms → 10 s"), "{}", ran.out);
    assert!(ran.out.contains("With the files that devices have:"), "{}", ran.out);
    assert!(!ran.out.contains("0815"), "secrets are masked");
    let json = run_in(folder.path(), &["diff", LINE, "--has", "has", "--no-effect", "--json"]).ends(0).json();
    assert_eq!(json["groups"][0]["files"][0]["settings"][0]["change"], "changed");

    run_in(folder.path(), &["generate", LINE, "--has", "has", "--out", "new"]).ends(0);
    let new = text(&folder.path().join("new/machines/config.json"));
    assert!(new.contains("in-the-clear-0815") && new.contains("twx.example.com"), "{new}");
    assert!(new.contains("\"connect_retries\": -1,\r\n") && !new.replace("\r\n", "").contains('\n'), "{new}");

    put(folder.path(), "has/machine/config.json", GATEWAY);
    run_in(folder.path(), &["generate", LINE, "--has", "has", "--out", "x"])
        .ends(3)
        .says("Did you mean `machines`?");
    fs::remove_dir_all(folder.path().join("has/machine")).unwrap();
    put(folder.path(), "has/machines/config.json", "{ \"ws_connection\": ");
    run_in(folder.path(), &["generate", LINE, "--has", "has", "--out", "x"])
        .ends(3)
        .says("nothing was written");
    assert!(!folder.path().join("x").exists());
}

#[test]
fn devices_are_compared_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "has/m-1/config.json", GATEWAY);
    put(folder.path(), "has/m-2/config.json", &GATEWAY.replace("\": 3", "\": -1"));
    put(folder.path(), "list.csv", "thing,group\nm-1,machines\nm-2,machines\nm-3,machines\n");
    let diff = ["diff", LINE, "--has", "has", "--devices", "list.csv"];
    let ran = run_in(folder.path(), &diff).ends(0);
    assert!(
        ran.out.contains("machines/m-1/config.json") && ran.out.contains("3 attempts → for ever"),
        "{}",
        ran.out
    );
    let json = run_in(folder.path(), &[&diff[..], &["--json"]].concat()).ends(0).json();
    let things: Vec<_> =
        json["devices"].as_array().unwrap().iter().map(|one| one["thing"].as_str()).collect();
    assert_eq!(things, [Some("m-1"), Some("m-2")]);
    run_in(folder.path(), &diff[..4]).ends(3).says("m-1");
}

#[test]
fn devices_files_become_a_project_that_simulates() {
    let folder = tempfile::tempdir().unwrap();
    for at in 0..30 {
        put(folder.path(), &format!("all/gw-{at}/config.json"), GATEWAY);
    }
    put(folder.path(), "all/gw-30/config.json", &GATEWAY.replace("\": 3", "\": 9"));
    put(folder.path(), "all/gw-31/config.json", "no");
    let import = &["import", "all", "-o", "fleet.json", "--devices", "devices.csv"];
    let ran = run_in(folder.path(), import).ends(3);
    assert!(
        ran.out.contains("31 devices in 2 groups") && ran.out.contains("gw-31/config.json"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("connect_retries: 9, there 3"), "{}", ran.out);
    run_in(folder.path(), import).ends(2).says("--force");
    let project = text(&folder.path().join("fleet.json"));
    assert!(!project.contains("0815") && project.contains("\"devices\": 30"), "{project}");
    assert_eq!(text(&folder.path().join("devices.csv")).lines().count(), 32);
    // Devices that give up are an error of the fleet, and told with its result.
    run_in(folder.path(), &["simulate", "fleet.json", "--runs", "1", "--exit-zero"]).ends(3);
    run_in(folder.path(), &["import", "nowhere"]).ends(3);
    assert!(run(&["import", "--help-export"]).ends(0).out.contains("QueryImplementingThings"));
}

#[test]
fn a_list_of_things_becomes_a_project_whose_settings_are_unknown() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "things.csv", "thing,group\ng-1,gates\np-1,pumps\np-2,pumps\n");
    let list = ["import", "things.csv", "-o", "fleet.json"];
    run_in(folder.path(), &list).ends(2).says("--agent");
    let ran = run_in(folder.path(), &[&list[..], &["--agent", "ems"]].concat()).ends(0);
    assert!(ran.out.contains("3 devices in 2 groups"), "{}", ran.out);
    assert!(ran.out.contains("connect_retry_interval: unknown, "), "{}", ran.out);
    let project = text(&folder.path().join("fleet.json"));
    assert!(project.contains("\"file\": \"things.csv\"") && project.contains("\"unknown\""), "{project}");
    let told = run_in(folder.path(), &["simulate", "fleet.json", "--runs", "12", "--exit-zero"]);
    assert!(told.out.contains("With what is unknown: at best 95 % back"), "{} {}", told.out, told.err);
    put(folder.path(), "bad.csv", "thing,group\np-1,pumps\np-1,pumps\n");
    run_in(folder.path(), &["import", "bad.csv", "--agent", "ems", "-o", "x.json"]).ends(3);
    assert!(!folder.path().join("x.json").exists());
}

/// A project with one group of pumps, their list, and a file of theirs with places for what is each one's own.
fn pumps(folder: &Path) {
    put(
        folder,
        "fleet.json",
        r#"{ "regather": 1, "groups": { "pumps": { "devices": 3, "agent": "example-agent", "reconnect_random_delay_seconds": 120 } },
  "platform": { "preset": "medium" }, "outage": { "length_s": 600 }, "inventory": { "file": "things.csv" } }"#,
    );
    let list = "Thing Name;group;Application Key;host;connect_timeout\np-1;pumps;env:PUMP_KEY;a.example;\np-2;pumps;file:key.txt;b.example;20000\np-3;pumps;env:PUMP_KEY;a.example;\n";
    put(folder, "things.csv", list);
    put(
        folder,
        "has/pumps/ws_connection.json",
        "{ \"name\": \"${thing}\", \"host\": \"${host}\", \"app_key\": \"${app_key:secret}\" }\n",
    );
    put(folder, "key.txt", "from-a-file-4711\n");
}

/// Runs the program with the key of the pumps in its environment.
fn keyed(folder: &Path, arguments: &[&str]) -> Ran {
    program(arguments)
        .current_dir(folder)
        .env("PUMP_KEY", "from-the-environment-4711")
        .output()
        .unwrap()
        .into()
}

#[test]
fn each_device_gets_its_own_file_and_no_secret_is_anywhere_else() {
    let folder = tempfile::tempdir().unwrap();
    pumps(folder.path());
    let generate = |more: &[&str]| {
        keyed(folder.path(), &[&["generate", "fleet.json", "--has", "has"][..], more].concat())
    };
    let told = generate(&["--out", "out"]).ends(0);
    let of = |thing: &str| text(&folder.path().join(format!("out/pumps/{thing}/ws_connection.json")));
    assert!(
        of("p-1").contains(
            "\"name\": \"p-1\", \"host\": \"a.example\", \"app_key\": \"from-the-environment-4711\""
        )
    );
    assert!(of("p-2").contains("from-a-file-4711"), "{}", of("p-2"));
    let manifest = text(&folder.path().join("out/regather-manifest.json"));
    let planned = generate(&["--out", "out", "--dry-run"]).ends(0);
    let json = generate(&["--out", "all.zip", "--json"]).ends(0);
    let ansible = generate(&["--to", "ansible", "--out", "play"]).ends(0);
    let vars = text(&folder.path().join("play/inventory.yml"));
    for said in [&manifest, &vars, &told.out, &told.err, &planned.out, &json.out, &ansible.out] {
        assert!(!said.contains("4711"), "{said}");
    }
    assert!(folder.path().join("all.zip").exists());
    generate(&["--to", "configmap", "--out", "maps"]).ends(3).says("secret");
    generate(&["--to", "robot", "--out", "x"]).ends(2).says("configmap");
    let keyless = run_in(folder.path(), &["generate", "fleet.json", "--has", "has", "--out", "none"]).ends(3);
    assert!(keyless.err.contains("PUMP_KEY") && !folder.path().join("none").exists(), "{}", keyless.err);

    put(
        folder.path(),
        "things.csv",
        "thing,group,app_key\n../p,pumps,env:PUMP_KEY\np,pumps,a-key-in-the-clear\n",
    );
    let refused = generate(&["--out", "x"]).ends(3);
    assert!(
        !refused.err.contains("a-key-in-the-clear") && refused.err.contains("2 lines"),
        "{}",
        refused.err
    );
}

#[test]
fn packages_and_lists_for_the_platforms_own_deployment() {
    let folder = tempfile::tempdir().unwrap();
    pumps(folder.path());
    put(folder.path(), "things.csv", "thing,group\np-1,pumps\np-2,pumps\np-3,pumps\n");
    let scm = ["generate", "fleet.json", "--to", "scm", "--waves", "1,rest", "--out", "scm"];
    run_in(folder.path(), &scm).ends(0);
    let first = text(&folder.path().join("scm/waves/01/pumps.csv"));
    let second = text(&folder.path().join("scm/waves/02/pumps.csv"));
    assert_eq!((first.lines().count(), second.lines().count()), (2, 3), "{first}{second}");
    run_in(folder.path(), &["generate", "fleet.json", "--to", "configmap", "--out", "maps"]).ends(0);
    let waves = ["generate", "fleet.json", "--to", "scm", "--waves", "1,2%", "--out", "x"];
    run_in(folder.path(), &waves).ends(3).says("rest");
}

#[test]
fn a_mapping_decides_where_settings_stand() {
    let folder = tempfile::tempdir().unwrap();
    pumps(folder.path());
    put(folder.path(), "things.csv", "thing,group\np-1,pumps\n");
    let map = r#"{ "example-agent": { "reconnect_random_delay_seconds": { "file": "agent.json", "path": "retry/random" } } }"#;
    put(folder.path(), "map.json", map);
    run_in(folder.path(), &["generate", "fleet.json", "--mapping", "map.json", "--out", "out"]).ends(0);
    let file = text(&folder.path().join("out/pumps/p-1/agent.json"));
    assert_eq!(file, "{\n  \"retry\": {\n    \"random\": 120\n  }\n}\n");
    put(folder.path(), "map.json", r#"{ "example-agent": { "reconnect_delay": null } }"#);
    run_in(folder.path(), &["generate", "fleet.json", "--mapping", "map.json", "--out", "out"])
        .ends(3)
        .says("M001");

    let own = text(&folder.path().join("fleet.json"));
    let own = own.replacen(
        "\"groups\"",
        r#""mapping": { "example-agent": { "reconnect_delay": null } }, "groups""#,
        1,
    );
    put(folder.path(), "wrong.json", &own);
    let validated = run_in(folder.path(), &["validate", "wrong.json"]).ends(3);
    assert!(validated.out.contains("M001"), "{}", validated.out);
    run_in(folder.path(), &["generate", "wrong.json", "--out", "out"]).ends(3).says("M001");
}

#[test]
fn schemas_of_agents_files_accept_what_is_written() {
    let schemas = run(&["schema", "agent-files"]).ends(0).json();
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["generate", LINE, "--out", "out"]).ends(0);
    let written: serde_json::Value =
        serde_json::from_str(&text(&folder.path().join("out/machines/config.part.json"))).unwrap();
    let validator = jsonschema::validator_for(&schemas["ems"]["config.json"]).unwrap();
    assert!(validator.is_valid(&written), "{written}");
    let wrong = serde_json::json!({ "ws_connection": { "ping_rate": "often" } });
    assert!(!validator.is_valid(&wrong));
    run(&["schema", "agent-files", "--agent", "emu"]).ends(2).says("Did you mean `ems`?");
}
