//! Roll-outs as operators drive them: from a project to devices and back, over folders and over a real sshd.

mod bad;
#[cfg(feature = "live")]
mod platform;
#[cfg(unix)]
mod sshd;

use crate::program::{Ran, program, run_in, text, write};
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

const OLD: &str =
    "{\"ws_server_host\": \"platform.example\", \"max_connect_delay\": 0, \"app_key\": \"${app_key}\"}\n";
const CANARY: &str = "CANARY-7d1e";

/// Makes a project, a list and the folders of devices; returns the folder.
fn devices(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fleet = run_in(folder.path(), &["example", "hundred-thousand-pumps"]).ends(0).out;
    write(&folder.path().join("fleet.json"), fleet.replace("100000", &count.to_string()));
    write(&folder.path().join("key"), CANARY);
    let mut list = String::from("thing,group,site,app_key,folder\n");
    let key = folder.path().join("key");
    for at in 0..count {
        let root = folder.path().join(format!("d{at}"));
        std::fs::create_dir(&root).unwrap();
        write(&root.join("ws_connection.json"), OLD);
        write(&root.join("agent_config.json"), "{}");
        let (key, root) = (key.display(), root.display());
        let site = at % 3;
        list += &["P-", &at.to_string(), ",pumps,s", &site.to_string(), ",file:"].concat();
        list += &[key.to_string(), ",".into(), root.to_string(), "\n".into()].concat();
    }
    write(&folder.path().join("things.csv"), list);
    let has = folder.path().join("has/pumps");
    std::fs::create_dir_all(&has).unwrap();
    write(&has.join("ws_connection.json"), OLD);
    write(&has.join("agent_config.json"), "{}");
    folder
}

const PLAN: &[&str] = &[
    "rollout",
    "plan",
    "fleet.json",
    "--devices",
    "things.csv",
    "--has",
    "has",
    "--over",
    "folder",
    "--at",
    "{folder}",
    "--path",
    "{file}",
    "-o",
    "night.json",
    "--observe",
    "0s",
    "--verify-after",
    "0s",
];

fn plan(folder: &Path, more: &[&str]) -> Ran {
    run_in(folder, &[PLAN, more].concat())
}

fn rollout(folder: &Path, what: &[&str]) -> Ran {
    let user = ["--as", "anna"];
    run_in(folder, &[&["rollout"], what, &user[..]].concat())
}

fn connection(folder: &Path, at: usize) -> String {
    text(&folder.join(format!("d{at}/ws_connection.json")))
}

/// Starts a roll-out in the background.
fn start(folder: &Path) -> Child {
    program(&["rollout", "start", "night.json", "--yes", "--as", "anna"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Looks at the status until it is as wanted.
fn until(folder: &Path, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let status = run_in(folder, &["rollout", "status", "night.json", "--json"]);
        if status.code == Some(0) && wanted(&status.json()) {
            return status.json();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came to that: {:?}", run_in(folder, &["rollout", "status", "night.json"]));
}

fn count(status: &Value, state: &str) -> u64 {
    let waves = status["waves"].as_array().unwrap().iter();
    waves.map(|wave| wave["states"][state].as_u64().unwrap_or_default()).sum()
}

#[test]
fn files_reach_devices_and_come_back() {
    let folder = devices(12);
    let at = folder.path();
    let made = plan(
        at,
        &["--look", "--rate", "1000", "--burst", "100", "--waves", "2,rest", "--pause-after", "never"],
    );
    let made = made.ends(0);
    for part in ["plan ", "12 in 2 waves", "sign-ins/s", "back "] {
        assert!(made.out.contains(part), "{part}:\n{}", made.out);
    }
    rollout(at, &["status", "night.json"]).ends(3).says("Nobody approved or started this plan yet");
    rollout(at, &["start", "night.json"]).ends(2).says("Add --yes");
    let done = rollout(at, &["start", "night.json", "--yes", "--json"]).ends(0).json();
    assert_eq!((done["status"].as_str(), count(&done, "verified")), (Some("finished"), 12));
    for device in 0..12 {
        let new = connection(at, device);
        assert!(new.contains("platform.example"), "what the device had is kept: {new}");
        assert!(new.contains(CANARY), "the key is filled in: {new}");
    }
    for file in ["night.json", "night.db", "night.db-wal"] {
        let bytes = std::fs::read(at.join(file)).unwrap_or_default();
        assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "a secret in {file}");
    }
    rollout(at, &["rollback", "night.json", "--wave", "1", "--yes"]).ends(0);
    let back = (0..12).filter(|device| connection(at, *device) == OLD).count();
    assert_eq!(back, 2);
    rollout(at, &["rollback", "night.json", "--yes"]).ends(0);
    assert!((0..12).all(|device| connection(at, device) == OLD));
    let log = rollout(at, &["log", "night.json"]).ends(0).says("none changed");
    assert!(log.out.lines().all(|line| line.contains("\"sha256\"")));
    assert!(log.out.contains("\"who\":\"anna\""));
}

#[test]
fn a_part_of_a_file_never_replaces_the_whole() {
    let folder = devices(2);
    let without: Vec<&str> = PLAN.iter().copied().filter(|word| !["--has", "has"].contains(word)).collect();
    run_in(folder.path(), &without).ends(3).says("Only the settings in").says("--as-generated");
    assert!(!folder.path().join("night.json").exists());
}

#[test]
fn a_plan_that_overloads_the_platform_is_refused_unless_somebody_takes_it_upon_himself() {
    let folder = devices(400);
    // A platform that signs in one device in two seconds.
    let fleet = text(&folder.path().join("fleet.json"));
    let mut fleet: Value = serde_json::from_str(&fleet).unwrap();
    fleet["platform"]["workers"] = 1.into();
    fleet["platform"]["service_time_ms"] = 2000.into();
    fleet["platform"]["accept_queue"] = 5.into();
    write(&folder.path().join("fleet.json"), fleet.to_string());
    let fast = ["--rate", "100000", "--burst", "400", "--waves", "rest"];
    plan(folder.path(), &fast).ends(3).says("the platform would not bear it");
    assert!(!folder.path().join("night.json").exists());
    plan(folder.path(), &[&fast[..], &["--accept-overload-by", "anna"]].concat()).ends(0);
    let solved = run_in(folder.path(), &[PLAN, &["-f", "--json", "--waves", "rest"]].concat()).ends(0).json();
    let (rate, overload) = (solved["restarts_per_s"].as_f64().unwrap(), &solved["prediction"]["overload"]);
    assert!(rate > 0.0 && rate < 100_000.0 && overload.is_null(), "{rate} {overload}");
}

#[test]
fn a_second_person_approves_by_the_hash() {
    let folder = devices(3);
    let at = folder.path();
    let made =
        plan(at, &["--approvals", "1", "--rate", "1000", "--pause-after", "never", "--json"]).ends(0).json();
    let hash = made["plan"].as_str().unwrap();
    rollout(at, &["start", "night.json", "--yes"]).ends(3).says("missing before the plan starts: 1");
    rollout(at, &["approve", "night.json", "--hash", hash]).ends(0);
    rollout(at, &["start", "night.json", "--yes"]).ends(3).says("none of them by");
    rollout(at, &["approve", "night.json", "--hash", "0123456789abcdef"])
        .ends(3)
        .says("names plan 0123456789abcdef");
    run_in(at, &["rollout", "approve", "night.json", "--hash", &hash[..16], "--as", "ben"]).ends(0);
    rollout(at, &["start", "night.json", "--yes"]).ends(0);
}

#[test]
fn devices_that_are_away_end_it_in_part() {
    let folder = devices(10);
    let at = folder.path();
    plan(at, &["--rate", "1000", "--waves", "rest", "--confirmed", "50%", "--pause-after", "never"]).ends(0);
    std::fs::remove_dir_all(at.join("d4")).unwrap();
    // Whoever is not reached is tried again a few times; stopping ends the wait.
    let ended = rollout(at, &["start", "night.json", "--yes", "--json"]).ends(6).json();
    assert_eq!((count(&ended, "unreachable"), count(&ended, "verified")), (1, 9));
    assert_eq!(ended["classes"][0]["class"], "name-unknown");
    let listed =
        run_in(at, &["rollout", "status", "night.json", "--state", "unreachable", "--json"]).ends(0).json();
    assert_eq!(listed["devices"][0]["thing"], "P-4");
}

#[test]
fn another_process_pauses_it_within_a_second_and_nobody_drives_it_twice() {
    let folder = devices(200);
    let at = folder.path();
    plan(at, &["--rate", "5", "--waves", "rest", "--pause-after", "never", "--accept-overload-by", "a"])
        .ends(0);
    let mut driver = start(at);
    until(at, |status| count(status, "verified") >= 2);
    rollout(at, &["start", "night.json", "--yes"]).ends(3).says("It was started before");
    rollout(at, &["pause", "night.json"]).ends(0);
    // Whoever was being activated when the order came is ended; then nothing moves any more.
    let still =
        |status: &Value| ["staging", "activating", "restarted"].iter().all(|word| count(status, word) == 0);
    let paused = until(at, |status| status["status"] == "paused" && still(status));
    std::thread::sleep(Duration::from_millis(700));
    let later = until(at, |_| true);
    assert_eq!(count(&paused, "verified"), count(&later, "verified"));
    assert!(count(&later, "verified") < 200, "{later}");
    rollout(at, &["resume", "night.json"]).ends(0);
    until(at, |status| count(status, "verified") > count(&later, "verified"));
    rollout(at, &["stop", "night.json"]).ends(0);
    assert_eq!(driver.wait().unwrap().code(), Some(6));
    rollout(at, &["resume", "night.json"]).ends(3).says("stays stopped");
}

#[cfg(unix)]
#[test]
fn whoever_interrupts_it_leaves_no_device_in_doubt() {
    let folder = devices(100);
    let at = folder.path();
    plan(at, &["--rate", "30", "--waves", "rest", "--pause-after", "never", "--accept-overload-by", "a"])
        .ends(0);
    let mut driver = start(at);
    until(at, |status| count(status, "verified") >= 2);
    driver.kill().unwrap();
    driver.wait().unwrap();
    let paused = until(at, |status| status["driven"] == false);
    assert_eq!((paused["status"].as_str(), count(&paused, "in-doubt")), (Some("paused"), 0), "{paused}");
    assert_eq!(count(&paused, "activating") + count(&paused, "staging"), 0);
    rollout(at, &["resume", "night.json"]).ends(0);
    let done = until(at, |status| status["status"] == "finished");
    assert_eq!(count(&done, "verified"), 100);
    let all = run_in(at, &["rollout", "status", "night.json", "--devices", "--json"]).ends(0).json();
    assert!(all["devices"].as_array().unwrap().iter().all(|device| device["restarts"] == 1));
}
