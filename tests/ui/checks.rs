//! What can be checked on every picture without looking at it: names, glyphs, focus, clipping, overlap, sizes.
//!
//! Every check walks all screens at several sizes, scales and zooms. Missing glyphs and unnamed inputs stop
//! the harness by itself; the rest is read from the shapes and the accessibility tree of the last frame.

use std::collections::BTreeSet;

use egui::accesskit::{Action, Role};
use egui::{Key, Modifiers, Rect, Shape, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::desk::command::{RunCommand, ScenarioCommand, TABLE};
use regather::desk::{Start, Theme};
use regather::ui::request::Screen;

use crate::fixture::{Open, WHAT_IF, Window};

/// Sizes [points], scale and zoom of the windows that are walked.
const WINDOWS: [([f32; 2], f32, f32); 6] = [
    ([1280.0, 720.0], 1.0, 1.0),
    ([1024.0, 640.0], 1.0, 1.0),
    ([1280.0, 720.0], 1.5, 1.0),
    ([1920.0, 1080.0], 1.0, 1.0),
    ([800.0, 500.0], 1.0, 1.0),
    ([1280.0, 720.0], 1.0, 2.0),
];

/// Opens a screen with as much on it as an edit of all groups brings.
fn busy(screen: Screen, (size, scale, zoom): ([f32; 2], f32, f32), theme: Theme) -> Window {
    let mut window =
        Window::open(Open { screen: Screen::Simulate, size, scale, zoom, theme, ..Open::default() });
    window.apply(ScenarioCommand::Activate(Some(WHAT_IF.into())));
    window.enter("Random delay", "5 min");
    window.click(screen.word());
    // The field that was left keeps no focus frame in the picture.
    window.ctx.memory_mut(egui::Memory::stop_text_input);
    window.settle();
    window
}

/// Runs a check on every screen and size.
fn everywhere(mut check: impl FnMut(&mut Window, &str)) {
    for window in WINDOWS {
        for screen in Screen::ALL {
            let place = format!("{screen:?} at {window:?}");
            check(&mut busy(screen, window, Theme::Dark), &place);
        }
        for layout in ["three-boxes", "separate-tiers"] {
            let place = format!("Topology of {layout} at {window:?}");
            check(&mut crate::topology::shown(layout, window, Theme::Dark), &place);
        }
        check(&mut crate::devices::busy(window, Theme::Dark), &format!("Devices at {window:?}"));
        check(&mut crate::exports::laid_out(window, Theme::Dark), &format!("Export at {window:?}"));
        check(&mut crate::exports::one_device(window, Theme::Dark), &format!("One device at {window:?}"));
        check(&mut crate::alone::shown(window, Theme::Dark), &format!("Timelines at {window:?}"));
        #[cfg(feature = "live")]
        check(&mut crate::live::connected(window, Theme::Dark), &format!("Live at {window:?}"));
        check(&mut crate::devices::importing(window, Theme::Dark), &format!("Import at {window:?}"));
        #[cfg(feature = "push")]
        {
            let site = crate::rollout::Site::new(12);
            let place = format!("A roll-out at {window:?}");
            check(&mut crate::rollout::done(&site, window, Theme::Dark), &place);
        }
        for scenarios in [2, 4] {
            let place = format!("{scenarios} scenarios compared at {window:?}");
            check(&mut crate::comparing::busy(window, Theme::Dark, scenarios), &place);
        }
    }
}

/// Text on the screen: where it stands, what of it may be seen, and what it says.
struct Words {
    at: Rect,
    seen: Rect,
    text: String,
    /// Whether it was cut at the end on purpose.
    cut: bool,
}

/// Returns all text of the last frame.
fn words(window: &Window) -> Vec<Words> {
    let mut found = Vec::new();
    for clipped in &window.output().shapes {
        collect(&clipped.shape, clipped.clip_rect, &mut found);
    }
    found
}

fn collect(shape: &Shape, seen: Rect, found: &mut Vec<Words>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, seen, found)),
        Shape::Text(text) => {
            // Row by row: a wrapped text begins in the middle of its first line.
            for row in text.galley.rows.iter().filter(|row| !row.text().trim().is_empty()) {
                let ends = row.glyphs.first().zip(row.glyphs.last());
                let Some((first, last)) = ends else { continue };
                let across = row.pos.x + first.pos.x..=row.pos.x + last.max_x();
                found.push(Words {
                    at: Rect::from_x_y_ranges(across, row.rect().y_range()).translate(text.pos.to_vec2()),
                    seen,
                    text: row.text(),
                    cut: text.galley.elided,
                });
            }
        }
        _ => {}
    }
}

/// Returns whether a place lies in something that scrolls there, so that it can be brought into view.
fn scrolls(window: &Window, words: &Words) -> bool {
    // What scrolls is clipped to less than the window and goes on below it.
    let area = window.area();
    words.seen.height() < area.height() - 1.0 && words.at.bottom() > words.seen.bottom()
        || words.at.top() < words.seen.top()
}

#[test]
fn nothing_that_takes_the_keyboard_is_without_a_name() {
    everywhere(|window, place| {
        for node in window.root().children_recursive() {
            let node = node.accesskit_node();
            let focusable = node.data().supports_action(Action::Focus) && !node.is_hidden();
            // Containers that only scroll are no stops.
            let container = matches!(node.role(), Role::ScrollView | Role::Window | Role::GenericContainer);
            let named = node.label().is_some_and(|label| !label.trim().is_empty());
            let text = node.role() == Role::Label || node.role() == Role::TextRun;
            assert!(
                !focusable || container || named || text,
                "{place}: {:?} {:?}",
                node.role(),
                node.raw_bounds()
            );
        }
    });
}

#[test]
fn no_text_is_clipped() {
    everywhere(|window, place| {
        for words in words(window) {
            let whole = words.seen.expand(1.0).contains_rect(words.at);
            assert!(
                whole || scrolls(window, &words),
                "{place}: `{}` {:?} in {:?}",
                words.text,
                words.at,
                words.seen
            );
        }
    });
}

#[test]
fn no_text_is_cut_that_has_to_be_read_whole() {
    // Names can be of any length; everything else fits from 1024 points on.
    let whole = [
        "Meets target",
        "Misses target",
        "Random delay",
        "Export",
        "Simulated",
        "Reset",
        "target 5",
        "Result",
    ];
    everywhere(|window, place| {
        for words in words(window).iter().filter(|words| words.cut) {
            // Bars and tables have names of any length, whole in their hover text and their other form.
            let long = words.text.starts_with("Random delay bef")
                || place.starts_with("Recommend") && words.text.starts_with("Random delay");
            let kept = long || !whole.iter().any(|start| words.text.starts_with(start));
            assert!(kept, "{place}: `{}` is cut", words.text);
        }
    });
}

#[test]
fn no_text_covers_other_text() {
    everywhere(|window, place| {
        let words: Vec<Words> = words(window)
            .into_iter()
            .map(|words| Words { at: words.at.intersect(words.seen).shrink(1.0), ..words })
            .filter(|words| words.at.is_positive())
            .collect();
        for (i, one) in words.iter().enumerate() {
            for other in &words[i + 1..] {
                let apart = !one.at.intersects(other.at);
                assert!(apart, "{place}: `{}` {:?} and `{}` {:?}", one.text, one.at, other.text, other.at);
            }
        }
    });
}

#[test]
fn nothing_stands_outside_the_window() {
    everywhere(|window, place| {
        let area = window.area().expand(0.5);
        for node in window.root().children_recursive() {
            let raw = node.accesskit_node();
            let seen = matches!(
                raw.role(),
                Role::Button | Role::TextInput | Role::Slider | Role::Figure | Role::ComboBox
            );
            if !seen || raw.raw_bounds().is_none() {
                continue;
            }
            let rect = node.rect();
            let beside = rect.left() >= area.left() && rect.right() <= area.right();
            assert!(beside, "{place}: {:?} {:?} {rect:?}", raw.role(), raw.label());
        }
    });
}

#[test]
fn targets_are_large_enough() {
    everywhere(|window, place| {
        for node in window.root().children_recursive() {
            let raw = node.accesskit_node();
            let target = matches!(
                raw.role(),
                Role::Button
                    | Role::CheckBox
                    | Role::TextInput
                    | Role::ComboBox
                    | Role::Slider
                    | Role::SpinButton
            );
            if !target || raw.raw_bounds().is_none() {
                continue;
            }
            let size = node.rect().size();
            assert!(
                size.x >= 23.9 && size.y >= 23.9,
                "{place}: {:?} {:?} is {size:?}",
                raw.role(),
                raw.label()
            );
        }
    });
}

#[test]
fn every_axis_has_two_labels_or_more() {
    let number = |text: &str| text.chars().all(|c| c.is_ascii_digit() || ".\u{2009} kM".contains(c));
    for window in WINDOWS {
        let mut window = busy(Screen::Simulate, window, Theme::Light);
        let charts = window.query_all_by_role(Role::Figure).count();
        assert_eq!(charts, 3);
        for index in 0..charts {
            // In a small window charts are scrolled to, and what is out of sight is not drawn.
            window.query_all_by_role(Role::Figure).nth(index).unwrap().scroll_to_me();
            window.run_steps(6);
            let plot = window.query_all_by_role(Role::Figure).nth(index).unwrap().rect();
            let words: Vec<Words> = words(&window).into_iter().filter(|words| number(&words.text)).collect();
            let beside = plot.expand2(vec2(0.0, 8.0)).with_max_x(plot.left()).with_min_x(plot.left() - 56.0);
            let ticks = words.iter().filter(|words| beside.contains(words.at.center())).count();
            assert!(ticks >= 2, "{plot:?} has {ticks} labels");
            let below =
                Rect::from_min_size(plot.left_bottom() - vec2(16.0, 0.0), vec2(plot.width() + 32.0, 24.0));
            let times = words.iter().filter(|words| below.contains(words.at.center())).count();
            assert!(times >= 2 || index + 1 < charts, "{plot:?} has {times} times");
        }
    }
}

/// What has the keyboard: role and name, or nothing.
fn focused(window: &Window) -> Option<(Role, String, Rect)> {
    let node = window.root().children_recursive().find(|node| {
        let raw = node.accesskit_node();
        raw.is_focused() && raw.role() != Role::Window && raw.role() != Role::TextRun
    })?;
    Some((node.accesskit_node().role(), node.accesskit_node().label().unwrap_or_default(), node.rect()))
}

/// Presses Tab until the first stop comes again; returns the stops.
pub fn tab_walk(window: &mut Window, place: &str) -> Vec<(Role, String, Rect)> {
    let mut stops: Vec<(Role, String, Rect)> = Vec::new();
    let mut before = format!("{:?}", window.output().shapes);
    for _ in 0..200 {
        window.key_press(Key::Tab);
        window.run_steps(2);
        let stop = focused(window);
        let after = format!("{:?}", window.output().shapes);
        let Some(stop) = stop else { continue };
        assert!(!stop.1.trim().is_empty(), "{place}: a stop without a name after {:?}", stops.last());
        assert!(before != after, "{place}: the focus on {stop:?} cannot be seen");
        before = after;
        if stops.first().is_some_and(|first| (first.0, &first.1) == (stop.0, &stop.1) && first.2 == stop.2) {
            return stops;
        }
        stops.push(stop);
    }
    panic!("{place}: Tab does not come round: {stops:#?}");
}

#[test]
fn tab_walks_through_everything_in_reading_order_and_comes_round() {
    for screen in Screen::ALL {
        let mut window = busy(screen, WINDOWS[0], Theme::Dark);
        let place = format!("{screen:?}");
        let stops = tab_walk(&mut window, &place);
        let names: Vec<&str> = stops.iter().map(|stop| stop.1.as_str()).collect();
        let at = |name: &str| {
            names.iter().position(|own| *own == name).unwrap_or_else(|| panic!("{name}: {names:#?}"))
        };
        let order = match screen {
            Screen::Fleet => vec!["File", "Fleet", "Baseline", "Add group", "Name", "Remove group"],
            Screen::Topology => vec!["File", "Fleet", "Baseline", "Begin with Single server"],
            Screen::Simulate => vec![
                "File",
                "Fleet",
                "Baseline",
                "Why?",
                "What would it take?",
                "Random delay",
                "Workers",
                "Pin as baseline",
            ],
            Screen::Recommend => vec!["File", "Fleet", "What would it take?", "Solve", "To the right"],
            #[cfg(feature = "push")]
            Screen::Rollout => vec!["File", "Fleet", "Address of each device", "Waves", "Open roll-out…"],
            Screen::Live => vec!["File", "Fleet", "Baseline", "Start test platform", "Thing", "Rehearse"],
            Screen::Report => vec!["File", "Fleet", "HTML page", "Number of the change", "Save report…"],
            Screen::Configs => vec!["File", "Fleet", "Baseline", "Export agent files…"],
        };
        let places: Vec<usize> = order.iter().map(|name| at(name)).collect();
        assert!(places.is_sorted(), "{place}: {names:#?}");
        // Everything that can be clicked can be reached.
        let buttons: BTreeSet<String> = window
            .query_all_by_role(Role::Button)
            .filter(|node| !node.accesskit_node().is_disabled())
            .filter_map(|node| node.accesskit_node().label())
            .collect();
        for button in buttons {
            assert!(names.contains(&button.as_str()), "{place}: Tab misses {button}");
        }
    }
}

#[test]
fn shift_tab_walks_back() {
    let mut window = busy(Screen::Simulate, WINDOWS[0], Theme::Dark);
    let there = tab_walk(&mut window, "forwards");
    for expected in there.iter().rev().take(8) {
        window.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
        window.run_steps(2);
        assert_eq!(focused(&window).map(|stop| stop.1).as_deref(), Some(expected.1.as_str()));
    }
}

#[test]
fn words_follow_the_rules() {
    everywhere(|window, place| {
        for node in window.root().children_recursive() {
            let raw = node.accesskit_node();
            let text = if raw.role() == Role::Label { raw.value() } else { raw.label() };
            let Some(text) = text else { continue };
            assert!(!text.contains('!'), "{place}: `{text}`");
            let lower = text.to_lowercase();
            for words in ["error occurred", "invalid input", "oops", "please", "successfully"] {
                assert!(!lower.contains(words), "{place}: `{text}`");
            }
            let control =
                matches!(raw.role(), Role::Button | Role::TextInput | Role::Slider | Role::CheckBox);
            assert!(!control || text.chars().count() <= 90, "{place}: `{text}`");
            assert!(!control || !text.ends_with([':', '.']), "{place}: `{text}`");
        }
    });
    for entry in TABLE {
        assert!(entry.text.chars().count() <= 40, "{}", entry.text);
    }
}

/// Demands that everything on the screen is in view.
fn all_in_view(window: &Window, place: &str) {
    let area = window.area();
    for words in words(window) {
        let inside = words.seen.expand(1.0).contains_rect(words.at) && area.contains_rect(words.at);
        assert!(inside, "{place}: `{}` {:?} in {:?}", words.text, words.at, words.seen);
    }
    for role in [Role::Button, Role::TextInput, Role::Slider, Role::Figure] {
        for node in window.query_all_by_role(role) {
            let (rect, name) = (node.rect(), node.accesskit_node().label());
            assert!(area.contains_rect(rect), "{place}: {role:?} {name:?} {rect:?}");
        }
    }
}

#[test]
fn simulate_fits_a_usual_window_without_scrolling() {
    for theme in [Theme::Dark, Theme::Light] {
        all_in_view(&busy(Screen::Simulate, WINDOWS[0], theme), "after an edit");
    }
}

#[test]
fn simulate_fits_with_the_hint_of_the_first_start() {
    let open = Open { start: Start::Usual, finished: false, ..Open::default() };
    let mut window = Window::open(open);
    window.apply(RunCommand::SetRuns(1));
    assert!(window.says("This is an example fleet"));
    all_in_view(&window, "first start");
}

#[test]
fn charts_keep_a_usable_height_wherever_they_stand() {
    for window in WINDOWS {
        let shown = busy(Screen::Simulate, window, Theme::Dark);
        for plot in shown.query_all_by_role(Role::Figure) {
            let size = plot.rect().size();
            assert!(size.y >= 60.0 && size.x >= 160.0, "{window:?}: {size:?}");
        }
    }
}
