//! The whole window over a small fleet: a harness, a clock that tests turn, and short ways to look and act.
//!
//! The fleet is the shipped example, forty times smaller on both sides: 300 devices and 2.5 sign-ins/s. It
//! misses its target as the example does and takes milliseconds to simulate.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::os::OperatingSystem;
use egui::{Key, Modifiers, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::desk::command::{RunCommand, SettingsCommand};
use regather::desk::{Command, Desk, Env, Start, Theme};
use regather::fleet::FleetFile;
use regather::fleet::example::EXAMPLES;
use regather::ui::request::Screen;
use regather::ui::{App, theme};
use serde_json::json;

use crate::renderer::Renderer;

/// Id of the scenario that can be changed.
pub const WHAT_IF: &str = "what-if";
/// Runs of a simulation in tests; with fewer than six no verdict is certain.
const RUNS: u32 = 10;

/// Returns the small fleet.
pub fn fleet() -> FleetFile {
    let file = EXAMPLES[0].file().unwrap();
    let devices = [("pumps", 135), ("cooling", 78), ("vending", 75), ("gateways", 12)];
    let platform = [("workers", 1), ("service_time_ms", 400), ("accept_queue", 100)];
    let file = devices.into_iter().fold(file, |file, (group, devices)| {
        file.assign(None, &format!("/groups/{group}/devices"), &json!(devices)).unwrap()
    });
    platform.into_iter().fold(file, |file, (key, value)| {
        file.assign(None, &format!("/platform/{key}"), &json!(value)).unwrap()
    })
}

/// How a window is opened.
pub struct Open {
    pub start: Start,
    pub screen: Screen,
    pub size: [f32; 2],
    pub scale: f32,
    pub zoom: f32,
    pub theme: Theme,
    /// Whether the first simulation is awaited.
    pub finished: bool,
}

impl Default for Open {
    fn default() -> Self {
        Self {
            start: Start::Project { file: fleet(), name: "example".into(), path: None },
            screen: Screen::Simulate,
            size: [1280.0, 720.0],
            scale: 1.0,
            zoom: 1.0,
            theme: Theme::Dark,
            finished: true,
        }
    }
}

impl Open {
    /// Returns the shipped example at its full size, while its first runs are simulated.
    pub fn shipped() -> Self {
        let file = EXAMPLES[0].file().unwrap();
        let start = Start::Project { file, name: "example".into(), path: None };
        Self { start, finished: false, ..Self::default() }
    }
}

/// A window with its clock.
pub struct Window {
    harness: Harness<'static, Option<App>>,
    clock: Rc<Cell<Duration>>,
}

impl Deref for Window {
    type Target = Harness<'static, Option<App>>;

    fn deref(&self) -> &Self::Target {
        &self.harness
    }
}

impl DerefMut for Window {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.harness
    }
}

impl Window {
    /// Opens the window on the small fleet.
    pub fn new() -> Self {
        Self::open(Open::default())
    }

    /// Opens the window on a screen.
    pub fn on(screen: Screen) -> Self {
        Self::open(Open { screen, ..Open::default() })
    }

    /// Opens a window.
    pub fn open(open: Open) -> Self {
        let clock = Rc::new(Cell::new(Duration::ZERO));
        let mut desk = Desk::new(Env::isolated(Arc::new(|| {}), Duration::ZERO), open.start);
        desk.apply(RunCommand::SetRuns(RUNS).into(), Duration::ZERO);
        desk.apply(SettingsCommand::Theme(open.theme).into(), Duration::ZERO);
        desk.apply(SettingsCommand::Zoom(open.zoom).into(), Duration::ZERO);
        if open.finished {
            desk.finish(Duration::ZERO);
        }
        let (time, mut desk, screen) = (clock.clone(), Some(desk), open.screen);
        let harness = Harness::builder()
            .with_size(vec2(open.size[0], open.size[1]))
            .with_pixels_per_point(open.scale)
            .with_os(OperatingSystem::Nix)
            .with_context_setup(theme::install)
            .renderer(Renderer::default())
            .build_ui_state(
                move |ui, app: &mut Option<App>| {
                    let app = app.get_or_insert_with(|| {
                        let (desk, time) = (desk.take().unwrap(), time.clone());
                        App::new(ui.ctx(), desk, Box::new(move || time.get()), screen)
                    });
                    app.logic(ui.ctx());
                    app.draw(ui);
                },
                None,
            );
        let mut window = Self { harness, clock };
        // Panels and grids find their sizes.
        window.run_steps(3);
        if open.finished {
            // What a screen looks for when it is opened.
            window.desk().finish(Duration::ZERO);
            window.run_steps(2);
        }
        window
    }

    /// Returns the application.
    pub fn app(&mut self) -> &mut App {
        self.harness.state_mut().as_mut().unwrap()
    }

    /// Returns the desk.
    pub fn desk(&mut self) -> &mut Desk {
        self.app().desk_mut()
    }

    /// Gives the desk a command and draws what follows.
    pub fn apply(&mut self, command: impl Into<Command>) {
        let now = self.clock.get();
        self.desk().apply(command.into(), now);
        self.settle();
    }

    /// Lets time pass, waits for simulations, and draws until nothing moves.
    pub fn settle(&mut self) {
        self.run_steps(2);
        self.clock.set(self.clock.get() + Duration::from_secs(1));
        let now = self.clock.get();
        self.desk().tick(now);
        self.desk().finish(now);
        self.run_steps(3);
    }

    /// Presses a key and draws what follows.
    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Clicks the button with this name.
    pub fn click(&mut self, label: &str) {
        self.get_by_role_and_label(Role::Button, label).click();
        self.settle();
    }

    /// Scrolls to the button with this name and clicks it.
    pub fn reach(&mut self, label: &str) {
        self.get_by_role_and_label(Role::Button, label).scroll_to_me();
        self.run_steps(4);
        self.click(label);
    }

    /// Types into the field with this name and enters it.
    pub fn enter(&mut self, label: &str, text: &str) {
        self.get_by_role_and_label(Role::TextInput, label).focus();
        self.run_steps(2);
        self.get_by_role_and_label(Role::TextInput, label).type_text(text);
        self.run_steps(1);
        self.press(Modifiers::NONE, Key::Enter);
    }

    /// Types into the field with this name in place of what it holds, and enters it.
    pub fn replace(&mut self, label: &str, text: &str) {
        self.get_by_role_and_label(Role::TextInput, label).focus();
        self.run_steps(2);
        self.press(Modifiers::COMMAND, Key::A);
        self.press(Modifiers::NONE, Key::Delete);
        self.get_by_role_and_label(Role::TextInput, label).type_text(text);
        self.run_steps(1);
        self.press(Modifiers::NONE, Key::Enter);
    }

    /// Returns what the field with this name holds.
    pub fn field(&self, label: &str) -> String {
        self.get_by_role_and_label(Role::TextInput, label).accesskit_node().value().unwrap_or_default()
    }

    /// Returns whether something with exactly this name is there.
    pub fn has(&self, label: &str) -> bool {
        self.query_all_by_label(label).next().is_some()
    }

    /// Returns whether the name of something contains this text.
    pub fn says(&self, text: &str) -> bool {
        self.names().iter().any(|name| name.contains(text))
    }

    /// Returns the names of all nodes, and the words of labels.
    pub fn names(&self) -> Vec<String> {
        let words = |node: egui_kittest::Node<'_>| {
            let node = node.accesskit_node();
            if node.role() == Role::Label { node.value() } else { node.label() }
        };
        self.root().children_recursive().filter_map(words).filter(|words| !words.is_empty()).collect()
    }

    /// Returns the sentence of the recovery curve.
    pub fn curve(&self) -> String {
        let spoken = self.get_by_label_contains("Recovery curve").accesskit_node().label();
        spoken.unwrap_or_default()
    }

    /// Returns whether the button with this name is the chosen one of its list.
    pub fn chosen(&self, label: &str) -> bool {
        let node = self.get_by_role_and_label(Role::Button, label).accesskit_node();
        let toggled = node.toggled() == Some(egui::accesskit::Toggled::True);
        node.is_selected() == Some(true) || toggled
    }

    /// Returns the part of the screen that the window shows.
    pub fn area(&self) -> Rect {
        self.ctx.viewport_rect()
    }
}
