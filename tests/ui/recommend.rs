//! The screen *Recommend*: from a missed target to an applied answer, the map, the bars, and what is said of them.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::base::units;
use regather::desk::command::{DocumentCommand, ScenarioCommand};
use regather::desk::planning::Standing;
use regather::fleet::file::Value;
use regather::ui::request::Screen;

use crate::fixture::{WHAT_IF, Window};

/// Opens the screen on the scenario that can be changed.
fn what_if() -> Window {
    let mut window = Window::new();
    window.apply(ScenarioCommand::Activate(Some(WHAT_IF.into())));
    window.click("What would it take?");
    window
}

/// Returns the name of the button that applies the first answer.
fn first(window: &mut Window) -> String {
    let view = window.desk().view(Duration::ZERO);
    format!("Apply {}", view.plans.answers.found.unwrap().answers[0].title)
}

#[test]
fn a_missed_target_is_two_clicks_from_a_met_one_and_undone_by_one_key() {
    let mut window = what_if();
    assert_eq!(window.app().screen(), Screen::Recommend);
    assert!(window.says("✕ Misses target"));
    assert_eq!(window.desk().view(Duration::ZERO).plans.answers.standing, Standing::Found);
    for part in ["Price: ", "Margin: ", "Still met with: ", "Now: "] {
        assert!(window.says(part), "{part}: {:#?}", window.names());
    }
    let apply = first(&mut window);
    window.reach(&apply);
    assert!(window.says("✓ Meets target"), "{:#?}", window.names());
    let undo = window.desk().view(Duration::ZERO).undo.unwrap().to_owned();
    assert_eq!(undo, apply.replacen("Apply", "Apply:", 1));
    assert!(window.says("this is from before"), "{:#?}", window.names());
    assert!(window.get_by_label(&apply).accesskit_node().is_disabled());
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.says("✕ Misses target"));
    assert!(!window.get_by_label(&apply).accesskit_node().is_disabled(), "the answers fit again");
}

#[test]
fn the_map_speaks_is_walked_with_arrows_and_applies_a_cell() {
    let mut window = what_if();
    let map = |window: &Window| {
        let node = window.get_by_label_contains("Safe region: ");
        (node.accesskit_node().label().unwrap(), node.accesskit_node().value())
    };
    let (spoken, value) = map(&window);
    assert!(spoken.contains("Random delay from ") && spoken.contains("cells meet the targets"), "{spoken}");
    assert!(spoken.contains("The project stands at"), "{spoken}");
    assert_eq!(value, None);
    window.get_by_label_contains("Safe region: ").focus();
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::ArrowUp);
    let (_, own) = map(&window);
    window.press(Modifiers::NONE, Key::ArrowRight);
    let (_, right) = map(&window);
    assert!(own.is_some() && right.is_some() && own != right, "{own:?} {right:?}");
    let place = right.unwrap().split(':').next().unwrap().to_owned();
    let before = window.desk().view(Duration::ZERO).file.text().to_owned();
    window.reach(&format!("Apply {place}"));
    let view = window.desk().view(Duration::ZERO);
    assert_eq!(view.undo, Some(format!("Apply: {place}").as_str()));
    assert_ne!(view.file.text(), before);
    assert_eq!(view.plans.region.standing, Standing::Found, "the map follows by itself");
}

#[test]
fn a_click_on_the_map_chooses_the_cell_under_it() {
    let mut window = what_if();
    let plot = window.get_by_label_contains("Safe region: ").rect();
    window.hover_at(plot.center());
    window.run_steps(3);
    window.get_by_label_contains("Safe region: ").click();
    window.settle();
    let value = window.get_by_label_contains("Safe region: ").accesskit_node().value();
    assert!(value.is_some_and(|value| value.starts_with("Random delay ")), "{:#?}", window.names());
}

#[test]
fn map_and_bars_are_there_as_tables_too() {
    let mut window = what_if();
    // Where nothing recovers, a fifth of nothing matters.
    assert!(window.says("brings the fleet back"), "{:#?}", window.names());
    let apply = first(&mut window);
    window.reach(&apply);
    window.get_by_role_and_label(Role::CheckBox, "As a table").click();
    window.settle();
    assert!(window.query_by_label_contains("Safe region: ").is_none());
    let cells = window.names().iter().filter(|name| name.starts_with("Random delay ")).count();
    assert!(cells >= 5, "{:#?}", window.names());
    let bars = window.get_by_label_contains("What matters most: ").accesskit_node().label().unwrap();
    assert!(bars.contains("less gives") && bars.contains("more gives"), "{bars}");
    window.get_by_role_and_label(Role::CheckBox, "Bars as a table").click();
    window.settle();
    assert!(window.query_by_label_contains("What matters most: ").is_none());
    assert!(window.has("Input") && window.has("Now"));
}

#[test]
fn without_a_target_one_is_asked_for() {
    let mut window = Window::new();
    let view = window.desk().view(Duration::ZERO);
    let keys = ["t95_s", "peak_sign_ins_per_s", "lost_values"].map(|key| format!("/targets/{key}"));
    assert!(keys.iter().all(|key| view.file.view(None).lookup(key).is_some()));
    let edits = keys.map(|key| (key, Value::Nothing)).to_vec();
    window.apply(ScenarioCommand::Activate(None));
    window.apply(DocumentCommand::Set { edits, finished: true });
    window.click("Recommend");
    assert!(window.has("Set a target first: how soon must 95 % be back?"), "{:#?}", window.names());
    window.click(&format!("Set the target to {}", units::duration(300.0)));
    assert!(!window.has("Set a target first: how soon must 95 % be back?"));
    assert_eq!(window.desk().view(Duration::ZERO).plans.goals.list.len(), 1);
    window.reach("Solve");
    assert_eq!(window.desk().view(Duration::ZERO).plans.answers.standing, Standing::Found);
}

#[test]
fn what_cannot_be_met_says_so_with_the_best_reachable() {
    let mut window = what_if();
    let edits = vec![("/targets/t95_s".to_owned(), Value::Number(2.0))];
    window.apply(DocumentCommand::Set { edits, finished: true });
    let mut options = window.desk().view(Duration::ZERO).plans.options.clone();
    options.lever = Some("random_delay");
    window.apply(regather::desk::command::PlanCommand::Options(options));
    window.reach("Solve");
    assert!(window.says("✕ Cannot be met"), "{:#?}", window.names());
}

#[test]
fn why_opens_the_explanation() {
    let mut window = Window::on(Screen::Fleet);
    window.click("Why?");
    assert_eq!(window.app().screen(), Screen::Simulate);
    let reason = window.desk().view(Duration::ZERO).outcome.unwrap().why[0].what.clone();
    assert!(window.says(&units::unbroken(&reason)), "{:#?}", window.names());
    window.press(Modifiers::COMMAND, Key::Num1);
    window.press(Modifiers::NONE, Key::T);
    assert_eq!(window.app().screen(), Screen::Recommend);
    window.press(Modifiers::NONE, Key::W);
    assert_eq!(window.app().screen(), Screen::Simulate);
}
