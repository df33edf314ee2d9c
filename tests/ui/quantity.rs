//! Levers in a window: typing, refusing, dragging, arrow keys.

use std::cell::RefCell;
use std::rc::Rc;

use egui::{Key, Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::ui::theme;
use regather::ui::widget::quantity::{Change, Lever, Measure, Span, lever};

const LABEL: &str = "max_connect_delay";

/// A lever over 1 s to 600 s held in milliseconds, and everything that was done to it.
fn window() -> (Harness<'static>, Rc<RefCell<Vec<Change>>>) {
    let changes = Rc::new(RefCell::new(Vec::new()));
    let (log, mut value) = (changes.clone(), 60_000.0);
    let harness = Harness::builder()
        .with_size(vec2(320.0, 140.0))
        .with_context_setup(theme::install)
        .build_ui(move |ui| {
            let measure = Measure::Duration { file: Span::Millis, shown: Span::Seconds };
            let shown = Lever {
                step: 1.0,
                log: true,
                echo: Some("file: 60000"),
                ..Lever::new(LABEL, value, measure, (1_000.0, 600_000.0))
            };
            if let Some(change) = lever(ui, &shown) {
                value = change.value;
                log.borrow_mut().push(change);
            }
        });
    (harness, changes)
}

fn enter(harness: &mut Harness<'_>, text: &str) {
    harness.get_by_role_and_label(Role::TextInput, LABEL).focus();
    harness.run();
    harness.get_by_role_and_label(Role::TextInput, LABEL).type_text(text);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
}

fn shown(harness: &Harness<'_>) -> String {
    harness.get_by_role_and_label(Role::TextInput, LABEL).accesskit_node().value().unwrap_or_default()
}

#[test]
fn typed_durations_are_taken_in_the_unit_of_the_file() {
    for (text, value, field) in [("90s", 90_000.0, "90"), ("1.5 min", 90_000.0, "90"), ("90", 90_000.0, "90")]
    {
        let (mut harness, changes) = window();
        assert_eq!(shown(&harness), "60");
        enter(&mut harness, text);
        assert_eq!(*changes.borrow(), [Change { value, upper: None, finished: true }], "{text}");
        assert_eq!(shown(&harness), field, "the canonical form is shown after leaving");
    }
}

#[test]
fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let cases = [
        ("abc", "`abc` is not a duration. Try `90s` or `2 min`."),
        ("20 min", "`20 min` is out of range. Enter 1 s to 600 s."),
        ("2.0001", "`2.0001` is finer than the file can hold (0.001 s). Try `2 s`."),
    ];
    for (text, refusal) in cases {
        let (mut harness, changes) = window();
        assert!(harness.query_by_label("file: 60000").is_some());
        enter(&mut harness, text);
        assert!(changes.borrow().is_empty(), "{text}");
        assert!(harness.query_by_label(&format!("✕ {refusal}")).is_some(), "{text}");
        assert_eq!(shown(&harness), text, "the text stays to be corrected");
        enter(&mut harness, "45");
        assert_eq!(changes.borrow().last().map(|c| c.value), Some(45_000.0));
        assert!(harness.query_by_label_contains("✕").is_none());
    }
}

#[test]
fn a_refusal_waits_for_a_rest_and_escape_drops_the_text() {
    let (mut harness, changes) = window();
    let field = harness.get_by_role_and_label(Role::TextInput, LABEL);
    field.focus();
    harness.run();
    harness.get_by_role_and_label(Role::TextInput, LABEL).type_text("9 x");
    harness.step();
    assert!(harness.query_by_label_contains("✕").is_none(), "not while typing");
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("✕").is_some());
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(shown(&harness), "60");
    assert!(changes.borrow().is_empty());
}

#[test]
fn the_slider_has_a_name_follows_arrows_and_reports_the_end_of_a_drag() {
    let (mut harness, changes) = window();
    let slider = harness.get_by_role_and_label(Role::Slider, LABEL);
    assert_eq!(slider.accesskit_node().value().as_deref(), Some("60 s"));
    let rail = slider.rect();
    assert!(rail.height() >= 24.0);
    slider.focus();
    harness.run();
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert_eq!(*changes.borrow(), [Change { value: 61_000.0, upper: None, finished: true }]);
    harness.drag_at(rail.center());
    harness.run();
    harness.hover_at(rail.right_center());
    harness.run();
    assert!(changes.borrow().iter().skip(1).all(|change| !change.finished), "still dragging");
    harness.drop_at(rail.right_center());
    harness.run();
    assert_eq!(changes.borrow().last(), Some(&Change { value: 600_000.0, upper: None, finished: true }));
    assert_eq!(shown(&harness), "600");
}
