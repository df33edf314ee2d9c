//! What can be asked of live connections.

use crate::base::Micros;
use crate::desk::live::{Elsewhere, To, Visit};
use crate::fleet::Loss;
use crate::live::agent::Named;
use crate::live::platform::Reception;

/// A rehearsal, the test platform, or the one agent.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveCommand {
    /// Works out what a rehearsal of the active scenario takes, and whether this computer can do it.
    Look,
    /// Changes the number of agents of a rehearsal; nothing for the number that suits the project.
    Agents(Option<u32>),
    /// Rehearses the active scenario against the embedded platform.
    Rehearse,
    /// Rehearses it against a given platform.
    RehearseAt(Box<Elsewhere>),
    /// Ends the rehearsal; what was measured until then stays.
    CancelRehearsal,
    /// Starts the test platform.
    StartPlatform {
        /// Whether it offers encrypted connections only.
        encrypted: bool,
    },
    /// Disturbs the test platform.
    Disturb(Disturbance),
    /// Stops the test platform.
    StopPlatform,
    /// Connects the one agent.
    Connect(Visit),
    /// Asks the agent for something while it is connected.
    Ask(Ask),
    /// Stops the agent.
    Disconnect,
    /// Holds the log of messages as it is, or lets it go on.
    Hold(bool),
    /// Stops everything: rehearsal, agent and platform.
    StopAll,
}

/// Something that happens to the test platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disturbance {
    /// Devices are received like this from now on.
    Receive(Reception),
    /// All connections end like this.
    Cut(Loss),
    /// It goes down: all connections end like this, sessions are forgotten, and it refuses.
    Down(Loss),
    /// It serves again, with a capacity that grows.
    Restart {
        /// Time until it is whole.
        length: Micros,
        /// Share of the capacity at first \[‰\].
        from_permille: u32,
    },
}

/// Something that a connected agent is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Push a value of a property.
    Push {
        /// Name of the property.
        property: String,
        /// The value: a number, `true`, `false` or a text.
        value: String,
    },
    /// Write the value of a property at once, beside the subscriptions.
    Write {
        /// Name of the property.
        property: String,
        /// The value: a number, `true`, `false` or a text.
        value: String,
    },
    /// Call a service of its thing at the platform.
    Call {
        /// Name of the service.
        service: String,
        /// Its parameters.
        parameters: Vec<Named>,
    },
    /// Fire an event of its thing.
    Fire {
        /// Name of the event.
        event: String,
        /// Its fields.
        fields: Vec<Named>,
    },
    /// Cut the connection as a broken network does.
    Cut,
}

impl Visit {
    /// Returns the visit of a thing to the test platform, after which the agent comes back no more.
    pub fn test_platform(thing: impl Into<String>) -> Self {
        Self { to: To::TestPlatform, thing: thing.into(), behaves: None }
    }
}
