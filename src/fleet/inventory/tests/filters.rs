//! Filters, their mistakes, completion and order.

use super::*;
use crate::fleet::FleetFile;
use crate::fleet::inventory::SortBy;
use crate::fleet::inventory::filter::{Filter, Scope};

fn hits(filter: &str) -> Vec<String> {
    let (inventory, groups) = (inventory(FLEET), groups());
    let scope = Scope { groups: &groups, view: None };
    let filter = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    let rows = filter.apply(&inventory, &scope).unwrap_or_else(|error| panic!("{}: {error}", filter.text()));
    things(&inventory, &rows)
}

fn mistake(filter: &str) -> (String, String) {
    let (inventory, groups) = (inventory(FLEET), groups());
    let scope = Scope { groups: &groups, view: None };
    let error = match Filter::parse(filter) {
        Err(error) => error,
        Ok(parsed) => parsed.apply(&inventory, &scope).expect_err(filter),
    };
    (filter[error.at.clone()].to_owned(), error.to_string())
}

#[test]
fn devices_are_found() {
    for (filter, expected) in [
        ("", &["pump-1", "pump-2", "pump-10", "press-1", "press-2"][..]),
        ("PUMP-1", &["pump-1", "pump-10"]),
        ("p*1", &["pump-1", "pump-10", "press-1"]),
        ("thing:pump-1", &["pump-1"]),
        ("\"pump-1\"", &["pump-1", "pump-10"]),
        ("kind:\"C SDK\" and group:Press*", &["press-1", "press-2"]),
        ("kind:c-sdk", &["press-1", "press-2"]),
        ("group:press*", &["press-1", "press-2"]),
        ("site:berlin or site:\"Paris, Sud\"", &["pump-1", "pump-2", "pump-10"]),
        ("site:\"\"", &["press-2"]),
        ("not group:pumps port>=8443", &["press-1"]),
        ("port >= 8443", &["pump-10", "press-1"]),
        ("port!=443 and pump", &["pump-10"]),
        ("connect_retry_interval>10s", &["pump-2", "pump-10"]),
        ("connect_retry_interval<=5000", &["press-1"]),
        ("connect_retry_interval:\"2 min\"", &["pump-2", "pump-10"]),
        ("origin:device", &["pump-2", "pump-10", "press-1"]),
        ("origin:group", &["pump-1", "press-2"]),
        ("not (origin:device or site:Berlin)", &["press-2"]),
        ("key:env:PUMP_KEY line:1", &["pump-1"]),
        ("host:10.*", &["press-1"]),
        ("line>1", &["pump-2", "pump-10"]),
        ("site:Rome or site:Berlin and line:2", &["pump-2", "press-1"]),
        ("\"App Key\":keyring*", &["press-1"]),
        ("not not pump-2", &["pump-2"]),
    ] {
        assert_eq!(hits(filter), expected, "{filter}");
    }
}

#[test]
fn settings_of_the_group_count_where_the_device_has_none() {
    let file = FleetFile::parse(
        r#"{"regather": 1, "groups": {
            "pumps": {"agent": "example-agent", "devices": 3, "connect_retry_interval": 60000,
                      "reconnect_random_delay_seconds": 30},
            "Press-1": {"agent": "c-sdk", "devices": 1}, "Press-2": {"agent": "c-sdk", "devices": 1}}}"#,
    )
    .unwrap();
    let view = file.view(None);
    let groups = Groups::of(&view);
    let inventory = inventory(FLEET);
    let scope = Scope { groups: &groups, view: Some(&view) };
    for (filter, expected) in [
        ("connect_retry_interval>=1min", &["pump-1", "pump-2", "pump-10"][..]),
        ("connect_retry_interval:5s", &["press-1", "press-2"]),
        ("reconnect_random_delay_seconds=30s", &["pump-1", "pump-2", "pump-10"]),
        ("not delay_law:2.2.1-linux", &["pump-1", "pump-2", "pump-10", "press-1", "press-2"]),
        ("keep_alive_s>0s", &[]),
    ] {
        let rows = Filter::parse(filter).unwrap().apply(&inventory, &scope).unwrap();
        assert_eq!(things(&inventory, &rows), expected, "{filter}");
    }
}

#[test]
fn mistakes_have_a_place_and_a_proposal() {
    for (filter, part, words) in [
        ("siet:Berlin", "siet", "Did you mean `site`?"),
        ("conect_retry_interval>1s", "conect_retry_interval", "`connect_retry_interval`"),
        ("colour:red", "colour", "Use one of `thing`, `group`"),
        ("group:", "group:", "A value is missing"),
        ("group: and x", "and", ""),
        ("site:\"Berlin", "\"Berlin", "not closed"),
        ("(pump", "(", "not closed"),
        ("pump)", ")", "closes nothing"),
        ("()", ")", "before this bracket"),
        ("and pump", "and", "before `and`"),
        ("pump or", "", "at the end"),
        (":x", ":", "column is missing"),
        ("port>high", "high", "no number"),
        ("kind>3", "kind", "no number"),
        ("origin:mars", "mars", "`device`"),
    ] {
        if words.is_empty() {
            continue;
        }
        let (place, sentence) = mistake(filter);
        assert_eq!(place, part, "{filter}: {sentence}");
        assert!(sentence.contains(words), "{filter}: {sentence}");
    }
    assert!(Filter::parse(&"(".repeat(5_000)).is_err());
    assert!(Filter::parse(&"not ".repeat(5_000)).is_err());
}

#[test]
fn a_filter_without_hits_says_what_was_meant() {
    let (inventory, groups) = (inventory(FLEET), groups());
    let scope = Scope { groups: &groups, view: None };
    let hint = |filter: &str| Filter::parse(filter).unwrap().explain_no_match(&inventory, &scope);
    for (filter, expected) in [
        ("group:Pres", Some("No device matches `group:Pres`. Did you mean `group:Press*`?")),
        ("site:Berlin and group:pump", Some("No device matches `group:pump`. Did you mean `group:pumps`?")),
        ("site:Sud", Some("No device matches `site:Sud`. Did you mean `site:*sud*`?")),
        ("site:Berlni", Some("No device matches `site:Berlni`. Did you mean `site:Berlin`?")),
        ("site:Paris", Some("No device matches `site:Paris`. Did you mean `site:\"Paris, Sud\"`?")),
        ("kind:ems", Some("No device matches `kind:ems`.")),
        ("pmup-10", Some("No device matches `pmup-10`. Did you mean `pump-10`?")),
        ("site:Berlin and group:Press-1", None),
        ("not zebra", None),
    ] {
        assert_eq!(hint(filter).as_deref(), expected, "{filter}");
    }
}

#[test]
fn completion_follows_the_cursor() {
    let (inventory, groups) = (inventory(FLEET), groups());
    let scope = Scope { groups: &groups, view: None };
    let complete = |text: &str| {
        let found = Filter::complete(text, text.len(), &inventory, &scope);
        let proposals: Vec<String> = found.proposals.into_iter().map(|proposal| proposal.text).collect();
        (text[found.replace].to_owned(), proposals)
    };
    assert_eq!(complete("gr"), ("gr".into(), vec!["group:".into()]));
    assert_eq!(complete("group:"), (String::new(), vec!["pumps".into(), "Press-1".into(), "Press-2".into()]));
    assert_eq!(complete("group:pr"), ("pr".into(), vec!["Press-1".into(), "Press-2".into()]));
    assert_eq!(complete("x and site:p").1, ["\"Paris, Sud\""]);
    assert_eq!(complete("site:\"Par").1, ["\"Paris, Sud\""]);
    assert_eq!(complete("kind:").1, ["ExampleAgent", "\"C SDK\""]);
    assert_eq!(complete("site:Berlin ").1[..3], ["and ", "or ", "not "]);
    assert_eq!(complete("site:Berlin and lin").1[0], "Line:");
    assert_eq!(complete("site:Berlin and port").1, ["port:"]);
    assert_eq!(complete("origin:d").1, ["device"]);
    assert_eq!(complete("zebra:x").1, Vec::<String>::new());
    let inside = Filter::complete("site:Ber or pump", 8, &inventory, &scope);
    assert_eq!((inside.replace, inside.proposals[0].devices), (5..8, Some(2)));
    Filter::complete("é", 1, &inventory, &scope);
}

#[test]
fn rows_are_sorted_as_people_do() {
    let (inventory, groups) = (inventory(FLEET), groups());
    let all: Vec<u32> = (0..inventory.len()).collect();
    let order = |by, descending| things(&inventory, &inventory.sorted(&all, by, descending));
    assert_eq!(order(SortBy::Column(0), false), ["press-1", "press-2", "pump-1", "pump-2", "pump-10"]);
    assert_eq!(order(SortBy::Column(0), true), ["pump-10", "pump-2", "pump-1", "press-2", "press-1"]);
    assert_eq!(order(SortBy::Column(2), true), ["press-1", "pump-10", "pump-1", "pump-2", "press-2"]);
    assert_eq!(order(SortBy::Column(6), false), ["press-1", "pump-2", "pump-10", "pump-1", "press-2"]);
    assert_eq!(order(SortBy::Column(4), false), ["pump-1", "pump-2", "pump-10", "press-1", "press-2"]);
    assert_eq!(order(SortBy::Kind(&groups), false), ["press-1", "press-2", "pump-1", "pump-2", "pump-10"]);
    assert_eq!(order(SortBy::OwnSettings, true)[..3], ["pump-2", "pump-10", "press-1"]);
    let numbers =
        super::inventory("thing,connect_retries\na,5\nb,-1\nc,10\nd,x\ne,\n".replace("d,x\n", "").as_str());
    assert_eq!(
        things(&numbers, &numbers.sorted(&[0, 1, 2, 3], SortBy::Column(1), false)),
        ["b", "a", "c", "e"]
    );
}
