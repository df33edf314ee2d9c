//! A roll-out through a platform: the test platform, agents that serve folders, and nothing else between.

use super::{CANARY, OLD, connection, count, devices, rollout};
use crate::program::{program, run_in};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

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

#[test]
fn files_reach_devices_through_their_platform_and_each_is_seen_to_come_back() {
    let folder = devices(3);
    let at = folder.path();
    let (_platform, told) = Process::start(&["platform", "serve", "--json", "--for", "5min"], "listening");
    let web = told["url"].as_str().unwrap().split("/Thingworx").next().unwrap().to_owned();
    let rest = web.replace("ws://", "http://");
    let key = format!("file:{}", at.join("key").display());
    let _agents: Vec<Process> = (0..3)
        .map(|device| {
            let (thing, root) = (format!("P-{device}"), at.join(format!("d{device}")).display().to_string());
            let arguments = [
                "agent",
                &web,
                "--thing",
                &thing,
                "--key",
                &key,
                "--files",
                &root,
                "--for",
                "5min",
                "--attempts",
                "1000",
                "--wait",
                "100ms",
                "--json",
            ];
            Process::start(&arguments, "back").0
        })
        .collect();
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
