//! The screen *Topology*: layouts, choosing, dragging, keys, the clipboard, derived numbers, load and pictures.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::desk::command::{DocumentCommand, TopologyCommand};
use regather::desk::{Start, Theme};
use regather::fleet::FleetFile;
use regather::fleet::cluster::NodeKind;
use regather::fleet::cluster::pattern;
use regather::ui::request::Screen;
use serde_json::json;

use crate::fixture::{Open, Window};

/// Returns the project of a layout with fewer devices.
fn project(layout: &str) -> FleetFile {
    let file = FleetFile::parse(&pattern::find(layout).unwrap().project().to_string()).unwrap();
    let group = file.group_ids().next().unwrap().to_owned();
    file.with(&format!("/groups/{group}/devices"), &json!(400)).unwrap()
}

/// Opens the screen on a layout.
pub fn shown(layout: &str, (size, scale, zoom): ([f32; 2], f32, f32), theme: Theme) -> Window {
    let start = Start::Project { file: project(layout), name: "cluster".into(), path: None };
    let mut window =
        Window::open(Open { start, screen: Screen::Topology, size, scale, zoom, theme, ..Open::default() });
    window.settle();
    window
}

/// Opens the screen on a layout, with a Foundation server chosen that is too slow.
pub fn chosen(layout: &str, size: ([f32; 2], f32, f32), theme: Theme) -> Window {
    let mut window = shown(layout, size, theme);
    for server in ["fnd-1", "fnd-2", "fnd-3"] {
        let edits =
            vec![(format!("/cluster/{server}/sign_ins_per_s"), regather::fleet::file::Value::Number(0.4))];
        window.apply(DocumentCommand::Set { edits, finished: true });
    }
    let name = whole(&window, "Foundation fnd-2");
    window.get_by_role_and_label(Role::TreeItem, &name).click_accesskit();
    window.settle();
    window
}

fn usual(layout: &str) -> Window {
    shown(layout, ([1280.0, 720.0], 1.0, 1.0), Theme::Dark)
}

/// Returns the file of the project.
fn text(window: &mut Window) -> String {
    window.desk().view(Duration::ZERO).file.text().to_owned()
}

fn node(window: &Window, name: &str) -> egui::Rect {
    window.get_by_role_and_label(Role::TreeItem, &whole(window, name)).rect()
}

/// Returns the whole name of the first node whose name begins so.
fn whole(window: &Window, start: &str) -> String {
    let names = window.names();
    names.iter().find(|name| name.starts_with(start)).unwrap_or_else(|| panic!("{start}: {names:#?}")).clone()
}

/// Drags from one place to another.
fn drag(window: &mut Window, from: Pos2, to: Pos2, modifiers: Modifiers) {
    let button =
        |pos, pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers };
    window.input_mut().events.push(Event::ModifiersChanged(modifiers));
    window.input_mut().events.push(Event::PointerMoved(from));
    window.run_steps(1);
    window.input_mut().events.push(button(from, true));
    window.run_steps(1);
    for share in [0.3, 0.7, 1.0] {
        window.input_mut().events.push(Event::PointerMoved(from + (to - from) * share));
        window.run_steps(1);
    }
    window.input_mut().events.push(button(to, false));
    window.run_steps(1);
    window.input_mut().events.push(Event::ModifiersChanged(Modifiers::NONE));
    window.settle();
}

#[test]
fn a_layout_is_one_click_and_one_step() {
    let mut window = Window::on(Screen::Topology);
    assert!(window.has("No topology yet"));
    let before = text(&mut window);
    window.click("Begin with Cost-efficient, three boxes");
    assert!(window.says("Machine box-1"), "{:#?}", window.names());
    assert!(window.says("Foundation"), "{:#?}", window.names());
    window.apply(DocumentCommand::Undo);
    assert_eq!(text(&mut window), before);
    assert!(window.has("No topology yet"));
}

#[test]
fn a_box_is_chosen_renamed_and_changed() {
    let mut window = usual("three-boxes");
    let name = whole(&window, "Machine box-1");
    window.get_by_role_and_label(Role::TreeItem, &name).click_accesskit();
    window.settle();
    assert_eq!(window.field("Name"), "box-1");
    window.get_by_role_and_label(Role::TextInput, "Name").focus();
    window.run_steps(2);
    window.press(Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, "Name").type_text("Hall");
    window.run_steps(1);
    window.press(Modifiers::NONE, Key::Enter);
    assert!(text(&mut window).contains("\"Hall\""));
    assert!(window.says("Machine Hall"));
    window.enter("Cores", "8");
    let view = window.desk().view(Duration::ZERO);
    assert_eq!(view.file.tree().value("/cluster/box-1/cores"), Some(json!(8)));
    assert_eq!(view.undo.unwrap(), "Cores 16 → 8 in box-1");
    window.enter("Zone", "north");
    assert!(text(&mut window).contains("\"north\""));
}

#[test]
fn dragging_a_machine_saves_its_place_and_is_one_step() {
    let mut window = usual("three-boxes");
    let before = text(&mut window);
    let from = node(&window, "Machine box-1").left_top() + vec2(20.0, 10.0);
    drag(&mut window, from, from + vec2(60.0, 30.0), Modifiers::NONE);
    let view = window.desk().view(Duration::ZERO);
    assert_eq!(view.undo, Some("Move box-1"), "{}", view.file.text());
    let at = view.file.tree().value("/cluster/box-1/at").unwrap();
    assert!(at[0].as_i64().unwrap() >= 60 && at[1].as_i64().unwrap() >= 30, "{at}");
    window.apply(DocumentCommand::Undo);
    assert_eq!(text(&mut window), before);
}

#[test]
fn a_component_is_carried_to_another_machine() {
    let mut window = usual("separate-tiers");
    let from = node(&window, "Connection Server cxs-1").center();
    let to = node(&window, "Machine app-1").left_top() + vec2(10.0, 5.0);
    drag(&mut window, from, to, Modifiers::NONE);
    let view = window.desk().view(Duration::ZERO);
    assert_eq!(view.file.tree().value("/cluster/cxs-1/on"), Some(json!("app-1")));
    assert_eq!(view.undo, Some("Move cxs-1 to app-1"));
}

#[test]
fn keys_walk_from_part_to_part_move_and_remove() {
    let mut window = usual("three-boxes");
    window.get_by_label_contains("arrows go from part to part").focus();
    window.run_steps(2);
    let focused = |window: &Window| {
        let mut nodes = window.query_all_by_role(Role::TreeItem);
        nodes.find(|node| node.accesskit_node().is_focused()).and_then(|node| node.accesskit_node().label())
    };
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(focused(&window).unwrap().starts_with("Cluster "), "{:?}", focused(&window));
    let all = window.query_all_by_role(Role::TreeItem).count();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..all {
        seen.insert(focused(&window).unwrap());
        window.press(Modifiers::NONE, Key::ArrowRight);
    }
    assert_eq!(seen.len(), all, "every part is reached: {seen:#?}");
    window.press(Modifiers::NONE, Key::Home);
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(focused(&window).unwrap().starts_with("Machine "));
    window.press(Modifiers::SHIFT, Key::ArrowRight);
    assert!(window.desk().view(Duration::ZERO).undo.unwrap().starts_with("Move "));
    window.press(Modifiers::NONE, Key::Enter);
    window.press(Modifiers::NONE, Key::Delete);
    assert!(window.desk().view(Duration::ZERO).undo.unwrap().starts_with("Remove "));
}

#[test]
fn several_are_chosen_copied_and_pasted() {
    let mut window = usual("three-boxes");
    let corners = window.get_by_label_contains("arrows go from part to part").rect().shrink(4.0);
    drag(&mut window, corners.left_top(), corners.right_bottom(), Modifiers::SHIFT);
    assert!(window.says("parts are chosen"), "{:#?}", window.names());
    let machines = |window: &mut Window| {
        let view = window.desk().view(Duration::ZERO);
        let seen = view.file.view(None);
        seen.drawable().unwrap().machines().count()
    };
    let before = machines(&mut window);
    window.click("Duplicate");
    assert_eq!(machines(&mut window), 2 * before);
    assert!(window.desk().view(Duration::ZERO).undo.unwrap().starts_with("Duplicate "));
    let copied = regather::desk::copied(window.desk().view(Duration::ZERO).file, &["box-1".to_owned()]);
    window.input_mut().events.push(Event::Paste(copied));
    window.settle();
    assert_eq!(machines(&mut window), 2 * before + 1);
}

#[test]
fn what_follows_is_shown_with_its_derivation_and_can_be_overridden() {
    let mut window = usual("separate-tiers");
    assert!(window.has("What follows for the platform"), "{:#?}", window.names());
    assert!(window.says("3 Foundation servers with 3 × "), "{:#?}", window.names());
    window.reach("Override Workers");
    assert!(window.desk().view(Duration::ZERO).file.tree().get("/platform/workers").is_some());
    window.click("Topology");
    window.reach("Derive Workers");
    assert!(window.desk().view(Duration::ZERO).file.tree().get("/platform/workers").is_none());
}

#[test]
fn boxes_say_what_they_can_do_how_busy_they_were_and_which_limits() {
    let mut window = usual("separate-tiers");
    let name = whole(&window, "Foundation fnd-1");
    assert!(name.contains(" sign-ins/s") && name.contains(" busy"), "{name}");
    window.click("At a moment");
    window.enter("Time since the loss", "0");
    assert!(window.says("before the return"), "{:#?}", window.names());
    let quiet = whole(&window, "Foundation fnd-1");
    assert_ne!(quiet, name, "the load at the begin differs from the highest");
    // One slow server for all: it limits everything, and is told by a word.
    let start = Start::Project {
        file: project("single-server").with("/cluster/fnd/sign_ins_per_s", &json!(1)).unwrap(),
        name: "cluster".into(),
        path: None,
    };
    let window = Window::open(Open { start, screen: Screen::Topology, ..Open::default() });
    assert!(whole(&window, "Foundation fnd").contains("bottleneck"), "{:#?}", window.names());
}

#[test]
fn a_topology_with_errors_is_drawn_and_mended_on_the_spot() {
    let mut window = usual("single-server");
    window.apply(TopologyCommand::Remove(vec!["db".into()]));
    assert!(window.says("has no database"), "{:#?}", window.names());
    assert!(window.says("Machine data"), "what can be drawn is drawn");
    window.apply(TopologyCommand::Add { kind: NodeKind::Database, on: Some("data".into()), at: None });
    assert!(!window.says("has no database"));
}

#[test]
fn pictures_are_saved_as_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = usual("three-boxes");
    for format in regather::desk::command::Drawing::ALL {
        let path = folder.path().join("cluster");
        window.apply(regather::desk::command::FileCommand::Topology { path, format });
        let file = folder.path().join("cluster").with_extension(format.ending());
        assert!(std::fs::metadata(file).unwrap().len() > 200, "{format:?}");
    }
}

#[test]
fn three_hundred_machines_are_drawn_where_they_are_seen_only() {
    let mut file = project("single-server");
    for at in 0..300 {
        let machine = json!({"kind": "vm", "at": [(at % 20) * 220, 400 + (at / 20) * 160]});
        file = file.with(&format!("/cluster/extra-{at}"), &machine).unwrap();
    }
    let start = Start::Project { file, name: "large".into(), path: None };
    let mut window = Window::open(Open { start, screen: Screen::Topology, ..Open::default() });
    window.click("Fit");
    assert!(window.query_all_by_role(Role::TreeItem).count() >= 300, "fitted, everything is seen");
    for _ in 0..12 {
        window.click("Larger boxes");
    }
    assert!(window.query_all_by_role(Role::TreeItem).count() < 60, "what is out of sight is not drawn");
    assert!(window.area().contains(pos2(1.0, 1.0)));
}

#[test]
fn a_failure_is_told_and_becomes_a_scenario() {
    let mut window = usual("three-boxes");
    let name = whole(&window, "Connection Server cxs-1");
    window.get_by_role_and_label(Role::TreeItem, &name).click_accesskit();
    window.settle();
    assert!(window.says("of the devices lose their connection"), "{:#?}", window.names());
    window.reach("Add as scenario");
    let view = window.desk().view(Duration::ZERO);
    assert_eq!(view.scenario_name(), "cxs-1 crashes");
    assert_eq!(view.undo, Some("Add scenario cxs-1 crashes"));
    assert!(view.fleet.is_some(), "{:?}", view.findings());
    window.click("Let fail");
    window.get_by_label_contains("The database fails").click();
    window.settle();
    assert_eq!(window.desk().view(Duration::ZERO).scenario_name(), "The database fails");
}

#[test]
fn a_failure_begins_and_lasts_as_said_beside_the_outage() {
    let mut window = usual("separate-tiers");
    let name = whole(&window, "Connection Server cxs-1");
    window.get_by_role_and_label(Role::TreeItem, &name).click_accesskit();
    window.settle();
    assert!(window.says("HTTP 503") && window.has("Remains"), "{:#?}", window.names());
    window.enter("Failure begins", "1000");
    window.enter("Failure lasts", "120");
    window.reach("Add to this outage");
    let view = window.desk().view(Duration::ZERO);
    let events = &view.fleet.unwrap().outage.events;
    let cut: Vec<_> = events.iter().filter(|event| event.loses.is_some()).collect();
    assert_eq!((cut[0].at.secs(), cut[0].length.secs()), (1_000.0, 120.0));
    assert!(events.len() > cut.len(), "the load balancer does not notice at once");
    // It stands beside what is chosen, and can be taken out again.
    assert!(window.says("It fails: event cxs-1-crashes-1"), "{:#?}", window.names());
    window.reach("Remove failure cxs-1-crashes-1");
    assert!(window.desk().view(Duration::ZERO).fleet.unwrap().outage.events.is_empty());
}

#[test]
fn another_cluster_is_simulated_by_one_choice() {
    let file = regather::fleet::example::find("oem-tenants").unwrap().file().unwrap();
    let fewer = |file: FleetFile, id: &str| file.with(&format!("/groups/{id}/devices"), &json!(200)).unwrap();
    let file = fewer(fewer(file, "tenant-d-machines"), "tenant-e-machines");
    let start = Start::Project { file, name: "tenants".into(), path: None };
    let mut window = Window::open(Open { start, screen: Screen::Topology, ..Open::default() });
    window.settle();
    let played = |window: &mut Window| {
        let view = window.desk().view(Duration::ZERO);
        view.outcome.unwrap().fleet.cluster.clone().unwrap()
    };
    assert_eq!(played(&mut window), "Tenant D");
    let name = whole(&window, "Cluster Tenant E");
    window.get_by_role_and_label(Role::TreeItem, &name).click_accesskit();
    window.settle();
    window.reach("Simulate this cluster");
    assert_eq!(played(&mut window), "Tenant E");
    assert!(window.says("Tenant E"));
    window.apply(DocumentCommand::Undo);
    assert_eq!(played(&mut window), "Tenant D");
}

#[test]
fn clusters_are_played_beside_each_other() {
    // Alone there is nothing to play.
    assert!(!usual("three-boxes").names().iter().any(|name| name == "Play clusters"));
    let mut file = project("oem");
    let group = file.tree().value("/groups/tenant-a-devices").unwrap();
    file = file.with("/groups/others", &group).unwrap();
    file = file.with("/cluster/tenant-b/groups", &json!(["others"])).unwrap();
    let start = Start::Project { file, name: "tenants".into(), path: None };
    let (size, screen) = ([1280.0, 2_000.0], Screen::Topology);
    let mut window = Window::open(Open { start, screen, size, ..Open::default() });
    window.settle();
    window.get_by_role_and_label(Role::Button, "Play clusters").click_accesskit();
    window.settle();
    let names = window.names();
    let told = |part: &str| names.iter().filter(|name| name.contains(part)).count();
    assert!(told("It shares its database with") >= 2, "{names:#?}");
    // The name of each chart says its result; which curves it has is tested beside it.
    assert!(told("Tenant A: 95 % of devices") == 1 && told("Tenant B: 95 % of devices") == 1, "{names:#?}");
    let found = {
        let view = window.desk().view(Duration::ZERO);
        assert!(view.plans.clusters.current);
        view.plans.clusters.found.unwrap().len()
    };
    assert_eq!(found, 2);
    // After an edit it says that it is from before.
    window.apply(DocumentCommand::Set {
        edits: vec![("/outage/length_s".into(), regather::fleet::file::Value::Number(700.0))],
        finished: true,
    });
    window.settle();
    assert!(window.has("⚠ Settings changed, this is from before"));
}
