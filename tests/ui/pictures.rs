//! Pictures: the same twice to the byte, and a few that are kept and compared.
//!
//! The rasteriser of the program makes them, so they need no display. Fonts, shapes and curves are the same
//! everywhere; processors may round the last bit of a colour or the edge of a letter differently.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use image::RgbaImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use regather::base::Severity;
use regather::desk::command::{DocumentCommand, FileCommand, ScenarioCommand};
use regather::desk::{Start, Theme};
use regather::fleet::file::Value;
use regather::ui::request::Screen;
use regather::ui::screenshot::{Shot, picture};

use crate::fixture::{Open, WHAT_IF, Window, fleet};

/// How much a picture may differ from the kept one: this many of 255 steps in a colour channel count as
/// equal, and this share of the pixels may differ by more. Edges of letters shift by less than that; a word,
/// a colour or a moved control is more.
const TOLERANCE: (u8, f64) = (24, 0.004);

/// Returns the folder of kept pictures.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ui/snapshots")
}

/// Returns the share of pixels that differ.
fn difference(one: &RgbaImage, other: &RgbaImage) -> f64 {
    if one.dimensions() != other.dimensions() {
        return 1.0;
    }
    let far = |(a, b): &(&image::Rgba<u8>, &image::Rgba<u8>)| {
        a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > TOLERANCE.0)
    };
    one.pixels().zip(other.pixels()).filter(far).count() as f64 / f64::from(one.width() * one.height())
}

/// Compares a picture with the kept one; with `UPDATE_PICTURES` set it is kept instead.
pub fn compare(name: &str, picture: &RgbaImage) {
    let path = folder().join(format!("{name}.png"));
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        let file = std::fs::File::create(&path).unwrap();
        let small = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
        picture.write_with_encoder(small).unwrap();
        return;
    }
    let kept = image::open(&path).unwrap_or_else(|error| panic!("{error}: {}", path.display())).to_rgba8();
    let share = difference(&kept, picture);
    if share > TOLERANCE.1 {
        let new = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        picture.save(&new).unwrap();
        panic!("{:.2} % of the picture {name} differ, see {}", share * 100.0, new.display());
    }
}

/// Returns a window that is drawn without a running animation.
fn window(screen: Screen, size: [f32; 2], theme: Theme) -> Window {
    let mut window = Window::open(Open { screen, size, theme, ..Open::default() });
    window.apply(ScenarioCommand::Activate(Some(WHAT_IF.into())));
    window
}

fn delay(window: &mut Window, seconds: f64) {
    let edits = ["pumps", "cooling", "vending"]
        .map(|group| (format!("/groups/{group}/reconnect_random_delay_seconds"), Value::Number(seconds)));
    window.apply(DocumentCommand::Set { edits: edits.to_vec(), finished: true });
    window.run_steps(30);
}

#[test]
fn screens_look_as_they_were_approved() {
    let mut simulate = window(Screen::Simulate, [960.0, 600.0], Theme::Dark);
    delay(&mut simulate, 300.0);
    compare("simulate-dark", &simulate.render().unwrap());

    let mut fleet = window(Screen::Fleet, [960.0, 520.0], Theme::Light);
    compare("fleet-light", &fleet.render().unwrap());

    let mut configs = window(Screen::Configs, [960.0, 520.0], Theme::Dark);
    compare("configs-dark", &configs.render().unwrap());
}

#[test]
fn plans_and_reports_look_as_they_were_approved() {
    for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut plans = window(Screen::Recommend, [1280.0, 720.0], theme);
        plans.settle();
        plans.run_steps(30);
        compare(&format!("recommend-{word}"), &plans.render().unwrap());
    }
    let mut report = window(Screen::Report, [1024.0, 640.0], Theme::Light);
    report.run_steps(30);
    compare("report-light", &report.render().unwrap());
}

#[cfg(feature = "push")]
#[test]
fn roll_outs_look_as_they_were_approved() {
    for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut form = window(Screen::Rollout, [1280.0, 720.0], theme);
        form.run_steps(30);
        compare(&format!("rollout-form-{word}"), &form.render().unwrap());
        let site = crate::rollout::Site::new(12);
        let mut done = crate::rollout::done(&site, ([1280.0, 720.0], 1.0, 1.0), theme);
        done.click("Close message");
        done.run_steps(30);
        compare(&format!("rollout-{word}"), &done.render().unwrap());
    }
}

/// What was observed of a roll-back stands over what was predicted for it.
#[cfg(feature = "push")]
#[test]
fn a_roll_back_looks_as_it_was_approved() {
    let site = crate::rollout::Site::new(12);
    let mut back = crate::rollout::taken_back(&site, ([1280.0, 720.0], 1.0, 1.0), Theme::Dark);
    if back.has("Close message") {
        back.click("Close message");
    }
    back.run_steps(30);
    assert!(back.says("Observed: 12 of 12 devices rolled back"), "{:#?}", back.names());
    compare("rollout-back-dark", &back.render().unwrap());
}

#[cfg(feature = "live")]
#[test]
fn live_looks_as_it_was_approved() {
    let wide = ([1280.0, 720.0], 1.0, 1.0);
    let mut still = window(Screen::Live, wide.0, Theme::Light);
    still.run_steps(30);
    compare("live-light", &still.render().unwrap());
    // Times and the port are those of this run, which is far below what counts as another picture.
    let mut connected = crate::live::connected(wide, Theme::Dark);
    connected.run_steps(30);
    compare("live-dark", &connected.render().unwrap());
}

#[test]
fn topologies_look_as_they_were_approved() {
    let wide = ([1280.0, 720.0], 1.0, 1.0);
    let mut tiers = crate::topology::shown("separate-tiers", wide, Theme::Light);
    tiers.run_steps(30);
    compare("topology-light", &tiers.render().unwrap());
    let mut boxes = crate::topology::chosen("three-boxes", wide, Theme::Dark);
    boxes.run_steps(30);
    compare("topology-dark", &boxes.render().unwrap());
}

#[test]
fn what_devices_have_looks_as_it_was_approved() {
    let folder = tempfile::tempdir().unwrap();
    let has = "{\n  \"reconnect_random_delay_seconds\": 7,\n  \"app_key\": \"planted\",\n  \"site\": 4\n}\n";
    let pumps = folder.path().join("collected/pumps");
    std::fs::create_dir_all(&pumps).unwrap();
    regather::base::file::write_atomic(&pumps.join("agent_config.json"), has.as_bytes()).unwrap();
    let mut configs = window(Screen::Configs, [1280.0, 720.0], Theme::Light);
    configs.apply(FileCommand::Compare(folder.path().join("collected")));
    configs.click("Close message");
    compare("compared-light", &configs.render().unwrap());
    configs.apply(FileCommand::TryFile { name: "agent_config.json".into(), text: has.into() });
    configs.click("Close message");
    compare("tried-light", &configs.render().unwrap());
}

#[test]
fn the_layout_of_an_export_and_one_device_look_as_they_were_approved() {
    let mut laid_out = crate::exports::laid_out(([1024.0, 640.0], 1.0, 1.0), Theme::Light);
    compare("export-light", &laid_out.render().unwrap());
    let mut device = crate::exports::one_device(([1280.0, 720.0], 1.0, 1.0), Theme::Dark);
    compare("device-dark", &device.render().unwrap());
}

#[test]
fn lines_that_ask_look_as_they_were_approved() {
    let open = Open {
        start: Start::Usual,
        size: [960.0, 400.0],
        theme: Theme::Light,
        finished: false,
        ..Open::default()
    };
    let mut window = Window::open(open);
    window.apply(regather::desk::command::RunCommand::SetRuns(1));
    window.apply(FileCommand::Open("/nowhere/plant.json".into()));
    assert_eq!(window.desk().view(Duration::ZERO).notices.last().unwrap().severity, Severity::Error);
    window.run_steps(30);
    compare("lines-light", &window.render().unwrap());
}

#[test]
fn one_shot_twice_is_the_same_to_the_byte() {
    let shot = |screen| Shot {
        start: Start::Project { file: fleet(), name: "example".into(), path: None },
        screen,
        size: [800.0, 500.0],
        scale: 1.0,
        theme: Theme::Dark,
    };
    let mut seen = BTreeMap::new();
    for screen in Screen::ALL {
        let first = picture(shot(screen)).unwrap();
        assert_eq!(first.dimensions(), (800, 500));
        assert!(first == picture(shot(screen)).unwrap(), "{screen:?} differs from itself");
        assert!(seen.insert(first.into_raw(), screen).is_none(), "{screen:?} looks like another screen");
    }
}

#[test]
fn a_difference_is_noticed() {
    let mut baseline = window(Screen::Simulate, [480.0, 300.0], Theme::Dark);
    let before = baseline.render().unwrap();
    delay(&mut baseline, 300.0);
    assert!(difference(&before, &baseline.render().unwrap()) > TOLERANCE.1);
}
