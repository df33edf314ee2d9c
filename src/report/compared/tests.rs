//! Comparisons as they are written.

use super::{Compared, compared_json, compared_schema, render};
use crate::fleet::FleetFile;
use crate::plan::Outcome;
use crate::report::head::{Asked, Source};
use crate::report::terminal::{Charset, WIDTH};
use crate::sim::{self, Study};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const DELAY: &str = "/groups/a/reconnect_random_delay_seconds";

fn file() -> FleetFile {
    let text = r#"{"regather": 1, "groups": {"a": {"name": "Pumps", "devices": 400, "agent": "example-agent",
        "reconnect_random_delay_seconds": 60}}, "platform": {"workers": 50}, "outage": {"length_s": 0},
        "targets": {"t95_s": 50}, "costs": {"downtime_per_device_hour": 6},
        "scenarios": {"quick": {"name": "Quick", "set": {}}, "slow": {"name": "Slow", "set": {}}}}"#;
    let file = FleetFile::parse(text).unwrap();
    let file = file.assign(Some("quick"), DELAY, &json!(20)).unwrap();
    file.assign(Some("slow"), DELAY, &json!(600)).unwrap()
}

fn outcome(file: &FleetFile, scenario: Option<&str>) -> Outcome {
    let fleet = file.check(scenario).fleet.unwrap();
    let done = sim::replicate(&fleet, 1, 0..8, 2, &AtomicBool::new(false), &|_| {}).unwrap();
    let study = Study::of(&fleet, 1, done.into_iter().map(Arc::new).collect());
    Outcome::of(file.scenario_name(scenario), Arc::new(fleet), study, 8)
}

fn with_compared(check: impl Fn(&Compared<'_>)) {
    let file = file();
    let scenarios = [Some("quick"), None, Some("slow")];
    let outcomes = scenarios.map(|scenario| outcome(&file, scenario));
    let sides = scenarios.map(|scenario| (&file, scenario));
    check(&Compared::of(&sides, &outcomes.iter().collect::<Vec<_>>(), 1));
}

#[test]
fn json_keeps_to_its_schema_and_measures_against_the_baseline() {
    with_compared(|compared| {
        let asked = Asked {
            source: Source { name: "a", text: "{}", scenario: None, set: &[] },
            project: "A",
            devices: 400,
        };
        let json = compared_json(&asked, compared);
        assert!(jsonschema::is_valid(&compared_schema(), &json), "{json:#}");
        let figures = json["figures"].as_array().unwrap();
        for key in ["t95_s", "cost_of_downtime"] {
            let row = figures.iter().find(|row| row["key"] == key).unwrap();
            let number = |column: usize, field: &str| row["values"][column][field].as_f64().unwrap();
            assert_eq!(number(1, "change"), 0.0);
            assert!(number(0, "change") < 0.0 && number(2, "change") > 0.0, "{row}");
            assert!((number(0, "median") - number(1, "median") - number(0, "change")).abs() < 1e-5);
        }
        assert_eq!(json["inputs"][0]["values"], json!([20, 60, 600]));
        let mut wrong = json;
        wrong["scenarios"][0]["met"] = "perhaps".into();
        assert!(!jsonschema::is_valid(&compared_schema(), &wrong));
    });
}

#[test]
fn text_begins_with_the_baseline_and_fits_a_terminal() {
    with_compared(|compared| {
        let text = render(compared, Charset::Ascii);
        let head = text.lines().next().unwrap();
        assert_eq!(head.split_whitespace().collect::<Vec<_>>(), ["Baseline", "Quick", "Slow"]);
        assert!(text.contains("Random delay before every attempt, Pumps"), "{text}");
        assert!(text.contains("Cost of downtime"), "{text}");
        assert!(text.is_ascii() && text.lines().all(|line| line.len() <= WIDTH), "{text}");
    });
}
