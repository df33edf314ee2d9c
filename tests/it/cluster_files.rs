//! Files of clusters on the command line: recognised, checked alone and in a project, taken into it.

use crate::program::{run_in, text, write};
use std::path::Path;

/// What stands in for passwords in the files.
const CANARY: &str = "CANARY-7f3a";
const FOLDER: &str = "src/fleet/import/tests/files";
const FILES: [(&str, &str); 7] = [
    ("haproxy.cfg", "haproxy"),
    ("nginx.conf", "nginx"),
    ("platform-settings.json", "platform-settings"),
    ("zoo.cfg", "zookeeper"),
    ("server.xml", "tomcat"),
    ("connection-server.conf", "connection-server"),
    ("limits.csv", "limits"),
];

/// A folder with every file, and a project with a load balancer `lb-1`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, _) in FILES {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER).join(name);
        write(&folder.path().join(name), text(&from));
    }
    run_in(folder.path(), &["topology", "--new", "separate-tiers", "-o", "fleet.json"]).ends(0);
    folder
}

#[test]
fn every_file_is_recognised_and_no_password_is_told() {
    let folder = folder();
    for (name, word) in FILES {
        let told = run_in(folder.path(), &["validate", name, "--json"]).ends(0);
        let file = &told.json()["files"][0];
        assert_eq!(file["cluster_file"]["format"], word, "{file}");
        assert!(!file["cluster_file"]["facts"].as_array().unwrap().is_empty(), "{name}");
        let take = ["topology", "fleet.json", "--take", name, "-o", "taken.json", "--force"];
        let runs = [
            told,
            run_in(folder.path(), &["validate", name]).ends(0),
            run_in(folder.path(), &["validate", name, "--in", "fleet.json"]),
            run_in(folder.path(), &take).ends(0),
            run_in(folder.path(), &["topology", "fleet.json", "--take", name, "--json"]).ends(0),
        ];
        for run in runs {
            assert!(
                !run.out.contains(CANARY) && !run.err.contains(CANARY),
                "{name}:\n{}{}",
                run.out,
                run.err
            );
        }
        assert!(!text(&folder.path().join("taken.json")).contains(CANARY), "{name}");
    }
}

#[test]
fn a_bad_file_ends_with_3_and_says_the_line() {
    let folder = folder();
    let path = folder.path().join("haproxy.cfg");
    let bad = text(&path).replace("GET /Thingworx/ready", "GET /Thingworx/health");
    write(&path, bad);
    let told = run_in(folder.path(), &["validate", "haproxy.cfg"]).ends(3).out;
    assert!(told.contains("haproxy.cfg:43:1: error T022"), "{told}");
    let told =
        run_in(folder.path(), &["validate", "platform-settings.json", "--in", "fleet.json"]).ends(3).out;
    assert!(told.contains("platform-settings.json:16:1: error T041"), "{told}");
    run_in(folder.path(), &["validate", "zoo.cfg", "--in", "fleet.json", "--thing", "zk-9"])
        .ends(2)
        .says("Did you mean");
    run_in(folder.path(), &["validate", "zoo.cfg", "--thing", "zk-1"]).ends(2);
}

#[test]
fn a_file_is_taken_into_the_project_and_nothing_else_changes() {
    let folder = folder();
    let at = |arguments: &[&str]| run_in(folder.path(), arguments);
    let before = text(&folder.path().join("fleet.json"));
    let take = ["topology", "fleet.json", "--take", "haproxy.cfg", "--thing", "lb-1"];
    at(&take).ends(0).says("Nothing was written");
    assert_eq!(text(&folder.path().join("fleet.json")), before);
    let told = at(&[&take[..], &["-o", "fleet.json", "--force"]].concat()).ends(0).out;
    assert!(told.contains("/cluster/lb-1/max_connections") && told.contains("line 22, maxconn"), "{told}");
    let after = text(&folder.path().join("fleet.json"));
    assert!(after.contains("haproxy.cfg, line 22"), "{after}");
    at(&["validate", "haproxy.cfg", "--in", "fleet.json", "--thing", "lb-1"]).ends(0);
    let again = at(&[&take[..], &["--json"]].concat()).ends(0).json();
    assert!(again["changes"].as_array().unwrap().iter().all(|change| change["same"] == true), "{again}");
    at(&["topology", "fleet.json", "--take", "fleet.json"]).ends(3).says("Known are");
    at(&["topology", "example:connected-products", "--take", "zoo.cfg"]).ends(3).says("no topology");
}
