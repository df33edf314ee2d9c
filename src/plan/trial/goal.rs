//! Targets as a search sees them: a figure and its limit, from the project or typed (`t95<5min`).
//!
//! A [`Goal`] can be held against runs and against an estimate alike. Values are in the figure's base unit:
//! seconds, attempts per second, a share of one, or a count; *never* is infinite.

use crate::base::Micros;
use crate::base::units::{self, THIN};
use crate::fleet::{Fleet, Platform, Targets};
use crate::plan::FigureUnit;
use crate::sim::{Measure, Run, StationName};
use std::str::FromStr;

/// A figure that a target can limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aim {
    /// Time until 50 % of all devices are back [s].
    T50,
    /// Time until 95 % of all devices are back [s].
    T95,
    /// Time until 99 % of all devices are back [s].
    T99,
    /// Time until all devices are back [s].
    T100,
    /// Time until all stored data is written [s]; only runs know it.
    Drained,
    /// Most attempts that reach the platform in one second after its return [attempts/s].
    Peak,
    /// The same as a share of what the platform signs in in a second.
    PeakUse,
    /// Most attempts waiting at the same time [attempts].
    Queue,
    /// Values lost for any cause [values]; where a write queue is modelled an estimate knows no more than what
    /// device stores lose.
    Lost,
    /// Values lost in device stores [values].
    InStores,
    /// Values rejected by a full write queue [values]; only runs know it.
    Rejected,
    /// Devices that gave up for good [devices].
    Stranded,
    /// Devices not back at the end [devices].
    NeverBack,
    /// Attempts refused by a full queue [attempts].
    Refused,
    /// Attempts that devices gave up waiting for [attempts].
    TimedOut,
}

impl Aim {
    /// Every aim, in the order of the variants.
    pub const ALL: [Self; 15] = [
        Self::T50,
        Self::T95,
        Self::T99,
        Self::T100,
        Self::Drained,
        Self::Peak,
        Self::PeakUse,
        Self::Queue,
        Self::Lost,
        Self::InStores,
        Self::Rejected,
        Self::Stranded,
        Self::NeverBack,
        Self::Refused,
        Self::TimedOut,
    ];

    /// The word that is typed, and the key in JSON without its unit.
    pub fn word(self) -> &'static str {
        match self {
            Self::T50 => "t50",
            Self::T95 => "t95",
            Self::T99 => "t99",
            Self::T100 => "t100",
            Self::Drained => "t_drained",
            Self::Peak => "peak_sign_ins",
            Self::PeakUse => "peak_util",
            Self::Queue => "largest_queue",
            Self::Lost => "lost_values",
            Self::InStores => "lost_in_device_stores",
            Self::Rejected => "rejected_values",
            Self::Stranded => "stranded",
            Self::NeverBack => "never_back",
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
        }
    }

    /// The end of its key in JSON, which says the unit.
    pub fn suffix(self) -> &'static str {
        match self.unit() {
            FigureUnit::Duration => "_s",
            FigureUnit::PerSecond => "_per_s",
            FigureUnit::Share => "_pct",
            FigureUnit::Count | FigureUnit::Money(_) => "",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::T50 => "50 % back",
            Self::T95 => "95 % back",
            Self::T99 => "99 % back",
            Self::T100 => "All back",
            Self::Drained => "Stored data written",
            Self::Peak => "Peak attempts",
            Self::PeakUse => "Peak of capacity",
            Self::Queue => "Largest queue",
            Self::Lost => "Lost data",
            Self::InStores => "Lost in device stores",
            Self::Rejected => "Rejected values",
            Self::Stranded => "Stranded devices",
            Self::NeverBack => "Devices not back",
            Self::Refused => "Refused attempts",
            Self::TimedOut => "Timed-out attempts",
        }
    }

    /// How its numbers are read.
    pub fn unit(self) -> FigureUnit {
        match self {
            Self::T50 | Self::T95 | Self::T99 | Self::T100 | Self::Drained => FigureUnit::Duration,
            Self::Peak => FigureUnit::PerSecond,
            Self::PeakUse => FigureUnit::Share,
            _ => FigureUnit::Count,
        }
    }

    /// Returns whether it is a time, which can be missed by waiting too long as well as by overload.
    pub fn is_time(self) -> bool {
        self.unit() == FigureUnit::Duration
    }

    /// Returns a number of this figure as a sentence reads it.
    pub fn text(self, value: f64) -> String {
        match self.unit() {
            FigureUnit::Duration => units::duration(value),
            FigureUnit::PerSecond => format!("{}{THIN}/s", units::significant(value)),
            FigureUnit::Share => units::percent(value),
            FigureUnit::Count | FigureUnit::Money(_) => units::count(value.round().max(0.0) as u64),
        }
    }

    /// Returns its value in one run of a fleet.
    pub fn of(self, run: &Run, fleet: &Fleet) -> f64 {
        let measure = match self {
            Self::T50 => Measure::T50,
            Self::T95 => Measure::T95,
            Self::T99 => Measure::T99,
            Self::T100 => Measure::T100,
            Self::Drained => Measure::Drained,
            Self::Peak => Measure::PeakUp,
            Self::PeakUse => return Measure::PeakUp.of(run) / capacity_per_s(fleet),
            Self::Queue => Measure::LargestQueue,
            Self::Lost => Measure::LostData,
            Self::InStores => Measure::Lost,
            Self::Rejected => Measure::Rejected,
            Self::Stranded => Measure::Stranded,
            Self::NeverBack => Measure::NeverBack,
            Self::Refused => Measure::Refused,
            Self::TimedOut => Measure::TimedOut,
        };
        measure.of(run)
    }
}

/// Returns what a station of a platform can do [1/s]; infinite where the platform does not have it.
pub(in crate::plan) fn station_per_s(platform: &Platform, station: StationName) -> f64 {
    let balancer = platform.balancer.as_ref();
    let per_s = match station {
        StationName::Gate => balancer.and_then(|it| it.limit).map(|limit| f64::from(limit.per_s)),
        // Without a certificate TLS ends elsewhere.
        StationName::Tls => balancer.filter(|it| it.handshake > Micros::ZERO).map(|it| {
            let resumed = f64::from(it.resumed_permille) / 1e3;
            let each = it.handshake.secs() * (1.0 - resumed) + it.resumed_handshake.secs() * resumed;
            f64::from(it.cores) / each
        }),
        StationName::Connection => {
            platform.connection.map(|tier| f64::from(tier.workers) / tier.service_time.secs())
        }
        StationName::SignIn => Some(platform.capacity_per_s()),
    };
    per_s.filter(|per_s| *per_s > 0.0).unwrap_or(f64::INFINITY)
}

/// Returns what the platform signs in in a second: that of its slowest station, whatever its load balancer
/// lets through [sign-ins/s].
pub fn capacity_per_s(fleet: &Fleet) -> f64 {
    let stations = [StationName::Tls, StationName::Connection, StationName::SignIn];
    let each = stations.map(|station| station_per_s(&fleet.platform, station));
    each.into_iter().fold(f64::INFINITY, f64::min)
}

/// A figure with the limit that it must keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// The figure.
    pub aim: Aim,
    /// Its largest allowed value, in the aim's base unit.
    pub limit: f64,
}

impl Goal {
    /// Returns the goals that a project states.
    pub fn of_targets(targets: &Targets) -> Vec<Self> {
        let stated = [
            (Aim::T95, targets.t95.map(Micros::secs)),
            (Aim::Drained, targets.drained.map(Micros::secs)),
            (Aim::Peak, targets.peak_sign_ins_per_s),
            (Aim::Lost, targets.lost_values.map(|values| values as f64)),
        ];
        stated.into_iter().filter_map(|(aim, limit)| Some(Self { aim, limit: limit? })).collect()
    }

    /// Returns whether a value keeps the limit.
    pub fn keeps(&self, value: f64) -> bool {
        value <= self.limit
    }

    /// Returns the goal as people read it: `95 % back: at most 5 min`.
    pub fn text(&self) -> String {
        format!("{}: at most {}", self.aim.label(), self.aim.text(self.limit))
    }
}

impl FromStr for Goal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, limit) = text
            .split_once("<=")
            .or_else(|| text.split_once('<'))
            .ok_or_else(|| "write a figure, `<` and its limit, such as `t95<5min`".to_owned())?;
        let (name, limit) = (name.trim(), limit.trim());
        let named = |aim: &Aim| {
            let keyed = [aim.word(), aim.suffix()].concat();
            aim.word() == name || keyed == name || (*aim == Aim::Peak && name == "peak")
        };
        let aim = Self::aims().find(named).ok_or_else(|| {
            let words: Vec<&str> = Aim::ALL.iter().map(|aim| aim.word()).collect();
            format!("`{name}` is no figure that can be a target; use one of {}", words.join(", "))
        })?;
        let number = |text: &str| units::parse_number(text);
        let value = match aim.unit() {
            FigureUnit::Duration if number(limit).is_some() => {
                return Err(format!("`{limit}` has no unit; write `{limit}s` or `{limit}min`"));
            }
            FigureUnit::Duration => units::parse_duration(limit),
            FigureUnit::PerSecond => number(limit.trim_end_matches("/s").trim_end()),
            FigureUnit::Share => limit.strip_suffix('%').and_then(number).map(|percent| percent / 100.0),
            FigureUnit::Count | FigureUnit::Money(_) => number(limit),
        };
        match value.filter(|value| *value >= 0.0) {
            Some(limit) => Ok(Self { aim, limit }),
            None => Err(match aim.unit() {
                FigureUnit::Duration => format!("`{limit}` is not a duration; try `90s` or `2min`"),
                FigureUnit::Share => format!("`{limit}` is not a share; try `80%`"),
                _ => format!("`{limit}` is not a number that can be a limit"),
            }),
        }
    }
}

impl Goal {
    fn aims() -> impl Iterator<Item = Aim> {
        Aim::ALL.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_targets_have_their_units() {
        let goal = |text: &str| text.parse::<Goal>().unwrap();
        assert_eq!(goal("t95<5min"), Goal { aim: Aim::T95, limit: 300.0 });
        assert_eq!(goal("peak_util <= 80%"), Goal { aim: Aim::PeakUse, limit: 0.8 });
        assert_eq!(goal("peak<150/s"), Goal { aim: Aim::Peak, limit: 150.0 });
        assert_eq!(goal("lost_values<0"), Goal { aim: Aim::Lost, limit: 0.0 });
        for wrong in ["t95<5", "t95", "speed<3", "t95<abc", "peak_util<0.8", "peak<-1"] {
            assert!(wrong.parse::<Goal>().is_err(), "{wrong}");
        }
    }
}
