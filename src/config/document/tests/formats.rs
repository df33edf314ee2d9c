//! What each format reads, and what an edit looks like in it.

use super::*;
use Format::{Header, Json, Properties};
use Scalar::{Bool, Null, Number, Other};

#[test]
fn json_keeps_everything_but_the_value() {
    let old = "\u{feff}{ // gateway\r\n  \"ws_connection\": {\r\n    \"connect_timeout\": 1e4, // 10 s\r\n    \"ConnectRetries\": \"3\",\r\n    \"Auto\": \"True\",\r\n    \"a/b~\": null,\r\n  },\r\n  \"list\": [1, {\"x\": \"y\"}],\r\n  \"none\": {}\r\n}";
    let json = document(Json, old);
    let found: Vec<_> = json.keys().into_iter().map(|(path, entry)| (path, entry.scalar)).collect();
    let expected = [
        ("ws_connection/connect_timeout", Number(1e4)),
        ("ws_connection/ConnectRetries", text("3")),
        ("ws_connection/Auto", text("True")),
        ("ws_connection/a~1b~0", Null),
        ("list/0", Number(1.0)),
        ("list/1/x", text("y")),
    ];
    assert_eq!(found, expected.map(|(path, scalar)| (path.to_owned(), scalar)));
    let entry = json.get("ws_connection/connect_timeout").unwrap();
    assert_eq!((entry.raw, entry.line, entry.column), ("1e4", 3, 24));
    assert_eq!(json.get("ws_connection/ConnectRetries").unwrap().number(), Some(3.0));
    assert_eq!(json.get("none").unwrap().scalar, Other("an object"));
    let cases = [
        ("ws_connection/connect_timeout", Number(1e4), ("1e4", "1e4")),
        ("ws_connection/connect_timeout", Number(5e3), ("1e4", "5000")),
        ("ws_connection/ConnectRetries", Number(3.0), ("\"3\"", "\"3\"")),
        ("ws_connection/ConnectRetries", Number(-1.0), ("\"3\"", "\"-1\"")),
        ("ws_connection/Auto", Bool(false), ("\"True\"", "\"False\"")),
        ("ws_connection/a~1b~0", text("é\""), ("null", "\"é\\\"\"")),
        ("list/1/x", Null, ("\"y\"", "null")),
    ];
    for (path, value, (from, to)) in cases {
        assert_eq!(set(Json, old, path, &value), old.replace(from, to), "{path}");
    }
    let added = set(Json, old, "ws_connection/ping_rate", &Number(55e3));
    assert_eq!(added, old.replace("null,", "null,\r\n    \"ping_rate\": 55000,"));
    assert_eq!(json.remove("none").unwrap().text(), old.replace(",\r\n  \"none\": {}", ""));
}

#[test]
fn json_refuses_what_would_lose_or_guess_something() {
    let json = document(Json, "{\"a\": {\"x\": 1, \"x\": 2}, \"b\": 1e999}");
    assert!(matches!(
        json.set("a", &Number(1.0)),
        Err(EditError::NotPlain { found: "an object", line: 1, .. })
    ));
    assert!(matches!(json.set("a/x", &Number(2.0)), Err(EditError::Repeated { line: 1, .. })));
    assert!(matches!(json.remove("a/x"), Err(EditError::Repeated { .. })));
    assert!(matches!(json.set("b/x", &Number(2.0)), Err(EditError::Json(_))));
    assert_eq!(json.get("b").unwrap().scalar, Other("a number beyond 64-bit floats"));
    assert_eq!(json.duplicates().len(), 1);
    assert_eq!(Document::parse(Json, "[1]").unwrap_err().code, "A002");
    assert_eq!(Document::parse(Json, "{\"a\": 1").unwrap_err().code, "F001");
}

const PROPERTIES: &str = r"# connection
ws.connect_timeout = 10000
	ws.retries:3
! old
name Pump \
      one

key\ with\:signs=caf\u00e9 \t \\
flag
uri=http\://host:443/x?a=b
ws.connect_timeout=9000";

#[test]
fn properties_are_read_as_java_reads_them() {
    let properties = document(Properties, PROPERTIES);
    let found: Vec<_> = properties.keys().into_iter().map(|(path, entry)| (path, entry.scalar)).collect();
    let expected = [
        ("ws/connect_timeout", Number(1e4)),
        ("ws/retries", Number(3.0)),
        ("name", text("Pump one")),
        ("key with:signs", text("café \t \\")),
        ("flag", text("")),
        ("uri", text("http://host:443/x?a=b")),
        ("ws/connect_timeout", Number(9e3)),
    ];
    assert_eq!(found, expected.map(|(path, scalar)| (path.to_owned(), scalar)));
    let entry = properties.get("ws/connect_timeout").unwrap();
    assert_eq!((entry.raw, entry.line, entry.column), ("9000", 11, 20));
    assert_eq!(properties.get("name").unwrap().raw, "Pump \\\n      one");
    let finding = &properties.duplicates()[0];
    assert_eq!((finding.code, finding.line), ("A005", 11));
    assert!(finding.what.contains("in line 2 and again in line 11"), "{finding}");
}

#[test]
fn properties_change_in_one_place() {
    let cases = [
        ("ws/retries", Number(-1.0), ("ws.retries:3", "ws.retries:-1")),
        ("name", text(" =x"), ("Pump \\\n      one", "\\ =x")),
        ("flag", Bool(true), ("flag\n", "flag=true\n")),
        ("flag", text("ü\\"), ("flag\n", "flag=\\u00fc\\\\\n")),
        ("ws/connect_timeout", Number(1.0), ("=9000", "=1")),
        ("ws/connect_timeout", Number(9e3), ("", "")),
        ("key with:signs", text("café \t \\"), ("", "")),
    ];
    for (path, value, (from, to)) in cases {
        assert_eq!(set(Properties, PROPERTIES, path, &value), PROPERTIES.replacen(from, to, 1), "{path}");
    }
    let removed = document(Properties, PROPERTIES).remove("ws/connect_timeout").unwrap();
    assert!(removed.text().starts_with("# connection\n\tws.retries") && removed.text().ends_with("a=b\n"));
    let removed = document(Properties, PROPERTIES).remove("name").unwrap();
    assert_eq!(removed.text(), PROPERTIES.replace("name Pump \\\n      one\n", ""));
}

#[test]
fn a_new_property_is_written_like_the_last_one() {
    for (old, line) in [
        ("", "n.m=5\n"),
        ("a: 1\r\n", "n.m: 5\r\n"),
        ("a 1", "\nn.m 5\n"),
        ("a = 1\n# end", "\nn.m = 5\n"),
        ("a=1\\\n", "\nn.m=5\n"),
        ("a=1\\", "\n\nn.m=5\n"),
        ("a=1\\\\", "\nn.m=5\n"),
        ("a\\ ", "\nn.m=5\n"),
        ("\u{feff}", "n.m=5\n"),
    ] {
        let new = set(Properties, old, "n/m", &Number(5.0));
        assert_eq!(new, format!("{old}{line}"));
        assert_eq!(scalar(Properties, &new, "n/m"), Some(Number(5.0)));
    }
    assert_eq!(set(Properties, "", "a b/#ä~1", &text("x")), "a\\ b.\\#\\u00e4/=x\n");
}

#[test]
fn properties_that_java_reads_otherwise_are_pointed_out() {
    let broken = Document::parse(Properties, "a=1\nb=C:\\users").unwrap_err();
    assert_eq!((broken.code, broken.line, broken.column), ("A004", 2, 5));
    let odd = document(Properties, "\u{feff}# é\na=1\nb=Pumpe Süd\n");
    let found: Vec<_> = odd.findings().iter().map(|f| (f.code, f.line, f.column)).collect();
    assert_eq!(found, [("A006", 1, 1), ("A007", 3, 10)]);
    assert_eq!(scalar(Properties, "a=\\ud83d\\ude00 \\ud83dx", "a"), Some(text("😀 \u{fffd}x")));
}

pub(super) const HEADER: &str = r#"#ifndef TW_CONFIG_H
#define TW_CONFIG_H
#define TW_HOST "plant.example" /* the platform */
#define TW_LIMIT (0x2710U)
#define SUM(a, b) ((a) + (b))
/* twcfg.connect_timeout = 1; */
// twcfg.connect_timeout = 2; \
   twcfg.connect_timeout = 3;
static const char *sample = "twcfg.connect_timeout = 4;";
void configure(void) {
    twcfg.connect_timeout = 10000; /* 10 s */
    (cfg)->connect_retries = -1;
    cfg->ping_rate = 55 * 1000;
    twcfg.tls = TRUE; twcfg.queue = 16384UL;
#if 0
    twcfg.connect_timeout = 5; // don't
#else
    twcfg.name = "a\"b\x41" "c";
#endif
    if (cfg->ping_rate == 3) twcfg.inside = 7;
    twcfg.ratio = 1.5f; twcfg.none = NULL;
}
struct tw duty = { .duty = { .period = 010, .on = 20 }, .last = (5) };
#endif
"#;

#[test]
fn a_header_is_read_without_being_fooled() {
    let header = document(Header, HEADER);
    let found: Vec<_> = header.keys().into_iter().map(|(path, entry)| (path, entry.scalar)).collect();
    let expected = [
        ("TW_HOST", text("plant.example")),
        ("TW_LIMIT", Number(1e4)),
        ("connect_timeout", Number(1e4)),
        ("connect_retries", Number(-1.0)),
        ("ping_rate", EXPRESSION),
        ("tls", Bool(true)),
        ("queue", Number(16_384.0)),
        ("name", text("a\"bAc")),
        ("inside", Number(7.0)),
        ("ratio", Number(1.5)),
        ("none", Null),
        ("duty/period", Number(8.0)),
        ("duty/on", Number(20.0)),
        ("last", Number(5.0)),
    ];
    assert_eq!(found, expected.map(|(path, scalar)| (path.to_owned(), scalar)));
    let entry = header.get("connect_timeout").unwrap();
    assert_eq!((entry.raw, entry.line, entry.column), ("10000", 11, 29));
    assert_eq!(header.get("TW_LIMIT").unwrap().raw, "(0x2710U)");
    assert_eq!(header.get("TW_CONFIG_H").unwrap().scalar, Other("a definition without a value"));
    assert!(header.findings().is_empty());
}

#[test]
fn a_header_changes_in_one_place() {
    let cases = [
        ("TW_LIMIT", Number(20_000.0), ("(0x2710U)", "(0x4E20U)")),
        ("connect_timeout", Number(60e3), ("= 10000;", "= 60000;")),
        ("connect_retries", Number(3.0), ("= -1;", "= 3;")),
        ("tls", Bool(false), ("= TRUE", "= FALSE")),
        ("queue", Number(65_535.0), ("16384UL", "65535UL")),
        ("queue", Number(-1.0), ("16384UL", "-1")),
        ("name", text("x??/\n"), (r#""a\"b\x41" "c""#, r#""x\?\?/\n""#)),
        ("inside", Number(8.0), ("inside = 7", "inside = 8")),
        ("ratio", Number(2.0), ("1.5f", "2.0f")),
        ("duty/period", Number(9.0), ("010", "011")),
        ("last", Number(-6.0), ("(5)", "(-6)")),
        ("TW_HOST", text("other"), ("plant.example", "other")),
        ("connect_timeout", Number(10e3), ("", "")),
    ];
    for (path, value, (from, to)) in cases {
        assert_eq!(set(Header, HEADER, path, &value), HEADER.replacen(from, to, 1), "{path}");
    }
    let header = document(Header, HEADER);
    let refused = header.set("ping_rate", &Number(1.0)).unwrap_err();
    assert!(
        refused.to_string().starts_with("Line 13 holds an expression, so nothing was changed"),
        "{refused}"
    );
    assert!(matches!(header.remove("inside"), Err(EditError::Entangled { line: 20, .. })));
    for (path, gone) in [
        ("connect_timeout", "    twcfg.connect_timeout = 10000; /* 10 s */\n"),
        ("tls", "twcfg.tls = TRUE;"),
        ("TW_HOST", "#define TW_HOST \"plant.example\" /* the platform */\n"),
        ("duty/period", ".period = 010,"),
    ] {
        assert_eq!(header.remove(path).unwrap().text(), HEADER.replacen(gone, "", 1), "{path}");
    }
}

#[test]
fn a_new_field_is_written_like_its_neighbours() {
    for (old, path, new) in [
        ("", "n", "twcfg.n = 5;\n"),
        ("int x;", "n", "int x;\ntwcfg.n = 5;\n"),
        ("  (c)->a = 1; // one\r\n}", "n", "  (c)->a = 1; // one\r\n  (c)->n = 5;\r\n}"),
        ("c.a = 1; /* one\n two */\nd();", "n", "c.a = 1; /* one\n two */\nc.n = 5;\nd();"),
        ("void f() { c.a = 1; }", "n/m", "void f() { c.a = 1;\nc.n.m = 5; }"),
        ("x = {\n  .a = 1, // one\n};", "n", "x = {\n  .a = 1, // one\n  .n = 5,\n};"),
        ("x = {\n  .a = 1 // one\n};", "n", "x = {\n  .a = 1, // one\n  .n = 5\n};"),
        ("x = { .d = { .a = 1 } };", "d/n", "x = { .d = { .a = 1,\n.n = 5 } };"),
        ("#define A 1 // one\n", "N", "#define A 1 // one\n#define N 5\n"),
        ("#define A 1", "n", "#define A 1\ntwcfg.n = 5;\n"),
        ("#ifndef G\n#define G\n#endif // G\n", "n", "#ifndef G\n#define G\ntwcfg.n = 5;\n#endif // G\n"),
        ("{ c.a = 1;\n if (q) { c.b = 2; }\n}", "n", "{ c.a = 1;\nc.n = 5;\n if (q) { c.b = 2; }\n}"),
        ("a.x = 1;\n#ifdef Q\nb.y = 2;\n#endif\n", "n", "a.x = 1;\na.n = 5;\n#ifdef Q\nb.y = 2;\n#endif\n"),
    ] {
        assert_eq!(set(Header, old, path, &Number(5.0)), new);
    }
    assert!(matches!(document(Header, "c.a = 1").set("n", &Number(5.0)), Err(EditError::Disturbs { .. })));
    assert!(matches!(document(Header, "").set("a b", &Number(5.0)), Err(EditError::BadPath { .. })));
}

#[test]
fn a_header_that_no_compiler_takes_is_refused_with_its_place() {
    for (old, line, column) in [
        ("a.b = 1;\n /* never", 2, 2),
        ("\nc.d = \"x\n;", 2, 7),
        (&*format!("x = {}", "{ .a = ".repeat(99)), 1, 453),
    ] {
        let finding = Document::parse(Header, old).unwrap_err();
        assert_eq!((finding.code, finding.line, finding.column), ("A003", line, column));
    }
    let live = "#if 1\nc.a = 1;\n#else\nc.a = 2;\n#endif\n#if 0\nc.b = 1;\n#elif Q\nc.b = 2;\n#else\nc.d = 3;\n#endif\n#else\nc.e = 4;";
    let found: Vec<_> =
        document(Header, live).keys().into_iter().map(|(path, entry)| path + entry.raw).collect();
    assert_eq!(found, ["a1", "b2", "d3", "e4"]);
    let twice = document(Header, "#ifdef A\nc.x = 1;\n#else\nc.x = 2;\n#endif\n");
    assert_eq!(twice.duplicates()[0].line, 4);
    assert!(matches!(twice.set("x", &Number(2.0)), Err(EditError::Repeated { line: 4, .. })));
}
