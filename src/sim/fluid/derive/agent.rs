//! An agent as a graph of waits.

use super::super::doubt::Doubt;
use super::super::model::{Members, Model, Source, Stage, Then, Wall};
use crate::agent::{delay, spins};
use crate::base::Micros;
use crate::fleet::{Agent, Backoff, BackoffLaw, CSdk, DelayLaw, Generic, Group, Retries};

/// Attempts of one call that are followed one by one: at most, and of all groups together.
const FOLLOWED: [u16; 2] = [64, 640];
/// A uniform wait narrower than this is added to its neighbour as a fixed one [s].
const NARROW_S: f64 = 0.02;
/// Repetitions faster than this are a doubt [s].
const FAST_S: f64 = 0.1;
/// From here on the product of the delay law of Windows wraps [s]: 2^32 / 32 767 ms.
const WINDOWS_WRAPS_S: f64 = 131.076;
/// Doublings after which any base but 0 has reached any cap.
const DOUBLINGS: u32 = 32;

/// A random wait [s].
#[derive(Clone, Copy)]
struct Wait {
    from: f64,
    to: f64,
}

impl Wait {
    /// Returns whether both are nearly the same.
    fn is_like(self, other: Self) -> bool {
        let close = |a: f64, b: f64| (a - b).abs() <= 0.01 * a.max(b);
        close(self.from, other.from) && close(self.to, other.to)
    }
}

fn fixed(wait: Micros) -> Wait {
    Wait { from: wait.secs(), to: wait.secs() }
}

fn uniform(longest: Micros) -> Wait {
    Wait { from: 0.0, to: longest.secs() }
}

/// Adds one of so many groups, of which `share` have lost their connection and wait `timeout_s` for an answer.
pub(super) fn sources(model: &mut Model, groups: u16, group: &Group, share: f64, timeout_s: f64) {
    let agent = &group.agent;
    // Many long chains would leave no time to play any of them.
    let followed = (FOLLOWED[1] / groups.max(1)).clamp(2, FOLLOWED[0]);
    let (mut skipped_s, mut skipped_attempts) = (0.0, 0.0);
    let mut retries = agent.retries();
    if let Retries::Times(times) = retries
        && times > followed
    {
        let outage = if model.meets == Wall::FailsAtOnce { model.outage_s } else { 0.0 };
        let (skip, interval_s) = skip(agent, times, outage);
        skipped_s = f64::from(skip) * interval_s;
        skipped_attempts = f64::from(skip);
        retries = Retries::Times(times - skip);
        if times - skip > followed {
            retries = Retries::Forever;
            model.doubts.push(Doubt::ManyRetries { group: group.id.clone() });
        }
    }
    if spins(agent) || fastest(agent) < FAST_S {
        model.doubts.push(Doubt::FastRetries { group: group.id.clone() });
    }
    let mut parts = Vec::new();
    for (part, stages) in graphs(agent, retries) {
        let source = Source {
            devices: f64::from(group.devices) * share * part,
            timeout_s,
            stages,
            skipped_s,
            skipped_attempts,
        };
        let devices = source.devices;
        let known = model.sources.iter().position(|other| other.same_law(&source));
        let position = known.unwrap_or(model.sources.len());
        match known {
            Some(position) => model.sources[position].devices += devices,
            None => model.sources.push(source),
        }
        parts.push((position, devices));
    }
    model.groups.push(Members { id: group.id.clone(), parts });
}

/// Returns how many attempts of the one call of a device are left out at the start of the outage,
/// because they fail one like the other, and the time between two of them [s].
fn skip(agent: &Agent, times: u16, outage_s: f64) -> (u16, f64) {
    let (Agent::CSdk(sdk) | Agent::Ems(sdk)) = agent else { return (0, 0.0) };
    let interval = sdk.connect_retry_interval.secs();
    if interval <= 0.0 {
        return (0, 0.0);
    }
    let after_delays = (outage_s - sdk.max_connect_delay.secs() - interval).max(0.0);
    (((after_delays / interval) as u64).min(u64::from(times - 2)) as u16, interval)
}

/// Returns the mean time from a failed attempt to the next one, where it is shortest [s].
fn fastest(agent: &Agent) -> f64 {
    if !agent.reconnects() {
        return f64::INFINITY;
    }
    match agent {
        Agent::CSdk(sdk) | Agent::Ems(sdk) if sdk.connect_retries == Retries::Times(1) => f64::INFINITY,
        Agent::ExampleAgent { reconnect_random_delay, sdk } if sdk.connect_retries == Retries::Times(1) => {
            sdk.connect_retry_interval.secs() + 0.5 * reconnect_random_delay.secs() + delay::mean(sdk) * 1e-6
        }
        Agent::DotNetSdk(dotnet) if dotnet.sdk.connect_retries == Retries::Times(1) => {
            dotnet.sdk.connect_retry_interval.secs() + delay::mean(&dotnet.sdk) * 1e-6
        }
        Agent::CSdk(sdk) | Agent::Ems(sdk) | Agent::ExampleAgent { sdk, .. } => {
            sdk.connect_retry_interval.secs()
        }
        Agent::DotNetSdk(dotnet) => dotnet.sdk.connect_retry_interval.secs(),
        Agent::JavaSdk(java) => java.reconnect_interval.secs(),
        Agent::Generic(generic) if generic.connect_retries == Retries::Times(1) => f64::INFINITY,
        Agent::Generic(generic) => {
            let wait = backoff(&generic.backoff, 0);
            0.5 * (wait.from + wait.to)
        }
    }
}

/// Returns the graphs of an agent, each with the share of devices that follow it.
fn graphs(agent: &Agent, retries: Retries) -> Vec<(f64, Vec<Stage>)> {
    if !agent.reconnects() {
        return vec![(1.0, vec![Stage { from_s: 0.0, to_s: 0.0, then: Then::Strand }])];
    }
    match agent {
        Agent::CSdk(sdk) | Agent::Ems(sdk) => calls(sdk, agent, None, retries),
        Agent::ExampleAgent { reconnect_random_delay, sdk } => {
            calls(sdk, agent, Some(uniform(*reconnect_random_delay)), retries)
        }
        Agent::DotNetSdk(dotnet) => calls(&dotnet.sdk, agent, None, retries),
        Agent::JavaSdk(java) => {
            let mut graph = Graph(Vec::new());
            graph.attempt(&[fixed(java.reconnect_interval)]);
            graph.fails_into(0);
            vec![(1.0, graph.0)]
        }
        Agent::Generic(generic) => vec![(1.0, backs_off(generic, retries))],
    }
}

/// Returns the graphs of an agent that makes connect calls.
fn calls(sdk: &CSdk, agent: &Agent, manager: Option<Wait>, retries: Retries) -> Vec<(f64, Vec<Stage>)> {
    let graph = |(share, delay)| {
        let before: Vec<Wait> = manager.into_iter().chain([delay]).collect();
        (share, stages(agent, sdk, &before, retries))
    };
    delays(sdk, agent).into_iter().map(graph).collect()
}

/// Returns the waits of an agent that backs off, up to the one that repeats.
fn backs_off(generic: &Generic, retries: Retries) -> Vec<Stage> {
    let mut graph = Graph(Vec::new());
    graph.attempt(&[uniform(generic.first_delay)]);
    let mut failures = 0;
    loop {
        graph.fails_into_next();
        if matches!(retries, Retries::Times(times) if failures + 1 >= u32::from(times)) {
            graph.0.push(Stage { from_s: 0.0, to_s: 0.0, then: Then::Strand });
            return graph.0;
        }
        let wait = backoff(&generic.backoff, failures);
        let stage = graph.attempt(&[wait]);
        if retries == Retries::Forever && wait.is_like(backoff(&generic.backoff, failures + 1)) {
            graph.fails_into(stage);
            return graph.0;
        }
        failures += 1;
    }
}

/// Returns the wait of a back-off after `n` earlier failures.
fn backoff(backoff: &Backoff, n: u32) -> Wait {
    let expo = f64::from(backoff.expo_ms(n)) * 1e-3;
    match backoff.law {
        BackoffLaw::Fixed => {
            let wait = f64::from(backoff.expo_ms(0)) * 1e-3;
            Wait { from: wait, to: wait }
        }
        BackoffLaw::Exponential => Wait { from: expo, to: expo },
        BackoffLaw::FullJitter => Wait { from: 0.0, to: expo },
        BackoffLaw::EqualJitter => Wait { from: 0.5 * expo, to: expo },
        BackoffLaw::DecorrelatedJitter => decorrelated(backoff, n),
    }
}

/// Returns a uniform wait with the mean of decorrelated jitter, as if every device had had the mean wait
/// before.
fn decorrelated(backoff: &Backoff, n: u32) -> Wait {
    let (base, cap) = (f64::from(backoff.base_ms()) * 1e-3, f64::from(backoff.cap_ms()) * 1e-3);
    let mut wait = Wait { from: base.min(cap), to: base.min(cap) };
    for _ in 0..=n.min(DOUBLINGS) {
        let longest = 1.5 * (wait.from + wait.to);
        wait = if base >= cap || longest <= base {
            Wait { from: base.min(cap), to: base.min(cap) }
        } else if longest <= cap {
            Wait { from: base, to: longest }
        } else {
            // What lies above the cap waits the cap.
            let mean = (0.5 * (cap * cap - base * base) + cap * (longest - cap)) / (longest - base);
            Wait { from: 2.0 * mean - cap, to: cap }
        };
    }
    wait
}

/// Returns the delay of a call as uniform waits, each with the share of devices that it stands for.
fn delays(sdk: &CSdk, agent: &Agent) -> Vec<(f64, Wait)> {
    let longest = sdk.max_connect_delay.secs();
    let whole = |to: f64| vec![(1.0, Wait { from: 0.0, to })];
    match sdk.delay_law {
        DelayLaw::Documented => whole(longest),
        DelayLaw::Linux221 => whole(2e-6 * delay::mean(sdk)),
        DelayLaw::Windows221 if longest <= WINDOWS_WRAPS_S => whole(longest),
        DelayLaw::Windows221 if !matches!(agent, Agent::CSdk(_) | Agent::Ems(_)) => {
            whole(2e-6 * delay::mean(sdk))
        }
        DelayLaw::Windows221 => {
            // The product passes the edge this often; the last, incomplete pass is a shorter delay.
            let passes = longest / WINDOWS_WRAPS_S;
            let rest = passes.fract();
            let wrapped = Wait { from: 0.0, to: WINDOWS_WRAPS_S };
            let mut waits = vec![(passes.floor() / passes, wrapped)];
            if rest > 0.0 {
                waits.push((rest / passes, Wait { from: 0.0, to: rest * WINDOWS_WRAPS_S }));
            }
            waits
        }
    }
}

/// Returns the waits of an agent whose calls begin with these.
fn stages(agent: &Agent, sdk: &CSdk, before: &[Wait], retries: Retries) -> Vec<Stage> {
    let pause = fixed(sdk.connect_retry_interval);
    let mut graph = Graph(Vec::new());
    let times = match retries {
        Retries::Forever => {
            graph.attempt(before);
            graph.fails_into_next();
            let again = graph.attempt(&[pause]);
            graph.fails_into(again);
            return graph.0;
        }
        Retries::Times(times) => times,
    };
    graph.attempt(before);
    let mut second = None;
    for _ in 1..times {
        graph.fails_into_next();
        let stage = graph.attempt(&[pause]);
        second.get_or_insert(stage);
    }
    match agent {
        Agent::CSdk(_) | Agent::Ems(_) => {
            graph.fails_into_next();
            graph.0.push(Stage { from_s: pause.from, to_s: pause.to, then: Then::Strand });
        }
        _ if times == 1 && pause.to == 0.0 => graph.fails_into(0),
        _ => {
            graph.fails_into_next();
            let call = graph.attempt(&[&[pause], before].concat());
            graph.fails_into(second.unwrap_or(call));
        }
    }
    graph.0
}

/// A chain of waits under construction.
struct Graph(Vec<Stage>);

impl Graph {
    /// Adds waits that follow each other and end in an attempt; returns the first one's stage.
    fn attempt(&mut self, waits: &[Wait]) -> usize {
        let first = self.0.len();
        let shift =
            waits.iter().filter(|w| w.to - w.from < NARROW_S).map(|w| 0.5 * (w.from + w.to)).sum::<f64>();
        let wide: Vec<&Wait> = waits.iter().filter(|w| w.to - w.from >= NARROW_S).collect();
        let mut add = |from: f64, to: f64| {
            let then = Then::Wait(self.0.len() + 1);
            self.0.push(Stage { from_s: from, to_s: to, then });
        };
        match wide.split_first() {
            None => add(shift, shift),
            Some((wait, others)) => {
                add(wait.from + shift, wait.to + shift);
                for wait in others {
                    add(wait.from, wait.to);
                }
            }
        }
        // Without a failure of its own yet; the caller says where that leads.
        self.fails_into(first);
        first
    }

    /// Lets the last stage end in an attempt that leads to this stage if it fails.
    fn fails_into(&mut self, failed: usize) {
        if let Some(last) = self.0.last_mut() {
            last.then = Then::Attempt { failed };
        }
    }

    /// Lets the last stage end in an attempt that leads to the stage that will be added next.
    fn fails_into_next(&mut self) {
        self.fails_into(self.0.len());
    }
}
