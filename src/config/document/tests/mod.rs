//! Documents of all formats: what is read, what an edit changes, and hostile input.

mod formats;
mod random;

use super::{Document, EditError, Format, Scalar};

/// Returns a document that has to be readable.
fn document(format: Format, text: &str) -> Document {
    let document = Document::parse(format, text).unwrap();
    assert_eq!(document.text(), text);
    document
}

/// Returns the text after one edit.
fn set(format: Format, text: &str, path: &str, value: &Scalar) -> String {
    document(format, text).set(path, value).unwrap().text().to_owned()
}

/// Returns the scalar at a path.
fn scalar(format: Format, text: &str, path: &str) -> Option<Scalar> {
    document(format, text).get(path).map(|entry| entry.scalar)
}

fn text(value: &str) -> Scalar {
    Scalar::Text(value.to_owned())
}

const EXPRESSION: Scalar = Scalar::Other("an expression");

#[test]
fn a_file_that_is_no_agents_is_refused_before_it_is_read() {
    let text = "#".repeat(50 * 1024 * 1024);
    for format in Format::ALL {
        let finding = Document::parse(format, text.as_str()).unwrap_err();
        assert_eq!((finding.code, finding.line, finding.column), ("A001", 1, 1));
    }
}

#[test]
fn a_new_file_says_what_it_is_where_the_format_has_comments() {
    let intro = ["Planned */ for pumps\\", "two\nlines", ""];
    assert_eq!(Document::empty(Format::Json, &intro).text(), "{}\n");
    let properties = Document::empty(Format::Properties, &intro);
    assert_eq!(properties.text(), "# Planned */ for pumps\\\n# two\n# lines\n#\n");
    let header = Document::empty(Format::Header, &intro);
    assert_eq!(header.text(), "/* Planned * / for pumps\\ */\n/* two */\n/* lines */\n/*  */\n");
    for (document, line) in [
        (Document::empty(Format::Json, &[]), "{\n  \"ping_rate\": 55000\n}\n"),
        (properties, "ping_rate=55000\n"),
        (header, "twcfg.ping_rate = 55000;\n"),
    ] {
        let set = document.set("ping_rate", &Scalar::Number(55_000.0)).unwrap();
        assert!(set.text().ends_with(line), "{}", set.text());
        assert_eq!(set.get("ping_rate").unwrap().number(), Some(55_000.0));
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    for format in Format::ALL {
        let document = Document::empty(format, &[]);
        for value in [Scalar::Number(f64::NAN), Scalar::Number(f64::INFINITY), EXPRESSION] {
            assert!(matches!(document.set("a", &value), Err(EditError::BadValue { .. })));
        }
        assert!(matches!(document.set("a~2", &Scalar::Bool(true)), Err(EditError::BadPath { .. })));
        assert!(matches!(document.remove("a"), Err(EditError::Missing { .. })));
    }
    let null = Document::empty(Format::Properties, &[]).set("a", &Scalar::Null).unwrap_err();
    assert!(null.to_string().starts_with("The value is null, which a properties file cannot hold"), "{null}");
}
