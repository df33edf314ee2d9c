//! Shapes of files that nobody writes on purpose.

use super::*;
use crate::fleet::inventory::{ImportError, SortBy, read_csv};

/// Reads what must neither stop the program nor lose a byte, and returns the number of rows.
fn survives(text: &str) -> Result<u32, ImportError> {
    let import = read_csv(text, &Options { groups: Some(&groups()), ..Options::default() })?;
    assert_eq!(import.inventory.text(), text);
    for row in &import.bad.list {
        assert!(row.what.len() + row.why.len() + row.fix.len() < 2_000, "{row:?}");
    }
    assert!(import.inventory.sorted(&[0, 1, 2, 9_999_999], SortBy::Column(0), true).len() <= 3);
    assert_eq!(import.inventory.device(import.inventory.len()).map(|device| device.row()), None);
    Ok(import.inventory.len())
}

#[test]
fn strange_tables_are_read() {
    let wide = format!("thing{}\npump-1{}\n", ",x".repeat(5_000), ",1".repeat(5_000));
    let long = format!("thing,a\npump-1,{}\n", "x".repeat(1 << 20));
    for (text, rows) in [
        ("thing", 0),
        ("thing\n", 0),
        ("thing\r\rpump-1\r", 1),
        ("\u{feff}thing\npump-1", 1),
        ("thing,\npump-1,\n", 1),
        ("thing,thing\npump-1,2\n", 1),
        ("thing,a\npump-1,\u{feff}\n", 1),
        ("thing,a\npump-1,\0\n", 1),
        ("thing,a\n\"pump-1\"  ,x\n", 1),
        ("thing,a\n\"\",\"\"\n\"pump-1\",\"\"\"\"\n", 1),
        ("thing,a\n=cmd|' /C calc'!A0,1\n", 0),
        ("thing;a\npump-1;\"x;y\"\n", 1),
        ("thing\u{a0}name,a\npump-1,1\n", 1),
        (&wide, 1),
        (&long, 1),
    ] {
        assert_eq!(survives(text), Ok(rows), "{:?}", &text[..text.len().min(60)]);
    }
}

#[test]
fn broken_quotes_cost_no_quadratic_time() {
    // From outside each line opens a quote at its end, from inside each one closes and opens one: unclosed to
    // the end from every line on. Looked at again from each line, this would be 10¹¹ bytes.
    let text = format!("thing,a\n{}", "x\",\"\n".repeat(200_000));
    let import = read_csv(&text, &Options::default()).unwrap();
    assert_eq!((import.inventory.text() == text, import.inventory.len()), (true, 0));
    let last = import.bad.list.iter().find(|row| row.what.starts_with("From here on"));
    assert!(last.is_some(), "{} bad rows", import.bad_rows);
    assert_eq!(import.bad_rows, 200_000);
}

#[test]
fn a_quote_in_the_middle_of_a_file_costs_its_lines_only() {
    let mut text = "thing,site\n".to_owned();
    text.extend((0..1_000).map(|at| {
        let quote = if at == 500 { "\"" } else { "" };
        format!("pump-{at},{quote}Hall\n")
    }));
    let import = import(&text);
    assert_eq!((import.bad_rows, import.inventory.len()), (1, 999));
    assert_eq!((import.bad.list[0].line, import.bad.list[0].code), (502, "I002"));
    let quoted = text.replace(",Hall\n", ",\"Hall\"\n");
    let import = super::import(&quoted);
    assert_eq!((import.bad_rows, import.inventory.len(), import.bad.list[0].line), (1, 999, 502));
}

#[test]
fn names_in_sentences_are_short_and_harmless() {
    let import = import(&format!("thing,a\n{}\u{1b}[31m{},1\n", "x".repeat(30), "y".repeat(300)));
    let what = &import.bad.list[0].what;
    assert!(what.chars().count() < 160 && !what.contains('\u{1b}'), "{what}");
}
