//! The outage that is planned for: a timeline of events.
//!
//! The main outage begins at time zero; further events may follow it. Every event says whom it touches,
//! whether and how their connections end, what their attempts meet while it lasts, and what capacity
//! is left during and after it.

use crate::base::Micros;

/// When a Linux kernel repeats an unanswered SYN, counted from the first one: after 1 s, then after
/// twice the wait before (RFC 6298 initial value, `net.ipv4.tcp_syn_retries` = 6).
pub const SYN_RETRANSMISSIONS: [Micros; 6] = [
    Micros::from_secs(1),
    Micros::from_secs(3),
    Micros::from_secs(7),
    Micros::from_secs(15),
    Micros::from_secs(31),
    Micros::from_secs(63),
];

/// When it gives the connection up [measured with the C SDK on Linux: 133.3 s and 134.7 s].
pub const SYN_GIVES_UP: Micros = Micros::from_secs(134);

/// What an attempt meets while an event lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meets {
    /// Nothing in its way: it is served as always.
    Served,
    /// Fails at once: nothing listens.
    Refused,
    /// No answer: the device's kernel repeats its SYN.
    BlackHole,
    /// Fails at once: the load balancer answers 503.
    Http503,
    /// Fails at once: the name of the platform has no address.
    DnsFails,
    /// Fails at once, after the TCP connection: the certificate is not accepted.
    TlsFails,
    /// Accepted with a full TLS handshake and then closed at once.
    AcceptThenClose,
    /// Connected, but AUTH stays without an answer.
    AuthUnanswered,
    /// Connected, but AUTH is denied at once; the socket stands.
    AuthRejected,
    /// Signed in, but BIND is denied at once; the socket stands.
    BindRejected,
}

impl Meets {
    /// Returns whether an attempt fails at once, with its socket closed.
    pub fn fails_at_once(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::Http503 | Self::DnsFails | Self::TlsFails | Self::AcceptThenClose
        )
    }

    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::Refused,
        Self::BlackHole,
        Self::Http503,
        Self::DnsFails,
        Self::TlsFails,
        Self::AcceptThenClose,
        Self::AuthUnanswered,
        Self::AuthRejected,
        Self::BindRejected,
        Self::Served,
    ];

    /// Returns the word in the project file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Refused => "refused",
            Self::BlackHole => "black-hole",
            Self::Http503 => "http-503",
            Self::DnsFails => "dns-fails",
            Self::TlsFails => "tls-fails",
            Self::AcceptThenClose => "accept-then-close",
            Self::AuthUnanswered => "auth-unanswered",
            Self::AuthRejected => "auth-rejected",
            Self::BindRejected => "bind-rejected",
        }
    }

    /// Returns what has this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meets| meets.word() == word)
    }
}

/// How connections end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Reset: devices see a read or write error at once.
    Reset,
    /// WebSocket close frame: devices see a clean end at once.
    CloseFrame,
    /// TCP FIN without a close frame: with TLS seen at once, on plain WebSocket only by the next ping.
    Fin,
    /// Nothing is sent: devices find out by a ping without an answer.
    Silence,
}

impl Loss {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Reset, Self::CloseFrame, Self::Fin, Self::Silence];

    /// The word for connections that stay.
    pub const STAY: &'static str = "stay";

    /// Returns the word in the project file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::CloseFrame => "close-frame",
            Self::Fin => "fin",
            Self::Silence => "silence",
        }
    }

    /// Returns the end with this word, `None` for [`Loss::STAY`] too.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|loss| loss.word() == word)
    }
}

/// Whom an event touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touches {
    /// Every device.
    All,
    /// Devices of the groups with these positions in the file.
    Groups(Vec<usize>),
    /// Devices are dealt out at random into `of` equal parts; those in parts `from..to` are touched.
    /// Events with the same `deal` share the dealing, so that parts of different events are disjoint.
    Parts {
        /// Number of parts, at least 1.
        of: u32,
        /// First part touched.
        from: u32,
        /// First part not touched any more.
        to: u32,
        /// Number of the dealing.
        deal: u32,
    },
}

/// What has its capacity changed by an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierName {
    /// TLS handshakes at the load balancer.
    Balancer,
    /// Connection Servers.
    Connection,
    /// Sign-in tier (Foundation).
    SignIn,
    /// Database: whatever waits for it, which are sign-ins and the writing of values.
    Database,
}

impl Touches {
    /// Returns whether devices of the group at this position of the file can be touched.
    pub fn group(&self, position: usize) -> bool {
        match self {
            Self::All => true,
            Self::Groups(positions) => positions.contains(&position),
            Self::Parts { from, to, .. } => from < to,
        }
    }
}

impl TierName {
    /// All of them, in the order in which a device meets them.
    pub const ALL: [Self; 4] = [Self::Balancer, Self::Connection, Self::SignIn, Self::Database];

    /// Returns whether a station of this tier, or the writing of values for [`TierName::Database`], has less
    /// capacity where `changed` has: sign-ins wait for the database.
    pub fn follows(self, changed: Self) -> bool {
        self == changed || (self == Self::SignIn && changed == Self::Database)
    }

    /// Returns the word in the project file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Balancer => "balancer",
            Self::Connection => "connection-servers",
            Self::SignIn => "sign-in",
            Self::Database => "database",
        }
    }

    /// Returns the tier with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.word() == word)
    }
}

/// One event on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// Name shown to people.
    pub name: String,
    /// Begin, counted from the begin of the main outage.
    pub at: Micros,
    /// How long it lasts.
    pub length: Micros,
    /// Whom it touches.
    pub touches: Touches,
    /// How the connections of those touched end; `None` where they stay.
    pub loses: Option<Loss>,
    /// What attempts of those touched meet while it lasts.
    pub meets: Meets,
    /// Whether the platform itself is down: its queues are emptied and it forgets all sessions.
    pub platform_down: bool,
    /// Tier whose capacity changes.
    pub tier: TierName,
    /// Capacity of that tier while the event lasts [‰ of the full one], at least 1.
    pub capacity_permille: u32,
    /// Capacity of that tier right after the event [‰], at least 1.
    pub ramp_from_permille: u32,
    /// Time after the event until that tier has its full capacity again.
    pub ramp: Micros,
}

/// The outage: the main one at time zero, and what else happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Outage {
    /// Time until the platform can be reached again.
    pub length: Micros,
    /// What attempts meet until then.
    pub meets: Meets,
    /// How the connections of those touched end when it begins; `None` where they stay.
    pub loses: Option<Loss>,
    /// Whom it touches.
    pub touches: Touches,
    /// Whether the platform itself is down, and not only out of reach.
    pub platform_down: bool,
    /// Tier whose capacity changes.
    pub tier: TierName,
    /// Capacity of that tier while it lasts [‰ of the full one], at least 1.
    pub capacity_permille: u32,
    /// Capacity of that tier right after it [‰ of the full one], at least 1.
    pub ramp_from_permille: u32,
    /// Time after it until that tier has its full capacity again.
    pub ramp: Micros,
    /// What else happens, in the order of the file.
    pub events: Vec<Episode>,
    /// How long the simulation watches after the platform is back.
    pub watch: Micros,
    /// Planned start on the clock, with its offset.
    pub start: Option<jiff::Zoned>,
}

impl Outage {
    /// Returns an outage of everything whose end is noticed at once, with full capacity right after it.
    pub fn total(length: Micros, meets: Meets, watch: Micros) -> Self {
        Self {
            length,
            meets,
            loses: Some(Loss::Reset),
            touches: Touches::All,
            platform_down: true,
            tier: TierName::SignIn,
            capacity_permille: 1_000,
            ramp_from_permille: 1_000,
            ramp: Micros::ZERO,
            events: Vec::new(),
            watch,
            start: None,
        }
    }

    /// Returns the end of the simulation, counted from the begin of the main outage.
    pub fn horizon(&self) -> Micros {
        self.length + self.watch
    }

    /// Returns whether devices of the group at this position of the file lose their connection when it begins.
    pub fn cuts(&self, position: usize) -> bool {
        self.loses.is_some() && self.touches.group(position)
    }

    /// Returns every event, the main outage first.
    pub fn episodes(&self) -> Vec<Episode> {
        let main = Episode {
            name: "Outage".into(),
            at: Micros::ZERO,
            length: self.length,
            touches: self.touches.clone(),
            loses: self.loses,
            meets: self.meets,
            platform_down: self.platform_down,
            tier: self.tier,
            capacity_permille: self.capacity_permille,
            ramp_from_permille: self.ramp_from_permille,
            ramp: self.ramp,
        };
        std::iter::once(main).chain(self.events.iter().cloned()).collect()
    }
}
