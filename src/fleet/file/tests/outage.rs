//! Kinds of outage, further events, and what cannot be.

use super::*;
use crate::fleet::catalogue::outages::KINDS;
use crate::fleet::settings::{ENDS, MEETS, TIERS};
use crate::fleet::{Loss, Meets, Outage, TierName, Touches};

/// Returns a project with these inputs of the outage and the platform.
fn with(outage: &str, platform: &str) -> FleetFile {
    let text = format!(
        r#"{{ "regather": 1,
  "groups": {{ "a": {{ "devices": 10, "agent": "c-sdk" }}, "b": {{ "devices": 5, "agent": "ems" }} }},
  "platform": {platform},
  "outage": {outage},
  "scenarios": {{ "s": {{ "set": {{}} }} }} }}"#
    );
    FleetFile::parse(&text).unwrap()
}

#[track_caller]
fn read(outage: &str) -> Outage {
    let checked = with(outage, "{}").check(None);
    assert_eq!(checked.findings, [], "{outage}");
    checked.fleet.unwrap().outage
}

const SERVERS: &str = r#"{ "balancer": {}, "connection_servers": { "servers": 4 } }"#;

#[test]
fn an_outage_that_says_nothing_is_the_total_one_of_old() {
    let secs = Micros::from_secs;
    assert_eq!(read(r#"{ "length_s": 60 }"#), Outage::total(secs(60), Meets::Refused, secs(1_800)));
    let hole = read(r#"{ "length_s": 60, "attempts_meet": "black-hole", "watch_s": 9 }"#);
    assert_eq!(hole, Outage::total(secs(60), Meets::BlackHole, secs(9)));
}

#[test]
fn words_in_the_registry_and_in_the_types_are_the_same() {
    let words =
        |choices: &[crate::fleet::setting::Choice]| choices.iter().map(|c| c.value).collect::<Vec<_>>();
    assert_eq!(words(MEETS), Meets::ALL.map(Meets::word));
    assert_eq!(words(ENDS)[..4], Loss::ALL.map(Loss::word));
    assert_eq!(words(ENDS)[4..], [Loss::STAY]);
    let mut tiers = words(TIERS);
    tiers.reverse();
    assert_eq!(tiers, TierName::ALL.map(TierName::word));
    for meets in Meets::ALL {
        let outage = read(&format!(r#"{{ "length_s": 60, "attempts_meet": "{}" }}"#, meets.word()));
        assert_eq!(outage.meets, meets);
    }
}

#[test]
fn every_kind_is_read_as_outage_and_as_event_behind_every_front() {
    for kind in KINDS {
        for platform in ["{}", r#"{ "balancer": {} }"#, SERVERS] {
            let id = kind.id;
            let outage = format!(
                r#"{{ "length_s": 600, "kind": "{id}", "watch_s": 90000,
                      "events": {{ "e": {{ "kind": "{id}", "at_s": 900, "length_s": 60 }} }} }}"#
            );
            let checked = with(&outage, platform).check(None);
            assert!(!checked.blocked(), "{id} {platform}: {:?}", checked.findings);
            let fleet = checked.fleet.unwrap();
            assert_eq!(fleet.outage.length, Micros::from_secs(600));
            let event = fleet.outage.events.iter().find(|event| event.name.starts_with('e')).unwrap();
            assert_eq!(event.at, Micros::from_secs(900), "{id}");
            for episode in fleet.outage.episodes() {
                assert!(episode.capacity_permille > 0 && episode.ramp_from_permille > 0, "{id}");
            }
        }
    }
}

#[test]
fn a_kind_gives_defaults_and_what_the_file_says_wins() {
    let outage = |inputs: &str, platform: &str| {
        let text = format!(r#"{{ "length_s": 600, {inputs} }}"#);
        with(&text, platform).check(None).fleet.unwrap().outage
    };
    let crash = outage(r#""kind": "foundation-crash-all""#, "{}");
    assert_eq!((crash.meets, crash.loses, crash.platform_down), (Meets::Refused, Some(Loss::Reset), true));
    let crash = outage(r#""kind": "foundation-crash-all""#, SERVERS);
    assert_eq!((crash.meets, crash.loses), (Meets::AcceptThenClose, Some(Loss::CloseFrame)));
    let lost = outage(r#""kind": "connection-server-loss""#, SERVERS);
    assert_eq!(lost.touches, Touches::Parts { of: 1_000, from: 0, to: 250, deal: 0 }, "one of four");
    assert_eq!((lost.tier, lost.capacity_permille), (TierName::Connection, 750));
    assert_eq!((lost.ramp, lost.ramp_from_permille), (Micros::from_secs(180), 750));
    let slow = outage(r#""kind": "database-slow", "capacity_pct": 12.5"#, "{}");
    assert_eq!((slow.loses, slow.meets, slow.capacity_permille), (None, Meets::Served, 125));
    let site = outage(r#""kind": "site-partition", "groups": ["b"], "connections_end": "fin""#, "{}");
    assert_eq!((site.touches.clone(), site.loses), (Touches::Groups(vec![1]), Some(Loss::Fin)));
    assert!(!site.platform_down && site.cuts(1) && !site.cuts(0));
    let ramp = read(r#"{ "length_s": 600, "ramp_s": 60 }"#);
    assert_eq!((ramp.ramp, ramp.ramp_from_permille), (Micros::from_secs(60), 200));
}

#[test]
fn a_rolling_upgrade_touches_disjoint_parts_one_after_another() {
    let outage = read(r#"{ "length_s": 100, "kind": "rolling-upgrade" }"#);
    assert_eq!((outage.loses, outage.meets, outage.platform_down), (None, Meets::Served, false));
    let parts: Vec<_> = outage.events.iter().map(|e| (e.at.0, e.length.0, e.touches.clone())).collect();
    let part = |from| Touches::Parts { of: 3, from, to: from + 1, deal: 0 };
    assert_eq!(
        parts,
        [(0, 33_333_333, part(0)), (33_333_333, 33_333_333, part(1)), (66_666_666, 33_333_334, part(2))]
    );
    assert_eq!(outage.events[1].name, "Outage, part 2 of 3");
    assert!(outage.events.iter().all(|e| e.loses == Some(Loss::CloseFrame) && e.capacity_permille == 667));
    let later = read(
        r#"{ "length_s": 60, "events": { "x": { "kind": "rolling-upgrade", "at_s": 300 },
             "y": { "name": "Half", "at_s": 900, "length_s": 9, "share_pct": 50 } } }"#,
    );
    let deals: Vec<_> = later.events.iter().map(|e| e.touches.clone()).collect();
    assert_eq!(deals[2], Touches::Parts { of: 3, from: 2, to: 3, deal: 1 });
    assert_eq!(deals[3], Touches::Parts { of: 1_000, from: 0, to: 500, deal: 2 });
    assert_eq!(later.events[3].name, "Half");
}

#[test]
fn what_repeats_becomes_one_episode_each() {
    let outage = read(
        r#"{ "length_s": 60, "repeats": 3, "repeat_every_s": 300, "watch_s": 80000,
             "events": { "gap": { "kind": "satellite-window", "at_s": 3600, "repeats": 3 } } }"#,
    );
    let begins: Vec<_> = outage.events.iter().map(|e| (e.at.secs(), e.name.as_str())).collect();
    let expected = [
        (300.0, "Outage 2 of 3"),
        (600.0, "Outage 3 of 3"),
        (3_600.0, "gap 1 of 3"),
        (25_200.0, "gap 2 of 3"),
        (46_800.0, "gap 3 of 3"),
    ];
    assert_eq!(begins, expected);
    assert_eq!(outage.events[2].length, Micros::from_secs(20_400));
}

#[test]
fn what_cannot_be_has_a_code_a_place_and_a_proposal() {
    let length = r#""length_s": 60"#;
    for (inputs, expected) in [
        (r#""groups": ["a", "c"]"#, "F028 /outage/groups"),
        (r#""groups": "A""#, "F028 /outage/groups"),
        (r#""groups": []"#, "F013 /outage/groups"),
        (r#""groups": [1]"#, "F013 /outage/groups"),
        (r#""share_pct": 0"#, "F014 /outage/share_pct"),
        (r#""share_pct": 101"#, "F014 /outage/share_pct"),
        (r#""capacity_pct": 0"#, "F014 /outage/capacity_pct"),
        (r#""kind": "meteor""#, "F016 /outage/kind"),
        (r#""repeats": 2"#, "F029 /outage/repeat_every_s"),
        (r#""repeats": 2, "repeat_every_s": 30"#, "F029 /outage/repeat_every_s"),
        (r#""kind": "dns-failure""#, "F030 /outage/connections_end"),
        (r#""share_pct": 50, "groups": ["a"]"#, "F026 /outage/share_pct"),
        (r#""steps": 2, "groups": ["a"]"#, "F026 /outage/groups"),
        (r#""ramp_from_pct": 50"#, "F026 /outage/ramp_from_pct"),
        (r#""tier": "balancer""#, "F026 /outage/tier"),
        (r#""tier": "balancer", "capacity_pct": 50"#, "F026 /outage/capacity_pct"),
        (r#""repeat_every_s": 50"#, "F026 /outage/repeat_every_s"),
        (r#""events": []"#, "F013 /outage/events"),
        (r#""events": { "e": {} }"#, "F012 /outage/events/e/at_s"),
        (r#""events": { "e": { "at_s": 9 } }"#, "F012 /outage/events/e/length_s"),
        (r#""events": { "e": 1 }"#, "F013 /outage/events/e"),
        (r#""events": { "e": { "at_s": 9, "length": 9 } }"#, "F019 /outage/events/e/length"),
        (r#""events": { "e e": { "at_s": 9, "length_s": 9 } }"#, "F022 /outage/events/e e"),
        (r#""events": { "e": { "at_s": 9000, "length_s": 9 } }"#, "F027 /outage/events/e/at_s"),
        (r#""events": { "e": { "at_s": 9, "length_s": 9000 } }"#, "F027 /outage/events/e/at_s"),
        (r#""repeats": 9, "repeat_every_s": 900"#, "F027 /outage/repeats"),
    ] {
        let file = with(&format!("{{ {length}, {inputs} }}"), "{}");
        let checked = file.check(None);
        let name = |f: &Finding| format!("{} {}", f.code, f.pointer);
        let found = checked.findings.iter().find(|f| name(f) == expected);
        let finding = found.unwrap_or_else(|| panic!("{expected} not in {:?}", checked.findings));
        assert!(finding.line >= 4 && !finding.why.is_empty() && !finding.fix.is_empty(), "{finding}");
        if let Some(patch) = &finding.patch {
            let patched = file.with(&patch.pointer, &patch.value).unwrap().check(None);
            assert!(
                patched.findings.iter().all(|f| name(f) != expected),
                "{expected}: {:?}",
                patched.findings
            );
        }
    }
}

#[test]
fn a_scenario_or_the_command_line_can_add_an_event() {
    let file = with(r#"{ "length_s": 60 }"#, "{}");
    let address = "/outage/events/second/at_s";
    assert_eq!(resolve(&file.view(None), address).unwrap().setting.key, "at_s");
    assert!(resolve(&file.view(None), "/outage/events/a b/at_s").is_none());
    assert!(resolve(&file.view(None), "/outage/events/second").is_none());
    assert_eq!(address::section(address), "event second");
    let file = file
        .assign(Some("s"), "/outage/events/second/kind", &json!("balancer-failover"))
        .and_then(|file| file.assign(Some("s"), address, &json!(900)))
        .unwrap();
    assert!(file.check(None).fleet.unwrap().outage.events.is_empty());
    let outage = file.check(Some("s")).fleet.unwrap().outage;
    assert_eq!((outage.events.len(), outage.events[0].meets), (1, Meets::BlackHole));
    for input in file.inputs(Some("s")) {
        assert_eq!(resolve(&file.view(Some("s")), &input.address), Some(input));
    }
    let plain = file.with(address, &json!(700)).unwrap();
    assert!(plain.text().contains("\"events\""), "written into the baseline where no scenario is chosen");
}

#[test]
fn groups_are_a_list_in_the_file_and_words_on_the_command_line() {
    let file = with(r#"{ "length_s": 60 }"#, "{}");
    let input = resolve(&file.view(None), "/outage/groups").unwrap();
    let value = typed(input.setting, " a, b ").unwrap();
    assert_eq!((value.human(input.setting), value.json(input.setting)), ("a, b".into(), json!(["a", "b"])));
    assert!(typed(input.setting, " , ").unwrap_err().contains("at least one"));
    let file = file.with("/outage/groups", &value.json(input.setting)).unwrap();
    assert_eq!(file.view(None).value("/outage/groups", input.setting), Ok(value));
    assert_eq!(file.check(None).fleet.unwrap().outage.touches, Touches::Groups(vec![0, 1]));
}

proptest! {
    #[test]
    fn any_number_in_sections_and_events_is_read_or_refused(which in 0_usize..200, number in prop_oneof![
        Just(0.0), Just(-1.0), Just(1e300), Just(0.5), 1.0..200.0_f64, -1e6..1e12_f64
    ]) {
        let sections = r#"{ "balancer": { "certificate": "p-256" }, "connection_servers": {}, "writes": {},
                            "breaking_point": { "values": 5 } }"#;
        let file = with(r#"{ "length_s": 60, "events": { "e": { "kind": "rolling-upgrade", "at_s": 9 } } }"#, sections);
        let inputs: Vec<_> = file.inputs(None).into_iter().filter(|input| input.group.is_none()).collect();
        let input = &inputs[which % inputs.len()];
        let checked = file.with(&input.address, &json!(number)).unwrap().check(None);
        prop_assert_eq!(checked.fleet.is_none(), checked.blocked());
    }
}
