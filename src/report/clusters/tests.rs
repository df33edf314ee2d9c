//! Clusters as they are written.

use super::{clusters_json, clusters_schema, render};
use crate::fleet::cluster::tenants::tenants;
use crate::fleet::example::EXAMPLES;
use crate::plan::neighbours::{Neighbour, Runs, neighbours};
use crate::report::head::{Asked, Source};
use crate::report::terminal::{Charset, WIDTH};
use std::sync::atomic::AtomicBool;

fn played() -> Vec<Neighbour> {
    let example = EXAMPLES.iter().find(|example| example.name == "oem-tenants").unwrap();
    let file =
        example.file().unwrap().assign(None, "/groups/tenant-d-machines/devices", &200.into()).unwrap();
    let runs = Runs { seed: 1, runs: 2, threads: 2 };
    neighbours(tenants(&file, None), runs, &AtomicBool::new(false), &|_| {}).unwrap()
}

#[test]
fn text_fits_a_terminal_and_json_keeps_to_its_schema() {
    let played = played();
    let text = render(&played, Charset::Ascii);
    assert!(text.contains("Tenant D: 200 devices") && text.contains("an assumption"), "{text}");
    assert!(text.is_ascii() && text.lines().all(|line| line.len() <= WIDTH), "{text}");
    let source = Source { name: "a", text: "{}", scenario: None, set: &[] };
    let asked = Asked { source, project: "A", devices: 200 };
    let json = clusters_json(&asked, &played);
    assert!(jsonschema::is_valid(&clusters_schema(), &json), "{json:#}");
    let mut wrong = json;
    wrong["clusters"][0]["alone"]["met"] = "perhaps".into();
    assert!(!jsonschema::is_valid(&clusters_schema(), &wrong));
}
