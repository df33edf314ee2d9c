//! `server.xml` and the table of limits.

use super::{codes, facts, told};
use crate::fleet::import::{Format, read};

const SERVER: &str = include_str!("files/server.xml");
const LIMITS: &str = include_str!("files/limits.csv");

#[test]
fn the_connector_of_devices_is_read() {
    let imported = told("server.xml", SERVER, Format::Tomcat);
    assert_eq!(facts(&imported), ["7 max_connections = 20000", "5 max_threads = 400"]);
    assert_eq!(codes(&imported), []);
    let plain = SERVER.replace(" executor=\"pool\" maxConnections=\"20000\"", " maxThreads=\"150\"");
    let imported = told("server.xml", &plain, Format::Tomcat);
    assert_eq!(facts(&imported), ["7 max_threads = 150"]);
    assert_eq!(codes(&imported), [("O006", 7)]);
    let few = read(Format::Tomcat, &SERVER.replace("20000", "200"));
    assert_eq!(codes(&few), [("O005", 7)]);
}

#[test]
fn broken_markup_is_told_and_the_rest_is_read() {
    let odd = SERVER.replace("20000", "CANARY-7f3a").replace("</Engine>", "</Engin></x>");
    let imported = told("server.xml", &odd, Format::Tomcat);
    assert_eq!(codes(&imported)[0], ("O002", 7));
    assert_eq!(facts(&imported), ["5 max_threads = 400"]);
    let cut = &SERVER[..SERVER.find("keystoreFile").unwrap()];
    let imported = told("server.xml", cut, Format::Tomcat);
    assert_eq!(facts(&imported), ["6 max_connections = 100"]);
    assert!(codes(&imported).iter().any(|(code, _)| *code == "O001"), "{imported:?}");
}

#[test]
fn a_table_of_limits_is_read() {
    let imported = told("limits.csv", LIMITS, Format::Limits);
    assert_eq!(
        facts(&imported),
        [
            "3 max_connections = 200000",
            "4 idle_timeout_s = 3600",
            "5 max_connections = 200000",
            "6 idle_timeout_s = 350",
            "7 device_stickiness = \"on\"",
        ]
    );
    let things: Vec<Option<&str>> = imported.facts.iter().map(|fact| fact.thing.as_deref()).collect();
    assert_eq!(things, [Some("lb-1"), Some("lb-1"), Some("lb-2"), Some("lb-2"), None]);
    assert_eq!(codes(&imported), []);
    let windows = LIMITS.replace('\n', "\r\n").replace(',', ";");
    assert_eq!(read(Format::Limits, &windows).facts.len(), 5);
}

#[test]
fn odd_rows_are_told_by_line() {
    let odd = "setting,value\nmax_connections,CANARY-7f3a\npassword,CANARY-7f3a\nidle_timeout_s,0\nidle_timeout_s\ntls,\n\
               stickiness,maybe\nidle_timeout_s,\"60\" s\nidle_timeout_s,50\n";
    let imported = told("x.csv", odd, Format::Limits);
    assert_eq!(
        codes(&imported),
        [
            ("O002", 2),
            ("O001", 3),
            ("O002", 4),
            ("O001", 5),
            ("O001", 6),
            ("O002", 7),
            ("O001", 8),
            ("O003", 9)
        ]
    );
    assert_eq!(facts(&imported), ["9 idle_timeout_s = 50"]);
}
