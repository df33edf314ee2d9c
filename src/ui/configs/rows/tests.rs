//! Marks, differences, folds, values and the order of files.

use super::*;
use crate::config::{Collected, Mapping, Writer};
use crate::fleet::example::EXAMPLES;

const HAS: &str = "{\n  \"reconnect_random_delay_seconds\": 7,\n  \"app_key\": \"planted\",\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3,\n  \"d\": 4\n}\n";

fn pumps(has: Option<&str>) -> GroupFiles {
    let file = EXAMPLES[0].file().unwrap();
    let fleet = file.check(None).fleet.unwrap();
    let mut collected = Collected::default();
    if let Some(has) = has {
        collected.insert("pumps", "agent_config.json", has);
    }
    let (view, mapping) = (file.view(None), Mapping::default());
    let writer = Writer { fleet: &fleet, view: &view, mapping: &mapping, collected: &collected };
    writer.groups().into_iter().find(|group| group.group == "pumps").unwrap()
}

fn agent(group: &GroupFiles) -> FileText {
    files(group, true).into_iter().find(|file| file.title == "pumps/agent_config.json").unwrap()
}

#[test]
fn a_difference_shows_signs_folds_and_no_secret() {
    let group = pumps(Some(HAS));
    let file = agent(&group);
    let shown: Vec<String> = file.lines.iter().map(|line| format!("{}{}", line.sign, line.text)).collect();
    assert!(shown.iter().any(|line| line.starts_with("−  \"reconnect_random_delay_seconds\": 7")));
    assert!(shown.iter().any(|line| line.starts_with("+  \"reconnect_random_delay_seconds\": ")));
    assert!(shown.iter().any(|line| line.starts_with("…") && line.contains("equal line")), "{shown:#?}");
    assert!(shown.iter().all(|line| !line.contains("planted")), "{shown:#?}");
    assert_eq!(file.mark.unwrap().text(), "→ changes");
    assert_eq!(file.kept, "and 5 other keys, kept as they are");
    let row = file.rows.iter().find(|row| row.key == "reconnect_random_delay_seconds").unwrap();
    assert!(row.has.starts_with('7') && !row.has.contains("file:"), "{row:?}");
    assert_eq!(row.mark.text(), "→ changed");
    assert_eq!(line(&group, true).mark.unwrap().word, "1 change");
}

#[test]
fn without_anything_to_compare_the_whole_text_stands_there() {
    let group = pumps(None);
    let file = agent(&group);
    assert!(!file.known && file.lines.iter().all(|line| line.sign.is_empty()));
    assert_eq!(line(&group, false).mark, None);
    assert_eq!(line(&group, true).mark.unwrap().word, "not compared");
    assert!(line(&group, false).spoken.ends_with("devices"));
}

#[test]
fn what_cannot_be_read_is_marked_with_its_line() {
    let group = pumps(Some("{\n  \"reconnect_random_delay_seconds\": "));
    let file = agent(&group);
    assert_eq!(line(&group, true).mark.unwrap().text(), "✕ blocked");
    assert!(file.findings[0].text.starts_with("Line "), "{:?}", file.findings);
}

#[test]
fn long_files_and_lines_are_cut() {
    let long: String = (0..2_000)
        .map(|at| format!("  \"key{at}\": \"{}\",\n", "x".repeat(400)))
        .collect::<Vec<_>>()
        .concat();
    let file = agent(&pumps(Some(&format!("{{\n{long}  \"reconnect_random_delay_seconds\": 30\n}}\n"))));
    assert!(file.lines.len() <= MOST_LINES + 1, "{}", file.lines.len());
    assert!(file.lines.iter().all(|line| line.text.chars().count() <= MOST_SIGNS + 1));
}

#[test]
fn the_files_number_stands_beside_only_where_it_differs() {
    for (human, file, text) in [
        ("60 s", "60000", "60 s (file: 60000)"),
        ("30 s", "30", "30 s"),
        ("1 min", "60", "1 min (file: 60)"),
        ("10\u{2009}000 attempts", "10000", "10\u{2009}000 attempts"),
        ("on", "true", "on (file: true)"),
        ("for ever", "-1", "for ever (file: -1)"),
    ] {
        assert_eq!(with_file(human, file), text);
    }
}

#[test]
fn what_changes_comes_first_and_is_counted() {
    let group = pumps(Some(HAS));
    let titles = |files: &[FileText]| files.iter().map(|file| file.title.clone()).collect::<Vec<_>>();
    let planned = files(&group, false);
    assert_eq!(titles(&planned)[0], "pumps/ws_connection.json", "the order of the registry");
    let compared = files(&group, true);
    assert_eq!(titles(&compared)[0], "pumps/agent_config.json");
    assert!(compared.is_sorted_by_key(|file| file.fate));
    assert_eq!(changing([&group]), "1 of 2 files changes, 1 is new");
    assert_eq!(changing([&pumps(None)]), "0 of 2 files change, 2 are new");
}
