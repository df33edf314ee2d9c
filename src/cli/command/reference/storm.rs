//! `regather reference storm-1`: the published reference model, with what a run costs here.

use crate::base::units;
use crate::cli::error::{CommandError, Kind};
use crate::cli::printer::Printer;
use crate::fleet::Fleet;
use crate::report::terminal::line;
use crate::sim;
use crate::sim::storm1::{ReferenceResult, Scenario, fleet};
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

/// Arguments of `regather reference storm-1`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenario of the model
    #[arg(long, value_enum, default_value = "storm")]
    scenario: Name,
    /// Number of agents
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    agents: u32,
    /// Service times: all the same, or exponential
    #[arg(long, value_enum, default_value = "det")]
    service: Service,
    /// Seed of the draws
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Run it this many times, to measure what it costs
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    repeat: u32,
    /// Share the repetitions out over this many threads; the result is the same
    #[arg(long, value_name = "T", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
}

/// Name of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Name {
    /// No overload
    Calm,
    /// Refusals, bound by capacity
    Storm,
    /// Long backlog, recovers
    Deep,
    /// Never recovers by itself
    Meta,
    /// Order statistics
    Idle,
}

impl From<Name> for Scenario {
    fn from(name: Name) -> Self {
        match name {
            Name::Calm => Self::Calm,
            Name::Storm => Self::Storm,
            Name::Deep => Self::Deep,
            Name::Meta => Self::Meta,
            Name::Idle => Self::Idle,
        }
    }
}

/// How service times are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Service {
    /// Always the mean
    Det,
    /// Exponential
    Exp,
}

/// A number that this system may not give.
type Measured<T> = Result<T, &'static str>;

/// Why a cost cannot be measured.
const NOT_LINUX: &str = "only measured on Linux, from /proc";

/// Runs the page.
pub(super) fn run(args: &Args, json: bool, printer: &Printer) -> Result<(), CommandError> {
    let scenario = Scenario::from(args.scenario);
    let fleet = fleet(scenario, args.agents, args.service == Service::Exp);
    let (result, cpu) = repeat(args, &fleet, printer)?;
    printer.progress("");
    if json { print_json(args, &result, &cpu, printer) } else { printer.text(&text(args, &result, &cpu)) }
}

/// What one repetition cost and gave.
type Repetition = Result<(ReferenceResult, Measured<f64>), sim::SimError>;

/// Runs the model as often as asked for; returns its figures and the processor time of each run [s].
fn repeat(
    args: &Args,
    fleet: &Fleet,
    printer: &Printer,
) -> Result<(ReferenceResult, Measured<Vec<f64>>), CommandError> {
    let (stop, next, done) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    let work = || {
        let mut results: Vec<Repetition> = Vec::new();
        while next.fetch_add(1, Ordering::Relaxed) < args.repeat {
            let before = cpu_s();
            let run = sim::run(fleet, args.seed, &stop);
            let spent = before.and_then(|before| cpu_s().map(|after| after - before));
            results.push(run.map(|run| (ReferenceResult::of(&run), spent)));
            printer.progress(&format!("Run {} of {}", done.fetch_add(1, Ordering::Relaxed) + 1, args.repeat));
        }
        results
    };
    let results = sim::on_threads(usize::from(args.threads), work);
    let mut first: Option<ReferenceResult> = None;
    let mut cpu: Measured<Vec<f64>> = Ok(Vec::new());
    for repetition in results {
        let (this, spent) = repetition.map_err(|error| CommandError::input(error.to_string()))?;
        cpu = cpu.and_then(|mut all| {
            spent.map(|spent| {
                all.push(round(spent));
                all
            })
        });
        if first.get_or_insert_with(|| this.clone()) != &this {
            return Err(CommandError::new(
                Kind::Bug,
                "Two runs of the same seed differ, so no result can be trusted.",
            )
            .hint("Please report this with the processor and the operating system."));
        }
    }
    first.map(|result| (result, cpu)).ok_or_else(|| CommandError::new(Kind::Bug, "No run took place."))
}

/// Prints the figures as JSON.
fn print_json(
    args: &Args,
    result: &ReferenceResult,
    cpu: &Measured<Vec<f64>>,
    printer: &Printer,
) -> Result<(), CommandError> {
    let memory = peak_bytes();
    let mut value = json!({
        "schema": "regather/storm-1/1",
        "scenario": Scenario::from(args.scenario),
        "agents": args.agents,
        "service": if args.service == Service::Exp { "exp" } else { "det" },
        "seed": args.seed,
        "runs": args.repeat,
        "threads": args.threads,
        "result": result,
        "cpu_s": cpu.as_ref().ok(),
        "peak_memory_bytes": memory.ok(),
    });
    if let Err(reason) = cpu {
        value["cpu_s_unknown"] = (*reason).into();
    }
    if let Err(reason) = memory {
        value["peak_memory_bytes_unknown"] = reason.into();
    }
    printer.json(&value)
}

/// Returns the figures as text.
fn text(args: &Args, result: &ReferenceResult, cpu: &Measured<Vec<f64>>) -> String {
    let time = |s: f64| if s < 0.0 { "never".to_owned() } else { format!("{s:.3} s") };
    let cost = match cpu {
        Ok(all) => {
            let mut all = all.clone();
            all.sort_unstable_by(f64::total_cmp);
            let median = all.get(all.len() / 2).copied().unwrap_or_default();
            format!("{median} s per run (median of {})", all.len())
        }
        Err(reason) => format!("unknown: {reason}"),
    };
    let memory = match peak_bytes() {
        Ok(bytes) => format!("{} MB", units::significant(bytes as f64 / 1e6)),
        Err(reason) => format!("unknown: {reason}"),
    };
    let rows = [
        ("hash", result.hash.clone()),
        ("50 % back after", time(result.t50_s)),
        ("95 % back after", time(result.t95_s)),
        ("99 % back after", time(result.t99_s)),
        ("100 % back after", time(result.t100_s)),
        ("attempts", units::count(result.attempts)),
        ("of these in the outage", units::count(result.attempts_in_outage)),
        ("refused", units::count(result.refused)),
        ("timed out", units::count(result.timeouts)),
        ("served in vain", units::count(result.wasted)),
        ("busiest second", format!("{} /s", units::count(u64::from(result.peak_per_s)))),
        ("busiest second after", format!("{} /s", units::count(u64::from(result.peak_up_per_s)))),
        ("connected at the end", units::count(result.connected)),
        ("processor time", cost),
        ("peak memory", memory),
    ];
    let service = if args.service == Service::Exp { "exponential" } else { "fixed" };
    let agents = units::count(u64::from(args.agents));
    let scenario = Scenario::from(args.scenario).word();
    let mut text =
        format!("storm-1 {scenario}, {agents} agents, {service} service times, seed {}\n", args.seed);
    for (name, value) in rows {
        line(&mut text, format_args!("  {name:<24}{value}"));
    }
    text
}

/// Rounds to microseconds.
fn round(s: f64) -> f64 {
    (s * 1e6).round() / 1e6
}

/// Returns the text of a file below /proc.
fn proc(name: &str) -> Measured<String> {
    if !cfg!(target_os = "linux") {
        return Err(NOT_LINUX);
    }
    let bytes = std::fs::read(format!("/proc/{name}")).map_err(|_| "/proc cannot be read here")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the processor time of this thread so far [s], on which the model runs.
fn cpu_s() -> Measured<f64> {
    // The kernel brings the count up to date when the thread passes through the scheduler.
    thread::yield_now();
    let text = proc("thread-self/schedstat")?;
    let nanos: Option<f64> = text.split_whitespace().next().and_then(|word| word.parse().ok());
    nanos.map(|nanos| nanos / 1e9).ok_or("this kernel does not count processor time")
}

/// Returns the most memory that this process has had resident [B].
fn peak_bytes() -> Measured<u64> {
    let status = proc("self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|rest| rest.split_whitespace().next()).and_then(|word| word.parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024).ok_or("this kernel does not say it")
}
