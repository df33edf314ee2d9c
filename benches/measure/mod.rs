//! The clocks of the benchmarks.
//!
//! CPU time counts where the system tells it (Linux), because it holds on a busy machine; elsewhere it is
//! the time on the wall.

use std::io::Read;
use std::time::Instant;

/// Returns the time on the wall.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub fn now() -> Instant {
    Instant::now()
}

/// Runs `work` and returns the CPU time that this thread spent on it [s].
pub fn cpu_time<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let (wall, before) = (now(), thread_cpu());
    let result = work();
    let elapsed = wall.elapsed().as_secs_f64();
    let cpu = before.zip(thread_cpu()).map_or(elapsed, |(before, after)| after - before);
    (cpu, result)
}

/// Returns the CPU time of this thread so far [s], where the kernel tells it to the nanosecond.
fn thread_cpu() -> Option<f64> {
    let mut text = String::new();
    let mut file = std::fs::File::open("/proc/thread-self/schedstat").ok()?;
    file.read_to_string(&mut text).ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    (nanoseconds > 0.0).then_some(nanoseconds / 1e9)
}
