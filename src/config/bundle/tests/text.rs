//! Placeholders in texts.

use super::*;
use proptest::prelude::*;

#[test]
fn values_are_escaped_for_where_they_stand() {
    let value = "a\"b\\c\nd\u{1}\u{e4}??/";
    let fill = |format, text: &str| filled(format, text, &["x"], &[value]).unwrap();
    assert_eq!(fill(Format::Json, r#"{"x": "<${x}>"}"#), "{\"x\": \"<a\\\"b\\\\c\\nd\\u0001\u{e4}??/>\"}");
    assert_eq!(fill(Format::Properties, "x=${x}\n"), "x=a\"b\\\\c\\nd\\u0001\\u00E4??/\n");
    assert_eq!(fill(Format::Header, "#define X \"${x}\""), "#define X \"a\\\"b\\\\c\\nd\\001\u{e4}?\\?/\"");
    assert_eq!(fill(Format::Code, "x(\"${x}\");"), "x(\"a\\\"b\\\\c\\nd\\u0001\u{e4}??/\");");
    assert_eq!(filled(Format::Properties, "x=${x}", &["x"], &["  a "]).unwrap(), "x=\\  a ");
}

#[test]
fn numbers_lose_their_quotes_where_they_stand_alone() {
    let fill = |text: &str, port: &str| filled(Format::Json, text, &["port"], &[port]);
    assert_eq!(fill(r#"{"p": "${port:number}"}"#, "443").unwrap(), r#"{"p": 443}"#);
    assert_eq!(
        fill(r#"{"p": "${port}", "u": "h:${port:number}/"}"#, "443").unwrap(),
        r#"{"p": "443", "u": "h:443/"}"#
    );
    for wrong in ["https", "0443", "1 2", " 1", "0x1", "1}, {", "NaN"] {
        let error = fill(r#"{"p": "${port:number}"}"#, wrong).unwrap_err();
        assert!(
            matches!(&error, BundleError::Placeholder { fault: Fault::NotANumber(value), .. } if value == wrong)
        );
    }
    let bare = filled(Format::Header, "#define P ${port:number}\n", &["port"], &["443"]).unwrap();
    assert_eq!(bare, "#define P 443\n");
}

#[test]
fn what_is_missing_is_named_with_device_file_and_placeholder() {
    for (columns, row) in [(&[][..], &[][..]), (&["host"][..], &[""][..])] {
        let error = filled(Format::Json, r#"{"h": "${host}"}"#, columns, row).unwrap_err().to_string();
        for part in ["${host}", "ws_connection.json", "device PUMP-1"] {
            assert!(error.contains(part), "{error}");
        }
    }
}

#[test]
fn malformed_placeholders_are_refused_before_anything_else() {
    for text in [
        r#"{"a": "${"}"#,
        r#"{"a": "${}"}"#,
        r#"{"a": "${x:int}"}"#,
        r#"{"a": "${a\"b}"}"#,
        r#"{"a": "${app_key:number}"}"#,
    ] {
        let error = filled(Format::Json, text, &["x"], &["1"]).unwrap_err();
        assert!(matches!(error, BundleError::Placeholder { fault: Fault::Malformed, .. }), "{text}: {error}");
    }
    let error = filled(Format::Header, "#define X ${x}", &["x"], &["1; evil()"]).unwrap_err();
    assert!(matches!(error, BundleError::Placeholder { fault: Fault::OutsideQuotes, .. }), "{error}");
}

#[test]
fn comments_and_escaped_signs_are_left_alone() {
    let text = "// ${nobody}\n{\"a\": \"$${x}$$\", /* ${ */ \"b\": \"${x}\"}";
    let expected = "// ${nobody}\n{\"a\": \"${x}$$\", /* ${ */ \"b\": \"1\"}";
    assert_eq!(filled(Format::Json, text, &["x"], &["1"]).unwrap(), expected);
    assert_eq!(
        filled(Format::Properties, "# ${a}\n ! ${b}\nx=${x}", &["x"], &["1"]).unwrap(),
        "# ${a}\n ! ${b}\nx=1"
    );
}

#[test]
fn secrets_are_filled_where_a_vault_is_and_masked_elsewhere() {
    let text = r#"{"app_key": "${app_key}", "k": "${pin:secret}", "t": "${thing}"}"#;
    let columns = ["app_key", "pin"];
    let full = filled(Format::Json, text, &columns, &["env:A", "file:b"]).unwrap();
    assert_eq!(full, r#"{"app_key": "s\"e\\c", "k": "s\"e\\c", "t": "PUMP-1"}"#);
    let devices = Rows::new(&["thing", "group", "app_key", "pin"], &[&["P", "pumps", "env:A", "env:B"]]);
    let items = [item(text)];
    let shown = plan(&items, &devices).unwrap().preview(0).unwrap();
    assert_eq!(shown, r#"{"app_key": "••••", "k": "••••", "t": "P"}"#);
    let error = filled(Format::Json, text, &columns, &["0f5c-planted", "file:b"]).unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(said.contains("${app_key}") && !said.contains("planted"), "{said}");
}

#[test]
fn a_group_stands_for_its_devices_without_inventory() {
    let items = [item(r#"{"g": "${group} ${group_name} ${kind}"}"#)];
    let plan = plan(&items, &NoInventory).unwrap();
    assert_eq!(plan.path(0), Some("pumps/ws_connection.json"));
    assert_eq!(plan.preview(0).unwrap(), r#"{"g": "pumps Pumps: \"north\" example-agent"}"#);
    let items = [item(r#"{"g": "${thing}"}"#)];
    let error = super::plan(&items, &NoInventory).unwrap().preview(0).unwrap_err().to_string();
    assert!(error.contains("group pumps"), "{error}");
}

proptest! {
    #[test]
    fn a_json_value_comes_back(value in "\\PC{1,40}|[\\x00-\\x7f]{1,20}") {
        let text = filled(Format::Json, r#"{"x": "a${x}b"}"#, &["x"], &[&value]).unwrap();
        let back: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back["x"].as_str().unwrap(), format!("a{value}b"));
    }

    #[test]
    fn no_text_makes_it_stumble(text in "[\"${}:a-z\\\\\n/*#= ]{0,60}") {
        for format in [Format::Json, Format::Properties, Format::Header, Format::Code] {
            drop(filled(format, &text, &["x"], &["1"]));
        }
    }
}
