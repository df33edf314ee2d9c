//! Prints what real agents cost and how exactly they follow the simulation: `cargo bench --bench live`. Words behind
//! `--` choose parts: `connect` (CPU of a sign-in, in ratio to a bare WebSocket), `memory` (of an idle agent), `fit`
//! (5,000 agents against their simulation), `idle` (CPU of pings), `many` (9,000 agents and the platform in one process).
//!
//! Everything stays on loopback. Except in `fit` and `many` the platform is a process of its own, so that only the
//! agents are measured. Not a test: machines differ, and nothing here can fail. CPU and memory are told where the system
//! tells them (Linux). Goals: 2 times a bare connection; 16 KB plain and 32 KB with TLS; a distance of 0.01, t95 within
//! 1 %, half of the attempts at most 2 ms late and none early; 0.2 % of a core for 1,000 idle agents; 9,000 agents with
//! 20,000 file descriptors.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

mod measure;
#[path = "measure/memory.rs"]
mod memory;

use measure::cpu_time;
use memory::status;
use regather::base::file::read_text;
use regather::base::units::{duration, percent, significant};
use regather::base::{Draws, Micros};
use regather::fleet::{Agent, Backoff, BackoffLaw, FleetFile, Generic, Link, Retries};
use regather::live::agent::{self, Device, Key, Listener, Profile, Told};
use regather::live::clock::Clock;
use regather::live::connect::{Target, USUAL_PATH};
use regather::live::listen::Port;
use regather::live::platform::{self, Settings};
use regather::live::rehearsal;
use regather::live::tls::{Authority, ClientTls, Connector, Trust};
use regather::plan::Fit;
use regather::sim::{self, Study};
use std::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

type Failed = Box<dyn Error>;

/// A part of the benchmark.
type Part = fn() -> Result<(), Failed>;

fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if words.first().is_some_and(|word| word == "platform") {
        return serves(words.get(1).is_some_and(|word| word == "tls"));
    }
    if words.first().is_some_and(|word| word == "resident") {
        return resident(words.get(1).is_some_and(|word| word == "tls"));
    }
    let parts: [(&str, Part); 5] =
        [("connect", connect), ("memory", memory), ("idle", idle), ("fit", fit), ("many", many)];
    for (name, part) in parts {
        if words.is_empty() || words.iter().any(|word| word == name) {
            part()?;
        }
    }
    Ok(())
}

/// Serves agents until stdin ends; prints the port, and with TLS the certificate of its authority.
fn serves(tls: bool) -> Result<(), Failed> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let authority = tls.then(|| Authority::new("Regather bench")).transpose()?;
    let identity = authority.as_ref().map(|authority| authority.identity(&["127.0.0.1"])).transpose()?;
    let hour = Micros::from_secs(3_600);
    let settings = Settings {
        port: Port::Exactly(0),
        identity,
        idle_timeout: hour,
        greeting_timeout: hour,
        ..Settings::default()
    };
    let _inside = runtime.enter();
    let platform = platform::start(settings, Clock::start())?;
    println!("{}", platform.address().port());
    print!("{}", authority.map(|authority| authority.pem()).unwrap_or_default());
    println!("ready");
    std::io::stdin().read_to_end(&mut Vec::new())?;
    runtime.block_on(platform.stop());
    Ok(())
}

/// A platform in a process of its own.
struct Served {
    child: Child,
    port: u16,
    pem: String,
}

impl Served {
    fn start(tls: bool) -> Result<Self, Failed> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("platform").args(tls.then_some("tls"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("no pipe")?;
        let mut lines = BufReader::new(stdout).lines();
        let port = lines.next().ok_or("it says no port")??.parse()?;
        let mut pem = String::new();
        for line in lines {
            let line = line?;
            if line == "ready" {
                break;
            }
            pem.extend([&line, "\n"]);
        }
        Ok(Self { child, port, pem })
    }

    /// Returns what agents share that connect within a time and then stay.
    fn profile(&self, within: Micros, ping: Micros) -> Result<Arc<Profile>, Failed> {
        let trust = Trust::Only(self.pem.clone());
        let tls =
            (!self.pem.is_empty()).then(|| Connector::new(&ClientTls { trust, own: None })).transpose()?;
        let agent = Agent::Generic(Generic {
            first_delay: within,
            connect_timeout: Micros::from_secs(60),
            connect_retries: Retries::Times(1),
            backoff: Backoff { law: BackoffLaw::Fixed, base: Micros::ZERO, cap: Micros::ZERO },
        });
        let link = Link { tls: tls.is_some(), ping_rate: ping, ..Link::C_SDK };
        let target =
            Target { host: "127.0.0.1".into(), port: self.port, path: USUAL_PATH.into(), proxy: None };
        Ok(Arc::new(Profile { target, tls, agent, link, key: Key("key".into()) }))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // The end of its stdin ends it.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Counts who is back.
#[derive(Default)]
struct Back(AtomicU64);

impl Listener for Back {
    fn hears(&self, _: Micros, _: u64, told: Told) {
        if matches!(told, Told::Back { .. }) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Starts agents and waits until all are back.
async fn returns(profile: &Arc<Profile>, agents: u64) -> Vec<agent::Handle> {
    let (clock, back) = (Clock::start(), Arc::new(Back::default()));
    let start = |number| {
        let device = Device { number, things: vec![format!("thing-{number}")] };
        agent::start(Arc::clone(profile), device, (clock, Draws::new(1)), Micros::ZERO, back.clone())
    };
    let handles: Vec<_> = (0..agents).map(start).collect();
    while back.0.load(Ordering::Relaxed) < agents {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    handles
}

/// Stops agents.
async fn stops(agents: Vec<agent::Handle>) {
    agents.iter().for_each(agent::Handle::ask_to_stop);
    for agent in agents {
        agent.stop().await;
    }
}

/// One thread, so that its clock is that of the agents.
fn one_thread() -> Result<Runtime, Failed> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// CPU of a sign-in, in ratio to the connection of the library alone.
fn connect() -> Result<(), Failed> {
    const AGENTS: u64 = 1_000;
    println!("connect, upgrade, AUTH and BIND of {AGENTS} agents within 2 s, plain, one thread");
    let (runtime, served) = (one_thread()?, Served::start(false)?);
    let window = Micros::from_secs(2);
    let profile = served.profile(window, Micros::from_secs(600))?;
    let url = format!("ws://127.0.0.1:{}{USUAL_PATH}", served.port);
    let bare = async |number: u64| {
        // As spread as the agents, so that both sleep as often.
        tokio::time::sleep(Duration::from_micros(window.0 * number / AGENTS)).await;
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", served.port)).await?;
        tokio_tungstenite::client_async(url.clone(), stream).await.map(|(socket, _)| socket)
    };
    let mut ratios = Vec::new();
    for _ in 0..5 {
        let (ours, agents) = cpu_time(|| runtime.block_on(returns(&profile, AGENTS)));
        runtime.block_on(stops(agents));
        let (theirs, sockets) =
            cpu_time(|| runtime.block_on(futures_util::future::join_all((0..AGENTS).map(bare))));
        let open = sockets.iter().filter(|socket| socket.is_ok()).count();
        drop(sockets);
        let each = |cpu: f64| duration(cpu / AGENTS as f64);
        println!("  agent {}, bare WebSocket {} ({open} open)", each(ours), each(theirs));
        ratios.push(ours / theirs);
    }
    ratios.sort_by(f64::total_cmp);
    println!("  {} times a bare connection, median of 5 (goal 2)", significant(ratios[2]));
    Ok(())
}

/// Agents whose memory is measured.
const IDLE: u64 = 2_000;

/// Memory of an idle agent, each kind in a process of its own: one that has kept memory says nothing.
fn memory() -> Result<(), Failed> {
    println!("resident memory of {IDLE} agents that are connected and idle");
    for kind in ["plain", "tls"] {
        Command::new(std::env::current_exe()?).args(["resident", kind]).status()?;
    }
    Ok(())
}

/// Prints the memory of idle agents of this process.
fn resident(tls: bool) -> Result<(), Failed> {
    let (name, goal) = if tls { ("TLS", 32) } else { ("plain", 16) };
    let (runtime, served) = (one_thread()?, Served::start(tls)?);
    let profile = served.profile(Micros::from_secs(4), Micros::from_secs(600))?;
    // What is loaded once is not counted.
    runtime.block_on(async { stops(returns(&profile, 20).await).await });
    let before = status("VmRSS");
    let agents = runtime.block_on(returns(&profile, IDLE));
    let each = before.zip(status("VmRSS")).map(|(before, after)| (after - before) / 1_024.0 / IDLE as f64);
    runtime.block_on(stops(agents));
    match each {
        Some(each) => println!("  {name:<5} {} KB each (goal {goal})", significant(each)),
        None => println!("  {name:<5} this system does not tell"),
    }
    Ok(())
}

/// CPU of agents that only ping.
fn idle() -> Result<(), Failed> {
    const AGENTS: u64 = 1_000;
    println!("{AGENTS} idle agents that ping every 5.5 s, counted for 22 s and taken by ten");
    for tls in [false, true] {
        let (runtime, served) = (one_thread()?, Served::start(tls)?);
        let profile = served.profile(Micros::from_secs(4), Micros(5_500_000))?;
        let agents = runtime.block_on(returns(&profile, AGENTS));
        let (cpu, ()) =
            cpu_time(|| runtime.block_on(async { tokio::time::sleep(Duration::from_secs(22)).await }));
        runtime.block_on(stops(agents));
        let name = if tls { "TLS" } else { "plain" };
        println!("  {name:<5} {} of a core with a ping every 55 s (goal 0.2 %)", percent(cpu / 22.0 / 10.0));
    }
    Ok(())
}

/// Agents against the simulation of the same draws.
fn fit() -> Result<(), Failed> {
    // More than the agents ask for, and less.
    rehearses("5 000 agents over 10 s, platform with room", 5_000, 2_000)?;
    rehearses("5 000 agents over 10 s, saturated platform", 5_000, 400)
}

/// Agents and platform in this process.
fn many() -> Result<(), Failed> {
    let limit = read_text(Path::new("/proc/self/limits"), 1 << 20).unwrap_or_default();
    let limit =
        limit.lines().find(|line| line.starts_with("Max open files")).unwrap_or("an unknown limit of files");
    println!("{}", limit.split_whitespace().collect::<Vec<_>>().join(" "));
    rehearses("9 000 agents over 10 s and their platform in one process", 9_000, 3_000)
}

fn rehearses(what: &str, agents: u32, per_s: u32) -> Result<(), Failed> {
    println!("{what}, {per_s} sign-ins/s");
    let text = format!(
        r#"{{"regather": 1, "groups": {{"a": {{"devices": {agents}, "agent": "example-agent", "tls": "off",
        "reconnect_random_delay_seconds": 10, "max_connect_delay": 0, "connect_retry_interval": 0,
        "connect_timeout": 60000}}}},
        "platform": {{"workers": {}, "service_time_ms": 5, "service_law": "fixed", "accept_queue": 60000}},
        "outage": {{"length_s": 0, "watch_s": 60, "ramp_s": 0}}}}"#,
        per_s / 200
    );
    let checked = FleetFile::parse(&text)?.check(None);
    let fleet = checked.fleet.ok_or_else(|| format!("{:?}", checked.findings))?;
    let scaled = rehearsal::scale(&fleet, agents, Micros::from_secs(1))?;
    let runs = sim::replicate(&scaled.fleet, 1, 0..1, 2, &AtomicBool::new(false), &|_| {})?;
    let study = Study::of(&scaled.fleet, 1, runs.into_iter().map(Arc::new).collect());
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let rehearsed = runtime.block_on(rehearsal::run(&scaled, 1))?;
    let outcome = &rehearsed.agents;
    let simulated = study.runs[0].times.t95.map_or(f64::NAN, Micros::secs);
    let live = outcome.back_at.get(outcome.back_at.len() * 95 / 100).map_or(f64::NAN, |at| at.secs());
    let gap = Fit::of(&study, rehearsal::away(&scaled), &outcome.back_at).map_or(f64::NAN, |fit| fit.gap);
    println!("  back {} of {agents}, both ends count alike: {}", outcome.back_at.len(), rehearsed.agrees());
    println!("  largest distance to the simulation {} (goal 0.01)", significant(gap));
    println!(
        "  95 % back after {} s, simulated {} s: {} apart (goal 1 %)",
        significant(live),
        significant(simulated),
        percent((live / simulated - 1.0).abs())
    );
    let late = outcome.lateness;
    println!(
        "  attempts late: half by at most {} (goal 2 ms), 99 % by {}, at most {}; early: {} (goal none); limited by this computer: {}",
        duration(late.median.secs()),
        duration(late.p99.secs()),
        duration(late.longest.secs()),
        late.early,
        rehearsed.host_limited()
    );
    Ok(())
}
