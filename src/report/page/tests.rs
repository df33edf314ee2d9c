use super::board::{Checkpoint, checkpoints};
use super::*;
use crate::base::Finding;
use crate::base::units::THIN;
use crate::check;
use crate::fleet::FleetFile;
use crate::fleet::example::EXAMPLES;
use crate::plan::{Verdict, changes};
use crate::report::draw::tests::unbalanced;
use crate::report::result::{Origin, ResultFile, Source};
use crate::sim::{self, Study};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A project, its scenario with another delay, and both results.
struct Case {
    file: FleetFile,
    changed: FleetFile,
    baseline: Outcome,
    outcome: Outcome,
    changes: Vec<Change>,
    findings: Vec<Finding>,
}

fn outcome(file: &FleetFile, scenario: Option<&str>, runs: u32) -> Outcome {
    let fleet = Arc::new(check::file(file, scenario).fleet.unwrap());
    let done = sim::replicate(&fleet, 42, 0..runs, 1, &AtomicBool::new(false), &|_| {}).unwrap();
    let study = Study::of(&fleet, 42, done.into_iter().map(Arc::new).collect());
    Outcome::of(file.scenario_name(scenario), fleet, study, runs)
}

/// Returns an example with a hundredth of its devices and capacity: the same behaviour, sooner.
fn small() -> FleetFile {
    let mut file = EXAMPLES[0].file().unwrap();
    let ids: Vec<String> = file.group_ids().map(str::to_owned).collect();
    for id in ids {
        let address = format!("/groups/{id}/devices");
        let devices = file.tree().value(&address).unwrap().as_u64().unwrap();
        file = file.with(&address, &json!((devices / 100).max(1))).unwrap();
    }
    file.with("/platform/service_time_ms", &json!(4000)).unwrap()
}

impl Case {
    fn of(file: FleetFile, runs: u32) -> Self {
        let delay = "/groups/pumps/reconnect_random_delay_seconds";
        let changed = file.assign(Some("what-if"), delay, &json!(300)).unwrap();
        let scenario = Some("what-if");
        Self {
            baseline: outcome(&file, None, runs),
            outcome: outcome(&changed, scenario, runs),
            changes: changes((&changed, scenario), (&file, None)),
            findings: check::file(&changed, scenario).findings,
            file,
            changed,
        }
    }

    fn sheet<'a>(&'a self, command: &'a str, ticket: Option<&'a str>) -> Sheet<'a> {
        let told = Told {
            file: &self.changed,
            scenario: Some("what-if"),
            outcome: &self.outcome,
            baseline: Some(&self.baseline),
            set: &[],
            changes: &self.changes,
            findings: &self.findings,
        };
        Sheet { told, file: "plant.json", text: self.file.text(), command, ticket, region: None }
    }
}

/// Returns the names of all tags and of all their attributes.
fn markup(page: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tag in page.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        found.insert(tag.chars().take_while(|c| !c.is_whitespace()).collect());
        // Values stand in quotes: what is left between them are names.
        let names = tag.split('"').step_by(2).skip_while(|_| tag.starts_with('/'));
        found.extend(names.filter_map(|part| part.split_whitespace().last()).map(str::to_owned));
    }
    found
}

const VOID: [&str; 1] = ["meta"];

#[test]
fn the_page_is_whole_and_reaches_for_nothing() {
    let case = Case::of(small(), 6);
    let sheet = case.sheet("regather report plant.json --seed 42", Some("CHG-1042"));
    let text = page(&sheet).unwrap();
    assert_eq!(unbalanced(&text, &VOID), None);
    for outside in ["http:", "https:", "src=", "href", "url(", "@import", "<script", "<link", "xlink"] {
        assert!(!text.contains(outside), "{outside}");
    }
    for part in [
        "Change CHG-1042",
        "30 s → 5 min",
        "<h2>Why</h2>",
        "<h2>One device under each agent</h2>",
        "ExampleAgent (this group)",
        "<h2>Files for the devices</h2>",
        "<td>reconnect_random_delay_seconds</td><td>30</td><td>300</td>",
        "What the numbers rest on",
        "How this was made",
        "regather report plant.json --seed 42",
        &format!("{:016x}", case.outcome.study.hash),
        "prefers-color-scheme",
    ] {
        assert!(text.contains(part), "{part}");
    }
    // The charts, and one device under each agent.
    assert_eq!(text.matches("<svg ").count(), charts(&case.outcome, None).len() + 1);
    assert!(text.contains("<th>Baseline</th>"), "figures stand beside the baseline's");
    assert_eq!(page(&sheet).unwrap(), text, "twice the same");
    let again = Case::of(small(), 6);
    assert_eq!(page(&again.sheet(sheet.command, sheet.ticket)).unwrap(), text, "the same seed");
}

#[test]
fn costs_stand_beside_the_figures_where_there_are_prices() {
    let without = page(&Case::of(small(), 6).sheet("regather", None)).unwrap();
    assert!(!without.contains("Cost of"));
    let file = small().with("/costs", &json!({"currency": "CHF", "downtime_per_device_hour": 7})).unwrap();
    let case = Case::of(file, 6);
    let text = page(&case.sheet("regather", None)).unwrap();
    let figure = case.outcome.figures().into_iter().find(|figure| figure.key == "cost_of_downtime").unwrap();
    assert!(
        text.contains("<td>Cost of downtime</td>") && text.contains(&figure.cell(figure.median)),
        "{text}"
    );
    assert!(text.contains("7 CHF each.") && !text.contains("Cost of lost data"));
    let sheet = case.sheet("regather", None);
    assert!(
        crate::report::text::render(&sheet.told, crate::report::terminal::Charset::Ascii)
            .contains("7 CHF each.")
    );
}

#[test]
fn the_safe_region_is_a_map_with_signs_and_a_table_with_the_same_values() {
    let case = Case::of(small(), 2);
    let sheet = case.sheet("regather", None);
    let made = |threads| region(&sheet.told, threads, (&AtomicBool::new(false), &|_, _| ())).unwrap();
    let own = made(1);
    assert_eq!(own, made(2), "the same for any number of threads");
    let sweep = own.as_ref().unwrap();
    let without = page(&sheet).unwrap();
    assert!(!without.contains("Safe region"));
    let text = page(&Sheet { region: Some(&own), ..sheet }).unwrap();
    assert_eq!(unbalanced(&text, &VOID), None);
    assert_eq!(text.matches("<svg ").count(), without.matches("<svg ").count() + 1);
    let (map, table) = text.split_once("<h2>Safe region</h2>").unwrap().1.split_once("</svg>").unwrap();
    let table = table.split_once("</table>").unwrap().0;
    let [across, up] = sweep.axes.as_slice() else { panic!("two axes") };
    assert_eq!(sweep.cells.len(), across.values.len() * up.values.len());
    for state in crate::report::answers::STATES {
        let count = sweep.cells.iter().filter(|cell| cell.trial.state == state).count();
        let sign = state.sign();
        assert_eq!(map.matches(&format!(">{sign}</text>")).count(), count, "{sign}");
        assert_eq!(table.matches(&format!("<td>{sign} ")).count(), count, "{sign}");
    }
    assert_eq!(map.matches("fill=\"none\"").count(), 1, "the project has a frame");
    assert!(map.contains("The project stands at Random delay "), "{map}");
    for axis in &sweep.axes {
        let missing = axis.values.iter().map(|value| axis.lever.text(*value)).find(|value| {
            let mut safe = String::new();
            crate::report::draw::escape(value, &mut safe);
            !map.contains(&format!(">{safe}</text>")) || !table.contains(&format!(">{safe}</t"))
        });
        assert_eq!(missing, None);
    }
    let states: BTreeSet<_> = sweep.cells.iter().map(|cell| cell.trial.state.word()).collect();
    assert!(states.len() > 1, "{states:?}");
}

#[test]
fn there_is_no_region_without_a_target() {
    let mut file = small();
    let targets: Vec<String> =
        file.tree().value("/targets").unwrap().as_object().unwrap().keys().cloned().collect();
    for target in targets {
        file = file.with(&format!("/targets/{target}"), &json!(null)).unwrap();
    }
    let case = Case::of(file, 1);
    assert_eq!(case.outcome.fleet.targets, crate::fleet::Targets::default());
    let sheet = case.sheet("regather", None);
    assert_eq!(region(&sheet.told, 1, (&AtomicBool::new(false), &|_, _| ())), None);
}

#[test]
fn the_board_names_the_files_that_change_and_what_it_costs() {
    let file = small().with("/costs", &json!({"currency": "CHF", "downtime_per_device_hour": 7})).unwrap();
    let case = Case::of(file, 2);
    let text = board(&case.sheet("regather", None));
    assert!(text.contains("\n## Files that change\n") && text.contains("\n## Costs\n"), "{text}");
    assert!(text.contains(": reconnect\\_random\\_delay\\_seconds 30 → 300\n"), "{text}");
    let costs = |outcome: &Outcome| outcome.costs.clone().unwrap().figures[0];
    let (now, before) = (costs(&case.outcome), costs(&case.baseline));
    let line =
        format!("- Cost of downtime: {}, baseline {} (", now.text(now.median), before.text(before.median));
    assert!(text.contains(&line.replace(THIN, " ")), "{line}: {text}");
    assert!(!board(&Case::of(small(), 2).sheet("regather", None)).contains("## Costs"));
}

#[test]
fn page_board_and_json_agree_on_the_verdict() {
    for runs in [1, 6] {
        let case = Case::of(small(), runs);
        let sheet = case.sheet("regather", None);
        let origin = Origin {
            source: Source {
                name: "plant.json",
                text: case.file.text(),
                scenario: Some("what-if"),
                set: &[],
            },
            file: &case.changed,
            findings: &case.findings,
        };
        let result = serde_json::to_value(ResultFile::of(&origin, &case.outcome, false)).unwrap();
        let headline = result["verdict"]["headline"].as_str().unwrap();
        let word = match result["verdict"]["word"].as_str().unwrap() {
            "met" => Verdict::Met,
            "missed" => Verdict::Missed,
            "uncertain" => Verdict::Uncertain,
            _ => Verdict::NoTarget,
        }
        .word();
        let text = page(&sheet).unwrap().replace(THIN, " ");
        assert!(text.contains(&format!("{word}: {headline}</p>")), "{word}: {headline}");
        assert!(board(&sheet).contains(&format!("{word}**: {headline}")), "{}", board(&sheet));
        let (sha, hash) = (&result["input"]["sha256"], &result["result_hash"]);
        for known in [sha, hash] {
            assert!(text.contains(known.as_str().unwrap()), "{known}");
        }
    }
}

#[test]
fn a_board_reads_times_on_the_clock_and_limits_below_the_band() {
    let case = Case::of(small(), 6);
    let text = board(&case.sheet("regather report 'a b'", Some("CHG-1042")));
    assert!(text.starts_with("# CHG-1042: Connected products EU, What-if\n"), "{text}");
    for part in [
        "- 2026-12-05, 02:00 +01:00: outage begins",
        "- 02:15 +01:00: platform back, after an outage of 15 min",
        "| Pumps | Random delay before every attempt | 30 s | 5 min |",
        "- Pumps: set Random delay before every attempt back to 30 s",
        "    regather report 'a b'\n",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let points = checkpoints(&case.outcome);
    assert!((2..=4).contains(&points.len()) && points.is_sorted_by(|a, b| a.after_s < b.after_s));
    let back = &case.outcome.study.bands.back;
    for Checkpoint { after_s, expected: (low, high), abort } in &points {
        let bin = (case.outcome.fleet.outage.length.secs() + after_s) as usize - 1;
        assert_eq!((*low, *high), (back.p5[bin] * 100.0, back.p95[bin] * 100.0));
        assert!(abort.is_none_or(|abort| abort > 0.0 && abort <= low - 5.0 && abort <= low - (high - low)));
        assert_eq!(abort.is_some(), *low - (high - low).max(5.0) >= 1.0);
    }
    assert_eq!(text.matches(": expect ").count(), points.len());
    assert!(checkpoints(&Case::of(small(), 5).outcome).is_empty(), "five runs have no band");
}

#[test]
fn a_board_without_a_planned_start_counts_from_the_return() {
    let file = small();
    let Ok(file) = file.with("/outage/start", &json!(null)) else { panic!("null is no start") };
    let text = board(&Case::of(file, 6).sheet("regather", None));
    assert!(
        text.contains("No start is planned") && text.contains("- At the return: platform back"),
        "{text}"
    );
    assert!(text.contains(" after the return: expect "), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn hostile_names_stay_text(
        name in prop_oneof![
            any::<String>(),
            Just("</style></title><script src=//evil>".to_owned()),
            Just("\" onload='x()' `<img src=x>` <!-- --> ]]> &lt;".to_owned()),
            Just("`a` | [b](c) **d** \u{202e}e".to_owned()),
        ],
        ticket in any::<String>(),
    ) {
        let friendly = Case::of(small(), 2);
        let known = markup(&page(&friendly.sheet("regather", Some("1"))).unwrap());
        let mut file = small();
        for address in ["/name", "/groups/pumps/name", "/scenarios/what-if/name"] {
            file = file.with(address, &json!(name)).unwrap();
        }
        prop_assume!(check::file(&file, None).fleet.is_some());
        let case = Case::of(file, 2);
        let sheet = case.sheet(&name, Some(&ticket));
        let text = page(&sheet).unwrap();
        prop_assert_eq!(unbalanced(&text, &VOID), None);
        let strange: Vec<String> = markup(&text).difference(&known).cloned().collect();
        prop_assert!(strange.iter().all(|tag| tag == "code" || tag == "/code"), "{:?}", strange);
        let text = board(&sheet);
        let code = text.lines().filter(|line| line.starts_with("    ")).count();
        prop_assert_eq!(code, 1);
        let prose = text.lines().filter(|line| !line.starts_with("    "));
        prop_assert!(prose.clone().all(|line| !line.contains(['<', '>'])), "{}", text);
        let rows = prose.filter(|line| line.starts_with('|'));
        prop_assert!(rows.clone().count() == 3);
        for row in rows {
            prop_assert_eq!(row.replace("\\\\", "").replace("\\|", "").matches('|').count(), 5, "{}", row);
        }
    }
}
