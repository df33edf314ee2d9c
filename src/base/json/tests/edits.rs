//! What an edit looks like in the text.

use super::tree;
use crate::base::json::{EditError, Tree};
use serde_json::{Value, json};

/// Checks `set` and returns the new text.
fn set(text: &str, pointer: &str, value: &Value) -> String {
    let edited = tree(text).set(pointer, value).unwrap();
    assert_eq!(edited, Tree::parse(&**edited.text()).unwrap());
    edited.text().to_string()
}

fn removed(text: &str, pointer: &str) -> String {
    tree(text).remove(pointer).unwrap().text().to_string()
}

#[test]
fn only_the_bytes_of_the_value_change() {
    let text = "{ \"a\" : 1.50 , // why\r\n\t\"b\":[ 1,2 ], \"c\": \"x\", }";
    assert_eq!(set(text, "/a", &json!(2)), text.replace("1.50", "2"));
    assert_eq!(set(text, "/b/1", &json!("ä\"\n")), text.replace(",2 ]", ",\"ä\\\"\\n\" ]"));
    assert_eq!(set(text, "/b", &json!([3, 4])), text.replace("[ 1,2 ]", "[3,4]"));
    assert_eq!(set(text, "/c", &json!(null)), text.replace("\"x\"", "null"));
    assert_eq!(set(" 1 // one", "", &json!({})), " {} // one");
}

#[test]
fn an_equal_value_changes_nothing() {
    let text = "{ \"a\": 1.50, \"b\": 1e3, \"c\": \"\\u00e4\", \"d\": { \"y\": 1, \"x\": [2.0] } }";
    for (pointer, value) in [
        ("/a", json!(1.5)),
        ("/b", json!(1000)),
        ("/b", json!(1000.0)),
        ("/c", json!("ä")),
        ("/d", json!({ "x": [2], "y": 1 })),
    ] {
        assert_eq!(set(text, pointer, &value), text, "{pointer}");
    }
    assert_eq!(set("{ \"a\": { \"x\": 1, \"x\": 2 } }", "/a", &json!({ "x": 2 })), "{ \"a\": { \"x\": 2 } }");
}

#[test]
fn a_new_member_is_written_like_its_neighbours() {
    for (text, expected) in [
        ("{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"n\": 7\n}\n"),
        ("{\r\n\t\"a\" : 1\r\n}", "{\r\n\t\"a\" : 1,\r\n\t\"n\" : 7\r\n}"),
        ("{\n  \"a\": 1, // one\n  // end\n}", "{\n  \"a\": 1, // one\n  // end\n  \"n\": 7,\n}"),
        ("{\n  \"a\": 1 // one\n}", "{\n  \"a\": 1, // one\n  \"n\": 7\n}"),
        ("{\n  \"a\": 1 /* one\n  two */\n}", "{\n  \"a\": 1, /* one\n  two */\n  \"n\": 7\n}"),
        ("{ \"a\": 1 }", "{ \"a\": 1, \"n\": 7 }"),
        ("{\"a\":1}", "{\"a\":1,\"n\":7}"),
        ("{\"a\":1, \"b\":2}", "{\"a\":1, \"b\":2, \"n\":7}"),
        ("{\"a\": 1,\n \"b\": 2}", "{\"a\": 1,\n \"b\": 2,\n \"n\": 7}"),
        ("{ \"a\": 1 // one\n}", "{ \"a\": 1, // one\n  \"n\": 7\n}"),
        ("{ \"a\": 1, }", "{ \"a\": 1, \"n\": 7, }"),
        ("{}", "{\n  \"n\": 7\n}"),
        ("\u{feff}{ }", "\u{feff}{\n  \"n\": 7\n}"),
        ("{\n}", "{\n  \"n\": 7\n}"),
        ("{\n  // none yet\n}", "{\n  // none yet\n  \"n\": 7\n}"),
        ("{ /* none */ }", "{ /* none */ \"n\": 7 }"),
    ] {
        assert_eq!(set(text, "/n", &json!(7)), expected);
    }
}

#[test]
fn missing_parents_are_created_in_style() {
    let text = "{\n    \"groups\": {},\n    \"one\": {\"x\": 1}\n}";
    assert_eq!(
        set(text, "/groups/pumps/agent", &json!({ "kind": "csdk", "waits": [1, 2] })),
        "{\n    \"groups\": {\n        \"pumps\": {\n            \"agent\": {\n                \"kind\": \"csdk\",\n                \"waits\": [1, 2]\n            }\n        }\n    },\n    \"one\": {\"x\": 1}\n}"
    );
    assert_eq!(
        set(text, "/one/y/z", &json!(2)),
        "{\n    \"groups\": {},\n    \"one\": {\"x\": 1, \"y\": {\"z\": 2}}\n}"
    );
    assert_eq!(set("{\"a\":{}}", "/a/b/-", &json!(1)), "{\"a\":{\"b\":[1]}}");
    assert_eq!(tree("{}").set("/s/-", &json!({ "v": 1 })).unwrap().value("/s/0/v"), Some(json!(1)));
}

#[test]
fn lists_take_an_index_or_a_dash() {
    assert_eq!(set("[1, 2]", "/-", &json!(3)), "[1, 2, 3]");
    assert_eq!(set("[1,2]", "/2", &json!(3)), "[1,2,3]");
    assert_eq!(set("[\n  1 // one\n]", "/-", &json!([2])), "[\n  1, // one\n  [2]\n]");
    assert_eq!(set("{ \"a\": [] }", "/a/-", &json!({ "b": 1 })), "{ \"a\": [{ \"b\": 1 }] }");
    let error = tree("[1]").set("/3", &json!(0)).unwrap_err();
    assert_eq!(error, EditError::NoElement { pointer: "/3".into(), len: 1 });
    assert!(tree("[1]").set("/x", &json!(0)).is_err());
}

#[test]
fn a_removed_member_takes_its_comma_and_its_line() {
    let text = "{\n  // about a\n  \"a\": 1, // one\n  // about b\n  \"b\": {\n    \"x\": 1\n  },\n  \"c\": 3 // three\n}\n";
    assert_eq!(removed(text, "/a"), text.replace("  \"a\": 1, // one\n", ""));
    assert_eq!(removed(text, "/b"), text.replace("  \"b\": {\n    \"x\": 1\n  },\n", ""));
    assert_eq!(removed(text, "/c"), text.replace("  },\n  \"c\": 3 // three\n", "  }\n"));
    for (text, pointer, expected) in [
        ("{ \"a\": 1 }", "/a", "{}"),
        ("{\r\n  \"a\": 1 // one\r\n}", "/a", "{}"),
        ("{\r\n  // note\r\n  \"a\": 1\r\n}", "/a", "{\r\n  // note\r\n}"),
        ("{ \"a\": 1, \"b\": 2 }", "/a", "{ \"b\": 2 }"),
        ("{ \"a\": 1, \"b\": 2 }", "/b", "{ \"a\": 1 }"),
        ("[1,2,3]", "/1", "[1,3]"),
        ("[1, /* two */ 2, 3]", "/1", "[1, /* two */ 3]"),
        ("[1, 2, /* three */ 3]", "/1", "[1, /* three */ 3]"),
        ("[1, /* two */ 2]", "/1", "[1 /* two */]"),
        ("[1, // one\n  2]", "/1", "[1 // one\n  ]"),
        ("[1, 2, ]", "/1", "[1, ]"),
        ("[\n  1,\n  2,\n]", "/1", "[\n  1,\n]"),
        ("[1,\n  2]", "/1", "[1]"),
        ("[1,\n  2]", "/0", "[\n  2]"),
        ("[1 // one\n, 2]", "/0", "[2]"),
        ("[1 // one\n, 2]", "/1", "[1 // one\n]"),
        ("[\n  1\n  , 2\n]", "/0", "[\n  2\n]"),
        ("[\n  1, /* long\n  comment */\n  2\n]", "/0", "[\n  /* long\n  comment */\n  2\n]"),
        ("[\n  1, /* long\n  comment */ 2\n]", "/0", "[\n  /* long\n  comment */ 2\n]"),
    ] {
        assert_eq!(removed(text, pointer), expected, "{text} {pointer}");
    }
}

#[test]
fn a_renamed_member_keeps_its_place() {
    let text = "{ \"a\" : 1, \"b\": { \"a\": 2 } }";
    assert_eq!(&**tree(text).rename("/a", "c\"/").unwrap().text(), "{ \"c\\\"/\" : 1, \"b\": { \"a\": 2 } }");
    assert_eq!(&**tree(text).rename("/a", "a").unwrap().text(), text);
    let error = tree(text).rename("/a", "b").unwrap_err();
    assert_eq!(error, EditError::KeyExists { pointer: "/a".into(), key: "b".into() });
}

#[test]
fn what_cannot_be_edited_is_refused_with_a_sentence() {
    let text = "{ \"a\": 1, \"l\": [1] }";
    let document = tree(text);
    let deep = (0..200).fold(json!(1), |value, _| json!([value]));
    for error in [
        document.set("a", &json!(1)),
        document.set("/a~", &json!(1)),
        document.set("/a/b", &json!(1)),
        document.set("/d", &deep),
        document.remove("/b"),
        document.remove("/l/-"),
        document.remove("/l/0/x"),
        document.remove(""),
        document.rename("/b", "c"),
        document.rename("/l/0", "c"),
        document.rename("", "c"),
    ] {
        let sentence = error.unwrap_err().to_string();
        assert!(sentence.contains(". ") && sentence.len() > 60, "{sentence}");
    }
    assert_eq!(&**document.text(), text);
}
