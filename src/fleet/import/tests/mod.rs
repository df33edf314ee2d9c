//! Every format with a file as operators have it, and with files that are not.

mod haproxy;
mod hostile;
mod nginx;
mod settings;
mod tables;

use super::{Format, Imported, read, recognise};

/// What stands in for passwords in the files of these tests.
const CANARY: &str = "CANARY-7f3a";

/// Reads a file that must be recognised as a format.
#[track_caller]
fn told(name: &str, text: &str, format: Format) -> Imported {
    assert_eq!(recognise(name, text), Some(format), "{name}");
    assert_eq!(recognise("stdin", text), Some(format), "by what stands in it");
    let imported = read(format, text);
    let shown = format!("{imported:?}");
    assert!(!shown.contains(CANARY), "{shown}");
    imported
}

/// Returns what a file says: `line key = value`, one for each line of the answer.
fn facts(imported: &Imported) -> Vec<String> {
    let facts = imported.facts.iter();
    facts
        .map(|fact| format!("{} {} = {}", fact.line, fact.setting.key, fact.value.json(fact.setting)))
        .collect()
}

/// Returns the codes of what is wrong, each with its line.
fn codes(imported: &Imported) -> Vec<(&'static str, usize)> {
    imported.findings.iter().map(|finding| (finding.code, finding.line)).collect()
}

/// Every whole file.
const FILES: [(&str, &str); 7] = [
    ("haproxy.cfg", include_str!("files/haproxy.cfg")),
    ("nginx.conf", include_str!("files/nginx.conf")),
    ("platform-settings.json", include_str!("files/platform-settings.json")),
    ("zoo.cfg", include_str!("files/zoo.cfg")),
    ("server.xml", include_str!("files/server.xml")),
    ("limits.csv", include_str!("files/limits.csv")),
    ("cx-server.conf", include_str!("files/connection-server.conf")),
];
