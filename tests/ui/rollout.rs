//! The screen *Roll-out*: the form, a plan that is refused, the typed number, the live table, STOP ALL, a device.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::base::file::write_atomic;
use regather::desk::command::{FileCommand, RolloutCommand, RunCommand};
use regather::desk::rollout::standing::Picture;
use regather::desk::rollout::terms::{Field, Form, Over};
use regather::desk::{Start, Theme};
use regather::fleet::example;
use regather::push::state::{State, Status};
use regather::ui::request::Screen;
use tempfile::TempDir;

use crate::fixture::{Open, Window};

const OLD: &str =
    "{\"ws_server_host\": \"platform.example\", \"max_connect_delay\": 0, \"app_key\": \"${app_key}\"}\n";
const CANARY: &str = "CANARY-9e33";

/// A project with folders as devices, in a folder that goes with the test.
pub struct Site(TempDir);

impl Site {
    /// Makes a site of so many devices.
    pub fn new(devices: usize) -> Self {
        let site = Self(TempDir::new().unwrap());
        let fleet = example::find("hundred-thousand-pumps").unwrap().text;
        let fleet = fleet.replace("100000", &devices.to_string());
        let fleet =
            fleet.replacen("\"groups\"", "\"inventory\": { \"file\": \"things.csv\" },\n  \"groups\"", 1);
        site.write("fleet.json", &fleet);
        site.write("key", CANARY);
        let mut list = String::from("thing,group,site,app_key,folder\n");
        let here = site.path("").display().to_string();
        for at in 0..devices {
            std::fs::create_dir(site.path(&format!("d{at}"))).unwrap();
            site.write(&format!("d{at}/ws_connection.json"), OLD);
            site.write(&format!("d{at}/agent_config.json"), "{}");
            list +=
                &["P-", &at.to_string(), ",pumps,s1,file:", &here, "key,", &here, "d", &at.to_string(), "\n"]
                    .concat();
        }
        site.write("things.csv", &list);
        std::fs::create_dir_all(site.path("has/pumps")).unwrap();
        site.write("has/pumps/ws_connection.json", OLD);
        site.write("has/pumps/agent_config.json", "{}");
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        write_atomic(&self.path(name), text.as_bytes()).unwrap();
    }

    /// Opens the window on the project, compared with what devices have.
    pub fn window(&self, (size, scale, zoom): ([f32; 2], f32, f32), theme: Theme) -> Window {
        let start = Start::File(self.path("fleet.json"));
        let mut window =
            Window::open(Open { start, screen: Screen::Rollout, size, scale, zoom, theme, finished: false });
        window.apply(RunCommand::SetRuns(1));
        window.apply(FileCommand::Compare(self.path("has")));
        window.click(Screen::Rollout.word());
        window.apply(RolloutCommand::Name("anna".into()));
        window
    }

    fn usual(&self) -> Window {
        self.window(([1280.0, 720.0], 1.0, 1.0), Theme::Dark)
    }

    /// Makes the plan of a form.
    fn plan(&self, window: &mut Window, form: Form) {
        window.apply(RolloutCommand::Fill(Box::new(form)));
        window.apply(RolloutCommand::Make(self.path("night.json")));
        window.settle();
    }
}

/// Returns a form over folders at a rate.
fn form(rate: &str) -> Form {
    let mut form = Form::default();
    form.over = Over::Folder;
    form.with(Field::At, "{folder}")
        .with(Field::Path, "{file}")
        .with(Field::Rate, rate)
        .with(Field::Waves, "2,rest")
        .with(Field::PauseAfter, "never")
        .with(Field::Observe, "0s")
        .with(Field::VerifyAfter, "0s")
}

/// Lets the roll-out go on until it is as wanted.
fn until(window: &mut Window, wanted: impl Fn(&Picture) -> bool) {
    for _ in 0..1_000 {
        window.desk().tick(Duration::from_secs(1));
        if wanted(window.desk().view(Duration::ZERO).rollout.open.unwrap().picture) {
            window.run_steps(4);
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it never came to that: {:#?}", window.names());
}

/// Opens the screen on a roll-out that was done but for a device that is gone, with one device chosen.
pub fn done(site: &Site, window: ([f32; 2], f32, f32), theme: Theme) -> Window {
    let mut window = site.window(window, theme);
    let form = form("1000").with(Field::Burst, "100").with(Field::Confirmed, "50%");
    let mut form = form.with(Field::MaxUnreachable, "3");
    form.look = false;
    site.plan(&mut window, form);
    std::fs::remove_dir_all(site.path("d4")).unwrap();
    window.apply(RolloutCommand::Start { typed: "12".into() });
    until(&mut window, |picture| {
        picture.count(State::Verified) == 11 && picture.standing.status == Status::Finished
    });
    window.run_steps(4);
    window
}

/// Opens the screen on a roll-out that was done and then taken back.
pub fn taken_back(site: &Site, window: ([f32; 2], f32, f32), theme: Theme) -> Window {
    let mut window = site.window(window, theme);
    site.plan(&mut window, form("1000").with(Field::Burst, "100"));
    let predicted = window.names().into_iter().find(|name| name.starts_with("Predicted for the roll-back"));
    window.click(&predicted.unwrap());
    window.apply(RolloutCommand::Start { typed: "12".into() });
    until(&mut window, |picture| picture.standing.status == Status::Finished);
    window.click("Roll back…");
    window.enter("Type the number of devices to confirm", "12");
    window.click("Begin roll-back");
    until(&mut window, |picture| {
        picture.count(State::RolledBack) == 12 && picture.standing.status == Status::Stopped
    });
    window.run_steps(4);
    window
}

#[test]
fn the_form_says_at_its_fields_what_is_wrong_and_what_it_needs() {
    let mut window = Window::on(Screen::Rollout);
    for name in ["Address of each device", "Restart command", "Waves", "Pause after waves"] {
        assert!(
            window.query_by_role_and_label(Role::TextInput, name).is_some(),
            "{name}: {:#?}",
            window.names()
        );
    }
    assert!(window.says("No list of devices: import one"), "{:#?}", window.names());
    assert!(window.says("What devices have is not known"), "{:#?}", window.names());
    let button = window.get_by_role_and_label(Role::Button, "Simulate and write plan…");
    assert!(button.accesskit_node().is_disabled());
    window.enter("Address of each device", "{ssh}:22");
    window.enter("Restart command", "systemctl restart agent");
    window.enter("Confirmed before the next wave", " and more");
    assert!(
        window.says("✕ `95% and more` is nothing that this can be. Write a share"),
        "{:#?}",
        window.names()
    );
    let form = window.desk().view(Duration::ZERO).rollout.form.clone();
    assert_eq!(form.text(Field::At), "{ssh}:22");
}

#[test]
fn a_typed_number_begins_it_and_the_table_follows() {
    let site = Site::new(12);
    let mut window = site.usual();
    site.plan(&mut window, form("1000").with(Field::Burst, "100"));
    for part in
        ["Ready: 12 devices", "Simulated before it begins", "2, 10 devices", "Predicted for the roll-back"]
    {
        assert!(window.says(part), "{part}: {:#?}", window.names());
    }
    assert_eq!(window.query_all_by_role(Role::Figure).count(), 2, "back and sign-ins");
    assert!(!window.has("STOP ALL"), "nothing is going on");
    window.click("Start…");
    assert!(window.says("Up to 12 devices are restarted"), "{:#?}", window.names());
    let free = |window: &Window| {
        !window.get_by_role_and_label(Role::Button, "Start roll-out").accesskit_node().is_disabled()
    };
    assert!(!free(&window));
    window.enter("Type the number of devices to confirm", "1");
    assert!(!free(&window), "1 is not 12");
    window.enter("Type the number of devices to confirm", "2");
    assert!(free(&window));
    window.click("Start roll-out");
    until(&mut window, |picture| picture.standing.status == Status::Finished);
    assert!(window.says("Done: 12 of 12 confirmed"), "{:#?}", window.names());
    assert!(window.has("Wave 1: 2 devices, 2 written, 2 confirmed"), "{:#?}", window.names());
    let new = text(&site.path("d3"));
    assert!(new.contains(CANARY) && new != OLD);

    // Taking it back shows its simulation and asks for the number too.
    window.click("Roll back…");
    assert!(window.says("Taking back all 12 devices was simulated"), "{:#?}", window.names());
    window.enter("Type the number of devices to confirm", "12");
    window.click("Begin roll-back");
    until(&mut window, |picture| picture.count(State::RolledBack) == 12);
    assert_eq!(text(&site.path("d3")), OLD);
}

#[test]
fn stop_all_stands_on_every_screen_and_works_by_key_and_palette() {
    for way in 0..3 {
        let site = Site::new(60);
        let mut window = site.usual();
        site.plan(&mut window, form("4"));
        window.apply(RolloutCommand::Start { typed: "60".into() });
        until(&mut window, |picture| picture.driven && picture.count(State::Verified) >= 1);
        for screen in Screen::ALL {
            window.app().open(screen);
            window.run_steps(3);
            assert!(window.has("STOP ALL") && window.says("Roll-out night.json: wave"), "{screen:?}");
        }
        window.app().open(Screen::Fleet);
        window.run_steps(3);
        match way {
            0 => window.click("STOP ALL"),
            1 => window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::H),
            _ => {
                window.press(Modifiers::COMMAND, Key::K);
                window.get_by_role_and_label(Role::TextInput, "Search or run").type_text("stop all");
                window.settle();
                window.press(Modifiers::NONE, Key::Enter);
            }
        }
        until(&mut window, |picture| picture.standing.status == Status::Stopped);
        let touched = || (0..60).filter(|at| changed(&site.path(&format!("d{at}")))).count();
        let before = touched();
        std::thread::sleep(Duration::from_millis(400));
        assert!(before < 60 && touched() == before, "{before}");
        assert!(!window.has("STOP ALL"), "{:#?}", window.names());
    }
}

/// Returns the file of a device.
fn text(device: &Path) -> String {
    regather::base::file::read_text(&device.join("ws_connection.json"), 1 << 20).unwrap()
}

fn changed(device: &Path) -> bool {
    text(device) != OLD
}

#[test]
fn what_was_not_served_says_why_and_a_device_shows_its_files_and_its_log() {
    let site = Site::new(12);
    let mut window = done(&site, ([1280.0, 720.0], 1.0, 1.0), Theme::Dark);
    for part in ["Not every device was served", "1 name unknown", "The address leads nowhere"] {
        assert!(window.says(part), "{part}: {:#?}", window.names());
    }
    assert!(window.has("Retry 1 name unknown"), "{:#?}", window.names());
    window.enter("Find device by name", "P-7");
    window.click("Device P-7, verified");
    for part in ["verified, wave", "Log", "staged 0", "(anna)", "platform.example"] {
        assert!(window.says(part), "{part}: {:#?}", window.names());
    }
    assert!(!window.says(CANARY));
    window.click("Close device");
    assert!(window.says("Simulated before it begins"));
    window.click("Close roll-out");
    assert!(window.says("Plan a roll-out of"), "{:#?}", window.names());
}

#[test]
fn a_refused_plan_is_taken_over_by_name() {
    let site = Site::new(300);
    let mut window = site.usual();
    for (key, value) in [("workers", 1.0), ("service_time_ms", 2_000.0), ("accept_queue", 5.0)] {
        let edits = vec![(format!("/platform/{key}"), regather::fleet::file::Value::Number(value))];
        window.apply(regather::desk::command::DocumentCommand::Set { edits, finished: true });
    }
    window.apply(FileCommand::Save);
    let mut fast = form("100000").with(Field::Burst, "300").with(Field::Waves, "rest");
    fast.look = false;
    site.plan(&mut window, fast);
    assert!(window.says("✕ Not written: the platform would not bear it"), "{:#?}", window.names());
    assert!(!site.path("night.json").exists());
    window.click("Take it over and write the plan");
    assert!(window.says("taken over by anna"), "{:#?}", window.names());
    assert!(site.path("night.json").exists());
}

#[test]
fn closing_the_window_ends_what_is_done_to_devices_and_leaves_it_paused() {
    let site = Site::new(60);
    let mut window = site.usual();
    let ctx = window.ctx.clone();
    assert!(!window.app().wait_for_devices(&ctx), "nothing is going on");
    site.plan(&mut window, form("10"));
    window.apply(RolloutCommand::Start { typed: "60".into() });
    until(&mut window, |picture| picture.driven && picture.count(State::Verified) >= 1);
    assert!(window.app().wait_for_devices(&ctx), "it stays until devices are through");
    window.run_steps(2);
    assert!(window.says("then the window closes"), "{:#?}", window.names());
    assert!(!window.app().wait_for_devices(&ctx), "closing once more does not wait");
    for _ in 0..500 {
        if !window.desk().is_rolling_out() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!window.desk().is_rolling_out());
    window.apply(RolloutCommand::Open(site.path("night.json")));
    until(&mut window, |picture| picture.begun);
    let standing = window.desk().view(Duration::ZERO).rollout.open.unwrap().picture.standing.status;
    assert_eq!(standing, Status::Paused);
}
