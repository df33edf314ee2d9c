//! The description of timelines side by side: rows over one time axis, and what happens in each.
//!
//! Like a [chart](crate::report::chart) it holds numbers and words, never colours or pixels, and its zero is the moment
//! the platform is back. A screen and a drawn file show it alike.

use crate::base::units;
use crate::plan::timeline::{Doing, End, Lane, Timeline};
use crate::report::chart::{Axis, Shade};

/// Timelines below each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Lanes {
    /// Stable name, unique on a screen.
    pub id: String,
    /// Heading in sentence case.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// One row each, in the order in which they are shown.
    pub rows: Vec<Row>,
    /// Tinted spans of the axis.
    pub shades: Vec<Shade>,
    /// Sentences that speak the result.
    pub spoken: String,
}

/// One timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Whose it is.
    pub name: String,
    /// How it ends, without a full stop.
    pub ending: String,
    /// A clause that speaks it: whose, how many attempts, and how it ends.
    pub spoken: String,
    /// Whether it is what the project has.
    pub own: bool,
    /// What happens, in the order of time.
    pub pieces: Vec<Piece>,
}

/// Something that happens in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Begin [s].
    pub from: f64,
    /// End [s], at least the begin.
    pub to: f64,
    /// How it is shown.
    pub look: Look,
}

/// What a piece is, not how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Connected.
    Connected,
    /// Not connected, and waiting or not aware of it.
    Waits,
    /// An attempt that fails, or has no answer yet.
    Fails,
    /// The attempt that succeeds.
    Succeeds,
    /// Has given up.
    GivenUp,
}

impl Look {
    /// The word in CSV.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Waits => "waits",
            Self::Fails => "attempt-fails",
            Self::Succeeds => "attempt-succeeds",
            Self::GivenUp => "given-up",
        }
    }

    /// What is explained in a legend, in its order, with the words for it.
    pub const LEGEND: [(Self, &'static str); 4] = [
        (Self::Waits, "waits"),
        (Self::Fails, "attempt fails"),
        (Self::Connected, "connected"),
        (Self::GivenUp, "gives up"),
    ];
}

/// Share of the outage that is shown after the last device is back, at least.
const AFTER: f64 = 0.1;

/// Returns the timelines of one device as rows.
pub fn lanes(timeline: &Timeline) -> Lanes {
    let backs = timeline.lanes.iter().filter_map(|lane| match lane.end {
        End::Back(at) => Some(at),
        _ => None,
    });
    let margin = (-timeline.from_s * AFTER).max(1.0);
    // Who never comes back is no reason to show hours of nothing.
    let last = (backs.fold(0.0, f64::max) + margin).min(timeline.to_s.max(margin));
    Lanes {
        id: "timeline".to_owned(),
        title: format!("One device of {} under each agent", timeline.group_name),
        x: Axis::time(timeline.from_s, last),
        rows: timeline.lanes.iter().map(row).collect(),
        shades: vec![Shade { from: timeline.from_s, to: 0.0, label: "outage".to_owned() }],
        spoken: format!(
            "One device of {} under each agent. {}",
            timeline.group_name,
            timeline.lanes.iter().map(spoken).collect::<Vec<_>>().join("; ")
        ),
    }
}

fn row(lane: &Lane) -> Row {
    let pieces = lane.segments.iter().map(|segment| Piece {
        from: segment.from_s,
        to: segment.to_s,
        look: match segment.doing {
            Doing::Connected => Look::Connected,
            Doing::Unaware(_) | Doing::Waits(_) | Doing::Off => Look::Waits,
            Doing::Fails { .. } | Doing::Attempts => Look::Fails,
            Doing::SignsIn => Look::Succeeds,
            Doing::GivenUp => Look::GivenUp,
        },
    });
    Row {
        name: lane.variant.label().to_owned(),
        ending: lane.ending(),
        spoken: spoken(lane),
        own: lane.own,
        pieces: pieces.collect(),
    }
}

/// Returns a timeline as a clause.
fn spoken(lane: &Lane) -> String {
    let tries = if lane.attempts == 1 { "attempt" } else { "attempts" };
    let (count, ending) = (units::count(u64::from(lane.attempts)), lane.ending());
    format!("{}: {count} {tries}, {}", lane.variant.label(), lower(&ending))
}

/// Returns a sentence with its first letter as it stands inside of another.
pub(super) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
