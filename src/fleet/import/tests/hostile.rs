//! Texts that nobody should have: read without a panic, and nothing of them is repeated.

use super::super::{Format, read, recognise};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_as_any_format(text in "(?s).{0,400}", name in ".{0,20}") {
        recognise(&name, &text);
        for format in Format::ALL {
            read(format, &text);
        }
    }

    #[test]
    fn broken_files_are_read(
        file in 0..super::FILES.len(),
        cuts in prop::collection::vec((0_usize..5_000, "[\\PC\n]{0,6}"), 1..6),
    ) {
        let mut text: Vec<char> = super::FILES[file].1.chars().collect();
        for (at, put) in cuts {
            let at = at % (text.len() + 1);
            let end = (at + put.len()).min(text.len());
            text.splice(at..end, put.chars());
        }
        let text: String = text.into_iter().collect();
        let lines = text.lines().count().max(1);
        for format in Format::ALL {
            let imported = read(format, &text);
            prop_assert!(imported.facts.iter().all(|fact| (1..=lines).contains(&fact.line)));
            prop_assert!(imported.findings.iter().all(|finding| (1..=lines).contains(&finding.line)));
        }
    }
}

#[test]
fn a_flood_is_counted_and_not_repeated() {
    let text = "global\n  maxconn x\ndefaults\n".replace("  maxconn x\n", &"  maxconn x\n".repeat(5_000));
    let imported = read(Format::Haproxy, &text);
    assert!(imported.findings.len() < 30, "{}", imported.findings.len());
    let long = read(Format::Haproxy, &"a ".repeat(3_000_000));
    assert_eq!(long.findings[0].code, "O001");
}
