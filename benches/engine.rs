//! Prints the speed of the exact engines in figures, and in ratios to plain implementations measured in
//! the same run: `cargo bench --bench engine --no-default-features`. Words behind `--` choose parts:
//! `storm` (the plain model), `heap` (its ratio to a plain heap), `mixed` (the full model), `many`
//! (replications on two threads), `memory`; `large` comes only when it is asked for.
//!
//! Not a test: machines differ, and nothing here can fail. CPU time counts where the system tells it
//! (Linux), because it holds on a busy machine; elsewhere it is the time on the wall.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

mod measure;
#[path = "measure/memory.rs"]
mod memory;

use measure::{cpu_time, now};
use memory::status;
use regather::base::draws::{Stream, run_seed};
use regather::base::units::{duration, significant};
use regather::base::{Draws, Micros};
use regather::fleet::{Agent, Fleet, ServiceLaw};
use regather::sim::storm1::{self, Scenario};
use regather::sim::storm2::mixed;
use regather::sim::{Arena, Run, reference, run_in};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::atomic::AtomicBool;

static STOP: AtomicBool = AtomicBool::new(false);

/// The laws of service of the full model.
const LAWS: [ServiceLaw; 3] = [ServiceLaw::Fixed, ServiceLaw::Exponential, ServiceLaw::Lognormal];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if words.first().is_some_and(|word| word == "peak") {
        peak(&words);
        return;
    }
    let named = |part: &str| words.iter().any(|word| word == part);
    let parts: [(&str, fn()); 5] =
        [("storm", storm_1), ("heap", to_heap), ("mixed", storm_2), ("many", many), ("memory", memory)];
    for (name, part) in parts {
        if words.is_empty() || named(name) {
            part();
        }
    }
    if named("large") {
        large();
    }
}

fn storm(agents: u32, law: ServiceLaw) -> Fleet {
    storm1::fleet(Scenario::Storm, agents, law == ServiceLaw::Exponential)
}

fn law(law: ServiceLaw) -> &'static str {
    match law {
        ServiceLaw::Fixed => "fixed",
        ServiceLaw::Exponential => "exponential",
        ServiceLaw::Lognormal => "lognormal",
    }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Plays a fleet so often that a tick of the kernel's clock matters little; returns the CPU time of one
/// run [s] and the run.
fn timed(arena: &mut Arena, fleet: &Fleet, work: u64) -> (f64, Option<Run>) {
    let inner = (work / fleet.devices().max(1)).max(1);
    let (cpu, run) = cpu_time(|| (0..inner).filter_map(|_| run_in(arena, fleet, 1, &STOP).ok()).last());
    (cpu / inner as f64, run)
}

fn print(what: ServiceLaw, cpu: f64, run: &Run) {
    println!(
        "  {:>9} {:<12} {:>9} CPU  {:>5} M attempts/s {:>6} M devices/s  {:016x}",
        run.devices,
        law(what),
        duration(cpu),
        significant(run.totals.attempts as f64 / cpu / 1e6),
        significant(run.devices as f64 / cpu / 1e6),
        run.hash(),
    );
}

/// Runs laws of service in turn and prints the fastest run of each, which was disturbed least, and the
/// median of their ratios to the first one, by attempt.
fn in_turn(arena: &mut Arena, laws: &[ServiceLaw], rounds: u32, fleet: impl Fn(ServiceLaw) -> Fleet) {
    let fleets: Vec<Fleet> = laws.iter().map(|&law| fleet(law)).collect();
    let mut best = vec![(f64::INFINITY, None); laws.len()];
    let mut ratios = vec![Vec::new(); laws.len()];
    for _ in 0..rounds {
        let mut first = None;
        for (index, fleet) in fleets.iter().enumerate() {
            let (cpu, Some(run)) = timed(arena, fleet, 1_000_000) else { return };
            let each = cpu / run.totals.attempts as f64;
            ratios[index].push(each / *first.get_or_insert(each));
            if cpu < best[index].0 {
                best[index] = (cpu, Some(run));
            }
        }
    }
    for (&law, (cpu, run)) in laws.iter().zip(&best) {
        if let Some(run) = run {
            print(law, *cpu, run);
        }
    }
    for (&what, ratios) in laws.iter().zip(ratios).skip(1) {
        println!("            {} / fixed {}, by attempt", law(what), significant(median(ratios)));
    }
}

fn storm_1() {
    println!("storm-1, one thread, warm arena, best of several runs");
    let mut arena = Arena::default();
    for agents in [10_000, 100_000, 1_000_000] {
        in_turn(&mut arena, &LAWS[..2], 9, |law| storm(agents, law));
    }
}

fn storm_2() {
    println!("storm-2 mixed, one thread, best of several runs");
    let mut arena = Arena::default();
    for (devices, rounds) in [(10_000, 9), (100_000, 9), (1_000_000, 5)] {
        in_turn(&mut arena, &LAWS, rounds, |law| mixed(devices, law));
    }
    println!("storm-2 mixed, ratio to the plain implementation (median of alternating pairs)");
    for (devices, pairs) in [(10_000, 3), (100_000, 1)] {
        for what in LAWS {
            let fleet = mixed(devices, what);
            let (mut ratios, mut equal) = (Vec::new(), true);
            for _ in 0..pairs {
                let (slow, plain) = cpu_time(|| reference::run(&fleet, 1));
                let (fast, run) = timed(&mut arena, &fleet, 200_000);
                equal &= run.is_some_and(|run| run == plain);
                ratios.push(slow / fast);
            }
            let ratio = significant(median(ratios));
            println!("  {devices:>9} {:<12} {ratio:>5}x  (same result: {equal})", law(what));
        }
    }
}

fn to_heap() {
    println!("storm-1, ratio to a plain heap (median of alternating pairs)");
    let mut arena = Arena::default();
    let [fixed, random, _] = LAWS;
    let cases = [
        (10_000, fixed, 9),
        (10_000, random, 9),
        (100_000, fixed, 5),
        (100_000, random, 5),
        (1_000_000, fixed, 3),
        (1_000_000, random, 1),
    ];
    for (agents, what, pairs) in cases {
        let fleet = storm(agents, what);
        let inner = (100_000 / agents).max(1);
        let (mut ratios, mut plain, mut equal) = (Vec::new(), f64::INFINITY, true);
        for _ in 0..pairs {
            let (slow, hash) =
                cpu_time(|| (0..inner).fold(0, |_, _| Heap::of(&fleet, 1).map_or(0, Heap::play)));
            let slow = slow / f64::from(inner);
            let (fast, run) = timed(&mut arena, &fleet, 1_000_000);
            equal &= run.is_some_and(|run| run.hash() == hash);
            plain = plain.min(slow);
            ratios.push(slow / fast);
        }
        println!(
            "  {agents:>9} {:<12} {:>5}x  (heap {}, same hash: {equal})",
            law(what),
            significant(median(ratios)),
            duration(plain),
        );
    }
}

/// Plays 100 replications on two threads.
fn many() {
    println!("100 replications on 2 threads, on the wall");
    for agents in [10_000, 100_000] {
        for what in [ServiceLaw::Fixed, ServiceLaw::Exponential] {
            hundred("storm-1", what, &storm(agents, what));
        }
        for what in LAWS {
            hundred("storm-2", what, &mixed(agents, what));
        }
    }
}

fn hundred(model: &str, what: ServiceLaw, fleet: &Fleet) {
    let start = now();
    let cpu: f64 = std::thread::scope(|scope| {
        let work = |half: u32| {
            move || {
                let mut arena = Arena::default();
                cpu_time(|| {
                    for number in (half..100).step_by(2) {
                        let run = run_in(&mut arena, fleet, run_seed(1, number), &STOP);
                        std::hint::black_box(run.is_ok());
                    }
                })
                .0
            }
        };
        let threads = [0, 1].map(|half| scope.spawn(work(half)));
        threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    let (wall, devices) = (duration(start.elapsed().as_secs_f64()), fleet.devices());
    println!("  {model} {devices:>9} {:<12} {wall:>9} ({} CPU)", law(what), duration(cpu));
}

fn memory() {
    println!("peak memory beyond what the process had before, by device");
    for model in ["storm-1", "storm-2"] {
        for what in LAWS {
            in_new_process(model, what, 1_000_000);
        }
    }
}

fn large() {
    println!("storm-1, ten million devices, one thread, once");
    for what in &LAWS[..2] {
        if let (cpu, Some(run)) = timed(&mut Arena::default(), &storm(10_000_000, *what), 0) {
            print(*what, cpu, &run);
        }
    }
    for what in &LAWS[..2] {
        in_new_process("storm-1", *what, 10_000_000);
    }
}

/// Lets a process of its own say how much memory a run takes: this one has kept some of what it used.
fn in_new_process(model: &str, what: ServiceLaw, devices: u32) {
    let told = std::env::current_exe().and_then(|bench| {
        let words = ["peak", model, law(what), &devices.to_string()].map(str::to_owned);
        std::process::Command::new(bench).args(words).output()
    });
    if let Ok(output) = told {
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Plays a fleet once and prints how much memory it took; nothing where the system does not tell.
fn peak(words: &[String]) -> Option<()> {
    let [_, model, name, devices] = words else { return None };
    let (what, devices) = (LAWS.into_iter().find(|&what| law(what) == name)?, devices.parse().ok()?);
    let fleet = match model.as_str() {
        "storm-1" if what == ServiceLaw::Lognormal => return None,
        "storm-1" => storm(devices, what),
        _ => mixed(devices, what),
    };
    let before = status("VmRSS")?;
    let run = run_in(&mut Arena::default(), &fleet, 1, &STOP).ok()?;
    let each = significant((status("VmHWM")? - before) / run.devices as f64);
    println!("  {model} {:>9} {name:<12} {each} B", run.devices);
    Some(())
}

/// `storm-1` with an event for every attempt, completion and time-out in one heap: the textbook way.
struct Heap {
    draws: Draws,
    down: u64,
    horizon: u64,
    random: u64,
    timeout: u64,
    service: u64,
    exponential: bool,
    idle: u32,
    room: usize,
    events: BinaryHeap<Reverse<(u64, u64)>>,
    agents: Vec<Client>,
    queue: VecDeque<(u32, u32)>,
    /// Attempts, connected, refused, timed out per second.
    curves: [Vec<u64>; 4],
}

#[derive(Clone, Copy, Default)]
struct Client {
    attempts: u32,
    /// Attempt that is waited for, from 1; 0 for none.
    awaits: u32,
}

const COMPLETION: u64 = 0;
const TIME_OUT: u64 = 1;
const ATTEMPT: u64 = 2;

impl Heap {
    fn of(fleet: &Fleet, seed: u64) -> Option<Self> {
        let group = fleet.groups.first()?;
        let Agent::ExampleAgent { reconnect_random_delay: Micros(random), sdk } = group.agent else {
            return None;
        };
        let horizon = fleet.outage.horizon().0;
        Some(Self {
            draws: Draws::new(seed),
            down: fleet.outage.length.0,
            horizon,
            random,
            timeout: sdk.connect_timeout.0,
            service: fleet.platform.service_time.0,
            exponential: fleet.platform.service_law == ServiceLaw::Exponential,
            idle: fleet.platform.workers,
            room: fleet.platform.accept_queue as usize,
            events: BinaryHeap::new(),
            agents: vec![Client::default(); group.devices as usize],
            queue: VecDeque::new(),
            curves: std::array::from_fn(|_| vec![0; (horizon / 1_000_000 + 2) as usize]),
        })
    }

    /// Plays the run and returns its hash.
    fn play(mut self) -> u64 {
        for agent in 0..self.agents.len() as u32 {
            self.schedule(0, agent);
        }
        while let Some(Reverse((now, what))) = self.events.pop() {
            if now >= self.horizon {
                break;
            }
            let (agent, number) = ((what >> 24) as u32, what as u32 & 0xFF_FFFF);
            match what >> 56 {
                COMPLETION => self.complete(now, agent, number),
                TIME_OUT => self.time_out(now, agent, number),
                _ => self.attempt(now, agent),
            }
        }
        let words = self.curves.iter().flatten();
        words.fold(0xCBF2_9CE4_8422_2325, |hash, &word| (hash ^ word).wrapping_mul(0x0000_0100_0000_01B3))
    }

    fn push(&mut self, at: u64, kind: u64, agent: u32, number: u32) {
        self.events.push(Reverse((at, kind << 56 | u64::from(agent) << 24 | u64::from(number))));
    }

    fn count(&mut self, curve: usize, now: u64) {
        self.curves[curve][(now / 1_000_000) as usize] += 1;
    }

    fn schedule(&mut self, now: u64, agent: u32) {
        let number = u64::from(self.agents[agent as usize].attempts);
        let wait = self.draws.delay(Stream::AttemptDelay, u64::from(agent), number, self.random);
        self.push(now + wait, ATTEMPT, agent, 0);
    }

    fn attempt(&mut self, now: u64, agent: u32) {
        self.count(0, now);
        let client = &mut self.agents[agent as usize];
        client.attempts += 1;
        let number = client.attempts;
        if now < self.down {
            return self.schedule(now, agent);
        }
        if self.idle == 0 && self.queue.len() >= self.room {
            self.count(2, now);
            return self.schedule(now, agent);
        }
        self.agents[agent as usize].awaits = number;
        self.push(now + self.timeout, TIME_OUT, agent, number);
        if self.idle > 0 {
            self.idle -= 1;
            self.serve(now, agent, number);
        } else {
            self.queue.push_back((agent, number));
        }
    }

    fn serve(&mut self, now: u64, agent: u32, number: u32) {
        let time = if self.exponential {
            let unit = self.draws.unit(Stream::Service, u64::from(agent), u64::from(number - 1));
            ((-libm::log(unit) * self.service as f64).round() as u64).max(1)
        } else {
            self.service
        };
        self.push(now + time, COMPLETION, agent, number);
    }

    fn complete(&mut self, now: u64, agent: u32, number: u32) {
        let client = &mut self.agents[agent as usize];
        if client.awaits == number {
            client.awaits = 0;
            self.count(1, now);
        }
        match self.queue.pop_front() {
            Some((agent, number)) => self.serve(now, agent, number),
            None => self.idle += 1,
        }
    }

    fn time_out(&mut self, now: u64, agent: u32, number: u32) {
        // The time-out of an attempt that was answered is still in the heap.
        let client = &mut self.agents[agent as usize];
        if client.awaits == number {
            client.awaits = 0;
            self.count(3, now);
            self.schedule(now, agent);
        }
    }
}
