//! What each end brings to a session: claims, waits and limits.

use crate::base::Micros;
use crate::wire::{Auth, Bind, FRAME, Limits};

/// What an agent brings to a session. The defaults are those of the C SDK.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Who it is.
    pub auth: Auth,
    /// For which things it acts.
    pub bind: Bind,
    /// Binds only when told to by [`Client::bind`]: C SDK agents flush their message store between AUTH
    /// and BIND (measured).
    pub bind_when_told: bool,
    /// What it takes.
    pub limits: Limits,
    /// Largest frame it sends [bytes].
    pub frame: usize,
    /// How long it waits for answers (`default_message_timeout`).
    pub patience: Micros,
    /// How long it waits for the answer to UNBIND before it closes all the same.
    pub unbind_patience: Micros,
    /// Time between two pings (`ping_rate`).
    pub ping_every: Micros,
    /// How long it waits for a pong (`pong_timeout`).
    pub pong_within: Micros,
    /// Answers pings of the platform. C SDK agents do not (measured).
    pub answers_pings: bool,
    /// Takes pongs without a payload. C SDK agents drop them (measured).
    pub takes_empty_pongs: bool,
}

impl Terms {
    /// Returns the terms of a C SDK agent with its default settings.
    pub fn new(app_key: impl Into<String>, bind: Bind) -> Self {
        Self {
            auth: Auth::app_key(app_key),
            bind,
            bind_when_told: false,
            limits: Limits::default(),
            frame: FRAME,
            patience: Micros::from_secs(10),
            unbind_patience: Micros::from_secs(1),
            ping_every: Micros::from_secs(55),
            pong_within: Micros::from_secs(10),
            answers_pings: false,
            takes_empty_pongs: false,
        }
    }
}

/// How a platform treats a session. The defaults are those of the platform's documentation.
#[derive(Clone, Debug)]
pub struct House {
    /// What it takes.
    pub limits: Limits,
    /// Largest frame that the agent takes: its `Max-Frame-Size` [bytes].
    pub frame: usize,
    /// How long it waits for a sign-in.
    pub auth_within: Micros,
    /// How long it waits for anything at all.
    pub idle: Micros,
    /// How long it waits for answers.
    pub patience: Micros,
    /// Stands in the header of its requests; agents repeat it.
    pub endpoint: u32,
    /// Id of its first request.
    pub first_request: u32,
}

impl Default for House {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            frame: FRAME,
            auth_within: Micros::from_secs(15),
            idle: Micros::from_secs(60),
            patience: Micros::from_secs(30),
            endpoint: 1,
            first_request: 1,
        }
    }
}
