//! What is a document, what is not, and what the finding says.

use super::tree;
use crate::base::json::{Kind, Node, Tree, escape_token, join};
use crate::base::{Finding, Severity};
use serde_json::json;

const PROJECT: &str = "// plant\r\n{\r\n  \"schema\": 1, /* version */\r\n  \"groups\": {\r\n    \"pumps/a~b\": { \"devices\": 12000, \"share\": 1.50 },\r\n    \"vänner\": { \"devices\": 1e3 }, // last\r\n  },\r\n  \"list\": [1, \"zwei \\u00e4\\ud83d\\ude00\\n\", true, null, [], {},],\r\n}\r\n// end\r\n";

fn refused(text: &str) -> Finding {
    let finding = Tree::parse(text).expect_err(text);
    assert!(finding.severity == Severity::Error && finding.line > 0 && finding.column > 0, "{finding}");
    assert!(finding.what.ends_with('.') && finding.why.ends_with('.'), "{finding}");
    assert!(finding.fix.ends_with(['.', '`']) && !finding.fix.is_empty(), "{finding}");
    finding
}

#[test]
fn reads_values_with_their_places() {
    let tree = tree(PROJECT);
    let pumps = tree.get("/groups/pumps~1a~0b").unwrap();
    assert_eq!(tree.place(pumps), (5, 18));
    assert_eq!(pumps.get("devices").and_then(Node::as_f64), Some(12_000.0));
    assert_eq!(pumps.get("share").map(|node| &node.kind), Some(&Kind::Number("1.50".into())));
    assert_eq!(tree.place_of("/groups/vänner/devices"), (6, 28), "columns count characters");
    assert_eq!(tree.place_of("/groups/vänner/retries/3"), (6, 15), "the nearest value around it");
    assert_eq!(tree.place_of("/nothing"), (2, 1));
    assert_eq!(tree.place_of("no pointer"), (2, 1));
    assert_eq!(tree.get("/list/1").and_then(Node::as_str), Some("zwei ä😀\n"));
    assert_eq!(tree.get("/list/2").and_then(Node::as_bool), Some(true));
    for absent in ["/list/6", "/list/-", "/list/01", "/list/x", "/schema/0", "groups", "/groups/pumps~2a"] {
        assert!(tree.get(absent).is_none(), "{absent}");
    }
    assert_eq!(tree.value("/list"), Some(json!([1, "zwei ä😀\n", true, null, [], {}])));
    assert_eq!(tree.value("").unwrap()["groups"]["vänner"]["devices"], json!(1000.0));
    assert_eq!(&**tree.text(), PROJECT);
    assert_eq!(join("/groups", "pumps/a~b"), "/groups/pumps~1a~0b");
    assert_eq!(escape_token("plain"), "plain");
}

#[test]
fn a_byte_order_mark_is_kept_and_has_no_column() {
    let text = "\u{feff}{\"a\": [1]}";
    let tree = tree(text);
    assert_eq!(&**tree.text(), text);
    assert_eq!(tree.place_of(""), (1, 1));
    assert_eq!(tree.place_of("/a/0"), (1, 8));
    assert_eq!(&tree.text()[tree.get("/a").unwrap().range.clone()], "[1]");
    let finding = refused("\u{feff}{\"a\" 1}");
    assert_eq!((finding.line, finding.column), (1, 6));
    refused("\u{feff}\u{feff}{}");
}

#[test]
fn numbers_beyond_a_float_are_kept_but_have_no_value() {
    let tree = tree("{ \"a\": 1e999, \"b\": 18446744073709551615 }");
    assert_eq!(tree.get("/a").unwrap().as_f64(), None);
    assert_eq!(tree.get("/a").unwrap().type_word(), "a number");
    assert_eq!(tree.value("/a"), None);
    assert_eq!(tree.value(""), None);
    assert_eq!(tree.value("/b"), Some(json!(u64::MAX)));
}

#[test]
fn nothing_that_is_not_json_is_accepted() {
    let cases = [
        ("{\"a\": 01}", "starts with `0`"),
        ("-012", "starts with `0`"),
        ("[1 2]", "comma is missing"),
        ("{\"a\": 1 \"b\": 2}", "comma is missing"),
        ("{} {}", "behind the end"),
        ("{a: 1}", "`a` stands without quotes"),
        ("{1: 1}", "`1` stands without quotes"),
        ("{null: 1}", "`null` stands without quotes"),
        ("{'a': 1}", "single quotes"),
        ("['a']", "single quotes"),
        ("[0x10]", "hexadecimal"),
        ("[+1]", "`+`"),
        ("[.5]", "point"),
        ("[5.]", "point"),
        ("[5.e1]", "point"),
        ("[1e]", "not complete"),
        ("[-]", "not complete"),
        ("[- 1]", "not complete"),
        ("[NaN]", "`NaN` stands without quotes"),
        ("[Infinity]", "`Infinity` stands without quotes"),
        ("[-Infinity]", "`Infinity` stands without quotes"),
        ("[True]", "`True` stands without quotes"),
        ("[undefined]", "`undefined` stands without quotes"),
        ("[truely]", "`truely` stands without quotes"),
        ("[true_]", ""),
        ("[\"\\x41\"]", "`\\` in a text"),
        ("[\"\\v\"]", "`\\` in a text"),
        ("[\"\\'\"]", "`\\` in a text"),
        ("[\"\\0\"]", "`\\` in a text"),
        ("[\"\\u12g4\"]", "fewer than four digits"),
        ("[\"\\ud800\"]", "half of a pair"),
        ("[\"\\udc00\"]", "half of a pair"),
        ("[\"\\ud800\\u0041\"]", "half of a pair"),
        ("[\"a\\\nb\"]", "does not end in its line"),
        ("[\"a\nb\"]", "does not end in its line"),
        ("[\"a\rb\"]", "does not end in its line"),
        ("[\"a\tb\"]", "control character U+0009"),
        ("[\"a\0b\"]", "control character U+0000"),
        ("[\"a\\\u{1}b\"]", "control character U+0001"),
        ("[1,\u{a0}2]", "invisible character U+00A0"),
        ("[1,\u{2028}2]", "invisible character U+2028"),
        ("[1,\u{b}2]", "invisible character U+000B"),
        ("[1,\u{c}2]", "invisible character U+000C"),
        ("[1,\0 2]", "where a value is expected"),
        ("[,]", "where a value is expected"),
        ("[1,,]", "where a value is expected"),
        ("{,}", "where a key"),
        ("{\"a\": 1]", "where a key"),
        ("{\"a\": }", "where a value is expected"),
        ("{\"a\", 1}", "colon is missing"),
        ("[1}", "where a value is expected"),
        ("}", "where a value is expected"),
        ("[1] # note", "where a value is expected"),
        ("<html>", "where a value is expected"),
    ];
    for (text, what) in cases {
        let finding = refused(text);
        assert!(finding.code == "F001" && finding.what.contains(what), "{text:?}: {finding}");
        assert!(!finding.what.contains("The text ends"), "{text:?}: {finding}");
    }
}

#[test]
fn the_first_mistake_is_reported() {
    assert_eq!(refused("{\n  'it\"s': 1,\n  \"b\": \"open\n}").line, 2);
    assert_eq!(refused("{\n  \"a\": \"open,\n  'b': 1\n}").line, 2);
    assert_eq!(refused("[1 2,\u{a0}3]").what, "A comma is missing here.");
    assert!(refused("[1,\u{a0}2 3]").what.contains("U+00A0"));
    let finding = refused("{\n  \"ä\": 1\n  \"b\": 2\n}");
    assert_eq!((finding.line, finding.column), (2, 9), "behind the value that lacks its comma");
}

#[test]
fn an_empty_text_says_so() {
    assert_eq!(refused("").what, "The file is empty.");
    assert_eq!(refused(" \r\n").what, "The file is empty but for spaces.");
    assert_eq!(refused("// nothing\n/* here */").what, "The file holds comments only.");
    assert_eq!(refused("\u{feff}").what, "The file is empty.");
}

#[test]
fn a_truncated_document_says_where_it_ends() {
    let finding = refused("{\n  \"groups\": {\n    \"pumps\": {\"devices\": 12");
    assert_eq!(finding.what, "The text ends in line 3, column 28, inside the object that starts in line 3.");
    assert_eq!((finding.line, finding.column), (3, 28));
    let first = PROJECT.find('{').unwrap();
    let last = PROJECT.rfind('}').unwrap();
    for end in (0..PROJECT.len()).filter(|&end| PROJECT.is_char_boundary(end)) {
        let result = Tree::parse(&PROJECT[..end]);
        if end <= first {
            let what = result.unwrap_err().what;
            assert!(["empty", "comment", "`/`"].iter().any(|w| what.contains(w)), "{end}: {what}");
        } else if end <= last {
            let finding = result.unwrap_err();
            assert!(finding.what.starts_with("The text ends in line "), "{end}: {finding}");
        } else if !PROJECT[..end].ends_with("\n/") {
            result.unwrap();
        }
    }
}

#[test]
fn deep_nesting_is_refused_where_it_gets_too_deep() {
    for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000), "[{\"a\":".repeat(50_000)] {
        assert_eq!(refused(&text).code, "F002");
    }
    let finding = refused(&format!("[\n{}", "[".repeat(100_000)));
    assert_eq!((finding.code, finding.line, finding.column), ("F002", 2, 128));
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    tree(&nested(128));
    assert_eq!(refused(&nested(129)).code, "F002");
    tree(&format!("[{}]", "[],{},".repeat(1_000)));
    assert_eq!(refused(&format!("[1 2, {}", "[".repeat(200))).code, "F001", "the first mistake counts");
}

#[test]
fn repeated_keys_are_found_with_both_places() {
    let tree = tree("{\n  \"a\": 1,\n  \"list\": [{ \"x/y\": 1, \"x\\/y\": 2 }],\n  \"a\": 2\n}");
    let found = tree.duplicates();
    assert_eq!(found.len(), 2);
    assert_eq!((&*found[0].pointer, found[0].line, found[0].column), ("/list/0/x~1y", 3, 24));
    assert_eq!((&*found[1].pointer, found[1].line, found[1].code), ("/a", 4, "F003"));
    assert!(found[1].what.contains("in line 2 and in line 4"), "{}", found[1]);
    assert!(found[1].blocks());
    assert!(super::tree("{ \"a\": { \"a\": { \"b\": 1 }, \"b\": 2 } }").duplicates().is_empty());
}

#[test]
fn thousands_of_repeated_keys_stay_readable() {
    let long = "k".repeat(200_000);
    let repeated = |key: &str, times: usize| format!("{{{}}}", format!("\"{key}\": 1, ").repeat(times));
    let found = tree(&repeated("a", 5_001)).duplicates();
    assert_eq!(found.len(), 101);
    assert!(found[100].what.starts_with("4\u{2009}900 more"), "{}", found[100]);
    let found = tree(&repeated(&long, 20)).duplicates();
    assert!(found.iter().map(|finding| finding.pointer.len()).sum::<usize>() <= 1 << 20);
    assert!(found.iter().all(|finding| finding.what.len() < 200));
}
