//! Bounds in files and as typed text, and the draws.

use super::*;
use crate::fleet::example::EXAMPLES;
use crate::fleet::file::address::{resolve, typed};
use crate::fleet::settings::Area;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;

const TIMEOUT: &str = "/groups/pumps/connect_timeout";

fn file() -> FleetFile {
    EXAMPLES[0].file().unwrap()
}

fn with(address: &str, value: &serde_json::Value) -> FleetFile {
    file().with(address, value).unwrap()
}

fn codes(file: &FleetFile, scenario: Option<&str>) -> Vec<String> {
    let blocking = file.check(scenario).findings.into_iter().filter(Finding::blocks);
    blocking.map(|finding| format!("{} {}", finding.code, finding.what)).collect()
}

#[test]
fn bounds_are_read_with_their_stated_value() {
    let file = with(TIMEOUT, &json!({"unknown": ["5s", 60_000]}));
    let fleet = file.check(None).fleet.unwrap();
    let [unknown] = fleet.unknowns.list() else { panic!() };
    assert_eq!(unknown.unknown, Unknown::Between(5_000.0, 60_000.0));
    assert_eq!(unknown.name(), "`connect_timeout` of Pumps");
    assert_eq!(fleet.groups[0].agent.connect_timeout().secs(), 32.5);
    let setting = unknown.input.setting;
    let value = file.view(None).value(TIMEOUT, setting).unwrap();
    assert_eq!(value.human(setting), "unknown, 5 s to 1 min");
    assert_eq!(value.json(setting), json!({"unknown": [5_000, 60_000]}));
    let words = with("/groups/pumps/tls", &json!({"unknown": ["on", "off"]}));
    let fleet = words.check(None).fleet.unwrap();
    assert!(fleet.groups[0].link.tls, "the first word stands in");
    assert_eq!(fleet.unknowns.list()[0].unknown.bounds(&crate::fleet::settings::GROUP[2]), "TLS or Plain");
}

#[test]
fn a_scenario_may_say_that_a_value_is_unknown_or_known() {
    let set = format!("/scenarios/doubt/set/{}", TIMEOUT.replace('/', "~1"));
    let file = with(&set, &json!({"unknown": [5_000, 60_000]}));
    assert!(file.check(None).fleet.unwrap().unknowns.is_empty());
    assert_eq!(file.check(Some("doubt")).fleet.unwrap().unknowns.list().len(), 1);
    let file = with(TIMEOUT, &json!({"unknown": [5_000, 60_000]})).with(&set, &json!(9_000)).unwrap();
    assert!(file.check(Some("doubt")).fleet.unwrap().unknowns.is_empty());
    let wrong = with(&set, &json!({"unknown": [60_000, 5_000]}));
    assert_eq!(codes(&wrong, None).len(), 1, "also where another scenario is read");
}

#[test]
fn bounds_that_cannot_be_used_are_found_with_their_line() {
    for (address, value, what) in [
        (TIMEOUT, json!({"unknown": [60_000, 5_000]}), "F031 The bounds of `connect_timeout` are swapped"),
        (TIMEOUT, json!({"unknown": [5_000, 5_000]}), "F031 The bounds of `connect_timeout` are equal"),
        (
            TIMEOUT,
            json!({"unknown": [5_000]}),
            "F031 What `connect_timeout` may be is not said in two bounds",
        ),
        (TIMEOUT, json!({"unknown": [1, 2, 3]}), "F031 What"),
        (TIMEOUT, json!({"unknown": 7}), "F031 What"),
        (TIMEOUT, json!({"unknown": [1, null]}), "F031 What"),
        (TIMEOUT, json!({"unknown": [1, {"unknown": [2, 3]}]}), "F031 What"),
        (TIMEOUT, json!({"unknown": [5_000, 6_000], "why": "?"}), "F031 What"),
        (TIMEOUT, json!({"unknown": [5_000, 1e300]}), "F031 The bound"),
        (TIMEOUT, json!({"unknown": [5_000.5, 6_000]}), "F031 The bounds of `connect_timeout` are no whole"),
        (TIMEOUT, json!({"unknown": ["soon", 6_000]}), "F015"),
        (TIMEOUT, json!({"known": [5_000, 6_000]}), "F013"),
        ("/groups/pumps/connect_retries", json!({"unknown": [-1, 5]}), "F031 The bound for ever"),
        ("/groups/pumps/tls", json!({"unknown": ["on"]}), "F031 What `tls` may be has fewer"),
        ("/groups/pumps/tls", json!({"unknown": ["on", "on"]}), "F031 What `tls` may be has a word twice"),
        ("/groups/pumps/tls", json!({"unknown": ["on", "maybe"]}), "F031 `maybe` is not known"),
        ("/groups/pumps/devices", json!({"unknown": [10, 20]}), "F032 `devices` cannot be unknown"),
        ("/groups/pumps/agent", json!({"unknown": ["ems", "c-sdk"]}), ""),
        ("/outage/length_s", json!({"unknown": [10, 20]}), "F032 `length_s` cannot be unknown"),
        ("/targets/t95_s", json!({"unknown": [10, 20]}), "F032 `t95_s` cannot be unknown"),
    ] {
        let file = with(address, &value);
        let checked = file.check(None);
        let found = checked.findings.iter().find(|finding| finding.blocks()).unwrap();
        assert!(format!("{} {}", found.code, found.what).starts_with(what), "{value}: {found}");
        assert!(found.line > 1 && !found.why.is_empty() && !found.fix.is_empty(), "{value}: {found:?}");
        assert!(checked.fleet.is_none());
        if let Some(fix) = &found.patch {
            assert_eq!(codes(&file.with(&fix.pointer, &fix.value).unwrap(), None), [""; 0], "{value}");
        }
    }
}

#[test]
fn typed_bounds_are_what_the_file_holds() {
    let file = file();
    let view = file.view(None);
    let of = |address| resolve(&view, address).unwrap().setting;
    let between = |low, high| Ok(Value::Unknown(Unknown::Between(low, high)));
    for text in ["5s..60s", " 5 s .. 1min", "unknown, 5 s to 60 s", "5000ms..60s"] {
        assert_eq!(typed(of(TIMEOUT), text), between(5_000.0, 60_000.0), "{text}");
    }
    assert_eq!(typed(of("/platform/workers"), "2..8"), between(2.0, 8.0));
    let words = Unknown::OneOf(vec!["on".into(), "off".into()]);
    assert_eq!(typed(of("/groups/pumps/tls"), "on | off"), Ok(Value::Unknown(words)));
    for (address, text, part) in [
        (TIMEOUT, "60s..5s", "swapped"),
        (TIMEOUT, "5..60s", "no unit"),
        (TIMEOUT, "5s..", "not a duration"),
        (TIMEOUT, "5s..5s", "equal"),
        ("/groups/pumps/connect_retries", "for ever..5", "no special"),
        ("/groups/pumps/tls", "on|maybe", "not known"),
        ("/groups/pumps/devices", "5..6", "cannot be unknown"),
        ("/targets/t95_s", "5s..6s", "cannot be unknown"),
    ] {
        let message = typed(of(address), text).unwrap_err();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn the_first_runs_of_a_power_of_two_hit_every_part_once() {
    for seed in 0..20 {
        for address in [TIMEOUT, "/platform/workers", ""] {
            for parts in [1_u32, 2, 8, 64, 1_024] {
                let hit: BTreeSet<u32> =
                    (0..parts).map(|run| (place(seed, address, run) * f64::from(parts)) as u32).collect();
                assert_eq!(hit.len(), parts as usize, "{seed} {address} {parts}");
            }
        }
    }
    assert!((0..1_000).all(|run| (0.0..1.0).contains(&place(u64::MAX, TIMEOUT, run))));
}

#[test]
fn two_unknowns_are_paired_at_random() {
    // The correlation of 64 pairs drawn at random has a standard deviation of 1/8; its mean over seeds is 0.
    let correlation = |seed| {
        let pairs = (0..64).map(|run| (place(seed, "/a", run) - 0.5) * (place(seed, "/b", run) - 0.5));
        pairs.sum::<f64>() * 12.0 / 64.0
    };
    let all: Vec<f64> = (0..400).map(correlation).collect();
    let mean = all.iter().sum::<f64>() / 400.0;
    let spread = (all.iter().map(|one| one * one).sum::<f64>() / 400.0).sqrt();
    assert!(mean.abs() < 0.03 && spread < 0.16, "{mean} {spread}");
}

#[test]
fn whole_numbers_and_words_are_equally_likely() {
    let setting = resolve(&file().view(None), "/platform/workers").unwrap().setting;
    let count = |unknown: &Unknown, value: &Value| {
        (0..300).filter(|part| unknown.at((f64::from(*part) + 0.5) / 300.0, setting) == *value).count()
    };
    let three = Unknown::Between(4.0, 6.0);
    for value in [4.0, 5.0, 6.0] {
        assert_eq!(count(&three, &Value::Number(value)), 100);
    }
    let words = Unknown::OneOf(vec!["on".into(), "off".into()]);
    assert_eq!(count(&words, &Value::Word("off".into())), 150);
    assert_eq!(three.at(1.0, setting), Value::Number(6.0));
    assert_eq!(three.stated(setting), Value::Number(5.0));
}

#[test]
fn a_drawn_fleet_is_the_one_that_a_file_with_these_values_gives() {
    let file = with(TIMEOUT, &json!({"unknown": [5_000, 60_000]}))
        .with("/groups/pumps/tls", &json!({"unknown": ["on", "off"]}))
        .unwrap();
    let fleet = file.check(None).fleet.unwrap();
    let mut seen = BTreeSet::new();
    for run in 0..20 {
        let drawn = fleet.drawn(7, run).unwrap().unwrap();
        let mut known = file.clone();
        for unknown in fleet.unknowns.list() {
            let value = unknown.drawn(7, run).json(unknown.input.setting);
            known = known.with(&unknown.input.address, &value).unwrap();
        }
        assert_eq!(Some(&drawn), known.check(None).fleet.as_ref());
        seen.insert(drawn.groups[0].link.tls);
    }
    assert_eq!(seen.len(), 2);
    let known_file = self::file();
    assert!(known_file.check(None).fleet.unwrap().drawn(7, 0).is_none());
}

#[test]
fn fleets_are_equal_where_what_decides_a_run_is() {
    let of = |file: &FleetFile| file.check(None).fleet.unwrap().unknowns;
    let one = with(TIMEOUT, &json!({"unknown": [5_000, 60_000]}));
    let spelled = with(TIMEOUT, &json!({"unknown": ["5s", "1min"]}));
    let target = one.with("/targets/t95_s", &json!(77)).unwrap();
    assert!(of(&one) == of(&spelled) && of(&one) == of(&target));
    let wider = with(TIMEOUT, &json!({"unknown": [4_000, 61_000]}));
    assert_ne!(of(&one), of(&wider), "the middle is the same");
    assert_ne!(of(&one), of(&one.with("/groups/pumps/connect_retries", &json!(3)).unwrap()));
}

#[test]
fn a_draw_that_changes_what_happens_is_a_fleet_too() {
    let file = with("/outage/connections_end", &json!({"unknown": ["reset", "stay"]}));
    let fleet = file.check(None).fleet.unwrap();
    let cut = (0..8).filter(|run| fleet.drawn(1, *run).unwrap().unwrap().outage.loses.is_some()).count();
    assert_eq!(cut, 4);
}

proptest! {
    #[test]
    fn bounds_survive_the_file_and_the_keyboard(pick in 0_usize..1_000, a in 0.0_f64..1.0, b in 0.0_f64..1.0) {
        let file = file();
        let inputs = file.inputs(None);
        let input = &inputs[pick % inputs.len()];
        let setting = input.setting;
        let unknown = if let Unit::Choice(choices) = setting.unit {
            Unknown::OneOf(choices.iter().map(|choice| choice.value.to_owned()).collect())
        } else {
            let (low, high) = setting.range;
            let at = |share: f64| {
                let value = low + share * (high - low).min(1e9);
                if setting.whole { value.round() } else { (value * 1e3).round() / 1e3 }
            };
            Unknown::Between(at(a.min(b)), at(a.max(b)))
        };
        let value = Value::Unknown(unknown.clone());
        let written = file.with(&input.address, &value.json(setting)).unwrap();
        let read = FleetFile::parse(written.text()).unwrap();
        if unknown.fault(setting).is_none() {
            prop_assert_eq!(read.view(None).value(&input.address, setting), Ok(value.clone()));
            let again = typed(setting, &unknown.typed(setting)).unwrap();
            // Reading a duration adds its parts; the last bit may differ.
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs();
            let same = match (&unknown, &again) {
                (Unknown::Between(low, high), Value::Unknown(Unknown::Between(from, to))) => {
                    near(*from, *low) && near(*to, *high)
                }
                _ => again == value,
            };
            prop_assert!(same, "{:?} {:?}", again, value);
            let place = unknown.at(a, setting);
            prop_assert!(place.number().is_none_or(|number| setting.accepts(number)));
        } else {
            prop_assert!(read.view(None).value(&input.address, setting).is_err());
        }
        // Losslessness: the old value again gives the old text, where the file had one.
        if let Some(old) = file.tree().value(&input.address) {
            let back = written.with(&input.address, &old).unwrap();
            prop_assert_eq!(back.tree().value(&input.address), Some(old));
        }
    }
}

#[test]
fn what_cannot_be_unknown_says_why() {
    for row in Area::all().flat_map(Area::settings) {
        if let Some(reason) = row.settled() {
            assert!(reason.ends_with('.') && reason.len() > 20, "{}", row.key);
        }
    }
}
