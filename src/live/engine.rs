//! The threads on which live things run, for whoever knows no tasks: the command line and the window.
//!
//! One engine serves any number of platforms and agents by one [`Clock`]. What is started in it runs until its own
//! handle is dropped; [`Engine::finishes`] waits for the end of something. When the engine is dropped, all that
//! is left ends: a name server that does not answer keeps nobody waiting longer than `PARTING`.

use super::agent::{self, Device, Listener, Profile, With};
use super::clock::Clock;
use super::interrupt::Interrupt;
use super::platform::{self, Settings, StartError};
use crate::base::Draws;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};

/// Longest wait for what still runs when the engine ends.
const PARTING: Duration = Duration::from_millis(200);

/// Why nothing live can run.
#[derive(Debug, thiserror::Error)]
#[error(
    "The system gives no threads or timers to live connections, so none can be opened; end other programs: {0}"
)]
pub struct EngineError(#[from] std::io::Error);

/// Threads, timers and a clock.
#[derive(Debug)]
pub struct Engine {
    /// Always there until the drop, which takes it.
    runtime: Option<Runtime>,
    handle: Handle,
    clock: Clock,
}

impl Engine {
    /// Starts an engine with so many threads, at least one; the zero of its clock is now.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(threads: usize) -> Result<Self, EngineError> {
        let mut builder = Builder::new_multi_thread();
        let runtime =
            builder.worker_threads(threads.max(1)).thread_name("live").enable_io().enable_time().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime), clock: Clock::start() })
    }

    /// Returns its clock.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Starts a test platform.
    ///
    /// # Errors
    /// It cannot listen, or its certificate is of no use.
    pub fn platform(&self, settings: Settings) -> Result<platform::Handle, StartError> {
        let _inside = self.handle.enter();
        platform::start(settings, self.clock)
    }

    /// Starts an agent that is without a connection from now on.
    pub fn agent(
        &self,
        profile: Profile,
        device: Device,
        draws: Draws,
        listener: Arc<dyn Listener>,
    ) -> agent::Handle {
        self.agent_with(profile, device, draws, listener, With::default())
    }

    /// Starts an agent as [`Self::agent`] does, with what it has beside.
    pub fn agent_with(
        &self,
        profile: Profile,
        device: Device,
        draws: Draws,
        listener: Arc<dyn Listener>,
        with: With,
    ) -> agent::Handle {
        let _inside = self.handle.enter();
        let time = (self.clock, draws);
        agent::start_with(Arc::new(profile), device, time, self.clock.now(), listener, with)
    }

    /// Watches for the wish of the user or the system that the program ends; the system ends it no more by itself.
    ///
    /// # Errors
    /// The system gives no way to hear of it.
    pub fn interrupt(&self) -> Result<Interrupt, EngineError> {
        let _inside = self.handle.enter();
        Ok(Interrupt::watch()?)
    }

    /// Does something on a thread of its own as soon as the program is to end.
    pub fn when(&self, interrupt: &Interrupt, does: impl FnOnce() + Send + 'static) {
        let interrupt = interrupt.clone();
        self.handle.spawn(async move {
            interrupt.comes().await;
            tokio::task::spawn_blocking(does);
        });
    }

    /// Waits until something is done, or until the program is to end; returns what came of it, nothing for the latter.
    pub fn finishes_unless<T>(&self, interrupt: &Interrupt, work: impl Future<Output = T>) -> Option<T> {
        self.handle.block_on(async {
            tokio::select! {
                biased;
                () = interrupt.comes() => None,
                done = work => Some(done),
            }
        })
    }

    /// Waits until something is done; returns what came of it. Must not be called from within a task.
    pub fn finishes<T>(&self, work: impl Future<Output = T>) -> T {
        self.handle.block_on(work)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(PARTING);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::listen::Port;

    #[test]
    fn runs_a_platform_for_somebody_without_tasks() {
        let engine = Engine::start(1).expect("threads");
        let settings = Settings { port: Port::Exactly(0), ..Settings::default() };
        let platform = engine.platform(settings).expect("starts");
        let address = platform.address();
        std::net::TcpStream::connect(address).expect("listens");
        let counters = engine.finishes(platform.stop());
        assert!(counters.balances(), "{counters:?}");
        std::net::TcpStream::connect(address).expect_err("nothing listens any more");
    }
}
