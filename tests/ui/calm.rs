//! The window at rest: it settles in a few frames, asks for none without a cause, and speaks its answer.

use std::time::Duration;

use egui::accesskit::{Live, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::desk::Start;
use regather::desk::command::{FileCommand, RunCommand, ScenarioCommand};
use regather::ui::request::Screen;

use crate::fixture::{Open, WHAT_IF, Window, fleet};

/// Shortest pause between two frames of a window at rest.
const PAUSE: Duration = Duration::from_millis(900);

/// Returns after how long the window wants to be drawn again.
fn pause(window: &Window) -> Duration {
    let root = window.output().viewport_output.get(&egui::ViewportId::ROOT);
    root.map_or(Duration::MAX, |output| output.repaint_delay)
}

#[test]
fn a_window_at_rest_is_not_drawn_again() {
    for screen in Screen::ALL {
        let mut window = Window::on(screen);
        let steps = window.run();
        assert!(steps <= 12, "{screen:?} takes {steps} frames to settle");
        assert!(!window.ctx.has_requested_repaint(), "{screen:?}: {:?}", window.ctx.repaint_causes());
        assert!(pause(&window) >= PAUSE, "{screen:?}: drawn again after {:?}", pause(&window));
    }
}

#[test]
fn the_window_settles_after_an_edit_and_after_a_message() {
    let mut window = Window::new();
    window.enter("Random delay", "2 min");
    window.ctx.memory_mut(egui::Memory::stop_text_input);
    assert!(window.run() <= 12);
    window.apply(FileCommand::ReopenPrevious);
    assert!(window.run() <= 12);
    assert!(pause(&window) >= PAUSE, "{:?}", pause(&window));
}

#[test]
fn nothing_moves_while_runs_are_counted() {
    let mut window = Window::open(Open::shipped());
    let places = |window: &Window| {
        let named = ["Fleet", "What-if", "Pin as baseline"].map(|name| window.get_by_label(name).rect());
        let seed = window.get_by_label("seed 42").rect();
        (named, seed, window.get_by_role_and_label(Role::Slider, "Random delay").rect())
    };
    let before = places(&window);
    window.apply(RunCommand::SetRuns(2));
    let after = places(&window);
    // Figures come and push what is below them once; bars, rail and levers stay.
    assert_eq!(before.0[..2], after.0[..2]);
    assert_eq!(before.1, after.1);
    assert_eq!(before.2, after.2);
}

#[test]
fn the_verdict_is_one_sentence_and_read_out_when_it_changes() {
    let mut window = Window::new();
    window.apply(ScenarioCommand::Activate(Some(WHAT_IF.into())));
    let node = |window: &Window, sign: &str| {
        let node = window.get_by_label_contains(sign);
        let raw = node.accesskit_node();
        (raw.value().or(raw.label()).unwrap_or_default(), raw.data().live())
    };
    let (text, live) = node(&window, "✕ Misses target");
    assert!(text.contains("(target 5 min)"), "{text}");
    assert_eq!(live, Some(Live::Polite));
    window.enter("Random delay", "5 min");
    let (text, _) = node(&window, "✓ Meets target");
    assert!(text.contains("95 % of devices back after"), "{text}");
}

#[test]
fn the_verdict_has_a_state_for_every_case() {
    // Large enough not to be simulated before it is drawn.
    let file = fleet().assign(None, "/groups/pumps/devices", &serde_json::json!(300_000)).unwrap();
    let start = Start::Project { file, name: "large".into(), path: None };
    let mut window = Window::open(Open { finished: false, start, ..Open::default() });
    assert!(window.says("… Not simulated yet"), "{:#?}", window.names());
    window.desk().apply(RunCommand::Cancel.into(), Duration::ZERO);

    let mut window = Window::new();
    assert!(window.says("✕ Misses target"), "{:#?}", window.names());
    window.apply(ScenarioCommand::Activate(Some(WHAT_IF.into())));
    window.enter("Random delay", "5 min");
    assert!(window.says("✓ Meets target"), "{:#?}", window.names());
    // Two runs are too few to be certain of anything.
    window.apply(RunCommand::SetRuns(2));
    window.apply(RunCommand::Start);
    assert!(window.says("~ Uncertain"), "{:#?}", window.names());
}

#[test]
fn an_estimate_is_drawn_until_the_runs_are_there() {
    let figures = |window: &Window| -> Vec<String> {
        window.query_all_by_role(Role::Figure).filter_map(|node| node.accesskit_node().label()).collect()
    };
    // Large enough not to be simulated before it is drawn.
    let file = fleet().assign(None, "/groups/pumps/devices", &serde_json::json!(300_000)).unwrap();
    let start = Start::Project { file, name: "large".into(), path: None };
    let mut window = Window::open(Open { finished: false, start, ..Open::default() });
    let said = figures(&window);
    assert!(said.len() == 3 && said.iter().all(|text| text.contains("estimate")), "{said:?}");
    assert!(window.says("Estimate; "), "{:#?}", window.names());
    window.desk().apply(RunCommand::Cancel.into(), Duration::ZERO);
    let said = figures(&Window::new());
    assert!(said.len() == 3 && said.iter().all(|text| !text.contains("estimate")), "{said:?}");
}

#[test]
fn charts_say_how_long_they_take_to_come_back() {
    let window = Window::new();
    let figures: Vec<String> =
        window.query_all_by_role(Role::Figure).filter_map(|node| node.accesskit_node().label()).collect();
    assert_eq!(figures.len(), 3);
    assert!(figures[0].starts_with("Recovery curve: "), "{figures:?}");
    assert!(figures[1].contains("/s, capacity 2.5"), "{figures:?}");
    assert!(figures[2].contains("attempts waiting"), "{figures:?}");
}
