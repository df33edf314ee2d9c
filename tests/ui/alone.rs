//! One device under each agent, in place of the curves of *Simulate*.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::desk::Theme;
use regather::desk::command::{DocumentCommand, ScenarioCommand};
use regather::fleet::file::Value;
use regather::report::lanes::lanes;

use crate::fixture::{Open, WHAT_IF, Window};

const SWITCH: &str = "One device under each agent";

/// Opens the window on the timelines.
pub fn shown((size, scale, zoom): ([f32; 2], f32, f32), theme: Theme) -> Window {
    let mut window = Window::open(Open { size, scale, zoom, theme, ..Open::default() });
    window.apply(ScenarioCommand::Activate(Some(WHAT_IF.into())));
    window.get_by_role_and_label(Role::Button, SWITCH).scroll_to_me();
    window.run_steps(4);
    window.click(SWITCH);
    window
}

fn usual() -> Window {
    shown(([1280.0, 720.0], 1.0, 1.0), Theme::Dark)
}

/// Returns the sentences of the rows.
fn rows(window: &Window) -> Vec<String> {
    window.query_all_by_role(Role::Figure).filter_map(|node| node.accesskit_node().label()).collect()
}

/// Returns the sentences that the project asks for.
fn wanted(window: &mut Window, group: Option<&str>) -> Vec<String> {
    let timeline = window.desk().view(Duration::ZERO).one_device(group).unwrap();
    lanes(&timeline).rows.into_iter().map(|row| row.spoken).collect()
}

#[test]
fn every_agent_has_a_row_that_speaks_and_follows_the_project() {
    let mut window = usual();
    let before = rows(&window);
    assert_eq!(before, wanted(&mut window, None));
    assert_eq!(before.len(), 9);
    for name in ["C SDK as documented", "C SDK 2.2.1 on Linux", "C SDK 2.2.1 on Windows", "EMS", "Java SDK"] {
        assert!(before.iter().any(|row| row.starts_with(&format!("{name}: "))), "{before:#?}");
    }
    assert!(before.iter().any(|row| row.ends_with("does not come back by itself")), "{before:#?}");

    let edits = vec![("/groups/pumps/reconnect_random_delay_seconds".to_owned(), Value::Number(900.0))];
    window.apply(DocumentCommand::Set { edits, finished: true });
    let after = rows(&window);
    assert_ne!(after, before);
    assert_eq!(after, wanted(&mut window, None));
    let revision = window.desk().view(Duration::ZERO).revision;

    window.get_by_role_and_label(Role::ComboBox, "Group shown").click();
    window.settle();
    window.get_all_by_role_and_label(Role::Button, "Gateways").last().unwrap().click();
    window.settle();
    assert_eq!(rows(&window), wanted(&mut window, Some("gateways")));
    assert!(window.has("Copy or save One device of Gateways under each agent"), "{:#?}", window.names());

    // The curves come back, and looking changed nothing.
    window.click(SWITCH);
    assert!(rows(&window)[0].starts_with("Recovery curve"), "{:?}", rows(&window));
    assert_eq!(window.desk().view(Duration::ZERO).revision, revision);
}

#[test]
fn a_row_is_read_with_the_keyboard_and_with_the_pointer() {
    let mut window = usual();
    let own = rows(&window).into_iter().find(|row| row.starts_with("ExampleAgent: ")).unwrap();
    let value = |window: &Window| window.get_by_label(&own).accesskit_node().value();
    window.get_by_label(&own).focus();
    window.run_steps(2);
    assert_eq!(value(&window), None);
    let mut read = Vec::new();
    for _ in 0..4 {
        window.press(Modifiers::NONE, Key::ArrowRight);
        read.extend(value(&window));
    }
    let timeline = window.desk().view(Duration::ZERO).one_device(None).unwrap();
    let segments = &timeline.own().unwrap().segments;
    assert_eq!(read.len(), 4);
    for (read, segment) in read.iter().zip(segments) {
        let plain = read.replace('\u{a0}', " ");
        assert!(plain.ends_with(&segment.what.replace('\u{a0}', " ")), "{plain}: {}", segment.what);
    }
    assert!(window.says(&read[3]), "the line below says it too: {:#?}", window.names());
    window.press(Modifiers::NONE, Key::Escape);
    assert_eq!(value(&window), None);

    let row = window.get_by_label(&own).rect();
    window.hover_at(egui::pos2(row.right() - 4.0, row.center().y));
    window.run_steps(3);
    assert!(window.says(": Connected"), "{:#?}", window.names());
}

#[test]
fn rows_stand_below_each_other_in_every_window() {
    for size in [[1280.0, 720.0], [1024.0, 640.0], [800.0, 500.0], [480.0, 400.0]] {
        let window = shown((size, 1.0, 1.0), Theme::Light);
        let places: Vec<egui::Rect> =
            window.query_all_by_role(Role::Figure).map(|node| node.rect()).collect();
        assert_eq!(places.len(), 9, "{size:?}");
        for pair in places.windows(2) {
            assert!(pair[0].bottom() <= pair[1].top() + 0.5 && pair[0].height() >= 24.0, "{size:?} {pair:?}");
        }
    }
}

#[test]
fn timelines_look_as_they_were_approved() {
    for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut window = shown(([1280.0, 720.0], 1.0, 1.0), theme);
        window.run_steps(30);
        crate::pictures::compare(&format!("one-device-{word}"), &window.render().unwrap());
    }
}
