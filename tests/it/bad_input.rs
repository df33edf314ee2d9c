//! What the program does with everything it should not be given: a documented exit code and a sentence.

use crate::program::{Ran, run, run_in, run_with, text, write};
use crate::repository::{root, skipped};
use std::fs::{self, File};
use std::path::Path;

const FLEET: &str = include_str!("../../fleets/connected-products.json");
const PRODUCTS: &str = "example:connected-products";

/// Runs every command that reads a project; all must end with 3, say something and print no result.
#[track_caller]
fn refused(folder: &Path, file: &str, sentence: &str) {
    let commands: [&[&str]; 4] = [
        &["simulate", file, "--runs", "1"],
        &["generate", file, "--out", "agents"],
        &["validate", file],
        &[file],
    ];
    for arguments in commands {
        let ran = run_in(folder, arguments).ends(3);
        // `validate` has findings as its data; everything else has none.
        let said = if arguments[0] == "validate" {
            Ran { err: ran.out, out: String::new(), code: ran.code }
        } else {
            ran
        };
        said.says(sentence);
    }
    assert!(!folder.join("agents").exists());
}

/// Writes a file with these bytes and checks that it is refused with a sentence.
#[track_caller]
fn refused_bytes(bytes: &[u8], sentence: &str) {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("f.json"), bytes);
    refused(folder.path(), "f.json", sentence);
}

/// Replaces a piece of the example and checks that it is refused with a sentence.
#[track_caller]
fn refused_with(from: &str, to: &str, sentence: &str) {
    assert!(FLEET.contains(from), "{from}");
    refused_bytes(FLEET.replacen(from, to, 1).as_bytes(), sentence);
}

#[test]
fn files_that_are_not_there_or_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let empty = "error:";
    refused(folder.path(), "missing.json", empty);
    fs::create_dir(folder.path().join("folder.json")).unwrap();
    refused(folder.path(), "folder.json", "folder");
    refused(folder.path(), "missing/fleet.json", empty);
    write(&folder.path().join("file"), "{}");
    refused(folder.path(), "file/fleet.json", empty);
    run_in(folder.path(), &["simulate", "missing.json"]).ends(3).says("missing.json");
}

#[cfg(unix)]
#[test]
fn files_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.json");
    write(&path, FLEET);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        return skipped("files_that_may_not_be_read, this user may read everything");
    }
    refused(folder.path(), "secret.json", "You may not read this file");
}

#[test]
fn files_that_are_no_projects() {
    refused_bytes(b"", "empty");
    refused_bytes(b" \n\t", "empty");
    refused_bytes(b"[1, 2]", "list");
    refused_bytes(b"{}", "no Regather project");
    refused_bytes(b"group,devices\npumps,3\n", "f.json:1:1");
    refused_bytes(b"{\"regather\": 1}", "no group of devices");
    refused_bytes(&[0x1f, 0x8b, 8, 0, 0], "not UTF-8");
    let utf16: Vec<u8> =
        [0xfeff].into_iter().chain(FLEET.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    refused_bytes(&utf16, "it looks like UTF-16");
    refused_bytes("{\"regather\": 1, \"name\": \"Stra\u{df}e\"}".as_bytes().split_last().unwrap().1, "ends");
    let latin1: Vec<u8> = b"{\"regather\": 1, \"name\": \"Stra\xdfe\"}".to_vec();
    refused_bytes(&latin1, "not UTF-8");
}

#[test]
fn files_of_other_versions() {
    refused_with("\"regather\": 1", "\"regather\": 2", "version 2; version 1 can be read");
    refused_with("\"regather\": 1", "\"regather\": \"1\"", "version 1 can be read");
    refused_with("\"regather\": 1", "\"regather\": -1", "version 1 can be read");
    refused_with("\"regather\": 1", "\"regather\": 1e999", "version 1 can be read");
    refused_with("\"regather\": 1", "\"regather\": null", "version 1 can be read");
}

#[test]
fn files_that_were_cut_off() {
    let length = FLEET.trim_end().len();
    for at in [1, length / 5, length / 3, length / 2, length * 4 / 5, length - 1] {
        let cut: String = FLEET.chars().take(at).collect();
        run_with(cut.as_bytes(), &["simulate", "-", "--runs", "1"]).ends(3).says("stdin:");
    }
}

#[test]
fn files_that_are_too_large() {
    let folder = tempfile::tempdir().unwrap();
    File::create(folder.path().join("large.json")).unwrap().set_len(100_000_000).unwrap();
    refused(folder.path(), "large.json", "100 000 000 bytes");
    let spaces = vec![b' '; 17 * 1024 * 1024];
    run_with(&spaces, &["simulate", "-"]).ends(3).says("longer than");
    let nested = format!("{{\"regather\": {}", "[".repeat(1_000_000));
    run_with(nested.as_bytes(), &["validate", "-"]).ends(3);
    run_with(nested.as_bytes(), &["simulate", "-"]).ends(3).says("nested");
    if cfg!(unix) {
        refused(folder.path(), "/dev/zero", "no end in reach");
    } else {
        skipped("files_that_are_too_large, a device without end needs Unix");
    }
}

#[test]
fn numbers_that_make_no_sense() {
    let devices = "\"devices\": 5400";
    refused_with(devices, "\"devices\": 0", "accepted is 1 to 10 000 000");
    refused_with(devices, "\"devices\": 1000000000", "accepted is 1 to 10 000 000");
    refused_with(devices, "\"devices\": -5", "accepted is 1 to 10 000 000");
    refused_with(devices, "\"devices\": 1.5", "only whole numbers");
    refused_with(devices, "\"devices\": NaN", "JSON has no such number");
    refused_with(devices, "\"devices\": 1e999", "too large to be a number");
    refused_with(devices, "\"devices\": null", "not a number");
    refused_with(devices, "\"devices\": 10000000", "devices in all groups");
    let delay = "\"reconnect_random_delay_seconds\": 30";
    for (value, sentence) in [
        ("-30", "accepted is"),
        ("1e300", "accepted is"),
        ("\"-3 min\"", "accepted is"),
        ("\"9999999 d\"", "accepted is"),
        ("\"1e400 s\"", "is not a duration"),
        ("\"NaN s\"", "is not a duration"),
        ("\"soon\"", "is not a duration"),
        ("true", "not a number or a duration"),
    ] {
        refused_with(delay, &format!("\"reconnect_random_delay_seconds\": {value}"), sentence);
    }
    refused_with("\"length_s\": 900", "\"length_s\": 1e12", "accepted is");
    refused_with("\"service_time_ms\": 40", "\"service_time_ms\": 0", "accepted is");
    refused_with("\"workers\": 4", "\"workers\": 0", "accepted is");
    refused_with("\"workers\": 4", "\"workers\": -4", "accepted is");
    refused_with("\"accept_queue\": 4096", "\"accept_queue\": -1", "accepted is");
    refused_with("\"refused\"", "\"ignored\"", "is not known for `attempts_meet`");
}

#[test]
fn numbers_on_the_command_line_that_make_no_sense() {
    let set = |value: &str| run(&["simulate", PRODUCTS, "--runs", "1", "--set", value]).ends(2);
    for value in ["0", "1000000000", "-1", "NaN", "inf", "1e999", "1.5", "", "many"] {
        set(&format!("/groups/pumps/devices={value}"));
    }
    for value in ["-3s", "NaN", "NaNs", "1e400s", "9999999d", "300", "s", "soon"] {
        set(&format!("random_delay={value}"));
    }
    for (flag, value) in [
        ("--runs", "0"),
        ("--runs", "-1"),
        ("--runs", "1e9"),
        ("--runs", "1000000000"),
        ("--jobs", "0"),
        ("--seed", "-1"),
        ("--seed", "99999999999999999999"),
        ("--until", "1000y"),
        ("--until", "99999d"),
        ("--until", "-1s"),
    ] {
        run(&["simulate", PRODUCTS, &format!("{flag}={value}")]).ends(2);
    }
    run(&["reference", "storm-1", "--agents", "0"]).ends(2);
    run(&["reference", "storm-1", "--agents", "1000000000"]).ends(2);
    run(&["screenshot", "--size", "0x0", "-o", "x.png"]).ends(2);
    run(&["screenshot", "--size", "99999x99999", "-o", "x.png"]).ends(2);
    run(&["screenshot", "--scale", "NaN", "-o", "x.png"]).ends(2);
}

#[test]
fn fleets_that_no_machine_can_simulate() {
    let set = |values: &[&str]| {
        let mut arguments = vec!["simulate", PRODUCTS, "--runs", "1"];
        arguments.extend(values.iter().flat_map(|value| ["--set", value]));
        run(&arguments).ends(3)
    };
    set(&[
        "/groups/pumps/devices=9000000",
        "random_delay=1s",
        "connect_retry_interval=1ms",
        "/outage/length_s=30d",
    ])
    .says("connection attempts");
    let still = ["random_delay=0s", "max_connect_delay=0s", "connect_retry_interval=0s"];
    set(&still).says("no time between them");
}

#[test]
fn memory_is_estimated_before_a_run_and_the_number_that_fits_is_said() {
    let many = ["simulate", "example:hundred-thousand-pumps", "--runs", "100000"];
    run(&many).ends(3).says("of memory").says("Use at most");
    let long = ["--set", "/groups/pumps/devices=10000000", "--until", "7d"];
    run(&[&many[..3], &["50"], &long].concat()).ends(3).says("of memory").says("Use at most");
}

#[test]
fn extreme_numbers_that_are_accepted_are_simulated() {
    let simulates = |set: &[&str], sentence: &str| {
        let mut arguments = vec!["simulate", PRODUCTS, "--runs", "1", "--exit-zero", "--set"];
        arguments.extend(set);
        let ran = run(&arguments).ends(0);
        assert!(ran.out.contains(sentence), "{set:?}: {}", ran.out);
    };
    simulates(&["/platform/accept_queue=0"], "devices back");
    simulates(&["/outage/length_s=0s"], "95 % of devices");
    // Longer than what is watched after it.
    simulates(&["/outage/length_s=1d", "--until", "10min"], "devices back");
    // Nobody fails: the fleet is slow, not lost.
    simulates(&["random_delay=1d"], "The fleet recovers slowly");
    simulates(&["/groups/pumps/devices=1", "--set", "/platform/workers=100000"], "devices back");
}

/// Whatever is written stays as it was where it cannot be written whole.
#[test]
fn targets_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("taken")).unwrap();
    write(&folder.path().join("file"), "mine");
    let simulate =
        |out: &str| run_in(folder.path(), &["simulate", PRODUCTS, "--runs", "1", "-o", out]).ends(2);
    simulate("taken").says("folder");
    simulate("missing/result.json").says("folder does not exist");
    simulate("file/result.json");
    run_in(folder.path(), &["example", "-f", "-o", "missing/fleet.json"])
        .ends(2)
        .says("folder does not exist");
    run_in(folder.path(), &["generate", PRODUCTS, "--out", "file"]).ends(2).says("0 of 9 files");
    assert_eq!(text(&folder.path().join("file")), "mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
}

#[cfg(target_os = "linux")]
#[test]
fn disks_that_are_full_or_read_only() {
    let full = || File::options().write(true).open("/dev/full");
    if full().is_err() {
        return skipped("disks_that_are_full_or_read_only, there is no /dev/full");
    }
    run(&["simulate", PRODUCTS, "--runs", "1", "-o", "/dev/full"]).ends(2).says("full");
    run(&["example", "-f", "-o", "/dev/full"]).ends(2).says("full");
    assert!(full().is_ok(), "the device is still one");
    for arguments in [&["simulate", PRODUCTS, "--runs", "1"][..], &["reference", "inputs"], &["--help"]] {
        let output = crate::program::program(arguments).stdout(full().unwrap()).output().unwrap();
        Ran::from(output).ends(2).says("not complete");
    }
    // Nobody, not even the administrator, can create a file here.
    run(&["simulate", PRODUCTS, "--runs", "1", "-o", "/proc/result.json"]).ends(2);
    run(&["generate", PRODUCTS, "--out", "/proc/agents"]).ends(2);
}

#[cfg(unix)]
#[test]
fn folders_that_are_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("result.json");
    write(&old, "old");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o444)).unwrap();
    run_in(folder.path(), &["simulate", PRODUCTS, "--runs", "1", "-o", "result.json"])
        .ends(2)
        .says("read-only");
    assert_eq!(text(&old), "old");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    if File::create(folder.path().join("probe")).is_ok() {
        return skipped("folders_that_are_read_only, this user may write everywhere");
    }
    run_in(folder.path(), &["simulate", PRODUCTS, "--runs", "1", "-o", "new.json"])
        .ends(2)
        .says("may not write");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn names_cannot_command_the_terminal() {
    let text = FLEET.replace("\"Pumps\"", "\"Pumps\\u001b[2J\\u202e\"");
    let told =
        run_with(text.as_bytes(), &["simulate", "-", "--runs", "6", "--set", "random_delay=5min"]).ends(0);
    assert!(told.out.contains("Pumps?[2J"), "{}", told.out);
    assert!(!told.out.contains(['\u{1b}', '\u{202e}']));
    // Paths of files are arguments and not trusted either.
    let ran = run_in(&root(), &["simulate", "no\u{1b}[31m.json"]).ends(3);
    assert!(!ran.err.contains('\u{1b}'), "{}", ran.err);
}
