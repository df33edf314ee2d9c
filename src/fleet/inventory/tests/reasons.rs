//! One test for every reason for which a row is not taken or worth a look.

use super::*;
use crate::base::Severity;
use crate::fleet::inventory::{ImportError, MAX_BYTES, MAX_REPORTED, read_json};

/// Returns line, code and sentences of everything found in a table.
fn found(text: &str) -> Vec<(usize, &'static str, String)> {
    let import = import(text);
    let all = import.bad.list.iter().chain(&import.warnings.list);
    all.map(|row| (row.line, row.code, format!("{} {}", row.what, row.fix))).collect()
}

/// Checks that a table has one finding, in line 2, with this code and these words.
#[track_caller]
fn one(text: &str, code: &str, words: &str) {
    let found = found(text);
    assert_eq!(found.len(), 1, "{found:?}");
    let (line, known, sentence) = &found[0];
    assert_eq!((*line, *known), (2, code), "{found:?}");
    assert!(sentence.contains(words), "{sentence}");
}

#[test]
fn columns_are_counted() {
    one("thing,a,b,c,d\npump-1,1,2,3\n", "I001", "5 columns expected, 4 found.");
    one("thing,a\npump-1,1,2\npump-2,1\n", "I001", "2 columns expected, 3 found.");
}

#[test]
fn quotes_are_closed() {
    one("thing,a\npump-1,\"x\npump-2,1\n", "I002", "never closed");
    one("thing,a\npump-1,\"x\"y\npump-2,1\n", "I002", "behind a closing quote");
    let import = import("thing,a\npump-1,\"x\npump-2,1\npump-3,\"a\nb\"\n");
    assert_eq!(import.summary(), "2 devices are fine, 1 line is not");
}

#[test]
fn things_have_a_name_of_their_own() {
    one("thing,a\n,1\n", "I003", "missing");
    one("thing,a\n\"  \",1\n", "I003", "missing");
    let twice = found("thing\npump-1\npump-2\npump-1\nPUMP-1\nPUMP-1\n");
    let codes: Vec<_> = twice.iter().map(|(line, code, _)| (*line, *code)).collect();
    assert_eq!(codes, [(4, "I004"), (6, "I004"), (5, "I005")]);
    assert!(twice[0].2.contains("line 2"), "{twice:?}");
    assert!(twice[1].2.contains("line 5"), "{twice:?}");
    assert!(twice[2].2.contains("by case only"), "{twice:?}");
}

#[test]
fn a_case_warning_keeps_the_row() {
    let import = import("thing\npump-1\nPump-1\n");
    assert_eq!((import.inventory.len(), import.bad_rows), (2, 0));
    assert_eq!(import.warnings.list[0].severity, Severity::Warning);
}

#[test]
fn things_can_be_file_names_everywhere() {
    let long = "é".repeat(128);
    for (name, words) in [
        ("..", "folder"),
        ("../../etc/passwd", "`/`"),
        ("a\\b", "`\\`"),
        ("a:b", "`:`"),
        ("a\0b", "U+0000"),
        ("a\u{1b}[2J", "U+001B"),
        ("CON", "Windows"),
        ("nul.json", "Windows"),
        ("Com3", "Windows"),
        ("pump.", "ends with a dot"),
        ("pump ", "ends with a space"),
        (" pump", "begins with a space"),
        (&long, "256 bytes"),
    ] {
        one(&format!("thing,a\n{name},1\n"), "I006", words);
    }
    for name in ["CONsole", "COM10", "pump.1", "Überdruck-3", "泵-1", &"x".repeat(255)] {
        assert_eq!(found(&format!("thing,a\n{name},1\n")), [], "{name}");
    }
}

#[test]
fn ports_are_ports() {
    for port in ["0", "65536", "-1", "44 3", "https", "8443.0", "+1"] {
        one(&format!("thing,port\npump-1,{port}\n"), "I007", &format!("`{port}` is no port."));
    }
    one("thing,port,group\npump-1,32768,Press-1\n", "I008", "below 32\u{2009}768");
    assert_eq!(found("thing,port,group\npump-1,32768,cooling\npump-2,32767,Press-1\n"), []);
}

#[test]
fn groups_are_those_of_the_project() {
    one("thing,group\npump-1,pump\n", "I009", "Did you mean `pumps`?");
    one("thing,group\npump-1,PUMPS\n", "I009", "Did you mean `pumps`?");
    one("thing,group\npump-1,turbines\n", "I009", "one of `Press-1`, `Press-2`, `cooling`, `pumps`");
    assert_eq!(found("thing,group\npump-1,\npump-2, pumps \n"), []);
    let later = read("thing,group\npump-1,turbines\n", &Options::default()).unwrap();
    assert_eq!(later.bad_rows, 0);
    assert_eq!(later.inventory.check(Some(&groups())).list[0].code, "I009");
}

#[test]
fn keys_in_the_clear_are_refused_and_never_repeated() {
    let secret = "6f1e2a34-9a0b-4c7d-8e21-0d5b7c9e1f22";
    one(&format!("thing,appkey\npump-1,{secret}\n"), "I010", "not shown");
    one(&format!("thing,appkey,password\npump-1,,{secret}\n"), "I010", "not shown");
    let columns = ["appkey", "port", "group", "host", "connect_retry_interval", "password"];
    for column in columns {
        let group = if column == "group" { "" } else { ",group\n" };
        let text = if group.is_empty() {
            format!("thing,group\npump-1,{secret}\n")
        } else {
            format!("thing,{column},group\npump-1,{secret} x,Press-1\n")
                .replace(" x", if column == "host" { " x" } else { "" })
        };
        let import = import(&text);
        assert_eq!(import.bad_rows, 1, "{column}");
        let all = format!("{import:?} {:?}", import.inventory);
        assert!(!all.contains("6f1e2a34"), "{column}: {all}");
    }
    let inventory = import(&format!("thing,appkey\npump-1,{secret}\npump-2,env:A\n")).inventory;
    assert!(inventory.text().contains(secret), "the user's file stays as it is");
    assert!(!inventory.without_bad_rows().text().contains(secret));
    assert_eq!(inventory.device(0).unwrap().key().as_deref(), Some("env:A"));
}

#[test]
fn own_settings_are_in_their_range_and_unit() {
    let own = |key: &str, value: &str| format!("thing,group,{key}\npump-1,Press-1,{value}\n");
    one(&own("connect_retry_interval", "90000000"), "I011", "90\u{2009}000\u{2009}000 ms");
    one(&own("connect_retry_interval", "soon"), "I011", "`soon` is no number");
    one(&own("connect_retry_interval", "1.5"), "I011", "did you mean 1.5 s?");
    one(&own("connect_retry_interval", "10"), "I015", "is 10 ms; did you mean 10 s?");
    one(&own("connect_retries", "-2"), "I011", "for ever");
    one(&own("delay_law", "documentd"), "I011", "Did you mean `documented`?");
    one(&own("keep_alive_s", "30"), "I012", "C SDK has no setting");
    one(
        "thing,group,reconnect_random_delay_seconds\npump-1,pumps,30000\n",
        "I015",
        "is 30\u{2009}000 s; did you mean 30 s?",
    );
    for (key, value) in [
        ("connect_retry_interval", "10 s"),
        ("connect_retry_interval", "0"),
        ("connect_retries", "-1"),
        ("delay_law", "documented"),
        ("connect_retry_interval", ""),
    ] {
        assert_eq!(found(&own(key, value)), [], "{key} {value}");
    }
    assert_eq!(found("thing,group,backoff/base_ms\npump-1,cooling,200\n"), []);
}

#[test]
fn hosts_have_no_blanks() {
    one("thing,host\npump-1,twx example\n", "I014", "U+0020");
}

#[test]
fn json_objects_are_flat() {
    let bad = r#"[{"thing":"pump-1","port":443},
        {"thing":"pump-2","tags":["a"]}, {"thing":"pump-3","thing":"pump-4"}, 5,
        {"thing":"pump-5","port":null,"own":true,"site":"a,\"b\"\nc"}, {}]"#;
    let import = import(bad);
    let lines: Vec<_> = import.bad.list.iter().map(|row| (row.line, row.code)).collect();
    assert_eq!(lines, [(2, "I016"), (2, "I016"), (2, "I016")]);
    assert_eq!(things(&import.inventory, &[0, 1]), ["pump-1", "pump-5"]);
    let device = import.inventory.device(1).unwrap();
    assert_eq!(device.site().as_deref(), Some("a,\"b\"\nc"));
    assert_eq!(device.variables().map(|(name, _)| name).collect::<Vec<_>>(), ["tags", "own"]);
    let again = read(&import.inventory.without_bad_rows().text(), &Options::default()).unwrap();
    assert_eq!(again.bad_rows, 0);
    assert_eq!(again.inventory.device(1).unwrap().site(), device.site());
    let exported = r#"{"dataShape":{},"rows":[{"name":"a"}]}"#;
    assert_eq!(read_json(exported, &Options::default()).unwrap().inventory.len(), 1);
}

#[test]
fn tables_that_cannot_be_read_say_why() {
    let failure = |text: &str| read(text, &Options::default()).unwrap_err().to_string();
    assert!(failure("").starts_with("The table is empty"));
    assert!(failure("\n\n,,\n").starts_with("The table is empty"));
    assert!(failure("a,b\n1,2\n").contains("No column holds the thing names"));
    assert!(failure("a,\"b\n1,2\n").contains("first line"));
    assert!(failure("{\"a\": 1}").contains("holds an object"));
    assert!(failure("[{\"a\": 1}").starts_with("Line 1"));
    let large = "x".repeat(MAX_BYTES as usize + 1);
    let error = read(&large, &Options::default()).unwrap_err();
    assert_eq!(error, ImportError::TooLarge(MAX_BYTES + 1));
    assert!(error.to_string().contains("67\u{2009}108\u{2009}864"), "{error}");
}

#[test]
fn many_bad_rows_are_counted_not_listed() {
    let mut text = "thing,a\n".to_owned();
    for _ in 0..2_500 {
        text.push_str("x\n");
    }
    text.push_str("pump-1,1\n");
    let import = import(&text);
    assert_eq!((import.bad.list.len(), import.bad.total), (MAX_REPORTED, 2_500));
    assert_eq!((import.bad_rows, import.inventory.len()), (2_500, 1));
    assert_eq!(import.inventory.line(0), 2_502);
}
