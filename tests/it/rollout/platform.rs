//! A roll-out through a platform: the test platform, agents that serve folders, and nothing else between.

use super::{CANARY, OLD, PLAN, connection, count, devices, rollout};
use crate::program::{program, run_in, text, write};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A process that ends with this value.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Starts the program and waits until it tells an event; returns what it tells.
    fn start(arguments: &[&str], event: &str) -> (Self, Value) {
        let mut command = program(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Self(command.spawn().unwrap());
        let mut lines = BufReader::new(process.0.stdout.take().unwrap());
        loop {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended before `{event}`");
            let told: Value = serde_json::from_str(&line).unwrap();
            if told["event"] == event {
                // Whatever it tells later nobody needs, but it must be able to tell it.
                let rest = std::thread::Builder::new().name("rest of what is told".into());
                rest.spawn(move || std::io::copy(&mut lines, &mut std::io::sink())).unwrap();
                return (process, told);
            }
        }
    }
}

/// Starts a platform; returns the address for agents, and that for people and programs.
fn platform() -> (Process, String, String) {
    let (platform, told) = Process::start(&["platform", "serve", "--json", "--for", "5min"], "listening");
    let web = told["url"].as_str().unwrap().split("/Thingworx").next().unwrap().to_owned();
    let rest = web.replace("ws://", "http://");
    (platform, web, rest)
}

/// Starts the agent of a device, which serves its folder, and waits until it is back.
fn agent(web: &str, folder: &Path, device: usize) -> Process {
    let (thing, root) = (format!("P-{device}"), folder.join(format!("d{device}")).display().to_string());
    let key = format!("file:{}", folder.join("key").display());
    let arguments = ["agent", web, "--thing", &thing, "--key", &key, "--files", &root, "--for", "5min"];
    Process::start(&[&arguments[..], &["--attempts", "1000", "--wait", "100ms", "--json"]].concat(), "back").0
}

#[test]
fn files_reach_devices_through_their_platform_and_each_is_seen_to_come_back() {
    let folder = devices(3);
    let at = folder.path();
    let (_platform, web, rest) = platform();
    let key = format!("file:{}", at.join("key").display());
    let _agents: Vec<Process> = (0..3).map(|device| agent(&web, at, device)).collect();
    let arguments = [
        "rollout",
        "plan",
        "fleet.json",
        "--devices",
        "things.csv",
        "--has",
        "has",
        "--over",
        "platform",
        "--platform",
        &rest,
        "--at",
        "{thing}",
        "--path",
        "/{file}",
        "--restart",
        "Restart stamp={stamp} stampFile={stamp_file}",
        "-o",
        "night.json",
        "--observe",
        "0s",
        "--verify-after",
        "1s",
        "--rate",
        "1000",
        "--waves",
        "1,rest",
        "--pause-after",
        "never",
        "--look",
        "--app-key",
        &key,
        "--confirm-at",
        &rest,
    ];
    run_in(at, &arguments).ends(0).says("not encrypted");
    let keys = ["--app-key", &key];
    let done = rollout(at, &[&["start", "night.json", "--yes", "--json"], &keys[..]].concat()).ends(0).json();
    assert_eq!(count(&done, "verified"), 3);
    assert!((0..3).all(|device| connection(at, device).contains(CANARY)));
    rollout(at, &[&["rollback", "night.json", "--yes"], &keys[..]].concat()).ends(0);
    assert!((0..3).all(|device| connection(at, device) == OLD));
    rollout(at, &["retry", "night.json"]).says("--app-key env:APP_KEY");
}

/// Returns whether a device has been told to restart.
fn is_stamped(folder: &Path, device: usize) -> bool {
    let names = std::fs::read_dir(folder.join(format!("d{device}"))).unwrap();
    names.filter_map(Result::ok).any(|name| name.file_name().to_string_lossy().ends_with(".regather-stamp"))
}

/// Restarts the agents of devices that have been told to, as long as there are more than `stuck` of them left; returns
/// when it is told to end.
fn restarts_agents(web: &str, at: &Path, mut agents: Vec<Option<Process>>, stuck: usize, ends: &AtomicBool) {
    let mut left = agents.len();
    let mut seen = vec![false; agents.len()];
    while !ends.load(Ordering::Relaxed) {
        for device in 0..agents.len() {
            if left > stuck && !seen[device] && is_stamped(at, device) {
                agents[device] = None;
                agents[device] = Some(agent(web, at, device));
                (seen[device], left) = (true, left - 1);
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_wave_that_returns_more_slowly_than_predicted_stops_the_roll_out() {
    const ALL: usize = 34;
    const FIRST: usize = 11;
    let folder = devices(ALL);
    let at = folder.path();
    let fleet = text(&at.join("fleet.json")).replace("_seconds\": 600", "_seconds\": 2");
    write(&at.join("fleet.json"), fleet);
    let (_platform, web, rest) = platform();
    let agents = (0..ALL).map(|device| Some(agent(&web, at, device))).collect();
    let key = format!("file:{}", at.join("key").display());
    let pace = ["--rate", "20", "--waves", "11,12,rest", "--pause-after", "never"];
    // Folders restart nothing: of the second wave no agent does, and each keeps the connection that it had.
    let (_, soon) = PLAN.split_last().unwrap();
    let asked = ["1s", "--look", "--confirm-at", &rest, "--app-key", &key];
    run_in(at, &[soon, &asked, &pace].concat()).ends(0);
    let mut start = program(&["rollout", "start", "night.json", "--yes", "--as", "anna", "--app-key", &key]);
    let _started =
        Process(start.current_dir(at).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let ends = AtomicBool::new(false);
    let status = std::thread::scope(|scope| {
        scope.spawn(|| restarts_agents(&web, at, agents, ALL - FIRST, &ends));
        // The prediction leaves time for a look at every device.
        let status = (0..400).find_map(|_| {
            std::thread::sleep(Duration::from_millis(200));
            let status = rollout(at, &["status", "night.json", "--json"]);
            let told = (status.code == Some(0)).then(|| status.json())?;
            (told["status"] == "tripped").then_some(told)
        });
        ends.store(true, Ordering::Relaxed);
        status
    });
    let status = status.expect("it never stopped by itself");
    assert_eq!(count(&status, "verified"), FIRST as u64, "the first wave came back as predicted: {status}");
    assert!(status.to_string().contains("Wave 2 comes back more slowly than predicted"), "{status}");
    let touched = || (0..ALL).filter(|device| is_stamped(at, *device)).count();
    assert_eq!(touched(), FIRST + 12);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(touched(), FIRST + 12, "nobody is restarted after the stop");
}
