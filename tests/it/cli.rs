//! The command line as scripts and people see it: exit codes, data on stdout, messages on stderr.

use crate::program::{program, run, run_in, run_with, text, write};
use crate::repository::{root, rust_files, skipped};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Stdio;

const PRODUCTS: &str = "example:connected-products";
const PUMPS: &str = "example:hundred-thousand-pumps";

#[test]
fn help_reads_well() {
    let mut pages = String::new();
    let words = [
        "",
        "simulate",
        "sweep",
        "solve",
        "recommend",
        "compare",
        "timeline",
        "clusters",
        "report",
        "validate",
        "generate",
        "rollout",
        "rollout plan",
        "rollout rollback",
        "agent",
        "platform",
        "platform serve",
        "rehearse",
        "example",
        "schema",
        "reference",
        "reference storm-1",
        "screenshot",
    ];
    for page in words {
        let mut arguments: Vec<&str> = page.split_whitespace().collect();
        arguments.push("-h");
        let shown = run(&arguments).ends(0);
        assert!(shown.out.lines().all(|line| line.chars().count() <= 80), "{page}: {}", shown.out);
        pages += &["$ regather ", &arguments.join(" "), "\n\n", &shown.out, "\n"].concat();
    }
    insta::assert_snapshot!("help", pages);
}

#[test]
fn results_read_well() {
    let baseline = run(&["simulate", PRODUCTS, "--runs", "6"]).ends(4);
    insta::assert_snapshot!("products_baseline", baseline.out);
    let fixed = run(&["simulate", PRODUCTS, "--runs", "6", "--set", "random_delay=5min"]).ends(0);
    insta::assert_snapshot!("products_fixed", fixed.out);
    fixed.says("random_delay=5min sets /groups/pumps/reconnect_random_delay_seconds, /groups/cooling/");
    let pumps = run(&["simulate", PUMPS, "--runs", "6", "--scenario", "two-minutes"]).ends(0);
    insta::assert_snapshot!("pumps_two_minutes", pumps.out);
}

#[test]
fn ascii_is_enough_for_a_dumb_terminal() {
    let arguments = ["simulate", PRODUCTS, "--runs", "1"];
    for (variable, value) in [("TERM", "dumb"), ("LC_ALL", "C")] {
        let output = program(&arguments).env(variable, value).output().unwrap();
        assert!(output.stdout.is_ascii(), "{variable}={value}");
        assert_eq!(output.status.code(), Some(4));
    }
}

#[test]
fn without_a_display_the_example_is_told() {
    let told = run(&[]).ends(0);
    assert!(
        told.out.starts_with("This program was built without its window.")
            || told.out.starts_with("There is no display")
    );
    for part in ["Misses target", "Key figures", "Share of devices back", "What the numbers rest on"] {
        assert!(told.out.contains(part), "{part}:\n{}", told.out);
    }
    told.says("regather example -o fleet.json");
    let folder = tempfile::tempdir().unwrap();
    let fleet = run(&["example", "hundred-thousand-pumps"]).ends(0).out.replace("100000", "1000");
    write(&folder.path().join("few.json"), fleet);
    let told = run_in(folder.path(), &["few.json"]).ends(0);
    assert!(told.out.starts_with("100 000 pumps, Baseline: 1 000 devices"), "{}", told.out);
    run(&["--window"]).ends(8).says("hint:");
    if cfg!(not(feature = "gui")) {
        run(&["screenshot", "-o", "never-written.png"]).ends(8).says("without its window");
    }
}

#[test]
fn too_few_runs_are_uncertain() {
    let told = run(&["simulate", PUMPS, "--runs", "5"]).ends(4).says("Fewer than 6 runs cannot tell");
    assert!(told.out.contains("~ Uncertain"), "{}", told.out);
    run(&["simulate", PUMPS, "--runs", "5", "--exit-zero"]).ends(0);
}

#[test]
fn a_picture_needs_no_display() {
    if cfg!(not(feature = "gui")) {
        return skipped("a_picture_needs_no_display, this build has no window to draw");
    }
    let folder = tempfile::tempdir().unwrap();
    let few = run(&["example", "hundred-thousand-pumps"]).ends(0).out.replace("100000", "100");
    write(&folder.path().join("few.json"), few);
    let arguments = ["screenshot", "few.json", "--size", "800x500", "--theme", "light", "-o"];
    run_in(folder.path(), &[&arguments[..], &["fleet.png", "--screen", "fleet"]].concat()).ends(0);
    let picture = std::fs::read(folder.path().join("fleet.png")).unwrap();
    let side = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    assert_eq!((&picture[1..4], side(16), side(20)), (&b"PNG"[..], 800, 500));
    run_in(folder.path(), &[&arguments[..], &["missing/fleet.png"]].concat())
        .ends(2)
        .says("folder does not exist");
}

#[test]
fn reports_are_files_that_can_be_handed_on() {
    let folder = tempfile::tempdir().unwrap();
    let few = run(&["example", "hundred-thousand-pumps"]).ends(0).out.replace("100000", "100");
    write(&folder.path().join("few.json"), few);
    let report = |more: &[&str]| {
        let arguments = ["report", "few.json", "--scenario", "two-minutes", "--runs", "6", "--exit-zero"];
        run_in(folder.path(), &[&arguments[..], more].concat())
    };
    let page = report(&["--jobs", "1"]).ends(0).out;
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(
        page.contains("regather report few.json --scenario two-minutes --runs 6 --seed 42 --format html")
    );
    report(&["-o", "report.html", "--jobs", "2"]).ends(0);
    assert!(text(&folder.path().join("report.html")) == page, "threads and target change nothing");
    assert!(report(&["--seed", "7"]).ends(0).out != page);
    let board = report(&["--format", "md", "--ticket", "CHG-1042"]).ends(0).out;
    assert!(board.starts_with("# CHG-1042: "), "{board}");
    assert_eq!(report(&["--format", "json"]).ends(0).json()["schema"], "regather/result/1");
    report(&["--format", "png"]).ends(2).says("needs a folder");
    for (format, begin) in [("svg", &b"<svg "[..]), ("png", b"\x89PNG"), ("csv", b"curve,time_s,value_pct")] {
        report(&["--format", format, "-o", "charts/all"]).ends(0);
        for chart in ["back", "attempts", "queue", "utilisation"] {
            let file = std::fs::read(folder.path().join(format!("charts/all/{chart}.{format}"))).unwrap();
            assert!(file.starts_with(&begin[..4]), "{chart}.{format}");
            assert!(chart != "back" || file.starts_with(begin), "{format}");
        }
    }
    let again = ["--format", "svg", "--size", "600x240", "-o", "charts/all"];
    report(&again).ends(2).says("back.svg, attempts.svg");
    report(&[&again[..], &["--force"]].concat()).ends(0);
    assert!(
        text(&folder.path().join("charts/all/back.svg"))
            .starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\"")
    );
    report(&["--size", "big"]).ends(2).says("1200x400");
    let missed = ["report", PRODUCTS, "--runs", "1", "--format", "md"];
    assert!(run(&missed).ends(4).out.contains("show no band"));
    run_in(folder.path(), &["report", "few.json", "-o", "few.json"])
        .ends(2)
        .says("would replace the project");
}

#[test]
fn json_is_the_same_for_any_number_of_threads() {
    let run = |seed, jobs| {
        let runs = ["simulate", PRODUCTS, "--set", "random_delay=5min", "--runs", "7", "--json", "--curves"];
        run(&[&runs[..], &["--seed", seed, "--jobs", jobs]].concat()).ends(0).out
    };
    let (one, two) = (run("7", "1"), run("7", "2"));
    assert!(one == two, "the same seed gave two results");
    assert!(one != run("8", "2"), "another seed gave the same result");
}

#[test]
fn json_satisfies_the_printed_schemas() {
    let schema = run(&["schema", "result"]).ends(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let cases: [(&[&str], i32); 3] = [
        (&["simulate", PUMPS, "--runs", "1", "--json", "--set", "/platform/workers=5"], 4),
        (&["simulate", PRODUCTS, "--runs", "6", "--json", "--until", "6min", "--exit-zero"], 0),
        (
            &[
                "simulate",
                PRODUCTS,
                "--runs",
                "1",
                "--json",
                "--scenario",
                "baseline",
                "--scenario",
                "what-if",
            ],
            4,
        ),
    ];
    for (arguments, code) in cases {
        let result = run(arguments).ends(code);
        let faults: Vec<String> =
            validator.iter_errors(&result.json()).map(|error| error.to_string()).collect();
        assert_eq!(faults, [""; 0], "{arguments:?}");
        assert_eq!(result.err, "", "{arguments:?}");
    }
    let schema = run(&["schema"]).ends(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for entry in std::fs::read_dir(root().join("fleets")).unwrap() {
        let path = entry.unwrap().path();
        let fleet: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let faults: Vec<String> = validator.iter_errors(&fleet).map(|error| error.to_string()).collect();
        assert_eq!(faults, [""; 0], "{}", path.display());
    }
}

#[test]
fn json_says_what_was_set() {
    let result =
        run(&["simulate", PRODUCTS, "--runs", "1", "--json", "--set", "random_delay=2min", "--exit-zero"]);
    let value = result.ends(0).json();
    assert_eq!(value["input"]["set"].as_array().unwrap().len(), 4);
    assert_eq!(
        value["input"]["set"][3],
        json!({"address": "/groups/gateways/max_connect_delay", "value": 120_000})
    );
    assert_eq!(value["input"]["scenario_name"], "Baseline, random_delay=2min");
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_right() {
    let cases: [(&[&str], &str); 12] = [
        (&["simulate"], "required arguments were not provided"),
        (&["simulat"], "Did you mean `regather simulate`?"),
        (&["simulate", PRODUCTS, "--colour"], "unexpected argument"),
        (&["simulate", PRODUCTS, "--set", "randm_delay=3s"], "Did you mean `random_delay`?"),
        (&["simulate", PRODUCTS, "--set", "speed=3s"], "The levers are: random_delay, "),
        (&["simulate", PRODUCTS, "--set", "random_delay=300"], "has no unit"),
        (&["simulate", PRODUCTS, "--set", "random_delay"], "a name, `=` and a value"),
        (&["simulate", PRODUCTS, "--set", "/groups/pmps/devices=1"], "Did you mean `/groups/pumps/devices`?"),
        (&["simulate", PRODUCTS, "--scenario", "whatif"], "Did you mean `what-if`?"),
        (&["simulate", "example:products"], "The examples are connected-products and"),
        (&["simulate", PRODUCTS, "--until", "30"], "has no unit"),
        (&["reference", "rule"], "rules"),
    ];
    for (arguments, sentence) in cases {
        let ran = run(arguments).ends(2).says(sentence);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
}

#[test]
fn errors_are_json_where_json_is_asked_for() {
    let cases: [(&[&str], i32, &str); 4] = [
        (&["simulate", PRODUCTS, "--json", "--set", "randm_delay=3s"], 2, "usage"),
        (&["simulate", "--json", "--runs", "many"], 2, "usage"),
        (&["simulate", "no-such-file.json", "--json"], 3, "input"),
        (&["generate", PRODUCTS, "--json", "--out", "Cargo.toml"], 2, "output"),
    ];
    for (arguments, code, kind) in cases {
        let ran = run_in(&root(), arguments).ends(code);
        let error: Value =
            serde_json::from_str(&ran.err).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
        assert_eq!(error["schema"], "regather/error/1");
        assert_eq!((&error["error"]["kind"], &error["error"]["exit_code"]), (&json!(kind), &json!(code)));
        assert_eq!(ran.out, "", "{arguments:?}");
    }
}

#[test]
fn validate_lists_every_finding_with_its_place() {
    let project = r#"{
  "regather": 1,
  "groups": {
    "pumps": {
      "agent": "c-sdk",
      "connect_retries": 2,
      "devices": "many"
    }
  },
  "outage": { "length_s": "1 fortnight" }
}"#;
    let found = run_with(project.as_bytes(), &["validate", "-"]).ends(3);
    insta::assert_snapshot!("validate", found.out);
    let stranding = project.replace("\"many\"", "10").replace("1 fortnight", "1 h");
    let found = run_with(stranding.as_bytes(), &["validate", "-", "--json"]).ends(3).json();
    let codes =
        found["files"][0]["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str());
    assert!(codes.into_iter().any(|code| code == Some("D001")), "{found}");
    // The rule does not make the fleet impossible: the result is told, and the error keeps its code.
    let told = run_with(stranding.as_bytes(), &["simulate", "-", "--runs", "1"]).ends(3);
    assert!(told.out.contains("Stranded devices"), "{}", told.out);
    let silenced =
        stranding.replace("\"regather\": 1,", "\"regather\": 1, \"silenced\": {\"D001\": \"a test\"},");
    let found = run_with(silenced.as_bytes(), &["validate", "-"]).ends(0);
    assert!(
        found.out.contains("Silenced in the file: a test") && found.out.contains("1 silenced"),
        "{}",
        found.out
    );
    run(&["validate", PRODUCTS, PUMPS]).ends(0);
}

#[test]
fn generated_files_are_those_that_were_reviewed() {
    for (name, example) in [("products", PRODUCTS), ("pumps", PUMPS)] {
        let folder = tempfile::tempdir().unwrap();
        let planned = run_in(folder.path(), &["generate", example, "--out", "agents", "-n"]).ends(0);
        assert!(planned.out.contains("would write") && !folder.path().join("agents").exists());
        let written = run_in(folder.path(), &["generate", example, "--out", "agents"]).ends(0);
        let mut told = written.out.replace('\\', "/");
        let mut paths: Vec<_> = walk(&folder.path().join("agents"));
        paths.sort();
        for path in paths {
            let shown = path.strip_prefix(folder.path()).unwrap().to_string_lossy().replace('\\', "/");
            told += &["\n--- ", &shown, "\n", &text(&path)].concat();
        }
        insta::assert_snapshot!(format!("generate_{name}"), told);
        let again = run_in(folder.path(), &["generate", example, "--out", "agents", "--json"]).ends(0).json();
        assert_eq!(again["written"], json!([]));
        assert_ne!(again["unchanged"], json!([]));
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn generate_refuses_a_fleet_with_errors() {
    let folder = tempfile::tempdir().unwrap();
    let text = run(&["example"]).ends(0).out.replace("\"connect_retries\": -1", "\"connect_retries\": 2");
    write(&folder.path().join("f.json"), text);
    run_in(folder.path(), &["generate", "f.json", "--out", "agents"])
        .ends(3)
        .says("No file was written: 1 error");
    assert!(!folder.path().join("agents").exists());
}

#[test]
fn examples_are_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fleet.json");
    run_in(folder.path(), &["example", "-o", "fleet.json"]).ends(0).says("Written: fleet.json");
    write(&path, "mine");
    run_in(folder.path(), &["example", "-o", "fleet.json"]).ends(2).says("--force");
    assert_eq!(text(&path), "mine");
    run_in(folder.path(), &["example", "-o", "fleet.json", "--force"]).ends(0);
    let shipped = text(&root().join("fleets/connected-products.json"));
    assert_eq!(text(&path), shipped);
    run_in(folder.path(), &["simulate", "fleet.json", "--runs", "1", "-o", "fleet.json"])
        .ends(2)
        .says("replace the project");
    assert_eq!(text(&path), shipped);
    let list = run(&["example", "--list"]).ends(0).out;
    assert!(list.contains("connected-products") && list.contains("hundred-thousand-pumps"));
}

#[test]
fn every_finding_code_of_the_source_is_explained() {
    let codes = run(&["reference", "codes", "--json"]).ends(0).json();
    let listed =
        codes["findings"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned());
    let listed: BTreeSet<String> = listed.collect();
    let mut used = BTreeSet::new();
    for (file, text) in rust_files(&root(), &["src"]) {
        if file.starts_with("src/cli/") || file.contains("/tests") {
            continue;
        }
        let words = text
            .split('"')
            .filter(|word| word.len() == 4 && word.starts_with(['A', 'D', 'F', 'I', 'M', 'O', 'T']));
        used.extend(
            words.filter(|word| word[1..].bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned),
        );
    }
    assert_eq!(listed, used);
}

#[test]
fn the_reference_model_gives_its_published_hash() {
    let arguments = ["reference", "storm-1", "--scenario", "storm", "--agents", "10000", "--service", "det"];
    let result = run(&[&arguments[..], &["--seed", "1", "--repeat", "2", "--json"]].concat()).ends(0).json();
    assert_eq!(result["result"]["hash"], "8b3e1991c8aa9b60");
    assert!(result["cpu_s"].is_array() || result["cpu_s_unknown"].is_string());
    assert!(result["peak_memory_bytes"].is_u64() || result["peak_memory_bytes_unknown"].is_string());
    assert!(run(&arguments).ends(0).out.contains("8b3e1991c8aa9b60"));
    for page in ["inputs", "outages", "presets", "rules", "codes", "files"] {
        assert!(run(&["reference", page]).ends(0).out.len() > 500, "{page}");
        assert!(run(&["reference", page, "--json"]).ends(0).json().is_object(), "{page}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for arguments in [&["reference", "inputs"][..], &["schema", "result"], &["example"]] {
        let mut child = program(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{arguments:?}");
    }
}

/// A script that reads the first line only must still learn that a target is missed.
#[test]
fn a_reader_that_goes_away_changes_no_verdict() {
    for form in [&[][..], &["--json", "--curves"]] {
        let arguments = [&["simulate", PRODUCTS, "--runs", "6"][..], form].concat();
        let mut child = program(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(4), "{form:?}");
    }
}

/// An interrupted program dies of the signal, which shells report as 128 + 2 = 130.
#[test]
fn an_interrupt_ends_with_130() {
    if !cfg!(target_os = "linux") {
        return skipped("an_interrupt_ends_with_130, it reads /proc");
    }
    let ignored = text(std::path::Path::new("/proc/self/status"));
    let ignored = ignored.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    if u64::from_str_radix(ignored.trim(), 16).unwrap() & 2 != 0 {
        return skipped("an_interrupt_ends_with_130, this process was started with interrupts ignored");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_regather"))
        .args(["simulate", PUMPS, "--runs", "900", "--jobs", "2", "-o", "result.txt"])
        .current_dir(folder.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let tasks = format!("/proc/{}/task", child.id());
    while std::fs::read_dir(&tasks).is_ok_and(|tasks| tasks.count() < 2) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    if !sent.is_ok_and(|status| status.success()) {
        child.kill().unwrap();
        child.wait().unwrap();
        return skipped("an_interrupt_ends_with_130, there is no program named kill");
    }
    assert_eq!(died_of(child.wait().unwrap()), Some(2));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left half written");
}

/// Returns the signal that ended a process.
#[cfg(unix)]
fn died_of(status: std::process::ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

/// Returns nothing: this system has no signals.
#[cfg(not(unix))]
fn died_of(_: std::process::ExitStatus) -> Option<i32> {
    None
}
