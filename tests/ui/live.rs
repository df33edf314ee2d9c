//! The screen *Live*: the platform, the agent and the rehearsal as a person meets them, with real connections.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::base::units::unbroken;
use regather::desk::command::LiveCommand;
use regather::desk::live::{Stage, Standing};
use regather::desk::{Start, Theme, View};
use regather::fleet::FleetFile;
use regather::live::platform::Reception;
use regather::ui::request::Screen;

use crate::fixture::{Open, Window};

/// A return of a few seconds.
const QUICK: &str = r#"{
  "regather": 1,
  "name": "Quick",
  "groups": {
    "pumps": { "name": "Pumps", "devices": 12, "agent": "example-agent", "reconnect_random_delay_seconds": 2,
               "max_connect_delay": 500, "connect_retry_interval": 500 }
  },
  "platform": { "workers": 4, "service_time_ms": 20 },
  "outage": { "length_s": 1, "watch_s": 60 }
}
"#;

fn opened((size, scale, zoom): ([f32; 2], f32, f32), theme: Theme) -> Window {
    let file = FleetFile::parse(QUICK).unwrap();
    let start = Start::Project { file, name: "quick".into(), path: None };
    Window::open(Open { start, screen: Screen::Live, size, scale, zoom, theme, ..Open::default() })
}

fn usual() -> Window {
    opened(([1280.0, 900.0], 1.0, 1.0), Theme::Dark)
}

/// Waits until something holds, then draws it.
fn until(window: &mut Window, what: &str, holds: impl Fn(&View<'_>) -> bool) {
    for _ in 0..8_000 {
        let desk = window.desk();
        desk.tick(Duration::ZERO);
        if holds(&desk.view(Duration::ZERO)) {
            return window.run_steps(3);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what}: {:#?}", window.names());
}

/// Presses a button without waiting for what follows from it.
fn press(window: &mut Window, label: &str) {
    window.get_by_role_and_label(Role::Button, label).scroll_to_me();
    window.run_steps(10);
    window.get_by_role_and_label(Role::Button, label).click();
    window.run_steps(3);
}

/// Returns the screen with a platform and a connected agent.
pub fn connected(window: ([f32; 2], f32, f32), theme: Theme) -> Window {
    let mut window = opened(window, theme);
    press(&mut window, "Start test platform");
    press(&mut window, "Connect");
    until(&mut window, "connected", |view| view.live.agent.standing == Standing::Back);
    until(&mut window, "counted", |view| view.live.platform.is_some_and(|own| own.totals.bound == 1));
    window.run_steps(6);
    window
}

#[test]
fn a_platform_and_an_agent_are_two_clicks() {
    let mut window = usual();
    assert!(window.says("Nothing live is running") && window.says("It does not run"));
    assert!(window.get_by_label("Connect").accesskit_node().is_disabled());
    assert!(window.get_by_role_and_label(Role::Button, "STOP").accesskit_node().is_disabled());
    press(&mut window, "Start test platform");
    assert!(window.says("Test platform on port ") && window.says("ws://127.0.0.1:"), "{:#?}", window.names());
    press(&mut window, "Connect");
    until(&mut window, "connected", |view| view.live.agent.standing == Standing::Back);
    for words in ["✓ pumps-0 is connected", "DNS", "Upgrade", "not encrypted", "session 1"] {
        assert!(window.says(words), "{words}: {:#?}", window.names());
    }
    assert!(window.says("sent AUTH request 1: application key, not shown"), "{:#?}", window.names());
    window.enter("Property", "level");
    window.enter("Value", "2.5");
    press(&mut window, "Push value");
    until(&mut window, "values", |view| view.live.platform.is_some_and(|own| own.totals.values == 1));
    press(&mut window, "Write value");
    until(&mut window, "written", |view| view.live.platform.is_some_and(|own| own.totals.values == 2));
    window.enter("Service or event", "GetPropertySubscriptions");
    press(&mut window, "Call service");
    until(&mut window, "answer", |view| !view.live.agent.log.lines("agent called").is_empty());
    window.replace("Service or event", "Alarm");
    window.enter("Its parameters or fields, if any", "level");
    window.get_by_label("Filter messages").focus();
    window.run_steps(2);
    assert!(
        window.says("Write NAME=VALUE") && window.get_by_label("Fire event").accesskit_node().is_disabled()
    );
    window.replace("Its parameters or fields, if any", "level=3");
    press(&mut window, "Fire event");
    until(&mut window, "fired", |view| view.live.platform.is_some_and(|own| own.totals.events == 1));
    window.enter("Filter messages", "sent level");
    assert!(window.says("3 of "), "{:#?}", window.names());
    press(&mut window, "Hold messages");
    assert!(window.has("Go on with messages") && window.says("held, "), "{:#?}", window.names());
    press(&mut window, "Go on with messages");
    press(&mut window, "Cut connection");
    until(&mut window, "lost", |view| !view.live.agent.log.lines("agent lost it was cut here").is_empty());
    press(&mut window, "STOP");
    until(&mut window, "stopped", |view| !view.live.runs());
    assert!(window.has("Start test platform"));
}

#[test]
fn outages_are_one_click() {
    let mut window = connected(([1280.0, 900.0], 1.0, 1.0), Theme::Dark);
    assert!(window.chosen("Served"));
    press(&mut window, "Mute");
    assert!(window.chosen("Mute") && !window.chosen("Served"));
    press(&mut window, "End connections by reset");
    until(&mut window, "lost", |view| view.live.agent.standing != Standing::Back);
    press(&mut window, "Take down");
    let reception = |window: &mut Window| {
        window.desk().view(Duration::ZERO).live.platform.map(|serving| serving.reception)
    };
    assert_eq!(reception(&mut window), Some(Reception::Refused));
    press(&mut window, "Restart");
    assert_eq!(reception(&mut window), Some(Reception::Served));
    press(&mut window, "Stop platform");
    until(&mut window, "stopped", |view| view.live.platform.is_none());
}

#[test]
fn a_rehearsal_is_one_click_and_its_dots_stand_on_the_band() {
    let mut window = usual();
    assert!(window.says(&unbroken("12 agents for 12 devices")), "{:#?}", window.names());
    assert!(window.says("No agents running"));
    press(&mut window, "Rehearse");
    until(&mut window, "measures", |view| matches!(view.live.rehearsal.stage, Stage::Measures(_)));
    assert!(window.has("Cancel rehearsal") && window.says("agents back after"), "{:#?}", window.names());
    assert!(window.says("Rehearsal: "), "the chart is there while it is measured");
    until(&mut window, "over", |view| !view.live.rehearses());
    window.run_steps(3);
    let figure = window.get_by_label_contains("Rehearsal: ").accesskit_node().label().unwrap();
    assert!(figure.contains("12 of 12 agents back"), "{figure}");
    for words in ["inside the band", "largest gap", "12 of 12 agents", "lateness", "both ends agree"] {
        assert!(window.says(&unbroken(words)), "{words}: {:#?}", window.names());
    }
    if let Some(folder) = std::env::var_os("LOOK_AT") {
        window.run_steps(30);
        window.render().unwrap().save(std::path::Path::new(&folder).join("rehearsed.png")).unwrap();
    }
    assert!(!window.has("Cancel rehearsal"));
    window.enter("Agents", "6");
    assert!(window.says(&unbroken("6 agents for 12 devices")), "{:#?}", window.names());
}

#[test]
fn a_given_platform_is_rehearsed_against_with_care() {
    let mut window = usual();
    press(&mut window, "Start test platform");
    let port = window.desk().view(Duration::ZERO).live.platform.unwrap().port;
    window.get_by_role_and_label(Role::ComboBox, "Against").click();
    window.settle();
    window.get_all_by_role_and_label(Role::Button, "a given platform").last().unwrap().click();
    window.settle();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    regather::base::file::write_atomic(&key, b"any").unwrap();
    window.enter("Where the application key lies", &format!("file:{}", key.display()));
    window.enter("Address", "wss://plant.example");
    let disabled = |window: &Window| window.get_by_label("Rehearse there").accesskit_node().is_disabled();
    assert!(disabled(&window) && window.says("type its name below"), "{:#?}", window.names());
    let name = "Type the name of the host: load on it may be felt";
    window.enter(name, "plant");
    assert!(disabled(&window) && window.says("another name was typed"), "{:#?}", window.names());
    window.replace(name, "plant.example");
    assert!(!disabled(&window) && window.says(&unbroken("10 agents")), "{:#?}", window.names());
    if let Some(folder) = std::env::var_os("LOOK_AT") {
        window.run_steps(30);
        window.render().unwrap().save(std::path::Path::new(&folder).join("elsewhere.png")).unwrap();
    }
    window.replace("Address", &format!("ws://127.0.0.1:{port}"));
    window.replace(name, "");
    assert!(window.says(&unbroken("12 agents")), "{:#?}", window.names());
    press(&mut window, "Rehearse there");
    until(&mut window, "over", |view| view.live.rehearsal.found.is_some() && !view.live.rehearses());
    window.run_steps(3);
    for words in ["12 of 12 agents", "what the platform counts is unknown", "The host is up all the time"] {
        assert!(window.says(&unbroken(words)) || window.says(words), "{words}: {:#?}", window.names());
    }
}

#[test]
fn a_key_is_taken_by_reference_only() {
    let mut window = usual();
    window.get_by_role_and_label(Role::ComboBox, "Connects to").click();
    window.settle();
    window.get_all_by_role_and_label(Role::Button, "another platform").last().unwrap().click();
    window.settle();
    window.enter("Address", "ws://127.0.0.1:1");
    assert!(window.says("Not encrypted"), "{:#?}", window.names());
    window.enter("Where the application key lies", "planted-secret");
    assert!(window.says("This is no reference"), "{:#?}", window.names());
    press(&mut window, "Connect");
    let said = window.desk().view(Duration::ZERO).notices.last().unwrap().text.clone();
    assert!(!said.contains("planted") && said.contains("env:"), "{said}");
    let kept = window.desk().view(Duration::ZERO);
    assert!(!kept.file.text().contains("planted") && !kept.settings.text().contains("planted"));
}

#[test]
fn stop_is_the_first_stop_of_the_screen_and_is_reached_by_keys() {
    let mut window = connected(([1280.0, 720.0], 1.0, 1.0), Theme::Dark);
    let stops = crate::checks::tab_walk(&mut window, "Live");
    let names: Vec<&str> = stops.iter().map(|stop| stop.1.as_str()).collect();
    let at =
        |name: &str| names.iter().position(|own| *own == name).unwrap_or_else(|| panic!("{name}: {names:?}"));
    for name in ["Stop platform", "Mute", "Disconnect", "Property", "Rehearse", "Filter messages"] {
        assert!(at("STOP") < at(name), "{name}: {names:#?}");
    }
    window.get_by_role_and_label(Role::Button, "STOP").focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::NONE, Key::Enter);
    window.run_steps(3);
    until(&mut window, "stopped", |view| !view.live.runs());
}

#[test]
fn nothing_live_runs_until_it_is_asked_for() {
    let mut window = usual();
    assert!(!window.desk().view(Duration::ZERO).live.runs());
    assert_eq!(window.desk().tick(Duration::ZERO), None, "nothing to look at");
    window.apply(LiveCommand::Look);
    assert!(window.desk().view(Duration::ZERO).live.planned);
}
