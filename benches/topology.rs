//! Prints what a large topology costs: `cargo bench --bench topology`.
//!
//! Reading and checking a project of 300 machines, a frame of the screen *Topology* over it (the same functions
//! that the window draws with, without a display), and what a project of 10 000 things answers. A number after `--`
//! is another number of machines. Not a test: machines differ, and nothing here can fail. Goal: a frame in less
//! than 16 ms.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

mod measure;

use egui::{Context, Event, Modifiers, PointerButton, Pos2, RawInput, Rect, Vec2, pos2, vec2};
use measure::{cpu_time, now};
use regather::desk::command::{Command, DocumentCommand};
use regather::desk::{Desk, Env, Start};
use regather::fleet::FleetFile;
use regather::fleet::file::Value;
use regather::report::topology::Board;
use regather::ui::App;
use regather::ui::request::Screen;
use serde_json::{Map, json};
use std::sync::Arc;
use std::time::Duration;

/// Frames of each measurement.
const FRAMES: u32 = 60;
const SIZE: Vec2 = vec2(1920.0, 1080.0);

fn main() {
    let machines = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(300);
    let text = project(machines);
    println!("{machines} machines, {} things, {} bytes", 3 * machines + 1, text.len());
    let Ok(file) = FleetFile::parse(&text) else { return println!("the project was not read") };
    print("parse", least(|| FleetFile::parse(&text).is_ok()));
    print("check", least(|| regather::check::file(&file, None).findings.len()));
    print("topology", least(|| file.view(None).topology().is_some()));
    print("topology and what follows", least(|| file.view(None).known()));
    let view = file.view(None);
    if let Some(topology) = view.topology() {
        print("layout of the canvas", least(|| Board::of(topology, &view)));
    }
    let mut window = Window::open(file);
    print("first frame", window.frames(1, &|_| Vec::new()));
    print("frame, everything at rest", window.frames(FRAMES, &|_| Vec::new()));
    let moved = |frame: u32| vec![Event::PointerMoved(pos2(200.0 + frame as f32 * 9.0, 500.0))];
    print("frame, the pointer moves", window.frames(FRAMES, &moved));
    let zoomed = |_| vec![Event::PointerMoved(pos2(600.0, 500.0)), Event::Zoom(0.97)];
    print("frame, zooming out to everything", window.frames(FRAMES, &zoomed));
    print("frame, everything is seen", window.frames(FRAMES, &|_| Vec::new()));
    window.press(pos2(600.0, 500.0));
    print("frame, after a click on the canvas", window.frames(FRAMES, &|_| Vec::new()));
    print("an edit, with all that follows", window.edit());
    let many = project(3_333);
    print("10 000 things: parse", least(|| FleetFile::parse(&many).is_ok()));
    if let Ok(file) = FleetFile::parse(&many) {
        let (seconds, checked) = timed(|| regather::check::file(&file, None));
        print("10 000 things: check", seconds);
        checked.findings.iter().for_each(|finding| println!("  {}", finding.what));
        let (seconds, mut window) = timed(|| Window::open(file));
        print("10 000 things: open the window", seconds);
        print("10 000 things: frame", window.frames(FRAMES, &|_| Vec::new()));
    }
}

/// Returns a project whose machines carry two components each.
fn project(machines: u32) -> String {
    let mut cluster = Map::from_iter([("main".to_owned(), json!({"kind": "cluster"}))]);
    for at in 0..machines {
        let machine = format!("m-{at}");
        let mut add = |id: String, kind: &str| cluster.insert(id, json!({"kind": kind, "on": machine}));
        let (first, second) = match at % 10 {
            0 => ("load-balancer", "zookeeper"),
            1 => ("database", "file-storage"),
            _ => ("connection-server", "foundation"),
        };
        add(format!("a-{at}"), first);
        add(format!("b-{at}"), second);
        cluster.insert(machine.clone(), json!({"kind": "vm", "cores": 16, "memory_gib": 64, "zone": "hall"}));
    }
    let group = json!({"devices": 1_000, "agent": "ems"});
    json!({"regather": 1, "groups": {"pumps": group}, "outage": {"length_s": 600}, "cluster": cluster})
        .to_string()
}

/// The window without a display.
struct Window {
    ctx: Context,
    app: App,
    time: f64,
}

impl Window {
    fn open(file: FleetFile) -> Self {
        let start = Start::Project { file, name: "bench".into(), path: None };
        let mut desk = Desk::new(Env::isolated(Arc::new(|| {}), Duration::ZERO), start);
        desk.finish(Duration::ZERO);
        let ctx = Context::default();
        let app = App::new(&ctx, desk, Box::new(|| Duration::ZERO), Screen::Topology);
        Self { ctx, app, time: 0.0 }
    }

    /// Draws frames and returns the mean time of one, its triangles included [s].
    fn frames(&mut self, count: u32, events: &dyn Fn(u32) -> Vec<Event>) -> f64 {
        let (seconds, ()) = cpu_time(|| (0..count).for_each(|frame| self.frame(events(frame))));
        seconds / f64::from(count)
    }

    fn frame(&mut self, events: Vec<Event>) {
        self.time += 1.0 / 60.0;
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, SIZE));
        let input = RawInput { screen_rect, time: Some(self.time), events, ..RawInput::default() };
        let mut output = self.ctx.run_ui(input, |ui| {
            self.app.logic(ui.ctx());
            self.app.draw(ui);
        });
        output.textures_delta.clear();
        self.ctx.tessellate(output.shapes, output.pixels_per_point);
    }

    fn press(&mut self, pos: Pos2) {
        for pressed in [true, false] {
            let button = PointerButton::Primary;
            self.frame(vec![
                Event::PointerMoved(pos),
                Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE },
            ]);
        }
    }

    /// Changes a machine and draws what follows; returns the time [s].
    fn edit(&mut self) -> f64 {
        let edits = vec![("/cluster/m-5/cores".to_owned(), Value::Number(8.0))];
        let set: Command = DocumentCommand::Set { edits, finished: true }.into();
        let (seconds, ()) = timed(|| {
            self.app.desk_mut().apply(set, Duration::ZERO);
            self.frame(Vec::new());
        });
        seconds
    }
}

/// Returns the least time of five rounds [s].
fn least<T>(mut work: impl FnMut() -> T) -> f64 {
    (0..5).map(|_| timed(&mut work).0).fold(f64::INFINITY, f64::min)
}

/// Runs `work` and returns the time on the wall [s]: most of this is shorter than the clock of a thread is fine.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = now();
    let result = work();
    (begun.elapsed().as_secs_f64(), result)
}

fn print(what: &str, seconds: f64) {
    println!("{what:38} {:9.3} ms", seconds * 1e3);
}
