//! Plans how a fleet of connected devices comes back after an outage.
//!
//! Data flows one way, and the modules are named by that way:
//!
//! ```text
//! fleets/*.json ─► fleet ─► check ─► sim ─► plan ─► config ─► files for the agents ─► push ─► devices
//!                    │                ▲       │
//!                    ├──── agent ─────┤       └─► report ─► text, JSON, charts
//!                    └── admission ───┘
//!  base under all  ·  desk = document + commands + jobs  ·  ui and cli on top
//! ```
//!
//! [`fleet`] reads a project losslessly and yields a checked [`fleet::Fleet`]; [`agent`] says how each
//! kind of device reconnects and [`admission`] how a platform lets it in, [`sim`] plays the outage,
//! [`plan`] judges the result, [`config`] writes what the devices need, `push` brings it to them. [`wire`] is
//! the agents' own protocol, without sockets; `live` (feature `live`) opens them: a test platform, and agents
//! that behave as the simulated ones. [`desk`] is the application without a face, `ui` and [`cli`] are its
//! faces.
//!
//! From a project to an answer and to a file:
//!
//! ```
//! use regather::{config, fleet::example, plan::Outcome, sim};
//! use std::sync::{Arc, atomic::AtomicBool};
//!
//! let file = example::EXAMPLES[0].file()?;
//! let fleet = file.check(None).fleet.ok_or("the example has no errors")?;
//! let runs = sim::replicate(&fleet, 42, 0..2, 2, &AtomicBool::new(false), &|_| {})?;
//! let study = sim::Study::of(&fleet, 42, runs.into_iter().map(Arc::new).collect());
//! let outcome = Outcome::of("Baseline".into(), Arc::new(fleet.clone()), study, 2);
//! println!("{} {}", outcome.verdict().word(), outcome.headline());
//!
//! let files = config::render(&fleet, &file.view(None)).map_err(|_| "the mapping has errors")?;
//! assert_eq!(files.len(), fleet.groups.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod admission;
pub mod agent;
pub mod base;
pub mod check;
pub mod cli;
pub mod config;
pub mod desk;
pub mod fleet;
#[cfg(feature = "live")]
pub mod live;
pub mod plan;
#[cfg(feature = "push")]
pub mod push;
pub mod report;
pub mod sim;
#[cfg(feature = "gui")]
pub mod ui;
pub mod wire;
