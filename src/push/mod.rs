//! The roll-out: generated files reach devices in waves, and whatever happens nothing is torn or done twice.
//!
//! A pushed file restarts its agent, and every restart is a reconnect: a roll-out is a storm of its own making.
//! Therefore writing and restarting are two steps. A file is *staged* inert beside the live one and read back;
//! *activation* renames it and restarts the agent, and only that is paced.
//!
//! ```text
//! config's files ─► plan ─► journal ◄─► machine (pure) ◄─► driver ─► target: folder, SSH, platform
//!                   frozen   intents     state, now, event   threads,   stage, activate,
//!                   + hash   + audit     → records, actions  tokio      probe, roll back
//! ```
//!
//! Invariants, each with a test:
//! 1. An intent is on the disk before its side effect begins; a result follows.
//! 2. A device is activated only after its staged bytes were read back with the planned hash.
//! 3. A restart is ordered at most once per device and round. What is unknown after a crash is read from the
//!    device: the round's *stamp* says that the restart happened; without it the device is in doubt, for people.
//! 4. After a trip nobody is touched who was not being touched, but for a single device that somebody names; a trip
//!    never ends by itself.
//! 5. One driver per roll-out, one writer per device.
//! 6. No secret is stored: the plan and the journal hold hashes, the new bytes are made when they are sent, and
//!    the previous bytes stay on the device that had them, so that no second place has to be kept safe.
//!
//! Predictions come in as data; they are made above, where the simulation is.

pub mod driver;
pub mod fault;
pub mod journal;
pub mod machine;
pub mod plan;
pub mod source;
pub mod state;
pub mod target;
