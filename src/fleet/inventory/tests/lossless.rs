//! What is written is what was read, and an edit changes nothing else.

use super::*;
use crate::fleet::inventory::{Separator, read_csv};
use proptest::prelude::*;

/// Texts of a cell, hostile ones among them.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z0-9]{0,6}",
        1 => "[ ,;\"\r\n\ta-zé泵]{0,8}",
        1 => Just("\"".to_owned()),
        1 => Just("\u{feff}".to_owned()),
    ]
}

/// A field as somebody may have written it.
fn field() -> impl Strategy<Value = String> {
    (cell(), any::<bool>()).prop_map(|(text, quoted)| {
        if quoted || text.contains([',', ';', '\t', '"', '\r', '\n']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    })
}

/// A sound table: its separator, its line end, its records.
fn table() -> impl Strategy<Value = (Separator, &'static str, Vec<Vec<String>>)> {
    let separators = prop::sample::select(Separator::ALL.to_vec());
    let ends = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    (separators, ends, prop::collection::vec(prop::collection::vec(field(), 3), 0..300))
}

/// Returns the text of a table whose first column is a name of its own.
fn text_of(separator: Separator, end: &str, records: &[Vec<String>], bom: bool) -> String {
    let separator = char::from(separator.byte()).to_string();
    let mut text = if bom { "\u{feff}".to_owned() } else { String::new() };
    text.push_str(&["thing", "site", "b", "c"].join(&separator));
    for (at, record) in records.iter().enumerate() {
        text.push_str(end);
        text.extend(["pump-", &at.to_string(), &separator, &record.join(&separator)]);
    }
    text
}

fn csv_records(text: &str, separator: Separator) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.byte())
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let records = reader.records().map(|record| record.expect("text"));
    records.map(|record| record.iter().map(str::to_owned).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_edited_is_written_byte_for_byte(
        (separator, end, records) in table(), bom in any::<bool>(), last in any::<bool>()
    ) {
        let mut text = text_of(separator, end, &records, bom);
        if last {
            text.push_str(end);
        }
        let options = Options { separator: Some(separator), ..Options::default() };
        let import = read_csv(&text, &options).unwrap();
        prop_assert_eq!(import.bad_rows, 0);
        prop_assert_eq!(import.inventory.len() as usize, records.len());
        prop_assert_eq!(import.inventory.text(), text);
    }

    #[test]
    fn fields_are_what_another_reader_finds((separator, end, records) in table()) {
        let text = text_of(separator, end, &records, false);
        let options = Options { separator: Some(separator), ..Options::default() };
        let inventory = read_csv(&text, &options).unwrap().inventory;
        let mine: Vec<Vec<String>> =
            inventory.devices().map(|device| device.values().map(String::from).collect()).collect();
        prop_assert_eq!(mine, csv_records(&text, separator).split_off(1));
    }

    #[test]
    fn any_text_is_kept_and_never_stops_the_program(text in "[a-c,;\"\r\n\t \u{feff}]{0,200}") {
        for text in [text.clone(), format!("thing,a\n{text}")] {
            if let Ok(import) = read(&text, &Options::default()) {
                prop_assert_eq!(import.inventory.text(), text);
                for device in import.inventory.devices() {
                    prop_assert_eq!(device.values().count(), device.columns().len());
                    prop_assert!(device.line() >= 1);
                }
                let clean = import.inventory.without_bad_rows();
                let options = Options { separator: Some(clean.separator()), ..Options::default() };
                let again = read_csv(&clean.text(), &options).unwrap();
                prop_assert_eq!((again.bad_rows, again.inventory.len()), (0, clean.len()));
            }
        }
    }

    #[test]
    fn an_edit_touches_its_records_only(
        (separator, end, records) in table(), value in cell(), column in 1_usize..4, picks in prop::collection::vec(any::<prop::sample::Index>(), 1..4)
    ) {
        prop_assume!(!records.is_empty());
        let text = text_of(separator, end, &records, false);
        let options = Options { separator: Some(separator), ..Options::default() };
        let old = read_csv(&text, &options).unwrap().inventory;
        let rows: Vec<u32> = picks.iter().map(|pick| pick.index(records.len()) as u32).collect();
        let new = old.with_value(&rows, column, &value, None).unwrap();
        let expected = if column == 1 { value.trim() } else { value.as_str() };
        let again = read_csv(&new.text(), &options).unwrap().inventory;
        prop_assert_eq!(&again, &new);
        for (before, after) in old.devices().zip(new.devices()) {
            if !rows.contains(&before.row()) {
                prop_assert_eq!(before.record, after.record);
                continue;
            }
            let separator = separator.byte();
            let raw = |record| crate::fleet::inventory::record::Fields::new(record, separator).collect::<Vec<_>>();
            for (at, (a, b)) in raw(before.record).into_iter().zip(raw(after.record)).enumerate() {
                if at == column {
                    prop_assert_eq!(after.value(at), expected);
                    prop_assert!(!a.starts_with('"') || b.starts_with('"'), "its quotes stay");
                } else {
                    prop_assert_eq!(a, b);
                }
            }
        }
    }

    #[test]
    fn rows_can_go_and_a_column_can_come((separator, end, records) in table(), every in 1_usize..5) {
        let text = text_of(separator, end, &records, true);
        let options = Options { separator: Some(separator), ..Options::default() };
        let old = read_csv(&text, &options).unwrap().inventory;
        let wide = old.with_column("connect_retries").unwrap();
        let again = read_csv(&wide.text(), &options).unwrap();
        prop_assert_eq!(again.bad_rows, 0);
        prop_assert_eq!(&again.inventory, &wide);
        let gone: Vec<u32> = (0..old.len()).step_by(every).collect();
        let less = old.without(&gone);
        let again = read_csv(&less.text(), &options).unwrap().inventory;
        prop_assert_eq!(&again, &less);
        let left: Vec<String> = less.devices().map(|device| device.thing().into_owned()).collect();
        let kept = old.devices().filter(|device| !gone.contains(&device.row()));
        prop_assert_eq!(left, kept.map(|device| device.thing().into_owned()).collect::<Vec<_>>());
    }
}

#[test]
fn bad_rows_and_blank_lines_stay_where_they_are() {
    let text = "\u{feff}thing,a\r\n\r\npump-1,1\r\n,,\r\nbad\r\npump-2,2\r\n\"open,3\r\npump-3,\"4\"";
    let inventory = import(text).inventory;
    assert_eq!(inventory.text(), text);
    assert_eq!(inventory.bad_rows_text(), "bad\r\n\"open,3\r\n");
    let edited = inventory.with_value(&[1, 2], 1, "9", None).unwrap();
    assert_eq!(edited.text(), text.replace("pump-2,2", "pump-2,9").replace("\"4\"", "\"9\""));
    assert_eq!((edited.line(1), edited.line(2)), (6, 8));
    let clean = inventory.without_bad_rows();
    assert_eq!(clean.text(), "\u{feff}thing,a\r\npump-1,1\r\npump-2,2\r\npump-3,\"4\"\r\n");
}

#[test]
fn edits_share_what_they_do_not_change() {
    let mut text = "thing,a\n".to_owned();
    text.extend((0..1_000).map(|at| format!("pump-{at},1\n")));
    let old = inventory(&text);
    let new = old.with_value(&[300], 1, "2", None).unwrap();
    let shared = old.parts.iter().zip(new.parts.iter()).filter(|(a, b)| std::sync::Arc::ptr_eq(a, b));
    assert_eq!((shared.count(), old.parts.len()), (3, 4));
    assert_eq!(new.device(300).unwrap().value(1), "2");
    assert_ne!(old, new);
    assert_eq!(old.with_value(&[300], 1, "1", None).unwrap(), old);
}

#[test]
fn a_first_line_may_name_the_separator() {
    let text = "sep=;\r\nthing;a\r\npump-1;1,5\r\n";
    let inventory = inventory(text);
    assert_eq!(inventory.device(0).unwrap().value(1), "1,5");
    assert_eq!((inventory.text().as_str(), inventory.line(0)), (text, 3));
    let pasted = super::inventory("Thing Name\tPlant\r\npump-1\t\"two\r\nlines\"\r\n");
    assert_eq!(pasted.device(0).unwrap().site().as_deref(), Some("two\r\nlines"));
}
