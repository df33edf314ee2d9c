//! The one agent of the window: from what was typed to a running agent, and what it tells.
//!
//! Keys, certificates and the agent itself are fetched and started on a thread of their own, because a key ring or the
//! system's authorities may take their time. What it tells waits in queues of bounded length until a tick takes it in.

use super::log;
use super::reach::{Reach, Visit};
use super::visited::{Standing, StepDone, Visited};
use crate::base::{Draws, Micros};
use crate::desk::command::Ask;
use crate::desk::devices::Task;
use crate::desk::env::Wake;
use crate::fleet::{Agent, Link};
use crate::live::agent::{Device, Ear, Handle, Passed, Push, Told, Waiting, Wish, value_of};
use crate::live::clock::wall_ms;
use crate::live::engine::Engine;
use std::sync::Arc;

/// Most events that are taken in at once, so that a flood does not hold a frame up.
const AT_ONCE: usize = 4_096;

/// A started agent.
struct Started {
    handle: Handle,
    ear: Arc<Ear>,
    told: Waiting<Told>,
    passed: Waiting<Passed>,
    began: Micros,
}

/// The one agent.
#[derive(Default)]
pub(super) struct Agents {
    preparing: Task<Result<Started, String>>,
    started: Option<Started>,
    asked_to_stop: Option<Micros>,
    pub(super) visited: Visited,
}

/// What an agent needs beside what was typed.
pub(super) struct Ground {
    pub(super) engine: Arc<Engine>,
    /// Address of the test platform, and the authority that it is to be trusted by.
    pub(super) platform: Option<(String, Option<String>)>,
    /// Agent and link of the group that it behaves like.
    pub(super) group: Option<(Agent, Link)>,
    pub(super) seed: u64,
}

impl Agents {
    /// Begins to connect; one that was there before is stopped.
    ///
    /// # Errors
    /// A sentence that says what is wrong with what was typed.
    pub(super) fn connect(&mut self, visit: &Visit, ground: Ground, wake: &Wake) -> Result<(), String> {
        let thing = visit.thing.trim().to_owned();
        if thing.is_empty() {
            return Err("The agent binds no thing, so a platform could not tell it from others; \
                        enter the name of a thing."
                .to_owned());
        }
        let reach = Reach::of(&visit.to, ground.platform.as_ref())?;
        self.stop(ground.engine.clock().now());
        self.started = None;
        self.asked_to_stop = None;
        self.visited = Visited {
            standing: Standing::Prepares,
            address: reach.address.clone(),
            remote: !reach.target.is_loopback(),
            encrypted: reach.encrypted,
            thing: thing.clone(),
            ..Visited::default()
        };
        let Ground { engine, group, seed, .. } = ground;
        self.preparing.order(wake, false, move || {
            let profile = reach.profile(group)?;
            let device = Device { number: 0, things: vec![thing] };
            let (ear, told, passed) = Ear::with_frames();
            let ear = Arc::new(ear);
            let began = engine.clock().now();
            let handle = engine.agent(profile, device, Draws::new(seed), Arc::<Ear>::clone(&ear));
            Ok(Started { handle, ear, told, passed, began })
        });
        Ok(())
    }

    /// Asks a connected agent for something; returns whether it heard it.
    pub(super) fn ask(&self, ask: Ask) -> bool {
        let Some(started) = &self.started else { return false };
        let thing = self.visited.thing.clone();
        let push = |thing, property, value: String| Push {
            thing,
            property,
            value: value_of(&value),
            time_ms: wall_ms(),
        };
        started.handle.wish(match ask {
            Ask::Push { property, value } => Wish::Push(vec![push(thing, property, value)]),
            Ask::Write { property, value } => Wish::Write(push(thing, property, value)),
            Ask::Call { service, parameters } => Wish::Call { thing, service, parameters },
            Ask::Fire { event, fields } => Wish::Fire { thing, event, fields },
            Ask::Cut => Wish::Cut,
        })
    }

    /// Tells the agent to stop, and does not wait for it.
    pub(super) fn stop(&mut self, now: Micros) {
        if self.preparing.busy() {
            // Its handle is dropped with the answer, which stops it.
            self.preparing.forget();
            self.visited.standing = Standing::Stopped;
        }
        if let Some(started) = &self.started
            && self.asked_to_stop.is_none()
        {
            started.handle.ask_to_stop();
            self.asked_to_stop = Some(now);
            self.visited.standing = Standing::Stops;
        }
    }

    /// Takes in what has happened.
    pub(super) fn tick(&mut self, wake: &Wake) {
        let brought = self.preparing.take(wake);
        self.prepared(brought);
        self.listen();
    }

    /// Waits until the agent is started.
    pub(super) fn wait(&mut self, wake: &Wake) {
        let brought = self.preparing.wait(wake);
        self.prepared(brought);
        self.listen();
    }

    fn prepared(&mut self, brought: Option<Result<Started, String>>) {
        match brought {
            Some(Ok(started)) => {
                self.visited.standing = Standing::Tries;
                self.started = Some(started);
            }
            Some(Err(trouble)) => {
                self.visited.standing = Standing::Stopped;
                self.visited.trouble = trouble;
            }
            None => {}
        }
    }

    fn listen(&mut self) {
        let Some(started) = &self.started else { return };
        self.visited.missed = started.ear.missed();
        let began = started.began;
        let told: Vec<_> = started.told.try_iter().take(AT_ONCE).collect();
        let mut passed: Vec<_> = started.passed.try_iter().take(AT_ONCE).collect();
        // Both come in their order; a frame stands before what follows from it.
        passed.reverse();
        for (at, told) in told {
            while let Some((seen, frame)) = passed.pop_if(|(seen, _)| *seen <= at) {
                self.visited.log.passed(seen.since(began), frame);
            }
            self.hears(at, began, told);
        }
        while let Some((seen, frame)) = passed.pop() {
            self.visited.log.passed(seen.since(began), frame);
        }
        if self.visited.standing == Standing::Stopped {
            self.started = None;
        }
    }

    fn hears(&mut self, at: Micros, began: Micros, told: Told) {
        let visited = &mut self.visited;
        if let Some(words) = log::words(&told, at, began) {
            visited.log.told(at.since(began), words);
        }
        let stops = self.asked_to_stop.is_some();
        let mut stands = |standing| {
            if !stops {
                visited.standing = standing;
            }
        };
        match told {
            Told::Waits { until, .. } => stands(Standing::Waits(until)),
            Told::Tries { .. } => {
                stands(Standing::Tries);
                visited.steps.clear();
            }
            Told::Stepped(done) => visited.steps.push(StepDone {
                step: done.step,
                took: done.took,
                detail: done.detail,
                failed: false,
            }),
            Told::Failed(failure) => {
                visited.trouble = failure.trouble.to_string();
                visited.steps.push(StepDone {
                    step: failure.step,
                    took: failure.took,
                    detail: failure.trouble.code().to_owned(),
                    failed: true,
                });
            }
            Told::Back { .. } => {
                stands(Standing::Back);
                visited.trouble.clear();
            }
            Told::Lost(ending) => visited.trouble = format!("The connection was lost: {ending}"),
            Told::Stranded => stands(Standing::GaveUp),
            Told::Stopped { .. } => {
                visited.standing = Standing::Stopped;
                visited.stopped_in = self.asked_to_stop.map(|asked| at.since(asked));
            }
            _ => {}
        }
    }

    /// Returns the ear of a started agent, for tests of floods.
    #[cfg(test)]
    pub(super) fn ear(&self) -> Option<Arc<Ear>> {
        self.started.as_ref().map(|started| Arc::clone(&started.ear))
    }

    /// Ends the agent and waits for it, which takes at most [`SHUTDOWN`](crate::live::agent::SHUTDOWN).
    pub(super) fn end(&mut self, engine: Option<&Engine>) {
        self.preparing.forget();
        if let (Some(started), Some(engine)) = (self.started.take(), engine) {
            engine.finishes(started.handle.stop());
        }
    }
}
