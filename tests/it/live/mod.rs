//! Agents and the test platform as commands: two processes, real sockets, one exit code per failed step.

mod rehearsal;

use crate::program::{Ran, program, run, text, write};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// A platform in a process of its own.
pub struct Served {
    pub child: Child,
    commands: ChildStdin,
    events: BufReader<ChildStdout>,
    pub url: String,
}

impl Served {
    /// Starts one and waits until it listens.
    pub fn start(more: &[&str]) -> Self {
        let mut arguments = vec!["platform", "serve", "--json", "--for", "5min"];
        arguments.extend(more);
        let mut child = program(&arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let commands = child.stdin.take().expect("stdin is a pipe");
        let events = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut served = Self { child, commands, events, url: String::new() };
        let listening = served.until("listening");
        listening["url"].as_str().expect("an address").clone_into(&mut served.url);
        let port = listening["port"].as_u64().expect("a port");
        assert!((8_443..32_768).contains(&port), "{port}");
        served
    }

    /// Reads events until one of this kind.
    pub fn until(&mut self, event: &str) -> Value {
        loop {
            let mut line = String::new();
            assert_ne!(self.events.read_line(&mut line).expect("readable"), 0, "it ended before `{event}`");
            let told: Value = serde_json::from_str(&line).expect("one JSON object per line");
            assert_eq!(told["schema"], "regather/platform-event/1");
            if told["event"] == event {
                return told;
            }
        }
    }

    /// Sends a command and waits for what it does.
    fn does(&mut self, command: &str, event: &str) -> Value {
        writeln!(self.commands, "{command}").expect("it reads");
        self.until(event)
    }

    /// Ends it in order; returns its account.
    fn stop(mut self) -> Value {
        let stopped = self.does("stop", "stopped");
        assert!(self.child.wait().expect("it ends").success());
        stopped
    }
}

/// Returns the path of a file of a folder as an argument.
pub fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("UTF-8").to_owned()
}

/// Returns the events of an agent.
fn events(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).expect("one JSON object per line")).collect()
}

#[test]
fn an_agent_signs_in_over_tls_pushes_calls_and_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let (ca, key) = (path(folder.path(), "ca.pem"), path(folder.path(), "key"));
    let mut served = Served::start(&["--tls", &ca, "--new-key", &key, "--thing", "pump"]);
    assert!(served.url.starts_with("wss://127.0.0.1:"), "{}", served.url);
    let key = format!("file:{key}");
    let url = served.url.clone();
    let usual = ["agent", &url, "--ca", &ca, "--key", &key];
    let calls = ["--thing", "pump", "--push", "level=2.5", "--call", "GetPropertySubscriptions", "--json"];
    let more = ["--write", "speed=3", "--fire", "Alarm:level=3,text=hot"];
    let ran = run(&[&usual[..], &calls, &more].concat()).ends(0);
    let told = events(&ran);
    let steps: Vec<&str> =
        told.iter().filter(|told| told["event"] == "step").filter_map(|told| told["step"].as_str()).collect();
    assert_eq!(steps, ["name", "tcp", "tls", "upgrade", "auth", "bind"]);
    assert!(ran.out.contains("signed by Regather test authority"), "{}", ran.out);
    let find = |event: &str| told.iter().find(|told| told["event"] == event).expect("told");
    assert_eq!((&find("pushed")["taken"], &find("answered")["rows"]), (&true.into(), &2.into()));
    assert_eq!(find("stopped")["goodbye"], true);
    // What is refused has a code of its own, by the step at which it happens.
    let refused = run(&[&usual[..], &["--thing", "valve"]].concat()).ends(57);
    refused.says("the step `bind` failed").says("check that the thing exists");
    write(&folder.path().join("other"), "made-up");
    let other = format!("file:{}", path(folder.path(), "other"));
    run(&["agent", &url, "--ca", &ca, "--key", &other, "--thing", "pump"])
        .ends(56)
        .says("refuses the application key");
    run(&["agent", &url, "--key", &other, "--thing", "pump"]).ends(54).says("signed by nobody trusted");
    run(&[&usual[..], &["--thing", "pump", "--call", "Explode"]].concat())
        .ends(5)
        .says("service Explode of pump");
    served.does("503", "done");
    run(&[&usual[..], &["--thing", "pump"]].concat()).ends(55).says("503");
    served.does("mute", "done");
    run(&[&usual[..], &["--thing", "pump", "--timeout", "300ms"]].concat()).ends(55).says("No answer after");
    let account = served.stop();
    let taken = (&account["balances"], &account["values"], &account["events"]);
    assert_eq!(taken, (&true.into(), &2.into(), &1.into()), "{account}");
    assert_eq!(account["auth_refused"], 1, "{account}");
}

#[test]
fn an_agent_that_stays_comes_back_after_an_outage_and_answers_the_platform() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("key"), "any");
    let key = format!("file:{}", path(folder.path(), "key"));
    let mut served = Served::start(&[]);
    let mut agent = program(&["agent", &served.url, "--key", &key, "--thing", "pump", "--for", "5min"])
        .args(["--attempts", "60000", "--wait", "50ms", "--json", "--push", "level=7"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut told = BufReader::new(agent.stdout.take().expect("a pipe")).lines();
    let mut until = |event: &str| {
        let like = format!("\"event\":\"{event}\"");
        told.by_ref().map(|line| line.expect("readable")).find(|line| line.contains(&like)).expect("told")
    };
    until("pushed");
    let answer = served.does(r#"{"command":"read","with":["pump","level"]}"#, "answered");
    assert!(answer["value"].as_str().is_some_and(|value| value.contains('7')), "{answer}");
    served.does("explode", "not-understood");
    served.does("read valve level", "not-answered");
    served.does("down reset", "done");
    assert!(until("lost").contains("reset"));
    // The first attempt can still meet the door as it closes.
    while !until("failed").contains("refused") {}
    served.does("restart", "done");
    until("back");
    agent.kill().expect("it runs");
    agent.wait().expect("it ends");
    let account = served.stop();
    assert_eq!((&account["balances"], &account["binds"]), (&true.into(), &2.into()), "{account}");
}

#[test]
fn a_platform_that_is_killed_in_the_middle_is_a_lost_connection() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("key"), "any");
    let key = format!("file:{}", path(folder.path(), "key"));
    // A port of its own: on the usual one the platform of another test could take its place.
    let mut served = Served::start(&["--port", "21443"]);
    let agent = program(&["agent", &served.url, "--key", &key, "--thing", "pump", "--for", "5min"])
        .args(["--attempts", "2", "--wait", "100ms", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    while served.does("status", "status")["bound"] != 1 {}
    served.child.kill().expect("it runs");
    served.child.wait().expect("it ends");
    let ran = Ran::from(agent.wait_with_output().expect("it ends")).ends(52);
    let told = events(&ran);
    let count = |event: &str| told.iter().filter(|told| told["event"] == event).count();
    assert_eq!(
        (count("back"), count("lost"), count("failed"), count("stranded")),
        (1, 1, 2, 1),
        "{}",
        ran.out
    );
}

#[test]
fn what_an_agent_has_stored_survives_its_violent_end_and_is_delivered() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("key"), "any");
    let key = format!("file:{}", path(folder.path(), "key"));
    for flush in ["after-bind", "before-bind"] {
        let store = path(folder.path(), flush);
        let mut served = Served::start(&[]);
        served.does("503", "done");
        let url = served.url.clone();
        let usual = ["agent", &url, "--key", &key, "--thing", "pump", "--store", &store, "--json"];
        let usual = [&usual[..], &["--store-flush", flush]].concat();
        let values: Vec<String> = (1..=40).map(|value| format!("level={value}")).collect();
        let mut agent = program(&usual)
            .args(["--attempts", "60000", "--wait", "50ms"])
            .args(values.iter().flat_map(|value| ["--push", value]))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut told = BufReader::new(agent.stdout.take().expect("a pipe")).lines();
        let mut promised = 0;
        while promised < 15 {
            let line = told.next().expect("it goes on").expect("readable");
            let event: Value = serde_json::from_str(&line).expect("JSON");
            if event["event"] == "stored" {
                promised += event["count"].as_u64().expect("a number");
                assert_eq!((&event["in_memory"], &event["dropped"]), (&0.into(), &0.into()), "{event}");
            }
        }
        run(&usual).ends(3).says("in use by another agent");
        // Without any chance to tidy up.
        agent.kill().expect("it runs");
        agent.wait().expect("it ends");
        // As a power cut leaves it: the begin of a record that was never reported.
        let mut file = std::fs::OpenOptions::new().append(true).open(&store).expect("it is there");
        file.write_all(b"\xA7rec\0\0\0\x40half").expect("writes");
        drop(file);
        served.does("restart", "done");
        let mut agent = program(&usual)
            .args(["--for", "5min"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut told = BufReader::new(agent.stdout.take().expect("a pipe")).lines();
        let (mut waited, mut delivered) = (0, 0);
        while waited == 0 || delivered < waited {
            let line = told.next().expect("it goes on").expect("readable");
            let event: Value = serde_json::from_str(&line).expect("JSON");
            match event["event"].as_str() {
                Some("store") => {
                    waited = event["waiting"].as_u64().expect("a number");
                    assert_eq!(event["torn_bytes"], 12, "{event}");
                }
                Some("flushed") => delivered += event["count"].as_u64().expect("a number"),
                _ => {}
            }
        }
        // The values count up, so the last one is their number where none is missing.
        assert!((promised..=40).contains(&delivered), "{promised} promised, {delivered} delivered");
        let answer = served.does(r#"{"command":"read","with":["pump","level"]}"#, "answered");
        assert_eq!(answer["value"], format!("{delivered}.0"), "{answer}");
        agent.kill().expect("it runs");
        agent.wait().expect("it ends");
        assert_eq!(served.stop()["values"], delivered, "each value once");
        // It left nothing, so nothing is sent again.
        assert_eq!(std::fs::metadata(&store).expect("it is there").len(), 17);
    }
}

#[test]
fn a_store_says_what_it_cannot_keep() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("key"), "any");
    let key = format!("file:{}", path(folder.path(), "key"));
    let store = path(folder.path(), "store");
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let url = format!("ws://{free}");
    let usual = ["agent", &url, "--key", &key, "--thing", "pump", "--store", &store];
    let ran = run(&[&usual[..], &["--push", "level=1", "--push", "flow=2", "--json"]].concat()).ends(52);
    assert!(ran.out.contains("\"event\":\"left\",\"stored\":2,\"lost\":0"), "{}", ran.out);
    assert!(ran.err.contains("2 values wait in the store"), "{}", ran.err);
    let served = Served::start(&[]);
    let url = served.url.clone();
    let usual = ["agent", &url, "--key", &key, "--thing", "pump", "--store", &store];
    run(&[&usual[..], &["--store-limit", "90B", "--push", "level=3"]].concat())
        .ends(5)
        .says("The store was full and dropped 1 value");
    run(&usual).ends(0);
    assert_eq!(served.stop()["values"], 2);
    run(&[&usual[..], &["--store-limit", "100"]].concat()).ends(2).says("a size has its unit");
    write(Path::new(&store), "notes");
    run(&usual).ends(3).says("no store of values");
    assert_eq!(text(Path::new(&store)), "notes");
}

#[test]
fn what_cannot_be_reached_says_at_which_step() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("key"), "any");
    let key = format!("file:{}", path(folder.path(), "key"));
    let agent = |address: &str, more: &[&str]| {
        run(&[&["agent", address, "--key", &key, "--thing", "pump", "--timeout", "2s"], more].concat())
    };
    // A port that was free a moment ago.
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    agent(&format!("ws://{free}"), &[]).ends(52).says("refuses the connection").says("not encrypted");
    let ran = agent(&format!("ws://{free}"), &["--json"]).ends(52);
    let error: Value = serde_json::from_str(&ran.err[ran.err.find('{').expect("JSON")..]).expect("JSON");
    assert_eq!(
        (&error["error"]["kind"], &error["error"]["exit_code"]),
        (&"not-connected".into(), &52.into())
    );
    // Something that is no platform, no proxy and speaks no TLS.
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = other.local_addr().unwrap();
    let answers = std::thread::Builder::new().name("other".into()).spawn(move || {
        for stream in other.incoming().take(3) {
            let mut stream = stream.expect("accepts");
            let mut some = [0; 64];
            let _ = std::io::Read::read(&mut stream, &mut some);
            let _ = stream.write_all(b"SSH-2.0-other\r\n\r\n");
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
    });
    agent(&format!("ws://{address}"), &[]).ends(55);
    agent(&format!("wss://{address}"), &[]).ends(54).says("speaks no TLS");
    agent(&format!("ws://{free}"), &["--proxy", &address.to_string()]).ends(53).says("no HTTP proxy");
    answers.expect("a thread").join().expect("answers");
    // A name that no name server can know, because a part of it is too long.
    agent(&format!("ws://{}.example", "a".repeat(64)), &[]).ends(51).says("the step `name` failed");
}

#[test]
fn an_agent_behaves_like_those_of_a_group() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("key"), "any");
    let key = format!("file:{}", path(folder.path(), "key"));
    let served = Served::start(&[]);
    let url = served.url.clone();
    let ships = text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fleets/smart-ship.json"));
    let (first, fleet) = ("\"first_delay_ms\": 0", path(folder.path(), "ships.json"));
    assert!(ships.contains(first));
    write(Path::new(&fleet), ships.replace(first, "\"first_delay_ms\": 400"));
    let usual = ["agent", &url, "--key", &key, "--thing", "pump", "--fleet", &fleet];
    let ran = run(&[&usual[..], &["--group", "ships", "--json"]].concat()).ends(0);
    let told = events(&ran);
    assert!(told.iter().any(|told| told["event"] == "waits"), "{}", ran.out);
    run(&[&usual[..], &["--group", "nobody"]].concat())
        .ends(2)
        .says("no group `nobody`")
        .says("Its groups are");
    run(&usual).ends(2).says("--group");
    run(&[&usual[..], &["--group", "ships", "--attempts", "3"]].concat()).ends(2).says("--attempts");
    served.stop();
}

#[test]
fn mistakes_in_the_arguments_are_told_before_anything_is_opened() {
    let usage = |arguments: &[&str], says: &str| {
        run(arguments).ends(2).says(says);
    };
    usage(&["agent", "plant.example", "--thing", "a", "--key", "env:KEY"], "begin it with wss://");
    usage(&["agent", "ws://me:pw@plant", "--thing", "a", "--key", "env:KEY"], "credentials by reference");
    usage(&["agent", "ws://plant", "--thing", "a", "--key", "secret"], "no reference to a secret");
    usage(
        &["agent", "ws://plant", "--thing", "a", "--key", "env:KEY", "--for", "5"],
        "a duration has its unit",
    );
    usage(&["platform", "serve", "--listen", "here"], "is no address");
    usage(&["platform", "serve", "--workers", "4"], "--service-time");
    run(&["agent", "ws://plant", "--thing", "a", "--key", "env:REGATHER_NO_SUCH_KEY"])
        .ends(3)
        .says("REGATHER_NO_SUCH_KEY");
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    run(&["platform", "serve", "--port", &port]).ends(5).says("in use by another program");
    let served =
        run(&["platform", "serve", "--for", "0s", "--workers", "2", "--service-time", "5ms"]).ends(0);
    assert!(served.out.starts_with("listening on ws://127.0.0.1:"), "{}", served.out);
    let folder = tempfile::tempdir().unwrap();
    let key = path(folder.path(), "key");
    run(&["platform", "serve", "--for", "0s", "--new-key", &key]).ends(0);
    assert_eq!(text(Path::new(&key)).len(), 36);
}
