//! Maintenance windows in the devices' own time.
//!
//! A window opens on a weekday at a time of the wall clock and closes at another, on the next day where that is
//! earlier or the same. Both ends are turned into instants of the device's zone, so a window is as long as the
//! clocks there say: an hour shorter or longer on the nights when they are changed.

use super::error::PlanError;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Days that are looked ahead for the next opening; windows come back every week.
const LOOK_AHEAD: i32 = 8;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// A time of the wall clock, written `22:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
}

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&format_args!("{:02}:{:02}", self.hour, self.minute))
    }
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let two = |digits: &str, below: u8| {
            let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|number| plain && *number < below)
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Some(Self { hour: two(hour, 24)?, minute: two(minute, 60)? }))
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no time of day; write 22:30")))
    }
}

/// When devices may be activated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Days on which it opens; none: every day.
    #[serde(default)]
    pub days: Vec<Day>,
    /// When it opens.
    pub from: Clock,
    /// When it closes; on the next day where that is not later than `from`.
    pub to: Clock,
}

/// When the devices of one group in one zone may be activated.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    zone: TimeZone,
    windows: Vec<Window>,
}

impl Calendar {
    /// Returns the calendar of some windows in a zone; without windows it is always open and the zone is not asked for.
    ///
    /// # Errors
    /// [`PlanError::UnknownZone`], and [`PlanError::NoZone`] for windows without one.
    pub fn new(zone: Option<&str>, windows: &[Window]) -> Result<Self, PlanError> {
        if windows.is_empty() {
            return Ok(Self { zone: TimeZone::UTC, windows: Vec::new() });
        }
        let name = zone.ok_or(PlanError::NoZone { thing: String::new() })?;
        let zone = TimeZone::get(name).map_err(|_| PlanError::UnknownZone { zone: name.into() })?;
        Ok(Self { zone, windows: windows.to_vec() })
    }

    /// Returns whether devices may be activated at a time \[ms since 1970\].
    pub fn is_open(&self, at_ms: i64) -> bool {
        self.windows.is_empty() || self.spans(at_ms).any(|(from, to)| (from..to).contains(&at_ms))
    }

    /// Returns when devices may be activated the next time \[ms since 1970\]: now where they may now, `None` where
    /// they never may.
    pub fn next_open(&self, at_ms: i64) -> Option<i64> {
        if self.is_open(at_ms) {
            return Some(at_ms);
        }
        self.spans(at_ms).map(|(from, _)| from).filter(|from| *from > at_ms).min()
    }

    /// Returns the openings around a time, each with its end \[ms since 1970\].
    fn spans(&self, at_ms: i64) -> impl Iterator<Item = (i64, i64)> {
        let today = Timestamp::from_millisecond(at_ms).ok().map(|at| at.to_zoned(self.zone.clone()).date());
        (-1..=LOOK_AHEAD)
            .filter_map(move |day| today?.checked_add(day.days()).ok())
            .flat_map(move |date| self.windows.iter().filter_map(move |window| self.span(date, window)))
    }

    fn span(&self, date: Date, window: &Window) -> Option<(i64, i64)> {
        if !window.days.is_empty() && !window.days.contains(&Day::of(date.weekday())) {
            return None;
        }
        let time = |clock: Clock| Time::new(clock.hour.cast_signed(), clock.minute.cast_signed(), 0, 0).ok();
        let (from, to) = (time(window.from)?, time(window.to)?);
        let last = if to > from { date } else { date.tomorrow().ok()? };
        let instant = |date: Date, time| {
            let at = date.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
            Some(at.timestamp().as_millisecond())
        };
        Some((instant(date, from)?, instant(last, to)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn night(days: &[Day]) -> Window {
        Window { days: days.to_vec(), from: Clock { hour: 22, minute: 0 }, to: Clock { hour: 4, minute: 0 } }
    }

    #[test]
    fn windows_are_in_the_devices_own_time() {
        let windows = [night(&[])];
        let berlin = Calendar::new(Some("Europe/Berlin"), &windows).unwrap();
        let tokyo = Calendar::new(Some("Asia/Tokyo"), &windows).unwrap();
        let noon = at("2026-11-22T12:00:00Z");
        assert!(!berlin.is_open(noon) && !tokyo.is_open(noon), "13:00 and 21:00");
        assert_eq!(berlin.next_open(noon), Some(at("2026-11-22T21:00:00Z")));
        assert_eq!(tokyo.next_open(noon), Some(noon + HOUR));
        assert!(berlin.is_open(at("2026-11-23T02:59:59Z")), "a window of last night");
        assert!(!berlin.is_open(at("2026-11-23T03:00:00Z")));
    }

    #[test]
    fn the_day_is_the_one_on_which_the_window_opens() {
        let calendar = Calendar::new(Some("UTC"), &[night(&[Day::Sat])]).unwrap();
        assert!(calendar.is_open(at("2026-11-22T03:00:00Z")), "Sunday morning belongs to Saturday night");
        assert!(!calendar.is_open(at("2026-11-21T03:00:00Z")));
        assert_eq!(calendar.next_open(at("2026-11-22T05:00:00Z")), Some(at("2026-11-28T22:00:00Z")));
    }

    #[test]
    fn a_night_on_which_clocks_change_is_as_long_as_they_say() {
        let calendar = Calendar::new(Some("Europe/Berlin"), &[night(&[])]).unwrap();
        // 28 March 2027, 02:00 becomes 03:00: the window from 22:00 to 04:00 is five hours long.
        assert!(calendar.is_open(at("2027-03-27T21:00:00Z")) && calendar.is_open(at("2027-03-28T01:59:00Z")));
        assert!(!calendar.is_open(at("2027-03-28T02:00:00Z")));
        // A window that would open in the hour that does not exist opens behind it.
        let gap = Window {
            days: Vec::new(),
            from: Clock { hour: 2, minute: 30 },
            to: Clock { hour: 5, minute: 0 },
        };
        let calendar = Calendar::new(Some("Europe/Berlin"), &[gap]).unwrap();
        assert_eq!(calendar.next_open(at("2027-03-28T00:00:00Z")), Some(at("2027-03-28T01:30:00Z")));
    }

    #[test]
    fn without_windows_it_is_always_open_and_with_them_a_zone_is_needed() {
        assert!(Calendar::new(None, &[]).unwrap().is_open(0));
        assert!(matches!(Calendar::new(None, &[night(&[])]), Err(PlanError::NoZone { .. })));
        let unknown = Calendar::new(Some("Moon/Tycho"), &[night(&[])]);
        assert!(matches!(unknown, Err(PlanError::UnknownZone { zone }) if zone == "Moon/Tycho"));
    }

    #[test]
    fn times_are_written_as_people_write_them() {
        let window: Window = serde_json::from_str(r#"{"days":["sat"],"from":"22:05","to":"00:00"}"#).unwrap();
        assert_eq!((window.from, &*window.days), (Clock { hour: 22, minute: 5 }, &[Day::Sat][..]));
        let text = serde_json::to_string(&window).unwrap();
        assert_eq!(text, r#"{"days":["sat"],"from":"22:05","to":"00:00"}"#);
        for wrong in ["24:00", "7:00", "22:60", "22", "+1:00"] {
            let text = format!(r#"{{"from":"{wrong}","to":"00:00"}}"#);
            assert!(serde_json::from_str::<Window>(&text).is_err(), "{wrong}");
        }
    }
}
