//! What one device goes through, for each agent kind under the same outage: waits, attempts, failures, success.
//!
//! A device of a group is played alone with the [model](crate::sim::reference) that all results rest on, once per
//! [`Variant`]: with the same seed, the same outage and the same settings where the kind has them. Alone means
//! that nobody stands before it in a queue: what differs between the timelines is what the agents do, and nothing
//! else. Times count from the return of the platform, as on all charts; before it they are negative.

mod kinds;
mod words;

#[cfg(test)]
mod tests;

pub use kinds::Variant;

use crate::base::Micros;
use crate::fleet::{Agent, Fleet, Group, Loss, Outage, Touches, Unknowns};
use crate::sim::reference::{Failure, Happens, Pause, Trace, trace};

/// Most moments that are followed: a device that attempts every millisecond has no more to say after these.
const MOST: usize = 20_000;

/// What a device does during a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Is connected.
    Connected,
    /// Has lost its connection and does not know it yet.
    Unaware(Loss),
    /// Waits before an attempt.
    Waits(Pause),
    /// Attempts, and fails.
    Fails {
        /// Why.
        failure: Failure,
        /// Whether the attempt went on with the socket of the one before.
        same_socket: bool,
    },
    /// Attempts, and is signed in.
    SignsIn,
    /// Attempts, and the simulation ends before the answer.
    Attempts,
    /// Is not connected in its duty cycle.
    Off,
    /// Has given up.
    GivenUp,
}

impl Doing {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Unaware(_) => "unaware",
            Self::Waits(_) => "waits",
            Self::Fails { .. } => "attempt-fails",
            Self::SignsIn => "attempt-succeeds",
            Self::Attempts => "attempt-open",
            Self::Off => "off",
            Self::GivenUp => "given-up",
        }
    }

    /// Returns whether it is an attempt.
    pub fn is_attempt(self) -> bool {
        matches!(self, Self::Fails { .. } | Self::SignsIn | Self::Attempts)
    }
}

/// A piece of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Begin after the return of the platform [s]; negative before it.
    pub from_s: f64,
    /// End [s], at least the begin; an attempt that fails at once has no length.
    pub to_s: f64,
    /// What the device does.
    pub doing: Doing,
    /// Number of the attempt, from 1; 0 for what is none.
    pub attempt: u32,
    /// The same in words, without a full stop.
    pub what: String,
}

/// How a timeline ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// The outage does not touch the device.
    Untouched,
    /// The device is back, first after so long [s].
    Back(f64),
    /// It has given up, then [s]: it does not come back by itself.
    GivenUp(f64),
    /// It still tries when the simulation ends.
    Trying,
}

impl End {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Untouched => "untouched",
            Self::Back(_) => "back",
            Self::GivenUp(_) => "given-up",
            Self::Trying => "trying",
        }
    }
}

/// The timeline of one variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Whose it is.
    pub variant: Variant,
    /// Whether it is what the group has.
    pub own: bool,
    /// The agent with its settings.
    pub agent: Agent,
    /// What the device does, without gaps from the begin of the outage.
    pub segments: Vec<Segment>,
    /// Attempts in them.
    pub attempts: u32,
    /// How it ends.
    pub end: End,
    /// Whether the segments reach the end; a device that never pauses is not followed for ever.
    pub complete: bool,
}

/// The timelines of one device.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// Id of the group.
    pub group: String,
    /// Its name.
    pub group_name: String,
    /// Seed of the draws.
    pub seed: u64,
    /// Begin of the outage [s], negative.
    pub from_s: f64,
    /// End of the simulation [s].
    pub to_s: f64,
    /// What attempts meet in the main outage.
    pub meets: crate::fleet::Meets,
    /// One timeline for each variant.
    pub lanes: Vec<Lane>,
}

impl Timeline {
    /// Returns the timeline of what the group has, if it is among those that are told.
    pub fn own(&self) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.own)
    }
}

/// Returns the position of the group that is told where none is asked for: the first that the outage cuts.
pub fn usual_group(fleet: &Fleet) -> usize {
    (0..fleet.groups.len()).find(|&position| fleet.outage.cuts(position)).unwrap_or(0)
}

/// Returns the timelines of one device of a group; `None` where there is no group at that position.
///
/// What is unknown has its stated value. Local trouble, which no outage causes, is left out.
pub fn timeline(fleet: &Fleet, position: usize, seed: u64) -> Option<Timeline> {
    let group = fleet.groups.get(position)?;
    let outage = seen_by_one(&fleet.outage, position);
    let lanes = Variant::ALL
        .into_iter()
        .map(|variant| {
            let alone = Fleet {
                groups: vec![variant.of(group)],
                outage: outage.clone(),
                unknowns: Unknowns::default(),
                ..fleet.clone()
            };
            lane(variant, group, &alone, seed)
        })
        .collect();
    Some(Timeline {
        group: group.id.clone(),
        group_name: group.name.clone(),
        seed,
        from_s: -fleet.outage.length.secs(),
        to_s: fleet.outage.watch.secs(),
        meets: fleet.outage.meets,
        lanes,
    })
}

/// Returns the outage as it is for one device of a group that it touches, alone at position 0.
///
/// Where a part of the fleet is touched, the device is one of that part, in later events of the same dealing too.
fn seen_by_one(outage: &Outage, position: usize) -> Outage {
    let part = match &outage.touches {
        Touches::Parts { from, to, deal, .. } if from < to => Some((*from, *deal)),
        _ => None,
    };
    let seen = |touches: &Touches| match touches {
        Touches::All => Touches::All,
        Touches::Groups(positions) if positions.contains(&position) => Touches::All,
        Touches::Groups(_) => Touches::Groups(Vec::new()),
        Touches::Parts { from, to, deal, .. } => match part {
            Some((own, dealt)) if dealt == *deal && (*from..*to).contains(&own) => Touches::All,
            Some((_, dealt)) if dealt == *deal => Touches::Groups(Vec::new()),
            _ => touches.clone(),
        },
    };
    let mut one = outage.clone();
    one.touches = seen(&outage.touches);
    for event in &mut one.events {
        event.touches = seen(&event.touches);
    }
    one
}

/// Plays one variant.
fn lane(variant: Variant, group: &Group, alone: &Fleet, seed: u64) -> Lane {
    let agent = alone.groups[0].agent;
    let played = trace(alone, seed, 0, MOST);
    let mut builder = Builder::new(alone, agent);
    for moment in &played.moments {
        builder.take(moment.at, moment.what);
    }
    let end = builder.end(&played);
    let complete = played.complete;
    let (segments, attempts) = (builder.segments, builder.attempts);
    Lane { variant, own: variant.is(&group.agent), agent, segments, attempts, end, complete }
}

/// Makes segments of moments.
struct Builder {
    agent: Agent,
    returned: Micros,
    horizon: Micros,
    segments: Vec<Segment>,
    /// What has begun and not ended, with its begin.
    open: Option<(Micros, Doing)>,
    attempts: u32,
    same_socket: bool,
    lost: bool,
    back_s: Option<f64>,
}

impl Builder {
    fn new(alone: &Fleet, agent: Agent) -> Self {
        Self {
            agent,
            returned: alone.outage.length,
            horizon: alone.outage.horizon(),
            segments: Vec::new(),
            open: Some((Micros::ZERO, Doing::Connected)),
            attempts: 0,
            same_socket: false,
            lost: false,
            back_s: None,
        }
    }

    /// Returns a time after the return [s].
    fn after(&self, at: Micros) -> f64 {
        (at.0 as f64 - self.returned.0 as f64) / 1e6
    }

    fn take(&mut self, at: Micros, what: Happens) {
        match what {
            Happens::Lost(loss) => {
                self.lost = true;
                self.opens(at, Doing::Unaware(loss));
            }
            Happens::LatePong | Happens::Notices => self.closes(at),
            Happens::Off => self.opens(at, Doing::Off),
            Happens::Waits { until, pause } => {
                self.put(at, until, Doing::Waits(pause));
            }
            Happens::Attempts { same_socket } => {
                self.attempts += 1;
                self.same_socket = same_socket;
                self.opens(at, Doing::Attempts);
            }
            Happens::Fails(failure) => {
                self.ends_as(at, Doing::Fails { failure, same_socket: self.same_socket });
            }
            Happens::Back => {
                self.ends_as(at, Doing::SignsIn);
                self.opens(at, Doing::Connected);
                let back = self.after(at);
                if self.lost {
                    self.back_s.get_or_insert(back);
                }
            }
            Happens::GivesUp => self.opens(at, Doing::GivenUp),
        }
    }

    /// Ends what has begun, and begins something.
    fn opens(&mut self, at: Micros, doing: Doing) {
        self.closes(at);
        self.open = Some((at, doing));
    }

    /// Ends what has begun.
    fn closes(&mut self, at: Micros) {
        if let Some((from, doing)) = self.open.take()
            && (at > from || doing.is_attempt())
        {
            self.put(from, at, doing);
        }
    }

    /// Ends what has begun, which turns out to have been this.
    fn ends_as(&mut self, at: Micros, doing: Doing) {
        if let Some((from, _)) = self.open.take() {
            self.put(from, at, doing);
        }
    }

    fn put(&mut self, from: Micros, to: Micros, doing: Doing) {
        if from >= self.horizon {
            return;
        }
        let (from_s, to_s) = (self.after(from), self.after(to.min(self.horizon)));
        let attempt = if doing.is_attempt() { self.attempts } else { 0 };
        let what = words::said(&self.agent, doing, attempt, (to.0 - from.0) as f64 / 1e6);
        self.segments.push(Segment { from_s, to_s, doing, attempt, what });
    }

    /// Ends everything; returns how the timeline ends.
    fn end(&mut self, played: &Trace) -> End {
        let last = played.moments.last().map_or(Micros::ZERO, |moment| moment.at);
        let until = if played.complete { self.horizon } else { last };
        let open = self.open;
        self.closes(until);
        match (open, self.back_s) {
            _ if !self.lost => End::Untouched,
            (Some((at, Doing::GivenUp)), _) => End::GivenUp(self.after(at)),
            (_, Some(back_s)) => End::Back(back_s),
            (_, None) => End::Trying,
        }
    }
}
