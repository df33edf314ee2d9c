//! What people decide about a roll-out, as they write it on the command line or in the window.

mod form;

pub use form::{Field, Form, Over};

use crate::base::units;
use crate::push::plan::{
    Budgets, Gate, GroupTerms, Inputs, Pace, Pauses, Request, Sequence, Staging, Way, Window,
};
use crate::push::target::platform::is_platform;
use serde_json::json;
use thiserror::Error;

/// Rate of a plan that is not simulated yet \[restarts/s\].
const NOT_SOLVED: f64 = 1.0;

/// What the address of a platform looks like.
const PLATFORMS: &str = "Write it like https://plant.example or https://plant.example:8443.";

/// Waves, gates, budgets, windows and pace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Waves, such as `10,10%,40%,rest`.
    pub waves: String,
    /// Decides which devices come in which wave.
    pub seed: u64,
    /// Whether the waves are gone through for one group after the other.
    pub group_after_group: bool,
    /// Whether all files are written first.
    pub stage_all: bool,
    /// Share of a wave that must be confirmed, such as `95%`.
    pub confirmed: String,
    /// Wait after a wave, such as `5min`.
    pub observe: String,
    /// After which waves somebody has to look: `each`, `never`, or numbers.
    pub pause_after: String,
    /// Devices that may fail; `None`: one in a hundred.
    pub max_failed: Option<u32>,
    /// Devices that may be out of reach; `None`: one in twenty.
    pub max_unreachable: Option<u32>,
    /// Devices of which it may be unknown whether they restarted.
    pub max_unknown: u32,
    /// Devices that somebody else may have changed; `None`: one in a hundred.
    pub max_drifted: Option<u32>,
    /// Restarts per second; `None`: solved from what the platform bears.
    pub rate: Option<String>,
    /// Restarts that may come at once after a quiet time.
    pub burst: u32,
    /// Devices that are worked on at once.
    pub at_once: u32,
    /// How long after its restart a device is looked at again, such as `10s`.
    pub verify_after: String,
    /// Longest time for a restart, such as `30s`.
    pub restart_time: String,
    /// Address of the platform that has to have seen a device connect since its restart, where one is asked.
    pub confirm_at: Option<String>,
    /// People who have to approve the plan, beside whoever starts it.
    pub approvals: u32,
    /// When agents may restart: `sat,sun 22:00-04:00`, for one group `pumps=22:00-04:00`.
    pub windows: Vec<String>,
    /// Time zone of devices whose row names none.
    pub zone: Option<String>,
    /// Who takes an overload upon himself.
    pub accept_overload_by: Option<String>,
}

/// Which of the terms cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TermError {
    /// It is no value of its kind.
    #[error("{}{fix}", if text.is_empty() { String::new() } else { format!("`{text}` is nothing that this can be. ") })]
    Unreadable {
        /// Which one.
        field: Field,
        /// What was written.
        text: String,
        /// What to write.
        fix: &'static str,
    },
    /// A window names a group that does not exist.
    #[error("There is no group `{group}` for a window. The groups are {}", known.join(", "))]
    NoGroup {
        /// The group.
        group: String,
        /// Those that there are.
        known: Vec<String>,
    },
}

impl TermError {
    /// Returns the field that it stands at.
    pub fn field(&self) -> Field {
        match self {
            Self::Unreadable { field, .. } => *field,
            Self::NoGroup { .. } => Field::Window,
        }
    }
}

impl Terms {
    /// Returns the rate that was chosen \[restarts/s\].
    ///
    /// # Errors
    /// [`TermError`] where it is no number.
    pub fn rate(&self) -> Result<Option<f64>, TermError> {
        let Some(text) = self.rate.as_deref() else { return Ok(None) };
        let number = units::parse_number(text.trim_end_matches("/s").trim()).filter(|rate| *rate > 0.0);
        let fix = "Write restarts per second, such as 2.5.";
        number.map(Some).ok_or_else(|| wrong(Field::Rate, text, fix))
    }

    /// Returns the decisions for a number of devices of some groups.
    ///
    /// # Errors
    /// [`TermError`] for the first that cannot be read.
    pub fn request(
        &self,
        (project_sha256, scenario): (String, String),
        groups: Vec<String>,
        devices: usize,
    ) -> Result<Request, TermError> {
        self.confirmable()?;
        let part = |of: u32| (devices as u32).div_ceil(of);
        let windows = self.windows(&groups)?;
        let terms = |id: String| GroupTerms {
            zone: self.zone.clone(),
            windows: windows
                .iter()
                .filter(|(group, _)| group.as_ref().is_none_or(|group| *group == id))
                .map(|(_, window)| window.clone())
                .collect(),
            id,
        };
        Ok(Request {
            project_sha256,
            scenario,
            seed: self.seed,
            waves: self.waves.clone(),
            sequence: if self.group_after_group { Sequence::GroupAfterGroup } else { Sequence::Together },
            staging: if self.stage_all { Staging::All } else { Staging::Wave },
            gate: Gate {
                confirmed_pct_x100: share(Field::Confirmed, &self.confirmed)?,
                observe_s: seconds(Field::Observe, &self.observe)?,
            },
            budgets: Budgets {
                failed: self.max_failed.unwrap_or_else(|| part(100)),
                unreachable: self.max_unreachable.unwrap_or_else(|| part(20)),
                unknown: self.max_unknown,
                drifted: self.max_drifted.unwrap_or_else(|| part(100)),
            },
            pauses: pauses(&self.pause_after)?,
            pace: Pace {
                activations_per_s: self.rate()?.unwrap_or(NOT_SOLVED),
                burst: self.burst,
                at_once: self.at_once,
                verify_after_s: seconds(Field::VerifyAfter, &self.verify_after)?,
                restart_s: seconds(Field::RestartTime, &self.restart_time)?,
            },
            approvals: self.approvals,
            confirm_at: self.confirm_at.clone(),
            groups: groups.into_iter().map(terms).collect(),
            way: Way::default(),
            inputs: Inputs::default(),
            prediction: None,
            overload_accepted_by: self.accept_overload_by.clone(),
        })
    }

    /// Checks that a platform that is asked can have seen devices connect.
    fn confirmable(&self) -> Result<(), TermError> {
        let Some(url) = &self.confirm_at else { return Ok(()) };
        if !is_platform(url) {
            return Err(wrong(Field::ConfirmAt, url, PLATFORMS));
        }
        if seconds(Field::VerifyAfter, &self.verify_after)? == 0 {
            let fix = "A platform cannot have seen a device connect at once; write a time such as 30s.";
            return Err(wrong(Field::VerifyAfter, &self.verify_after, fix));
        }
        Ok(())
    }

    /// Returns the windows with the group of each, where it is for one alone.
    fn windows(&self, groups: &[String]) -> Result<Vec<(Option<String>, Window)>, TermError> {
        let windows = self.windows.iter().map(|text| window(text)).collect::<Result<Vec<_>, _>>()?;
        let mut named = windows.iter().filter_map(|(group, _)| group.as_ref());
        match named.find(|group| !groups.contains(group)) {
            Some(group) => Err(TermError::NoGroup { group: group.clone(), known: groups.to_vec() }),
            None => Ok(windows),
        }
    }
}

fn wrong(field: Field, text: &str, fix: &'static str) -> TermError {
    TermError::Unreadable { field, text: text.to_owned(), fix }
}

fn seconds(field: Field, text: &str) -> Result<u32, TermError> {
    let known = units::parse_duration(text).filter(|s| (0.0..1e8).contains(s));
    known.map(|s| s.ceil() as u32).ok_or_else(|| wrong(field, text, "Write a duration such as 90s or 5min."))
}

fn share(field: Field, text: &str) -> Result<u32, TermError> {
    let number =
        units::parse_number(text.trim_end_matches('%').trim()).filter(|pct| (0.0..=100.0).contains(pct));
    number
        .map(|pct| (pct * 100.0).round() as u32)
        .ok_or_else(|| wrong(field, text, "Write a share such as 95%."))
}

fn pauses(text: &str) -> Result<Pauses, TermError> {
    match text {
        "never" => Ok(Pauses::Never),
        "each" => Ok(Pauses::Each),
        list => {
            let waves: Result<Vec<u32>, _> = list.split(',').map(|wave| wave.trim().parse()).collect();
            let known = waves.ok().filter(|waves| waves.iter().all(|wave| *wave > 0));
            let fix = "Write each, never, or numbers of waves such as 1,2.";
            known.map(Pauses::After).ok_or_else(|| wrong(Field::PauseAfter, text, fix))
        }
    }
}

/// Reads `[GROUP=][DAYS ]FROM-TO`.
fn window(text: &str) -> Result<(Option<String>, Window), TermError> {
    let (group, rest) = match text.split_once('=') {
        Some((group, rest)) => (Some(group.trim().to_owned()), rest),
        None => (None, text),
    };
    let (days, times) = rest.trim().rsplit_once(' ').unwrap_or(("", rest.trim()));
    let read = times.split_once('-').and_then(|(from, to)| {
        let days: Vec<String> =
            days.split([',', ' ']).filter(|day| !day.is_empty()).map(str::to_ascii_lowercase).collect();
        serde_json::from_value(json!({"days": days, "from": from, "to": to})).ok()
    });
    let fix = "Write it like `sat,sun 22:00-04:00`, with days as mon, tue and so on.";
    read.map(|window| (group, window)).ok_or_else(|| wrong(Field::Window, text, fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::plan::Day;

    #[test]
    fn windows_are_read_as_people_write_them() {
        let (group, read) = window("pumps=sat,sun 22:00-04:00").unwrap();
        assert_eq!((group.as_deref(), &*read.days), (Some("pumps"), &[Day::Sat, Day::Sun][..]));
        assert_eq!((read.from.hour, read.to.hour), (22, 4));
        assert!(window("22:00-04:00").unwrap().1.days.is_empty());
        for text in ["", "22-4", "someday 22:00-04:00", "22:00"] {
            assert!(window(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shares_and_pauses_are_read() {
        assert_eq!(share(Field::Confirmed, "97.5%").unwrap(), 9_750);
        assert!(share(Field::Confirmed, "101%").is_err());
        assert_eq!(pauses("1, 3").unwrap(), Pauses::After(vec![1, 3]));
        assert!(pauses("0").is_err() && pauses("often").is_err());
    }
}
