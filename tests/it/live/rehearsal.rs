//! Rehearsals as a command: exact accounts, a verdict, and great care with computers of others.

use super::{Served, path};
use crate::program::{run, text, write};
use serde_json::Value;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

/// A made-up fleet that is back within seconds, with a target that nobody judges here.
const SMALL: &str = r#"{
  "regather": 1,
  "name": "Small",
  "groups": {
    "pumps": {
      "devices": 1200,
      "agent": "example-agent",
      "reconnect_random_delay_seconds": 4,
      "connect_timeout": 10000,
      "connect_retries": 1,
      "connect_retry_interval": 1000,
      "max_connect_delay": 1000
    }
  },
  "platform": { "workers": 60, "service_time_ms": 100, "service_law": "fixed", "accept_queue": 4096 },
  "outage": { "length_s": 900, "attempts_meet": "refused", "watch_s": 900 },
  "targets": { "t95_s": 300 }
}"#;

#[test]
fn a_rehearsal_counts_exactly_and_says_how_well_it_fits() {
    let folder = tempfile::tempdir().unwrap();
    let file = path(folder.path(), "small.json");
    write(Path::new(&file), SMALL);
    let picture = path(folder.path(), "dots.svg");
    let ran = run(&[
        "rehearse",
        &file,
        "--agents",
        "20",
        "--runs",
        "10",
        "--outage",
        "1s",
        "--until",
        "60s",
        "--json",
        "--picture",
        &picture,
    ]);
    let told = ran.json();
    let schema = run(&["schema", "rehearsal"]).ends(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&told).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?} in {told}");
    assert!(!validator.is_valid(&serde_json::json!({"schema": "regather/rehearsal/1"})));
    assert_eq!(told["counts_agree"], true, "{told}");
    let drawn = text(Path::new(&picture));
    assert!(
        drawn.starts_with("<svg") && drawn.contains("measured") && drawn.contains("20 of 20 agents"),
        "{drawn}"
    );
    let agents = &told["agents"];
    assert_eq!((&agents["planned"], &agents["connected"]), (&20.into(), &20.into()), "{told}");
    assert_eq!(told["platform"]["binds"], 20, "{told}");
    let (measured, band) = (&told["curves"]["measured"], &told["curves"]["p5"]);
    assert_eq!(measured.as_array().map(Vec::len), band.as_array().map(Vec::len));
    assert_eq!(measured.as_array().and_then(|shares| shares.last()), Some(&1.0.into()), "{told}");
    let t95 = |which: &str| told["t95"][which].as_f64().expect("back");
    assert!((t95("measured_s") - t95("simulated_s")).abs() < 5.0, "{told}");
    assert!(told["notes"].to_string().contains("only the return"), "{told}");
    // How fast this computer is at the moment decides between the two, and the code says the same as the text.
    let proves = told["verdict"]["proves"] == true;
    let limited = told["verdict"]["host_limited"] == true;
    let gap = told["fit"]["gap_pct"].as_f64().expect("a gap");
    assert_eq!(proves, !limited && gap <= 10.0, "{told}");
    ran.ends(if proves { 0 } else { 4 });
}

#[test]
fn what_cannot_be_rehearsed_is_refused_in_words() {
    // Only Linux tells how many ports there are, and nowhere is it so many.
    #[cfg(target_os = "linux")]
    run(&[
        "rehearse",
        "example:connected-products",
        "--agents",
        "500000",
        "--set",
        "/groups/pumps/devices=1000000",
    ])
    .ends(2)
    .says("do not fit on this computer")
    .says("--agents");
    run(&["rehearse", "example:connected-products", "--agents", "0"]).ends(2);
    run(&["rehearse", "example:connected-products", "--picture", "dots.gif"])
        .ends(2)
        .says(".png, .svg or .csv");
    run(&["rehearse", "example:connected-products", "--agents", "3"]).ends(2).says("at least 4 agents");
    run(&["rehearse", "example:connected-products", "--until", "soon"]).ends(2).says("--until");
    run(&["rehearse", "example:connected-products", "--scenario", "made-up"]).ends(2).says("no scenario");
}

#[test]
fn a_rehearsal_against_a_given_host_on_this_computer_needs_no_confirmation() {
    let folder = tempfile::tempdir().unwrap();
    let file = path(folder.path(), "small.json");
    write(Path::new(&file), SMALL);
    write(&folder.path().join("key"), "any");
    let key = format!("file:{}", path(folder.path(), "key"));
    let mut served = Served::start(&[]);
    let url = served.url.clone();
    let usual = ["rehearse", &file, "--host", &url, "--key", &key, "--runs", "10", "--until", "60s"];
    let ran = run(&[&usual[..], &["--agents", "15", "--json"]].concat());
    let told = ran.json();
    let schema = run(&["schema", "rehearsal"]).ends(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&told).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?} in {told}");
    let agents = &told["agents"];
    assert_eq!((&agents["planned"], &agents["connected"]), (&15.into(), &15.into()), "{told}");
    assert_eq!((&told["platform"], &told["counts_agree"]), (&Value::Null, &Value::Null), "{told}");
    assert_eq!((&told["host"]["this_computer"], &told["host"]["most_per_s"]), (&true.into(), &Value::Null));
    assert_eq!(told["host"]["stopped"], Value::Null, "{told}");
    ran.ends(if told["verdict"]["proves"] == true { 0 } else { 4 });
    // Our own platform can be asked: each agent was bound once.
    while served.does("status", "status")["binds"] != 15 {}
    // A platform in trouble is left alone.
    served.does("503", "done");
    let ran = run(&[&usual[..], &["--agents", "15"]].concat()).ends(7);
    assert!(ran.out.contains("stopped") && ran.out.contains("attempts failed"), "{}", ran.out);
    assert!(ran.out.contains("what the platform counts is unknown"), "{}", ran.out);
    served.does("restart", "done");
    let ran = run(&[&usual[..], &["--agents", "15", "--stop-connect", "0s"]].concat()).ends(7);
    assert!(ran.out.contains("of the sign-ins took up to"), "{}", ran.out);
    let limited = ["--agents", "3", "--agents-max", "2"];
    run(&[&usual[..], &limited].concat()).ends(2).says("3 agents are more than the 2");
    served.stop();
}

#[test]
fn nothing_is_sent_to_another_computer_that_was_not_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let file = path(folder.path(), "small.json");
    write(Path::new(&file), SMALL);
    write(&folder.path().join("key"), "any");
    let key = format!("file:{}", path(folder.path(), "key"));
    // This address is not known as this computer, and on Linux leads to it: what is sent there arrives here.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("ws://0.0.0.0:{}", listener.local_addr().unwrap().port());
    let usual = ["rehearse", &file, "--host", &address, "--key", &key, "--runs", "6", "--until", "5s"];
    let with = |more: &[&str]| run(&[&usual[..], more].concat());
    with(&[]).ends(2).says("0.0.0.0 is not this computer").says("add --confirm 0.0.0.0");
    with(&["--confirm", "127.0.0.1"]).ends(2).says("what was confirmed is 127.0.0.1");
    with(&["--confirm", "0.0.0.0", "--agents", "11"]).ends(2).says("11 agents are more than the 10");
    let waits = listener.accept().map(|_| ()).expect_err("nobody came");
    assert_eq!(waits.kind(), std::io::ErrorKind::WouldBlock);
    // Confirmed, it comes: slowly, and stops because nothing there signs in.
    #[cfg(target_os = "linux")]
    {
        let ran = with(&["--confirm", "0.0.0.0", "--agents", "4", "--json"]);
        let told = ran.json();
        assert_eq!(told["host"]["most_per_s"], 2, "{told}");
        assert_eq!(told["agents"]["connected"], 0, "{told}");
        assert!(listener.accept().is_ok(), "now somebody came");
    }
    run(&["rehearse", &file, "--host", "wss://plant.example"]).ends(2).says("--key");
    run(&["rehearse", &file, "--confirm", "plant.example"]).ends(2).says("--host");
}
