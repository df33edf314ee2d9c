//! Random documents, random edits, hostile input.
//!
//! A document is a list of keys and values written with random decoration; the list is the oracle for every
//! edit. Texts without any meaning only have to come back as they were, or with a finding that has a place.

use super::*;
use crate::config::document::Entry;
use proptest::prelude::*;

/// One key of a random document: its number, its value, and what decorates it.
type Line = (u8, Scalar, u8);

fn scalars() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        (-99_999..99_999_i64).prop_map(|number| Scalar::Number(number as f64)),
        prop::num::f64::NORMAL.prop_map(Scalar::Number),
        any::<bool>().prop_map(Scalar::Bool),
        "[a-c =:#!/*{};,.\"'\\\\\u{1}\t\r\né😀?]{0,6}".prop_map(Scalar::Text),
        "[0-9]{1,3}".prop_map(Scalar::Text),
    ]
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec((0..40_u8, scalars(), any::<u8>()), 0..12).prop_map(|mut lines| {
        let mut seen = std::collections::BTreeSet::new();
        lines.retain(|(name, _, _)| seen.insert(*name));
        lines
    })
}

/// Returns the path of a key; every third is nested.
fn path(name: u8) -> String {
    if name.is_multiple_of(3) { format!("group/key{name}") } else { format!("key{name}") }
}

/// Returns a document with these lines, set one by one, and decorated between the edits.
fn built(format: Format, lines: &[Line], crlf: bool) -> Document {
    let mut document = Document::empty(format, &["A file"]);
    for (name, value, decoration) in lines {
        document = document.set(&path(*name), value).unwrap();
        let mut text = document.text().to_owned();
        match (format, decoration % 6) {
            (Format::Json, 0) => text.push_str("// key0: 1\n"),
            (Format::Json, 1) => text.insert_str(0, "/* { */"),
            (Format::Properties, 0) => text.push_str("# key0=1\\\n"),
            (Format::Properties, 1) => text.push_str("\n  ! x\n"),
            (Format::Header, 0) => text.push_str("// twcfg.key0 = 1;\n"),
            (Format::Header, 1) => text.push_str("#if 0\ntwcfg.key0 = 1;\n#endif\n"),
            (Format::Header, 2) => text.push_str("static int other = 1; /* twcfg.key0 = 2; */\n"),
            _ => continue,
        }
        document = Document::parse(format, text).unwrap();
    }
    let text = document.text();
    if crlf && !lines.iter().any(|(_, value, _)| matches!(value, Scalar::Text(_))) {
        return Document::parse(format, text.replace('\n', "\r\n")).unwrap();
    }
    document
}

/// Returns whether an entry has this value, as the format can tell values apart.
fn means(entry: &Entry<'_>, value: &Scalar) -> bool {
    match value {
        Scalar::Number(number) => entry.number() == Some(*number),
        Scalar::Bool(value) => entry.boolean() == Some(*value),
        Scalar::Text(text) => entry.text() == text,
        other => entry.scalar == *other,
    }
}

/// Returns paths and raw texts of everything but one path.
fn others(document: &Document, but: &str) -> Vec<(String, String)> {
    let keys = document.keys().into_iter().filter(|(path, _)| path != but);
    keys.map(|(path, entry)| (path, entry.raw.to_owned())).collect()
}

/// Checks that `after` is `before` with one piece replaced, inserted or taken out.
fn one_place(before: &str, after: &str) -> usize {
    let start = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let end = before[start.min(before.len())..]
        .bytes()
        .rev()
        .zip(after.as_bytes()[start.min(after.len())..].iter().rev().copied())
        .take_while(|(a, b)| a == b)
        .count();
    before.len() - start - end
}

fn formats() -> impl Strategy<Value = Format> {
    prop::sample::select(Format::ALL.to_vec())
}

proptest! {
    #[test]
    fn what_was_set_is_read_and_nothing_else_changes(
        format in formats(), lines in lines(), crlf in any::<bool>(), name in 0..40_u8, value in scalars(),
    ) {
        let before = built(format, &lines, crlf);
        for (name, value, _) in &lines {
            let entry = before.get(&path(*name));
            prop_assert!(entry.is_some_and(|entry| means(&entry, value)), "{name}\n{}", before.text());
        }
        let path = path(name);
        let old = before.get(&path).map(|entry| (entry.raw.to_owned(), entry.scalar));
        let after = before.set(&path, &value);
        // A C literal cannot hold every change of kind in place; then it says so.
        let Ok(after) = after else { return Err(TestCaseError::fail(format!("{after:?}\n{}", before.text()))) };
        let entry = after.get(&path).unwrap();
        prop_assert!(means(&entry, &value), "{entry:?}\n{}", after.text());
        prop_assert_eq!(others(&before, &path), others(&after, &path));
        if let Some((raw, old)) = old {
            prop_assert!(one_place(before.text(), after.text()) <= raw.len() + 1);
            let back = after.set(&path, &old).unwrap();
            if back.get(&path).unwrap().raw == raw {
                prop_assert_eq!(back.text(), before.text());
            }
        } else {
            let back = after.remove(&path).unwrap();
            prop_assert_eq!(others(&before, &path), others(&back, &path));
            prop_assert!(back.get(&path).is_none());
        }
        prop_assert_eq!(&after.set(&path, &value).unwrap(), &after);
    }

    #[test]
    fn a_key_that_is_removed_leaves_the_others(format in formats(), lines in lines(), crlf in any::<bool>()) {
        let mut document = built(format, &lines, crlf);
        for (name, _, _) in &lines {
            let path = path(*name);
            let expected = others(&document, &path);
            document = document.remove(&path).unwrap();
            prop_assert!(document.get(&path).is_none());
            prop_assert_eq!(others(&document, &path), expected);
        }
        prop_assert!(document.keys().is_empty());
    }

    #[test]
    fn no_text_makes_it_panic(
        text in prop_oneof!["\\PC*", "[a={}();,.>#\"'/*\\\\ \n\r0x:!u-]{0,80}"],
        start in prop::sample::select(vec!["", "\u{feff}", "c.x = 1;", "#define A ", "a=", "{\"a\":1}"]),
        value in scalars(),
    ) {
        let text = format!("{start}{text}");
        for format in Format::ALL {
            let document = match Document::parse(format, text.as_str()) {
                Ok(document) => document,
                Err(finding) => {
                    prop_assert!(finding.line > 0 && finding.column > 0);
                    continue;
                }
            };
            prop_assert_eq!(document.text(), text.as_str());
            for (path, entry) in document.keys() {
                prop_assert_eq!(&text[entry.span.clone()], entry.raw);
                prop_assert!(document.get(&path).is_some());
                let edits = [document.set(&path, &value), document.remove(&path)];
                for edited in edits.into_iter().flatten() {
                    prop_assert_eq!(others(&document, &path), others(&edited, &path));
                }
            }
            let _ = document.findings();
            if let Ok(added) = document.set("new", &value) {
                prop_assert!(means(&added.get("new").unwrap(), &value), "{}", added.text());
                prop_assert_eq!(others(&document, "new"), others(&added, "new"));
            }
        }
    }

    #[test]
    fn a_header_cut_anywhere_has_a_place(at in any::<prop::sample::Index>()) {
        let text = formats::HEADER;
        if let Err(finding) = Document::parse(Format::Header, &text[..at.index(text.len())]) {
            prop_assert!(finding.line > 0 && finding.column > 0);
        }
    }
}

/// Returns texts that tempt a reader to look at everything for every piece.
fn large(pieces: usize) -> Vec<(Format, String)> {
    vec![
        (Format::Json, format!("{{{}\"z\":0}}", "\"k\": {\"a\": 1}, ".repeat(pieces))),
        (Format::Properties, "key=1\\\n 2\n".repeat(pieces)),
        (Format::Properties, format!("a={}", "\\\n".repeat(pieces))),
        (Format::Properties, "k ".repeat(pieces)),
        (Format::Header, "a.x=".repeat(pieces)),
        (Format::Header, "a.x=(1);".repeat(pieces)),
        (Format::Header, "x = { .a = { .b = 1 } }".repeat(pieces)),
        (Format::Header, "(.a=".repeat(pieces)),
        (Format::Header, "/* */ /".repeat(pieces)),
        (Format::Header, "#if 0\n".repeat(pieces)),
        (Format::Header, "\\\n".repeat(pieces)),
        (Format::Header, "a.b.c.d ".repeat(pieces)),
        (Format::Header, "'".repeat(pieces)),
        (Format::Header, format!("a.x = {}", "\"a\" ".repeat(pieces))),
    ]
}

/// The file is small next to the limit; quadratic work on it would take minutes and be noticed.
#[test]
fn large_files_are_read_in_one_pass() {
    for (format, text) in large(50_000) {
        let document = Document::parse(format, text.as_str()).unwrap();
        assert_eq!(document.text(), text);
        for (path, entry) in document.keys().iter().rev().take(100) {
            assert!(document.get(path).is_some() && entry.line > 0);
        }
        assert!(document.duplicates().len() <= 101);
    }
}
