//! Opening, saving and exporting.

use super::*;

#[test]
fn saves_exactly_what_was_edited_and_remembers_the_file() {
    let place = Place::new();
    place.file("a.json", SMALL);
    let mut desk = place.open("a.json");
    assert!(UserCommand::Save.enabled(&desk.now_view()).is_err());
    desk.apply(name("Works"), ZERO);
    assert!(desk.now_view().dirty);
    desk.apply(FileCommand::Save.into(), Duration::from_secs(5));
    assert_eq!(place.text("a.json"), SMALL.replace("Small", "Works"));
    let view = desk.view(Duration::from_secs(8));
    assert_eq!((view.dirty, view.saved_ago), (false, Some(Duration::from_secs(3))));

    desk.apply(FileCommand::SaveAs(place.path("b")).into(), ZERO);
    assert_eq!((desk.now_view().origin, place.text("b.json")), ("b.json", place.text("a.json")));
    desk.do_all([name("B"), FileCommand::SaveAs(place.path("a")).into()]);
    assert!(desk.said().1.starts_with("This file exists already"), "{:?}", desk.said());
    desk.apply(DocumentCommand::Undo.into(), ZERO);
    assert!(!desk.now_view().dirty, "undo goes beyond the save");
    desk.apply(DocumentCommand::Undo.into(), ZERO);
    assert_eq!(desk.now_view().file.text(), SMALL);

    assert_eq!(desk.now_view().settings.recent, [place.path("b.json"), place.path("a.json")]);
    desk.close();
    let desk = place.usual();
    assert_eq!(
        desk.now_view().settings.recent,
        [place.path("b.json"), place.path("a.json")],
        "also at the next start"
    );
}

#[test]
fn a_project_without_a_file_asks_for_one() {
    let mut desk = small();
    assert_eq!(UserCommand::Save.command(&desk.now_view()), None, "the dialog is the face's");
    desk.apply(FileCommand::Save.into(), ZERO);
    assert_eq!(desk.notices.last().unwrap().action, Some(UserCommand::SaveAs));
}

#[test]
fn another_programs_changes_are_not_overwritten_silently() {
    let place = Place::new();
    place.file("a.json", SMALL);
    let mut desk = place.open("a.json");
    place.file("a.json", "{}");
    desk.do_all([name("Works"), FileCommand::Save.into()]);
    assert_eq!((desk.said().0, place.text("a.json").as_str()), (Severity::Warning, "{}"));
    place.file("a.json", "[]");
    desk.apply(FileCommand::Save.into(), ZERO);
    assert_eq!(place.text("a.json"), "[]", "changed once more");
    desk.apply(FileCommand::Save.into(), ZERO);
    assert_eq!(place.text("a.json"), SMALL.replace("Small", "Works"));
}

#[test]
fn a_file_that_cannot_be_read_any_more_is_not_overwritten_silently() {
    let place = Place::new();
    place.file("a.json", SMALL);
    let mut desk = place.open("a.json");
    write_atomic(&place.path("a.json"), b"K\xfchlung").unwrap();
    desk.do_all([name("Works"), FileCommand::Save.into()]);
    assert!(desk.said().1.starts_with("The file cannot be read any more, so it was not replaced."));
    assert_eq!(std::fs::read(place.path("a.json")).unwrap(), b"K\xfchlung");
    desk.apply(FileCommand::Save.into(), ZERO);
    assert_eq!(place.text("a.json"), SMALL.replace("Small", "Works"));
}

#[test]
fn a_save_that_fails_leaves_everything_as_it_was() {
    let place = Place::new();
    let mut desk = small();
    desk.apply(name("Works"), ZERO);
    desk.apply(FileCommand::SaveAs(place.path("missing/a.json")).into(), ZERO);
    let view = desk.now_view();
    assert_eq!((view.dirty, view.path, view.saved_ago), (true, None, None));
    assert_eq!(desk.said().0, Severity::Error);
}

#[test]
fn files_that_cannot_be_opened_say_why_and_change_nothing() {
    let place = Place::new();
    std::fs::create_dir(place.path("folder")).unwrap();
    place.file("list.json", "[1]");
    place.file("cut.json", "{ \"regather\": 1,");
    place.file("new.json", "{ \"regather\": 2 }");
    place.file("empty.json", "");
    let large = std::fs::File::create(place.path("large.json")).unwrap();
    large.set_len(100 << 20).unwrap();
    write_atomic(&place.path("latin.json"), b"{ \"name\": \"K\xfchlung\" }").unwrap();

    let mut desk = small();
    desk.apply(name("Works"), ZERO);
    let text = desk.now_view().file.text().to_owned();
    for (file, word) in [
        ("nothing.json", "no file"),
        ("folder", "folder"),
        ("large.json", "16"),
        ("latin.json", "UTF-8"),
        ("list.json", "a list"),
        ("cut.json", "Line 1"),
        ("new.json", "version 2"),
        ("empty.json", "not opened"),
    ] {
        let count = desk.notices.count();
        desk.apply(FileCommand::Open(place.path(file)).into(), ZERO);
        let (severity, said) = desk.said();
        assert!(said.contains(word) && said.ends_with(&format!("{file}`")), "{file}: {said}");
        assert_eq!((severity, desk.notices.count()), (Severity::Error, count + 1), "{file}");
        assert_eq!((desk.now_view().file.text(), desk.now_view().previous), (text.as_str(), None), "{file}");
    }
    for command in [
        FileCommand::OpenText { name: "text".into(), text: "{}".into() },
        FileCommand::Example("none".into()),
        FileCommand::ReopenPrevious,
    ] {
        let count = desk.notices.count();
        desk.apply(command.into(), ZERO);
        assert_eq!((desk.now_view().file.text(), desk.notices.count()), (text.as_str(), count + 1));
    }
    assert_eq!(desk.now_view().settings.recent, [""; 0].map(PathBuf::from));
}

#[test]
fn opening_keeps_what_was_there() {
    let place = Place::new();
    place.file("a.json", SMALL);
    let mut desk = place.open("a.json");
    desk.do_all([name("A2"), FileCommand::Example(EXAMPLES[1].name.into()).into()]);
    let notice = desk.notices.last().unwrap();
    let expected = ("Unsaved changes of A2 are kept.", Some(UserCommand::ReopenPrevious));
    assert_eq!((notice.text.as_str(), notice.action), expected);
    assert_eq!((desk.now_view().previous, desk.now_view().dirty), (Some("A2"), false));
    assert_eq!(desk.now_view().pinned.unwrap().file.name(), desk.now_view().file.name());

    desk.apply(FileCommand::OpenText { name: "c".into(), text: SMALL.into() }.into(), ZERO);
    let names = |desk: &mut Desk| {
        desk.apply(FileCommand::ReopenPrevious.into(), ZERO);
        desk.now_view().file.name().to_owned()
    };
    let round: Vec<String> = (0..4).map(|_| names(&mut desk)).collect();
    assert_eq!(
        round,
        [EXAMPLES[1].file().unwrap().name(), "A2", "Small", EXAMPLES[1].file().unwrap().name()]
    );
    desk.apply(FileCommand::ReopenPrevious.into(), ZERO);
    desk.apply(DocumentCommand::Undo.into(), ZERO);
    assert_eq!(desk.now_view().file.text(), SMALL, "its steps are still there");

    for _ in 0..20 {
        desk.apply(name("dirty"), ZERO);
        desk.apply(FileCommand::OpenText { name: "c".into(), text: SMALL.into() }.into(), ZERO);
    }
    let dirty = desk.parked.iter().filter(|project| project.document.dirty()).count();
    assert_eq!(dirty, 20, "unsaved changes are never given up");
}

#[test]
fn opening_the_same_again_changes_nothing() {
    let place = Place::new();
    place.file("a.json", SMALL);
    let mut desk = place.open("a.json");
    desk.apply(FileCommand::Open(place.path("a.json")).into(), ZERO);
    assert_eq!(desk.now_view().previous, None);
}

#[test]
fn exports_and_says_how_many() {
    let place = Place::new();
    let mut desk = small();
    desk.files(FileCommand::Export { path: place.path("out"), target: Target::Folder });
    let said = |word: &str| format!("Exported 5 files to `{}`{word}", place.path("out").display());
    assert_eq!(desk.said(), (Severity::Info, said("").as_str()));
    assert!(place.text("out/pumps/ws_connection.json").contains("connect_timeout"));
    desk.files(FileCommand::Export { path: place.path("out"), target: Target::Folder });
    assert_eq!(desk.said().1, said(", 5 of them unchanged"));
}

#[test]
fn groups_without_files_are_named() {
    let place = Place::new();
    let gates = r#""agent": "generic", "first_delay_ms": 2000"#;
    let file = FleetFile::parse(&SMALL.replace(r#""agent": "c-sdk""#, gates)).unwrap();
    let mut desk = Desk::new(isolated(), Start::Project { file, name: "small".into(), path: None });
    let export = FileCommand::Export { path: place.path("out"), target: Target::Folder };
    desk.files(export.clone());
    assert!(desk.said().1.starts_with("Exported 3 files"), "{:?}", desk.said());
    assert!(desk.notices.iter().any(|notice| notice.text.starts_with("Gates: nothing is known")));
    desk.do_all([DocumentCommand::RemoveGroup("pumps".into()).into()]);
    desk.files(export);
    assert_eq!(desk.said().0, Severity::Error);
}

#[test]
fn a_chart_is_written_in_every_format_and_a_part_of_it_too() {
    use super::command::ChartCommand;
    use crate::report::draw::Graphic;
    use crate::report::files::Format;
    use crate::report::recovery::{Shown, charts};
    let place = Place::new();
    let mut desk = small();
    desk.finish(ZERO);
    let chart = charts(desk.now_view().outcome.unwrap(), None, None, &Shown::default()).remove(0);
    let part = Graphic::from(chart.within((0.0, 5.0)));
    let chart = Graphic::from(chart);
    let save = |name: &str, format, chart: &Graphic| {
        ChartCommand::Save { path: place.path(name), format, chart: chart.clone() }.into()
    };
    for format in Format::CHARTS {
        desk.apply(save("all", format, &chart), ZERO);
        assert_eq!(desk.said().0, Severity::Info, "{}", desk.said().1);
        assert!(desk.said().1.contains(&format!("all.{}", format.word())), "{}", desk.said().1);
    }
    assert!(std::fs::read(place.path("all.png")).unwrap().starts_with(b"\x89PNG"));
    assert!(place.text("all.svg").starts_with("<svg"));
    desk.apply(save("part.csv", Format::Csv, &part), ZERO);
    let (all, part) = (place.text("all.csv"), place.text("part.csv"));
    assert!(part.lines().count() > 3 && part.lines().count() < all.lines().count());
    assert!(all.starts_with("curve,time_s,value_pct"));

    let view = desk.now_view();
    let alone = Graphic::from(crate::report::lanes::lanes(&view.one_device(None).unwrap()));
    for format in Format::CHARTS {
        desk.apply(save("alone", format, &alone), ZERO);
        assert_eq!(desk.said().0, Severity::Info, "{}", desk.said().1);
    }
    let rows = place.text("alone.csv");
    assert!(rows.starts_with("agent,from_s,to_s,doing\r\n") && rows.contains(",attempt-succeeds\r\n"));
    assert!(desk.picture(&alone, ZERO).is_some_and(|picture| picture.width == 1_760));

    desk.apply(save("no/such/folder/chart.png", Format::Png, &chart), ZERO);
    let (severity, text) = desk.said();
    assert!(severity == Severity::Error && text.ends_with("folder`"), "the path stands last: {text}");
    assert!(desk.picture(&chart, ZERO).is_some_and(|picture| picture.rgb.len() == 1_760 * 600 * 3));
}
