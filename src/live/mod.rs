//! Real connections: agents that speak the devices' protocol, and a test platform that they can meet.
//!
//! What [`crate::sim`] predicts is proved here with sockets. Nothing of the behaviour is written twice: an agent is
//! the [`crate::agent::Machine`] of the simulator under a real clock, the platform's queues and limits are
//! those of [`crate::admission`], its size is a [`crate::fleet::Platform`], draws are [`crate::base::Draws`],
//! and the bytes are those of [`crate::wire`]. This module adds what needs a socket or a clock, nothing else.
//!
//! ```text
//!   herd ─► agent ─► connect ─► upgrade ─► pipe ══ TCP / TLS ══ pipe ─► platform
//!          Machine    steps      text     frames                        door ─► line ─► session ─► things
//!             ▲                                                          ▲       ▲
//!        clock, Draws                                                  Handle   admission::{Station, Limiter}
//! ```
//!
//! | part | tasks | is |
//! |---|---|---|
//! | [`clock`] | – | whole microseconds since a zero; sleeps end at or after their instant, never before |
//! | [`pipe`], [`listen`], [`tls`], [`upgrade`] | – | one stream and the WebSocket frames on it, with small buffers |
//! | [`engine`] | – | the threads on which all of it runs, for a command line and a window that know no tasks |
//! | [`connect`] | – | the steps from a name to a connection, each timed, with the trouble of each in words |
//! | [`platform`] | one that accepts, one per connection | the embedded test platform and the handle that disturbs it |
//! | [`store`] | – | values that wait for the platform, in a file that survives a restart |
//! | [`agent`] | one per agent | a device from its loss to its return, and what it does while connected |
//! | [`herd`] | those of its agents | many agents from planned instants, and the account of what became of them |
//! | [`rehearsal`] | those of its herd and platform | the outage of a project, smaller, with real connections |
//!
//! Invariants, each with a test: every connection that the platform accepts is counted once when it comes and once when
//! it ends; every agent of a herd is counted once; capacity is kept on absolute deadlines, so a late timer costs
//! its own request some time and the next one none; an idle connection has 4 KiB of read buffer and not the
//! library's 128; every task ends when its handle says stop, an agent within 200 ms; queues between tasks are bounded.
//!
//! Times are measured where they happen: instants of accept and bind at the platform, the length of every step and
//! the instants of being back at the agent. Latency counts from the *planned* instant and lateness is told apart,
//! so that a slow host is not taken for a slow platform.

pub mod agent;
pub mod clock;
pub mod connect;
pub mod engine;
pub mod herd;
pub mod interrupt;
pub mod listen;
mod metadata;
pub mod pipe;
pub mod platform;
pub mod rehearsal;
pub mod store;
pub mod tls;
pub mod upgrade;
