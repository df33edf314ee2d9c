//! Prints the speed of the simulation in figures that can be compared: `cargo bench --bench goals`.
//!
//! Not a test: machines differ, and nothing here can fail. CPU time counts where the system tells it
//! (Linux), because it holds on a busy machine; elsewhere it is the time on the wall.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

mod measure;

use measure::{cpu_time, now};
use regather::base::units::{count, duration, significant};
use regather::fleet::Fleet;
use regather::fleet::example::EXAMPLES;
use regather::sim::storm1::{self, Scenario};
use regather::sim::{Band, Count, Curve, Study, replicate, run, storm2};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn main() {
    let stop = AtomicBool::new(false);
    println!("storm-1, one thread, mean of several runs");
    let cases = [(10_000, false, 100), (10_000, true, 100), (100_000, false, 10), (1_000_000, false, 1)];
    for (agents, exponential, repeat) in cases {
        let fleet = storm1::fleet(Scenario::Storm, agents, exponential);
        // The kernel books CPU time by the tick, so several runs are measured together.
        let (cpu, attempts) = cpu_time(|| {
            let runs = (0..repeat).map(|_| run(&fleet, 1, &stop).map_or(0, |run| run.totals.attempts));
            runs.sum::<u64>()
        });
        let law = if exponential { "exponential" } else { "fixed" };
        let (each, rate) = (duration(cpu / f64::from(repeat)), significant(attempts as f64 / cpu / 1e6));
        println!("  storm {agents:>8} {law:<12} {each:>9} CPU  {rate:>5} M attempts per CPU second");
    }

    example(&stop);
    cancel();
    day(&stop);
    #[cfg(feature = "gui")]
    frames();
}

/// Simulates the shipped example: what the window needs before its first verdict, and all runs.
fn example(stop: &AtomicBool) {
    let Some(fleet) = EXAMPLES[0].file().ok().and_then(|file| file.check(None).fleet) else { return };
    println!("shipped example, {} devices, 2 threads", count(fleet.devices()));
    for runs in [5, 50] {
        let start = now();
        let made = replicate(&fleet, 42, 0..runs, 2, stop, &|_| {}).unwrap_or_default();
        let simulated = start.elapsed().as_secs_f64();
        let attempts: u64 = made.iter().map(|run| run.totals.attempts).sum();
        let start = now();
        let study = Study::of(&fleet, 42, made.into_iter().map(Arc::new).collect());
        let summed = start.elapsed().as_secs_f64();
        println!(
            "  {runs:>2} runs {:>9} on the wall ({} M attempts), summed up in {}, result {:016x}",
            duration(simulated),
            significant(attempts as f64 / 1e6),
            duration(summed),
            study.hash,
        );
    }
}

/// Cancels one run of large fleets at several moments: from the order until the engine has ended.
fn cancel() {
    println!("cancel, from the order until the run has ended, worst of nine moments");
    let storm = |agents| storm1::fleet(Scenario::Storm, agents, false);
    let fleets = [
        ("full model, 1 000 000", storm2::mixed(1_000_000, regather::fleet::ServiceLaw::Fixed)),
        ("storm-1, 10 000 000", storm(10_000_000)),
    ];
    for (name, fleet) in fleets {
        let begin = now();
        let whole = run(&fleet, 1, &AtomicBool::new(false)).map(|_| begin.elapsed());
        let Ok(whole) = whole else { continue };
        let worst =
            (1..10).map(|tenth| latency(&fleet, whole * tenth / 10)).fold(Duration::ZERO, Duration::max);
        println!("  {name:<24} {:>9} of {}", duration(worst.as_secs_f64()), duration(whole.as_secs_f64()));
    }
}

/// Returns how long a run goes on that is cancelled after this time.
fn latency(fleet: &Fleet, after: Duration) -> Duration {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            let _ = run(fleet, 1, &stop);
            now()
        });
        std::thread::sleep(after);
        let ordered = now();
        stop.store(true, Ordering::Relaxed);
        running.join().map_or(Duration::ZERO, |ended| ended.saturating_duration_since(ordered))
    })
}

/// Sums up 50 runs that were watched for a day, and takes the curves of one group: what a frame waits for.
fn day(stop: &AtomicBool) {
    let Some(mut fleet) = EXAMPLES[0].file().ok().and_then(|file| file.check(None).fleet) else { return };
    fleet.outage.watch = regather::base::Micros::from_secs(86_400);
    fleet.groups.iter_mut().for_each(|group| group.devices /= 10);
    let made = replicate(&fleet, 42, 0..50, 2, stop, &|_| {}).unwrap_or_default();
    let runs: Vec<_> = made.into_iter().map(Arc::new).collect();
    let (summed, study) = cpu_time(|| Study::of(&fleet, 42, runs));
    let curve = Curve::Group(0, Count::Back);
    let (taken, _) = cpu_time(|| Band::over(&study.runs, curve, 0..usize::MAX));
    println!("50 runs watched for a day: summed up in {}, one band in {}", duration(summed), duration(taken));
}

/// Draws the example's *Simulate* screen again and again with a moving pointer: UI code and
/// tessellation of one frame, without a graphics card.
#[cfg(feature = "gui")]
fn frames() {
    use egui::{Event, Pos2, RawInput, Rect, Vec2, pos2};
    use regather::desk::{Desk, Env, Start};
    use regather::ui::{App, request::Screen};
    use std::time::Duration;

    const FRAMES: u16 = 400;
    const WARM: u16 = 100;
    let Ok(file) = EXAMPLES[0].file() else { return };
    let start = Start::Project { file, name: "example".into(), path: None };
    let mut desk = Desk::new(Env::isolated(Arc::new(|| {}), Duration::ZERO), start);
    desk.finish(Duration::ZERO);
    println!("frames of the example at 1280 by 720, UI and tessellation");
    let ctx = egui::Context::default();
    let mut app = App::new(&ctx, desk, Box::new(|| Duration::ZERO), Screen::Simulate);
    for screen in Screen::ALL {
        app.open(screen);
        let mut times = Vec::new();
        for frame in 0..FRAMES {
            let input = RawInput {
                screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::new(1280.0, 720.0))),
                time: Some(f64::from(frame) / 60.0),
                events: vec![Event::PointerMoved(pos2(200.0 + f32::from(frame) * 2.0, 300.0))],
                ..RawInput::default()
            };
            let begin = now();
            let mut output = ctx.run_ui(input, |ui| {
                app.logic(ui.ctx());
                app.draw(ui);
            });
            output.textures_delta.clear();
            let shapes = ctx.tessellate(output.shapes, output.pixels_per_point);
            let spent = begin.elapsed().as_secs_f64();
            if frame >= WARM && !shapes.is_empty() {
                times.push(spent);
            }
        }
        times.sort_by(f64::total_cmp);
        let at = |percent| duration(regather::base::stats::percentile(&times, percent).unwrap_or(f64::NAN));
        println!("  {:<9} median {:>9}  p95 {:>9}  p99 {:>9}", screen.word(), at(50), at(95), at(99));
    }
}
