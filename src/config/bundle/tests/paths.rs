//! Paths that lead out, that some system refuses, and that are one file on another.

use super::*;
use proptest::prelude::*;

const TEXT: &str = r#"{"t": "${thing}"}"#;

fn of_things(things: &[&str]) -> Result<Vec<String>, BundleError> {
    let devices = Rows::named(things);
    let items = [item(TEXT)];
    let plan = plan(&items, &devices)?;
    Ok((0..plan.len()).filter_map(|at| plan.path(at)).map(str::to_owned).collect())
}

#[test]
fn the_usual_layout() {
    let paths = of_things(&["P-2", "P-1", "Größe.1"]).unwrap();
    assert_eq!(paths, ["Größe.1", "P-1", "P-2"].map(|thing| format!("pumps/{thing}/ws_connection.json")));
}

#[test]
fn no_name_leads_out_or_means_something_else() {
    let long = "x".repeat(256);
    let bad = [
        "..",
        ".",
        "../x",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "C:",
        "C:x",
        "a:stream",
        "nul",
        "AUX.json",
        "com1",
        "LPT9.x",
        "COM\u{b9}",
        "conin$",
        "a.",
        "a ",
        " a",
        "a\nb",
        "a\u{0}",
        "a\u{7f}",
        "a?",
        "a*",
        "<a>",
        "a|b",
        "\"a\"",
        "...",
        "e\u{301}",
        "a\u{202e}b",
        "a\u{200b}",
        &long,
    ];
    for thing in bad {
        let error = of_things(&[thing]).unwrap_err();
        assert!(matches!(error, BundleError::Path { .. }), "{thing:?}: {error}");
    }
    let good = [
        "~",
        "-",
        "a..b",
        ".hidden",
        "com10",
        "console",
        "auxiliary",
        "COM",
        "a,b",
        "[x]",
        "日本",
        "%41",
        "$HOME",
    ];
    assert_eq!(of_things(&good).unwrap().len(), good.len());
    assert!(of_things(&["x".repeat(255).as_str()]).is_ok());
}

#[test]
fn names_that_differ_by_case_alone_are_refused_and_both_named() {
    for (first, second) in
        [("PUMP-1", "pump-1"), ("ä", "Ä"), ("straße", "STRASSE"), ("K", "\u{212a}"), ("σ", "ς")]
    {
        let error = of_things(&[first, "other", second]).unwrap_err();
        let BundleError::Collision { first: a, second: b, .. } = &error else { panic!("{error}") };
        assert!(
            [a, b].iter().all(|name| [first, second].iter().any(|thing| name.ends_with(thing))),
            "{error}"
        );
        assert!(a != b);
    }
    let twice = of_things(&["P", "P"]).unwrap_err().to_string();
    assert!(twice.contains("share a path"), "{twice}");
}

#[test]
fn variables_may_be_written_as_in_texts() {
    let [plain, as_in_texts] =
        ["x/{thing}/{file}", "x/${thing}/${file}"].map(|text| PathTemplate::parse(text).unwrap());
    assert_eq!(plain, as_in_texts);
}

#[test]
fn files_and_folders_do_not_collide() {
    let layout = |text: &str| Paths { device: PathTemplate::parse(text).unwrap(), ..Paths::default() };
    let devices = Rows::named(&["a", "A.x"]);
    let items = [item(TEXT), Item { file: "a", ..item(TEXT) }];
    let collide = |text: &str| Plan::new(&items, &devices, FACTS, &layout(text)).map(|plan| plan.len());
    assert!(collide("{thing}/{file}").is_ok());
    assert!(matches!(collide("{file}").unwrap_err(), BundleError::Collision { .. }));
    let items = [Item { file: "Manifest.JSON", ..item("{}") }];
    let error =
        Plan::new(&items, &Rows::named(&["a"]), FACTS, &layout("{file}")).map(|plan| plan.len()).unwrap_err();
    assert!(error.to_string().contains("The manifest"), "{error}");
    let devices = Rows::new(&["thing", "group", "site"], &[&["x", "pumps", "a"], &["a", "pumps", "y"]]);
    let items = [Item { file: "f", ..item("{}") }];
    let error = Plan::new(&items, &devices, FACTS, &layout("{site}-{file}/{thing}")).map(|plan| plan.len());
    assert_eq!(error.unwrap(), 2);
}

#[test]
fn a_file_is_no_folder_of_another() {
    let devices = Rows::new(&["thing", "group", "site"], &[&["b", "pumps", "x"]]);
    let items = [Item { file: "a", ..item("{}") }, Item { file: "c", deliverable: false, ..item("{}") }];
    let layout = Paths {
        device: PathTemplate::parse("C/{thing}-{file}").unwrap(),
        group: PathTemplate::parse("{file}").unwrap(),
    };
    let error = Plan::new(&items, &devices, FACTS, &layout).map(|plan| plan.len()).unwrap_err().to_string();
    assert!(error.contains("only case") || error.contains("folder of the other"), "{error}");
}

#[test]
fn templates_are_checked() {
    for (text, part) in [
        ("{group}/{thing}", "{file}"),
        ("/x/{file}", "not relative"),
        ("../{file}", "dots"),
        ("a//{file}", "dots"),
        ("{group/{file}", "partner"),
        ("group}/{file}", "partner"),
        ("{}/{file}", "partner"),
        ("{app_key}/{file}", "secret"),
        ("C:/{file}", ":"),
        ("nul/{file}", "Windows"),
    ] {
        let error = PathTemplate::parse(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let layout = Paths { device: PathTemplate::parse("{sita}/{file}").unwrap(), ..Paths::default() };
    let devices = Rows::named(&["a"]);
    let items = [item(TEXT)];
    let error = Plan::new(&items, &devices, FACTS, &layout).map(|plan| plan.len()).unwrap_err().to_string();
    assert!(error.contains("{sita}") && error.contains("thing, group") | error.contains("thing"), "{error}");
}

proptest! {
    #[test]
    fn what_is_accepted_stays_below_the_folder(thing in "\\PC{1,12}|[./\\\\a:~ ]{1,6}") {
        if let Ok(paths) = of_things(&[&thing]) {
            let parts: Vec<_> = Path::new(&paths[0]).components().collect();
            prop_assert_eq!(parts.len(), 3);
            prop_assert!(parts.iter().all(|part| matches!(part, std::path::Component::Normal(_))));
        }
    }
}
